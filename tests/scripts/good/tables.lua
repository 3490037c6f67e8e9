-- pairs in a fixed order, a stable sort, and the other functions of tables.
local order = {}
local mixed = { z = 1, a = 2, m = 3, 10, 20, 30 }
mixed[true], mixed[2.5] = 4, 5
for key in pairs(mixed) do order[#order + 1] = tostring(key) end
expect(table.concat(order, " ") == "1 2 2.5 3 a m z true", "pairs: %s", table.concat(order, " "))

local left = { a = 1, b = 2, c = 3, d = 4 }
local seen = 0
for key in pairs(left) do
  seen = seen + 1
  left.b, left[key] = nil, nil
end
expect(seen == 3, "a removed key is not visited")

local words = setmetatable({}, { __pairs = function() return function(_, k) if not k then return 1, "own" end end end })
for _, word in pairs(words) do expect(word == "own", "__pairs is honoured") end

local rows = {}
for i = 1, 300 do rows[i] = { key = math.random(10), number = i } end
table.sort(rows, function(a, b) return a.key < b.key end)
for i = 2, #rows do
  local a, b = rows[i - 1], rows[i]
  if a.key > b.key or (a.key == b.key and a.number > b.number) then expect(false, "sorted and stable at %d", i) end
end
local numbers = { 5, 3, 9, 1 }
table.sort(numbers)
expect(table.concat(numbers, ",") == "1,3,5,9", "sort without a function")
table.sort(numbers, function(a, b) wait "1ms" return a > b end)
expect(table.concat(numbers, ",") == "9,5,3,1" and now() > "0s", "a comparison may even wait")
table.sort({})
table.sort({ 1 })

local list = { "a", "c" }
table.insert(list, 2, "b")
table.insert(list, "d")
expect(table.concat(list) == "abcd", "insert")
expect(table.remove(list, 1) == "a" and table.remove(list) == "d" and table.concat(list) == "bc", "remove")
expect(table.remove({}) == nil, "remove from nothing")
expect(table.concat(table.move({ 1, 2, 3 }, 1, 3, 2)) == "1123", "move")
expect(table.unpack({ 1, 2 }) == 1 and table.pack(1, 2).n == 2, "pack and unpack")
expect(select("#", table.unpack({ 1, 2, 3 })) == 3, "select")
expect(utf8.len("né") == 2, "utf8")
