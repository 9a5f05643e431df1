"""A patient and two versions of a guideline to a scenario that holds in the first and fails in the second."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from guidec import ast, ir
from guidec.evaluate import Compiled
from guidec.numbers import decimal_text
from guidec.parse import parse
from guidec.proofs.pinned import review_text
from guidec.proofs.witness import Patient
from guidec.proofs.written import scenario_text
from guidec.scenarios import answer, ends, exact, missed, orders, places, possible, unsettled

Json = dict[str, Any]
Written = Callable[[Iterable[ast.Scenario]], tuple[ir.Scenario, ...]]
"""Scenarios as they are written to those whose names exist."""

MOST_EXPECTED = 2
_ONLY_WORDS = (
    "because",
    "digest",
    "trace",
    "statements",
    "inferred",
    "why",
    "ask_next",
    "line",
    "wording",
    "readings",
)
"""Parts of a result that only say where it comes from, or in which order to ask."""


VIEWS: tuple[Callable[[Json], object], ...] = (
    lambda result: result.get("recommendations"),
    lambda result: [
        [one for one in result.get(key, ()) if one["applies"] == "yes"] for key in ("advice", "monitoring")
    ],
    lambda result: result.get("values"),
    lambda result: {
        name: one["status"]
        for name, one in result.get("decisions", {}).items()
        if one["status"] != "indeterminate"
    },
    lambda result: _surely_staged(result.get("pathway")),
    lambda result: [
        [one["id"], one["applies"]] for key in ("advice", "monitoring") for one in result.get(key, ())
    ],
    lambda result: [result.get("status"), result.get("decisions")],
    lambda result: result,
)
"""Parts of a result, what is told for sure before what is only possible."""
SURE = 5
"""So many of them are told for sure."""


def _surely_staged(pathway: Json | None) -> object:
    """Of a pathway, what is told for sure."""
    if pathway is None or pathway["status"] == "indeterminate":
        return None
    return pathway["reviews"], [one for one in pathway["responses"] if one["status"] != "indeterminate"]


def pinned(
    compiled: tuple[Compiled, Compiled], patient: Patient, title: str, written: Written
) -> tuple[str, tuple[str, ...]]:
    """The scenario, and what differs between the two answers; no scenario where no expectation can say that."""
    before, after = (answer(one, patient, readings=False) for one in compiled)
    guideline = compiled[0].guideline
    candidates = list(dict.fromkeys(_expectations(guideline, before, after)))
    text = "\n".join(scenario_text(guideline, str(at), patient, [one]) for at, one in enumerate(candidates))
    tree, _ = parse("pins.guide", text)
    kept: list[str] = []
    for one in written([part for part in tree.declarations if isinstance(part, ast.Scenario)]):
        if not missed(guideline, before, one) and missed(compiled[1].guideline, after, one):
            kept.append(candidates[int(one.title)])
    differs = tuple(_differences(plain(before), plain(after), ""))
    return (scenario_text(guideline, title, patient, kept[:MOST_EXPECTED]) if kept else ""), differs


def amounts(result: Json) -> list[str]:
    """What is expected of the amounts that a result gives, each in its words."""
    lines = [line for _, order in orders(result) for line in _ordered(order, "")]
    return [line for line in lines if line.startswith(("dose of ", "daily of ", "total of ", "steps of "))]


def plain(value: Any) -> Any:
    """A result without what is only words."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items() if key not in _ONLY_WORDS}
    return [plain(one) for one in value] if isinstance(value, list) else value


def _differences(before: Any, after: Any, where: str) -> Iterator[str]:
    """The innermost parts that differ: `recommendations, 1, gives, 1, times: 6, then 7`."""
    match before, after:
        case dict(), dict():
            for key in dict.fromkeys((*before, *after)):
                yield from _differences(before.get(key), after.get(key), f"{where}, {key}" if where else key)
        case list(), list() if len(before) == len(after):
            for at, (one, other) in enumerate(zip(before, after, strict=True), 1):
                yield from _differences(one, other, f"{where}, {at}")
        case _ if before != after:
            yield f"{where}: {_short(before)}, then {_short(after)}"
        case _:
            pass


