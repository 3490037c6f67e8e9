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
lua: sim/base sim/trace sim/cluster sim/net sim/world sim/plan
viz/draw: sim/base
viz/ui: sim/base viz/draw
viz/model: sim/base sim/trace
viz/scene: sim/base sim/trace sim/cluster viz/draw viz/ui viz/model
viz/sdl: sim/base viz/draw
viz/app: sim/base sim/trace sim/world sim/cluster sim/net lua viz/draw viz/ui viz/model viz/scene viz/sdl
"
for file in $(find sim viz lua -name '*.[ch]' | sort); do
    folder=$(dirname "$file")
    allowed=$(printf '%s\n' "$layers" | sed -n "s|^$folder:||p")
    if ! printf '%s\n' "$layers" | grep -q "^$folder:"; then
        say "$file: folder $folder is not in the list of layers"
        continue
    fi
    for included in $(sed -n 's|^#include "\([^"]*\)/[^/"]*"|\1|p' "$file" | sort -u); do
        [ "$included" = "$folder" ] && continue
        case " $allowed " in
        *" $included "*) ;;
        *) say "$file includes from $included; $folder may include from:${allowed:- nothing else}" ;;
        esac
    done
done
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
for file in $(find sim viz lua tests -name '*.[ch]' | sort); do
    lines=$(wc -l <"$file")
    [ "$lines" -gt 800 ] && say "$file has $lines lines; 800 are allowed"
    awk -v file="$file" '
        length($0) > 120 && file !~ /\.def$/ { printf "%s:%d: line of %d columns; 120 are allowed\n", file, NR, length($0) }
        /^\{/ { start = NR }
        /^\}/ { if (start && NR - start - 1 > 70) printf "%s:%d: function of %d lines; 70 are allowed\n", file, start, NR - start - 1; start = 0 }
    ' "$file"
done >build/lint.sizes 2>/dev/null
while read -r line; do say "$line"; done <build/lint.sizes

# --- words ---
words() { # pattern, sentence, files...
    pattern=$1 sentence=$2
    shift 2
    hits=$(grep -nE "$pattern" "$@" /dev/null 2>/dev/null | cut -d: -f1,2 | sort -u)
    for hit in $hits; do say "$hit: $sentence"; done
}
sources=$(find sim viz lua -name '*.[ch]' | sort)
# shellcheck disable=SC2086
words '#include <assert\.h>' "assert.h is not used here; SIM_ASSERT is" $sources
# shellcheck disable=SC2086
words '(^|[^a-z_])(sprintf|strcpy|strcat|gets|alloca|setjmp|longjmp)\(' "this function is not allowed" $sources
# shellcheck disable=SC2086
words '(^|[^a-z_])(malloc|calloc|realloc|free)\(' "allocation goes through mem.h" $(printf '%s\n' $sources | grep -vE '^sim/base/mem\.c$|^viz/sdl/|^viz/app/|^sim/cli/')
# shellcheck disable=SC2086
words 'T''ODO|F''IXME|X''XX' "unfinished work without an issue" $sources
# shellcheck disable=SC2086
words '(^|[^a-z_"])(float|double) ' "no floating point in simulation state" $(find sim -name '*.[ch]' | grep -v '^sim/cli/' | sort)

[ "$found" = 0 ] && echo "lint: layers, symbols, sizes and words are as they should be"
exit $found
