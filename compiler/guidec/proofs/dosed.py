"""Two outcomes that may differ in amounts to the weights for which they do: what is given, by weight or surface, exactly."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from fractions import Fraction
from itertools import groupby, islice, product
from math import ceil, floor
from typing import Any

from guidec import ir
from guidec.courses import Trouble, steps
from guidec.evaluate.doses import Shown
from guidec.evaluate.record import read_record
from guidec.evaluate.result import order_json
from guidec.lower.boxes import Box
from guidec.lower.coordinates import grids
from guidec.numbers import decimal_places, in_base_units
from guidec.proofs.bare import bare
from guidec.record import parts, rebuilt, record
from guidec.weights import computed, computed_unit, exact
from guidec.wording import dose_text

MOST_LOOKED_AT = 20_000
MOST_RUNS = 50
MOST_PAIRS = 2_000

EVERYBODY = ir.Always(True)
NOBODY = ir.Always(False)
IN_PLACES = "the amounts differ in more stretches of these weights than can be named; at some weights between they are the same"
TOO_FINE = "the weights are too many to be looked through"

Inputs = Mapping[str, ir.Input]


@record
class Weighed:
    """A dose by weight with the amounts, as it is written, that it gives: its ends, and the steps of its taper."""

    dose: ir.Dose
    amounts: tuple[Fraction, ...]


@record
class Apart:
    """When two outcomes give other amounts, whose weights must be known to see it, and the formulas where they are blank.

    `remark` says why `when` may name too many, `formulas` are all that aren't the same, before and after.
    """

    when: ir.Condition
    weights: tuple[str, ...]
    blank: tuple[tuple[str, str, str], ...] = ()
    remark: str = ""
    formulas: tuple[tuple[str, str], ...] = ()


@record
class _Marked:
    """An order but for its amounts."""

    rest: str
    order: ir.Order = field(compare=False)


def amounts_apart(guideline: ir.Guideline, before: Any, after: Any) -> Apart | None:
    """Where two outcomes differ that differ in amounts by weight alone; None where more of them is different.

    `guideline` has the inputs of both.
    """
    pairs = _pairs(guideline, before, after)
    if pairs is None:
        return None
    inputs = {one.id: one for one in guideline.inputs}
    ways: list[ir.Condition] = []
    weights: dict[str, None] = {}
    blank: dict[tuple[str, str, str], None] = {}
    remarks: dict[str, None] = {}
    for one, other in pairs:
        found, remark = _orders_apart(guideline, one, other)
        formulas = _formulas(guideline, one, other)
        if formulas:
            blank.update(dict.fromkeys(formulas))
            named = [name for name, _, _ in formulas if inputs[name].named]
            ways += [ir.Is(name, tuple(value.id for value in inputs[name].named)) for name in named]
        if found != NOBODY or formulas:
            weights.update(
                dict.fromkeys(of for each in (*weighed(one), *weighed(other)) if (of := each.dose.of))
            )
        ways += [found] if found != NOBODY else []
        remarks.update({remark: None} if remark else {})
    written = [
        (dose_text(guideline, ours.dose), dose_text(guideline, theirs.dose))
        for one, other in pairs
        for ours, theirs in zip(weighed(one), weighed(other), strict=False)
        if ours != theirs
    ]
    return Apart(
        _either(ways), tuple(weights), tuple(blank), "; ".join(remarks), tuple(dict.fromkeys(written))
    )


def cuts(guideline: ir.Guideline, first: ir.Guideline, second: ir.Guideline) -> list[ir.Compare]:
    """The comparisons that `amounts_apart` may ask of the outcomes of two guidelines, for the coordinates."""
    inputs = {one.id: one for one in guideline.inputs}
    ours, theirs = (_by_place(one) for one in (first, second))
    pairs = [
        pair
        for place, mine in ours.items()
        for pair in product(mine, theirs.get(place, ()))
        if pair[0] != pair[1]
    ]
    found = (compared(_unequal(inputs, *pair)[0]) for pair in pairs[:MOST_PAIRS])
    return list(dict.fromkeys(one for several in found for one in several))


def weights_apart(first: ir.Guideline, second: ir.Guideline) -> ir.Condition:
    """The weights, all entered in the first as in the second, for which what only one of them gives is another amount."""
    inputs = {one.id: one for one in first.inputs}
    ours, theirs = (_by_place(one) for one in (first, second))
    found: list[ir.Condition] = []
    for place in (place for place in ours if place in theirs):
        gone = [one for one in ours[place] if one not in theirs[place]]
        new = [one for one in theirs[place] if one not in ours[place]]
        if gone or new:
            pairs = islice(product(gone or ours[place], new or theirs[place]), MOST_PAIRS)
            found += [_unequal(inputs, *pair)[0] for pair in pairs]
    return _either(found)


def compared(when: ir.Condition) -> list[ir.Compare]:
    """The comparisons with weights that a condition is made of."""
    return [one for one in parts(when) if isinstance(one, ir.Compare)]


# --- orders ------------------------------------------------------------------

_AMOUNTS = {"dose", "daily", "total", "taper", "infusion"}
_CITES = {"statements", "inferred"}
_NUMBERS = {"needs", "at_least", "at_most", *_CITES}


def _pairs(guideline: ir.Guideline, before: Any, after: Any) -> list[tuple[ir.Order, ir.Order]] | None:
    """The orders of two outcomes, one beside the other; None where they aren't the same but for amounts."""

    def mark(one: Any) -> Any:
        if not isinstance(one, ir.Order):
            return one
        rest = {key: value for key, value in _shown(guideline, one).items() if key not in _AMOUNTS}
        return _Marked(json.dumps(_without(rest, _CITES), sort_keys=True), one)

    marked = [bare(rebuilt(each, mark)) for each in (before, after)]
    if marked[0] != marked[1]:
        return None
    orders = [[one.order for one in parts(each) if isinstance(one, _Marked)] for each in marked]
    return list(zip(*orders, strict=True))


