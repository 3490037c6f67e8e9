-- expect: :4: call heal with a colon, as in wall:heal()
local c = cluster { primaries = 3 }
local wall = cut(c.n1, c.n2)
wall.heal()
