-- Lesson 5 of 20: six lonely servers become one cluster, first by hand, then by one command.
title "Birth of a cluster"

local conf = [[
port 6379
cluster-enabled yes
cluster-config-file nodes.conf
cluster-node-timeout 5000
appendonly yes
]]

step "Six lonely nodes"
local c = cluster { primaries = 3, replicas = 1, conf = conf }
wait "500ms"
local n1, n2, n3, n4, n5, n6 = c.n1, c.n2, c.n3, c.n4, c.n5, c.n6
say("Six servers start with the same redis.conf: `cluster-enabled yes`, a node timeout, an append-only file. "
  .. "Each is a cluster of one: it knows itself, owns nothing, and says cluster_state:fail.")
local info = n1:info()
expect(info.cluster_state == "fail", "n1 says cluster_state:fail")
expect(info.cluster_slots_assigned == 0, "n1 knows of no slot that has an owner")
expect(info.cluster_known_nodes == 1, "n1 knows one node: itself")
say("On its disk *n1* has written nodes.conf. The first 40 letters are its name for ever: address, role and slots may "
  .. "change, the ID is the node.")
expect(n1:conf():find(n1:id(), 1, true), "nodes.conf of n1 holds its ID")
wait "2s"

step "The first MEET"
predict { "`CLUSTER MEET` is sent to *n1* with the address of *n2*. What does it change?",
  choices = { "n1 knows n2; n2 has to be told, too", "after a moment both know each other", "n2 becomes a replica of n1" },
  answer = 2 }
n1:meet(n2)
expect(n1:info().cluster_known_nodes == 2, "OK comes at once, and means only: noted")
say("OK came at once. It means that *n1* will try: a handshake with a temporary name, until *n2* has answered.")
local took = wait_until(function() return n1:sees(n2) and n2:sees(n1) end, "5s")
expect(took, "n1 and n2 know each other")
say("After %.0f ms both know each other by their real names.", took:ms())
wait "1s"

step "The rumour"
n1:meet(n3)
n1:meet(n4)
n1:meet(n5)
n1:meet(n6)
predict { "*n1* has met the five others. Who will introduce *n5* to *n6*?",
  choices = { "nobody: it takes fifteen MEETs", "gossip in the heartbeats", "n1 sends a list" }, answer = 2 }
took = wait_until(function()
  for _, node in ipairs(c.nodes) do
    if node:info().cluster_known_nodes < 6 then return false end
    for _, other in ipairs(c.nodes) do
      if not node:sees(other) then return false end
    end
  end
  return true
end, "60s")
expect(took, "every node knows all six")
say("Each heartbeat carries a few words about others. %s later all six know all six: a mesh of 30 connections, two for "
  .. "each pair.", took)
expect(n6:state() == "fail", "knowing each other is not enough: cluster_state:fail")
wait "1s"

step "Slots"
say("A cluster owes its users 16384 slots. They are given out by hand: a third to each of *n1*, *n2*, *n3*.")
n1:addslotsrange(0, 5460)
n2:addslotsrange(5461, 10922)
n3:addslotsrange(10923, 16382)
wait "3s"
expect(n1:info().cluster_slots_assigned == 16383, "16383 slots have an owner")
predict { "One slot of 16384 has no owner: 16383. What does the cluster say to a key of another slot?",
  choices = { "it serves it", "CLUSTERDOWN", "it serves reads only" }, answer = 2 }
expect(n1:state() == "fail" and n3:state() == "fail", "one open slot keeps the whole cluster down")
say("One uncovered slot stops everything: `cluster-require-full-coverage` is yes unless you say otherwise.")
wait "1s"
n3:addslots(16383)
took = wait_until(function() local ok = c:states() return ok == 6 end, "20s")
expect(took, "cluster_state:ok at all six nodes")
say("The last slot is given to *n3*. %s later every node says cluster_state:ok. Four numbers, four meanings: "
  .. "known_nodes 6, slots_assigned 16384, size 3, state ok.", took)