def _shown(guideline: ir.Guideline, order: ir.Order) -> dict[str, Any]:
    """An order as it is shown of a record in which nothing is known; conditions have come out by now."""
    shown = Shown(
        guideline,
        read_record(guideline, {}),
        lambda condition: ("yes" if condition == EVERYBODY else "no", []),
    )
    return order_json(shown, order)


def _alike(guideline: ir.Guideline, one: ir.Order, other: ir.Order) -> bool:
    """Whether two orders show the same but for numbers that hang on one weight."""
    kinds = {each.id: each.type for each in guideline.inputs}

    def shape(order: ir.Order) -> object:
        units = [
            (each.dose.of, len(each.amounts), computed_unit(each.dose, kind.units[0].unit))
            for each in weighed(order)
            if isinstance(kind := kinds[each.dose.of or ""], ir.Quantity)
        ]
        return _without(_shown(guideline, order), _NUMBERS), units

    return shape(one) == shape(other)


def _without(one: Any, keys: Collection[str]) -> Any:
    """A part of a result without some keys; a number by weight is only that, unless its formula is asked."""
    match one:
        case dict():
            kept = {key: value for key, value in one.items() if key not in keys}
            return {
                key: "by weight" if key == "per" and keys is _NUMBERS else _without(value, keys)
                for key, value in kept.items()
            }
        case list():
            return [_without(each, keys) for each in one]
        case _:
            return one


def weighed(order: ir.Order) -> list[Weighed]:
    """What an order gives by weight: its dose, and the rates of its infusion."""
    found: list[Weighed] = []
    if isinstance(order.dose, ir.Dose) and order.dose.of is not None:
        found.append(Weighed(order.dose, _amounts(order, order.dose)))
    rates = () if order.infusion is None else order.infusion.rates
    return [
        *found,
        *(Weighed(one.dose, (one.dose.low, one.dose.high)) for one in rates if one.dose.of is not None),
    ]


def _amounts(order: ir.Order, dose: ir.Dose) -> tuple[Fraction, ...]:
    course = steps(dose.low, order.lasts, order.tapers) if order.tapers else ()
    return (dose.low, dose.high, *(() if isinstance(course, Trouble) else (one.amount for one in course)))


def _formulas(guideline: ir.Guideline, one: ir.Order, other: ir.Order) -> list[tuple[str, str, str]]:
    """Each weight with the two formulas by it, where what is shown while it is blank is another."""
    texts = [_without(_shown(guideline, each), _CITES) for each in (one, other)]
    if texts[0] == texts[1]:
        return []
    return [
        (str(ours.dose.of), dose_text(guideline, ours.dose), dose_text(guideline, theirs.dose))
        for ours, theirs in zip(weighed(one), weighed(other), strict=False)
        if ours != theirs and ours.dose.of == theirs.dose.of
    ]


def _orders_apart(guideline: ir.Guideline, one: ir.Order, other: ir.Order) -> tuple[ir.Condition, str]:
    """When two orders that are the same but for their amounts give other ones."""
    if not _alike(guideline, one, other):
        return EVERYBODY, ""
    inputs = {each.id: each for each in guideline.inputs}
    found = [_unequal(inputs, *pair) for pair in zip(weighed(one), weighed(other), strict=True)]
    remarks = dict.fromkeys(remark for _, remark in found if remark)
    return _either([when for when, _ in found]), "; ".join(remarks)


