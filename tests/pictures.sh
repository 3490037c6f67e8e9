#!/bin/sh
# `make pictures`: the key moments of the lessons, and large clusters, as PNG files.
#   tests/pictures.sh BUILD FOLDER
set -eu
out=$1
folder=$2
mkdir -p "$folder"
shot() { # name scenario times options...
    name=$1 scenario=$2 times=$3
    shift 3
    "$out/slotscope-view" --render "$scenario" --at "$times" -o "$folder/$name.png" --size 1920x1080 "$@"
    "$out/slotscope-view" --render "$scenario" --at "$times" -o "$folder/$name-small.png" --size 1280x720 "$@"
}
lessons=scenarios/lessons
shot birth $lessons/05-birth-of-a-cluster.lua "${BIRTH:-1,8,end}" --select n1
shot failover $lessons/09-anatomy-of-a-failover.lua "${FAILOVER:-6,13,end}" --select n4
shot split $lessons/11-split-brain.lua "${SPLIT:-8,14,end}" --tab agreement
shot zones-60 scenarios/drills/zones-60.lua "${ZONES:-20,end}"
shot big-300 scenarios/drills/big-300.lua "${BIG:-20,end}"
