-- Lesson 9 of 20: a primary dies; suspicion, FAIL, the vote, promotion and the way back, step by step.
--
-- Try also:  --set T=2s   --set T=15s   --seed 2
title "Anatomy of a failover"

local T = duration(setting("T", "5s"))
local c = cluster { primaries = 3, replicas = 1, node_timeout = T,
                    link = { latency = "200us", jitter = "100us" } }

-- What happened when, for the sums at the end.
local seen = {}
on("suspected", function(e) seen.suspected = seen.suspected or e.time end)
on("failed", function(e) seen.failed = seen.failed or e.time end)
on("election_delayed", function(e) seen.delayed = seen.delayed or e end)
on("election_started", function(e) seen.asked = e.time end)
on("election_won", function(e) seen.won = e.time end)

local function wait_for(what) -- until the handler above has seen it
  local came = wait_until(function() return seen[what] end, T * 8)
  if not came then expect(false, "the event \"%s\" comes within 8 T", what) end
end
local function in_sync()
  for _, replica in ipairs(c:replicas()) do
    if replica:replication() ~= "connected" or replica:offset() == 0 then return false end
  end
  return c:converged()
end

step "Three shards"
c:create()
say("Three primaries share 16384 slots. Each has one replica, which copies it: three shards, A, B and C.")
expect(wait_until(in_sync, "60s"), "every replica has its copy")

step "All is well"
say("Every node pings the others: one a second chosen by chance, and whoever was silent for half of T = %s. "
  .. "A heartbeat carries the sender's slots and epoch, and gossip about a few others.", T)
wait "2s"

local victim = c:owner(0)
local heir = c:replicas_of(victim)[1]
predict { "Now " .. victim.name .. " dies. How long will the slots of shard A have no owner?",
  choices = { "not at all", "a second", "T and a few seconds", "until somebody repairs it" }, answer = 3 }

step "A primary dies"
victim:kill()
local died = now()
say("The process of *%s* is gone. Its neighbours see a closed connection, and try ten times a second to open it again. "
  .. "But a closed door is no proof: nobody calls it dead yet.", victim)
wait(T / 2)
expect(c:owner(0) == nil, "nobody serves slot 0")
expect(c.n3:state() == "ok", "and nobody has noticed")

step "Suspicion"
wait_for "suspected"
say("A ping without an answer for T: the first node flags *%s* as PFAIL. This is an opinion. It counts for nothing "
  .. "until most primaries share it, and each finds out for itself, between T and 1.5 T after the death.", victim)

step "From opinion to fact"
wait_for "failed"
say("The opinions travel as gossip. Now a majority of the primaries has reported *%s*: FAIL, and a message tells "
  .. "everyone at once. The cluster must cover all slots, so every node refuses every key.", victim)
wait_until(function() local _, failed = c:states() return failed == 5 end, "1s")
local _, refusing = c:states()
expect(refusing == 5, "all five live nodes say cluster_state:fail")

step "The vote"
wait_for "delayed"
say("*%s* has the copy. It waits %s: half a second so that the news is everywhere, and some chance so that two "
  .. "replicas do not ask at the same moment. Then it raises the epoch and asks every primary for its vote.",
  heir, seen.delayed.delay)
predict { "Three primaries own slots, one of them is dead. Suppose the answer of one of the others is lost. What then?",
  choices = { heir.name .. " wins all the same", "it tries again after 4 T", "nobody will ever win" }, answer = 2 }
wait_for "asked"
wait_for "won"

step "A new owner"
expect(c:owner(0) == heir, "%s owns slot 0", heir)
say("Two votes of two needed: *%s* is a primary, with epoch %d. It takes the slots and tells everyone. A claim with a "
  .. "higher epoch wins, so each node that hears of it rewrites its table.", heir, heir:epoch())
expect(wait_until(function() local ok = c:states() return ok == 5 end, "10s"), "the cluster serves again")
local served = now()
report("first PFAIL after", seen.suspected - died)
report("FAIL after", seen.failed - died)
report("new owner after", seen.won - died)
report("serves again after", served - died)
say("%s to be suspected, %s more to be sure, %s more to elect. Detection is nearly all of it: T buys certainty, "
  .. "and pays with downtime.", seen.suspected - died, seen.failed - seen.suspected, seen.won - seen.failed)
expect(seen.suspected - died >= T * 0.5 and seen.suspected - died <= T * 1.5 + "300ms", "suspicion comes within 1.5 T")
expect(seen.failed - died >= T and seen.failed - died <= T * 2 + "1s", "FAIL comes between T and 2 T")
expect(seen.won - seen.failed >= "500ms" and seen.won - seen.failed <= "1.3s", "the election takes half a second to a second")

step "The old primary returns"
wait "2s"
predict { victim.name .. " starts again from its disk and still believes that it owns shard A. Who wins?",
  choices = { victim.name .. ", the founder", heir.name .. ", the higher epoch", "both, until an operator decides" }, answer = 2 }
victim:restart()
local back = wait_until(function() return victim:role() == "replica" end, "10s")
expect(back, "the old primary gives in")
say("The first heartbeats told *%s* of a claim with a higher epoch. It lost all its slots, so %.0f ms after its start it "
  .. "is a replica of *%s*.", victim, back:ms(), heir)
expect(wait_until(in_sync, "60s"), "it has copied what it missed")

step "Two replicas, one behind"
local late = node { name = "n7", cluster_node_timeout = T }
late:meet(heir)
wait_until(function() return late:sees(heir) and late:sees(heir).slots > 0 end, "20s")
late:replicate(heir)
expect(wait_until(function() return late:replication() == "connected" and late:offset() > 0 end, "60s"), "n7 copies too")
wait_until(function() return c:converged() end, "30s")
say("Shard A has a second replica now, *n7*. Its cable is pulled for a moment, while clients write to *%s*.", heir)
local cable = cut(heir, late)
heir:feed(4096)
wait "100ms"
heir:kill()
cable:heal()
seen = {}
died = now()
predict { "*n7* lacks the last 4096 bytes, " .. victim.name .. " has them. Who asks for votes first?",
  choices = { victim.name, "n7", "whoever draws the shorter delay" }, answer = 1 }
wait_for "won"
expect(c:owner(0) == victim, "the replica with the better copy won")
say("A replica that knows a better copy waits a second longer for each of them: its rank. *%s* had rank 0 and asked "
  .. "first; *n7* never had to.", victim)

step "What to keep"
expect(wait_until(function() local _, failed = c:states() return failed == 0 end, "20s"), "all is served again")
report("second failover", seen.won - died)
say("T to 1.5 T until suspected, gossip until a majority is sure, 0.5 to 1 s and a second per rank until the vote. "
  .. "Then one epoch decides, everywhere.")
predict { "With T = 15 s instead of " .. tostring(T) .. ": how long without an owner?",
  choices = { "about as long", "16 to 25 s", "a minute" }, answer = 2 }
wait "2s"
