#!/usr/bin/env bash
# What becomes of pairs while the model's endpoint, the judge and the broker fail: five minutes.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
(cd "$root" && mvn -q -B -Dquick -Dmaven.test.skip=true -pl benchmarks -am package)
class_path=$root/benchmarks/target/classes:$root/pipeline/target/classes:$(<"$root/pipeline/target/dpo.classpath")
exec java -XX:+UseSerialGC -cp "$class_path" io.dpostream.benchmarks.judging.Outages