def _short(value: Any) -> str:
    match value:
        case None:
            return "nothing"
        case {"id": name}:
            return str(name)
        case list():
            return "; ".join(map(_short, value)) or "nothing"
        case dict():
            return ", ".join(f"{key} {_short(one)}" for key, one in value.items())
        case _:
            return str(value)


# --- what may be expected ----------------------------------------------------------


def _expectations(guideline: ir.Guideline, before: Json, after: Json) -> Iterator[str]:
    """What a scenario may expect of a result, the plainest first. Not all of it can be written."""
    if "errors" in before:
        for error in before["errors"]:
            yield f"refused {error['input']} {error['code']}"
        return
    decisions = [one.id for one in guideline.decisions]
    for name in decisions:
        yield from _decided(name, before)
    yield f"status {before['status'].replace('_', ' ')}"
    yield from _given(before)
    for kind in ("advice", "monitoring"):
        yield from _ruled(kind, before, after)
    for name, value in before["values"].items():
        yield from _valued(name, value)
    yield from _staged(before)
    for name in decisions:
        yield f"needs of {name} {_names(before['decisions'][name]['needs'])}"
    yield f"needs {_names(before['needs'])}"


def _staged(result: Json) -> Iterator[str]:
    """Where the patient stands, where that leads, and when he is seen again."""
    pathway = result.get("pathway")
    if pathway is None or pathway["status"] == "out_of_scope":
        return
    yield f"stage {_names(places(pathway))}"
    for response in pathway["responses"]:
        yield f"next of {response['stage']} {_names(ends(response))}"
    for review in pathway["reviews"]:
        yield f"review of {review['stage']} {review_text(review)}"


def _names(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names)) or "nothing"


def _decided(name: str, result: Json) -> Iterator[str]:
    decision = result["decisions"][name]
    names = [one["id"] for one in result["recommendations"] if one["decision"] == name]
    if decision["status"] == "determined":
        yield f"{name} {_names(names)}"
    else:
        yield f"{name} {decision['status'].replace('_', ' ')}"
    for named in (False, True):
        possible: list[str] = []
        for entry in decision["possible"]:
            ids = [
                f"{one['direction']} {one['id']}" if named and one["direction"] == "against" else one["id"]
                for one in entry["recommendations"]
            ]
            silent = entry["status"] == "determined"
            possible += ids or (["nothing"] if silent else [entry["status"].replace("_", " ")])
        if possible:
            yield f"{name} possible {_names(possible)}"


def _given(result: Json) -> Iterator[str]:
    """Everything that is given, and how."""
    for one in [*result["recommendations"], *possible(result)]:
        direction = "" if one["direction"] == "for" else f" {one['direction']}"
        yield f"strength of {one['id']} {one['strength']}{direction}"
        for given in one["gives"]:
            if "open" in given:
                yield f"choice of {one['id']} {'such as' if given['open'] else 'one of'}"
        usual = [given.get("drug", given["usual"]) for given in one["gives"] if "usual" in given]
        yield f"usual of {one['id']} {', '.join(usual) or 'not stated'}"
        for word in ("yes", "unknown"):
            preferred = [
                str(entry.get("id", entry.get("drug")))
                for where in (one, *one["gives"])
                for entry in where.get("preferred", ())
                if entry["applies"] == word
            ]
            yield f"preferred of {one['id']} {_names(preferred)}{' unknown' if word == 'unknown' else ''}"
    for inside in (False, True):
        for name, order in (*orders(result), *unsettled(result)):
            yield from _ordered(order, f" in {name}" if inside else "")


