-- expect: :2: "sleep" is not available: wait("5s") lets time pass
sleep(5)
