-- Drill: 300 nodes; two primaries die at the same moment, and their elections meet.
title "Three hundred nodes, two deaths"

local T = duration(setting("T", "15s"))
local c = cluster { primaries = setting("primaries", 100), replicas = setting("replicas", 2), zones = 3, node_timeout = T,
                    link = { latency = "150us", jitter = "50us" }, zone_link = { latency = "500us", jitter = "100us" } }

step "A large cluster"
c:create()
expect(wait_until(function() return c:converged() end, "300s"), "all nodes agree")
say("%d nodes, %d shards: every node holds a table of every other.", #c.nodes, #c:primaries())
wait "10s"

step "Two deaths"
local first, second = c:owner(0), c:owner(9000)
first:kill()
second:kill()
local died = now()
local took = wait_until(function()
  local a, b = c:owner(0), c:owner(9000)
  return a and b and a ~= first and b ~= second
end, "120s")
expect(took, "both shards have a new owner")
report("both served again after", took)
say("Both shards are served again after %s. A voter gives one vote an epoch, so two elections at once can get in each "
  .. "other's way.", now() - died)
wait "2s"
