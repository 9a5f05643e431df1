"""Every comparison of a guideline to the coordinates that it cuts."""

from bisect import bisect_left
from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise

from guidec import ir
from guidec.numbers import constant_value, in_base_units, threshold_in
from guidec.rows import (
    Coordinate,
    Cut,
    Derived,
    Entered,
    Exact,
    Member,
    Number,
    Numbers,
    Prescribed,
    Readings,
    Values,
)

Key = tuple[str, object]


class Coordinates:
    """The coordinates of one guideline: first every condition is `noted`, then each can be `read`."""

    def __init__(self, guideline: ir.Guideline) -> None:
        self.inputs = {entry.id: entry for entry in guideline.inputs}
        self.definitions = {one.id: one for one in guideline.definitions}
        self.readings = {one.id: one for one in guideline.readings}
        self._cuts: dict[Key, set[tuple[tuple[Fraction, ...], bool]]] = {}
        self._seen: set[str] = set()
        self.all: tuple[Coordinate, ...] = ()
        self._index: dict[Key, int] = {}
        self._computed: dict[int, ir.Number] = {}
        self._names: dict[Key, str] = {}
        self._order = {name: at for at, name in enumerate(self.inputs)}
        self._places: dict[int, dict[str, int]] = {}
        self._pieces: dict[int, dict[tuple[tuple[Fraction, ...], bool], int]] = {}

    # --- noting ---

    def note(self, condition: ir.Condition) -> None:
        """Remember the cuts of a condition, those of its definitions included."""
        match condition:
            case ir.Not(operand):
                self.note(operand)
            case ir.And(operands) | ir.Or(operands):
                for operand in operands:
                    self.note(operand)
            case ir.Defined(name) | ir.InBand(name):
                self.note_definition(name)
            case ir.Compare(op):
                self.note_number(condition.left)
                self.note_number(condition.right)
                key, thresholds = self._compared(condition)
                against_constant = isinstance(condition.right, ir.Constant | ir.Day)
                if key[0] == "derived" and against_constant and isinstance(condition.left, ir.DefinedNumber):
                    self._names.setdefault(key, condition.left.definition)
                cuts = self._cuts.setdefault(key, set())
                if op in ("<", ">=", "="):
                    cuts.add((thresholds, False))
                if op in ("<=", ">", "="):
                    cuts.add((thresholds, True))
            case _:
                key_of = self._key(condition)
                if key_of is not None:
                    for key in key_of:
                        self._cuts.setdefault(key, set())

    def note_definition(self, name: str) -> None:
        """Remember the cuts of a definition, once."""
        if name in self._seen:
            return
        self._seen.add(name)
        definition = self.definitions[name]
        if definition.condition is not None:
            self.note(definition.condition)
        elif definition.number is not None:
            self.note_number(definition.number)
        elif definition.category is not None:
            for band in definition.category.bands:
                if band.condition is not None:
                    self.note(band.condition)

    def note_number(self, number: ir.Number) -> None:
        """Remember the cuts of the conditions inside a number."""
        for one in numbers_inside(number):
            match one:
                case ir.DefinedNumber(name):
                    self.note_definition(name)
                case ir.Case(_, _, arms):
                    for arm in arms:
                        if arm.condition is not None:
                            self.note(arm.condition)
                case _:
                    pass

    def noted(self) -> dict[tuple[Key, object], None]:
        """What was noted: each coordinate, with None and with each of its cuts."""
        bare: dict[tuple[Key, object], None] = {}
        for key, cuts in self._cuts.items():
            bare.update(((key, cut), None) for cut in (None, *sorted(cuts)))
        return bare

    def _key(self, condition: ir.Condition) -> list[Key] | None:
        match condition:
            case ir.Is(name):
                return [("input", name)]
            case ir.Includes(name, members):
                return [("member", (name, member)) for member in members]
            case ir.ReadingIs(name):
                return [("reading", name)]
            case ir.Recorded(name):
                return [("entered", name)]
            case ir.Prescribed(drugs):
                return [("prescribed", drugs)]
            case _:
                return None

    def _compared(self, compare: ir.Compare) -> tuple[Key, tuple[Fraction, ...]]:
        left, right = self.plain(compare.left), self.plain(compare.right)
        if isinstance(left, ir.Measure) and isinstance(right, ir.Constant | ir.Day):
            return ("input", left.input), self._per_unit(self.inputs[left.input].type, right, compare.others)
        if isinstance(right, ir.Constant | ir.Day):
            return ("derived", left), (constant_value(right),)
        return ("derived", ir.Arithmetic("-", left, right)), (Fraction(0),)

    def computed(self, compare: ir.Compare) -> ir.Number | None:
        """The computed number that a comparison holds against a constant: of two numbers, their difference against 0."""
        (kind, number), _ = self._compared(compare)
        return number if kind == "derived" else None  # type: ignore[return-value]

    def plain(self, number: ir.Number) -> ir.Number:
        """A number without names of definitions."""
        return plain(number, self.definitions)

    def thresholds(self, kind: ir.Type, compare: ir.Compare) -> tuple[Fraction, ...]:
        """The constant that an input is compared with, in each of its units."""
        assert isinstance(compare.right, ir.Constant | ir.Day)
        return self._per_unit(kind, compare.right, compare.others)

    def _per_unit(
        self, kind: ir.Type, right: ir.Constant | ir.Day, others: tuple[ir.Constant, ...]
    ) -> tuple[Fraction, ...]:
        """The threshold in each unit of the input: as printed in it, else converted."""
        if isinstance(right, ir.Day):
            return (constant_value(right),)
        match kind:
            case ir.Quantity(units):
                return tuple(threshold_in(unit.unit, (right, *others)) for unit in units)
            case ir.Duration(unit):
                return (constant_value(right) / in_base_units(Fraction(1), unit, True),)
            case _:
                return (constant_value(right),)

    # --- closing ---

    def close(self) -> list[str]:
        """Fix the cells. Gives the inputs whose thresholds lie in another order in another unit.

        What computed numbers compute is `filled` in later, when conditions can be built.
        """
        crossed: list[str] = []
        found: list[Coordinate] = []
        first = {key: at for at, key in enumerate(self._cuts)}
        for key in sorted(self._cuts, key=lambda key: self._place(key, first[key])):
            self._index[key] = len(found)
            cuts = sorted(self._cuts[key])
            match key:
                case ("input", str(name)):
                    coordinate = self._input(name, cuts)
                    if isinstance(coordinate, Numbers) and not _monotone(coordinate.cuts):
                        crossed.append(name)
                case ("member", (str(name), str(member))):
                    coordinate = Member(name, member)
                case ("reading", str(name)):
                    coordinate = Readings(name, tuple(value.id for value in self.readings[name].values))
                case ("entered", str(name)):
                    coordinate = Entered(name)
                case ("prescribed", tuple(drugs)):
                    coordinate = Prescribed(drugs)
                case (_, number):
                    coordinate = self._derived(number, cuts)  # type: ignore[arg-type]
                    self._computed[len(found)] = number  # type: ignore[assignment]
            found.append(coordinate)
        self.all = tuple(found)
        return crossed

    def fill(
        self, normal: Callable[[ir.Number], tuple[Number, tuple[int, ...]]], found: list[Coordinate]
    ) -> None:
        """Say what each computed number computes, and which others it reads: those come first. Fills the list too."""
        for at, number in self._computed.items():
            made, reads = normal(number)
            bare = found[at]
            assert isinstance(bare, Derived)
            found[at] = Derived(made, bare.inputs, reads, bare.cuts, bare.undefined, bare.name)
        self.all = tuple(found)

    def _place(self, key: Key, first: int) -> tuple[int, int, str]:
        """Inputs as declared; computed numbers after those that they read, which were noted before them."""
        match key:
            case ("input", str(name)):
                return 0, self._order[name], ""
            case ("member", (str(name), str(member))):
                return 0, self._order[name], member
            case ("reading", str(name)):
                return 1, list(self.readings).index(name), ""
            case ("derived", _):
                return 2, first, ""
            case ("entered", str(name)):
                return 3, self._order[name], ""
            case (_, other):
                return 4, 0, repr(other)

    def _input(self, name: str, cuts: list[tuple[tuple[Fraction, ...], bool]]) -> Coordinate:
        entry = self.inputs[name]
        named = tuple(value.id for value in entry.named)
        match entry.type:
            case ir.Boolean():
                return Values(name, ("no", "yes"))
            case ir.OneOf(values):
                return Values(name, tuple(value.id for value in values))
            case ir.AnyOf():
                raise AssertionError("a set is asked member by member")
            case _:
                made = tuple(Cut(thresholds, after) for thresholds, after in cuts)
                return Numbers(name, made, _inhabited(entry.type, made), named)

    def _derived(self, number: ir.Number, cuts: list[tuple[tuple[Fraction, ...], bool]]) -> Derived:
        inputs = tuple(sorted(inputs_of(number), key=self._order.__getitem__))
        undefined = any(self.inputs[name].named for name in inputs)
        made = tuple((thresholds[0], after) for thresholds, after in cuts)
        return Derived(
            Exact(Fraction(0)), inputs, (), made, undefined, self._names.get(("derived", number), "")
        )

    # --- reading ---

    def read(self, condition: ir.Condition) -> list[tuple[int, int, int]]:
        """For a single question: the coordinates, and in each the cells where it is true and where undefined."""
        match condition:
            case ir.Compare(op):
                key, thresholds = self._compared(condition)
                at = self._index[key]
                before, behind = self._sides(at, thresholds)
                true, undefined = _compared_cells(self.all[at], op, before, behind)
                return [(at, true, undefined)]
            case ir.Is(name, values):
                at = self._index["input", name]
                return [(at, self._named_cells(at, values), 0)]
            case ir.Includes(name, members):
                return [(self._index["member", (name, member)], 2, 0) for member in members]
            case ir.ReadingIs(name, values):
                at = self._index["reading", name]
                return [(at, self._named_cells(at, values), 0)]
            case ir.Recorded(name, how):
                cells = {"blank": 1, "known": 12, "true": 8}[how]
                return [(self._index["entered", name], cells, 0)]
            case ir.Prescribed(drugs):
                return [(self._index["prescribed", drugs], 2, 0)]
            case _:
                raise AssertionError("not a single question")

    def _sides(self, at: int, thresholds: tuple[Fraction, ...]) -> tuple[int, int]:
        """The first piece that is not below the threshold, and the first that is above it; -1 where no cut is."""
        if at not in self._pieces:
            match self.all[at]:
                case Numbers(_, cuts):
                    keys = [(cut.thresholds, cut.after) for cut in cuts]
                case Derived(_, _, _, derived_cuts):
                    keys = [((threshold,), after) for threshold, after in derived_cuts]
                case _:
                    raise AssertionError("only numbers are compared")
            self._pieces[at] = {key: piece + 1 for piece, key in enumerate(keys)}
        known = self._pieces[at]
        return known.get((thresholds, False), -1), known.get((thresholds, True), -1)

    def _named_cells(self, at: int, values: tuple[str, ...]) -> int:
        if at not in self._places:
            match self.all[at]:
                case Values(_, known) | Readings(_, known):
                    self._places[at] = {value: cell for cell, value in enumerate(known)}
                case Numbers(_, _, cells, named):
                    self._places[at] = {value: len(cells) + cell for cell, value in enumerate(named)}
                case _:
                    raise AssertionError("only values have names")
        found = 0
        for value in values:
            found |= 1 << self._places[at][value]
        return found


