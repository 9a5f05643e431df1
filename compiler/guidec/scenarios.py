"""Scenarios against the evaluator: what each expected, and what it got instead."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate, refusal
from guidec.numbers import quantity_equal
from guidec.record import record

Json = dict[str, Any]


@record
class Failure:
    """One expectation that the result does not meet."""

    scenario: ir.Scenario
    expectation: ir.Expectation
    got: str


def run(compiled: Compiled, scenario: ir.Scenario) -> list[Failure]:
    """The expectations that fail."""
    try:
        result = evaluate(compiled, scenario.patient)
    except Refused as refused:
        result = refusal(refused)
    found = [(one, _got(compiled.guideline, result, one)) for one in scenario.expected]
    return [Failure(scenario, one, got) for one, got in found if got is not None]


def _got(guideline: ir.Guideline, result: Json, expected: ir.Expectation) -> str | None:
    """None where the expectation is met, else what the result says."""
    if expected.kind == "refused":
        return _refused(result, expected)
    if "errors" in result:
        return "the record is refused: " + "; ".join(
            f"{one['input']}: {one['message']}" for one in result["errors"]
        )
    match expected.kind:
        case "status":
            return _same(result["status"], expected.word)
        case "outcome":
            return _outcome(result, expected)
        case "possible":
            return _same_set(possible_names(result["decisions"][expected.of], expected.names), expected.names)
        case "needs":
            where = result["decisions"][expected.of] if expected.of else result
            return _same(_names(where["needs"]), _names(expected.names))
        case "ask":
            return _same(result["ask_next"], expected.names[0])
        case "dose" | "total" | "daily":
            return _dose(result, expected)
        case "interval" | "duration":
            return _time(result, expected)
        case "steps":
            return _steps(result, expected)
        case "action" | "route":
            return _part(result, expected)
        case "strength":
            return _strength(result, expected)
        case "open":
            return _same_set(open_readings(result), expected.names)
        case "value":
            return _value(guideline, result, expected)
        case "due":
            return _due(result, expected)
        case "usual":
            return _usual(result, expected)
        case "preferred":
            return _preferred(result, expected)
        case "rule" | "no_rule":
            return _rule(result, expected)


def _same(got: str, wanted: str) -> str | None:
    return None if got == wanted else got


def _names(names: object) -> str:
    return ", ".join(names) or "nothing" if isinstance(names, list | tuple) else str(names)


def _same_set(got: list[str], wanted: tuple[str, ...]) -> str | None:
    return None if set(got) == set(wanted) else _names(got)


def _refused(result: Json, expected: ir.Expectation) -> str | None:
    if "errors" not in result:
        return "the record is accepted"
    if not expected.of:
        return None
    for error in result["errors"]:
        if error["input"] == expected.of and (not expected.names or error["code"] == expected.names[0]):
            return None
    return "; ".join(f"{error['input']} {error['code']}" for error in result["errors"])


def _outcome(result: Json, expected: ir.Expectation) -> str | None:
    decision = result["decisions"][expected.of]
    names = [one["id"] for one in result["recommendations"] if one["decision"] == expected.of]
    got = _names(names) if decision["status"] == "determined" else decision["status"]
    if expected.word == "nothing":
        return _same(got, "nothing")
    if expected.word:
        return _same(decision["status"], expected.word)
    return None if decision["status"] == "determined" and set(names) == set(expected.names) else got


def possible_names(decision: Json, wanted: tuple[str, ...]) -> list[str]:
    """What may come out; `against x` where that is expected in so many words, else `x` whatever the direction."""
    names: dict[str, None] = {}
    for entry in decision["possible"]:
        directed = [(one["id"], f"{one['direction']} {one['id']}") for one in entry["recommendations"]]
        ids = [full if full in wanted else name for name, full in directed]
        if entry["status"] != "determined":
            names[entry["status"]] = None
        if entry["status"] in ("determined", "not_stated"):
            names.update(dict.fromkeys(ids or (["nothing"] if entry["status"] == "determined" else [])))
        if ids and entry["status"] == "not_stated":
            names.pop("not_stated", None)
    return list(names)


def orders(result: Json) -> Iterator[tuple[str, Json]]:
    """Every order that may be carried out, the alternatives of a choice included, with its recommendation's name."""
    for recommendation in result["recommendations"]:
        for given in recommendation["gives"]:
            for order in given.get("options", [given]):
                yield recommendation["id"], order


