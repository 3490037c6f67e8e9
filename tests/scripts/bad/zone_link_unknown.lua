-- expect: :3: zone_link: no zone is called "c"
local c = cluster { primaries = 3, zones = { "a", "b" } }
zone_link("a", "c", { latency = "30ms" })
