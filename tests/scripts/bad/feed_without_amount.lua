-- expect: :3: feed: the bytes must be a whole number
local c = cluster { primaries = 3 }
c.n1:feed("much")
