#!/usr/bin/env bash
# Pairs a second through a rule judge and the assembler against a bare transactional producer, and
# the time they add.
#   run.sh [PAIRS ROUNDS RATE] [KEY=VALUE...]     defaults: 20000 5 200
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || set -- 20000 5 200
(cd "$root" && mvn -q -B -Dquick -Dmaven.test.skip=true -pl benchmarks -am package)
class_path=$root/benchmarks/target/classes:$root/pipeline/target/classes:$(<"$root/pipeline/target/dpo.classpath")
exec java -XX:+UseSerialGC -cp "$class_path" io.dpostream.benchmarks.judging.JudgingBenchmark "$@"
