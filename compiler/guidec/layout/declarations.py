"""Declarations to lines, one function a node: what stands in a line, and what stands indented below it."""

from collections.abc import Iterable, Sequence
from typing import assert_never

from guidec import ast
from guidec.layout.expressions import chain
from guidec.layout.line import Line, Words, line, spaced
from guidec.layout.words import (
    branch_label_text,
    branch_labels_text,
    cites_text,
    claim_words,
    dated_text,
    expectation_text,
    given_text,
    interval_text,
    label_text,
    less_text,
    limit_text,
    names_text,
    part_text,
    quantity_text,
    quoted,
    rounding_text,
    strength_text,
    tail_text,
    thing_text,
    value_text,
    window_text,
)


def declaration_line(declaration: ast.Declaration) -> Line:
    """The first line of a declaration, and all the others below it."""
    match declaration:
        case ast.Head(kind, name, title, lines):
            return line(kind, name.text, label_text(title), below=map(_head_line, lines))
        case ast.Source(name, lines):
            return line("source", name.text, below=map(_source_line, lines))
        case ast.Input():
            return _named("input", declaration, map(_input_line, declaration.lines))
        case ast.Define():
            return _define(declaration)
        case ast.Function():
            return _function(declaration)
        case ast.Lookup():
            return _lookup(declaration)
        case ast.Score():
            return _named("score", declaration, map(_score_line, declaration.lines))
        case ast.Classify(name, label, of, cites, lines):
            words = ("classify", name.text, label_text(label), f"of {of.text}", cites_text(cites))
            return line(*words, below=map(_classify_line, lines))
        case ast.Table():
            below = (*map(_table_line, declaration.lines), _grid(declaration.grid))
            return _named("table", declaration, below)
        case ast.Item():
            return _item(declaration)
        case ast.Regimen():
            return _named("regimen", declaration, map(_regimen_line, declaration.lines))
        case ast.Decision():
            return _named("decision", declaration, (*_asked(declaration.asked), *_body(declaration.body)))
        case ast.Options():
            return _named(
                "options", declaration, (*_asked(declaration.asked), *map(_option, declaration.lines))
            )
        case ast.Rule():
            return _rule(declaration)
        case ast.Reading():
            return _named("reading", declaration, map(_value_line, declaration.values))
        case ast.Avoid():
            return _avoid(declaration)
        case ast.Question(name, label, compares, among, but):
            which = f"{'but' if but else 'of'} {names_text(among)}" if among else ""
            return line("question", name.text, label_text(label), f"compares {compares.text}", which)
        case ast.Comparison(lines):
            return line("comparison", below=map(_comparison_line, lines))
        case ast.Account(kind, cites, reason):
            return line(
                "document" if kind == "documented" else "set aside", cites_text(cites), label_text(reason)
            )
        case ast.Impossible(condition, why, cites):
            return line("impossible when", chain(condition), label_text(why), cites_text(cites))
        case ast.Pathway(name, label, of, cites, lines):
            words = ("pathway", name.text, label_text(label), f"of {of.text}", cites_text(cites))
            return line(*words, below=map(_pathway_line, lines))
        case ast.Property():
            return _named("property", declaration, map(_property_line, declaration.lines))
        case ast.Scenario(title, cites, lines):
            written = [*_review(declaration.review), *map(_scenario_line, lines)]
            return line("scenario", label_text(title), cites_text(cites), below=written)
        case _:
            assert_never(declaration)


def _named(
    kind: str,
    named: ast.Input
    | ast.Score
    | ast.Table
    | ast.Regimen
    | ast.Decision
    | ast.Options
    | ast.Reading
    | ast.Property,
    below: Iterable[Line],
) -> Line:
    return line(kind, named.name.text, label_text(named.label), cites_text(named.cites), below=below)


def _note(note: ast.Note) -> Line:
    return line("note", label_text(note.text), cites_text(note.cites))


# --- head and vocabulary -----------------------------------------------------


def _head_line(written: ast.HeadLine) -> Line:
    if written.condition is not None:
        return line("applies when", chain(written.condition), cites_text(written.cites))
    assert written.value is not None
    return line("calendar overflow" if written.kind == "overflow" else written.kind, written.value.text)


def _source_line(written: ast.SourceLine) -> Line:
    return line(written.key.text, ", ".join(quoted(value.text) for value in written.values))


def _value_line(value: ast.ValueLine) -> Line:
    columns: tuple[Words, ...] = ((value.name.text,), (label_text(value.label),))
    return Line(columns, tuple(map(_code, value.codes)), kind="value")


