"""A chart and a patient to what is marked in it: the ways taken, those still possible, and what is written at them."""

from dataclasses import dataclass, field

from guidec import ir
from guidec.evaluate.paths import ASKED, EVERYONE, Paths, Place, Ways, place_of
from guidec.rows import Leaf
from guidec.show import STATUS_WORDS
from guidec_targets.chart import Box, Chart, Edge, Question, Sheet, with_orders
from guidec_targets.chart_text import Line, Manner
from guidec_targets.grid import State
from guidec_targets.patient import Patient
from guidec_targets.settled import outcome_of


@dataclass(frozen=True, slots=True)
class Mark:
    """What a patient makes of one part, and what is written at it: `tag` stands out, `lines` don't.

    A box has its outcome as it comes out, and a table the marks of its rows.
    """

    state: State = ""
    tag: str = ""
    lines: tuple[Line, ...] = ()
    outcome: ir.Outcome | None = None
    manner: Manner | None = None
    rows: tuple["Mark", ...] = ()


@dataclass(slots=True)
class Marks:
    """The marks of questions, boxes and tables by their id, those of edges in order."""

    parts: dict[str, Mark] = field(default_factory=dict)
    edges: list[Mark] = field(default_factory=list)


def kept_branches(paths: Paths) -> "dict[str, set[Place]]":
    """For each decision the branches that completions take."""
    found: dict[str, set[Place]] = {}
    trees = {one.id: one.tree for one in paths.guideline.decisions if isinstance(one, ir.Decision)}
    for decision in paths.program.decisions:
        ends = paths.ends(decision, paths.through(decision))
        places = [place_of(leaf) for leaf in ends]
        found[decision] = {place[:size] for place in places for size in range(len(place) + 1)}
        if isinstance(trees[decision], ir.Table):
            found[decision] |= {(*ASKED, row) for leaf in ends for row in leaf.place}
    return found


def marks_of(chart: Chart, patient: Patient) -> Marks:
    """The marks of every part of a chart."""
    return _Marking(chart, patient).done()


