"""Which rows a record may still meet, and which inputs stand between it and an answer.

A completion gives every blank a value. The cells that an input may be in are bits; a row is possible where its bits meet
the record's. Values computed from blanks are searched: boxes of values are split until they lie inside or outside.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

from guidec import ir
from guidec.bounds import Bounds, combine
from guidec.evaluate.record import Amount, Entry, Record
from guidec.lower.coordinates import grids, piece_of, size
from guidec.numbers import constant_value, in_base_units
from guidec.rows import Coordinate, Derived, Entered, Member, Numbers, Prescribed, Readings, Row, Values

MOST_BOXES = 20_000

Variable = tuple[str, int]
"""An input, and which of two completions its value belongs to; 0 where both share it."""


@dataclass(frozen=True, slots=True)
class Box:
    """Values of one input: `steps` of a grid in one unit, or one named value."""

    unit: int
    low: int
    high: int
    named: str = ""


class Completions:
    """The completions of one record. Holds the cells of every coordinate, so that no blank is resolved twice."""

    def __init__(self, guideline: ir.Guideline, coordinates: Sequence[Coordinate], record: Record) -> None:
        self.inputs = {entry.id: entry for entry in guideline.inputs}
        self.order = [entry.id for entry in guideline.inputs]
        self.coordinates = coordinates
        self.record = record
        self.cells: dict[int, int] = {}
        for at, coordinate in enumerate(coordinates):
            if not isinstance(coordinate, Derived):
                self.cells[at] = self._cells(coordinate)
        for at, coordinate in enumerate(coordinates):
            if isinstance(coordinate, Derived):
                self.cells[at] = self._derived_cells(at)

    # --- cells ---

    def _cells(self, coordinate: Coordinate) -> int:
        every = (1 << size(coordinate)) - 1
        match coordinate:
            case Values(name, values):
                entry = self.record.entries[name]
                return sum(1 << values.index(str(value)) for value in entry.values) or every
            case Numbers(name):
                cells = 0
                for value in self.record.entries[name].values:
                    cells |= 1 << self._cell_of(coordinate, value)
                return cells or every
            case Member(name, member):
                entry = self.record.entries[name]
                if not entry.values:
                    return every
                members = entry.values[0]
                assert isinstance(members, frozenset)
                return 2 if member in members else 1
            case Readings(name, values):
                return (
                    1 << values.index(self.record.readings[name]) if name in self.record.readings else every
                )
            case Entered(name):
                return self._entered(self.record.entries[name])
            case Prescribed():
                return every
            case Derived():
                raise AssertionError("searched separately")

    def _entered(self, entry: Entry) -> int:
        if len(entry.values) != 1:
            return 2 if entry.values else 1
        return 8 if entry.values == ("yes",) else 4

    def _cell_of(self, coordinate: Numbers, value: object) -> int:
        if isinstance(value, Amount):
            return coordinate.cells.index(piece_of(coordinate.cuts, value.unit, value.value))
        return len(coordinate.cells) + coordinate.named.index(str(value))

    def _derived_cells(self, at: int) -> int:
        coordinate = self.coordinates[at]
        return sum(1 << cell for cell in range(size(coordinate)) if self._reachable([(at, 1 << cell, {})]))

    # --- rows ---

    def possible(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that some completion meets."""
        return [row for row in rows if self._meets(row)]

    def _meets(self, row: Row) -> bool:
        if any(not self.cells[at] & mask for at, mask in row.cells):
            return False
        constraints = [(at, mask, {}) for at, mask in row.cells]
        return not self._tangled(constraints) or self._reachable(constraints)

    def _tangled(self, constraints: Sequence[tuple[int, int, dict[str, int]]]) -> bool:
        """Whether a computed value shares a blank with another part of the row, so that cells alone don't decide."""
        seen: set[str] = set()
        derived = False
        for at, _, _ in constraints:
            coordinate = self.coordinates[at]
            names = (
                coordinate.inputs
                if isinstance(coordinate, Derived)
                else (coordinate.input,)
                if isinstance(coordinate, Numbers)
                else ()
            )
            blanks = {name for name in names if len(self.record.entries[name].values) != 1}
            if blanks & seen:
                derived = True
            seen |= blanks
        return derived

    # --- needs ---

    def needs(self, groups: Sequence[tuple[Row, int]], constrained: bool) -> list[str]:
        """The blanks that decide between the possible rows, each with the group of its outcome, in declared order.

        Each input for which two completions that differ only there have different outcomes. With `impossible`
        (`constrained`) that set may not settle the answer: then the first of the smallest sets that do.
        """
        blanks = [name for name in self.order if len(self.record.entries[name].values) != 1]
        pairs = [
            (first[0], second[0])
            for at, first in enumerate(groups)
            for second in groups[:at]
            if first[1] != second[1]
        ]
        touched = [
            (first, second, apart)
            for first, second in pairs
            if (apart := self._apart(first, second)) is not None
        ]
        if not touched:
            return []
        read = {name for row, _ in groups for at, _ in row.cells for name in _inputs(self.coordinates[at])}
        candidates = [name for name in blanks if name in read]
        found = [
            name
            for name in candidates
            if any(apart <= {name} and self._agree(first, second, {name}) for first, second, apart in touched)
        ]
        if not constrained:
            return found
        rest = [name for name in candidates if name not in found]
        for more in range(len(rest) + 1):
            for extra in combinations(rest, more):
                settling = {*found, *extra}
                free = {name for name in candidates if name not in settling}
                if not any(
                    apart <= free and self._agree(first, second, free) for first, second, apart in touched
                ):
                    return [name for name in candidates if name in settling]
        raise AssertionError("knowing everything settles the answer")

    def _apart(self, first: Row, second: Row) -> set[str] | None:
        """The inputs in which two rows surely differ; None where they differ in a reading or in the answer."""
        other = dict(second.cells)
        apart: set[str] = set()
        for at, mask in first.cells:
            if mask & other.get(at, -1) & self.cells[at]:
                continue
            coordinate = self.coordinates[at]
            if isinstance(coordinate, Readings | Entered | Prescribed):
                return None
            if not isinstance(coordinate, Derived):
                apart.update(_inputs(coordinate))
        return apart

    def _agree(self, first: Row, second: Row, free: set[str]) -> bool:
        """Whether two completions, one of each row, agree in every input that isn't free."""
        left = [(at, mask, dict.fromkeys(free, 1)) for at, mask in first.cells]
        right = [(at, mask, dict.fromkeys(free, 2)) for at, mask in second.cells]
        derived = any(isinstance(self.coordinates[at], Derived) for at, _, _ in (*left, *right))
        return not derived or self._reachable([*left, *right])

    # --- search ---

    def _reachable(self, constraints: Sequence[tuple[int, int, dict[str, int]]]) -> bool:
        """Whether one choice of values meets all constraints: (coordinate, cells, which copy of each input)."""
        numeric = [
            (self.coordinates[at], mask, copies)
            for at, mask, copies in constraints
            if isinstance(self.coordinates[at], Derived | Numbers)
        ]
        variables = self._variables(numeric)
        waiting = [{name: tuple(boxes) for name, boxes in variables.items()}]
        looked = 0
        while waiting:
            state = waiting.pop()
            looked += 1
            if looked > MOST_BOXES:
                return True
            several = next((name for name, boxes in state.items() if len(boxes) > 1), None)
            if several is not None:
                waiting += [{**state, several: (box,)} for box in reversed(state[several])]
                continue
            boxes = {name: found[0] for name, found in state.items()}
            inside = True
            for coordinate, mask, copies in numeric:
                cells = self._cells_of_box(coordinate, copies, boxes)
                if not cells & mask:
                    break
                inside = inside and not cells & ~mask
            else:
                if inside:
                    return True
                waiting += _halves(boxes)
        return False

    def _variables(
        self, numeric: Sequence[tuple[Coordinate, int, dict[str, int]]]
    ) -> dict[Variable, list[Box]]:
        found: dict[Variable, list[Box]] = {}
        for coordinate, _, copies in numeric:
            for name in _inputs(coordinate):
                found.setdefault((name, copies.get(name, 0)), self._boxes(name))
        return found

    def _boxes(self, name: str) -> list[Box]:
        entry = self.inputs[name]
        units = grids(entry.type)
        values = self.record.entries[name].values
        if not values:
            named = [Box(0, 0, 0, value.id) for value in entry.named]
            return [*(Box(unit, 0, steps) for unit, (_, _, steps) in enumerate(units)), *named]
        found: list[Box] = []
        for value in values:
            if isinstance(value, Amount):
                low, step, _ = units[value.unit]
                at = int((value.value - low) / step)
                found.append(Box(value.unit, at, at))
            else:
                found.append(Box(0, 0, 0, str(value)))
        return found

    def _cells_of_box(
        self, coordinate: Coordinate, copies: dict[str, int], boxes: dict[Variable, Box]
    ) -> int:
        match coordinate:
            case Numbers(name, cuts, pieces, named):
                box = boxes[name, copies.get(name, 0)]
                if box.named:
                    return 1 << len(pieces) + named.index(box.named)
                low, step, _ = grids(self.inputs[name].type)[box.unit]
                first = piece_of(cuts, box.unit, low + box.low * step)
                last = piece_of(cuts, box.unit, low + box.high * step)
                return sum(1 << cell for cell, piece in enumerate(pieces) if first <= piece <= last)
            case Derived(number, names, derived_cuts, _):
                if any(boxes[name, copies.get(name, 0)].named for name in names):
                    return 1 << len(derived_cuts) + 1
                low, high = self._bounds(number, copies, boxes)
                first = sum(1 for cut in derived_cuts if low > cut[0] or (low == cut[0] and not cut[1]))
                last = sum(1 for cut in derived_cuts if high > cut[0] or (high == cut[0] and not cut[1]))
                return sum(1 << cell for cell in range(first, last + 1))
            case _:
                raise AssertionError("only numbers are searched")

    def _bounds(self, number: ir.Number, copies: dict[str, int], boxes: dict[Variable, Box]) -> Bounds:
        match number:
            case ir.Constant() | ir.Day():
                value = constant_value(number)
                return value, value
            case ir.Measure(name):
                box = boxes[name, copies.get(name, 0)]
                kind = self.inputs[name].type
                low, step, _ = grids(kind)[box.unit]
                return (
                    base_value(kind, box.unit, low + box.low * step),
                    base_value(kind, box.unit, low + box.high * step),
                )
            case ir.Arithmetic(op, left, right):
                return combine(op, self._bounds(left, copies, boxes), self._bounds(right, copies, boxes))
            case ir.DefinedNumber():
                raise AssertionError("definitions were put in")

    def range_of(self, number: ir.Number) -> Bounds | None:
        """The least and the largest value of a number for this record; None where an input of it is a named value."""
        names = sorted(_measures(number), key=self.order.index)
        low: Fraction | None = None
        high: Fraction | None = None
        for state in _products(
            {(name, 0): [box for box in self._boxes(name) if not box.named] for name in names}
        ):
            bounds = self._bounds(number, {}, state)
            low = bounds[0] if low is None else min(low, bounds[0])
            high = bounds[1] if high is None else max(high, bounds[1])
        return None if low is None or high is None else (low, high)


