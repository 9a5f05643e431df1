"""Numbers over boxes of values to their bounds: never too narrow, and exact where every value is a single one."""

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import NamedTuple

from guidec.bounds import combine, completed_between, shifted
from guidec.numbers import rounded
from guidec.reals import DIGITS, Interval, apply, settle
from guidec.rows import Apply, Count, Exact, Move, Number, Pick, Read, Round, Total


class Range(NamedTuple):
    """What a number may be: between `low` and `high`, and whether it may be undefined, for want of a number.

    `numbers` is False where it is undefined for sure.
    """

    low: Fraction
    high: Fraction
    undefined: bool
    numbers: bool = True


NOTHING = Range(Fraction(0), Fraction(0), True, False)


def range_of(
    number: Number,
    read: Callable[[str], Range],
    cells: Callable[[int], int],
    single: bool,
    digits: int = DIGITS,
) -> Range:
    """The bounds of a number.

    `read` gives those of an input, in base units; `cells` those that a coordinate may lie in; `single` says that every
    value is one, so that a rounding must be the right one.
    """

    def go(one: Number, digits: int) -> Range:
        match one:
            case Exact(value):
                return Range(value, value, False)
            case Read(name):
                return read(name)
            case Apply(op, arguments):
                return _of_all(
                    [go(argument, digits) for argument in arguments], lambda all: _applied(op, all, digits)
                )
            case Round(inner, step, factor, offset, mode):

                def to_step(value: Fraction) -> Fraction:
                    return (rounded(value / factor - offset, step, mode) + offset) * factor

                found = go(inner, digits)
                if not found.numbers:
                    return found
                if single and found.low != found.high:

                    def closer(more: int) -> Interval:
                        narrow = go(inner, more)
                        return narrow.low, narrow.high

                    value = settle(closer, to_step)
                    return Range(value, value, found.undefined)
                return Range(to_step(found.low), to_step(found.high), found.undefined)
            case Count(word, first, last):
                return _of_all(
                    [go(first, digits), go(last, digits)],
                    lambda ends: (
                        completed_between(word, ends[0][1], ends[1][0]),
                        completed_between(word, ends[0][0], ends[1][1]),
                    ),
                )
            case Move(day, by, months, overflow):
                return _of_all(
                    [go(day, digits), go(by, digits)],
                    lambda ends: (
                        shifted(ends[0][0], ends[1][0], months, overflow),
                        shifted(ends[0][1], ends[1][1], months, overflow),
                    ),
                )
            case Pick(rows):
                return _one_of(
                    [
                        go(row.number, digits)
                        for row in rows
                        if all(cells(at) & mask for at, mask in row.cells)
                    ]
                )
            case Total(terms):
                return _of_all([go(term, digits) for term in terms], _summed)

    return go(number, digits)


def _applied(op: str, arguments: Sequence[Interval], digits: int) -> Interval:
    if op in ("+", "-", "*", "/"):
        return combine(op, arguments[0], arguments[1])
    return apply(op, arguments, digits)


def _summed(ends: Sequence[Interval]) -> Interval:
    return sum((one[0] for one in ends), Fraction(0)), sum((one[1] for one in ends), Fraction(0))


def _of_all(parts: Sequence[Range], make: Callable[[Sequence[Interval]], Interval]) -> Range:
    """A number of several: undefined where one of them is."""
    if not all(part.numbers for part in parts):
        return NOTHING
    low, high = make([(part.low, part.high) for part in parts])
    return Range(low, high, any(part.undefined for part in parts))


def _one_of(parts: Sequence[Range]) -> Range:
    """One of several numbers, nobody knows which."""
    numbers = [part for part in parts if part.numbers]
    if not numbers:
        return NOTHING
    low, high = min(part.low for part in numbers), max(part.high for part in numbers)
    return Range(low, high, any(part.undefined for part in parts))


def piece_between(cuts: Sequence[tuple[Fraction, bool]], value: Fraction) -> int:
    """How many cuts lie before a value."""
    low, high = 0, len(cuts)
    while low < high:
        middle = (low + high) // 2
        threshold, after = cuts[middle]
        if value > threshold or (value == threshold and not after):
            low = middle + 1
        else:
            high = middle
    return low
