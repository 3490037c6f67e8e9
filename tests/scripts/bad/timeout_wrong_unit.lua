-- expect: :2: cluster: node_timeout: "5 sec" is not a duration
local c = cluster { primaries = 3, node_timeout = "5 sec" }