def _code(code: ast.Code) -> Line:
    return line("code", *map(label_text, (code.system, code.code, code.display)))


def _input_line(written: ast.InputLine) -> Line:
    match written:
        case ast.TypeLine():
            return _type_line(written)
        case ast.NamedValue(value):
            below = map(_code, value.codes)
            return line("or value", value.name.text, label_text(value.label), below=below)
        case ast.Rounds():
            return line("round")
        case ast.Series(most):
            return line("series", "" if most is None else f"up to {value_text(most)} entries")
        case ast.Kept(word):
            return line(word)
        case ast.Note():
            return _note(written)
        case ast.Code():
            return _code(written)


def _type_line(written: ast.TypeLine) -> Line:
    words = {"any_of_drugs": "any of drugs", "one_of": "one of", "any_of": "any of", "also_in": "or in"}
    bounds = [
        f"{word} {value_text(at)}" for word, at in zip(("from", "to", "step"), written.bounds, strict=False)
    ]
    unit = written.unit.text if written.unit is not None else ""
    kind = words.get(written.kind, written.kind)
    return line(kind, unit, " ".join(bounds), below=map(_value_line, written.values))


def _define(written: ast.Define) -> Line:
    return line(
        "define", written.name.text, label_text(written.label), _in(written.unit), "=", chain(written.expression),
        cites_text(written.cites), below=map(_shown_or_note, written.lines),
    )  # fmt: skip


def _in(unit: ast.Name | None) -> str:
    return "" if unit is None else f"in {unit.text}"


def _shown_or_note(written: ast.Shown | ast.Note) -> Line:
    return _note(written) if isinstance(written, ast.Note) else _shown(written)


def _shown(written: ast.Shown) -> Line:
    rounded = written.rounded
    return line("shown", "" if rounded is None else rounding_text(rounded, written.mode, written.said))


def _item(written: ast.Item) -> Line:
    members = f"= {names_text(written.members)}" if written.members else ""
    kind = "drug class" if written.kind == "drug_class" else written.kind
    cites = cites_text(written.cites)
    return line(
        kind,
        written.name.text,
        label_text(written.label),
        members,
        cites,
        below=map(_item_line, written.lines),
    )


def _item_line(written: ast.Note | ast.Code | ast.Strengths) -> Line:
    if isinstance(written, ast.Strengths):
        return line("strengths", ", ".join(map(quantity_text, written.amounts)))
    return _note_or_code(written)


def _note_or_code(written: ast.Note | ast.Code) -> Line:
    return _note(written) if isinstance(written, ast.Note) else _code(written)


# --- functions, lookups, scores, tables --------------------------------------


def _function(written: ast.Function) -> Line:
    parameters = ", ".join(map(_parameter_text, written.parameters))
    return line(
        "function", f"{written.name.text}({parameters})", label_text(written.label), _in(written.unit), "=",
        chain(written.expression), cites_text(written.cites), below=map(_note, written.notes),
    )  # fmt: skip


def _parameter_text(parameter: ast.Parameter) -> str:
    if parameter.kind == "date":
        return f"date {parameter.name.text}"
    return " ".join(part for part in (parameter.name.text, _in(parameter.unit)) if part)


def _lookup(written: ast.Lookup) -> Line:
    return line(
        "lookup", written.name.text, label_text(written.label), f"by {written.by.text}", _in(written.unit),
        cites_text(written.cites), below=map(_lookup_line, written.lines),
    )  # fmt: skip


def _lookup_line(written: ast.Valued | ast.Shown | ast.Note) -> Line:
    return _valued(written) if isinstance(written, ast.Valued) else _shown_or_note(written)


def _valued(written: ast.Valued) -> Line:
    return _labelled(written, value_text(written.value))


def _labelled(written: ast.Valued | ast.BandLine, *columns: str) -> Line:
    """`< 50 [T1]:`, then what it gives, in columns."""
    label = (*spaced(branch_labels_text(written.labels), cites_text(written.label_cites)), ":")
    others = ((text,) for text in (*columns, cites_text(written.cites)))
    return Line((label, *others), kind="branch")


def _score_line(written: ast.PointsFor | ast.PointsWhen | ast.Bands | ast.Shown | ast.Note) -> Line:
    match written:
        case ast.PointsFor(name, cites, lines):
            return line("points for", name.text, cites_text(cites), below=map(_valued, lines))
        case ast.PointsWhen(points, condition, cites):
            return line("points", quantity_text(points), _when(condition), cites_text(cites))
        case ast.Bands(name, label, cites, bands):
            return line("bands", name.text, label_text(label), cites_text(cites), below=map(_band, bands))
        case ast.Shown() | ast.Note():
            return _shown_or_note(written)


