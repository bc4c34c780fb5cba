"""Clocks, and what a device can do at most."""

import time

import torch

# Dense bfloat16 multiply-adds, as the vendor gives them, in FLOP/s.
NOMINAL = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "L40S": 362e12, "RTX 4090": 165e12}


def now(device):
    if device.startswith("cuda"):
        torch.cuda.synchronize()
    return time.perf_counter()


def median(values):
    ordered = sorted(values)
    middle = len(ordered) // 2
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def product_rate(device, dtype):
    """FLOP/s of one large product in a dtype, the best of several."""
    n = 8192 if device.startswith("cuda") else 1024
    a = torch.randn(n, n, device=device).to(getattr(torch, dtype))
    best = 0.0
    for _ in range(10):
        begun = now(device)
        a @ a
        best = max(best, 2 * n**3 / (now(device) - begun))
    return best


def nominal_rate(device):
    if not device.startswith("cuda"):
        return None
    name = torch.cuda.get_device_name(device)
    return next((rate for key, rate in NOMINAL.items() if key in name), None)


def step_flops(model, batch, rank):
    """The least arithmetic of a step: reference forward, policy forward, backward, each prompt once.

    Two operations a parameter and token forward; backward twice that, or once where the weights
    are frozen. Attention as 4 T D a layer and token, half of it hidden by causality. The head is
    counted at completion tokens alone.
    """
    config = model.config
    head = config.vocab_size * config.hidden_size
    total = sum(p.numel() for p in model.parameters())
    body = total - head * (1 if config.tie_word_embeddings else 2)
    queries = model.model.layers[0].self_attn.q_proj.weight.shape[0]
    passes = 1 + 1 + (1 if rank else 2)
    flops = 0.0
    for prompt, *completions in batch:
        tokens = len(prompt) + sum(map(len, completions))
        pairs = len(prompt) ** 2
        for completion in completions:
            pairs += (len(prompt) + len(completion)) ** 2 - len(prompt) ** 2
        attention = 2 * config.num_hidden_layers * pairs * queries
        scored = sum(map(len, completions))
        flops += passes * (2 * body * tokens + attention + 2 * head * scored)
    return flops
