#!/usr/bin/env bash
# Pairs a second through the language-model judge when an answer takes its time, against the ideal.
#   llm.sh [PAIRS IN_FLIGHT ANSWER_MS]     defaults: 960 64 2000
[ $# -gt 0 ] || set -- 960 64 2000
exec "$(dirname "$0")/../java" io.dpostream.benchmarks.judging.LlmBenchmark "$@"
