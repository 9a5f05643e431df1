"""Coordinates and the values that inputs may take, to whether some choice of values lies in given cells.

Numbers that are computed from several inputs, or share one, are searched: boxes of values are split until they lie
inside the cells or outside. Exact on every grid; a search that grows too long counts as reachable.
"""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from guidec import ir
from guidec.bounds import Bounds, combine
from guidec.lower.coordinates import grids, piece_of
from guidec.numbers import constant_value, in_base_units
from guidec.rows import Coordinate, Derived, Numbers

MOST_BOXES = 20_000

Constraint = tuple[int, int, Mapping[str, int]]
"""A coordinate's position, cells of it as bits, and which copy of an input it reads; 0 where all share it."""

_Variable = tuple[str, int]
_Asked = tuple[int, int, tuple[_Variable, ...]]


class Box(NamedTuple):
    """Values of one input: `steps` of a grid in one unit, or one named value."""

    unit: int
    low: int
    high: int
    named: str = ""


class Search:
    """Searches over the same inputs share what they have computed; `boxes_of` gives the values that an input may take.

    A class, as Diagrams is: it holds tables that make the next search fast.
    """

    def __init__(
        self,
        inputs: Mapping[str, ir.Input],
        coordinates: Sequence[Coordinate],
        boxes_of: Callable[[str], Sequence[Box]],
    ) -> None:
        self._inputs = inputs
        self._coordinates = coordinates
        self._boxes_of = boxes_of
        self._grids: dict[str, tuple[tuple[Fraction, Fraction, int], ...]] = {}
        self._values: dict[tuple[str, int, int], Fraction] = {}
        self._cells: dict[tuple[int, tuple[Box, ...]], int] = {}
        self._known: dict[tuple[_Asked, ...], bool] = {}

    def reachable(self, constraints: Sequence[Constraint]) -> bool:
        """Whether one choice of values meets all constraints."""
        cells_of: dict[tuple[int, tuple[_Variable, ...]], int] = {}
        for at, mask, copies in constraints:
            if isinstance(self._coordinates[at], Derived | Numbers):
                key = at, tuple((name, copies.get(name, 0)) for name in _inputs_of(self._coordinates[at]))
                cells_of[key] = cells_of.get(key, -1) & mask
        if not all(cells_of.values()):
            return False
        asked = [(at, mask, names) for (at, names), mask in cells_of.items()]
        return all(self._met(part) for part in _independent(asked))

    def _met(self, asked: tuple[_Asked, ...]) -> bool:
        variables = {variable for _, _, names in asked for variable in names}
        if len(variables) == len(
            {name for name, _ in variables}
        ):  # one copy of each: it doesn't matter which
            asked = tuple((at, mask, tuple((name, 0) for name, _ in names)) for at, mask, names in asked)
        if asked not in self._known:
            self._known[asked] = self._searched(asked)
        return self._known[asked]

    def _searched(self, asked: tuple[_Asked, ...]) -> bool:
        variables = {variable: None for _, _, names in asked for variable in names}
        waiting: list[dict[_Variable, Sequence[Box]]] = [
            {(name, copy): tuple(self._boxes_of(name)) for name, copy in variables}
        ]
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
            boxes = {variable: found[0] for variable, found in state.items()}
            unsettled: dict[_Variable, None] = {}
            for at, mask, names in asked:
                cells = self._cells_of(at, tuple(boxes[name] for name in names))
                if not cells & mask:
                    break
                if cells & ~mask:
                    unsettled.update(dict.fromkeys(names))
            else:
                if not unsettled:
                    return True
                waiting += _halves(boxes, unsettled)
        return False

    def _cells_of(self, at: int, boxes: tuple[Box, ...]) -> int:
        key = (at, boxes)
        if key not in self._cells:
            self._cells[key] = self._cells_of_boxes(self._coordinates[at], boxes)
        return self._cells[key]

    def _cells_of_boxes(self, coordinate: Coordinate, boxes: tuple[Box, ...]) -> int:
        """Every cell that the boxes touch, and perhaps more until they are small."""
        match coordinate:
            case Numbers(name, cuts, pieces, named):
                box = boxes[0]
                if box.named:
                    return 1 << len(pieces) + named.index(box.named)
                low, step, _ = self._grid(name)[box.unit]
                first = piece_of(cuts, box.unit, low + box.low * step)
                last = piece_of(cuts, box.unit, low + box.high * step)
                return sum(1 << cell for cell, piece in enumerate(pieces) if first <= piece <= last)
            case Derived(number, names, derived_cuts, _):
                if any(box.named for box in boxes):
                    return 1 << len(derived_cuts) + 1
                least, most = self.bounds(number, dict(zip(names, boxes, strict=True)))
                first = sum(1 for cut in derived_cuts if least > cut[0] or (least == cut[0] and not cut[1]))
                last = sum(1 for cut in derived_cuts if most > cut[0] or (most == cut[0] and not cut[1]))
                return sum(1 << cell for cell in range(first, last + 1))
            case _:
                raise AssertionError("only numbers are searched")

    def bounds(self, number: ir.Number, boxes: Mapping[str, Box]) -> Bounds:
        """The least and the largest value over the boxes: never too narrow, and exact where they are single values."""
        match number:
            case ir.Constant() | ir.Day():
                value = constant_value(number)
                return value, value
            case ir.Measure(name):
                box = boxes[name]
                return self._value(name, box.unit, box.low), self._value(name, box.unit, box.high)
            case ir.Arithmetic(op, left, right):
                return combine(op, self.bounds(left, boxes), self.bounds(right, boxes))
            case ir.DefinedNumber():
                raise AssertionError("definitions were put in")

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


