-- Lesson 8 of 20: OK is said before the copy exists; what reads from a replica, WAIT and a broken link make of that.
--
-- Try also:  --set lag=300ms   --set lag=5ms   --set cut=70s   --set confirm=true   --set reads=ffss   --seed 2
title "Primaries and replicas"

local KEY, SLOT = "hello", 866
local lag = duration(setting("lag", "80ms"))       -- on top of the way from primary to replica, and back
local cut_time = duration(setting("cut", "20s"))   -- how long the link stays broken
local confirm = setting("confirm", false)          -- whether the last client asks WAIT before it believes its OK
local c = cluster { primaries = 3, replicas = 1, node_timeout = "5s", link = { latency = "200us", jitter = "100us" } }

local function in_sync()
  for _, replica in ipairs(c:replicas()) do
    if replica:replication() ~= "connected" or replica:offset() == 0 then return false end
  end
  return c:converged()
end
-- A sentence, and the time to read it in the view.
local function tell(...)
  say(...)
  wait "3s"
end

-- How long until the replica has all that the primary has now (nil: not within the limit). Looking at offsets costs no time.
local function caught_up(replica, primary, limit)
  local goal, start = primary:offset(), now()
  while replica:offset() < goal do
    if now() - start > limit then return nil end
    wait "100us"
  end
  return now() - start
end

step "A copy"
c:create()
expect(wait_until(in_sync, "60s"), "every replica has its copy")
local primary = c:owner(SLOT)
local replica = c:replicas_of(primary)[1]
tell("The key `%s` is in slot %d. *%s* owns it, and *%s* keeps a copy of everything *%s* has. A client is connected to both.",
  KEY, SLOT, primary, replica, primary)
local writer, reader = primary:connect(), replica:connect()
predict { "The client asks *" .. replica.name .. "* for `" .. KEY .. "`. The copy is there. What does " .. replica.name
  .. " answer?", choices = { "the value", "MOVED to " .. primary.name, "an error: replicas take no commands" }, answer = 2 }

step "Whom may one ask?"
writer:call("SET", KEY, "zero")
caught_up(replica, primary, "1s")
reader:cli("GET " .. KEY)
local _, why = reader:call("GET", KEY)
expect(why and why:find("MOVED " .. SLOT .. " " .. primary.ip, 1, true), "MOVED: the owner of the slot is %s", primary)
tell("A replica sends everybody to the owner, who has the newest value. Whoever can live with an older one says so, once for "
  .. "each connection: `READONLY`.")
reader:cli("READONLY\nGET " .. KEY)
expect(reader:call("GET", KEY) == "zero", "after READONLY, %s answers from its copy", replica)
_, why = reader:call("SET", KEY, "mine")
expect(why and why:find "MOVED", "but a write is sent to the owner: %s", why)
wait "1s"

step "OK comes first"
local before = primary:offset()
local sent = now()
writer:call("SET", KEY, "one")
local ok_after = now() - sent
local at_once = reader:call("GET", KEY)
caught_up(replica, primary, "1s")
local took
tell("*%s* said OK after %s, without waiting for anybody. The %d bytes for *%s* were on their way: a read came before them, "
  .. "and got \"%s\".", primary, ok_after, primary:offset() - before, replica, at_once)
expect(at_once == "zero" and reader:call("GET", KEY) == "one", "the first read is stale, the next one is not")
tell("In a healthy network the race lasts less than a millisecond. So let us make it slow: %s more between the two.", lag)
wait "1s"

step "A promise with an age"
local slow = link(primary, replica, { latency = lag })
predict { "*" .. primary.name .. "* has just said OK to `SET " .. KEY .. " two`. What does " .. replica.name .. " answer now?",
  choices = { "\"two\"", "\"one\"", "it waits until it has \"two\"" }, answer = 2 }
sent = now()
writer:call("SET", KEY, "two")
ok_after = now() - sent
at_once = reader:call("GET", KEY)
expect(ok_after < "1ms", "OK comes as fast as before: %s", ok_after)
expect(at_once == "one", "the replica still says \"one\"")
expect(primary:offset() > replica:offset(), "the offsets tell: %d at the primary, %d at the replica", primary:offset(),
  replica:offset())
say("Every byte of the stream has a number, its *offset*: *%s* is at %d, *%s* at %d. The difference would be missing if *%s* "
  .. "died now.", primary, primary:offset(), replica, replica:offset(), primary)
caught_up(replica, primary, lag + "1s")
took = now() - sent
expect(took >= lag and took <= lag + "2ms", "the copy is as old as the way is long: %s", took)
expect(reader:call("GET", KEY) == "two", "then it has \"two\"")
report("age of the copy", took)

step "Find the stale read"
wait "1s"
-- Four reads 40 ms apart, and a write somewhere between the first and the third.
local start = now() + "100ms"
local moment = math.random(2)
local acknowledged
at(start + duration "40ms" * moment - "20ms", function()
  writer:call("SET", KEY, "three")
  acknowledged = now()
end)
local first_stale
local told, letters, whys = {}, {}, {}
for i = 1, 4 do
  wait(start + duration "40ms" * (i - 1) - now())
  local asked = now()
  local value = reader:call("GET", KEY)
  local is_late = acknowledged and acknowledged <= asked
  local is_stale = is_late and value ~= "three"
  if is_stale then first_stale = first_stale or i end
  told[i] = ("%d: \"%s\""):format(i, value)
  letters[i] = is_stale and "s" or "f"
  whys[i] = is_stale and "The OK for \"three\" was given before this read, and it got \"two\"."
    or is_late and "The copy had arrived." or "There was nothing newer yet."
