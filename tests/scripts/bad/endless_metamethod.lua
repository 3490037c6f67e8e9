-- expect: :2: more than 20 million steps without waiting
local t = setmetatable({}, { __index = function() while true do end end })
say(t.x)
