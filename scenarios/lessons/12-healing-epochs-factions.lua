-- Lesson 12 of 20: a wall makes two opinions of who owns what; it falls, and an epoch decides, not the data.
--
-- Try also:  --set order=abcdef   --set lost=1-9   --set T=2s   --set both=30s   --seed 2
title "Healing, epochs, factions"

local T = setting("T", duration "5s")
local both = setting("both", T * 2 + "2s") -- so long both data centres accept writes
if T < "2s" or T > "15s" then error("--set T=" .. T .. ": from 2s to 15s is wanted") end
if both < T * 2 or both > "120s" then error("--set both=" .. both .. ": from 2 T, so long a FAIL is kept, to 120s is wanted") end
local SLOT = 866 -- the slot of the key "hello"

-- Two data centres. n4, n5, n6 will be the replicas of n1, n2, n3.
local c = cluster { primaries = 6, node_timeout = T, zones = { "north", "south", "south", "south", "north", "north" },
                    link = { latency = "200us", jitter = "100us" }, zone_link = { latency = "2ms", jitter = "500us" } }
local n1, n2, n3, n4, n5, n6 = c.n1, c.n2, c.n3, c.n4, c.n5, c.n6
local north, south = c:zone "north", c:zone "south"

-- A sentence, and the time to read it in the view.
local function tell(...)
  say(...)
  wait "3s"
end
local function settled()
  for _, each in ipairs(c.nodes) do
    if each:role() == "replica" and each:replication() ~= "connected" then return false end
  end
  return c:converged()
end
-- Whom CLUSTER SLOTS of this node names as the owner of the slot.
local function told(node, slot)
  for _, range in ipairs(node:call "CLUSTER SLOTS") do
    if range[1] <= slot and slot <= range[2] then
      for _, each in ipairs(c.nodes) do
        if each.ip == range[3][1] then return each end
      end
    end
  end
end

-- The users of a data centre: five writes a second, each another key of slot 866, by a client that follows the cluster. The
-- keys are numbered.
local function users_of(zone)
  local client = c:client { name = zone .. "_users", zone = zone, rate = 5, keys = "{hello}:" .. zone .. ":{1..100000}", in_order = true }
  client:stop()
  return client
end
local users = { north = users_of "north", south = users_of "south" }
local function break_line() -- between the data centres: nodes and users
  local sides = { { users.north }, { users.south } }
  for i, zone in ipairs { north, south } do
    for _, each in ipairs(zone) do table.insert(sides[i], each) end
  end
  return cut(sides[1], sides[2])
