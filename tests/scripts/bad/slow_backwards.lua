-- expect: :3: slow wants a factor from 0.001 to 1000
local c = cluster { primaries = 3 }
c.n1:slow(-1)