def size(coordinate: Coordinate) -> int:
    """How many cells a coordinate has."""
    match coordinate:
        case Values(_, values) | Readings(_, values):
            return len(values)
        case Numbers(_, _, cells, named):
            return len(cells) + len(named)
        case Derived(_, _, _, cuts, undefined):
            return len(cuts) + 1 + undefined
        case Entered():
            return 4
        case Member() | Prescribed():
            return 2


def numbers_inside(number: ir.Number) -> list[ir.Number]:
    """A number and those that it is computed from; what conditions inside it ask stands apart."""
    found: list[ir.Number] = []
    waiting: list[ir.Number] = [number]
    while waiting:
        one = waiting.pop()
        found.append(one)
        match one:
            case ir.Arithmetic(_, left, right):
                waiting += [left, right]
            case ir.Function(_, arguments):
                waiting += arguments
            case ir.Rounded(inner):
                waiting.append(inner)
            case ir.Completed(_, first, last):
                waiting += [first, last]
            case ir.Shifted(day, by):
                waiting += [day, by]
            case ir.Case(_, _, arms):
                waiting += [arm.number for arm in arms]
            case ir.Sum(terms):
                waiting += terms
            case ir.Constant() | ir.Day() | ir.Measure() | ir.DefinedNumber():
                pass
    return found


