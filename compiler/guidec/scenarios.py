"""Scenarios against the evaluator: what each expected, and what it got instead."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate, refusal
from guidec.numbers import quantity_equal
from guidec.record import record
from guidec.wording import counted, interval_words

Json = dict[str, Any]


@record
class Failure:
    """One expectation that the result does not meet."""

    scenario: ir.Scenario
    expectation: ir.Expectation
    got: str


def run(compiled: Compiled, scenario: ir.Scenario, readings: bool = True) -> list[Failure]:
    """The expectations that fail; `readings` as in `evaluate`."""
    return missed(compiled.guideline, answer(compiled, scenario.patient, readings), scenario)


def answer(compiled: Compiled, patient: object, readings: bool = True) -> Json:
    """The result for a patient, or what is wrong with the record."""
    try:
        return evaluate(compiled, patient, readings)
    except Refused as refused:
        return refusal(refused)


def missed(guideline: ir.Guideline, result: Json, scenario: ir.Scenario) -> list[Failure]:
    """The expectations that a result doesn't meet."""
    found = [(one, _got(guideline, result, one)) for one in scenario.expected]
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
        case "interval" | "duration" | "delay":
            return _time(result, expected)
        case "steps":
            return _steps(result, expected)
        case "action" | "route":
            return _part(result, expected)
        case "step":
            return _step(result, expected)
        case "basis":
            return _basis(result, expected)
        case "choice":
            return _choice(result, expected)
        case "measure":
            return _measure(result, expected)
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
        case "stage":
            return _stage(result, expected)
        case "next":
            return _next(result, expected)
        case "review":
            return _review(result, expected)
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
    """How often, for how long or after what delay every order of a drug is given; how often a rule measures."""
    measured = [one for one in result["monitoring"] if one["id"] == expected.of and not expected.inside]
    given = (measured if expected.kind == "interval" else []) or _given(result, expected)
    for order in given:
        time = order.get(_TIMES[expected.kind], "not stated")
        if not isinstance(time, dict):
            if expected.word != "not_stated" or time != "not stated":
                return str(time)
            continue
        there = (exact(time["low"]), exact(time["high"]), time["unit"])
        if there != (expected.low, expected.high, expected.unit):
            return interval_words(time)
    return None if given else f"`{expected.of}` is not given"


_TIMES = {"interval": "every", "duration": "for", "delay": "after"}


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
        same = quantity_equal(exact(low), unit, expected.low, expected.unit) and quantity_equal(
            exact(high), unit, expected.high, expected.unit
        )
        numbers = f"{low}" if low == high else f"{low} to {high}"
        return None if same else f"{numbers} {counted(unit, low, high)}".rstrip()
    if isinstance(low, int | float) and not isinstance(low, bool):
        return f"{low} {counted(shown['unit'], low, high)}".rstrip()
    if "value" in shown:
        names = [{True: "yes", False: "no"}.get(shown["value"], str(shown["value"]))]
    else:
        names = shown.get("one_of") or [*shown.get("values", ()), *shown.get("possible", ())]
    return _same_set(names, expected.names)


def _given(result: Json, expected: ir.Expectation) -> list[Json]:
    """The orders that an expectation is about; `in` may name what the source names without saying when."""
    within = [*orders(result), *unsettled(result)] if expected.inside else orders(result)
    return [
        order for name, order in within if expected.of in _called(order) and expected.inside in ("", name)
    ]


def _called(order: Json) -> tuple[object, ...]:
    """The drug or procedure of an order; where the source names no drug, its class."""
    unnamed = order.get("drug") == "not stated"
    return (order.get("class"),) if unnamed else (order.get("drug"), order.get("procedure"))


def unsettled(result: Json) -> Iterator[tuple[str, Json]]:
    """The orders of the options that are shown and never given, because the source does not say when they hold; and those of
    advice."""
    for rule in result["advice"]:
        yield from orders({"recommendations": [rule]})
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
            quantity_equal(exact(step["low"]), step["unit"], wanted.value, wanted.unit)
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


def _step(result: Json, expected: ir.Expectation) -> str | None:
    """In which step every order of a drug is given; orders given together share one."""
    given = _given(result, expected)
    wanted = "not stated" if expected.low is None else expected.low
    wrong = [str(order["step"]) for order in given if order["step"] != wanted]
    return wrong[0] if wrong else None if given else f"`{expected.of}` is not given"


def _basis(result: Json, expected: ir.Expectation) -> str | None:
    """Whether the source states the weight that every dose of a drug goes by."""
    given = _given(result, expected)
    wanted = expected.word.replace("_", " ")
    for order in given:
        dose = order.get("dose", "not stated")
        got = dose.get("basis") if isinstance(dose, dict) else None
        if got != wanted:
            return "the dose goes by no weight" if got is None else str(got)
    return None if given else f"`{expected.of}` is not given"


