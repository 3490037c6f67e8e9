-- expect: :2: "require" is not available: a scenario is one file
local json = require "json"
