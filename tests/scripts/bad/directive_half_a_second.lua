-- expect: :2: cluster: repl_timeout: "1500ms" is not a whole number of seconds
local c = cluster { primaries = 3, repl_timeout = "1500ms" }
