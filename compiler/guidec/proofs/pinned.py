"""A result to the expectations that pin it: outcomes, doses, rules, values, dates; in the words of a scenario."""

from collections.abc import Collection, Iterator, Mapping
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.numbers import CALENDAR_WORDS, decimal_text
from guidec.scenarios import ends, open_readings, orders, places, possible_names

Json = Mapping[str, Any]


def pinned(
    guideline: ir.Guideline, result: Json, about: Collection[str], known: Collection[str] = ()
) -> list[str]:
    """What is expected of a result. Of what it is `about` it is said as well that a decision or a rule stays open, or that
    a rule is absent. What does not hang on the patient, such as a route, is left out where it is `known` already."""
    if result["status"] == "out_of_scope":
        found = ["status out of scope"]
    else:
        found = [
            one
            for decision in guideline.decisions
            if decision.id in about or result["decisions"][decision.id]["status"] != "indeterminate"
            for one in _decision(result, decision.id)
        ]
    found += [one for one in _recommended(guideline, result) if one not in known]
    found += _rules(result, about, known)
    found += _absent(guideline, result, about)
    bands = {one.id: one.band for one in guideline.definitions}
    for name, value in result["values"].items():
        found += _value(name, value)
        if "band" in value:
            band = value["band"]
            found += _value(bands[name], band if isinstance(band, dict) else {"value": band})
    if guideline.pathway is not None:
        open_place = guideline.pathway.places in about
        found += [one for one in _pathway(result["pathway"], about, open_place) if one not in known]
    still_open = open_readings(dict(result))
    if still_open:
        found.append(f"open reading {', '.join(still_open)}")
    return list(dict.fromkeys(found))


def is_fixed(expectation: str) -> bool:
    """Whether an expectation is the same for whoever is given the thing: said once, it is said."""
    return expectation.startswith(
        ("interval of", "duration of", "route of", "action of", "strength of", "usual of", "review of")
    )


def amounts(guideline: ir.Guideline, result: Json) -> list[str]:
    """`dose of paracetamol 187.5 mg`: how much is given, of each drug that may be carried out."""
    regimens = {one.id for one in guideline.regimens}
    return [
        text
        for name, order in orders(dict(result))
        for text in _order(order, f" in {name}" if name in regimens else "")
        if text.startswith(("dose of", "steps of", "daily of", "total of"))
    ]


# --- decisions ---------------------------------------------------------------


def _decision(result: Json, name: str) -> Iterator[str]:
    decision = result["decisions"][name]
    match decision["status"]:
        case "determined":
            names = [one["id"] for one in result["recommendations"] if one["decision"] == name]
            yield f"{name} {', '.join(dict.fromkeys(names)) or 'nothing'}"
        case "not_applicable" | "out_of_scope":
            yield f"{name} {_words(decision['status'])}"
        case "indeterminate":
            yield f"{name} possible {', '.join(_possible(decision))}"
            yield f"needs of {name} {', '.join(decision['needs']) or 'nothing'}"
        case status:
            yield f"{name} {_words(status)}"
            if decision["possible"]:
                yield f"{name} possible {', '.join(_possible(decision))}"


def _possible(decision: Json) -> list[str]:
    """What may come out; what is against something says so."""
    directed = [
        f"{one['direction']} {one['id']}"
        for entry in decision["possible"]
        for one in entry["recommendations"]
        if one["direction"] != "for"
    ]
    return [
        _words(name) if name in _STATUSES else name
        for name in possible_names(dict(decision), tuple(directed))
    ]


_STATUSES = ("not_stated", "not_applicable", "out_of_scope")


def _words(name: str) -> str:
    return name.replace("_", " ")


def _recommended(guideline: ir.Guideline, result: Json) -> Iterator[str]:
    """How strongly, and what is given."""
    regimens = {one.id for one in guideline.regimens}
    drugs = {one.id for one in guideline.items if one.kind == "drug"}
    for one in result["recommendations"]:
        yield _strength(one)
        for given in one["gives"]:
            if "choice" in given and given.get("usual") in drugs and one["id"] in regimens:
                yield f"usual of {one['id']} {given['usual']}"
    for name, order in orders(dict(result)):
        inside = f" in {name}" if name in regimens else ""
        yield from _order(order, inside)


def _strength(one: Json) -> str:
    direction = "" if one["direction"] == "for" else f" {one['direction']}"
    return f"strength of {one['id']} {one['strength']}{direction}"


def _order(order: Json, inside: str) -> Iterator[str]:
    thing = order.get("drug", order.get("procedure"))
    if thing in (None, "not stated"):
        return
    if "drug" in order:
        for key in ("dose", "total", "daily"):
            text = _dose(order.get(key))
            if text and (key == "dose" or text != _dose(order["dose"])):
                yield f"{key} of {thing}{inside} {text}"
        steps = order.get("taper", {}).get("steps", ())
        if steps and all("low" in one for one in steps):
            amounts = ", ".join(f"{_number(one['low'])} {one['unit']}" for one in steps)
            yield f"steps of {thing}{inside} {amounts}"
        if order["route"] != "not stated":
            yield f"route of {thing}{inside} {_ROUTES[order['route']]}"
    if order["action"] != "start":
        yield f"action of {thing}{inside} {_words(order['action'])}"
    for word, key in (("interval", "every"), ("duration", "for")):
        if isinstance(order[key], dict):
            yield f"{word} of {thing}{inside} {_time(order[key])}"


