-- CLUSTER FAILOVER TAKEOVER: no vote. Useful when most primaries are dead, and a split brain by command otherwise.
title "A takeover"

local T = duration "2s"
local c = cluster { primaries = 3, replicas = 1, node_timeout = T, repl_diskless_sync_delay = 0 }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local votes = 0
on("vote_granted", function() votes = votes + 1 end)

step "Two of three primaries die"
local first, second, third = c:owner(0), c:owner(6000), c:owner(12000)
local heir, other = c:replicas_of(first)[1], c:replicas_of(second)[1]
first:kill()
second:kill()
wait(T * 4)
expect(third:state() == "fail" and c:owner(0) == nil, "nobody can be elected")
local highest = heir:current_epoch()
local reply, why = heir:call "CLUSTER FAILOVER FORCE"
wait "5s"
expect(reply == "OK" and heir:role() == "replica", "force says OK, and gets one vote of the two it needs")
local start = now()
expect(heir:call "CLUSTER FAILOVER TAKEOVER" == "OK", "takeover: OK")
expect(heir:role() == "primary" and now() - start < "5ms", "it is a primary after %s", now() - start)
expect(heir:epoch() == heir:current_epoch() and heir:epoch() > highest, "with an epoch that nobody voted for: %d", heir:epoch())
expect(other:call "CLUSTER FAILOVER TAKEOVER" == "OK", "and the other")
expect(wait_until(function() local ok = c:states() return ok == 4 end, "10s"), "four nodes serve all slots again")

step "The dead return"
first:restart()
second:restart()
local function gave_in() return first:role() == "replica" and second:role() == "replica" and c:converged() end
expect(wait_until(gave_in, "30s"), "they give in")
expect(first:primary() == heir and second:primary() == other, "and copy who took over")

step "Two takeovers on two sides"
wait(T * 2)
local one, two = c:owner(0), c:owner(6000)
local a, b = c:replicas_of(one)[1], c:replicas_of(two)[1]
local wall = cut(a, b)
local before = votes
a:call "CLUSTER FAILOVER TAKEOVER"
b:call "CLUSTER FAILOVER TAKEOVER"
expect(votes == before, "no votes")
expect(wait_until(function() return c:converged() end, "20s") == nil, "a wall between them: they cannot agree with each other")
wall:heal()
expect(wait_until(function() return c:converged() end, "30s"), "without the wall they do")
expect(a:epoch() ~= b:epoch(), "epochs %d and %d", a:epoch(), b:epoch())
expect(c:owner(0) == a and c:owner(6000) == b, "each has its slots")
