#!/usr/bin/env bash
# Makes a random checkpoint in bfloat16 and loads it under a heap of 512 MB: prints the process's
# peak beside the size of the files.
#   load.sh [GIGABYTES] [DTYPE]   (default: 6 bfloat16)
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
(cd "$root" && mvn -q -B -Dmaven.test.skip=true -pl benchmarks -am package)
class_path=$root/benchmarks/target/classes:$root/pipeline/target/classes:$(<"$root/pipeline/target/dpo.classpath")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export DJL_OFFLINE=true OPT_OUT_TRACKING=true
run() {
  java -Xmx512m -XX:+UseSerialGC -cp "$class_path" io.dpostream.benchmarks.models.LoadedCheckpoint "$@"
}
run make "$out/model" "${1:-6}"
run load "$out/model" "${2:-bfloat16}"
