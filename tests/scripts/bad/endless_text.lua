-- expect: :3: more than 20 million steps without waiting
local t = "x"
while true do t = ("y"):rep(1000000) end
