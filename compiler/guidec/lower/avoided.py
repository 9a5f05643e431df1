"""Outcomes and what is to be avoided to conflicts: a recommendation of it stands beside the one against it."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from guidec import ir
from guidec.given import (
    Thing,
    alternatives,
    among,
    covered,
    may_order,
    orders_of,
    surely_given,
    thing_of,
    without,
)
from guidec.lower.outcomes import joined
from guidec.record import parts, record
from guidec.source import Span

_ALWAYS = ir.Always(True)


@record
class _Hit:
    """An order gives what is to be avoided.

    `target` is the name after `avoid` or `with` that covers it. `outer` is when that holds for what lies outside of the
    outcome; `together` means that the outcome itself gives the other of the two.
    """

    target: str
    avoid: ir.Avoid
    outer: ir.Condition | None
    together: bool

    @property
    def when(self) -> ir.Condition | None:
        return _ALWAYS if self.together else self.outer


# --- what an order meets -----------------------------------------------------


def _hits(
    guideline: ir.Guideline, thing: Thing | None, owner: str, others: Collection[Thing], chosen: bool = False
) -> list[_Hit]:
    """The reasons against giving a thing in decision `owner`, whose outcome surely gives the `others` too.

    Where an outcome surely gives both of two that are not to be combined, the one named first is avoided; `chosen`
    things are avoided beside what is given for sure, whichever stands first.
    """
    found: list[_Hit] = []
    for one in guideline.avoids if thing is not None else ():
        assert thing is not None
        if one.other is None:
            if among(thing, covered(guideline, one.item)):
                found.append(_Hit(one.item, one, one.when, False))
            continue
        sides = ((one.item, one.other), (one.other, one.item))
        for at, (own, other) in enumerate(sides[: 1 if one.item == one.other else 2]):
            if not among(thing, covered(guideline, own)):
                continue
            rest = without(covered(guideline, other), thing)
            together = (not at or chosen) and any(among(beside, rest) for beside in others)
            hit = _Hit(own, one, _elsewhere(guideline, rest, owner), together)
            if hit.when is not None:
                found.append(hit)
    return found


def _elsewhere(guideline: ir.Guideline, things: ir.Things, owner: str) -> ir.Condition | None:
    """The patient takes one of the things, or another decision gives it; None where that can't be."""
    ways: list[ir.Condition] = [
        ir.Includes(entry.id, things.drugs)
        for entry in guideline.inputs
        if isinstance(entry.type, ir.AnyOf) and entry.type.drugs and things.drugs
    ]
    ways += [
        ir.Gives(one.id, things)
        for one in guideline.decisions
        if isinstance(one, ir.Decision) and one.id != owner and may_order(guideline, one, things)
    ]
    return None if not ways else ways[0] if len(ways) == 1 else ir.Or(tuple(ways))


def _blocking(
    guideline: ir.Guideline, line: ir.Order | ir.Choice, owner: str, others: Collection[Thing]
) -> list[list[_Hit]]:
    """The hits that may leave nothing of a line: for an order its own, for a closed choice those of each alternative."""
    if isinstance(line, ir.Order):
        found = [_hits(guideline, thing_of(line), owner, others)]
    elif line.open:
        return []
    else:
        found = [_hits(guideline, thing_of(option), owner, others, True) for option in line.options]
    return found if all(found) else []


def _surely(recommendations: tuple[ir.Recommendation, ...]) -> tuple[Thing, ...]:
    """What settled recommendations surely give."""
    return surely_given(order for one in recommendations if one.direction == "for" for order in one.orders)


def _possible_hits(guideline: ir.Guideline, outcome: ir.Outcome, owner: str) -> Iterator[_Hit]:
    """The hits that may turn an outcome, or an answer of it, into a conflict."""
    for answer in outcome.answers:
        yield from _possible_hits(guideline, answer, owner)
    others = _surely(outcome.recommendations)
    for one in outcome.recommendations if guideline.avoids else ():
        for line in one.orders if one.direction == "for" else ():
            for hits in _blocking(guideline, line, owner, others):
                yield from hits


