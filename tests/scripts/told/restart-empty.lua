-- The empty restart: a primary without persistence dies and is back before anybody suspects it (protocol.md §2.8, §10.5).
title "An empty restart"

local c = cluster { primaries = 3, replicas = 1, node_timeout = "2s", repl_diskless_sync_delay = 0, conf = [[
save ""
appendonly no
]] }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local primary = c:owner(866)
local replica = c:replicas_of(primary)[1]
local id, epoch = primary:id(), primary:epoch()
local suspected, synced, lost_at = 0, nil, nil
on("suspected", function(e) if e.peer == primary then suspected = suspected + 1 end end)
on("repl_synced", function(e) if e.node == replica then synced = e end end)
for i = 1, 100 do primary:call("SET", "{hello}" .. i, i) end
wait "100ms"
expect(primary:call "DBSIZE" == 100 and replica:call "DBSIZE" == 100, "a hundred keys, twice")

step "Killed, and started by a supervisor at once"
primary:kill()
primary:restart()
local started = now()
expect(wait_until(function() return primary:status() == "running" end, "1s"), "it is back")
expect(primary:id() == id and primary:epoch() == epoch and primary:role() == "primary", "the same node ID, epoch and role")
expect(primary:slots() == 5461, "and slots")
wait "100ms"
local reply, why = primary:call "GET {hello}1"
expect(why == "CLUSTERDOWN The cluster is down", "it does not serve for two seconds: %s", tostring(why))
expect(wait_until(function() return synced end, "2s"), "its replica is connected again")
expect(synced.full, "and copies everything: there is a new history")
expect(synced.time - started < "1.2s", "%s after the start", synced.time - started)
expect(replica:call "DBSIZE" == 0, "everything is nothing")
expect(wait_until(function() return primary:state() == "ok" end, "5s"), "the primary serves")
expect(now() - started >= "2s" and now() - started < "2.3s", "two seconds after its start: %s", now() - started)
expect(primary:call "DBSIZE" == 0, "an empty data set")
expect(suspected == 0 and c:owner(866) == primary, "nobody has suspected anything, and nobody was elected")

step "Started later"
for i = 1, 100 do primary:call("SET", "{hello}" .. i, i) end
wait "5s"
expect(replica:call "DBSIZE" == 100, "a hundred keys again")
primary:kill()
expect(wait_until(function() return c:owner(866) == replica end, "20s"), "a supervisor that waits longer than T leaves it to the replica")
primary:restart()
expect(wait_until(function() return primary:replication() == "connected" end, "10s"), "the old primary follows")
expect(replica:call "DBSIZE" == 100, "and nothing is lost")
