"""Numbers to their normal form: every condition inside them as rows of cells."""

from collections.abc import Callable
from fractions import Fraction

from guidec import ir
from guidec.lower.coordinates import Coordinates
from guidec.lower.diagram import FALSE, TRUE, Diagrams
from guidec.numbers import constant_value, unit_of
from guidec.record import parts
from guidec.rows import Apply, Count, Derived, Exact, Mask, Move, Number, Pick, Picked, Read, Round, Total

Build = Callable[[ir.Condition], int]


def normal(
    number: ir.Number, coordinates: Coordinates, diagrams: Diagrams, build: Build
) -> tuple[Number, tuple[int, ...]]:
    """A number as rows know it, and the computed coordinates that its conditions ask."""

    def go(one: ir.Number) -> Number:
        match one:
            case ir.Constant() | ir.Day():
                return Exact(constant_value(one))
            case ir.Measure(name):
                return Read(name)
            case ir.DefinedNumber(name):
                inner = coordinates.definitions[name].number
                assert inner is not None
                return go(inner)
            case ir.Arithmetic(op, left, right):
                return Apply(op, (go(left), go(right)))
            case ir.Function(name, arguments):
                return Apply(name, tuple(go(argument) for argument in arguments))
            case ir.Rounded(inner, step, unit, mode, calendar):
                factor, offset = _scale(unit, calendar)
                return Round(go(inner), step, factor, offset, mode)
            case ir.Completed(word, first, last):
                return Count(word, go(first), go(last))
            case ir.Shifted(day, by, months, overflow):
                return Move(go(day), go(by), months, overflow)
            case ir.Case():
                return _pick(one, diagrams, build, go)
            case ir.Sum(terms):
                return Total(tuple(go(term) for term in terms))

    found = go(number)
    asked = {at for one in parts(found) if isinstance(one, Picked) for at, _ in one.cells}
    return found, tuple(sorted(at for at in asked if isinstance(coordinates.all[at], Derived)))


def _scale(unit: str, calendar: bool) -> tuple[Fraction, Fraction]:
    """What one of a unit is in base units, and the zero point of its scale."""
    if calendar:
        return constant_value(ir.Constant(Fraction(1), unit, True)), Fraction(0)
    if not unit:
        return Fraction(1), Fraction(0)
    parsed = unit_of(unit)
    return parsed.factor, parsed.offset


def _pick(case: ir.Case, diagrams: Diagrams, build: Build, go: Callable[[ir.Number], Number]) -> Pick:
    """The arms as disjoint rows; where several hold, the first."""
    tests = [diagrams.true if arm.condition is None else build(arm.condition) for arm in case.arms]
    tests = [
        diagrams.replace(test, lambda value: diagrams.true if value == TRUE else diagrams.end(FALSE))
        for test in tests
    ]
    numbers = [go(arm.number) for arm in case.arms]
    node = diagrams.holding(tests, "first")
    rows: dict[tuple[tuple[int, Mask], ...], Number] = {}
    for cells, held in diagrams.rows(node):
        if isinstance(held, tuple) and held:
            first = held[0]
            rows[tuple((at, Mask(mask)) for at, mask in sorted(cells))] = numbers[first]
    return Pick(tuple(Picked(cells, number) for cells, number in rows.items()))
