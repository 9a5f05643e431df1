"""Every comparison of a guideline to the coordinates that it cuts."""

from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from itertools import pairwise

from guidec import ir
from guidec.numbers import constant_value, in_base_units, out_of_base_units, unit_dimension
from guidec.rows import Coordinate, Cut, Derived, Entered, Member, Numbers, Prescribed, Readings, Values

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

    # --- noting ---

    def note(self, condition: ir.Condition) -> None:
        """Remember the cuts of a condition, those of its definitions included."""
        match condition:
            case ir.Not(operand):
                self.note(operand)
            case ir.And(operands) | ir.Or(operands):
                for operand in operands:
                    self.note(operand)
            case ir.Defined(name):
                if name not in self._seen:
                    self._seen.add(name)
                    inner = self.definitions[name].condition
                    assert inner is not None
                    self.note(inner)
            case ir.Compare(op):
                key, thresholds = self._compared(condition)
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

    def plain(self, number: ir.Number) -> ir.Number:
        """A number without names of definitions."""
        return plain(number, self.definitions)

    def _per_unit(
        self, kind: ir.Type, right: ir.Constant | ir.Day, others: tuple[ir.Constant, ...]
    ) -> tuple[Fraction, ...]:
        """The threshold in each unit of the input: as printed in it, else converted."""
        if isinstance(right, ir.Day):
            return (constant_value(right),)
        match kind:
            case ir.Quantity(units):
                return tuple(_threshold_in(unit.unit, (right, *others)) for unit in units)
            case ir.Duration(unit):
                return (constant_value(right) / in_base_units(Fraction(1), unit, True),)
            case _:
                return (constant_value(right),)

    # --- closing ---

    def close(self) -> list[str]:
        """Fix the cells. Gives the inputs whose thresholds lie in another order in another unit."""
        crossed: list[str] = []
        found: list[Coordinate] = []
        for key in sorted(self._cuts, key=self._place):
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
            found.append(coordinate)
        self.all = tuple(found)
        return crossed

    def _place(self, key: Key) -> tuple[int, int, str]:
        order = list(self.inputs)
        match key:
            case ("input", str(name)):
                return 0, order.index(name), ""
            case ("member", (str(name), str(member))):
                return 0, order.index(name), member
            case ("derived", number):
                return 1, 0, repr(number)
            case ("reading", str(name)):
                return 2, list(self.readings).index(name), ""
            case ("entered", str(name)):
                return 3, order.index(name), ""
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
        inputs = tuple(sorted(inputs_of(number), key=list(self.inputs).index))
        undefined = any(self.inputs[name].named for name in inputs)
        return Derived(number, inputs, tuple((thresholds[0], after) for thresholds, after in cuts), undefined)

    # --- reading ---

    def read(self, condition: ir.Condition) -> list[tuple[int, int, int]]:
        """For a single question: the coordinates, and in each the cells where it is true and where undefined."""
        match condition:
            case ir.Compare(op):
                key, thresholds = self._compared(condition)
                at = self._index[key]
                true, undefined = _compared_cells(self.all[at], op, thresholds)
                return [(at, true, undefined)]
            case ir.Is(name, values):
                at = self._index["input", name]
                return [(at, _named_cells(self.all[at], values), 0)]
            case ir.Includes(name, members):
                return [(self._index["member", (name, member)], 2, 0) for member in members]
            case ir.ReadingIs(name, values):
                at = self._index["reading", name]
                return [(at, _named_cells(self.all[at], values), 0)]
            case ir.Recorded(name, how):
                cells = {"blank": 1, "known": 12, "true": 8}[how]
                return [(self._index["entered", name], cells, 0)]
            case ir.Prescribed(drugs):
                return [(self._index["prescribed", drugs], 2, 0)]
            case _:
                raise AssertionError("not a single question")


def size(coordinate: Coordinate) -> int:
    """How many cells a coordinate has."""
    match coordinate:
        case Values(_, values) | Readings(_, values):
            return len(values)
        case Numbers(_, _, cells, named):
            return len(cells) + len(named)
        case Derived(_, _, cuts, undefined):
            return len(cuts) + 1 + undefined
        case Entered():
            return 4
        case Member() | Prescribed():
            return 2


def plain(number: ir.Number, definitions: Mapping[str, ir.Definition]) -> ir.Number:
    """A number without names of definitions."""
    match number:
        case ir.DefinedNumber(name):
            inner = definitions[name].number
            assert inner is not None
            return plain(inner, definitions)
        case ir.Arithmetic(op, left, right):
            return ir.Arithmetic(op, plain(left, definitions), plain(right, definitions))
        case _:
            return number


def inputs_of(number: ir.Number) -> set[str]:
    """The inputs that a number is computed from."""
    match number:
        case ir.Measure(name):
            return {name}
        case ir.Arithmetic(_, left, right):
            return inputs_of(left) | inputs_of(right)
        case ir.DefinedNumber():
            raise AssertionError("definitions are put in first")
        case ir.Constant() | ir.Day():
            return set()


def _threshold_in(unit: str, printed: tuple[ir.Constant, ...]) -> Fraction:
    for one in printed:
        if one.unit == unit:
            return one.value
    same = next(one for one in printed if unit_dimension(one.unit) == unit_dimension(unit))
    return out_of_base_units(in_base_units(same.value, same.unit), unit)


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


def _compared_cells(coordinate: Coordinate, op: str, thresholds: tuple[Fraction, ...]) -> tuple[int, int]:
    """The cells where `coordinate op threshold` is true, and those where it is undefined."""
    match coordinate:
        case Numbers(_, cuts, cells, named):
            before, behind = _sides(tuple((cut.thresholds, cut.after) for cut in cuts), thresholds)
            true = sum(1 << at for at, piece in enumerate(cells) if _holds(op, piece, before, behind))
            return true, sum(1 << len(cells) + at for at in range(len(named)))
        case Derived(_, _, derived_cuts, undefined):
            before, behind = _sides(
                tuple(((threshold,), after) for threshold, after in derived_cuts), thresholds
            )
            pieces = len(derived_cuts) + 1
            true = sum(1 << piece for piece in range(pieces) if _holds(op, piece, before, behind))
            return true, 1 << pieces if undefined else 0
        case _:
            raise AssertionError("only numbers are compared")


def _sides(
    cuts: tuple[tuple[tuple[Fraction, ...], bool], ...], thresholds: tuple[Fraction, ...]
) -> tuple[int, int]:
    """The first piece that is not below the threshold, and the first that is above it."""
    before = next((at + 1 for at, cut in enumerate(cuts) if cut == (thresholds, False)), -1)
    behind = next((at + 1 for at, cut in enumerate(cuts) if cut == (thresholds, True)), -1)
    return before, behind


def _holds(op: str, piece: int, before: int, behind: int) -> bool:
    match op:
        case "<":
            return piece < before
        case ">=":
            return piece >= before
        case "<=":
            return piece < behind
        case ">":
            return piece >= behind
        case _:
            return before <= piece < behind


def _named_cells(coordinate: Coordinate, values: tuple[str, ...]) -> int:
    match coordinate:
        case Values(_, known) | Readings(_, known):
            return sum(1 << known.index(value) for value in set(values))
        case Numbers(_, _, cells, named):
            return sum(1 << len(cells) + named.index(value) for value in set(values))
        case _:
            raise AssertionError("only values have names")
