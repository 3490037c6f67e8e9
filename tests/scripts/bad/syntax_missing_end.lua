-- expect: :5: 'end' expected
local c = cluster { primaries = 3 }
if true then
  say "x"
