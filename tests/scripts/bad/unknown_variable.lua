-- expect: :3: "primaris" is not known here; did you mean "primaries"?
primaries = 3
local c = cluster { primaries = primaris }
