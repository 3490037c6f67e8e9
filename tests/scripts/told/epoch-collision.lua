-- Equal epochs: the smaller ID of each pair moves on; until then nobody's claim wins (protocol.md §4.9, §6.10).
title "Epochs collide"

local c = cluster { primaries = 3, node_timeout = "2s" }
local list = { c.n1, c.n2, c.n3 }
table.sort(list, function(a, b) return a:id() < b:id() end)
local small, middle, large = list[1], list[2], list[3]
say("By their IDs: %s < %s < %s.", small, middle, large)
local collisions = {}
on("epoch_collision", function(e) collisions[#collisions + 1] = e end)

step "Three primaries with epoch 0"
small:addslotsrange(0, 5000)
middle:addslotsrange(5001, 10000)
large:addslotsrange(10001, 16383)
small:meet(middle)
small:meet(large)
expect(wait_until(function() return c:converged() end, "30s"), "all agree")
expect(large:epoch() == 0, "the largest ID keeps its epoch")
expect(small:epoch() ~= middle:epoch() and small:epoch() > 0 and middle:epoch() > 0, "the others have %d and %d", small:epoch(),
  middle:epoch())
for _, e in ipairs(collisions) do
  expect(e.node:id() < e.peer:id(), "%s, not %s, took a new epoch: %d", e.node, e.peer, e.epoch)
end

step "One slot, two owners, one epoch"
local a, b = node { name = "a", node_timeout = "2s" }, node { name = "b", node_timeout = "2s" }
if b:id() < a:id() then a, b = b, a end
a:addslotsrange(0, 8191)
b:addslotsrange(8191, 16383)
a:call("SET", "hello", "a")
say("%s and %s both own slot 8191, with epoch 0. %s has the smaller ID.", a, b, a)
a:meet(b)
expect(wait_until(function() return b:owner(8191) == a and a:owner(8191) == a end, "20s"), "the slot is %s's", a)
expect(a:epoch() > b:epoch(), "whose epoch went up: %d, and %d", a:epoch(), b:epoch())
expect(b:slots() == 8192, "%s has kept the rest", b)
