-- expect: :2: wait_until wants a function
wait_until(true, "5s")
