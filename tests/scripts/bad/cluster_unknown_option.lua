-- expect: :2: cluster does not know "primarys"; did you mean "primaries"?
local c = cluster { primarys = 3 }
