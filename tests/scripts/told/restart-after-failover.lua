-- The old primary returns after it was replaced: from its disk, and from a long sleep (protocol.md §6.12, §10.3).
title "A restart after the failover"

local c = cluster { primaries = 3, replicas = 1, node_timeout = "2s", repl_diskless_sync_delay = 0, conf = [[
save ""
appendonly yes
appendfsync always
]] }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local old = c:owner(866)
local heir = c:replicas_of(old)[1]
local watched, synced, role = old, nil, nil
on("repl_synced", function(e) if e.node == watched then synced = e end end)
on("role_changed", function(e) if e.node == watched then role = e end end)
old:call("SET", "hello", "copied")
wait "100ms"

step "It dies, and is replaced"
local cable = cut(old, heir)
expect(old:call("SET", "hello", "not copied") == "OK", "its last write has its OK")
old:power_off()
cable:heal()
expect(wait_until(function() return c:owner(866) == heir end, "20s"), "the replica takes over")
expect(heir:call("SET", "hello", "new") == "OK" or heir:state() == "fail", "and takes writes")
wait "1s"
heir:call("SET", "hello", "new")

step "It returns from its disk"
old:restart()
expect(wait_until(function() return old:status() == "running" end, "5s"), "it is back")
local started = now()
expect(old:slots() == 5461 or old:role() == "replica", "as a primary of its old slots")
expect(wait_until(function() return role end, "5s") and old:role() == "replica", "it gives in")
expect(role.time - started < "50ms" and role.reason == "lost its last slot", "%s after its start: %s", role.time - started, role.reason)
expect(wait_until(function() return synced end, "10s"), "it copies its heir")
expect(synced.full, "everything")
local conn = old:connect()
conn:call "READONLY"
expect(conn:call("GET", "hello") == "new", "what only it had is gone")
expect(wait_until(function() return c:converged() end, "10s"), "all agree")
wait "5s"

step "The heir sleeps, and wakes up as a primary"
local sleeper, next_heir = heir, old
watched, synced, role = sleeper, nil, nil
sleeper:freeze()
expect(wait_until(function() return c:owner(866) == next_heir end, "20s"), "it is replaced")
wait "2s"
sleeper:thaw()
local woke = now()
expect(wait_until(function() return role end, "5s") and sleeper:role() == "replica", "it gives in")
expect(role.time - woke < "10ms", "%s after it woke up", role.time - woke)
expect(wait_until(function() return synced end, "10s"), "it follows")
expect(not synced.full, "and continues the stream: it had written nothing that the other lacked")
expect(wait_until(function() return c:converged() end, "10s"), "all agree")
