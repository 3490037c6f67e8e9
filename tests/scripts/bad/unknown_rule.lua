-- expect: :2: profile: 
profile { rules = { ["rank-dela"] = false } }
