-- Clients: machines without a redis-server, from which connections and workloads reach the nodes over the network.

local Client = { __name = "client", __metatable = "client" }
local client_methods = {}
local client_hosts = {}  -- client -> host number
local client_fields = {} -- client -> what a script may read: name, zone, ip
local client_count = 0

Client.__tostring = function(self) return client_fields[self].name end
Client.__concat = function(a, b) return tostring(a) .. tostring(b) end
Client.__newindex = function(self, key) fail("%s: %s cannot be set", client_fields[self].name, shown(key)) end
Client.__index = function(self, key)
  local value = client_methods[key]
  if value == nil then value = client_fields[self][key] end
  if value ~= nil then return value end
  local names = names_of(client_methods)
  for _, name in ipairs(names_of(client_fields[self])) do names[#names + 1] = name end
  fail("a client has no %s%s", shown(key), hint(key, names))
end

local function client_host(self, method)
  local host = self ~= nil and client_hosts[self]
  if not host then fail("call %s with a colon, as in shop:%s(...)", method, method) end
  return host
end

local client_options = { name = "string", zone = "string" }

local function add_client(options)
  local name, zone = options.name or "client" .. (client_count + 1), options.zone or ""
  if not name:find("^[%a_][%w_]*$") then
    fail("client: the name %s must be letters, digits and _, beginning with a letter", shown(name))
  end
  if zone ~= "" then add_zone(zone) end
  local ip = 0x0A010001 + client_count
  local host, wrong = core.client_add(name, zone, ip)
  if not host then fail("client: %s", wrong) end
  client_count, machine_count = client_count + 1, machine_count + 1
  local self = new_handle(Client)
  client_hosts[self], by_host[host] = host, self
  client_fields[self] = { name = name, zone = zone,
    ip = format("%d.%d.%d.%d", ip >> 24 & 255, ip >> 16 & 255, ip >> 8 & 255, ip & 255) }
  return self
end

function client(options)
  if options == nil then options = {} end
  if type(options) ~= "table" or meta_of(options) then fail("client wants a table, as in client { name = \"shop\" }, not %s", shown(options)) end
  check_options(options, client_options, "client")
  return add_client(options)
end

function client_methods.connect(self, node)
  local host = client_host(self, "connect")
  host_of(node, "connect: the other side")
  return connect(node, host)
end
