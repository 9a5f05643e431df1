"""Numbers and their kinds: exact values in base units, dimensions of dates and calendar time, decimals."""

from datetime import date
from fractions import Fraction

from guidec import ir
from guidec.units import DIMENSIONLESS, Dimension, Unit, UnitProblem, parse_unit

CALENDAR_WORDS = {
    "day": "day", "days": "day", "week": "week", "weeks": "week",
    "month": "month", "months": "month", "year": "year", "years": "year",
}  # fmt: skip
_CALENDAR = {
    "day": ("calendar day", 1),
    "week": ("calendar day", 7),
    "month": ("calendar month", 1),
    "year": ("calendar month", 12),
}
DATE: Dimension = ((("date", 1),), ())
MOST_DIGITS = 15


def unit_of(text: str) -> Unit:
    """The unit of a text that was checked when it was resolved."""
    unit = parse_unit(text)
    if isinstance(unit, UnitProblem):
        raise AssertionError(unit.message)
    return unit


def unit_text(unit: str) -> str:
    """A unit as a clinician reads it: `%{predicted}` is `% predicted`, `[lb_av]` is `lb`."""
    plain = unit.replace("{", " ").replace("}", "").replace("[lb_av]", "lb").replace("[degF]", "°F")
    plain = (
        "°C" if plain == "Cel" else plain.replace("mm[Hg]", "mmHg").replace("ug", "µg").replace("m2", "m²")
    )
    return plain.strip()


def calendar_dimension(word: str) -> Dimension:
    """Days and weeks are one kind, months and years another: neither is a number of the other."""
    return (((_CALENDAR[word][0], 1),), ())


def unit_dimension(unit: str, calendar: bool = False) -> Dimension:
    """The dimension of a unit as written, or of a calendar word; an empty one is a plain number."""
    if calendar or unit in _CALENDAR:
        return calendar_dimension(unit)
    return unit_of(unit).dimension if unit else DIMENSIONLESS


def in_base_units(value: Fraction, unit: str, calendar: bool = False) -> Fraction:
    """A value in base units: grams, metres, seconds, kelvin; calendar days or months."""
    if calendar or unit in _CALENDAR:
        return value * _CALENDAR[unit][1]
    if not unit:
        return value
    parsed = unit_of(unit)
    return (value + parsed.offset) * parsed.factor


def out_of_base_units(value: Fraction, unit: str) -> Fraction:
    """The inverse of `in_base_units`."""
    if not unit:
        return value
    if unit in _CALENDAR:
        return value / _CALENDAR[unit][1]
    parsed = unit_of(unit)
    return value / parsed.factor - parsed.offset


def threshold_in(unit: str, printed: tuple[ir.Constant, ...]) -> Fraction:
    """A threshold in one unit of its input: as printed in it, else converted."""
    for one in printed:
        if one.unit == unit:
            return one.value
    same = next(one for one in printed if unit_dimension(one.unit) == unit_dimension(unit))
    return out_of_base_units(in_base_units(same.value, same.unit), unit)


def constant_value(constant: ir.Constant | ir.Day) -> Fraction:
    """A constant in base units; a date is its day number."""
    match constant:
        case ir.Day(text):
            return Fraction(date.fromisoformat(text).toordinal())
        case ir.Constant(value, unit, calendar):
            return in_base_units(value, unit, calendar)


def input_dimension(kind: ir.Type) -> Dimension | None:
    """The dimension of an input's numbers; None for an input that isn't a number."""
    match kind:
        case ir.Integer():
            return DIMENSIONLESS
        case ir.Quantity(units):
            return unit_of(units[0].unit).dimension
        case ir.Date():
            return DATE
        case ir.Duration(unit):
            return calendar_dimension(unit)
        case ir.Boolean() | ir.OneOf() | ir.AnyOf():
            return None


def rounded(value: Fraction, step: Fraction, mode: str = "half away from zero") -> Fraction:
    """To a multiple of the step: the nearest, a half `away from zero` or to the `even` one; `down` towards zero, `up` away."""
    steps = abs(value) / step
    whole = steps.numerator // steps.denominator
    rest = steps - whole
    match mode:
        case "down":
            up = False
        case "up":
            up = rest > 0
        case "half even":
            up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2 == 1)
        case _:
            up = rest >= Fraction(1, 2)
    whole += up
    return whole * step if value >= 0 else -whole * step


def is_decimal(value: Fraction) -> bool:
    """Whether the value is a finite decimal."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def decimal_places(value: Fraction) -> int:
    """Digits after the point of a finite decimal."""
    places = 0
    while value.denominator != 1:
        value *= 10
        places += 1
    return places


def decimal_text(value: Fraction) -> str:
    """The shortest decimal of a finite one, whole ones without a point; otherwise `125/3`."""
    if not is_decimal(value):
        return str(value)
    places = decimal_places(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


def is_plain(value: Fraction) -> bool:
    """Whether a result can show the value: a finite decimal of at most 15 digits."""
    return is_decimal(value) and decimal_places(value) + len(str(abs(int(value)))) <= MOST_DIGITS


def plain_number(value: Fraction) -> int | float:
    """The number that stands in a result: whole or the float that prints as the shortest decimal."""
    return value.numerator if value.denominator == 1 else float(decimal_text(value))


def quantity_equal(first: Fraction, first_unit: str, second: Fraction, second_unit: str) -> bool:
    """Whether two quantities are exactly the same, whatever their units."""
    if unit_dimension(first_unit) != unit_dimension(second_unit):
        return False
    return in_base_units(first, first_unit) == in_base_units(second, second_unit)
