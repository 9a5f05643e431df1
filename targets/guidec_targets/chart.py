"""Decisions to the boxes, questions and arrows of a flowchart.

A decision that asks for another's outcome is drawn behind it: from each end of the first, what the second still asks there.
Every part knows its place in the author's tree, so that a patient's way can be told from the rest.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from guidec import ir
from guidec.evaluate.paths import ASKED, IN_SCOPE, NOT_ASKED, OUT_OF_SCOPE, Place
from guidec.given import alternatives, among, covered, thing_of
from guidec.lower.outcomes import essence
from guidec.record import parts
from guidec.source import Span
from guidec.wording import condition_in_words, split_label

MOST_ENDS = 300
MOST_IN_ONE_PICTURE = 600

WHICH = "Which holds?"

Kept = Callable[[str, tuple[Place, ...]], bool]
"""Whether the branches at these places of a decision are drawn where there are too many."""


@dataclass(frozen=True, slots=True)
class Question:
    """`heading` is the decision that begins here, empty further down; `asks` are the conditions of its branches, and `by`
    what they all ask, if that is one thing; `reading` where that is not the patient but how the text is read."""

    id: str
    heading: str
    text: str
    statements: tuple[str, ...]
    span: Span
    copy: int
    places: tuple[Place, ...]
    asks: tuple[ir.Condition, ...]
    by: str = ""
    reading: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """An end: its outcome, and the statements of the branch that leads to it.

    A box without outcome has a `title`: a gate, or what is not drawn.
    """

    id: str
    outcome: ir.Outcome | None
    cites: ir.Citation
    copy: int
    places: tuple[Place, ...]
    title: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A decision that is a table, and the rows of it that are drawn, by their position."""

    id: str
    table: ir.Table
    rows: tuple[int, ...]
    span: Span
    copy: int
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Edge:
    """`asks` are the conditions that send a patient this way."""

    start: str
    end: str
    label: str
    copy: int
    places: tuple[Place, ...]
    asks: tuple[ir.Condition, ...] = ()
    follows: bool = False


@dataclass(frozen=True, slots=True)
class Copy:
    """A decision as it is drawn once: at the start, or behind some ends of another."""

    decision: ir.Decision
    behind: tuple[str, ...]


@dataclass(slots=True)
class Chart:
    questions: list[Question] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    sheets: list[Sheet] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)
    columns: list[list[str]] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    folded: list[tuple[ir.Decision, int]] = field(default_factory=list)

    def name(self) -> str:
        return f"n{len(self.questions) + len(self.boxes) + len(self.sheets)}"


@dataclass(frozen=True, slots=True)
class _Arm:
    """One branch. `to` is the position of the branch that it goes the way of, for `as`."""

    branch: ir.Branch
    places: tuple[Place, ...]
    node: "_Tree"
    to: int | None = None


