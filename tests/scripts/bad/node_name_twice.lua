-- expect: :3: node: a host called "a" exists already
local n = node { name = "a" }
local m = node { name = "a" }
