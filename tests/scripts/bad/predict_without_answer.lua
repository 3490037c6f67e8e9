-- expect: :2: predict wants answer = the number of the right choice
predict { "Who?", choices = { "a", "b" } }
