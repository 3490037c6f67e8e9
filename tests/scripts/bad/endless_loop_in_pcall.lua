-- expect: :2: more than 20 million steps without waiting
while true do pcall(function() while true do end end) end
