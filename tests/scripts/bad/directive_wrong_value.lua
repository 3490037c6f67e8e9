-- expect: :2: cluster: cluster-require-full-coverage is 'yes' or 'no', not 'maybe'
local c = cluster { primaries = 3, cluster_require_full_coverage = "maybe" }
