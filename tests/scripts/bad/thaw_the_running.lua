-- expect: :3: n1 cannot be thawed: it is running
local c = cluster { primaries = 3 }
c.n1:thaw()
