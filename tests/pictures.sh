#!/bin/sh
# `make pictures`: the key moments of the lessons, and large clusters, as PNG files at 1920x1080 and 1280x720.
#   tests/pictures.sh BUILD FOLDER
# The picture of README.md is FOLDER/failover-3.png; after a change it is copied to docs/pictures/failover.png.
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
shot birth $lessons/05-birth-of-a-cluster.lua 1,4.2,9,14,end --select n1
shot replicas $lessons/08-primaries-and-replicas.lua 13.2,24.18,25.4,50,end --select n5
shot rumour $lessons/06-the-mesh-and-the-rumour.lua 1.2,60,80,105,end --tab agreement
shot failover $lessons/09-anatomy-of-a-failover.lua 13,18.5,20.2005,20.22,23,end --select n5
shot votes $lessons/10-who-may-vote.lua 12.9,45,70,150,end --select n4
shot split $lessons/11-split-brain.lua 12,19,21.8,30,end --tab agreement
shot tags $lessons/20-hash-tags-and-limits.lua 6.2,21.15,33.4,40.5,end --select n2
shot healing $lessons/12-healing-epochs-factions.lua 20,35,85,160,end --tab agreement
shot zones-60 scenarios/drills/zones-60.lua 15,26,end
shot big-300 scenarios/drills/big-300.lua 15,end
shot moves tests/scripts/good/moves.lua 6.5,7.6,end --select n1
shot moves-60 tests/scripts/good/moves.lua end --set primaries=20 --set replicas=2
