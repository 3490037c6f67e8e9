-- expect: :3: a node has no "kil"; did you mean "kill"?
local c = cluster { primaries = 3 }
c.n1:kil()
