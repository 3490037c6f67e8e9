-- expect: :3: create: 
local c = cluster { primaries = 2 }
c:create()
