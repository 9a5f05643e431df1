"""Decisions, options and definitions in words, and what the source leaves open; as Markdown."""

from collections.abc import Iterator

from guidec import ir
from guidec.numbers import unit_text
from guidec.record import parts
from guidec.wording import condition_in_words, grade_text, label_of, number_in_words
from guidec_targets.chart import Sheet
from guidec_targets.chart_text import given_lines, strength_words
from guidec_targets.grid import Grid
from guidec_targets.lists import options_grid
from guidec_targets.marked import cited, grid_table, item, marked, plain, strong, table
from guidec_targets.sheets import sheet_grid
from guidec_targets.values import value_grids


def decision_lines(guideline: ir.Guideline, one: ir.Decision | ir.Options) -> list[str]:
    """A decision as nested questions or as its table, a list of options as its grid."""
    if isinstance(one, ir.Options):
        return ["Each line holds for itself.", "", *grid_table(options_grid(guideline, one))]
    lines: list[str] = []
    if one.asked is not None:
        when = plain(condition_in_words(guideline, one.asked))
        lines = [f"Asked when: {when}{cited(one.asked_cites)}", ""]
    if isinstance(one.tree, ir.Table):
        return [*lines, *_table(guideline, one.tree)]
    return [*lines, *_node(guideline, one.tree, "", 0), ""]


def _table(guideline: ir.Guideline, decided: ir.Table) -> list[str]:
    sheet = Sheet("", decided, tuple(range(len(decided.rows))), decided.span, 0, ())
    grid = sheet_grid(guideline, sheet, "Decision table")
    lines = grid_table(Grid(grid.title, grid.columns, grid.inputs, grid.rows))
    if decided.where is not None:
        lines += [f"That is where {plain(condition_in_words(guideline, decided.where))}.", ""]
    return lines


# --- trees -------------------------------------------------------------------


def _node(guideline: ir.Guideline, node: ir.Node, lead: str, depth: int) -> list[str]:
    """A list item that begins with `lead`, the answer that leads here, and the items below it."""
    if isinstance(node, ir.Outcome):
        return _outcome(guideline, node, lead, depth)
    assert isinstance(node, ir.Split)
    question = f"{strong(question_text(guideline, node))}{cited(node.cites)}" if node.by else ""
    words = ": ".join(part for part in (lead, question) if part)
    lines = [item(words, depth)] if words else []
    below = depth + 1 if lines else depth
    for branch in node.branches:
        label = f"{plain(branch_label(guideline, node, branch))}{cited(branch.cites)}"
        if isinstance(branch.node, ir.As):
            other = plain(branch_label(guideline, node, node.branches[branch.node.branch]))
            lines.append(item(f"{label}: as {other}{cited(branch.node.cites)}", below))
        else:
            lines += _node(guideline, branch.node, label, below)
    return lines


def question_text(guideline: ir.Guideline, split: ir.Split) -> str:
    """What a split asks, after the label of its input, reading or definition."""
    for things in (guideline.inputs, guideline.definitions):
        if any(thing.id == split.by for thing in things):
            return f"{label_of(things, split.by)}?"
    return label_of(guideline.readings, split.by)


def branch_label(guideline: ir.Guideline, split: ir.Split, branch: ir.Branch) -> str:
    """A value, or a condition in words."""
    if branch.condition is None:
        return branch.label or "otherwise"
    return branch.label if split.by else condition_in_words(guideline, branch.condition)


def _outcome(guideline: ir.Guideline, outcome: ir.Outcome, lead: str, depth: int) -> list[str]:
    lead = f"{lead}: " if lead else ""
    cites = cited(outcome.cites)
    if outcome.status == "not_stated":
        return [item(f"{lead}**not stated**: {plain(outcome.why)}{cites}", depth)]
    if outcome.status == "conflict":
        lines = [item(f"{lead}**the source gives two answers**: {plain(outcome.why)}{cites}", depth)]
        for answer in outcome.answers:
            lines += _outcome(guideline, answer, "one answer", depth + 1)
        return lines
    if not outcome.recommendations:
        return [item(f"{lead}**nothing**{cites}", depth)]
    if len(outcome.recommendations) == 1:
        return _recommendation(guideline, outcome.recommendations[0], lead, depth)
    lines = [item(f"{lead}all of{cites}", depth)]
    for one in outcome.recommendations:
        lines += _recommendation(guideline, one, "", depth + 1)
    return lines


