-- on(event, fn): in order, at the moment, with every field of the record.
local log, votes = {}, 0
local c = cluster { primaries = 3, replicas = 1, node_timeout = "2s" }
c:create()
wait_until(function() return c.n4:replication() == "connected" and c.n4:offset() > 0 and c:converged() end, "30s")

on("process_exited", function(e)
  log[#log + 1] = e.type
  expect(e.node == c.n1 and e.reason == "killed" and e.time == now(), "n1 died: %s", e.reason)
end)
on("suspected", function(e)
  log[#log + 1] = e.type
  expect(e.peer == c.n1 and e.node ~= c.n1 and e.silence > "1s" and e.time == now(), "%s suspects %s", e.node, e.peer)
end)
local first
on("failed", function(e) first = first or e end)
on("vote_granted", function(e)
  votes = votes + 1
  expect(e.candidate == c:replicas_of(c.n1)[1] or e.candidate:role(), "a vote for %s in epoch %d", e.candidate, e.epoch)
end)
local won
on("Election_Won", function(e) won = e end) -- letters may be large
local silent = on("election_won", function() expect(false, "a stopped handler is silent") end)
silent.stop()
local after = 0
on("say", function(e)
  after = after + 1
  expect(e.text == "hello", "a script hears itself")
end)
say "hello"
c.n1:kill()
on("process_exited", function() expect(false, "what happened before on() is none of its business") end)
wait "1us"
expect(log[1] == "process_exited" and after == 1, "told at once")
wait_until(function() return won end, "20s")
expect(won.epoch == won.node:epoch() and first.quorum == 2 and first.reports >= 1, "fields of records")
expect(votes == 2 and c:owner(0) == won.node, "%d votes", votes)