def _classify_line(written: ast.BandLine | ast.Shown | ast.Note) -> Line:
    return _band(written) if isinstance(written, ast.BandLine) else _shown_or_note(written)


def _band(written: ast.BandLine) -> Line:
    return _labelled(written, written.name.text, label_text(written.label))


def _table_line(written: ast.Gives | ast.Note) -> Line:
    if isinstance(written, ast.Note):
        return _note(written)
    below = (_shown(one) if isinstance(one, ast.Shown) else _value_line(one) for one in written.lines)
    return line("gives", written.name.text, label_text(written.label), _in(written.unit), below=below)


def _grid(grid: ast.Grid, before: str = "", after: Iterable[Line] = ()) -> Line:
    """The policy, and below it the head and the rows, in columns."""
    policy, gather = "", ""
    if grid.policy is not None:
        policy, gather = grid.policy.word, grid.policy.gather.text if grid.policy.gather else ""
    head = _row([(chain(one),) for one in grid.columns], [(one.text,) for one in grid.outputs], ())
    rows = (_grid_row(row, len(grid.columns)) for row in grid.rows)
    return line(before, policy, gather, below=(head, *rows, *after))


def _grid_row(row: ast.GridRow, width: int) -> Line:
    """`otherwise` stands in the place of all the cells."""
    cells = [("otherwise",)] if row.cells is None else [(_cell_text(cell),) for cell in row.cells]
    blanks: list[Words] = [()] * (width - 1) if row.cells is None else []
    return _row(cells, [_result(result) for result in row.results], row.cites, blanks)


def _row(
    cells: Sequence[Words], results: Sequence[Words], cites: ast.Cites, blanks: Sequence[Words] = ()
) -> Line:
    first, *others = results
    right = (spaced("||", first), *(spaced("|", result) for result in others), ("|",))
    columns = (*(spaced("|", cell) for cell in cells), *blanks, *right)
    return Line((*columns, (cites_text(cites),)) if cites else columns, kind="row")


def _cell_text(cell: ast.Cell) -> str:
    if cell.kind == "any":
        return "-" if cell.dash else "any"
    return f"{'not ' if cell.kind == 'is_not' else ''}{branch_labels_text(cell.labels)}"


def _result(result: ast.Number | ast.CalendarNumber | ast.Name | ast.YesNo | ast.Outcome | None) -> Words:
    match result:
        case None:
            return ("-",)
        case ast.Number() | ast.CalendarNumber() | ast.Name() | ast.YesNo():
            return (value_text(result),)
        case _:
            return spaced(*_outcome(result).columns)


# --- orders ------------------------------------------------------------------


def _regimen_line(written: ast.OrderLine | ast.GiveNothing | ast.Note | ast.Code) -> Line:
    match written:
        case ast.OrderLine():
            return _order_line(written)
        case ast.GiveNothing():
            return line("give nothing")
        case ast.Note() | ast.Code():
            return _note_or_code(written)


def _order_line(written: ast.OrderLine) -> Line:
    lead = "timing not stated" if written.lead == "not stated" else written.lead
    order = written.order
    if isinstance(order, ast.Order):
        return _order(order, lead, when=_when(order.condition))
    kind = f"{lead} {'such as' if order.open else 'one of'}{_tails(order.tails)}"
    below = map(_order, order.alternatives)
    return line(kind, _when(order.condition), cites_text(order.cites), below=below)


def _order(order: ast.Order, lead: str = "", when: Words = ()) -> Line:
    """`lead` stands before the order, be it a word like `give` or a strength."""
    words = _order_words(order, lead)
    return line(words, when, cites_text(order.cites), below=map(_detail, order.details))


def _order_words(order: ast.Order, lead: str) -> Words:
    parts = map(part_text, order.parts)
    return (*spaced(lead, thing_text(order.thing), *parts), _tails(order.tails))


def _tails(tails: tuple[ast.Tail, ...]) -> str:
    return "".join(f"; {tail_text(tail)}" for tail in tails)


def _when(condition: ast.Expression | None) -> Words:
    return () if condition is None else ("when ", chain(condition))


def _detail(detail: ast.Detail) -> Line:
    """What stands below an order."""
    match detail:
        case ast.Prefer(wording, condition, cites):
            return line("prefer", label_text(wording), _when(condition), cites_text(cites))
        case ast.DoseBand(labels, dose, cites):
            text = "not stated" if dose is None else part_text(dose)
            columns: tuple[Words, ...] = ((branch_labels_text(labels), ":"), (text,), (cites_text(cites),))
            return Line(columns, kind="branch")
        case ast.Rate(dose, lasts, cites):
            return line("rate", part_text(dose), _for(lasts), cites_text(cites))
        case ast.Taper():
            return _taper(detail)
        case ast.Held(kind, condition, cites):
            return line(kind, _when(condition), cites_text(cites))


