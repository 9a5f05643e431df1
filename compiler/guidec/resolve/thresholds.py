"""An input against constants: each threshold in the input's range, on its grid, in each of its units."""

from fractions import Fraction
from typing import Literal

from guidec import ir
from guidec.diagnostic import listed
from guidec.numbers import calendar_dimension, decimal_text, input_dimension, unit_dimension, unit_of
from guidec.resolve.scope import Scope
from guidec.resolve.typed import Typed, alike, mismatch
from guidec.units import DIMENSIONLESS, convert


def threshold(
    scope: Scope, op: Literal["<", "<=", ">", ">=", "="], entry: ir.Input, printed: tuple[Typed, ...]
) -> ir.Condition | None:
    """An input against a constant, perhaps in several units, each in the input's range and on its grid."""
    found = True
    for one in printed:
        found = _fits(scope, entry, one) and found
    if not found:
        return None
    if isinstance(entry.type, ir.Quantity):
        dimensions = {
            unit_dimension(one.number.unit) for one in printed if isinstance(one.number, ir.Constant)
        }
        lacking = [unit.unit for unit in entry.type.units if unit_dimension(unit.unit) not in dimensions]
        if lacking:
            scope.fault(
                "missing_threshold",
                f"`{entry.id}` may also be entered in {listed(lacking)}, which does not convert to this unit",
                printed[-1].span,
                f"add the threshold in that unit: `… or NUMBER {lacking[0]}`",
            )
            return None
    constants = tuple(one.number for one in printed if isinstance(one.number, ir.Constant))
    right = printed[0].number
    assert isinstance(right, ir.Constant | ir.Day)
    return ir.Compare(op, ir.Measure(entry.id), right, constants[1:])


def _fits(scope: Scope, entry: ir.Input, one: Typed) -> bool:
    """Whether a threshold has the input's dimension, lies in its range and on its grid."""
    constant = one.number
    match entry.type, constant:
        case ir.Quantity(units), ir.Constant(value, unit, False):
            same = [option for option in units if unit_dimension(option.unit) == one.dimension]
            if not same or not alike(scope, Typed(ir.Measure(entry.id), one.dimension, entry.span), one):
                return _wrong_dimension(scope, entry, one)
            option = next((option for option in same if option.unit == unit), same[0])
            there = (
                value
                if option.unit == unit or not unit
                else convert(value, unit_of(unit), unit_of(option.unit))
            )
            return _in_range(scope, entry, one, there, option.low, option.high, option.step, option.unit)
        case ir.Integer(low, high), ir.Constant(value, _, False) if one.dimension == DIMENSIONLESS:
            return _in_range(scope, entry, one, value, Fraction(low), Fraction(high), Fraction(1), "")
        case ir.Duration(unit, low, high), ir.Constant(value, written, True) if (
            one.dimension == calendar_dimension(unit)
        ):
            factor = {"week": 7, "year": 12}
            there = value * factor.get(written, 1) / factor.get(unit, 1)
            return _in_range(scope, entry, one, there, Fraction(low), Fraction(high), Fraction(1), unit)
        case ir.Date(low_day, high_day), ir.Day(day):
            if low_day <= day <= high_day:
                return True
            scope.fault(
                "threshold_out_of_range",
                f"`{day}` is outside `{entry.id}`, {low_day} to {high_day}",
                one.span,
                "mend the date or the range",
            )
            return False
        case _:
            return _wrong_dimension(scope, entry, one)


def _wrong_dimension(scope: Scope, entry: ir.Input, one: Typed) -> bool:
    mismatch(
        scope,
        Typed(ir.Measure(entry.id), input_dimension(entry.type) or DIMENSIONLESS, entry.span),
        one,
        one.span,
    )
    return False


def _in_range(
    scope: Scope,
    entry: ir.Input,
    one: Typed,
    value: Fraction,
    low: Fraction,
    high: Fraction,
    step: Fraction,
    unit: str,
) -> bool:
    shown = f"{decimal_text(value)} {unit}".strip()
    if not low <= value <= high:
        bounds_text = f"{decimal_text(low)} to {decimal_text(high)} {unit}".strip()
        scope.fault(
            "threshold_out_of_range",
            f"`{shown}` is outside `{entry.id}`, {bounds_text}",
            one.span,
            "mend the threshold or the range",
        )
        return False
    if (value - low) % step:
        near = low + ((value - low) // step) * step
        scope.fault(
            "threshold_off_grid",
            f"no patient can have `{shown}`: `{entry.id}` goes in steps of {decimal_text(step)}",
            one.span,
            f"write `{decimal_text(near)}` or `{decimal_text(near + step)}`, or a finer step",
        )
        return False
    return True