end
caught_up(replica, primary, lag + "1s")
tell("Four reads at *%s*: %s. Between them *%s* said OK to `SET %s three`. Step back on the timeline, or look at the console.",
  replica, table.concat(told, ", "), primary, KEY)
predict { "An old value before the OK is no lie. Which is the first stale read?",
  choices = { "read 1", "read 2", "read 3", "read 4", "none" }, answer = first_stale or 5 }
local expected = lag + "300us" > "20ms" and moment + 1 or nil -- the first read after the write comes 20 ms later
expect(first_stale == expected, "the first stale read is the first one after the OK, if the copy needs longer than 20 ms")
exercise { "reads", question = "Which of the four reads are fresh, which stale? A letter for each, as in `--set reads=ffff`.",
  answer = table.concat(letters), why = whys }

step "WAIT"
predict { "`WAIT 1 5000` after a write: until one replica has it. One way takes " .. tostring(lag) .. ".",
  choices = { "at once", "after " .. tostring(lag), "after " .. tostring(lag * 2) }, answer = 3 }
writer:call("SET", KEY, "four")
sent = now()
local copies = writer:call("WAIT 1 5000")
took = now() - sent
expect(copies == 1, "one replica has it")
expect(took >= lag * 2 and took <= lag * 2 + "5ms", "the copy has to go there, the acknowledgement back: %s", took)
expect(reader:call("GET", KEY) == "four", "whoever reads now gets \"four\"")
tell("%d after %s: *%s* was asked to acknowledge, and did. The write was done and visible long before: `WAIT` only makes this "
  .. "client wait.", copies, took, replica)
report("WAIT took", took)
slow:heal()
wait "1s"

step "The link breaks"
predict { "Nothing passes between *" .. primary.name .. "* and *" .. replica.name .. "* any more. What do clients notice?",
  choices = { "writes are refused", "reads of " .. replica.name .. " are refused",
    "nothing at all" }, answer = 3 }
local wall = cut(primary, replica)
local cut_at = now()
expect(writer:call("SET", KEY, "five") == "OK", "the write gets its OK")
copies = writer:call("WAIT 1 500")
expect(copies == 0, "WAIT says 0 after its half second: no replica has it. Nothing is taken back")
for i = 1, 10 do writer:call("APPEND", KEY, "+" .. i) end
local spent = now() - cut_at
wait(spent < cut_time and cut_time - spent or duration "0s")
local stale = reader:call("GET", KEY)
expect(stale == "four", "%s later the replica still answers \"four\"", now() - cut_at)
say("*%s* has been cut off for %s and is %d bytes behind. A silent primary may have nothing to tell. Even when the link counts "
  .. "as broken, after 60 s (`repl-timeout`), it answers.",
  replica, now() - cut_at, primary:offset() - replica:offset())
expect((replica:replication() == "connected") == (now() - cut_at < "60s"), "to *%s* the link is %s", replica,
  replica:replication())
expect(primary:state() == "ok" and replica:state() == "ok", "the cluster is ok: %s and %s alone miss each other", primary,
  replica)
expect(primary:sees(replica).fail == false and not c.n2:sees(primary).pfail, "nobody else has lost anything")

step "And heals"
wall:heal()
took = caught_up(replica, primary, "130s")
expect(took, "the replica catches up")
expect(reader:call("GET", KEY) == "five+1+2+3+4+5+6+7+8+9+10", "it has all that it missed")
tell("%s after the repair *%s* has everything: what was missing lay in the primary's buffers, and nothing had to be copied "
  .. "anew.", took, replica)
report("caught up after", took)
expect(wait_until(in_sync, "60s"), "all is as before")
wait "2s"

step "What the OK was worth"
predict { "*" .. primary.name .. "*, cut off, says OK to `SET " .. KEY .. " last`, and dies. What will clients read?",
  choices = { "\"last\": it had its OK", "the one before" }, answer = 2 }
cut(primary, replica)
local answer = writer:call("SET", KEY, "last")
copies = confirm and writer:call("WAIT 1 1000") or nil
if confirm then say("This client is careful: `WAIT 1 1000` says %d. It knows that its OK is worth nothing yet.", copies) end
primary:kill()
expect(wait_until(function() return c:owner(SLOT) == replica and replica:state() == "ok" end, "30s"), "%s is the primary now",
  replica)
local value = replica:call("GET", KEY)
expect(answer == "OK" and value:find "^five", "the write that had its OK is gone")
tell("*%s* is the primary, and \"last\" is gone. OK meant: *%s* has it. `WAIT` tells how many copies there are; it makes none, "
  .. "and elects nobody.", replica, primary)
if confirm then expect(copies == 0, "WAIT had said so: 0 copies") end
predict { "Which of these makes the loss impossible?",
  choices = { "READONLY", "WAIT 1 after each write", "a second replica", "none of them" }, answer = 4 }
wait "2s"
