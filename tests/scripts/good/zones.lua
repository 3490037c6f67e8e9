-- Zones and the links between them.
local c = cluster { primaries = 3, replicas = 1, zones = { "red", "green", "blue" }, node_timeout = "5s",
  link = { latency = "100us", jitter = "0us" }, zone_link = { latency = "10ms", jitter = "0us" } }
zone_link("red", "blue", { latency = "100ms", jitter = "0us" })
expect(#c:zone "red" == 2 and c.n1.zone == "red" and c.n2.zone == "green", "nodes are in their zones")
for _, primary in ipairs { c.n1, c.n2, c.n3 } do
  local replica = c.nodes[(primary == c.n1 and 4) or (primary == c.n2 and 5) or 6]
  expect(replica.zone ~= primary.zone, "%s and %s are apart", primary, replica)
end
-- how long a vote of strangers takes shows the latency: MEET needs some round trips
local function handshake(a, b)
  local start = now()
  a:meet(b)
  wait_until(function() return a:sees(b) and b:sees(a) end, "30s")
  return now() - start
end
local near = handshake(c.n1, c.zone(c, "red")[2])
local far = handshake(c.n2, c.n3)
local farthest = handshake(c.n1, c.n3)
expect(near < far and far < farthest, "near %s, far %s, farthest %s", near, far, farthest)
local wall = isolate(c:zone "blue")
wait "1s"
wall:heal()
local rooms = cluster { primaries = 2, replicas = 1, zones = { "left", "right", "left", "right" } }
expect(rooms[1].zone == "left" and rooms[3].zone == "left" and #rooms:zone "right" == 2, "a zone for each node")
local plain = cluster { primaries = 1, zones = 2, prefix = "x" }
expect(plain.x11.zone == "zone 1", "zones by number, nodes by prefix")