def plain(number: ir.Number, definitions: Mapping[str, ir.Definition]) -> ir.Number:
    """A number without names of definitions."""

    def go(one: ir.Number) -> ir.Number:
        match one:
            case ir.DefinedNumber(name):
                inner = definitions[name].number
                assert inner is not None
                return go(inner)
            case ir.Arithmetic(op, left, right):
                return ir.Arithmetic(op, go(left), go(right))
            case ir.Function(name, arguments):
                return ir.Function(name, tuple(go(argument) for argument in arguments))
            case ir.Rounded(inner, step, unit, mode, calendar):
                return ir.Rounded(go(inner), step, unit, mode, calendar)
            case ir.Completed(word, first, last):
                return ir.Completed(word, go(first), go(last))
            case ir.Shifted(day, by, months, overflow):
                return ir.Shifted(go(day), go(by), months, overflow)
            case ir.Case(policy, of, arms):
                made = tuple(
                    ir.Arm(arm.label, arm.condition, go(arm.number), arm.cites, arm.span) for arm in arms
                )
                return ir.Case(policy, of, made)
            case ir.Sum(terms):
                return ir.Sum(tuple(go(term) for term in terms))
            case ir.Constant() | ir.Day() | ir.Measure():
                return one

    return go(number)


def inputs_of(number: ir.Number) -> set[str]:
    """The inputs whose numbers a number is computed from."""
    return {one.input for one in numbers_inside(number) if isinstance(one, ir.Measure)}


