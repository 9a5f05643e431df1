"""An order of a result to an entry without a date: names, dose, citations, what to bear in mind."""

from datetime import date
from typing import Any

from guidec import ir
from guidec.plan.entries import Amount, Entry
from guidec.plan.windows import on
from guidec.record import record
from guidec.show import cites_text, dose_text, order_amounts, order_details, span_text
from guidec.wording import label_of

Json = dict[str, Any]

NOT_STATED = "dose not stated"

_ACTIONS = {
    "start": "",
    "add": "add",
    "switch": "switch to",
    "add_or_switch": "add or switch to",
    "repeat": "repeat",
}


@record
class Frame:
    """What a plan is made for: the guideline, its first and last day, what was chosen, which drugs are taken already."""

    guideline: ir.Guideline
    start: date
    until: date
    chosen: tuple[str, ...]
    taken: frozenset[str] = frozenset()

    @property
    def overflow(self) -> str:
        """Where a month leads that lacks the day; empty where the guideline has no rule for it."""
        return self.guideline.overflow


def drafted(frame: Frame, recommendation: Json, order: Json, place: str, choice: Json | None) -> Entry:
    """The entry of an order, on the plan's first day until it is known better."""
    guideline = frame.guideline
    text, amount, needs = _dose(guideline, order.get("dose"))
    statements, inferred = _cites(order, recommendation)
    every = order["every"]
    return Entry(
        id=place,
        kind="procedure" if "procedure" in order else "give",
        name=order.get("drug") or order["procedure"],
        label=order_name(guideline, order),
        first=on(frame.start),
        dose=text,
        amount=amount,
        route="" if order.get("route", "not stated") == "not stated" else order["route"],
        every="" if isinstance(every, str) else f"every {span_text(every)}",
        action=_ACTIONS.get(order["action"], ""),
        strength=recommendation["strength"],
        wording="" if recommendation["wording"] == "not stated" else recommendation["wording"],
        choice="" if choice is None else place.rpartition(".")[0],
        instead=() if choice is None else _instead(guideline, order, choice),
        usual=bool(order.get("usual")),
        needs=needs,
        notes=tuple(_notes(guideline, recommendation, order, choice)),
        statements=statements,
        inferred=inferred,
    )


def order_name(guideline: ir.Guideline, order: Json) -> str:
    """The label of what is given, or its class where the source names no drug."""
    name = order.get("drug") or order["procedure"]
    label = "drug not stated" if name == "not stated" else label_of(guideline.items, name)
    return f"{label} ({label_of(guideline.items, order['class']).lower()})" if "class" in order else label


def part_dose(guideline: ir.Guideline, step: Json, taper: Json) -> tuple[str, Amount | None, tuple[str, ...]]:
    """The amount of one step of a taper."""
    if "per" in step:
        return _dose(guideline, {"per": step["per"], "of": taper["of"], "needs": taper["needs"]})
    return _dose(guideline, {key: value for key, value in step.items() if key != "for"})


def _dose(guideline: ir.Guideline, dose: Json | str | None) -> tuple[str, Amount | None, tuple[str, ...]]:
    """In words, in numbers where it is computed, and what it waits for; a procedure has none."""
    if dose is None:
        return "", None, ()
    if isinstance(dose, str):
        return NOT_STATED, None, ()
    amount = Amount(dose["low"], dose["high"], dose["unit"]) if "low" in dose else None
    return dose_text(guideline, dose).strip(), amount, tuple(dose.get("needs", ()))


def _cites(order: Json, recommendation: Json) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The statements of the order, of its dose and taper, and of what recommends it."""
    dose, taper = order.get("dose"), order.get("taper", {})
    parts = [order, dose if isinstance(dose, dict) else {}, taper, recommendation]
    found = [
        tuple(dict.fromkeys(one for part in parts for one in part.get(key, ())))
        for key in ("statements", "inferred")
    ]
    return found[0], found[1]


def _instead(guideline: ir.Guideline, order: Json, choice: Json) -> tuple[str, ...]:
    """The other alternatives; `or another` where the source only gives examples."""
    others = [order_name(guideline, one) for one in choice["options"] if one is not order]
    return (*others, "another") if choice["open"] else tuple(others)


def _held(order: Json) -> list[str]:
    """What is held now isn't planned; what may have to be held says so."""
    found = []
    for one in order.get("hold", ()):
        now = {
            "no": "not now",
            "unknown": f"not known{': needs ' if one['needs'] else ''}",
            "yes": "resumed now",
        }
        found.append(f"may have to be held, {now[one['applies']]}{', '.join(one['needs'])}{cites_text(one)}")
    return found


def _notes(guideline: ir.Guideline, recommendation: Json, order: Json, choice: Json | None) -> list[str]:
    bare = {key: value for key, value in order.items() if key not in ("taper", "hold", "resume")}
    notes = [*order_details(guideline, bare), *_held(order)]
    infusion = order.get("infusion", {})
    if "volume" in infusion:
        notes.append(f"in {infusion['volume']['value']} {infusion['volume']['unit']}")
    if "over" in infusion:
        notes.append(f"over {span_text(infusion['over'])}")
    notes += [
        one for one in order_amounts(guideline, order) if not one.startswith(("total not known", "daily"))
    ]
    for reason in order.get("avoid", ()):
        unknown = "" if reason["applies"] == "yes" else " (not known)"
        notes.append(f"avoid: {reason['why']}{unknown}{cites_text(reason)}")
    preferred = [
        one
        for one in (choice or {}).get("preferred", ())
        if one["drug"] == (order.get("drug") or order.get("procedure"))
    ]
    for one in (*preferred, *recommendation.get("preferred", ())):
        wording = "" if one["wording"] == "not stated" else f' "{one["wording"]}"'
        unknown = "" if one["applies"] == "yes" else f" (needs {', '.join(one['needs'])})"
        notes.append(f"preferred{wording}{unknown}{cites_text(one)}")
    return notes
