-- expect: :5: n1 cannot be frozen: it is starting
local c = cluster { primaries = 3 }
c.n1:kill()
c.n1:restart()
c.n1:freeze()
