Lua -- expect: a compiled chunk
