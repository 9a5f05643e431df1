"""Coverage to the few scenarios that would complete it: patients, titles, and what the evaluator says of them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

from guidec import ir
from guidec.evaluate import accepted, evaluate
from guidec.evaluate.completions import Completions
from guidec.evaluate.paths import reads
from guidec.evaluate.record import read_record
from guidec.lower.boxes import Box, Variable, known
from guidec.lower.diagram import TRUE, TooLarge
from guidec.lower.work import all_impossible
from guidec.numbers import decimal_text, unit_text
from guidec.proofs.coverage import Coverage, Item, Kind, Measure, met_by
from guidec.proofs.pinned import is_fixed, pinned
from guidec.proofs.witness import Patient, patient_of
from guidec.proofs.written import scenario_text
from guidec.record import record
from guidec.rows import Entered, Readings
from guidec.wording import label_of, outcome_label, value_label

MOST_WAYS = 6
MOST_ROUNDS = 8
LONGEST_TITLE = 110


@record
class Made:
    """A scenario that does not stand in the file yet, and the items that it meets."""

    title: str
    patient: Patient
    expected: tuple[str, ...]
    meets: tuple[int, ...]


def generated(
    coverage: Coverage,
    kinds: Collection[Kind],
    titles: Collection[str],
    tell: Callable[[str], None] = lambda stage: None,
) -> list[Made]:
    """Scenarios for what is missing of these kinds, each for as much as it can meet. `titles` are taken."""
    measure = coverage.measure
    found: list[Made] = []
    said: dict[str, None] = {}
    taken = set(titles)
    called: dict[str, list[Patient]] = {}
    for patient, meets in _patients(coverage, kinds, tell):
        result = evaluate(measure.compiled, patient)
        items = [measure.items[at] for at in meets]
        expected = pinned(measure.work.guideline, result, {one.of for one in items}, said)
        said.update(dict.fromkeys(one for one in expected if is_fixed(one)))
        who = _title(measure.work.guideline, patient, result, items)
        namesakes = called.setdefault(who, [])
        title = _free(_apart(measure.work.guideline, who, patient, namesakes), taken)
        namesakes.append(patient)
        taken.add(title)
        found.append(Made(title, patient, tuple(expected), tuple(meets)))
    return found


def made_text(guideline: ir.Guideline, made: Made) -> str:
    """The scenario, marked as unreviewed."""
    return scenario_text(guideline, made.title, made.patient, made.expected, "unreviewed")


# --- patients ----------------------------------------------------------------


def _patients(
    coverage: Coverage, kinds: Collection[Kind], tell: Callable[[str], None]
) -> list[tuple[Patient, list[int]]]:
    """Patients who together meet everything that is missing and can be met: the first missing item gives one, and he is
    made to meet as many of the others as he can. Nobody stays whose items others meet as well."""
    measure = coverage.measure
    wanted = {
        at: answer.patient
        for at, answer in coverage.missing.items()
        if answer.patient is not None and measure.items[at].kind in kinds
    }
    left = dict.fromkeys(wanted)
    found: list[tuple[Patient, set[int]]] = []
    while left:
        tell(f"making patients for {len(left)} of {len(wanted)} items")
        first = next(iter(left))
        patient, meets = _grown(measure, wanted[first] or {}, first, left)
        if not measure.items[first].needed:
            patient = _completed(measure, patient, meets)
        meets = met_by(measure, patient) & set(wanted)
        found.append((_in_order(measure, patient), meets))
        for at in meets | {first}:
            left.pop(at, None)
    return [(patient, sorted(meets)) for patient, meets in _needed(found)]


def _grown(measure: Measure, patient: Patient, first: int, left: Iterable[int]) -> tuple[Patient, set[int]]:
    """The patient with more entries, so that as many items as can be are met; none that was met is lost."""
    open_items = [at for at in left if not measure.items[at].needed]
    meets = met_by(measure, patient, list(dict.fromkeys([first, *open_items])))
    if measure.items[first].needed:
        return patient, meets
    for at in open_items:
        if at in meets:
            continue
        for more in _extended(measure, patient, measure.items[at]):
            now = met_by(measure, more, open_items)
            if at in now and meets <= now | {first} and accepted(measure.compiled, more):
                patient, meets = more, now | {first}
                break
    return patient, meets


def _extended(measure: Measure, patient: Patient, item: Item) -> Iterable[Patient]:
    """The patient with entries that may meet one more item."""
    work = measure.work
    diagrams = work.diagrams
    try:
        node = diagrams.both(item.node, diagrams.negate(all_impossible(work)))
    except TooLarge:
        return
    completions = Completions(work.guideline, work.coordinates.all, read_record(work.guideline, patient))
    within = {at: _room(measure, completions, patient, at) for at in diagrams.asked(node)}
    ways = list(islice(diagrams.ways(node, TRUE, within), MOST_WAYS))
    already = _boxes(measure, completions, patient) if ways else {}
    for way in ways:
        more = patient_of(work, way, (), already)
        if more is None:
            continue
        readings = {**_readings(more), **_readings(patient)}
        whole = {**more, **patient, **_series_of(measure, more)}
        yield {**whole, "readings": readings} if readings else whole


def _room(measure: Measure, completions: Completions, patient: Patient, at: int) -> int:
    """The cells that are open to a coordinate; what the record says of an input that isn't entered is open too."""
    coordinate = measure.work.coordinates.all[at]
    if isinstance(coordinate, Entered) and coordinate.input not in patient:
        return 15
    return completions.cells[at]


