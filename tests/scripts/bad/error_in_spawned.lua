-- expect: :5: attempt to index a nil value
local nodes
spawn(function()
  wait "1s"
  nodes.n1:kill()
end)
wait "5s"
