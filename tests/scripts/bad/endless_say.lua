-- expect: :2: more than 20 million steps without waiting
while true do say(('x'):rep(1900)) end
