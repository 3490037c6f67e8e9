-- c:create() does what redis-cli --cluster create does.
local c = cluster { primaries = 3, replicas = 1, node_timeout = "5s" }
expect(#c == 6 and #c.nodes == 6 and c[1] == c.n1 and c[7] == nil, "six nodes")
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "converged: %s", c:disagreement() or "yes")
expect(c.n1:epoch() == 1 and c.n2:epoch() == 2 and c.n3:epoch() == 3, "epochs of the primaries")
local ranges = { n1 = { 0, 5460 }, n2 = { 5461, 10922 }, n3 = { 10923, 16383 } }
for name, range in pairs(ranges) do
  expect(c:owner(range[1]) == c[name] and c:owner(range[2]) == c[name], "%s owns %d to %d", name, range[1], range[2])
  expect(c[name]:slots() == range[2] - range[1] + 1, "%s counts its slots", name)
end
expect(#c:primaries() == 3 and #c:replicas() == 3 and #c:running() == 6, "three of each")
for _, primary in ipairs(c:primaries()) do
  expect(#c:replicas_of(primary) == 1, "one replica of %s", primary)
  expect(c:replicas_of(primary)[1]:primary() == primary, "which follows it")
end
expect(c:states() == 6, "everybody says ok")
expect(c:disagreement() == nil, "nothing is disagreed on")
local info = c.n2:info()
expect(info.cluster_state == "ok" and info.cluster_slots_assigned == 16384 and info.cluster_known_nodes == 6
  and info.cluster_size == 3, "CLUSTER INFO")
local lines = 0
for line in c.n2:nodes():gmatch("[^\n]+") do
  lines = lines + 1
  local id, address, flags = line:match("^(%x+) (%S+) (%S+)")
  expect(#id == 40 and address:find("^10%.0%.0%.%d:6379@16379$"), "a line of CLUSTER NODES: %s", address)
  if flags:find("myself") then expect(id == c.n2:id() and flags == "myself,master", "n2 itself") end
end
expect(lines == 6, "six lines")
local belief = c.n2:sees(c.n1)
expect(belief.primary and not belief.pfail and not belief.fail and belief.connected and belief.epoch == 1
  and belief.slots == 5461, "what n2 believes of n1")
expect(c.n2:sees(c.n4).follows ~= nil, "n2 knows whom n4 follows")
expect(c.n4:owner(0) == c.n1, "n4 knows who owns slot 0")
expect(c.n1:conf():find(c.n1:id(), 1, true), "nodes.conf")
expect(c.n1:state() == "ok" and c.n1:role() == "primary" and c.n4:role() == "replica", "states and roles")
expect(c.n1:primary() == nil and c.n1:current_epoch() >= 3, "epoch of the cluster")

local again, why = pcall(c.create, c)
expect(not again and why:find("already busy"), "creating twice: %s", why)
