-- expect: __tostring must return a text
say('%s', setmetatable({}, { __tostring = function() end }))
