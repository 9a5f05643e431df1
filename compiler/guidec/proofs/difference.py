"""Where two guidelines over one set of coordinates answer differently: diagrams that are true of those patients."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace

from guidec import ir
from guidec.evaluate import all_recommendations, common, ordered
from guidec.lower.diagram import TRUE, Diagrams
from guidec.lower.outcomes import given_orders
from guidec.lower.work import Lowering
from guidec.proofs.joint import Joint
from guidec.rows import Leaf, Prescribed

UNKNOWN = "unknown"


def decided_differently(whole: Joint, first: str, second: str) -> int:
    """A decision, or a line of options as `LIST#POSITION`, under its name in each: true where the outcomes differ."""
    diagrams = whole.first.diagrams
    left = groups(whole.first, first)
    right = groups(whole.second, second)
    return _accepted(whole, differing(diagrams, left, right))


def ruled_differently(whole: Joint, first: str, second: str) -> int:
    """A rule under its name in each: true where one is shown, or open, and the other isn't."""
    left, right = shown_when(whole.first, first), shown_when(whole.second, second)
    return _accepted(whole, differing(whole.first.diagrams, left, right))


def refused_differently(whole: Joint) -> int:
    """True where one of them refuses the record and the other doesn't."""
    return differing(whole.first.diagrams, *whole.refused)


def differing(diagrams: Diagrams, left: int, right: int) -> int:
    """True where two diagrams end in different values."""

    def settle(parts: tuple[int, ...]) -> int | None:
        a, b = parts
        if a == b:
            return diagrams.false
        return diagrams.true if diagrams.is_end(a) and diagrams.is_end(b) else None

    return diagrams.apply(settle, left, right)


def ending(work: Lowering, name: str, holds: Callable[[Leaf], bool]) -> int:
    """True where a decision or a line ends in a leaf for which something holds."""
    leaves = work.leaves[name]

    def truth(value: Hashable) -> int:
        held = isinstance(value, tuple) and holds(leaves[value[1]])
        return work.diagrams.true if held else work.diagrams.false

    return work.diagrams.replace(work.decided[name], truth)


def shown_when(work: Lowering, rule: str) -> int:
    """When a rule is shown: true, false, or `unknown` where a drug is only one of several that may be given, or where the source
    doesn't say when."""
    node = without_prescribed(work, work.ruled[rule])
    if next(one.stated for one in work.guideline.rules if one.id == rule):
        return node
    unknown = work.diagrams.end(UNKNOWN)
    return work.diagrams.replace(node, lambda value: unknown if value == TRUE else work.diagrams.end(value))


def without_prescribed(work: Lowering, node: int) -> int:
    """A condition that asks what is prescribed, answered by what the decisions give; `unknown` where they leave it open."""
    for at, coordinate in enumerate(work.coordinates.all):
        if isinstance(coordinate, Prescribed):
            node = _prescribed(work, node, at, coordinate.drugs)
    return node


def _prescribed(work: Lowering, node: int, at: int, drugs: Iterable[str]) -> int:
    """A diagram that no longer asks whether drugs are prescribed, but what the decisions say."""
    diagrams = work.diagrams
    yes, no = diagrams.restricted(node, at, 1), diagrams.restricted(node, at, 0)
    if yes == no:
        return yes
    surely, perhaps = giving(work, frozenset(drugs))

    def settle(parts: tuple[int, ...]) -> int | None:
        a, b = parts
        if a == b:
            return a
        return diagrams.end(UNKNOWN) if diagrams.is_end(a) and diagrams.is_end(b) else None

    either = diagrams.apply(settle, yes, no)
    return diagrams.choose(surely, yes, diagrams.choose(perhaps, either, no))


def giving(work: Lowering, drugs: frozenset[str]) -> tuple[int, int]:
    """Where the recommendations surely give one of the drugs, and where they, or what is possible, may."""
    diagrams = work.diagrams
    surely, perhaps = diagrams.false, diagrams.false
    for name in work.decided:
        if "#" not in name:
            surely = diagrams.either(surely, ending(work, name, lambda leaf: _gives(leaf, drugs, sure=True)))
        perhaps = diagrams.either(perhaps, ending(work, name, lambda leaf: _gives(leaf, drugs, sure=False)))
    for name, line in unstated(work.guideline):
        orders = replace(line.recommendation, orders=given_orders(line.recommendation, work.regimens))
        if drugs & ordered(orders, sure=False):
            asked = ending(work, name, lambda leaf: leaf.outcome is not None)
            perhaps = diagrams.either(perhaps, asked)
    return surely, perhaps


def _gives(leaf: Leaf, drugs: frozenset[str], *, sure: bool) -> bool:
    given = common((leaf,)) if sure else all_recommendations(leaf.outcome)
    return any(drugs & ordered(one, sure=sure) for one in given if one.direction == "for")


def unstated(guideline: ir.Guideline) -> Iterator[tuple[str, ir.OptionLine]]:
    """The lines for which the source doesn't say when they hold, by the name of their diagram."""
    for one in guideline.decisions:
        for at, line in enumerate(one.lines if isinstance(one, ir.Options) else ()):
            if isinstance(line, ir.OptionLine) and not line.stated:
                yield f"{one.id}#{at}", line


def groups(work: Lowering, name: str) -> int:
    """A decision with its groups of equal outcomes as ends."""
    leaves = work.leaves[name]

    def group(value: Hashable) -> int:
        return work.diagrams.end(("group", leaves[value[1]].group) if isinstance(value, tuple) else value)

    return work.diagrams.replace(work.decided[name], group)


def _accepted(whole: Joint, node: int) -> int:
    """As far as both accept the record."""
    diagrams = whole.first.diagrams
    refused = diagrams.either(*whole.refused)
    return diagrams.choose(refused, diagrams.false, node)
