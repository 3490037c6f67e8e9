-- expect: :2: unexpected symbol
say(%s)
