# Writes completions with the decoder's mathematics, over weights that are packed for products of few
# rows, and a cache of keys and values with a row for each running completion.
#
# N tokens or rows, D hidden size, H query heads, K key-value heads, V vocabulary, S cached positions.
# A position's keys stand before its values: `cache` is (rows, 2 * layers, width, K * head_dim), where
# place 2 * l holds the keys of layer l. Row r's token at position p is its column p.
#
# The halves of a query's and a key's head are interleaved when they are packed, so that a rotation
# is one product of complex numbers; scores do not see the order of the numbers in a head.
#
# `weights`: PACKED_EMBEDDING (V, D), PACKED_FINAL_NORM, PACKED_HEAD (V, D), PACKED_FREQUENCIES, then
# PACKED_SLOTS for each layer from PACKED_FIRST on. What a model lacks is an empty tensor; so is a norm
# that is multiplied into the product behind it.
class Writer(Module):
    __parameters__ = []
    __buffers__ = []
    training : bool
    layers : int
    heads : int
    kv_heads : int
    head_dim : int
    eps : float
    window : int
    first_windowed : int
    dtype : int
    rotary_scale : float
    one_dnn : bool

    def wide(self) -> int:
        return 7 if self.dtype == 7 else 6

    # A weight for `product`. oneDNN's layout makes products of few rows several times faster; where
    # the weight is small, calling it costs more than it saves.
    def packed(self, w: Tensor) -> Tensor:
        if self.one_dnn and torch.numel(w) >= 131072:
            return ops.mkldnn._reorder_linear_weight(torch.contiguous(w), 8)
        return torch.clone(torch.contiguous(w))

    def product(self, x: Tensor, w: Tensor) -> Tensor:
        if w.is_mkldnn:
            return ops.mkldnn._linear_pointwise(torch.contiguous(x), w, None, "none", annotate(List[Optional[number]], []), "")
        return torch.linear(x, w)

    def merged(self, w: List[Tensor], weight: int, adapters: List[Tensor], adapter: int, scale: float) -> Tensor:
        y = torch.detach(w[weight])
        if len(adapters) > 0:
            if torch.numel(adapters[adapter]) > 0:
                a = torch.detach(adapters[adapter])
                b = torch.detach(adapters[adapter + 1])
                y = y.to(self.wide()) + torch.mm(b, a).to(self.wide()) * scale
        return y.to(self.dtype)

    # (heads * head_dim, ..) with the second half of each head between the numbers of the first
    def interleaved(self, x: Tensor) -> Tensor:
        y = torch.view(x, [-1, 2, self.head_dim // 2, torch.numel(x) // x.size(0)])
        return torch.reshape(torch.transpose(y, 1, 2), x.size())

    # Whether numbers may be multiplied in another order than the decoder's: bfloat16 would show it.
    def folds(self) -> bool:
        return self.dtype == 6 or self.dtype == 7

    # One layer's weights and adapters, as the decoder has them -> PACKED_SLOTS tensors
    def pack_layer(self, w: List[Tensor], adapters: List[Tensor], scale: float) -> List[Tensor]:
        nothing = torch.empty([0], dtype=self.dtype, device=w[Q_WEIGHT].device)
        q = self.interleaved(self.merged(w, Q_WEIGHT, adapters, Q_ADAPTER, scale))
        k = self.interleaved(self.merged(w, K_WEIGHT, adapters, K_ADAPTER, scale))
        v = self.merged(w, V_WEIGHT, adapters, V_ADAPTER, scale)
        o = self.merged(w, O_WEIGHT, adapters, O_ADAPTER, scale)
        gate = self.merged(w, GATE_WEIGHT, adapters, GATE_ADAPTER, scale)
        up = self.merged(w, UP_WEIGHT, adapters, UP_ADAPTER, scale)
        down = self.merged(w, DOWN_WEIGHT, adapters, DOWN_ADAPTER, scale)
        qkv = torch.cat([q, k, v])
        gate_up = torch.cat([gate, up])
        norm = torch.clone(torch.detach(w[INPUT_NORM])).to(self.dtype)
        post_norm = torch.clone(torch.detach(w[POST_ATTENTION_NORM])).to(self.dtype)
        if self.folds():
            qkv = qkv * norm
            gate_up = gate_up * post_norm
            norm = nothing
            post_norm = nothing
        bias = nothing
        if torch.numel(w[Q_BIAS]) > 0:
            bias = torch.cat([self.interleaved(torch.detach(w[Q_BIAS])), self.interleaved(torch.detach(w[K_BIAS])), torch.detach(w[V_BIAS])]).to(self.dtype)
        head_norms = nothing
        if torch.numel(w[Q_NORM]) > 0:
            q_norm = torch.view(self.interleaved(torch.detach(w[Q_NORM])), [1, -1])
            k_norm = torch.view(self.interleaved(torch.detach(w[K_NORM])), [1, -1])
            head_norms = torch.cat([torch.repeat_interleave(q_norm, self.heads, 0), torch.repeat_interleave(k_norm, self.kv_heads, 0)]).to(self.dtype)
        out = annotate(List[Tensor], [])
        for i in range(PACKED_SLOTS):
            out.append(nothing)
        out[PACKED_INPUT_NORM] = norm
        out[PACKED_QKV] = self.packed(qkv)
        out[PACKED_QKV_BIAS] = bias
        out[PACKED_HEAD_NORMS] = head_norms
        out[PACKED_O] = self.packed(o)
        out[PACKED_O_BIAS] = torch.clone(torch.detach(w[O_BIAS])).to(self.dtype)
        out[PACKED_POST_NORM] = post_norm
        out[PACKED_GATE_UP] = self.packed(gate_up)
        out[PACKED_DOWN] = self.packed(down)
        return out

    # -> the tensors before PACKED_FIRST
    def pack_model(self, embedding: Tensor, final_norm: Tensor, head: Tensor, frequencies: Tensor) -> List[Tensor]:
        norm = torch.clone(torch.detach(final_norm)).to(self.dtype)
        last = torch.detach(head).to(self.dtype)
        if self.folds():
            last = last * norm
            norm = torch.empty([0], dtype=self.dtype, device=embedding.device)
        table = torch.clone(torch.detach(embedding))
        out = [table, norm, self.packed(last), torch.clone(frequencies)]
        return out

    def norm(self, x: Tensor, weight: Tensor) -> Tensor:
        h = x.to(self.wide())
        h = (h * torch.rsqrt(torch.mean(h * h, [-1], True) + self.eps)).to(self.dtype)
        if torch.numel(weight) > 0:
            h = h * weight
        return h

    # positions (N) -> rotations (N, H + 2K, head_dim / 2): those of the values are 1.
    def rotations(self, weights: List[Tensor], positions: Tensor) -> Tensor:
        angles = torch.unsqueeze(positions, -1).to(7) * weights[PACKED_FREQUENCIES]
        turns = torch.stack([torch.cos(angles) * self.rotary_scale, torch.sin(angles) * self.rotary_scale], -1).to(self.wide())
        turns = torch.unsqueeze(torch.view_as_complex(turns), 1)
        turned = torch.expand(turns, [-1, self.heads + self.kv_heads, -1])
        still = torch.expand(torch.ones_like(turns), [-1, self.kv_heads, -1])
        return torch.cat([turned, still], 1)

    # x (N, D) -> rotated queries and keys, and values (N, H + 2K, head_dim)
    def queries_keys_values(self, x: Tensor, weights: List[Tensor], w: int, rotations: Tensor) -> Tensor:
        y = self.product(self.norm(x, weights[w + PACKED_INPUT_NORM]), weights[w + PACKED_QKV])
        if torch.numel(weights[w + PACKED_QKV_BIAS]) > 0:
            y = y + weights[w + PACKED_QKV_BIAS]
        y = torch.view(y, [x.size(0), self.heads + 2 * self.kv_heads, self.head_dim])
        if torch.numel(weights[w + PACKED_HEAD_NORMS]) > 0:
            both = torch.slice(y, 1, 0, self.heads + self.kv_heads)
            both = self.norm(both, weights[w + PACKED_HEAD_NORMS])
            y = torch.cat([both, torch.slice(y, 1, self.heads + self.kv_heads)], 1)
        pairs = torch.view(y.to(self.wide()), [x.size(0), self.heads + 2 * self.kv_heads, -1, 2])
        y = torch.view_as_real(torch.view_as_complex(pairs) * rotations)
        return torch.view(y, [x.size(0), self.heads + 2 * self.kv_heads, self.head_dim]).to(self.dtype)

    # What follows attention: mixed (N, H * head_dim)
    def rest(self, x: Tensor, mixed: Tensor, weights: List[Tensor], w: int) -> Tensor:
        y = self.product(mixed, weights[w + PACKED_O])
        if torch.numel(weights[w + PACKED_O_BIAS]) > 0:
            y = y + weights[w + PACKED_O_BIAS]
        x = x + y
        h = self.norm(x, weights[w + PACKED_POST_NORM])
        gate, up = torch.chunk(self.product(h, weights[w + PACKED_GATE_UP]), 2, -1)
        return x + self.product(torch.silu(gate) * up, weights[w + PACKED_DOWN])

    # x (N, D) -> (N, V), float32 or wider
    def logits(self, x: Tensor, weights: List[Tensor]) -> Tensor:
        return self.product(self.norm(x, weights[PACKED_FINAL_NORM]), weights[PACKED_HEAD]).to(self.wide())

    def embed(self, weights: List[Tensor], ids: Tensor) -> Tensor:
        return torch.embedding(weights[PACKED_EMBEDDING], ids).to(self.dtype)

    # Prompts filled on the right -> logits (rows, V) after each one's last token, then their keys and
    # values as rows of a cache of their width.
    def read(self, weights: List[Tensor], rows: int, ids: List[int], lengths: List[int]) -> List[Tensor]:
        device = weights[PACKED_EMBEDDING].device
        x = self.embed(weights, torch.tensor(ids, dtype=4, device=device))
        width = x.size(0) // rows
        position = torch.arange(width, dtype=4, device=device)
        rotations = torch.repeat(self.rotations(weights, position), [rows, 1, 1])
        near = annotate(Optional[Tensor], None)
        if self.window > 0 and width > self.window:
            back = torch.unsqueeze(position, 1) - torch.unsqueeze(position, 0)
            near = torch.logical_and(back >= 0, back < self.window)
        kept = annotate(List[Tensor], [])
        for layer in range(self.layers):
            w = PACKED_FIRST + PACKED_SLOTS * layer
            y = self.queries_keys_values(x, weights, w, rotations)
            y = torch.view(y, [rows, width, self.heads + 2 * self.kv_heads, self.head_dim])
            q = torch.transpose(torch.slice(y, 2, 0, self.heads), 1, 2)
            k = torch.slice(y, 2, self.heads, self.heads + self.kv_heads)
            v = torch.slice(y, 2, self.heads + self.kv_heads)
            kept.append(torch.reshape(k, [rows, width, -1]))
            kept.append(torch.reshape(v, [rows, width, -1]))
            k = torch.transpose(k, 1, 2)
            v = torch.transpose(v, 1, 2)
            groups = self.heads // self.kv_heads
            if groups > 1:
                k = torch.repeat_interleave(k, groups, 1)
                v = torch.repeat_interleave(v, groups, 1)
            mask = annotate(Optional[Tensor], None)
            if layer >= self.first_windowed:
                mask = near
            mixed = torch.scaled_dot_product_attention(q, k, v, mask, 0.0, mask is None)
            mixed = torch.reshape(torch.transpose(mixed, 1, 2), [rows * width, -1])
            x = self.rest(x, mixed, weights, w)
        last = torch.arange(rows, dtype=4, device=device) * width + torch.tensor(lengths, dtype=4, device=device) - 1
        return [self.logits(torch.index_select(x, 0, last), weights), torch.stack(kept, 1)]

    # Heads this small cost less as one product with zeros than as many products of their own.
    def small_heads(self) -> bool:
        return self.folds() and self.head_dim <= 16 and self.kv_heads * self.head_dim <= 128

    # (1, H, K, 1): for each query head its key-value head, with the scale of the scores
    def spread(self, device: Device) -> Tensor:
        if not self.small_heads():
            return torch.empty([0], dtype=self.dtype, device=device)
        places = torch.repeat_interleave(torch.eye(self.kv_heads, dtype=self.dtype, device=device), self.heads // self.kv_heads, 0)
        return torch.view(places * (self.head_dim ** -0.5), [1, self.heads, self.kv_heads, 1])

    # One query of each row over its first `span` columns. q (N, H, head_dim), seen: none, or what is
    # added to the scores, (N, 1, 1, span) -> (N, H * head_dim)
    def attend(self, q: Tensor, cache: Tensor, layer: int, span: int, spread: Tensor, seen: Optional[Tensor]) -> Tensor:
        rows = q.size(0)
        groups = self.heads // self.kv_heads
        size = cache.size(3)
        place = cache.size(2) * size
        row = cache.size(1) * place
        k_at = 2 * layer * place
        v_at = k_at + place
        if self.small_heads():
            keys = torch.as_strided(cache, [rows, size, span], [row, 1, size], k_at)
            values = torch.as_strided(cache, [rows, span, size], [row, size, 1], v_at)
            scores = torch.bmm(torch.view(torch.unsqueeze(q, 2) * spread, [rows, self.heads, size]), keys)
            if seen is not None:
                scores = scores + torch.squeeze(seen, 1)
            mixed = torch.view(torch.bmm(torch.softmax(scores, -1), values), [rows, self.kv_heads, groups, self.kv_heads, self.head_dim])
            own = torch.permute(torch.diagonal(mixed, 0, 1, 3), [0, 3, 1, 2])
            return torch.reshape(own, [rows, -1])
        # A key-value head serves its group as if it were several tokens.
        k = torch.as_strided(cache, [rows, self.kv_heads, span, self.head_dim], [row, self.head_dim, size, 1], k_at)
        v = torch.as_strided(cache, [rows, self.kv_heads, span, self.head_dim], [row, self.head_dim, size, 1], v_at)
        y = torch.scaled_dot_product_attention(torch.view(q, [rows, self.kv_heads, groups, self.head_dim]), k, v, seen, 0.0, False)
        return torch.reshape(y, [rows, -1])

    # One more token for each of the first N rows of the cache, at its position -> logits (N, V).
    # span: one more than the last of the positions; even: whether they are all the same.
    def step(self, weights: List[Tensor], cache: Tensor, tokens: Tensor, positions: Tensor, span: int, even: bool) -> Tensor:
        rows = tokens.size(0)
        width = cache.size(2)
        size = cache.size(3)
        flat = torch.view(cache, [-1, size])
        first = torch.arange(rows, dtype=4, device=cache.device) * (2 * self.layers * width) + positions
        place = torch.reshape(torch.stack([first, first + width], 1), [-1])
        seen = annotate(Optional[Tensor], None)
        near = annotate(Optional[Tensor], None)
        columns = torch.unsqueeze(torch.arange(span, dtype=4, device=cache.device), 0)
        at = torch.unsqueeze(positions, 1)
        if not even:
            seen = torch.log(torch.view(columns <= at, [rows, 1, 1, span]).to(self.dtype))
            near = seen
        if self.window > 0 and span > self.window:
            within = torch.logical_and(columns <= at, at - columns < self.window)
            near = torch.log(torch.view(within, [rows, 1, 1, span]).to(self.dtype))
        rotations = self.rotations(weights, positions)
        spread = self.spread(cache.device)
        x = self.embed(weights, tokens)
        for layer in range(self.layers):
            w = PACKED_FIRST + PACKED_SLOTS * layer
            y = self.queries_keys_values(x, weights, w, rotations)
            torch.index_copy_(flat, 0, place + 2 * layer * width, torch.reshape(torch.slice(y, 1, self.heads), [-1, size]))
            mask = seen
            if layer >= self.first_windowed:
                mask = near
            x = self.rest(x, self.attend(torch.slice(y, 1, 0, self.heads), cache, layer, span, spread, mask), weights, w)
        return self.logits(x, weights)

    # Zeros, since what is masked is still multiplied: by zero, which no infinity or NaN survives.
    def cache(self, weights: List[Tensor], rows: int, width: int) -> Tensor:
        return torch.zeros([rows, 2 * self.layers, width, self.kv_heads * self.head_dim], dtype=self.dtype, device=weights[PACKED_EMBEDDING].device)

    # Copies the first `length` columns of rows into those of another cache, or of the same.
    def copy(self, source: Tensor, rows: List[int], target: Tensor, into: List[int], length: int) -> NoneType:
        for i in range(len(rows)):
            torch.copy_(torch.slice(torch.select(target, 0, into[i]), 1, 0, length), torch.slice(torch.select(source, 0, rows[i]), 1, 0, length))
        return None

    # rows (N, V) of which tokens a sequence has
    def unseen(self, weights: List[Tensor], rows: int) -> Tensor:
        return torch.zeros([rows, weights[PACKED_EMBEDDING].size(0)], dtype=11, device=weights[PACKED_EMBEDDING].device)

    def mark(self, seen: Tensor, row: int, ids: List[int]) -> NoneType:
        one = torch.select(seen, 0, row)
        torch.zero_(one)
        torch.index_fill_(one, 0, torch.tensor(ids, dtype=4, device=seen.device), 1)
        return None

    def copy_rows(self, source: Tensor, rows: List[int], target: Tensor, into: List[int]) -> NoneType:
        for i in range(len(rows)):
            torch.copy_(torch.select(target, 0, into[i]), torch.select(source, 0, rows[i]))
        return None

    # The first tokens after prompts: logits (.., V) of prompts, `rows` those that are drawn from.
    def begin(self, logits: Tensor, rows: List[int], seen: List[Tensor], ends: List[int], draws: List[float], temperature: float, top_k: int, top_p: float, min_p: float, penalty: float, min_tokens: int) -> Tensor:
        picked = torch.index_select(logits, 0, torch.tensor(rows, dtype=4, device=logits.device))
        counts = torch.zeros([len(rows)], dtype=4, device=logits.device)
        return self.draw(picked, seen, torch.tensor(ends, dtype=4, device=logits.device), counts, draws, temperature, top_k, top_p, min_p, penalty, min_tokens)

    # Up to `steps` tokens for each of the first rows, until one of them ends -> float64 (n, 3, N), where
    # n <= steps tokens were drawn for each: token, log-probability under the model, and as drawn.
    # counts: tokens that each row has so far; draws: of each row for one step after the other.
    def advance(self, weights: List[Tensor], cache: Tensor, tokens: List[int], positions: List[int], seen: List[Tensor], ends: List[int], counts: List[int], steps: int, draws: List[float], temperature: float, top_k: int, top_p: float, min_p: float, penalty: float, min_tokens: int) -> Tensor:
        device = cache.device
        rows = len(tokens)
        token = torch.tensor(tokens, dtype=4, device=device)
        position = torch.tensor(positions, dtype=4, device=device)
        count = torch.tensor(counts, dtype=4, device=device)
        end = torch.tensor(ends, dtype=4, device=device)
        span = 0
        even = True
        for p in positions:
            even = even and p == positions[0]
            if p >= span:
                span = p + 1
        out = annotate(List[Tensor], [])
        t = 0
        going = True
        while going:
            logits = self.step(weights, cache, token, position + t, span + t, even)
            drawn = self.draw(logits, seen, end, count + t, torch.slice(draws, t * rows, (t + 1) * rows), temperature, top_k, top_p, min_p, penalty, min_tokens)
            out.append(drawn)
            token = torch.select(drawn, 0, 0).to(4)
            t = t + 1
            going = t < steps
            if going and len(ends) > 0:
                going = not bool(torch.any(torch.unsqueeze(token, 1) == end))
        return torch.stack(out)

    # Of logits (N, V): tokens already seen become less likely by `penalty`, ends impossible before
    # min_tokens; then temperature, top_k, top_p of what is left, and min_p. A token is as likely as the
    # last one kept stays too. -> float64 (3, N): token, its log-probability under the model, and under
    # what it was drawn from. The token is the first whose cumulative probability, in the order of ids,
    # exceeds the draw. Temperature 0 takes the most probable token, the lowest id first.
    def draw(self, logits: Tensor, seen: List[Tensor], ends: Tensor, counts: Tensor, draws: List[float], temperature: float, top_k: int, top_p: float, min_p: float, penalty: float, min_tokens: int) -> Tensor:
        rows = logits.size(0)
        z = logits
        if len(seen) > 0:
            had = torch.slice(seen[0], 0, 0, rows)
            z = torch.where(had, torch.where(z > 0, z / penalty, z * penalty), z)
        if min_tokens > 0 and torch.numel(ends) > 0:
            early = torch.unsqueeze(counts < min_tokens, 1)
            z = torch.index_copy(z, 1, ends, torch.masked_fill(torch.index_select(z, 1, ends), early, -float("inf")))
        changed = len(seen) > 0 or min_tokens > 0
        if temperature == 0.0:
            token = torch.argmax(z, -1, True)
            drawn = torch.zeros_like(token).to(7)
            total = torch.logsumexp(logits, [-1], True).to(7)
        else:
            scaled = z
            if temperature != 1.0:
                scaled = z / temperature
            top = torch.amax(scaled, [-1], True)
            p = torch.exp_(scaled - top)
            whole = torch.empty([0], dtype=7, device=p.device)
            cuts = top_k > 0 or top_p < 1.0 or min_p > 0.0
            if cuts:
                whole = torch.sum(p, [-1], True, dtype=7)
                p = self.cut(p, whole, top_k, top_p, min_p)
            token, drawn, sum = self.inverse(p, torch.unsqueeze(torch.tensor(draws, dtype=7, device=p.device), -1))
            if temperature != 1.0 or changed:
                total = torch.logsumexp(logits, [-1], True).to(7)
            else:
                if not cuts:
                    whole = sum
                total = top.to(7) + torch.log(whole)
        logp = torch.gather(logits, -1, token).to(7) - total
        if len(seen) > 0:
            torch.scatter_(torch.slice(seen[0], 0, 0, rows), 1, token, 1)
        return torch.transpose(torch.cat([token.to(7), logp, drawn], -1), 0, 1)

    # p (N, V), the largest of each row 1, and its sums -> the same with what is cut off as 0
    def cut(self, p: Tensor, whole: Tensor, top_k: int, top_p: float, min_p: float) -> Tensor:
        size = p.size(-1)
        if top_k > 0 and top_k < size:
            best, _ = torch.topk(p, top_k, -1)
            p = torch.masked_fill(p, p < torch.slice(best, -1, top_k - 1), 0.0)
        if top_p < 1.0:
            mass = whole * top_p
            if top_k > 0:
                mass = torch.sum(p, [-1], True, dtype=7) * top_p
            count = 512
            if count > size:
                count = size
            falling, _ = torch.topk(p, count, -1)
            before = torch.cumsum(falling, -1, dtype=7) - falling
            if count < size and bool(torch.any(torch.slice(before, -1, count - 1) < mass)):
                falling, _ = torch.sort(p, -1, True)
                before = torch.cumsum(falling, -1, dtype=7) - falling
            kept = torch.sum(before < mass, [-1], True)
            p = torch.masked_fill(p, p < torch.gather(falling, -1, kept - 1), 0.0)
        if min_p > 0.0:
            p = torch.masked_fill(p, p < min_p, 0.0)
        return p

    # p (N, V) of any sum, u (N, 1) in [0, 1) -> ids (N, 1), the logs of their shares, and the sums
    def inverse(self, p: Tensor, u: Tensor) -> Tuple[Tensor, Tensor, Tensor]:
        size = p.size(-1)
        block = 256
        if size <= 1024:
            block = size
        # Blocks are summed first, then one of them is looked into.
        blocks = torch.sum(torch.unfold(p, 1, block, block), [-1]).to(7)
        if size % block > 0:
            rest = torch.sum(torch.slice(p, 1, size - size % block), [-1], True).to(7)
            blocks = torch.cat([blocks, rest], 1)
        upto = torch.cumsum(blocks, -1)
        total = torch.slice(upto, -1, upto.size(-1) - 1)
        target = u * total
        found = torch.clamp(torch.searchsorted(upto, target, right=True), 0, upto.size(-1) - 1)
        share = torch.gather(blocks, -1, found)
        rest = (target - torch.gather(upto, -1, found) + share) / share
        ids = found * block + torch.arange(block, dtype=4, device=p.device)
        inside = torch.gather(p, -1, torch.clamp(ids, 0, size - 1)).to(7) * (ids < size).to(7)
        upto = torch.cumsum(inside, -1)
        target = torch.clamp(rest, 0.0, 1.0 - 1e-12) * torch.slice(upto, -1, block - 1)
        at = torch.clamp(torch.searchsorted(upto, target, right=True), 0, block - 1)
        drawn = torch.log(torch.gather(inside, -1, at) / total)
        return (torch.gather(ids, -1, at), drawn, total)
