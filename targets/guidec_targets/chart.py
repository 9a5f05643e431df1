"""Decisions to the boxes, questions and arrows of a flowchart.

A decision that asks for another's outcome is drawn behind it: from each end of the first, what the second still asks there.
"""

from dataclasses import dataclass, field, replace

from guidec import ir
from guidec.lower.outcomes import essence
from guidec.record import parts
from guidec.source import Span
from guidec.wording import condition_in_words, label_of


@dataclass(frozen=True, slots=True)
class Question:
    """`heading` is the decision that begins here, empty further down."""

    id: str
    heading: str
    text: str
    statements: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Box:
    """An end: its outcome, and the statements of the branch that leads to it."""

    id: str
    outcome: ir.Outcome
    cites: ir.Citation


@dataclass(frozen=True, slots=True)
class Edge:
    start: str
    end: str
    label: str
    follows: bool = False


@dataclass(slots=True)
class Chart:
    questions: list[Question] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)

    def name(self) -> str:
        return f"n{len(self.questions) + len(self.boxes)}"


def chart_of(guideline: ir.Guideline) -> Chart:
    """All decisions of a guideline in one chart, those that read another behind it."""
    chart = Chart()
    ends: dict[str, list[Box]] = {}
    for decision in _in_reading_order(guideline):
        before = len(chart.boxes)
        reads = [name for name in _reads(decision) if name in ends]
        if reads:
            _draw_behind(guideline, chart, decision, reads[0], ends[reads[0]])
        else:
            _draw(guideline, chart, tree_of(decision), decision, None)
        ends[decision.id] = chart.boxes[before:]
        chart.columns.append([box.id for box in chart.boxes[before:]])
    return chart


def _in_reading_order(guideline: ir.Guideline) -> list[ir.Decision]:
    """A decision after those that it reads, otherwise as the text has them."""
    waiting = [one for one in guideline.decisions if isinstance(one, ir.Decision)]
    done: list[ir.Decision] = []
    while waiting:
        ready = next(
            one for one in waiting if not {other.id for other in waiting} & (_reads(one).keys() - {one.id})
        )
        waiting.remove(ready)
        done.append(ready)
    return done


def _reads(decision: ir.Decision) -> dict[str, None]:
    read = [one.decision for one in parts(decision.asked, decision.tree) if isinstance(one, ir.Recommends)]
    return dict.fromkeys(read)


def tree_of(decision: ir.Decision) -> ir.Split | ir.Outcome:
    """A decision's tree; the rows of a table as branches."""
    if not isinstance(decision.tree, ir.Table):
        return decision.tree
    branches = tuple(
        ir.Branch("", "", row.condition, row.outcome, row.cites, row.span) for row in decision.tree.rows
    )
    return ir.Split("", branches, decision.tree.cites, decision.tree.span)


# --- drawing -----------------------------------------------------------------


def _draw(
    guideline: ir.Guideline, chart: Chart, tree: ir.Node, decision: ir.Decision, start: Edge | None
) -> str:
    """Draw a tree; gives the name of its first node."""
    if decision.asked is not None and start is None:
        asked = Question(
            chart.name(),
            decision.label,
            condition_in_words(guideline, decision.asked),
            decision.asked_cites.statements,
            decision.span,
        )
        chart.questions.append(asked)
        chart.edges.append(
            Edge(asked.id, _node(guideline, chart, tree, decision, ir.Citation(), False), "yes")
        )
        return asked.id
    return _node(guideline, chart, tree, decision, ir.Citation(), True)


def _node(
    guideline: ir.Guideline,
    chart: Chart,
    node: ir.Node,
    decision: ir.Decision,
    cites: ir.Citation,
    first: bool,
) -> str:
    match node:
        case ir.Outcome():
            return _box(guideline, chart, node, cites)
        case ir.Split():
            return _split(guideline, chart, node, decision, first)
        case ir.As():
            raise AssertionError("an `as` is drawn by its split")


def _box(guideline: ir.Guideline, chart: Chart, outcome: ir.Outcome, cites: ir.Citation) -> str:
    box = Box(chart.name(), _with_orders(guideline, outcome), cites)
    chart.boxes.append(box)
    return box.id


def _with_orders(guideline: ir.Guideline, outcome: ir.Outcome) -> ir.Outcome:
    """The outcome with the orders of its regimens, their own conditions kept to be shown."""
    regimens = {regimen.id: regimen for regimen in guideline.regimens}
    recommendations = tuple(
        one if one.regimen is None else replace(one, orders=regimens[one.regimen].orders)
        for one in outcome.recommendations
    )
    return replace(
        outcome,
        recommendations=recommendations,
        answers=tuple(_with_orders(guideline, one) for one in outcome.answers),
    )


