-- expect: :5: this fault was healed before
local c = cluster { primaries = 3 }
local wall = cut(c.n1, c.n2)
wall:heal()
wall:heal()