def _either(several: Sequence[ir.Condition]) -> ir.Condition:
    kept = [one for one in dict.fromkeys(several) if one != NOBODY]
    if EVERYBODY in kept:
        return EVERYBODY
    return NOBODY if not kept else kept[0] if len(kept) == 1 else ir.Or(tuple(kept))


def _by_place(guideline: ir.Guideline) -> dict[object, list[Weighed]]:
    """All that is given by weight, what may stand for each other together."""
    found: dict[object, dict[Weighed, None]] = {}
    for order in _every_order(guideline):
        for at, one in enumerate(weighed(order)):
            place = (order.drug, order.drug_class, order.procedure, at, one.dose.of)
            found.setdefault(place, {})[one] = None
    return {place: list(several) for place, several in found.items()}


def _every_order(guideline: ir.Guideline) -> Iterator[ir.Order]:
    """Each order, with the dose of each of its bands."""
    for order in parts(guideline):
        if isinstance(order, ir.Order) and isinstance(order.dose, ir.DoseInBands):
            yield from (replace(order, dose=band.dose) for band in order.dose.bands)
        elif isinstance(order, ir.Order):
            yield order


# --- weights -----------------------------------------------------------------

Amount = tuple[Fraction, bool]
"""What is given for one weight, and whether it is a line there: neither rounded nor capped."""

Point = tuple[Amount, ...]
"""The amounts of a dose for one weight."""

Run = tuple[int, int, bool]
"""The first and the last step of a stretch of a grid, and whether two doses differ in all of it."""


def _unequal(inputs: Inputs, one: Weighed, other: Weighed) -> tuple[ir.Condition, str]:
    """Where two doses by a weight aren't the same; and a remark where that names too many."""
    assert one.dose.of is not None
    kind = inputs[one.dose.of].type
    if (
        one.dose.of != other.dose.of
        or len(one.amounts) != len(other.amounts)
        or not isinstance(kind, ir.Quantity)
    ):
        return EVERYBODY, ""
    if one == other:
        return NOBODY, ""
    stretches: list[_Stretch] = []
    for at, (unit, (low, step, last)) in enumerate(zip(kind.units, grids(kind), strict=True)):
        ours, theirs = (_given(each, unit.unit, low, step) for each in (one, other))
        runs = _runs(ours, theirs, last)
        if runs is None:
            return EVERYBODY, TOO_FINE
        for first, end, truth in runs:
            start, stop = (ir.Constant(low + place * step, unit.unit) for place in (first, end))
            stretches.append(_Stretch(start, stop, truth, step, at == 0))
    return _condition(one.dose.of, stretches)


def _given(one: Weighed, unit: str, low: Fraction, step: Fraction) -> Callable[[int], Point]:
    """What is given at a step of the grid. Each number rises with the weight."""
    dose = one.dose
    rounds = dose.rounded is not None or bool(dose.strengths)

    def at(place: int) -> Point:
        value = low + place * step
        wanted = [exact(dose, amount, value, unit) for amount in one.amounts]
        amounts = [computed(dose, amount, value, unit) for amount in one.amounts]
        return tuple(
            (given, not rounds and given == want) for given, want in zip(amounts, wanted, strict=True)
        )

    return at


def _runs(ours: Callable[[int], Point], theirs: Callable[[int], Point], last: int) -> list[Run] | None:
    """A grid in stretches in which two doses differ everywhere or nowhere; None where there are too many to look at."""
    known: dict[int, tuple[Point, Point]] = {}
    found: list[Run] = []
    waiting = [(0, last)]
    while waiting:
        low, high = waiting.pop()
        for place in (low, high):
            if place not in known:
                known[place] = ours(place), theirs(place)
        if len(known) > MOST_LOOKED_AT:
            return None
        truth = _differ(known[low], known[high], one=low == high)
        if truth is None:
            middle = (low + high) // 2
            waiting += [(middle + 1, high), (low, middle)]
        elif found and found[-1][2] is truth:
            found[-1] = (found[-1][0], high, truth)
        else:
            found.append((low, high, truth))
    return found


def _differ(low: tuple[Point, Point], high: tuple[Point, Point], *, one: bool) -> bool | None:
    """Whether two doses differ everywhere (True) or nowhere (False) between two weights; None where that isn't seen."""
    each = [_differs(*ends, one=one) for ends in zip(low[0], low[1], high[0], high[1], strict=True)]
    return True if True in each else None if None in each else False