class _Marking:
    """The ways through each copy of a decision, one copy after those that it stands behind."""

    def __init__(self, chart: Chart, patient: Patient) -> None:
        self.chart = chart
        self.patient = patient
        self.paths = patient.paths
        ends: list[Box | Sheet] = [*chart.boxes, *chart.sheets]
        self.boxes = {end.id: end for end in ends}
        self.ways: list[Ways] = []
        self.certain: list[bool] = []
        self.ends = {
            one: self.paths.ends(one, self.paths.through(one)) for one in self.paths.program.decisions
        }
        for copy in chart.copies:
            before = EVERYONE
            sure = True
            if copy.behind:
                earlier = [self.boxes[name] for name in copy.behind]
                before = tuple(row for box in earlier for row in self.under(box))
                places = tuple(place for box in earlier for place in box.places)
                sure = self.certain[earlier[0].copy] and self.all_at(earlier[0].copy, places)
            self.ways.append(self.paths.through(copy.decision.id, before) if before else ())
            self.certain.append(sure)

    def done(self) -> Marks:
        marks = Marks()
        for box in self.chart.boxes:
            marks.parts[box.id] = self.box(box)
        for sheet in self.chart.sheets:
            marks.parts[sheet.id] = self.sheet(sheet)
        open_questions: dict[str, set[tuple[Place, ...]]] = {}
        states: list[State] = [self.state(edge.copy, edge.places) for edge in self.chart.edges]
        for edge, state in zip(self.chart.edges, states, strict=True):
            if state != "ruled_out" and not edge.follows:
                open_questions.setdefault(edge.start, set()).add(edge.places)
        for question in self.chart.questions:
            marks.parts[question.id] = self.question(question, len(open_questions.get(question.id, ())))
        questions = {question.id: question for question in self.chart.questions}
        for edge, state in zip(self.chart.edges, states, strict=True):
            marks.edges.append(self.edge(edge, state, questions, open_questions))
        return marks

    def decision(self, copy: int) -> str:
        return self.chart.copies[copy].decision.id

    def under(self, box: Box | Sheet) -> Ways:
        return self.paths.under(self.decision(box.copy), self.ways[box.copy], box.places)

    def all_at(self, copy: int, places: tuple[Place, ...]) -> bool:
        """Whether every completion ends at these places of a decision."""
        ends = self.ends[self.decision(copy)]
        return all(any(place_of(leaf)[: len(one)] == one for one in places) for leaf in ends)

    def state(self, copy: int, places: tuple[Place, ...]) -> State:
        if not self.paths.under(self.decision(copy), self.ways[copy], places):
            return "ruled_out"
        return "taken" if self.certain[copy] and self.all_at(copy, places) else "possible"

    def box(self, box: Box) -> Mark:
        decision = self.decision(box.copy)
        state = self.state(box.copy, box.places)
        if state == "ruled_out" or not box.places:
            return Mark("ruled_out")
        if box.outcome is None:
            return Mark(state, "", (Line(self.status(decision), strong=True),) if box.text else ())
        outcome, settled = outcome_of(box.outcome, self.paths.ends(decision, self.under(box)))
        state, tag = self.tagged(box.copy, state)
        lines = () if settled or tag != "ANSWER" else self.waits(decision)
        return Mark(state, tag, lines, outcome, self.patient.manner(settled))

    def tagged(self, copy: int, state: State) -> tuple[State, str]:
        """Equal answers at the end of several ways are the answer."""
        if state == "taken":
            return state, "ANSWER"
        if len({leaf.group for leaf in self.ends[self.decision(copy)]}) == 1:
            return "taken", "SAME ANSWER EITHER WAY"
        return state, "POSSIBLE ANSWER"

    def status(self, decision: str) -> str:
        return STATUS_WORDS[self.patient.result["decisions"][decision]["status"]]

    def waits(self, decision: str) -> tuple[Line, ...]:
        needs = tuple(self.patient.result["decisions"][decision]["needs"])
        return self.patient.waits_for(needs, ()) if needs else ()

    def sheet(self, sheet: Sheet) -> Mark:
        """A table, and each of its rows: whether it holds in all of the ways that lead here, in some or in none."""
        decision = self.decision(sheet.copy)
        state = self.state(sheet.copy, sheet.places)
        ends = self.paths.ends(decision, self.under(sheet))
        rows = tuple(self.row(sheet, at, sheet.table.rows[at], ends) for at in sheet.rows)
        if state == "ruled_out":
            return Mark(state, rows=rows)
        lines = (Line(self.status(decision), strong=True), *self.waits(decision))
        return Mark(state, "", lines, rows=rows)

    def row(self, sheet: Sheet, at: int, row: ir.TableRow, ends: tuple[Leaf, ...]) -> Mark:
        holds = [leaf for leaf in ends if at in leaf.place]
        if not holds:
            return Mark("ruled_out")
        sure = self.certain[sheet.copy] and len(holds) == len(self.ends[self.decision(sheet.copy)])
        printed = with_orders(self.patient.guideline, row.outcome)
        alone = [leaf for leaf in holds if leaf.place == (at,)]
        outcome, settled = outcome_of(printed, alone) if len(alone) == len(holds) else (printed, False)
        return Mark("taken" if sure else "possible", "", (), outcome, self.patient.manner(settled))

    def question(self, question: Question, branches: int) -> Mark:
        state = self.state(question.copy, question.places)
        if state == "ruled_out" or branches < 2:
            return Mark(state)
        decision = self.decision(question.copy)
        needs = self.paths.parting(decision, self.ways[question.copy], question.places)
        return Mark(state, "", self.patient.waits_for(needs, question.asks, question.by))

    def edge(
        self,
        edge: Edge,
        state: State,
        questions: dict[str, Question],
        branches: dict[str, set[tuple[Place, ...]]],
    ) -> Mark:
        if edge.follows or state == "ruled_out" or len(branches[edge.start]) > 1:
            return Mark(state)
        return Mark(state, "", self.patient.answered(edge, questions[edge.start].by))
