-- expect: exercise "lost" wants an answer, or low and high
exercise { "lost", question = "How many?" }
