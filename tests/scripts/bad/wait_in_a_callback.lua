-- expect: :2: waiting is not possible here
("abc"):gsub("b", function() wait "1s" end)
