-- expect: :3: a duration cannot be negative: 0 s - 1 s
local start = now()
local took = start - "1s"
