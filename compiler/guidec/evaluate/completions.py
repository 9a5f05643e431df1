"""Which rows a record may still meet, and which inputs stand between it and an answer.

A completion gives every blank a value. The cells that an input may be in are bits; a row is possible where its bits meet
the record's. Values computed from blanks are searched: boxes of values are split until they lie inside or outside.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from dataclasses import replace
from itertools import combinations

from guidec import ir
from guidec.evaluate.record import Amount, Entry, Record
from guidec.lower.boxes import Box, Variable
from guidec.lower.coordinates import grids, size
from guidec.lower.diagram import bits
from guidec.lower.ranges import Range
from guidec.lower.search import Search, named_boxes, whole_domain
from guidec.rows import (
    Coordinate,
    Derived,
    Entered,
    Member,
    Number,
    Numbers,
    Prescribed,
    Readings,
    Row,
    Values,
)

MOST_COMPARED = 150


class _Cells(dict[int, int]):
    """The cells of each coordinate, looked for when they are first asked for."""

    def __init__(self, look: Callable[[int], int]) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, at: int) -> int:
        self[at] = found = self._look(at)
        return found


class Completions:
    """The completions of one record. Holds the cells of every coordinate, so that no blank is resolved twice."""

    def __init__(self, guideline: ir.Guideline, coordinates: Sequence[Coordinate], record: Record) -> None:
        self.inputs = {entry.id: entry for entry in guideline.inputs}
        self.readings = {one.id: one for one in guideline.readings}
        self.order = {entry.id: at for at, entry in enumerate(guideline.inputs)}
        self.coordinates = coordinates
        self.record = record
        self.search = Search(self.inputs, coordinates, self._boxes)
        self.cells = _Cells(self._cells_of)

    def reading(self, name: str, value: str) -> "Completions":
        """The same with one reading chosen anew; what does not ask it is taken over."""
        found = copy(self)
        found.record = replace(self.record, readings={**self.record.readings, name: value})
        asking = [at for at in range(len(self.coordinates)) if (name, "") in self.search.variables(at)]
        same = {at: cells for at, cells in self.search.reach().items() if at not in asking}
        found.search = Search(self.inputs, self.coordinates, found._boxes, same)
        found.cells = _Cells(found._cells_of)
        found.cells.update({at: cells for at, cells in self.cells.items() if at not in asking})
        return found

    # --- cells ---

    def _cells_of(self, at: int) -> int:
        """The cells that a coordinate may lie in."""
        match self.coordinates[at]:
            case Entered(name):
                return self._entered(self.record.entries[name])
            case Prescribed() as coordinate:
                return (1 << size(coordinate)) - 1
            case _:
                return self.search.cells(at)

    def _entered(self, entry: Entry) -> int:
        if len(entry.values) != 1:
            return 2 if entry.values else 1
        return 8 if entry.values == ("yes",) else 4

    def _boxes(self, variable: Variable) -> Sequence[Box]:
        name, member = variable
        if name in self.readings:
            chosen = self.record.readings.get(name)
            return (
                whole_domain(variable, self.inputs, self.readings)
                if chosen is None
                else named_boxes((chosen,))
            )
        values = self.record.entries[name].values
        if not values:
            return whole_domain(variable, self.inputs, self.readings)
        if member:
            members = values[0]
            assert isinstance(members, frozenset)
            return named_boxes(("yes" if member in members else "no",))
        found: list[Box] = []
        for value in values:
            if isinstance(value, Amount):
                low, step, _ = grids(self.inputs[name].type)[value.unit]
                at = int((value.value - low) / step)
                found.append(Box(value.unit, at, at))
            else:
                found.append(Box(0, 0, 0, str(value)))
        return found

    # --- rows ---

    def possible(self, rows: Iterable[Row]) -> list[Row]:
        """The rows that some completion meets."""
        return [row for row in rows if self._meets(row)]

    def _meets(self, row: Row) -> bool:
        if any(not self.cells[at] & mask for at, mask in row.cells):
            return False
        if not self._tangled(row):
            return True
        return self.search.reachable([(at, mask, {}) for at, mask in row.cells])

    def _tangled(self, row: Row) -> bool:
        """Whether a computed value shares a blank with another part of the row, so that cells alone don't decide."""
        seen = 0
        shared = derived = False
        for at, _ in row.cells:
            mine = self.search.blanks(at)
            shared = shared or bool(mine & seen)
            derived = derived or isinstance(self.coordinates[at], Derived)
            seen |= mine
        return shared and derived

    # --- needs ---

    def needs(self, groups: Sequence[tuple[Row, int]], constrained: bool) -> list[str]:
        """The blanks that decide between the possible rows, each with the group of its outcome, in declared order.

        Each input for which two completions that differ only there have different outcomes. With `impossible`
        (`constrained`) that set may not settle the answer: then the first of the smallest sets that do.
        """
        return self._keys(self._needs(groups, constrained))

    def _keys(self, names: Iterable[str]) -> list[str]:
        """As a record has them: what is asked of a series is entered with it."""
        return list(dict.fromkeys(self.inputs[name].key for name in names))

    def _needs(self, groups: Sequence[tuple[Row, int]], constrained: bool) -> list[str]:
        blanks = [name for name in self.order if len(self.record.entries[name].values) != 1]
        if len(groups) > MOST_COMPARED and not any(
            isinstance(self.coordinates[at], Derived) and self.search.blanks(at)
            for row, _ in groups
            for at, _ in row.cells
        ):
            return self._needs_of_many(groups, blanks, constrained)
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
        asked = {at for row, _ in groups for at, _ in row.cells}
        read = {name for at in asked for name, _ in self.search.variables(at)}
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

    def _needs_of_many(
        self, groups: Sequence[tuple[Row, int]], blanks: list[str], constrained: bool
    ) -> list[str]:
        """The same for many rows, which can't be compared each with each: by splitting them until they agree."""
        read = {name for row, _ in groups for at, _ in row.cells for name in _inputs(self.coordinates[at])}
        candidates = [name for name in blanks if name in read]
        found = [name for name in candidates if self._differ(groups, {name})]
        if not constrained:
            return found
        rest = [name for name in candidates if name not in found]
        for more in range(len(rest) + 1):
            for extra in combinations(rest, more):
                settling = {*found, *extra}
                if not self._differ(groups, {name for name in candidates if name not in settling}):
                    return [name for name in candidates if name in settling]
        raise AssertionError("knowing everything settles the answer")

    def _differ(self, groups: Sequence[tuple[Row, int]], free: set[str]) -> bool:
        """Whether two rows of different groups agree in every input that isn't free."""
        asked = dict.fromkeys(at for row, _ in groups for at, _ in row.cells)
        fixed = [at for at in asked if not set(_inputs(self.coordinates[at])) & free]
        waiting: list[tuple[Sequence[tuple[dict[int, int], int]], int]] = [
            ([(dict(row.cells), group) for row, group in groups], 0)
        ]
        while waiting:
            rows, place = waiting.pop()
            if len({group for _, group in rows}) < 2:
                continue
            if place == len(fixed):
                return True
            waiting += [(part, place + 1) for part in self._parts(rows, fixed[place])]
        return False

    def _parts(
        self, rows: Sequence[tuple[dict[int, int], int]], at: int
    ) -> list[list[tuple[dict[int, int], int]]]:
        """The rows that may hold together in each part of a coordinate."""
        masks = [cells.get(at, -1) & self.cells[at] for cells, _ in rows]
        distinct = [mask for mask in dict.fromkeys(masks) if mask != self.cells[at]]
        if sum(mask.bit_count() for mask in distinct) == _union(distinct).bit_count():  # they don't overlap
            by_mask: dict[int, list[tuple[dict[int, int], int]]] = {mask: [] for mask in distinct}
            everywhere: list[tuple[dict[int, int], int]] = []
            for mask, row in zip(masks, rows, strict=True):
                (everywhere if mask == self.cells[at] else by_mask[mask]).append(row)
            parts = [[*part, *everywhere] for part in by_mask.values()]
            return parts if _union(distinct) == self.cells[at] else [*parts, everywhere]
        holding: dict[int, list[int]] = {}
        for index, mask in enumerate(masks):
            for cell in bits(mask):
                holding.setdefault(cell, []).append(index)
        found = dict.fromkeys(tuple(one) for one in holding.values())
        return [[rows[index] for index in one] for one in found]

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

    # --- numbers ---

    def shown(self, number: Number) -> tuple[Range, list[str]]:
        """The least and the largest value of a number for this record, and the blanks that it waits for."""
        blank = self.search.blanks_in(number)
        return self.search.shown(number), self._keys(name for name in self.order if name in blank)


def _union(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def _inputs(coordinate: Coordinate) -> tuple[str, ...]:
    match coordinate:
        case Values(name) | Numbers(name) | Member(name):
            return (name,)
        case Derived() | Readings() | Entered() | Prescribed():
            return ()
