-- A primary with an append-only file dies and is back before anybody suspects it (protocol.md §2.7, §2.8, §5.7).
title "A restart before the failover"

local T = duration "2s"
local c = cluster { primaries = 3, replicas = 1, node_timeout = T, repl_diskless_sync_delay = 0, conf = [[
save ""
appendonly yes
appendfsync always
]] }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local primary = c:owner(866)
local replica = c:replicas_of(primary)[1]
local id, epoch = primary:id(), primary:epoch()
local suspected, won, synced = 0, 0, nil
on("suspected", function(e) if e.peer == primary then suspected = suspected + 1 end end)
on("election_won", function() won = won + 1 end)
on("repl_synced", function(e) if e.node == replica then synced = e end end)
for i = 1, 100 do primary:call("SET", "{hello}" .. i, i) end

step "Killed, and started again at once"
primary:kill()
primary:restart()
local started = now()
expect(wait_until(function() return primary:status() == "running" end, "1s"), "it is back")
expect(primary:id() == id and primary:epoch() == epoch and primary:slots() == 5461, "the same node ID, epoch and slots")
wait "500ms"
local reply, why = primary:call "GET {hello}1"
expect(why == "CLUSTERDOWN The cluster is down", "it does not serve yet: %s", tostring(why))
expect(c:owner(866) == primary and c.n2:state() == "ok", "the others have noticed nothing")
expect(wait_until(function() return primary:state() == "ok" end, "5s"), "it serves")
expect(now() - started >= "2s" and now() - started < "2.3s", "two seconds after its start: %s", now() - started)
expect(primary:call "DBSIZE" == 100 and primary:call "GET {hello}100" == "100", "with all its keys, from its disk")
expect(wait_until(function() return synced end, "5s"), "its replica is connected")
expect(synced.full, "by a full synchronisation: an append-only file has no replication history")
expect(replica:call "DBSIZE" == 100, "and has all of them")
expect(suspected == 0 and won == 0, "nobody was suspected, nobody elected")

step "A little too late"
primary:kill()
wait(T / 2)
primary:restart()
expect(wait_until(function() return primary:state() == "ok" end, "10s"), "half of T dead: it serves again")
expect(won == 0 and c:owner(866) == primary, "still no election")
