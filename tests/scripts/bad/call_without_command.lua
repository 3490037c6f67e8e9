-- expect: :3: call wants a command
local c = cluster { primaries = 3 }
c.n1:call()
