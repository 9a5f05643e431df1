"""A decision table to a grid: its cells, what each row decides, and the statements; for a patient, which rows hold."""

from guidec import ir
from guidec.wording import grade_text
from guidec_targets.chart import Sheet, with_orders
from guidec_targets.chart_text import Line, Manner, given_lines, statement_text, strength_words
from guidec_targets.grid import Cell, Column, Grid, Row, State, capital, cells_of, fitted
from guidec_targets.marks import Mark

POLICIES = {
    "unique": "one row holds",
    "any": "rows that hold together agree",
    "first": "the first row that holds counts",
    "collect": "every row that holds counts",
    "conflict": "rows that hold together and differ contradict each other",
}
_PATIENT, _ANSWER, _SOURCE = Column("This patient", 12), 40, Column("Source", 10)


def sheet_grid(guideline: ir.Guideline, sheet: Sheet, label: str, mark: Mark | None = None) -> Grid:
    """A row for each row of the table."""
    table = sheet.table
    title = [
        Line(label, statement_text(table.cites.statements, table.cites.inferred), strong=True),
        Line(POLICIES[table.policy], italic=True),
    ]
    if table.why:
        title.append(Line(f"The source gives two answers: {table.why}", strong=True))
    drawn = [table.rows[at] for at in sheet.rows]
    inputs = fitted(table.columns, [row.cells for row in drawn])
    columns = (*inputs, Column(capital(" / ".join(table.outputs)), _ANSWER), _SOURCE)
    marks = mark.rows if mark is not None else (Mark(),) * len(drawn)
    rows = [_row(guideline, table, row, one) for row, one in zip(drawn, marks, strict=True)]
    if len(drawn) < len(table.rows):
        title.append(Line(f"{len(table.rows) - len(drawn):,} more rows don't hold.", italic=True))
    if mark is None:
        return Grid(tuple(title), columns, len(inputs), tuple(rows))
    rows = [Row((state_words(table.policy, row.state), *row.cells), row.state) for row in rows]
    return Grid((*title, *mark.lines), (_PATIENT, *columns), len(inputs) + 1, tuple(rows))


def state_words(policy: str, state: State) -> Cell:
    """Whether a row holds; where one row is taken of those that hold, whether it counts."""
    counts = policy in ("first", "collect min", "collect max")
    words = {
        "taken": "COUNTS" if counts else "HOLDS",
        "possible": "MAY COUNT" if counts else "MAY HOLD",
        "ruled_out": "doesn't count" if counts else "no",
        "": "",
    }
    return (Line(words[state], strong=state in ("taken", "possible")),)


def _row(guideline: ir.Guideline, table: ir.Table, row: ir.TableRow, mark: Mark) -> Row:
    outcome = mark.outcome or with_orders(guideline, row.outcome)
    answer = outcome_lines(guideline, outcome, mark.manner)
    if mark.state == "ruled_out":
        answer = tuple(line for line in answer if line.strong and not line.indent)
    found: dict[str, None] = dict.fromkeys(row.cites.statements + row.outcome.cites.statements)
    for one in row.outcome.recommendations:
        found.update(dict.fromkeys(one.cites.statements))
    source = (Line(statement_text(tuple(found), row.cites.inferred)),)
    return Row((*cells_of(row.cells, len(table.columns)), answer, source), mark.state)


def outcome_lines(guideline: ir.Guideline, outcome: ir.Outcome, manner: Manner | None = None) -> Cell:
    """What is decided, the strength first."""
    if outcome.status == "not_stated":
        return Line("Not stated", strong=True), Line(outcome.why)
    if outcome.status == "conflict":
        answers = [outcome_lines(guideline, answer, manner) for answer in outcome.answers]
        lines = [line for answer in answers for line in (Line("one answer:", italic=True), *answer)]
        return Line("The source gives two answers", strong=True), Line(outcome.why), *lines
    if not outcome.recommendations:
        return (Line("No recommendation", strong=True),)
    found: list[Line] = []
    for one in outcome.recommendations:
        wording = f" (“{one.wording}”)" if one.wording else ""
        found.append(Line(f"{strength_words(one)}{wording}: {one.label}", strong=True))
        grades = "; ".join(grade_text(grade.strength, grade.certainty) for grade in one.grades)
        found += [Line(f"GRADE {grades}")] if grades else []
        found += given_lines(guideline, one, manner)
    return tuple(found)


def sheet_statements(sheet: Sheet) -> tuple[str, ...]:
    """Every statement that a table cites."""
    found: dict[str, None] = dict.fromkeys(sheet.table.cites.statements)
    for row in sheet.table.rows:
        found.update(dict.fromkeys(row.cites.statements + row.outcome.cites.statements))
        for one in row.outcome.recommendations:
            found.update(dict.fromkeys(one.cites.statements))
    return tuple(found)
