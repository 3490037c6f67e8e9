-- expect: :2: say: the text has 1 place for values, as %s or %d, but 2 values are given
say("%s", 1, 2)
