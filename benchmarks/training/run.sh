#!/usr/bin/env bash
# Trains this project, its former padded passes and TRL on the same models and pairs, in turns.
#   run.sh [NAME...]   260k 15m 49m, and each with -long for pairs that are mostly prompt; all of them
#   STEPS     compared steps after two that warm up (default 8)
#   THREADS   of a CPU operation (default 2)
#   STORIES   a folder of stories260K, in place of random weights of its shape
#   VENV      a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/prepare.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$venv/bin/python" "$here/inputs.py" "$work" ${STORIES:+"$STORIES"} 2>/dev/null
if [ $# -eq 0 ]; then set -- 260k 15m 49m 260k-long 15m-long 49m-long; fi
"$venv/bin/python" "$here/side_by_side.py" "$work" "${STEPS:-8}" "${THREADS:-2}" "$@"
