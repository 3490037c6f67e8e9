-- wait, wait_until, at, every, spawn: everything in the order of its time.
local said = {}
local function note(word) said[#said + 1] = word .. "@" .. tostring(now()) end

at("2s", function() note "at" end)
local ticks = every("1s", function() note "tick" end)
spawn(function(a, b)
  note("spawned" .. a .. b)
  wait "1500ms"
  note "later"
end, 1, 2)
note "main"
wait "2500ms"
ticks:stop()
wait "2s"
note "end"
expect(table.concat(said, " ") == "main@0 s spawned12@0 s tick@1 s later@1.5 s at@2 s tick@2 s end@4.5 s",
  "%s", table.concat(said, " "))

local beats = 0
every("1s", function()
  beats = beats + 1
  if beats == 3 then return false end
end)
wait "10s"
expect(beats == 3, "every ends when its function returns false")

local start = now()
expect(wait_until(function() return now() - start >= "1s" end) == duration "1s", "wait_until tells how long it took")
expect(wait_until(function() return false end, "2s") == nil and now() - start == duration "3s", "and nil at its limit")
expect(wait_until(function() return true end, "2s") == duration "0s", "at once when it is so")

-- waiting works in pcall, in iterators and in metamethods
local ok, value = pcall(function() wait "1s" return "done" end)
expect(ok and value == "done", "wait inside pcall")
local ok2, why = pcall(function() wait "1s" error("boom", 0) end)
expect(not ok2 and why == "boom", "an error after a wait inside pcall")
local lazy = setmetatable({}, { __index = function(_, key) wait "1s" return key end })
local before = now()
expect(lazy.x == "x" and now() - before == duration "1s", "wait inside a metamethod")
for i in (function(_, i) wait "1s" if (i or 0) < 2 then return (i or 0) + 1 end end) do expect(i <= 2, "wait in an iterator") end
expect(not pcall(string.gsub, "a", "a", function() wait "1s" end), "but not inside gsub")
expect(not pcall(at, "1s", print), "the past is over")

every("1s", function() end) -- does not keep the script alive
