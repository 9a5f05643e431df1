"""Coordinates and the values that inputs may take, to whether some choice of values lies in given cells.

Numbers that are computed are searched: boxes of values are split until they lie inside the cells or outside. Sums of points
are not: their terms are gathered group by group, each group the terms that share an input, and the sums that come out are
counted. Exact on every grid; a search that grows too long counts as reachable.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil, floor
from operator import add, or_
from typing import TypeVar

from guidec import ir
from guidec.lower import boxes as box_search
from guidec.lower.boxes import Box, Copy, TooLong, Variable, Wanted, some_values
from guidec.lower.coordinates import grids, piece_of, size
from guidec.lower.ranges import NOTHING, Range, piece_between, range_of
from guidec.lower.terms import Points, points_of
from guidec.numbers import in_base_units
from guidec.record import parts
from guidec.rows import (
    Coordinate,
    Derived,
    Entered,
    Member,
    Number,
    Numbers,
    Picked,
    Prescribed,
    Read,
    Readings,
    Values,
)

T = TypeVar("T")

MOST_SUMS = 50_000
FEW_SUMS = 200

Constraint = tuple[int, int, Mapping[str, int]]
"""A coordinate's position, cells of it as bits, and which copy of an input it reads; 0 where all share it."""

Solver = Callable[["Search", Sequence[Constraint]], bool | str]
"""Decides what a search gives up on: whether some values meet all constraints, or why it can't say."""

STEPS_OF_A_SOLVER = 10_000
SPENT = "looking for values took too many steps"
GAVE_UP = "the search for values gave up; `pip install guidec[proofs]` lets a solver look for them"

_Asked = tuple[int, frozenset[tuple[str, int]], int]
"""A coordinate, the copies that it reads, and its cells."""

Reads = tuple[int, int, int]
"""The open variables that something reads, as bits: shared ones, those of the first copy and of the second."""


NO_READS: Reads = (0, 0, 0)


def decided(search: "Search", constraints: Sequence[Constraint], solver: Solver | None) -> bool | str:
    """Whether one choice of values meets all constraints, by the solver where the search gives up; or why nobody knows."""
    found = search.sought(constraints)
    if found is not None:
        return found
    if search.effort.is_spent():
        return SPENT
    if solver is None:
        return GAVE_UP
    search.effort.spend(STEPS_OF_A_SOLVER)
    return solver(search, constraints)


@dataclass(slots=True)
class Effort:
    """How many steps several searches may take together; None is as many as they like. A step is a look at one number."""

    left: int | None = None

    def spend(self, steps: int) -> None:
        """Count steps that are taken."""
        if self.left is not None:
            self.left -= steps

    def is_spent(self) -> bool:
        """Whether none are left."""
        return self.left is not None and self.left < 0


