"""Trains with this project and with TRL in turns, one step each, and compares the steps.

side_by_side.py FOLDER STEPS THREADS NAME...: names are those of inputs.py. Prints, for each, tokens
a second, the medians of the ratios of steps' times and of CPU times, peak memory, and times the
arithmetic's own time at the speed of a large product on the same threads.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
WARM = 2
# A small heap: what the trainer holds is outside of it.
JAVA = ["java", "-XX:+UseSerialGC", "-Xmn48m", "-Xmx512m", "-cp", os.environ["BENCHMARKS"]]


class Trainer:
    def __init__(self, name, command, log):
        self.name, self.rows, self.highest = name, [], 0
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
        self.read()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):  # the rest is logged
                return json.loads(line)
        sys.exit(f"{self.name} ended with {self.process.wait()}")

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def step(self):
        before = self.cpu()
        self.process.stdin.write("step\n")
        self.process.stdin.flush()
        row = self.read()
        self.rows.append({**row, "cpu": self.cpu() - before})
        self.highest = max(self.highest, self.peak())

    def peak(self):
        """Of its memory so far, GB; 0 once it has ended."""
        found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{self.process.pid}/status").read_text())
        return int(found.group(1)) * 1024 / 1e9 if found else 0

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def product_speed(threads):
    """Floating-point operations a second of a large product."""
    torch.set_num_threads(threads)
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    times = []
    for _ in range(20):
        start = time.perf_counter()
        torch.mm(a, b)
        times.append(time.perf_counter() - start)
    return 2 * 1024**3 / min(times)


def operations(config, pairs):
    """Of policy and reference, forward and backward, with every prompt computed once."""
    heads, kv = config["num_attention_heads"], config["num_key_value_heads"]
    size, inner = config["hidden_size"], config["intermediate_size"]
    head = config.get("head_dim") or size // heads
    layer = size * head * (2 * heads + 2 * kv) + 3 * size * inner
    total = 0
    for pair in pairs:
        p, answers = len(pair["prompt_ids"]), [len(pair[k]) for k in ("chosen_ids", "rejected_ids")]
        inputs = p + sum(answers) - len(answers)
        seen = p * p / 2 + sum((c - 1) * (p + (c - 1) / 2) for c in answers)
        body = config["num_hidden_layers"] * (2 * layer * inputs + 4 * heads * head * seen)
        total += 4 * (body + 2 * size * config["vocab_size"] * sum(answers))
    return total


def ratio(numerator, denominator):
    return statistics.median(a / b for a, b in zip(numerator, denominator))


def compare(folder, name, kinds, steps, threads, speed):
    model = folder / name.removesuffix("-long")
    file = folder / (name + ".jsonl")
    config = json.loads((model / "config.json").read_text())
    size = 2 if model.name == "49m" else 8
    # As many as are trained on, since TRL's best scores all of them beforehand.
    lines = file.read_text().splitlines()[: size * (steps + WARM)]
    used = folder / f"{name}-used.jsonl"
    used.write_text("\n".join(lines) + "\n")
    pairs = [json.loads(line) for line in lines]
    arguments = [str(model), str(used), str(size), str(threads), str(folder)]
    ours = [*JAVA, "io.dpostream.benchmarks.training.TrainingSteps", *arguments]
    commands = {
        "ours": ours,
        "padded": [*ours, 'pass_layout="padded"'],
        "TRL default": [sys.executable, str(HERE / "trl_steps.py"), *arguments, "default"],
        "TRL best": [sys.executable, str(HERE / "trl_steps.py"), *arguments, "best"],
    }
    with open(folder / f"{name}.log", "w", encoding="utf-8") as log:
        trainers = [Trainer(kind, commands[kind], log) for kind in kinds]
        for _ in range(steps + WARM):
            for trainer in trainers:
                trainer.step()
                print(trainer.name, json.dumps(trainer.rows[-1]), file=log, flush=True)
    batches = [pairs[i * size : (i + 1) * size] for i in range(WARM, steps + WARM)]
    tokens = [
        sum(2 * len(p["prompt_ids"]) + len(p["chosen_ids"]) + len(p["rejected_ids"]) for p in b)
        for b in batches
    ]
    floor = [operations(config, b) / speed for b in batches]
    base = trainers[0].rows[WARM:]
    both = lambda rows: [r["seconds"] + r["reference_seconds"] for r in rows]
    for trainer in trainers:
        rows = trainer.rows[WARM:]
        # TRL's best scores the reference before training: its own time leaves that out.
        own = [r["seconds"] for r in rows] if trainer.name == "TRL best" else both(rows)
        print(
            f"{name:10s} {trainer.name:12s} {ratio(tokens, own):8.0f} tokens/s"
            f"  ours is faster by {ratio(own, both(base)):5.2f}"
            f" (reference ready {ratio(own, [r['seconds'] for r in base]):5.2f},"
            f" all counted {ratio(both(rows), both(base)):5.2f},"
            f" CPU time {ratio([r['cpu'] for r in rows], [r['cpu'] for r in base]):5.2f})"
            f"  peak {trainer.highest:5.2f} GB  {ratio(both(rows), floor):5.2f} times the arithmetic"
            f"  loss {rows[-1]['loss']:.6f} norm {rows[-1]['grad_norm']:.5f}",
            flush=True,
        )
        trainer.end()


def main(folder, steps, threads, *names):
    speed = product_speed(int(threads))
    print(f"a product of 1024: {speed / 1e9:.0f} GFLOP/s on {threads} threads", flush=True)
    for name in names:
        long = name.endswith("-long")
        kinds = ["ours", "padded"] if long else ["ours", "padded", "TRL default", "TRL best"]
        compare(Path(folder), name, kinds, int(steps), int(threads), speed)


if __name__ == "__main__":
    main(*sys.argv[1:])
