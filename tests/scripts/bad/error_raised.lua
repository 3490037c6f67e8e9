-- expect: :2: the cluster is not as I want it
error "the cluster is not as I want it"