end
local function ranges(list) -- 1, 2, 3, 7 -> "1-3, 7"
  local parts, from = {}, nil
  for i, number in ipairs(list) do
    from = from or number
    if list[i + 1] ~= number + 1 then
      parts[#parts + 1] = from == number and "" .. number or from .. "-" .. number
      from = nil
    end
  end
  return #parts > 0 and table.concat(parts, ", ") or "none"
end
-- A moment between two writes of a client: the number of the former.
local function between_writes(client)
  local number = client.begun
  wait_until(function() return client.begun > number end, "1s")
  wait "100ms"
  return client.begun
end
-- The numbers of the writes that were acknowledged to these users since then and are lost; and of how many the ledger says
-- through which window of protocol.md §10.5.
local function lost_of(client, since)
  client:stop()
  wait_until(function() return client.under_way == 0 end, "30s")
  local lost, windows = {}, {}
  for _, write in ipairs(client:ledger().writes) do
    if write.acked >= since then
      lost[#lost + 1] = tonumber(write.key:match "%d+$")
      windows[write.why] = (windows[write.why] or 0) + 1
    end
  end
  table.sort(lost)
  expect(client:ledger().unexplained == 0, "the ledger explains every loss")
  local parts = {}
  for why, count in pairs(windows) do parts[#parts + 1] = count .. " " .. why end
  return lost, table.concat(parts, ", ")
end

local moment = {} -- what happened when, for the exercise
local function note(name) moment[name] = moment[name] or now() end

step "One cluster, two data centres"
n1:addslotsrange(0, 5460)
n2:addslotsrange(5461, 10922)
n3:addslotsrange(10923, 16383)
for i, each in ipairs(c.nodes) do each:set_config_epoch(i) end
for i = 2, 6 do c.nodes[i]:meet(n1) end
expect(wait_until(function() return c:converged() end, "60s"), "six nodes agree")
n4:replicate(n1)
n5:replicate(n2)
n6:replicate(n3)
expect(wait_until(settled, "60s"), "every replica has its copy")
tell("North: the primary *n1*, and the replicas *n5* and *n6*. South: the primaries *n2* and *n3*, and *n4*, the replica of *n1*. "
  .. "The key `hello` is in slot %d, which *n1* owns with epoch %d.", SLOT, n1:epoch())
local northern, southern = users.north, users.south
northern:go()
wait "3s"
expect(northern.acked > 10 and northern.errors == 0, "writes are acknowledged")

-- Factions ---------------------------------------------------------------------------------------------------------

step "A wall"
local failed_by_majority = on("failed", function(e) if e.peer == n1 then note "d" end end)
local before = between_writes(northern)
local wall = break_line()
local wall_at = now()
tell("North and south cannot talk. The users in the north go on writing, five times a second; write %d was their last before the wall.",
  before)
predict { "Two primaries are in the south, one in the north. Who will own slot " .. SLOT .. " in the end?",
  choices = { "n1: it has it", "n4: the higher epoch", "whoever wrote last" }, answer = 2 }
expect(wait_until(function()
  if n4:role() == "primary" then note "b" end
  if n1:state() == "fail" then northern:stop() end
  return moment.b and n1:state() == "fail" and n2:owner(SLOT) == n4 and n3:owner(SLOT) == n4
end, T * 8), "the south elects n4, and n1 stops")
southern:go()
tell("The south called *n1* FAIL and elected *n4* with epoch %d. *n1* reaches no majority and has stopped. Two opinions about a third of "
  .. "the slots: in the north everybody believes *n1*, in the south *n4*.", n4:epoch())
for _, each in ipairs(c.nodes) do
  local zone_owner = each.zone == "north" and n1 or n4
  expect(each:owner(SLOT) == zone_owner, "%s believes in %s", each, zone_owner)
end

step "Ask the wrong one"
predict { "A client starts in the north and asks *n1* for `CLUSTER SLOTS`. What is it told about slot " .. SLOT .. "?",
  choices = { "n1", "n4", "an error: it has no majority" }, answer = 1 }
expect(told(n1, SLOT) == n1 and told(n5, SLOT) == n1, "the north says n1")
expect(told(n2, SLOT) == n4, "the south says n4")
local _, why = n1:call("SET", "hello", "world")
expect(why == "CLUSTERDOWN The cluster is down", "and n1 refuses")
tell("It is told *n1*, and *n1* says \"%s\". `CLUSTER SLOTS` shows what the node believes, and has no word for doubt (redis#3138). A "
  .. "client that hears CLUSTERDOWN must ask somebody else, not the same one again.", why)
wait(T)

step "The wall falls"
predict { "The wall falls. What will *n1* learn first?",
  choices = { "that n4 has more data", "a claim with a higher epoch", "that it was voted out" }, answer = 2 }
wall:heal()
note "e"
local healed = now()
local agreed
expect(wait_until(function()
  if n1:role() == "replica" then
    note "c"
    if n1:state() == "ok" then note "f" end
  end
  local all = true
  for _, each in ipairs(c.nodes) do all = all and each:owner(SLOT) == n4 end
  agreed = agreed or all and now()
  return agreed and moment.f
end, T * 8), "all believe in n4")
expect(n1:role() == "replica" and n1:primary() == n4, "n1 follows n4")
tell("%s after the wall fell *n1* had a claim for its slots with epoch %d; its own was 1. It lost all of them, and whoever loses all becomes "
  .. "a replica of the winner. %s after the fall all six believed in *n4*.", moment.c - healed, n4:epoch(), agreed - healed)
expect(wait_until(function() return n1:replication() == "connected" end, "60s"), "n1 copies n4")
note "a"
failed_by_majority.stop()
expect(wait_until(settled, "60s"), "all is well again")
expect(southern.acked > 0 and #lost_of(southern, wall_at) == 0, "what n4 acknowledged is there")
local lost, windows = lost_of(northern, duration "0s")
expect(#lost > 0 and lost[1] == before + 1 and #lost == northern.acked - before, "what n1 acknowledged behind the wall is gone")
tell("*n1* threw its data away and copied that of *n4*: the writes %s, all acknowledged behind the wall, are lost. Nobody compared "
  .. "data. Had *n1* had a million writes and *n4* none, it would have ended in the same way.", ranges(lost))
report("lost in the north", ranges(lost) .. " (" .. windows .. ")")
report("all believe in the winner after", agreed - healed)
exercise { "order",
  question = "put in order: a) n1 has copied n4  b) n4 is elected  c) n1 loses its slots  d) the south calls n1 FAIL  e) the wall falls  "
    .. "f) n1 says cluster_state:ok",
  answer = (function()
    local names = { "a", "b", "c", "d", "e", "f" }
    table.sort(names, function(x, y) return moment[x] < moment[y] end)
    return table.concat(names)
  end)(),
  why = "FAIL by a majority comes before the vote; the vote before anybody can claim; a claim reaches n1 when the wall is gone; a primary of a "
    .. "minority would wait before it says ok, a replica says it as soon as it reaches a majority; the copy takes seconds." }
wait "3s"

-- The lock ---------------------------------------------------------------------------------------------------------

step "Nobody took its place"
local lock = T < "5s" and T or duration "5s"
tell("Now a wall around a whole shard, *n3* and its replica *n6*. The others call both FAIL, and there is nobody to elect.")
wall = cut({ n3, n6 }, { n1, n2, n4, n5 })
expect(wait_until(function() return n3:state() == "fail" and n2:sees(n3).fail end, T * 6), "n3 has stopped, and is FAIL for the others")
wait(T * 2 + "1s") -- until the others would take it back
predict { "The wall falls. *n3* has the newest claim to its slots, and nobody else ever had one. When does it accept writes?",
  choices = { "at once", "after " .. lock, "when it has been voted for" }, answer = 2 }
wall:heal()
healed = now()
local seen_well = wait_until(function() return not n2:sees(n3).fail end, T * 4)
expect(seen_well, "n2 takes n3 for alive again")
local took = wait_until(function() return n3:state() == "ok" end, T * 4)
expect(took, "n3 serves again")
took = now() - healed
expect(took + "200ms" >= lock and took <= lock + T + "1s", "it waited for about %s", lock)
tell("%s after the fall. A primary that comes out of a minority waits T, at least half a second and at most 5 s, before it accepts anything: "
  .. "time to hear whether somebody has a higher epoch. *n1* needed that, *n3* did not, and neither could know.", took)
report("rejoin delay", took)
expect(wait_until(settled, "60s"), "all is well again")

-- TAKEOVER ---------------------------------------------------------------------------------------------------------

step "The second data centre"
tell("All three primaries are in the south now: *n4*, *n2* and *n3*. The north has a copy of everything.")
southern:go()
wait "3s"
before = between_writes(southern)
wall = break_line()
wall_at = now()
tell("The line breaks again; write %d of the users in the south was their last before. The south has all votes and notices little. The north has "
  .. "three replicas, and will never elect anybody.", before)
expect(wait_until(function() return n1:state() == "fail" end, T * 4), "the north stops")
expect(n4:state() == "ok", "the south serves")
predict { "The users are sent north, and TAKEOVER at *n1*, *n5* and *n6* makes the north serve. How long will both sides accept writes?",
  choices = { "T: one side is the minority", "as long as the wall stands", "not at all" }, answer = 2 }
for _, each in ipairs { n1, n5, n6 } do
  expect(each:call "CLUSTER FAILOVER TAKEOVER" == "OK", "%s takes over", each)
  wait "50ms"
end
expect(wait_until(function() return n1:state() == "ok" and n5:state() == "ok" and n6:state() == "ok" end, T * 8), "the north serves")
northern:go()
local doubly = now()
wait(both)
expect(n4:state() == "ok" and n1:state() == "ok" and n4:info().cluster_size == 3 and n1:info().cluster_size == 3,
  "both sides serve, each with a majority of its own")
tell("Each side sees three primaries with slots, and all of them within reach: that is a majority, twice. *n1* has epoch %d, *n4* %d. In a vote "
  .. "the south would have refused; nobody asked it. Since %s both accept writes to slot %d.", n1:epoch(), n4:epoch(), now() - doubly, SLOT)
predict { "The line is repaired. Which writes will be lost?",
  choices = { "the older ones", "those of the north", "those of the south since the line broke" }, answer = 3 }

step "Repaired"
wall:heal()
healed = now()
expect(wait_until(function() return n4:role() == "replica" and n2:role() == "replica" and n3:role() == "replica" end, T * 8),
  "the south gives way")
local gave_way = now() - healed
expect(wait_until(settled, "120s"), "all agree")
expect(c:owner(SLOT) == n1, "slot %d is n1's again", SLOT)
lost, windows = lost_of(southern, wall_at)
expect(#lost_of(northern, wall_at) == 0, "no write of the north is lost")
expect(#lost > 0 and lost[1] == before + 1 and lost[#lost] == before + #lost, "all of the south since the wall are")
tell("%s later *n2*, *n3* and *n4* were replicas: the north had the higher epochs. Lost are the writes %s of the southern users: every one that "
  .. "was acknowledged after the line broke (redis#3588). Had somebody stopped the south first, none would be.", gave_way, ranges(lost))
report("lost in the south", ranges(lost) .. " (" .. windows .. ")")
report("acknowledged twice for", healed - doubly)
exercise { "lost", question = "which writes of the users in the south were lost when the line was repaired? first-last", answer = ranges(lost),
  why = "Lost is what the losing side acknowledged and the winning side never got: all after the last write before the wall, to the last OK." }
wait "3s"

-- Equal epochs -----------------------------------------------------------------------------------------------------

step "Equal epochs"
tell("Once more a wall. In the south an operator takes over with TAKEOVER; in the north another one wants to be sure, and raises the epochs with "
  .. "`CLUSTER BUMPEPOCH`. Both take the next number, and nobody is asked.")
wait(T * 4)
wall = break_line()
wait(T * 2)
local contests = { { n1, n4 }, { n5, n2 }, { n6, n3 } } -- of each shard: its primary in the north, its replica in the south
for _, pair in ipairs(contests) do
  pair[2]:call "CLUSTER FAILOVER TAKEOVER"
  wait "50ms"
end
for _, pair in ipairs(contests) do
  pair[1]:call "CLUSTER BUMPEPOCH"
  wait_until(function() -- it is not announced, and the next one shall take another number
    for _, each in ipairs(north) do
      if each:current_epoch() < pair[1]:epoch() then return false end
    end
    return true
  end, T * 2)
  expect(pair[1]:epoch() == pair[2]:epoch(), "%s and %s claim the same slots with epoch %d", pair[1], pair[2], pair[1]:epoch())
end
expect(wait_until(function() return n1:state() == "ok" and n4:state() == "ok" end, T * 4), "both sides serve")
local both_since, taken_north, taken_south = now(), northern.acked, southern.acked
northern:go()
southern:go()
wait(T * 2 + "2s") -- the FAIL flags of the wall last 2 T, and would bring more elections
expect(northern.acked > taken_north and southern.acked > taken_south, "both sides accept writes")
local first = n1:id() < n4:id() and n1 or n4
predict { "*n1* and *n4* claim slot " .. SLOT .. " with epoch " .. n1:epoch() .. ". Their IDs begin with " .. n1:id():sub(1, 6) .. " and "
    .. n4:id():sub(1, 6) .. ". Who wins?",
  choices = { "n1, " .. n1:id():sub(1, 6), "n4, " .. n4:id():sub(1, 6), "whoever has more data" }, answer = first == n1 and 1 or 2 }
northern:stop()
southern:stop()
wall:heal()
expect(wait_until(settled, "120s"), "all agree")
local winners = {}
for i, pair in ipairs(contests) do
  local smaller = pair[1]:id() < pair[2]:id() and pair[1] or pair[2]
  local larger = smaller == pair[1] and pair[2] or pair[1]
  expect(smaller:role() == "primary" and larger:primary() == smaller, "the smaller ID wins: %s", smaller)
  winners[i] = string.format("%s (%s) over %s (%s)", smaller, smaller:id():sub(1, 6), larger, larger:id():sub(1, 6))
end
local losing = first == n1 and southern or northern
lost, windows = lost_of(losing, both_since)
local taken = losing.acked - (losing == northern and taken_north or taken_south)
-- Not always all of them: a client that sends a write to the other side first, hears nothing and tries again on its own side, has
-- sent it twice, and the first may come through when the wall falls.
expect(#lost > 0 and #lost <= taken, "%d of the %d writes of the losing side are lost", #lost, taken)
expect(#lost_of(losing == southern and northern or southern, both_since) == 0, "and none of the winning side")
report("lost by the tie", #lost .. " (" .. windows .. ")")
tell("%s. Equal claims change nothing; but of two primaries with one epoch the one with the smaller ID takes the next number, to end the "
  .. "tie, and then it has the higher epoch. So 40 random letters decided which %d writes are lost (valkey#974).",
  table.concat(winners, ", "), #lost)

step "What to keep"
tell("The higher epoch wins, slot by slot, whatever the data. An election gives a higher epoch only with the votes of a majority; TAKEOVER and "
  .. "BUMPEPOCH take one without asking. Then you are the one who makes sure that the other side is silent.")
wait "2s"
