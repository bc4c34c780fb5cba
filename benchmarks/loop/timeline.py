#!/usr/bin/env python3
"""Draws who works when in a quickstart, from a flight recording of it.

    timeline.py OUT.svg [--steps 60] [--from S] [--seconds S] [--jfr FILE] [OPTION OF dpo quickstart...]

Without --jfr a quickstart is run and recorded first. The figure shows --seconds of it, by default the
eight seconds in its middle, and beside each lane how much of them its owner worked.
"""
import argparse
import datetime
import html
import json
import pathlib
import re
import subprocess
import tempfile

from loop import Run, fresh

LANES = (
    ("trainer", ("step", "reference", "publish", "checkpoint")),
    ("sampler", ("generate", "write")),
    ("version loader", ("load",)),
    ("judge", ("judge",)),
    ("measurement", ("win rate",)),
)
COLORS = {
    "step": "#2b6cb0", "reference": "#90cdf4", "publish": "#805ad5", "checkpoint": "#d53f8c",
    "generate": "#2f855a", "write": "#9ae6b4", "load": "#b7791f", "judge": "#c05621", "win rate": "#718096",
}
WIDTH, LEFT, LANE, GAP, TOP = 900, 130, 30, 12, 44


def recorded(arguments, options):
    folder = fresh(tempfile.mkdtemp())
    file = folder.with_suffix(".jfr")
    run = Run(folder, arguments.steps, options, {"DPO_JAVA_OPTS": f"-XX:StartFlightRecording=filename={file}"})
    run.end()
    return file


def events(file):
    """(service, activity, begin, end), in seconds of the clock."""
    text = subprocess.run(
        ["jfr", "print", "--json", "--events", "dpostream.Work", str(file)], check=True, capture_output=True, text=True
    ).stdout
    for event in json.loads(text)["recording"]["events"]:
        values = event["values"]
        begin = seconds(values["startTime"])
        yield values["service"], values["activity"], begin, begin + duration(values["duration"])


def seconds(time):
    whole, _, rest = time.partition(".")
    digits, zone = re.match(r"(\d*)(.*)", rest).groups() if rest else ("0", whole[19:])
    return datetime.datetime.fromisoformat(whole[:19] + zone.replace("Z", "+00:00")).timestamp() + float("0." + (digits or "0"))


def duration(text):
    hours, minutes, rest = re.fullmatch(r"PT(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?", text).groups()
    return 3600 * int(hours or 0) + 60 * int(minutes or 0) + float(rest or 0)


def lane_of(activity):
    return next(i for i, (_, activities) in enumerate(LANES) if activity in activities)


def draw(all_events, begin, length):
    shown = [e for e in all_events if e[3] > begin and e[2] < begin + length]
    scale = (WIDTH - LEFT - 60) / length
    height = TOP + len(LANES) * (LANE + GAP) + 40
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
    ]
    x = LEFT
    for name, color in COLORS.items():
        out.append(f'<rect x="{x}" y="12" width="12" height="12" fill="{color}"/><text x="{x + 16}" y="22">{name}</text>')
        x += 30 + 7 * len(name)
    busy = [0.0] * len(LANES)
    for _, activity, start, end in shown:
        start, end = max(start, begin), min(end, begin + length)
        lane = lane_of(activity)
        busy[lane] += end - start
        out.append(
            f'<rect x="{LEFT + (start - begin) * scale:.1f}" y="{TOP + lane * (LANE + GAP)}" '
            f'width="{max(0.7, (end - start) * scale):.1f}" height="{LANE}" fill="{COLORS[activity]}"/>'
        )
    for i, (name, _) in enumerate(LANES):
        y = TOP + i * (LANE + GAP) + LANE / 2 + 4
        out.append(f'<text x="{LEFT - 10}" y="{y}" text-anchor="end">{html.escape(name)}</text>')
        out.append(f'<text x="{WIDTH - 50}" y="{y}">{100 * busy[i] / length:.0f} %</text>')
    axis = TOP + len(LANES) * (LANE + GAP)
    for second in range(int(length) + 1):
        x = LEFT + second * scale
        out.append(f'<line x1="{x:.1f}" y1="{axis}" x2="{x:.1f}" y2="{axis + 5}" stroke="black"/>')
        out.append(f'<text x="{x:.1f}" y="{axis + 20}" text-anchor="middle">{second} s</text>')
    return "\n".join(out + ["</svg>"]) + "\n", busy


parser = argparse.ArgumentParser()
parser.add_argument("out")
parser.add_argument("--steps", type=int, default=60)
parser.add_argument("--from", dest="begin", type=float, help="seconds after the first event")
parser.add_argument("--seconds", type=float, default=8)
parser.add_argument("--jfr")
arguments, options = parser.parse_known_args()
work = sorted(events(arguments.jfr or recorded(arguments, options)), key=lambda event: event[2])
steps = [e for e in work if e[1] == "step"]
first = work[0][2]
middle = (steps[0][2] + steps[-1][3] - arguments.seconds) / 2
begin = middle if arguments.begin is None else first + arguments.begin
svg, busy = draw(work, begin, arguments.seconds)
pathlib.Path(arguments.out).write_text(svg)
for (name, _), worked in zip(LANES, busy):
    print(f"{name:15s} worked {100 * worked / arguments.seconds:3.0f} % of {arguments.seconds:.0f} s")
