-- expect: :2: setmetatable: "__gc" is not possible in a scenario
setmetatable({}, { __gc = function() end })
