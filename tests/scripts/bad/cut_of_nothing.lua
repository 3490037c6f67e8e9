-- expect: :3: cut: the first side must be a node or a list of nodes
local c = cluster { primaries = 3 }
cut(nil, c.n1)
