-- expect: :2: "coroutine" is not available: spawn starts a process
coroutine.create(function() end)
