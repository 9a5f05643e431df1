"""Monitoring and reviews of a visit to days: when each is due, and whether that is past."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from guidec import ir
from guidec.dates import add
from guidec.evaluate.due import due_json
from guidec.evaluate.record import read_record
from guidec.numbers import in_base_units

Json = dict[str, Any]

NOT_STATED = "not stated"


def monitored(
    guideline: ir.Guideline, record: Json, entry: Json, day: date, tests: Mapping[str, str], since: str
) -> Json:
    """One monitoring that applies, or may: when it is due, and how that stands on the day of the visit.

    What is repeated counts from the day on which a test of it was last done, as long as that isn't before the guideline's own
    date; else from that date, and without one from the day `since` which it applies. What is due once is done by a test from its
    earliest day on. `tests` has the last day of each test.
    """
    measure = entry["measure"]
    asked = measure["one_of"] if isinstance(measure, dict) else [measure]
    last = max((tests[name] for name in asked if name in tests), default="")
    found: Json = {
        "id": entry["id"],
        "applies": entry["applies"],
        "measure": measure,
        "every": entry["every"],
    }
    if last:
        found["last_done"] = last
    if "baseline" in entry:
        found["baseline"] = {**entry["baseline"], "state": _baseline(entry, last, since)}
    if isinstance(entry["every"], dict):
        found |= _repeated(guideline, record, entry, day, last, since)
    elif "due" in entry:
        found |= _once(entry["due"], day, last)
    elif entry["every"] == "once":
        found |= _BASELINE_ALONE[found["baseline"]["state"]]
    else:
        found |= {"due": NOT_STATED, "state": _state(NOT_STATED, day, last)}
    return found | {key: entry[key] for key in ("because", "statements", "inferred") if key in entry}


_BASELINE_ALONE: dict[str, Json] = {
    "due": {"due": "before the first dose", "state": "due"},
    "done": {"due": "nothing", "state": "done"},
    "taken already": {"due": "nothing", "state": "ended"},
}
"""When what is measured before the first dose alone is due."""


def _baseline(entry: Json, last: str, since: str) -> str:
    """How what stands before the first dose does: a test from before it applied isn't meant."""
    if last >= since:
        return "done"
    return "taken already" if entry.get("because") == "taking" else "due"


def _once(due: Any, day: date, last: str) -> Json:
    if isinstance(due, dict) and "earliest" in due:
        if last >= due["earliest"]:
            return {"due": "nothing", "state": "done"}
        return {"due": due, "state": _state(due, day, "")}
    return {"due": due, "state": _state(due, day, last if due == NOT_STATED else "")}


def _repeated(guideline: ir.Guideline, record: Json, entry: Json, day: date, last: str, since: str) -> Json:
    start, due = "", entry.get("due")
    if due is None:
        start = max(last, since)
        due = window(guideline, date.fromisoformat(start), entry["every"]) or NOT_STATED
    elif last:
        rule = next(one for one in guideline.rules if one.id == entry["id"])
        if _counts(rule, entry, record, last):
            start, due = last, _due_from(guideline, rule, record, last)
    found: Json = {"from": start} if start else {}
    return {**found, "due": due, "state": _state(due, day, last)}


def _counts(rule: ir.Rule, entry: Json, record: Json, last: str) -> bool:
    """Whether a test counts: its day isn't before the date from which the guideline counts, nor before one that it may be."""
    if "from" in entry:
        return bool(last >= entry["from"])
    assert rule.window is not None
    start = rule.window.start
    names = [one.text for one in (start.date, *(one.date for one in start.instead)) if one.kind == "input"]
    return all(one <= last for name in names for one in _days(record.get(name)))


def _days(value: Any) -> list[str]:
    """The days of an entry, or that it may be; a named value is none."""
    values = value["one_of"] if isinstance(value, dict) else [value]
    return [one for one in values if isinstance(one, str) and one[:1].isdigit()]


def _due_from(guideline: ir.Guideline, rule: ir.Rule, record: Json, day: str) -> Any:
    """As the rule says, its end included, but counted from another day."""
    assert rule.window is not None
    start = ir.Dated(ir.SomeDate("day", day), ())
    counted = replace(rule, window=replace(rule.window, start=start))
    try:
        return due_json(guideline, counted, read_record(guideline, record))["due"]
    except (ValueError, OverflowError):
        return NOT_STATED


def _state(due: Any, day: date, last: str) -> str:
    """How a window stands on a day; what was done on that day is done."""
    today = day.isoformat()
    if last == today:
        return "done"
    if due == "nothing":
        return "ended"
    if not isinstance(due, dict):
        return NOT_STATED
    if "earliest" not in due:
        return "not known"
    if today > due["latest"]:
        return "overdue"
    return "due" if today >= due["earliest"] else "later"


def reviewed(guideline: ir.Guideline, review: Json, day: date) -> Json:
    """When a patient is to be seen again after a visit."""
    interval = review.get("every", review.get("after"))
    if not isinstance(interval, dict):
        return {**review, "due": NOT_STATED}
    return {**review, "due": window(guideline, day, interval) or NOT_STATED}


def window(guideline: ir.Guideline, start: date, interval: Json) -> Json | None:
    """The days from `low` to `high` of an interval after a day; None where they are no days, or month ends have no rule."""
    try:
        earliest = _after(guideline, start, interval["low"], interval["unit"], up=False)
        latest = _after(guideline, start, interval["high"], interval["unit"], up=True)
    except (ValueError, OverflowError):
        return None
    if earliest is None or latest is None:
        return None
    less = timedelta(days=interval.get("less_days", 0))
    return {"earliest": (earliest - less).isoformat(), "latest": (latest - less).isoformat()}


def _after(guideline: ir.Guideline, start: date, amount: float, unit: str, *, up: bool) -> date | None:
    if unit in ("day", "week", "month", "year"):
        return add(start, int(amount), unit, guideline.overflow or None)
    days = in_base_units(Fraction(str(amount)), unit) / in_base_units(Fraction(1), "d")
    if days < 1:
        return None
    return start + timedelta(days=ceil(days) if up else floor(days))
