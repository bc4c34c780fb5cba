"""DPO steps with this project's TorchScript program, as DpoLearner takes them: forward with graph,
log-probabilities to the host, loss and gradient on doubles, backward, clip, AdamW.

How sequences become calls of the program is a layout of layouts.py.
"""

import math

import torch

import program
from layouts import LAYOUTS

# As HeadLimits.java has them: logits computed at one time, and probabilities kept by a pass.
CHUNK_LOGITS = 1 << 24
KEPT_LOGITS = 1 << 27


class Learner:
    """A policy in training and its frozen reference.

    dtype: of products; masters are float32 when all weights are trained
    rank: of adapters on every projection; 0 trains all weights
    """

    def __init__(self, model, dtype, rank=0, layout="flat", tokens=8192, rate=1e-6):
        config = model.config
        compute = getattr(torch, dtype)
        self.decoder = program.decoder(config, dtype, 2.0 if rank else 0.0)
        self.optimizer = program.load("optimizer")
        self.tensors = program.load("tensors")
        self.layout = LAYOUTS[layout]
        self.tokens = tokens
        self.rate = rate
        self.steps = 0
        self.chunk = max(64, CHUNK_LOGITS // config.vocab_size // 64 * 64)
        self.kept = max(self.chunk, KEPT_LOGITS // config.vocab_size // 64 * 64)
        self.reference, _ = program.slots(model, compute)
        if rank:
            self.weights = self.reference
            self.adapters = program.adapters(model, rank)
            self.trained = self.adapters
        else:
            self.weights, named = program.slots(model, torch.float32)
            self.adapters = []
            self.trained = list(named.values())
        self.tensors.require_grad(self.trained)
        self.m = [self.optimizer.zeros_like(p) for p in self.trained]
        self.v = [self.optimizer.zeros_like(p) for p in self.trained]

    def forward(self, sequences):
        """A pass of the policy: what its backward pass takes, and scores of the targets."""
        batch = self.layout(sequences)
        hidden = batch.hidden(self.decoder, self.weights, self.adapters)
        with torch.no_grad():
            if len(batch.targets) <= self.kept:
                kept = self.decoder.head(self.weights, hidden, batch.targets, self.chunk)
                return batch, hidden, kept, kept[0]
            scores = self.decoder.scores(self.weights, hidden, batch.targets, self.chunk)
            return batch, hidden, None, scores

    def backward(self, batch, hidden, kept, d):
        d = d + [0.0] * (len(batch.targets) - len(d))
        if kept is None:
            self.decoder.scores_backward(self.weights, hidden, batch.targets, self.chunk, d)
        else:
            self.decoder.head_backward(self.weights, hidden, batch.targets, self.chunk, kept, d)

    def reference_logps(self, sequences):
        out = [None] * len(sequences)
        with torch.no_grad():
            for members in self.layout.passes(sequences, self.tokens):
                some = [sequences[i] for i in members]
                batch = self.layout(some)
                hidden = batch.hidden(self.decoder, self.reference, [])
                scores = self.decoder.scores(self.reference, hidden, batch.targets, self.chunk)
                spread(out, members, some, scores)
        return out

    def step(self, pairs, beta=0.1):
        """pairs: (prompt, chosen, rejected). Returns loss and gradient norm."""
        sequences = [(p, c) for p, chosen, rejected in pairs for c in (chosen, rejected)]
        for p in self.trained:
            p.grad.zero_()
        reference = self.reference_logps(sequences)
        plan = self.layout.passes(sequences, self.tokens)
        passes = []
        policy = [None] * len(sequences)
        for members in plan:
            some = [sequences[i] for i in members]
            *held, scores = self.forward(some)
            passes.append(held)
            spread(policy, members, some, scores)
        loss = 0.0
        slope = [0.0] * len(sequences)
        for pair in range(len(pairs)):
            chosen, rejected = 2 * pair, 2 * pair + 1
            margin = beta * (
                sum(policy[chosen])
                - sum(reference[chosen])
                - sum(policy[rejected])
                + sum(reference[rejected])
            )
            loss += math.log1p(math.exp(-margin)) / len(pairs)
            d = -beta / (1 + math.exp(margin)) / len(pairs)
            slope[chosen], slope[rejected] = d, -d
        for members, held in zip(plan, passes):
            self.backward(*held, [slope[i] for i in members for _ in sequences[i][1]])
        return loss, self.update()

    def update(self):
        self.steps += 1
        gradients = [p.grad for p in self.trained]
        norm = self.optimizer.norm(gradients).item()
        if norm > 1:
            self.optimizer.scale(gradients, 1 / (norm + 1e-6))
        with torch.no_grad():
            self.optimizer.adamw(
                self.trained, gradients, self.m, self.v, self.steps, self.rate, 0.9, 0.999, 0.0, 1e-8
            )
        return norm


def spread(out, members, sequences, scores):
    values = scores.detach().tolist()
    start = 0
    for member, (_, completion) in zip(members, sequences):
        out[member] = values[start : start + len(completion)]
        start += len(completion)
