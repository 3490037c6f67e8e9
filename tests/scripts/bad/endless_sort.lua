-- expect: :2: more than 20 million steps without waiting
table.sort({ 3, 1, 2 }, function() while true do end end)
