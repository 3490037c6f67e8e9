-- CLUSTER FAILOVER, plain: nothing is lost, and it takes milliseconds. Then to and fro too fast (protocol.md §6.14, §7).
title "A failover by hand"

local c = cluster { primaries = 3, replicas = 1, node_timeout = "2s", repl_diskless_sync_delay = 0 }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local old = c:owner(866)
local heir = c:replicas_of(old)[1]
local synced, won = {}, nil
on("repl_synced", function(e) synced[e.node] = e end)
on("election_won", function(e) won = e end)

step "With a writer"
local writes, refused = 0, nil
local client = old:connect()
local writer = every("1ms", function()
  if refused then return false end
  local reply, why = client:call("INCR", "hello")
  if reply then writes = reply else refused = why end
end)
wait "100ms"
local asked = now()
expect(heir:call "CLUSTER FAILOVER" == "OK", "OK: accepted")
expect(heir:role() == "replica", "and not done yet")
expect(wait_until(function() return refused end, "5s"), "the writer is sent away")
writer:stop()
expect(won and won.time - asked < "10ms", "the heir has won after %s", won and won.time - asked)
expect(refused == "MOVED 866 " .. heir.ip .. ":6379", "a write that waited: %s", refused)
expect(math.tointeger(heir:call("GET", "hello")) == writes, "all %d writes with an OK are there", writes)
expect(wait_until(function() return synced[old] end, "5s"), "the old primary follows")
expect(not synced[old].full, "and continues the stream where it was")
expect(wait_until(function() return c:converged() end, "10s"), "all agree")

step "Back"
synced = {}
expect(old:call "CLUSTER FAILOVER" == "OK", "OK")
expect(wait_until(function() return old:role() == "primary" end, "1s"), "the old primary is primary again")
local epoch = old:epoch()
wait "1s"

step "And again, within 2 T"
asked = now()
expect(heir:call "CLUSTER FAILOVER" == "OK", "OK")
expect(wait_until(function() return heir:role() == "primary" end, "1s"), "it wins with the votes of the first time")
expect(heir:epoch() < epoch, "and with the epoch of the first time: %d, not %d", heir:epoch(), epoch)
expect(wait_until(function() return heir:role() == "replica" end, "1s"), "a claim of a lower epoch does not last")
expect(wait_until(function() return synced[heir] and synced[heir].time > asked end, "5s"), "it copies")
expect(synced[heir].full, "everything, as its history was its own for a moment")
expect(old:call("SET", "hello", "x") == "OK", "a write waits until the pause is over")
local paused = now() - asked
expect(paused >= "5s" and paused < "5.2s", "5 s after it was asked for: %s", paused)
expect(c:converged(), "all agree")
