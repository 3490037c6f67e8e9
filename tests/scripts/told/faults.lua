-- Every kind of fault and repair once, so that the transcript shows how each is told.
title "A bad day"

local c = cluster { primaries = 3, replicas = 1, node_timeout = "2s" }
c:create()
wait_until(function() return c:converged() end, "30s")
wait "6s"

step "A wall, and it falls"
local wall = cut({ c.n1, c.n4 }, { c.n2, c.n3, c.n5, c.n6 })
wait "8s"
wall:heal()
wait "8s"

step "Slow paths, slow machines, silence"
local slow = link(c.n1, c.n2, { latency = "80ms", jitter = "5ms", loss = "5%", bandwidth = "1MB" })
c.n6:slow(2.5)
c.n3:freeze()
wait "5s"
c.n3:thaw()
c.n6:slow(1)
slow:heal()
local deaf = one_way(c.n2, c.n3)
wait "5s"
deaf:heal()
wait "4s"

step "Refused and asked for"
local reply, wrong = c.n4:call("CLUSTER FAILOVER")
expect(reply == nil and wrong, "a primary refuses CLUSTER FAILOVER: %s", tostring(wrong))
c.n1:call("CLUSTER FAILOVER")
wait "4s"

step "A new disk"
c.n1:restart { wipe = true }
wait "3s"
c.n2:power_off()
say("Markup: *bold*, `code`, a lonely * star, an escape \27[31m that does no harm, and a word that is "
  .. "longer than any line could ever be: " .. ("x"):rep(90) .. ".")
predict { "What is left?", choices = { "nothing", "something" }, answer = 2 }
wait "6s"
report("answer", 42)
expect(c.n4:status() == "running", "n4 still runs")
