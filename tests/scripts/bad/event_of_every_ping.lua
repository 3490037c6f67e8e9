-- expect: :2: there is no event "peer_ping"
on("peer_ping", function() end)
