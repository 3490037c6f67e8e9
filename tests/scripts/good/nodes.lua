-- Single nodes, by redis.conf or by options, become a cluster by commands.
local a = node [[
# a comment
port 6379
cluster-enabled yes
cluster-node-timeout 2000
appendonly yes
]]
local b = node { name = "b", cluster_node_timeout = 2000 }
local d = node { name = "third", conf = "cluster-node-timeout 2000" }
local e = node { node_timeout = "2s", cluster_require_full_coverage = false, ["repl-timeout"] = "60s" }
expect(a.name == "n1" and b.name == "b" and e.name == "n4", "names")
expect(a.ip == "10.0.0.1" and a.port == 6379 and a.zone == "", "addresses")
expect(find "third" == d and tostring(d) == "third", "found by name")

expect(a:call("PING") == "PONG" and a:call "CLUSTER MYID" == a:id(), "a client's call")
expect(a:call("CLUSTER", "KEYSLOT", "hello") == 866, "an integer")
expect(a:call("CLUSTER", "KEYSLOT", "a key with blanks") == a:call("CLUSTER KEYSLOT \"a key with blanks\""), "quoted")
local reply, why = a:call("CLUSTER", "NONSENSE")
expect(reply == nil and why:find("unknown subcommand", 1, true), "an error: %s", why)

a:set_config_epoch(1)
b:set_config_epoch(2)
d:set_config_epoch(3)
a:addslotsrange(0, 5000)
b:addslotsrange(5001, 10000)
d:addslotsrange(10001, 16382)
d:addslots(16383)
a:meet(b)
a:meet(d)
local c = cluster { nodes = { a, b, d } }
expect(c.b == b and c.third == d and c.nodes[1] == a, "a handle for nodes that exist")
expect(wait_until(function() return b:sees(d) and d:sees(b) and b:state() == "ok" end, "30s"), "gossip")
e:meet(b)
expect(wait_until(function() return e:sees(a) and e:sees(d) end, "30s"), "a fourth one")
e:replicate(a)
expect(wait_until(function() return e:replication() == "connected" and a:sees(e) and a:sees(e).follows == a end, "30s"),
  "it copies a")
expect(e:role() == "replica" and e:primary() == a and e:slots() == 0, "as a replica")
b:delslots(5001)
b:delslotsrange(5002, 5003)
expect(b:slots() == 4997, "three slots less: %d", b:slots())
expect(b:info().cluster_slots_assigned == 16381, "b knows it")
d:forget(e)
expect(d:sees(e) == nil, "forgotten")
expect(not pcall(find, "nobody") and not pcall(b.meet, b, 3), "mistakes are told")
