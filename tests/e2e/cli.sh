#!/bin/sh
# The program as a user calls it: options, exit statuses, files, broken input. Prints one line a group; exit status 1 when
# something is not as it should be.
#   tests/e2e/cli.sh BUILD
set -u
out=$1
program=$out/slotscope
helper=$out/e2e-helper
work=$out/e2e
story=tests/scripts/told/primary-dies.lua
failures=0
checks=0
rm -rf "$work"
mkdir -p "$work"
ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}exitcode=99"
export ASAN_OPTIONS

fail() {
    failures=$((failures + 1))
    echo "e2e: $*"
}
# Runs the program; its output goes to $work/out and $work/err.
call() {
    "$program" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}
# status WANTED ARGUMENTS...
wants() {
    wanted=$1
    shift
    checks=$((checks + 1))
    call "$@"
    [ "$status" = "$wanted" ] || fail "slotscope $*: status $status, not $wanted: $(head -c 300 "$work/err")"
}
# refused PART-OF-THE-SENTENCE ARGUMENTS...: status 2, one sentence on standard error, nothing on standard output
refused() {
    part=$1
    shift
    wants 2 "$@"
    [ -s "$work/out" ] && fail "slotscope $*: wrote to standard output"
    [ "$(wc -l <"$work/err")" = 1 ] || fail "slotscope $*: not one line: $(head -c 300 "$work/err")"
    grep -q '^slotscope: ' "$work/err" || fail "slotscope $*: no name before the sentence"
    grep -qF -- "$part" "$work/err" || fail "slotscope $*: \"$part\" is not in: $(cat "$work/err")"
}
prints() { # TEXT FILE
    checks=$((checks + 1))
    grep -qF -- "$1" "$2" || fail "\"$1\" is not in what was printed: $(head -c 300 "$2")"
}
group() { echo "e2e: $1"; }

group "options and commands that are not there"
refused "did you mean run?" rum "$story"
refused "there is no command" xyzzy
refused "unknown here" --frobnicate
refused "did you mean --seed?" run "$story" --sed 7
refused "did you mean --quiet?" run "$story" --qui
refused "did you mean --until?" run --untill=5s "$story"
refused "--help lists" run "$story" --frobnicate
refused "unknown" run "$story" -x
refused "wants a value: N" run "$story" --seed
refused "wants a value: FILE" run "$story" --trace
refused "a whole number" run "$story" --seed x
refused "a whole number" run "$story" --seed -1
refused "a whole number" run "$story" --seed 1.5
refused "a whole number" run "$story" --seed=
refused "a whole number" run "$story" --seed 0x10
refused "a whole number" run "$story" --seed 18446744073709551616
refused "a whole number from 0 to 2" run "$story" --level 3
refused "--until" run "$story" --until 5
refused "--until" run "$story" --until soon
refused "takes no value" run "$story" --quiet=yes
refused "is given twice" run "$story" --seed 1 --seed 2
refused "is given twice" run "$story" --set a=1 --set a=2
refused "name=value" run "$story" --set name
refused "name=value" run "$story" --set =5
refused "no such setting" run "$story" --quiet --set nosuch=5
refused "not an empty text" run "$story" --trace=
refused "which file?" run
refused "one too many" run "$story" "$story"
refused "the same file" run "$story" --trace "$work/same" --json "$work/same"
refused "which key?" slot
refused "list takes no file" list here
refused "render wants --at" render "$story"
refused "render wants --at" render "$story" --at 5
refused "which file?" view
refused "did you mean --theme?" view "$story" --them dark
refused "which file?" check
refused "there are none here" check "$story" -z
refused "takes nothing else" --version now
refused "there is no command" help nosuch

group "help, version, list, slot"
wants 0 --help
prints "slotscope run FILE" "$work/out"
wants 2
prints "Usage:" "$work/out"
wants 0 --version
prints "slotscope 0." "$work/out"
for command in run view render check list slot; do
    wants 0 help $command
    wants 0 $command --help
    prints "slotscope $command" "$work/out"
