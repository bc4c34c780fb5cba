#!/usr/bin/env bash
# Pairs a second through a rule judge and the assembler against a bare transactional producer, and
# the time they add.
#   run.sh [PAIRS ROUNDS RATE] [KEY=VALUE...]     defaults: 60000 3 200
[ $# -gt 0 ] || set -- 60000 3 200
exec "$(dirname "$0")/../java" io.dpostream.benchmarks.judging.JudgingBenchmark "$@"
