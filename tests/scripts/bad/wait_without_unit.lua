-- expect: :2: wait is 5; write a duration with its unit, as in "5s" or "500ms"
wait(5)
