-- expect: :3: attempt to index a nil value (local 'c')
local c
c:create()
