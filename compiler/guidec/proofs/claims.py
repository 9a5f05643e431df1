"""Where a complete patient breaks a claim, as a diagram."""

from collections.abc import Iterable

from guidec import ir
from guidec.evaluate import Compiled, all_recommendations, common
from guidec.given import alternatives, among, thing_of
from guidec.lower.diagram import TRUE
from guidec.lower.outcomes import given_orders
from guidec.lower.work import Lowering
from guidec.proofs.difference import UNKNOWN, ending, shown_when, unstated
from guidec.record import record
from guidec.rows import Leaf


@record
class Prover:
    """One claim over the diagrams of its guideline."""

    compiled: Compiled
    work: Lowering
    claim: ir.Claim

    @property
    def guideline(self) -> ir.Guideline:
        return self.compiled.guideline


def broken(prover: Prover) -> int:
    """Where a complete patient breaks a claim."""
    claim, diagrams = prover.claim, prover.work.diagrams
    match claim.kind:
        case "never" if claim.others:
            return diagrams.any(
                [_together(prover, one, other) for one in claim.claimed for other in claim.others]
            )
        case "never":
            return diagrams.any([_given(prover, one, sure=False) for one in claim.claimed])
        case "always":
            return diagrams.any([diagrams.negate(_given(prover, one, sure=True)) for one in claim.claimed])
        case _:
            return diagrams.false


def _given(prover: Prover, one: ir.Claimed, *, sure: bool) -> int:
    """Where it is recommended, given or shown: for sure, or perhaps."""
    work, claim, diagrams = prover.work, prover.claim, prover.work.diagrams
    node = diagrams.false
    for name in _places(prover):
        node = diagrams.either(
            node, ending(work, name, lambda leaf: bool(_slots(leaf, one, claim.possible, sure)))
        )
    if claim.possible:
        for name, line in unstated(prover.guideline):
            orders = given_orders(line.recommendation, work.regimens)
            named = one.outcome and line.recommendation.id == one.id
            if name in _places(prover) and (named or _among(orders, one, sure)):
                node = diagrams.either(node, ending(work, name, lambda leaf: leaf.outcome is not None))
    if one.rule and not claim.inside:
        shown = shown_when(work, one.id)
        ends = (TRUE,) if sure and not claim.possible else (TRUE, UNKNOWN)
        there = diagrams.replace(shown, lambda value: diagrams.true if value in ends else diagrams.false)
        node = diagrams.either(node, there)
    return node


def _places(prover: Prover) -> list[str]:
    inside = prover.claim.inside
    return [name for name in prover.work.decided if not inside or name.split("#")[0] == inside]


def _slots(leaf: Leaf, one: ir.Claimed, possible: bool, sure: bool) -> list[tuple[int, int]]:
    """Where in a leaf it is recommended or given: the recommendation and the line, -1 where it is meant as a whole."""
    found: list[tuple[int, int]] = []
    given = all_recommendations(leaf.outcome) if possible else common((leaf,))
    for at, recommendation in enumerate(given):
        if recommendation.direction != "for":
            continue
        if one.outcome and recommendation.id == one.id:
            found.append((at, -1))
        found += [
            (at, line) for line, order in enumerate(recommendation.orders) if _among((order,), one, sure)
        ]
    return found


def _among(orders: Iterable[ir.Order | ir.Choice], one: ir.Claimed, sure: bool) -> bool:
    for line in orders:
        there = [
            (thing := thing_of(order)) is not None and among(thing, one.things)
            for order in alternatives(line)
        ]
        if (all(there) if sure else any(there)) and there:
            return True
    return False


def _together(prover: Prover, one: ir.Claimed, other: ir.Claimed) -> int:
    """Where both may be given at once: in two places, or in two lines of one."""
    work, diagrams = prover.work, prover.work.diagrams
    possible = prover.claim.possible
    node = diagrams.false
    for name in _places(prover):
        node = diagrams.either(node, ending(work, name, lambda leaf: _both(leaf, one, other, possible)))
    places = {
        name: ending(work, name, lambda leaf: bool(_slots(leaf, one, possible, False)))
        for name in _places(prover)
    }
    others = {
        name: ending(work, name, lambda leaf: bool(_slots(leaf, other, possible, False)))
        for name in _places(prover)
    }
    for first, here in places.items():
        for second, there in others.items():
            if first != second:
                node = diagrams.either(node, diagrams.both(here, there))
    return node


def _both(leaf: Leaf, one: ir.Claimed, other: ir.Claimed, possible: bool) -> bool:
    first, second = _slots(leaf, one, possible, False), _slots(leaf, other, possible, False)
    return any(a != b or -1 in (a[1], b[1]) for a in first for b in second)
