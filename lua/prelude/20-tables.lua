-- Tables: what Lua leaves to chance or does out of reach of the limit on steps is done here in a fixed order. Lua's own
-- pairs visits keys in another order in every run; its table.sort asks the clock when it meets a bad pivot; and its
-- insert, remove and move can be made to loop for ever in C.

-- Merge sort: stable, so that equal elements stay as they were. `before` may even wait.
local function sort(list, before)
  local count, width = #list, 1
  local from, to = list, {}
  while width < count do
    for low = 1, count, 2 * width do
      local middle, high = low + width, low + 2 * width
      if middle > count + 1 then middle = count + 1 end
      if high > count + 1 then high = count + 1 end
      local a, b = low, middle
      for at = low, high - 1 do
        local take_b = a >= middle
        if not take_b and b < high then
          if before then take_b = before(from[b], from[a]) else take_b = from[b] < from[a] end
        end
        if take_b then
          to[at] = from[b]
          b = b + 1
        else
          to[at] = from[a]
          a = a + 1
        end
      end
    end
    from, to = to, from
    width = 2 * width
  end
  if from ~= list then
    for i = 1, count do list[i] = from[i] end
  end
end

-- Keys in order: numbers, then texts, booleans, handles (nodes, clusters...) as they were made, durations.
local orders = {} -- handle -> number
local members = {} -- cluster -> { nodes = list, names = name -> node, replicas = for create }
local handles = 0
local function new_handle(meta)
  local handle = setmetatable({}, meta)
  handles = handles + 1
  orders[handle] = handles
  return handle
end

local function rank(key)
  local kind = type(key)
  if kind == "number" then return 1, key end
  if kind == "string" then return 2, key end
  if kind == "boolean" then return 3, key and 1 or 0 end
  if orders[key] then return 4, orders[key] end
  if is_span(key) then return 5, key.ns end
  fail("pairs cannot put keys in order that are %s; use numbers, texts or nodes as keys", shown(key))
end

local function before(a, b)
  local kind_a, value_a = rank(a)
  local kind_b, value_b = rank(b)
  if kind_a ~= kind_b then return kind_a < kind_b end
  return value_a < value_b
end

sorted_keys = function(t)
  local keys, count, in_order = {}, 0, true
  for key in next, t do
    count = count + 1
    keys[count] = key
    in_order = in_order and key == count
  end
  if not in_order then sort(keys, before) end
  return keys
end

names_of = function(t)
  local names = {}
  for key in next, t do
    if type(key) == "string" then names[#names + 1] = key end
  end
  sort(names)
  return names
end

function pairs(t)
  if type(t) ~= "table" then fail("pairs wants a table, not %s", shown(t)) end
  local meta = meta_of(t)
  if members[t] then fail("pairs wants a table, not a cluster; its nodes are in c.nodes") end
  if orders[t] or meta == Span then fail("pairs wants a table, not %s", shown(t)) end
  if type(meta) == "table" and rawget(meta, "__pairs") then return meta.__pairs(t) end
  local keys, at = sorted_keys(t), 0
  return function()
    local key, value
    repeat
      at = at + 1
      key = keys[at]
      if key ~= nil then value = rawget(t, key) end
    until key == nil or value ~= nil
    return key, value
  end, t, nil
end

local function check_list(value, what)
  if type(value) ~= "table" or orders[value] then fail("%s wants a table, not %s", what, shown(value)) end
end

function table.sort(list, before)
  check_list(list, "table.sort")
  if before ~= nil then check_function(before, "table.sort") end
  sort(list, before)
end

function table.insert(list, ...)
  check_list(list, "table.insert")
  local count, size = select("#", ...), #list
  if count == 1 then
    list[size + 1] = (...)
  elseif count == 2 then
    local at, value = ...
    at = whole(at, 1, size + 1, "table.insert: the position")
    for i = size, at, -1 do list[i + 1] = list[i] end
    list[at] = value
  else
    fail("table.insert wants a table, perhaps a position, and a value")
  end
end

function table.remove(list, at)
  check_list(list, "table.remove")
  local size = #list
  if at == nil then at = size else at = whole(at, size == 0 and 0 or 1, size + 1, "table.remove: the position") end
  local value = list[at]
  for i = at, size - 1 do list[i] = list[i + 1] end
  if at <= size then list[size] = nil end
  return value
end

function table.move(from, first, last, at, to)
  check_list(from, "table.move")
  to = to or from
  check_list(to, "table.move")
  first, last = whole(first, -1000000, 1000000, "table.move"), whole(last, -1000000, 1000000, "table.move")
  at = whole(at, -1000000, 1000000, "table.move")
  if at > first and to == from then
    for i = last - first, 0, -1 do to[at + i] = from[first + i] end
  else
    for i = 0, last - first do to[at + i] = from[first + i] end
  end
  return to
end