def asked(guideline: ir.Guideline, outcome: ir.Outcome, owner: str) -> list[ir.Condition]:
    """What an outcome with all its order lines asks, so that nothing in it is given that is to be avoided."""
    found = [hit.outer for hit in _possible_hits(guideline, outcome, owner) if hit.outer is not None]
    return list(dict.fromkeys(found))


def conditions(guideline: ir.Guideline, outcome: ir.Outcome, owner: str) -> list[tuple[ir.Condition, Span]]:
    """The conditions that decide whether a settled outcome is a conflict, each once, with the place of its `avoid`."""
    found: dict[ir.Condition, Span] = {}
    for hit in _possible_hits(guideline, outcome, owner):
        if hit.when is not None and hit.when != _ALWAYS:
            found.setdefault(hit.when, hit.avoid.span)
    return list(found.items())


def everywhere(guideline: ir.Guideline) -> Iterator[ir.Condition]:
    """Every condition under which something that the guideline gives is to be avoided."""
    for one in guideline.decisions if guideline.avoids else ():
        for part in parts(one):
            if isinstance(part, ir.Recommendation) and part.direction == "for":
                yield from _of_lines(guideline, orders_of(guideline, part), one.id)
    for rule in guideline.rules if guideline.avoids else ():
        yield from _of_lines(guideline, rule.orders, "")


def _of_lines(
    guideline: ir.Guideline, lines: tuple[ir.Order | ir.Choice, ...], owner: str
) -> Iterator[ir.Condition]:
    for order in (order for line in lines for order in alternatives(line)):
        yield from (hit.outer for hit in _hits(guideline, thing_of(order), owner, ()) if hit.outer)


# --- outcomes ----------------------------------------------------------------


def weighed(
    guideline: ir.Guideline, outcome: ir.Outcome, owner: str, held: Collection[ir.Condition]
) -> ir.Outcome:
    """A settled outcome where just the conditions in `held` hold: itself, or the conflict that it makes."""
    if outcome.answers:
        answers = tuple(weighed(guideline, answer, owner, held) for answer in outcome.answers)
        return replace(outcome, answers=answers)
    others = _surely(outcome.recommendations)
    untouched: list[ir.Recommendation] = []
    cites = ir.Citation()
    against: dict[_Hit, None] = {}
    for one in outcome.recommendations:
        hits: list[_Hit] = []
        for line in one.orders if one.direction == "for" else ():
            blocking = _blocking(guideline, line, owner, others)
            true = [[hit for hit in some if hit.when in (_ALWAYS, *held)] for some in blocking]
            hits += [hit for some in true if all(true) for hit in some]
        if hits:
            against.update(dict.fromkeys(hits))
            cites = joined(cites, one.cites)
        else:
            untouched.append(one)
    if not against:
        return outcome
    whys = dict.fromkeys(hit.avoid.why for hit in against)
    reasons = ir.Citation()
    for hit in against:
        reasons = joined(reasons, hit.avoid.cites)
    answer = replace(outcome, recommendations=(*untouched, *_recommended_against(guideline, list(against))))
    statements = joined(joined(reasons, outcome.cites), cites)
    return ir.Outcome("conflict", (), "; ".join(whys), (outcome, answer), statements, outcome.span)


def _recommended_against(guideline: ir.Guideline, hits: list[_Hit]) -> list[ir.Recommendation]:
    """The answer of what is to be avoided: one recommendation against each name, with all its reasons."""
    found: dict[tuple[str, str], ir.Recommendation] = {}
    for hit in hits:
        avoid = hit.avoid
        item = next(one for one in guideline.items if one.id == hit.target and one.kind != "test")
        grades = () if avoid.grade is None else (avoid.grade,)
        new = ir.Recommendation(
            item.id, item.label, "against", avoid.strength, avoid.wording, None, (), (), avoid.cites, grades,
            avoid.span,
        )  # fmt: skip
        old = found.setdefault((item.id, avoid.strength), new)
        wordings = dict.fromkeys(one for one in (*old.wording.split("; "), avoid.wording) if one)
        found[item.id, avoid.strength] = replace(
            old,
            wording="; ".join(wordings),
            cites=joined(old.cites, avoid.cites),
            grades=tuple(dict.fromkeys(old.grades + grades)),
        )
    return list(found.values())


