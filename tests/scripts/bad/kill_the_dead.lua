-- expect: :4: n1 cannot be killed: it is dead
local c = cluster { primaries = 3 }
c.n1:kill()
c.n1:kill()
