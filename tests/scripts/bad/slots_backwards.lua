-- expect: :3: addslotsrange: the first slot 10 comes after the last one 5
local c = cluster { primaries = 3 }
c.n1:addslotsrange(10, 5)
