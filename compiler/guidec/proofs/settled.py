"""Decisions, lines, rules and values to diagrams whose ends are all that is shown of them, every condition settled."""

from collections.abc import Hashable
from dataclasses import dataclass, field, replace
from typing import Any

from guidec import ir
from guidec.evaluate import causes
from guidec.lower import avoided
from guidec.lower.diagram import FALSE, TRUE, UNDEFINED, TooLarge
from guidec.lower.outcomes import cited, given_orders
from guidec.lower.work import Lowering, category_of, diagram_of
from guidec.proofs.bare import bare
from guidec.proofs.difference import UNKNOWN, shown_when
from guidec.proofs.questions import nobody
from guidec.record import parts, rebuilt, record

MOST_CONDITIONS = 12


@record
class End:
    """What is shown of somebody: of a decision or a line its status and its outcome, of a rule whether it applies and what
    it says, of a value its name.

    `hangs` are the conditions inside, with what each of them decides: two ends may show the same of everybody whose record
    is complete and differ while something is blank. `group` tells outcomes apart as the evaluator does; `said` is what is
    shown with its names in the order of the text. What the source leaves open is open `of` a decision, for a reason of its own.
    """

    status: str
    shown: Any = None
    hangs: tuple[Any, ...] = ()
    group: int = field(default=0, compare=False)
    said: Any = field(default=None, compare=False)
    of: str = ""


NOT_SHOWN = End("not shown")


@dataclass(slots=True)
class Ends:
    """The ends of several guidelines over one set of diagrams, each once; `sides` has the guidelines.

    `alike` has the first of the diagrams of conditions that are true for the same patients.
    """

    sides: tuple[Lowering, ...]
    all: list[End] = field(default_factory=list)
    places: dict[End, int] = field(default_factory=dict)
    alike: dict[int, int] = field(default_factory=dict)
    conditions: dict[tuple[int, ir.Condition], int] = field(default_factory=dict)

    def end(self, end: End) -> int:
        """The end of the diagrams with this value."""
        if end not in self.places:
            self.places[end] = len(self.all)
            self.all.append(end)
        return self.sides[0].diagrams.end(("end", self.places[end], end.group))


def decided(ends: Ends, side: int, name: str) -> int:
    """A decision, or a line of options as `LIST#POSITION`."""
    work = ends.sides[side]
    leaves = work.leaves[name]
    unstated = _unstated(work, name)
    nothing = work.diagrams.end(("nothing",))
    whole: dict[int, int] = {}
    split: list[int] = []
    for at, leaf in enumerate(leaves):
        shown = leaf.outcome if unstated is None or leaf.outcome is None else unstated
        status = leaf.status if shown is leaf.outcome else "not_stated"
        conditions = list(dict.fromkeys(one.when for one in parts(shown) if isinstance(one, _CONDITIONAL)))
        if not conditions:
            whole[at] = ends.end(End(status, bare(shown), (), leaf.group, shown, _open_of(status, name)))
        else:
            split.append(_settled(ends, side, name, at, (status, shown, leaf.group), conditions))

    def ending(value: Hashable) -> int:
        return whole.get(value[1], nothing) if isinstance(value, tuple) else nothing

    plain = work.diagrams.replace(work.decided[name], ending)
    merged = work.diagrams.merged([plain, *split], nothing)
    if nothing not in work.diagrams.ends(merged):
        return merged
    nobody_there = ends.end(End("nobody"))
    return work.diagrams.replace(
        merged, lambda value: nobody_there if value == ("nothing",) else work.diagrams.end(value)
    )


def _open_of(status: str, name: str) -> str:
    return name.split("#", maxsplit=1)[0] if status in ("not_stated", "conflict") else ""


def ruled(ends: Ends, side: int, name: str) -> int:
    """A rule: not shown; or whether it surely applies, and what it says."""
    work = ends.sides[side]
    rule = next(one for one in work.guideline.rules if one.id == name)
    said = _said(work, rule)
    conditions = list(dict.fromkeys(one.when for one in parts(said) if isinstance(one, _CONDITIONAL)))
    tests = [_truth_of(ends, side, one) for one in conditions]
    hangs = _hangs(ends, side, said)
    diagrams = work.diagrams

    def settle(several: tuple[int, ...]) -> int | None:
        if several[0] == diagrams.false:
            return ends.end(NOT_SHOWN)
        if not all(diagrams.is_end(one) for one in several):
            return None
        truth = _truths(work, conditions, several[1:])
        sure = diagrams.value(several[0]) != UNKNOWN and rule.stated
        chosen = _chosen(said, truth)
        return ends.end(End("yes" if sure else "unknown", bare(chosen), hangs, 0, chosen))

    return diagrams.apply(settle, shown_when(work, name), *tests)