def _split(guideline: ir.Guideline, chart: Chart, split: ir.Split, decision: ir.Decision, first: bool) -> str:
    heading = decision.label if first else ""
    question = Question(
        chart.name(), heading, _question_text(guideline, split), split.cites.statements, split.span
    )
    chart.questions.append(question)
    drawn: dict[int, str] = {}
    equal: dict[object, tuple[str, int]] = {}
    for at, branch in enumerate(split.branches):
        if isinstance(branch.node, ir.As):
            continue
        key = _same_end(guideline, branch.node)
        if key is not None and key in equal:
            drawn[at] = equal[key][0]
            box_at = equal[key][1]
            chart.boxes[box_at] = _also_cites(chart.boxes[box_at], branch)
        else:
            drawn[at] = _node(guideline, chart, branch.node, decision, branch.cites, False)
            if key is not None:
                equal[key] = (drawn[at], len(chart.boxes) - 1)
        label = _edge_label(guideline, split, branch)
        if isinstance(branch.node, ir.Split) and branch.cites.statements:
            label += f" [{' '.join(branch.cites.statements)}]"
        chart.edges.append(Edge(question.id, drawn[at], label))
    for branch in split.branches:
        if isinstance(branch.node, ir.As):
            target = split.branches[branch.node.branch]
            label = f"{_edge_label(guideline, split, branch)}: as {target.label or target.value}"
            cites = tuple(dict.fromkeys(branch.cites.statements + branch.node.cites.statements))
            label += f" [{' '.join(cites)}]" if cites else ""
            chart.edges.append(Edge(question.id, drawn[branch.node.branch], label))
    return question.id


def _same_end(guideline: ir.Guideline, node: ir.Node) -> object | None:
    """What makes two ends of one question a single box."""
    if not isinstance(node, ir.Outcome) or not node.recommendations:
        return None
    regimens = {regimen.id: regimen for regimen in guideline.regimens}
    kept = replace(
        node, recommendations=tuple(replace(one, wording=one.wording) for one in node.recommendations)
    )
    return repr(
        (essence(_with_orders(guideline, kept)), [one.wording for one in node.recommendations], len(regimens))
    )


def _also_cites(box: Box, branch: ir.Branch) -> Box:
    assert isinstance(branch.node, ir.Outcome)
    recommendations = tuple(
        replace(
            one,
            cites=ir.Citation(
                tuple(dict.fromkeys(one.cites.statements + other.cites.statements)), one.cites.inferred
            ),
            grades=tuple(dict.fromkeys(one.grades + other.grades)),
        )
        for one, other in zip(box.outcome.recommendations, branch.node.recommendations, strict=True)
    )
    cites = ir.Citation(tuple(dict.fromkeys(box.cites.statements + branch.cites.statements)))
    return replace(box, outcome=replace(box.outcome, recommendations=recommendations), cites=cites)


def _question_text(guideline: ir.Guideline, split: ir.Split) -> str:
    if split.by:
        for things in (guideline.inputs, guideline.readings, guideline.definitions):
            if any(thing.id == split.by for thing in things):
                return f"{label_of(things, split.by)}?"
    return "Which holds?"


def _edge_label(guideline: ir.Guideline, split: ir.Split, branch: ir.Branch) -> str:
    if split.by:
        return branch.label
    return "otherwise" if branch.condition is None else condition_in_words(guideline, branch.condition)


# --- one decision behind another ---------------------------------------------


def _draw_behind(
    guideline: ir.Guideline, chart: Chart, decision: ir.Decision, before: str, ends: list[Box]
) -> None:
    """Ends of the earlier decision that leave the same questions open share one drawing of the later one."""
    groups: dict[str, tuple[ir.Node, list[Box]]] = {}
    for box in ends:
        names = {one.id for one in box.outcome.recommendations if one.direction == "for"}
        if box.outcome.status != "determined":
            names = set()
        tree = simplified(tree_of(decision), before, names)
        groups.setdefault(repr(tree), (tree, []))[1].append(box)
    for tree, boxes in groups.values():
        first = _node(guideline, chart, tree, decision, ir.Citation(), True)
        for box in boxes:
            chart.edges.append(Edge(box.id, first, "", follows=True))


def simplified(node: ir.Node, decision: str, names: set[str]) -> ir.Node:
    """A tree after the earlier decision recommended `names`: branches that can't hold fall away."""
    if not isinstance(node, ir.Split):
        return node
    branches: list[ir.Branch] = []
    for branch in node.branches:
        condition = None if branch.condition is None else known(branch.condition, decision, names)
        if isinstance(condition, ir.Always):
            if condition.value:
                return _held(node, branch, decision, names)
            continue
        branches.append(replace(branch, condition=condition, node=simplified(branch.node, decision, names)))
    if len(branches) == 1 and branches[0].condition is None:
        return branches[0].node
    if any(isinstance(branch.node, ir.As) for branch in node.branches):
        return node
    return replace(node, branches=tuple(branches))


def _held(split: ir.Split, branch: ir.Branch, decision: str, names: set[str]) -> ir.Node:
    target = split.branches[branch.node.branch].node if isinstance(branch.node, ir.As) else branch.node
    return simplified(target, decision, names)


def known(condition: ir.Condition, decision: str, names: set[str]) -> ir.Condition:
    """A condition in which the earlier decision's outcome is known."""
    match condition:
        case ir.Recommends(name, outcome) if name == decision:
            return ir.Always(outcome in names)
        case ir.Not(operand):
            inner = known(operand, decision, names)
            return ir.Always(not inner.value) if isinstance(inner, ir.Always) else ir.Not(inner)
        case ir.And(operands) | ir.Or(operands):
            decisive = isinstance(condition, ir.Or)
            parts = [known(operand, decision, names) for operand in operands]
            if any(isinstance(part, ir.Always) and part.value is decisive for part in parts):
                return ir.Always(decisive)
            kept = tuple(part for part in parts if not isinstance(part, ir.Always))
            if not kept:
                return ir.Always(not decisive)
            return kept[0] if len(kept) == 1 else type(condition)(kept)
        case _:
            return condition
