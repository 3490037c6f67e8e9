-- expect: :2: first second third
error("first\nsecond\nthird")
