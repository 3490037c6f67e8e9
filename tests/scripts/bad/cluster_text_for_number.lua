-- expect: :2: cluster: primaries must be a number, not "3"
local c = cluster { primaries = "3" }
