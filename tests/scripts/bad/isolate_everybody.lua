-- expect: :3: isolate: nobody is left on the other side
local c = cluster { primaries = 3 }
isolate(c)
