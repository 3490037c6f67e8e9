#!/bin/sh
# `make run`: the scenario in a window; without a display as narrated text, with pictures under build/run.
set -eu
out=$1
scenario=$2
if [ ! -f "$scenario" ]; then
    echo "slotscope: there is no scenario $scenario; \`$out/slotscope list\` shows those there are" >&2
    exit 2
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    exec "$out/slotscope-view" "$scenario" --size 1600x900
fi
echo "slotscope: no display here, so: the text, and pictures under build/run"
mkdir -p build/run
"$out/slotscope" run "$scenario" --trace build/run/lesson.trace
"$out/slotscope-view" --render build/run/lesson.trace --at "${AT:-4,10.5,end}" -o build/run/lesson.png
