#!/usr/bin/env bash
# The quickstart beside TRL's OnlineDPO on the same model, prompts, rates and judge: seconds from the
# start of the process to a policy that wins .80 of the decided comparisons with its reference on
# held-out prompts. Every second step's policy of both is measured afterwards by the same program.
#   run.sh [SEED...]     default 0 1 2
#   STEPS  of TRL, which also trains on ties (default 200)
#   THREADS  of one operation in TRL (default: all processors)
#   VENV   a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
tiny=$root/pipeline/src/main/resources/tiny
venv=${VENV:-$root/build/peers-venv}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r "$here/../trl/requirements.txt"
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$root/dpo" --version >"$out/version" # builds what is missing, before any clock runs

seconds_to_80() { # START_MS VERSIONS_FOLDER
  "$root/benchmarks/java" io.dpostream.benchmarks.loop.TimeToWinRate .8 "$tiny/model" \
    "$tiny/held-out.jsonl" "$1" "$2" | tail -1
}

[ $# -gt 0 ] || set -- 0 1 2
echo "| seed | quickstart, s to .80 | TRL OnlineDPO, s to .80 |"
echo "|---|---|---|"
for seed in "$@"; do
  start=$(date +%s%3N)
  "$root/dpo" quickstart --dir "$out/ours-$seed" --set "sampler.seed=$seed" >"$out/ours.log" 2>&1
  ours=$(seconds_to_80 "$start" "$out/ours-$seed/trainer/versions")
  start=$(date +%s%3N)
  "$venv/bin/python" "$here/online_dpo.py" "$seed" "$out/trl-$seed" "${STEPS:-200}" >"$out/trl.log" 2>&1
  trl=$(seconds_to_80 "$start" "$out/trl-$seed")
  echo "| $seed | $ours | $trl |"
done
