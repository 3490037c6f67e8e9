-- expect: :3: in the handler
on("say", function()
  error "in the handler"
end)
say "x"
wait "1s"