def _for(lasts: ast.Interval | None) -> str:
    return "" if lasts is None else f"for {interval_text(lasts)}"


def _taper(written: ast.Taper) -> Line:
    by = quantity_text(written.by) + (" of the first dose" if written.of_first else "")
    end = "stop" if written.until is None else quantity_text(written.until)
    return line(
        "titrate" if written.up else "taper", f"by {by}", f"every {interval_text(written.every)}", f"until {end}",
        _for(written.lasts), "" if written.rounding is None else limit_text(written.rounding),
        cites_text(written.cites),
    )  # fmt: skip


# --- decisions ---------------------------------------------------------------


def _asked(asked: ast.Asked | None) -> tuple[Line, ...]:
    return () if asked is None else (line("asked", _when(asked.condition), cites_text(asked.cites)),)


def _body(body: ast.Body) -> tuple[Line, ...]:
    match body:
        case ast.By(name, cites, branches):
            return (line("by", name.text, cites_text(cites), below=map(_by_branch, branches)),)
        case ast.Whens(branches):
            return tuple(map(_when_branch, branches))
        case ast.OutcomeTable(grid, where):
            return (_grid(grid, "table", () if where is None else (_conflict_where(where),)),)
        case _:
            return (_outcome(body),)


def _conflict_where(written: ast.ConflictWhere) -> Line:
    where: Words = () if written.condition is None else ("where ", chain(written.condition))
    return line("conflict", where, label_text(written.why), cites_text(written.cites))


def _by_branch(branch: ast.ByBranch) -> Line:
    return _branch((branch_labels_text(branch.labels),), branch, "branch")


def _when_branch(branch: ast.WhenBranch) -> Line:
    return _branch(_when(branch.condition) or ("otherwise",), branch, "")


def _branch(label: Words, branch: ast.ByBranch | ast.WhenBranch, kind: str) -> Line:
    """A label with what follows from it: behind the colon, but for a list of conditions or a table."""
    below = _body(branch.body)
    words = (*spaced(label, cites_text(branch.cites)), ":")
    return Line((words,), below, kind, joins=not isinstance(branch.body, ast.Whens | ast.OutcomeTable))


def _outcome(outcome: ast.Outcome) -> Line:
    match outcome:
        case ast.Recommendation(strength, order):
            words = _order_words(order, strength_text(strength))
            return _cited(words, order.cites, map(_detail, order.details))
        case ast.Nothing(cites):
            return _cited(("nothing",), cites)
        case ast.NotStated(why, cites):
            return _cited(spaced("not stated", label_text(why)), cites)
        case ast.Conflict(why, cites, answers):
            return _cited(spaced("conflict", label_text(why)), cites, map(_outcome, answers))
        case ast.AllOf(cites, parts):
            return _cited(("all of",), cites, map(_outcome, parts))
        case ast.As(label, cites):
            return _cited(spaced("as", branch_label_text(label)), cites)
        case _:
            assert_never(outcome)


def _cited(words: Words, cites: ast.Cites, below: Iterable[Line] = ()) -> Line:
    """A line whose citations are a column of their own."""
    columns = (words, (cites_text(cites),)) if cites else (words,)
    return Line(columns, tuple(below))


def _option(option: ast.OptionLine | ast.OptionConflict) -> Line:
    if isinstance(option, ast.OptionConflict):
        head = spaced("conflict", label_text(option.why))
        return line(head, cites_text(option.cites), below=map(_option, option.lines))
    recommendation = option.recommendation
    lead = strength_text(recommendation.strength)
    return _order(recommendation.order, lead, _rule_when(option.when))


# --- rules and scenarios -----------------------------------------------------


def _rule(rule: ast.Rule) -> Line:
    kind = "monitor" if rule.kind == "monitor" else f"advise {rule.kind}"
    until = f"until {rule.until.text}" if rule.until is not None else ""
    return line(
        kind, rule.name.text, label_text(rule.label), _rule_when(rule.when), until, cites_text(rule.cites),
        below=map(_rule_line, rule.lines),
    )  # fmt: skip


def _rule_when(when: ast.When) -> Words:
    return _when(when.condition) if when.stated else ("when not stated",)


