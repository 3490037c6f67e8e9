-- expect: :2: "os" is not available: a scenario has no clock
say(os.time())
