"""Multi-valued decision diagrams: shared, reduced, ordered by first use."""

from collections.abc import Callable, Hashable, Iterator, Sequence

FALSE, TRUE, UNDEFINED = 0, 1, 2
MOST_LINKS = 500_000


class TooLarge(Exception):
    """The diagrams of a guideline have outgrown what a compiler may take."""


class Diagrams:
    """A store of nodes. A node is a number; ends hold a value, the others a coordinate and a child for each cell.

    A class, unlike most of the compiler: it is a table of nodes that are shared by everything that is built in it.
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self.sizes = sizes
        self._nodes: list[tuple[int, tuple[int, ...]]] = []
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
        return self._nodes[node][1]

    def _node(self, rank: int, children: tuple[int, ...]) -> int:
        first = children[0]
        if all(child == first for child in children):
            return first
        key = (rank, children)
        if key not in self._known:
            self._links += len(children)
            if self._links > MOST_LINKS:
                raise TooLarge
            self._known[key] = len(self._nodes)
            self._nodes.append((rank, children))
        return self._known[key]

    def test(self, coordinate: int, true: int, undefined: int = 0) -> int:
        """True in the cells whose bit is set in `true`, undefined in those of `undefined`."""
        if coordinate not in self._rank:
            self._rank[coordinate] = len(self._order)
            self._order.append(coordinate)
        children = tuple(
            self.undefined if undefined >> cell & 1 else self.true if true >> cell & 1 else self.false
            for cell in range(self.sizes[coordinate])
        )
        return self._node(self._rank[coordinate], children)

    def apply(self, operation: Callable[[tuple[int, ...]], int | None], *nodes: int) -> int:
        """Combine nodes cell by cell. `operation` gives the result once it is settled, else None."""
        done: dict[tuple[int, ...], int] = {}
        waiting: list[tuple[tuple[int, ...], int, list[tuple[int, ...]]]] = [(nodes, -1, [])]
        while waiting:
            parts, rank, children = waiting.pop()
            if parts in done:
                continue
            if len(done) > MOST_LINKS:
                raise TooLarge
            if rank < 0:
                settled = operation(parts)
                if settled is not None:
                    done[parts] = settled
                    continue
                rank, children = self._split(parts)
                waiting.append((parts, rank, children))
                waiting += [(child, -1, []) for child in dict.fromkeys(children) if child not in done]
            else:
                done[parts] = self._node(rank, tuple(done[child] for child in children))
        return done[nodes]

    def _split(self, parts: tuple[int, ...]) -> tuple[int, list[tuple[int, ...]]]:
        """The first coordinate that one of the nodes asks, and what is left of them in each of its cells."""
        rank = min(self._nodes[part][0] for part in parts if self._nodes[part][0] >= 0)
        cells = range(self.sizes[self._order[rank]])
        nodes = [self._nodes[part] for part in parts]
        return rank, [
            tuple(node[1][cell] if node[0] == rank else part for part, node in zip(parts, nodes, strict=True))
            for cell in cells
        ]

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
        """Kleene's or."""
        return self.negate(self.both(self.negate(left), self.negate(right)))

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
                waiting += self._nodes[one][1]
        return {one for one in seen if self._nodes[one][0] < 0}

    def replace(self, node: int, ends: Callable[[Hashable], int]) -> int:
        """The same diagram with other ends."""
        return self.apply(lambda parts: ends(self._values[parts[0]]) if self.is_end(parts[0]) else None, node)

    def count(self, node: int) -> int:
        """How many rows `rows` will give."""
        counts: dict[int, int] = {}
        waiting = [node]
        while waiting:
            one = waiting[-1]
            children = set(self._nodes[one][1])
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
            rank, children = self._nodes[one]
            if rank < 0:
                yield cells, self._values[one]
                continue
            masks: dict[int, int] = {}
            for cell, child in enumerate(children):
                masks[child] = masks.get(child, 0) | 1 << cell
            waiting += [
                (child, (*cells, (self._order[rank], mask))) for child, mask in reversed(masks.items())
            ]

    def ways(self, node: int, value: Hashable) -> Iterator[tuple[tuple[int, int], ...]]:
        """The rows that end with this value; what doesn't lead there is never looked at."""
        wanted = self._known.get(("end", value))
        leading = set() if wanted is None else self._leading_to(node, wanted)
        waiting: list[tuple[int, tuple[tuple[int, int], ...]]] = [(node, ())] if node in leading else []
        while waiting:
            one, cells = waiting.pop()
            if one == wanted:
                yield cells
                continue
            rank, children = self._nodes[one]
            masks: dict[int, int] = {}
            for cell, child in enumerate(children):
                if child in leading:
                    masks[child] = masks.get(child, 0) | 1 << cell
            waiting += [
                (child, (*cells, (self._order[rank], mask))) for child, mask in reversed(masks.items())
            ]

    def _leading_to(self, node: int, wanted: int) -> set[int]:
        """The nodes below a node from which an end can be reached, that end included."""
        found = {wanted}
        seen: set[int] = set()
        waiting = [node]
        while waiting:
            one = waiting[-1]
            children = self._nodes[one][1]
            if one not in seen:
                seen.add(one)
                waiting += [child for child in set(children) if child not in seen]
                continue
            waiting.pop()
            if any(child in found for child in children):
                found.add(one)
        return found

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
            rank, children = self._nodes[one]
            for cell in reversed(range(len(children))):
                waiting.append((children[cell], (*cells, (self._order[rank], 1 << cell))))
        return None
