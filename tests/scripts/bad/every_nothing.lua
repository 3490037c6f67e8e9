-- expect: :2: every wants a duration longer than nothing
every("0s", function() end)
