-- expect: :2: wait must be a duration such as "5s", not nothing
wait()
