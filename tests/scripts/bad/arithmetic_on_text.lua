-- expect: :2: attempt to add a 'string' with a 'number'
say("%d", "five" + 1)
