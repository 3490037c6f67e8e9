-- Clusters: several nodes under one name, and what redis-cli --cluster create does.

local Cluster = { __name = "cluster", __metatable = "cluster" }
local cluster_methods = {}

Cluster.__tostring = function() return "cluster" end
Cluster.__concat = function(a, b) return tostring(a) .. tostring(b) end
Cluster.__len = function(self) return #members[self].nodes end
Cluster.__newindex = function(_, key) fail("the cluster's %s cannot be set", shown(key)) end
Cluster.__index = function(self, key)
  local method = cluster_methods[key]
  if method ~= nil then return method end
  local own = members[self]
  if type(key) == "number" then return own.nodes[key] end
  if own.names[key] then return own.names[key] end
  if key == "nodes" then return { unpack(own.nodes) } end
  local names = names_of(cluster_methods)
  for _, each in ipairs(own.nodes) do names[#names + 1] = each.name end
  fail("the cluster has no %s%s", shown(key), hint(key, names))
end

local function nodes_of(self, method)
  local own = self ~= nil and members[self]
  if not own then fail("call %s with a colon, as in c:%s()", method, method) end
  return own.nodes
end

-- Making --------------------------------------------------------------------------------------------------------

local cluster_options = { primaries = "number", replicas = "number", zones = "any", link = "table", zone_link = "table",
  prefix = "string", conf = "string", nodes = "table" }
local zone_names = {} -- every zone that was named so far, in order

local function add_zone(name)
  for _, known in ipairs(zone_names) do
    if known == name then return end
  end
  zone_names[#zone_names + 1] = name
end

-- The names of the zones; as many names as nodes: one for each node.
local function zones_of(zones, count)
  local list = {}
  if type(zones) == "number" then
    for i = 1, whole(zones, 1, 200, "cluster: zones") do list[i] = "zone " .. i end
  elseif type(zones) == "table" and #zones > 0 then
    for i, name in ipairs(zones) do
      if type(name) ~= "string" or name == "" then fail("cluster: zone %d must be a name, not %s", i, shown(name)) end
      for j = 1, #zones ~= count and i - 1 or 0 do
        if zones[j] == name then
          fail("cluster: zone %s is there twice; name each zone once, or one for each of the %d nodes", shown(name), count)
        end
      end
      list[i] = name
    end
  elseif zones ~= nil then
    fail("cluster: zones must be a number or a list of names, not %s", shown(zones))
  end
  for _, name in ipairs(list) do add_zone(name) end
  return #list > 0 and list or { "" }
end

local function set_links(options)
  if options.link then core.net_profile(profile_of(options.link, "link", 50000, 50000)) end
  if not options.zone_link then return end
  if #zone_names < 2 then fail("cluster: zone_link wants at least two zones, as in zones = 3") end
  local latency, jitter, rate, loss = profile_of(options.zone_link, "zone_link", 500000, 100000)
  for i = 1, #zone_names do
    for j = i + 1, #zone_names do core.zone_profile(zone_names[i], zone_names[j], latency, jitter, rate, loss) end
  end
end

-- A handle for a list of nodes.
local function new_cluster(nodes, replicas)
  local self = new_handle(Cluster)
  local names = {}
  for _, each in ipairs(nodes) do names[each.name] = each end
  members[self] = { nodes = nodes, names = names, replicas = replicas }
  return self
end

local function check_cluster_options(options)
  if type(options) ~= "table" or meta_of(options) then
    fail("cluster wants a table, as in cluster { primaries = 3, replicas = 1 }, not %s", shown(options))
  end
  for name, want in pairs(cluster_options) do
    if options[name] ~= nil and want ~= "any" and type(options[name]) ~= want then
      fail("cluster: %s must be a %s, not %s", name, want == "string" and "text" or want, shown(options[name]))
    end
  end
end

-- cluster { nodes = { a, b, c } }: nodes that exist already.
local function gather(options)
  check_options(options, { nodes = "table", replicas = "number" }, "cluster { nodes = ... }")
  local nodes, seen = {}, {}
  for i, each in ipairs(options.nodes) do
    host_of(each, "cluster: nodes, entry " .. i)
    if seen[each] then fail("cluster: %s is there twice", each.name) end
    nodes[i], seen[each] = each, true
  end
  if #nodes == 0 then fail("cluster: nodes is an empty list") end
  return new_cluster(nodes, whole(options.replicas or 0, 0, 20, "cluster: replicas"))
end

local clusters = 0
function cluster(options)
  check_cluster_options(options)
  if options.nodes then return gather(options) end
  local primaries = whole(options.primaries or 3, 1, 1000, "cluster: primaries")
  local replicas = whole(options.replicas or 0, 0, 20, "cluster: replicas")
  local conf = conf_of(options, "cluster", cluster_options)
  local first, nodes, count = machine_count, {}, primaries * (replicas + 1)
  if count > core.hosts_max - machine_count then fail("cluster: %d nodes are too many; there is room for %d", count, core.hosts_max - machine_count) end
  local zones = zones_of(options.zones, count)
  set_links(options)
  for i = 1, count do
    -- replicas of a shard go to other zones than its primary
    local zone = zones[((i - 1) % primaries + (i - 1) // primaries) % #zones + 1]
    if #zones == count then zone = zones[i] end -- a name for each node
    nodes[i] = add_host((options.prefix or "n") .. (host_count + 1), zone, conf, count, "cluster")
  end
  clusters = clusters + 1
  if clusters == 1 then core.first_cluster(first, count) end
  return new_cluster(nodes, replicas)
end

-- redis-cli --cluster create (protocol.md §9.11), by commands over simulated connections -------------------------------

local AGREE = 600 * S

local function agree(nodes)
  local first
  for _, each in ipairs(nodes) do
    local own, count = core.signature(must(each, "CLUSTER NODES"))
    if count < #nodes then return false end
    first = first or own
    if own ~= first then return false end
  end
  return true
end

function cluster_methods.create(self, options)
  local nodes, ips = nodes_of(self, "create"), {}
  if options then check_options(options, { replicas = "number" }, "create") end
  local replicas = whole(options and options.replicas or members[self].replicas, 0, 20, "create: replicas")
  for i, each in ipairs(nodes) do ips[i] = core.ip(host_numbers[each]) end
  local plan, wrong = core.plan(ips, replicas)
  if not plan then fail("create: %s", wrong) end
  for i, each in ipairs(nodes) do
    if plan[i].first then must(each, format("CLUSTER ADDSLOTSRANGE %d %d", plan[i].first, plan[i].last)) end
  end
  for i, each in ipairs(nodes) do must(each, format("CLUSTER SET-CONFIG-EPOCH %d", plan[i].epoch)) end
  for i = 2, #nodes do must(nodes[i], format("CLUSTER MEET %s %d", nodes[1].ip, nodes[1].port)) end
  local start = core.now()
  repeat
    core.sleep(S)
    if core.now() - start > AGREE then fail("create: the nodes do not agree after 10 min; can all reach each other?") end
  until agree(nodes)
  for i, each in ipairs(nodes) do
    if plan[i].primary then must(each, "CLUSTER REPLICATE " .. core.id(host_numbers[nodes[plan[i].primary]])) end
  end
end

-- Reading -------------------------------------------------------------------------------------------------------

function cluster_methods.owner(self, slot)
  nodes_of(self, "owner")
  local owner = core.owner(whole(slot, 0, 16383, "owner: the slot"))
  return owner and by_host[owner]
end
function cluster_methods.converged(self)
  nodes_of(self, "converged")
  return (core.converged())
end
function cluster_methods.disagreement(self)
  nodes_of(self, "disagreement")
  local converged, why = core.converged()
  return not converged and why or nil
end

local function chosen(self, method, keep)
  local list = {}
  for _, each in ipairs(nodes_of(self, method)) do
    if keep(each) then list[#list + 1] = each end
  end
  return list
end
function cluster_methods.primaries(self) return chosen(self, "primaries", function(each) return each:slots() > 0 end) end
function cluster_methods.replicas(self) return chosen(self, "replicas", function(each) return each:role() == "replica" end) end
function cluster_methods.running(self) return chosen(self, "running", function(each) return each:status() == "running" end) end
function cluster_methods.replicas_of(self, primary)
  nodes_of(self, "replicas_of")
  host_of(primary, "replicas_of: the primary")
  return chosen(self, "replicas_of", function(each) return each:primary() == primary end)
end
function cluster_methods.zone(self, name)
  local list = chosen(self, "zone", function(each) return each.zone == name end)
  if #list == 0 then fail("no node is in zone %s%s", shown(name), hint(name, zone_names)) end
  return list
end
-- How many connections its nodes have opened to each other and keep.
function cluster_methods.links(self)
  local nodes, count = nodes_of(self, "links"), 0
  for _, each in ipairs(nodes) do
    for _, other in ipairs(nodes) do
      if each ~= other and core.connected(host_numbers[each], host_numbers[other]) then count = count + 1 end
    end
  end
  return count
end
-- How many running nodes say cluster_state:ok, and how many say fail.
function cluster_methods.states(self)
  local ok, failed = 0, 0
  for _, each in ipairs(nodes_of(self, "states")) do
    if each:status() == "running" then
      if each:state() == "ok" then ok = ok + 1 else failed = failed + 1 end
    end
  end
  return ok, failed
end