done
wants 0 list
prints "scenarios/lessons/09-anatomy-of-a-failover.lua  " "$work/out"
prints "  Anatomy of a failover" "$work/out"
wants 0 slot foo hello '{trip:42}:rider' '{trip:42}:driver' 'foo{}{bar}' -- --dash
prints "12182  foo" "$work/out"
prints "  866  hello" "$work/out"
prints " 9610  {trip:42}:rider  (hashed: trip:42)" "$work/out"
prints " 9610  {trip:42}:driver  (hashed: trip:42)" "$work/out"
prints " 8363  foo{}{bar}" "$work/out"
printf 'a\000b\n' | "$program" slot - >"$work/out" || fail "slot - failed"
prints 'a\x00b\x0a' "$work/out"

group "files that cannot be read or written"
printf '' >"$work/empty.lua"
printf 'expect(true, "fine")\n' >"$work/fine.lua"
refused "cannot be read: No such file" run "$work/nosuch.lua"
refused "is a folder" run "$work"
refused "is empty" run "$work/empty.lua"
refused "is a device" run /dev/zero
refused "is empty" run -
head -c 1100000 /dev/zero | tr '\0' '-' >"$work/large.lua"
refused "larger than 1 MiB" run "$work/large.lua"
refused "cannot be written" run "$work/fine.lua" --trace "$work/nosuch/x"
refused "is a folder" run "$work/fine.lua" --trace "$work"
if [ "$(id -u)" != 0 ]; then
    cp "$work/fine.lua" "$work/closed.lua"
    chmod 000 "$work/closed.lua"
    refused "Permission denied" run "$work/closed.lua"
fi
checks=$((checks + 1))
if [ -w /dev/full ]; then
    "$program" --help >/dev/full 2>"$work/err"
    [ $? = 2 ] || fail "a full disk is not noticed"
    refused "No space left" run "$work/fine.lua" --quiet --trace /dev/full
fi
printf 'local c = cluster {}\nexpect(c.n1 ~= nil)\n' | "$program" run - --quiet >"$work/out" 2>&1 || fail "run - failed"

group "exit statuses"
printf 'expect(false, "the moon is\\27[31m a cheese")\nexpect(true, "fine")\n' >"$work/fails.lua"
wants 0 run "$work/fine.lua"
prints "1 of 1 expects held" "$work/out"
wants 1 run "$work/fails.lua"
prints "FAILED" "$work/out"
wants 1 run "$work/fails.lua" --quiet
[ "$(cat "$work/out")" = "  FAILED  at 0.000 s: the moon is?[31m a cheese" ] || fail "--quiet prints: $(cat "$work/out")"
wants 0 run "$story" --quiet
[ -s "$work/out" ] || [ -s "$work/err" ] && fail "--quiet is not quiet: $(cat "$work/out" "$work/err")"
printf 'local c = clustr {}\n' >"$work/mistake.lua"
refused "mistake.lua:1:" run "$work/mistake.lua" --quiet
printf 'wait("1s"\n' >"$work/syntax.lua"
refused "syntax.lua:" run "$work/syntax.lua" --trace "$work/syntax.trace"
[ -e "$work/syntax.trace" ] && fail "a broken script left a trace"

group "same seed, same bytes"
wants 0 run "$story" --seed 7 --trace "$work/a" --json "$work/a.json"
cp "$work/out" "$work/told"
wants 0 run "$story" --seed=7 --trace="$work/b"
cmp -s "$work/out" "$work/told" || fail "two runs are told differently"
cmp -s "$work/a" "$work/b" || fail "two runs with one seed give different traces"
wants 0 run "$story" --seed 7 --trace "$work/b" --quiet
cmp -s "$work/a" "$work/b" || fail "--quiet changes the trace"
wants 0 run "$story" --seed 8 --trace "$work/b"
cmp -s "$work/a" "$work/b" && fail "another seed gives the same trace"
wants 0 run "$story"
cmp -s "$work/out" tests/golden/primary-dies.txt || fail "the program does not print the golden transcript"
wants 0 run "$story" --seed 7 --trace -
cmp -s "$work/out" "$work/a" || fail "--trace - writes something else"
lines=$("$helper" json "$work/a.json") || fail "the JSON lines cannot be parsed: $lines"
wants 0 check "$work/a"
prints "rules      none broken" "$work/out"
records=$(sed -n 's/^holds *\([0-9]*\) records.*/\1/p' "$work/out")
[ "$lines" = $((records + 1)) ] || fail "$lines JSON lines for $records records"
[ -z "$(find "$work" -name '*.part')" ] || fail "a temporary file was left"

