"""Decisions to diagrams whose ends are leaves: trees, their faults on the way."""

from collections.abc import Sequence
from dataclasses import replace

from guidec import ir
from guidec.diagnostic import cite_one, warning
from guidec.lower import avoided
from guidec.lower.diagram import TooLarge
from guidec.lower.faults import Arms, check_gap, check_overlap, check_reached
from guidec.lower.limits import MOST_OWN_CONDITIONS
from guidec.lower.outcomes import conditions_of, essence, joined, settled
from guidec.lower.work import (
    Lowering,
    all_impossible,
    before_avoiding,
    checked,
    diagram_of,
    has_faults,
    masked,
    too_many,
    without_impossible,
)
from guidec.record import inside, record
from guidec.rows import Leaf, Row, Step, Table
from guidec.source import Span

_GAP = "gap"


@record
class Trail:
    """The way to a node: `place` counts the branches taken, so that leaves can be put in the order of the text."""

    steps: tuple[Step, ...]
    cites: ir.Citation
    asks: tuple[str, ...]
    place: tuple[int, ...] = ()


def decided(work: Lowering, name: str) -> int:
    """The diagram of a decision, its ends leaves; built once."""
    if name not in work.decided:
        decision = next(one for one in work.guideline.decisions if one.id == name)
        assert isinstance(decision, ir.Decision)
        leaves = work.leaves.setdefault(name, [])
        start = Trail((), ir.Citation(), gate_asks(work, decision.asked))
        asked, scope = gates(work, decision.asked, decision.span)
        context = work.diagrams.both(scope, asked)
        context = work.diagrams.both(context, work.diagrams.negate(all_impossible(work)))
        if isinstance(decision.tree, ir.Table):
            tree = work.tabulate(work, name, decision.tree, context, start)
        else:
            tree = tree_of(work, name, leaves, decision.tree, context, start, decision.id)
        work.decided[name] = gated(work, leaves, name, tree, (asked, scope), decision.asked)
    return work.decided[name]


def gates(work: Lowering, asked: ir.Condition | None, span: Span) -> tuple[int, int]:
    """Where the question is asked at all, and where the guideline applies."""
    applies = work.guideline.applies
    everyone = work.diagrams.true
    scope = everyone if applies is None else checked(work, applies, everyone, work.guideline.span)
    return (everyone if asked is None else checked(work, asked, everyone, span)), scope


def gate_asks(work: Lowering, asked: ir.Condition | None) -> tuple[str, ...]:
    return reads(work, work.guideline.applies, asked)


def _asked_by(work: Lowering, decision: str) -> dict[str, None]:
    """The inputs that a decision asks."""
    decided(work, decision)
    return dict.fromkeys(name for at in text_order(work, decision) for name in work.leaves[decision][at].asks)


def reads(work: Lowering, *conditions: ir.Condition | None) -> tuple[str, ...]:
    """The inputs that conditions read, in their order, those of definitions and decisions included."""
    found: dict[str, None] = {}
    waiting: list[object] = [one for one in reversed(conditions) if one is not None]
    seen: set[str] = set()
    while waiting:
        match waiting.pop():
            case ir.Is(name) | ir.Includes(name) | ir.Measure(name):
                found[work.coordinates.inputs[name].key] = None
            case ir.Recommends(name):
                if name not in seen:
                    seen.add(name)
                    found.update(_asked_by(*work.owner(work, name)))
            case ir.Gives(name):
                owner, own = work.owner(work, name)
                found.update(_asked_by(before_avoiding(owner), own))
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name):
                if name not in seen:
                    seen.add(name)
                    definition = work.coordinates.definitions[name]
                    waiting.append(definition.condition or definition.number or definition.category)
            case tuple() as several:
                waiting += reversed(several)
            case one:
                waiting += reversed(inside(one))
    return tuple(found)


def gated(
    work: Lowering,
    leaves: list[Leaf],
    name: str,
    tree: int,
    gates: tuple[int, int],
    question: ir.Condition | None,
) -> int:
    diagrams = work.diagrams
    asked, scope = gates
    not_applicable = add_leaf(
        work, leaves, name, Leaf("not_applicable", None, -1, (), gate_asks(work, question))
    )
    out_of_scope = add_leaf(work, leaves, name, Leaf("out_of_scope", None, -2, (), gate_asks(work, None)))
    return diagrams.choose(scope, diagrams.choose(asked, tree, not_applicable), out_of_scope)