def _monotone(cuts: tuple[Cut, ...]) -> bool:
    """Whether the thresholds lie in the same order in every unit."""
    keys = [tuple((threshold, cut.after) for threshold in cut.thresholds) for cut in cuts]
    return all(a <= b for before, after in pairwise(keys) for a, b in zip(before, after, strict=True))


def grids(kind: ir.Type) -> tuple[tuple[Fraction, Fraction, int], ...]:
    """For each unit of an input: the first value, the step and the number of steps."""
    match kind:
        case ir.Integer(low, high) | ir.Duration(_, low, high):
            return ((Fraction(low), Fraction(1), high - low),)
        case ir.Date(low_day, high_day):
            first = date.fromisoformat(low_day).toordinal()
            return ((Fraction(first), Fraction(1), date.fromisoformat(high_day).toordinal() - first),)
        case ir.Quantity(units):
            return tuple((unit.low, unit.step, int((unit.high - unit.low) / unit.step)) for unit in units)
        case _:
            raise AssertionError("only numbers lie on a grid")


def _inhabited(kind: ir.Type, cuts: tuple[Cut, ...]) -> tuple[int, ...]:
    """The pieces that hold at least one value of at least one unit."""
    found: set[int] = set()
    for unit, (low, step, steps) in enumerate(grids(kind)):
        starts = {0}
        for cut in cuts:
            threshold = cut.thresholds[unit]
            near = int((threshold - low) // step)
            starts.update(at for at in (near - 1, near, near + 1, near + 2) if 0 <= at <= steps)
        found.update(piece_of(cuts, unit, low + at * step) for at in starts)
    return tuple(sorted(found))


def piece_of(cuts: tuple[Cut, ...], unit: int, value: Fraction) -> int:
    """How many cuts lie before a value."""
    low, high = 0, len(cuts)
    while low < high:
        middle = (low + high) // 2
        threshold = cuts[middle].thresholds[unit]
        if value > threshold or (value == threshold and not cuts[middle].after):
            low = middle + 1
        else:
            high = middle
    return low


def first_in(cuts: tuple[Cut, ...], unit: int, grid: tuple[Fraction, Fraction, int], piece: int) -> int:
    """The first step of a grid that lies in a piece or behind it."""
    low, step, steps = grid
    start, end = 0, steps + 1
    while start < end:
        middle = (start + end) // 2
        if piece_of(cuts, unit, low + middle * step) >= piece:
            end = middle
        else:
            start = middle + 1
    return start


def _compared_cells(coordinate: Coordinate, op: str, before: int, behind: int) -> tuple[int, int]:
    """The cells where `coordinate op threshold` is true, and those where it is undefined.

    `before` is the first piece that is not below the threshold, `behind` the first above it; -1 if no cut divides there.
    """
    match coordinate:
        case Numbers(_, cuts, cells, named):
            pieces = len(cuts) + 1
            first, last = _true_pieces(op, before, behind, pieces)
            low, high = bisect_left(cells, first), bisect_left(cells, last)
            return _run(low, high), _run(len(cells), len(cells) + len(named))
        case Derived(_, _, _, derived_cuts, undefined):
            pieces = len(derived_cuts) + 1
            first, last = _true_pieces(op, before, behind, pieces)
            return _run(first, last), 1 << pieces if undefined else 0
        case _:
            raise AssertionError("only numbers are compared")


def _run(low: int, high: int) -> int:
    """The bits from one cell to before another."""
    return (1 << high) - (1 << low) if high > low else 0


def _true_pieces(op: str, before: int, behind: int, pieces: int) -> tuple[int, int]:
    """The first piece where a comparison holds, and the first behind them."""
    match op:
        case "<":
            return 0, before
        case ">=":
            return before, pieces
        case "<=":
            return 0, behind
        case ">":
            return behind, pieces
        case _:
            return before, behind
