-- expect: :3: more than 20 million steps without waiting
local c = cluster { primaries = 3 }
while true do c.n1:slow(2) end
