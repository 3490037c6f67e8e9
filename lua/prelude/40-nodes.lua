-- Nodes: handles without anything inside that a script could change. What is behind them is in tables of the prelude.

local Node = { __name = "node", __metatable = "node" }
local node_methods = {}
local host_numbers = {} -- node -> host number
local fields = {}       -- node -> what a script may read: name, zone, ip, port
local by_host = {}      -- host number -> node or client
local host_count = 0    -- nodes
local machine_count = 0 -- nodes and clients
local left = {}         -- host number -> the state of its process as the script left it

Node.__tostring = function(self) return fields[self].name end
Node.__concat = function(a, b) return tostring(a) .. tostring(b) end
Node.__newindex = function(self, key) fail("%s: %s cannot be set", fields[self].name, shown(key)) end
Node.__index = function(self, key)
  local value = node_methods[key]
  if value == nil then value = fields[self][key] end
  if value ~= nil then return value end
  local names = names_of(node_methods)
  for _, name in ipairs(names_of(fields[self])) do names[#names + 1] = name end
  fail("a node has no %s%s", shown(key), hint(key, names))
end

local function is_node(value) return host_numbers[value] ~= nil end
local function host_of(value, what)
  local host = value ~= nil and host_numbers[value]
  if not host then fail("%s must be a node such as c.n1, not %s", what, shown(value)) end
  return host
end
local function self_host(self, method)
  local host = self ~= nil and host_numbers[self]
  if not host then fail("call %s with a colon, as in c.n1:%s()", method, method) end
  return host
end

-- Directives of redis.conf ------------------------------------------------------------------------------------------

-- Those that are times, with their unit in redis.conf, so that "5s" can be written for all of them.
local MS, S = 1000000, 1000000000
local times = {
  ["cluster-node-timeout"] = MS, ["repl-timeout"] = S, ["repl-ping-replica-period"] = S, ["repl-ping-slave-period"] = S,
  ["repl-diskless-sync-delay"] = S, ["repl-backlog-ttl"] = S, ["min-replicas-max-lag"] = S, ["min-slaves-max-lag"] = S,
  ["shutdown-timeout"] = S,
}

-- The value of a directive as redis.conf writes it.
local function directive_value(name, value, what)
  local unit = times[name]
  if unit and (is_span(value) or type(value) == "string" and not value:find("^%s*%d+%s*$")) then
    local ns = ns_of(value, what)
    if ns % unit ~= 0 then fail("%s: %s is not a whole number of %s, which redis.conf wants", what, shown(value), unit == MS and "milliseconds" or "seconds") end
    return ns // unit
  end
  if type(value) == "boolean" then return value and "yes" or "no" end
  if type(value) == "number" and value == floor(value) and value >= 0 and value < 1e15 then return format("%d", value) end
  if type(value) == "string" and not value:find("[\r\n]") then return value end
  fail("%s must be a text, a whole number, true or false, not %s", what, shown(value))
end

-- redis.conf lines of the directives among the options; `known` are the other options.
local function conf_of(options, what, known)
  local lines = {}
  if options.conf then lines[1] = options.conf end
  for _, key in ipairs(sorted_keys(options)) do
    if known[key] == nil then
      if type(key) ~= "string" then fail("%s does not know %s", what, shown(key)) end
      local name, value, place = tostring(key):gsub("_", "-"), options[key], what .. ": " .. tostring(key)
      if name == "node-timeout" then
        name = "cluster-node-timeout"
        if type(value) == "number" then ns_of(value, place) end
      end
      value = directive_value(name, value, place)
      local wrong = core.directive(name, value)
      if wrong and wrong:find("^there is no directive") then
        local names = names_of(known)
        names[#names + 1] = "node_timeout"
        local near = core.nearest(tostring(key), names)
        if near then fail("%s does not know %s; did you mean \"%s\"?", what, shown(key), near) end
      end
      if wrong then fail("%s: %s", what, wrong) end
      lines[#lines + 1] = name .. " " .. (value == "" and '""' or value)
    end
  end
  return concat(lines, "\n") .. "\n"
end

-- Making and finding ------------------------------------------------------------------------------------------------

local function add_host(name, zone, conf, coming, what)
  if not name:find("^[%a_][%w_]*$") then
    fail("%s: the name %s must be letters, digits and _, beginning with a letter", what, shown(name))
  end
  local number = host_count + 1
  local ip = 0x0A000000 + (number // 250) * 256 + number % 250 + (number >= 250 and 1 or 0)
  local host, wrong = core.host_add(name, zone, ip, 6379, conf, coming)
  if not host then fail("%s: %s", what, wrong) end
  host_count, machine_count = number, machine_count + 1
  core.process("start", host)
  local node = new_handle(Node)
  host_numbers[node], by_host[host], left[host] = host, node, "running"
  fields[node] = { name = name, zone = zone, port = 6379,
    ip = format("%d.%d.%d.%d", ip >> 24 & 255, ip >> 16 & 255, ip >> 8 & 255, ip & 255) }
  return node
end

local node_options = { name = "string", zone = "string", conf = "string" }

function node(options)
  if type(options) == "string" then options = { conf = options } end
  if type(options) ~= "table" or meta_of(options) then fail("node wants a redis.conf or a table, as in node { name = \"n7\" }, not %s", shown(options)) end
  for name, want in pairs(node_options) do
    if options[name] ~= nil and type(options[name]) ~= want then fail("node: %s must be a text, not %s", name, shown(options[name])) end
  end
  return add_host(options.name or "n" .. (host_count + 1), options.zone or "", conf_of(options, "node", node_options), 1, "node")
end

function find(name)
  if type(name) ~= "string" then fail("find wants the name of a node, not %s", shown(name)) end
  local names = {}
  for host = 0, machine_count - 1 do
    local machine = by_host[host]
    if machine.name == name then return machine end
    names[#names + 1] = machine.name
  end
  fail("no node is called %s%s", shown(name), hint(name, names))
end

-- Commands to redis-server ------------------------------------------------------------------------------------------

local ANSWER = 60 * S -- redis-cli would wait for ever

local troubles = { refused = "connection refused", lost = "connection closed", late = "no answer within 60 s" }

-- The reply (nil for Redis's nil), or nil and the error.
local function outcome(status, reply)
  if status == "done" then return reply end
  if status == "error" then return nil, reply end
  return nil, troubles[status]
end
local function reply_of(self, line) return outcome(core.call(ANSWER, line, host_numbers[self])) end

local function quoted(word)
  if word ~= "" and not word:find("[%s\"'\\]") then return word end
  return "\"" .. word:gsub("[\\\"]", "\\%0"):gsub("\n", "\\n"):gsub("\r", "\\r") .. "\""
end

-- The command line of call(...): one text as it is, several words quoted where they need it.
local function line_of(what, ...)
  local words, count = { ... }, select("#", ...)
  if count == 0 then fail("%s wants a command, as in %s(\"CLUSTER INFO\")", what, what) end
  for i = 1, count do
    local kind = type(words[i])
    if kind ~= "string" and kind ~= "number" then fail("%s: word %d must be a text or a number, not %s", what, i, shown(words[i])) end
    words[i] = tostring(words[i])
    if count > 1 then words[i] = quoted(words[i]) end
  end
  return concat(words, " ")
end

-- n:call("CLUSTER", "INFO") or n:call "CLUSTER INFO": the reply, or nil and the error text
function node_methods.call(self, ...)
  self_host(self, "call")
  return reply_of(self, line_of("call", ...))
end

-- Says each line as if typed into redis-cli, and what redis-cli prints; returns the last of it.
local function cli(prompt, text, send)
  if type(text) ~= "string" then fail("cli wants a text of command lines, not %s", shown(text)) end
  local printed
  for line in text:gmatch("[^\n]+") do
    line = line:match("^%s*(.-)%s*$")
    if line ~= "" then
      local status, reply = send(line)
      printed = status == "done" and reply:gsub("\n$", "") or "Could not connect to Redis: " .. troubles[status]
      core.note("say", 0, prompt .. "> " .. line .. "\n" .. printed)
    end
  end
  return printed
end

function node_methods.cli(self, text)
  self_host(self, "cli")
  return cli(self.ip .. ":" .. self.port, text, function(line) return core.call(ANSWER, line, host_numbers[self], nil, true) end)
end

-- Connections: what a client keeps open, with its MULTI, ASKING, READONLY.
local Conn = { __name = "connection", __metatable = "connection", __tostring = function() return "connection" end }
local conn_methods, conn_numbers, conn_nodes = {}, {}, {}
Conn.__newindex = function(_, key) fail("a connection's %s cannot be set", shown(key)) end
Conn.__index = function(_, key)
  local method = conn_methods[key]
  if method ~= nil then return method end
  fail("a connection has no %s%s", shown(key), hint(key, names_of(conn_methods)))
end

-- From a client machine, or from the node's own.
local function connect(node, client)
  local conn = new_handle(Conn)
  conn_numbers[conn], conn_nodes[conn] = core.connect(host_numbers[node], client), node
  return conn
end
function node_methods.connect(self)
  self_host(self, "connect")
  return connect(self)
end
local function conn_number(self, method)
  local number
  if self ~= nil then number = conn_numbers[self] end
  if number == nil then fail("call %s with a colon, as in conn:%s(...)", method, method) end
  if number == false then fail("this connection is closed") end
  return number
end
function conn_methods.call(self, ...)
  return outcome(core.call(ANSWER, line_of("call", ...), nil, conn_number(self, "call")))
end
function conn_methods.cli(self, text)
  local number, node = conn_number(self, "cli"), conn_nodes[self]
  return cli(node.ip .. ":" .. node.port, text, function(line) return core.call(ANSWER, line, nil, number, true) end)
end
function conn_methods.close(self)
  core.disconnect(conn_number(self, "close"))
  conn_numbers[self] = false
end

-- The same, and an error reply is the script's mistake.
local function must(self, line)
  local reply, wrong = reply_of(self, line)
  if reply ~= nil then return reply end
  if #line > 60 then line = line:sub(1, 60) .. "..." end
  fail("%s answered \"%s\" to %s", fields[self].name, wrong, line)
end

local function slots_of(method, ...)
  local words = {}
  for i = 1, select("#", ...) do words[i] = whole(select(i, ...), 0, 16383, method .. ": the slot") end
  if #words == 0 then fail("%s wants slots, as in c.n1:%s(0, 1, 2)", method, method) end
  return concat(words, " ")
end
local function range_of(method, first, last)
  first = whole(first, 0, 16383, method .. ": the first slot")
  last = whole(last, 0, 16383, method .. ": the last slot")
  if first > last then fail("%s: the first slot %d comes after the last one %d", method, first, last) end
  return first .. " " .. last
end

function node_methods.meet(self, other)
  self_host(self, "meet")
  host_of(other, "meet: the other")
  return must(self, format("CLUSTER MEET %s %d", other.ip, other.port))
end
function node_methods.forget(self, other)
  self_host(self, "forget")
  return must(self, "CLUSTER FORGET " .. core.id(host_of(other, "forget: the other")))
end
function node_methods.addslots(self, ...)
  self_host(self, "addslots")
  return must(self, "CLUSTER ADDSLOTS " .. slots_of("addslots", ...))
end
function node_methods.addslotsrange(self, first, last)
  self_host(self, "addslotsrange")
  return must(self, "CLUSTER ADDSLOTSRANGE " .. range_of("addslotsrange", first, last))
end
function node_methods.delslots(self, ...)
  self_host(self, "delslots")
  return must(self, "CLUSTER DELSLOTS " .. slots_of("delslots", ...))
end
function node_methods.delslotsrange(self, first, last)
  self_host(self, "delslotsrange")
  return must(self, "CLUSTER DELSLOTSRANGE " .. range_of("delslotsrange", first, last))
end
function node_methods.replicate(self, primary)
  self_host(self, "replicate")
  return must(self, "CLUSTER REPLICATE " .. core.id(host_of(primary, "replicate: the primary")))
end
function node_methods.set_config_epoch(self, epoch)
  self_host(self, "set_config_epoch")
  return must(self, format("CLUSTER SET-CONFIG-EPOCH %d", whole(epoch, 0, 1 << 40, "set_config_epoch: the epoch")))
end

-- Processes -----------------------------------------------------------------------------------------------------

-- A refusal is the script's mistake, unless somebody else (a mouse) has changed the process meanwhile: then it is no
-- reason to end a lesson. A process that is still starting is dead to everybody but nobody has killed it.
local becomes = { start = "running", kill = "dead", power_off = "dead", freeze = "frozen", thaw = "running" }
local function process(what, host)
  local found = core.status(host)
  local wrong = core.process(what, host)
  if wrong and (found == left[host] or wrong:find("it is starting", 1, true)) then fail("%s", wrong) end
  left[host] = becomes[what] or left[host]
end

function node_methods.kill(self, options)
  local host = self_host(self, "kill")
  if options then check_options(options, { power = "boolean" }, "kill") end
  process(options and options.power and "power_off" or "kill", host)
end
function node_methods.power_off(self) process("power_off", self_host(self, "power_off")) end
local function write(self, what, text)
  local host = self_host(self, "write_" .. what)
  if type(text) ~= "string" then fail("write_%s wants the text of the file, not %s", what, shown(text)) end
  if text:find("\0", 1, true) then fail("write_%s: a zero byte cannot be in the file", what) end
  local wrong = core.write(what, host, text)
  if wrong and core.status(host) == left[host] then fail("%s", wrong) end
end
function node_methods.restart(self, options)
  local host = self_host(self, "restart")
  if options then check_options(options, { wipe = "boolean", conf = "string" }, "restart") end
  local status = core.status(host)
  if status == "running" or status == "frozen" then process("kill", host) end
  if options and options.wipe then process("wipe", host) end
  if options and options.conf then write(self, "conf", options.conf) end
  process("start", host)
end
function node_methods.write_nodes(self, text) write(self, "nodes", text) end
function node_methods.write_conf(self, text) write(self, "conf", text) end
function node_methods.wipe(self) process("wipe", self_host(self, "wipe")) end
function node_methods.freeze(self) process("freeze", self_host(self, "freeze")) end
function node_methods.thaw(self) process("thaw", self_host(self, "thaw")) end
function node_methods.slow(self, factor)
  local host = self_host(self, "slow")
  if type(factor) ~= "number" or not (factor >= 0.001 and factor <= 1000) then
    fail("slow wants a factor from 0.001 to 1000, as in c.n1:slow(50), not %s", shown(factor))
  end
  core.slow(host, floor(factor * 1000 + 0.5))
end
function node_methods.feed(self, bytes)
  local host = self_host(self, "feed")
  local wrong = core.feed(host, whole(bytes, 0, 1 << 40, "feed: the bytes"))
  if wrong and core.status(host) == left[host] then fail("%s", wrong) end
end

-- Reading -------------------------------------------------------------------------------------------------------

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

-- What a process believes of itself; nil when it does not run.
local function of_itself(self, method, name)
  local own = core.self(self_host(self, method))
  return own and own[name]
end
local function of_own_peer(self, method)
  local host = self_host(self, method)
  return core.belief(host, host)
end
function node_methods.state(self) return of_itself(self, "state", "state") end
function node_methods.current_epoch(self) return of_itself(self, "current_epoch", "current_epoch") end
function node_methods.offset(self) return of_itself(self, "offset", "offset") end
function node_methods.replication(self) return of_itself(self, "replication", "link") end
function node_methods.epoch(self)
  local own = of_own_peer(self, "epoch")
  return own and own.epoch
end
function node_methods.role(self)
  local own = of_own_peer(self, "role")
  return own and (own.primary and "primary" or "replica")
end
function node_methods.primary(self)
  local own = of_own_peer(self, "primary")
  return own and own.follows and by_host[own.follows]
end
function node_methods.slots(self)
  local own = of_own_peer(self, "slots")
  return own and own.primary and own.slots or 0
end
function node_methods.owner(self, slot)
  local owner = core.owner_seen(self_host(self, "owner"), whole(slot, 0, 16383, "owner: the slot"))
  return owner and by_host[owner]
end
