-- expect: :3: cut: the first side is an empty list; it must have at least one node
local c = cluster { primaries = 3 }
cut({}, c.n1)
