-- expect: :2: report "took" wants a value
report("took", nil)
