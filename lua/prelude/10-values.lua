-- The prelude: the language of scenarios, written on the functions of `core` (lua/core*.c). Its files are one chunk, in
-- the order of their numbers; docs/scenarios.md describes them for users, and a test compares the two. Every mistake of a
-- script ends in fail(sentence), which adds the file and line of the script.
--
--   10  values: checks, names, durations, shares, rates      40  nodes
--   20  tables: pairs and sort in a fixed order               50  clusters
--   30  the story, time and processes                         60  faults, links
--                                                             70  events      90  the globals that a script sees
local core = ...
local next, rawset, rawget, meta_of = core.next, core.rawset, core.rawget, core.meta
local type, select, ipairs, pcall, setmetatable, tonumber, tostring = type, select, ipairs, pcall, setmetatable, tonumber, tostring
local format, floor, concat, unpack = string.format, math.floor, table.concat, table.unpack

local function fail(text, ...)
  core.fail(select("#", ...) > 0 and format(text, ...) or text)
end

-- A value as a message shows it.
local function shown(value)
  if type(value) == "string" then return "\"" .. (#value > 40 and value:sub(1, 40) .. "..." or value) .. "\"" end
  if value == nil then return "nothing" end
  if type(value) == "number" or type(value) == "boolean" then return tostring(value) end
  local meta = meta_of(value)
  local name = type(meta) == "table" and rawget(meta, "__name")
  return "a " .. (name or type(value))
end

local function check_function(value, what, example)
  if type(value) ~= "function" then
    fail("%s wants a function%s, not %s", what, example and ", as in " .. example or "", shown(value))
  end
end

-- "; did you mean "kill"?" when one of the names is near.
local function hint(word, names)
  local near = type(word) == "string" and core.nearest(word, names)
  return near and format("; did you mean \"%s\"?", near) or ""
end

local function whole(value, low, high, what)
  if type(value) ~= "number" or value ~= floor(value) or value < low or value > high then
    fail("%s must be a whole number from %d to %d, not %s", what, low, high, shown(value))
  end
  return floor(value)
end

-- Durations -----------------------------------------------------------------------------------------------------

local Span = { __name = "duration", __metatable = "duration" }
Span.__index = Span
local SPAN_MAX = 1 << 62

local function is_span(value) return type(value) == "table" and meta_of(value) == Span end

local function span(ns)
  if ns ~= ns or ns >= SPAN_MAX then fail("a duration became too long") end
  if ns < 0 then fail("a duration cannot be negative") end
  return setmetatable({ ns = floor(ns) }, Span)
end

-- A duration in ns: "5s", or a duration that something else returned.
local function ns_of(value, what)
  if is_span(value) then return value.ns end
  if type(value) == "string" then
    local ns, wrong = core.parse(value)
    if ns then return ns end
    if value:find("^%s*%-") then fail("%s: %s is negative; time only goes forward", what, shown(value)) end
    fail("%s: %s", what, wrong)
  end
  if type(value) == "number" then
    fail("%s is %s; write a duration with its unit, as in \"%ss\" or \"500ms\"", what, value, value)
  end
  fail("%s must be a duration such as \"5s\", not %s", what, shown(value))
end

-- For people: three digits are enough. report() writes the exact value.
local function readable(ns)
  if ns == 0 then return "0 s" end
  local unit, name = 1, "ns"
  if ns >= 999500000 then unit, name = 1000000000, "s"
  elseif ns >= 999500 then unit, name = 1000000, "ms"
  elseif ns >= 1000 then unit, name = 1000, "us" end
  local tenths = (ns * 10 + unit // 2) // unit
  if tenths >= (name == "s" and 1000 or 100) or tenths % 10 == 0 then return format("%d %s", (tenths + 5) // 10, name) end
  return format("%d.%d %s", tenths // 10, tenths % 10, name)
end

Span.__tostring = function(self) return readable(self.ns) end
Span.__concat = function(a, b) return tostring(a) .. tostring(b) end
Span.__eq = function(a, b) return a.ns == b.ns end
Span.__lt = function(a, b) return ns_of(a, "the duration") < ns_of(b, "the duration") end
Span.__le = function(a, b) return ns_of(a, "the duration") <= ns_of(b, "the duration") end
Span.__add = function(a, b) return span(ns_of(a, "the duration") + ns_of(b, "the duration")) end
Span.__sub = function(a, b)
  local from, less = ns_of(a, "the duration"), ns_of(b, "the duration")
  if less > from then fail("a duration cannot be negative: %s - %s", readable(from), readable(less)) end
  return span(from - less)
end
Span.__mul = function(a, b)
  if type(a) == "number" then a, b = b, a end
  if type(b) ~= "number" then fail("a duration can be multiplied by a number only, not by %s", shown(b)) end
  return span(a.ns * (b + 0.0) + 0.5)
end
Span.__div = function(a, b)
  if type(b) ~= "number" then return ns_of(a, "the duration") / ns_of(b, "the duration") end
  if b == 0 or not is_span(a) then fail("a duration cannot be divided by zero, nor a number by a duration") end
  return span(a.ns / b + 0.5)
end
Span.__newindex = function() fail("a duration cannot be changed") end
function Span:seconds() return self.ns / 1e9 end
function Span:ms() return self.ns / 1e6 end

function duration(value) return span(ns_of(value, "duration")) end
function now() return span(core.now()) end

-- Shares, rates, options --------------------------------------------------------------------------------------------

-- A share: 0.1, "10%" -> parts per million.
local function parts_of(value, what)
  local number = value
  if type(value) == "string" then
    number = tonumber((value:match("^%s*([%d%.]+)%s*%%%s*$")))
    if number then number = number / 100 end
  end
  if type(number) ~= "number" or not (number >= 0 and number <= 1) then
    fail("%s must be a share from 0 to 1 or a text such as \"5%%\", not %s", what, shown(value))
  end
  return floor(number * 1000000 + 0.5)
end

-- Bytes per second: a number, "10MB", "1GB", "500KB".
local BYTES = { [""] = 1, K = 1000, M = 1000000, G = 1000000000 }
local function rate_of(value, what)
  local number = value
  if type(value) == "string" then
    local digits, unit = value:match("^%s*([%d%.]+)%s*([KMG]?)B%s*$")
    number = tonumber(digits)
    if number then number = number * BYTES[unit] end
  end
  if type(number) == "number" and number >= 1000 and number < 1e15 then return floor(number) end
  fail("%s must be bytes a second, from 1000 or \"1KB\" on, not %s", what, shown(value))
end

local names_of, sorted_keys -- 20-tables

-- Checks a table of options against the allowed names and their types ("any": checked elsewhere).
local function check_options(given, allowed, what)
  if type(given) ~= "table" or meta_of(given) then fail("%s wants a table { ... }, not %s", what, shown(given)) end
  for _, key in ipairs(sorted_keys(given)) do
    local want, value = allowed[key], given[key]
    if want == nil then fail("%s does not know %s%s", what, shown(key), hint(key, names_of(allowed))) end
    if want ~= "any" and type(value) ~= want then fail("%s: %s must be a %s, not %s", what, key, want, shown(value)) end
  end
end

-- The qualities of a path, with what holds where nothing is said.
local link_options = { latency = "any", jitter = "any", bandwidth = "any", loss = "any" }
local longest_way = 0 -- latency and jitter of the longest path that was named
local function profile_of(link, what, latency, jitter)
  check_options(link, link_options, what)
  latency = link.latency and ns_of(link.latency, what .. ": latency") or latency
  jitter = link.jitter and ns_of(link.jitter, what .. ": jitter") or jitter
  if latency + jitter > longest_way then longest_way = latency + jitter end
  return latency, jitter,
    link.bandwidth and rate_of(link.bandwidth, what .. ": bandwidth") or 0,
    link.loss and parts_of(link.loss, what .. ": loss") or 0
end

-- Keys ----------------------------------------------------------------------------------------------------------

function slot_of(key)
  if type(key) ~= "string" and type(key) ~= "number" then fail("slot_of wants a key, not %s", shown(key)) end
  return core.slot_of(tostring(key))
end