def valued(ends: Ends, side: int, definition: ir.Definition) -> list[int]:
    """A condition or a category that is shown: a diagram, or one for each value of a `collect` table."""
    work = ends.sides[side]
    category = definition.category
    if definition.condition is not None:
        tests = {"": ir.Defined(definition.id)}
    elif category is not None and category.policy == "collect":
        return [
            _named(ends, work, _truth_of(ends, side, ir.InBand(definition.id, (value.id,))), f"{value.id}: ")
            for value in category.values
        ]
    else:
        return [_named(ends, work, category_of(work, definition), "")]
    return [_named(ends, work, _truth_of(ends, side, one), name) for name, one in tests.items()]


def led(ends: Ends, side: int, stage: ir.Stage, moves: ir.Definition | None) -> int:
    """Where the moves out of a stage lead, for those in scope who stand there; `moves` is the category of its ends."""
    work = ends.sides[side]
    pathway, applies = work.guideline.pathway, work.guideline.applies
    assert pathway is not None
    here = _truth_of(ends, side, ir.Is(pathway.input, (stage.id,)))
    if applies is not None:
        here = work.diagrams.both(here, _truth_of(ends, side, applies))
    node = ends.end(End("final"))
    if moves is not None:
        node = work.diagrams.replace(
            category_of(work, moves), lambda value: ends.end(End(_goes(stage, value)))
        )
    return work.diagrams.choose(here, node, ends.end(End("not at this stage")))


def _goes(stage: ir.Stage, value: Hashable) -> str:
    if str(value).startswith("not stated"):
        return "not stated"
    return "stay" if value == stage.id else f"go to {value}"


def scoped(ends: Ends, side: int) -> int:
    """Who is in scope."""
    work = ends.sides[side]
    applies = work.guideline.applies
    node = work.diagrams.true if applies is None else _truth_of(ends, side, applies)
    return work.diagrams.replace(
        node, lambda value: ends.end(End("in scope" if value == TRUE else "out of scope"))
    )


def _named(ends: Ends, work: Lowering, node: int, lead: str) -> int:
    words = {FALSE: "no", TRUE: "yes", UNDEFINED: "not defined"}

    def word(value: Hashable) -> int:
        text = words[value] if isinstance(value, int) else str(value)
        return ends.end(End(f"{lead}{text}"))

    return work.diagrams.replace(node, word)


# --- conditions inside of outcomes ------------------------------------------------

_CONDITIONAL = ir.Prefer | ir.Held | ir.Reason | ir.DoseBand


def _settled(
    ends: Ends,
    side: int,
    name: str,
    at: int,
    shown: tuple[str, Any, int],
    conditions: list[ir.Condition],
) -> int:
    """A leaf, and what its conditions make of it; `nothing` elsewhere."""
    work = ends.sides[side]
    diagrams = work.diagrams
    if len(conditions) > MOST_CONDITIONS:
        raise TooLarge
    status, outcome, group = shown
    nothing = diagrams.end(("nothing",))
    here = diagrams.replace(
        work.decided[name],
        lambda value: diagrams.true if value[1:] == (at,) else nothing,  # type: ignore[index]
    )
    tests = [_truth_of(ends, side, one) for one in conditions]
    hangs = _hangs(ends, side, outcome)

    def settle(several: tuple[int, ...]) -> int | None:
        if several[0] == nothing:
            return nothing
        if not all(diagrams.is_end(one) for one in several):
            return None
        truth = _truths(work, conditions, several[1:])
        chosen = _chosen(outcome, truth)
        return ends.end(End(status, bare(chosen), hangs, group, chosen, _open_of(status, name)))

    return diagrams.apply(settle, here, *tests)


def _truths(
    work: Lowering, conditions: list[ir.Condition], nodes: tuple[int, ...]
) -> dict[ir.Condition, bool]:
    return {one: node == work.diagrams.true for one, node in zip(conditions, nodes, strict=True)}


