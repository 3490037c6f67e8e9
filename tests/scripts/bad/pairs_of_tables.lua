-- expect: :2: pairs cannot put keys in order that are a table
for k in pairs { [{}] = 1, [{}] = 2 } do end
