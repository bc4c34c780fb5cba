"""Runs every entry of the programs that training and sampling call on PyTorch's meta device, which
computes shapes and no values, and refuses most operations whose operands lie on two devices. Finds,
without a GPU, a tensor that a program makes on the CPU.

usage: devices.py        exit code 1 when an entry mixes devices
"""

import sys

import torch

import layouts
import models
import program

DEVICE = "meta"
SEQUENCES = [([3, 4, 5], [6, 7, 8, 9]), ([3, 4, 5], [6, 1]), ([9, 8], [7, 7, 7]), ([9, 8], [1])]


def check(name, call):
    """The result of a call, after checking that every tensor in it lies on the device."""
    result = call()
    tensors = [result] if isinstance(result, torch.Tensor) else list(result or [])
    for tensor in tensors:
        if str(tensor.device) != DEVICE:
            raise SystemExit(f"{name}: a result lies on {tensor.device}")
    print(f"{name}: {len(tensors)} tensors on {DEVICE}")
    return result


def main():
    model = models.make("small", "cpu")
    for dtype in ("float32", "bfloat16"):
        weights, _ = program.slots(model, getattr(torch, dtype))
        adapters = program.adapters(model, 4)
        run(model, dtype, weights, adapters)


def run(model, dtype, weights, adapters):
    weights = [torch.empty(w.shape, dtype=w.dtype, device=DEVICE) for w in weights]
    adapters = [
        torch.empty(a.shape, dtype=a.dtype, device=DEVICE, requires_grad=True) for a in adapters
    ]
    decoder = program.decoder(model.config, dtype, 2.0)
    optimizer = program.load("optimizer")
    for name, layout in layouts.LAYOUTS.items():
        batch = layout(SEQUENCES)
        hidden = check(f"{name} hidden", lambda: batch.hidden(decoder, weights, adapters))
        targets, d = batch.targets, [0.1] * len(batch.targets)
        with torch.no_grad():
            kept = check("head", lambda: decoder.head(weights, hidden, targets, 64))
            check("scores", lambda: decoder.scores(weights, hidden, targets, 4))
            check("collisions", lambda: decoder.collisions(weights, hidden, len(targets), 4))
        check("head_backward", lambda: decoder.head_backward(weights, hidden, targets, 64, kept, d))
        hidden = batch.hidden(decoder, weights, adapters)
        check("scores_backward", lambda: decoder.scores_backward(weights, hidden, targets, 4, d))
    with torch.no_grad():
        write(model, dtype, weights, adapters)
        gradients = [torch.empty_like(a) for a in adapters]
        moments = [optimizer.zeros_like(a) for a in adapters]
        check("norm", lambda: optimizer.norm(gradients))
        check(
            "adamw",
            lambda: optimizer.adamw(
                adapters, gradients, moments, moments, 1, 1e-3, 0.9, 0.999, 0.0, 1e-8
            ),
        )


def write(model, dtype, weights, adapters):
    """Two prompts and two tokens after each. Without ends and top_p, which branch on values."""
    writer = program.writer(model.config, dtype)
    packed = check("packed", lambda: program.packed(writer, weights, adapters, 2.0))
    sampling = [0.8, 10, 1.0, 0.05, 1.1, 1]
    ids, lengths = [3, 4, 5, 6, 7, 0], [3, 2]
    logits, read = check("read", lambda: writer.read(packed, 2, ids, lengths))
    seen = check("unseen", lambda: writer.unseen(packed, 2))
    check("mark", lambda: writer.mark(seen, 0, ids[:3]))
    cache = check("cache", lambda: writer.cache(packed, 4, 64))
    check("copy", lambda: writer.copy(read, [0, 1], cache, [0, 1], 3))
    check("copy_rows", lambda: writer.copy_rows(seen, [0], seen, [1]))
    check("begin", lambda: writer.begin(logits, [0, 1], [seen], [], [0.1, 0.7], *sampling))
    draws = [0.1, 0.7, 0.4, 0.2]
    check(
        "advance",
        lambda: writer.advance(packed, cache, [1, 2], lengths, [seen], [], [1, 1], 2, draws, *sampling),
    )


if __name__ == "__main__":
    sys.exit(main())
