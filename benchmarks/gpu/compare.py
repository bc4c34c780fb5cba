"""Checks this project's TorchScript program on a device against float32 and against transformers,
and times DPO steps beside TRL on the same device, in alternation.

usage: compare.py [--device cuda] [--shape qwen3-0.6b] [--dtype bfloat16] [--rank 0]
                  [--layout flat] [--pairs 8] [--steps 6] [--rounds 3] [--scale 1.0] [--check-only]

Prints a JSON object; exit code 1 when the numbers disagree.
"""

import argparse
import gc
import json
import os
import random
import sys

os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import torch
import transformers

import layouts
import learner
import models
import program
import timing

LOGITS = 1e-4  # in float32, as a share of the largest logit
STEP = 0.02  # relative difference of loss and gradient norm at the first step, in bfloat16


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--shape", default="qwen3-0.6b", choices=models.SHAPES)
    parser.add_argument("--dtype", default="bfloat16", choices=["bfloat16", "float32"])
    parser.add_argument("--rank", type=int, default=0, help="of adapters; 0 trains all weights")
    parser.add_argument("--layout", default="flat", choices=layouts.LAYOUTS)
    parser.add_argument("--tokens", type=int, default=8192, help="of a pass")
    parser.add_argument("--pairs", type=int, default=8)
    parser.add_argument("--steps", type=int, default=6, help="of a round; the first is not counted")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--scale", type=float, default=1.0, help="of all lengths")
    parser.add_argument("--check-only", action="store_true")
    return parser.parse_args()


def batches(options, count, vocabulary, seed=7):
    """Prompts of 32 to 256 tokens, completions of 32 to 512, times the scale."""
    draw = random.Random(seed)

    def ids(least, most):
        n = max(1, int(draw.randint(least, most) * options.scale))
        return [draw.randrange(2, vocabulary) for _ in range(n)]

    return [
        [(ids(32, 256), ids(32, 512), ids(32, 512)) for _ in range(options.pairs)]
        for _ in range(count)
    ]


def freed(device):
    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()


def peak_bytes(device):
    return torch.cuda.max_memory_allocated() if device.startswith("cuda") else None


def check_logits(options):
    """Largest differences of logits on one text, each as a share of the largest logit."""
    model = models.make(options.shape, options.device)
    count = max(8, int(512 * options.scale))
    ids = [random.Random(3).randrange(2, model.config.vocab_size) for _ in range(count)]
    at = list(range(count))
    with torch.no_grad():
        exact = model(torch.tensor([ids], device=options.device)).logits[0]
        ours = {}
        for dtype in ("float32", options.dtype):
            weights, _ = program.slots(model, getattr(torch, dtype))
            decoder = program.decoder(model.config, dtype)
            hidden = decoder.hidden(weights, [], 1, ids, at)
            ours[dtype] = decoder.logits(weights, hidden)
            del weights
        half = model.to(getattr(torch, options.dtype))
        theirs = half(torch.tensor([ids], device=options.device)).logits[0].float()

    def apart(a, b):
        return ((a - b).abs().max() / exact.abs().max()).item()

    result = dict(
        tokens=count,
        ours_float32_from_transformers_float32=apart(ours["float32"], exact),
        ours_in_dtype_from_float32=apart(ours[options.dtype], exact),
        transformers_in_dtype_from_float32=apart(theirs, exact),
    )
    del model, half
    freed(options.device)
    return result


def our_model(options):
    # With adapters the frozen weights are held in the dtype that is computed in.
    dtype = getattr(torch, options.dtype) if options.rank else torch.float32
    return models.make(options.shape, options.device, dtype)


def time_ours(options, data):
    freed(options.device)
    model = our_model(options)
    ours = learner.Learner(model, options.dtype, options.rank, options.layout, options.tokens)
    del model
    freed(options.device)
    seconds, losses, norms = [], [], []
    # The optimizing executor specializes each method and gains nothing; Java switches it off too.
    with torch.jit.optimized_execution(False):
        for batch in data:
            begun = timing.now(options.device)
            loss, norm = ours.step(batch)
            seconds.append(timing.now(options.device) - begun)
            losses.append(loss)
            norms.append(norm)
    return seconds, losses, norms, peak_bytes(options.device)


def time_trl(options, data, checkpointing):
    import trl_learner

    freed(options.device)
    model = our_model(options)
    adapters = program.adapters(model, options.rank) if options.rank else []
    result = trl_learner.steps(
        model, data, options.dtype, options.device, adapters, 1e-6, checkpointing
    )
    return (*result, peak_bytes(options.device))


def main(options):
    torch.backends.cuda.matmul.allow_tf32 = False
    report = dict(
        device=torch.cuda.get_device_name() if options.device.startswith("cuda") else "cpu",
        torch=torch.__version__,
        transformers=transformers.__version__,
        **{k: v for k, v in vars(options).items() if k != "device"},
    )
    report["logits"] = check_logits(options)
    failures = []
    if report["logits"]["ours_float32_from_transformers_float32"] > LOGITS:
        failures.append("logits in float32 differ from those of transformers")
    # In a narrower dtype nothing is exact: ours may err up to twice as much as transformers does.
    if report["logits"]["ours_in_dtype_from_float32"] > LOGITS + 2 * (
        report["logits"]["transformers_in_dtype_from_float32"]
    ):
        failures.append(f"logits in {options.dtype} err more than those of transformers")
    if not options.check_only:
        failures += compare_steps(options, report)
    report["failures"] = failures
    print(json.dumps(report, indent=1))
    return 1 if failures else 0


def compare_steps(options, report):
    model = models.make(options.shape, "meta")
    data = batches(options, options.steps, model.config.vocab_size)
    tokens = [sum(2 * len(p) + len(c) + len(r) for p, c, r in batch) for batch in data]
    flops = [timing.step_flops(model, batch, options.rank) for batch in data]
    found = {"ours": [], "trl": [], "trl_default": []}
    first = {}
    for _ in range(options.rounds):
        for name in found:
            run = (
                time_ours(options, data)
                if name == "ours"
                else time_trl(options, data, checkpointing=name == "trl_default")
            )
            found[name].append(run)
            first.setdefault(name, (run[1][0], run[2][0]))
    product = timing.product_rate(options.device, options.dtype)
    nominal = timing.nominal_rate(options.device)
    report["product_tflops"] = product / 1e12
    for name, runs in found.items():
        rate = [
            timing.median([n / s for n, s in zip(tokens[1:], run[0][1:])]) for run in runs
        ]
        work = timing.median(
            [timing.median([f / s for f, s in zip(flops[1:], run[0][1:])]) for run in runs]
        )
        report[name] = dict(
            tokens_per_second=timing.median(rate),
            share_of_product=work / product,
            share_of_nominal=nominal and work / nominal,
            peak_bytes=max((run[3] or 0) for run in runs) or None,
            first_loss=first[name][0],
            first_grad_norm=first[name][1],
        )
    for name in ("trl", "trl_default"):
        ratios = [
            timing.median([t / o for o, t in zip(ours[0][1:], theirs[0][1:])])
            for ours, theirs in zip(found["ours"], found[name])
        ]
        report[f"ratio_to_{name}"] = timing.median(ratios)
    failures = []
    for i, what in enumerate(("loss", "gradient norm")):
        ours, theirs = first["ours"][i], first["trl"][i]
        if abs(ours - theirs) > (1e-3 if options.dtype == "float32" else STEP) * abs(theirs):
            failures.append(f"{what} of the first step: {ours}, TRL has {theirs}")
    return failures


if __name__ == "__main__":
    sys.exit(main(arguments()))
