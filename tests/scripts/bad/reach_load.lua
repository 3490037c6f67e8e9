-- expect: :2: "load" is not available: a scenario makes no code from text
load("return 1")()
