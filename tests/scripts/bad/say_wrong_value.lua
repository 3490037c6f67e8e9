-- expect: :2: say: value 1 does not fit its place in the text: number expected, got string
say("%d nodes", "three")
