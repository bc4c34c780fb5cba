#!/usr/bin/env bash
# Counts what the passes of training steps compute, on CPU and on CUDA: slots ÷ tokens, where a
# pair's prompt counts once. Exits with 1 where it is above 1.1.
#   slots.sh [PAIRS FILE]...   pairs of a step, lengths in tokens; by default those in lengths/
# lengths/ holds the lengths of the first pairs of Anthropic's hh-rlhf (harmless-base/test) and of
# LLaMA-Factory's dpo_en_demo in Llama 2's tokens, and of pairs that the quickstart's model wrote.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
if [ $# -eq 0 ]; then
  set --
  for size in 2 8 32; do
    for name in hh_rlhf dpo_en_demo; do set -- "$@" "$size" "$here/lengths/$name.csv"; done
  done
  set -- "$@" 32 "$here/lengths/quickstart.csv"
fi
exec "$here/../java" io.dpostream.benchmarks.training.SlotCounts "$@"
