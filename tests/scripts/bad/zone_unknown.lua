-- expect: :3: no node is in zone "rde"; did you mean "red"?
local c = cluster { primaries = 3, zones = { "red", "green" } }
isolate(c:zone "rde")
