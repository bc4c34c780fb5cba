#!/usr/bin/env bash
# Checks and times this project's TorchScript program on a GPU, beside TRL on the same one.
#   run.sh [DIR]   writes DIR/*.json (default: build/gpu), one for each case
#   VENV   a virtual environment to use or make (default: build/gpu-venv)
#   CASES  lines of options for compare.py (default: the two shapes, all weights and adapters)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
venv=${VENV:-$root/build/gpu-venv}
out=${1:-$root/build/gpu}
cases=${CASES:-"--shape qwen3-0.6b
--shape qwen3-0.6b --rank 16
--shape qwen2.5-7b --rank 16 --pairs 4 --tokens 4096"}
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
mkdir -p "$out"
export TRANSFORMERS_VERBOSITY=error HF_HUB_OFFLINE=1 PYTHONWARNINGS=ignore
"$venv/bin/python" "$here/devices.py" >"$out/devices.txt"
failed=0
while read -r options; do
  name=$(tr -cs '[:alnum:].' - <<<"$options" | sed 's/^-*//;s/-*$//')
  # shellcheck disable=SC2086 # options are words
  "$venv/bin/python" "$here/compare.py" $options >"$out/$name.json" || failed=1
  cat "$out/$name.json"
done <<<"$cases"
exit $failed
