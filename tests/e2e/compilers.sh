#!/bin/sh
# The same trace bytes from gcc -O2, gcc -O0, clang -O2 and gcc with ASan + UBSan; another seed gives another trace.
#   tests/e2e/compilers.sh BUILD [SCENARIO]       BUILD holds the release program; the others are built under build/
set -u
out=$1
scenario=${2:-scenarios/lessons/09-anatomy-of-a-failover.lua}
folder=build/same
status=0
unset MAKEFLAGS MFLAGS MAKELEVEL MODE CC CFLAGS
mkdir -p "$folder"
cache=""
command -v ccache >/dev/null 2>&1 && cache="ccache "
say() { echo "compilers: $*"; }

# trace NAME PROGRAM SEED
trace() {
    "$2" run "$scenario" --seed "$3" --trace "$folder/$1.trace" --quiet >"$folder/$1.log" 2>&1 && return
    say "$1: the run failed: $(head -c 300 "$folder/$1.log")"
    status=1
}
# compare NAME PROGRAM MAKE-ARGUMENTS...
compare() {
    name=$1 program=$2
    shift 2
    if ! make -j2 --no-print-directory "$@" "$program" >"$folder/$name.log" 2>&1; then
        say "$name does not build: $(grep -m 1 -E 'error|undefined' "$folder/$name.log")"
        status=1
        return
    fi
    trace "$name" "$program" 7
    if cmp -s "$folder/gcc-O2.trace" "$folder/$name.trace"; then
        say "gcc-O2 and $name: the same trace, $(wc -c <"$folder/$name.trace") bytes"
    else
        say "gcc-O2 and $name: different traces, $folder/gcc-O2.trace and $folder/$name.trace"
        status=1
    fi
}

trace gcc-O2 "$out/slotscope" 7
compare gcc-O0 build/same/gcc-O0/slotscope OUT=build/same/gcc-O0 OPT_release=-O0 WARN=-w CC="${cache}gcc"
if command -v clang >/dev/null 2>&1; then
    compare clang-O2 build/same/clang-O2/slotscope OUT=build/same/clang-O2 WARN=-w CC="${cache}clang"
else
    say "there is no clang here (tests/packages.sh lint installs it): not compared"
fi
compare asan build/asan/slotscope MODE=asan CC="${cache}gcc"
trace other "$out/slotscope" 8
if cmp -s "$folder/gcc-O2.trace" "$folder/other.trace"; then
    say "seed 8 gives the trace of seed 7"
    status=1
fi
exit $status
