-- Sixty nodes in three zones, of which one loses power: counted, not listed.
title "A zone is lost"

local c = cluster { primaries = 30, replicas = 1, zones = 3, node_timeout = "2s" }
c:create()
wait_until(function() return c:converged() end, "60s")
wait "6s"

step "Zone 1 loses power"
for _, each in ipairs(c:zone("zone 1")) do each:power_off() end
wait_until(function() return c.n2:state() == "fail" end, "30s")
local served = wait_until(function() return c.n2:state() == "ok" end, "30s")
expect(served, "the others take over all slots")
report("without service", served)
wait "3s"

step "Zone 1 is back"
for _, each in ipairs(c:zone("zone 1")) do each:restart() end
expect(wait_until(function() return c:converged() end, "60s"), "all agree again")
