"""The least and the largest value of a number, over everything that may be entered."""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction

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
