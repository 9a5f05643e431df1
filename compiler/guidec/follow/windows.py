"""Monitoring and reviews of a visit to days: when each is due, and whether that is past."""

from collections.abc import Mapping
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from guidec import ir
from guidec.dates import add
from guidec.numbers import in_base_units

Json = dict[str, Any]

NOT_STATED = "not stated"


def monitored(
    guideline: ir.Guideline,
    entry: Json,
    day: date,
    done: tuple[str, ...],
    tests: Mapping[str, str],
    since: str,
) -> Json:
    """One monitoring that applies, or may: when it is due. That is as the guideline dates it, and where it doesn't, counted from
    the day on which a test of it was last done, else from the day since which it applies. `state` is where that stands on the
    day of the visit: a test that was done in its window is done."""
    measure = entry["measure"]
    asked = measure["one_of"] if isinstance(measure, dict) else [measure]
    found: Json = {
        "id": entry["id"],
        "applies": entry["applies"],
        "measure": measure,
        "every": entry["every"],
    }
    last = max((tests[name] for name in asked if name in tests), default="")
    if last:
        found["last_done"] = last
    due = entry.get("due")
    if due is None and isinstance(entry["every"], dict):
        found["from"] = last or since
        due = window(guideline, date.fromisoformat(last or since), entry["every"])
    found["due"] = NOT_STATED if due is None else due
    found["state"] = "done" if set(asked) & set(done) else _state(entry["every"], due, day, last)
    return found | {key: entry[key] for key in ("because", "statements", "inferred") if key in entry}


def _state(every: object, due: object, day: date, last: str) -> str:
    if due == "nothing":
        return "ended"
    if every == "once" and last:
        return "done"
    if not isinstance(due, dict) or "earliest" not in due:
        return "not known" if isinstance(due, dict) else NOT_STATED
    if last >= due["earliest"]:
        return "done"
    if day.isoformat() > due["latest"]:
        return "overdue"
    return "due" if day.isoformat() >= due["earliest"] else "later"


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
