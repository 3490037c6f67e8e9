-- expect: :3: link: bandwidth must be bytes a second, as in 1000000 or "1MB", not "fast"
local c = cluster { primaries = 3 }
link(c.n1, c.n2, { bandwidth = "fast" })
