-- expect: :2: node: line 2: there is no directive 'cluster-node-timout'; did you mean 'cluster-node-timeout'?
local n = node "port 6379\ncluster-node-timout 5000"
