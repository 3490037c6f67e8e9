-- Everything a script can do, at random and with extreme values: nothing may crash, and the trace must add up.
local names = {} -- events that came
local c = cluster { primaries = math.random(1, 6), replicas = math.random(0, 2), zones = math.random(1, 3),
  node_timeout = duration "1ms" * math.random(1, 5000),
  link = { latency = duration "1us" * math.random(1, 10000), jitter = duration "1us" * math.random(1, 1000), loss = math.random() < 0.2 and math.random() or 0 } }
if #c >= 3 and pcall(c.create, c) then say "created" end
local function any() return c[math.random(#c)] end
local function some()
  local list, seen = {}, {}
  for _ = 1, math.random(3) do
    local one = any()
    if not seen[one] then
      seen[one] = true
      list[#list + 1] = one
    end
  end
  return list
end
local function qualities()
  return { latency = duration "1us" * math.random(0, 10) ^ math.random(0, 14),
    jitter = duration "1us" * math.random(0, 10) ^ math.random(0, 14),
    loss = math.random(0, 4) / 4, bandwidth = 1000 * math.random(1, 10) ^ math.random(0, 6), one_way = math.random() < 0.3 }
end
local acts = {
  function() any():kill { power = math.random() < 0.5 } end,
  function() any():restart() end,
  function() any():restart { wipe = true } end,
  function() any():freeze() end,
  function() any():thaw() end,
  function() any():slow(10 ^ math.random(-3, 3)) end,
  function() cut(some(), some()) end,
  function() isolate(some()) end,
  function() one_way(some(), some()) end,
  function() link(some(), some(), qualities()) end,
  function() heal() end,
  function() any():feed(math.random(0, 1 << 40)) end,
  function() any():meet(any()) end,
  function() any():replicate(any()) end,
  function() any():forget(any()) end,
  function() any():addslots(math.random(0, 16383)) end,
  function() any():delslots(math.random(0, 16383)) end,
  function() spawn(function() any():call("CLUSTER FAILOVER " .. (math.random() < 0.5 and "FORCE" or "TAKEOVER")) end) end,
  function() spawn(function() any():call("CLUSTER RESET " .. (math.random() < 0.5 and "HARD" or "SOFT")) end) end,
  function() any():call("CLUSTER BUMPEPOCH") end,
  function() any():call("CLUSTER FLUSHSLOTS") end,
  function() any():call("CLUSTER SET-CONFIG-EPOCH " .. math.random(1, 1 << 40)) end,
  function() any():call("CLUSTER SETSLOT " .. math.random(0, 16383) .. " NODE " .. any():id()) end,
  function() node {} end,
  function() any():call(("x"):rep(math.random(1, 1000))) end,
  function() any():nodes() any():info() any():conf() any():sees(any()) end,
}
for _, event in ipairs { "suspected", "failed", "msg_sent", "peer_slots", "role_changed", "vote_refused", "process_exited", "call_replied", "handshake_added" } do
  on(event, function(e) names[e.type] = (names[e.type] or 0) + 1 end)
end
for i = 1, 150 do
  if now() > "3000s" then break end
  pcall(acts[math.random(#acts)])
  if math.random() < 0.5 then wait(duration "1ms" * math.random(0, 10) ^ math.random(0, 4)) end
end
for name, count in pairs(names) do report(name, count) end