def whole_domain(entry: ir.Input) -> tuple[Box, ...]:
    """Everything that may be entered."""
    numbers = [Box(unit, 0, steps) for unit, (_, _, steps) in enumerate(grids(entry.type))]
    return (*numbers, *(Box(0, 0, 0, value.id) for value in entry.named))


def base_value(kind: ir.Type, unit: int, value: Fraction) -> Fraction:
    """A number as entered, in base units."""
    match kind:
        case ir.Quantity(units):
            return in_base_units(value, units[unit].unit)
        case ir.Duration(word):
            return in_base_units(value, word, True)
        case _:
            return value


def _inputs_of(coordinate: Coordinate) -> tuple[str, ...]:
    match coordinate:
        case Numbers(name):
            return (name,)
        case Derived(_, names):
            return names
        case _:
            return ()


def _independent(asked: Sequence[_Asked]) -> list[tuple[_Asked, ...]]:
    """The constraints in parts that share no input: what one part chooses is nothing to another."""
    parts: list[tuple[set[_Variable], tuple[_Asked, ...]]] = []
    for one in asked:
        names = set(one[2])
        members: tuple[_Asked, ...] = (one,)
        apart: list[tuple[set[_Variable], tuple[_Asked, ...]]] = []
        for known, others in parts:
            if known & names:
                names, members = names | known, (*others, *members)
            else:
                apart.append((known, others))
        parts = [*apart, (names, members)]
    return [members for _, members in parts]


def _halves(
    boxes: Mapping[_Variable, Box], unsettled: Mapping[_Variable, None]
) -> list[dict[_Variable, Sequence[Box]]]:
    """Split in two the longest of the boxes that leave something open."""
    longest = max(unsettled, key=lambda one: (boxes[one].high - boxes[one].low, one))
    box = boxes[longest]
    if box.low == box.high:
        return []
    middle = (box.low + box.high) // 2
    rest: dict[_Variable, Sequence[Box]] = {variable: (found,) for variable, found in boxes.items()}
    return [
        {**rest, longest: (half,)}
        for half in (Box(box.unit, middle + 1, box.high), Box(box.unit, box.low, middle))
    ]
