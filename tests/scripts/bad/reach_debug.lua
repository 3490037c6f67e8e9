-- expect: :2: "debug" is not available
debug.sethook()
