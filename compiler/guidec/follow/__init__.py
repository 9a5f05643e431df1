"""A patient's dated visits through the pathway: a timeline of what was known, advised and due at each, and what changed."""

from collections.abc import Callable
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate, on_pathway
from guidec.follow.changes import changes
from guidec.follow.known import Known, State, day_of, known, lasting, nothing_yet
from guidec.follow.stored import state_json, state_of
from guidec.follow.visits import Unfollowed, Visit, errors_json, read_visits, refused
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
    last: Json | None = None
    for at, visit in enumerate(visits, 1):
        tell(f"following visit {at} of {len(visits)}")
        try:
            if last is None and state.record is not None:
                last = evaluate(compiled, state.record, readings=False)
            entry, state = _visit(compiled, state, last, visit)
        except Refused as fault:
            raise Unfollowed(refused(visit, fault)) from None
        last = entry["result"]
        found.append(entry)
    return {
        "guideline": compiled.guideline.id,
        "version": compiled.guideline.version,
        "digest": compiled.digest,
        "visits": found,
        "state": state_json(compiled, state),
    }


def _visit(compiled: Compiled, state: State, last: Json | None, visit: Visit) -> tuple[Json, State]:
    """`last` is the result of the visit before, that of the state's record."""
    guideline, day, number = compiled.guideline, visit.day.isoformat(), state.visits + 1
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
    entry: Json = {"visit": number, "date": day}
    if stage is not None:
        entry["stage"] = stage
    entry |= {
        "known": {
            "given": list(now.given),
            "carried": now.carried,
            "dated": list(now.dated),
        },
        "record": record,
        "done": list(visit.done),
        "came": _came(state, day),
        "result": result,
        "monitoring": [
            monitored(guideline, record, one, visit.day, tests, since[one["id"]])
            for one in result["monitoring"]
        ],
        "reviews": reviews,
        "changes": _changes(compiled, state.record, last, record, result),
    }
    entries, days, series = lasting(guideline, state, visit, now)
    stages = _places(stage["at"]) if stage is not None else ()
    readings = now.record.get("readings", {})
    left = State(number, day, entries, days, series, readings, stages, tests, since, record, tuple(reviews))
    return entry, left


def _changes(
    compiled: Compiled, before: Json | None, last: Json | None, record: Json, result: Json
) -> list[Json]:
    if before is None or last is None:
        return []
    return changes(compiled, (before, last), (record, result))


# --- where he stands ---------------------------------------------------------


def _stage(compiled: Compiled, pathway: ir.Pathway, state: State, visit: Visit, now: Known) -> Json:
    """Where the patient stands: what is entered wins; else every stage that what was found may lead to from the last one.

    `at` is None where nobody knows: at the first visit, where the source doesn't say where he goes, out of its scope, and
    where what is known goes with none of the last stages.
    """
    entered = visit.patient.get(pathway.input)
    found: Json = {"at": entered, "by": "entered" if entered is not None else "not known"}
    if not state.stages:
        return found
    status, moves = _moves(compiled, {**now.record, pathway.input: _place(state.stages)})
    found |= {"from": _place(state.stages), "moves": moves}
    if status == "out_of_scope":
        return found if entered is not None else {**found, "by": "out_of_scope"}
    if not moves:
        return found
    led = _led(pathway, moves)
    found["expected"] = _place(led) if led else "not stated"
    if entered is None and led:
        found |= {"at": _place(led), "by": "followed"}
    elif entered is not None and led and not set(_places(entered)) & set(led):
        found["mismatch"] = True
    return found


def _moves(compiled: Compiled, record: Json) -> tuple[str, list[Json]]:
    """Where each of the last stages leads; nowhere where no patient of these stages has such entries."""
    try:
        found = on_pathway(compiled, record)
    except Refused as fault:
        if any(one.code != "impossible" for one in fault.errors):
            raise
        return "impossible", []
    return found["status"], found["responses"]


def _led(pathway: ir.Pathway, moves: list[Json]) -> tuple[str, ...]:
    """The stages to which moves lead, in the author's order; who is at a final one stays. None where one of them isn't stated."""
    ends = {one["to"] for move in moves for one in move["possible"]}
    ends |= {
        move["stage"] if move["status"] == "final" else "not stated" for move in moves if not move["possible"]
    }
    return () if "not stated" in ends else tuple(one.id for one in pathway.stages if one.id in ends)


def _place(stages: tuple[str, ...]) -> str | Json:
    return stages[0] if len(stages) == 1 else {"one_of": list(stages)}


def _places(place: object) -> tuple[str, ...]:
    if isinstance(place, dict):
        return tuple(place["one_of"])
    return (place,) if isinstance(place, str) else ()


def _came(state: State, day: str) -> Json:
    """Whether he came when he was to be seen again; nobody knows where a stage at which he may have been doesn't say."""
    if not state.day:
        return {"when": "first visit"}
    windows = [one for one in state.reviews if isinstance(one["due"], dict)]
    if not windows:
        return {"when": "not stated", "since": state.day}
    earliest = min(one["due"]["earliest"] for one in windows)
    latest = max(one["due"]["latest"] for one in windows)
    dated = {one["stage"] for one in windows}
    if any(one["stage"] not in dated for one in state.reviews):
        when = "not known"
    else:
        when = "early" if day < earliest else "late" if day > latest else "in time"
    return {"when": when, "since": state.day, "earliest": earliest, "latest": latest}
