"""The JSON of a patient's visits to dated visits in order; or everything that is wrong with it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from guidec import ir
from guidec.evaluate.record import Code, Refused, no_day, read_record
from guidec.record import record

Json = dict[str, Any]

__all__ = ["Code", "Unfollowed", "Visit", "VisitError", "errors_json", "read_visits", "refused"]


@record
class Visit:
    """What was entered on a day: `patient` as for `guidec eval`, and the tests that were `done`. `number` is its place in the
    file, from 1."""

    number: int
    day: date
    patient: Json
    done: tuple[str, ...]


@record
class VisitError:
    """One thing wrong with one visit, counted from 1; 0 is the whole file."""

    visit: int
    day: str
    input: str
    code: Code
    message: str


class Unfollowed(ValueError):
    """The visits can't be followed. `errors` names everything that was found wrong, so that it is mended once."""

    def __init__(self, errors: tuple[VisitError, ...]) -> None:
        super().__init__("; ".join(f"visit {one.visit}: {one.message}" for one in errors))
        self.errors = errors


def read_visits(guideline: ir.Guideline, document: object, last: date | None) -> tuple[Visit, ...]:
    """The visits, the first of them after the `last` day that was followed. Raises Unfollowed."""
    if isinstance(document, Mapping) and set(document) == {"visits"}:
        document = document["visits"]
    if not isinstance(document, list) or not document:
        message = 'visits are a list of {"date": "YYYY-MM-DD", "patient": {…}, "done": [tests]}'
        raise Unfollowed((VisitError(0, "", "", "bad_type", message),))
    errors: list[VisitError] = []
    found: list[Visit] = []
    for number, one in enumerate(document, 1):
        visit = _visit(guideline, number, one, errors)
        day = _day(one.get("date")) if isinstance(one, Mapping) else None
        if day is not None:
            if last is not None and day <= last:
                message = f"visits stand in the order of their days, one a day; the one before is of {last}"
                errors.append(VisitError(number, day.isoformat(), "date", "bad_value", message))
            last = day if last is None else max(last, day)
        if visit is not None:
            found.append(visit)
    if errors:
        raise Unfollowed(tuple(errors))
    return tuple(found)


def _visit(guideline: ir.Guideline, number: int, one: object, errors: list[VisitError]) -> Visit | None:
    if not isinstance(one, Mapping):
        errors.append(VisitError(number, "", "", "bad_type", "a visit is an object"))
        return None
    day = _day(one.get("date"))
    shown = day.isoformat() if day is not None else ""
    before = len(errors)
    if day is None:
        written = one.get("date")
        message = no_day(written) if isinstance(written, str) else ""
        message = message or "the date is written YYYY-MM-DD"
        errors.append(VisitError(number, "", "date", "bad_value", message))
    for name in one:
        if name not in ("date", "patient", "done"):
            message = "a visit has a `date`, a `patient`, and the tests that were `done`"
            errors.append(VisitError(number, shown, str(name), "unknown_input", message))
    patient = one.get("patient", {})
    if not isinstance(patient, Mapping):
        errors.append(VisitError(number, shown, "patient", "bad_type", "a patient is an object of inputs"))
    else:
        errors += _refused(guideline, number, shown, patient)
    done = one.get("done", [])
    tests = [item.id for item in guideline.items if item.kind == "test"]
    if not isinstance(done, list) or not all(isinstance(name, str) for name in done):
        errors.append(VisitError(number, shown, "done", "bad_type", "`done` is a list of tests"))
    else:
        for name in done:
            if name not in tests:
                message = f"no test is called `{name}`; known: {', '.join(tests) or 'none'}"
                errors.append(VisitError(number, shown, "done", "bad_value", message))
    if day is None or len(errors) > before:
        return None
    assert isinstance(patient, Mapping) and isinstance(done, list)
    return Visit(number, day, dict(patient), tuple(dict.fromkeys(done)))


def _refused(
    guideline: ir.Guideline, number: int, day: str, patient: Mapping[str, object]
) -> tuple[VisitError, ...]:
    """What is wrong with the entries of a visit by themselves, so that those of all visits are told at once."""
    try:
        read_record(guideline, patient)
    except Refused as fault:
        return tuple(VisitError(number, day, one.input, one.code, one.message) for one in fault.errors)
    return ()


def _day(written: object) -> date | None:
    try:
        found = date.fromisoformat(written) if isinstance(written, str) else None
    except ValueError:
        return None
    return found if found is not None and found.isoformat() == written else None


def refused(visit: Visit, fault: Refused) -> tuple[VisitError, ...]:
    """What is wrong with the record of a visit."""
    day = visit.day.isoformat()
    return tuple(VisitError(visit.number, day, one.input, one.code, one.message) for one in fault.errors)


def errors_json(fault: Unfollowed) -> Json:
    """What is printed for visits that can't be followed."""
    return {
        "errors": [
            {
                "visit": one.visit,
                "date": one.day,
                "input": one.input,
                "code": one.code,
                "message": one.message,
            }
            for one in fault.errors
        ]
    }
