-- expect: :3: replicate: the primary must be a node such as c.n1, not "n1"
local c = cluster { primaries = 3 }
c.n2:replicate("n1")
