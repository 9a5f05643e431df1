"""A comparison of a computed number with a constant to the nearest values on both sides that anybody can have."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, gcd, lcm

from guidec import ir
from guidec.lower.boxes import Box, TooLong, Variable
from guidec.lower.coordinates import Coordinates, grids
from guidec.lower.search import SPENT, Effort, Search, Solver, base_value, decided, whole_domain
from guidec.numbers import constant_value
from guidec.record import record
from guidec.rows import Apply, Coordinate, Count, Derived, Exact, Move, Number, Pick, Read, Round, Total

MOST_STEPS = 400_000
MOST_STEPS_FOR_ONE = 40_000
"""How long searches may be for all thresholds together, and for one side of one of them."""
PERCENT = 1
"""How near to a threshold a number without a grid has to be; twice as far, and again, where nobody is."""

Cut = tuple[Fraction, bool]
Grid = tuple[Fraction, Fraction]
"""A value, and the distance between two neighbours; 0 where there is but one."""

_WHOLE = {"day": 1, "week": 7, "month": 1, "year": 12}
_TOWARDS = {"<": (False, False), "<=": (False, True), ">": (True, False), ">=": (True, True)}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@record
class Side:
    """On its side of a threshold a number has to be at least `low` and at most `high`, in base units; None asks for nothing.

    It then is one of the `values`, or at most so many `percent` away; where there is neither, nobody is on that side. With a
    `reason`, nobody knows.
    """

    low: Fraction | None = None
    high: Fraction | None = None
    values: tuple[Fraction, ...] = ()
    percent: int = 0
    reason: str = ""

    @property
    def nobody(self) -> bool:
        return not self.values and not self.percent


@dataclass(slots=True)
class Probe:
    """A search that is asked for one range of a number after the other; inputs are entered in their first units."""

    coordinates: Coordinates
    listed: list[Coordinate]
    search: Search
    solver: Solver | None
    left: int = MOST_STEPS
    found: dict[tuple[int, Fraction, bool, bool], Side] = field(default_factory=dict)


def probe(coordinates: Coordinates, filled: tuple[Coordinate, ...], solver: Solver | None) -> Probe:
    """What to ask; `filled` are the same coordinates with what computed numbers compute."""
    listed = list(filled)

    def first_units(variable: Variable) -> list[Box]:
        boxes = whole_domain(variable, coordinates.inputs, coordinates.readings)
        return [box for box in boxes if box.named or box.unit == 0]

    return Probe(coordinates, listed, Search(coordinates.inputs, listed, first_units), solver)


def sides(asked: Probe, compare: ir.Compare) -> tuple[Side, Side]:
    """The nearest values where a comparison is true, and where it is false; of `=`, either neighbour is false."""
    at, _, _ = asked.coordinates.read(compare)[0]
    threshold, unit = Fraction(0), Fraction(0)
    if isinstance(compare.right, ir.Constant | ir.Day):
        threshold = constant_value(compare.right)
    if isinstance(compare.right, ir.Constant):
        zero = ir.Constant(Fraction(0), compare.right.unit, compare.right.calendar)
        unit = abs(threshold - constant_value(zero))
    if compare.op == "=":
        below, above = (_nearest(asked, at, threshold, unit, op) for op in ("<", ">"))
        return Side(values=(threshold,)), _either(below, above)
    true, false = (_nearest(asked, at, threshold, unit, op) for op in (compare.op, _OPPOSITE[compare.op]))
    return true, false


def grid_of(number: Number, inputs: Mapping[str, ir.Input]) -> Grid | None:
    """A grid on which all values of a number lie, its inputs in their first units; None where it has none of its own."""

    def go(one: Number) -> Grid | None:
        match one:
            case Exact(value):
                return value, Fraction(0)
            case Read(name):
                kind = inputs[name].type
                low, step, _ = grids(kind)[0]
                start = base_value(kind, 0, low)
                return start, base_value(kind, 0, low + step) - start
            case Round(_, step, factor, offset, _):
                return offset * factor, step * factor
            case Count(word):
                return Fraction(0), Fraction(_WHOLE[word])
            case Move():
                return Fraction(0), Fraction(1)
            case Apply(op, arguments):
                return _applied(op, [go(argument) for argument in arguments])
            case Pick(rows):
                return _one_of([go(row.number) for row in rows])
            case Total(terms):
                found: Grid | None = (Fraction(0), Fraction(0))
                for term in terms:
                    found = _applied("+", [found, go(term)])
                return found

    return go(number)


def _either(below: Side, above: Side) -> Side:
    values, percent = below.values + above.values, max(below.percent, above.percent)
    return Side(below.low, above.high, values, percent, below.reason or above.reason)


# --- on one side -------------------------------------------------------------


def _nearest(asked: Probe, at: int, threshold: Fraction, unit: Fraction, op: str) -> Side:
    """The nearest values on the side of a threshold where `op` holds."""
    up, there = _TOWARDS[op]
    key = at, threshold, up, there
    if key not in asked.found:
        steps = min(asked.left, MOST_STEPS_FOR_ONE)
        asked.search.effort = effort = Effort(steps)
        try:
            asked.found[key] = _looked_for(asked, at, threshold, unit, up, there)
        except TooLong:
            asked.found[key] = Side(reason=SPENT)
        except _NotDecided as fault:
            asked.found[key] = Side(reason=str(fault))
        asked.left -= steps - max(effort.left or 0, 0)
    return asked.found[key]


def _looked_for(asked: Probe, at: int, threshold: Fraction, unit: Fraction, up: bool, there: bool) -> Side:
    coordinate = asked.listed[at]
    assert isinstance(coordinate, Derived)
    sums = asked.search.sums(at)
    if sums is not None:
        beyond = [one for one in sums if one != threshold and (one > threshold) == up]
        beyond += [threshold] if there and threshold in sums else []
        return _single(min(beyond, key=lambda one: abs(one - threshold), default=None), up)
    low, high, _, numbers = asked.search.shown(coordinate.number)
    if not numbers:
        return Side()
    end = high if up else low
    if end != threshold and (end > threshold) != up:
        return Side()
    grid = grid_of(coordinate.number, asked.coordinates.inputs)
    if grid is not None:
        first = _first(grid, threshold, up, there)
        return _single(_on_grid(asked, coordinate, first, grid[1] if up else -grid[1], end), up)
    return _within(asked, coordinate, threshold, unit or max(-low, high), end, up, there)


def _single(value: Fraction | None, up: bool) -> Side:
    """Cut behind the value alone: cells that no value lies in are the hardest to look for."""
    if value is None:
        return Side()
    return Side(None if up else value, value if up else None, (value,))


def _first(grid: Grid, threshold: Fraction, up: bool, there: bool) -> Fraction:
    """The first value of a grid behind a threshold, or there; of one value, that."""
    start, step = grid
    if not step:
        return start
    places = (threshold - start) / step
    place = ceil(places) if up else floor(places)
    if place == places and not there:
        place += 1 if up else -1
    return start + place * step


def _on_grid(asked: Probe, of: Derived, first: Fraction, step: Fraction, end: Fraction) -> Fraction | None:
    """The value nearest to the first that somebody has, in steps: looked for twice as far each time, then by halving."""

    def somebody(near: int, far: int) -> bool:
        low, high = sorted((first + near * step, first + far * step))
        return _between(asked, of, (low, False), (high, True))

    last = floor((end - first) / step) if step else 0
    near, far = 0, 0
    while near <= last and not somebody(near, far):
        near, far = far + 1, 2 * far + 1
    if near > last:
        return None
    while near < far:
        middle = (near + far) // 2
        if somebody(near, middle):
            far = middle
        else:
            near = middle + 1
    return first + near * step


def _within(
    asked: Probe, of: Derived, threshold: Fraction, unit: Fraction, end: Fraction, up: bool, there: bool
) -> Side:
    """The values at most so many percent away from a threshold, towards an end, as few as somebody has."""
    if end == threshold:
        exact = there and _between(asked, of, (threshold, False), (threshold, True))
        return _single(threshold if exact else None, up)
    percent, away = PERCENT, Fraction(0)
    while away < abs(end - threshold):
        away = unit * percent / 100
        if up and _between(asked, of, (threshold, not there), (threshold + away, True)):
            return Side(high=threshold + away, percent=percent)
        if not up and _between(asked, of, (threshold - away, False), (threshold, there)):
            return Side(threshold - away, percent=percent)
        percent *= 2
    return Side()


class _NotDecided(Exception):
    """Nobody knows whether somebody has such a number, for this reason."""


def _between(asked: Probe, of: Derived, low: Cut, high: Cut) -> bool:
    asked.listed.append(Derived(of.number, of.inputs, of.reads, (low, high), of.undefined, of.name))
    found = decided(asked.search, [(len(asked.listed) - 1, 2, {})], asked.solver)
    if isinstance(found, str):
        raise _NotDecided(found)
    return found


# --- grids -------------------------------------------------------------------


def _applied(op: str, arguments: list[Grid | None]) -> Grid | None:
    known = [one for one in arguments if one is not None]
    if len(known) < len(arguments):
        return None
    match op, known:
        case "+", [(first, step), (second, other)]:
            return _fitting(first + second, step, other)
        case "-", [(first, step), (second, other)]:
            return _fitting(first - second, step, other)
        case "*", [(factor, Fraction(numerator=0)), (start, step)] | [
            (start, step),
            (factor, Fraction(numerator=0)),
        ]:
            return start * factor, step * abs(factor)
        case "/", [(start, step), (factor, Fraction(numerator=0))]:
            return start / factor, step / abs(factor)
        case "min" | "max", _:
            return _one_of(arguments)
        case "abs", [(start, step)]:
            return start, _divisor(step, 2 * start)
        case _:
            return None


def _fitting(start: Fraction, step: Fraction, other: Fraction) -> Grid | None:
    """The grid of a sum, if one step is a multiple of the other; else its values are as good as everywhere."""
    common = _divisor(step, other)
    return (start, common) if common in (step, other) else None


def _one_of(grids: list[Grid | None]) -> Grid | None:
    """A grid with all the values of several."""
    known = [one for one in grids if one is not None]
    if len(known) < len(grids) or not known:
        return None
    start, step = known[0]
    for other, width in known[1:]:
        step = _divisor(_divisor(step, width), other - start)
    return start, step


def _divisor(one: Fraction, other: Fraction) -> Fraction:
    """The greatest number of which both are whole multiples; 0 where both are."""
    below = lcm(one.denominator, other.denominator)
    return Fraction(gcd(int(one * below), int(other * below)), below)
