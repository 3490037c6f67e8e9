-- Two of five primaries die at once. The ways are long, so that requests for votes cross: a voter votes once an epoch, and
-- who loses tries again after 4 T, 4 s at least (protocol.md §6.15).
title "Two deaths of five"

local c = cluster { primaries = 5, replicas = 1, node_timeout = "1s", repl_diskless_sync_delay = 0, link = { latency = "60ms" } }
c:create()
expect(wait_until(function() return c:converged() end, "60s"), "five primaries, five replicas")
wait "3s"
local started = {}
on("election_started", function(e)
  started[e.node] = started[e.node] or {}
  table.insert(started[e.node], e)
end)
on("vote_refused", function(e) say("%s refused %s in epoch %d: %s.", e.node, e.candidate, e.epoch, e.reason) end)

step "Two die"
c.n1:kill()
c.n2:kill()
expect(wait_until(function() return c:owner(0) == nil and c:owner(4000) == nil end, "1s"), "two fifths are nobody's")
expect(wait_until(function() return c:owner(0) and c:owner(4000) end, "30s"), "both are replaced")
local heirs = { c:owner(0), c:owner(4000) }
expect(heirs[1]:epoch() ~= heirs[2]:epoch(), "with epochs %d and %d", heirs[1]:epoch(), heirs[2]:epoch())
for _, each in ipairs(heirs) do
  local attempts = started[each]
  for i = 2, #attempts do
    local between = attempts[i].time - attempts[i - 1].time
    expect(between >= "4.4s" and between <= "5.3s", "%s asked again after %s: 4 s, a delay and a tick", each, between)
  end
end
expect(wait_until(function() return c:converged() end, "20s"), "all agree")
