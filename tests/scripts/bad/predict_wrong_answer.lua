-- expect: :2: predict: answer must be a whole number from 1 to 2, not 3
predict { "Who?", choices = { "a", "b" }, answer = 3 }
