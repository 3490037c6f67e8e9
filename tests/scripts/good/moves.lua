-- Slots under way (make pictures shows them): one with keys at both ends, a run of 64, marks at one end only, holes.
title "Slots on the move"

local c = cluster { primaries = tonumber(setting("primaries", "3")), replicas = tonumber(setting("replicas", "1")),
                    node_timeout = "5s" }
c:create()
expect(wait_until(function() return c:converged() end, "300s"), "all agree")
local source, target = c:owner(1649), c.n2 -- user:1000 is in slot 1649
for i = 1, 20 do source:call("SET", "{user:1000}" .. i, "value " .. i) end
wait "1s"

step "One slot"
target:call("CLUSTER", "SETSLOT", 1649, "IMPORTING", source:id())
source:call("CLUSTER", "SETSLOT", 1649, "MIGRATING", target:id())
for i = 1, 7 do source:call("MIGRATE", target.ip, target.port, "{user:1000}" .. i, 0, 5000) end
expect(source:call("CLUSTER", "COUNTKEYSINSLOT", 1649) == 13, "thirteen keys are left")
expect(target:call("CLUSTER", "COUNTKEYSINSLOT", 1649) == 7, "seven have arrived")
expect(select(2, source:call("GET", "{user:1000}1")):find("^ASK 1649 "), "the source sends on for a key that has left")
expect(source:call("GET", "{user:1000}20") == "value 20", "and answers for one that has not")
wait "1s"

step "Many"
for slot = 3000, 3063 do
  local from, to = c:owner(slot), c:owner(16000)
  to:call("CLUSTER", "SETSLOT", slot, "IMPORTING", from:id())
  from:call("CLUSTER", "SETSLOT", slot, "MIGRATING", to:id())
end
c:owner(14000):call("CLUSTER", "SETSLOT", 14000, "MIGRATING", c:owner(6000):id())
c:owner(12000):call("CLUSTER", "SETSLOT", 8000, "IMPORTING", c:owner(8000):id())
wait "1s"

step "Holes"
for _, each in ipairs(c.nodes) do
  each:call("CLUSTER", "DELSLOTS", 12345)
  each:call("CLUSTER", "DELSLOTSRANGE", 9000, 9900)
end
wait "2s"
expect(source:state() == "fail", "with holes nobody serves")
