-- expect: :2: cluster: primaries must be a whole number from 1 to 1000, not 5000
local c = cluster { primaries = 5000 }