_ROUTES = {
    "oral": "by mouth", "inhaled": "by inhalation", "injected": "by injection", "intravenous": "intravenously",
    "subcutaneous": "subcutaneously", "intramuscular": "intramuscularly", "topical": "topically", "rectal": "rectally",
    "sublingual": "sublingually", "transdermal": "transdermally",
}  # fmt: skip


def _dose(dose: Any) -> str:
    """`60 mg/d`, `300 to 800 mg`, `needs body_weight`; nothing where it isn't stated or has no number."""
    if not isinstance(dose, dict) or "why" in dose:
        return ""
    if "needs" in dose:
        return f"needs {dose['needs'][0]}" if len(dose["needs"]) == 1 else ""
    before = "about " if dose.get("about") else "up to " if dose.get("open") == "below" else ""
    return f"{before}{_range(dose)} {dose['unit']}" + (" or more" if dose.get("open") == "above" else "")


def _range(ends: Json) -> str:
    low, high = _number(ends["low"]), _number(ends["high"])
    return low if low == high else f"{low} to {high}"


def _time(time: Json) -> str:
    word = time["unit"]
    if word in CALENDAR_WORDS and not (time["low"] == time["high"] == 1):
        word = f"{word}s"
    return f"{_range(time)} {word}"


def _number(number: int | float) -> str:
    return decimal_text(Fraction(repr(number)))


# --- rules and values --------------------------------------------------------


def _absent(guideline: ir.Guideline, result: Json, names: Collection[str]) -> Iterator[str]:
    there = {one["id"] for kind in ("advice", "monitoring") for one in result[kind]}
    gone = [one for one in guideline.rules if one.id in names and one.id not in there]
    for kind, word in ((False, "advice"), (True, "monitoring")):
        mine = [one.id for one in gone if (one.kind == "monitor") == kind]
        if mine:
            yield f"no {word} {', '.join(mine)}"


def _rules(result: Json, about: Collection[str], known: Collection[str]) -> Iterator[str]:
    for kind in ("advice", "monitoring"):
        for applies, after in (("yes", ""), ("unknown", " unknown")):
            there = [one["id"] for one in result[kind] if one["applies"] == applies]
            names = [name for name in there if applies == "yes" or name in about]
            if names:
                yield f"{kind} {', '.join(names)}{after}"
    for one in result["monitoring"]:
        fixed = [f"interval of {one['id']} {_time(one['every'])}"] if isinstance(one["every"], dict) else []
        if (one["strength"], one["direction"]) != ("use", "for"):
            fixed.append(_strength(one))
        yield from (text for text in fixed if text not in known and one["applies"] == "yes")
        due = one.get("due")
        if isinstance(due, dict) and one["applies"] == "yes":
            days = dict.fromkeys(due[key] for key in ("earliest", "latest") if key in due)
            yield f"due of {one['id']} {' to '.join(days) or 'needs ' + ', '.join(due['needs'])}"
    for one in result["advice"]:
        if (one["strength"], one["direction"]) != ("use", "for") and one["applies"] == "yes":
            text = _strength(one)
            yield from () if text in known else (text,)


def _value(name: str, value: Json) -> Iterator[str]:
    """A shown number, truth or category, as far as it is known."""
    if "unit" in value:
        ends = {key: value.get(key, value.get("value")) for key in ("low", "high")}
        if all(isinstance(end, int | float) for end in ends.values()):
            unit = value["unit"] + ("s" if value["unit"] in CALENDAR_WORDS else "")
            yield f"value of {name} {_range(ends)} {unit}".rstrip()
    elif isinstance(value.get("value"), bool):
        yield f"value of {name} {'yes' if value['value'] else 'no'}"
    elif isinstance(value.get("value"), str):
        if value["value"] != "not defined":  # a number of nothing, of which a scenario can't speak
            yield f"value of {name} {value['value']}"
    else:
        names = value.get("one_of") or [*value.get("values", ()), *value.get("possible", ())]
        if names:
            yield f"value of {name} {', '.join(names)}"


# --- the pathway -------------------------------------------------------------


def _pathway(pathway: Json, about: Collection[str], open_place: bool) -> Iterator[str]:
    """Where the patient stands, and where that leads; of what a scenario is about, also what stays open."""
    stages = places(dict(pathway))
    if pathway["status"] == "out_of_scope":
        return
    if len(stages) == 1 or open_place or any(f"after {stage}" in about for stage in stages):
        yield f"stage {', '.join(stages)}"
    for response in pathway["responses"]:
        said = len(stages) == 1 and response["status"] != "indeterminate"
        if said or f"after {response['stage']}" in about:
            yield f"next of {response['stage']} {', '.join(ends(response))}"
    for review in pathway["reviews"]:
        yield f"review of {review['stage']} {review_text(review)}"


def review_text(review: Json) -> str:
    """`every 3 to 6 months`, `after 2 weeks`, `not stated`."""
    word = "after" if "after" in review else "every"
    return f"{word} {_time(review[word])}" if isinstance(review[word], dict) else "not stated"
