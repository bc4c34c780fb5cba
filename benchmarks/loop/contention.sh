#!/usr/bin/env bash
# A training step of the quickstart's size alone, and beside a sampler in the same process and a busy
# process outside, for one and two threads of an operation and for waiting threads that spin or sleep.
#   contention.sh [STEPS]     default 40
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
echo "| waiting threads | threads | alone, ms | contended, ms: median | 90 % | longest | ratio of medians |"
echo "|---|---|---|---|---|---|---|"
for policy in ACTIVE default PASSIVE; do
  for threads in 1 2; do
    echo -n "| $policy "
    if [[ $policy == default ]]; then unset OMP_WAIT_POLICY; else export OMP_WAIT_POLICY=$policy; fi
    "$here/../java" io.dpostream.benchmarks.loop.ContendedStep "$threads" "${1:-40}"
  done
done