def _known(measure: Measure, patient: Patient) -> dict[Variable, Box]:
    """What is known of the patient, as values of variables."""
    record = read_record(measure.work.guideline, patient)
    return _boxes(measure, Completions(measure.work.guideline, measure.work.coordinates.all, record), patient)


def _boxes(measure: Measure, completions: Completions, patient: Patient) -> dict[Variable, Box]:
    """What the patient's entries are, as values of variables."""
    found: dict[Variable, Box] = {}
    chosen = _readings(patient)
    for at, coordinate in enumerate(measure.work.coordinates.all):
        for variable in completions.search.variables(at):
            there = chosen if isinstance(coordinate, Readings) else {**patient, **chosen}
            boxes = completions.search.boxes(variable)
            entry = measure.work.coordinates.inputs.get(variable[0])
            if (variable[0] if entry is None else entry.key) in there and known(boxes):
                found[variable] = boxes[0]
    return found


def _series_of(measure: Measure, patient: Patient) -> Patient:
    """The entries that are series: they hold what was known of them before, and more."""
    series = {name for name, one in measure.work.coordinates.inputs.items() if one.series is not None}
    return {name: value for name, value in patient.items() if name in series and isinstance(value, list)}


def _readings(patient: Mapping[str, Any]) -> dict[str, object]:
    return dict(patient.get("readings") or {})


def _completed(measure: Measure, patient: Patient, meets: set[int]) -> Patient:
    """With what decisions, values and doses wait for, so that the scenario says what comes out; as far as nothing is lost."""
    about = {measure.items[at].of for at in meets}
    refused: set[str] = set()
    for _ in range(MOST_ROUNDS):
        missing = [name for name in _waiting(measure, patient, about) if name not in refused]
        if not missing:
            break
        for wanted in (missing, *([name] for name in missing)):
            more = patient_of(measure.work, (), wanted, _known(measure, patient)) or {}
            whole = {**more, **patient, **_series_of(measure, more)}
            if meets <= met_by(measure, whole, sorted(meets)) and accepted(measure.compiled, whole):
                patient = whole
            else:
                refused.update(wanted if len(wanted) == 1 else ())
    return patient


def _waiting(measure: Measure, patient: Patient, about: Collection[str]) -> list[str]:
    """The inputs that aren't known and that something waits for; of a series what is asked of it."""
    result = evaluate(measure.compiled, patient)
    rules = [one for kind in ("advice", "monitoring") for one in result[kind] if one["id"] in about]
    moves = [
        one for one in result.get("pathway", {}).get("responses", ()) if f"after {one['stage']}" in about
    ]
    waiting = [*result["decisions"].values(), result, *result["values"].values(), *rules, *moves]
    needs = dict.fromkeys(name for one in waiting for name in one["needs"])
    entries = read_record(measure.work.guideline, patient).entries
    inputs = measure.work.coordinates.inputs
    return [
        name
        for name, one in inputs.items()
        if one.key in needs and (name not in patient if one.part is None else not entries[name].values)
    ]


def _in_order(measure: Measure, patient: Patient) -> Patient:
    """Entries in the order of the declarations, readings last."""
    order = [*measure.work.coordinates.inputs, "readings"]
    return {name: patient[name] for name in order if name in patient}


def _needed(found: Sequence[tuple[Patient, set[int]]]) -> list[tuple[Patient, set[int]]]:
    """Those who meet something that no other does, the last dropped first."""
    kept = list(found)
    for one in reversed(found):
        others = {at for other in kept if other is not one for at in other[1]}
        if one[1] <= others:
            kept.remove(one)
    return kept


# --- titles ------------------------------------------------------------------


