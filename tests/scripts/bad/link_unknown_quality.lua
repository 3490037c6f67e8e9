-- expect: :2: link does not know "delay"
local c = cluster { primaries = 3, link = { delay = "5ms" } }
