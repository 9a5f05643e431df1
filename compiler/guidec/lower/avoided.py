"""Outcomes and what is to be avoided to conflicts: a recommendation of it stands beside the one against it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from guidec import ir
from guidec.given import (
    Thing,
    alternatives,
    among,
    covered,
    recommended,
    surely_given,
    thing_of,
    without,
)
from guidec.lower.outcomes import cited, given_orders, joined
from guidec.record import parts, record
from guidec.rows import Advised
from guidec.source import Span

_ALWAYS = ir.Always(True)


@dataclass(slots=True)
class Avoiding:
    """What a guideline says is to be avoided, worked out once: what each name covers, and what each decision may order.

    Empty where nothing is to be avoided, so that nothing is looked at.
    """

    avoids: tuple[ir.Avoid, ...]
    items: dict[str, ir.Item] = field(default_factory=dict)
    covers: dict[str, ir.Things] = field(default_factory=dict)
    regimens: dict[str, ir.Regimen] = field(default_factory=dict)
    taken: str = ""
    ordered: dict[str, frozenset[Thing]] = field(default_factory=dict)
    elsewhere: dict[tuple[ir.Things, str], ir.Condition | None] = field(default_factory=dict)


def avoiding(guideline: ir.Guideline) -> Avoiding:
    """`taken` is the list of the patient's drugs, empty where there is none; `ordered` what a decision surely gives."""
    found = Avoiding(guideline.avoids)
    if not guideline.avoids:
        return found
    found.items = {one.id: one for one in reversed(guideline.items) if one.kind != "test"}
    names = [name for one in guideline.avoids for name in (one.item, one.other) if name is not None]
    found.covers = {name: covered(guideline, name) for name in names}
    found.regimens = {regimen.id: regimen for regimen in guideline.regimens}
    lists = [one for one in guideline.inputs if isinstance(one.type, ir.AnyOf) and one.type.drugs]
    found.taken = lists[0].id if lists else ""
    for one in guideline.decisions:
        if isinstance(one, ir.Decision):
            things = (thing for lines in recommended(found.regimens, one) for thing in surely_given(lines))
            found.ordered[one.id] = frozenset(things)
    return found


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
    work: Avoiding, thing: Thing | None, owner: str, others: Collection[Thing], chosen: bool = False
) -> list[_Hit]:
    """The reasons against giving a thing in decision `owner`, whose outcome surely gives the `others` too.

    Where an outcome surely gives both of two that are not to be combined, the one named first is avoided; `chosen`
    things are avoided beside what is given for sure, whichever stands first.
    """
    found: list[_Hit] = []
    for one in work.avoids if thing is not None else ():
        assert thing is not None
        if one.other is None:
            if among(thing, work.covers[one.item]):
                found.append(_Hit(one.item, one, one.when, False))
            continue
        sides = ((one.item, one.other), (one.other, one.item))
        for at, (own, other) in enumerate(sides[: 1 if one.item == one.other else 2]):
            if not among(thing, work.covers[own]):
                continue
            rest = without(work.covers[other], thing)
            together = (not at or chosen) and any(among(beside, rest) for beside in others)
            hit = _Hit(own, one, _elsewhere(work, rest, owner), together)
            if hit.when is not None:
                found.append(hit)
    return found


def _elsewhere(work: Avoiding, things: ir.Things, owner: str) -> ir.Condition | None:
    """The patient takes one of the things, or another decision gives it; None where that can't be."""
    if (things, owner) not in work.elsewhere:
        ways: list[ir.Condition] = (
            [ir.Includes(work.taken, things.drugs)] if work.taken and things.drugs else []
        )
        ways += [
            ir.Gives(name, things)
            for name, ordered in work.ordered.items()
            if name != owner and any(among(thing, things) for thing in ordered)
        ]
        found = None if not ways else ways[0] if len(ways) == 1 else ir.Or(tuple(ways))
        work.elsewhere[things, owner] = found
    return work.elsewhere[things, owner]


def _blocking(
    work: Avoiding, line: ir.Order | ir.Choice, owner: str, others: Collection[Thing]
) -> list[list[_Hit]]:
    """The hits that may leave nothing of a line: for an order its own, for a closed choice those of each alternative."""
    if isinstance(line, ir.Order):
        found = [_hits(work, thing_of(line), owner, others)]
    elif line.open:
        return []
    else:
        found = [_hits(work, thing_of(option), owner, others, True) for option in line.options]
    return found if all(found) else []


def _surely(recommendations: tuple[ir.Recommendation, ...]) -> tuple[Thing, ...]:
    """What settled recommendations surely give."""
    return surely_given(order for one in recommendations if one.direction == "for" for order in one.orders)


def _possible_hits(work: Avoiding, outcome: ir.Outcome, owner: str) -> Iterator[_Hit]:
    """The hits that may turn an outcome, or an answer of it, into a conflict."""
    if not work.avoids:
        return
    for answer in outcome.answers:
        yield from _possible_hits(work, answer, owner)
    others = _surely(outcome.recommendations)
    for one in outcome.recommendations:
        for line in one.orders if one.direction == "for" else ():
            for hits in _blocking(work, line, owner, others):
                yield from hits


def asked(work: Avoiding, outcome: ir.Outcome, owner: str) -> list[ir.Condition]:
    """What an outcome with all its order lines asks, so that nothing in it is given that is to be avoided."""
    found = [hit.outer for hit in _possible_hits(work, outcome, owner) if hit.outer is not None]
    return list(dict.fromkeys(found))


