-- expect: :3: the cluster has no "n4"
local c = cluster { primaries = 3 }
c.n4:kill()
