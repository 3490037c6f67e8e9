-- The story, settings, time and processes.

local TEXT_MAX = 2000

-- A text with its values, as string.format writes them.
local function text_of(what, text, ...)
  if type(text) ~= "string" then fail("%s wants a text, not %s", what, shown(text)) end
  local count = select("#", ...)
  if count > 0 then
    local places = core.places(text)
    if count ~= places then
      fail("%s: the text has %d place%s for values, as %%s or %%d, but %d value%s given", what, places,
        places == 1 and "" or "s", count, count == 1 and " is" or "s are")
    end
    local ok, result = pcall(format, text, ...)
    if not ok then
      local number, why = result:match("bad argument #(%d+) to '[^']*' %((.*)%)$")
      if number then fail("%s: value %d does not fit its place in the text: %s", what, number - 1, why) end
      fail("%s: the text does not fit its values: %s", what, (result:gsub("^[^:]*:%d+: ", "")))
    end
    text = result
  end
  if #text > TEXT_MAX then fail("%s: the text has %d letters; %d are allowed", what, #text, TEXT_MAX) end
  return text
end

function title(text, ...) core.note("title", 0, text_of("title", text, ...)) end
function step(text, ...) core.note("step", 0, text_of("step", text, ...)) end
function say(text, ...) core.note("say", 0, text_of("say", text, ...)) end
function print(...)
  local parts = {}
  for i = 1, select("#", ...) do parts[i] = tostring((select(i, ...))) end
  core.note("say", 0, text_of("print", concat(parts, " ")))
end

