#!/bin/sh
# `make test`: the corpora of the fuzz targets, the command as a user calls it, then all suites; CUnit's summary comes last.
set -eu
out=$1
"$out/fuzz-corpus" tests/fuzz/corpus
tests/e2e/cli.sh "$out"
"$out/tests"
