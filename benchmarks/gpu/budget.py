"""Compares the bytes that TrainingMemory.java reckons for each token of a training pass with what
PyTorch keeps for the backward pass, on any device: sizes do not depend on it.

usage: budget.py [SHAPE...]
"""

import sys

import torch

import models
import program


def reckoned(config, size):
    """TrainingMemory.tokenBytes without gradient checkpointing."""
    head_dim = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    queries = config.num_attention_heads * head_dim
    keys = config.num_key_value_heads * head_dim
    layer = config.hidden_size * (8 + 4 * size) + (queries + config.intermediate_size) * 4 * size
    if config.model_type == "qwen3":
        layer += (queries + keys) * (4 + size)
    return config.num_hidden_layers * layer


def kept(model, dtype, tokens, rank):
    """Bytes of the distinct tensors that autograd keeps, weights and their casts left out."""
    compute = getattr(torch, dtype)
    decoder = program.decoder(model.config, dtype, 2.0 if rank else 0.0)
    weights, named = program.slots(model, compute if rank else torch.float32)
    adapters = program.adapters(model, rank) if rank else []
    trained = adapters or list(named.values())
    for tensor in trained:
        tensor.requires_grad_()
    sizes = {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if tokens in tensor.shape or tensor.numel() % tokens == 0:
            sizes[storage.data_ptr()] = storage.nbytes()
        return tensor

    ids = [i % model.config.vocab_size for i in range(tokens)]
    own = {t.untyped_storage().data_ptr() for t in [*weights, *trained]}
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        hidden = decoder.hidden(weights, adapters, 1, ids, [tokens - 1])
    assert hidden.requires_grad
    return sum(size for place, size in sizes.items() if place not in own)


def main(shapes):
    print(f"{'shape':12} {'dtype':9} {'rank':>4} {'reckoned':>10} {'kept':>10} {'ratio':>6}")
    for shape in shapes:
        model = models.make(shape, "cpu")
        for dtype in ("float32", "bfloat16"):
            for rank in (0, 16):
                # the difference of two lengths leaves out what does not grow with tokens
                short, long = 509, 1021
                found = kept(model, dtype, long, rank) - kept(model, dtype, short, rank)
                each = found / (long - short)
                expected = reckoned(model.config, 2 if dtype == "bfloat16" else 4)
                print(
                    f"{shape:12} {dtype:9} {rank:4} {expected:10.0f} {each:10.0f}"
                    f" {expected / each:6.2f}"
                )


if __name__ == "__main__":
    main(sys.argv[1:] or ["small"])
