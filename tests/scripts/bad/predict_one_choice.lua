-- expect: :2: predict wants two to five choices, not 1
predict { "Who?", choices = { "a" }, answer = 1 }
