#!/bin/sh
# `make run`: the scenario in a window; without a display as narrated text, with pictures under build/run.
#   tests/run.sh BUILD SCENARIO       AT=4,19.5,end chooses the moments of the pictures
set -eu
out=$1
scenario=$2
if [ ! -f "$scenario" ]; then
    echo "slotscope: there is no scenario $scenario; \`$out/slotscope list\` shows those there are" >&2
    exit 2
fi
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
    if "$out/slotscope" view "$scenario"; then exit 0; fi
    echo "slotscope: no window, so: the text, and pictures under build/run"
else
    echo "slotscope: no display here, so: the text, and pictures under build/run"
fi
folder=build/run
mkdir -p "$folder"
name=$(basename "$scenario" .lua)
status=0
"$out/slotscope" run "$scenario" --trace "$folder/$name.trace" || status=$?
[ $status -le 1 ] || exit $status
"$out/slotscope" render "$folder/$name.trace" --at "${AT:-4,19.5,end}" -o "$folder/$name.png"
echo
echo "pictures of ${AT:-4,19.5,end} s: $(ls "$folder/$name"*.png | tr '\n' ' ')"
exit $status
