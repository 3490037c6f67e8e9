-- expect: exercise wants its name and a question
exercise { "lost", answer = 3 }
