-- Events: records of the trace, each told to its handlers in a process of its own.

local known_types = core.types()

-- A record as its handler gets it: nodes and durations instead of numbers.
local function event_of(seq)
  local event = core.record(seq)
  for name, host in next, event.hosts or {} do event[name] = by_host[host] end
  for name, ns in next, event.spans do event[name] = span((ns < 0 or ns >= SPAN_MAX) and SPAN_MAX - 1 or ns) end
  event.type = event.type:lower()
  event.node = event.host and by_host[event.host]
  event.host, event.hosts, event.spans = nil, nil, nil
  return event
end

function on(event, fn)
  if type(event) ~= "string" then fail("on wants the name of an event, as in on(\"election_won\", function(e) ... end), not %s", shown(event)) end
  check_function(fn, "on", "on(\"election_won\", function(e) ... end)")
  local number = core.on(event:upper(), function(seq) fn(event_of(seq)) end)
  if number then return new_task(function() core.off(number) end) end
  local names = {}
  for i, name in ipairs(known_types) do names[i] = name:lower() end
  fail("there is no event %s%s", shown(event), hint(event:lower(), names))
end
