-- expect: :2: error was called with a table
error(setmetatable({}, { __tostring = function() while true do end end }))
