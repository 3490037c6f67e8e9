-- A primary loses all its replicas; the others have two each, and one of those moves (protocol.md §8).
title "A replica migrates"

local T = duration "2s"
local c = cluster { primaries = 3, replicas = 2, node_timeout = T, repl_diskless_sync_delay = 0 }
c:create()
expect(wait_until(function() return c:converged() end, "30s"), "the cluster agrees")
wait "3s"
local orphan = c.n1
local lost = c:replicas_of(orphan)
local mover -- the smallest ID among the replicas of those who have the most
for _, each in ipairs(c:replicas()) do
  if each:primary() ~= orphan and (not mover or each:id() < mover:id()) then mover = each end
end
local giver = mover:primary()
local stays
for _, each in ipairs(c:replicas_of(giver)) do
  if each ~= mover then stays = each end
end
local failed, moved = {}, nil
local function note(e) failed[e.peer] = failed[e.peer] or e.time end
on("failed", note)
on("fail_heard", note)
on("role_changed", function(e) moved = moved or e end)

step "One of two replicas dies"
lost[1]:kill()
expect(wait_until(function() return failed[lost[1]] end, "10s"), "FAIL")
wait "8s"
expect(moved == nil, "nobody moves: one replica is left")

step "The other one dies, too"
local died = now()
lost[2]:kill()
expect(wait_until(function() return failed[lost[2]] end, "10s"), "FAIL")
local failed_at = failed[lost[2]]
expect(failed_at - died <= T * 2 + "300ms", "%s after its death", failed_at - died)
expect(wait_until(function() return moved end, "20s"), "somebody moves")
expect(moved.node == mover and moved.primary == orphan, "%s, which has the smallest ID, to %s", moved.node, moved.primary)
expect(moved.time - failed_at > "5s" and moved.time - failed_at <= "5.3s", "five seconds after FAIL: %s", moved.time - failed_at)
expect(wait_until(function() return mover:replication() == "connected" end, "10s"), "it copies its new primary")
expect(stays:primary() == giver, "%s stays with %s", stays, giver)

step "The dead return"
lost[1]:restart()
lost[2]:restart()
local function whole()
  return lost[1]:replication() == "connected" and lost[2]:replication() == "connected" and c:converged()
end
expect(wait_until(whole, "30s"), "all agree")
wait "10s"
expect(#c:replicas_of(orphan) == 3 and mover:primary() == orphan, "%s has three replicas, and none goes back: nobody is an orphan",
  orphan)

step "The barrier"
moved = nil
for _, each in ipairs(c:replicas_of(orphan)) do each:call "CONFIG SET cluster-migration-barrier 3" end
stays:kill()
wait "15s"
expect(moved == nil, "%s has lost its last replica, but a barrier of 3 keeps three", giver)
for _, each in ipairs(c:replicas_of(orphan)) do each:call "CONFIG SET cluster-migration-barrier 2" end
expect(wait_until(function() return moved end, "10s"), "with 2, one of them goes: %s", moved and moved.node)
expect(moved.primary == giver, "to %s", giver)
