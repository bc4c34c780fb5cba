#!/usr/bin/env bash
# Several samplers of a run, on an engine that waits a fixed time for a batch and takes no processor.
#   samplers.sh speed [SECONDS]            pairs a second with 1, 2 and 4 samplers
#   samplers.sh pacing [SECONDS] OUT.svg   outstanding pairs and staleness, the judge ten times too slow
set -euo pipefail
here=$(dirname "$0")
program=io.dpostream.benchmarks.sampling.GroupBenchmark
case ${1:-} in
  speed) exec "$here/../java" $program speed "${2:-15}" ;;
  pacing)
    rows=$(mktemp)
    "$here/../java" $program pacing "${2:-40}" "$rows"
    exec "$here/pacing.py" "$rows" "${3:?OUT.svg}"
    ;;
  *) sed -n '2,4s/^# *//p' "$0" >&2; exit 2 ;;
esac
