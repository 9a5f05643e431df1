"""A plan to the laws that it breaks, none if all is well: what no plan may do whatever its guideline says.

Days are counted here by themselves, not with what made the plan. A plan that breaks a law is never shown.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any

from guidec import ir
from guidec.evaluate import causes
from guidec.plan.entries import Entry, Plan
from guidec.record import parts

Json = dict[str, Any]

_LONGEST: dict[str, int | Fraction] = {
    "day": 1,
    "week": 7,
    "month": 31,
    "year": 366,
    "h": Fraction(1, 24),
    "d": 1,
    "wk": 7,
}
"""Days of a unit, at most; of the rare others a rule is taken to be covered."""


def broken(guideline: ir.Guideline, result: Json, plan: Plan) -> list[str]:
    """Every broken law in words: no taper rises, what is tied to a drug covers its days, baselines come before it."""
    found = [*_rising(guideline, plan), *_disordered(plan)]
    for rule in result["monitoring"]:
        if rule["applies"] == "yes":
            given = _given(guideline, rule, plan)
            if given:
                found += [*_uncovered(rule, plan, given), *_late(rule, plan, given)]
    return found


def _rising(guideline: ir.Guideline, plan: Plan) -> Iterator[str]:
    """Of a drug that is only ever tapered, no step is more than the one before, and none begins before it."""
    tapers = [one for one in parts(guideline) if isinstance(one, ir.Order)]
    titrated = {one.drug for one in tapers if any(taper.up for taper in one.tapers)}
    courses: dict[str, dict[str, Entry]] = {}
    for one in plan.entries:
        place, step, number = one.id.partition(".step")
        if step:
            courses.setdefault(place, {}).setdefault(number.partition(".")[0], one)
    for place, steps in courses.items():
        for before, after in pairwise(steps[number] for number in sorted(steps, key=int)):
            if before.name not in titrated and _is_more(after, before):
                yield f"the taper {place} rises on {after.first.earliest.isoformat()}"
            if after.first.earliest < before.first.earliest or after.first.latest < before.first.latest:
                yield f"a step of {place} comes before the one that it follows"


def _is_more(after: Entry, before: Entry) -> bool:
    return bool(after.amount and before.amount and after.amount.high > before.amount.high)


def _disordered(plan: Plan) -> Iterator[str]:
    for one in plan.entries:
        if one.first.earliest > one.first.latest or (one.last and one.last.latest < one.first.latest):
            yield f"{one.id} ends before it begins"
        if one.first.earliest > plan.until or (one.first.earliest < plan.start and one.kind != "test"):
            yield f"{one.id} lies outside of the plan"
    if any(before.first.earliest > after.first.earliest for before, after in pairwise(plan.entries)):
        yield "the entries are not in the order of their dates"


# --- monitoring --------------------------------------------------------------


def _given(guideline: ir.Guideline, rule: Json, plan: Plan) -> list[Entry]:
    """What the plan surely gives of the drugs that a rule asks about."""
    declared = next(one for one in guideline.rules if one.id == rule["id"])
    taking, prescribed = causes(declared.when, guideline)
    names = prescribed.union(*(members for _, members in taking))
    return [
        one for one in plan.entries if one.name in names and one.kind in ("give", "dose") and not one.choice
    ]


def _uncovered(rule: Json, plan: Plan, given: Sequence[Entry]) -> Iterator[str]:
    """Every day on which a drug is given lies within an interval of a test, or the plan says that none is stated."""
    if rule["id"] in {one.name for one in plan.open} or "due" in rule or rule["every"] == "once":
        return
    tests = [one for one in plan.entries if one.kind == "test" and one.name == rule["id"]]
    reach = _longest(rule["every"])
    if reach is None:
        return
    covered = min(one.first.latest for one in given)
    last = _last_day(rule, plan, given)
    for one in tests:
        if one.first.earliest <= covered + reach:
            covered = max(covered, (one.last or one.first).latest)
    if covered + reach < last:
        yield f"`{rule['id']}` leaves the days behind {(covered + reach).isoformat()} without a test"


def _last_day(rule: Json, plan: Plan, given: Sequence[Entry]) -> date:
    ends = [plan.until if one.ends else (one.last or one.first).latest for one in given]
    until = rule.get("until", "")
    stated = date.fromisoformat(until) if isinstance(until, str) and until[:1].isdigit() else plan.until
    return min(max(ends), plan.until, stated)


def _longest(every: Json | str) -> timedelta | None:
    """The longest time between two tests; None where the interval is not stated, which has to be said elsewhere."""
    if isinstance(every, str):
        return timedelta(0)
    days = _LONGEST.get(every["unit"])
    return None if days is None else timedelta(days=ceil(Fraction(str(every["high"])) * days))


def _late(rule: Json, plan: Plan, given: Sequence[Entry]) -> Iterator[str]:
    """What stands before the first dose stands there on the day of that dose, or the plan says why it doesn't."""
    first = min(one.first.earliest for one in given)
    due = [one for one in plan.entries if one.kind == "baseline" and one.name == rule["id"]]
    if "baseline" in rule and rule["id"] not in {one.name for one in plan.open}:
        if not due:
            yield f"`{rule['id']}` has no task before the first dose"
        elif due[0].first.latest > first:
            yield f"`{rule['id']}` comes after the first dose"
