-- expect: :4: n1 answered "ERR Slot 0 is already busy" to CLUSTER ADDSLOTSRANGE
local c = cluster { primaries = 3 }
c:create()
c:create()
