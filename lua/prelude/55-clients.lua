-- Clients: machines without a redis-server, from which connections and workloads reach the nodes over the network.

local Client = { __name = "client", __metatable = "client" }
local client_methods = {}
local client_hosts = {}  -- client -> host number
local client_fields = {} -- client -> what a script may read: name, zone, ip
local client_count = 0

Client.__tostring = function(self) return client_fields[self].name end
Client.__concat = function(a, b) return tostring(a) .. tostring(b) end
Client.__newindex = function(self, key) fail("%s: %s cannot be set", client_fields[self].name, shown(key)) end
-- The counts of its workload, and what follows from them.
local workloads = {} -- client -> number of its workload
local function count_of(self, key)
  if type(key) ~= "string" or not workloads[self] then return nil end
  local counts = core.workload_counts(workloads[self])
  local ended = counts.acked + counts.answered
  if key == "latency" then return span(ended > 0 and counts.took_us * 1000 // ended or 0) end
  if key == "slowest" then return span(counts.slowest_us * 1000) end
  return counts[key]
end

local count_names = { "begun", "acked", "answered", "failed", "unknown", "moved", "asked", "refreshes", "errors", "timeouts",
  "refused", "closed", "clusterdown", "tryagain", "other_errors", "under_way", "latency", "slowest" }

Client.__index = function(self, key)
  local value = client_methods[key]
  if value == nil then value = client_fields[self][key] end
  if value == nil and key ~= "took_us" and key ~= "slowest_us" then value = count_of(self, key) end
  if value ~= nil then return value end
  local names = names_of(client_methods)
  for _, name in ipairs(names_of(client_fields[self])) do names[#names + 1] = name end
  for _, name in ipairs(count_names) do
    if name == key then fail("%s has no %s: it has no workload", client_fields[self].name, key) end
    names[#names + 1] = name
  end
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

-- Workloads ---------------------------------------------------------------------------------------------------------

local workload_options = { name = "string", zone = "string", rate = "number", loops = "number", keys = "string", mix = "table",
  timeout = "any", pause = "any", attempts = "number", limit = "number", in_order = "boolean", refresh = "boolean" }

-- c:client { rate = 200, keys = "order:{1..500}", mix = { set = 1, get = 4 } }
function cluster_methods.client(self, options)
  local seeds = {}
  for i, each in ipairs(nodes_of(self, "client")) do seeds[i] = host_numbers[each] end
  if type(options) ~= "table" or meta_of(options) then fail("client wants a table, as in c:client { rate = 200 }, not %s", shown(options)) end
  check_options(options, workload_options, "client")
  local mix = options.mix or { set = 1 }
  check_options(mix, { set = "number", get = "number" }, "client: mix")
  if options.rate and options.loops then fail("client: either rate or loops, not both: operations begin by the clock, or when others end") end
  local own = add_client(options)
  local number, wrong = core.workload_add(client_hosts[own], options.keys or "key:{1..1000}", seeds,
    whole(options.rate or (options.loops and 0 or 100), 0, 1000000, "client: rate"), whole(options.loops or 0, 0, 10000, "client: loops"),
    whole(options.limit or 0, 0, 1 << 40, "client: limit"), whole(mix.set or 0, 0, 1000000, "client: mix.set"),
    whole(mix.get or 0, 0, 1000000, "client: mix.get"), ns_of(options.timeout or "1s", "client: timeout"),
    ns_of(options.pause or "100ms", "client: pause"), whole(options.attempts or 5, 1, 1000, "client: attempts"),
    options.in_order or false, options.refresh == nil or options.refresh)
  if not number then fail("client: %s", wrong) end
  workloads[own] = number
  return own
end

local function workload_of(self, method)
  client_host(self, method)
  return workloads[self] or fail("%s has no workload; c:client { rate = 200 } makes one", client_fields[self].name)
end
function client_methods.stop(self) core.workload_go(workload_of(self, "stop"), false) end
function client_methods.go(self) core.workload_go(workload_of(self, "go"), true) end

-- The ledger --------------------------------------------------------------------------------------------------------

-- Which acknowledged writes are lost, and through which window of protocol.md §10.5; of all clients or of one.
local function ledger_of(acked, only)
  local total, lost = core.ledger(50000000 + 4 * longest_way)
  local book = { acked = acked or total, lost = 0, by_window = {}, unexplained = 0, writes = {} }
  for window = 1, 10 do book.by_window[window] = 0 end
  for _, write in ipairs(lost) do
    local by, client = by_host[write.by], by_host[write.client]
    if only == nil or client == only then
      book.lost = book.lost + 1
      if write.window == 0 then book.unexplained = book.unexplained + 1
      else book.by_window[write.window] = book.by_window[write.window] + 1 end
      book.writes[book.lost] = { key = write.key, value = write.value, client = client, by = by, acked = span(write.acked),
        window = write.window, why = write.word }
    end
  end
  return book
end

function cluster_methods.ledger(self)
  nodes_of(self, "ledger")
  return ledger_of()
end
function client_methods.ledger(self)
  workload_of(self, "ledger")
  return ledger_of(self.acked, self)
end
