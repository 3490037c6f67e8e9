-- expect: :3: cut: n1 is on both sides
local c = cluster { primaries = 3 }
cut(c.n1, { c.n1, c.n2 })
