"""Intervals of exact numbers through functions whose values are no decimals: bounds that hold, as narrow as asked.

A value is enclosed between two rationals; with more digits they come closer. Where a value is rational after all (the root
of 9/4, the logarithm of 1) both are that value. The digits come from the decimal module, whose `ln`, `exp` and `sqrt` are
correctly rounded.
"""

from collections.abc import Callable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from math import isqrt

Interval = tuple[Fraction, Fraction]

DIGITS = 30
MOST_DIGITS = 1_000
LARGEST_EXPONENT = 1_000
MOST_ROOT = 64


def apply(name: str, arguments: Sequence[Interval], digits: int = DIGITS) -> Interval:
    """The bounds of `min`, `max`, `abs`, `sqrt`, `ln`, `exp` or `^` over intervals that lie in its domain."""
    first = arguments[0]
    match name:
        case "min":
            return min(one[0] for one in arguments), min(one[1] for one in arguments)
        case "max":
            return max(one[0] for one in arguments), max(one[1] for one in arguments)
        case "abs":
            ends = sorted(abs(end) for end in first)
            return (Fraction(0) if first[0] <= 0 <= first[1] else ends[0]), ends[1]
        case "^":
            return _power(first, arguments[1], digits)
        case _:
            function = {"sqrt": _sqrt, "ln": _ln, "exp": _exp}[name]
            return function(first[0], digits)[0], function(first[1], digits)[1]


def is_exact(name: str, arguments: Sequence[Interval]) -> bool:
    """Whether a function of rational numbers is a rational number whatever they are."""
    if name == "^":
        low, high = arguments[1]
        return low == high and low.denominator == 1
    return name in ("min", "max", "abs")


def settle(value: Callable[[int], Interval], rounded: Callable[[Fraction], Fraction]) -> Fraction:
    """The rounding of a number that `value` encloses, the more narrowly the more digits it is given.

    Where a thousand digits don't tell on which side of a step it lies, it lies on the step.
    """
    digits = DIGITS
    while True:
        low, high = value(digits)
        below, above = rounded(low), rounded(high)
        if below == above:
            return below
        if digits >= MOST_DIGITS:
            return rounded(_simplest(low, high))
        digits = min(digits * 4, MOST_DIGITS)


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    """The number with the smallest denominator between two."""
    whole = -(-low.numerator // low.denominator)
    if whole <= high:
        return Fraction(whole)
    floor = low.numerator // low.denominator
    return floor + 1 / _simplest(1 / (high - floor), 1 / (low - floor))


def _power(base: Interval, exponent: Interval, digits: int) -> Interval:
    if exponent[0] == exponent[1] and exponent[0].denominator == 1:
        power = exponent[0].numerator
        ends = sorted((base[0] ** power, base[1] ** power))
        if power > 0 and power % 2 == 0 and base[0] <= 0 <= base[1]:
            return Fraction(0), ends[1]
        return ends[0], ends[1]
    corners = [_power_of(one, other, digits) for one in set(base) for other in set(exponent)]
    return min(one[0] for one in corners), max(one[1] for one in corners)


def _power_of(base: Fraction, exponent: Fraction, digits: int) -> Interval:
    """A positive base; a corner of a box, where the power is least or largest."""
    if exponent.denominator == 1 and abs(exponent.numerator) <= LARGEST_EXPONENT:
        return base**exponent.numerator, base**exponent.numerator
    if base == 1:
        return base, base
    if exponent.denominator <= MOST_ROOT:
        above = _root(base.numerator, exponent.denominator)
        below = _root(base.denominator, exponent.denominator)
        if above is not None and below is not None:
            exact = Fraction(above, below) ** exponent.numerator
            return exact, exact
    low, high = _ln(base, digits + 5)
    ends = sorted((low * exponent, high * exponent))
    return _exp(ends[0], digits)[0], _exp(ends[1], digits)[1]


def _root(number: int, degree: int) -> int | None:
    """The whole root of a whole number, if it has one."""
    low, high = 1, 1 << (number.bit_length() // degree + 1)
    while low < high:
        middle = (low + high) // 2
        if middle**degree < number:
            low = middle + 1
        else:
            high = middle
    return low if low**degree == number else None


def _sqrt(value: Fraction, digits: int) -> Interval:
    above, below = isqrt(value.numerator), isqrt(value.denominator)
    if above * above == value.numerator and below * below == value.denominator:
        return Fraction(above, below), Fraction(above, below)
    return _enclosed(value, digits, lambda context, one: context.sqrt(one))


def _ln(value: Fraction, digits: int) -> Interval:
    if value == 1:
        return Fraction(0), Fraction(0)
    return _enclosed(value, digits, lambda context, one: context.ln(one))


def _exp(value: Fraction, digits: int) -> Interval:
    if value == 0:
        return Fraction(1), Fraction(1)
    return _enclosed(value, digits, lambda context, one: context.exp(one))


def _enclosed(value: Fraction, digits: int, function: Callable[[Context, Decimal], Decimal]) -> Interval:
    """An increasing function, its argument and its value rounded outwards."""
    ends = []
    for rounding in (ROUND_FLOOR, ROUND_CEILING):
        context = Context(prec=digits, rounding=rounding, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[])
        argument = context.divide(Decimal(value.numerator), Decimal(value.denominator))
        found = function(context, argument)
        ends.append(context.next_minus(found) if rounding == ROUND_FLOOR else context.next_plus(found))
    return Fraction(ends[0]), Fraction(ends[1])
