"""What several ends of one branch have in common: an outcome with the order lines that hold for a patient."""

from collections.abc import Sequence
from dataclasses import replace

from guidec import ir
from guidec.lower.outcomes import recommendation_essence, united
from guidec.rows import Leaf


def outcome_of(printed: ir.Outcome, leaves: Sequence[Leaf]) -> tuple[ir.Outcome, bool]:
    """The outcome that the ends of a box come to, and whether it is settled.

    While it hangs on something, it is as printed: the order lines that are sure to hold are settled, the others under
    their conditions. `printed` has the orders of its regimens.
    """
    outcomes = [leaf.outcome for leaf in leaves if leaf.outcome is not None]
    if not outcomes:
        return printed, False
    if len({leaf.group for leaf in leaves}) == 1:
        whole = outcomes[0]
        for other in outcomes[1:]:
            whole = united(whole, other)
        return whole, True
    alike = [one for one in outcomes if _shape(one) == _shape(printed)]
    return (as_it_comes_out(printed, alike) if alike else printed), False


def _shape(outcome: ir.Outcome) -> object:
    names = tuple((one.id, one.direction) for one in outcome.recommendations)
    return outcome.status, names, tuple(_shape(answer) for answer in outcome.answers)


def as_it_comes_out(printed: ir.Outcome, settled: Sequence[ir.Outcome]) -> ir.Outcome:
    """An outcome with the order lines that hold in all of its ends, as they were settled, and those that hold in some of
    them under their conditions."""
    return replace(
        printed,
        cites=_cited_by([end.cites for end in settled]),
        recommendations=tuple(
            recommendation_as_it_comes_out(one, [end.recommendations[at] for end in settled])
            for at, one in enumerate(printed.recommendations)
        ),
        answers=tuple(
            as_it_comes_out(one, [end.answers[at] for end in settled])
            for at, one in enumerate(printed.answers)
        ),
    )


def recommendation_as_it_comes_out(
    printed: ir.Recommendation, settled: Sequence[ir.Recommendation]
) -> ir.Recommendation:
    """The same of one recommendation, every citation of its ends with it. `printed` has the orders of its regimen."""
    waiting = [list(one.orders) for one in settled]
    orders: list[ir.Order | ir.Choice] = []
    for order in printed.orders:
        plain = _essence(printed, order)
        held = [left.pop(0) for left in waiting if left and _essence(printed, left[0]) == plain]
        if held:
            orders.append(held[0] if len(held) == len(waiting) else order)
    return replace(printed, orders=tuple(orders), cites=_cited_by([one.cites for one in settled]))


def _cited_by(cites: Sequence[ir.Citation]) -> ir.Citation:
    return ir.Citation(
        tuple(dict.fromkeys(id for one in cites for id in one.statements)),
        tuple(dict.fromkeys(id for one in cites for id in one.inferred)),
    )


def _essence(one: ir.Recommendation, order: ir.Order | ir.Choice) -> object:
    return recommendation_essence(replace(one, orders=(order,)))
