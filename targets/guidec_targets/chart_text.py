"""What stands inside the boxes of a flowchart: orders, conditions and statements as short lines."""

import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from guidec import ir
from guidec.given import alternatives, among, covered, thing_of
from guidec.record import parts
from guidec.wording import (
    band_text,
    condition_in_words,
    dose_text,
    infusion_text,
    interval_text,
    label_of,
    rate_text,
    taper_text,
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a box or a cell; `cites` is printed smaller behind it."""

    text: str
    cites: str = ""
    indent: int = 0
    strong: bool = False
    italic: bool = False


@dataclass(frozen=True, slots=True)
class Manner:
    """How doses and preferences are said: as the source has them, or as they come out for a patient.

    `when` says on what an order hangs; `preferred` gives nothing for a preference that doesn't hold. `details` are
    the bands, rates, tapers and holds of an order, `against` the reasons to avoid what it gives.
    """

    dose: Callable[[ir.Dose | ir.DoseInBands], str]
    details: Callable[[ir.Order], Sequence[Line]]
    when: Callable[[ir.Condition], str]
    preferred: Callable[[ir.Prefer], str]
    against: Callable[[ir.Order], Sequence[Line]]


def as_printed(guideline: ir.Guideline) -> Manner:
    """As the source has them."""
    return Manner(
        lambda dose: dose_text(guideline, dose),
        lambda order: details_of(guideline, order),
        lambda condition: f"when {condition_in_words(guideline, condition)}",
        lambda one: f"{one.wording or 'preferred'} when {condition_in_words(guideline, one.when)}",
        lambda order: reasons_against(guideline, order),
    )


def reasons_against(
    guideline: ir.Guideline, order: ir.Order, waits: Callable[[ir.Condition], str] = lambda when: ""
) -> list[Line]:
    """When what an order gives is to be avoided, and why; `waits` adds what a condition waits for."""
    lines: list[Line] = []
    for one, other in _met(guideline, order):
        statements = statement_text(one.cites.statements, one.cites.inferred)
        when = f"with {label_of(guideline.items, other)}"
        if one.when is not None:
            when = f"when {condition_in_words(guideline, one.when)}{waits(one.when)}"
        lines.append(Line(f"avoid {when}: {one.why}", statements))
    return lines


def _met(guideline: ir.Guideline, order: ir.Order) -> Iterator[tuple[ir.Avoid, str]]:
    """Each `avoid` that speaks of what an order gives, with the other of the two that are not to be combined."""
    thing = thing_of(order)
    for one in guideline.avoids if thing is not None else ():
        assert thing is not None
        sides = {one.item: one.other or "", **({one.other: one.item} if one.other else {})}
        yield from ((one, other) for own, other in sides.items() if among(thing, covered(guideline, own)))


def avoid_statements(guideline: ir.Guideline, outcome: ir.Outcome) -> tuple[str, ...]:
    """The statements of what is said against the orders of an outcome."""
    found: dict[str, None] = {}
    for one in parts(outcome) if guideline.avoids else ():
        if isinstance(one, ir.Recommendation) and one.direction == "for":
            for order in (order for line in one.orders for order in alternatives(line)):
                cites = [avoid.cites for avoid, _ in _met(guideline, order)]
                found.update((id, None) for cite in cites for id in cite.statements + cite.inferred)
    return tuple(found)


def details_of(guideline: ir.Guideline, order: ir.Order) -> list[Line]:
    """Bands, rates, tapers and when the order is held, a line each."""
    found: list[tuple[str, ir.Citation]] = []
    if isinstance(order.dose, ir.DoseInBands):
        found += [(band_text(guideline, one), one.cites) for one in order.dose.bands]
    if order.infusion is not None:
        found += [(rate_text(guideline, one), one.cites) for one in order.infusion.rates]
    if isinstance(order.dose, ir.Dose):
        found += [(taper_text(one, order.dose.unit), one.cites) for one in order.tapers]
    for one in order.held:
        found.append((f"{one.kind} when {condition_in_words(guideline, one.when)}", one.cites))
    return [Line(text, statement_text(cites.statements, cites.inferred)) for text, cites in found]


def wrapped(text: str, width: int) -> list[str]:
    """Lines of at most `width` characters, broken between words where possible."""
    return textwrap.wrap(text, width) or [" "]


def statement_text(statements: tuple[str, ...], inferred: tuple[str, ...] = ()) -> str:
    """`[T155 †T57 †T75]`."""
    ids = [*statements, *(f"†{id}" for id in inferred)]
    return f"[{' '.join(ids)}]" if ids else ""


def tooltip(guideline: ir.Guideline, statements: tuple[str, ...]) -> str:
    """The paraphrases of the statements that a box cites."""
    known = {one.id: one.statement for source in guideline.sources for one in source.statements}
    return " · ".join(f"{id}: {known[id]}" for id in statements if id in known) or guideline.title


def strength_words(one: ir.Recommendation) -> str:
    """`RECOMMEND AGAINST`; a source without a word for the strength has none stated."""
    direction = {"for": "", "against": " AGAINST", "neither": " NEITHER FOR NOR AGAINST"}[one.direction]
    return ("STRENGTH NOT STATED" if one.strength == "use" else one.strength.upper()) + direction


def given_lines(guideline: ir.Guideline, one: ir.Recommendation, manner: Manner | None = None) -> list[Line]:
    """The orders of a recommendation, a line each; steps are numbered where there is more than one."""
    manner = manner or as_printed(guideline)
    if one.regimen is None and len(one.orders) == 1 and isinstance(one.orders[0], ir.Order):
        own = one.orders[0]
        against = _against(own, manner, 0) if one.direction == "for" else []
        return [*_own_line(own, manner), *against, *_preferred(one.preferred, manner, 1)]
    steps = {order.step for order in one.orders if order.step}
    lines: list[Line] = []
    for order in one.orders:
        lead = "timing not stated: " if not order.step else f"{order.step}. " if len(steps) > 1 else ""
        if isinstance(order, ir.Order):
            lines.append(_order_line(guideline, order, lead, 0, manner))
            lines += [*_below(order, manner, 1), *_conditions(order.when, manner)]
            lines += _against(order, manner, 1) if one.direction == "for" else []
            continue
        word = "one such as" if order.open else "one of"
        timing = "" if order.step else " (timing not stated)"
        number = lead if order.step else ""
        lines.append(Line(f"{number or ('+ ' if lines else '')}{word}{timing}", "", 0))
        lines += _conditions(order.when, manner)
        for option in order.options:
            lines.append(_order_line(guideline, option, "", 1, manner))
            lines += _below(option, manner, 2)
            lines += _preferred(option.preferred, manner, 2)
            lines += _against(option, manner, 2) if one.direction == "for" else []
    return lines + _preferred(one.preferred, manner, 1)


def _below(order: ir.Order, manner: Manner, indent: int) -> list[Line]:
    return [replace(line, indent=indent) for line in manner.details(order)]


def _against(order: ir.Order, manner: Manner, indent: int) -> list[Line]:
    return [replace(line, indent=indent) for line in manner.against(order)]


def _preferred(preferred: tuple[ir.Prefer, ...], manner: Manner, indent: int) -> list[Line]:
    said = [(manner.preferred(one), one.cites.statements) for one in preferred]
    return [Line(text, statement_text(statements), indent) for text, statements in said if text]


def _own_line(order: ir.Order, manner: Manner) -> list[Line]:
    """The order of a recommendation that names its drug or procedure itself: the name stands above already."""
    action = {
        "add": "in addition",
        "switch": "instead",
        "add_or_switch": "in addition or instead",
        "repeat": "again",
        "stop": "stop",
    }.get(order.action, "")
    words = ", ".join(part for part in (action, _details(order, manner)) if part)
    usual = " (usual choice)" if order.usual else ""
    lines = [Line(words + usual, "", 0, order.usual)] if words or usual else []
    return [*lines, *_below(order, manner, 1 if lines else 0), *_conditions(order.when, manner)]


def _conditions(when: ir.Condition | None, manner: Manner) -> list[Line]:
    return [] if when is None else [Line(manner.when(when), "", 1)]


def _order_line(guideline: ir.Guideline, order: ir.Order, lead: str, indent: int, manner: Manner) -> Line:
    ordered = order.drug or order.procedure
    name = label_of(guideline.items, ordered) if ordered else "drug not stated"
    if order.drug_class:
        name += f" ({label_of(guideline.items, order.drug_class).lower()})"
    action = {
        "start": "",
        "add": "add ",
        "switch": "switch to ",
        "add_or_switch": "add or switch to ",
        "repeat": "repeat ",
        "stop": "stop ",
    }[order.action]
    details = _details(order, manner)
    usual = " (usual choice)" if order.usual else ""
    text = f"{lead}{action}{name}" + (f": {details}" if details else "") + usual
    return Line(text, statement_text(order.cites.statements, order.cites.inferred), indent, order.usual)


def _details(order: ir.Order, manner: Manner) -> str:
    """Route, dose and times of an order."""
    parts = [
        order.route or "",
        "" if order.dose is None else manner.dose(order.dose),
        "" if order.infusion is None else infusion_text(order.infusion),
        "" if order.every is None else f"every {interval_text(order.every)}",
        "" if order.times is None else f"× {order.times}",
        "" if order.lasts is None else f"for {interval_text(order.lasts)}",
        "" if order.after is None else f"after {interval_text(order.after)}",
    ]
    if order.dose is None and order.procedure is None and order.action != "stop":
        parts.append("dose not stated")
    return ", ".join(part for part in parts if part)


def condition_lines(guideline: ir.Guideline, condition: ir.Condition) -> list[Line]:
    """A condition in words, its alternatives on lines of their own."""
    if not isinstance(condition, ir.Or):
        return [Line(condition_in_words(guideline, condition))]
    texts = [condition_in_words(guideline, operand) for operand in condition.operands]
    return [Line(f"or {text}" if at else text) for at, text in enumerate(texts)]
