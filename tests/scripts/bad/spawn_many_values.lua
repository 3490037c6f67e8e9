-- expect: :2: spawn takes at most 15 values
spawn(function() end, table.unpack({}, 1, 200000))