info = n4:info()
expect(info.cluster_known_nodes == 6 and info.cluster_slots_assigned == 16384 and info.cluster_size == 3,
  "six nodes known, 16384 slots assigned, three of them own some")

step "Epochs"
say("Nobody gave the three primaries different epochs: each began with 0. Two primaries with one epoch cannot be told "
  .. "apart when they claim the same slot, so of each pair the smaller ID moves on.")
took = wait_until(function()
  return n1:epoch() ~= n2:epoch() and n2:epoch() ~= n3:epoch() and n1:epoch() ~= n3:epoch()
end, "60s")
expect(took, "the epochs of the three primaries differ")
report("epochs", n1:epoch() .. " " .. n2:epoch() .. " " .. n3:epoch())

step "Replicas"
predict { "*n4* is told `CLUSTER REPLICATE` with the ID of *n1*. How many of its slots does *n1* hand over?",
  choices = { "half of them", "none" }, answer = 2 }
n4:replicate(n1)
n5:replicate(n2)
n6:replicate(n3)
local function in_sync()
  for _, replica in ipairs(c:replicas()) do
    if replica:replication() ~= "connected" then return false end
  end
  return c:converged()
end
took = wait_until(in_sync, "60s")
expect(took, "every replica has copied its primary")
say("A replica owns no slots. It copies: %s later (the primary waits up to 5 s for others who want the same copy) "
  .. "each shard exists twice.", took)
expect(n4:sees(n1).slots == 5461 and n4:slots() == 0, "n4 knows the slots of n1 and owns none")
wait "2s"

step "The same in one line"
for _, node in ipairs(c.nodes) do
  node:restart { wipe = true }
end
wait "1s"
say("All six start again with empty disks: new IDs, nothing known. Now `redis-cli --cluster create` with "
  .. "`--cluster-replicas 1` does all of it: slots, epochs 1 to 6, MEET, wait until all agree, replicas.")
took = now()
c:create()
took = now() - took
expect(wait_until(in_sync, "60s"), "the cluster is whole again")
report("create took", took)
say("%s until the command came back. Epochs 1, 2, 3 were set before the nodes met, so nothing collided.", took)
expect(n1:epoch() == 1 and n2:epoch() == 2 and n3:epoch() == 3, "the primaries have epochs 1, 2, 3")

step "What goes wrong"
say("A node is added, but the bus port is wrong. The bus listens 10000 above the client port, and firewalls forget that.")
local n7 = node { name = "n7", conf = conf }
wait "500ms"
expect(n1:call("CLUSTER MEET " .. n7.ip .. " 6379 17000") == "OK", "MEET says OK to a wrong port, too")
predict { "*n1* met *n7* on a bus port where nobody listens, and said OK. And then?",
  choices = { "n7 is found in the end", "the handshake is forgotten after T", "n1 stops with an error" }, answer = 2 }
expect(n1:info().cluster_known_nodes == 7, "a handshake counts as a known node")
took = wait_until(function() return n1:info().cluster_known_nodes == 6 end, "20s")
expect(took and took >= "4s" and took <= "6s", "the handshake is gone after T")
say("The handshake was dropped after %s, without a word. Look at known_nodes, never at the OK.", took)

step "Two owners"
n7:addslotsrange(0, 99)
n7:meet(n1)
predict { "*n7* claims slots 0 to 99, which *n1* owns with epoch 1. *n7* has epoch 0. Who owns slot 0 in the end?",
  choices = { "n7, it came last", "n1, the higher epoch", "both" }, answer = 2 }
took = wait_until(function() return n7:owner(0) == n1 end, "30s")
expect(took, "n7 gives way")
expect(wait_until(function() return c:converged() end, "60s"), "all seven agree")
say("A claim is worth its epoch. *n7* had 0, was told of epoch 1, and let go. A primary that loses its last slot even "
  .. "becomes a replica of the winner. With the epochs the other way round *n1* would have lost a hundred slots.")
expect(n7:role() == "replica" and n7:primary() == n1, "n7 lost its last slot and copies n1")
expect(c:owner(0) == n1 and n7:slots() == 0, "slot 0 is n1's everywhere")
wait "2s"
