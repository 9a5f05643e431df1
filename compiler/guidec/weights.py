"""Doses by weight or surface: how much of a dose one unit of the input brings."""

from fractions import Fraction

from guidec import ir
from guidec.numbers import rounded, unit_of
from guidec.units import Unit, divisor_factor, without_divisor


def per_unit(dose: Unit, weight: Unit) -> Fraction:
    """Dose units that one unit of the weight brings: mg/kg/d with [lb_av] is 0.45359237 mg/d."""
    return divisor_factor(dose, weight)


def computed_unit(dose: ir.Dose, weight: str) -> str:
    """The unit that is left: `mg/kg/d` of a weight is `mg/d`."""
    remaining = without_divisor(unit_of(dose.unit), unit_of(weight))
    assert remaining is not None
    return remaining.text


def computed(dose: ir.Dose, amount: Fraction, value: Fraction, weight: str) -> Fraction:
    """The dose for a weight or a surface entered as `value` in the unit `weight`, rounded where the author says so."""
    exact = amount * value * per_unit(unit_of(dose.unit), unit_of(weight))
    return exact if dose.rounded is None else rounded(exact, dose.rounded)
