-- expect: :3: profile: rules can only be chosen before the first node exists
local c = cluster { primaries = 3 }
profile { rules = { ["rank-delay"] = false } }