def _truth_of(ends: Ends, side: int, condition: ir.Condition) -> int:
    """The diagram of a condition; where it has no truth value it is false, as in the rows."""
    key = side, condition
    if key not in ends.conditions:
        work = ends.sides[side]
        node = diagram_of(work, condition)
        ends.conditions[key] = work.diagrams.replace(
            node, lambda value: work.diagrams.true if value == TRUE else work.diagrams.false
        )
    return ends.conditions[key]


def _hangs(ends: Ends, side: int, shown: Any) -> tuple[Any, ...]:
    """The conditions inside of an outcome, each as the patients for whom it holds, with what it decides."""
    found = [
        (bare(replace(one, when=ir.Always(True))), _alike(ends, _truth_of(ends, side, one.when)))
        for one in parts(shown)
        if isinstance(one, _CONDITIONAL)
    ]
    return tuple(sorted(found, key=repr))


def _alike(ends: Ends, node: int) -> int:
    """The first diagram that is true for the same patients."""
    if node not in ends.alike:
        work = ends.sides[0]
        for other in dict.fromkeys(ends.alike.values()):
            unequal = work.diagrams.apply(lambda several: _unequal(work, several), node, other)
            if nobody(work, unequal, lambda patient: True).kind == "proven":
                ends.alike[node] = other
                break
        else:
            ends.alike[node] = node
    return ends.alike[node]


def _unequal(work: Lowering, several: tuple[int, ...]) -> int | None:
    one, other = several
    if one == other:
        return work.diagrams.false
    return work.diagrams.true if work.diagrams.is_end(one) and work.diagrams.is_end(other) else None


def _chosen(shown: Any, truth: dict[ir.Condition, bool]) -> Any:
    """What is left when the conditions have come out: the dose of the band that holds, the preferences that apply."""

    def change(one: Any) -> Any:
        match one:
            case ir.DoseInBands(_, bands):
                return next((band.dose for band in bands if truth[band.when]), None)
            case ir.Order():
                return replace(
                    one,
                    preferred=_holding(one.preferred, truth),
                    avoided=_holding(one.avoided, truth),
                    held=tuple(replace(each, when=ir.Always(truth[each.when])) for each in one.held),
                )
            case ir.Recommendation():
                return replace(one, preferred=_holding(one.preferred, truth))
            case Said():
                return replace(one, reasons=_holding(one.reasons, truth))
            case _:
                return one

    return rebuilt(shown, change)


def _holding(several: tuple[Any, ...], truth: dict[ir.Condition, bool]) -> tuple[Any, ...]:
    return tuple(replace(one, when=ir.Always(True)) for one in several if truth[one.when])


# --- what is said -------------------------------------------------------------


@record
class Said:
    """What a rule says, but for when. `causes` are the drugs that may bring a monitoring about."""

    rule: ir.Rule
    orders: tuple[ir.Order | ir.Choice, ...]
    reasons: tuple[ir.Reason, ...]
    causes: tuple[Any, ...]


def _said(work: Lowering, rule: ir.Rule) -> Said:
    advised = avoided.advised(work.guideline, work.avoids).get(rule.id)
    orders = tuple(cited(order, rule.cites) for order in rule.orders) if advised is None else advised.orders
    brought: tuple[Any, ...] = ()
    if rule.kind == "monitor":
        taking, prescribed = causes(rule.when, work.guideline)
        brought = tuple(sorted(name for _, names in taking for name in names)), tuple(sorted(prescribed))
    until = rule.until if rule.kind == "monitor" else None
    without = replace(rule, applies=None, when=None, orders=(), until=until)
    return Said(without, orders, () if advised is None else advised.reasons, brought)


def _unstated(work: Lowering, name: str) -> ir.Recommendation | None:
    """What a line names for which the source doesn't say when it holds."""
    listed, separator, position = name.partition("#")
    if not separator:
        return None
    options = next(one for one in work.guideline.decisions if one.id == listed)
    line = options.lines[int(position)] if isinstance(options, ir.Options) else None
    if not isinstance(line, ir.OptionLine) or line.stated:
        return None
    advised = avoided.advised(work.guideline, work.avoids).get(name)
    orders = advised.orders if advised else given_orders(line.recommendation, work.regimens)
    return replace(line.recommendation, orders=orders)
