"""Samples with this project, transformers and llama.cpp in turns, and compares with the floor.

side_by_side.py FOLDER ROUNDS THREADS NAME...: names are those of benchmarks/training/inputs.py.
128 new tokens after prompts of 16 to 48, at temperature 1 with nothing cut off. The floor of a step
is the bytes of weights and of the mean cache over the bandwidth of a sum over as much memory, and the
arithmetic over the speed of a large product, whichever is more.
"""

import importlib.util
import json
import os
import random
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch

HERE = Path(__file__).resolve().parent
NEW = 128
JAVA = ["java", "-XX:+UseSerialGC", "-Xmx512m", "-cp", os.environ["BENCHMARKS"],
        "io.dpostream.benchmarks.sampling.SampledBatches"]


class Peer:
    def __init__(self, command, log):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self.read()

    def read(self):
        for line in self.process.stdout:
            if line.startswith("{"):
                return json.loads(line)
        sys.exit(f"{self.process.args[-3:]} ended with {self.process.wait()}")

    def answer(self, task):
        """Tokens and seconds."""
        self.process.stdin.write(json.dumps(task) + "\n")
        self.process.stdin.flush()
        answer = self.read()
        return answer["tokens"], answer["seconds"]

    def speed(self, task):
        """Tokens a second."""
        tokens, seconds = self.answer(task)
        return tokens / seconds

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def task(vocab, count, slots, seed, ends_every=0, refilled=True):
    draw = random.Random(seed)
    prompts = [[draw.randrange(3, vocab) for _ in range(draw.randint(16, 48))] for _ in range(count)]
    return {"prompts": prompts, "new_tokens": NEW, "slots": slots, "ends_every": ends_every, "refilled": refilled}


def bandwidth(size):
    """Bytes a second at which a tensor of so many bytes is summed up."""
    x = torch.randn(max(1024, size // 4))
    best = 0
    for _ in range(max(10, 10**9 // size)):
        begun = time.perf_counter()
        x.sum()
        best = max(best, x.numel() * 4 / (time.perf_counter() - begun))
    return best


def product_speed():
    a, b = torch.randn(1024, 1024), torch.randn(1024, 1024)
    times = []
    for _ in range(10):
        begun = time.perf_counter()
        torch.mm(a, b)
        times.append(time.perf_counter() - begun)
    return 2 * 1024**3 / min(times)


def floor(config, batch):
    """Tokens a second that memory and arithmetic allow."""
    heads, kv, size = config["num_attention_heads"], config["num_key_value_heads"], config["hidden_size"]
    head = config.get("head_dim") or size // heads
    layers = config["num_hidden_layers"]
    layer = size * head * (2 * heads + 2 * kv) + 3 * size * config["intermediate_size"]
    weights = layers * layer + size * config["vocab_size"]
    seen = 32 + NEW / 2
    cache = batch * layers * 2 * kv * head * seen
    bytes_ = 4 * int(weights + cache)
    work = 2 * batch * weights + 4 * batch * layers * heads * head * seen
    return batch / max(bytes_ / bandwidth(bytes_), work / product_speed())


def compare(folder, name, rounds, threads):
    model = folder / name
    config = json.loads((model / "config.json").read_text())
    vocab = config["vocab_size"]
    arguments = [str(model), str(threads)]
    with open(folder / f"{name}-sampling.log", "w", encoding="utf-8") as log:
        ours = Peer([*JAVA, *arguments], log)
        generate = Peer([sys.executable, str(HERE / "transformers_batches.py"), *arguments], log)
        llama = None
        if importlib.util.find_spec("llama_cpp"):
            llama = Peer([sys.executable, str(HERE / "llama_batches.py"), *arguments], log)
        else:
            print("llama.cpp is left out: llama-cpp-python is not installed", flush=True)
        for batch in (1, 8, 64):
            rows = []
            for i in range(rounds + 1):
                t = task(vocab, batch, batch, i)
                peers = [ours, generate, llama] if batch == 1 and llama else [ours, generate]
                rows.append([peer.speed(t) for peer in peers])
            rows = rows[1:]  # the first one warms up
            median = [statistics.median(column) for column in zip(*rows)]
            lowest = floor(config, batch)
            print(
                f"{name:5s} batch {batch:2d}: ours {median[0]:7.0f} tokens/s, generate {median[1]:7.0f}"
                f" (ours is {statistics.median(r[0] / r[1] for r in rows):.2f} times as fast)"
                + (f", llama.cpp {median[2]:6.0f} ({statistics.median(r[0] / r[2] for r in rows):.2f})"
                   if len(median) > 2 else "")
                + f", floor {lowest:8.0f} ({lowest / median[0]:.1f} times ours)",
                flush=True)
        unequal(name, vocab, ours, rounds)
        for peer in filter(None, [ours, generate, llama]):
            peer.end()


def unequal(name, vocab, ours, rounds, slots=16):
    """Completions that end at random, beside a scheduler that costs nothing.

    Its slots are never empty: it reads the same prompts, as they are read when nothing else is done,
    and writes the same tokens at the speed of completions of one length.
    """
    rows = []
    for i in range(rounds + 1):
        ragged, even = task(vocab, 8 * slots, slots, i, 48), task(vocab, 2 * slots, slots, i)
        tokens, seconds = ours.answer(ragged)
        _, reading = ours.answer({**ragged, "new_tokens": 1})
        even_tokens, even_seconds = ours.answer(even)
        _, even_reading = ours.answer({**even, "new_tokens": 1})
        step = (even_seconds - even_reading) / (even_tokens - 2 * slots)
        ideal = reading + step * (tokens - 8 * slots)
        rows.append((tokens / seconds, ours.speed({**ragged, "refilled": False}), ideal / seconds))
    speed, batches, share = (statistics.median(column) for column in zip(*rows[1:]))
    print(
        f"{name:5s} unequal lengths, {slots} slots: {speed:.0f} tokens/s refilled, {batches:.0f} in"
        f" batches; {share:.2f} of an ideal scheduler's speed",
        flush=True)


if __name__ == "__main__":
    torch.set_num_threads(int(sys.argv[3]))
    for each in sys.argv[4:]:
        compare(Path(sys.argv[1]), each, int(sys.argv[2]), int(sys.argv[3]))
