-- Two of three primaries die, one after the other, and both at once (protocol.md §5.9).
title "Two deaths of three"

local T = duration "1s"
local c = cluster { primaries = 3, replicas = 1, node_timeout = T, repl_diskless_sync_delay = 0 }
c:create()
expect(wait_until(function() return c:converged() end, "60s"), "three primaries, three replicas")
wait "3s"

step "One after the other"
local first, second, third = c:owner(0), c:owner(6000), c:owner(12000)
local heirs = { c:replicas_of(first)[1], c:replicas_of(second)[1] }
first:kill()
expect(wait_until(function() return c:owner(0) == heirs[1] end, "20s"), "the first is replaced")
second:kill()
expect(wait_until(function() return c:owner(6000) == heirs[2] end, "20s"), "and the second: its successor's vote counted")
expect(wait_until(function() return c:converged() end, "10s"), "all agree")
first:restart()
second:restart()
local function followed()
  return first:replication() == "connected" and second:replication() == "connected" and c:converged()
end
expect(wait_until(followed, "20s"), "the dead return as replicas")
wait(T * 4)

step "Both at once"
local failed, started = 0, 0
on("failed", function() failed = failed + 1 end)
on("election_started", function() started = started + 1 end)
heirs[1]:kill()
heirs[2]:kill()
wait "10s" -- with a T of 1 s data is too old for an election after 21 s
expect(failed == 0 and started == 0, "one primary of three is no majority: nobody is called FAIL, nobody asks for votes")
expect(c:owner(0) == nil and c:owner(6000) == nil, "two thirds of the slots are nobody's")
expect(third:state() == "fail", "and what is left serves nothing")

step "One returns"
heirs[1]:restart()
expect(wait_until(function() return c:owner(0) == heirs[1] end, "10s"), "with the same node ID, and its slots")
expect(wait_until(function() return c:owner(6000) == second end, "20s"), "two of three: the other one can be replaced now")
expect(wait_until(function() local ok, bad = c:states() return bad == 0 end, "20s"), "all is served")
