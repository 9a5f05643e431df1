"""A monitoring's dates for one record: from when it counts, when it is due, and when it ends; or what they hang on."""

from datetime import date
from typing import Any

from guidec import ir
from guidec.dates import later
from guidec.evaluate.record import Amount, Record
from guidec.record import record

Json = dict[str, Any]


@record
class _Dates:
    """The dates that a record leaves open, or words in their place; for a blank the first and the last stand for all.

    `needs` are the inputs that decide between them.
    """

    values: tuple[date | str, ...]
    needs: frozenset[str]


def due_json(guideline: ir.Guideline, rule: ir.Rule, record: Record) -> Json:
    """`from`, `until` and `due`, as far as the rule has them."""
    found: Json = {}
    inputs = {entry.id: entry.type for entry in guideline.inputs}
    order = list(inputs)
    ends = _Dates(("no end",), frozenset()) if rule.ends is None else _dates(rule.ends, inputs, record)
    starts = None if rule.window is None else _dates(rule.window.start, inputs, record)
    if starts is not None and isinstance(starts.values[0], date) and not starts.needs:
        found["from"] = starts.values[0].isoformat()
    if ends.needs:
        found["until"] = {"needs": sorted(ends.needs, key=order.index)}
    elif isinstance(ends.values[0], date):
        found["until"] = ends.values[0].isoformat()
    if rule.window is not None and starts is not None:
        found["due"] = _due(rule.window, starts, ends, guideline.overflow, order)
    return found


def _due(window: ir.Window, starts: _Dates, ends: _Dates, overflow: str, order: list[str]) -> Any:
    """The window, cut off at the end; `nothing` where that comes first. A date that can't matter isn't asked for.

    Of a blank date the first and the last stand for all between them: a later one leads to no earlier window.
    """
    found = [_cut(window, start, end, overflow) for start in starts.values for end in ends.values]
    if all(one == found[0] for one in found):
        return found[0]
    return {"needs": sorted(starts.needs | ends.needs, key=order.index)}


def _cut(window: ir.Window, start: date | str, end: date | str, overflow: str) -> Any:
    if isinstance(start, str):
        return start
    earliest, latest = later(start, window.earliest, overflow), later(start, window.latest, overflow)
    if isinstance(end, date):
        if end < earliest:
            return "nothing"
        latest = min(latest, end)
    return {"earliest": earliest.isoformat(), "latest": latest.isoformat()}


def _dates(dated: ir.Dated, inputs: dict[str, ir.Type], record: Record) -> _Dates:
    if dated.date.kind != "input":
        return _one(dated.date, inputs, record)
    name = dated.date.text
    values = record.entries[name].values
    instead = {one.value: one.date for one in dated.instead}
    own = _one(dated.date, inputs, record)
    found = dict.fromkeys(one for one in own.values if one not in instead)
    needs = {name} if len(values) != 1 else set[str]()
    for value, date_instead in instead.items():
        if not values or value in values:
            other = _one(date_instead, inputs, record)
            found.update(dict.fromkeys(other.values))
            needs |= other.needs
    return _Dates(tuple(found), frozenset(needs if len(found) > 1 else ()))


def _one(one: ir.SomeDate, inputs: dict[str, ir.Type], record: Record) -> _Dates:
    if one.kind == "day":
        return _Dates((date.fromisoformat(one.text),), frozenset())
    if one.kind != "input":
        return _Dates((one.kind,), frozenset())
    values = record.entries[one.text].values
    if not values:
        kind = inputs[one.text]
        assert isinstance(kind, ir.Date)
        days = (date.fromisoformat(kind.low), date.fromisoformat(kind.high))
        return _Dates(days, frozenset({one.text}))
    found = tuple(
        date.fromordinal(int(value.value)) if isinstance(value, Amount) else str(value) for value in values
    )
    return _Dates(found, frozenset({one.text} if len(found) > 1 else ()))
