"""A plan to iCalendar: an event of whole days for each entry, and one on the first day for what has no date."""

import hashlib
import json
from datetime import UTC, date, datetime, time, timedelta

from icalendar import Calendar, Event

from guidec import ir
from guidec.plan.entries import Entry, Plan
from guidec.plan.shape import plan_json
from guidec.plan.show import entry_words, open_words


def plan_calendar(guideline: ir.Guideline, plan: Plan) -> bytes:
    """The stamp is the plan's first day, and an event is named by its content: the same plan gives the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", "-//guidec//plan//EN")
    calendar.add("version", "2.0")
    shown = plan_json(plan)
    for one, content in zip(plan.entries, shown["entries"], strict=True):
        calendar.add_component(_event(guideline, plan, one, _uid(plan, content)))
    if plan.open:
        calendar.add_component(_undated(guideline, plan, _uid(plan, shown["open"])))
    return bytes(calendar.to_ical())


def _uid(plan: Plan, content: object) -> str:
    canonical = json.dumps([plan.digest, content], sort_keys=True, ensure_ascii=False)
    return f"{hashlib.sha256(canonical.encode()).hexdigest()[:32]}@guidec"


def _event(guideline: ir.Guideline, plan: Plan, one: Entry, uid: str) -> Event:
    """From the first day on which it may begin to the last on which it may end; one without an end stands on its first days."""
    summary = " ".join(part for part in (one.action or _verb(one), one.label, one.dose) if part)
    last = one.first.latest if one.last is None else one.last.latest
    event = _of_days(plan, uid, one.first.earliest, last)
    event.add("summary", f"{summary} ({one.number})" if one.number else summary)
    event.add("description", entry_words(guideline, one))
    event.add("categories", [one.kind])
    return event


def _verb(one: Entry) -> str:
    return "stop" if one.kind == "stop" else "test:" if one.kind in ("test", "baseline") else ""


def _undated(guideline: ir.Guideline, plan: Plan, uid: str) -> Event:
    event = _of_days(plan, uid, plan.start, plan.start)
    event.add("summary", f"Without a date in this plan: {len(plan.open)}")
    event.add("description", "\n".join(f"{one.kind}: {open_words(guideline, one)}" for one in plan.open))
    event.add("categories", ["open"])
    return event


def _of_days(plan: Plan, uid: str, first: date, last: date) -> Event:
    """An event of whole days; it doesn't make anybody busy."""
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", datetime.combine(plan.start, time(), UTC))
    event.add("dtstart", first)
    event.add("dtend", last + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    return event
