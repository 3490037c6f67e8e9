-- Two replicas, one of them behind: rank (protocol.md §6.4), age of the data (§6.2), and what is lost when only it is left.
title "A replica is behind"

local T = duration "2s"
local c = cluster { primaries = 3, replicas = 2, node_timeout = T, repl_diskless_sync_delay = 0 }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local delayed, won, refused = {}, nil, {}
on("election_delayed", function(e) delayed[e.node] = delayed[e.node] or e end)
on("election_won", function(e) won = won or e end)
on("election_refused", function(e) refused[e.node] = e end)
local old = c:owner(866)
local behind, better = c:replicas_of(old)[1], c:replicas_of(old)[2]

step "Rank"
old:call("SET", "hello", "one")
wait "1s"
local cable = cut(old, behind)
old:call("SET", "hello", "two")
wait "4s" -- the offset of the better one is known everywhere
expect(better:offset() > behind:offset(), "%s is at %d, %s at %d", better, better:offset(), behind, behind:offset())
old:power_off()
expect(wait_until(function() return won end, "20s"), "somebody wins")
expect(won.node == better, "%s, the better copy", won.node)
expect(delayed[better].rank == 0 and delayed[better].delay < "1s", "rank 0 waited %s", delayed[better].delay)
expect(delayed[behind] == nil or delayed[behind].rank == 1, "rank 1 waits a second more%s",
  delayed[behind] and ": " .. delayed[behind].delay or "")
cable:heal()
wait "1s"
expect(better:call("GET", "hello") == "two", "nothing is lost")
expect(wait_until(function() return behind:primary() == better and behind:replication() == "connected" end, "20s"),
  "the other one follows")

step "Only the one behind is left"
old:restart()
expect(wait_until(function() return c:converged() and old:replication() == "connected" end, "30s"), "three copies again")
wait(T * 4)
local primary = better
cable = cut(primary, behind)
primary:call("SET", "hello", "three")
wait "4s"
won, delayed = nil, {}
primary:power_off()
old:power_off()
expect(wait_until(function() return won end, "30s"), "somebody wins")
expect(won.node == behind and delayed[behind].rank == 1, "%s, with rank 1: the dead sibling's offset counts", won.node)
expect(delayed[behind].delay >= "1.5s" and delayed[behind].delay < "2s", "it waited %s for nobody", delayed[behind].delay)
wait "1s"
expect(behind:call("GET", "hello") == "two", "\"three\" had its OK, and is lost")
cable:heal()

step "Data too old"
local third = c:owner(12000)
local young = c:replicas_of(third)
third:power_off()
for _, each in ipairs(young) do each:kill() end
for _, each in ipairs(young) do each:restart() end
wait "20s"
expect(c:owner(12000) == nil, "replicas restarted after the death of their primary: nobody is elected")
for _, each in ipairs(young) do
  expect(refused[each] and refused[each].reason == "its data is too old", "%s: %s", each, refused[each] and refused[each].reason)
end
young[1]:call "CONFIG SET cluster-replica-validity-factor 0"
expect(wait_until(function() return c:owner(12000) == young[1] end, "20s"), "with factor 0 %s is elected, with what it has", young[1])
