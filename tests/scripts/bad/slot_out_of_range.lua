-- expect: :3: owner: the slot must be a whole number from 0 to 16383, not 16384
local c = cluster { primaries = 3 }
c:owner(16384)
