-- expect: :3: no node is called "n9"
local c = cluster { primaries = 3 }
find("n9"):kill()
