-- expect: :2: wait_until: still not so after an hour
wait_until(function() return false end)
