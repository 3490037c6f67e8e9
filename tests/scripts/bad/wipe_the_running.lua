-- expect: :3: the disk of n2 cannot be wiped: it is running
local c = cluster { primaries = 3 }
c.n2:wipe()
