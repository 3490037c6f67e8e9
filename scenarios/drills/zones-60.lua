-- Drill: 60 nodes in three zones; zone c is cut off, its shards move, and it comes back.
title "Sixty nodes, three zones"

local T = duration(setting("T", "5s"))
local c = cluster { primaries = 20, replicas = 2, zones = { "a", "b", "c" }, node_timeout = T,
                    link = { latency = "150us", jitter = "50us" }, zone_link = { latency = "800us", jitter = "200us" } }

step "Twenty shards"
c:create()
expect(wait_until(function() return c:converged() end, "120s"), "sixty nodes agree")
say("Twenty shards, each with three nodes, one in every zone.")
wait(setting("calm", "10s"))

step "Zone c is gone"
local zone = c:zone "c"
local inside = {}
for _, each in ipairs(zone) do inside[each] = true end
local lost = {}
for _, primary in ipairs(c:primaries()) do
  if inside[primary] then lost[#lost + 1] = primary end
end
local wall = isolate(zone)
local cut_at = now()
say("Zone c is cut off, with %d of 20 voting primaries. Two zones keep a majority.", #lost)
local took = wait_until(function()
  for _, primary in ipairs(lost) do
    if not c:owner(0) then return false end
    if primary:state() == "ok" then return false end
  end
  for _, each in ipairs(c.nodes) do
    if not inside[each] and each:state() ~= "ok" then return false end
  end
  return true
end, "120s")
expect(took, "two zones serve all slots again")
report("all slots served again after", took)
say("%s after the cut two zones serve all slots. Behind the wall every primary has stopped.", now() - cut_at)
wait "5s"

step "Zone c returns"
wall:heal()
took = wait_until(function() return c:converged() end, "120s")
expect(took, "sixty nodes agree again")
report("agreed after", took)
say("%s after the wall fell all sixty agree: the old primaries of zone c are replicas now.", took)
wait "2s"
