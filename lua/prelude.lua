-- prelude.lua -- the language of scenarios, written on the functions of `core`. docs/scenarios.md describes it for its users;
-- a test compares the two. Every mistake of a script ends in core.fail with one sentence; Lua adds the file and line.
local core = ...
local next, rawset, type, setmetatable, getmetatable, tostring, select = core.next, core.rawset, type, setmetatable, getmetatable, tostring, select
local format, floor, sort, concat, unpack = string.format, math.floor, table.sort, table.concat, table.unpack

local function fail(text, ...)
  core.fail(select("#", ...) > 0 and format(text, ...) or text)
end

-- Sorted pairs: numbers, then texts, then handles by their number.
local function rank(key)
  local kind = type(key)
  if kind == "number" then return 1, key end
  if kind == "string" then return 2, key end
  if kind == "boolean" then return 3, key and 1 or 0 end
  local meta = getmetatable(key)
  if kind == "table" and meta and meta.order then return 4, key.order_ end
  fail("pairs cannot order keys of type %s; use numbers, texts or nodes", kind)
end

local function before(a, b)
  local kind_a, value_a = rank(a)
  local kind_b, value_b = rank(b)
  if kind_a ~= kind_b then return kind_a < kind_b end
  return value_a < value_b
end

local function sorted_keys(t)
  local keys, count = {}, 0
  for key in next, t do
    count = count + 1
    keys[count] = key
  end
  sort(keys, before)
  return keys
end

function pairs(t)
  if type(t) ~= "table" then fail("pairs wants a table, not a %s", type(t)) end
  local meta = getmetatable(t)
  if type(meta) == "table" and meta.__pairs then return meta.__pairs(t) end
  local keys, at = sorted_keys(t), 0
  return function()
    at = at + 1
    local key = keys[at]
    if key ~= nil then return key, t[key] end
  end
end

