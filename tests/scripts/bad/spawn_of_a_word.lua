-- expect: :2: wait is 5; write a duration
spawn(wait, 5)
say "x"
