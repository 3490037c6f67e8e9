-- expect: :3: the cluster's "n1" cannot be set
local c = cluster { primaries = 3 }
c.n1 = nil
