-- expect: :2: math.randomseed is not available: the run's seed is --seed
math.randomseed(42)
