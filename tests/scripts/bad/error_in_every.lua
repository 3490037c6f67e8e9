-- expect: :2: in every
every("1s", function() error "in every" end)
wait "5s"
