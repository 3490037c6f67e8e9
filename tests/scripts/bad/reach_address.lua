-- expect: :2: string.format knows no %p
say(string.format("%p", {}))
