-- expect: :2: "predikt" is not known here; did you mean "predict"?
predikt { "x", choices = { "a", "b" }, answer = 1 }
