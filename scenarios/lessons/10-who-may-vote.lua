-- Lesson 10 of 20: a failover needs votes. Whose, how many, and what can be done when there are too few.
--
-- Try also:  --set answers=yynnyynn   --set T=5s   --seed 2
title "Who may vote"

local T = setting("T", duration "2s")
if T < "2s" or T > "15s" then error("--set T=" .. T .. ": from 2s to 15s is wanted") end
-- A sync delay of 0: replicas need not wait for others who want the same copy.
local c = cluster { primaries = 6, node_timeout = T, repl_diskless_sync_delay = "0s", link = { latency = "200us", jitter = "100us" } }
local n1, n2, n3, n4, n5, n6 = c.n1, c.n2, c.n3, c.n4, c.n5, c.n6
local pool = c.nodes

-- A sentence, and the time to read it in the view.
local function tell(...)
  say(...)
  wait "3s"
end

-- What the trace told since the last reset of these counters.
local seen
local function listen() seen = { failed = {}, asked = {}, votes = {}, won = {} } end
listen()
on("failed", function(e) seen.failed[#seen.failed + 1] = e.peer end)
on("election_started", function(e) seen.asked[#seen.asked + 1] = e.node end)
on("vote_granted", function(e) seen.votes[#seen.votes + 1] = e.node end)
on("election_won", function(e) seen.won[#seen.won + 1] = e.node end)

-- Layouts ----------------------------------------------------------------------------------------------------------

local function settled(nodes)
  return function()
    for _, each in ipairs(nodes) do
      if each:role() == "replica" and each:replication() ~= "connected" then return false end
    end
    return c:converged()
  end
end

-- A new cluster of pool nodes with empty disks: primaries with slots, primaries without, replicas of each with slots.
-- The others are switched off.
local used = false
local function build(owners, replicas, without)
  local size, nodes = owners * (1 + replicas) + without, {}
  for i, each in ipairs(pool) do
    if i <= size then nodes[i] = each end
    if each:status() == "running" and (i > size or used) then each:kill() end
    if i <= size and each:status() ~= "running" then each:restart { wipe = true } end
  end
  used = true
  wait "100ms"
  for i = 1, owners do nodes[i]:addslotsrange((i - 1) * 16384 // owners, i * 16384 // owners - 1) end
  for i = 1, size do nodes[i]:set_config_epoch(i) end
  for i = 2, size do nodes[i]:meet(nodes[1]) end
  expect(wait_until(function() return c:converged() end, T * 4 + "60s"), "%d nodes know each other", size)
  for i = 1, owners * replicas do nodes[owners + without + i]:replicate(nodes[(i - 1) % owners + 1]) end
  expect(wait_until(settled(nodes), T * 4 + "60s"), "every replica has its copy")
  return nodes
end

-- Kills nodes in the same moment; returns a function that says whether all their slots are served again.
local function kill(...)
  local lost = {}
  for slot = 0, 16383, 64 do
    local owner = c:owner(slot)
    for _, each in ipairs { ... } do
      if owner == each then lost[#lost + 1] = slot end
    end
  end
  for _, each in ipairs { ... } do each:kill() end
  listen()
  return function()
    for _, slot in ipairs(lost) do
      if not c:owner(slot) then return false end
    end
    for _, each in ipairs(pool) do
      if each:status() == "running" and each:state() ~= "ok" then return false end
    end
    return true
  end
end
local SOON = T * 24 + "30s" -- an election that fails is tried again after 4 T
local NEVER = T * 8         -- detection, an election, and one more

-- The story --------------------------------------------------------------------------------------------------------

step "Three voters"
build(3, 1, 0)
tell("Three primaries own the slots, a third each. *n4*, *n5* and *n6* are their replicas. To replace a primary takes a majority of "
  .. "the three: two votes.")
predict { "*n1* and *n2* die in the same moment. Four of six nodes live, and both heirs are among them. Does the cluster recover?",
  choices = { "yes, four of six are a majority", "yes, n4 and n5 are elected", "no" }, answer = 3 }

step "Two at once"
local recovered = kill(n1, n2)
local died = now()
expect(not wait_until(recovered, NEVER), "%s later nothing has changed", NEVER)
expect(#seen.failed == 0 and #seen.asked == 0, "nobody was called FAIL, nobody asked for votes")
expect(n3:sees(n1).pfail and n3:sees(n2).pfail and n3:info().cluster_size == 3, "n3 suspects both, and counts three voters")
tell("%s later: *n3* suspects both, and it takes two primaries to make a suspicion a fact. *n4*, *n5* and *n6* have the same opinion, "
  .. "but replicas are not asked. No FAIL, so no replica even tries. The dead count as voters for as long as they own slots.",
  now() - died)
local answer = n4:call "CLUSTER FAILOVER FORCE"
wait "6s"
expect(answer == "OK" and n4:role() == "replica" and #seen.votes == 1, "FORCE said OK, got one vote, and was given up")
tell("`CLUSTER FAILOVER FORCE` at *n4* says OK: it does without the dead primary, not without the votes. It got %d of 2.", #seen.votes)
predict { "Now `CLUSTER FAILOVER TAKEOVER` at *n4*: it takes the slots of *n1* without asking anybody. And the slots of *n2*?",
  choices = { "n5 needs a TAKEOVER, too", "n5 is elected by itself", "n4 takes them as well" }, answer = 2 }

step "Without asking"
listen()
local taken = now()
expect(n4:call "CLUSTER FAILOVER TAKEOVER" == "OK", "TAKEOVER at n4")
local took = wait_until(function() return n4:slots() > 0 end, "1s")
expect(took and took < "50ms", "n4 is a primary at once")
took = wait_until(recovered, SOON)
expect(took and #seen.won == 1 and seen.won[1] == n5, "n5 was elected")
tell("*n4* owned its slots at once, and with them a vote. *n3* and *n4* are two of three: together they called *n2* FAIL and "
  .. "elected *n5*. %s after the TAKEOVER all slots are served. One order was enough; what it costs is in lesson 12.",
  now() - taken)
report("served after one TAKEOVER", now() - taken)

step "One after the other"
n1:restart()
n2:restart()
wait "1s"
expect(wait_until(settled(pool), T * 8 + "60s"), "the old primaries are replicas of the new ones")
predict { "The same two deaths again, *n4* and *n5*, but the second only when the first is replaced. Does the cluster recover?",
  choices = { "yes, both times", "the first time only", "no" }, answer = 1 }
recovered = kill(n4)
wait(T / 2)
expect(n3:info().cluster_size == 3, "the dead primary is one of three voters")
local first = wait_until(recovered, SOON)
expect(first and c:owner(0) == n1, "n1 replaces n4, with the votes of n3 and n5")
recovered = kill(n5)
local second = wait_until(recovered, SOON)
expect(second and c:owner(8000) == n2, "n2 replaces n5, with the votes of n3 and n1")
tell("Both times two of three voters lived. *n1* was elected, and had the dead one's slots and its vote when *n5* died. The same "
  .. "nodes are dead as if both had died at once: what counts is who may vote in the moment of an election.")
report("first death, served after", first and first + T / 2 or "never")
report("second death, served after", second or "never")

step "Primaries without slots"
build(1, 2, 2)
tell("Another cluster: *n1* owns all slots and has two replicas, *n4* and *n5*. *n2* and *n3* are primaries, too, and own nothing: "
  .. "they were added, and nobody gave them slots.")
expect(n2:role() == "primary" and n2:info().cluster_size == 1, "one voter: cluster_size is 1")
predict { "*n1* dies. Two primaries and two replicas live. Does the cluster recover?",
  choices = { "yes, two of three primaries vote", "no", "yes, the replicas agree" }, answer = 2 }
recovered = kill(n1)
expect(not wait_until(recovered, NEVER), "%s later nobody serves", NEVER)
expect(#seen.failed > 0, "n1 was called FAIL")
expect(#seen.asked > 0 and #seen.votes == 0 and #seen.won == 0, "there were requests, and not one vote")
tell("*n1* was called FAIL, for a primary may report without slots, and %d times a replica asked for votes. Not one came: only a "
  .. "primary with slots votes, and the only one is dead.", #seen.asked)

step "Slots are votes"
expect(n4:call "CLUSTER FAILOVER TAKEOVER" == "OK", "TAKEOVER at n4")
expect(wait_until(recovered, SOON), "n4 owns all slots")
local function give(slot, from, to) -- an empty slot, in the order of redis-cli
  to:call("CLUSTER", "SETSLOT", slot, "IMPORTING", from:id())
  from:call("CLUSTER", "SETSLOT", slot, "MIGRATING", to:id())
  to:call("CLUSTER", "SETSLOT", slot, "NODE", to:id())
  from:call("CLUSTER", "SETSLOT", slot, "NODE", to:id())
end
give(0, n4, n2)
give(1, n4, n3)
expect(wait_until(function()
  return n5:owner(0) == n2 and n5:owner(1) == n3 and n2:owner(1) == n3 and n3:owner(0) == n2
end, T * 4), "all know of the two slots")
expect(n5:info().cluster_size == 3, "cluster_size is 3")
tell("An operator gives slot 0 to *n2* and slot 1 to *n3*. *n4* keeps 16382.")
predict { "*n4* dies. Does the cluster recover?", choices = { "yes, two votes of three", "no, two slots of 16384 are no majority" },
  answer = 1 }
recovered = kill(n4)
took = wait_until(recovered, SOON)
expect(took and c:owner(2) == n5, "n5 is elected")
tell("*n5* had the votes of *n2* and *n3*. One slot, one vote; 16382 slots, one vote.")
report("two slots made a majority, served after", took or "never")

-- The check --------------------------------------------------------------------------------------------------------

for _, each in ipairs(cluster { primaries = 4, node_timeout = T, repl_diskless_sync_delay = "0s" }.nodes) do pool[#pool + 1] = each end
c = cluster { nodes = pool }

local layouts = { -- what, does it recover, why; primaries with slots, replicas of each, primaries without slots; who dies
  { "Two primaries, a replica each. One primary dies.", "n", "A majority of two is two, and one is dead.",
    { 2, 1, 0 }, function(n) return kill(n[1]) end },
  { "Three primaries, two replicas each: nine nodes. Two primaries die at once.", "n",
    "Seven of nine live, but replicas do not vote: one voter of three is left.",
    { 3, 2, 0 }, function(n) return kill(n[1], n[2]) end },
  { "Three primaries, a replica each. One primary and the replicas of the two others die at once.", "y",
    "Three of six are dead, but two of three voters live, and the heir.",
    { 3, 1, 0 }, function(n) return kill(n[1], n[5], n[6]) end },
  { "Four primaries, a replica each. Two primaries die at once.", "n", "A majority of four is three: no better than three primaries.",
    { 4, 1, 0 }, function(n) return kill(n[1], n[2]) end },
  { "Five primaries, a replica each. Two primaries die at once.", "y",
    "Three of five are left. Both elections may want the same epoch: then one comes 4 T later.",
    { 5, 1, 0 }, function(n) return kill(n[1], n[2]) end },
  { "Three primaries with a replica each, and two primaries without slots. One with slots and both without die at once.", "y",
    "Three of five primaries are dead, but those without slots never counted: two of three voters live.",
    { 3, 1, 2 }, function(n) return kill(n[1], n[4], n[5]) end },
  { "Two primaries with a replica each, and three primaries without slots. One with slots dies.", "n",
    "Four of five primaries live, but there are two voters, and a majority of two is two.",
    { 2, 1, 3 }, function(n) return kill(n[1]) end },
  { "Five primaries, a replica each. Two die at once, and when they are replaced, two more.", "y",
    "The replaced ones have given their slots and votes to their heirs: there are five voters again.",
    { 5, 1, 0 }, function(n)
      local again = kill(n[1], n[2])
      expect(wait_until(again, SOON), "the first two are replaced")
      return kill(n[3], n[4])
    end },
}
local right, whys = "", {}
for i, layout in ipairs(layouts) do
  step("Layout " .. i)
  local nodes = build(table.unpack(layout[4]))
  predict { layout[1] .. " Are all slots served again, without help?", choices = { "yes", "no" }, answer = layout[2] == "y" and 1 or 2 }
  recovered = layout[5](nodes)
  took = wait_until(recovered, layout[2] == "y" and SOON or NEVER)
  expect((took ~= nil) == (layout[2] == "y"), layout[2] == "y" and "it recovers" or "it does not recover")
  tell(took and "Yes, after " .. took .. ". %s" or "No. %s", layout[3])
  right, whys[i] = right .. (took and "y" or "n"), layout[3]
end
exercise { "answers", question = "eight layouts, y or n for each: does the cluster recover?", answer = right, why = whys }
wait "3s"

step "What to keep"
tell("A failover takes a majority of the primaries that own slots, counted with the dead that have not been replaced yet. Deaths one "
  .. "after the other are fine, deaths at once are not; an odd number of voters from three on; and TAKEOVER asks nobody.")
wait "2s"
