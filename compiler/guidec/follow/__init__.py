"""A patient's dated visits through the pathway: a timeline of what was known, advised and due at each, and what changed."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.follow.changes import changes
from guidec.follow.known import Known, State, day_of, known, lasting, nothing_yet
from guidec.follow.visits import Unfollowed, Visit, VisitError, errors_json, read_visits, refused
from guidec.follow.windows import monitored, reviewed

__all__ = ["State", "Unfollowed", "errors_json", "follow", "state_of"]

Json = dict[str, Any]


def follow(
    compiled: Compiled,
    document: object,
    state: State | None = None,
    tell: Callable[[str], None] = lambda stage: None,
) -> Json:
    """The timeline of visits (grammar/timeline.schema.json), and the state that they leave. `state` is that of earlier visits:
    to follow some and then the others is to follow them all. Raises Unfollowed with what is wrong with a visit."""
    state = state or nothing_yet()
    visits = read_visits(compiled.guideline, document, day_of(state.day))
    found: list[Json] = []
    for visit in visits:
        tell(f"following visit {visit.number} of {len(visits)}")
        try:
            entry, state = _visit(compiled, state, visit)
        except Refused as fault:
            raise Unfollowed(refused(visit, fault)) from None
        found.append(entry)
    return {
        "guideline": compiled.guideline.id,
        "version": compiled.guideline.version,
        "digest": compiled.digest,
        "visits": found,
        "state": {"digest": compiled.digest, **_state_json(state)},
    }


def _visit(compiled: Compiled, state: State, visit: Visit) -> tuple[Json, State]:
    guideline, day = compiled.guideline, visit.day.isoformat()
    pathway = guideline.pathway
    now = known(guideline, state, visit, pathway.input if pathway else "")
    stage = None if pathway is None else _stage(compiled, pathway, state, visit, now)
    record = now.record
    if pathway is not None and stage is not None and stage["at"] is not None:
        record = {**record, pathway.input: stage["at"]}
    result = evaluate(compiled, record)
    tests = {**state.tests, **dict.fromkeys(visit.done, day)}
    since = {one["id"]: state.applies.get(one["id"], day) for one in result["monitoring"]}
    reviews = [reviewed(guideline, one, visit.day) for one in result.get("pathway", {}).get("reviews", [])]
    entry: Json = {"visit": visit.number, "date": day}
    if stage is not None:
        entry["stage"] = stage
    entry |= {
        "known": {
            "given": list(now.given),
            "carried": now.carried,
            "dated": list(now.dated),
            "from_done": list(now.done),
        },
        "record": record,
        "done": list(visit.done),
        "came": _came(state, day),
        "result": result,
        "monitoring": [
            monitored(guideline, one, visit.day, visit.done, tests, since[one["id"]])
            for one in result["monitoring"]
        ],
        "reviews": reviews,
        "changes": _changes(compiled, state, record, result),
    }
    entries, days, series = lasting(guideline, state, visit, now)
    stages = _places(stage["at"]) if stage is not None else ()
    readings = now.record.get("readings", {})
    return entry, State(day, entries, days, series, readings, stages, tests, since, record, tuple(reviews))


def _changes(compiled: Compiled, state: State, record: Json, result: Json) -> list[Json]:
    if state.record is None:
        return []
    before = evaluate(compiled, state.record, readings=False)
    return changes(compiled, (state.record, before), (record, result))


# --- where he stands ---------------------------------------------------------


def _stage(compiled: Compiled, pathway: ir.Pathway, state: State, visit: Visit, now: Known) -> Json:
    """Where the patient stands: what is entered wins; else every stage that what was found may lead to from the last one.

    `at` is None where nobody knows: at the first visit, and where the source doesn't say where he goes.
    """
    entered = visit.patient.get(pathway.input)
    found: Json = {"at": entered, "by": "entered" if entered is not None else "not known"}
    if state.stages:
        before = {**now.record, pathway.input: _place(state.stages)}
        moves = evaluate(compiled, before, readings=False)["pathway"]["responses"]
        led = list(dict.fromkeys(one["to"] for move in moves for one in move["possible"]))
        ends = [move["stage"] for move in moves if not move["possible"]]
        led += [one for one in ends if one not in led]
        found |= {"from": _place(state.stages), "moves": moves}
        stated = [one.id for one in pathway.stages if one.id in led]
        silent = "not stated" in led
        found["expected"] = "not stated" if silent or not stated else _place(tuple(stated))
        if entered is None:
            found["at"] = None if silent or not stated else _place(tuple(stated))
            found["by"] = "not known" if found["at"] is None else "followed"
        elif not silent and not set(_places(entered)) & set(stated):
            found["mismatch"] = True
    return found


def _place(stages: tuple[str, ...]) -> str | Json:
    return stages[0] if len(stages) == 1 else {"one_of": list(stages)}


def _places(place: object) -> tuple[str, ...]:
    if isinstance(place, dict):
        return tuple(place.get("one_of", ()))
    return (place,) if isinstance(place, str) else ()


def _came(state: State, day: str) -> Json:
    """Whether he came when he was to be seen again."""
    windows = [one["due"] for one in state.reviews if isinstance(one["due"], dict)]
    if not state.day:
        return {"when": "first visit"}
    if not windows:
        return {"when": "not stated", "since": state.day}
    earliest, latest = min(one["earliest"] for one in windows), max(one["latest"] for one in windows)
    when = "early" if day < earliest else "late" if day > latest else "in time"
    return {"when": when, "since": state.day, "earliest": earliest, "latest": latest}


# --- stored between two visits -----------------------------------------------


def _state_json(state: State) -> Json:
    found = {one.name: getattr(state, one.name) for one in fields(state)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def state_of(compiled: Compiled, document: object) -> State:
    """The state that earlier visits left, from a timeline's JSON. Raises Unfollowed where it is none of this guideline."""
    stored = document.get("state") if isinstance(document, dict) else None
    names = {one.name for one in fields(State)}
    if not isinstance(stored, dict) or set(stored) != {*names, "digest"}:
        message = "this is no timeline that `guidec follow --format json` wrote"
        raise Unfollowed((VisitError(0, "", "", "bad_type", message),))
    if stored["digest"] != compiled.digest:
        message = "this timeline is of another version of the guideline: follow all visits anew"
        raise Unfollowed((VisitError(0, "", "", "bad_value", message),))
    values: Json = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.items()
    }
    return State(**{name: values[name] for name in names})
