-- expect: :2: cluster: there is no directive 'cluster-mode-timeout'; did you mean 'cluster-node-timeout'?
local c = cluster { primaries = 3, cluster_mode_timeout = "5s" }
