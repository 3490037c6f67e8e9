-- The globals that a script sees. They live in a table of their own, so that a script can have globals, but cannot take a
-- function's name by mistake; a name that is not known is told at once.

local missing = {
  os = "a scenario has no clock and no system; now() is the virtual time",
  io = "a scenario reaches no files; say and report go to the trace",
  require = "a scenario is one file", dofile = "a scenario is one file", loadfile = "a scenario is one file",
  load = "a scenario makes no code from text", loadstring = "a scenario makes no code from text",
  coroutine = "spawn starts a process, wait lets time pass",
  debug = "say shows values", collectgarbage = "memory is looked after", xpcall = "pcall is there",
  next = "use pairs, which visits keys in order", rawget = "use t[key]", rawset = "use t[key] = value",
  rawequal = "use ==", rawlen = "use #", package = "a scenario is one file", arg = "setting(\"name\", default) reads --set",
  sleep = "wait(\"5s\") lets time pass", null = "Lua's word is nil", self = "methods are called with a colon",
}
local removed = { ["math.randomseed"] = "the run's seed is --seed", ["string.dump"] = "a scenario makes no code from text" }

-- A library's own mistakes in a name are told as well.
local function guard(library, name)
  setmetatable(library, { __metatable = false, __index = function(_, key)
    local why = removed[name .. "." .. tostring(key)]
    if why then fail("%s.%s is not available: %s", name, key, why) end
    fail("%s has no %s%s", name, shown(key), hint(key, names_of(library)))
  end })
end
for _, name in ipairs { "string", "table", "math", "utf8" } do guard(_G[name], name) end

local globals, all_names = {}, {}
for name, value in next, _G do
  if name ~= "_G" then
    globals[name] = value
    all_names[#all_names + 1] = name
  end
end
for name in next, globals do rawset(_G, name, nil) end
local user = _G
rawset(_G, "_G", nil)

setmetatable(globals, { __index = function(_, key)
  if missing[key] then fail("\"%s\" is not available: %s", key, missing[key]) end
  local names = { unpack(all_names) }
  for name in next, user do names[#names + 1] = name end
  sort(names)
  fail("%s is not known here%s", shown(key), hint(key, names))
end })
setmetatable(user, {
  __metatable = false,
  __index = globals,
  __newindex = function(_, key, value)
    if rawget(globals, key) ~= nil then fail("\"%s\" is a word of the language and cannot be set; choose another name", key) end
    rawset(user, key, value)
  end,
})
