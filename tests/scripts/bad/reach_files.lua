-- expect: :2: "io" is not available: a scenario reaches no files
io.open("/etc/passwd")
