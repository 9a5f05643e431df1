"""How much of a drug an order gives, over all patients, and where that breaks a limit."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.courses import Trouble, daily, shares, steps
from guidec.evaluate import all_recommendations
from guidec.given import alternatives
from guidec.lower.coordinates import grids
from guidec.lower.diagram import TRUE
from guidec.lower.work import Lowering
from guidec.numbers import in_base_units, out_of_base_units, unit_of
from guidec.proofs.difference import UNKNOWN, ending, shown_when
from guidec.record import parts, record
from guidec.units import Unit, without_time
from guidec.weights import computed, computed_unit

Where = tuple[str, int]
"""A decision, or a line as `LIST#POSITION`, and a leaf of it; a rule as `rule NAME` and -1."""


@record
class Amount:
    """An amount of an order as it hangs on a weight: `low` and `high` of its value in the unit of the input that is given.

    `of` is the input, None where the amount is the same for everyone. `above` and `below` say that it has no upper or no
    lower end. `when` is the band that it stands in.
    """

    unit: str
    of: str | None
    low: Callable[[Fraction, str], Fraction]
    high: Callable[[Fraction, str], Fraction]
    above: bool
    below: bool
    when: ir.Condition


def orders_of(work: Lowering, drug: str) -> Iterator[tuple[Where, str, ir.Order]]:
    """Every order of a drug for somebody, with where it stands and the name of the recommendation."""
    for name, node in work.decided.items():
        reached = {work.diagrams.value(end) for end in work.diagrams.ends(node)}
        for at, leaf in enumerate(work.leaves[name]):
            for one in all_recommendations(leaf.outcome) if (name, at) in reached else ():
                if one.direction == "for":
                    for order in _of(one.orders, drug):
                        yield (name, at), one.id, order
    for rule in work.guideline.rules:
        if rule.direction == "for":
            for order in _of(rule.orders, drug):
                yield (f"rule {rule.id}", -1), rule.id, order


def _of(orders: Iterable[ir.Order | ir.Choice], drug: str) -> Iterator[ir.Order]:
    for line in orders:
        for order in alternatives(line):
            if order.drug == drug and order.action != "stop":
                yield order


def where(work: Lowering, place: Where) -> int:
    """The patients for whom something stands in a place, or may."""
    name, at = place
    if at < 0:
        shown = shown_when(work, name.removeprefix("rule "))
        return work.diagrams.replace(
            shown, lambda value: work.diagrams.end(1 if value in (TRUE, UNKNOWN) else 0)
        )
    leaf = work.leaves[name][at]
    return ending(work, name, lambda other: other is leaf)


def amounts(guideline: ir.Guideline, order: ir.Order, word: str) -> list[Amount] | str:
    """The `dose`, the `daily` amount or the `total` of an order, for each band of it; or why there is no such number."""
    dose = order.dose
    if dose is None:
        return "the dose is not stated"
    bands = dose.bands if isinstance(dose, ir.DoseInBands) else ()
    if not isinstance(dose, ir.DoseInBands):
        one = _amount(guideline, order, dose, word, ir.Always(True))
        return one if isinstance(one, str) else [one]
    found: list[Amount] = []
    for band in bands:
        if band.dose is not None:
            one = _amount(guideline, order, band.dose, word, band.when)
            if isinstance(one, str):
                return one
            found.append(one)
    return found or "the dose is not stated"


def _amount(
    guideline: ir.Guideline, order: ir.Order, dose: ir.Dose, word: str, when: ir.Condition
) -> Amount | str:
    unit = dose.unit if dose.of is None else computed_unit(dose, _units(guideline, dose.of)[0].unit)
    above, below = dose.form == "or_more", dose.form == "up_to"
    ends = _steps(dose, order)
    if isinstance(ends, str):
        return ends

    def given(amount: Fraction, value: Fraction, weight: str) -> Fraction:
        return amount if dose.of is None else computed(dose, amount, value, weight)

    if word == "total":
        parts_of = shares(dose, unit, order)
        if isinstance(parts_of, str):
            return parts_of
        return Amount(
            parts_of[0].factor.unit,
            dose.of,
            lambda value, weight: sum(
                (given(one.low, value, weight) * one.factor.low for one in parts_of), Fraction(0)
            ),
            lambda value, weight: sum(
                (given(one.high, value, weight) * one.factor.high for one in parts_of), Fraction(0)
            ),
            above,
            below,
            when,
        )
    low, high, factor_low, factor_high = min(ends), max(ends), Fraction(1), Fraction(1)
    if word == "daily":
        factor = daily(unit, order)
        if factor is None:
            return "how much that is a day is not stated"
        unit, factor_low, factor_high = factor.unit, factor.low, factor.high
    return Amount(
        unit,
        dose.of,
        lambda value, weight: given(low, value, weight) * factor_low,
        lambda value, weight: given(high, value, weight) * factor_high,
        above,
        below,
        when,
    )


def _steps(dose: ir.Dose, order: ir.Order) -> list[Fraction] | str:
    """The amounts of a course, as the dose is written."""
    if not order.tapers:
        return [dose.low, dose.high]
    course = steps(dose.low, order.lasts, order.tapers)
    if isinstance(course, Trouble):
        return "its taper can't be followed"
    return [one.amount for one in course]


def _units(guideline: ir.Guideline, name: str) -> tuple[ir.UnitRange, ...]:
    kind = next(one.type for one in guideline.inputs if one.id == name)
    assert isinstance(kind, ir.Quantity)
    return kind.units


# --- limits ------------------------------------------------------------------


@record
class Broken:
    """When an order breaks a limit; or why it isn't known (`remark`), which leaves the claim open if `undecided`."""

    when: ir.Condition
    remark: str = ""
    undecided: bool = False


