-- expect: :2: on wants a function
on("failed")
