"""What stands inside the boxes of a flowchart: orders, conditions and statements as short lines."""

import textwrap
from collections.abc import Iterator
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
    """One line of a box; `cites` is printed smaller behind it."""

    text: str
    cites: str = ""
    indent: int = 0
    strong: bool = False


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


def given_lines(guideline: ir.Guideline, one: ir.Recommendation) -> list[Line]:
    """The orders of a recommendation, a line each; steps are numbered where there is more than one."""
    avoids = guideline.avoids if one.direction == "for" else ()
    if one.regimen is None and len(one.orders) == 1 and isinstance(one.orders[0], ir.Order):
        own = one.orders[0]
        return [*_own_line(guideline, own), *_avoid_lines(guideline, avoids, own, 0)]
    steps = {order.step for order in one.orders if order.step}
    lines: list[Line] = []
    for order in one.orders:
        lead = "timing not stated: " if not order.step else f"{order.step}. " if len(steps) > 1 else ""
        if isinstance(order, ir.Order):
            lines.append(_order_line(guideline, order, lead, 0))
            lines += [*_details(guideline, order, 1), *_conditions(guideline, order.when, 1)]
            lines += _avoid_lines(guideline, avoids, order, 1)
            continue
        word = "one such as" if order.open else "one of"
        timing = "" if order.step else " (timing not stated)"
        number = lead if order.step else ""
        lines.append(Line(f"{number or ('+ ' if lines else '')}{word}{timing}", "", 0))
        lines += _conditions(guideline, order.when, 1)
        for option in order.options:
            lines.append(_order_line(guideline, option, "", 1))
            lines += _details(guideline, option, 2)
            for prefer in option.preferred:
                wording = prefer.wording or "preferred"
                text = f"{wording} when {condition_in_words(guideline, prefer.when)}"
                lines.append(Line(text, statement_text(prefer.cites.statements), 2))
            lines += _avoid_lines(guideline, avoids, option, 2)
    return lines


def _avoid_lines(
    guideline: ir.Guideline, avoids: tuple[ir.Avoid, ...], order: ir.Order, indent: int
) -> list[Line]:
    """When what an order gives is to be avoided, and why."""
    lines: list[Line] = []
    for one, other in _met(guideline, avoids, order):
        statements = statement_text(one.cites.statements, one.cites.inferred)
        when = "" if one.when is None else f"when {condition_in_words(guideline, one.when)}"
        text = f"avoid {when or f'with {label_of(guideline.items, other)}'}: {one.why}"
        lines.append(Line(text, statements, indent))
    return lines


def _met(
    guideline: ir.Guideline, avoids: tuple[ir.Avoid, ...], order: ir.Order
) -> Iterator[tuple[ir.Avoid, str]]:
    """Each `avoid` that speaks of what an order gives, with the other of the two that are not to be combined."""
    thing = thing_of(order)
    for one in avoids if thing is not None else ():
        assert thing is not None
        sides = {one.item: one.other or "", **({one.other: one.item} if one.other else {})}
        yield from ((one, other) for own, other in sides.items() if among(thing, covered(guideline, own)))


def avoid_statements(guideline: ir.Guideline, outcome: ir.Outcome) -> tuple[str, ...]:
    """The statements of what is said against the orders of an outcome."""
    found: dict[str, None] = {}
    for one in parts(outcome) if guideline.avoids else ():
        if isinstance(one, ir.Recommendation) and one.direction == "for":
            for order in (order for line in one.orders for order in alternatives(line)):
                cites = [avoid.cites for avoid, _ in _met(guideline, guideline.avoids, order)]
                found.update((id, None) for cite in cites for id in cite.statements + cite.inferred)
    return tuple(found)


def _own_line(guideline: ir.Guideline, order: ir.Order) -> list[Line]:
    """The order of a recommendation that names its drug or procedure itself: the name stands above already."""
    line = _order_line(guideline, order, "", 0)
    text = line.text.partition(": ")[2]
    action = {
        "add": "in addition",
        "switch": "instead",
        "add_or_switch": "in addition or instead",
        "repeat": "again",
        "stop": "stop",
    }.get(order.action, "")
    words = ", ".join(part for part in (action, text) if part)
    first = [replace(line, text=words, cites="")] if words else []
    return [*first, *_details(guideline, order, 1 if first else 0)]


def _details(guideline: ir.Guideline, order: ir.Order, indent: int) -> list[Line]:
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
    return [Line(text, statement_text(cites.statements, cites.inferred), indent) for text, cites in found]


def _conditions(guideline: ir.Guideline, when: ir.Condition | None, indent: int) -> list[Line]:
    return [] if when is None else [Line(f"when {condition_in_words(guideline, when)}", "", indent)]


def _order_line(guideline: ir.Guideline, order: ir.Order, lead: str, indent: int) -> Line:
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
    parts = [
        order.route or "",
        "" if order.dose is None else dose_text(guideline, order.dose),
        "" if order.infusion is None else infusion_text(order.infusion),
        "" if order.every is None else f"every {interval_text(order.every)}",
        "" if order.times is None else f"× {order.times}",
        "" if order.lasts is None else f"for {interval_text(order.lasts)}",
        "" if order.after is None else f"after {interval_text(order.after)}",
    ]
    if order.dose is None and order.procedure is None and order.action != "stop":
        parts.append("dose not stated")
    joined = ", ".join(part for part in parts if part)
    usual = " (usual choice)" if order.usual else ""
    text = f"{lead}{action}{name}" + (f": {joined}" if joined else "") + usual
    return Line(text, statement_text(order.cites.statements, order.cites.inferred), indent, order.usual)


def condition_lines(guideline: ir.Guideline, condition: ir.Condition) -> list[Line]:
    """A condition in words, its alternatives on lines of their own."""
    if isinstance(condition, ir.Or):
        lines: list[Line] = []
        for at, operand in enumerate(condition.operands):
            text = condition_in_words(guideline, operand)
            lines += [
                Line(part, "", 1 if at_part else 0)
                for at_part, part in enumerate(wrapped(f"{'or ' if at else ''}{text}", 38))
            ]
        return lines
    return [
        Line(part, "", 1 if at else 0)
        for at, part in enumerate(wrapped(condition_in_words(guideline, condition), 38))
    ]
