"""DPO steps with this project's TorchScript program, as DpoLearner takes them: forward with graph,
log-probabilities to the host, loss and gradient on doubles, backward, clip, AdamW.

How sequences become calls of the program is an entry of ENTRIES; another layout is another entry.
"""

import math

import torch

import program

CHUNK_LOGITS = 1 << 24


def padded(sequences):
    """Rows of one sequence each, filled on the right with token 0."""
    width = max(len(p) + len(c) - 1 for p, c in sequences)
    ids, at, targets = [], [], []
    for row, (prompt, completion) in enumerate(sequences):
        inputs = prompt + completion[:-1]
        ids += inputs + [0] * (width - len(inputs))
        at += range(row * width + len(prompt) - 1, row * width + len(inputs))
        targets += completion
    return ids, at, targets


def rows_entry(decoder, weights, adapters, sequences):
    ids, at, targets = padded(sequences)
    return decoder.hidden(weights, adapters, len(sequences), ids, at), targets


def packed_entry(decoder, weights, adapters, sequences):
    """All sequences in one row, apart from each other by their positions."""
    ids, positions, at, targets = [], [], [], []
    for prompt, completion in sequences:
        inputs = prompt + completion[:-1]
        at += range(len(ids) + len(prompt) - 1, len(ids) + len(inputs))
        positions += range(len(inputs))
        ids += inputs
        targets += completion
    return decoder.hidden_packed(weights, adapters, 1, ids, positions, at), targets


ENTRIES = {"rows": rows_entry, "packed": packed_entry}


def passes(sequences, tokens):
    """Sequences of similar length together, as many as a pass holds; indices into the list."""
    order = sorted(range(len(sequences)), key=lambda i: -sum(map(len, sequences[i])))
    out = []
    for i in order:
        length = sum(map(len, sequences[i]))
        if out and (len(out[-1][1]) + 1) * out[-1][0] <= tokens:
            out[-1][1].append(i)
        else:
            out.append((length, [i]))
    return [members for _, members in out]


class Learner:
    """A policy in training and its frozen reference.

    dtype: of products; masters are float32 when all weights are trained
    rank: of adapters on every projection; 0 trains all weights
    """

    def __init__(self, model, dtype, rank=0, entry="packed", tokens=8192, rate=1e-6):
        config = model.config
        compute = getattr(torch, dtype)
        self.decoder = program.decoder(config, dtype, 2.0 if rank else 0.0)
        self.optimizer = program.load("optimizer")
        self.tensors = program.load("tensors")
        self.entry = ENTRIES[entry]
        self.tokens = tokens
        self.rate = rate
        self.steps = 0
        self.chunk = max(64, CHUNK_LOGITS // config.vocab_size // 64 * 64)
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

    def scores(self, weights, adapters, sequences):
        hidden, targets = self.entry(self.decoder, weights, adapters, sequences)
        whole = len(targets) <= self.chunk
        with torch.set_grad_enabled(whole and torch.is_grad_enabled()):
            scores = self.decoder.scores(weights, hidden, targets, self.chunk)
        return hidden, targets, scores, whole

    def reference_logps(self, sequences):
        out = [None] * len(sequences)
        with torch.no_grad():
            for members in passes(sequences, self.tokens):
                some = [sequences[i] for i in members]
                _, _, scores, _ = self.scores(self.reference, [], some)
                spread(out, members, some, scores)
        return out

    def step(self, pairs, beta=0.1):
        """pairs: (prompt, chosen, rejected). Returns loss and gradient norm."""
        sequences = [(p, c) for p, chosen, rejected in pairs for c in (chosen, rejected)]
        for p in self.trained:
            p.grad.zero_()
        reference = self.reference_logps(sequences)
        plan = passes(sequences, self.tokens)
        kept = []
        policy = [None] * len(sequences)
        for members in plan:
            some = [sequences[i] for i in members]
            kept.append(self.scores(self.weights, self.adapters, some))
            spread(policy, members, some, kept[-1][2])
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
        for members, (hidden, targets, scores, whole) in zip(plan, kept):
            d = [slope[i] for i in members for _ in sequences[i][1]]
            if whole:
                self.decoder.backward(scores, d)
            else:
                self.decoder.scores_backward(self.weights, hidden, targets, self.chunk, d)
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
