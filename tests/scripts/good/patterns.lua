-- Patterns: ours do what the manual of Lua says.
local function same(got, want, what) expect(got == want, "%s: %s, wanted %s", what, tostring(got), tostring(want)) end
local function all(...) return table.concat({ ... }, "|") end

same(all(("hello"):find("l")), "3|3", "find")
same(all(("hello"):find("l+")), "3|4", "find +")
same(all(("hello"):find("(l)(l)")), "3|4|l|l", "find with captures")
same(all(("hello"):find("")), "1|0", "find nothing")
same(all(("hello"):find("", 6)), "6|5", "find nothing at the end")
same(("hello"):find("", 7), nil, "find beyond the end")
same(all(("hello"):find("l", -2)), "4|4", "find from the end")
same(all(("a.b"):find(".", 1, true)), "1|1" == "x" and "" or "2|2", "find plain")
same(("hello"):find("x", 1, true), nil, "find plain, not there")
same(("abc"):match("^b"), nil, "anchored")
same(("abc"):match("c$"), "c", "anchored at the end")
same(("a$c"):match("$c"), "$c", "a dollar inside")
same(("key = value"):match("^(%w+)%s*=%s*(%w+)$"), "key", "match")
same(all(("2026-11-25"):match("(%d+)-(%d+)-(%d+)")), "2026|11|25", "captures")
same(all(("abc"):match("()b()")), "2|3", "positions")
same(("x[[y]]"):match("%[%[(.-)%]%]"), "y", "lazy")
same(("aXb"):match("%u"), "X", "class")
same(("a1 b2"):match("%D+"), "a", "class of all others")
same(("[x]"):match("[]]"), "]", "a bracket in a set")
same(("a-z"):match("[a%-]+"), "a-", "a dash in a set")
same(("a-z"):match("[%a-]+"), "a-z", "a dash at the end of a set")
same(("xyz"):match("[^x]+"), "yz", "a set of all others")
same(("THE (quick) fox"):match("%f[%a]%l+%f[%A]"), "quick", "frontier")
same(("f(a(b)c)d"):match("%b()"), "(a(b)c)", "balance")
same(("abab"):match("(ab)%1"), "ab", "back reference")
same(("0x1F"):match("0[xX](%x+)"), "1F", "hexadecimal digits")
same(("colour color"):gsub("colou?r", "X"), "X X", "question mark")
same(all(("hello"):gsub("l", "L")), "heLLo|2", "gsub")
same(all(("hello"):gsub("l", "L", 1)), "heLlo|1", "gsub with a limit")
same(("hello"):gsub("", "-"), "-h-e-l-l-o-", "gsub of nothing")
same(("abc"):gsub("%w", "%0%0"), "aabbcc", "the whole match")
same(("x=1, y=2"):gsub("(%w+)=(%w+)", "%2=%1"), "1=x, 2=y", "captures in the replacement")
same(("100%"):gsub("%%", " percent"), "100 percent", "percent")
same(("$a $b"):gsub("%$(%w+)", { a = "x" }), "x $b", "gsub with a table")
same(("1 2 3"):gsub("%d", function(d) return d * 2 end), "2 4 6", "gsub with a function")
same(("a b"):gsub("%w", function() return nil end), "a b", "gsub that keeps")
same(("  x  "):gsub("^%s+", ""), "x  ", "gsub anchored")
same(("abc"):gsub("b*", "-"), "-a-c-", "gsub of what may be empty")
local words = {}
for word in ("one two  three"):gmatch("%a+") do words[#words + 1] = word end
same(table.concat(words, ","), "one,two,three", "gmatch")
local pairs_found = {}
for key, value in ("a=1, b=2"):gmatch("(%w+)=(%w+)") do pairs_found[#pairs_found + 1] = key .. value end
same(table.concat(pairs_found, ","), "a1,b2", "gmatch with captures")
local empties = 0
for _ in ("abc"):gmatch("") do empties = empties + 1 end
same(empties, 4, "gmatch of nothing")
same(("a\0b"):match("%z*b"), "b", "what follows a NUL")
same(("a\0b"):find("b"), 3, "a NUL does not end a text")

for _, bad in ipairs { "%", "[a", "(a", "a)", "%f", "%b", "%1", "[%", "[" } do
  local ok, why = pcall(string.find, "aaa", bad)
  expect(not ok and why:find("pattern", 1, true), "%s: %s", bad, tostring(why))
end
expect(not pcall(string.gsub, "a", "a", "%x") and not pcall(string.gsub, "a", "a", "%2"), "bad replacements")
expect(not pcall(string.gsub, "a", "a", function() return {} end), "a table is no replacement")
