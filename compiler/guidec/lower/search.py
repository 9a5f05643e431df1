"""Coordinates and the values that inputs may take, to whether some choice of values lies in given cells.

Numbers that are computed are searched: boxes of values are split until they lie inside the cells or outside. Sums of points
are not: their terms are gathered group by group, each group the terms that share an input, and the sums that come out are
counted. Exact on every grid; a search that grows too long counts as reachable.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from operator import add
from typing import NamedTuple

from guidec import ir
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

MOST_BOXES = 20_000
MOST_SUMS = 100_000

Constraint = tuple[int, int, Mapping[str, int]]
"""A coordinate's position, cells of it as bits, and which copy of an input it reads; 0 where all share it."""

Variable = tuple[str, str]
"""An input, or a member of a set; the second name is empty but for members."""

_Copy = tuple[str, str, int]
_Asked = tuple[int, frozenset[tuple[str, int]], int]
"""A coordinate, the copies that it reads, and its cells."""


class Box(NamedTuple):
    """Values of one input: `steps` of a grid in one unit, or one named value (of a set: whether it holds the member)."""

    unit: int
    low: int
    high: int
    named: str = ""


class TooLong(Exception):
    """The search has looked at more than it may."""


class Search:
    """Searches over the same inputs share what they have computed; `boxes_of` gives the values that a variable may take.

    A class, as Diagrams is: it holds tables that make the next search fast.
    """

    def __init__(
        self,
        inputs: Mapping[str, ir.Input],
        coordinates: Sequence[Coordinate],
        boxes_of: Callable[[Variable], Sequence[Box]],
    ) -> None:
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
        self._reach: dict[int, int] = {}
        self._touched: dict[tuple[int, tuple[tuple[Box, ...], ...]], int] = {}
        self._known: dict[tuple[_Asked, ...], bool] = {}
        self._sums: dict[object, frozenset[tuple[int, ...]]] = {}

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
            several = len(boxes) != 1 or boxes[0].low != boxes[0].high
            self._bits[variable] = 1 << len(self._bits) if several else 0
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

    def cells(self, at: int) -> int:
        """Every cell that a coordinate may lie in."""
        if at not in self._reach:
            for below in self._in_order(at, self._reach):  # so that a long chain is no deep one
                self._reach[below] = self._single(below)
        return self._reach[at]

    def _single(self, at: int) -> int:
        coordinate = self._coordinates[at]
        every = (1 << size(coordinate)) - 1
        if isinstance(coordinate, Entered | Prescribed):
            return every
        if not isinstance(coordinate, Derived):
            return self._touched_cells(at, {one: self.boxes(one) for one in self.variables(at)})
        if self.points(at) is not None:
            try:
                sums = self._reachable_sums([(at, frozenset(), every)], [])
            except TooLong:
                return every
            return self._cells_of_sums(at, [one[0] for one in sums])
        if not self.blanks(at):
            return self._touched_cells(at, {one: self.boxes(one) for one in self.variables(at)})
        found = 0
        for cell in range(size(coordinate)):
            if self._searched(((at, frozenset(), 1 << cell),)):
                found |= 1 << cell
        return found

    def _cells_of_sums(self, at: int, sums: Sequence[int]) -> int:
        coordinate, points = self._coordinates[at], self.points(at)
        assert isinstance(coordinate, Derived) and points is not None
        found = 0
        for one in sums:
            found |= 1 << piece_between(coordinate.cuts, one * points.grain)
        return found

    def reachable(self, constraints: Sequence[Constraint]) -> bool:
        """Whether one choice of values meets all constraints."""
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
                return False
            if reach & ~mask:  # else it holds anyhow
                asked.append((at, read, mask & reach))
        return all(self._met(part) for part in self._independent(asked))

    def _independent(self, asked: Sequence[_Asked]) -> list[tuple[_Asked, ...]]:
        """The constraints in parts that share no open variable: what one part chooses is nothing to another."""
        parts: list[tuple[set[tuple[int, int]], tuple[_Asked, ...]]] = []
        for one in asked:
            names = self._copies(one[0], one[1])
            members: tuple[_Asked, ...] = (one,)
            apart: list[tuple[set[tuple[int, int]], tuple[_Asked, ...]]] = []
            for known, others in parts:
                if _share(known, names):
                    names, members = names | known, (*others, *members)
                else:
                    apart.append((known, others))
            parts = [*apart, (names, members)]
        return [members for _, members in parts]

    def _copies(self, at: int, read: frozenset[tuple[str, int]]) -> set[tuple[int, int]]:
        """The open variables of a coordinate as bits, those of each copy by themselves."""
        shared = self.blanks(at)
        if not read:
            return {(0, shared)}
        found: set[tuple[int, int]] = set()
        for name, copy in read:
            found.add((copy, shared & self._named[name]))
            shared &= ~self._named[name]
        return {*found, (0, shared)}

    def _met(self, asked: tuple[_Asked, ...]) -> bool:
        if len(asked) == 1:
            return True  # its cells can be reached, and nothing else is asked
        if asked not in self._known:
            try:
                if any(self.points(at) is not None for at, _, _ in asked):
                    sums = [one for one in asked if self.points(one[0]) is not None]
                    others = [one for one in asked if self.points(one[0]) is None]
                    found = self._some_sum(sums, self._reachable_sums(sums, others))
                else:
                    found = self._searched(asked)
            except TooLong:
                found = True
            self._known[asked] = found
        return self._known[asked]

    # --- sums of points ---

    def _some_sum(self, asked: Sequence[_Asked], sums: frozenset[tuple[int, ...]]) -> bool:
        """Whether some sums lie in the cells asked."""
        return any(
            all(
                self._cells_of_sums(at, [one]) & mask for (at, _, mask), one in zip(asked, found, strict=True)
            )
            for found in sums
        )

    def _reachable_sums(self, sums: Sequence[_Asked], others: Sequence[_Asked]) -> frozenset[tuple[int, ...]]:
        """The sums that come out together, in their grains, where the other constraints hold."""
        found: frozenset[tuple[int, ...]] = frozenset([tuple(self._constant(at) for at, _, _ in sums)])
        for group in self._groups(sums, others):
            key = tuple((place, rows, read) for place, rows, read in group), len(sums)
            if key not in self._sums:
                self._sums[key] = frozenset(self._together(group, len(sums)))
            steps = self._sums[key]
            found = frozenset(tuple(map(add, one, step)) for one in found for step in steps)
            if len(found) > MOST_SUMS:
                raise TooLong
        return found

    def _constant(self, at: int) -> int:
        points = self.points(at)
        assert points is not None
        return points.constant

    def _groups(self, sums: Sequence[_Asked], others: Sequence[_Asked]) -> list[tuple["_Factor", ...]]:
        """Terms and other constraints, together where they share an open variable."""
        factors: list[tuple[_Factor, set[tuple[int, int]]]] = []
        for place, (at, read, _) in enumerate(sums):
            points = self.points(at)
            assert points is not None
            for term in points.terms:
                rows = tuple(
                    (cells, value)
                    for cells, value in term
                    if all(self.cells(one) & mask for one, mask in cells)
                )
                names: set[tuple[int, int]] = set()
                copies = dict(read)
                for one in {one for cells, _ in rows for one, _ in cells}:
                    names |= self._copies(one, self._reads(one, copies))
                factors.append(((place, rows, read), names))
        for at, read, mask in others:
            factors.append(((-1, ((((at, mask),), 0),), read), self._copies(at, read)))
        groups: list[tuple[set[tuple[int, int]], tuple[_Factor, ...]]] = []
        alone: list[tuple[_Factor, ...]] = []
        for factor, read_by in factors:
            names = read_by
            if not any(open_bits for _, open_bits in names):
                alone.append((factor,))
                continue
            members: tuple[_Factor, ...] = (factor,)
            apart: list[tuple[set[tuple[int, int]], tuple[_Factor, ...]]] = []
            for known, those in groups:
                if _share(known, names):
                    names, members = names | known, (*those, *members)
                else:
                    apart.append((known, those))
            groups = [*apart, (names, members)]
        return [*alone, *(members for _, members in groups)]

    def _together(self, group: Sequence["_Factor"], width: int) -> set[tuple[int, ...]]:
        """What the terms of a group come to, for every choice of values."""
        found: set[tuple[int, ...]] = set()
        looked = 0
        waiting: list[tuple[int, tuple[int, ...], tuple[Constraint, ...]]] = [(0, (0,) * width, ())]
        while waiting:
            at, sums, chosen = waiting.pop()
            looked += 1
            if looked > MOST_BOXES:
                raise TooLong
            if at == len(group):
                found.add(sums)
                continue
            place, rows, read = group[at]
            copies = dict(read)
            for cells, value in rows:
                longer = (*chosen, *((one, mask, copies) for one, mask in cells))
                if self.reachable(longer):
                    more = sums if place < 0 else (*sums[:place], sums[place] + value, *sums[place + 1 :])
                    waiting.append((at + 1, more, longer))
        return found

    # --- boxes ---

    def _searched(self, asked: tuple[_Asked, ...]) -> bool:
        """Whether some values meet all constraints, by splitting boxes until they lie inside or outside."""
        of: dict[tuple[int, frozenset[tuple[str, int]]], tuple[tuple[Variable, _Copy], ...]] = {}
        variables: dict[_Copy, tuple[Box, ...]] = {}
        for at, read, _ in asked:
            copies = dict(read)
            pairs = tuple((one, (*one, copies.get(one[0], 0))) for one in self.variables(at))
            of[at, read] = pairs
            variables.update({copy: self.boxes(one) for one, copy in pairs})
        waiting = [variables]
        looked = 0
        while waiting:
            state = waiting.pop()
            looked += 1
            if looked > MOST_BOXES:
                return True
            unsettled: dict[_Copy, None] = {}
            for at, read, mask in asked:
                cells = self._touched_cells(at, {one: state[copy] for one, copy in of[at, read]})
                if not cells & mask:
                    break
                if cells & ~mask:
                    unsettled.update(dict.fromkeys(copy for _, copy in of[at, read]))
            else:
                if not unsettled:
                    return True
                waiting += _halves(state, unsettled)
        return False

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


def _share(first: set[tuple[int, int]], second: set[tuple[int, int]]) -> bool:
    """Whether two sets of copies have a variable in common."""
    return any(copy == other and mine & theirs for copy, mine in first for other, theirs in second)


def _halves(
    state: Mapping[_Copy, tuple[Box, ...]], unsettled: Mapping[_Copy, None]
) -> list[dict[_Copy, tuple[Box, ...]]]:
    """Split in two what leaves something open: several boxes, or else the longest."""
    several = [one for one in unsettled if len(state[one]) > 1]
    if several:
        chosen = min(several, key=lambda one: (len(state[one]), one))
        middle = len(state[chosen]) // 2
        return [{**state, chosen: state[chosen][middle:]}, {**state, chosen: state[chosen][:middle]}]
    longest = max(unsettled, key=lambda one: (state[one][0].high - state[one][0].low, one))
    box = state[longest][0]
    if box.low == box.high:
        return []
    middle = (box.low + box.high) // 2
    return [
        {**state, longest: (half,)}
        for half in (Box(box.unit, middle + 1, box.high), Box(box.unit, box.low, middle))
    ]
