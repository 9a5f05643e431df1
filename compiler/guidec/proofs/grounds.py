"""A claim to what it is proven on: the part of the guideline that it hangs on, as diagrams.

What comes of a claim is the same whatever else the guideline, or another claim, says: each is proven over its own part, cut by
its own conditions. Claims whose part and cuts are the same share the diagrams.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from guidec import ir
from guidec.lower import Cuts, cuts_of, side_by_side
from guidec.lower.diagram import TooLarge
from guidec.lower.search import Solver
from guidec.lower.work import Lowering, all_impossible
from guidec.proofs import limits
from guidec.proofs.remembered import Store
from guidec.proofs.slices import Slice, Whole, naming, slice_of, whole_of, words
from guidec.record import parts


def slice_of_claim(whole: Whole, claim: ir.Claim) -> Slice:
    """All that may make a claim true or false."""
    return slice_of(whole, replace(claim, text=""), _looked_at(whole, claim))


def _looked_at(whole: Whole, claim: ir.Claim) -> tuple[str, ...]:
    """The decisions and rules that a claim looks at."""
    match claim.kind:
        case "determined" if not claim.decisions:
            return tuple(one.id for one in whole.guideline.decisions if isinstance(one, ir.Decision))
        case "determined" | "alike":
            return claim.decisions
        case "never" | "always" | "monotone" if claim.inside:
            return (claim.inside,)
        case _:
            return naming(whole, words(claim.claimed, claim.others, claim.of, claim.inside))


def over(cut: Slice, more: Iterable[ir.Condition] = (), solver: Solver | None = None) -> Lowering:
    """A part as diagrams over coordinates in the order in which they are declared. Raises TooLarge."""
    (work,) = side_by_side(cut.guideline, (cut.guideline,), tuple(more), solver)
    for at in range(len(work.coordinates.all)):
        work.diagrams.test(at, 1)
    all_impossible(work)
    return work


@dataclass(slots=True)
class Parts:
    """Parts of the guideline of `work`, each brought into diagrams once, and what the store knows of them."""

    work: Lowering
    whole: Whole
    store: Store | None
    done: dict[str, Lowering | None] = field(default_factory=dict)


def parts_of(work: Lowering, store: Store | None = None) -> Parts:
    return Parts(work, whole_of(work.guideline), store)


def part(parts: Parts, cut: Slice) -> tuple[Lowering, bool]:
    """The diagrams of a part, and that they are its own; of one that is too large the diagrams of the whole guideline."""
    if cut.digest not in parts.done:
        try:
            parts.done[cut.digest] = over(cut, (), parts.work.solver)
        except TooLarge:
            parts.done[cut.digest] = None
    own = parts.done[cut.digest]
    return (parts.work, False) if own is None else (own, True)


@dataclass(slots=True)
class Grounds:
    """What several claims are proven on. All are announced before one is asked for."""

    solver: Solver | None
    cuts: dict[str, Cuts] = field(default_factory=dict)
    conditions: dict[Hashable, list[ir.Condition]] = field(default_factory=dict)
    works: dict[Hashable, Lowering] = field(default_factory=dict)


def announce(grounds: Grounds, cut: Slice, claim: ir.Claim) -> Hashable:
    """A claim that will be proven; gives the name of its ground."""
    more = conditions_of(cut.guideline, claim)
    if cut.digest not in grounds.cuts:
        grounds.cuts[cut.digest] = cuts_of(cut.guideline)
    own = grounds.cuts[cut.digest]
    key = (cut.digest, tuple(one for one in cuts_of(cut.guideline, more=more) if one not in own))
    grounds.conditions.setdefault(key, []).extend(more)
    return key


def ground(grounds: Grounds, key: Hashable, cut: Slice) -> Lowering:
    """The diagrams that a claim shares with others. Raises TooLarge."""
    if key not in grounds.works:
        grounds.works[key] = over(cut, grounds.conditions[key], grounds.solver)
    return grounds.works[key]


def conditions_of(guideline: ir.Guideline, claim: ir.Claim) -> list[ir.Condition]:
    """What a claim may ask of the patients of a guideline: its condition, where amounts pass its limit, and for what is recorded
    whether it is true."""
    recorded = [one.until for one in guideline.rules if one.until is not None]
    recorded += entered(guideline, claim.when)
    yes_or_no = {one.id for one in guideline.inputs if isinstance(one.type, ir.Boolean)}
    true = [ir.Is(name, ("yes",)) for name in dict.fromkeys(recorded) if name in yes_or_no]
    return [claim.when, *limits.conditions(guideline, [claim]), *true]


def entered(guideline: ir.Guideline, condition: ir.Condition) -> list[str]:
    """The inputs of which a condition asks what the record says."""
    return list(
        dict.fromkeys(one.input for one in _inside(guideline, condition) if isinstance(one, ir.Recorded))
    )


def _inside(guideline: ir.Guideline, condition: object) -> Iterator[Any]:
    """Every part of a condition, those of its definitions included."""
    definitions = {one.id: one for one in guideline.definitions}
    seen: set[str] = set()
    waiting: list[object] = [condition]
    while waiting:
        for one in parts(waiting.pop()):
            yield one
            if isinstance(one, ir.Defined | ir.DefinedNumber | ir.InBand) and one.definition not in seen:
                seen.add(one.definition)
                named = definitions[one.definition]
                waiting += [named.condition, named.number, named.category]
