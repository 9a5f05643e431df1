"""A guideline, a patient and two days to the dated plan: doses, tests and reviews, and what has no date."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, evaluate
from guidec.evaluate.record import read_record
from guidec.plan import unsettled
from guidec.plan.choices import Unchosen, chosen_among, is_option, option_name
from guidec.plan.drafts import Frame
from guidec.plan.entries import Entry, Open, Plan
from guidec.plan.laws import broken
from guidec.plan.monitored import monitored, reviews
from guidec.plan.orders import given
from guidec.wording import label_of

__all__ = ["Unchosen", "Unplannable", "plan"]

Json = dict[str, Any]


class Unplannable(Exception):
    """A date leaves the calendar, or the plan breaks a law of plans and is not to be shown."""


def plan(compiled: Compiled, patient: object, start: date, until: date, chosen: Sequence[str] = ()) -> Plan:
    """The plan from the first day to the last, both included. Raises Refused, Unchosen, Unplannable.

    It holds what is recommended whatever the blanks turn out to be, and of options and alternatives what is chosen; of a choice
    that nobody has settled all alternatives, each for itself. Everything else is listed with the reason why it has no date.
    """
    chosen = chosen_among(compiled.guideline, evaluate(compiled, patient, False), chosen)
    result = evaluate(compiled, patient, False, chosen)
    frame = Frame(compiled.guideline, start, until, chosen, _taken(compiled.guideline, patient))
    try:
        parts = [*_given(frame, result)]
        parts += [*_measured(frame, result, parts, _with_alternatives(compiled, patient, chosen, parts))]
        parts += reviews(frame, result.get("pathway"))
    except OverflowError:
        raise Unplannable("a date of this plan lies outside the years 1 to 9999") from None
    parts += [*unsettled.decisions(frame, result), *unsettled.not_for(frame, result)]
    parts += unsettled.advice(frame, result)
    entries = [one for one in parts if isinstance(one, Entry)]
    made = Plan(
        compiled.guideline.id,
        compiled.guideline.title,
        compiled.guideline.version,
        compiled.digest,
        result["status"],
        start,
        until,
        frame.chosen,
        result["ask_next"],
        tuple(sorted((one for one in entries if one.first.earliest <= until), key=_date)),
        (
            *_twice(frame, entries),
            *(one for one in parts if isinstance(one, Open)),
            *_later(frame, entries),
        ),
    )
    faults = broken(frame.guideline, result, made)
    if faults:
        raise Unplannable(f"this plan is not to be trusted: {'; '.join(faults)}")
    return made


def _taken(guideline: ir.Guideline, patient: object) -> frozenset[str]:
    """The drugs of the list that `taking` asks: the guideline's first. A blank list has none."""
    lists = (one.id for one in guideline.inputs if isinstance(one.type, ir.AnyOf) and one.type.drugs)
    entered = read_record(guideline, patient).entries[name].values if (name := next(lists, "")) else ()
    return frozenset(drug for one in entered if isinstance(one, frozenset) for drug in one)


def _date(entry: Entry) -> tuple[date, date, bool]:
    """By the days on which it may begin, what is to be done before the first dose first; else as the author has it."""
    return entry.first.earliest, entry.first.latest, entry.kind != "baseline"


def _given(frame: Frame, result: Json) -> Iterator[Entry | Open]:
    """What decisions give, then chosen options, then what advice gives that surely applies."""
    before: list[Entry] = []
    for at, one in enumerate(result["recommendations"]):
        if one["direction"] == "for" and (
            not is_option(frame.guideline, one) or option_name(one) in frame.chosen
        ):
            found = given(frame, one, f"{one['decision']}.{at + 1}", before)
            before += found.entries
            yield from found.parts()
    for one in result["advice"]:
        if one["applies"] == "yes" and one["direction"] == "for":
            found = given(frame, one, one["id"], before)
            before += found.entries
            yield from found.parts()


def _with_alternatives(
    compiled: Compiled, patient: object, chosen: Sequence[str], parts: Sequence[Entry | Open]
) -> dict[str, Json]:
    """The result for each alternative that isn't chosen yet, as if it were: what is to be measured hangs on it."""
    names = dict.fromkeys(one.name for one in parts if one.choice and one.name != "not stated")
    return {name: evaluate(compiled, patient, False, (*chosen, name)) for name in names}


def _measured(
    frame: Frame, result: Json, parts: Sequence[Entry | Open], provided: dict[str, Json]
) -> Iterator[Entry | Open]:
    entries = [one for one in parts if isinstance(one, Entry)]
    undated = [one for one in parts if isinstance(one, Open) and one.kind in ("not stated", "held")]
    surely = tuple(dict.fromkeys(one.name for one in undated if not one.choice))
    for rule in result["monitoring"]:
        if rule["applies"] == "yes":
            yield from monitored(frame, rule, entries, surely)
            continue
        chosen = [
            (name, one)
            for name, other in provided.items()
            for one in other["monitoring"]
            if one["id"] == rule["id"] and one["applies"] == "yes"
        ]
        for name, one in chosen:
            mine = (*surely, *(open.name for open in undated if open.name == name and open.choice))
            yield from monitored(frame, one, entries, tuple(dict.fromkeys(mine)), name)
        if not chosen:
            yield unsettled.monitoring(frame, rule)


def _twice(frame: Frame, entries: Sequence[Entry]) -> Iterator[Open]:
    """A drug that two recommendations give on the same days: nobody has said that the doses add up."""
    spans: dict[str, dict[str, tuple[date, date]]] = {}
    for one in entries:
        if one.kind in ("give", "dose"):
            place = ".".join(one.id.split(".")[:2])
            last = frame.until if one.ends else (one.last or one.first).latest
            first, end = spans.setdefault(one.name, {}).get(place, (one.first.earliest, last))
            spans[one.name][place] = min(first, one.first.earliest), max(end, last)
    for name, places in spans.items():
        ordered = sorted(places.values())
        if any(second[0] <= first[1] for first, second in pairwise(ordered)):
            label = label_of(frame.guideline.items, name)
            why = f"given on the same days by {' and '.join(places)}; that both are meant is not stated"
            yield Open(f"{name}.twice", "conflict", name, label, why)


def _later(frame: Frame, entries: Sequence[Entry]) -> Iterator[Open]:
    """What begins after the plan's last day, once for each order."""
    found: dict[str, Open] = {}
    for one in entries:
        if one.first.earliest > frame.until and one.name not in found:
            why = f"after {frame.until.isoformat()}, the last day of the plan"
            dose = f" {one.dose}" if one.dose else ""
            what = f"{one.action} {one.label}{dose}".lstrip()
            found[one.name] = Open(
                f"{one.id}.later", "later", one.name, what, f"{why}: from {one.first.earliest.isoformat()}",
                one.choice, one.provided, one.needs, one.statements, one.inferred,
            )  # fmt: skip
    yield from found.values()
