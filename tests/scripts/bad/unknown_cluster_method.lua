-- expect: :3: the cluster has no "creat"; did you mean "create"?
local c = cluster { primaries = 3 }
c:creat()
