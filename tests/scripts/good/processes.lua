-- kill, restart, freeze, thaw, slow, power and disk.
local c = cluster { primaries = 3, replicas = 1, node_timeout = "2s" }
c:create()
local function in_sync()
  for _, replica in ipairs(c:replicas()) do
    if replica:replication() ~= "connected" or replica:offset() == 0 then return false end
  end
  return c:converged()
end
expect(wait_until(in_sync, "30s"), "created, and every replica has its copy")
expect(c.n1:status() == "running", "running")

local id = c.n1:id()
c.n1:kill()
expect(c.n1:status() == "dead" and c.n1:state() == nil and c.n1:nodes() == "" and c.n1:epoch() == nil, "dead: says nothing")
expect(c.n2:sees(c.n1) and c.n1:sees(c.n2) == nil, "nor believes anything")
local reply, why = c.n1:call("PING")
expect(reply == nil and why == "connection refused", "nobody listens")
expect(not pcall(c.n1.meet, c.n1, c.n2), "a method that must work is a mistake then")
local took = wait_until(function() return c:owner(0) end, "20s")
expect(took and took > "1s" and c:owner(0) ~= c.n1, "a replica takes over after %s", took)
c.n1:restart()
expect(wait_until(function() return c.n1:role() == "replica" end, "20s"), "back as a replica")
expect(c.n1:id() == id, "with its old name")

c.n2:freeze()
expect(c.n2:status() == "frozen", "frozen")
expect(wait_until(function() return c.n3:sees(c.n2).pfail end, "10s"), "suspected")
c.n2:thaw()
expect(wait_until(function() return c:converged() end, "60s"), "thawed, and all agree: %s", c:disagreement() or "yes")

c.n3:freeze()
local asked = now()
reply, why = c.n3:call("PING")
expect(reply == nil and why == "no answer within 60 s" and now() - asked == duration "60s", "a frozen one does not answer")
c.n3:thaw()
wait "1s"

local primary = c:owner(0)
local before = primary:offset()
primary:feed(1000)
wait "10ms"
expect(primary:offset() >= before + 1000, "the replication stream grows")

c.n4:slow(50)
c.n4:slow(1)
c.n4:restart { wipe = true }
wait "1s"
expect(c.n4:status() == "running" and not c.n4:nodes():find("\n%x"), "wiped: alone in the world")
c.n5:kill { power = true }
expect(c.n5:status() == "dead", "without power")
c.n5:wipe()
c.n5:restart()
c.n6:power_off()
