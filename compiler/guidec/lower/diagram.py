"""Multi-valued decision diagrams: shared, reduced, ordered by first use."""

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from typing import Literal

FALSE, TRUE, UNDEFINED = 0, 1, 2
SEVERAL = "several"
MOST_NODES = 200_000
MOST_LINKS = 5_000_000
MOST_STEPS = 600_000

EVERYWHERE: Mapping[int, int] = {}

Edges = tuple[tuple[int, int], ...]
"""Cells as bits and the child for them; disjoint, together all cells, each child once, by their first cells."""


class TooLarge(Exception):
    """The diagrams of a guideline have outgrown what a compiler may take."""


class Diagrams:
    """A store of nodes. A node is a number; ends hold a value, the others a coordinate and a child for each set of cells.

    A class, unlike most of the compiler: it is a table of nodes that are shared by everything that is built in it.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self._nodes: list[tuple[int, Edges]] = []
        self._values: dict[int, Hashable] = {}
        self._known: dict[Hashable, int] = {}
        self._rank: dict[int, int] = {}
        self._order: list[int] = []
        self._links = 0
        self.false, self.true, self.undefined = self.end(FALSE), self.end(TRUE), self.end(UNDEFINED)

    def end(self, value: Hashable) -> int:
        """The end with this value."""
        key = ("end", value)
        if key not in self._known:
            self._known[key] = len(self._nodes)
            self._values[len(self._nodes)] = value
            self._nodes.append((-1, ()))
        return self._known[key]

    def value(self, node: int) -> Hashable:
        """The value of an end; `None` for a node."""
        return self._values.get(node)

    def is_end(self, node: int) -> bool:
        return self._nodes[node][0] < 0

    def coordinate(self, node: int) -> int:
        """The coordinate that a node asks."""
        return self._order[self._nodes[node][0]]

    def children(self, node: int) -> tuple[int, ...]:
        """The nodes that follow, each once."""
        return tuple(child for _, child in self._nodes[node][1])

    def edges(self, node: int) -> Edges:
        """The nodes that follow, each with the cells that lead there."""
        return self._nodes[node][1]

    def _node(self, rank: int, masks: dict[int, int]) -> int:
        """A node from the cells of each child."""
        if len(masks) == 1:
            return next(iter(masks))
        edges = tuple(sorted(((mask, child) for child, mask in masks.items()), key=_first_cell))
        key = (rank, edges)
        if key not in self._known:
            self._links += len(edges)
            if self._links > MOST_LINKS or len(self._nodes) > MOST_NODES:
                raise TooLarge
            self._known[key] = len(self._nodes)
            self._nodes.append((rank, edges))
        return self._known[key]

    def test(self, coordinate: int, true: int, undefined: int = 0) -> int:
        """True in the cells whose bit is set in `true`, undefined in those of `undefined`."""
        if coordinate not in self._rank:
            self._rank[coordinate] = len(self._order)
            self._order.append(coordinate)
        every = (1 << self.sizes[coordinate]) - 1
        cells = {
            self.true: true & ~undefined,
            self.undefined: undefined,
            self.false: every & ~(true | undefined),
        }
        return self._node(self._rank[coordinate], {child: mask for child, mask in cells.items() if mask})

    def apply(self, operation: Callable[[tuple[int, ...]], int | None], *nodes: int) -> int:
        """Combine nodes cell by cell. `operation` gives the result once it is settled, else None."""
        done: dict[tuple[int, ...], int] = {}
        waiting: list[tuple[tuple[int, ...], int, list[tuple[int, tuple[int, ...]]]]] = [(nodes, -1, [])]
        while waiting:
            parts, rank, edges = waiting.pop()
            if parts in done:
                continue
            if len(done) > MOST_STEPS:
                raise TooLarge
            if rank < 0:
                settled = operation(parts)
                if settled is not None:
                    done[parts] = settled
                    continue
                rank, edges = self._split(parts)
                waiting.append((parts, rank, edges))
                waiting += [(below, -1, []) for _, below in edges if below not in done]
            else:
                masks: dict[int, int] = {}
                for mask, below in edges:
                    child = done[below]
                    masks[child] = masks.get(child, 0) | mask
                done[parts] = self._node(rank, masks)
        return done[nodes]

    def _split(self, parts: tuple[int, ...]) -> tuple[int, list[tuple[int, tuple[int, ...]]]]:
        """The first coordinate that one of the nodes asks, and what is left of them in each set of its cells."""
        rank = min(self._nodes[part][0] for part in parts if self._nodes[part][0] >= 0)
        size = self.sizes[self._order[rank]]
        every = (1 << size) - 1
        edges = [self._nodes[part][1] if self._nodes[part][0] == rank else ((every, part),) for part in parts]
        pairs = 1
        for one in edges:
            pairs *= len(one)
        if pairs > max(64, 4 * size):
            return rank, _by_cell(edges)
        found: list[tuple[int, tuple[int, ...]]] = [(every, ())]
        for one in edges:
            found = [
                (mask & other, (*below, child))
                for mask, below in found
                for other, child in one
                if mask & other
            ]
        return rank, found

    def negate(self, node: int) -> int:
        """Kleene's not."""
        swap = {self.true: self.false, self.false: self.true, self.undefined: self.undefined}
        return self.apply(lambda parts: swap.get(parts[0]), node)

    def both(self, left: int, right: int) -> int:
        """Kleene's and: false wins over undefined."""

        def settle(parts: tuple[int, ...]) -> int | None:
            a, b = parts
            if self.false in (a, b):
                return self.false
            if a in (self.true, b):
                return b
            if b == self.true:
                return a
            return self.undefined if self.is_end(a) and self.is_end(b) else None

        return self.apply(settle, left, right)

    def either(self, left: int, right: int) -> int:
        """Kleene's or: true wins over undefined."""

        def settle(parts: tuple[int, ...]) -> int | None:
            a, b = parts
            if self.true in (a, b):
                return self.true
            if a in (self.false, b):
                return b
            if b == self.false:
                return a
            return self.undefined if self.is_end(a) and self.is_end(b) else None

        return self.apply(settle, left, right)

    def any(self, nodes: Sequence[int]) -> int:
        """Kleene's or of many, joined in pairs so that none is walked more often than need be."""
        return self.joined(nodes, self.either, self.false)

    def all(self, nodes: Sequence[int]) -> int:
        """Kleene's and of many."""
        return self.joined(nodes, self.both, self.true)

    def joined(self, nodes: Sequence[int], join: Callable[[int, int], int], nothing: int) -> int:
        """Many diagrams joined in pairs, and those in pairs again."""
        found = list(nodes)
        while len(found) > 1:
            pairs = [join(*found[at : at + 2]) for at in range(0, len(found) - 1, 2)]
            found = [*pairs, *found[len(pairs) * 2 :]]
        return found[0] if found else nothing

    def holding(self, tests: Sequence[int], keep: Literal["first", "one", "all"] = "all") -> int:
        """Diagrams that end true or false, to one whose ends are the positions of those that are true.

        Of several, `first` keeps the first, `one` keeps `SEVERAL` instead, `all` keeps all.
        """
        nothing, several = self.end(()), self.end(SEVERAL)

        def join(left: int, right: int) -> int:
            def settle(parts: tuple[int, ...]) -> int | None:
                a, b = parts
                if a == nothing:
                    return b
                if b == nothing or a == several or (keep == "first" and self.is_end(a)):
                    return a
                if b == several:
                    return b
                if self.is_end(a) and self.is_end(b):
                    if keep == "one":
                        return several
                    return self.end((*self._values[a], *self._values[b]))  # type: ignore[misc]
                return None

            return self.apply(settle, left, right)

        marked = [self._marked(test, at) for at, test in enumerate(tests)]
        return self.joined(marked, join, nothing)

    def _marked(self, test: int, at: int) -> int:
        """A position where the test is true, nothing elsewhere."""
        nothing, here = self.end(()), self.end((at,))
        return self.replace(test, lambda value: here if value == TRUE else nothing)

    def merged(self, nodes: Sequence[int], nothing: int) -> int:
        """Diagrams that each say something where the others end in `nothing`."""

        def join(left: int, right: int) -> int:
            def settle(parts: tuple[int, ...]) -> int | None:
                a, b = parts
                if a == nothing:
                    return b
                return a if b == nothing or self.is_end(a) else None

            return self.apply(settle, left, right)

        return self.joined(nodes, join, nothing)

    def choose(self, condition: int, then: int, otherwise: int) -> int:
        """`then` where the condition is true, `otherwise` where it is false, undefined where it is undefined."""

        def settle(parts: tuple[int, ...]) -> int | None:
            test, yes, no = parts
            if test == self.true:
                return yes
            if test == self.false:
                return no
            if test == self.undefined:
                return self.undefined
            return yes if yes == no and self.is_end(yes) and not self._may_be_undefined(test) else None

        return self.apply(settle, condition, then, otherwise)

    def _may_be_undefined(self, node: int) -> bool:
        return any(self._values.get(end) == UNDEFINED for end in self.ends(node))

    def ends(self, node: int) -> set[int]:
        """The ends that a node reaches."""
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += self.children(one)
        return {one for one in seen if self._nodes[one][0] < 0}

    def replace(self, node: int, ends: Callable[[Hashable], int]) -> int:
        """The same diagram with other ends."""
        return self.apply(lambda parts: ends(self._values[parts[0]]) if self.is_end(parts[0]) else None, node)

    def ending(self, node: int, value: Hashable) -> int:
        """True where a diagram ends in this value."""
        return self.replace(node, lambda other: self.true if other == value else self.false)

    def restricted(self, node: int, coordinate: int, cell: int) -> int:
        """What is left of a diagram where a coordinate lies in a cell."""
        rank = self._rank.get(coordinate, -1)

        def settle(parts: tuple[int, ...]) -> int | None:
            one = parts[0]
            own = self._nodes[one][0]
            if own < 0 or own > rank:
                return one
            if own < rank:
                return None
            return next(child for mask, child in self._nodes[one][1] if mask >> cell & 1)

        return self.apply(settle, node)

    def projected(self, node: int, cells: Mapping[int, int], join: Callable[[int, int], int]) -> int:
        """A diagram that no longer asks some coordinates: what these cells of them lead to is joined."""
        gone = {self._rank[at]: mask for at, mask in cells.items() if at in self._rank}
        done: dict[int, int] = {}
        waiting = [node]
        while waiting:
            one = waiting[-1]
            missing = [child for child in self.children(one) if child not in done]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            rank, edges = self._nodes[one]
            if rank < 0:
                done[one] = one
            elif rank in gone:
                below = [done[child] for mask, child in edges if mask & gone[rank]]
                done[one] = self.joined(below, join, self.false)
            else:
                masks: dict[int, int] = {}
                for mask, child in edges:
                    masks[done[child]] = masks.get(done[child], 0) | mask
                done[one] = self._node(rank, masks)
        return done[node]

    def asked(self, node: int) -> set[int]:
        """The coordinates that a diagram asks."""
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            one = waiting.pop()
            if one not in seen and not self.is_end(one):
                seen.add(one)
                waiting += self.children(one)
        return {self.coordinate(one) for one in seen}

    def count(self, node: int) -> int:
        """How many rows `rows` will give."""
        counts: dict[int, int] = {}
        waiting = [node]
        while waiting:
            one = waiting[-1]
            children = self.children(one)
            missing = [child for child in children if child not in counts]
            if missing:
                waiting += missing
                continue
            waiting.pop()
            counts[one] = sum(counts[child] for child in children) if children else 1
        return counts[node]

    def rows(self, node: int) -> Iterator[tuple[tuple[tuple[int, int], ...], Hashable]]:
        """Each way through: the cells of every coordinate asked, as bits, and the value at the end."""
        waiting: list[tuple[int, tuple[tuple[int, int], ...]]] = [(node, ())]
        while waiting:
            one, cells = waiting.pop()
            rank, edges = self._nodes[one]
            if rank < 0:
                yield cells, self._values[one]
                continue
            waiting += [(child, (*cells, (self._order[rank], mask))) for mask, child in reversed(edges)]

    def ways(
        self, node: int, value: Hashable, within: Mapping[int, int] = EVERYWHERE
    ) -> Iterator[tuple[tuple[int, int], ...]]:
        """The rows that end with this value, as far as they lie in cells; what doesn't lead there is never looked at."""
        wanted = self._known.get(("end", value))
        leading = set() if wanted is None else self._leading_to(node, wanted)
        waiting: list[tuple[int, tuple[tuple[int, int], ...]]] = [(node, ())] if node in leading else []
        while waiting:
            one, cells = waiting.pop()
            if one == wanted:
                yield cells
                continue
            rank, edges = self._nodes[one]
            at = self._order[rank]
            inside = within.get(at, -1)
            waiting += [
                (child, (*cells, (at, mask & inside)))
                for mask, child in reversed(edges)
                if child in leading and mask & inside
            ]

    def _leading_to(self, node: int, wanted: int) -> set[int]:
        """The nodes below a node from which an end can be reached, that end included."""
        found = {wanted}
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            one = waiting[-1]
            children = self.children(one)
            if one not in seen:
                seen.add(one)
                waiting += [child for child in children if child not in seen]
                continue
            waiting.pop()
            if any(child in found for child in children):
                found.add(one)
        return found

    def settled(self, node: int, cells: Mapping[int, int]) -> Hashable:
        """The one value that all values in these cells end with; None where there are several."""
        found = -1
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            one = waiting.pop()
            rank, edges = self._nodes[one]
            if rank < 0:
                if found not in (-1, one):
                    return None
                found = one
                continue
            mask = cells[self._order[rank]]
            for own, child in edges:
                if own & mask and child not in seen:
                    seen.add(child)
                    waiting.append(child)
        return self._values[found]

    def find(self, node: int, value: Hashable) -> tuple[tuple[int, int], ...] | None:
        """Some way to an end with this value."""
        wanted = self._known.get(("end", value))
        if wanted is None:
            return None
        seen: set[int] = set()
        waiting: list[tuple[int, tuple[tuple[int, int], ...]]] = [(node, ())]
        while waiting:
            one, cells = waiting.pop()
            if one == wanted:
                return cells
            if one in seen:
                continue
            seen.add(one)
            rank, edges = self._nodes[one]
            waiting += [
                (child, (*cells, (self._order[rank], mask & -mask))) for mask, child in reversed(edges)
            ]
        return None


def _first_cell(edge: tuple[int, int]) -> int:
    return edge[0] & -edge[0]


def bits(mask: int) -> list[int]:
    """The cells of a mask."""
    if mask & (mask - 1) == 0:
        return [mask.bit_length() - 1] if mask else []
    return [cell for cell, bit in enumerate(reversed(bin(mask)[2:])) if bit == "1"]


def _by_cell(edges: Sequence[Edges]) -> list[tuple[int, tuple[int, ...]]]:
    """The children of several nodes in each cell; cells with the same are one."""
    columns: list[dict[int, int]] = [
        {cell: child for mask, child in one for cell in bits(mask)} for one in edges
    ]
    found: dict[tuple[int, ...], int] = {}
    for cell in columns[0]:
        below = tuple(column[cell] for column in columns)
        found[below] = found.get(below, 0) | 1 << cell
    return [(mask, below) for below, mask in found.items()]
