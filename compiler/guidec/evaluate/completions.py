"""Which rows a record may still meet, and which inputs stand between it and an answer.

A completion gives every blank a value. The cells that an input may be in are bits; a row is possible where its bits meet
the record's. Values computed from blanks are searched: boxes of values are split until they lie inside or outside.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import combinations, product

from guidec import ir
from guidec.bounds import Bounds
from guidec.evaluate.record import Amount, Entry, Record
from guidec.lower.coordinates import grids, inputs_of, piece_of, size
from guidec.lower.search import Box, Search, whole_domain
from guidec.rows import Coordinate, Derived, Entered, Member, Numbers, Prescribed, Readings, Row, Values


class Completions:
    """The completions of one record. Holds the cells of every coordinate, so that no blank is resolved twice."""

    def __init__(self, guideline: ir.Guideline, coordinates: Sequence[Coordinate], record: Record) -> None:
        self.inputs = {entry.id: entry for entry in guideline.inputs}
        self.order = [entry.id for entry in guideline.inputs]
        self.coordinates = coordinates
        self.record = record
        self.search = Search(self.inputs, coordinates, self._boxes)
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
        return sum(
            1 << cell for cell in range(size(coordinate)) if self.search.reachable([(at, 1 << cell, {})])
        )

    # --- rows ---

    def possible(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that some completion meets."""
        return [row for row in rows if self._meets(row)]

    def _meets(self, row: Row) -> bool:
        if any(not self.cells[at] & mask for at, mask in row.cells):
            return False
        constraints: list[tuple[int, int, dict[str, int]]] = [(at, mask, {}) for at, mask in row.cells]
        return not self._tangled(constraints) or self.search.reachable(constraints)

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
        return not derived or self.search.reachable([*left, *right])

    # --- search ---

    def _boxes(self, name: str) -> Sequence[Box]:
        entry = self.inputs[name]
        values = self.record.entries[name].values
        if not values:
            return whole_domain(entry)
        units = grids(entry.type)
        found: list[Box] = []
        for value in values:
            if isinstance(value, Amount):
                low, step, _ = units[value.unit]
                at = int((value.value - low) / step)
                found.append(Box(value.unit, at, at))
            else:
                found.append(Box(0, 0, 0, str(value)))
        return found

    def range_of(self, number: ir.Number) -> Bounds | None:
        """The least and the largest value of a number for this record; None where an input of it is a named value."""
        names = sorted(inputs_of(number), key=self.order.index)
        found: list[Fraction] = []
        for boxes in product(*([box for box in self._boxes(name) if not box.named] for name in names)):
            found += self.search.bounds(number, dict(zip(names, boxes, strict=True)))
        return (min(found), max(found)) if found else None


def _inputs(coordinate: Coordinate) -> tuple[str, ...]:
    match coordinate:
        case Values(name) | Numbers(name) | Member(name):
            return (name,)
        case Derived(_, names):
            return names
        case Readings() | Entered() | Prescribed():
            return ()
