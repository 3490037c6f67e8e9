-- expect: :2: the run would become longer than 48 days
wait "60d"
