"""Scenarios: a patient as JSON, and expectations whose names exist."""

from dataclasses import replace
from fractions import Fraction

from guidec import ast, ir
from guidec.diagnostic import listed, nearest
from guidec.layout import given_text
from guidec.numbers import CALENDAR_WORDS, plain_number
from guidec.resolve.arithmetic import value_ids
from guidec.resolve.orders import ROUTES
from guidec.resolve.scope import Scope
from guidec.resolve.spans import interval
from guidec.resolve.typed import check_unit, said_unit


def scenario(scope: Scope, written: ast.Scenario, rules: dict[str, str]) -> ir.Scenario | None:
    """`rules` gives each rule's kind. Entries that a refused record is made of aren't checked here."""
    before = len(scope.found)
    refused = any(expectation.kind == "refused" for expectation in written.expected)
    patient: dict[str, object] = {}
    readings: dict[str, object] = {}
    for given in written.given:
        space = readings if given.reading else patient
        if given.name.text in space:
            scope.fault(
                "duplicate_name", f"`{given.name.text}` is given twice", given.name.span, "delete one"
            )
        value = _reading(scope, given) if given.reading else _value(scope, given, refused)
        space[given.name.text] = value
    if readings:
        patient["readings"] = readings
    if not written.expected:
        scope.fault(
            "empty_scenario", "this scenario expects nothing", written.title.span, "add an `expect` line"
        )
    expected = [_expectation(scope, expectation, rules) for expectation in written.expected]
    kept = tuple(one for one in expected if one is not None)
    if len(scope.found) > before and any(found.severity == "error" for found in scope.found[before:]):
        return None
    return ir.Scenario(written.title.text, patient, kept, written.title.span, _review(written.review))


def _review(written: ast.Review | None) -> ir.Review | None:
    return None if written is None else ir.Review(written.done, written.digest, written.span)


def _reading(scope: Scope, given: ast.GivenLine) -> object:
    reading = scope.look_up("reading", given.name, scope.readings)
    assert isinstance(given.value, tuple)
    chosen = given.value[0]
    if reading is not None and chosen.text not in [value.id for value in reading.values]:
        known = [value.id for value in reading.values]
        scope.fault(
            "unknown_value",
            f"`{reading.id}` has no value `{chosen.text}`",
            chosen.span,
            nearest(chosen.text, known) or f"its values: {listed(known)}",
        )
    return chosen.text


def _value(scope: Scope, given: ast.GivenLine, refused: bool) -> object:
    entry = scope.inputs.get(given.name.text)
    if entry is None and not refused:
        scope.unknown("input", given.name, scope.inputs)
    match given.value:
        case ast.YesNo(value):
            found: object = value
            right = entry is not None and isinstance(entry.type, ir.Boolean)
        case ast.Day(value):
            found = value.isoformat()
            right = entry is not None and isinstance(entry.type, ir.Date)
        case ast.CalendarNumber(value, unit):
            found = {"value": plain_number(value), "unit": CALENDAR_WORDS[unit.text]}
            right = entry is not None and isinstance(entry.type, ir.Duration)
        case ast.Number():
            return _number(scope, given, given.value, entry, refused)
        case tuple():
            return _names(scope, given, given.value, entry, refused)
        case ast.DatedValues(values):
            return _dated(scope, given, values, entry, refused)
    if entry is not None and not right and not refused:
        scope.fault(
            "wrong_type",
            f"`{entry.id}` takes no such value",
            given.span,
            f"its values: {listed(value_ids(entry))}" if value_ids(entry) else "give a value of its type",
        )
    return found


def _dated(
    scope: Scope,
    given: ast.GivenLine,
    values: tuple[ast.DatedValue, ...],
    entry: ir.Input | None,
    refused: bool,
) -> object:
    """The entries of a series, each checked as if it stood alone."""
    if entry is not None and entry.series is None and not refused:
        repair = f"add the line `series` to the input `{entry.id}`, or give one value without a date"
        scope.fault("wrong_type", f"`{entry.id}` is no series", given.span, repair)
    found: list[object] = []
    for one in values:
        value = (one.value,) if isinstance(one.value, ast.Name) else one.value
        alone = replace(given, value=value, span=one.span)
        found.append({"date": one.day.value.isoformat(), "value": _value(scope, alone, refused)})
    return found


