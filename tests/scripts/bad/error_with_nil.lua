-- expect: :2: error was called with a nil
error(nil)
