#!/usr/bin/env bash
# Trains the quickstart's model in several ways on the same number of preferences, and measures each
# result on held-out prompts.
#   run.sh OUT [ARM...]
#   SEEDS  seeds of the sampling, default "0 1 2"
#   STEPS  steps of 32 preferences, default 160
# A finished run is not made again. table.py OUT prints what is there.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dpo=$(cd "$here/../.." && pwd)/dpo
out=${1:?usage: run.sh OUT [ARM...]}
shift
[ $# -gt 0 ] || set -- online recorded offline ipo robust flipped flipped-robust flipped-measured
steps=${STEPS:-160}

online() { # ARM SEED OPTION...
  local dir=$out/$1-$2 seed=$2
  shift 2
  [ -s "$dir/report.json" ] ||
    "$dpo" quickstart --dir "$dir" --steps "$steps" --set "sampler.seed=$seed" "$@" >"$dir.log"
}

for seed in ${SEEDS:-0 1 2}; do
  mkdir -p "$out"
  for arm in "$@"; do
    echo "$arm, seed $seed" >&2
    case $arm in
      online) online "$arm" "$seed" ;;
      ipo) online "$arm" "$seed" --set trainer.loss_type=ipo ;;
      robust) online "$arm" "$seed" --set trainer.loss_type=robust --set trainer.label_smoothing=0.1 ;;
      flipped) online "$arm" "$seed" --config "$here/noisy.yaml" ;;
      flipped-robust)
        online "$arm" "$seed" --config "$here/noisy.yaml" \
          --set trainer.loss_type=robust --set trainer.label_smoothing=0.2
        ;;
      flipped-measured)
        online "$arm" "$seed" --config "$here/noisy.yaml" \
          --set trainer.loss_type=robust --set trainer.label_smoothing_source=judges
        ;;
      # Preferences between samples of the reference alone: a learning rate of 0 never leaves it.
      recorded) online "$arm" "$seed" --set trainer.learning_rate=0 ;;
      offline)
        dir=$out/offline-$seed
        [ -s "$dir/report.json" ] ||
          "$dpo" offline --out "$dir" --dir "$out/recorded-$seed" --topic preferences \
            --config "$out/recorded-$seed/settings.yaml" --set trainer.learning_rate=2.0e-4 \
            --set run.id=offline --set "trainer.max_steps=$steps" >"$dir.log"
        ;;
      *)
        echo "run.sh: $arm is not an arm" >&2
        exit 2
        ;;
    esac
  done
done
