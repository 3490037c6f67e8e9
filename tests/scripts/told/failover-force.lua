-- CLUSTER FAILOVER FORCE: the primary is not asked. What it had not sent is lost; after a lost election nothing happens.
title "A failover by force"

local T = duration "2s"
local c = cluster { primaries = 3, replicas = 1, node_timeout = T, repl_diskless_sync_delay = 0 }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local old = c:owner(866)
local heir = c:replicas_of(old)[1]
local failed, won, asked
on("failed", function(e) failed = e end)
on("election_won", function(e) won = e end)
on("election_started", function(e) asked = asked or e end)

step "The primary is alive, but not heard"
old:call("SET", "hello", "copied")
wait "10ms"
local wall = cut(old, heir)
old:call("SET", "hello", "not copied")
local start = now()
expect(heir:call "CLUSTER FAILOVER FORCE" == "OK", "OK")
expect(wait_until(function() return won end, "1s"), "it wins")
expect(won.time - start < "150ms", "with the next tick: %s", won.time - start)
expect(not failed, "nobody has called the primary dead")
wait "100ms"
wall:heal()
expect(wait_until(function() return old:role() == "replica" end, "10s"), "the old primary gives in")
expect(wait_until(function() return c:converged() and old:replication() == "connected" end, "20s"), "all agree")
expect(heir:call("GET", "hello") == "copied", "the write that was not copied is lost")

step "The primary is dead"
wait(T * 2)
local primary, replica = heir, old
primary:kill()
local died = now()
wait "500ms"
won, asked, failed = nil, nil, nil
local reply, why = replica:call "CLUSTER FAILOVER"
expect(why, "plain: %s", tostring(why))
expect(replica:call "CLUSTER FAILOVER FORCE" == "OK", "force: OK")
expect(wait_until(function() return won end, "1s"), "it wins")
expect(now() - died < T and not failed, "long before anybody suspects: %s after the death", now() - died)
primary:restart()
expect(wait_until(function() return c:converged() and primary:replication() == "connected" end, "20s"), "all agree")

step "After a lost election"
wait(T * 4)
won, asked = nil, nil
replica:kill()
local candidate = primary
expect(wait_until(function() return asked end, "20s"), "the replica asks for votes")
asked = nil
wait(T * 2)
expect(c:owner(866) == candidate, "and is elected")
replica:restart()
expect(wait_until(function() return c:converged() and replica:replication() == "connected" end, "20s"), "all agree")
wait(T * 4)
candidate:kill()
local delayed
on("election_delayed", function(e) delayed = delayed or e end)
expect(wait_until(function() return delayed end, "20s"), "the replica gets ready to ask")
wall = cut(replica)
asked = nil
expect(wait_until(function() return asked end, "5s"), "its requests are not heard")
local first = asked.time
wait(T * 2 + "1s")
wall:heal()
wait "1s"
won, asked = nil, nil
expect(replica:role() == "replica", "when they are, it is too late")
expect(replica:call "CLUSTER FAILOVER FORCE" == "OK", "force: OK")
wait "1s"
expect(not asked, "but nothing happens")
expect(wait_until(function() return won end, "20s"), "it wins in the end")
expect(asked.time - first >= T * 4 - "105ms", "4 T after the first time: %s", asked.time - first)
