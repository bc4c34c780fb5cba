#!/usr/bin/env bash
# Peak memory of a run with adapters whose reference is the policy's own folder, and so its own
# weights, beside one whose reference is an equal folder elsewhere, which is loaded a second time.
# Both come to the same policy.
#   RUNS   of each, in alternation (default 3)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
program=io.dpostream.benchmarks.memory.AdapterMemory
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export DJL_OFFLINE=true OPT_OUT_TRACKING=true
"$here/../java" "$program" write "$work/model"
cp -r "$work/model" "$work/copy"
class_path=$root/benchmarks/target/classes:$(<"$root/benchmarks/target/benchmarks.classpath")
for run in $(seq "${RUNS:-3}"); do
  for reference in copy model; do
    echo -n "reference in $reference: "
    java -XX:+UseSerialGC -Xmx256m -cp "$class_path" "$program" \
      train "$work/model" "$work/$reference" "$work/cache-$run-$reference"
  done
done
