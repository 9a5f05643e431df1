"""What is known of a patient on the day of a visit: what was entered, and what lasts from earlier visits."""

from datetime import date
from typing import Any

from guidec import ir
from guidec.follow.visits import Unfollowed, Visit, VisitError
from guidec.record import record

Json = dict[str, Any]


@record
class State:
    """What one visit leaves to the next. Every part is JSON, so that it may be stored between two visits.

    `visits` is how many there were, `day` that of the last; `entries` lasts, each `since` a day; `series` are dated entries, of
    which those that last are in `since` too; `stages` are those at which the patient may stand (none: nobody knows); `tests` has
    the last day of each that was done, `applies` the day since which each monitoring does; `record` is what was known then,
    `reviews` when he was to be seen again.
    """

    visits: int
    day: str
    entries: Json
    since: Json
    series: Json
    readings: Json
    stages: tuple[str, ...]
    tests: Json
    applies: Json
    record: Json | None
    reviews: tuple[Json, ...]


def nothing_yet() -> State:
    """Before the first visit."""
    return State(0, "", {}, {}, {}, {}, (), {}, {}, None, ())


@record
class Known:
    """The record of a visit but for the stage, and where each entry comes from: `given`, `carried` since a day, or of the visit
    itself (`dated`)."""

    record: Json
    given: tuple[str, ...]
    carried: Json
    dated: tuple[str, ...]


def known(guideline: ir.Guideline, state: State, visit: Visit, stage: str) -> Known:
    """The record of a visit. Raises Unfollowed where the visit's own day is entered as another one."""
    day = visit.day.isoformat()
    given = {name: value for name, value in visit.patient.items() if name != "readings"}
    if given.get(stage, "") is None:
        del given[stage]  # a blank stage is none that was entered
    record: Json = {}
    carried: Json = {}
    dated: list[str] = []
    for entry in guideline.inputs:
        name = entry.id
        if entry.part is not None or name == stage:
            continue
        if name in given:
            record[name] = _given(entry, state, visit, given[name])
        elif entry.kept == "date of the visit":
            record[name] = day
            dated.append(name)
        elif entry.kept == "lasting" and name in state.since:
            record[name] = state.entries[name] if name in state.entries else state.series[name]
            carried[name] = state.since[name]
        if entry.kept == "date of the visit" and record.get(name) not in (day, None):
            message = f"the visit is of {day}"
            raise Unfollowed((VisitError(visit.number, day, name, "bad_value", message),))
    others = {name: value for name, value in given.items() if name not in record and name != stage}
    readings = {**state.readings, **_readings(visit)}
    return Known(
        {**record, **others, **({"readings": readings} if readings else {})},
        tuple(given),
        carried,
        tuple(dated),
    )


def _readings(visit: Visit) -> Json:
    chosen = visit.patient.get("readings")
    return dict(chosen) if isinstance(chosen, dict) else {}


def _given(entry: ir.Input, state: State, visit: Visit, value: object) -> object:
    """An entry of the visit; of a series, with the earlier ones."""
    if entry.series is None or value is None or (isinstance(value, dict) and "one_of" in value):
        return value
    if isinstance(value, list):
        _none_later(entry, visit, value)
        new = value
    else:
        new = [{"date": visit.day.isoformat(), "value": value}]
    return [*(one for one in state.series.get(entry.id, []) if one not in new), *new]


def _none_later(entry: ir.Input, visit: Visit, dated: list[Any]) -> None:
    for one in dated:
        of = one.get("date") if isinstance(one, dict) else None
        if isinstance(of, str) and of > visit.day.isoformat():
            message = f"an entry of {of} is later than the visit"
            error = VisitError(visit.number, visit.day.isoformat(), entry.id, "bad_value", message)
            raise Unfollowed((error,))


def lasting(guideline: ir.Guideline, state: State, visit: Visit, now: Known) -> tuple[Json, Json, Json]:
    """What lasts after a visit: entries, since when, and series. An entry of null lasts no longer; a series only grows, and one
    whose latest value is known in part is carried as that until an entry has a day again."""
    entries, since, series = dict(state.entries), dict(state.since), dict(state.series)
    day = visit.day.isoformat()
    for entry in guideline.inputs:
        name = entry.id
        if name not in now.given:
            continue
        value = now.record.get(name)
        entries.pop(name, None)
        since.pop(name, None)
        if entry.series is not None and isinstance(value, list):
            series[name] = value
            if entry.kept == "lasting":
                since[name] = max((str(one["date"]) for one in value), default=day)
        elif value is not None and entry.kept == "lasting":
            entries[name], since[name] = value, day
    return entries, since, series


def day_of(text: str) -> date | None:
    """A stored day."""
    return date.fromisoformat(text) if text else None
