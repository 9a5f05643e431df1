"""A plan to text for the wall: what is to be done, by date, with room for a tick; then what has no date, and why."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby
from textwrap import wrap

from guidec import ir
from guidec.plan.entries import Entry, Open, OpenKind, Plan, Window
from guidec.show import STATUS_WORDS, cites_text
from guidec.wording import label_of

WIDTH = 96
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_VERBS = {
    "procedure": "",
    "give": "",
    "dose": "",
    "stop": "stop",
    "baseline": "test",
    "test": "test",
    "review": "",
}
_HEADS: dict[OpenKind, str] = {
    "out of scope": "Out of the guideline's scope",
    "conflict": "The plan can't settle this",
    "not stated": "Not stated by the source, so without a date",
    "open": "Open until more is known",
    "option": "May be added (`--choose NAME` plans it)",
    "against": "Recommended against, or neither for nor against",
    "held": "Held now",
    "not due": "Not due any more",
    "later": "After the last day of this plan",
    "advice": "Advice, which has no date",
}


def plan_text(guideline: ir.Guideline, plan: Plan) -> str:
    """The whole plan; a page that may be printed."""
    lines = [
        plan.title,
        f"{plan.guideline} {plan.version}, {_shown(plan.start)} to {_shown(plan.until)}",
        f"status: {STATUS_WORDS[plan.status]}",
    ]
    if plan.chosen:
        lines.append(f"chosen: {', '.join(plan.chosen)}")
    lines.append("")
    if not plan.entries:
        lines += ["Nothing in this plan has a date.", ""]
    for window, entries in groupby(plan.entries, key=lambda one: one.first):
        lines.append(heading(window))
        for one in entries:
            lines += _wrapped("[ ] ", entry_words(guideline, one))
        lines.append("")
    for kind, head in _HEADS.items():
        some = [one for one in plan.open if one.kind == kind]
        if some:
            lines += [
                head,
                *(line for one in some for line in _wrapped("-   ", open_words(guideline, one))),
                "",
            ]
    if plan.ask_next != "not needed":
        lines += _wrapped("", f"Ask next: {_input(guideline, plan.ask_next)}")
    return "\n".join(lines).rstrip() + "\n"


def heading(window: Window) -> str:
    """`2026-03-01 Sunday`, `between … and …`."""
    if window.earliest == window.latest:
        return f"{_shown(window.earliest)} {_WEEKDAYS[window.earliest.weekday()]}"
    return f"between {_shown(window.earliest)} and {_shown(window.latest)}"


def entry_words(guideline: ir.Guideline, one: Entry) -> str:
    """What is to be done, how long, what to bear in mind, and where it stands in the source."""
    verb = " ".join(part for part in (_VERBS[one.kind], one.action) if part)
    first = " ".join(
        part for part in (f"{verb}:" if verb == "test" else verb, one.label, one.route, one.dose) if part
    )
    parts = [
        " ".join(part for part in (first, one.every) if part),
        one.number,
        until_words(one),
        choice_words(guideline, one),
        strength_words(one),
        *one.notes,
    ]
    cites = {"statements": one.statements, "inferred": one.inferred}
    return "; ".join(part for part in parts if part) + cites_text(cites)


def until_words(one: Entry) -> str:
    """The last day of what goes on; that it isn't stated."""
    if one.ends:
        return "until when is not stated"
    if one.last is None:
        return ""
    if one.last.earliest == one.last.latest:
        return (
            "this day only" if one.first == one.last else f"to {_shown(one.last.latest)}, that day included"
        )
    return f"to a day between {_shown(one.last.earliest)} and {_shown(one.last.latest)}"


def choice_words(guideline: ir.Guideline, one: Entry) -> str:
    """That it is one of several, or that something must have been chosen for it."""
    words = []
    if one.choice:
        usual = "the usual one, " if one.usual else ""
        words.append(f"to be chosen: {usual}this or {' or '.join(one.instead)}")
    if one.provided:
        words.append(f"if {label_of(guideline.items, one.provided)} is chosen")
    return "; ".join(words)


def strength_words(one: Entry) -> str:
    """The source's word, where it has one."""
    wording = f' "{one.wording}"' if one.wording else ""
    return f"{'' if one.strength in ('', 'use') else f'strength: {one.strength}'}{wording}".strip()


def open_words(guideline: ir.Guideline, one: Open) -> str:
    """What has no date, why, and what would help."""
    provided = f" (if {label_of(guideline.items, one.provided)} is chosen)" if one.provided else ""
    needs = f"; needs {', '.join(_input(guideline, name) for name in one.needs)}" if one.needs else ""
    cites = {"statements": one.statements, "inferred": one.inferred}
    return f"{one.what}{provided}: {one.why}{needs}{cites_text(cites)}"


def _input(guideline: ir.Guideline, name: str) -> str:
    return name if name == "a reading" else f"{label_of(guideline.inputs, name)} ({name})"


def _shown(day: date) -> str:
    return day.isoformat()


def _wrapped(lead: str, text: str) -> Iterator[str]:
    lines: Sequence[str] = wrap(text, WIDTH - len(lead) - 2, break_long_words=False, break_on_hyphens=False)
    for at, line in enumerate(lines):
        yield f"  {lead if at == 0 else ' ' * len(lead)}{line}"