def _number(
    scope: Scope, given: ast.GivenLine, number: ast.Number, entry: ir.Input | None, refused: bool
) -> object:
    value = plain_number(number.value)
    if refused or entry is None:
        return {"value": value, "unit": number.unit.text} if number.unit else value
    match entry.type:
        case ir.Quantity(units):
            names = [unit.unit for unit in units]
            if number.unit is None or number.unit.text not in names:
                if number.unit is None or check_unit(scope, number.unit) is not None:
                    shown = f"`{number.unit.text}`" if number.unit else "no unit"
                    scope.fault(
                        "dimension_mismatch",
                        f"`{entry.id}` is entered in {listed(names, 'or')}, and this has {shown}",
                        number.span,
                        f"write it in `{names[0]}`",
                    )
                return value
            return value if number.unit.text == names[0] else {"value": value, "unit": number.unit.text}
        case ir.Integer() if number.unit is None:
            return value
        case _:
            scope.fault(
                "wrong_type", f"`{entry.id}` takes no such number", number.span, "give a value of its type"
            )
            return value


def _names(
    scope: Scope, given: ast.GivenLine, names: tuple[ast.Name, ...], entry: ir.Input | None, refused: bool
) -> object:
    texts = [name.text for name in names]
    if entry is not None and not refused:
        known = value_ids(entry)
        for name in names:
            if name.text not in known:
                repair = nearest(name.text, known) or (
                    f"its values: {listed(known[:12])}" if known else "give a number"
                )
                scope.fault("unknown_value", f"`{entry.id}` has no value `{name.text}`", name.span, repair)
        if isinstance(entry.type, ir.AnyOf):
            scope.used.update(("drug", text) for text in texts)
            if given.one_of:
                scope.fault(
                    "wrong_type",
                    f"`{entry.id}` is a set, known or blank as a whole",
                    given.span,
                    "list its members, or leave it out",
                )
        elif len(texts) != 1 and not given.one_of and (texts or entry.series is None):
            scope.fault(
                "wrong_type",
                f"`{entry.id}` has one value",
                given.span,
                f"write `{given_text(replace(given, one_of=True))}` where it is only partly known",
            )
    if given.one_of:
        return {"one_of": [{"yes": True, "no": False}.get(text, text) for text in texts]}
    if entry is not None and isinstance(entry.type, ir.AnyOf):
        return texts
    if not texts and entry is not None and entry.series is not None:
        return []
    return texts[0] if len(texts) == 1 else texts


# --- expectations ------------------------------------------------------------


def _known_order(scope: Scope, written: ast.Expectation, rules: dict[str, str]) -> None:
    """What is said of an order: its drug, or the class of one that isn't named; where it stands; inputs that it needs."""
    assert written.of is not None
    ordered = scope.drugs | scope.classes
    if written.kind in ("interval", "duration", "delay", "action", "step"):
        ordered |= scope.procedures
    _known(scope, "drug", written.of, ordered)
    if written.inside is not None:
        _known(scope, "regimen or rule", written.inside, scope.regimens | dict.fromkeys(rules))
    for name in written.names:
        _known(scope, "input", name, scope.inputs)


def _expectation(scope: Scope, written: ast.Expectation, rules: dict[str, str]) -> ir.Expectation | None:
    if written.kind == "stage" and "stage" in scope.decisions:
        written = replace(written, kind="outcome")
    match written.kind:
        case "outcome" | "possible":
            _known_decision(scope, written)
        case "needs" | "ask":
            if written.of is not None:
                _known(scope, "decision", written.of, scope.decisions)
            for name in written.names:
                _known(scope, "input", name, scope.inputs)
        case "interval" if written.of is not None and rules.get(written.of.text) == "monitor":
            pass
        case (
            "dose" | "total" | "daily" | "steps" | "step" | "basis" | "route" | "interval" | "duration" | "delay"
            | "action"
        ):  # fmt: skip
            _known_order(scope, written, rules)
        case "usual":
            assert written.of is not None
            _known(scope, "regimen", written.of, scope.regimens)
            for name in written.names:
                _known(scope, "drug", name, scope.drugs)
        case "preferred" | "choice":
            assert written.of is not None
            outcomes = {name: None for one in scope.outcomes.values() for name in one}
            _known(scope, "outcome", written.of, outcomes)
            for name in written.names:
                _known(scope, "drug", name, scope.drugs | scope.procedures | scope.regimens)
        case "measure":
            assert written.of is not None
            monitored = {name: None for name, kind in rules.items() if kind == "monitor"}
            _known(scope, "monitoring", written.of, monitored)
            for name in written.names:
                _known(scope, "test", name, scope.tests)
        case "strength":
            assert written.of is not None
            outcomes = {name: None for one in scope.outcomes.values() for name in one}
            _known(scope, "recommendation or rule", written.of, outcomes | dict.fromkeys(rules))
        case "open":
            for name in written.names:
                _known(scope, "reading", name, scope.readings)
        case "value":
            assert written.of is not None
            _known_value(scope, written, written.of)
        case "stage" | "next" | "review":
            _known_stages(scope, written)
        case "due" | "rule" | "no_rule":
            _known_rules(scope, written, rules)
        case "status" | "refused":
            pass
    amount = _amount(scope, written)
    if amount is None:
        return None
    unit, low, high = amount
    steps: list[ir.Constant] = []
    for step in written.steps:
        if step.unit is None or check_unit(scope, step.unit) is None:
            return None
        steps.append(ir.Constant(step.value, step.unit.text))
    names = tuple(
        name.text.removeprefix("!") if name.text.startswith("!") else name.text for name in written.names
    )
    return ir.Expectation(
        written.kind,
        written.of.text if written.of else "",
        names,
        ROUTES.get(written.word, written.word) if written.kind == "route" else written.word.removeprefix("!"),
        low,
        high,
        unit,
        inside=written.inside.text if written.inside else "",
        steps=tuple(steps),
        span=written.span,
    )


