-- What a script cannot have, and what it cannot break.
for _, name in ipairs { "os", "io", "load", "loadstring", "dofile", "require", "debug", "coroutine", "collectgarbage",
  "rawset", "rawget", "next", "xpcall", "package" } do
  local ok, why = pcall(function() return _ENV[name] end)
  expect(not ok and why:find(name .. "\" is not available", 1, true), "%s: %s", name, tostring(why))
end
for _, try in ipairs {
  function() wait = nil end, function() print = 3 end, function() string = {} end, function() cluster = 1 end,
  function() _ENV.pairs = nil end, function() setmetatable(_ENV, {}) end, function() setmetatable(string, {}) end,
  function() string.nonsense() end, function() math.randomseed(1) end, function() string.dump(print) end,
  function() setmetatable({}, { __gc = print }) end, function() setmetatable({}, { __mode = "k" }) end,
  function() string.format("%p", {}) end, function() ("x"):rep(1e9) end, function() ("x"):rep(1, 2) return nosuch end,
  function() table.move({}, 1, 1 << 60, 1) end, function() table.concat({ {} }) end,
} do
  expect(not pcall(try), "refused")
end
string.rep = function() return "mine" end
expect(("x"):rep(2) == "xx", "methods of texts stay what they are")
answer = 42
expect(answer == 42 and _ENV.answer == 42, "a script may have globals")
local ok, why = pcall(function() return anwser end)
expect(not ok and why:find("did you mean \"answer\"", 1, true), "%s", why)

local long = setmetatable({}, { __len = function() return 1 << 40 end })
expect(not pcall(table.sort, setmetatable({}, { __index = function() error "deep" end, __len = function() return 2 end })), "sort")
expect(not pcall(table.insert, long, 0, 1), "a wrong position")

local function deep(n) return 1 + deep(n + 1) end
ok, why = pcall(deep, 1)
expect(not ok and why:find("stack overflow", 1, true), "endless recursion is caught")
local c = cluster { primaries = 1 }
for _, try in ipairs {
  function() c.n1.name = "x" end, function() c.n1 = 3 end, function() c.nodes = {} end, function() c.n2:kill() end,
  function() c.n1.host = 4 end, function() pairs(c) end, function() pairs(c.n1) end, function() c.n1.kill() end,
  function() getmetatable(c.n1).__index = nil end, function() setmetatable(c.n1, {}) end,
} do
  expect(not pcall(try), "a handle stays what it is")
end
c.nodes[1] = nil
expect(c.nodes[1] == c.n1, "c.nodes is a copy")
