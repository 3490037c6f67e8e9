-- expect: :2: say: the text has 100000 letters; 2000 are allowed
say(("x"):rep(100000))
