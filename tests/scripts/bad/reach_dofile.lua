-- expect: :2: "dofile" is not available: a scenario is one file
dofile "other.lua"
