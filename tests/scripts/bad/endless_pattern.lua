-- expect: :2: more than 20 million steps without waiting
say(tostring((("a"):rep(1000)):find(("a*"):rep(20) .. "b")))
