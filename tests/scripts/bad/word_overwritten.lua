-- expect: :2: "step" is a word of the language and cannot be set; choose another name
step = 5
