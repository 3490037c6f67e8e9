-- expect: :2: unfinished string
say "hello