def conditions(work: Avoiding, outcome: ir.Outcome, owner: str) -> list[tuple[ir.Condition, Span]]:
    """The conditions that decide whether a settled outcome is a conflict, each once, with the place of its `avoid`."""
    found: dict[ir.Condition, Span] = {}
    for hit in _possible_hits(work, outcome, owner):
        if hit.when is not None and hit.when != _ALWAYS:
            found.setdefault(hit.when, hit.avoid.span)
    return list(found.items())


def everywhere(guideline: ir.Guideline, work: Avoiding) -> Iterator[ir.Condition]:
    """Every condition under which something that the guideline gives is to be avoided."""
    if not work.avoids:
        return
    given: dict[tuple[Thing | None, str], None] = {}
    lists = [(lines, one.id) for one in guideline.decisions for lines in recommended(work.regimens, one)]
    lists += [(rule.orders, "") for rule in guideline.rules if rule.direction == "for"]
    for lines, owner in lists:
        given.update(((thing_of(order), owner), None) for line in lines for order in alternatives(line))
    for thing, owner in given:
        yield from (hit.outer for hit in _hits(work, thing, owner, ()) if hit.outer)


# --- outcomes ----------------------------------------------------------------


def weighed(work: Avoiding, outcome: ir.Outcome, owner: str, held: Collection[ir.Condition]) -> ir.Outcome:
    """A settled outcome where just the conditions in `held` hold: itself, or the conflict that it makes."""
    if not work.avoids:
        return outcome
    if outcome.answers:
        answers = tuple(weighed(work, answer, owner, held) for answer in outcome.answers)
        return replace(outcome, answers=answers)
    others = _surely(outcome.recommendations)
    untouched: list[ir.Recommendation] = []
    cites = ir.Citation()
    against: dict[_Hit, None] = {}
    for one in outcome.recommendations:
        hits: list[_Hit] = []
        for line in one.orders if one.direction == "for" else ():
            blocking = _blocking(work, line, owner, others)
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
    answer = replace(outcome, recommendations=(*untouched, *_recommended_against(work, list(against))))
    statements = joined(joined(reasons, outcome.cites), cites)
    return ir.Outcome("conflict", (), "; ".join(whys), (outcome, answer), statements, outcome.span)


def _recommended_against(work: Avoiding, hits: list[_Hit]) -> list[ir.Recommendation]:
    """The answer of what is to be avoided: one recommendation against each name, with all its reasons."""
    found: dict[tuple[str, str], ir.Recommendation] = {}
    for hit in hits:
        avoid = hit.avoid
        item = work.items[hit.target]
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


def marked(work: Avoiding, outcome: ir.Outcome, owner: str) -> ir.Outcome:
    """A settled outcome whose alternatives carry the reasons against them."""
    if not work.avoids:
        return outcome
    others = _surely(outcome.recommendations)
    recommendations = tuple(
        replace(one, orders=_marked(work, one.orders, owner, others)) if one.direction == "for" else one
        for one in outcome.recommendations
    )
    answers = tuple(marked(work, answer, owner) for answer in outcome.answers)
    return replace(outcome, recommendations=recommendations, answers=answers)


def _marked(
    work: Avoiding, lines: tuple[ir.Order | ir.Choice, ...], owner: str, others: Collection[Thing]
) -> tuple[ir.Order | ir.Choice, ...]:
    return tuple(
        replace(
            line,
            options=tuple(
                replace(option, avoided=_reasons(_hits(work, thing_of(option), owner, others, True)))
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


def surely_orders(outcome: ir.Outcome, things: ir.Things) -> bool:
    """Whether a settled outcome orders one of the things whatever is chosen."""
    return any(among(thing, things) for thing in _surely(outcome.recommendations))


def advised(guideline: ir.Guideline, work: Avoiding) -> dict[str, Advised]:
    """What stands outside of outcomes and has a reason against it: by the rule, or `LIST#POSITION` for a line not given."""
    found: dict[str, Advised] = {}
    if not work.avoids:
        return found
    for one in guideline.decisions:
        for at, line in enumerate(one.lines if isinstance(one, ir.Options) else ()):
            if isinstance(line, ir.OptionLine) and not line.stated and line.recommendation.direction == "for":
                orders = given_orders(line.recommendation, work.regimens)
                found[f"{one.id}#{at}"] = Advised(_each_marked(work, orders), ())
    for rule in guideline.rules:
        if rule.direction == "for":
            orders = tuple(cited(order, rule.cites) for order in rule.orders)
            given = surely_given(orders)
            reasons = _reasons([hit for thing in given for hit in _hits(work, thing, "", given)])
            found[rule.id] = Advised(_marked(work, orders, "", given), reasons)
    return {
        name: one for name, one in found.items() if any(isinstance(part, ir.Reason) for part in parts(one))
    }


def _each_marked(
    work: Avoiding, orders: tuple[ir.Order | ir.Choice, ...]
) -> tuple[ir.Order | ir.Choice, ...]:
    """Orders that no decision weighs: each carries the reasons against it, not alternatives alone."""
    given = surely_given(orders)
    return tuple(
        replace(line, avoided=_reasons(_hits(work, thing_of(line), "", given)))
        if isinstance(line, ir.Order)
        else line
        for line in _marked(work, orders, "", given)
    )
