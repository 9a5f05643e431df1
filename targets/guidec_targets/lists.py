"""A list of options to a grid: when, what, and the statements; for a patient, whether each line is given."""

from dataclasses import replace

from guidec import ir
from guidec.evaluate.paths import Answer
from guidec.rows import Leaf
from guidec.wording import condition_in_words
from guidec_targets.chart import with_orders
from guidec_targets.chart_text import Line, condition_lines, given_lines, statement_text
from guidec_targets.grid import Cell, Column, Grid, Row, State
from guidec_targets.patient import Patient
from guidec_targets.settled import recommendation_as_it_comes_out

_WHEN, _OPTION = Column("When", 34), Column("Option", 42)
_STRENGTH, _SOURCE = Column("Strength", 12), Column("Source", 10)
_FOR_PATIENT = (  # wider, because it stands below a flowchart
    Column("This patient", 30),
    Column("When", 44),
    Column("Option", 58),
    Column("Strength", 15),
    Column("Source", 14),
)
_GATES = {"not_applicable": "not asked here", "out_of_scope": "out of the guideline's scope"}


def options_grid(guideline: ir.Guideline, options: ir.Options, patient: Patient | None = None) -> Grid:
    """A row for each line; lines that may meet in a conflict stand under what the source says of it."""
    title = [Line(options.label, strong=True)] if patient else []
    if options.asked is not None:
        asked = f"Asked when: {condition_in_words(guideline, options.asked)}"
        title.append(Line(asked, statement_text(options.asked_cites.statements)))
    if patient is None:
        rows = [row for line in options.lines for row in _rows(guideline, line, None, None)]
        return Grid(tuple(title), (_WHEN, _OPTION, _STRENGTH, _SOURCE), 1, tuple(rows))
    answers = [patient.paths.line(options.id, at) for at in range(len(options.lines))]
    gates = {leaf.status for answer in answers for leaf in answer.leaves if leaf.outcome is None}
    stands = any(leaf.outcome is not None for answer in answers for leaf in answer.leaves)
    title += [
        Line(f"{'Perhaps' if stands else 'This list is'} {_GATES[gate]}", strong=True)
        for gate in sorted(gates)
    ]
    rows = [
        row
        for line, answer in zip(options.lines, answers, strict=True)
        for row in _rows(guideline, line, answer, patient)
        if stands
    ]
    return Grid(tuple(title), _FOR_PATIENT, 2, tuple(rows))


def _rows(
    guideline: ir.Guideline,
    line: ir.OptionLine | ir.OptionConflict,
    answer: Answer | None,
    patient: Patient | None,
) -> list[Row]:
    if isinstance(line, ir.OptionLine):
        return [_row(guideline, line, answer, patient)]
    text = "Where both hold, the source gives two answers"
    why: Cell = (Line(text, statement_text(line.cites.statements), strong=True), Line(line.why))
    state: State = ""
    if answer is not None:
        conflicts = [leaf.status == "conflict" for leaf in answer.leaves]
        state = "taken" if all(conflicts) else "possible" if any(conflicts) else "ruled_out"
        word = {"taken": "Both hold", "possible": "Both may hold"}.get(state, "Not both hold")
        why = (Line(f"{word} for this patient", strong=True), *why)
    return [Row((why,), state), *(_row(guideline, one, answer, patient, True) for one in line.lines)]


def _row(
    guideline: ir.Guideline,
    line: ir.OptionLine,
    answer: Answer | None,
    patient: Patient | None,
    conflict: bool = False,
) -> Row:
    one = line.recommendation
    source = (Line(statement_text(one.cites.statements, one.cites.inferred)),)
    when = _when(guideline, line)
    if answer is None or patient is None:
        option = (Line(one.label, strong=True), *given_lines(guideline, _whole(guideline, one)))
        return Row((when, option, _strength(one), source))
    state, found = _state(line, answer, patient, conflict)
    if state not in ("taken", "possible"):
        return Row((found, when, (Line(one.label, strong=True),), _strength(one), source), state)
    given = [each for leaf in answer.leaves for each in _given(leaf) if _same(each, one)]
    whole = recommendation_as_it_comes_out(_whole(guideline, one), given)
    manner = patient.manner(len({leaf.group for leaf in answer.leaves}) == 1)
    option = (Line(one.label, strong=True), *given_lines(guideline, whole, manner))
    return Row((found, when, option, _strength(one), source), state)


def _when(guideline: ir.Guideline, line: ir.OptionLine) -> Cell:
    if not line.stated:
        return (Line("the source does not say when", italic=True),)
    return (Line("always"),) if line.when is None else tuple(condition_lines(guideline, line.when))


def _whole(guideline: ir.Guideline, one: ir.Recommendation) -> ir.Recommendation:
    return with_orders(guideline, ir.Outcome("determined", (one,), "", (), ir.Citation())).recommendations[0]


def _same(one: ir.Recommendation, other: ir.Recommendation) -> bool:
    return (one.id, one.direction) == (other.id, other.direction)


def _strength(one: ir.Recommendation) -> Cell:
    strength = "not stated" if one.strength == "use" else one.strength
    direction = {"for": "", "against": "AGAINST", "neither": "neither for nor against"}[one.direction]
    lines = [Line(strength), *([Line(direction, strong=True)] if direction else [])]
    return (*lines, *([Line(f"“{one.wording}”", italic=True)] if one.wording else []))


def _given(leaf: Leaf) -> list[ir.Recommendation]:
    """The recommendations of a line's leaf, those of both sides of a conflict."""
    if leaf.outcome is None:
        return []
    sides = (leaf.outcome, *leaf.outcome.answers)
    return [one for side in sides for one in side.recommendations]


def _state(line: ir.OptionLine, answer: Answer, patient: Patient, conflict: bool) -> tuple[State, Cell]:
    """Given, not given, or open and why; `conflict` for a line of a conflict, whose meeting is told above it."""
    held = [any(_same(one, line.recommendation) for one in _given(leaf)) for leaf in answer.leaves]
    if not line.stated:
        if any(leaf.outcome is None for leaf in answer.leaves):
            return "possible", (Line("Named, if this list is asked"),)
        return "", (Line("Named; when is not stated"),)
    whys = dict.fromkeys(
        leaf.outcome.why for leaf in answer.leaves if leaf.outcome and leaf.status == "conflict"
    )
    to_avoid = () if conflict else tuple(Line(f"to be avoided: {why}") for why in whys)
    if all(held) and all(leaf.status == "conflict" for leaf in answer.leaves) and not conflict:
        return "taken", (Line("CONFLICT", strong=True), *to_avoid)
    if all(held) and not to_avoid:
        return "taken", (Line("GIVEN", strong=True),)
    if not any(held):
        return "ruled_out", (Line("Not given"),)
    waits = patient.waits_for(answer.needs, () if line.when is None else (line.when,))
    perhaps = tuple(replace(line, text=f"perhaps {line.text}") for line in to_avoid)
    return "possible", (Line("OPEN", strong=True), *perhaps, *waits)
