"""A declaration to every declaration that differs from it in one small thing that is more than words."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from guidec import ast
from guidec.mutants.conditions import condition_changes, label_changes, moved, number_changes, other_mode
from guidec.mutants.names import Change, Names, following
from guidec.mutants.orders import lead_changes, part_changes, strength_changes, thing_changes
from guidec.record import record
from guidec.source import Span

KINDS = {
    "comparison": "`<` for `<=`, `>` for `>=`, and the other way round",
    "threshold": "a threshold one step of its input's grid lower or higher, or given to the other side",
    "value": "another value of the same input, one value fewer, one more",
    "logic": "`or` for `and`, a part left out, a part denied",
    "branch": "the bodies of two branches or rows swapped",
    "outcome": "another regimen, drug or test of the file, another status",
    "dose": "ten times the amount, one more in its first digit, one less in its last; ends, roundings and limits",
    "unit": "another unit of the amount: g for mg, mg/h for mg/d, mg/kg/d for mg/d",
    "basis": "another weight, and whose choice the weight is",
    "interval": "one more, another unit: how often, for how long, how many times",
    "taper": "the steps of a taper",
    "route": "another route",
    "action": "another action, given together for given after",
    "strength": "another word of strength, another grade",
    "direction": "against what was for",
    "points": "the points of a score",
    "band": "the limits of a band",
    "lookup": "a value of a lookup or of a table",
    "number": "a number or an operator in a formula",
    "rounding": "another way to round",
    "window": "when something is due",
    "stage": "where a move leads, whether a review is once or again and again, an end that is no end",
    "delete": "a line left out: a branch, a row, an option, a rule, an order, a `when`, an `until`",
}
"""The kinds of changes, and what each changes."""


@record
class Mutation:
    """A declaration and what stands in its place: None where it is left out."""

    kind: str
    span: Span
    into: ast.Declaration | None


_LINES = (
    ast.ByBranch, ast.WhenBranch, ast.GridRow, ast.OptionLine, ast.OptionConflict, ast.OrderLine, ast.Order, ast.Prefer,
    ast.DoseBand,
    ast.Rate, ast.Taper, ast.Held, ast.Valued, ast.BandLine, ast.PointsFor, ast.PointsWhen, ast.Applies,
    ast.RuleStrength, ast.UntilDate, ast.Cap, ast.Rounding, ast.Move, ast.StageReview,
)  # fmt: skip
"""What may be left out of the lines or parts that it stands among."""

_PARTS: dict[type[Any], str] = {
    ast.Route: "route", ast.Dose: "dose", ast.DoseBy: "dose", ast.Every: "interval", ast.Lasts: "duration", ast.Times: "duration",
}  # fmt: skip
_WORDS = (ast.Name, ast.Text, ast.Cite, ast.Note, ast.Code, ast.Number, ast.CalendarNumber, ast.Day)
_WHOLE = (ast.Rule, ast.Impossible, ast.Avoid)
_KEPT = (
    ast.Source, ast.Input, ast.Reading, ast.Account, ast.Question, ast.Comparison, ast.Scenario, ast.Property,
)  # fmt: skip


def mutations(declaration: ast.Declaration, names: Names) -> Iterator[Mutation]:
    """Every mutation of a declaration, in the order of the text. Whether it means anything is not known here."""
    if isinstance(declaration, _KEPT):
        return
    for kind, span, into in _everywhere(declaration, names, declaration.span):
        yield Mutation(kind, span, into)
    if isinstance(declaration, _WHOLE):
        yield Mutation("delete", declaration.span, None)


def _everywhere(node: Any, names: Names, around: Span) -> Iterator[Change]:
    """The changes of a node and of all within; `around` is the place of what has none of its own."""
    if isinstance(node, _WORDS) or not is_dataclass(node):
        return
    here: Span = getattr(node, "span", around)
    inner = _inner(node)
    yield from _here(node, names, here)
    for field in fields(node):
        if field.name in inner:
            continue
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            yield from _in(node, field.name, _among(value, names, here))
        else:
            yield from _in(node, field.name, _everywhere(value, names, here))


def _in(node: Any, field: str, changes: Iterable[Change]) -> Iterator[Change]:
    for kind, span, into in changes:
        yield kind, span, replace(node, **{field: into})


def _among(values: tuple[Any, ...], names: Names, around: Span) -> Iterator[Change]:
    for at, value in enumerate(values):
        if isinstance(value, _LINES):
            yield "delete", value.span, (*values[:at], *values[at + 1 :])
        for kind, span, into in _everywhere(value, names, around):
            yield kind, span, (*values[:at], into, *values[at + 1 :])


def _inner(node: Any) -> tuple[str, ...]:
    """The fields that `_here` looks into itself, because what may stand there hangs on the rest of the node."""
    match node:
        case ast.Define() | ast.Function():
            return ("expression",)
        case ast.Grid():
            return ("columns",)
        case ast.Recommendation() | ast.RuleStrength():
            return ("strength",)
        case ast.Cell():
            return ("labels",)
        case _:
            return ("condition", "labels")


def _here(node: Any, names: Names, span: Span) -> Iterator[Change]:
    condition = getattr(node, "condition", None)
    if isinstance(condition, ast.Expression):
        yield from _in(node, "condition", condition_changes(condition, names))
    for changes in (_defined, _decided, _ordered, _ruled, _staged):
        yield from changes(node, names, span)
    yield from part_changes(node, names)


def _defined(node: Any, names: Names, span: Span) -> Iterator[Change]:
    """What is computed, and the head."""
    match node:
        case ast.Define(name, _, _, expression):
            changes = condition_changes if name.text in names.truths else number_changes
            yield from _in(node, "expression", changes(expression, names))
        case ast.Function():
            yield from _in(node, "expression", number_changes(node.expression, names))
        case ast.HeadLine("overflow", value) if value is not None:
            other = "forward" if value.text == "back" else "back"
            yield "window", span, replace(node, value=replace(value, text=other))
        case ast.Head():
            lines = tuple(line for line in node.lines if line.kind != "applies")
            if lines != node.lines:
                gone = next(line for line in node.lines if line.kind == "applies")
                yield "delete", gone.span, replace(node, lines=lines)
        case ast.Item("drug_class", _, _, members) if len(members) > 1:
            for at, member in enumerate(members):
                yield "value", member.span, replace(node, members=(*members[:at], *members[at + 1 :]))
        case ast.Lookup():
            values = tuple(line for line in node.lines if isinstance(line, ast.Valued))
            rest = tuple(line for line in node.lines if not isinstance(line, ast.Valued))
            for kind, place, into in _valued(values, node.by, names, "lookup"):
                yield kind, place, replace(node, lines=(*into, *rest))
        case ast.PointsFor():
            yield from _in(node, "lines", _valued(node.lines, node.name, names, "points"))
        case ast.PointsWhen(points):
            yield from (("points", points.span, replace(node, points=near)) for near in moved(points, names))
        case ast.Bands():
            yield from _in(node, "lines", label_changes(node.lines, node.name, names, "band"))
        case ast.Classify():
            bands = tuple(line for line in node.lines if isinstance(line, ast.BandLine))
            rest = tuple(line for line in node.lines if not isinstance(line, ast.BandLine))
            for kind, place, into in label_changes(bands, node.of, names, "band"):
                yield kind, place, replace(node, lines=(*into, *rest))
        case ast.Shown(rounded, place, mode) if rounded is not None:
            yield "rounding", place, replace(node, mode=other_mode(mode), said=True)
        case _:
            pass


def _decided(node: Any, names: Names, span: Span) -> Iterator[Change]:
    """Branches, rows and outcomes."""
    match node:
        case ast.By():
            yield from _in(node, "branches", label_changes(node.branches, node.name, names, "threshold"))
            yield from _in(node, "branches", _swapped(node.branches, "body", "branch"))
            yield from _in(node, "branches", _bodies(node.branches, node))
        case ast.Whens():
            yield from _in(node, "branches", _swapped(node.branches, "body", "branch"))
            yield from _in(node, "branches", _bodies(node.branches, None))
        case ast.Decision():
            yield from _in(node, "body", _body(node.body, None))
            if node.asked is not None:
                yield "delete", node.asked.condition.span, replace(node, asked=None)
        case ast.Options() if node.asked is not None:
            yield "delete", node.asked.condition.span, replace(node, asked=None)
        case ast.Grid():
            yield from _grid(node, names)
        case ast.Conflict(answers=several) | ast.AllOf(parts=several):
            for at, one in enumerate(several):
                rest = (*several[:at], *several[at + 1 :])
                yield "delete", one.span, rest[0] if len(rest) == 1 else _with_several(node, rest)
        case _:
            pass


def _with_several(node: ast.Conflict | ast.AllOf, several: tuple[ast.Outcome, ...]) -> ast.Outcome:
    return replace(node, answers=several) if isinstance(node, ast.Conflict) else replace(node, parts=several)


def _ordered(node: Any, names: Names, span: Span) -> Iterator[Change]:
    """What is given, and how strongly it is advised."""
    match node:
        case ast.Order():
            yield from _order(node, names)
        case ast.Choice():
            yield "action", span, replace(node, open=not node.open)
            if node.condition is not None:
                yield "delete", node.condition.span, replace(node, condition=None)
            yield from _tails(node, node.tails)
        case ast.OrderLine():
            yield from lead_changes(node)
        case ast.Thing():
            yield from thing_changes(node, names)
        case ast.Recommendation(strength) | ast.RuleStrength(strength):
            yield from (
                (kind, span, replace(node, strength=into)) for kind, into in strength_changes(strength)
            )
            if isinstance(node, ast.RuleStrength) and node.grade is not None:
                yield "strength", node.grade.span, replace(node, grade=None)
        case _:
            pass


def _ruled(node: Any, names: Names, span: Span) -> Iterator[Change]:
    """When a line or a rule holds, and what it measures."""
    match node:
        case ast.OptionLine(_, when) | ast.Rule(_, _, _, when):
            yield from _when(node, when, span)
            if isinstance(node, ast.Rule) and node.until is not None:
                yield "delete", node.until.span, replace(node, until=None)
        case ast.Avoid() if node.condition is not None and node.other is not None:
            yield "delete", node.condition.span, replace(node, condition=None)
        case ast.Measure(tests):
            for at, test in enumerate(tests):
                fewer = (*tests[:at], *tests[at + 1 :])
                among = names.things.get("test", ())
                for other in following(test.text, among, [one.text for one in tests]):
                    into = (*tests[:at], replace(test, text=other), *tests[at + 1 :])
                    yield "outcome", test.span, replace(node, tests=into)
                if fewer:
                    yield "delete", test.span, replace(node, tests=fewer)
        case ast.Dated(_, instead) if instead:
            for at, one in enumerate(instead):
                yield "window", one.when.span, replace(node, instead=(*instead[:at], *instead[at + 1 :]))
        case _:
            pass


def _staged(node: Any, names: Names, span: Span) -> Iterator[Change]:
    """Where patients go on to, and when they are seen again. Where they begin changes no answer."""
    match node:
        case ast.Moves(by, _, branches):
            if by is not None:
                yield from _in(node, "branches", label_changes(branches, by, names, "threshold"))
            yield from _in(node, "branches", _swapped(branches, "goes", "branch"))
        case ast.Goes():
            yield from (("stage", span, other) for other in _elsewhere(node, names))
        case ast.StageReview(_, interval) if interval is not None:
            yield "stage", span, replace(node, kind="after" if node.kind == "every" else "every")
            yield "stage", span, replace(node, kind="not stated", interval=None)
        case ast.StageMark("final"):
            move = ast.Move(None, None, (), _silent(span), span, only=True)
            yield "stage", span, ast.Moves(None, (), (move,), span)
        case _:
            pass


def _elsewhere(node: ast.Goes, names: Names) -> Iterator[ast.Goes]:
    """Other ends of a move; of the first two stages, one is another than where it stays."""
    stay = replace(node, kind="stay", to=None, why=None)
    if node.to is not None:
        others = following(node.to.text, names.stages)
    else:
        others = list(names.stages[:2]) if node.kind == "stay" else []
    for other in others:
        yield replace(node, kind="to", to=ast.Name(other, node.span))
    if node.kind != "stay":
        yield stay
    if node.kind != "not stated":
        yield replace(_silent(node.span), cites=node.cites)


def _silent(span: Span) -> ast.Goes:
    return ast.Goes("not stated", None, ast.Text("not stated", span), (), span)


# --- decisions ---------------------------------------------------------------


def _swapped(lines: tuple[Any, ...], field: str, kind: str) -> Iterator[Change]:
    """The bodies of each two neighbours."""
    for at in range(len(lines) - 1):
        first, second = getattr(lines[at], field), getattr(lines[at + 1], field)
        if any(isinstance(one, ast.As) for one in (first, second)):
            continue
        swapped = (replace(lines[at], **{field: second}), replace(lines[at + 1], **{field: first}))
        yield kind, lines[at].span, (*lines[:at], *swapped, *lines[at + 2 :])


def _bodies(branches: tuple[Any, ...], by: ast.By | None) -> Iterator[Change]:
    for at, branch in enumerate(branches):
        for kind, span, into in _body(branch.body, by):
            yield kind, span, (*branches[:at], replace(branch, body=into), *branches[at + 1 :])


def _body(body: Any, by: ast.By | None) -> Iterator[Change]:
    """Another status, or the body of another branch."""
    nothing, silent = (
        ast.Nothing((), body.span),
        ast.NotStated(ast.Text("not stated", body.span), (), body.span),
    )
    match body:
        case ast.Recommendation() | ast.Conflict() | ast.AllOf():
            yield "outcome", body.span, nothing
            yield "outcome", body.span, silent
        case ast.Nothing():
            yield "outcome", body.span, silent
        case ast.NotStated():
            yield "outcome", body.span, nothing
        case ast.As(label) if by is not None:
            for branch in by.branches:
                if not isinstance(branch.body, ast.As) and branch.labels and label not in branch.labels:
                    yield "outcome", body.span, replace(body, label=branch.labels[0])
                    return
        case _:
            pass


def _when(node: Any, when: ast.When, span: Span) -> Iterator[Change]:
    if when.condition is not None:
        yield "delete", when.condition.span, replace(node, when=ast.When(None, True))
    elif not when.stated:
        yield "delete", span, replace(node, when=ast.When(None, True))


# --- tables ------------------------------------------------------------------


def _grid(node: ast.Grid, names: Names) -> Iterator[Change]:
    for at, column in enumerate(node.columns):
        if not isinstance(column, ast.Name):
            changes = condition_changes(column, names)
            for kind, span, into in changes:
                yield kind, span, replace(node, columns=(*node.columns[:at], into, *node.columns[at + 1 :]))
        yield from _in(node, "rows", _column(node.rows, at, column, names))
    yield from _in(node, "rows", _swapped(node.rows, "results", "branch"))
    for at, row in enumerate(node.rows):
        for place, result in enumerate(row.results):
            for kind, span, other in _other_results(result, node, place, names):
                into = replace(row, results=(*row.results[:place], other, *row.results[place + 1 :]))
                yield kind, span, replace(node, rows=(*node.rows[:at], into, *node.rows[at + 1 :]))


def _column(
    rows: tuple[ast.GridRow, ...], column: int, asked: ast.Expression, names: Names
) -> Iterator[Change]:
    """What each row asks of a column."""
    cells = [row.cells[column] for row in rows if row.cells is not None]
    places = [at for at, row in enumerate(rows) if row.cells is not None]

    def put(into: Iterable[ast.Cell]) -> tuple[ast.GridRow, ...]:
        found = list(rows)
        for at, cell in zip(places, into, strict=True):
            row = found[at]
            assert row.cells is not None
            found[at] = replace(row, cells=(*row.cells[:column], cell, *row.cells[column + 1 :]))
        return tuple(found)

    for at, cell in enumerate(cells):
        if cell.kind != "any":
            free = replace(cell, kind="any", labels=())
            other = replace(cell, kind="is" if cell.kind == "is_not" else "is_not")
            for kind, into in (("delete", free), ("logic", other)):
                yield kind, cell.span, put([*cells[:at], into, *cells[at + 1 :]])
    for kind, span, changed in label_changes(tuple(cells), asked, names, "threshold"):
        yield kind, span, put(changed)


def _other_results(result: Any, node: ast.Grid, place: int, names: Names) -> Iterator[Change]:
    match result:
        case ast.Number() | ast.CalendarNumber():
            yield from (("lookup", result.span, near) for near in moved(result, names))
        case ast.Name(text):
            for other in following(text, names.values.get(node.outputs[place].text, ())):
                yield "lookup", result.span, replace(result, text=other)
        case ast.YesNo(value):
            yield "lookup", result.span, replace(result, value=not value)
        case None:
            pass
        case _:
            yield from _body(result, None)


def _valued(lines: tuple[ast.Valued, ...], asked: ast.Name, names: Names, kind: str) -> Iterator[Change]:
    """The labels and the values of a lookup or of points."""
    yield from label_changes(lines, asked, names, "threshold")
    for at, line in enumerate(lines):
        for near in moved(line.value, names):
            into = replace(line, value=near)
            yield kind, line.value.span, (*lines[:at], into, *lines[at + 1 :])
    yield from _swapped(lines, "value", kind)


# --- orders ------------------------------------------------------------------


def _order(node: ast.Order, names: Names) -> Iterator[Change]:
    """Parts that are no longer stated, tails that are left out, doses in other bands."""
    rest = any(tail.kind == "not_stated" and tail.word == "rest" for tail in node.tails)
    for at, part in enumerate(node.parts):
        fewer = (*node.parts[:at], *node.parts[at + 1 :])
        word = _PARTS.get(type(part))
        tail = () if rest or word is None else (ast.Tail("not_stated", word, part.span),)
        yield "delete", part.span, replace(node, parts=fewer, tails=(*node.tails, *tail))
    yield from _tails(node, node.tails)
    if node.condition is not None:
        yield "delete", node.condition.span, replace(node, condition=None)
    by = next((part.by for part in node.parts if isinstance(part, ast.DoseBy)), None)
    bands = tuple(line for line in node.details if isinstance(line, ast.DoseBand))
    others = tuple(line for line in node.details if not isinstance(line, ast.DoseBand))
    if by is not None:
        for kind, span, into in label_changes(bands, by, names, "band"):
            yield kind, span, replace(node, details=(*into, *others))
        for kind, span, into in _swapped(bands, "dose", "dose"):
            yield kind, span, replace(node, details=(*into, *others))


def _tails(node: Any, tails: tuple[ast.Tail, ...]) -> Iterator[Change]:
    for at, tail in enumerate(tails):
        if tail.kind != "not_stated":
            yield _TAIL_KINDS[tail.kind], tail.span, replace(node, tails=(*tails[:at], *tails[at + 1 :]))


_TAIL_KINDS = {"usual": "delete", "action": "action", "grade": "strength"}
