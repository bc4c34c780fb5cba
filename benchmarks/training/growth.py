"""Measures steps of this project as one size grows at a time, and draws them beside their arithmetic.

growth.py FOLDER THREADS OUT.svg: every model is a random Llama. Three sizes grow from one base: the
tokens of a sequence, the vocabulary, and the width with the parameters. The reference is scored in
the step; the floor is all multiplications of policy and reference at the speed of a large product.
"""

import json
import math
import sys
from pathlib import Path

from inputs import write_model, write_pairs
from side_by_side import JAVA, Trainer, operations, product_speed
from transformers import LlamaConfig, LlamaForCausalLM

PAIRS, STEPS, WARM = 2, 4, 1
BASE = {"tokens": 256, "vocabulary": 4096, "width": 256}
GROWING = {
    "tokens": ("tokens of a sequence", (128, 256, 512, 1024)),
    "vocabulary": ("vocabulary", (512, 4096, 32768, 151936)),
    "width": ("parameters", (64, 128, 256, 512, 768)),
}


def measured(folder, threads, speed, tokens, vocabulary, width):
    """Parameters, seconds of a step and of its arithmetic."""
    model = folder / f"{vocabulary}-{width}"
    if not model.exists():
        shape = dict(hidden_size=width, intermediate_size=8 * width // 3, num_hidden_layers=6,
                     num_attention_heads=width // 32, num_key_value_heads=width // 32, vocab_size=vocabulary)
        write_model(model, LlamaForCausalLM, LlamaConfig, shape)
    file = folder / f"{tokens}-{vocabulary}.jsonl"
    answer = tokens // 2
    write_pairs(file, vocabulary, PAIRS * (STEPS + WARM), (tokens - answer,) * 2, (answer - answer // 4, answer))
    arguments = [str(model), str(file), str(PAIRS), threads, str(folder)]
    with open(folder / "log", "a", encoding="utf-8") as log:
        trainer = Trainer("ours", [*JAVA, "io.dpostream.benchmarks.training.TrainingSteps", *arguments], log)
        for _ in range(STEPS + WARM):
            trainer.step()
        trainer.end()
    # The fastest: what else the machine does makes the others slower, and is no part of growth.
    seconds = min(row["seconds"] + row["reference_seconds"] for row in trainer.rows[WARM:])
    pairs = [json.loads(line) for line in file.read_text().splitlines()]
    config = json.loads((model / "config.json").read_text())
    floor = operations(config, pairs) / (STEPS + WARM) / speed
    body = sum(math.prod(p.shape) for p in LlamaForCausalLM.from_pretrained(model).parameters())
    return body, seconds, floor


class Panel:
    """A figure of two lines over one size, both axes logarithmic."""

    WIDTH, HEIGHT, LEFT, TOP = 250, 210, 52, 40

    def __init__(self, x, points, bounds):
        self.x, self.points, (self.low, self.high) = x, points, bounds

    def across(self, size):
        first, last = (math.log(self.points[i][0]) for i in (0, -1))
        return self.LEFT + self.x + (math.log(size) - first) / (last - first) * self.WIDTH

    def down(self, seconds):
        part = math.log(seconds / self.low) / math.log(self.high / self.low)
        return self.TOP + self.HEIGHT * (1 - part)

    def line(self, column, color, dash):
        at = [(self.across(p[0]), self.down(p[column])) for p in self.points]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in at)
        yield f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"{dash}/>'
        for x, y in at:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>'

    def drawn(self, name):
        left, bottom = self.LEFT + self.x, self.TOP + self.HEIGHT
        exponent = math.floor(math.log10(self.low))
        while 10**exponent <= self.high:
            y = self.down(10**exponent)
            if self.TOP <= y <= bottom:
                yield f'<line x1="{left}" x2="{left + self.WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#e2e8f0"/>'
                yield f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{10**exponent:g} s</text>'
            exponent += 1
        for size, seconds, floor in self.points:
            x = self.across(size)
            yield f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{short(size)}</text>'
            yield f'<text x="{x:.1f}" y="{self.down(seconds) - 8:.1f}" text-anchor="middle" fill="#4a5568">{seconds / floor:.1f}</text>'
        yield f'<text x="{left + self.WIDTH / 2}" y="{bottom + 34}" text-anchor="middle">{name}</text>'
        yield from self.line(2, "#a0aec0", ' stroke-dasharray="5 4"')
        yield from self.line(1, "#2b6cb0", "")


def short(number):
    if number >= 1e6:
        return f"{number / 1e6:.3g} M"
    return f"{number / 1e3:.3g} k" if number >= 1e4 else str(number)


def svg(results, note):
    values = [v for points in results.values() for p in points for v in p[1:]]
    bounds = min(values) / 1.3, max(values) * 1.6
    width = len(results) * 320 + 10
    yield f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="320" font-family="sans-serif" font-size="11">'
    yield f'<rect width="{width}" height="320" fill="white"/>'
    yield '<line x1="52" x2="76" y1="16" y2="16" stroke="#2b6cb0" stroke-width="2"/><text x="82" y="20">a step, and how many times its arithmetic it takes</text>'
    yield '<line x1="372" x2="396" y1="16" y2="16" stroke="#a0aec0" stroke-width="2" stroke-dasharray="5 4"/><text x="402" y="20">its arithmetic</text>'
    for i, (kind, points) in enumerate(results.items()):
        yield from Panel(320 * i, points, bounds).drawn(GROWING[kind][0])
    yield f'<text x="52" y="312" fill="#4a5568">{note}</text>'
    yield "</svg>"


def main(folder, threads, out):
    speed = product_speed(int(threads))
    results = {}
    for kind, (name, sizes) in GROWING.items():
        results[kind] = []
        for size in sizes:
            parameters, seconds, floor = measured(Path(folder), threads, speed, **(BASE | {kind: size}))
            results[kind].append((parameters if kind == "width" else size, seconds, floor))
            print(f"{name:22s} {results[kind][-1][0]:10d}  {seconds:7.3f} s  {seconds / floor:5.2f} times the arithmetic", flush=True)
    note = (f"{PAIRS} pairs a step, float32, {threads} threads, {speed / 1e9:.0f} GFLOP/s; base: sequences of up to "
            f"{BASE['tokens']} tokens, half of them prompt, vocabulary {BASE['vocabulary']}, width {BASE['width']}, 6 layers")
    Path(out).write_text("\n".join(svg(results, note)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
