-- expect: :2: "frobnicate" is not known here
frobnicate()
