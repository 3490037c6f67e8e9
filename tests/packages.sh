#!/bin/sh
# Finds the Debian packages that building and testing need, says which are missing, and installs them with apt-get (through
# sudo when we are not root). Prints nothing when all are there.
#   tests/packages.sh          what `make run` and `make test` need
#   tests/packages.sh lint     also the linters
#   tests/packages.sh compare  also redis-server (its program is in redis-tools; no service is started)
set -eu
want="gcc make pkg-config libsdl2-dev libsdl2-ttf-dev libcairo2-dev liblua5.4-dev libcjson-dev libcunit1-dev
fonts-inter fonts-jetbrains-mono fonts-dejavu-core"
[ "${1:-}" = compare ] && want="$want redis-tools"
[ "${1:-}" = lint ] && want="$want clang clang-format clang-tidy cppcheck libclang-rt-14-dev"

missing=""
for package in $want; do
    status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing="$missing $package"
done
[ -z "$missing" ] && exit 0

echo "slotscope: these packages are missing:$missing"
if ! command -v apt-get >/dev/null 2>&1; then
    echo "slotscope: there is no apt-get here; install them by the means of this system" >&2
    exit 1
fi
sudo=""
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "slotscope: run this as root: apt-get install$missing" >&2
        exit 1
    fi
    sudo=sudo
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -q
# shellcheck disable=SC2086
$sudo apt-get install -y -q --no-install-recommends $missing