# --- what may be chosen, and what stands outside of outcomes -------------------


def marked(guideline: ir.Guideline, outcome: ir.Outcome, owner: str) -> ir.Outcome:
    """A settled outcome whose alternatives carry the reasons against them."""
    if not guideline.avoids:
        return outcome
    others = _surely(outcome.recommendations)
    recommendations = tuple(
        replace(one, orders=_marked(guideline, one.orders, owner, others)) if one.direction == "for" else one
        for one in outcome.recommendations
    )
    answers = tuple(marked(guideline, answer, owner) for answer in outcome.answers)
    return replace(outcome, recommendations=recommendations, answers=answers)


def _marked(
    guideline: ir.Guideline, lines: tuple[ir.Order | ir.Choice, ...], owner: str, others: Collection[Thing]
) -> tuple[ir.Order | ir.Choice, ...]:
    return tuple(
        replace(
            line,
            options=tuple(
                replace(option, avoided=_reasons(_hits(guideline, thing_of(option), owner, others, True)))
                for option in line.options
            ),
        )
        if isinstance(line, ir.Choice)
        else line
        for line in lines
    )


def _reasons(hits: list[_Hit]) -> tuple[ir.Reason, ...]:
    found = [ir.Reason(hit.avoid.why, hit.when, hit.avoid.cites) for hit in hits if hit.when is not None]
    return tuple(dict.fromkeys(found))


def reasons(guideline: ir.Guideline, outcomes: tuple[ir.Outcome | None, ...]) -> Iterator[ir.Reason]:
    """Every reason against an alternative of an outcome, a line that is not given, or what a rule gives."""
    if not guideline.avoids:
        return
    shown: list[object] = list(outcomes)
    for one in guideline.decisions:
        for line in one.lines if isinstance(one, ir.Options) else ():
            if isinstance(line, ir.OptionLine) and not line.stated:
                orders = orders_of(guideline, line.recommendation)
                shown.append(unstated_orders(guideline, line.recommendation, orders))
    for rule in guideline.rules:
        shown += [rule_reasons(guideline, rule), rule_orders(guideline, rule)]
    yield from (one for one in parts(*shown) if isinstance(one, ir.Reason))


def surely_orders(outcome: ir.Outcome, things: ir.Things) -> bool:
    """Whether a settled outcome orders one of the things whatever is chosen."""
    return any(among(thing, things) for thing in _surely(outcome.recommendations))


def unstated_orders(
    guideline: ir.Guideline, one: ir.Recommendation, orders: tuple[ir.Order | ir.Choice, ...]
) -> tuple[ir.Order | ir.Choice, ...]:
    """The orders of a line that the source doesn't say when to give: each carries the reasons against it."""
    if not guideline.avoids or one.direction != "for":
        return orders
    others = surely_given(orders)
    return tuple(
        replace(line, avoided=_reasons(_hits(guideline, thing_of(line), "", others)))
        if isinstance(line, ir.Order)
        else line
        for line in _marked(guideline, orders, "", others)
    )


def rule_orders(guideline: ir.Guideline, rule: ir.Rule) -> tuple[ir.Order | ir.Choice, ...]:
    """The orders of a rule, its alternatives with the reasons against them."""
    if not guideline.avoids or rule.direction != "for":
        return rule.orders
    return _marked(guideline, rule.orders, "", surely_given(rule.orders))


def rule_reasons(guideline: ir.Guideline, rule: ir.Rule) -> tuple[ir.Reason, ...]:
    """The reasons against what a rule surely gives."""
    if not guideline.avoids or rule.direction != "for":
        return ()
    given = surely_given(rule.orders)
    return _reasons([hit for thing in given for hit in _hits(guideline, thing, "", given)])
