#!/usr/bin/env python3
"""The quickstart from the start of its process: to step 1, to held-out .80, to its end, and how good
the policy is then, for several seeds.

    quickstart.py [--seeds 0 1 2] [--steps 160] [--out DIR] [OPTION OF dpo quickstart...]
"""
import argparse

from loop import Run, fresh, median, time_to

parser = argparse.ArgumentParser()
parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
parser.add_argument("--steps", type=int, default=160)
parser.add_argument("--out", default="/tmp/dpo-loop")
parser.add_argument("--without-rate", action="store_true", help="do not look for held-out .80")
arguments, options = parser.parse_known_args()

columns = ("seed", "step 1, s", ".80, s", "end, s", "cpu, s", "win rate", "staleness")
print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns), flush=True)
rows = []
for seed in arguments.seeds:
    run = Run(fresh(f"{arguments.out}/{seed}"), arguments.steps, ["--set", f"sampler.seed={seed}", *options])
    first = run.await_step(1)
    wall, cpu = run.end()
    reached = float("nan") if arguments.without_rate else time_to(0.8, run)
    rows.append((first, reached, wall, cpu, run.report()["win_rate_vs_reference"], run.staleness()))
    print(f"| {seed} | " + " | ".join(f"{value:.{3 if i == 4 else 1}f}" for i, value in enumerate(rows[-1])) + " |", flush=True)
medians = [median(column) for column in zip(*rows)]
print("| median | " + " | ".join(f"{value:.{3 if i == 4 else 1}f}" for i, value in enumerate(medians)) + " |")
