-- expect: :2: more than 20 million steps without waiting
("a"):rep(1000000):gsub("a", function() for i = 1, 1000 do end end)
