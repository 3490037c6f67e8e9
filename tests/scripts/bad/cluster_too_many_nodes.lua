-- expect: :2: cluster: 21000 nodes are too many; there is room for 4096
local c = cluster { primaries = 1000, replicas = 20 }
