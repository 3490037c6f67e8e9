-- expect: :2: predict does not know "choises"; did you mean "choices"?
predict { "Who?", choises = { "a", "b" }, answer = 1 }