def _amount(scope: Scope, written: ast.Expectation) -> tuple[str, Fraction | None, Fraction | None] | None:
    """The unit and the ends of what is expected; an interval or a duration has its own."""
    if written.time is not None:
        time = interval(scope, written.time)
        return None if time is None else (time.unit, time.low, time.high)
    if written.high is None or written.low is None:
        return "", None, None
    if written.high.unit is not None:
        said = said_unit(scope, written.high.unit)
        if said is None:
            return None
        assert isinstance(said.number, ir.Constant)
        return said.number.unit, written.low.value, written.high.value
    bare = written.kind in ("value", "step")
    return ("", written.low.value, written.high.value) if bare else ("", None, None)


def _known_rules(scope: Scope, written: ast.Expectation, rules: dict[str, str]) -> None:
    """The rules that are or aren't shown; or the one that is due, and the inputs that its date needs."""
    if written.kind == "due":
        assert written.of is not None
        _known(scope, "rule", written.of, rules)
        for name in written.names if written.word == "needs" else ():
            _known(scope, "input", name, scope.inputs)
        return
    for name in written.names:
        _known(scope, "rule", name, rules)


def _known_stages(scope: Scope, written: ast.Expectation) -> None:
    """The stages that an expectation names; `final` says that nobody goes on."""
    if "pathway" in scope.unread_kinds:
        return
    if not scope.stages:
        message = "this guideline has no `pathway`, and so no stages"
        scope.fault("unknown_name", message, written.span, "delete this, or declare the pathway")
        return
    of = [written.of] if written.of is not None and written.kind != "stage" else []
    last = ("!not stated", "final") if written.kind == "next" else ()
    for name in [*of, *(one for one in written.names if one.text not in last)]:
        _known(scope, "stage", name, scope.stages)


def _known_value(scope: Scope, written: ast.Expectation, of: ast.Name) -> None:
    """Only what is shown stands in a result: a definition, or the bands of a shown score."""
    definition = scope.definitions.get(of.text)
    if definition is None:
        _known(scope, "definition", of, scope.written)
        return
    owners = [one for one in scope.definitions.values() if one is not None and one.band == of.text]
    if not any(one.shown for one in (definition, *owners)):
        message = f"`{of.text}` is not shown in results"
        scope.fault("unknown_name", message, of.span, f"add `shown` below `{(owners or [definition])[0].id}`")
    known = ["yes", "no"]
    if definition.category is not None:
        known = [value.id for value in definition.category.values]
    for name in written.names:
        if name.text not in known:
            repair = nearest(name.text, known) or f"its values: {listed(known)}"
            scope.fault("unknown_value", f"`{of.text}` has no value `{name.text}`", name.span, repair)


def _known(scope: Scope, kind: str, name: ast.Name, known: object) -> None:
    assert isinstance(known, dict)
    if name.text not in known:
        scope.unknown(kind, name, known)


def _known_decision(scope: Scope, written: ast.Expectation) -> None:
    assert written.of is not None
    if written.of.text not in scope.decisions:
        _known(scope, "decision", written.of, scope.decisions)
        return
    outcomes = scope.outcomes[written.of.text]
    for name in written.names:
        wanted = name.text.split(" ")[-1]
        if not wanted.startswith("!") and wanted not in outcomes:
            repair = nearest(wanted, outcomes) or f"it recommends {listed(sorted(outcomes))}"
            scope.fault(
                "unknown_value", f"`{written.of.text}` never recommends `{wanted}`", name.span, repair
            )
