#!/usr/bin/env bash
# Samples with this project, transformers and, where it is installed, llama.cpp, in turns.
#   run.sh [NAME...]   260k 15m; both of them
#   ROUNDS    measured rounds after one that warms up (default 5)
#   THREADS   of a CPU operation (default 2)
#   STORIES   a folder of stories260K, in place of random weights of its shape
#   VENV      a virtual environment to use or make (default: build/peers-venv); with
#             llama-cpp-python and gguf in it, llama.cpp takes part
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/../training/prepare.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$venv/bin/python" "$root/benchmarks/training/inputs.py" "$work" ${STORIES:+"$STORIES"} 2>/dev/null
if [ $# -eq 0 ]; then set -- 260k 15m; fi
"$venv/bin/python" "$here/side_by_side.py" "$work" "${ROUNDS:-5}" "${THREADS:-2}" "$@"
