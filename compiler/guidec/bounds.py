"""The least and the largest value of a number, and its grain, over everything that may be entered."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import gcd

from guidec import ir
from guidec.dates import add, completed
from guidec.numbers import constant_value, in_base_units, out_of_base_units, rounded
from guidec.reals import DIGITS, apply

Bounds = tuple[Fraction, Fraction]

Find = Callable[[str], ir.Definition | None]


def input_bounds(kind: ir.Type) -> Bounds:
    """An input's range in base units, over all its units."""
    match kind:
        case ir.Integer(low, high):
            return Fraction(low), Fraction(high)
        case ir.Quantity(units):
            ends = [in_base_units(end, unit.unit) for unit in units for end in (unit.low, unit.high)]
            return min(ends), max(ends)
        case ir.Date(low_day, high_day):
            ends = [Fraction(date.fromisoformat(day).toordinal()) for day in (low_day, high_day)]
            return ends[0], ends[1]
        case ir.Duration(unit, low, high):
            return in_base_units(Fraction(low), unit, True), in_base_units(Fraction(high), unit, True)
        case ir.Boolean() | ir.OneOf() | ir.AnyOf():
            raise AssertionError("only numbers have bounds")


def bounds(number: ir.Number, inputs: Mapping[str, ir.Input], definition: Find) -> Bounds:
    """Interval arithmetic: never too narrow, wider than the truth where an input stands twice.

    Raises OverflowError where a date may lie outside the years 1 to 9999.
    """

    def go(one: ir.Number) -> Bounds:
        match one:
            case ir.Constant() | ir.Day():
                value = constant_value(one)
                return value, value
            case ir.Measure(name):
                return input_bounds(inputs[name].type)
            case ir.DefinedNumber(name):
                found = definition(name)
                assert found is not None and found.number is not None
                return go(found.number)
            case ir.Arithmetic(op, left, right):
                return combine(op, go(left), go(right))
            case ir.Function(name, arguments):
                return apply(name, [go(argument) for argument in arguments], DIGITS)
            case ir.Rounded(inner):
                return rounded_bounds(one, go(inner))
            case ir.Completed(word, first, last):
                return completed_bounds(word, go(first), go(last))
            case ir.Shifted(day, by, months, overflow):
                return shifted_bounds(go(day), go(by), months, overflow)
            case ir.Case(_, _, arms):
                ends = [go(arm.number) for arm in arms]
                return min(end[0] for end in ends), max(end[1] for end in ends)
            case ir.Sum(terms):
                ends = [go(term) for term in terms]
                return sum((end[0] for end in ends), Fraction(0)), sum((end[1] for end in ends), Fraction(0))

    return go(number)


def combine(op: str, left: Bounds, right: Bounds) -> Bounds:
    """The bounds of `left op right`; a divisor that may be 0 has no bounds and was refused before."""
    if op == "+":
        return left[0] + right[0], left[1] + right[1]
    if op == "-":
        return left[0] - right[1], left[1] - right[0]
    if op == "/":
        if right[0] <= 0 <= right[1]:
            largest = Fraction(10) ** 300
            return -largest, largest
        right = (1 / right[1], 1 / right[0])
    ends = [a * b for a in left for b in right]
    return min(ends), max(ends)


def rounded_bounds(number: ir.Rounded, inner: Bounds) -> Bounds:
    """Rounding never turns two numbers round."""
    return rounded_in_unit(number, inner[0]), rounded_in_unit(number, inner[1])


def rounded_in_unit(number: ir.Rounded, value: Fraction) -> Fraction:
    """A value in base units, rounded in the unit of the step, in base units."""
    if number.calendar:
        factor = in_base_units(Fraction(1), number.unit, True)
        return rounded(value / factor, number.step, number.mode) * factor
    there = out_of_base_units(value, number.unit)
    return in_base_units(rounded(there, number.step, number.mode), number.unit)


def completed_bounds(word: str, first: Bounds, last: Bounds) -> Bounds:
    """Completed units fall with the first date and rise with the last; in base units."""
    return completed_between(word, first[1], last[0]), completed_between(word, first[0], last[1])


def completed_between(word: str, first: Fraction, last: Fraction) -> Fraction:
    """From one day number to another, in calendar days or months."""
    days = date.fromordinal(int(first)), date.fromordinal(int(last))
    return in_base_units(Fraction(completed(word, *days)), word, True)  # type: ignore[arg-type]


def shifted_bounds(day: Bounds, by: Bounds, months: bool, overflow: str) -> Bounds:
    """A date moves with what is added, and never back as it rises."""
    return shifted(day[0], by[0], months, overflow), shifted(day[1], by[1], months, overflow)


def shifted(day: Fraction, by: Fraction, months: bool, overflow: str) -> Fraction:
    """A day number, some calendar days or months later."""
    if not months:
        moved = int(day) + int(by)
        if not 1 <= moved <= date.max.toordinal():
            raise OverflowError("the date lies outside the years 1 to 9999")
        return Fraction(moved)
    return Fraction(add(date.fromordinal(int(day)), int(by), "month", overflow).toordinal())


def grain(number: ir.Number, inputs: Mapping[str, ir.Input], definition: Find) -> Fraction | None:
    """What every value is a whole multiple of, in base units; None where it may be any fraction."""

    def go(one: ir.Number) -> Fraction | None:
        match one:
            case ir.Constant() | ir.Day():
                return abs(constant_value(one))
            case ir.Measure(name):
                return _input_grain(inputs[name].type)
            case ir.DefinedNumber(name):
                found = definition(name)
                assert found is not None and found.number is not None
                return go(found.number)
            case ir.Arithmetic(op, left, right):
                a, b = go(left), go(right)
                if a is None or b is None:
                    return None
                if op in "+-":
                    return common_grain(a, b)
                if op == "*":
                    return a * b
                low, high = bounds(right, inputs, definition)
                return a / abs(low) if low == high else None
            case ir.Function("min" | "max" | "abs", arguments):
                return _common([go(argument) for argument in arguments])
            case ir.Function("^", (base, ir.Constant(value))) if value.denominator == 1 and value >= 0:
                found_grain = go(base)
                return None if found_grain is None else found_grain**value.numerator
            case ir.Function():
                return None
            case ir.Rounded(_, step, unit, _, calendar):
                zero = in_base_units(Fraction(0), unit, calendar)
                return common_grain(in_base_units(step, unit, calendar) - zero, zero)
            case ir.Completed(word):
                return in_base_units(Fraction(1), word, True)
            case ir.Shifted():
                return Fraction(1)
            case ir.Case(_, _, arms):
                return _common([go(arm.number) for arm in arms])
            case ir.Sum(terms):
                return _common([go(term) for term in terms])

    return go(number)


def _common(grains: list[Fraction | None]) -> Fraction | None:
    found = Fraction(0)
    for one in grains:
        if one is None:
            return None
        found = common_grain(found, one)
    return found


def _input_grain(kind: ir.Type) -> Fraction:
    match kind:
        case ir.Quantity(units):
            found = Fraction(0)
            for unit in units:
                first = in_base_units(unit.low, unit.unit)
                step = in_base_units(unit.low + unit.step, unit.unit) - first
                found = common_grain(found, common_grain(first, step))
            return found
        case ir.Duration(unit):
            return in_base_units(Fraction(1), unit, True)
        case _:
            return Fraction(1)


def common_grain(a: Fraction, b: Fraction) -> Fraction:
    """The greatest number that both are whole multiples of; 0 for two zeros."""
    return Fraction(
        gcd(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator
    )
