-- expect: :3: expect wants a value that is true or not; call the function
local function good() return true end
expect(good, "it is good")
