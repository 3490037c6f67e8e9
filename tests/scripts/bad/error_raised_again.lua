-- expect: :2: inner
local ok, why = pcall(function() error "inner" end)
error(why)
