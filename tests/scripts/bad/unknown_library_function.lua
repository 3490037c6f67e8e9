-- expect: :2: string has no "formt"; did you mean "format"?
say(string.formt("%d", 1))
