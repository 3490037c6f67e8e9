-- expect: :3: at: 1 s is past; it is 2 s now
wait "2s"
at("1s", function() end)
