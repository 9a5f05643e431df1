"""Several guidelines and one patient to their answers side by side: a row a question, a cell a guideline, merged nowhere.

What is compared is what the results say. How a row stands is computed from its cells, never written by an author.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import combinations, islice, product
from typing import Any, Literal, NamedTuple

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.evaluate.record import RecordError
from guidec.numbers import in_base_units, unit_dimension

Json = dict[str, Any]
Way = tuple[Json, ...] | None
"""What is recommended, or advised, if it comes out so; None where the source doesn't say, or doesn't speak of the patient."""

Relation = Literal["same", "compatible", "differs", "open"]

MOST_WAYS = 256
_CALENDAR = ("day", "week", "month", "year")
_STATUSES = (
    "conflict",
    "indeterminate",
    "answered",
    "not_stated",
    "nothing",
    "not_applicable",
    "out_of_scope",
)


class Unasked(Exception):
    """Nothing is asked, or two guidelines understand a question differently."""


def compare(guidelines: Sequence[Compiled], patient: object) -> Json:
    """The comparison as JSON. Raises Unasked; and Refused where a guideline refuses the record."""
    questions = asked(guidelines)
    results: list[tuple[ir.Guideline, Json]] = []
    errors: dict[RecordError, None] = {}
    for one in guidelines:
        try:
            results.append((one.guideline, evaluate(one, _known_to(one.guideline, guidelines, patient))))
        except Refused as refused:
            errors.update(dict.fromkeys(refused.errors))
    if errors:
        raise Refused(tuple(errors))
    return {
        "sources": [_source(guideline, result) for guideline, result in results],
        "questions": [_row(question, results) for question in questions],
    }


def _known_to(guideline: ir.Guideline, guidelines: Sequence[Compiled], patient: object) -> object:
    """The record without what only other guidelines know; what none knows stays, and is refused."""
    if not isinstance(patient, dict):
        return patient
    mine, all_names = _legal(guideline), set().union(*(_legal(one.guideline) for one in guidelines))
    kept: Json = {name: value for name, value in patient.items() if name in mine or name not in all_names}
    readings = patient.get("readings")
    if isinstance(readings, dict):
        kept["readings"] = {
            name: value
            for name, value in readings.items()
            if ("reading", name) in mine or ("reading", name) not in all_names
        }
    return kept


def _legal(guideline: ir.Guideline) -> set[object]:
    return {
        "readings",
        *(one.id for one in guideline.inputs),
        *(("reading", one.id) for one in guideline.readings),
    }


def asked(guidelines: Sequence[Compiled]) -> list[ir.Question]:
    """The questions that some guideline answers, each once, in the order in which they are declared."""
    found: dict[str, tuple[str, ir.Question]] = {}
    for one in guidelines:
        for question in one.guideline.questions:
            first, known = found.setdefault(question.id, (one.guideline.id, question))
            if known != question:
                raise Unasked(f"`{first}` and `{one.guideline.id}` ask `{question.id}` differently")
    answered = {answers.question for one in guidelines for answers in one.guideline.comparison}
    questions = [question for name, (_, question) in found.items() if name in answered]
    if not questions:
        raise Unasked("none of these guidelines has a `comparison` that answers a question")
    return questions


def _source(guideline: ir.Guideline, result: Json) -> Json:
    sources = [
        {"id": one.id, **{field.key: list(field.values) for field in one.fields}} for one in guideline.sources
    ]
    return {
        "guideline": guideline.id,
        "title": guideline.title,
        "version": guideline.version,
        "digest": result["digest"],
        "status": result["status"],
        "sources": sources,
    }


def _row(question: ir.Question, results: Sequence[tuple[ir.Guideline, Json]]) -> Json:
    pairs = [_cell(question, guideline, result) for guideline, result in results]
    status = _row_status([cell for cell, _ in pairs], [found for _, found in pairs if found is not None])
    return {
        "id": question.id,
        "label": question.label,
        "compares": question.compares,
        "status": status,
        "cells": [cell for cell, _ in pairs],
    }


# --- a cell ------------------------------------------------------------------


class Cell(NamedTuple):
    """A cell as it is shown, and what of it is compared; None where nothing is."""

    shown: Json
    compared: "_Compared | None"


def cell_of(question: ir.Question, guideline: ir.Guideline, result: Json) -> Cell:
    """What a guideline says to a question, from its result for a patient."""
    return Cell(*_cell(question, guideline, result))


def row_status(cells: Sequence[Cell]) -> str:
    """How the answers to a question stand to each other."""
    return _row_status(
        [cell.shown for cell in cells], [cell.compared for cell in cells if cell.compared is not None]
    )


class _Part(NamedTuple):
    """What one decision, list or rule contributes: its status, the ways it may come out, and how it is shown."""

    status: str
    ways: tuple[Way, ...]
    entry: Json


class _Compared(NamedTuple):
    """The contents that a cell may have (None: the source doesn't say), and whether it hangs on what is not known."""

    contents: tuple["Content | None", ...]
    open: bool


def _cell(question: ir.Question, guideline: ir.Guideline, result: Json) -> tuple[Json, _Compared | None]:
    by = next((one.by for one in guideline.comparison if one.question == question.id), ())
    parts = [_part(guideline, result, name) for name in by]
    status = next((one for one in _STATUSES if any(part.status == one for part in parts)), "silent")
    entries = [_shown(question, part.entry) for part in parts]
    cell: Json = {
        "guideline": guideline.id,
        "status": status,
        "parts": entries,
        "strengths": list(dict.fromkeys(one["strength"] for one in _said(entries) if "strength" in one)),
        "statements": _listed(entries, "statements"),
        "assumptions": _assumptions(result, entries, by),
        "needs": list(dict.fromkeys(name for entry in entries for name in entry.get("needs", ()))),
        "readings": _open_readings(result, by),
    }
    decided = any(part.entry["kind"] == "decision" for part in parts)
    if status not in ("conflict", "indeterminate", "answered") and not (status == "nothing" and decided):
        return cell, None
    ways = [_joined(way) for way in islice(product(*(part.ways for part in parts)), MOST_WAYS + 1)]
    found = dict.fromkeys(None if way is None else _content(question, guideline, way) for way in ways)
    compared = _Compared(tuple(found), status == "indeterminate" or len(ways) > MOST_WAYS)
    if all(one is None for one in found):
        return cell, None
    if question.compares == "which doses" and not any(one is not None and one.doses for one in found):
        return cell, None
    return cell, compared


def _joined(ways: tuple[Way, ...]) -> Way:
    """What several parts say together; where one of them says nothing, what the others say."""
    said = [way for way in ways if way is not None]
    return None if not said else tuple(one for way in said for one in way)


def _part(guideline: ir.Guideline, result: Json, name: str) -> _Part:
    declared = next((one for one in guideline.decisions if one.id == name), None)
    if declared is None:
        return _rule_part(guideline, result, name)
    kind = "decision" if isinstance(declared, ir.Decision) else "options"
    decision = result["decisions"][name]
    status = decision["status"]
    given = [one for one in result["recommendations"] if one["decision"] == name]
    entry = {"id": name, "kind": kind, **decision, "recommendations": given}
    if status in ("not_applicable", "out_of_scope"):
        return _Part(status, ((),), entry)
    if status == "not_stated":
        return _Part(status, (None,), entry)
    if status == "determined":
        return _Part("answered" if given else "nothing", (tuple(given),), entry)
    if kind == "decision":
        return _Part(status, tuple(_outcomes(decision["possible"])), entry)
    perhaps = [one for one in decision["possible"] if one["status"] != "not_stated"]
    more = [one for way in _outcomes(perhaps) for one in way or ()]
    return _Part(status, (tuple(given) or None, (*given, *more)), entry)


def _outcomes(possible: Sequence[Json]) -> Iterator[Way]:
    """What each possible outcome recommends; a conflict's two answers each for itself."""
    for one in possible:
        if one["status"] == "conflict" and one.get("possible"):
            yield from _outcomes(one["possible"])
        elif one["status"] in ("not_stated", "not_applicable", "out_of_scope"):
            yield None
        else:
            yield tuple(one["recommendations"])


def _rule_part(guideline: ir.Guideline, result: Json, name: str) -> _Part:
    found = next((one for one in (*result["advice"], *result["monitoring"]) if one["id"] == name), None)
    entry: Json = {"id": name, "kind": "rule"}
    if found is None:
        scoped = next(one for one in guideline.rules if one.id == name).applies is None
        status = "out_of_scope" if scoped and result["status"] == "out_of_scope" else "not_applicable"
        return _Part(status, ((),), {**entry, "status": status})
    entry = {**entry, "rule": found, "needs": found["needs"]}
    if found.get("trigger") == "not stated":
        return _Part("not_stated", (None,), {**entry, "status": "not_stated"})
    if found["applies"] == "yes":
        return _Part("answered", ((found,),), {**entry, "status": "determined"})
    return _Part("indeterminate", (None, (found,)), {**entry, "status": "indeterminate"})


def _said(entries: Iterable[Json]) -> Iterator[Json]:
    """Every recommendation, order and rule that is shown, sure or not."""
    waiting: list[Any] = list(reversed(list(entries)))
    while waiting:
        one = waiting.pop()
        if "statements" in one:
            yield one
        keys = ("recommendations", "possible", "rule", "gives", "options", "preferred")
        below = [one[key] for key in keys if key in one]
        waiting += reversed([each for some in below for each in (some if isinstance(some, list) else [some])])


def _listed(entries: Iterable[Json], key: str) -> list[str]:
    return list(dict.fromkeys(name for one in _said(entries) for name in one.get(key, ())))


def _assumptions(result: Json, entries: Sequence[Json], by: Sequence[str]) -> list[Json]:
    """Links that are the encoders' own, weights that the source doesn't name, and readings that were chosen."""
    found: list[Json] = []
    inferred = _listed(entries, "inferred")
    if inferred:
        found.append({"kind": "inferred", "statements": inferred})
    for one in _said(entries):
        dose = one.get("dose")
        if isinstance(dose, dict) and dose.get("basis") == "not stated":
            found.append({"kind": "basis_not_stated", "drug": one["drug"], "of": dose["of"]})
    for name, reading in result["readings"].items():
        if reading["chosen"] != "none" and _hangs(reading, by):
            found.append({"kind": "reading", "reading": name, "value": reading["chosen"]})
    return [one for at, one in enumerate(found) if one not in found[:at]]


def _open_readings(result: Json, by: Sequence[str]) -> list[str]:
    """Readings that nobody has chosen and on which one of the answers hangs."""
    readings = result["readings"].items()
    return [name for name, reading in readings if reading["chosen"] == "none" and _hangs(reading, by)]


def _hangs(reading: Json, by: Sequence[str]) -> bool:
    """Whether one of the answers is another one if this is read otherwise."""
    answers = list(reading["answers"].values())
    return any(one.get(part) != answers[0].get(part) for one in answers for part in by)


_TIMES = ("every", "for")
_AMOUNTS = ("dose", "times", "after", "daily", "total", "taper", "infusion", "hold", "resume", "inferred")


def _shown(question: ir.Question, entry: Json) -> Json:
    """What a cell shows of an answer: no more than the question compares."""
    if "rule" in entry:
        return entry
    kept: Json = {
        key: entry[key] for key in ("id", "kind", "status", "needs", "why", "statements") if key in entry
    }
    for key in ("recommendations", "possible"):
        if key in entry:
            kept[key] = [
                _shown(question, one) if "recommendations" in one else _recommendation(question, one)
                for one in entry[key]
            ]
    return kept


def _recommendation(question: ir.Question, one: Json) -> Json:
    gives: list[Json] = []
    for order in one["gives"]:
        if question.compares == "which doses" and any(_counts(question, name) for name in _names([order])):
            gives.append(order)
        elif question.compares == "which drugs" and _component(question, order) is not None:
            bare = _unmeasured(order)
            options = (
                {"options": [_unmeasured(one) for one in order["options"]]} if "options" in order else {}
            )
            gives.append({**bare, **options})
    shown = {
        key: value for key, value in one.items() if key != "preferred" or question.compares == "which drugs"
    }
    return {**shown, "gives": gives}


def _unmeasured(order: Json) -> Json:
    """An order without its amounts."""
    kept = {key: value for key, value in order.items() if key not in _AMOUNTS}
    return {key: "not stated" if key in _TIMES else value for key, value in kept.items()}


# --- what is compared --------------------------------------------------------


class Component(NamedTuple):
    """A drug or procedure that is given, or several of which one is; `open` where it may be another one."""

    names: frozenset[str]
    open: bool


class Content(NamedTuple):
    """What an answer comes to, as far as the question compares it."""

    treated: bool
    components: frozenset[tuple[Component, int]]
    against: frozenset[str]
    doses: frozenset[tuple[str, str, tuple[Any, ...]]]
    rules: frozenset[tuple[str, tuple[Any, ...]]]


def _content(question: ir.Question, guideline: ir.Guideline, said: Sequence[Json]) -> Content:
    orders = [order for one in said if one["direction"] == "for" for order in one.get("gives", ())]
    against = {
        name
        for one in said
        if one["direction"] == "against"
        for name in ((one["id"],) if not one.get("gives") else _names(one["gives"]))
    }
    match question.compares:
        case "whether treated":
            return Content(bool(orders), frozenset(), frozenset(), frozenset(), frozenset())
        case "which drugs":
            components = [found for order in orders if (found := _component(question, order)) is not None]
            counted = frozenset((one, components.count(one)) for one in components)
            kept = frozenset(name for name in against if _counts(question, name))
            return Content(bool(orders), counted, kept, frozenset(), frozenset())
        case "which doses":
            doses = frozenset(
                (name, key, value)
                for order in orders
                for each in order.get("options", (order,))
                for name in (each.get("drug", "not stated"),)
                if name != "not stated" and _counts(question, name)
                for key, value in _amounts(each)
            )
            return Content(bool(orders), frozenset(), frozenset(), doses, frozenset())
        case "which rules":
            return Content(
                bool(orders), frozenset(), frozenset(), frozenset(), frozenset(map(_rule_key, said))
            )


def _names(orders: Iterable[Json]) -> Iterator[str]:
    for order in orders:
        for each in order.get("options", (order,)):
            yield each.get("drug") or each["procedure"]


def _counts(question: ir.Question, name: str) -> bool:
    return name not in question.but and (not question.of or name in question.of)


def _component(question: ir.Question, order: Json) -> Component | None:
    """None where the question doesn't ask for it. A drug that isn't stated may be any."""
    if order.get("action") == "stop":
        return None
    names = [
        order["class"] if name == "not stated" and "class" in order else name for name in _names([order])
    ]
    counted = [name for name in names if _counts(question, name)]
    if not counted:
        return None
    unnamed = "not stated" in _names([order])
    return Component(frozenset(counted), order.get("open", False) or unnamed)


def _amounts(order: Json) -> Iterator[tuple[str, tuple[Any, ...]]]:
    """The dose, the interval and the duration that an order states, as the source has them."""
    dose = order.get("dose", "not stated")
    if isinstance(dose, dict) and "per_band" not in dose:
        amount = dose.get("per", dose)
        of = dose["of"] if "of" in dose and "per" in dose else ""
        yield "dose", _range(amount, of, dose.get("open", ""))
    elif isinstance(dose, dict):
        yield "dose", ("by band", str(dose))
    for key in ("every", "for"):
        if isinstance(order.get(key), dict):
            yield key, _range(order[key])


def _range(amount: Json, of: str = "", open_end: str = "") -> tuple[Any, ...]:
    """The least and the most in base units, what kind of amount it is, and at which end it is open."""
    unit = amount["unit"]
    calendar = unit in _CALENDAR
    low, high = (in_base_units(Fraction(str(amount[end])), unit, calendar) for end in ("low", "high"))
    return low, high, (unit_dimension(unit, calendar), of), open_end


def _rule_key(rule: Json) -> tuple[str, tuple[Any, ...]]:
    """What is measured and how often; what is given; or else the advice itself."""
    if "measure" in rule:
        measured = (
            rule["measure"] if isinstance(rule["measure"], str) else " or ".join(rule["measure"]["one_of"])
        )
        every = rule["every"]
        return f"measure {measured}", () if isinstance(every, str) else _range(every)
    given = sorted(_names(rule.get("gives", ())))
    return f"{rule.get('kind', '')} {', '.join(given) or rule['id']}", ()


# --- how a row stands --------------------------------------------------------


def _row_status(cells: Sequence[Json], compared: Sequence[_Compared]) -> str:
    """`same`, `compatible`, `differs`, `silent`, `out_of_scope` or `indeterminate`."""
    if len(compared) < 2:
        scoped = [cell for cell in cells if cell["status"] != "out_of_scope"]
        return "out_of_scope" if len(scoped) < 2 and len(scoped) < len(cells) else "silent"
    found = {_related(one, other) for one, other in combinations(compared, 2)}
    if "differs" in found:
        return "differs"
    return "indeterminate" if "open" in found else "compatible" if "compatible" in found else "same"


def _related(one: _Compared, other: _Compared) -> Relation:
    """How two cells stand, over all that each may say."""
    found: set[Relation] = {
        "open" if first is None or second is None else relation(first, second)
        for first in one.contents
        for second in other.contents
    }
    if len(found) == 1:
        return next(iter(found))
    if found == {"same", "compatible"}:
        return "compatible"
    return "open" if one.open or other.open or "open" in found else "differs"


def relation(one: Content, other: Content) -> Relation:
    """How two answers stand. `compatible`: one may follow both, though they don't say the same."""
    if one == other:
        return "same"
    if one.treated != other.treated and not (one.rules or other.rules):
        return "differs"
    for relate in (_drugs_related, _doses_related, _rules_related):
        if relate(one, other) == "differs":
            return "differs"
    return "compatible"


def _drugs_related(one: Content, other: Content) -> Relation:
    first = [component for component, count in one.components for _ in range(count)]
    second = [component for component, count in other.components for _ in range(count)]
    for components, against in ((first, other.against), (second, one.against)):
        if any(component.names <= against and not component.open for component in components):
            return "differs"
    if not first and not second:
        return "compatible"
    if not first or not second:
        return "differs"
    if any(all(_unnamed(component) for component in components) for components in (first, second)):
        return "compatible"  # treatment without a drug's name may be any treatment
    return "compatible" if len(first) == len(second) and _matched(first, second) else "differs"


def _unnamed(component: Component) -> bool:
    return component.open and len(component.names) == 1


def _matched(first: Sequence[Component], second: Sequence[Component]) -> bool:
    """Whether each component of one may be one of the other, each used once."""
    if not first:
        return True
    return any(
        _meet(first[0], one) and _matched(first[1:], [*second[:at], *second[at + 1 :]])
        for at, one in enumerate(second)
    )


def _meet(one: Component, other: Component) -> bool:
    return bool(one.names & other.names) or one.open or other.open


def _doses_related(one: Content, other: Content) -> Relation:
    """Of the drugs that both name: whether some amount is as both say."""
    if not one.doses and not other.doses:
        return "compatible"
    common = {name for name, _, _ in one.doses} & {name for name, _, _ in other.doses}
    if not common:
        return "differs"
    return _amounts_related(
        [((name, key), value) for name, key, value in one.doses if name in common],
        [((name, key), value) for name, key, value in other.doses if name in common],
    )


def _rules_related(one: Content, other: Content) -> Relation:
    """What only one source asks for contradicts nobody; the same asked for at other intervals does."""
    stated = [[(key, value) for key, value in content.rules if value] for content in (one, other)]
    return _amounts_related(*stated)


def _amounts_related(
    one: Sequence[tuple[object, tuple[Any, ...]]], other: Sequence[tuple[object, tuple[Any, ...]]]
) -> Relation:
    for key, _ in one:
        first = [value for name, value in one if name == key]
        second = [value for name, value in other if name == key]
        if second and not any(_overlap(a, b) for a in first for b in second):
            return "differs"
    return "compatible"


def _overlap(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Whether two ranges of one kind have an amount in common; those of different kinds have none."""
    if one == other:
        return True
    if len(one) != 4 or len(other) != 4 or one[2] != other[2]:
        return False
    (low, high, _, way), (least, most, _, other_way) = one, other
    return bool((other_way == "above" or low <= most) and (way == "above" or least <= high))
