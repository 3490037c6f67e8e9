-- expect: :2: cluster wants a table, as in cluster { primaries = 3, replicas = 1 }, not 3
local c = cluster(3)
