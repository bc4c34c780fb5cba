#!/usr/bin/env bash
# Trains adapters offline for a few steps, and reads what the run leaves with pinned TensorBoard,
# transformers and PEFT.
#   run.sh MODEL_FOLDER PREFERENCES_FILE
#   VENV   a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
venv=${VENV:-$root/build/peers-venv}
[ $# -eq 2 ] || { echo "usage: run.sh MODEL_FOLDER PREFERENCES_FILE" >&2; exit 2; }
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet -r "$here/requirements.txt"
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export TRANSFORMERS_VERBOSITY=error HF_HUB_DISABLE_PROGRESS_BARS=1 HF_HUB_OFFLINE=1
"$root/dpo" offline --model "$1" --preferences "$2" --out "$out/run" \
  --set trainer.max_steps=12 --set trainer.lora_r=4 --set trainer.lora_target_modules=[all-linear] \
  --set trainer.learning_rate=1e-3 --set trainer.max_length=256 --set trainer.max_prompt_length=128
"$venv/bin/python" "$here/check_run.py" "$out/run" "$1"
