-- expect: :3: link: bandwidth must be bytes a second, from 1000 or "1KB" on, not "fast"
local c = cluster { primaries = 3 }
link(c.n1, c.n2, { bandwidth = "fast" })
