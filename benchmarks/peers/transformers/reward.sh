#!/usr/bin/env bash
# Compares the scores of reward models, such as `dpo reward` makes, with pinned Hugging Face
# transformers.
#   reward.sh REWARD_MODEL_FOLDER...
#   VENV   a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
venv=${VENV:-$root/build/peers-venv}
[ $# -gt 0 ] || { sed -n '2,5s/^# //p' "$0" >&2; exit 2; }
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
  java -cp "$class_path" io.dpostream.benchmarks.peers.ScoredTexts "$model" "$out/scores.json"
  "$venv/bin/python" "$here/check_reward.py" "$model" "$out/scores.json"
done