def _choice(result: Json, expected: ir.Expectation) -> str | None:
    """Whether the alternatives of a recommendation are all that there are, `one of`, or examples, `such as`."""
    named = [one for one in result["recommendations"] if one["id"] == expected.of]
    named = named or [one for one in possible(result) if one["id"] == expected.of]
    got = [
        "such as" if given["open"] else "one of" for one in named for given in one["gives"] if "open" in given
    ]
    wanted = expected.word.replace("_", " ")
    if not got:
        return f"`{expected.of}` leaves no choice" if named else f"`{expected.of}` is not recommended"
    return next((one for one in got if one != wanted), None)


def _measure(result: Json, expected: ir.Expectation) -> str | None:
    """What a monitoring measures: each of several tests may do."""
    rule = next((one for one in result["monitoring"] if one["id"] == expected.of), None)
    if rule is None:
        return f"`{expected.of}` is absent"
    measure = rule["measure"]
    return _same_set(measure["one_of"] if isinstance(measure, dict) else [measure], expected.names)


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
    form = (
        "about"
        if dose.get("about")
        else {"above": "or_more", "below": "up_to"}.get(dose.get("open", ""), "amount")
    )
    if "low" not in dose or expected.word != form:
        return False
    assert expected.low is not None and expected.high is not None
    return quantity_equal(exact(dose["low"]), dose["unit"], expected.low, expected.unit) and quantity_equal(
        exact(dose["high"]), dose["unit"], expected.high, expected.unit
    )


def exact(number: int | float) -> Fraction:
    """A number of a result as it is printed."""
    return Fraction(repr(number)) if isinstance(number, float) else Fraction(number)


def _dose_text(dose: Any) -> str:
    if not isinstance(dose, dict):
        return str(dose)
    if "low" not in dose and "per" not in dose:
        return f"needs {_names(dose['needs'])}"
    if "per" in dose:
        return f"{dose['per']['low']} to {dose['per']['high']} {dose['per']['unit']} of {dose['of']}, which is blank"
    numbers = f"{dose['low']}" if dose["low"] == dose["high"] else f"{dose['low']} to {dose['high']}"
    before = "about " if dose.get("about") else "up to " if dose.get("open") == "below" else ""
    return f"{before}{numbers} {dose['unit']}" + (" or more" if dose.get("open") == "above" else "")


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
    meant = meant or [one for one in possible(result) if one["id"] == expected.of]
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


# --- the pathway -------------------------------------------------------------


def _stage(result: Json, expected: ir.Expectation) -> str | None:
    """Where the patient stands, or every stage at which he may be."""
    pathway = result["pathway"]
    if pathway["status"] == "out_of_scope":
        return "out of scope"
    return _same_set(places(pathway), expected.names)


def places(pathway: Json) -> list[str]:
    """The stages at which a patient may be."""
    stage = pathway["stage"]
    return list(stage["one_of"]) if isinstance(stage, dict) else [str(stage)]


def _next(result: Json, expected: ir.Expectation) -> str | None:
    """Everywhere that what is found may lead from a stage."""
    response = next((one for one in result["pathway"]["responses"] if one["stage"] == expected.of), None)
    if response is None:
        return _elsewhere(result, expected)
    return _same_set(ends(response), expected.names)


def ends(response: Json) -> list[str]:
    """Where what is found may lead, as an expectation names it; each place once, whatever the reasons."""
    if response["status"] == "final":
        return ["final"]
    return list(dict.fromkeys(str(one["to"]) for one in response["possible"]))


def _review(result: Json, expected: ir.Expectation) -> str | None:
    """Whether one of the reviews of a stage is as expected: every so often, or once after so long, where that is said."""
    there = [one for one in result["pathway"]["reviews"] if one["stage"] == expected.of]
    if not there:
        return _elsewhere(result, expected, ", or has no review there")
    times = [("after", one["after"]) if "after" in one else ("every", one["every"]) for one in there]
    if any(_reviewed(word, time, expected) for word, time in times):
        return None
    return ", ".join(_review_text(word, time) for word, time in times)


def _review_text(word: str, time: Any) -> str:
    return f"{word} {interval_words(time)}" if isinstance(time, dict) else str(time)


def _reviewed(word: str, time: Any, expected: ir.Expectation) -> bool:
    if not isinstance(time, dict):
        return expected.word == "not_stated"
    there = (exact(time["low"]), exact(time["high"]), time["unit"])
    return there == (expected.low, expected.high, expected.unit) and expected.word in ("", word)


def _elsewhere(result: Json, expected: ir.Expectation, more: str = "") -> str:
    if result["pathway"]["status"] == "out_of_scope":
        return "out of scope"
    return f"the patient is not at `{expected.of}`{more}"
