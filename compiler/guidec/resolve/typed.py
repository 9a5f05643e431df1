"""A number with its dimension, and how it is called in a message."""

from fractions import Fraction

from guidec import ast, ir
from guidec.numbers import CALENDAR_WORDS, DATE, calendar_dimension, decimal_text, unit_dimension
from guidec.record import record
from guidec.resolve.scope import Scope
from guidec.source import Span
from guidec.units import DIMENSIONLESS, Dimension, Unit, UnitProblem, parse_unit

MOST_LOOKED_AT = 200


@record
class Typed:
    """A number and its dimension."""

    number: ir.Number
    dimension: Dimension
    span: Span


def check_unit(scope: Scope, unit: ast.Name) -> Unit | None:
    """The unit of a text, or a fault with the repair that the unit table proposes."""
    parsed = parse_unit(unit.text)
    if isinstance(parsed, UnitProblem):
        scope.fault(
            "unknown_unit", parsed.message, unit.span, parsed.repair or "write a UCUM unit, such as `mg/d`"
        )
        return None
    return parsed


def said_unit(scope: Scope, unit: ast.Name) -> Typed | None:
    """One of the unit behind `in`: a calendar word, as the result says it, or a UCUM unit."""
    if unit.text in CALENDAR_WORDS:
        word = CALENDAR_WORDS[unit.text]
        return Typed(ir.Constant(Fraction(1), word, True), calendar_dimension(word), unit.span)
    parsed = check_unit(scope, unit)
    return None if parsed is None else Typed(ir.Constant(Fraction(1), unit.text), parsed.dimension, unit.span)


def calendar_words(dimension: Dimension) -> str:
    """How a number of calendar time may be said; empty for any other."""
    months, days = (calendar_dimension(word) for word in ("month", "day"))
    return {months: "`in years` or `in months`", days: "`in days` or `in weeks`"}.get(dimension, "")


def mixed_units(entry: ir.Input) -> bool:
    return (
        isinstance(entry.type, ir.Quantity)
        and len({unit_dimension(unit.unit) for unit in entry.type.units}) > 1
    )


def alike(scope: Scope, left: Typed, right: Typed) -> bool:
    """Whether two numbers may be compared or added: of one dimension, and neither a bare number beside one in `%`.

    `%` has no dimension, so that 10 would be 1000 %, which nobody means.
    """
    if left.dimension != right.dimension:
        return False
    return not any(
        _bare(one) and _scaled(_unit_text(scope, other)) for one, other in ((left, right), (right, left))
    )


def _bare(typed: Typed) -> bool:
    number = typed.number
    return isinstance(number, ir.Constant) and not number.unit and number.value != 0


def _scaled(unit: str) -> bool:
    """Whether a unit without dimension counts in something else than ones, as `%` does."""
    parsed = parse_unit(unit) if unit else None
    return isinstance(parsed, Unit) and parsed.dimension == DIMENSIONLESS and parsed.factor != 1


def mismatch(scope: Scope, left: Typed, right: Typed, span: Span) -> None:
    first, second = described(scope, left), described(scope, right)
    unit = _unit_text(scope, left)
    if left.dimension == DATE:
        repair = "compare it with a date, such as `2026-03-31`"
        scope.fault("dimension_mismatch", f"{first} and {second} are different kinds of number", span, repair)
        return
    value = right.number.value if isinstance(right.number, ir.Constant) and not right.number.unit else None
    if value is not None and unit:
        repair = f"write `{decimal_text(value)} {unit}`"
    else:
        repair = f"write it in `{unit}`" if unit else "write both in the same unit"
    scope.fault("dimension_mismatch", f"{first} and {second} are different kinds of number", span, repair)


def described(scope: Scope, typed: Typed) -> str:
    """A number, as a message names it."""
    unit = _unit_text(scope, typed)
    match typed.number:
        case ir.Constant(value):
            number = decimal_text(value)
            return f"`{number} {unit}`" if unit else f"`{number}` without a unit"
        case ir.Day(day):
            return f"the date `{day}`"
        case ir.Measure(name) if typed.dimension == DATE:
            return f"the date `{name}`"
        case ir.Measure(name):
            return f"`{name}` in `{unit}`" if unit else f"`{name}` without a unit"
        case ir.DefinedNumber(name):
            said = f"in `{unit}`" if _scaled(unit) else _dimension_text(typed.dimension)
            return f"`{name}`, {said},"
        case _:
            return _dimension_text(typed.dimension)


def _unit_text(scope: Scope, typed: Typed) -> str:
    """The unit that the author wrote for a constant, an input or a definition; of a sum or the like, of what it is made of."""
    waiting: list[ir.Number] = [typed.number]
    for _ in range(MOST_LOOKED_AT):
        if not waiting:
            break
        match waiting.pop():
            case ir.Arithmetic("+" | "-", first, second) | ir.Function(
                "min" | "max" | "clamp", (first, second, *_)
            ):
                waiting += [second, first]
            case ir.Function("abs", (inner,)) | ir.Rounded(inner):
                waiting.append(inner)
            case one:
                unit = _own_unit(scope, one)
                if unit:
                    return unit
    return ""


def _own_unit(scope: Scope, number: ir.Number) -> str:
    match number:
        case ir.Constant(value, unit, calendar):
            return f"{unit}s" if calendar and value != 1 else unit
        case ir.Measure(name):
            kind = scope.inputs[name].type
            if isinstance(kind, ir.Quantity):
                return kind.units[0].unit
            return f"{kind.unit}s" if isinstance(kind, ir.Duration) else ""
        case ir.DefinedNumber(name):
            definition = scope.definitions.get(name)
            return "" if definition is None else definition.unit
        case _:
            return ""


def _dimension_text(dimension: Dimension) -> str:
    def side(powers: tuple[tuple[str, int], ...]) -> str:
        return ".".join(base if power == 1 else f"{base}{power}" for base, power in powers)

    above, below = dimension
    if not above and not below:
        return "a plain number"
    text = side(above) or "1"
    return f"a number in `{text}/{side(below)}`" if below else f"a number in `{text}`"
