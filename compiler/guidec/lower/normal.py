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
                first, second = go(left), go(right)
                return _points(op, first, second) or Apply(op, (first, second))
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


def _points(op: str, first: Number, second: Number) -> Total | None:
    """Sums of points added, subtracted or multiplied by a constant: a sum of points, which is counted exactly."""
    left, right = _terms(first), _terms(second)
    if left is None or right is None or not any(isinstance(term, Pick) for term in (*left, *right)):
        return None
    match op:
        case "+":
            return Total((*left, *right))
        case "-":
            return Total((*left, *(_times(term, Fraction(-1)) for term in right)))
        case "*" if isinstance(second, Exact):
            return Total(tuple(_times(term, second.value) for term in left))
        case "*" if isinstance(first, Exact):
            return Total(tuple(_times(term, first.value) for term in right))
        case _:
            return None


def _terms(number: Number) -> tuple[Exact | Pick, ...] | None:
    """The terms of a sum of points."""
    match number:
        case Exact():
            return (number,)
        case Pick(rows):
            return (number,) if all(isinstance(row.number, Exact) for row in rows) else None
        case Total(terms):
            every = [_terms(term) for term in terms]
            return None if None in every else tuple(term for some in every for term in some or ())
        case _:
            return None


def _times(term: Exact | Pick, factor: Fraction) -> Exact | Pick:
    if isinstance(term, Exact):
        return Exact(term.value * factor)
    rows = ((row.cells, row.number) for row in term.rows)
    return Pick(
        tuple(Picked(cells, Exact(one.value * factor)) for cells, one in rows if isinstance(one, Exact))
    )


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
