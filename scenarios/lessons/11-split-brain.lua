-- Lesson 11 of 20: a wall divides the cluster; both sides accept writes for a while, and one of them in vain.
--
-- Try also:  --set T=2s   --set T=15s   --set wall=3s   --seed 2
title "Split-brain"

local T = duration(setting("T", "5s"))
local wall_time = duration(setting("wall", "20s"))
local SLOT = 866 -- the slot of the key "hello"
-- Two rooms, so that the wall can stand between them: n1 and n4 in the small one.
local c = cluster { primaries = 3, replicas = 1, node_timeout = T, link = { latency = "200us", jitter = "100us" },
                    zones = { "room 2", "room 1", "room 1", "room 2", "room 1", "room 1" } }

local function in_sync()
  for _, replica in ipairs(c:replicas()) do
    if replica:replication() ~= "connected" or replica:offset() == 0 then return false end
  end
  return c:converged()
end
-- Would this node say OK to a write for the slot now?
local function accepts(node)
  return node:status() == "running" and node:state() == "ok" and node:role() == "primary" and node:owner(SLOT) == node
end

step "One cluster"
c:create()
expect(wait_until(in_sync, "60s"), "every replica has its copy")
local old = c:owner(SLOT)
local heir = c:replicas_of(old)[1]
local friend -- a replica of another shard, on the old primary's side of the wall
for _, replica in ipairs(c:replicas()) do
  if replica ~= heir then friend = friend or replica end
end
local majority = {}
for _, node in ipairs(c.nodes) do
  if node ~= old and node ~= friend then majority[#majority + 1] = node end
end
say("The key `hello` is in slot %d, which *%s* owns. Its replica is *%s*. A writer beside each side sends ten writes "
  .. "a second to whoever says OK there.", SLOT, old, heir)

-- The writers: each write is 50 bytes in the replication stream of the node that accepts it.
local wall_at
local written = { before = 0, lost = 0, overlap = 0, kept = 0, refused = 0 }
local writers = every("100ms", function()
  local left = accepts(old)
  local right = accepts(heir)
  if left then
    old:feed(50)
    written[wall_at and "lost" or "before"] = written[wall_at and "lost" or "before"] + 1
    if right then written.overlap = written.overlap + 1 end
  else
    written.refused = written.refused + 1
  end
  if right then
    heir:feed(50)
    written.kept = written.kept + 1
  end
end)
wait(setting("moment", "5.1s")) -- when the wall goes up decides which of the two clocks is first
expect(written.before > 20, "the cluster takes writes")

predict { "A wall goes up: " .. old.name .. " and " .. friend.name .. " on one side, the four others on the other. Who notices first?",
  choices = { "nobody, for T", "the larger side", old.name }, answer = 1 }

step "The wall"
local wall = cut({ old, friend }, majority)
wall_at = now()
say("Nothing arrives any more: *%s* and *%s* on one side, %d nodes on the other. No connection is closed. It is just silent.",
  old, friend, #majority)
wait(T / 2)
expect(accepts(old), "the minority still says OK")
say("*%s* has heard nothing from the other primaries for %s. It still says OK to every write, and its only replica "
  .. "cannot hear it.", old, now() - wall_at)
predict { "When will " .. old.name .. " stop by itself?",
  choices = { "never", "after T to 1.5 T", "at the election" }, answer = 2 }

step "Two clocks"
local promoted, stopped
wait_until(function()
  promoted = promoted or (heir:role() == "primary" and now()) or nil
  stopped = stopped or (old:state() == "fail" and now()) or nil
  return promoted or stopped
end, T * 4)
if promoted and not stopped then
  say("The majority side has elected *%s* with epoch %d, and *%s* has not noticed anything. Slot %d has two owners, and "
    .. "both say OK.", heir, heir:epoch(), old, SLOT)
  predict { "A client on each side writes `hello` now, and hears OK. Which value will stay?",
    choices = { "that of " .. old.name, "that of " .. heir.name, "the later one" }, answer = 2 }
else
  say("*%s* has stopped by itself before the others elected anybody: this time there are no two owners.", old)
end
wait_until(function()
  promoted = promoted or (heir:role() == "primary" and now()) or nil
  stopped = stopped or (old:state() == "fail" and now()) or nil
  return promoted and stopped
end, T * 6)
expect(stopped, "the minority primary stops by itself")
expect(stopped and stopped - wall_at >= T * 0.9 and stopped - wall_at <= T * 1.5 + "300ms", "it stops between T and 1.5 T after the wall")
expect(promoted, "the majority elects the replica")

step "The minority gives up"
say("*%s* cannot reach most primaries: cluster_state:fail after %s, and now it refuses. *%s* serves since %s after the "
  .. "wall.", old, stopped - wall_at, heir, promoted - wall_at)
expect(not accepts(old) and accepts(heir), "one owner is left")
report("stopped by itself after", stopped - wall_at)
report("other side elected after", promoted - wall_at)
report("both accepted for", promoted < stopped and stopped - promoted or duration "0s")
predict { written.lost .. " writes were acknowledged by " .. old.name .. " behind the wall. How many survive?",
  choices = { "all", "those before " .. heir.name .. " was elected", "none" }, answer = 3 }
local spent = now() - wall_at
wait(spent < wall_time and wall_time - spent or duration "1s")

step "The wall falls"
local old_offset = old:offset()
wall:heal()
local healed = now()
local demoted = wait_until(function() return old:role() == "replica" end, T * 4)
expect(demoted, "the old primary becomes a replica")
expect(old:primary() == heir, "a replica of the winner")
say("The first packets through bring the higher epoch. *%s* loses all its slots to it and becomes a replica of *%s*, %s after "
  .. "the wall fell.", old, heir, demoted)
local synced = wait_until(in_sync, "120s")
expect(synced, "and copies everything anew")

writers.stop()
step "The bill"
say("%d writes were acknowledged by *%s* behind the wall, %d of them while *%s* served, too. Their bytes are no part of the "
  .. "history that won: all are gone.", written.lost, old, written.overlap, heir)
expect(heir:epoch() > 3, "the winner has the higher epoch")
expect(written.lost > 0, "acknowledged writes were lost")
report("acknowledged and lost", written.lost)
report("of these while both served", written.overlap)
report("refused at the old primary", written.refused)
say("The last failover wins, by epoch, not by data. A smaller T makes the loss smaller and failovers likelier; "
  .. "`min-replicas-to-write` makes a primary refuse when its replicas are silent. Asynchronous replication cannot make "
  .. "it zero.")
predict { "With T = 15 s instead of " .. tostring(T) .. ": how long can a minority primary go on?",
  choices = { "7 s", "up to 22.5 s", "for ever" }, answer = 2 }
wait "3s"
