-- expect: :2: attempt to compare
expect(1 < "2", "x")
