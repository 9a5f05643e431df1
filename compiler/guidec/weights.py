"""Doses by weight or surface: how much of a dose one unit of the input brings, rounded and kept within its caps."""

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


def exact(dose: ir.Dose, amount: Fraction, value: Fraction, weight: str) -> Fraction:
    """The dose for a weight or a surface entered as `value` in the unit `weight`, before any rounding or cap."""
    return amount * value * per_unit(unit_of(dose.unit), unit_of(weight))


def computed(dose: ir.Dose, amount: Fraction, value: Fraction, weight: str) -> Fraction:
    """The dose that is given: within its caps, and rounded where the author says so."""
    return _rounded(dose, capped(dose, exact(dose, amount, value, weight)))


def capped(dose: ir.Dose, value: Fraction) -> Fraction:
    """Not below `least`, not above `most`. Caps lie on the steps of the rounding, so it may come before or after."""
    if dose.least is not None and value < dose.least:
        return dose.least
    return dose.most if dose.most is not None and value > dose.most else value


def _rounded(dose: ir.Dose, value: Fraction) -> Fraction:
    if dose.strengths:
        return nearest_strength(dose, value)
    return value if dose.rounded is None else rounded(value, dose.rounded, dose.mode)


def nearest_strength(dose: ir.Dose, value: Fraction) -> Fraction:
    """The strength that is nearest, of two the larger; or the next below or above. The value lies between the ends."""
    below = max((one for one in dose.strengths if one <= value), default=dose.strengths[0])
    above = min((one for one in dose.strengths if one >= value), default=dose.strengths[-1])
    match dose.mode:
        case "down":
            return below
        case "up":
            return above
        case _:
            return above if above - value <= value - below else below
