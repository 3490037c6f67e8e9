-- expect: :3: call kill with a colon, as in c.n1:kill()
local c = cluster { primaries = 3 }
c.n1.kill()