group "--until, --set, --level"
wants 0 run "$story" --until 3s --trace "$work/short"
prints "3.000 s of virtual time" "$work/out"
wants 0 check "$work/short"
prints "length     3.000 s" "$work/out"
wants 0 run "$story" --until 0s
printf 'expect(setting("size", 1) == 5, "set")\n' >"$work/set.lua"
wants 0 run "$work/set.lua" --set size=5 --quiet
wants 1 run "$work/set.lua" --set=size=6 --quiet
wants 0 run "$story" --level 0 --trace "$work/small" --quiet
wants 0 check "$work/small"
prints "level 0" "$work/out"
[ "$(wc -c <"$work/small")" -lt "$(wc -c <"$work/a")" ] || fail "level 0 is not smaller than level 2"

group "a reader that goes away, a signal"
checks=$((checks + 2))
"$helper" unread "$program" run "$story" 2>"$work/err"
code=$?
[ $code = 0 ] || [ $code = 141 ] || fail "an unread run ends with status $code: $(cat "$work/err")"
[ -s "$work/err" ] && fail "an unread run complains: $(cat "$work/err")"
"$helper" unread "$program" run "$story" --seed 7 --trace "$work/unread" 2>"$work/err"
cmp -s "$work/unread" "$work/a" || fail "an unread run does not write its trace"
printf 'local c = cluster {}\nc:create()\nwhile true do wait "1s" end\n' >"$work/endless.lua"
"$program" run "$work/endless.lua" --level 1 --trace "$work/stopped" >"$work/out" 2>"$work/err" &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
code=$?
[ $code = 143 ] || fail "a run that was told to stop ends with status $code"
prints "--- stopped" "$work/out"
wants 0 check "$work/stopped"

group "broken traces"
mkdir -p "$work/broken"
"$helper" break "$work/a" "$work/broken" || fail "the traces could not be broken"
count=0
for file in "$work/broken"/*; do
    count=$((count + 1))
    case $file in
    */mended-*) # may be a trace that says something else; it must not harm
        call check "$file"
        [ "$status" -le 2 ] || fail "check $file: status $status: $(head -c 300 "$work/err")"
        ;;
    *) refused "$file" check "$file" ;;
    esac
done
[ $count -ge 20 ] || fail "only $count broken traces"
refused "not a trace file" check "$story"
refused "is a trace, not a scenario" run "$work/a"

group "the view beside the program"
mkdir -p "$work/alone"
cp "$program" "$work/alone/slotscope"
checks=$((checks + 1))
"$work/alone/slotscope" view "$story" >"$work/out" 2>"$work/err"
[ $? = 2 ] || fail "a missing slotscope-view: wrong status"
prints "there is no" "$work/err"
if [ -x "$out/slotscope-view" ]; then
    wants 0 render "$work/a" --at=14s -o "$work/picture.png" --size 640x360
    [ "$(head -c 4 "$work/picture.png" | tail -c 3)" = PNG ] || fail "render wrote no PNG"
    wants 2 render "$work/broken/magic-..." --at 14s -o "$work/none.png"
    "$program" help view >"$work/options"
    "$program" help render >>"$work/options"
    for option in $("$out/slotscope-view" --help | grep -oE ' --?[a-z]+' | sort -u); do
        case $option in --render) continue ;; esac
        checks=$((checks + 1))
        grep -qF -- "  $option " "$work/options" || fail "slotscope-view knows $option, slotscope does not"
    done
fi

group "the man page"
page=docs/slotscope.1
checks=$((checks + 1))
[ -f $page ] || fail "there is no $page"
if command -v groff >/dev/null 2>&1; then
    groff -man -Tutf8 -ww $page >"$work/page" 2>"$work/err" || fail "groff cannot format $page"
    [ -s "$work/err" ] && fail "groff warns: $(cat "$work/err")"
fi
for command in run view render check list slot; do
    "$program" help $command | sed -n 's/^  \(--*[a-z]*\) .*/\1/p' | while read -r option; do
        grep -qF -- "$(printf '%s' "$option" | sed 's/-/\\-/g')" $page || echo "$command $option"
    done
done >"$work/undocumented"
[ -s "$work/undocumented" ] && fail "options that $page does not describe: $(tr '\n' ' ' <"$work/undocumented")"

if [ $failures = 0 ]; then
    echo "e2e: $checks checks of the program passed"
    exit 0
fi
echo "e2e: $failures of $checks checks failed"
exit 1
