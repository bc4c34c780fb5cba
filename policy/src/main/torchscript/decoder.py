# A decoder-only transformer: Llama 2 and 3, Mistral, Qwen2 and Qwen3, by its attributes.
#
# B rows, T tokens, D hidden size, H query heads, K key-value heads, V vocabulary.
# dtypes are PyTorch's numbers: 4 int64, 6 float32, 7 float64, 15 bfloat16. Weights may be of any
# dtype and are used as `dtype`; norms, softmax and log-probabilities are float32 or wider.
#
# Names in capitals are places in the lists below. DecoderSlots.java has them, and puts the numbers in
# when it loads this program; a name that only one of the two knows is refused.
#
# `weights`: EMBEDDING (V, D), FINAL_NORM (D), HEAD (V, D), ROTARY_FREQUENCIES (head_dim / 2), then
# LAYER_SLOTS for each layer, from FIRST_LAYER on. What a model lacks is an empty tensor.
# `adapters`: none, or ADAPTER_SLOTS for each layer: the pair A (rank, in), B (out, rank) of each
# projection, from the place of its name on. Behind them all, where there is dropout, one int32 key for
# each token of the pass, in the order of its tokens.
class Decoder(Module):
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
    adapter_scale : float
    dropout : float
    rotary_scale : float
    silu_by_exp : bool

    def wide(self) -> int:
        return 7 if self.dtype == 7 else 6

    def norm(self, x: Tensor, weight: Tensor) -> Tensor:
        h = x.to(self.wide())
        scale = torch.rsqrt(torch.mean(h * h, [-1], True) + self.eps)
        return (h * scale).to(self.dtype) * weight.to(self.dtype)

    def project(self, x: Tensor, weights: List[Tensor], weight: int, bias: int, adapters: List[Tensor], adapter: int) -> Tensor:
        y = torch.linear(x, weights[weight].to(self.dtype))
        if bias >= 0:
            if torch.numel(weights[bias]) > 0:
                y = y + weights[bias].to(self.dtype)
        if len(adapters) > 0:
            a = adapters[adapter].to(self.dtype)
            b = adapters[adapter + 1].to(self.dtype)
            if torch.numel(a) > 0:
                seen = x
                scale = self.adapter_scale
                if len(adapters) > ADAPTER_SLOTS * self.layers:
                    seen = self.dropped(x, adapters[ADAPTER_SLOTS * self.layers], adapter)
                    scale = scale / (1.0 - self.dropout)
                y = y + torch.linear(torch.linear(seen, a), b) * scale
        return y

    # x (.., in) with each number 0 at the chance of `dropout`. A number's draw depends on its token's
    # key, the adapter and its place in `in` alone, so that any layout of the tokens gives the same.
    def dropped(self, x: Tensor, keys: Tensor, adapter: int) -> Tensor:
        places = torch.arange(x.size(-1), dtype=3, device=x.device) + adapter * 262144
        draws = self.scrambled(torch.unsqueeze(keys, 1) + self.scrambled(places))
        kept = draws >= int(self.dropout * 4294967296.0) - 2147483648
        return x * torch.view(kept, x.size())

    # int32 -> int32, every bit from all: Wellons' lowbias32, found by hash-prospector. The masks undo
    # that a shift repeats the sign.
    def scrambled(self, x: Tensor) -> Tensor:
        x = torch.bitwise_xor(x, torch.bitwise_and(torch.bitwise_right_shift(x, 16), 65535))
        x = x * 2146121005
        x = torch.bitwise_xor(x, torch.bitwise_and(torch.bitwise_right_shift(x, 15), 131071))
        x = x * -2073254261
        return torch.bitwise_xor(x, torch.bitwise_and(torch.bitwise_right_shift(x, 16), 65535))

    def dropout_keys(self, weights: List[Tensor], keys: List[int]) -> Tensor:
        return torch.tensor(keys, dtype=3, device=weights[EMBEDDING].device)

    # positions (B or 1, T) -> cosines and sines (B or 1, 1, T, head_dim), those of the first half negated
    def rotations(self, weights: List[Tensor], positions: Tensor) -> List[Tensor]:
        angles = torch.unsqueeze(positions, -1).to(7) * weights[ROTARY_FREQUENCIES]
        angles = torch.unsqueeze(torch.cat([angles, angles], -1), 1)
        cosines = torch.cos(angles) * self.rotary_scale
        first, second = torch.chunk(torch.sin(angles) * self.rotary_scale, 2, -1)
        return [cosines.to(self.dtype), torch.cat([-first, second], -1).to(self.dtype)]

    # x (B, heads, T, head_dim); the first half of a head pairs with its second half
    def rotate(self, x: Tensor, rotations: List[Tensor]) -> Tensor:
        first, second = torch.chunk(x, 2, -1)
        return x * rotations[0] + torch.cat([second, first], -1) * rotations[1]

    # x (B, T, heads * head_dim) -> (B, heads, T, head_dim)
    def split(self, x: Tensor, heads: int, norm: Tensor) -> Tensor:
        y = torch.view(x, [x.size(0), x.size(1), heads, self.head_dim])
        if torch.numel(norm) > 0:
            y = self.norm(y, norm)
        return torch.transpose(y, 1, 2)

    # Causal among the T new tokens when there is no mask; a mask (.., T, S) is true where seen.
    def attend(self, q: Tensor, k: Tensor, v: Tensor, mask: Optional[Tensor]) -> Tensor:
        groups = self.heads // self.kv_heads
        rows = q.size(0)
        length = q.size(2)
        if groups > 1:
            if length == 1:
                # One new token: a key-value head serves its group as if it were several tokens.
                q = torch.view(q, [rows, self.kv_heads, groups, self.head_dim])
            else:
                k = torch.repeat_interleave(k, groups, 1)
                v = torch.repeat_interleave(v, groups, 1)
        y = torch.scaled_dot_product_attention(q, k, v, mask, 0.0, mask is None)
        if groups > 1 and length == 1:
            y = torch.view(y, [rows, self.heads, 1, self.head_dim])
        return torch.reshape(torch.transpose(y, 1, 2), [rows, length, self.heads * self.head_dim])

    def layer(self, x: Tensor, layer: int, weights: List[Tensor], adapters: List[Tensor], rotations: List[Tensor], near: Optional[Tensor], grids: List[int], layout: List[Tensor]) -> Tensor:
        w = FIRST_LAYER + LAYER_SLOTS * layer
        a = ADAPTER_SLOTS * layer
        h = self.norm(x, weights[w + INPUT_NORM])
        q = self.split(self.project(h, weights, w + Q_WEIGHT, w + Q_BIAS, adapters, a + Q_ADAPTER), self.heads, weights[w + Q_NORM])
        k = self.split(self.project(h, weights, w + K_WEIGHT, w + K_BIAS, adapters, a + K_ADAPTER), self.kv_heads, weights[w + K_NORM])
        v = torch.transpose(torch.view(self.project(h, weights, w + V_WEIGHT, w + V_BIAS, adapters, a + V_ADAPTER), [x.size(0), x.size(1), self.kv_heads, self.head_dim]), 1, 2)
        q = self.rotate(q, rotations)
        k = self.rotate(k, rotations)
        windowed = self.window > 0 and layer >= self.first_windowed
        if len(grids) > 0:
            mixed = self.attend_flat(q, k, v, windowed, grids, layout)
        else:
            seen = annotate(Optional[Tensor], None)
            if windowed:
                seen = near
            mixed = self.attend(q, k, v, seen)
        x = x + self.project(mixed, weights, w + O_WEIGHT, w + O_BIAS, adapters, a + O_ADAPTER)
        return self.feed_forward(x, w, a, weights, adapters, self.silu_by_exp and len(grids) > 0)

    # w, a: where the layer's weights and adapters begin
    def feed_forward(self, x: Tensor, w: int, a: int, weights: List[Tensor], adapters: List[Tensor], silu_by_exp: bool) -> Tensor:
        h = self.norm(x, weights[w + POST_ATTENTION_NORM])
        gate = self.project(h, weights, w + GATE_WEIGHT, -1, adapters, a + GATE_ADAPTER)
        if silu_by_exp:
            gate = self.silu(gate)
        else:
            gate = torch.silu(gate)
        up = self.project(h, weights, w + UP_WEIGHT, -1, adapters, a + UP_ADAPTER)
        return x + self.project(gate * up, weights, w + DOWN_WEIGHT, -1, adapters, a + DOWN_ADAPTER)

    # x / (1 + e^-x). PyTorch's own rounds the last elements of each thread's share in another way, so
    # that a sequence's bits depend on those beside it. Below -80 it is 0 in float32, and so is its slope.
    def silu(self, x: Tensor) -> Tensor:
        y = x.to(self.wide())
        return (y / (torch.exp(-torch.clamp(y, -80.0)) + 1.0)).to(self.dtype)

    def embed(self, weights: List[Tensor], ids: Tensor) -> Tensor:
        return torch.embedding(weights[EMBEDDING], ids).to(self.dtype)

    # Whole sequences from their first token, filled on the right: no real token sees the filling.
    # x (B, T, D) -> (B, T, D), before the final norm
    def full(self, x: Tensor, weights: List[Tensor], adapters: List[Tensor]) -> Tensor:
        positions = torch.arange(x.size(1), dtype=4, device=x.device)
        rotations = self.rotations(weights, torch.unsqueeze(positions, 0))
        near = self.near(positions)
        for layer in range(self.layers):
            x = self.layer(x, layer, weights, adapters, rotations, near, annotate(List[int], []), annotate(List[Tensor], []))
        return x

    # positions (T) -> what a windowed layer sees (T, T), where the window hides anything
    def near(self, positions: Tensor) -> Optional[Tensor]:
        near = annotate(Optional[Tensor], None)
        if self.window > 0 and positions.size(0) > self.window:
            back = torch.unsqueeze(positions, 1) - torch.unsqueeze(positions, 0)
            near = torch.logical_and(back >= 0, back < self.window)
        return near

    # ids: B * T row by row; at: flat positions b * T + t. -> normed hidden states (len(at), D)
    def hidden(self, weights: List[Tensor], adapters: List[Tensor], rows: int, ids: List[int], at: List[int]) -> Tensor:
        device = weights[EMBEDDING].device
        x = self.embed(weights, torch.view(torch.tensor(ids, dtype=4, device=device), [rows, -1]))
        x = self.full(x, weights, adapters)
        return self.picked(x, weights, at)

    # As hidden, without graphs: what goes into each layer, and what comes out of the last, (B, T, D).
    def layer_inputs(self, weights: List[Tensor], adapters: List[Tensor], rows: int, ids: List[int]) -> List[Tensor]:
        device = weights[EMBEDDING].device
        x = self.embed(weights, torch.view(torch.tensor(ids, dtype=4, device=device), [rows, -1]))
        positions = torch.arange(x.size(1), dtype=4, device=device)
        rotations = self.rotations(weights, torch.unsqueeze(positions, 0))
        near = self.near(positions)
        out = [x]
        for layer in range(self.layers):
            x = self.layer(x, layer, weights, adapters, rotations, near, annotate(List[int], []), annotate(List[Tensor], []))
            out.append(x)
        return out

    def leaf(self, x: Tensor) -> Tensor:
        return torch.requires_grad_(torch.detach(x))

    # Gradients into weights and adapters, given what layer_inputs returned and the gradient of the
    # last output in top.grad: each layer is computed again, the last one first.
    def layers_backward(self, weights: List[Tensor], adapters: List[Tensor], inputs: List[Tensor], top: Tensor, rows: int, ids: List[int]) -> NoneType:
        device = weights[EMBEDDING].device
        positions = torch.arange(top.size(1), dtype=4, device=device)
        rotations = self.rotations(weights, torch.unsqueeze(positions, 0))
        near = self.near(positions)
        above = top
        for i in range(self.layers):
            layer = self.layers - 1 - i
            below = self.leaf(inputs[layer])
            y = self.layer(below, layer, weights, adapters, rotations, near, annotate(List[int], []), annotate(List[Tensor], []))
            torch.backward(y, above.grad)
            above = below
        x = self.embed(weights, torch.view(torch.tensor(ids, dtype=4, device=device), [rows, -1]))
        if x.requires_grad:
            torch.backward(x, above.grad)
        return None

    # A flat pass: sequences one after the other as one row of N tokens, in which a prompt stands once
    # for all of its completions. Only attention needs rows; there the tokens are put into grids of
    # rows of about one length, and its results back into their places.
    #
    # positions: of each token in its sequence.
    # grids: rows, prefix and width of each grid. A row's queries are the last `width` tokens of its
    #     prefix + width keys. Without a prefix it is causal.
    # slots: the token of every key, grid by grid, row by row; what fills a row is any token.
    # prefixes: how many keys of a prefix a row has, from its first on, for each row of each grid.
    # places: of each token among the queries.
    # -> cosines and sines, places, tokens of all queries and of all keys, then for each grid what is
    # added to the scores, and the same for windowed layers; empty where a causal row sees all before it.
    def layout(self, weights: List[Tensor], positions: List[int], grids: List[int], slots: List[int], prefixes: List[int], places: List[int]) -> List[Tensor]:
        device = weights[EMBEDDING].device
        position = torch.tensor(positions, dtype=4, device=device)
        slot = torch.tensor(slots, dtype=4, device=device)
        prefix_length = torch.tensor(prefixes, dtype=4, device=device)
        out = self.rotations(weights, torch.unsqueeze(position, 0))
        out.append(torch.tensor(places, dtype=4, device=device))
        all_queries = annotate(List[Tensor], [])
        masks = annotate(List[Tensor], [])
        nothing = torch.empty([0], dtype=self.dtype, device=device)
        first_slot = 0
        first_row = 0
        for g in range(len(grids) // 3):
            rows = grids[3 * g]
            prefix = grids[3 * g + 1]
            width = grids[3 * g + 2]
            last_slot = first_slot + rows * (prefix + width)
            keys = torch.view(torch.slice(slot, 0, first_slot, last_slot), [rows, prefix + width])
            queries = torch.slice(keys, 1, prefix, prefix + width)
            length = torch.view(torch.slice(prefix_length, 0, first_row, first_row + rows), [rows, 1, 1])
            key = torch.view(torch.arange(prefix + width, dtype=4, device=device), [1, 1, -1])
            query = torch.view(torch.arange(width, dtype=4, device=device), [1, -1, 1]) + prefix
            seen = torch.logical_or(key < length, torch.logical_and(key >= prefix, key <= query))
            mask = nothing
            near = nothing
            if prefix > 0:
                mask = self.added(seen)
                near = mask
            if self.window > 0 and prefix + width > self.window:
                own = torch.index_select(position, 0, torch.reshape(queries, [-1]))
                other = torch.index_select(position, 0, torch.reshape(keys, [-1]))
                back = torch.view(own, [rows, width, 1]) - torch.view(other, [rows, 1, prefix + width])
                # What fills a row sees at least itself.
                near = self.added(torch.logical_or(torch.logical_and(seen, back < self.window), key == query))
            all_queries.append(torch.reshape(queries, [-1]))
            masks.append(mask)
            masks.append(near)
            first_slot = last_slot
            first_row = first_row + rows
        out.append(torch.cat(all_queries))
        out.append(slot)
        for m in masks:
            out.append(m)
        return out

    # (rows, T, S) seen or not -> (rows, 1, T, S) 0 or minus infinity
    def added(self, seen: Tensor) -> Tensor:
        return torch.unsqueeze(torch.log(seen.to(self.dtype)), 1)

    # x (1, heads, N, head_dim), tokens of all grids -> each grid's rows, (rows, heads, T, head_dim).
    # One gather for all: the backward pass of each adds up a gradient of the whole of x.
    def gathered(self, x: Tensor, tokens: Tensor, grids: List[int], with_prefix: bool) -> List[Tensor]:
        sizes = annotate(List[int], [])
        for g in range(len(grids) // 3):
            size = grids[3 * g + 2]
            if with_prefix:
                size = size + grids[3 * g + 1]
            sizes.append(grids[3 * g] * size)
        flat = torch.squeeze(torch.transpose(x, 1, 2), 0)
        out = annotate(List[Tensor], [])
        for y in torch.split_with_sizes(torch.index_select(flat, 0, tokens), sizes, 0):
            out.append(torch.transpose(torch.view(y, [grids[3 * len(out)], -1, x.size(1), self.head_dim]), 1, 2))
        return out

    # q, k, v (1, heads, N, head_dim) -> (1, N, heads * head_dim)
    def attend_flat(self, q: Tensor, k: Tensor, v: Tensor, windowed: bool, grids: List[int], layout: List[Tensor]) -> Tensor:
        queries = self.gathered(q, layout[3], grids, False)
        keys = self.gathered(k, layout[4], grids, True)
        values = self.gathered(v, layout[4], grids, True)
        out = annotate(List[Tensor], [])
        for g in range(len(queries)):
            mask = annotate(Optional[Tensor], None)
            added = layout[5 + 2 * g]
            if windowed:
                added = layout[6 + 2 * g]
            if torch.numel(added) > 0:
                mask = added
            y = self.attend(queries[g], keys[g], values[g], mask)
            out.append(torch.view(y, [-1, self.heads * self.head_dim]))
        return torch.unsqueeze(torch.index_select(torch.cat(out), 0, layout[2]), 0)

    def flat_embed(self, weights: List[Tensor], ids: List[int]) -> Tensor:
        return self.embed(weights, torch.unsqueeze(torch.tensor(ids, dtype=4, device=weights[EMBEDDING].device), 0))

    def flat_layer(self, x: Tensor, layer: int, weights: List[Tensor], adapters: List[Tensor], grids: List[int], layout: List[Tensor]) -> Tensor:
        return self.layer(x, layer, weights, adapters, layout, None, grids, layout)

    # at: tokens whose next one is asked for -> normed hidden states (len(at), D)
    def flat_hidden(self, weights: List[Tensor], adapters: List[Tensor], ids: List[int], positions: List[int], grids: List[int], slots: List[int], prefixes: List[int], places: List[int], at: List[int]) -> Tensor:
        layout = self.layout(weights, positions, grids, slots, prefixes, places)
        x = self.flat_embed(weights, ids)
        for layer in range(self.layers):
            x = self.flat_layer(x, layer, weights, adapters, grids, layout)
        return self.picked(x, weights, at)

    # As flat_hidden, without graphs: what goes into each layer, and what comes out of the last.
    def flat_layer_inputs(self, weights: List[Tensor], adapters: List[Tensor], ids: List[int], positions: List[int], grids: List[int], slots: List[int], prefixes: List[int], places: List[int]) -> List[Tensor]:
        layout = self.layout(weights, positions, grids, slots, prefixes, places)
        x = self.flat_embed(weights, ids)
        out = [x]
        for layer in range(self.layers):
            x = self.flat_layer(x, layer, weights, adapters, grids, layout)
            out.append(x)
        return out

    # As layers_backward, of a flat pass.
    def flat_layers_backward(self, weights: List[Tensor], adapters: List[Tensor], inputs: List[Tensor], top: Tensor, ids: List[int], positions: List[int], grids: List[int], slots: List[int], prefixes: List[int], places: List[int]) -> NoneType:
        layout = self.layout(weights, positions, grids, slots, prefixes, places)
        above = top
        for i in range(self.layers):
            layer = self.layers - 1 - i
            below = self.leaf(inputs[layer])
            torch.backward(self.flat_layer(below, layer, weights, adapters, grids, layout), above.grad)
            above = below
        x = self.flat_embed(weights, ids)
        if x.requires_grad:
            torch.backward(x, above.grad)
        return None

    # x (B, T, D), flat positions -> normed (len(at), D)
    def picked(self, x: Tensor, weights: List[Tensor], at: List[int]) -> Tensor:
        x = torch.view(x, [-1, x.size(2)])
        x = torch.index_select(x, 0, torch.tensor(at, dtype=4, device=x.device))
        return self.norm(x, weights[FINAL_NORM])

    # hidden (n, D) -> logits (n, V), float32 or wider
    def logits(self, weights: List[Tensor], hidden: Tensor) -> Tensor:
        return torch.linear(hidden, weights[HEAD].to(self.dtype)).to(self.wide())

    # hidden (n, D) under a head of one row -> (n), float32 or wider
    def values(self, weights: List[Tensor], hidden: Tensor) -> Tensor:
        return torch.squeeze(self.logits(weights, hidden), -1)

    # hidden (n, D) -> log-probabilities (n, V). Without a graph they replace the logits: a new tensor
    # of this size costs more than its arithmetic, since the system gives and takes its pages each time.
    def log_probabilities(self, weights: List[Tensor], hidden: Tensor) -> Tensor:
        logits = self.logits(weights, hidden)
        if logits.requires_grad:
            return torch.log_softmax(logits, -1)
        return torch._log_softmax(logits, -1, False, out=logits)

    # As log_probabilities, without a graph, in the first n rows of `room`.
    def log_probabilities_in(self, weights: List[Tensor], hidden: Tensor, room: Tensor) -> Tensor:
        logits = torch.mm(hidden, torch.t(weights[HEAD].to(self.dtype)), out=torch.slice(room, 0, 0, hidden.size(0)))
        return torch._log_softmax(logits, -1, False, out=logits)

    # log p(target | hidden): (n, D), n ids -> (n)
    def score(self, weights: List[Tensor], hidden: Tensor, targets: Tensor) -> Tensor:
        return self.of_targets(self.log_probabilities(weights, hidden), targets)

    # (n, V), n ids -> (n)
    def of_targets(self, logp: Tensor, targets: Tensor) -> Tensor:
        return torch.squeeze(torch.gather(logp, -1, torch.unsqueeze(targets, -1)), -1)

    # The same, `chunk` positions at a time.
    def scores(self, weights: List[Tensor], hidden: Tensor, targets: List[int], chunk: int) -> Tensor:
        ids = torch.tensor(targets, dtype=4, device=hidden.device)
        out = annotate(List[Tensor], [])
        in_place = self.dtype == self.wide() and not torch.is_grad_enabled()
        room = torch.empty([0], dtype=self.dtype, device=hidden.device)
        if in_place:
            room = torch.empty([min(chunk, len(targets)), weights[HEAD].size(0)], dtype=self.dtype, device=hidden.device)
        for start in range(0, len(targets), chunk):
            end = start + chunk
            some = torch.slice(hidden, 0, start, end)
            own = torch.slice(ids, 0, start, end)
            if in_place:
                out.append(self.of_targets(self.log_probabilities_in(weights, some, room), own))
            else:
                out.append(self.score(weights, some, own))
        return torch.cat(out)

    # log sum_v p(v)^2 at each hidden state: (n, D) -> (n)
    def collisions(self, weights: List[Tensor], hidden: Tensor, count: int, chunk: int) -> Tensor:
        out = annotate(List[Tensor], [])
        for start in range(0, count, chunk):
            logp = self.log_probabilities(weights, torch.slice(hidden, 0, start, start + chunk))
            out.append(torch.logsumexp(logp * 2.0, [-1]))
        return torch.cat(out)

    # sum_v p(v) (log p(v) - log q(v)) at each pair of hidden states of two models: (n)
    def divergences(self, weights: List[Tensor], hidden: Tensor, other_weights: List[Tensor], other_hidden: Tensor, count: int, chunk: int) -> Tensor:
        out = annotate(List[Tensor], [])
        for start in range(0, count, chunk):
            end = start + chunk
            p = self.log_probabilities(weights, torch.slice(hidden, 0, start, end))
            q = self.log_probabilities(other_weights, torch.slice(other_hidden, 0, start, end))
            out.append(torch.sum(torch.exp(p) * (p - q), [-1]))
        return torch.cat(out)

    # Gradients of sum(d * scores) into the weights' and the hidden states' grad, chunk by chunk, so
    # that the logits of one chunk exist at a time; the hidden states' own graph follows last.
    def scores_backward(self, weights: List[Tensor], hidden: Tensor, targets: List[int], chunk: int, d: List[float]) -> NoneType:
        ids = torch.tensor(targets, dtype=4, device=hidden.device)
        grads = torch.tensor(d, dtype=self.wide(), device=hidden.device)
        leaf = torch.requires_grad_(torch.detach(hidden))
        for start in range(0, len(targets), chunk):
            end = start + chunk
            score = self.score(weights, torch.slice(leaf, 0, start, end), torch.slice(ids, 0, start, end))
            torch.backward(score, torch.slice(grads, 0, start, end))
        torch.backward(hidden, leaf.grad)
        return None

    # As scores, without graphs -> scores, then the log-probabilities of each chunk, for head_backward.
    def head(self, weights: List[Tensor], hidden: Tensor, targets: List[int], chunk: int) -> List[Tensor]:
        ids = torch.unsqueeze(torch.tensor(targets, dtype=4, device=hidden.device), -1)
        out = [hidden]
        scores = annotate(List[Tensor], [])
        for start in range(0, len(targets), chunk):
            end = start + chunk
            logp = self.log_probabilities(weights, torch.slice(hidden, 0, start, end))
            scores.append(torch.squeeze(torch.gather(logp, -1, torch.slice(ids, 0, start, end)), -1))
            out.append(logp)
        out[0] = torch.cat(scores)
        return out

    # Gradients of sum(d * scores), given what head returned, whose log-probabilities are overwritten:
    # the derivative with respect to a logit is d times (1 where it is the target's, less p).
    def head_backward(self, weights: List[Tensor], hidden: Tensor, targets: List[int], chunk: int, kept: List[Tensor], d: List[float]) -> NoneType:
        ids = torch.unsqueeze(torch.tensor(targets, dtype=4, device=hidden.device), -1)
        grads = torch.unsqueeze(torch.tensor(d, dtype=self.wide(), device=hidden.device), -1)
        states = torch.detach(hidden)
        weight = torch.detach(weights[HEAD]).to(self.dtype)
        out = annotate(List[Tensor], [])
        start = 0
        for i in range(1, len(kept)):
            end = start + chunk
            grad = torch.slice(grads, 0, start, end)
            g = torch.mul_(torch.exp_(kept[i]), -grad)
            g = torch.scatter_add_(g, -1, torch.slice(ids, 0, start, end), grad).to(self.dtype)
            out.append(torch.mm(g, weight))
            if weights[HEAD].requires_grad:
                total = weights[HEAD].grad
                if self.dtype == 6:
                    torch.addmm_(total, torch.t(g), torch.slice(states, 0, start, end))
                else:
                    torch.add_(total, torch.mm(torch.t(g), torch.slice(states, 0, start, end)))
            start = end
        torch.backward(hidden, torch.cat(out))
        return None

    # Whether a layer rounds a token alike among `tokens` tokens and among 8, in all that it computes of
    # each token by itself. No rounding depends on values, and layers are of one shape, so tokens that
    # repeat in one layer stand for all; in all layers where there are adapters, which some may lack.
    def tokens_alike(self, weights: List[Tensor], adapters: List[Tensor], tokens: int) -> bool:
        few = self.samples(weights, 8)
        which = self.repeating(few, tokens)
        few_positions = torch.arange(8, dtype=4, device=few.device) * 113
        positions = torch.index_select(few_positions, 0, which)
        layers = 1
        if len(adapters) > 0:
            layers = self.layers
        alike = True
        for layer in range(layers):
            some = self.by_token(few, few_positions, layer, weights, adapters)
            many = self.by_token(torch.index_select(few, 0, which), positions, layer, weights, adapters)
            for i in range(len(some)):
                alike = alike and torch.equal(many[i], torch.index_select(some[i], 0, which))
        return alike

    # x (N, D) -> what a layer computes of each token without the others, (N, ..) each
    def by_token(self, x: Tensor, positions: Tensor, layer: int, weights: List[Tensor], adapters: List[Tensor]) -> List[Tensor]:
        w = FIRST_LAYER + LAYER_SLOTS * layer
        a = ADAPTER_SLOTS * layer
        x = torch.unsqueeze(x, 0)
        h = self.norm(x, weights[w + INPUT_NORM])
        q = self.project(h, weights, w + Q_WEIGHT, w + Q_BIAS, adapters, a + Q_ADAPTER)
        k = self.project(h, weights, w + K_WEIGHT, w + K_BIAS, adapters, a + K_ADAPTER)
        v = self.project(h, weights, w + V_WEIGHT, w + V_BIAS, adapters, a + V_ADAPTER)
        x = x + self.project(q, weights, w + O_WEIGHT, w + O_BIAS, adapters, a + O_ADAPTER)
        x = self.feed_forward(x, w, a, weights, adapters, self.silu_by_exp)
        rotations = self.rotations(weights, torch.unsqueeze(positions, 0))
        q = self.rotate(self.split(q, self.heads, weights[w + Q_NORM]), rotations)
        k = self.rotate(self.split(k, self.kv_heads, weights[w + K_NORM]), rotations)
        out = [torch.squeeze(v, 0), torch.squeeze(x, 0)]
        for y in [q, k]:
            out.append(torch.squeeze(torch.transpose(y, 1, 2), 0))
        return out

    # As tokens_alike, of the final norm and the head.
    def targets_alike(self, weights: List[Tensor], targets: int) -> bool:
        few = self.samples(weights, 8)
        which = self.repeating(few, targets)
        some = self.log_probabilities(weights, self.norm(few, weights[FINAL_NORM]))
        many = self.log_probabilities(weights, self.norm(torch.index_select(few, 0, which), weights[FINAL_NORM]))
        alike = True
        for start in range(0, targets, 8):
            end = start + 8
            alike = alike and torch.equal(torch.slice(many, 0, start, end), torch.index_select(some, 0, torch.slice(which, 0, start, end)))
        return alike

    # (count, D), numbers of about 1 that look random
    def samples(self, weights: List[Tensor], count: int) -> Tensor:
        size = weights[FINAL_NORM].size(0)
        numbers = torch.arange(count * size, dtype=7, device=weights[EMBEDDING].device)
        return torch.view(torch.sin(numbers * numbers), [count, size]).to(self.dtype)

    # Which of 8 stands at each of `count` places: each of them at any place within 8.
    def repeating(self, x: Tensor, count: int) -> Tensor:
        place = torch.arange(count, dtype=4, device=x.device)
        return torch.remainder(place * 5 + torch.floor_divide(place, 8), 8)

    def backward(self, y: Tensor, d: List[float]) -> NoneType:
        torch.backward(y, torch.tensor(d, dtype=self.wide(), device=y.device))
        return None
