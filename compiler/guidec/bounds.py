"""The least and the largest value of a number, and its grain, over everything that may be entered."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from math import gcd

from guidec import ir
from guidec.numbers import constant_value, in_base_units

Bounds = tuple[Fraction, Fraction]


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


def bounds(
    number: ir.Number, inputs: Mapping[str, ir.Input], definition: Callable[[str], ir.Definition | None]
) -> Bounds:
    """Interval arithmetic: never too narrow, wider than the truth where an input stands twice."""
    match number:
        case ir.Constant() | ir.Day():
            value = constant_value(number)
            return value, value
        case ir.Measure(name):
            return input_bounds(inputs[name].type)
        case ir.DefinedNumber(name):
            found = definition(name)
            assert found is not None and found.number is not None
            return bounds(found.number, inputs, definition)
        case ir.Arithmetic(op, left, right):
            return combine(op, bounds(left, inputs, definition), bounds(right, inputs, definition))


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


def grain(
    number: ir.Number, inputs: Mapping[str, ir.Input], definition: Callable[[str], ir.Definition | None]
) -> Fraction | None:
    """What every value is a whole multiple of, in base units; None where a quotient may be any fraction."""
    match number:
        case ir.Constant() | ir.Day():
            return abs(constant_value(number))
        case ir.Measure(name):
            return _input_grain(inputs[name].type)
        case ir.DefinedNumber(name):
            found = definition(name)
            assert found is not None and found.number is not None
            return grain(found.number, inputs, definition)
        case ir.Arithmetic(op, left, right):
            a, b = grain(left, inputs, definition), grain(right, inputs, definition)
            if a is None or b is None:
                return None
            if op in "+-":
                return common_grain(a, b)
            if op == "*":
                return a * b
            low, high = bounds(right, inputs, definition)
            return a / abs(low) if low == high else None


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
