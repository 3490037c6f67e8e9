-- expect: :2: cluster: repl_timeout must be a text, a whole number, true or false, not a table
local c = cluster { primaries = 3, repl_timeout = {} }
