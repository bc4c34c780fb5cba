#!/usr/bin/env bash
# Draws what a step takes as tokens, vocabulary and parameters grow, beside its arithmetic.
#   growth.sh [OUT.svg]   (default: docs/step-growth.svg)
#   THREADS   of a CPU operation (default 2)
#   VENV      a virtual environment to use or make (default: build/peers-venv)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source "$here/prepare.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$venv/bin/python" "$here/growth.py" "$work" "${THREADS:-2}" "${1:-$root/docs/step-growth.svg}"
