-- expect: :2: there is no event "election_one"; did you mean "election_won"?
on("election_one", function() end)