def _recommendation(guideline: ir.Guideline, one: ir.Recommendation, lead: str, depth: int) -> list[str]:
    lines = [item(f"{lead}{recommendation_text(one)}", depth)]
    return [*lines, *(item(marked(line), depth + 1) for line in given_lines(guideline, one))]


def recommendation_text(one: ir.Recommendation) -> str:
    """Strength, the source's word for it, what is given, grade and statements."""
    wording = f" (“{plain(one.wording)}”)" if one.wording else ""
    grades = "; ".join(grade_text(grade.strength, grade.certainty) for grade in one.grades)
    graded = f", GRADE {plain(grades)}" if grades else ""
    return f"{plain(strength_words(one).lower())}{wording}: {strong(one.label)}{graded}{cited(one.cites)}"


# --- definitions ---------------------------------------------------------------


def definition_lines(guideline: ir.Guideline) -> list[str]:
    """Named conditions and numbers in a table; tables, scores, lookups and classes as they are drawn."""
    rows: list[tuple[str, str, str]] = []
    for one in guideline.definitions:
        notes = "".join(f"<br>*{plain(note.text)}*{cited(note.cites)}" for note in one.notes)
        name = f"{strong(one.label)}{notes}"
        if one.condition is not None:
            rows.append((name, plain(condition_in_words(guideline, one.condition)), cited(one.cites).strip()))
        elif one.number is not None and not isinstance(one.number, ir.Case | ir.Sum):
            number = f"{number_in_words(guideline, one.number)}, in {unit_text(one.unit) or '1'}"
            rows.append((name, plain(number), cited(one.cites).strip()))
    lines = table(("Name", "Meaning", "Source"), rows)
    for _, grids in value_grids(guideline):
        for grid in grids:
            lines += grid_table(grid)
    return lines


# --- what is open ----------------------------------------------------------------


def open_rows(guideline: ir.Guideline) -> Iterator[tuple[str, str, str, str]]:
    """Where the words allow several readings, give two answers or none: what, where, why, statements."""
    for reading in guideline.readings:
        values = "; or ".join(plain(value.label) for value in reading.values)
        yield "several readings", plain(reading.label), values, cited(reading.cites).strip()
    for one in guideline.decisions:
        where = (plain(one.label.removesuffix("?")),)
        if isinstance(one, ir.Options):
            yield from _open_options(one, where)
        elif isinstance(one.tree, ir.Table):
            yield from _open_table(guideline, one.tree, where)
        else:
            yield from _open_node(guideline, one.tree, where)
    for rule in guideline.rules:
        if not rule.stated:
            yield "not stated", plain(rule.label), "when it holds", cited(rule.cites).strip()


def _open_options(options: ir.Options, where: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
    for line in parts(options.lines):
        if isinstance(line, ir.OptionConflict):
            yield "two answers", where[0], plain(line.why), cited(line.cites).strip()
        elif isinstance(line, ir.OptionLine) and not line.stated:
            label = f"{where[0]}: {plain(line.recommendation.label)}"
            yield "not stated", label, "when it holds", cited(line.recommendation.cites).strip()


def _open_table(
    guideline: ir.Guideline, decided: ir.Table, where: tuple[str, ...]
) -> Iterator[tuple[str, str, str, str]]:
    if decided.where is not None:
        there = plain(condition_in_words(guideline, decided.where))
        yield "two answers", f"{where[0]}: {there}", plain(decided.why), cited(decided.cites).strip()
    for row in decided.rows:
        cells = plain("; ".join(row.cells) or "otherwise")
        yield from _open_node(guideline, row.outcome, (*where, cells))


def _open_node(
    guideline: ir.Guideline, node: ir.Node, where: tuple[str, ...]
) -> Iterator[tuple[str, str, str, str]]:
    if isinstance(node, ir.Split):
        for branch in node.branches:
            here = plain(branch_label(guideline, node, branch))
            yield from _open_node(guideline, branch.node, (*where, here))
    elif isinstance(node, ir.Outcome) and node.status != "determined":
        what = "two answers" if node.status == "conflict" else "not stated"
        place = ": ".join((where[0], ", ".join(where[1:]))) if where[1:] else where[0]
        yield what, place, plain(node.why), cited(node.cites).strip()
