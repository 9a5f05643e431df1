"""Numbers that are sums of points: their terms, each some rows of cells with whole numbers of one grain."""

from fractions import Fraction
from math import lcm

from guidec.record import record
from guidec.rows import Exact, Mask, Number, Pick, Total

Cells = tuple[tuple[int, Mask], ...]


@record
class Points:
    """A sum of terms: `constant` and of each term the points of the row that holds, all in units of `grain`."""

    grain: Fraction
    constant: int
    terms: tuple[tuple[tuple[Cells, int], ...], ...]


def points_of(number: Number) -> Points | None:
    """The terms of a sum of points; None for any other number."""
    rows: list[list[tuple[Cells, Fraction]]] = []
    constant = Fraction(0)
    waiting = [number]
    while waiting:
        match waiting.pop():
            case Total(terms):
                waiting += reversed(terms)
            case Exact(value):
                constant += value
            case Pick(picked):
                term: list[tuple[Cells, Fraction]] = []
                for row in picked:
                    if not isinstance(row.number, Exact):
                        return None
                    term.append((row.cells, row.number.value))
                rows.append(term)
            case _:
                return None
    scale = lcm(constant.denominator, *(value.denominator for term in rows for _, value in term))
    whole = tuple(tuple((cells, int(value * scale)) for cells, value in term) for term in rows)
    return Points(Fraction(1, scale), int(constant * scale), whole)
