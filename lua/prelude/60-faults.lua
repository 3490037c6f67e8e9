-- Faults of the network: cuts and bad links between two groups of nodes, until they are healed.

local Fault = { __name = "fault", __metatable = "fault", __tostring = function() return "fault" end }
local fault_methods = {}
local faults = {}     -- in the order they were made
local is_healed = {}  -- fault -> true
local rule_of = {}    -- fault -> number

Fault.__newindex = function(_, key) fail("a fault's %s cannot be set", shown(key)) end
Fault.__index = function(_, key)
  local method = fault_methods[key]
  if method == nil then fail("a fault has no %s%s", shown(key), hint(key, names_of(fault_methods))) end
  return method
end

-- A node, a client, a cluster or a list of nodes and clients as a list of host numbers.
local function machine_of(value)
  if value == nil then return nil end
  return host_numbers[value] or client_hosts[value]
end
local function group_of(value, what)
  if machine_of(value) then return { machine_of(value) } end
  if value ~= nil and members[value] then value = members[value].nodes end
  if type(value) ~= "table" or orders[value] then
    fail("%s must be a node or a list of nodes, as in { c.n1, c.n2 }, not %s", what, shown(value))
  end
  if #value == 0 then fail("%s is an empty list; it must have at least one node", what) end
  local hosts = {}
  for i, each in ipairs(value) do hosts[i] = machine_of(each) or host_of(each, what .. ", entry " .. i) end
  return hosts
end

local function everybody_but(hosts, what)
  local named, rest = {}, {}
  for _, host in ipairs(hosts) do named[host] = true end
  for host = 0, machine_count - 1 do
    if not named[host] then rest[#rest + 1] = host end
  end
  if #rest == 0 then fail("%s: nobody is left on the other side", what) end
  return rest
end

local function add_fault(what, from, to, oneway, is_cut, ...)
  from = group_of(from, what .. ": the first side")
  to = to ~= nil and group_of(to, what .. ": the other side") or everybody_but(from, what)
  local sides = {}
  for _, host in ipairs(from) do sides[host] = true end
  for _, host in ipairs(to) do
    if sides[host] then fail("%s: %s is on both sides", what, by_host[host].name) end
  end
  local number = #faults + 1
  core.rule_add(number, from, to, oneway, is_cut, ...)
  local fault = new_handle(Fault)
  faults[number], rule_of[fault] = fault, number
  return fault
end

function cut(from, to) return add_fault("cut", from, to, false, true, 0, 0, 0, 0) end
function one_way(from, to) return add_fault("one_way", from, to, true, true, 0, 0, 0, 0) end
function isolate(nodes) return add_fault("isolate", nodes, nil, false, true, 0, 0, 0, 0) end

function link(from, to, quality)
  if type(quality) ~= "table" or meta_of(quality) then
    fail("link wants the qualities as its third value, as in link(c.n1, c.n2, { latency = \"80ms\" }), not %s", shown(quality))
  end
  local rest = {}
  for key, value in pairs(quality) do
    if key ~= "one_way" then rest[key] = value end
  end
  if quality.one_way ~= nil and type(quality.one_way) ~= "boolean" then fail("link: one_way must be true or false") end
  return add_fault("link", from, to, quality.one_way, false, profile_of(rest, "link", 0, 0))
end

function zone_link(a, b, quality)
  for _, zone in ipairs { a == nil and "" or a, b == nil and "" or b } do
    local known = false
    for _, name in ipairs(zone_names) do known = known or name == zone end
    if not known then fail("zone_link: no zone is called %s%s", shown(zone), hint(zone, zone_names)) end
  end
  if type(quality) ~= "table" then fail("zone_link wants the qualities as its third value, as in zone_link(\"a\", \"b\", { latency = \"30ms\" })") end
  core.zone_profile(a, b, profile_of(quality, "zone_link", 500000, 100000))
end

function fault_methods.heal(self)
  local rule = self ~= nil and rule_of[self]
  if not rule then fail("call heal with a colon, as in wall:heal(), or heal() for everything") end
  if is_healed[self] then fail("this fault was healed before") end
  is_healed[self] = true
  core.rule_remove(rule) -- refused when somebody else has healed it by mouse: as good
end

function heal(fault)
  if fault ~= nil then return fault_methods.heal(fault) end
  for _, each in ipairs(faults) do
    if not is_healed[each] then each:heal() end
  end
end

function fault(number)
  if #faults == 0 then fail("fault: this script has made none") end
  return faults[whole(number, 1, #faults, "fault: the number")]
end

-- What the cluster bus of the whole run has carried so far.
function bus_bytes() return core.bus_bytes() end