@dataclass(frozen=True, slots=True)
class _Fork:
    split: ir.Split
    places: tuple[Place, ...]
    arms: tuple[_Arm, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _End:
    outcome: ir.Outcome
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class _Rows:
    table: ir.Table
    kept: tuple[int, ...]


_Tree = _Fork | _End | _Rows


def chart_of(guideline: ir.Guideline, kept: Kept | None = None, scope: bool = False) -> Chart:
    """All decisions of a guideline in one chart, those that read another behind it.

    With `scope`, whether the guideline applies is the first question. A decision of too many ends is left to its `kept`
    branches, or is one box.
    """
    drawing = _Drawing(guideline, Chart(), kept)
    ends: dict[str, list[Box | Sheet]] = {}
    starts: list[tuple[str, int]] = []
    for decision in _in_reading_order(guideline):
        chart = drawing.chart
        boxes, sheets = len(chart.boxes), len(chart.sheets)
        reads = [name for name in _reads(decision) if name in ends]
        tree = drawing.planted(decision)
        if reads:
            drawing.behind(decision, tree, reads[0], ends[reads[0]])
        else:
            chart.copies.append(Copy(decision, ()))
            starts.append((drawing.gated(tree, decision), len(chart.copies) - 1))
        ends[decision.id] = [*chart.boxes[boxes:], *chart.sheets[sheets:]]
        chart.columns.append([end.id for end in ends[decision.id]])
    if scope and guideline.applies is not None and starts:
        drawing.scope(guideline.applies, starts)
    return drawing.chart


def ends_of(decision: ir.Decision) -> int:
    """How many ends a tree has, those behind each `as` counted again; how many rows a table has."""
    return len(decision.tree.rows) if isinstance(decision.tree, ir.Table) else _ends(decision.tree)


def _ends(node: ir.Node) -> int:
    if not isinstance(node, ir.Split):
        return 1
    sizes = [0 if isinstance(branch.node, ir.As) else _ends(branch.node) for branch in node.branches]
    again = [branch.node.branch for branch in node.branches if isinstance(branch.node, ir.As)]
    return sum(sizes) + sum(sizes[at] for at in again)


def _in_reading_order(guideline: ir.Guideline) -> list[ir.Decision]:
    """A decision after those that it reads, otherwise as the text has them."""
    waiting = [one for one in guideline.decisions if isinstance(one, ir.Decision)]
    read = {one.id: _reads(one).keys() - {one.id} for one in waiting}
    done: list[ir.Decision] = []
    while waiting:
        left = {one.id for one in waiting}
        ready = next(one for one in waiting if not left & read[one.id])
        waiting.remove(ready)
        done.append(ready)
    return done


def _reads(decision: ir.Decision) -> dict[str, None]:
    read = [one.decision for one in parts(decision.asked, decision.tree) if isinstance(one, ir.Recommends)]
    return dict.fromkeys(read)


# --- the author's tree, each part with its place -----------------------------


def _placed(node: ir.Node | ir.Table, places: tuple[Place, ...]) -> _Tree:
    """Behind a branch that others are decided `as` lie the places of all of them."""
    if isinstance(node, ir.Outcome):
        return _End(node, places)
    if isinstance(node, ir.Table):
        return _Rows(node, tuple(range(len(node.rows))))
    assert isinstance(node, ir.Split)
    own = [tuple((*place, at) for place in places) for at in range(len(node.branches))]
    behind = list(own)
    for at, branch in enumerate(node.branches):
        if isinstance(branch.node, ir.As):
            behind[branch.node.branch] += own[at]
    drawn = {
        at: _placed(branch.node, behind[at])
        for at, branch in enumerate(node.branches)
        if not isinstance(branch.node, ir.As)
    }
    arms = tuple(
        _Arm(branch, own[at], drawn[branch.node.branch], branch.node.branch)
        if isinstance(branch.node, ir.As)
        else _Arm(branch, own[at], drawn[at])
        for at, branch in enumerate(node.branches)
    )
    return _Fork(node, places, arms)


def _size(tree: _Tree) -> int:
    if isinstance(tree, _End):
        return 1
    if isinstance(tree, _Rows):
        return len(tree.kept)
    return sum(_size(arm.node) for arm in tree.arms if arm.to is None) + bool(tree.left_out)


def _left(tree: _Tree, keep: Callable[[tuple[Place, ...]], bool]) -> _Tree:
    """A tree without the branches that aren't kept; each fork counts those that it lost."""
    if isinstance(tree, _End):
        return tree
    if isinstance(tree, _Rows):
        return replace(tree, kept=tuple(at for at in tree.kept if keep(((*ASKED, at),))))
    kept = {at for at, arm in enumerate(tree.arms) if keep(arm.places)}
    kept |= {arm.to for at, arm in enumerate(tree.arms) if at in kept and arm.to is not None}
    if any(arm.to is not None for arm in tree.arms):
        kept = set(range(len(tree.arms))) if kept else set()  # positions that `as` names stay true
    arms = tuple(replace(arm, node=_left(arm.node, keep)) for at, arm in enumerate(tree.arms) if at in kept)
    return replace(tree, arms=arms, left_out=len(tree.arms) - len(arms))


# --- drawing -----------------------------------------------------------------


@dataclass(slots=True)
class _Drawing:
    guideline: ir.Guideline
    chart: Chart
    kept: Kept | None

    @property
    def copy(self) -> int:
        return len(self.chart.copies) - 1

    def planted(self, decision: ir.Decision) -> _Tree | None:
        """The tree of a decision; None where it is too large to be drawn."""
        room = min(MOST_ENDS, MOST_IN_ONE_PICTURE - len(self.chart.boxes))
        size = ends_of(decision)
        tree = _placed(decision.tree, (ASKED,)) if size <= room or self.kept else None
        if tree is not None and size > room and self.kept is not None:
            keep = self.kept
            tree = _left(tree, lambda places: keep(decision.id, places))
            tree = tree if _size(tree) <= room else None
        if tree is None:
            self.chart.folded.append((decision, size))
        return tree

    def gated(self, tree: _Tree | None, decision: ir.Decision) -> str:
        """Draw a decision, the question whether it is asked before it; gives the name of its first part."""
        if decision.asked is None:
            return self.start(tree, decision)
        chart = self.chart
        text = condition_in_words(self.guideline, decision.asked)
        asked = Question(
            chart.name(), decision.label, text, decision.asked_cites.statements, decision.span, self.copy,
            (IN_SCOPE,), (decision.asked,),
        )  # fmt: skip
        chart.questions.append(asked)
        first = self.start(tree, decision, not_asked=True)
        chart.edges.append(Edge(asked.id, first, "yes", self.copy, (ASKED,), (decision.asked,)))
        other = Box(chart.name(), None, ir.Citation(), self.copy, (NOT_ASKED,), "Not asked")
        chart.boxes.append(other)
        chart.edges.append(Edge(asked.id, other.id, "no", self.copy, (NOT_ASKED,), (decision.asked,)))
        return asked.id

    def start(self, tree: _Tree | None, decision: ir.Decision, not_asked: bool = False) -> str:
        if tree is None:
            text = f"{ends_of(decision):,} ends are too many to draw."
            box = Box(self.chart.name(), None, ir.Citation(), self.copy, (ASKED,), decision.label, text)
            self.chart.boxes.append(box)
            return box.id
        heading = "" if not_asked else decision.label
        if isinstance(tree, _End) and heading:
            question = Question(
                self.chart.name(), heading, "In every case", (), decision.span, self.copy, tree.places, ()
            )
            self.chart.questions.append(question)
            end = self.node(tree, ir.Citation(), "")
            self.chart.edges.append(Edge(question.id, end, "", self.copy, tree.places))
            return question.id
        return self.node(tree, ir.Citation(), heading)

    def node(self, tree: _Tree, cites: ir.Citation, heading: str) -> str:
        match tree:
            case _End():
                return self.box(tree, cites)
            case _Fork():
                return self.fork(tree, heading)
            case _Rows(table, kept):
                sheet = Sheet(self.chart.name(), table, kept, table.span, self.copy, (ASKED,))
                self.chart.sheets.append(sheet)
                return sheet.id

    def box(self, end: _End, cites: ir.Citation) -> str:
        outcome = with_orders(self.guideline, end.outcome)
        box = Box(self.chart.name(), outcome, cites, self.copy, end.places)
        self.chart.boxes.append(box)
        return box.id

    def fork(self, fork: _Fork, heading: str) -> str:
        chart, split = self.chart, fork.split
        conditions = tuple(one.condition for one in split.branches if one.condition is not None)
        question = Question(
            chart.name(), heading, _question_text(self.guideline, split), split.cites.statements, split.span,
            self.copy, fork.places, conditions, split.by,
            any(one.id == split.by for one in self.guideline.readings),
        )  # fmt: skip
        chart.questions.append(question)
        drawn: dict[int, str] = {}
        equal: dict[object, tuple[str, int]] = {}
        for at, arm in enumerate(fork.arms):
            if arm.to is not None:
                continue
            key = _same_end(self.guideline, arm.node)
            if key is not None and key in equal:
                drawn[at] = equal[key][0]
                box_at = equal[key][1]
                chart.boxes[box_at] = _also(chart.boxes[box_at], arm)
            else:
                drawn[at] = self.node(arm.node, arm.branch.cites, "")
                if key is not None:
                    equal[key] = (drawn[at], len(chart.boxes) - 1)
            label = _edge_label(self.guideline, split, arm.branch)
            if isinstance(arm.node, _Fork) and arm.branch.cites.statements:
                label += f" [{' '.join(arm.branch.cites.statements)}]"
            chart.edges.append(self.edge(question, drawn[at], label, arm))
        for arm in fork.arms:
            if arm.to is not None:
                label = _as_label(self.guideline, split, arm)
                chart.edges.append(self.edge(question, drawn[arm.to], label, arm))
        if fork.left_out:
            self.left_out(question, fork.left_out)
        return question.id

    def edge(self, question: Question, end: str, label: str, arm: _Arm) -> Edge:
        asks = question.asks if arm.branch.condition is None else (arm.branch.condition,)
        return Edge(question.id, end, label, self.copy, arm.places, asks)

    def left_out(self, question: Question, count: int) -> None:
        text = f"{count:,} more {'branch is' if count == 1 else 'branches are'} ruled out."
        box = Box(self.chart.name(), None, ir.Citation(), self.copy, (), "Not drawn", text)
        self.chart.boxes.append(box)
        self.chart.edges.append(Edge(question.id, box.id, "", self.copy, ()))

    # --- one decision behind another ---

    def behind(self, decision: ir.Decision, tree: _Tree | None, before: str, ends: list[Box | Sheet]) -> None:
        """Ends of the earlier decision that leave the same questions open share one drawing of the later one."""
        groups: dict[str, tuple[_Tree | None, ir.Condition | None, list[Box | Sheet]]] = {}
        for box in ends:
            outcome = box.outcome if isinstance(box, Box) else None
            if box.places == (OUT_OF_SCOPE,) or not box.places:
                continue
            names: set[str] | None = set()
            if outcome is None and box.places != (NOT_ASKED,):
                names = None  # a table, or a folded decision: any of its ends
            elif outcome is not None and _may_be_avoided(self.guideline, outcome):
                names = None  # it may become a conflict, which recommends nothing
            elif outcome is not None and outcome.status == "determined":
                names = {one.id for one in outcome.recommendations if one.direction == "for"}
            asked, rest = decision.asked, tree
            if names is not None:
                asked = None if asked is None else known(asked, before, names)
                rest = None if tree is None else simplified(tree, before, names)
            key = repr((asked, None if rest is None else _shape(rest)))
            groups.setdefault(key, (rest, asked, []))[2].append(box)
        for rest, asked, boxes in groups.values():
            self.chart.copies.append(Copy(decision, tuple(box.id for box in boxes)))
            first = self.gated_behind(rest, asked, decision)
            for box in boxes:
                self.chart.edges.append(Edge(box.id, first, "", box.copy, box.places, follows=True))

    def gated_behind(self, tree: _Tree | None, asked: ir.Condition | None, decision: ir.Decision) -> str:
        if isinstance(asked, ir.Always):
            if asked.value:
                return self.start(tree, decision)
            box = Box(
                self.chart.name(), None, ir.Citation(), self.copy, (NOT_ASKED,), "Not asked", decision.label
            )
            self.chart.boxes.append(box)
            return box.id
        return self.gated(tree, replace(decision, asked=asked))

    def scope(self, applies: ir.Condition, starts: list[tuple[str, int]]) -> None:
        """The question before all others, and its other end."""
        chart = self.chart
        guideline = self.guideline
        question = Question(
            chart.name(), "Who is meant", condition_in_words(guideline, applies),
            guideline.applies_cites.statements, guideline.span, starts[0][1], ((),), (applies,),
        )  # fmt: skip
        chart.questions.append(question)
        for first, copy in starts:
            chart.edges.append(Edge(question.id, first, "yes", copy, (IN_SCOPE,), (applies,)))
        box = Box(chart.name(), None, ir.Citation(), starts[0][1], (OUT_OF_SCOPE,), "Out of scope")
        chart.boxes.append(box)
        chart.edges.append(Edge(question.id, box.id, "no", starts[0][1], (OUT_OF_SCOPE,), (applies,)))


def _may_be_avoided(guideline: ir.Guideline, outcome: ir.Outcome) -> bool:
    """Whether there are reasons to avoid something that an outcome, or an answer of it, gives."""
    orders = [
        order
        for one in parts(outcome)
        if isinstance(one, ir.Recommendation) and one.direction == "for" and guideline.avoids
        for line in one.orders
        for order in alternatives(line)
    ]
    return any(
        among(thing, covered(guideline, name))
        for thing in map(thing_of, orders)
        if thing is not None
        for avoid in guideline.avoids
        for name in (avoid.item, avoid.other)
        if name is not None
    )


def with_orders(guideline: ir.Guideline, outcome: ir.Outcome) -> ir.Outcome:
    """The outcome with the orders of its regimens, their own conditions kept to be shown."""
    regimens = {regimen.id: regimen for regimen in guideline.regimens}
    recommendations = tuple(
        one if one.regimen is None else replace(one, orders=regimens[one.regimen].orders)
        for one in outcome.recommendations
    )
    return replace(
        outcome,
        recommendations=recommendations,
        answers=tuple(with_orders(guideline, one) for one in outcome.answers),
    )


def _same_end(guideline: ir.Guideline, node: _Tree) -> object | None:
    """What makes two ends of one question a single box."""
    if not isinstance(node, _End) or not node.outcome.recommendations:
        return None
    wordings = [one.wording for one in node.outcome.recommendations]
    return repr((essence(with_orders(guideline, node.outcome)), wordings))


def _also(box: Box, arm: _Arm) -> Box:
    """A box to which one more branch leads."""
    assert isinstance(arm.node, _End)
    assert box.outcome is not None
    recommendations = tuple(
        replace(
            one,
            cites=ir.Citation(
                tuple(dict.fromkeys(one.cites.statements + other.cites.statements)), one.cites.inferred
            ),
            grades=tuple(dict.fromkeys(one.grades + other.grades)),
        )
        for one, other in zip(box.outcome.recommendations, arm.node.outcome.recommendations, strict=True)
    )
    cites = ir.Citation(tuple(dict.fromkeys(box.cites.statements + arm.branch.cites.statements)))
    outcome = replace(box.outcome, recommendations=recommendations)
    return replace(box, outcome=outcome, cites=cites, places=box.places + arm.node.places)


def _question_text(guideline: ir.Guideline, split: ir.Split) -> str:
    return f"{split_label(guideline, split.by)}?" if split.by else WHICH


def _edge_label(guideline: ir.Guideline, split: ir.Split, branch: ir.Branch) -> str:
    if split.by:
        return branch.label
    return "otherwise" if branch.condition is None else condition_in_words(guideline, branch.condition)


def _as_label(guideline: ir.Guideline, split: ir.Split, arm: _Arm) -> str:
    assert isinstance(arm.branch.node, ir.As)
    target = split.branches[arm.branch.node.branch]
    label = f"{_edge_label(guideline, split, arm.branch)}: as {target.label or target.value}"
    cites = tuple(dict.fromkeys(arm.branch.cites.statements + arm.branch.node.cites.statements))
    return f"{label} [{' '.join(cites)}]" if cites else label


# --- what is still asked behind an end ---------------------------------------


def simplified(tree: _Tree, decision: str, names: set[str]) -> _Tree:
    """A tree after the earlier decision recommended `names`: branches that can't hold fall away."""
    if not isinstance(tree, _Fork):
        return tree
    arms: list[_Arm] = []
    for arm in tree.arms:
        condition = None if arm.branch.condition is None else known(arm.branch.condition, decision, names)
        if isinstance(condition, ir.Always):
            if condition.value:
                return simplified(arm.node, decision, names)
            continue
        branch = replace(arm.branch, condition=condition)
        arms.append(replace(arm, branch=branch, node=simplified(arm.node, decision, names)))
    if len(arms) == 1 and arms[0].branch.condition is None:
        return arms[0].node
    if any(arm.to is not None for arm in tree.arms):
        return tree
    return replace(tree, arms=tuple(arms))


def _shape(tree: _Tree) -> object:
    """What is asked and answered, without the author's nodes that it was made of."""
    if isinstance(tree, _End):
        return tree.places, tree.outcome
    if isinstance(tree, _Rows):
        return "table"
    return tree.places, tuple((arm.branch.condition, arm.to, _shape(arm.node)) for arm in tree.arms)


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
