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
    """One claim over the diagrams of what it hangs on; records are run through the whole guideline, which is `compiled`."""

    compiled: Compiled
    work: Lowering
    claim: ir.Claim

    @property
    def guideline(self) -> ir.Guideline:
        return self.work.guideline


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
    for rule, slots in _advised(prover, one, sure=sure).items():
        if slots:
            node = diagrams.either(node, _shown(prover, rule, sure=sure))
    return node


def _shown(prover: Prover, rule: str, *, sure: bool) -> int:
    """Where a rule is shown: for sure, or perhaps."""
    diagrams = prover.work.diagrams
    ends = (TRUE,) if sure and not prover.claim.possible else (TRUE, UNKNOWN)
    return diagrams.replace(
        shown_when(prover.work, rule), lambda value: diagrams.true if value in ends else diagrams.false
    )


def _advised(prover: Prover, one: ir.Claimed, *, sure: bool) -> dict[str, list[int]]:
    """The rules that it is, or whose orders give it, each with the lines; -1 where the rule is meant as a whole."""
    found: dict[str, list[int]] = {}
    for rule in prover.guideline.rules if not prover.claim.inside else ():
        found[rule.id] = [-1] if one.rule and rule.id == one.id else []
        if rule.direction == "for":
            found[rule.id] += [at for at, line in enumerate(rule.orders) if _among((line,), one, sure)]
    return found


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
    ours, theirs = (_advised(prover, each, sure=False) for each in (one, other))
    for rule in ours:
        if _apart([(0, line) for line in ours[rule]], [(0, line) for line in theirs[rule]]):
            node = diagrams.either(node, _shown(prover, rule, sure=False))
    places |= {f"rule {rule}": _shown(prover, rule, sure=False) for rule, lines in ours.items() if lines}
    others |= {f"rule {rule}": _shown(prover, rule, sure=False) for rule, lines in theirs.items() if lines}
    for first, here in places.items():
        for second, there in others.items():
            if first != second:
                node = diagrams.either(node, diagrams.both(here, there))
    return node


def _both(leaf: Leaf, one: ir.Claimed, other: ir.Claimed, possible: bool) -> bool:
    return _apart(_slots(leaf, one, possible, False), _slots(leaf, other, possible, False))


def _apart(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> bool:
    """Whether two things stand in two lines, or one of them is meant as a whole."""
    return any(a != b or -1 in (a[1], b[1]) for a in first for b in second)
