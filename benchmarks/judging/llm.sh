#!/usr/bin/env bash
# Pairs a second through the language-model judge when an answer takes its time, against the ideal.
#   llm.sh [PAIRS IN_FLIGHT ANSWER_MS]     defaults: 960 64 2000
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -gt 0 ] || set -- 960 64 2000
(cd "$root" && mvn -q -B -Dquick -Dmaven.test.skip=true -pl benchmarks -am package)
class_path=$root/benchmarks/target/classes:$root/pipeline/target/classes:$(<"$root/pipeline/target/dpo.classpath")
exec java -XX:+UseSerialGC -cp "$class_path" io.dpostream.benchmarks.judging.LlmBenchmark "$@"