def add_leaf(work: Lowering, leaves: list[Leaf], name: str, leaf: Leaf, place: tuple[int, ...] = ()) -> int:
    leaves.append(leaf)
    work.places.setdefault(name, []).append(place)
    return work.diagrams.end((name, len(leaves) - 1))


def tree_of(
    work: Lowering, name: str, leaves: list[Leaf], node: ir.Node, context: int, path: Trail, at: str
) -> int:
    match node:
        case ir.Outcome():
            return leaf_of(work, name, leaves, node, path)
        case ir.Split():
            return _split(work, name, leaves, node, context, path, at)
        case ir.As():
            raise AssertionError("an `as` is followed by its split")


def leaf_of(work: Lowering, name: str, leaves: list[Leaf], outcome: ir.Outcome, path: Trail) -> int:
    """A leaf for each way in which the conditions of its order lines come out."""
    conditions = conditions_of(outcome, work.regimens)
    reasons: list[ir.Condition] = []
    if work.avoids.avoids:
        whole = settled(outcome, work.regimens, dict.fromkeys(conditions, True), path.cites)
        reasons = avoided.asked(work.avoids, whole, name)
    if len(conditions) + len(reasons) > MOST_OWN_CONDITIONS:  # of the rows of a table that hold together
        raise TooLarge
    asks = unique(path.asks + reads(work, *conditions) + _reasons_read(work, reasons))

    def settle(at: int, truth: dict[ir.Condition, bool]) -> int:
        if at == len(conditions):
            ready = settled(outcome, work.regimens, truth, path.cites)
            _warn_of_uncited(work, ready)
            return _weighed(work, name, leaves, ready, replace(path, asks=asks))
        node = checked(work, conditions[at], work.diagrams.true, outcome.span)
        then = settle(at + 1, {**truth, conditions[at]: True})
        otherwise = settle(at + 1, {**truth, conditions[at]: False})
        return work.diagrams.choose(node, then, otherwise)

    return settle(0, {})


def _reasons_read(work: Lowering, reasons: list[ir.Condition]) -> tuple[str, ...]:
    """What the reasons to avoid something read; each is looked at once, however many outcomes it speaks against."""
    for one in reasons:
        if one not in work.asked:
            work.asked[one] = reads(work, one)
    return tuple(name for one in reasons for name in work.asked[one])


def _weighed(work: Lowering, name: str, leaves: list[Leaf], ready: ir.Outcome, path: Trail) -> int:
    """A leaf for each way in which the reasons to avoid what an outcome gives come out."""
    marked = avoided.marked(work.avoids, ready, name)
    conditions = avoided.conditions(work.avoids, marked, name)

    def weigh(at: int, held: tuple[ir.Condition, ...]) -> int:
        if at == len(conditions):
            outcome = avoided.weighed(work.avoids, marked, name, held)
            group = work.groups.setdefault(essence(outcome), len(work.groups))
            leaf = Leaf(outcome.status, outcome, group, path.steps, path.asks, path.place)
            return add_leaf(work, leaves, name, leaf, path.place)
        condition, span = conditions[at]
        if condition not in work.reasons:
            work.reasons[condition] = checked(work, condition, work.diagrams.true, span)
        node = work.reasons[condition]
        if node == work.diagrams.false:
            return weigh(at + 1, held)
        then = weigh(at + 1, (*held, condition))
        if node == work.diagrams.true:
            return then
        return work.diagrams.choose(node, then, weigh(at + 1, held))

    return weigh(0, ())


def _warn_of_uncited(work: Lowering, outcome: ir.Outcome) -> None:
    for one in outcome.recommendations:
        if not (one.cites.statements or one.cites.inferred):
            message = "no statement is cited for this recommendation, nor on the way to it"
            known = (each.id for source in work.guideline.sources for each in source.statements)
            work.found.append(warning("uncited_recommendation", message, one.span, cite_one(known)))
    for answer in outcome.answers:
        _warn_of_uncited(work, answer)