local function names_of(t)
  local names = {}
  for _, key in ipairs(sorted_keys(t)) do
    if type(key) == "string" then names[#names + 1] = key end
  end
  return names
end

local function hint(word, names)
  local near = type(word) == "string" and core.nearest(word, names)
  if near then return format("; did you mean \"%s\"?", near) end
  return ""
end

-- Durations -----------------------------------------------------------------------------------------------------

local Span = { order = true }
Span.__index = Span
Span.__name = "duration"
local function span(ns) return setmetatable({ ns = ns }, Span) end

-- A duration in ns: "5s", or a duration that something else returned.
local function ns_of(value, what)
  if type(value) == "table" and getmetatable(value) == Span then return value.ns end
  if type(value) == "string" then
    local ns, wrong = core.parse(value)
    if ns then return ns end
    fail("%s: %s", what, wrong)
  end
  if type(value) == "number" then
    fail("%s is %s; write a duration with its unit, as in \"%ss\" or \"500ms\"", what, tostring(value), tostring(value))
  end
  fail("%s must be a duration such as \"5s\", not a %s", what, type(value))
end

Span.__tostring = function(self) return core.span_text(self.ns) end
Span.__concat = function(a, b) return tostring(a) .. tostring(b) end
Span.__eq = function(a, b) return a.ns == b.ns end
Span.__lt = function(a, b) return ns_of(a, "the duration") < ns_of(b, "the duration") end
Span.__le = function(a, b) return ns_of(a, "the duration") <= ns_of(b, "the duration") end
Span.__add = function(a, b) return span(ns_of(a, "the duration") + ns_of(b, "the duration")) end
Span.__sub = function(a, b)
  local left = ns_of(a, "the duration") - ns_of(b, "the duration")
  if left < 0 then fail("a duration cannot be negative: %s - %s", tostring(a), tostring(b)) end
  return span(left)
end
Span.__mul = function(a, b)
  if type(a) == "number" then a, b = b, a end
  if type(b) ~= "number" then fail("a duration can be multiplied by a number only") end
  return span(floor(a.ns * b + 0.5))
end
Span.__div = function(a, b)
  if type(b) == "number" then return span(floor(a.ns / b + 0.5)) end
  return ns_of(a, "the duration") / ns_of(b, "the duration")
end
function Span:seconds() return self.ns / 1e9 end
function Span:ms() return self.ns / 1e6 end

function duration(value) return span(ns_of(value, "the duration")) end
function now() return span(core.now()) end

-- Checking tables of options --------------------------------------------------------------------------------------

local function check_options(given, allowed, what)
  if type(given) ~= "table" then fail("%s wants a table, as in %s { ... }, not a %s", what, what, type(given)) end
  local names = names_of(allowed)
  for _, key in ipairs(sorted_keys(given)) do
    if allowed[key] == nil then
      fail("%s does not know \"%s\"%s", what, tostring(key), hint(key, names))
    end
    local want, value = allowed[key], given[key]
    if type(want) == "string" and want ~= "any" and type(value) ~= want then
      fail("%s: %s must be a %s, not a %s", what, key, want, type(value))
    end
  end
end

local function whole(value, low, high, what)
  if type(value) ~= "number" or value ~= floor(value) or value < low or value > high then
    fail("%s must be a whole number from %d to %d, not %s", what, low, high, tostring(value))
  end
  return floor(value)
end

-- A share: 0.1, "10%" -> parts per million.
local function parts_of(value, what)
  local number = value
  if type(value) == "string" then
    number = tonumber((value:match("^%s*([%d%.]+)%s*%%%s*$")))
    if number then number = number / 100 end
  end
  if type(number) ~= "number" or number < 0 or number > 1 then
    fail("%s must be a share from 0 to 1 or a text such as \"5%%\", not %s", what, tostring(value))
  end
  return floor(number * 1000000 + 0.5)
end

-- Bytes per second: a number, "10MB", "1GB", "500KB".
local function rate_of(value, what)
  if type(value) == "number" and value >= 0 then return floor(value) end
  if type(value) == "string" then
    local number, unit = value:match("^%s*([%d%.]+)%s*([KMG]?)B%s*$")
    number = tonumber(number)
    if number then return floor(number * ({ [""] = 1, K = 1000, M = 1000000, G = 1000000000 })[unit]) end
  end
  fail("%s must be bytes a second, as in 1000000 or \"1MB\", not %s", what, tostring(value))
end

local link_options = { latency = "any", jitter = "any", bandwidth = "any", loss = "any" }
local function profile_of(link, what, latency, jitter)
  check_options(link, link_options, what)
  return link.latency and ns_of(link.latency, what .. ".latency") or latency,
    link.jitter and ns_of(link.jitter, what .. ".jitter") or jitter,
    link.bandwidth and rate_of(link.bandwidth, what .. ".bandwidth") or 0,
    link.loss and parts_of(link.loss, what .. ".loss") or 0
end

-- Settings and rules ----------------------------------------------------------------------------------------------

function setting(name, default)
  if type(name) ~= "string" then fail("setting wants a name, not a %s", type(name)) end
  local value = core.setting(name)
  if value == nil then return default end
  if type(default) == "number" then
    local number = tonumber(value)
    if not number then fail("--set %s=%s: a number is wanted, as in %s", name, value, tostring(default)) end
    return math.tointeger(number) or number
  end
  if type(default) == "boolean" then
    if value ~= "true" and value ~= "false" then fail("--set %s=%s: true or false is wanted", name, value) end
    return value == "true"
  end
  return value
end

function profile(options)
  check_options(options, { name = "string", rules = "table" }, "profile")
  local wrong = core.rules(options.name or "redis-7.0", options.rules)
  if wrong then fail("%s", wrong) end
end

seed = core.seed()

-- The story -------------------------------------------------------------------------------------------------------

local function text_of(what, text, ...)
  if type(text) ~= "string" then fail("%s wants a text, not a %s", what, type(text)) end
  local count = select("#", ...)
  if count == 0 then return text end
  local values = { ... }
  for i = 1, count do
    local kind = type(values[i])
    if kind ~= "number" and kind ~= "string" then values[i] = tostring(values[i]) end
  end
  local ok, result = pcall(format, text, unpack(values, 1, count))
  if not ok then fail("%s: the text does not fit its values: %s", what, (result:gsub("^.*: ", ""))) end
  return result
end

function title(text, ...) core.note("title", 0, text_of("title", text, ...)) end
function step(text, ...) core.note("step", 0, text_of("step", text, ...)) end
function say(text, ...) core.note("say", 0, text_of("say", text, ...)) end
print = function(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  core.note("say", 0, concat(parts, " "))
end

function predict(question)
  check_options(question, { [1] = "string", choices = "table", answer = "number" }, "predict")
  if not question[1] then fail("predict wants its question as the first entry") end
  local choices = question.choices or {}
  if #choices < 2 then fail("predict wants at least two choices") end
  if #choices > 5 then fail("predict takes at most five choices, not %d", #choices) end
  for i, choice in ipairs(choices) do
    if type(choice) ~= "string" then fail("predict: choice %d must be a text, not a %s", i, type(choice)) end
  end
  local answer = whole(question.answer, 1, #choices, "predict: answer")
  core.note("predict", answer, question[1], concat(choices, "\n"))
end

function expect(condition, text, ...)
  text = text_of("expect", text or "as expected", ...)
  core.note("expect", condition and 1 or 0, text)
  return condition and true or false
end

function report(name, value)
  if type(name) ~= "string" then fail("report wants a name, not a %s", type(name)) end
  core.note("report", 0, name, tostring(value))
end

-- Time ------------------------------------------------------------------------------------------------------------

local POLL = 10 * 1000000 -- wait_until looks at least so often

function wait(time) core.sleep(ns_of(time, "wait")) end

function wait_until(condition, limit)
  if type(condition) ~= "function" then fail("wait_until wants a function, as in wait_until(function() return c:converged() end), not a %s", type(condition)) end
  local start = core.now()
  local last = limit and start + ns_of(limit, "wait_until: the limit") or nil
  while not condition() do
    local time = core.now()
    if last and time >= last then return nil end
    core.pause(last and last - time < POLL and last - time or POLL)
  end
  return span(core.now() - start)
end

function spawn(fn, ...)
  if type(fn) ~= "function" then fail("spawn wants a function, not a %s", type(fn)) end
  core.spawn(fn, ...)
end

function at(time, fn)
  local target = ns_of(time, "at")
  if type(fn) ~= "function" then fail("at wants a function, not a %s", type(fn)) end
  if target < core.now() then fail("at: %s is past; it is %s now", tostring(span(target)), tostring(now())) end
  core.spawn(function()
    core.sleep(target - core.now())
    fn()
  end)
end

function every(time, fn)
  local period = ns_of(time, "every")
  if period == 0 then fail("every wants a duration longer than nothing") end
  if type(fn) ~= "function" then fail("every wants a function, not a %s", type(fn)) end
  local handle = { running = true }
  function handle.stop() handle.running = false end
  core.spawn(function()
    while handle.running do
      core.sleep(period)
      if handle.running and fn() == false then return end
    end
  end)
  return handle
end

-- Nodes -----------------------------------------------------------------------------------------------------------

local by_host, orders = {}, 0
local Node, Cluster, Fault = { order = true }, { order = true }, { order = true }
Node.__name, Cluster.__name, Fault.__name = "node", "cluster", "fault"
Node.__tostring = function(self) return self.name end
local node_methods = {}

local function method_index(methods, kind)
  return function(self, key)
    local method = methods[key]
    if method ~= nil then return method end
    fail("a %s has no \"%s\"%s", kind, tostring(key), hint(key, names_of(methods)))
  end
end
Node.__index = method_index(node_methods, "node")
Node.__newindex = function(_, key) fail("a node's \"%s\" cannot be set", tostring(key)) end

local function is_node(value) return type(value) == "table" and getmetatable(value) == Node end
local function host_of(value, what)
  if is_node(value) then return value.host end
  fail("%s must be a node such as c.n1, not a %s", what, type(value))
end
local function self_host(self, method)
  if is_node(self) then return self.host end
  fail("call %s with a colon, as in c.n1:%s()", method, method)
end

local function new_node(host, name)
  orders = orders + 1
  local node = setmetatable({}, Node)
  local raw = { host = host, name = name, order_ = orders }
  for key, value in next, raw do rawset(node, key, value) end
  by_host[host] = node
  return node
end

-- redis.conf text of the directives given as options.
local function conf_of(options, what, known)
  local lines = {}
  for _, key in ipairs(sorted_keys(options)) do
    if known[key] == nil then
      local name = tostring(key):gsub("_", "-")
      local value = options[key]
      if name == "node-timeout" then name = "cluster-node-timeout" end
      if name == "cluster-node-timeout" then value = ns_of(value, what .. ": " .. key) // 1000000 end
      if type(value) == "boolean" then value = value and "yes" or "no" end
      if type(value) == "table" and getmetatable(value) == Span then value = value.ns // 1000000 end
      if type(value) ~= "string" and type(value) ~= "number" then
        fail("%s: %s must be a text, a number, true or false, not a %s", what, key, type(value))
      end
      local wrong = core.directive(name, tostring(value))
      if wrong then
        local names = names_of(known)
        names[#names + 1] = "node_timeout"
        local near = core.nearest(tostring(key), names)
        if near then fail("%s does not know \"%s\"; did you mean \"%s\"?", what, tostring(key), near) end
        fail("%s: %s", what, wrong)
      end
      lines[#lines + 1] = name .. " " .. tostring(value)
    end
  end
  return concat(lines, "\n") .. "\n"
end

local hosts_made = 0
local function add_host(name, zone, conf, coming)
  hosts_made = hosts_made + 1
  local ip = 0x0A000000 + (hosts_made // 250) * 256 + hosts_made % 250 + (hosts_made >= 250 and 1 or 0)
  local host, wrong = core.host_add(name, zone, ip, 6379, conf, coming)
  if not host then fail("%s", wrong) end
  core.process("start", host)
  local node = new_node(host, name)
  rawset(node, "ip", format("%d.%d.%d.%d", ip >> 24 & 255, ip >> 16 & 255, ip >> 8 & 255, ip & 255))
  rawset(node, "ip_", ip)
  rawset(node, "zone", zone)
  return node
end

function node(options)
  if type(options) == "string" then options = { conf = options } end
  check_options(options, setmetatable({ name = "string", zone = "string", conf = "string" }, { __index = function() return "any" end }), "node")
  local name = options.name or ("n" .. (hosts_made + 1))
  local conf = (options.conf or "") .. "\n" .. conf_of(options, "node", { name = 1, zone = 1, conf = 1 })
  return add_host(name, options.zone or "", conf, 1)
end

local function reply_of(self, line)
  local status, reply = core.call(self.host, line)
  if status == "refused" then return nil, "connection refused" end
  if status == "lost" then return nil, "connection closed" end
  local kind = reply:sub(1, 1)
  if kind == "-" then return nil, reply:sub(2) end
  if kind == ":" then return math.tointeger(tonumber(reply:sub(2))) end
  if kind == "+" or kind == "$" then return reply:sub(2) end
  return reply
end

local function quoted(word)
  word = tostring(word)
  if word == "" or word:find("[%s\"'\\]") then
    return "\"" .. word:gsub("[\\\"]", "\\%0"):gsub("\n", "\\n") .. "\""
  end
  return word
end

-- n:call("CLUSTER", "INFO") or n:call "CLUSTER INFO": the reply, or nil and the error text
function node_methods.call(self, ...)
  self_host(self, "call")
  local words = { ... }
  if #words == 0 then fail("call wants a command, as in c.n1:call(\"CLUSTER INFO\")") end
  if #words == 1 then return reply_of(self, tostring(words[1])) end
  for i = 1, #words do words[i] = quoted(words[i]) end
  return reply_of(self, concat(words, " "))
end

-- The same, and an error reply is the script's mistake.
local function must(self, line)
  local reply, wrong = reply_of(self, line)
  if reply == nil then fail("%s answered \"%s\" to %s", self.name, wrong, line:sub(1, 60)) end
  return reply
end

function node_methods.cluster(self, line)
  self_host(self, "cluster")
  return reply_of(self, "CLUSTER " .. tostring(line))
end
function node_methods.meet(self, other)
  self_host(self, "meet")
  host_of(other, "meet: the other")
  return must(self, format("CLUSTER MEET %s 6379", other.ip))
end
function node_methods.addslots(self, ...)
  self_host(self, "addslots")
  local words = {}
  for i = 1, select("#", ...) do words[i] = whole(select(i, ...), 0, 16383, "addslots: the slot") end
  if #words == 0 then fail("addslots wants slots, as in c.n1:addslots(0, 1, 2)") end
  return must(self, "CLUSTER ADDSLOTS " .. concat(words, " "))
end
function node_methods.addslotsrange(self, first, last)
  self_host(self, "addslotsrange")
  return must(self, format("CLUSTER ADDSLOTSRANGE %d %d", whole(first, 0, 16383, "addslotsrange: the first slot"),
    whole(last, 0, 16383, "addslotsrange: the last slot")))
end
function node_methods.delslotsrange(self, first, last)
  self_host(self, "delslotsrange")
  return must(self, format("CLUSTER DELSLOTSRANGE %d %d", whole(first, 0, 16383, "delslotsrange: the first slot"),
    whole(last, 0, 16383, "delslotsrange: the last slot")))
end
function node_methods.replicate(self, primary)
  self_host(self, "replicate")
  return must(self, "CLUSTER REPLICATE " .. core.id(host_of(primary, "replicate: the primary")))
end
function node_methods.set_config_epoch(self, epoch)
  self_host(self, "set_config_epoch")
  return must(self, format("CLUSTER SET-CONFIG-EPOCH %d", whole(epoch, 0, 1 << 40, "set_config_epoch")))
end

function node_methods.kill(self, options)
  local host = self_host(self, "kill")
  if options then check_options(options, { power = "boolean" }, "kill") end
  core.process(options and options.power and "power_off" or "kill", host)
end
function node_methods.power_off(self) core.process("power_off", self_host(self, "power_off")) end
function node_methods.restart(self, options)
  local host = self_host(self, "restart")
  if options then check_options(options, { wipe = "boolean" }, "restart") end
  local status = core.status(host)
  if status == "running" or status == "frozen" then core.process("kill", host) end
  if options and options.wipe then core.process("wipe", host) end
  core.process("start", host)
end
function node_methods.wipe(self) core.process("wipe", self_host(self, "wipe")) end
function node_methods.freeze(self) core.process("freeze", self_host(self, "freeze")) end
function node_methods.thaw(self) core.process("thaw", self_host(self, "thaw")) end
function node_methods.slow(self, factor)
  local host = self_host(self, "slow")
  if type(factor) ~= "number" or factor <= 0 or factor > 1000 then
    fail("slow wants a factor from 0.001 to 1000, as in c.n1:slow(50), not %s", tostring(factor))
  end
  core.slow(host, floor(factor * 1000 + 0.5))
end
function node_methods.feed(self, bytes) core.feed(self_host(self, "feed"), whole(bytes, 0, 1 << 40, "feed: the bytes")) end

function node_methods.status(self) return core.status(self_host(self, "status")) end
function node_methods.id(self) return core.id(self_host(self, "id")) end
function node_methods.nodes(self) return core.text("nodes", self_host(self, "nodes")) end
function node_methods.conf(self) return core.text("conf", self_host(self, "conf")) end
function node_methods.info(self)
  local info = {}
  for line in core.text("info", self_host(self, "info")):gmatch("[^\r\n]+") do
    local key, value = line:match("^([%w_%-]+):(.*)$")
    if key then info[key] = tonumber(value) or value end
  end
  return info
end
function node_methods.sees(self, other)
  local belief = core.belief(self_host(self, "sees"), host_of(other, "sees: the other"))
  if belief and belief.follows then belief.follows = by_host[belief.follows] end
  return belief
end
function node_methods.state(self)
  local own = core.self(self_host(self, "state"))
  return own and own.state or nil
end
function node_methods.epoch(self)
  local own = core.belief(self_host(self, "epoch"), self.host)
  return own and own.epoch or nil
end
function node_methods.current_epoch(self)
  local own = core.self(self_host(self, "current_epoch"))
  return own and own.current_epoch or nil
end
function node_methods.offset(self)
  local own = core.self(self_host(self, "offset"))
  return own and own.offset or nil
end
function node_methods.replication(self)
  local own = core.self(self_host(self, "replication"))
  return own and own.link or nil
end
function node_methods.role(self)
  local own = core.belief(self_host(self, "role"), self.host)
  return own and (own.primary and "primary" or "replica") or nil
end
function node_methods.primary(self)
  local own = core.belief(self_host(self, "primary"), self.host)
  return own and own.follows and by_host[own.follows] or nil
end
function node_methods.slots(self)
  local own = core.belief(self_host(self, "slots"), self.host)
  return own and own.primary and own.slots or 0
end
function node_methods.owner(self, slot)
  local owner = core.owner_seen(self_host(self, "owner"), whole(slot, 0, 16383, "the slot"))
  return owner and by_host[owner] or nil
end

-- Clusters --------------------------------------------------------------------------------------------------------

local cluster_methods = {}
Cluster.__tostring = function() return "cluster" end
Cluster.__index = function(self, key)
  local method = cluster_methods[key]
  if method ~= nil then return method end
  local names = names_of(cluster_methods)
  for _, each in ipairs(self.nodes) do names[#names + 1] = each.name end
  fail("the cluster has no \"%s\"%s", tostring(key), hint(key, names))
end
Cluster.__newindex = function(_, key) fail("the cluster's \"%s\" cannot be set", tostring(key)) end

local cluster_options = { primaries = "number", replicas = "number", zones = "any", link = "table", zone_link = "table", prefix = "string", conf = "string" }

local function zones_of(options)
  local zones = options.zones
  if zones == nil then return { "" } end
  if type(zones) == "number" then
    local list = {}
    for i = 1, whole(zones, 1, 200, "cluster: zones") do list[i] = "zone " .. i end
    return list
  end
  if type(zones) ~= "table" or #zones == 0 then fail("cluster: zones must be a number or a list of names") end
  return zones
end

local function set_links(options, zones)
  if options.link then core.net_profile(profile_of(options.link, "link", 50000, 50000)) end
  if not options.zone_link then return end
  local latency, jitter, rate, loss = profile_of(options.zone_link, "zone_link", 500000, 100000)
  for i = 1, #zones do
    for j = i + 1, #zones do core.zone_profile(zones[i], zones[j], latency, jitter, rate, loss) end
  end
end

function cluster(options)
  if type(options) ~= "table" then fail("cluster wants a table, as in cluster { primaries = 3, replicas = 1 }, not a %s", type(options)) end
  local primaries = whole(options.primaries or 3, 1, 1000, "cluster: primaries")
  local replicas = whole(options.replicas or 0, 0, 20, "cluster: replicas")
  local conf = (options.conf or "") .. "\n" .. conf_of(options, "cluster", cluster_options)
  for key, want in next, cluster_options do
    if options[key] ~= nil and want ~= "any" and type(options[key]) ~= want then
      fail("cluster: %s must be a %s, not a %s", key, want, type(options[key]))
    end
  end
  local zones = zones_of(options)
  set_links(options, zones)
  orders = orders + 1
  local self = { nodes = {}, order_ = orders }
  local count = primaries * (replicas + 1)
  for i = 1, count do
    -- replicas of a shard go to other zones than its primary
    local zone = i <= primaries and zones[(i - 1) % #zones + 1] or zones[((i - 1) % primaries + (i - 1) // primaries) % #zones + 1]
    local each = add_host((options.prefix or "n") .. (hosts_made + 1), zone, conf, count)
    self.nodes[i] = each
    self[each.name] = each
  end
  rawset(self, "replicas_", replicas)
  return setmetatable(self, Cluster)
end

local function check_cluster(self, method)
  if type(self) ~= "table" or getmetatable(self) ~= Cluster then fail("call %s with a colon, as in c:%s()", method, method) end
end

-- "ID: slots" of every line of CLUSTER NODES, in a fixed order: redis-cli's signature of a node's view.
local function signature(text)
  local lines = {}
  for line in text:gmatch("[^\n]+") do
    local id, flags = line:match("^(%x+) %S+ (%S+)")
    if flags and not flags:find("handshake") then
      lines[#lines + 1] = id .. " " .. (line:match("^%x+ %S+ %S+ %S+ %S+ %S+ %S+ %S+ ?(.*)$") or "")
    end
  end
  sort(lines)
  return concat(lines, "|"), #lines
end

local function agree(self)
  local first
  for _, each in ipairs(self.nodes) do
    local text = must(each, "CLUSTER NODES")
    local own, count = signature(text)
    if count < #self.nodes then return false end
    first = first or own
    if own ~= first then return false end
  end
  return true
end

-- What `redis-cli --cluster create` does (protocol.md §9.11), by commands over simulated connections.
function cluster_methods.create(self, options)
  check_cluster(self, "create")
  if options then check_options(options, { replicas = "number" }, "create") end
  local ips = {}
  for i, each in ipairs(self.nodes) do ips[i] = each.ip_ end
  local plan, wrong = core.plan(ips, options and options.replicas or self.replicas_)
  if not plan then fail("%s", wrong) end
  for i, each in ipairs(self.nodes) do
    if plan[i].first then must(each, format("CLUSTER ADDSLOTSRANGE %d %d", plan[i].first, plan[i].last)) end
  end
  for i, each in ipairs(self.nodes) do must(each, format("CLUSTER SET-CONFIG-EPOCH %d", plan[i].epoch)) end
  for i = 2, #self.nodes do must(self.nodes[i], format("CLUSTER MEET %s 6379", self.nodes[1].ip)) end
  core.sleep(1000000000)
  while not agree(self) do core.sleep(1000000000) end
  for i, each in ipairs(self.nodes) do
    if plan[i].primary then must(each, "CLUSTER REPLICATE " .. core.id(self.nodes[plan[i].primary].host)) end
  end
end

function cluster_methods.owner(self, slot)
  check_cluster(self, "owner")
  local owner = core.owner(whole(slot, 0, 16383, "the slot"))
  return owner and by_host[owner] or nil
end
function cluster_methods.converged(self)
  check_cluster(self, "converged")
  return (core.converged())
end
function cluster_methods.disagreement(self)
  check_cluster(self, "disagreement")
  local converged, why = core.converged()
  return not converged and why or nil
end
local function chosen(self, method, keep)
  check_cluster(self, method)
  local list = {}
  for _, each in ipairs(self.nodes) do
    if keep(each) then list[#list + 1] = each end
  end
  return list
end
function cluster_methods.primaries(self) return chosen(self, "primaries", function(each) return each:slots() > 0 end) end
function cluster_methods.replicas(self) return chosen(self, "replicas", function(each) return each:role() == "replica" end) end
function cluster_methods.running(self) return chosen(self, "running", function(each) return each:status() == "running" end) end
function cluster_methods.replicas_of(self, primary)
  host_of(primary, "replicas_of: the primary")
  return chosen(self, "replicas_of", function(each) return each:primary() == primary end)
end
function cluster_methods.zone(self, name)
  local list = chosen(self, "zone", function(each) return each.zone == name end)
  if #list == 0 then fail("no node is in zone \"%s\"", tostring(name)) end
  return list
end
-- Which node holds a slot for whom, counted: how many running nodes name each owner.
function cluster_methods.states(self)
  local ok, failed = 0, 0
  for _, each in ipairs(chosen(self, "states", function(n) return n:status() == "running" end)) do
    if each:state() == "ok" then ok = ok + 1 else failed = failed + 1 end
  end
  return ok, failed
end

-- Faults ----------------------------------------------------------------------------------------------------------

local rules, fault_methods, in_force = 0, {}, {}
Fault.__index = method_index(fault_methods, "fault")
Fault.__tostring = function() return "fault" end

local function group_of(value, what)
  local hosts = {}
  if is_node(value) then return { value.host } end
  if type(value) == "table" and getmetatable(value) == Cluster then value = value.nodes end
  if type(value) ~= "table" or #value == 0 then fail("%s must be a node or a list of nodes, as in { c.n1, c.n2 }", what) end
  for i, each in ipairs(value) do hosts[i] = host_of(each, what .. ", entry " .. i) end
  return hosts
end

local function everybody_but(hosts)
  local named, rest = {}, {}
  for _, host in ipairs(hosts) do named[host] = true end
  for host = 0, hosts_made - 1 do
    if not named[host] then rest[#rest + 1] = host end
  end
  if #rest == 0 then fail("that would leave nobody on the other side") end
  return rest
end

local function add_fault(what, from, to, oneway, cut, latency, jitter, rate, loss)
  from = group_of(from, what .. ": the first side")
  to = to and group_of(to, what .. ": the other side") or everybody_but(from)
  rules = rules + 1
  core.rule_add(rules, from, to, oneway, cut, latency, jitter, rate, loss)
  orders = orders + 1
  local fault = setmetatable({ rule = rules, order_ = orders, on = true }, Fault)
  in_force[#in_force + 1] = fault
  return fault
end

function cut(from, to) return add_fault("cut", from, to, false, true, 0, 0, 0, 0) end
function one_way(from, to) return add_fault("one_way", from, to, true, true, 0, 0, 0, 0) end
function isolate(node_or_list) return add_fault("isolate", node_or_list, nil, false, true, 0, 0, 0, 0) end
function link(from, to, quality)
  if type(quality) ~= "table" then fail("link wants the qualities as its third value, as in link(c.n1, c.n2, { latency = \"80ms\" })") end
  return add_fault("link", from, to, false, false, profile_of(quality, "link", 0, 0))
end
function fault_methods.heal(self)
  if type(self) ~= "table" or getmetatable(self) ~= Fault then fail("call heal with a colon, as in wall:heal()") end
  if not self.on then fail("this fault was healed before") end
  self.on = false
  core.rule_remove(self.rule)
end
function heal(fault)
  if fault ~= nil then return fault_methods.heal(fault) end
  for _, each in ipairs(in_force) do
    if each.on then each:heal() end
  end
  in_force = {}
end

-- Events ----------------------------------------------------------------------------------------------------------

local known_types = core.types()
function on(event, fn)
  if type(event) ~= "string" then fail("on wants the name of an event, as in on(\"election_won\", function(e) ... end), not a %s", type(event)) end
  if type(fn) ~= "function" then fail("on wants a function, not a %s", type(fn)) end
  local handler = function(seq)
    local record = core.record(seq)
    record.time = span(record.time)
    record.type = record.type:lower()
    if record.host then record.node = by_host[record.host] end
    if record.peer then record.peer = by_host[record.peer] end
    if record.delay then record.delay = span(record.delay) end
    record.host = nil
    fn(record)
  end
  if core.on(event:upper(), handler) then return end
  local names = {}
  for i, name in ipairs(known_types) do names[i] = name:lower() end
  fail("there is no event \"%s\"%s", event, hint(event, names))
end

-- A misspelt name is told at once.
setmetatable(_G, {
  __index = function(_, key)
    local names = names_of(_G)
    fail("\"%s\" is not known here%s", tostring(key), hint(key, names))
  end,
})
