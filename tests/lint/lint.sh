#!/bin/sh
# The lints of this project, one sentence a finding; exit status 1 when there is one.
#   layers      which folder may include which (the arrows of docs/architecture.md)
#   symbols     the library calls no clock, file, socket, random number or environment
#   sizes       files of at most 800 lines, functions of at most 70, lines of at most 120 columns
#   words       no assert.h, sprintf, strcpy, malloc outside sim/base; no unfinished work
set -u
cd "$(dirname "$0")/../.." || exit 2
lib=${1:-build/libsim.a}
viz=${2:-build/libviz.a}
found=0
mkdir -p build
say() { echo "lint: $*"; found=1; }

# --- layers: "folder: folders it may include from"; its own is always allowed ---
layers="
sim/base:
sim/engine: sim/base
sim/net: sim/base sim/engine
sim/trace: sim/base
sim/cluster: sim/base sim/trace
sim/store: sim/base sim/trace sim/cluster
sim/server: sim/base sim/trace sim/cluster sim/store
sim/plan: sim/base
sim/world: sim/base sim/engine sim/net sim/trace sim/cluster sim/store sim/server
sim/check: sim/base sim/trace
sim/export: sim/base sim/trace
sim/cli: sim/base sim/trace sim/world sim/check sim/export sim/cluster lua
lua: sim/base sim/trace sim/cluster sim/store sim/server sim/net sim/world sim/plan sim/check
viz/draw: sim/base
viz/ui: sim/base viz/draw
viz/model: sim/base sim/trace
viz/scene: sim/base sim/trace sim/cluster viz/draw viz/ui viz/model
viz/sdl: sim/base viz/draw
viz/app: sim/base sim/trace sim/world sim/cluster sim/net lua viz/draw viz/ui viz/model viz/scene viz/sdl
"
sources=$(find sim viz lua -name '*.[ch]' | sort)
# shellcheck disable=SC2086
awk -v layers="$layers" '
    BEGIN {
        count = split(layers, lines, "\n")
        for (i = 1; i <= count; i++) {
            at = index(lines[i], ":")
            if (at) allowed[substr(lines[i], 1, at - 1)] = substr(lines[i], at + 1) " "
        }
    }
    FNR == 1 {
        folder = FILENAME
        sub("/[^/]*$", "", folder)
        if (!(folder in allowed)) print FILENAME ": folder " folder " is not in the list of layers"
    }
    /^#include "/ && folder in allowed {
        included = $2
        gsub("\"", "", included)
        if (!sub("/[^/]*$", "", included) || included == folder) next
        if (index(allowed[folder], " " included " ") == 0 && !seen[FILENAME, included]++)
            print FILENAME " includes from " included "; " folder " may include from:" (allowed[folder] == " " ? " nothing else" : allowed[folder])
    }
' $sources >build/lint.layers
while read -r line; do say "$line"; done <build/lint.layers
for file in $(grep -lE '^#include <(SDL|cairo)' -r sim viz lua --include='*.[ch]' | grep -v '^viz/sdl/'); do
    say "$file includes SDL or cairo; only viz/sdl may"
done

# --- symbols the libraries must not need ---
forbidden='^(time|clock|clock_gettime|gettimeofday|localtime|gmtime|rand|srand|random|drand48|getenv|open|openat|fopen|fopen64|freopen|socket|connect|bind|read|write|recv|send|fork|pthread_create|nanosleep|usleep|sleep|lua_.*|luaL_.*|SDL_.*|TTF_.*|cairo_.*)$'
for archive in "$lib" "$viz"; do
    [ -f "$archive" ] || continue
    for symbol in $(nm -u "$archive" 2>/dev/null | awk '{print $2}' | grep -E "$forbidden" | sort -u); do
        say "$archive calls $symbol, which a run must not depend on"
    done
done

# --- sizes ---
# shellcheck disable=SC2046
awk '
    function close_file() { if (last > 800) print name " has " last " lines; 800 are allowed" }
    FNR == 1 { close_file(); name = FILENAME; start = 0 }
    { last = FNR }
    length($0) > 120 { printf "%s:%d: line of %d columns; 120 are allowed\n", FILENAME, FNR, length($0) }
    /^\{/ { start = FNR }
    /^\}/ {
        if (start && FNR - start - 1 > 70) printf "%s:%d: function of %d lines; 70 are allowed\n", FILENAME, start, FNR - start - 1
        start = 0
    }
    END { close_file() }
' $(find sim viz lua tests -name '*.[ch]' | sort) >build/lint.sizes
while read -r line; do say "$line"; done <build/lint.sizes

# --- words ---
words() { # pattern, sentence, files...
    pattern=$1 sentence=$2
    shift 2
    hits=$(grep -nE "$pattern" "$@" /dev/null 2>/dev/null | cut -d: -f1,2 | sort -u)
    for hit in $hits; do say "$hit: $sentence"; done
}
# shellcheck disable=SC2086
words '#include <assert\.h>' "assert.h is not used here; SIM_ASSERT is" $sources
# shellcheck disable=SC2086
words '(^|[^a-z_])(sprintf|strcpy|strcat|gets|alloca|setjmp|longjmp)\(' "this function is not allowed" $sources
# shellcheck disable=SC2086
words '(^|[^a-z_])(malloc|calloc|realloc|free)\(' "allocation goes through mem.h" $(printf '%s\n' $sources | grep -vE '^sim/base/mem\.c$|^viz/sdl/|^viz/app/|^sim/cli/')
# shellcheck disable=SC2086
words 'T''ODO|F''IXME|X''XX' "unfinished work without an issue" $sources
# shellcheck disable=SC2086
words '(^|[^a-z_"])(float|double) ' "no floating point in simulation state" $(find sim -name '*.[ch]' | grep -vE '^sim/cli/|^sim/store/(zset|number|dict|cmd_z|cmd_sort|rdb|timeout)|^sim/server/debug' | sort)

[ "$found" = 0 ] && echo "lint: layers, symbols, sizes and words are as they should be"
exit $found
