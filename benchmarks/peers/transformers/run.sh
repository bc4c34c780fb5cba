#!/usr/bin/env bash
# Writes model folders with this project, loads them with pinned Hugging Face transformers, and
# compares token ids and logits.
#   run.sh MODEL_FOLDER...
#   VENV   a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
venv=${VENV:-$root/build/peers-venv}
[ $# -gt 0 ] || set -- "$root/pipeline/src/main/resources/tiny/model"
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
(cd "$root" && mvn -q -B -Dmaven.test.skip=true -pl benchmarks -am package)
class_path=$root/benchmarks/target/classes:$root/pipeline/target/classes:$(<"$root/pipeline/target/dpo.classpath")
out=$(mktemp -d)
export DJL_OFFLINE=true OPT_OUT_TRACKING=true
export TRANSFORMERS_VERBOSITY=error HF_HUB_DISABLE_PROGRESS_BARS=1
trap 'rm -rf "$out"' EXIT
for model in "$@"; do
  written=$out/$(basename "$model")
  java -cp "$class_path" io.dpostream.benchmarks.peers.WrittenCheckpoint "$model" "$written"
  "$venv/bin/python" "$here/check_transformers.py" "$written"
done