def base_value(kind: ir.Type, unit: int, value: Fraction) -> Fraction:
    """A number as entered, in base units."""
    match kind:
        case ir.Quantity(units):
            return in_base_units(value, units[unit].unit)
        case ir.Duration(word):
            return in_base_units(value, word, True)
        case _:
            return value


def _inputs(coordinate: Coordinate) -> tuple[str, ...]:
    match coordinate:
        case Values(name) | Numbers(name) | Member(name):
            return (name,)
        case Derived(_, names):
            return names
        case Readings() | Entered() | Prescribed():
            return ()


def _measures(number: ir.Number) -> set[str]:
    match number:
        case ir.Measure(name):
            return {name}
        case ir.Arithmetic(_, left, right):
            return _measures(left) | _measures(right)
        case _:
            return set()


def _halves(boxes: dict[Variable, Box]) -> list[dict[Variable, tuple[Box, ...]]]:
    """Split the longest box in two."""
    name = max(boxes, key=lambda one: (boxes[one].high - boxes[one].low, one))
    box = boxes[name]
    if box.low == box.high:
        return []
    middle = (box.low + box.high) // 2
    halves = (Box(box.unit, middle + 1, box.high), Box(box.unit, box.low, middle))
    return [{**{other: (found,) for other, found in boxes.items()}, name: (half,)} for half in halves]


def _products(variables: dict[Variable, list[Box]]) -> list[dict[Variable, Box]]:
    states: list[dict[Variable, Box]] = [{}]
    for name, boxes in variables.items():
        states = [{**state, name: box} for state in states for box in boxes]
    return states
