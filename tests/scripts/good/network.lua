-- cut, one_way, isolate, link and heal.
local c = cluster { primaries = 3, replicas = 0, node_timeout = "2s", link = { latency = "1ms", jitter = "0ms" } }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "created")

expect(not pcall(fault, 1), "no fault yet")
local wall = cut(c.n1, { c.n2, c.n3 })
expect(fault(1) == wall and tostring(wall) == "fault", "the first fault")
expect(wait_until(function() return c.n1:state() == "fail" and c.n2:sees(c.n1).fail end, "10s"), "n1 is alone")
expect(c.n1:call("PING") == "PONG", "an administrator reaches everybody")
wall:heal()
expect(wait_until(function() return c:converged() end, "60s"), "healed: %s", c:disagreement() or "yes")

local diode = one_way(c.n1, c.n2)
wait "6s"
expect(c.n2:sees(c.n1).pfail or c.n1:sees(c.n2).pfail, "half a link is no link")
heal(diode)
local alone = isolate(c.n3)
expect(wait_until(function() return c.n3:state() == "fail" end, "10s"), "isolated")
local bad = link({ c.n1 }, c.n2, { latency = "80ms", jitter = "5ms", loss = "1%", bandwidth = "1MB" })
local half = link(c.n2, c.n1, { loss = 0.5, one_way = true })
heal()
expect(not pcall(alone.heal, alone) and not pcall(bad.heal, bad) and not pcall(half.heal, half), "heal() heals all")
expect(wait_until(function() return c:converged() end, "60s"), "all agree in the end: %s", c:disagreement() or "yes")
cut({ c.n1 }, c.n2):heal()