def _split(
    work: Lowering, name: str, leaves: list[Leaf], split: ir.Split, context: int, path: Trail, at: str
) -> int:
    diagrams = work.diagrams
    numbered = diagrams.both(context, diagrams.negate(named_by_label(work, split.by, split.branches)))
    tests = tests_of(
        work,
        [None if one.condition is None else (one.condition, one.span) for one in split.branches],
        numbered,
        ("branch", split.by),
    )
    rest = bool(split.branches) and split.branches[-1].condition is None
    arms = Arms("branch", split.by, split.span, tuple(branch.span for branch in split.branches), rest)
    check_overlap(work, arms, tests, context)
    gap = diagrams.end(_GAP)
    found: list[int] = []
    asks = _split_asks(work, split, path)
    for index, (branch, test, asked) in reversed(
        list(enumerate(zip(split.branches, tests, asks, strict=True)))
    ):
        inside = diagrams.both(context, test)
        check_reached(work, arms, index, inside)
        body, cites = branch.node, branch.cites
        if isinstance(body, ir.As):
            target = split.branches[body.branch]
            cites = joined(joined(cites, body.cites), target.cites)
            body = target.node
        step = Step(
            split.by or "when",
            branch.value or _truth(branch),
            joined(split.cites, branch.cites).statements,
            branch.span.line,
        )
        longer = Trail((*path.steps, step), joined(path.cites, cites), asked, (*path.place, index))
        found.append(diagrams.choose(test, tree_of(work, name, leaves, body, inside, longer, at), gap))
    covered = diagrams.any(tests)
    check_gap(work, arms, diagrams.both(context, diagrams.negate(covered)))
    return diagrams.merged(found[::-1], gap)


def tests_of(
    work: Lowering,
    conditions: list[tuple[ir.Condition, Span] | None],
    context: int,
    label: tuple[str, str] = ("", ""),
) -> list[int]:
    """The diagrams of conditions; None is what the others leave. `label` as in `checked`."""
    tests = [None if one is None else checked(work, one[0], context, one[1], label) for one in conditions]
    if None not in tests:
        return [test for test in tests if test is not None]
    rest = work.diagrams.negate(work.diagrams.any([test for test in tests if test is not None]))
    return [rest if test is None else test for test in tests]


def named_by_label(work: Lowering, by: str, parts: Sequence[ir.Branch | ir.Arm | ir.Band]) -> int:
    """The named values that a `by` has a branch for, all of them where nothing takes the rest: then one without a branch
    is a gap. A branch of numbers need not speak of them."""
    node = work.diagrams.false
    entry = work.coordinates.inputs.get(by)
    if entry is not None and entry.named and all(part.condition is not None for part in parts):
        return diagram_of(work, ir.Is(by, tuple(value.id for value in entry.named)))
    waiting = [part.condition for part in parts]
    while by in work.coordinates.inputs and waiting:
        match waiting.pop():
            case ir.Is() as condition:
                node = work.diagrams.either(node, diagram_of(work, condition))
            case ir.Or(operands):
                waiting += operands
            case _:
                pass
    return node


def _split_asks(work: Lowering, split: ir.Split, path: Trail) -> list[tuple[str, ...]]:
    """What was asked on the way into each branch: the conditions of those before it too."""
    asks = path.asks
    found = []
    for branch in split.branches:
        asks = unique(asks + reads(work, branch.condition))
        found.append(asks)
    return found


def unique(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _truth(branch: ir.Branch) -> str:
    return "otherwise" if branch.condition is None else "yes"


def table_of(work: Lowering, name: str, node: int, span: Span) -> Table:
    node = without_impossible(work, node)
    leaves = tuple(work.leaves[name])
    if has_faults(work.found) or too_many(work, node, span):
        return Table(leaves, ())
    rows: list[Row] = []
    for cells, value in work.diagrams.rows(node):
        if isinstance(value, tuple):
            rows.append(Row(masked(cells), value[1]))
    return _in_text_order(leaves, rows, text_order(work, name))


def _in_text_order(leaves: tuple[Leaf, ...], rows: list[Row], order: list[int]) -> Table:
    """Leaves in the order of the text (they are made from the last branch to the first), the gates' ends last."""
    place = {old: new for new, old in enumerate(order)}
    moved = [Row(row.cells, place[row.leaf]) for row in rows]
    return Table(tuple(leaves[at] for at in order), tuple(sorted(moved, key=lambda row: row.leaf)))


def text_order(work: Lowering, name: str) -> list[int]:
    leaves, places = work.leaves[name], work.places[name]
    return sorted(range(len(leaves)), key=lambda at: (_late(leaves[at]), places[at], at))


def _late(leaf: Leaf) -> int:
    return {"not_applicable": 1, "out_of_scope": 2}.get(leaf.status, 0)
