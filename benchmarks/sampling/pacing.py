#!/usr/bin/env python3
"""Draws the outstanding pairs and the staleness of runs with 1, 2 and 4 samplers: pacing.py ROWS.csv OUT.svg"""
import csv
import pathlib
import sys

COLORS = {1: "#2b6cb0", 2: "#c05621", 4: "#2f855a"}
WIDTH, HEIGHT, LEFT, RIGHT, TOP, GAP = 860, 190, 70, 20, 36, 58
BOUND, PAIRS_PER_STEP = 64, 16


def panel(rows, field, top, ceiling, title, bounds):
    last = max(row["seconds"] for row in rows)

    def x(value):
        return LEFT + value / last * (WIDTH - LEFT - RIGHT)

    def y(value):
        return top + HEIGHT - value / ceiling * HEIGHT

    yield f'<text x="{LEFT}" y="{top - 10}" font-weight="bold">{title}</text>'
    for tick in range(5):
        value = ceiling * tick / 4
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#e2e8f0"/>'
        yield f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:g}</text>'
    for value, label in bounds:
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#c53030" stroke-dasharray="5 4"/>'
        yield f'<text x="{WIDTH - RIGHT}" y="{y(value) - 5:.1f}" text-anchor="end" fill="#c53030">{label}</text>'
    for number, color in COLORS.items():
        points = [(x(r["seconds"]), y(r[field])) for r in rows if r["samplers"] == number]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
        yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="1.6"/>'
    for tick in range(0, int(last) + 1, 10):
        yield f'<text x="{x(tick):.1f}" y="{top + HEIGHT + 18}" text-anchor="middle">{tick} s</text>'


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(file)]
    second = TOP + HEIGHT + GAP
    height = second + HEIGHT + 34
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12" fill="#1a202c">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        *panel(rows, "outstanding", TOP, 80, "pairs that no step has used", [(BOUND, f"bound: {BOUND}")]),
        *panel(rows, "staleness", second, 6, "versions between sampling and training",
               [(BOUND / PAIRS_PER_STEP, f"bound / pairs a step: {BOUND // PAIRS_PER_STEP}")]),
    ]
    for i, (number, color) in enumerate(COLORS.items()):
        parts.append(f'<text x="{WIDTH - RIGHT - 240 + 85 * i}" y="{TOP - 10}" fill="{color}">{number} sampler{"s" if number > 1 else ""}</text>')
    pathlib.Path(sys.argv[2]).write_text("\n".join(parts + ["</svg>"]) + "\n", encoding="utf-8")


main()
