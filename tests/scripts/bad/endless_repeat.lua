-- expect: :2: string.rep would make a text of more than 8 MiB
say(("x"):rep(1 << 40))
