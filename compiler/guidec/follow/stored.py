"""The state between two visits to JSON that may be stored, and back: what was changed on the way is refused."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date
from typing import Any, NoReturn

from guidec.evaluate import Compiled, Refused, evaluate
from guidec.follow.known import State
from guidec.follow.visits import Code, Unfollowed, VisitError

Json = dict[str, Any]


def state_json(compiled: Compiled, state: State) -> Json:
    """With the guideline's digest, and a checksum over all of it."""
    values = {one.name: getattr(state, one.name) for one in fields(state)}
    found: Json = {"digest": compiled.digest}
    found |= {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    return {**found, "checksum": checksum(found)}


def state_of(compiled: Compiled, document: object) -> State:
    """The state that earlier visits left, from a timeline's JSON. Raises Unfollowed where it is none, where it was changed
    since it was written, and where it is of another guideline or version."""
    from guidec.schema import state_faults

    stored = document.get("state") if isinstance(document, dict) else None
    if not isinstance(stored, dict) or not isinstance(stored.get("digest"), str):
        _refuse("bad_type", "this is no timeline that `guidec follow --format json` wrote")
    bare = {name: value for name, value in stored.items() if name != "checksum"}
    if stored.get("checksum") != checksum(bare):
        _refuse(
            "bad_value", "the state of this timeline was changed since it was written: follow all visits anew"
        )
    if stored["digest"] != compiled.digest:
        of = document.get("guideline") if isinstance(document, dict) else None
        other = "another version of the guideline" if of == compiled.guideline.id else "another guideline"
        _refuse("bad_value", f"this timeline is of {other}: follow all visits anew")
    faults = state_faults(stored) or list(_strange(compiled, stored))
    if faults:
        _refuse("bad_value", f"the state of this timeline can't be used: {faults[0]}")
    names = [one.name for one in fields(State)]
    return State(**{name: _frozen(_whole(stored[name])) for name in names})


def _refuse(code: Code, message: str) -> NoReturn:
    raise Unfollowed((VisitError(0, "", "", code, message),))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


# --- the checksum ------------------------------------------------------------


def checksum(stored: Json) -> str:
    """SHA-256 of the sorted JSON, in which a whole number has no point: a database may have written it anew. Empty where it
    is no JSON that could be written."""
    try:
        text = json.dumps(
            _whole(stored), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    except (ValueError, TypeError, RecursionError):
        return ""


def _whole(value: Any) -> Any:
    match value:
        case dict():
            return {name: _whole(one) for name, one in value.items()}
        case list():
            return [_whole(one) for one in value]
        case float():
            return int(value) if value.is_integer() else value
        case _:
            return value


# --- what the schema can't say -----------------------------------------------


def _strange(compiled: Compiled, stored: Json) -> Iterator[str]:
    """What no visit of this guideline leaves: names that it doesn't have, days that there aren't, a record that it refuses."""
    guideline = compiled.guideline
    inputs = {entry.id for entry in guideline.inputs}
    stages = {one.id for one in guideline.pathway.stages} if guideline.pathway else set[str]()
    named: tuple[tuple[str, Iterable[str], set[str]], ...] = (
        ("entries", stored["entries"], inputs),
        ("since", stored["since"], inputs),
        ("series", stored["series"], {entry.id for entry in guideline.inputs if entry.series is not None}),
        ("readings", stored["readings"], {one.id for one in guideline.readings}),
        ("stages", stored["stages"], stages),
        ("tests", stored["tests"], {one.id for one in guideline.items if one.kind == "test"}),
        ("applies", stored["applies"], {one.id for one in guideline.rules}),
        ("reviews", [one["stage"] for one in stored["reviews"]], stages),
    )
    for part, names, known in named:
        yield from (f"`{name[:60]}` in `{part}` is not known" for name in names if name not in known)
    since, entries = set(stored["since"]), set(stored["entries"])
    strange = {*(since - {*entries, *stored["series"]}), *(entries - since)}
    yield from (f"`{name[:60]}` lasts since no day, or not at all" for name in sorted(strange))
    yield from (f"there is no day {day}" for day in _days(stored) if not _is_day(day))
    records: list[object] = [] if stored["record"] is None else [stored["record"]]
    records.append({**stored["entries"], **stored["series"], "readings": stored["readings"]})
    for one in records:
        try:
            evaluate(compiled, one, readings=False)
        except Refused as refused:
            if any(fault.code != "impossible" for fault in refused.errors):
                yield str(refused)


def _days(stored: Json) -> Iterator[str]:
    yield from (
        stored["day"],
        *stored["since"].values(),
        *stored["tests"].values(),
        *stored["applies"].values(),
    )
    for one in stored["reviews"]:
        if isinstance(one["due"], dict):
            yield from one["due"].values()


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
