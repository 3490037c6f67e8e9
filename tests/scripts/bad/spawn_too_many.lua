-- expect: :2: more than 10000 processes at once
for i = 1, 20000 do spawn(function() wait "1s" end) end
