#!/usr/bin/env python3
"""Prints the reports below a folder of run.sh as a Markdown table: table.py OUT."""
import json
import pathlib
import sys

rows = {}
for report in sorted(pathlib.Path(sys.argv[1]).glob("*/report.json")):
    arm, seed = report.parent.name.rsplit("-", 1)
    rows.setdefault(arm, []).append((seed, json.loads(report.read_text())))
print("| arm | seeds | won of decided, mean | each | correct, mean | each |")
print("|---|---|---|---|---|---|")
for arm, reports in rows.items():
    won = [r["win_rate_vs_reference"] for _, r in reports]
    right = [r["correct_policy"] for _, r in reports]
    cells = [", ".join(f"{v:.3f}" for v in values) for values in (won, right)]
    means = [f"{sum(values) / len(values):.3f}" for values in (won, right)]
    seeds = " ".join(seed for seed, _ in reports)
    print(f"| {arm} | {seeds} | {means[0]} | {cells[0]} | {means[1]} | {cells[1]} |")
