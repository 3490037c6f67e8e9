-- expect: :2: wait: "-5s" is negative; time only goes forward
wait "-5s"
