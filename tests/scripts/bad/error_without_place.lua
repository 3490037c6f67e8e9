-- expect: :3: just a text
local function f()
  error("just a text", 0)
end
f()
