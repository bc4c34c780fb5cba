#!/usr/bin/env bash
# Counts what the passes of training steps compute, on CPU and on CUDA, for the lengths of pairs in
# hh_rlhf, dpo_en_demo and the quickstart: slots ÷ tokens. Exits with 1 where it is above 1.1.
#   slots.sh [FILE...]   files of pairs to count instead, of texts or token ids (see SlotCounts)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
exec "$here/../java" io.dpostream.benchmarks.training.SlotCounts "$@"
