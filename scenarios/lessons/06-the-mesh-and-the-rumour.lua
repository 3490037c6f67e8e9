-- Lesson 6 of 20: who tells whom. A mesh of connections, rumours about others, news about oneself, and opinions.
--
-- Try also:  --set N=30   --set N=100   --set T=15s   --set loss=5%   --set gossip=false   --set guess=2s   --seed 2
title "The mesh and the rumour"

local N = setting("N", 6)
local T = setting("T", duration "5s")
local loss = setting("loss", "0%")
local gossip = setting("gossip", true)
if math.type(N) ~= "integer" or N < 6 or N > 100 then error("--set N=" .. N .. ": a whole number of nodes from 6 to 100 is wanted") end
if T < "1s" or T > "60s" then error("--set T=" .. T .. ": from 1s to 60s is wanted") end
if not gossip then profile { name = "redis-7.0", rules = { gossip = false } } end

local c = cluster { primaries = N, node_timeout = T, link = { latency = "200us", jitter = "100us", loss = tonumber(loss) or loss } }
local nodes = c.nodes
local first, last = nodes[1], nodes[N]
local quorum = N // 2 + 1
local entries = math.min(math.max(3, N // 10), N - 2)
local LIMIT = T * 12 + "60s"

-- A sentence, and the time to read it in the view.
local function tell(...)
  say(...)
  wait "3s"
end

-- Who gets to know something, in which order, and when: looks every 10 ms until all of them know.
local function spread(who, knows, limit)
  local start, waiting, learned = now(), { table.unpack(who) }, {}
  while true do
    for i = #waiting, 1, -1 do
      if knows(waiting[i]) then learned[#learned + 1] = { node = table.remove(waiting, i), after = now() - start } end
    end
    if #waiting == 0 then return learned, learned[#learned].after end
    if now() - start > limit then return learned, nil end
    wait "10ms"
  end
end
local function everybody_but(node)
  local list = {}
  for _, each in ipairs(nodes) do
    if each ~= node then list[#list + 1] = each end
  end
  return list
end
local function suspects(node) -- how many call it PFAIL or FAIL
  local count = 0
  for _, each in ipairs(everybody_but(node)) do
    local belief = each:sees(node)
    if belief and (belief.pfail or belief.fail) then count = count + 1 end
  end
  return count
end

step "A chain of introductions"
tell("%d servers, each alone. *%s* is told to MEET *%s*, that one to MEET the next, and so on: %d introductions.", N, first,
  nodes[2], N - 1)
predict { "A chain of " .. N .. " nodes, " .. N - 1 .. " introductions. How many bus connections will there be in the end?",
  choices = { N - 1 .. ": one for each introduction", 2 * (N - 1) .. ": one each way", N * (N - 1) .. ": two for each pair" },
  answer = gossip and 3 or 2 }
for i = 1, N - 1 do nodes[i]:meet(nodes[i + 1]) end
local met = now()
if not gossip then
  wait(T * 4)
  expect(c:links() == 2 * (N - 1), "the chain has %d connections and stays a chain", c:links())
  tell("Gossip is switched off, and after %s there are %d connections. A heartbeat tells of its sender only: whoever was not "
    .. "introduced is never heard of. With gossip it would be %d.", now() - met, c:links(), N * (N - 1))
else
  local pairs_left, growth = {}, {}
  for _, each in ipairs(nodes) do
    for _, other in ipairs(everybody_but(each)) do pairs_left[#pairs_left + 1] = { each, other } end
  end
  local counting = every("1s", function() growth[#growth + 1] = c:links() end)
  local took = wait_until(function()
    while #pairs_left > 0 do
      local pair = pairs_left[#pairs_left]
      local belief = pair[1]:sees(pair[2])
      if not belief or not belief.connected then return false end
      pairs_left[#pairs_left] = nil
    end
    return true
  end, LIMIT)
  counting.stop()
  expect(took, "everybody is connected with everybody")
  expect(c:links() == N * (N - 1), "%d connections: N (N - 1)", c:links())
  tell("%d introductions, %d connections, after %s. Each heartbeat carried some words about others, and whoever hears of a "
    .. "stranger connects to it. Every pair has two connections, one opened from each side.", N - 1, c:links(), took)
  if #growth > 1 then tell("It grew like a rumour: %d connections after 1 s, %d after %d s.", growth[1], growth[#growth], #growth) end
  report("mesh complete after", took)
end
report("connections", c:links())
wait "1s"

if gossip then
  step "How much is in a heartbeat"
  predict { "And with " .. (N == 100 and 200 or 100) .. " nodes?", choices = N == 100 and { "400", "19,900", "39,800" } or { "200", "4,950", "9,900" },
    answer = 3 }
  tell("N (N - 1) again: with %s nodes %s connections. Few bytes travel on most of them at any time: a node pings one other a "
    .. "second, and whoever was silent for T/2 = %s.", N == 100 and 200 or 100, N == 100 and "39,800" or "9,900", T / 2)
  predict { "A heartbeat of this cluster: about how many of the other nodes does it say something?",
    choices = { "none, only of its sender", "of " .. entries .. ", drawn by chance", "of all " .. N - 1 }, answer = 2 }
  local function sent()
    local sum = 0
    for _, each in ipairs(nodes) do sum = sum + each:info().cluster_stats_messages_sent end
    return sum
  end
  local bytes, messages, began = bus_bytes(), sent(), now()
  wait "20s"
  local count = sent() - messages
  local size = (bus_bytes() - bytes) / count
  local full = 2256 + 104 * entries
  tell("2256 bytes of the sender itself, with a bit for each of the 16384 slots; then 104 bytes for each rumour. max(3, N/10) "
    .. "are wanted, %d here: %d bytes. Measured: %.0f bytes on average, as some draws hit nobody new.", entries, full, size)
  expect(size <= full and size >= full - 104, "a heartbeat has 2256 + 104 x %d bytes, or one rumour less", entries)
  report("bytes of a heartbeat", string.format("%.0f", size))
  report("messages a second and node", string.format("%.2f", count / (now() - began):seconds() / N))
end

step "News about slots"
-- Nine slots are kept back; each will be a piece of news.
local kept = 16375
for i = 1, N do
  local low, high = (i - 1) * kept // N, i * kept // N - 1
  nodes[i]:addslotsrange(low, high)
end
local near = gossip and nodes or { first, nodes[2] }
local function owned_by(owner, slot)
  return function(node) return node:owner(slot) == owner end
end
local _, took = spread(near, owned_by(first, 0), LIMIT)
expect(took, "the slots of %s are known", first)
wait(T * 2)
tell("The slots are given out, all but the last nine. Now *%s* gets slot %d. It will not announce it: that is part of its next "
  .. "heartbeats, to whomever they go.", first, kept)
predict { "*" .. first.name .. "* owns a new slot. How do the others learn it?",
  choices = { "at once: it tells everyone", "from anybody who knows it already", "each in its next exchange with " .. first.name }, answer = 3 }
first:addslots(kept)
local learned
learned, took = spread(near, owned_by(first, kept), LIMIT)
expect(took, "%s know the owner of slot %d", gossip and "all" or "two", kept)
if not gossip then
  wait(T * 2)
  local know = 0
  for _, each in ipairs(nodes) do
    if owned_by(first, kept)(each) then know = know + 1 end
  end
  expect(know == 2, "%s and its neighbour know, and nobody else", first)
  tell("Only *%s* knows, which is connected with *%s*. In this chain nobody else will ever hear of it.", nodes[2], first)

  step "Health, unheard"
  predict { "*" .. last.name .. "* dies. Who will call it FAIL?", choices = { "a majority, after a while", "its neighbour", "nobody" }, answer = 3 }
  last:kill()
  wait(T * 4)
  local belief = nodes[N - 1]:sees(last)
  expect(belief.pfail and not belief.fail, "%s suspects it and stays alone with that", nodes[N - 1])
  expect(suspects(last) == 1, "nobody else suspects it")
  tell("*%s* has the opinion that *%s* is gone, and no way to say so. Opinions travel in the gossip section; without it there are "
    .. "no reports, no majority, no FAIL, no failover.", nodes[N - 1], last)
  wait "1s"
  do return end
end

local order = {}
for i = 2, math.min(#learned, 4) do order[#order + 1] = string.format("%s after %s", learned[i].node, learned[i].after) end
tell("%s; the last, *%s*, after %s. The gossip section has no slots in it: what a node owns, only that node says, in the first "
  .. "2256 bytes of its own heartbeats.", table.concat(order, ", "), learned[#learned].node, learned[#learned].after)

step "Eight more"
local low, high, sum = nil, nil, duration "0s"
for round = 1, 7 do
  local owner = nodes[round * 3 % N + 1]
  owner:addslots(kept + round)
  local _, time = spread(nodes, owned_by(owner, kept + round), LIMIT)
  if not expect(time, "everybody knows of slot %d", kept + round) then time = LIMIT end
  low, high, sum = low and low < time and low or time, high and high > time and high or time, sum + time
  wait "300ms"
end
if took < low then low = took end
if took > high then high = took end
tell("Seven more slots, each to another node: known to all after %s to %s, %s on average. Chance decides who pings whom in "
  .. "which second.", low, high, (sum + took) / 8)
report("news known to all, fastest", low)
report("news known to all, slowest", high)
exercise { "guess", question = "how long does it take until all know of a new slot? A time within what this run has shown is right.",
  low = low, high = high,
  why = "News of slots waits for a heartbeat of the owner, one a second to somebody, one to everybody within about T/2." }
wait "3s"

step "Out of the owner's reach"
predict { "The path between *" .. first.name .. "* and *" .. last.name .. "* is cut, all others can talk with both. *" .. first.name
    .. "* gets the last slot. Will *" .. last.name .. "* learn it?",
  choices = { "yes, from the others", "no", "yes, when T is over" }, answer = 2 }
local path = cut(first, last)
first:addslots(16383)
_, took = spread(everybody_but(last), owned_by(first, 16383), LIMIT)
expect(took, "all others know of slot 16383")
wait(T / 2)
expect(last:owner(16383) == nil, "%s does not know who owns slot 16383", last)
expect(nodes[2]:state() == "ok" and last:state() == "fail", "for the others the cluster is whole; %s misses a slot", last)
tell("%s after the cut all but *%s* know that *%s* owns slot 16383, and say cluster_state:ok. *%s* hears from everybody that "
  .. "*%s* is well, and from nobody what it owns.", took, last, first, last, first)
path:heal()
took = wait_until(function() return last:owner(16383) == first end, LIMIT)
expect(took, "%s learns it from %s itself", last, first)
tell("The path is back, and %s later *%s* has it from *%s*.", took, last, first)
expect(wait_until(function() return c:converged() end, LIMIT), "all agree")

step "Health: one opinion"
local failed
on("failed", function(e) failed = failed or e end)
local cuts = {}
local function cut_to(count) -- the first `count` nodes cannot talk with the last
  for i = #cuts + 1, count do cuts[i] = cut(nodes[i], last) end
  local start = now()
  expect(wait_until(function() return suspects(last) >= count end, LIMIT), "PFAIL at %d: %s", count, last)
  return now() - start
end
tell("Now the other kind of news. Whether a node is well, everybody may say who has an opinion. The path between *%s* and *%s* "
  .. "is cut again, for longer.", first, last)
took = cut_to(1)
wait(T)
expect(not failed, "nobody calls %s FAIL", last)
expect(suspects(last) == 1, "%s is alone with its opinion", first)
tell("After %s *%s* had no answer for T: PFAIL, its opinion. It stands in all its heartbeats, and whoever hears it keeps it as a "
  .. "report, valid for 2 T. %d of %d primaries are needed.", took, first, quorum, N)
predict { "*" .. first.name .. "* cannot reach *" .. last.name .. "*. How many others must share that opinion, so that all call it FAIL?",
  choices = { "one more", quorum - 1 .. " more", "all " .. N - 2 }, answer = 2 }

step "Cut by cut"
local itself = N - quorum + 1 -- so many cuts leave the last node without a majority
if N <= 12 then
  for count = 2, math.min(itself, quorum) - 1 do
    took = cut_to(count)
    tell("%d paths are cut, %d suspect it, %s later. Not FAIL: %d are needed.", count, count, took, quorum)
  end
else
  cut_to(math.min(itself, quorum) - 1)
end
expect(not failed and last:state() == "ok", "%d cuts: not enough, and %s serves", #cuts, last)
if itself < quorum then
  cut_to(itself)
  expect(wait_until(function() return last:state() == "fail" end, LIMIT), "%s stops by itself", last)
  expect(not failed, "the others do not call it FAIL yet")
  tell("%d cuts: *%s* reaches %d of %d primaries, itself included, and that is no majority. It stops by itself, while the others "
    .. "need one opinion more.", itself, last, N - itself, N)
end
cut_to(quorum - 1)
cuts[quorum] = cut(nodes[quorum], last)
took = wait_until(function() return failed end, LIMIT)
expect(took and failed.peer == last, "%d opinions of %d: FAIL", quorum, N)
expect(wait_until(function()
  for _, each in ipairs(everybody_but(last)) do
    if not each:sees(last).fail then return false end
  end
  return true
end, "2s"), "all are told, and believe it")
expect(wait_until(function() return select(2, c:states()) == N end, "2s"), "the slots of %s are lost: everybody refuses", last)
tell("With the cut number %d it took %s: *%s* counted %d opinions and sent FAIL to everybody. Whoever can still talk "
  .. "with *%s* believes it, too: a majority has spoken.", quorum, took, failed.node, quorum, last)
report("FAIL after the last cut", took)
local marked = failed.time

step "The paths heal"
predict { "All paths are whole again. *" .. last.name .. "* never died, and answers. When does the cluster serve?",
  choices = { "at its first answer", "when 2 T are over since FAIL", "when it is cleared by hand" }, answer = 2 }
for _, each in ipairs(cuts) do each:heal() end
took = wait_until(function() return select(1, c:states()) == N end, LIMIT)
expect(took and now() - marked >= T * 2, "FAIL is kept for 2 T while its slots are without another owner")
tell("Each node takes the flag back by itself, when *%s* answers and 2 T are over since FAIL: so long an election "
  .. "may be under way for a node that has a replica. %s after FAIL everybody serves.", last, now() - marked)

step "A newcomer"
local new = node { name = "new", cluster_node_timeout = T }
predict { "A node more, *new*, is introduced to *" .. first.name .. "* alone. How many of the old nodes connect to it?",
  choices = { "one", "those to whom " .. first.name .. " happens to tell it", "all " .. N }, answer = 3 }
new:meet(first)
learned, took = spread(nodes, function(each)
  local belief = each:sees(new)
  return belief and belief.connected
end, LIMIT)
expect(took, "all %d know it and are connected", N)
tell("*%s* knew it after %s, the last, *%s*, after %s. That is a rumour: everybody passes it on who has heard it, so it takes a few "
  .. "rounds of heartbeats, not one for each node.", learned[1].node, learned[1].after, learned[#learned].node, took)
report("newcomer known to all after", took)
tell("What to keep: connections are a mesh, N (N - 1). Existence and health are rumours, everybody passes them on; slots are said by "
  .. "their owner alone. And opinions become a fact by a majority.")
wait "2s"