def _differs(
    ours: Amount, theirs: Amount, ours_high: Amount, theirs_high: Amount, *, one: bool
) -> bool | None:
    """The same of one number: between two ends it rises, stays the same where these are equal, or is a line."""
    if one:
        return ours[0] != theirs[0]
    if ours_high[0] < theirs[0] or theirs_high[0] < ours[0]:
        return True
    straight = [
        start[0] == end[0] or (start[1] and end[1])
        for start, end in ((ours, ours_high), (theirs, theirs_high))
    ]
    if not all(straight):
        return None
    first, last = ours[0] - theirs[0], ours_high[0] - theirs_high[0]
    if first == last == 0:
        return False
    return True if first * last > 0 else None


# --- as a condition ----------------------------------------------------------


@record
class _Stretch:
    """Entries of one unit in which two doses differ, or don't; `first_unit` is that of a bare number."""

    first: ir.Constant
    last: ir.Constant
    differ: bool
    step: Fraction
    first_unit: bool


def _condition(name: str, stretches: Sequence[_Stretch]) -> tuple[ir.Condition, str]:
    """The entries in which two doses differ, whatever the unit: what is given hangs on the weight, not on its unit."""
    points = sorted(
        ((_base(end), one.differ, one.first_unit, end) for one in stretches for end in (one.first, one.last)),
        key=lambda point: (point[0], not point[2]),
    )
    groups = [(truth, list(several)) for truth, several in groupby(points, key=lambda point: point[1])]
    if all(truth for truth, _ in groups):
        return EVERYBODY, ""
    ranges: list[ir.Condition] = []
    for at, (truth, inside) in enumerate(groups):
        low, high = inside[0][0], inside[-1][0]
        if any(one.differ is not truth and _has_one(one, low, high) for one in stretches):
            return EVERYBODY, TOO_FINE
        if not truth:
            continue
        before, behind = (
            groups[at - 1][1][-1] if at else None,
            groups[at + 1][1][0] if groups[at + 1 :] else None,
        )
        ends = [
            *([] if before is None else [_edge(name, (">", before), (">=", inside[0]))]),
            *([] if behind is None else [_edge(name, ("<", behind), ("<=", inside[-1]))]),
        ]
        ranges.append(ends[0] if len(ends) == 1 else ir.And(tuple(ends)))
    if len(ranges) > MOST_RUNS:
        return _hull(ranges), IN_PLACES
    return _either(ranges), ""


_Point = tuple[Fraction, bool, bool, ir.Constant]


def _base(one: ir.Constant) -> Fraction:
    return in_base_units(one.value, one.unit)


def _has_one(one: _Stretch, low: Fraction, high: Fraction) -> bool:
    """Whether an entry of a stretch lies between two weights."""
    first, step = _base(one.first), in_base_units(one.step, one.first.unit)
    steps_to = max(Fraction(0), (low - first) / step)
    entry = first - (-steps_to.numerator // steps_to.denominator) * step
    return entry <= min(high, _base(one.last))


def _edge(name: str, outside: tuple[str, _Point], inside: tuple[str, _Point]) -> ir.Condition:
    """Between two entries: by the one in the unit of a bare number, of two the rounder."""
    best = min(
        (outside, inside), key=lambda one: (not one[1][2], decimal_places(one[1][3].value), one is outside)
    )
    return ir.Compare(best[0], ir.Measure(name), best[1][3])  # type: ignore[arg-type]


def _hull(ranges: Sequence[ir.Condition]) -> ir.Condition:
    """From the first of several ranges to the last."""
    lower = [one for one in parts(ranges[0]) if isinstance(one, ir.Compare) and one.op in (">", ">=")]
    upper = [one for one in parts(ranges[-1]) if isinstance(one, ir.Compare) and one.op in ("<", "<=")]
    ends = (*lower, *upper)
    return EVERYBODY if not ends else ends[0] if len(ends) == 1 else ir.And(ends)


def border_entries(kind: ir.Type, compare: ir.Compare) -> Iterator[Box]:
    """Entries just inside of one end of a range of weights: the whole number that is nearest to it, then the nearest."""
    assert isinstance(kind, ir.Quantity) and isinstance(compare.right, ir.Constant)
    place = [unit.unit for unit in kind.units].index(compare.right.unit)
    low, step, last = grids(kind)[place]
    rises = compare.op in (">", ">=")
    at = (compare.right.value - low) / step
    inside = int(at) + (1 if compare.op == ">" else -1 if compare.op == "<" else 0)
    value = low + inside * step
    whole = Fraction(ceil(value) if rises else floor(value))
    for entry in ((whole - low) / step, Fraction(inside)):
        if entry.denominator == 1 and 0 <= entry <= last:
            yield Box(place, int(entry), int(entry))