def _dose(result: Json, expected: ir.Expectation) -> str | None:
    given = _given(result, expected)
    if not given:
        return f"`{expected.of}` is not given"
    for order in given:
        dose = order.get(expected.kind, "not stated")
        dose = "not stated" if isinstance(dose, dict) and "why" in dose else dose
        if not _dose_is(dose, expected):
            return _dose_text(dose)
    return None


def _time(result: Json, expected: ir.Expectation) -> str | None:
    """How often, or for how long, every order of a drug is given; how often a rule measures."""
    measured = [one for one in result["monitoring"] if one["id"] == expected.of and not expected.inside]
    given = (measured if expected.kind == "interval" else []) or _given(result, expected)
    for order in given:
        time = order["every" if expected.kind == "interval" else "for"]
        if not isinstance(time, dict):
            if expected.word != "not_stated" or time != "not stated":
                return str(time)
            continue
        there = (_exact(time["low"]), _exact(time["high"]), time["unit"])
        if there != (expected.low, expected.high, expected.unit):
            return f"{time['low']} to {time['high']} {time['unit']}"
    return None if given else f"`{expected.of}` is not given"


def _value(guideline: ir.Guideline, result: Json, expected: ir.Expectation) -> str | None:
    """A shown number, truth or category; the bands of a score stand beside its number."""
    shown = result["values"].get(expected.of)
    if shown is None:
        score = next(one.id for one in guideline.definitions if one.band == expected.of)
        band = result["values"][score]["band"]
        shown = band if isinstance(band, dict) else {"value": band}
    low, high = shown.get("low", shown.get("value")), shown.get("high", shown.get("value"))
    if expected.low is not None and expected.high is not None:
        if not isinstance(low, int | float) or not isinstance(high, int | float) or isinstance(low, bool):
            return str(low)
        unit = shown["unit"]
        same = quantity_equal(_exact(low), unit, expected.low, expected.unit) and quantity_equal(
            _exact(high), unit, expected.high, expected.unit
        )
        numbers = f"{low}" if low == high else f"{low} to {high}"
        return None if same else f"{numbers} {unit}".rstrip()
    if isinstance(low, int | float) and not isinstance(low, bool):
        return f"{low} {shown['unit']}".rstrip()
    if "value" in shown:
        names = [{True: "yes", False: "no"}.get(shown["value"], str(shown["value"]))]
    else:
        names = shown.get("one_of") or [*shown.get("values", ()), *shown.get("possible", ())]
    return _same_set(names, expected.names)


def _given(result: Json, expected: ir.Expectation) -> list[Json]:
    """The orders that an expectation is about; `in` may name what the source names without saying when."""
    within = [*orders(result), *_named(result)] if expected.inside else orders(result)
    return [
        order
        for name, order in within
        if expected.of in (order.get("drug"), order.get("procedure")) and expected.inside in ("", name)
    ]


def _named(result: Json) -> Iterator[tuple[str, Json]]:
    """The orders of the options that are shown and never given, because the source does not say when they hold."""
    for decision in result["decisions"].values():
        for entry in decision["possible"]:
            if entry["status"] == "not_stated":
                yield from orders(entry)


def _steps(result: Json, expected: ir.Expectation) -> str | None:
    """The amounts of a taper, the first included."""
    given = _given(result, expected)
    for order in given:
        steps = order.get("taper", {"steps": ()})["steps"]
        if any("per" in step for step in steps):
            return f"needs {_names(order['taper']['needs'])}"
        same = len(steps) == len(expected.steps) and all(
            quantity_equal(_exact(step["low"]), step["unit"], wanted.value, wanted.unit)
            for step, wanted in zip(steps, expected.steps, strict=True)
        )
        if not same:
            return ", ".join(f"{step['low']} {step['unit']}" for step in steps) or "no taper"
    return None if given else f"`{expected.of}` is not given"


def _part(result: Json, expected: ir.Expectation) -> str | None:
    """What every order of a drug does, or how it is given."""
    given = _given(result, expected)
    wanted = expected.word.replace("_", " ")
    got = [str(order.get(expected.kind, "not stated")).replace("_", " ") for order in given]
    if not got:
        return f"`{expected.of}` is not given"
    return next((one for one in got if one != wanted), None)


def _strength(result: Json, expected: ir.Expectation) -> str | None:
    """The strength of what is advised in one direction; where that isn't settled, of what may be."""
    named = [one for one in settled(result) if one["id"] == expected.of]
    named = named or [one for one in possible(result) if one["id"] == expected.of]
    direction = expected.names[0] if expected.names else "for"
    found = [one for one in named if one["direction"] == direction] or named
    wrong = [one for one in found if (one["strength"], one["direction"]) != (expected.word, direction)]
    if wrong:
        return f"{wrong[0]['strength']} {wrong[0]['direction']}".removesuffix(" for")
    return None if found else f"`{expected.of}` is not recommended"


