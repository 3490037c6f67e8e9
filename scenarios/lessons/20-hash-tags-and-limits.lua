-- Lesson 20 of 20: several keys in one command. The slot decides, not the node; tags put keys together; what a cluster cannot do.
--
-- Design a schema:  --set schema='trip:ID:FIELD'   --set schema='{app}:trip:ID:FIELD'   --set schema='{trip:ID}:FIELD'
-- Try also:         --set trips=1000   --set clients=200   --set answers=oooooooo
title "Hash tags, transactions, limits"

local schema = setting("schema", "{trip:ID}:FIELD") -- what is graded: ID and FIELD are replaced
local trips = setting("trips", 200)
local clients = setting("clients", 60)
local c = cluster { primaries = 3, node_timeout = "5s", link = { latency = "200us", jitter = "100us" } }

local DONE, CROSSSLOT, MOVED, EXECABORT = 1, 2, 3, 4
local words = { "it is done", "CROSSSLOT", "MOVED", "EXECABORT" }

-- A sentence, and the time to read it in the view.
local function tell(...)
  say(...)
  wait "3s"
end

local answers, whys = "", {} -- of all eight, for the exercise

-- Asks what the last of these commands answers, then sends them on one connection, as redis-cli prints it.
local function quiz(question, node, lines, answer, why)
  predict { question, choices = words, answer = answer }
  local conn = node:connect()
  local printed = conn:cli(lines)
  conn:close()
  local error = printed:match "^%(error%) (%u+)"
  expect(answer == DONE and not error or error == words[answer], "%s", error or words[DONE])
  answers, whys[#whys + 1] = answers .. (error and error:sub(1, 1):lower() or "o"), why
end

step "One node, two slots"
c:create()
expect(wait_until(function() return c:converged() end, "60s"), "three primaries share the slots")
local n1, n2, n3 = c.n1, c.n2, c.n3
wait "1s"
n2:cli "CLUSTER KEYSLOT user:1001\nCLUSTER KEYSLOT user:1002"
expect(slot_of "user:1001" == 5712 and slot_of "user:1002" == 9779, "slots 5712 and 9779")
expect(c:owner(5712) == n2 and c:owner(9779) == n2, "n2 owns both")
tell "Two users, two slots, 5712 and 9779. Both belong to *n2*: everything one command wants is in one process."
quiz("`MSET user:1001 ann user:1002 bob`, sent to *n2*, which owns both?", n2,
  "MSET user:1001 ann user:1002 bob", CROSSSLOT, "Two slots; that one node has both does not matter.")
tell("The rule asks for one *slot*, not for one node. Tomorrow the two slots may live apart, and a program that worked by chance "
  .. "would fail then.")
quiz("`DEL user:1001 user:1001`, sent to *n2*?", n2, "DEL user:1001 user:1001", DONE,
  "The same key twice is one slot.")
quiz("`MSET user:1001 ann foo 1`, sent to *n1*, which owns neither?", n1,
  "MSET user:1001 ann foo 1", CROSSSLOT, "Slots are compared before owners.")
tell "Keys are compared with each other first, owners are looked up afterwards. No node can do what is not of one slot."

step "What is hashed"
predict { "Of `foo{bar}{zap}`, which part decides about the slot?",
  choices = { "all of it", "bar", "bar and zap" }, answer = 2 }
n2:cli "CLUSTER KEYSLOT foo{bar}{zap}\nCLUSTER KEYSLOT bar"
local slot, part = slot_of "foo{bar}{zap}"
expect(slot == 5061 and part == "bar" and slot == slot_of "bar", "slot 5061, that of bar: the first tag counts")
predict { "And of `foo{}{bar}`?", choices = { "all of it", "bar", "nothing: slot 0" }, answer = 1 }
n2:cli "CLUSTER KEYSLOT foo{}{bar}"
slot, part = slot_of "foo{}{bar}"
expect(slot == 8363 and part == "foo{}{bar}", "slot 8363: an empty tag is none, and ends the search")
predict { "And of `foo{{bar}}zap`?", choices = { "all of it", "bar", "{bar" }, answer = 3 }
n2:cli "CLUSTER KEYSLOT foo{{bar}}zap"
slot, part = slot_of "foo{{bar}}zap"
expect(slot == 4015 and part == "{bar", "slot 4015, of \"{bar\"")
tell("From the first `{` to the first `}` after it, if something is between them: that is the *hash tag*, and it alone is "
  .. "hashed.")

step "Together by design"
local rider, driver = "{trip:42}:rider", "{trip:42}:driver"
expect(slot_of(rider) == 9610 and slot_of(driver) == 9610, "both are in slot 9610")
quiz("`MSET {trip:42}:rider ann {trip:42}:driver bob`, sent to *n2*?", n2,
  "MSET {trip:42}:rider ann {trip:42}:driver bob", DONE, "One tag, one slot, and n2 owns it.")
quiz("`MGET {trip:42}:rider {trip:42}:driver`, sent to *n1*?", n1, "MGET {trip:42}:rider {trip:42}:driver",
  MOVED, "One slot, but n2 owns it.")
tell "One slot, one owner: two keys are written at once or not at all, and a wrong node knows whom to name."

step "Transactions"
n2:call("SET", "user:1001", "before")
quiz("In `MULTI`, *n2* queues `SET user:1001 ...` and `SET user:1002 ...`. `EXEC`?", n2, [[
MULTI
SET user:1001 ann
SET user:1002 bob
EXEC
]], CROSSSLOT, "EXEC is checked with the keys of all queued commands.")
expect(n2:call("GET", "user:1001") == "before" and n2:call("GET", "user:1002") == nil, "nothing of it has been done")
tell "When queued, a command is checked alone. `EXEC` is checked with the keys of all of them, and nothing has run."
quiz("In `MULTI`, *n2* queues `SET user:1001 ...` and says MOVED to `SET foo 1`. `EXEC`?", n2, [[
MULTI
SET user:1001 ann
SET foo 1
EXEC
]], EXECABORT, "A command that was refused when it was queued spoils the transaction.")
expect(n2:call("GET", "user:1001") == "before", "again nothing has been done")
quiz("In `MULTI`, *n2* queues `SET {trip:42}:rider ...` and `GET {trip:42}:driver`. `EXEC`?", n2, [[
MULTI
SET {trip:42}:rider eve
GET {trip:42}:driver
EXEC
]], DONE, "One tag, one slot, and n2 owns it.")
expect(n2:call("GET", rider) == "eve", "both have run")
exercise { "answers", question = "What did the eight commands get? A letter for each: o (done), c, m or e.",
  answer = answers, why = whys }
tell "The unit of atomicity is the slot. Every tag is a promise: what it holds together can never be on two nodes."

-- A ride company: each trip has three keys that change together. A schema says how they are called.
local FIELDS = { "rider", "driver", "state" }
local function key_of(names, id, field) return (names:gsub("ID", id):gsub("FIELD", field)) end

-- What a schema costs: trips that cannot be written by one command, and the share of all keys in the fullest slot.
local function judge(names)
  local refused, keys, most = 0, {}, 0
  for id = 1, trips do
    local words = { "MSET" }
    for _, field in ipairs(FIELDS) do
      local key = key_of(names, id, field)
      local at = slot_of(key)
      keys[at] = (keys[at] or 0) + 1
      most = math.max(most, keys[at])
      words[#words + 1] = key
      words[#words + 1] = "x"
    end
    local reply, why = c:owner((slot_of(words[2]))):call(table.unpack(words))
    if reply ~= "OK" then
      if not why:find "^CROSSSLOT" then expect(false, "trip %d: CROSSSLOT, not %s", id, why) end
      refused = refused + 1
    end
  end
  return refused, most / (trips * #FIELDS)
end

-- How long it takes until all clients have written their 20 trips, one after the other, over connections that stay open.
local function work(names)
  local left, start = clients, now()
  for number = 1, clients do
    spawn(function()
      local conns = {}
      for i = 1, 20 do
        local key = key_of(names, number * 20 + i, "state")
        local node = c:owner((slot_of(key)))
        conns[node] = conns[node] or node:connect()
        if conns[node]:call("SET", key, "moving") ~= "OK" then expect(false, "%s is written", key) end
      end
      for _, conn in pairs(conns) do conn:close() end
      left = left - 1
    end)
  end
  wait_until(function() return left == 0 end, "60s")
  return now() - start
end

step "A schema for trips"
predict { trips .. " trips, each one `MSET trip:17:rider ... trip:17:driver ...`. How many are refused?",
  choices = { "none", "about two thirds", "nearly all" }, answer = 3 }
local refused, share = judge "trip:ID:FIELD"
expect(refused > trips * 0.95, "%d of %d are refused: CROSSSLOT", refused, trips)
tell("%d of %d refused. Three keys share one of 16384 slots by chance hardly ever; that three nodes share the slots does not "
  .. "matter.", refused, trips)
refused, share = judge "{trip:ID}:FIELD"
expect(refused == 0, "with `{trip:17}:rider` none is refused")
expect(share < 0.05, "and the fullest slot has %.1f %% of the keys", share * 100)
local spread = work "{trip:ID}:FIELD"
tell("`{trip:17}:rider`: what changes together is together, and nothing else. The fullest slot has %.1f %% of the keys; %d "
  .. "clients are done after %s.", share * 100, clients, spread)

step "One cell burns"
predict { clients .. " clients again, but the keys are `{app}:trip:17:rider`. How long does it take?",
  choices = { "as long", "2 to 4 times as long", "less: no redirects" }, answer = 2 }
local burnt, worst = judge "{app}:trip:ID:FIELD"
local burning = work "{app}:trip:ID:FIELD"
local app = slot_of "{app}"
expect(burnt == 0 and worst == 1, "no CROSSSLOT, and all keys in slot %d", app)
local hot = c:owner(app)
tell("`{app}` never gives CROSSSLOT. But slot %d has everything, and *%s* all the work: %s instead of %s. Two nodes are idle.",
  app, hot, burning, spread)
if clients >= 60 then expect(burning > spread * 1.5, "one node needs %.1f times as long as three", burning / spread) end
report("spread over the nodes", spread)
report("all in one slot", burning)
predict { "The cluster grows from three nodes to thirty. What becomes of slot " .. app .. "?",
  choices = { "a tenth of it stays", "one node has it all" }, answer = 2 }
tell "A slot is the smallest thing that moves. Whatever a tag holds can never be larger, or busier, than one node."

step "Your schema"
local graded, largest = judge(schema)
report("schema", schema)
report("CROSSSLOT", graded)
report("share of the fullest slot", ("%.1f %%"):format(largest * 100))
expect(graded == 0, "%s: no trip is refused", schema)
expect(largest < 0.05, "%s: no slot has a twentieth of the keys", schema)
wait "1s"

step "The slot moves"
local SLOT = slot_of(rider)
for _, node in ipairs(c.nodes) do node:call "FLUSHALL" end
n2:call("MSET", rider, "eve", driver, "bob")
tell("Slot %d moves from *n2* to *n3*. Each of the two is told, then the keys go one by one: `%s` first.", SLOT, rider)
n3:call("CLUSTER", "SETSLOT", SLOT, "IMPORTING", n2:id())
n2:call("CLUSTER", "SETSLOT", SLOT, "MIGRATING", n3:id())
-- Moves a key as the resharding tool does: from process to process, gone here when it is there.
local function move(key)
  expect(n2:call("MIGRATE", n3.ip, n3.port, key, 0, 1000) == "OK", "%s is at n3 now", key)
end
move(rider)
predict { "One key is here, the other one there. `MGET` of both, sent to *n2*?",
  choices = { "both values", "ASK", "TRYAGAIN", "MOVED" }, answer = 3 }
n2:cli("MGET " .. rider .. " " .. driver)
local _, why = n2:call("MGET", rider, driver)
expect(why and why:find "^TRYAGAIN", "n2: %s", why)
local asking = n3:connect()
asking:call "ASKING"
_, why = asking:call("MGET", rider, driver)
expect(why and why:find "^TRYAGAIN", "n3, after ASKING: %s", why)
_, why = n2:call("GET", rider)
expect(why == ("ASK %d %s:%d"):format(SLOT, n3.ip, n3.port), "the key that has gone, alone: %s", why)
expect(n2:call("GET", driver) == "bob", "the key that is still here, alone: its value")
tell "Nobody has both keys, so nobody can answer. One key alone works, here or by ASK. The client tries again later."
move(driver)
_, why = n2:call("MGET", rider, driver)
expect(why and why:find "^ASK", "both have gone: %s", why)
for _, node in ipairs { n3, n2, n1 } do
  expect(node:call("CLUSTER", "SETSLOT", SLOT, "NODE", n3:id()) == "OK", "%s is told the new owner", node)
end
_, why = n2:call("MGET", rider, driver)
expect(why and why:find "^MOVED", "it has moved: %s", why)
local values = n3:call("MGET", rider, driver)
expect(values and values[1] == "eve" and values[2] == "bob", "n3 has both")
tell "TRYAGAIN lasts while the slot is between two nodes. A client waits a little and tries again; without tags there is none."
wait "2s"

step "The limits"
expect(n2:slots() == 5461 and n3:slots() == 5462, "n2 has one slot less, n3 one more, and nobody moves it back")
why = n1:cli "SELECT 1"
expect(why:find "SELECT is not allowed in cluster mode", "one database: %s", why)
tell "*What a cluster does not do.* One database. Several keys only within a slot. No transaction over slots. No split of a key."
tell("OK comes before the copy: acknowledged writes can be lost (lessons 8, 11). A majority of the primaries must live (lesson "
  .. "10). Nothing is balanced unless you ask. About 1000 nodes.")
predict { "Money goes from account `{acc:1}` to `{acc:2}`. What makes it atomic?",
  choices = { "MULTI/EXEC", "WATCH on both", "one tag for both", "both on one node" }, answer = 3 }
wait "2s"