function predict(question)
  check_options(question, { [1] = "string", choices = "table", answer = "number" }, "predict")
  local choices = question.choices or {}
  if not question[1] then fail("predict wants its question as the first entry, as in predict { \"Who wins?\", choices = ...}") end
  if question.answer == nil then fail("predict wants answer = the number of the right choice") end
  text_of("predict", question[1])
  if #choices < 2 or #choices > 5 then fail("predict wants two to five choices, not %d", #choices) end
  for i, choice in ipairs(choices) do
    if type(choice) ~= "string" then fail("predict: choice %d must be a text, not %s", i, shown(choice)) end
    if choice:find("\n", 1, true) then fail("predict: choice %d must be one line", i) end
  end
  local answer = whole(question.answer, 1, #choices, "predict: answer")
  core.note("predict", answer, question[1], text_of("predict", concat(choices, "\n")))
end

function expect(condition, text, ...)
  if type(condition) == "function" then fail("expect wants a value that is true or not; call the function: expect(f(), ...)") end
  core.note("expect", condition and 1 or 0, text_of("expect", text == nil and "as expected" or text, ...))
  return condition and true or false
end

function report(name, value)
  if type(name) ~= "string" or name == "" then fail("report wants a name, not %s", shown(name)) end
  if value == nil then fail("report \"%s\" wants a value", name) end
  value = is_span(value) and core.span_text(value.ns) or tostring(value)
  core.note("report", 0, text_of("report", name), text_of("report", value))
end

-- Settings and rules ----------------------------------------------------------------------------------------------

seed = core.seed()

function setting(name, default)
  if type(name) ~= "string" then fail("setting wants a name, not %s", shown(name)) end
  local value = core.setting(name)
  if value == nil then return default end
  if type(default) == "number" then
    local number = tonumber(value)
    if not number then fail("--set %s=%s: a number is wanted, as in %s", name, value, default) end
    return math.tointeger(number) or number
  end
  if type(default) == "boolean" then
    if value ~= "true" and value ~= "false" then fail("--set %s=%s: true or false is wanted", name, value) end
    return value == "true"
  end
  if is_span(default) then return span(ns_of(value, "--set " .. name)) end
  return value
end

-- Exercises: questions that are answered with --set and graded by what the run has shown ---------------------------

-- Letters and digits of an answer, so that "n, Y n" is as good as "nyn".
local function plain(text) return (text:lower():gsub("[%s,]", "")) end

-- A letter for each place: how many are right, and why the others are not.
local function grade_letters(name, given, right, why)
  local allowed, wrong, whys = {}, 0, {}
  for letter in right:gmatch "." do allowed[letter] = true end
  local letters = concat(names_of(allowed))
  if #given ~= #right or given:find("[^" .. letters .. "]") then
    fail("--set %s=%s: %d letters are wanted, each of %s", name, given, #right, letters)
  end
  for i = 1, #right do
    if given:sub(i, i) ~= right:sub(i, i) then
      wrong = wrong + 1
      whys[#whys + 1] = format("%d. %s", i, type(why) == "table" and why[i] or format("Not %s.", given:sub(i, i)))
    end
  end
  expect(wrong == 0, "your answer %s=%s: %d of %d are right", name, given, #right - wrong, #right)
  if type(why) == "string" and wrong > 0 then whys = { why } end
  return wrong == 0, concat(whys, "\n")
end

local function grade_range(name, given, low, high)
  local value, exact = tonumber(given), tostring
  if is_span(low) then
    value, exact = span(ns_of(given, "--set " .. name)), function(time) return core.span_text(time.ns) end
  elseif not value then
    fail("--set %s=%s: a number is wanted", name, given)
  end
  local right = low <= value and value <= high
  expect(right, "your answer %s=%s: it was %s%s", name, given, exact(low), low == high and "" or " to " .. exact(high))
  return right
end

local exercise_options = { [1] = "string", question = "string", answer = "any", low = "any", high = "any", why = "any" }

local function check_exercise(options)
  check_options(options, exercise_options, "exercise")
  local name, answer, low, high = options[1], options.answer, options.low, options.high
  if not name or not options.question then fail("exercise wants its name and a question, as in exercise { \"lost\", question = ..., answer = ... }") end
  if (answer == nil) == (low == nil or high == nil) then fail("exercise \"%s\" wants an answer, or low and high", name) end
  if answer ~= nil then low, high = answer, answer end
  if type(answer) == "string" and plain(answer):find "^%a+$" then return plain(answer) end
  if answer == nil or type(answer) ~= "string" then
    if type(low) ~= type(high) or not (type(low) == "number" or is_span(low)) then
      fail("exercise \"%s\": low and high must be numbers or duration values, not %s", name, shown(low))
    end
  end
  return answer, low, high
end

function exercise(options)
  local answer, low, high = check_exercise(options)
  local name, why = options[1], options.why
  local given = core.setting(name)
  if given == nil then
    say("Exercise: %s (--set %s=...)", options.question, name)
    return nil
  end
  local right, told
  if low == nil then
    right, told = grade_letters(name, plain(given), answer, why)
  elseif type(answer) == "string" then
    right = plain(given) == plain(answer)
    expect(right, "your answer %s=%s: it was %s", name, given, answer)
  else
    right = grade_range(name, given, low, high)
  end
  if not right and type(told or why) == "string" then say("%s", told or why) end
  return right
end

function profile(options)
  if type(options) == "string" then options = { name = options } end
  check_options(options, { name = "string", rules = "table" }, "profile")
  for name, on in pairs(options.rules or {}) do
    if type(name) ~= "string" or type(on) ~= "boolean" then
      fail("profile: rules wants names with true or false, as in rules = { [\"rank-delay\"] = false }")
    end
  end
  local wrong = core.rules(options.name or "redis-7.0", options.rules)
  if wrong then fail("profile: %s", wrong) end
end

-- Time ------------------------------------------------------------------------------------------------------------

local POLL = 10 * 1000000 -- wait_until looks at least so often
local LONGEST = 3600 * 1000000000 -- and so long when no limit is given

function wait(time) core.sleep(ns_of(time, "wait")) end

function wait_until(condition, limit)
  check_function(condition, "wait_until", "wait_until(function() return c:converged() end, \"30s\")")
  local start = core.now()
  local last = start + (limit == nil and LONGEST or ns_of(limit, "wait_until: the limit"))
  while not condition() do
    local time = core.now()
    if time >= last then
      if limit == nil then fail("wait_until: still not so after an hour; give a limit, as in wait_until(f, \"30s\")") end
      return nil
    end
    core.pause(last - time < POLL and last - time or POLL)
  end
  return span(core.now() - start)
end

-- What every and on return: a handle to stop it.
local Task = { __name = "task", __metatable = "task", __tostring = function() return "task" end }
local stops = {}
Task.__index = function(self, key)
  if key == "stop" then return stops[self] end
  fail("a task has only stop()%s", hint(key, { "stop" }))
end
Task.__newindex = function(_, key) fail("a task's %s cannot be set", shown(key)) end
local function new_task(stop)
  local task = new_handle(Task)
  stops[task] = stop
  return task
end

function spawn(fn, ...)
  check_function(fn, "spawn", "spawn(function() ... end)")
  core.spawn(false, fn, ...)
end

function at(time, fn)
  local target = ns_of(time, "at")
  check_function(fn, "at", "at(\"10s\", function() ... end)")
  if target < core.now() then fail("at: %s is past; it is %s now", span(target), now()) end
  core.spawn(false, function()
    core.sleep(target - core.now())
    fn()
  end)
end

function every(time, fn)
  local period = ns_of(time, "every")
  if period == 0 then fail("every wants a duration longer than nothing") end
  check_function(fn, "every", "every(\"1s\", function() ... end)")
  local running = true
  core.spawn(true, function()
    while running do
      core.sleep(period)
      if running and fn() == false then return end
    end
  end)
  return new_task(function() running = false end)
end
