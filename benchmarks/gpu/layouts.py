"""Ways to lay sequences out for the program: an entry of LAYOUTS each, so that a new one is added
here and nowhere else. A sequence is a pair (prompt, completion) of lists of token ids.
"""

import dataclasses


def rounded_up(n, step):
    return (n + step - 1) // step * step


class Rows:
    """A row for each sequence, filled on the right with token 0; the program's `hidden`."""

    def __init__(self, sequences):
        width = max(len(p) + len(c) - 1 for p, c in sequences)
        self.rows = len(sequences)
        self.ids, self.at, self.targets = [], [], []
        for row, (prompt, completion) in enumerate(sequences):
            inputs = prompt + completion[:-1]
            self.ids += inputs + [0] * (width - len(inputs))
            self.at += range(row * width + len(prompt) - 1, row * width + len(inputs))
            self.targets += completion

    def hidden(self, decoder, weights, adapters):
        return decoder.hidden(weights, adapters, self.rows, self.ids, self.at)

    @staticmethod
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


@dataclasses.dataclass
class Row:
    """A run of tokens that sees itself, causally, and all of another run before it."""

    prefix: int
    prefix_length: int
    start: int
    length: int


class Flat:
    """Sequences one after the other, a prompt that neighbours share once; see FlatBatch.java and
    AttentionGrids.java, which this follows. The program's `flat_hidden`."""

    STEP = 8

    def __init__(self, sequences):
        self.ids, self.positions, self.at, self.targets = [], [], [], []
        rows = []
        shared = None
        for prompt, completion in sequences:
            if prompt != shared:
                shared, start = prompt, len(self.ids)
                self.put(prompt, 0)
                rows.append(Row(0, 0, start, len(prompt)))
            rest = len(self.ids)
            self.put(completion[:-1], len(prompt))
            if len(completion) > 1:
                rows.append(Row(start, len(prompt), rest, len(completion) - 1))
            self.at += [start + len(prompt) - 1, *range(rest, len(self.ids))]
            self.targets += completion
        for padded in (self.ids, self.positions, self.at, self.targets):
            padded += [0] * (-len(padded) % self.STEP)
        self.lay_out(rows)

    def put(self, ids, position):
        self.ids += ids
        self.positions += range(position, position + len(ids))

    def lay_out(self, rows):
        grids = {}
        for row in rows:
            prefix = self.side(row.prefix_length) if row.prefix_length else 0
            grids.setdefault((prefix, self.side(row.length)), []).append(row)
        self.shapes, self.slots, self.prefixes = [], [], []
        self.places = [0] * len(self.ids)
        query = 0
        for (prefix, width), members in sorted(grids.items()):
            self.shapes += [len(members), prefix, width]
            for row in members:
                for count, start, length in (
                    (prefix, row.prefix, row.prefix_length),
                    (width, row.start, row.length),
                ):
                    self.slots += [start + min(j, length - 1) for j in range(count)]
                self.places[row.start : row.start + row.length] = range(query, query + row.length)
                self.prefixes.append(row.prefix_length)
                query += width

    @staticmethod
    def side(length):
        step = max(8, (1 << (length.bit_length() - 1)) // 8)
        return rounded_up(length, step)

    def hidden(self, decoder, weights, adapters):
        return decoder.flat_hidden(
            weights,
            adapters,
            self.ids,
            self.positions,
            self.shapes,
            self.slots,
            self.prefixes,
            self.places,
            self.at,
        )

    @staticmethod
    def passes(sequences, tokens):
        """Neighbours together; the two sequences of a pair are never apart."""
        out = []
        held = 0
        for i in range(0, len(sequences), 2):
            (prompt, chosen), (_, rejected) = sequences[i], sequences[i + 1]
            own = len(prompt) + len(chosen) + len(rejected)
            if not out or held + own > tokens:
                out.append([])
                held = 0
            out[-1] += [i, i + 1]
            held += own
        return out


LAYOUTS = {"rows": Rows, "flat": Flat}