def broken(guideline: ir.Guideline, order: ir.Order, claim: ir.Claim) -> Broken:
    """Where an order goes past the limit of a claim. What the source doesn't state can't, and is remarked."""
    assert claim.limit is not None
    limit = unit_of(claim.limit.unit)
    found = amounts(guideline, order, _measured(guideline, order, claim, limit))
    if isinstance(found, str):
        stated = order.dose is not None
        return Broken(ir.Always(False), f"{claim.of}: {found}", undecided=stated)
    ways: list[ir.Condition] = []
    for one in found:
        if unit_of(one.unit).dimension != limit.dimension:
            remark = f"{claim.of}: `{one.unit}` can't be compared with `{claim.limit.unit}`"
            return Broken(ir.Always(False), remark, undecided=True)
        there = _past(guideline, one, claim)
        if there is not None:
            ways.append(there if one.when == ir.Always(True) else ir.And((one.when, there)))
    return Broken(ir.Or(tuple(ways)) if len(ways) > 1 else ways[0] if ways else ir.Always(False))


def conditions(guideline: ir.Guideline, claims: Iterable[ir.Claim]) -> list[ir.Condition]:
    """What `broken` may ask of each claim about amounts, for the coordinates."""
    amounts = [claim for claim in claims if claim.kind == "amount"]
    if not amounts:
        return []
    there = parts(guideline.regimens, guideline.decisions, guideline.rules)
    orders = [one for one in there if isinstance(one, ir.Order)]
    return [broken(guideline, one, claim).when for claim in amounts for one in orders if one.drug == claim.of]


def _measured(guideline: ir.Guideline, order: ir.Order, claim: ir.Claim, limit: Unit) -> str:
    """What of an order is compared: `dose of` against a limit a day is the daily amount where the dose is none."""
    if claim.word != "dose" or without_time(limit) is None:
        return claim.word
    found = amounts(guideline, order, "dose")
    per_time = isinstance(found, str) or without_time(unit_of(found[0].unit)) is not None
    return "dose" if per_time else "daily"


def _past(guideline: ir.Guideline, one: Amount, claim: ir.Claim) -> ir.Condition | None:
    """The condition on the weight under which an amount is past the limit; None where it never is."""
    assert claim.limit is not None
    factor = unit_of(one.unit).factor / unit_of(claim.limit.unit).factor
    limit = claim.limit.value

    def past(value: Fraction, weight: str) -> bool:
        if claim.least:
            return one.low(value, weight) * factor < limit
        return one.high(value, weight) * factor > limit

    if (one.above and not claim.least) or (one.below and claim.least):
        return ir.Always(True)
    if one.of is None:
        return ir.Always(True) if past(Fraction(0), "") else None
    kind = next(entry.type for entry in guideline.inputs if entry.id == one.of)
    assert isinstance(kind, ir.Quantity)
    ends: list[Fraction] = []
    for unit, (low, step, count) in zip(kind.units, grids(kind), strict=True):
        first = _first(count, lambda at: past(low + at * step, unit.unit) is not claim.least)  # noqa: B023
        if first <= count:
            ends.append(in_base_units(low + first * step, unit.unit))
    if not ends:
        return ir.Always(True) if claim.least else None
    # The lightest of whom it holds divides every unit's grid where that grid is divided, and so crosses no other threshold.
    end = ir.Constant(out_of_base_units(min(ends), kind.units[0].unit), kind.units[0].unit)
    return ir.Compare("<" if claim.least else ">=", ir.Measure(one.of), end)


def _first(count: int, holds: Callable[[int], bool]) -> int:
    """The first step of a grid from which on it holds; one more than there are where it never does."""
    start, end = 0, count + 1
    while start < end:
        middle = (start + end) // 2
        if holds(middle):
            end = middle
        else:
            start = middle + 1
    return start


# --- in a result -------------------------------------------------------------


def broken_by(result: Mapping[str, Any], claim: ir.Claim) -> bool:
    """Whether a result gives an amount past the limit."""
    return any(_too_much(order, claim) for order in _orders_in(result, claim))


def _orders_in(result: Mapping[str, Any], claim: ir.Claim) -> Iterator[Mapping[str, Any]]:
    decided = [one for one in result["decisions"].values() if one["status"] != "indeterminate"]
    waiting: list[Any] = [result["recommendations"], result["advice"], decided]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, list):
            waiting[:0] = one
        elif isinstance(one, dict):
            if claim.inside and "gives" in one and one["id"] != claim.inside:
                continue
            if one.get("drug") == claim.of and one.get("action") != "stop":
                yield one
            waiting[:0] = [
                one[key] for key in ("gives", "options", "recommendations", "possible") if key in one
            ]


def _too_much(order: Mapping[str, Any], claim: ir.Claim) -> bool:
    assert claim.limit is not None
    limit = unit_of(claim.limit.unit)
    names = [claim.word, "daily"] if claim.word == "dose" else [claim.word]
    for name in names:
        amount = order.get(name)
        given = [amount, *order.get("taper", {}).get("steps", ())] if name == "dose" else [amount]
        for one in given:
            if isinstance(one, dict) and "low" in one and unit_of(one["unit"]).dimension == limit.dimension:
                factor = unit_of(one["unit"]).factor / limit.factor
                low, high = (Fraction(repr(one[end])) * factor for end in ("low", "high"))
                if claim.least and (low < claim.limit.value or one.get("open") == "below"):
                    return True
                if not claim.least and (high > claim.limit.value or one.get("open") == "above"):
                    return True
    return False
