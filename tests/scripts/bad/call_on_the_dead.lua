-- expect: :4: n1 answered "connection refused" to CLUSTER MEET 10.0.0.2 6379
local c = cluster { primaries = 3 }
c.n1:kill()
c.n1:meet(c.n2)
