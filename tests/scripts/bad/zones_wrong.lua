-- expect: :2: cluster: zones must be a number or a list of names, not "three"
local c = cluster { primaries = 3, zones = "three" }