def _rule_line(
    written: ast.Applies
    | ast.Note
    | ast.RuleStrength
    | ast.OrderLine
    | ast.Measure
    | ast.MeasureEvery
    | ast.Due
    | ast.UntilDate
    | ast.Baseline,
) -> Line:
    match written:
        case ast.Applies(condition, cites):
            return line("applies", _when(condition), cites_text(cites))
        case ast.Note():
            return _note(written)
        case ast.RuleStrength(strength, grade):
            return line(_graded(strength_text(strength), grade))
        case ast.OrderLine():
            return _order_line(written)
        case ast.Measure(tests):
            return line("measure", names_text(tests, " or "))
        case ast.MeasureEvery(None):
            return line("every not stated")
        case ast.MeasureEvery(interval, less, start):
            assert interval is not None
            origin = "" if start is None else f"from {dated_text(start)}"
            return line("every", interval_text(interval), less_text(less), origin)
        case ast.Due(earliest, latest, start):
            window = window_text(earliest, latest)
            return line("due", window, f"from {dated_text(start)}")
        case ast.UntilDate(date):
            return line("until", dated_text(date))
        case ast.Baseline(cites):
            return line("before the first dose", cites_text(cites))


def _graded(strength: str, grade: ast.Tail | None) -> str:
    return strength if grade is None else f"{strength}; {tail_text(grade)}"


def _avoid(written: ast.Avoid) -> Line:
    """The strengths are against it without saying so."""
    other = f"with {written.other.text}" if written.other is not None else _when(written.condition)
    return line(
        "avoid", written.item.text, other, label_text(written.why), cites_text(written.cites),
        below=map(_avoid_line, written.strengths),
    )  # fmt: skip


def _avoid_line(written: ast.RuleStrength) -> Line:
    words = " ".join(part for part in (written.strength.word, label_text(written.strength.wording)) if part)
    return line(_graded(words, written.grade))


def _comparison_line(written: ast.ComparisonLine) -> Line:
    return line(f"{written.question.text}: {names_text(written.names)}")


def _pathway_line(written: ast.Stage | ast.Note) -> Line:
    if isinstance(written, ast.Note):
        return _note(written)
    below = [one for each in written.lines for one in _stage_lines(each)]
    return line("stage", written.name.text, cites_text(written.cites), below=below)


def _stage_lines(written: ast.StageLine) -> Sequence[Line]:
    match written:
        case ast.StageMark(kind):
            return [line(kind)]
        case ast.StageNames(kind, names):
            return [line(kind, names_text(names))]
        case ast.StageReview(kind, interval, why, cites):
            text = kind if interval is None else f"{kind} {interval_text(interval)}"
            return [line("review", text, label_text(why), cites_text(cites))]
        case ast.Moves(None, _, branches):
            return [_move(one, _when(one.condition) or ("otherwise",), "") for one in branches]
        case ast.Moves(by, cites, branches):
            assert by is not None
            below = [_move(one, (branch_labels_text(one.labels),), "branch") for one in branches]
            return [line("by", by.text, cites_text(cites), below=below)]
        case ast.Note():
            return [_note(written)]
        case _:
            assert_never(written)


def _move(written: ast.Move, label: Words, kind: str) -> Line:
    """`progressed: go to refractory [T1]`."""
    goes = written.goes
    words = {"to": ("go to", goes.to.text if goes.to else ""), "stay": ("stay",)}
    text = words.get(goes.kind) or ("not stated", label_text(goes.why))
    before: tuple[Words, ...] = () if written.only else ((*spaced(label, cites_text(written.cites)), ":"),)
    after: tuple[Words, ...] = ((cites_text(goes.cites),),) if goes.cites else ()
    return Line((*before, spaced(*text), *after), kind=kind)


def _property_line(written: ast.Claim | ast.Note) -> Line:
    return _note(written) if isinstance(written, ast.Note) else claim_line(written)


def claim_line(written: ast.Claim) -> Line:
    """`never triple_therapy when myositis_dx is pm`."""
    when: Words = ()
    if written.when is not None:
        when = ("unless " if written.unless else "when ", chain(written.when))
    return line(claim_words(written), when)


def _review(review: ast.Review | None) -> list[Line]:
    if review is None:
        return []
    return [line("reviewed" if review.done else "unreviewed", review.digest)]


def _scenario_line(written: ast.GivenLines | ast.Expectations | ast.Note) -> Line:
    match written:
        case ast.GivenLines(entries):
            return line("given", "; ".join(map(given_text, entries)))
        case ast.Expectations(entries):
            return line("expect", "; ".join(map(expectation_text, entries)))
        case ast.Note():
            return _note(written)
