-- expect: :2: cluster: cluster-node-timeout lies between 1 and 3600000
local c = cluster { primaries = 3, node_timeout = "3d" }
