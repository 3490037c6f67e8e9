-- expect: :2: more than 100000 turns at one moment
while true do wait "0s" end