def _ordered(order: Json, inside: str) -> Iterator[str]:
    drug = order.get("drug", order.get("procedure"))
    drug = order.get("class") if drug == "not stated" else drug
    if drug is None:
        return
    for kind in ("dose", "daily", "total"):
        if kind in order:
            yield f"{kind} of {drug}{inside} {_amount(order[kind])}"
    yield f"interval of {drug}{inside} {_time(order['every'])}"
    yield f"duration of {drug}{inside} {_time(order['for'])}"
    yield f"delay of {drug}{inside} {_time(order.get('after'))}"
    yield f"step of {drug}{inside} {order['step']}"
    if isinstance(order.get("dose"), dict) and "basis" in order["dose"]:
        yield f"basis of {drug}{inside} {order['dose']['basis']}"
    if "taper" in order:
        steps = [one for one in order["taper"]["steps"] if "low" in one]
        yield f"steps of {drug}{inside} {', '.join(_amount(one) for one in steps)}"
    yield f"action of {drug}{inside} {order['action'].replace('_', ' ')}"
    yield f"route of {drug}{inside} {_ROUTES.get(order.get('route', ''), 'not stated')}"


_ROUTES = {
    "oral": "by mouth", "inhaled": "by inhalation", "injected": "by injection", "intravenous": "intravenously",
    "subcutaneous": "subcutaneously", "intramuscular": "intramuscularly", "topical": "topically",
    "rectal": "rectally", "sublingual": "sublingually", "transdermal": "transdermally",
}  # fmt: skip


def _amount(dose: Any) -> str:
    if not isinstance(dose, dict) or "why" in dose:
        return "not stated"
    if "low" not in dose:
        return f"needs {_names(dose['needs'])}"
    low, high = (decimal_text(exact(dose[end])) for end in ("low", "high"))
    numbers = low if low == high else f"{low} to {high}"
    before = "about " if dose.get("about") else "up to " if dose.get("open") == "below" else ""
    return f"{before}{numbers} {dose['unit']}" + (" or more" if dose.get("open") == "above" else "")


def _time(time: Any) -> str:
    if not isinstance(time, dict):
        return "not stated"
    low, high = (decimal_text(exact(time[end])) for end in ("low", "high"))
    unit = (
        f"{time['unit']}s"
        if time["unit"] in ("day", "week", "month", "year") and high != "1"
        else time["unit"]
    )
    return f"{low if low == high else f'{low} to {high}'} {unit}"


def _ruled(kind: str, before: Json, after: Json) -> Iterator[str]:
    for one in before[kind]:
        unknown = " unknown" if one["applies"] == "unknown" else ""
        yield f"{kind} {one['id']}{unknown}"
        direction = "" if one["direction"] == "for" else f" {one['direction']}"
        yield f"strength of {one['id']} {one['strength']}{direction}"
        if kind == "monitoring":
            yield f"interval of {one['id']} {_time(one['every'])}"
            measure = one["measure"]
            yield f"measure of {one['id']} {_names(measure['one_of'] if isinstance(measure, dict) else [measure])}"
        match one.get("due"):
            case {"needs": needs}:
                yield f"due of {one['id']} needs {_names(needs)}"
            case {"earliest": first, "latest": last}:
                yield f"due of {one['id']} {first if first == last else f'{first} to {last}'}"
            case str(word):
                yield f"due of {one['id']} {word.replace('_', ' ')}"
            case _:
                pass
    there = {one["id"] for one in before[kind]}
    gone = [one["id"] for one in after.get(kind, ()) if one["id"] not in there]
    if gone:
        yield f"no {kind} {', '.join(gone)}"


def _valued(name: str, value: Json) -> Iterator[str]:
    match value:
        case {"low": low, "high": high, "unit": unit}:
            yield f"value of {name} {decimal_text(exact(low))} to {decimal_text(exact(high))} {unit}".rstrip()
        case {"value": bool() as truth}:
            yield f"value of {name} {'yes' if truth else 'no'}"
        case {"value": int() | float() as number}:
            yield f"value of {name} {decimal_text(exact(number))} {value.get('unit', '')}".rstrip()
        case {"value": str(band)}:
            yield f"value of {name} {band}"
        case {"one_of": bands} | {"values": bands}:
            yield f"value of {name} {_names(bands)}"
        case _:
            pass
    if isinstance(value.get("band"), str):
        yield f"value of {name} {value['band']}"
