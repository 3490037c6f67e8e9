-- expect: exercise "took": low and high must be numbers or duration values, not "5s"
exercise { "took", question = "How long?", low = "5s", high = "6s" }
