-- expect: :2: node: the name "my node" must be letters
local n = node { name = "my node" }
