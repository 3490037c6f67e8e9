-- A primary dies and its replica takes over: the smallest whole story.
title "A primary dies"

local c = cluster { primaries = 3, replicas = 1, node_timeout = "5s" }

step "Three primaries, three replicas"
c:create()
local settled = wait_until(function() return c:converged() end, "30s")
expect(settled, "the cluster agrees within 30 s")
say("The 16384 slots are shared by three primaries, and each of them has a replica that follows it. Node %s owns slot 0.", c:owner(0))
wait "5s"

step "The primary of slot 0 is killed"
local old = c:owner(0)
predict { "For how long will nobody serve slot 0?", choices = { "not at all", "about 7 s", "for ever" }, answer = 2 }
old:kill()
local took = wait_until(function()
  local owner = c:owner(0)
  return owner and owner ~= old
end, "30s")
expect(took, "a replica takes over")
report("unserved", took)
wait_until(function() return c:converged() end, "30s")
say("The others noticed the silence, agreed that %s has failed, and voted for its replica %s.", old, c:owner(0))

step "The old primary comes back"
old:restart()
wait_until(function() return c:converged() end, "30s")
wait "2s"
expect(old:role() == "replica", "the old primary is a replica now")
expect(c:converged(), "all nodes agree again")
