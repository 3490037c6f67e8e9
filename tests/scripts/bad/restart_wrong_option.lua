-- expect: :4: restart does not know "wip"; did you mean "wipe"?
local c = cluster { primaries = 3 }
c.n1:kill()
c.n1:restart { wip = true }
