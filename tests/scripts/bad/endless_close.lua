-- expect: :2: more than 20 million steps
local x <close> = setmetatable({}, { __close = function() while true do end end })