def settled(result: Json) -> list[Json]:
    """Every recommendation, advice and monitoring."""
    return [*result["recommendations"], *result["advice"], *result["monitoring"]]


def possible(result: Json) -> list[Json]:
    """Every recommendation of an outcome that may still come out, and of the answers of a conflict."""
    found: list[Json] = []
    waiting = [entry for decision in result["decisions"].values() for entry in decision["possible"]]
    while waiting:
        entry = waiting.pop(0)
        found += entry["recommendations"]
        waiting += entry.get("possible", ())
    return found


def open_readings(result: Json) -> list[str]:
    """The readings that nobody has chosen and that are answered differently from one to the next."""
    return [
        name
        for name, reading in result["readings"].items()
        if reading["chosen"] == "none"
        and any(one != next(iter(reading["answers"].values())) for one in reading["answers"].values())
    ]


def _dose_is(dose: Any, expected: ir.Expectation) -> bool:
    if expected.word == "not_stated":
        return bool(dose == "not stated")
    if not isinstance(dose, dict):
        return False
    if expected.word == "needs":
        return dose.get("needs") == list(expected.names)
    if "low" not in dose or (expected.word == "or_more") != (dose.get("open") == "above"):
        return False
    assert expected.low is not None and expected.high is not None
    return quantity_equal(_exact(dose["low"]), dose["unit"], expected.low, expected.unit) and quantity_equal(
        _exact(dose["high"]), dose["unit"], expected.high, expected.unit
    )


def _exact(number: int | float) -> Fraction:
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def _dose_text(dose: Any) -> str:
    if not isinstance(dose, dict):
        return str(dose)
    if "low" not in dose and "per" not in dose:
        return f"needs {_names(dose['needs'])}"
    if "per" in dose:
        return f"{dose['per']['low']} to {dose['per']['high']} {dose['per']['unit']} of {dose['of']}, which is blank"
    numbers = f"{dose['low']}" if dose["low"] == dose["high"] else f"{dose['low']} to {dose['high']}"
    return f"{numbers} {dose['unit']}" + (" or more" if dose.get("open") == "above" else "")


def _due(result: Json, expected: ir.Expectation) -> str | None:
    rule = next((one for one in result["monitoring"] if one["id"] == expected.of), None)
    if rule is None:
        return f"`{expected.of}` is absent"
    match rule.get("due", "no date"):
        case str(word):
            return _same(word, expected.word)
        case {"needs": needs}:
            got = f"needs {_names(needs)}"
        case due:
            got = f"{due['earliest']} to {due['latest']}"
    wanted = {"needs": f"needs {_names(expected.names)}", "dates": " to ".join(expected.names)}
    return _same(got, wanted.get(expected.word, expected.word))


def _usual(result: Json, expected: ir.Expectation) -> str | None:
    found: list[str] = []
    seen = False
    for recommendation in result["recommendations"]:
        if recommendation["id"] != expected.of:
            continue
        seen = True
        for given in recommendation["gives"]:
            if "usual" in given:
                found.append(given.get("drug", given["usual"]))
    if not seen:
        return f"`{expected.of}` is not recommended"
    return None if tuple(found) == expected.names else _names(found or ["not stated"])


def _preferred(result: Json, expected: ir.Expectation) -> str | None:
    """Everything that is preferred, or that may be, of one recommendation: itself, or an alternative that it leaves."""
    meant = [one for one in result["recommendations"] if one["id"] == expected.of]
    if not meant:
        return f"`{expected.of}` is not recommended"
    found = [
        entry.get("id", entry.get("drug"))
        for one in meant
        for where in (one, *one["gives"])
        for entry in where.get("preferred", ())
        if entry["applies"] == expected.word
    ]
    return _same_set(found, expected.names)


def _rule(result: Json, expected: ir.Expectation) -> str | None:
    applies = {one["id"]: one["applies"] for one in result[expected.of]}
    if expected.kind == "no_rule":
        there = [name for name in expected.names if name in applies]
        return f"there is {_names(there)}" if there else None
    wrong = [
        f"{name}: {applies.get(name, 'absent')}"
        for name in expected.names
        if applies.get(name) != expected.word
    ]
    return "; ".join(wrong) or None
