#!/bin/sh
# `make test`: the corpora of the fuzz targets, the program as a user calls it, the same run from other compilers, then all
# suites; CUnit's summary comes last.
set -eu
out=$1
"$out/fuzz-corpus" tests/fuzz/corpus
tests/e2e/cli.sh "$out"
if [ "$out" = build ]; then tests/e2e/compilers.sh "$out"; fi
"$out/tests"