class Search:
    """Searches over the same inputs share what they have computed; `boxes_of` gives the values that a variable may take.

    `reach` are cells that coordinates are known to lie in. Once its `effort` is spent a search gives up at once.

    A class, as Diagrams is: it holds tables that make the next search fast.
    """

    def __init__(
        self,
        inputs: Mapping[str, ir.Input],
        coordinates: Sequence[Coordinate],
        boxes_of: Callable[[Variable], Sequence[Box]],
        reach: Mapping[int, int] | None = None,
        effort: Effort | None = None,
    ) -> None:
        self.effort = effort or Effort()
        self._inputs = inputs
        self._coordinates = coordinates
        self._boxes_of = boxes_of
        self._boxes: dict[Variable, tuple[Box, ...]] = {}
        self._grids: dict[str, tuple[tuple[Fraction, Fraction, int], ...]] = {}
        self._values: dict[tuple[str, int, int], Fraction] = {}
        self._places: dict[int, dict[str, int]] = {}
        self._variables: dict[int, tuple[Variable, ...]] = {}
        self._bits: dict[Variable, int] = {}
        self._named: dict[str, int] = {}
        self._asked: dict[int, tuple[int, ...]] = {}
        self._open: dict[int, int] = {}
        self._points: dict[int, Points | None] = {}
        self._reach: dict[int, int] = dict(reach or {})
        self._touched: dict[tuple[int, tuple[tuple[Box, ...], ...]], int] = {}
        self._known: dict[tuple[_Asked, ...], bool] = {}
        self._firsts: dict[int, list[int]] = {}
        self._sums: dict[object, frozenset[tuple[int, ...]]] = {}
        self._dubious: dict[int, int] = {}
        self._doubted: set[object] = set()
        self._doubt = False

    @property
    def inputs(self) -> Mapping[str, ir.Input]:
        return self._inputs

    @property
    def coordinates(self) -> Sequence[Coordinate]:
        return self._coordinates

    # --- what a coordinate reads ---

    def variables(self, at: int) -> tuple[Variable, ...]:
        """What a coordinate reads, through others too; in a fixed order."""
        if at not in self._variables:
            found: dict[Variable, None] = {}
            seen: set[int] = set()
            waiting = [at]
            while waiting:
                one = waiting.pop()
                if one not in seen:
                    seen.add(one)
                    found.update(dict.fromkeys(self._own_variables(one)))
                    waiting += reversed(self._asks(one))
            self._variables[at] = tuple(found)
        return self._variables[at]

    def _own_variables(self, at: int) -> tuple[Variable, ...]:
        match self._coordinates[at]:
            case Values(name) | Numbers(name) | Readings(name):
                return ((name, ""),)
            case Member(name, member):
                return ((name, member),)
            case Derived(_, inputs):
                return tuple((name, "") for name in inputs)
            case Entered() | Prescribed():
                return ()

    def blanks(self, at: int) -> int:
        """The variables of a coordinate that may take several values, as bits."""
        if at not in self._open:
            for below in self._in_order(at, self._open):
                found = 0
                for variable in self._own_variables(below):
                    found |= self._bit(variable)
                for one in self._asks(below):
                    found |= self._open[one]
                self._open[below] = found
        return self._open[at]

    def _bit(self, variable: Variable) -> int:
        """The bit of a variable; 0 where its one value is known."""
        if variable not in self._bits:
            boxes = self.boxes(variable)
            self._bits[variable] = 0 if box_search.known(boxes) else 1 << len(self._bits)
            self._named[variable[0]] = self._named.get(variable[0], 0) | self._bits[variable]
        return self._bits[variable]

    def _asks(self, at: int) -> tuple[int, ...]:
        """The coordinates that the rows inside a computed number ask."""
        if at not in self._asked:
            coordinate = self._coordinates[at]
            self._asked[at] = asked_in(coordinate.number) if isinstance(coordinate, Derived) else ()
        return self._asked[at]

    def _in_order(self, at: int, done: Mapping[int, object]) -> list[int]:
        """A coordinate and those that it reads, each after those that it reads itself; but for what is done."""
        found: dict[int, None] = {}
        opened: set[int] = set()
        waiting = [at]
        while waiting:
            one = waiting[-1]
            missing: list[int] = []
            if one not in opened:
                missing = [below for below in self._asks(one) if below not in done and below not in found]
            opened.add(one)
            if missing:
                waiting += missing
                continue
            found[waiting.pop()] = None
        return list(found)

    def _reads(self, at: int, copies: Mapping[str, int]) -> frozenset[tuple[str, int]]:
        """The copies that a coordinate reads; those that all share are left out."""
        mine = self.blanks(at)
        return frozenset(
            (name, copy) for name, copy in copies.items() if copy and mine & self._named.get(name, 0)
        )

    def boxes(self, variable: Variable) -> tuple[Box, ...]:
        """The values that a variable may take."""
        if variable not in self._boxes:
            self._boxes[variable] = tuple(self._boxes_of(variable))
        return self._boxes[variable]

    def points(self, at: int) -> Points | None:
        """The terms of a sum of points."""
        if at not in self._points:
            coordinate = self._coordinates[at]
            self._points[at] = points_of(coordinate.number) if isinstance(coordinate, Derived) else None
        return self._points[at]

    # --- reaching ---

    def reach(self) -> Mapping[int, int]:
        """The cells of the coordinates that have been looked at."""
        return self._reach

    def cells(self, at: int) -> int:
        """Every cell that a coordinate may lie in."""
        if at not in self._reach:
            for below in self._in_order(at, self._reach):  # so that a long chain is no deep one
                self._reach[below], self._dubious[below] = self._single(below)
        return self._reach[at]

    def _single(self, at: int) -> tuple[int, int]:
        """The cells that a coordinate may lie in, and those of them that only count because a search gave up."""
        coordinate = self._coordinates[at]
        every = (1 << size(coordinate)) - 1
        if isinstance(coordinate, Entered | Prescribed):
            return every, 0
        if not isinstance(coordinate, Derived) or (self.points(at) is None and not self.blanks(at)):
            return self._touched_cells(at, {one: self.boxes(one) for one in self.variables(at)}), 0
        before, self._doubt = self._doubt, False
        found, dubious = 0, 0
        if self.points(at) is not None:
            try:
                sums = self._reachable_sums([(at, frozenset(), every)], [])
                found = reduce(or_, (self._cells_of_sums(at, one, one) for (one,) in sums), 0)
                dubious = found if self._doubt else 0
            except TooLong:
                found = dubious = every
        else:
            for cell in range(size(coordinate)):
                self._doubt = False
                if self._looked_for(((at, frozenset(), 1 << cell),)):
                    found |= 1 << cell
                    dubious |= 1 << cell if self._doubt else 0
        self._doubt = before
        return found, dubious

    def _cells_of_sums(self, at: int, low: int, high: int) -> int:
        """The cells of the sums of points from one to another, in grains."""
        if at not in self._firsts:
            coordinate, points = self._coordinates[at], self.points(at)
            assert isinstance(coordinate, Derived) and points is not None
            cuts = [(value / points.grain, after) for value, after in coordinate.cuts]
            self._firsts[at] = [floor(value) + 1 if after else ceil(value) for value, after in cuts]
        first, last = bisect_right(self._firsts[at], low), bisect_right(self._firsts[at], high)
        return (1 << last + 1) - (1 << first)

    def sought(self, constraints: Sequence[Constraint]) -> bool | None:
        """Whether one choice of values meets all constraints; None where the search gave up."""
        self._doubt = False
        found = self.reachable(constraints)
        return None if found and self._doubt else found

    def _remembered(self, key: object, compute: Callable[[], T]) -> T:
        """What is computed, and whether a search gave up on the way: that makes it doubtful, now and later."""
        before, self._doubt = self._doubt, False
        found = compute()
        if self._doubt:
            self._doubted.add(key)
        self._doubt = before or self._doubt
        return found

    def _recall(self, key: object) -> None:
        self._doubt = self._doubt or key in self._doubted

    def reachable(self, constraints: Sequence[Constraint]) -> bool:
        """Whether one choice of values meets all constraints; also where the search gave up."""
        asked = self._narrowed(constraints)
        return asked is not None and all(self._met(part) for _, part in self._independent(asked))

    def _narrowed(self, constraints: Iterable[Constraint]) -> list[_Asked] | None:
        """The constraints in order, one a coordinate and copy, without those that hold anyhow; None where one can't."""
        masks: dict[tuple[int, frozenset[tuple[str, int]]], int] = {}
        for at, mask, copies in constraints:
            key = at, self._reads(at, copies) if copies else frozenset()
            masks[key] = masks.get(key, -1) & mask
        asked: list[_Asked] = []
        for (at, read), mask in masks.items():
            if isinstance(self._coordinates[at], Entered | Prescribed):
                continue
            reach = self.cells(at)
            if not reach & mask:
                return None
            if reach & ~mask:
                asked.append((at, read, mask & reach))
        return sorted(asked, key=lambda one: (one[0], sorted(one[1])))

    def _independent(self, asked: Sequence[_Asked]) -> list[tuple[Reads, tuple[_Asked, ...]]]:
        """The constraints in parts that share no open variable: what one part chooses is nothing to another."""
        parts = _sharing([self._copies(at, read) for at, read, _ in asked])
        return [(reads, tuple(asked[place] for place in part)) for reads, part in parts]

    def _copies(self, at: int, read: frozenset[tuple[str, int]]) -> Reads:
        """The open variables of a coordinate, those of each copy by themselves."""
        own = [self.blanks(at), 0, 0]
        for name, copy in read:
            bits = own[0] & self._named[name]
            own[0] ^= bits
            own[copy] |= bits
        return own[0], own[1], own[2]

    def _met(self, asked: tuple[_Asked, ...]) -> bool:
        if len(asked) == 1:  # its cells can be reached, and nothing else is asked
            at, _, mask = asked[0]
            self._doubt = self._doubt or not mask & ~self._dubious.get(at, 0)
            return True
        if asked not in self._known:
            found = self._remembered(asked, lambda: self._looked_for(asked))
            if self.effort.is_spent():  # what was cut short may yet be decided, with more effort
                self._doubted.discard(asked)
                return found
            self._known[asked] = found
        self._recall(asked)
        return self._known[asked]

    def _looked_for(self, asked: tuple[_Asked, ...]) -> bool:
        try:
            if any(self.points(at) is not None for at, _, _ in asked):
                sums = [one for one in asked if self.points(one[0]) is not None]
                others = [one for one in asked if self.points(one[0]) is None]
                return self._some_sum(sums, others)
            return self._searched(asked)
        except TooLong:
            self._doubt = True
            return True

    # --- sums of points ---

    def _some_sum(self, asked: Sequence[_Asked], others: Sequence[_Asked]) -> bool:
        """Whether some sums come out together that lie in the cells asked, where the other constraints hold.

        A few of them are led through first, for most searches find one; then all.
        """
        width = len(asked)
        every = [self._steps(group, width) for group in self._groups(asked, others)]
        if not all(every):
            return False
        ends = [[(min(one), max(one)) for one in zip(*steps, strict=True)] for steps in every]
        widest_first = sorted(range(len(every)), key=lambda at: sum(low - high for low, high in ends[at]))
        rest = [(sum(low for low, _ in one), sum(high for _, high in one)) for one in zip(*ends, strict=True)]
        rest = rest or [(0, 0)] * width
        stages: list[_Stage] = [(((0,) * width,), rest)]
        for at in widest_first:
            rest = [(low - mine[0], high - mine[1]) for (low, high), mine in zip(rest, ends[at], strict=True)]
            stages.append((every[at], rest))
        return self._led(asked, stages, thinned=True) or self._led(asked, stages, thinned=False)

    def _led(self, asked: Sequence[_Asked], stages: Sequence["_Stage"], *, thinned: bool) -> bool:
        """Whether sums lead into the cells asked, group by group.

        What can't come to lie there any more is dropped; what will lie there whatever follows is the answer.
        """
        found = {tuple(self._constant(at) for at, _, _ in asked)}
        for steps, rest in stages:
            open_sums: set[tuple[int, ...]] = set()
            for one in {tuple(map(add, one, step)) for one in found for step in steps}:
                inside = True
                for (at, _, mask), value, (low, high) in zip(asked, one, rest, strict=True):
                    cells = self._cells_of_sums(at, value + low, value + high)
                    if not cells & mask:
                        break
                    inside = inside and not cells & ~mask
                else:
                    if inside:
                        return True
                    open_sums.add(one)
            found = open_sums
            if thinned and len(found) > FEW_SUMS:
                found = set(sorted(found)[:: -(-len(found) // FEW_SUMS)])
            self._spend(len(found))
            if len(found) > MOST_SUMS:
                raise TooLong
        return False

    def _reachable_sums(self, sums: Sequence[_Asked], others: Sequence[_Asked]) -> frozenset[tuple[int, ...]]:
        """The sums that come out together, in their grains, where the other constraints hold."""
        found: frozenset[tuple[int, ...]] = frozenset([tuple(self._constant(at) for at, _, _ in sums)])
        for group in self._groups(sums, others):
            steps = self._steps(group, len(sums))
            found = frozenset(tuple(map(add, one, step)) for one in found for step in steps)
            if len(found) > MOST_SUMS:
                raise TooLong
        return found

    def sums(self, at: int) -> list[Fraction] | None:
        """The sums of points that come out, the least first; None of another number, and where the search gave up."""
        points = self.points(at)
        if points is None:
            return None
        self._doubt = False
        try:
            found = self._reachable_sums([(at, frozenset(), -1)], [])
        except TooLong:
            return None
        return None if self._doubt else sorted(one * points.grain for (one,) in found)

    def _steps(self, group: tuple["_Factor", ...], width: int) -> frozenset[tuple[int, ...]]:
        """What the terms of a group come to together."""
        key = group, width
        if key not in self._sums:
            self._sums[key] = self._remembered(key, lambda: frozenset(self._together(group, width)))
        self._recall(key)
        return self._sums[key]

    def _constant(self, at: int) -> int:
        points = self.points(at)
        assert points is not None
        return points.constant

    def _groups(self, sums: Sequence[_Asked], others: Sequence[_Asked]) -> list[tuple["_Factor", ...]]:
        """Terms and other constraints, together where they share an open variable."""
        factors: list[_Factor] = []
        for place, (at, read, _) in enumerate(sums):
            points = self.points(at)
            assert points is not None
            for term in points.terms:
                rows = tuple(
                    (cells, value)
                    for cells, value in term
                    if all(self.cells(one) & mask for one, mask in cells)
                )
                factors.append((place, rows, read))
        factors += [(-1, ((((at, mask),), 0),), read) for at, read, mask in others]
        parts = _sharing([self._read_by(factor) for factor in factors])
        return [tuple(factors[place] for place in part) for _, part in parts]

    def _read_by(self, factor: "_Factor") -> Reads:
        """The open variables that the rows of a term ask."""
        _, rows, read = factor
        copies = dict(read)
        found = NO_READS
        for at in {one for cells, _ in rows for one, _ in cells}:
            found = _union(found, self._copies(at, self._reads(at, copies)))
        return found

    def _together(self, group: Sequence["_Factor"], width: int) -> set[tuple[int, ...]]:
        """What the terms of a group come to, for every choice of values.

        Term by term: the sums so far, by what the rows chosen leave to the variables that later terms ask.
        """
        reads = [self._read_by(factor) for factor in group]
        order = _few_at_a_time(reads)
        later = NO_READS
        still: list[Reads] = []
        for place in reversed(order):
            still.append(later)
            later = _union(later, reads[place])
        found: dict[tuple[_Asked, ...], set[tuple[int, ...]]] = {(): {(0,) * width}}
        looked = 0
        for later, (place, rows, read) in zip(reversed(still), (group[at] for at in order), strict=True):
            copies = dict(read)
            more: dict[tuple[_Asked, ...], set[tuple[int, ...]]] = {}
            looked += len(found) * len(rows)
            self._spend(len(found) * len(rows))
            if looked > box_search.MOST_BOXES:
                raise TooLong
            for before, sums in found.items():
                known = [(at, mask, dict(own)) for at, own, mask in before]
                for cells, value in rows:
                    asked = self._narrowed([*known, *((at, mask, copies) for at, mask in cells)])
                    if asked is None:
                        continue
                    apart = self._independent(asked)
                    if all(self._met(part) for _, part in apart):
                        kept = tuple(one for own, part in apart if _share(own, later) for one in part)
                        more.setdefault(kept, set()).update(_raised(sums, place, value))
            found = more
            if sum(map(len, found.values())) > MOST_SUMS:
                raise TooLong
        return {one for sums in found.values() for one in sums}

    # --- boxes ---

    def _searched(self, asked: tuple[_Asked, ...]) -> bool:
        """Whether some values meet all constraints."""
        wanted: list[Wanted] = []
        state: dict[Copy, tuple[Box, ...]] = {}
        for at, read, mask in asked:
            copies = dict(read)
            pairs = tuple((one, (*one, copies.get(one[0], 0))) for one in self.variables(at))
            wanted.append((at, mask, pairs))
            state.update({copy: self.boxes(one) for one, copy in pairs})

        def touched(at: int, boxes: Mapping[Variable, tuple[Box, ...]]) -> int:
            self._spend(1)
            return self._touched_cells(at, boxes)

        return some_values(wanted, state, touched, lambda name, unit: self._grid(name)[unit][2])

    def _spend(self, steps: int) -> None:
        self.effort.spend(steps)
        if self.effort.is_spent():
            raise TooLong

    def _touched_cells(self, at: int, boxes: Mapping[Variable, tuple[Box, ...]]) -> int:
        """Every cell that the boxes touch, and perhaps more until they are small."""
        mine = {one: boxes[one] for one in self.variables(at)}  # what else is open is nothing to its rounding
        key = at, tuple(mine.values())
        if key not in self._touched:
            self._touched[key] = self._touch(at, mine)
        return self._touched[key]

    def _touch(self, at: int, boxes: Mapping[Variable, tuple[Box, ...]]) -> int:
        coordinate = self._coordinates[at]
        match coordinate:
            case Numbers(name, cuts, pieces):
                found = 0
                for box in boxes[name, ""]:
                    if box.named:
                        found |= 1 << len(pieces) + self._place(at, box.named)
                        continue
                    low, step, _ = self._grid(name)[box.unit]
                    first = piece_of(cuts, box.unit, low + box.low * step)
                    last = piece_of(cuts, box.unit, low + box.high * step)
                    found |= sum(1 << cell for cell, piece in enumerate(pieces) if first <= piece <= last)
                return found
            case Values(name) | Readings(name):
                return sum({1 << self._place(at, box.named) for box in boxes[name, ""]})
            case Member(name, member):
                return sum({2 if box.named == "yes" else 1 for box in boxes[name, member]})
            case Derived(number, _, _, cuts, _):
                found_range = self.range(number, boxes)
                found = 0
                if found_range.numbers:
                    first = piece_between(cuts, found_range.low)
                    last = piece_between(cuts, found_range.high)
                    found = (1 << last + 1) - (1 << first)
                return found | (1 << len(cuts) + 1 if found_range.undefined else 0)
            case Entered() | Prescribed():
                return (1 << size(coordinate)) - 1

    def range(self, number: Number, boxes: Mapping[Variable, tuple[Box, ...]]) -> Range:
        """The least and the largest value over the boxes: never too narrow, and exact where they are single values."""

        def read(name: str) -> Range:
            of = boxes[name, ""]
            numbers = [box for box in of if not box.named]
            if not numbers:
                return NOTHING
            low = min(self._value(name, box.unit, box.low) for box in numbers)
            high = max(self._value(name, box.unit, box.high) for box in numbers)
            return Range(low, high, len(numbers) < len(of))

        single = all(len(of) == 1 and of[0].low == of[0].high for of in boxes.values())
        return range_of(number, read, lambda at: self._touched_cells(at, boxes), single)

    def shown(self, number: Number) -> Range:
        """The least and the largest value of a number; of a sum of points, those that are reached."""
        points = points_of(number)
        if points is None:
            boxes = {one: self.boxes(one) for one in self._variables_of(number)}
            return self.range(number, boxes)
        at = -1 - len(self._points)
        self._points[at] = points
        try:
            sums = [one[0] * points.grain for one in self._reachable_sums([(at, frozenset(), -1)], [])]
        except TooLong:
            boxes = {one: self.boxes(one) for one in self._variables_of(number)}
            return self.range(number, boxes)
        return Range(min(sums), max(sums), False)

    def _variables_of(self, number: Number) -> tuple[Variable, ...]:
        names = {(name, ""): None for name in read_in(number)}
        for at in asked_in(number):
            names.update(dict.fromkeys(self.variables(at)))
        return tuple(names)

    def blanks_in(self, number: Number) -> set[str]:
        """The inputs of a number that may take several values."""
        return {name for name, member in self._variables_of(number) if self._bit((name, member))}

    def _place(self, at: int, value: str) -> int:
        if at not in self._places:
            match self._coordinates[at]:
                case Values(_, values) | Readings(_, values) | Numbers(_, _, _, values):
                    self._places[at] = {name: cell for cell, name in enumerate(values)}
                case _:
                    raise AssertionError("only values have names")
        return self._places[at][value]

    def _grid(self, name: str) -> tuple[tuple[Fraction, Fraction, int], ...]:
        if name not in self._grids:
            self._grids[name] = grids(self._inputs[name].type)
        return self._grids[name]

    def _value(self, name: str, unit: int, at: int) -> Fraction:
        key = (name, unit, at)
        if key not in self._values:
            low, step, _ = self._grid(name)[unit]
            self._values[key] = base_value(self._inputs[name].type, unit, low + at * step)
        return self._values[key]


_Factor = tuple[int, tuple[tuple[tuple[tuple[int, int], ...], int], ...], frozenset[tuple[str, int]]]
"""Which sum a term is of (-1 for a constraint that is none), its rows, and the copies that it reads."""


_Stage = tuple[Iterable[tuple[int, ...]], Sequence[tuple[int, int]]]
"""What a group of terms may add to each sum, and the least and the most that those behind it may add."""


def asked_in(number: Number) -> tuple[int, ...]:
    """The coordinates that the rows inside a number ask."""
    return tuple(dict.fromkeys(at for one in parts(number) if isinstance(one, Picked) for at, _ in one.cells))


def read_in(number: Number) -> tuple[str, ...]:
    """The inputs that a number reads itself."""
    return tuple(dict.fromkeys(one.input for one in parts(number) if isinstance(one, Read)))


def whole_domain(
    variable: Variable, inputs: Mapping[str, ir.Input], readings: Mapping[str, ir.Reading]
) -> tuple[Box, ...]:
    """Everything that may be entered."""
    name, member = variable
    if member:
        return named_boxes(("no", "yes"))
    if name in readings:
        return named_boxes([value.id for value in readings[name].values])
    entry = inputs[name]
    match entry.type:
        case ir.Boolean():
            return named_boxes(("no", "yes"))
        case ir.OneOf(values):
            return named_boxes([value.id for value in values])
        case ir.AnyOf():
            raise AssertionError("a set is asked member by member")
        case _:
            numbers = [Box(unit, 0, steps) for unit, (_, _, steps) in enumerate(grids(entry.type))]
            return (*numbers, *named_boxes([value.id for value in entry.named]))


def named_boxes(names: Sequence[str]) -> tuple[Box, ...]:
    """One box for each name."""
    return tuple(Box(0, 0, 0, name) for name in names)


def base_value(kind: ir.Type, unit: int, value: Fraction) -> Fraction:
    """A number as entered, in base units."""
    match kind:
        case ir.Quantity(units):
            return in_base_units(value, units[unit].unit)
        case ir.Duration(word):
            return in_base_units(value, word, True)
        case _:
            return value


def _share(first: Reads, second: Reads) -> bool:
    """Whether two have a variable in common."""
    return bool(first[0] & second[0] or first[1] & second[1] or first[2] & second[2])


def _union(first: Reads, second: Reads) -> Reads:
    return first[0] | second[0], first[1] | second[1], first[2] | second[2]


def _sharing(every: Sequence[Reads]) -> list[tuple[Reads, tuple[int, ...]]]:
    """Positions in parts that share no open variable, each part with all it reads; what reads none stands alone."""
    parts: list[tuple[Reads, tuple[int, ...]]] = []
    for place, own in enumerate(every):
        reads: Reads = own
        members: tuple[int, ...] = (place,)
        apart: list[tuple[Reads, tuple[int, ...]]] = []
        for known, others in parts:
            if _share(known, reads):
                reads, members = _union(known, reads), others + members
            else:
                apart.append((known, others))
        parts = [*apart, (reads, members)]
    return parts


def _few_at_a_time(reads: Sequence[Reads]) -> list[int]:
    """The order in which each next one brings in the fewest variables, so that few are open at a time."""
    order: list[int] = []
    seen = NO_READS
    rest = list(range(len(reads)))
    while rest:
        chosen = min(rest, key=lambda at: sum(bits.bit_count() for bits in _union(seen, reads[at])))
        seen = _union(seen, reads[chosen])
        order.append(chosen)
        rest.remove(chosen)
    return order


def _raised(sums: set[tuple[int, ...]], place: int, value: int) -> set[tuple[int, ...]]:
    """Sums with so many points more at a place; as they are where the place is none."""
    if place < 0 or not value:
        return sums
    return {(*one[:place], one[place] + value, *one[place + 1 :]) for one in sums}
