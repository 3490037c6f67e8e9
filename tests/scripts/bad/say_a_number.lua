-- expect: :2: say wants a text, not 5
say(5)
