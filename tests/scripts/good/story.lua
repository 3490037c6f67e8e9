-- The story: title, step, say, predict, expect, report.
title("The %s of a primary", "death")
step "First"
say "100% of the slots"
say("%s owns %d slots, %.1f %% of all", "n1", 5461, 33.33)
print("several", 3, true, nil, duration "1s")
predict { "How long?", choices = { "not at all", "about 6 s" }, answer = 2 }
expect(true)
expect("anything but nil and false", "truth")
expect(expect(1 == 1, "it returns what it was given") == true, "true")
report("took", duration "6.2345s")
report("count", 3)
report("share", 0.25)
report("who", node {})