def _title(
    guideline: ir.Guideline, patient: Mapping[str, Any], result: Mapping[str, Any], items: Sequence[Item]
) -> str:
    """Who, and what comes out, in labels: what the decision that matters most is reached by."""
    if not patient:
        return "Nothing is known"
    if result["status"] == "out_of_scope":
        return f"{_who(guideline, patient, ())} → out of scope"
    decisions = [one.id for one in guideline.decisions]
    moves = [one.of for one in items if one.of.startswith("after ")]
    if moves and not any(one.of in decisions for one in items):
        return f"{_who(guideline, patient, ())} → {_onward(guideline, result, moves[0])}"
    about = [one.of for one in items if one.of in decisions] or decisions
    name = next((one for one in about if result["decisions"][one]["status"] != "not_applicable"), "")
    asked = [step["by"] for step in result["trace"] if step["at"] == name]
    who = _who(guideline, patient, [one for one in asked if one in patient])
    if not name:
        return who
    return f"{who} → {_what(guideline, result, name)}"


def _who(guideline: ir.Guideline, patient: Mapping[str, Any], first: Sequence[str]) -> str:
    """The entries, those that decide first, in words; as many as fit."""
    scope = reads(guideline, [guideline.applies]).inputs if patient.keys() - first else ()
    names = dict.fromkeys([*first, *(name for name in patient if name != "readings" and name not in scope)])
    words = _words(guideline, {name: patient[name] for name in names if name not in scope} or patient)
    found: list[str] = []
    for one in words:
        if len(", ".join([*found, one])) > LONGEST_TITLE - 50:
            break
        found.append(one)
    return ", ".join(found) or "Little is known"


def _words(guideline: ir.Guideline, patient: Mapping[str, Any]) -> list[str]:
    """Each entry in words, and each reading."""
    inputs = {one.id: one for one in guideline.inputs}
    readings = {one.id: one for one in guideline.readings}
    found = [_entry(inputs[name], value) for name, value in patient.items() if name in inputs]
    for name, value in _readings(patient).items():
        label = next(one.label for one in readings[name].values if one.id == value)
        found.append(f"{readings[name].label}: {label}")
    return found


def _apart(
    guideline: ir.Guideline, title: str, patient: Mapping[str, Any], others: Sequence[Mapping[str, Any]]
) -> str:
    """The title with what none of the other patients of that title has, as far as there is room."""
    words = {word for other in others for word in _words(guideline, other)}
    own = [word for word in _words(guideline, patient) if word not in words]
    return f"{title}; {', '.join(own[:2])}" if others and own else title


def _entry(entry: ir.Input, value: object) -> str:
    match value:
        case True:
            return entry.label
        case False:
            return f"{entry.label}: no"
        case str():
            return f"{entry.label}: {value_label(entry, value)}"
        case list():
            named = " and ".join(value_label(entry, str(one)) for one in value)
            return f"{entry.label}: {named or 'none'}"
        case {"value": number, "unit": unit}:
            return f"{entry.label} {_number(number)} {unit_text(unit)}"
        case _:
            unit = entry.type.units[0].unit if isinstance(entry.type, ir.Quantity) else ""
            return f"{entry.label} {_number(value)} {unit_text(unit)}".rstrip()


def _number(value: object) -> str:
    return decimal_text(Fraction(repr(value)))


def _what(guideline: ir.Guideline, result: Mapping[str, Any], name: str) -> str:
    """What comes out of a decision."""
    status = result["decisions"][name]["status"]
    if status != "determined":
        words = {
            "indeterminate": f"{label_of(guideline.decisions, name)} stays open",
            "not_stated": "the source does not say",
            "conflict": "two answers",
        }
        return words.get(status, str(status).replace("_", " "))
    names = [one["id"] for one in result["recommendations"] if one["decision"] == name]
    labels = [outcome_label(guideline, one) for one in dict.fromkeys(names)]
    shown = ", ".join(labels[:2]) + (f" and {len(labels) - 2} more" if len(labels) > 2 else "")
    return shown or f"nothing under {label_of(guideline.decisions, name)}"


def _onward(guideline: ir.Guideline, result: Mapping[str, Any], name: str) -> str:
    """Where the moves out of a stage, called `after STAGE`, lead."""
    category = next(one.category for one in guideline.definitions if one.id == name)
    assert category is not None
    labels = {value.id: value.label for value in category.values}
    found = [one for one in result["pathway"]["responses"] if f"after {one['stage']}" == name]
    ends = [end for one in found for end in one["possible"]]
    shown = [labels.get(end["to"], "the source does not say") for end in ends]
    return " or ".join(dict.fromkeys(shown[:3])) or "nowhere"


def _free(title: str, taken: Collection[str]) -> str:
    """The title, numbered where another scenario has it."""
    title = title.replace('"', "'")
    number = 2
    found = title
    while found in taken:
        found = f"{title} ({number})"
        number += 1
    return found
