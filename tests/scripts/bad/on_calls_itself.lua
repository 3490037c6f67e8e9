-- expect: :2: more than 100000 turns at one moment
on("say", function() say "again" end)
say "once"
wait "1s"
