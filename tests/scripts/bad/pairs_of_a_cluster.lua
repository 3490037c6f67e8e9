-- expect: :3: pairs wants a table, not a cluster; its nodes are in c.nodes
local c = cluster { primaries = 3 }
for name, n in pairs(c) do n:kill() end
