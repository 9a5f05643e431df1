"""Outcomes as they stand in a row: orders put in, their own conditions settled, equal ones recognised."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from guidec import ir


def conditions_of(outcome: ir.Outcome, regimens: Mapping[str, ir.Regimen]) -> list[ir.Condition]:
    """The conditions that order lines end in, each once, in the order of the lines."""
    found: dict[ir.Condition, None] = {}
    for recommendation in outcome.recommendations:
        for order in _orders(recommendation, regimens):
            if order.when is not None:
                found[order.when] = None
    for answer in outcome.answers:
        found.update(dict.fromkeys(conditions_of(answer, regimens)))
    return list(found)


def _orders(
    recommendation: ir.Recommendation, regimens: Mapping[str, ir.Regimen]
) -> tuple[ir.Order | ir.Choice, ...]:
    return (
        recommendation.orders if recommendation.regimen is None else regimens[recommendation.regimen].orders
    )


def settled(
    outcome: ir.Outcome,
    regimens: Mapping[str, ir.Regimen],
    truth: Mapping[ir.Condition, bool],
    path: ir.Citation,
) -> ir.Outcome:
    """The outcome with the order lines that hold, every citation of the path added to its recommendations."""
    recommendations = tuple(
        _settled(one, regimens, truth, joined(path, outcome.cites)) for one in outcome.recommendations
    )
    answers = tuple(
        settled(answer, regimens, truth, joined(path, outcome.cites)) for answer in outcome.answers
    )
    return replace(
        outcome, recommendations=recommendations, answers=answers, cites=joined(path, outcome.cites)
    )


def _settled(
    recommendation: ir.Recommendation,
    regimens: Mapping[str, ir.Regimen],
    truth: Mapping[ir.Condition, bool],
    path: ir.Citation,
) -> ir.Recommendation:
    cites = joined(path, recommendation.cites)
    regimen = None if recommendation.regimen is None else regimens[recommendation.regimen]
    fallback = cites if regimen is None else regimen.cites
    if regimen is not None and not (cites.statements or cites.inferred):
        cites = regimen.cites
    orders = tuple(
        cited(replace(order, when=None), fallback)
        for order in _orders(recommendation, regimens)
        if order.when is None or truth[order.when]
    )
    return replace(recommendation, orders=orders, cites=cites)


def given_orders(
    one: ir.Recommendation, regimens: Mapping[str, ir.Regimen]
) -> tuple[ir.Order | ir.Choice, ...]:
    """The orders of a recommendation wherever they stand, each with its citations."""
    fallback = one.cites if one.regimen is None else regimens[one.regimen].cites
    return tuple(cited(order, fallback) for order in _orders(one, regimens))


def cited(order: ir.Order | ir.Choice, fallback: ir.Citation) -> ir.Order | ir.Choice:
    """An order without citations of its own cites its regimen."""
    own = order.cites if order.cites.statements else ir.Citation(fallback.statements, order.cites.inferred)
    if isinstance(order, ir.Choice):
        options = tuple(cited(option, own) for option in order.options)
        return replace(
            order, cites=own, options=tuple(option for option in options if isinstance(option, ir.Order))
        )
    return replace(order, cites=own)


def joined(first: ir.Citation, second: ir.Citation) -> ir.Citation:
    return ir.Citation(
        tuple(dict.fromkeys(first.statements + second.statements)),
        tuple(dict.fromkeys(first.inferred + second.inferred)),
    )


def essence(outcome: ir.Outcome) -> object:
    """What two equal outcomes share: status, ids, directions, strengths, drugs, choices, steps and doses."""
    return (
        outcome.status,
        tuple(recommendation_essence(one) for one in outcome.recommendations),
        tuple(essence(answer) for answer in outcome.answers),
    )


def recommendation_essence(one: ir.Recommendation) -> object:
    """What two equal recommendations share."""
    return one.id, one.direction, one.strength, tuple(_order_essence(order) for order in one.orders)


def _order_essence(order: ir.Order | ir.Choice) -> object:
    if isinstance(order, ir.Choice):
        return "choice", order.step, order.open, tuple(_order_essence(option) for option in order.options)
    return (
        order.step, order.action, order.drug, order.procedure, order.drug_class, order.route,
        _uncited(order.dose), order.every, order.times, order.lasts, order.after, order.usual,
        _uncited(order.infusion), tuple(_uncited(one) for one in order.tapers),
    )  # fmt: skip


def united(first: ir.Outcome, second: ir.Outcome) -> ir.Outcome:
    """Two equal outcomes as one, with the reasons, citations and grades of both."""
    whys = (first.why, second.why) if second.why in first.why else (second.why, first.why)
    why = whys[0] if whys[1] in whys[0] else f"{first.why} {second.why}"
    return replace(
        first,
        why=why,
        cites=joined(first.cites, second.cites),
        recommendations=tuple(
            united_recommendations((one, other))
            for one, other in zip(first.recommendations, second.recommendations, strict=True)
        ),
        answers=tuple(united(one, other) for one, other in zip(first.answers, second.answers, strict=True)),
    )


def united_recommendations(same: Sequence[ir.Recommendation]) -> ir.Recommendation:
    """Equal recommendations as one, with the citations and the grades of all."""
    statements = tuple(dict.fromkeys(id for one in same for id in one.cites.statements))
    inferred = tuple(dict.fromkeys(id for one in same for id in one.cites.inferred))
    grades = tuple(dict.fromkeys(grade for one in same for grade in one.grades))
    return replace(same[0], cites=ir.Citation(statements, inferred), grades=grades)


def _uncited(one: ir.Dose | ir.DoseInBands | ir.Infusion | ir.Taper | None) -> object:
    """A formula without the statements that are cited for its parts."""
    none = ir.Citation()
    match one:
        case ir.DoseInBands():
            return replace(one, bands=tuple(replace(band, cites=none) for band in one.bands))
        case ir.Infusion():
            return replace(one, rates=tuple(replace(rate, cites=none) for rate in one.rates))
        case ir.Taper():
            return replace(one, cites=none)
        case _:
            return one
