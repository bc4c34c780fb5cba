#!/usr/bin/env python3
"""From kill -9 of everything to the first new step: runs a quickstart, kills command, broker and
registry at once, starts the same command again, and waits for a step that was not there before.

    recovery.py [--times 3] [--after 20] [--out DIR] [OPTION OF dpo quickstart...]
"""
import argparse

from loop import Run, fresh, median

parser = argparse.ArgumentParser()
parser.add_argument("--times", type=int, default=3)
parser.add_argument("--after", type=int, default=20, help="steps after which it is killed")
parser.add_argument("--out", default="/tmp/dpo-recovery")
arguments, options = parser.parse_known_args()

folder = fresh(arguments.out)
seconds = []
run = Run(folder, 10_000, options)
for time in range(arguments.times):
    run.await_step(run.before + arguments.after)
    run.kill()
    run = Run(folder, 10_000, options)
    seconds.append(run.await_step(run.before + 1))
    print(f"killed at step {run.before}, first new step after {seconds[-1]:.1f} s", flush=True)
run.kill()
print(f"median {median(seconds):.1f} s")
