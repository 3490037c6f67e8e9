-- expect: :3: link: loss must be a share from 0 to 1 or a text such as "5%", not 5
local c = cluster { primaries = 3 }
link(c.n1, c.n2, { loss = 5 })
