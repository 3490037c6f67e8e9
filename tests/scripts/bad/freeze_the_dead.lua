-- expect: :4: n2 cannot be frozen: it is dead
local c = cluster { primaries = 3 }
c.n2:kill()
c.n2:freeze()
