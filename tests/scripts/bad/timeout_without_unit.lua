-- expect: :2: cluster: node_timeout is 5; write a duration with its unit, as in "5s" or "500ms"
local c = cluster { primaries = 3, node_timeout = 5 }
