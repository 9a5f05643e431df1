"""Lark's callbacks to ast: one method a rule of the grammar, named alike."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from lark import Token, Tree
from lark.tree import Meta

from guidec import ast
from guidec.source import Span

DEEPEST_NESTING = 100
LONGEST_NUMBER = 30
MOST_ALIKE = 50_000


class TooDeep(Exception):
    """An expression or a tree is nested deeper than the compiler follows."""

    def __init__(self, span: Span) -> None:
        super().__init__("nested too deep")
        self.span = span


class BadToken(Exception):
    """A token has the right shape and no meaning: a number of 10,000 digits, the 31st of February."""

    def __init__(self, code: str, message: str, repair: str, span: Span) -> None:
        super().__init__(message)
        self.code, self.message, self.repair, self.span = code, message, repair, span


_CODE = re.compile(r'(?:"(?:\\["\\]|[^"\\])*"|[^"#])*')


def code_of(line: str) -> str:
    """A line without its comment and the blanks before that."""
    found = _CODE.match(line)
    end = found.end() if found else len(line)
    return line.rstrip() if line[end : end + 1] == '"' else line[:end].rstrip()


def _opt(value: Any, default: Any = ()) -> Any:
    return default if value is None else value


class Build:
    """Builds the ast of one declaration, whose first line is line `offset` + 1 of `file`."""

    def __init__(self, file: str, offset: int, chunk: str = "") -> None:
        self.file, self.offset, self._lines = file, offset, chunk.split("\n")
        self._depth: dict[int, tuple[object, int]] = {}
        self._open: dict[int, tuple[object, ast.Completed]] = {}

    def build(self, tree: Tree[Token]) -> Any:
        """The ast of a tree, from its leaves up, without recursion: a text may nest as deep as it likes."""
        waiting: list[tuple[Tree[Token], list[Any], int]] = [(tree, [], 0)]
        while True:
            node, built, at = waiting.pop()
            while at < len(node.children) and not isinstance(node.children[at], Tree):
                built.append(node.children[at])
                at += 1
            if at < len(node.children):
                waiting += [(node, built, at + 1), (node.children[at], [], 0)]  # type: ignore[list-item]
                continue
            result = getattr(self, node.data)(node.meta, built)
            if not waiting:
                return result
            waiting[-1][1].append(result)

    def place(self, token: Token) -> Span:
        """Where a token stands."""
        line, column = (token.line or 1) + self.offset, token.column or 1
        return Span(self.file, line, column, line, column + max(1, len(token.rstrip("\n"))))

    def _span(self, meta: Meta) -> Span:
        if meta.empty:
            return Span(self.file, self.offset + 1, 1, self.offset + 1, 2)
        line, end = meta.line + self.offset, meta.end_column
        if meta.end_line > meta.line:  # a fault is shown in one line
            end = max(meta.column + 1, len(code_of(self._lines[meta.line - 1])) + 1)
        return Span(self.file, line, meta.column, line, end)

    def _first(self, meta: Meta, word: str) -> Span:
        span = self._span(meta)
        return Span(span.file, span.line, span.column, span.line, span.column + len(word))

    def _word(self, token: Token) -> ast.Name:
        return ast.Name(str(token), self.place(token))

    def _nested(self, node: Any, *children: object) -> Any:
        depth = 1 + max(
            (self._depth[id(child)][1] for child in children if id(child) in self._depth), default=0
        )
        if depth > DEEPEST_NESTING:
            raise TooDeep(node.span)
        self._depth[id(node)] = (node, depth)
        return node

    def _few(self, what: str, things: Sequence[object], span: Span) -> None:
        if len(things) > MOST_ALIKE:
            message = f"this has {len(things):,} {what}; the limit is {MOST_ALIKE:,}"
            raise BadToken("too_large", message, "join those that decide alike", span)

    def _number(self, token: Token, unit: ast.Name | None = None, sign: int = 1) -> ast.Number:
        place = self.place(token)
        if len(token) > LONGEST_NUMBER:
            raise BadToken(
                "long_number",
                f"this number has {len(token)} digits; the limit is {LONGEST_NUMBER}",
                "shorten it",
                place,
            )
        value, written = sign * Fraction(str(token)), f"{'-' if sign < 0 else ''}{token}"
        if unit is None:
            return ast.Number(value, None, place, written)
        self._apart(place, unit)
        return ast.Number(value, unit, place.to(unit.span), written)

    def _apart(self, number: Span, unit: ast.Name) -> None:
        """A number and its unit have a blank between them: the m of a glued `mg` has been read as zeros."""
        if number.end_column == unit.span.column:
            written = self._lines[number.line - self.offset - 1][number.column - 1 : unit.span.end_column - 1]
            apart = f"{written.removesuffix(unit.text)} {unit.text}"
            message = f"`{written}` has no blank between the number and its unit"
            raise BadToken("glued_unit", message, f"write `{apart}`", number.to(unit.span))

    # --- tokens in clothes ---

    def name(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._word(children[0])

    unit = name

    def string(self, meta: Meta, children: list[Any]) -> ast.Text:
        text = str(children[0])[1:-1].replace('\\"', '"').replace("\\\\", "\\")
        return ast.Text(text, self.place(children[0]))

    def names(self, meta: Meta, children: list[Any]) -> tuple[ast.Name, ...]:
        return tuple(children)

    def names_or(self, meta: Meta, children: list[Any]) -> tuple[ast.Name, ...]:
        return tuple(child for child in children if isinstance(child, ast.Name))

    def number(self, meta: Meta, children: list[Any]) -> ast.Number:
        return self._number(children[0])

    signed = number

    def signed_negative(self, meta: Meta, children: list[Any]) -> ast.Number:
        return self._number(children[0], sign=-1)

    def amount(self, meta: Meta, children: list[Any]) -> ast.Number:
        return self._number(children[0], children[1])

    def quantity(self, meta: Meta, children: list[Any]) -> ast.Number:
        return self._number(children[0], children[1])

    def calendar_quantity(self, meta: Meta, children: list[Any]) -> ast.CalendarNumber:
        number, unit = self._number(children[0]), self._word(children[1])
        self._apart(number.span, unit)
        return ast.CalendarNumber(number.value, unit, self._span(meta), number.written)

    def date(self, meta: Meta, children: list[Any]) -> ast.Day:
        place = self.place(children[0])
        try:
            return ast.Day(date.fromisoformat(str(children[0])), place)
        except ValueError:
            repair = "write year-month-day, such as 2026-03-31"
            raise BadToken("bad_date", f"`{children[0]}` is no day of the calendar", repair, place) from None

    def cite(self, meta: Meta, children: list[Any]) -> ast.Cite:
        return ast.Cite(str(children[0]), False, self.place(children[0]))

    def cite_group(self, meta: Meta, children: list[Any]) -> tuple[ast.Cite, ...]:
        ours = children[-1] is not None
        return tuple(ast.Cite(cite.id, ours, cite.span) for cite in children[:-1])

    def cites_some(self, meta: Meta, children: list[Any]) -> ast.Cites:
        return tuple(cite for group in children for cite in group)

    def cites(self, meta: Meta, children: list[Any]) -> ast.Cites:
        cites: ast.Cites = _opt(children[0])
        return cites

    # --- head ---

    def declaration(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def _head(self, kind: Literal["guideline", "module"], meta: Meta, children: list[Any]) -> ast.Head:
        lines = tuple(line for line in children[2:] if line is not None)
        return ast.Head(kind, children[0], children[1], lines, self._span(meta))

    def guideline(self, meta: Meta, children: list[Any]) -> ast.Head:
        return self._head("guideline", meta, children)

    def module(self, meta: Meta, children: list[Any]) -> ast.Head:
        return self._head("module", meta, children)

    def head_version(self, meta: Meta, children: list[Any]) -> ast.HeadLine:
        return ast.HeadLine("version", self._word(children[0]), None, (), self._span(meta))

    def head_language(self, meta: Meta, children: list[Any]) -> ast.HeadLine:
        return ast.HeadLine("language", self._word(children[0]), None, (), self._span(meta))

    def head_source(self, meta: Meta, children: list[Any]) -> ast.HeadLine:
        return ast.HeadLine("source", children[0], None, (), self._span(meta))

    def head_uses(self, meta: Meta, children: list[Any]) -> ast.HeadLine:
        return ast.HeadLine("uses", children[0], None, (), self._span(meta))

    def head_applies(self, meta: Meta, children: list[Any]) -> ast.HeadLine:
        return ast.HeadLine("applies", None, children[0], children[1], self._span(meta))

    def head_overflow(self, meta: Meta, children: list[Any]) -> ast.HeadLine:
        return ast.HeadLine("overflow", self._word(children[1]), None, (), self._span(meta))

    def source(self, meta: Meta, children: list[Any]) -> ast.Source:
        return ast.Source(children[0], tuple(children[1:]), self._span(meta))

    def source_line(self, meta: Meta, children: list[Any]) -> ast.SourceLine:
        return ast.SourceLine(children[0], tuple(children[1:]))

    # --- vocabulary ---

    def input(self, meta: Meta, children: list[Any]) -> ast.Input:
        return ast.Input(children[0], children[1], children[2], tuple(children[3:]), self._span(meta))

    def input_line(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def _type(
        self, kind: Any, meta: Meta, values: Any = (), unit: Any = None, bounds: Any = ()
    ) -> ast.TypeLine:
        return ast.TypeLine(kind, tuple(values), unit, tuple(bounds), self._span(meta))

    def type_boolean(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        return self._type("boolean", meta)

    def type_one_of(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        self._few("values", children, children[0].name.span)
        return self._type("one_of", meta, values=children)

    def type_any_of(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        self._few("values", children, children[0].name.span)
        return self._type("any_of", meta, values=children)

    def type_any_of_drugs(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        return self._type("any_of_drugs", meta)

    def type_integer(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        return self._type("integer", meta, bounds=children)

    def type_quantity(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        return self._type("quantity", meta, unit=children[0], bounds=children[1:])

    def type_also_in(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        return self._type("also_in", meta, unit=children[0], bounds=children[1:])

    def type_date(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        return self._type("date", meta, bounds=children)

    def type_duration(self, meta: Meta, children: list[Any]) -> ast.TypeLine:
        return self._type("duration", meta, unit=self._word(children[0]), bounds=children[1:])

    def named_value(self, meta: Meta, children: list[Any]) -> ast.NamedValue:
        return ast.NamedValue(self.value_line(meta, children), self._span(meta))

    def rounds(self, meta: Meta, children: list[Any]) -> ast.Rounds:
        return ast.Rounds(self._span(meta))

    def series(self, meta: Meta, children: list[Any]) -> ast.Series:
        most = None if children[0] is None else self._number(children[0])
        return ast.Series(most, self._first(meta, "series"))

    def kept(self, meta: Meta, children: list[Any]) -> ast.Kept:
        word: Any = " ".join(str(children[0]).split())
        return ast.Kept(word, self.place(children[0]))

    def value_line(self, meta: Meta, children: list[Any]) -> ast.ValueLine:
        return ast.ValueLine(*children)

    reading_value = value_line

    def code(self, meta: Meta, children: list[Any]) -> ast.Code:
        return ast.Code(children[0], children[1], children[2], self._span(meta))

    def codes(self, meta: Meta, children: list[Any]) -> tuple[ast.Code, ...]:
        return tuple(child for child in children if child is not None)

    def note(self, meta: Meta, children: list[Any]) -> ast.Note:
        return ast.Note(children[0], children[1])

    def define(self, meta: Meta, children: list[Any]) -> ast.Define:
        name, label, unit, expression, cites, *lines = children
        kept = tuple(line for line in lines if line is not None)
        return ast.Define(name, label, unit, expression, cites, kept, self._span(meta))

    def unit_calendar(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._word(children[0])

    def define_line(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def define_shown(self, meta: Meta, children: list[Any]) -> ast.Shown:
        mode: Any = str(children[0] or "half away from zero")
        return ast.Shown(children[1], self._span(meta), mode, said=children[0] is not None)

    def shown(self, meta: Meta, children: list[Any]) -> ast.Shown:
        return ast.Shown(None, self._span(meta))

    def line(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    # --- functions, lookups, scores, tables ---

    def parameter_plain(self, meta: Meta, children: list[Any]) -> ast.Parameter:
        return ast.Parameter(children[0], "number", None, self._span(meta))

    def parameter_in(self, meta: Meta, children: list[Any]) -> ast.Parameter:
        return ast.Parameter(children[0], "number", children[1], self._span(meta))

    def parameter_calendar(self, meta: Meta, children: list[Any]) -> ast.Parameter:
        return ast.Parameter(children[0], "calendar", self._word(children[1]), self._span(meta))

    def parameter_date(self, meta: Meta, children: list[Any]) -> ast.Parameter:
        return ast.Parameter(children[0], "date", None, self._span(meta))

    def function(self, meta: Meta, children: list[Any]) -> ast.Function:
        parameters = tuple(one for one in children if isinstance(one, ast.Parameter))
        name, (label, unit, expression, cites, *notes) = children[0], children[1 + len(parameters) :]
        kept = tuple(one for one in notes if one is not None)
        return ast.Function(name, parameters, label, unit, expression, cites, kept, self._span(meta))

    def amount_signed(self, meta: Meta, children: list[Any]) -> ast.Number:
        number: ast.Number = children[0]
        unit: ast.Name | None = children[1]
        if unit is not None:
            self._apart(number.span, unit)
        return replace(number, unit=unit, span=number.span if unit is None else number.span.to(unit.span))

    def amount_calendar(self, meta: Meta, children: list[Any]) -> ast.CalendarNumber:
        word = self._word(children[1])
        self._apart(children[0].span, word)
        number: ast.Number = children[0]
        return ast.CalendarNumber(number.value, word, number.span.to(word.span), number.written)

    def _labels_span(self, labels: Any, meta: Meta) -> Span:
        return labels[0].span.to(labels[-1].span) if labels else self._first(meta, "otherwise")

    def valued(self, meta: Meta, children: list[Any]) -> ast.Valued:
        labels, label_cites, value, cites = children
        return ast.Valued(labels or None, value, label_cites, cites, self._labels_span(labels, meta))

    def lookup(self, meta: Meta, children: list[Any]) -> ast.Lookup:
        name, label, by, unit, cites, *lines = children
        self._few("lines", lines, name.span)
        return ast.Lookup(name, label, by, unit, cites, tuple(lines), self._span(meta))

    def points_for(self, meta: Meta, children: list[Any]) -> ast.PointsFor:
        name, cites, *lines = children
        self._few("lines", lines, name.span)
        return ast.PointsFor(name, cites, tuple(lines), name.span)

    def points_when(self, meta: Meta, children: list[Any]) -> ast.PointsWhen:
        return ast.PointsWhen(children[0], children[1], children[2], self._span(meta))

    def bands(self, meta: Meta, children: list[Any]) -> ast.Bands:
        name, label, cites, *lines = children
        self._few("bands", lines, name.span)
        return ast.Bands(name, label, cites, tuple(lines), name.span)

    def band_line(self, meta: Meta, children: list[Any]) -> ast.BandLine:
        labels, label_cites, name, label, cites = children
        return ast.BandLine(labels or None, name, label, label_cites, cites, self._labels_span(labels, meta))

    def score(self, meta: Meta, children: list[Any]) -> ast.Score:
        name, label, cites, *lines = children
        self._few("lines", lines, name.span)
        return ast.Score(name, label, cites, tuple(lines), self._span(meta))

    def classify(self, meta: Meta, children: list[Any]) -> ast.Classify:
        name, label, of, cites, *lines = children
        self._few("bands", lines, name.span)
        return ast.Classify(name, label, of, cites, tuple(lines), self._span(meta))

    def gives(self, meta: Meta, children: list[Any]) -> ast.Gives:
        name, label, unit, *lines = children
        kept = tuple(one for one in lines if one is not None)
        self._few("values", kept, name.span)
        return ast.Gives(name, label, unit, kept, name.span)

    def table(self, meta: Meta, children: list[Any]) -> ast.Table:
        name, label, cites, *lines, grid = children
        return ast.Table(name, label, cites, tuple(lines), grid, self._span(meta))

    def _policy(self, word: Any, meta: Meta, gather: Any = None) -> ast.Policy:
        return ast.Policy(word, gather, self._span(meta))

    def policy_unique(self, meta: Meta, children: list[Any]) -> ast.Policy:
        return self._policy("unique", meta)

    def policy_any(self, meta: Meta, children: list[Any]) -> ast.Policy:
        return self._policy("any", meta)

    def policy_first(self, meta: Meta, children: list[Any]) -> ast.Policy:
        return self._policy("first", meta)

    def policy_conflict(self, meta: Meta, children: list[Any]) -> ast.Policy:
        return self._policy("conflict", meta)

    def policy_collect(self, meta: Meta, children: list[Any]) -> ast.Policy:
        return self._policy("collect", meta, children[0])

    def grid_head(self, meta: Meta, children: list[Any]) -> tuple[Any, Any, Span]:
        at = next(at for at, one in enumerate(children) if isinstance(one, Token) and one == "||")
        columns = tuple(one for one in children[:at] if not isinstance(one, Token))
        outputs = tuple(one for one in children[at:] if not isinstance(one, Token))
        return columns, outputs, self._span(meta)

    def column(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def grid(self, meta: Meta, children: list[Any]) -> ast.Grid:
        policy, (columns, outputs, span), *rows = children
        self._few("rows", rows, span)
        return ast.Grid(policy, columns, outputs, tuple(rows), span)

    def grid_row(self, meta: Meta, children: list[Any]) -> ast.GridRow:
        _, cells, *rest, cites = children
        results = tuple(one for one in rest if not isinstance(one, Token))
        return ast.GridRow(cells, results, cites, self._span(meta))

    outcome_row = grid_row

    def cells(self, meta: Meta, children: list[Any]) -> tuple[ast.Cell, ...]:
        return tuple(one for one in children if not isinstance(one, Token))

    def cells_otherwise(self, meta: Meta, children: list[Any]) -> None:
        return None

    def cell_any(self, meta: Meta, children: list[Any]) -> ast.Cell:
        return ast.Cell("any", (), self._span(meta))

    def cell_dash(self, meta: Meta, children: list[Any]) -> ast.Cell:
        return ast.Cell("any", (), self._span(meta), dash=True)

    def cell_is(self, meta: Meta, children: list[Any]) -> ast.Cell:
        return ast.Cell("is", tuple(children), self._span(meta))

    def cell_is_not(self, meta: Meta, children: list[Any]) -> ast.Cell:
        return ast.Cell("is_not", tuple(children), self._span(meta))

    def result_amount(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    result_name = result_amount

    def result_yes_no(self, meta: Meta, children: list[Any]) -> ast.YesNo:
        return self.label_yes_no(meta, children)

    def result_none(self, meta: Meta, children: list[Any]) -> None:
        return None

    def outcome_table(self, meta: Meta, children: list[Any]) -> ast.OutcomeTable:
        policy, (columns, outputs, span), *rows, where = children
        self._few("rows", rows, span)
        grid = ast.Grid(policy, columns, outputs, tuple(rows), span)
        return ast.OutcomeTable(grid, where, span)

    def conflict_where(self, meta: Meta, children: list[Any]) -> ast.ConflictWhere:
        return ast.ConflictWhere(children[0], children[1], children[2], self._span(meta))

    def _item(
        self, kind: Any, meta: Meta, name: Any, label: Any, members: Any, cites: Any, lines: Any
    ) -> ast.Item:
        kept = tuple(line for line in lines if line is not None)
        return ast.Item(kind, name, label, tuple(_opt(members)), cites, kept, self._span(meta))

    def drug(self, meta: Meta, children: list[Any]) -> ast.Item:
        name, label, cites, *lines = children
        return self._item("drug", meta, name, label, (), cites, lines)

    def drug_strengths(self, meta: Meta, children: list[Any]) -> ast.Strengths:
        return ast.Strengths(tuple(children[1:]), self._span(meta))

    def drug_class(self, meta: Meta, children: list[Any]) -> ast.Item:
        name, label, members, cites, *lines = children
        return self._item("drug_class", meta, name, label, members, cites, lines)

    def procedure(self, meta: Meta, children: list[Any]) -> ast.Item:
        return self._item("procedure", meta, children[0], children[1], (), children[2], children[3:])

    def test(self, meta: Meta, children: list[Any]) -> ast.Item:
        return self._item("test", meta, children[0], children[1], (), children[2], children[3:])

    # --- regimens ---

    def regimen(self, meta: Meta, children: list[Any]) -> ast.Regimen:
        return ast.Regimen(children[0], children[1], children[2], tuple(children[3:]), self._span(meta))

    def give_nothing(self, meta: Meta, children: list[Any]) -> ast.GiveNothing:
        return ast.GiveNothing(self._span(meta))

    def lead(self, meta: Meta, children: list[Any]) -> ast.Lead:
        lead: ast.Lead = str(children[0])  # type: ignore[assignment]  # the grammar allows these words only
        return lead

    def lead_not_stated(self, meta: Meta, children: list[Any]) -> ast.Lead:
        return "not stated"

    def order_line(self, meta: Meta, children: list[Any]) -> ast.OrderLine:
        return ast.OrderLine(children[0], children[1], self._span(meta))

    choice_line = order_line

    def order(self, meta: Meta, children: list[Any]) -> ast.Order:
        thing, parts, tails, when, cites, details = children
        return ast.Order(thing, parts, tails, when.condition, cites, details, thing.span)

    def alternative(self, meta: Meta, children: list[Any]) -> ast.Order:
        thing, parts, tails, cites, details = children
        return ast.Order(thing, parts, tails, None, cites, details, thing.span)

    def closed_choice(self, meta: Meta, children: list[Any]) -> bool:
        return False

    def open_choice(self, meta: Meta, children: list[Any]) -> bool:
        return True

    def choice(self, meta: Meta, children: list[Any]) -> ast.Choice:
        is_open, tails, when, cites, *alternatives = children
        return ast.Choice(is_open, tails, when.condition, cites, tuple(alternatives), self._span(meta))

    def prefers(self, meta: Meta, children: list[Any]) -> tuple[ast.Detail, ...]:
        return tuple(child for child in children if child is not None)

    def prefer(self, meta: Meta, children: list[Any]) -> ast.Prefer:
        return ast.Prefer(children[0], children[1], children[2], self._span(meta))

    def dose_band(self, meta: Meta, children: list[Any]) -> ast.DoseBand:
        labels, dose, cites = children
        span = labels[0].span.to(labels[-1].span) if labels else self._first(meta, "otherwise")
        return ast.DoseBand(labels or None, dose or None, cites, span)

    def band_not_stated(self, meta: Meta, children: list[Any]) -> bool:
        return False

    def rate(self, meta: Meta, children: list[Any]) -> ast.Rate:
        return ast.Rate(children[1], children[2], children[3], self._span(meta))

    def taper(self, meta: Meta, children: list[Any]) -> ast.Taper:
        word, (by, of_first), every, end, lasts, rounding, cites = children
        up = str(word).startswith("titrate")
        return ast.Taper(up, by, of_first, every, end or None, lasts, rounding, cites, self._span(meta))

    def taper_by(self, meta: Meta, children: list[Any]) -> tuple[ast.Number, bool]:
        return children[0], children[1] is not None

    def taper_to(self, meta: Meta, children: list[Any]) -> ast.Number:
        end: ast.Number = children[0]
        return end

    def taper_stop(self, meta: Meta, children: list[Any]) -> bool:
        return False

    def held(self, meta: Meta, children: list[Any]) -> ast.Held:
        kind: Any = str(children[0])
        return ast.Held(kind, children[1], children[2], self._span(meta))

    def item_named(self, meta: Meta, children: list[Any]) -> ast.Thing:
        return ast.Thing(children[0], None, children[0].span)

    def item_not_stated(self, meta: Meta, children: list[Any]) -> ast.Thing:
        return ast.Thing(None, children[0], self._span(meta))

    def parts(self, meta: Meta, children: list[Any]) -> tuple[ast.Part, ...]:
        return tuple(children)

    def part(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def route(self, meta: Meta, children: list[Any]) -> ast.Route:
        return ast.Route(self._word(children[0]), self._span(meta))

    def dose_by(self, meta: Meta, children: list[Any]) -> ast.DoseBy:
        return ast.DoseBy(children[0], self._span(meta))

    def volume(self, meta: Meta, children: list[Any]) -> ast.Volume:
        return ast.Volume(children[0], self._span(meta))

    def infused_over(self, meta: Meta, children: list[Any]) -> ast.Over:
        return ast.Over(children[1], self._span(meta))

    def every(self, meta: Meta, children: list[Any]) -> ast.Every:
        return ast.Every(children[0], self._span(meta))

    def lasts(self, meta: Meta, children: list[Any]) -> ast.Lasts:
        return ast.Lasts(children[0], self._span(meta))

    def after(self, meta: Meta, children: list[Any]) -> ast.After:
        return ast.After(children[0], self._span(meta))

    def times(self, meta: Meta, children: list[Any]) -> ast.Times:
        return ast.Times(self._number(children[0]), self._span(meta))

    def span_of(self, meta: Meta, children: list[Any]) -> ast.Interval:
        low = self._number(children[0])
        high = low if children[1] is None else self._number(children[1])
        calendar = isinstance(children[2], Token) and children[2].type == "CALENDAR"
        unit = self._word(children[2]) if isinstance(children[2], Token) else children[2]
        self._apart(high.span, unit)
        return ast.Interval(low, high, unit, calendar, self._span(meta))

    def dose_exact(self, meta: Meta, children: list[Any]) -> tuple[str, ast.Number, ast.Number]:
        return "exact", children[0], children[0]

    def dose_or_more(self, meta: Meta, children: list[Any]) -> tuple[str, ast.Number, ast.Number]:
        return "or_more", children[0], children[0]

    def dose_range(self, meta: Meta, children: list[Any]) -> tuple[str, ast.Number, ast.Number]:
        low = self._number(children[0])
        return "range", replace(low, unit=children[1].unit), children[1]

    def dose_up_to(self, meta: Meta, children: list[Any]) -> tuple[str, ast.Number, ast.Number]:
        return "up_to", children[0], children[0]

    def dose_about(self, meta: Meta, children: list[Any]) -> tuple[str, ast.Number, ast.Number]:
        return "about", children[0], children[0]

    def dose_of(self, meta: Meta, children: list[Any]) -> ast.Name:
        of: ast.Name = children[0]
        return of

    def basis_stated(self, meta: Meta, children: list[Any]) -> tuple[str, Span]:
        return "stated", self._span(meta)

    def basis_not_stated(self, meta: Meta, children: list[Any]) -> tuple[str, Span]:
        return "not stated", self._span(meta)

    def dose_rounded(self, meta: Meta, children: list[Any]) -> ast.Rounding:
        mode: Any = None if children[0] is None else str(children[0])
        step = None if isinstance(children[1], Token) else children[1]
        return ast.Rounding(mode, step, self._span(meta))

    def dose_at_least(self, meta: Meta, children: list[Any]) -> ast.Cap:
        return ast.Cap("least", children[1], self._span(meta))

    def dose_at_most(self, meta: Meta, children: list[Any]) -> ast.Cap:
        return ast.Cap("most", children[1], self._span(meta))

    def dose(self, meta: Meta, children: list[Any]) -> ast.Dose:
        (form, low, high), of, basis, *limits = children
        word, place = basis or (None, None)
        return ast.Dose(form, low, high, of, word, tuple(limits), self._span(meta), place)

    def tails(self, meta: Meta, children: list[Any]) -> tuple[ast.Tail, ...]:
        return tuple(children)

    def tail_not_stated(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return ast.Tail("not_stated", str(children[0]), self._span(meta))

    def tail_usual(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return ast.Tail("usual", "usual", self._span(meta))

    def _action(self, word: str, meta: Meta) -> ast.Tail:
        return ast.Tail("action", word, self._span(meta))

    def tail_start(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return self._action("start", meta)

    def tail_add(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return self._action("add", meta)

    def tail_add_or_switch(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return self._action("add_or_switch", meta)

    def tail_switch(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return self._action("switch", meta)

    def tail_repeat(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return self._action("repeat", meta)

    def tail_stop(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return self._action("stop", meta)

    def tail_grade(self, meta: Meta, children: list[Any]) -> ast.Tail:
        tail: ast.Tail = children[0]
        return tail

    def grade(self, meta: Meta, children: list[Any]) -> ast.Tail:
        return ast.Tail("grade", ", ".join(part for part in children if part), self._span(meta))

    def grade_part(self, meta: Meta, children: list[Any]) -> str:
        return " ".join(children)

    def when(self, meta: Meta, children: list[Any]) -> ast.When:
        return ast.When(children[0], True)

    def when_not_stated(self, meta: Meta, children: list[Any]) -> ast.When:
        return ast.When(None, False)

    # --- decisions ---

    def decision(self, meta: Meta, children: list[Any]) -> ast.Decision:
        name, label, cites, asked, body = children
        return ast.Decision(name, label, cites, asked, body, self._span(meta))

    def asked(self, meta: Meta, children: list[Any]) -> ast.Asked:
        return ast.Asked(children[0], children[1])

    def by(self, meta: Meta, children: list[Any]) -> ast.By:
        self._few("branches", children[2:], children[0].span)
        node = ast.By(children[0], children[1], tuple(children[2:]), children[0].span)
        self._nested(node, *(branch.body for branch in node.branches))
        return node

    def by_branch(self, meta: Meta, children: list[Any]) -> ast.ByBranch:
        labels, cites, body = children
        span = labels[0].span.to(labels[-1].span) if labels else self._first(meta, "otherwise")
        return ast.ByBranch(labels or None, cites, body, span)

    def labels(self, meta: Meta, children: list[Any]) -> tuple[ast.Label, ...]:
        return tuple(children)

    def labels_otherwise(self, meta: Meta, children: list[Any]) -> tuple[ast.Label, ...]:
        return ()

    def label_value(self, meta: Meta, children: list[Any]) -> ast.Name:
        name: ast.Name = children[0]
        return name

    def label_yes_no(self, meta: Meta, children: list[Any]) -> ast.YesNo:
        return ast.YesNo(str(children[0]) == "yes", self.place(children[0]))

    def limit_negative(self, meta: Meta, children: list[Any]) -> Any:
        limit = children[-1]
        return replace(limit, value=-limit.value, span=self._span(meta), written=f"-{limit.written}")

    def label_compare(self, meta: Meta, children: list[Any]) -> ast.LabelCompare:
        op: Any = str(children[0])
        return ast.LabelCompare(op, children[1], self._span(meta))

    def label_equal(self, meta: Meta, children: list[Any]) -> ast.LabelCompare:
        return ast.LabelCompare("=", children[0], self._span(meta))

    def label_number(self, meta: Meta, children: list[Any]) -> ast.LabelCompare:
        return ast.LabelCompare("=", children[0], self._span(meta), bare=True)

    def label_range(self, meta: Meta, children: list[Any]) -> ast.LabelRange:
        above, low, below, high = children
        for sign, meant in ((above, ">"), (below, "<")):
            if sign is not None and sign != meant:
                place = self.place(sign)
                message = f"a range can't say `{sign}` here"
                raise BadToken(
                    "syntax", message, f"write `{meant}`, or nothing: the end is then included", place
                )
        return ast.LabelRange(low, high, above is not None, below is not None, self._span(meta))

    def node(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def whens(self, meta: Meta, children: list[Any]) -> ast.Whens:
        branches = tuple(child for child in children if child is not None)
        self._few("branches", branches, branches[0].span)
        node = ast.Whens(branches, branches[0].span)
        self._nested(node, *(branch.body for branch in branches))
        return node

    def when_branch(self, meta: Meta, children: list[Any]) -> ast.WhenBranch:
        condition, cites, body = children
        return ast.WhenBranch(condition, cites, body, condition.span)

    def otherwise(self, meta: Meta, children: list[Any]) -> ast.WhenBranch:
        return ast.WhenBranch(None, children[0], children[1], self._first(meta, "otherwise"))

    def _strength(self, word: Token, wording: Any, direction: Any) -> ast.Strength:
        strength: Any = str(word)
        direct: Any = "for" if direction is None else str(direction)
        return ast.Strength(strength, wording, direct)

    def recommendation(self, meta: Meta, children: list[Any]) -> ast.Recommendation:
        word, wording, direction, thing, parts, tails, cites = children
        order = ast.Order(thing, parts, tails, None, cites, (), thing.span)
        return ast.Recommendation(
            self._strength(word, wording, direction), order, self.place(word).to(thing.span)
        )

    def outcome_one(self, meta: Meta, children: list[Any]) -> ast.Recommendation:
        found, details = children
        return ast.Recommendation(found.strength, _with(found.order, details, None), found.span)

    def outcome_nothing(self, meta: Meta, children: list[Any]) -> ast.Nothing:
        return ast.Nothing(children[0], self._span(meta))

    def outcome_not_stated(self, meta: Meta, children: list[Any]) -> ast.NotStated:
        return ast.NotStated(children[0], children[1], self._span(meta))

    def outcome_conflict(self, meta: Meta, children: list[Any]) -> ast.Conflict:
        node = ast.Conflict(children[0], children[1], tuple(children[2:]), children[0].span)
        self._nested(node, *node.answers)
        return node

    def outcome_all(self, meta: Meta, children: list[Any]) -> ast.AllOf:
        return ast.AllOf(children[0], tuple(children[1:]), self._span(meta))

    def outcome_as(self, meta: Meta, children: list[Any]) -> ast.As:
        return ast.As(children[0], children[1], self._first(meta, "as").to(children[0].span))

    def options(self, meta: Meta, children: list[Any]) -> ast.Options:
        name, label, cites, asked, *lines = children
        return ast.Options(name, label, cites, asked, tuple(lines), self._span(meta))

    def option_conflict(self, meta: Meta, children: list[Any]) -> ast.OptionConflict:
        return ast.OptionConflict(children[0], children[1], tuple(children[2:]), children[0].span)

    def option_line(self, meta: Meta, children: list[Any]) -> ast.OptionLine:
        word, wording, direction, thing, parts, tails, when, cites, details = children
        order = ast.Order(thing, parts, tails, None, cites, details, thing.span)
        span = self.place(word).to(thing.span)
        recommendation = ast.Recommendation(self._strength(word, wording, direction), order, span)
        return ast.OptionLine(recommendation, when, span)

    # --- rules ---

    def advise(self, meta: Meta, children: list[Any]) -> ast.Rule:
        kind, name, label, when, until, cites, *lines = children
        kept = tuple(line for line in lines if line is not None)
        return ast.Rule(str(kind), name, label, when, until, cites, kept, self._span(meta))

    def monitor(self, meta: Meta, children: list[Any]) -> ast.Rule:
        name, label, when, until, cites, *lines = children
        return ast.Rule("monitor", name, label, when, until, cites, tuple(lines), self._span(meta))

    def advise_line(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    monitor_line = advise_line
    rule_gives = advise_line

    def rule_strength(self, meta: Meta, children: list[Any]) -> ast.RuleStrength:
        return ast.RuleStrength(self._strength(*children[:3]), children[3], self._span(meta))

    def rule_measure(self, meta: Meta, children: list[Any]) -> ast.Measure:
        return ast.Measure(children[0], self._span(meta))

    def rule_every(self, meta: Meta, children: list[Any]) -> ast.MeasureEvery:
        interval, less, start = children
        return ast.MeasureEvery(interval, less, start, self._span(meta))

    def rule_every_not_stated(self, meta: Meta, children: list[Any]) -> ast.MeasureEvery:
        return ast.MeasureEvery(None, None, None, self._span(meta))

    def rule_due(self, meta: Meta, children: list[Any]) -> ast.Due:
        earliest, latest = children[1]
        return ast.Due(earliest, latest, children[2], self._span(meta))

    def rule_until(self, meta: Meta, children: list[Any]) -> ast.UntilDate:
        return ast.UntilDate(children[0], self._span(meta))

    def rule_baseline(self, meta: Meta, children: list[Any]) -> ast.Baseline:
        return ast.Baseline(children[0], self._span(meta))

    def window_at(self, meta: Meta, children: list[Any]) -> tuple[ast.Lapse, ast.Lapse]:
        return children[0], children[0]

    def window_between(self, meta: Meta, children: list[Any]) -> tuple[ast.Lapse, ast.Lapse]:
        return children[0], children[1]

    def window_of_one_unit(self, meta: Meta, children: list[Any]) -> tuple[ast.Lapse, ast.Lapse]:
        number, latest = self._number(children[0]), children[1]
        return ast.Lapse(number, latest.unit, None, number.span, True), latest

    def lapse(self, meta: Meta, children: list[Any]) -> ast.Lapse:
        number, unit = self._number(children[0]), self._word(children[1])
        self._apart(number.span, unit)
        return ast.Lapse(number, unit, children[2], self._span(meta))

    def less(self, meta: Meta, children: list[Any]) -> ast.CalendarNumber:
        return self.calendar_quantity(meta, children[1:])

    def dated(self, meta: Meta, children: list[Any]) -> ast.Dated:
        return ast.Dated(children[0], tuple(children[1:]), self._span(meta))

    def instead(self, meta: Meta, children: list[Any]) -> ast.Instead:
        return ast.Instead(children[1], children[2])

    def date_of(self, meta: Meta, children: list[Any]) -> ast.SomeDate:
        return ast.SomeDate(children[0], children[0].span)

    date_itself = date_of

    def date_not_stated(self, meta: Meta, children: list[Any]) -> ast.SomeDate:
        return ast.SomeDate("not stated", self._span(meta))

    def date_no_end(self, meta: Meta, children: list[Any]) -> ast.SomeDate:
        return ast.SomeDate("no end", self._span(meta))

    def rule_applies(self, meta: Meta, children: list[Any]) -> ast.Applies:
        return ast.Applies(children[0], children[1], self._span(meta))

    def until(self, meta: Meta, children: list[Any]) -> ast.Name | None:
        name: ast.Name | None = children[0]
        return name

    def reading(self, meta: Meta, children: list[Any]) -> ast.Reading:
        self._few("values", children[3:], children[0].span)
        return ast.Reading(children[0], children[1], children[2], tuple(children[3:]), self._span(meta))

    def document(self, meta: Meta, children: list[Any]) -> ast.Account:
        return ast.Account("documented", children[0], children[1], self._span(meta))

    def set_aside(self, meta: Meta, children: list[Any]) -> ast.Account:
        return ast.Account("set_aside", children[0], children[1], self._span(meta))

    def impossible(self, meta: Meta, children: list[Any]) -> ast.Impossible:
        return ast.Impossible(children[0], children[1], children[2], self._span(meta))

    def avoid(self, meta: Meta, children: list[Any]) -> ast.Avoid:
        item, (other, condition), why, cites, *lines = children
        kept = tuple(line for line in lines if line is not None)
        return ast.Avoid(item, other, condition, why, cites, kept, self._span(meta))

    def avoid_when(self, meta: Meta, children: list[Any]) -> tuple[ast.Name | None, ast.Expression | None]:
        return None, children[0]

    def avoid_with(self, meta: Meta, children: list[Any]) -> tuple[ast.Name | None, ast.Expression | None]:
        return children[1], None

    def avoid_line(self, meta: Meta, children: list[Any]) -> ast.RuleStrength:
        word, wording, grade = children
        return ast.RuleStrength(self._strength(word, wording, "against"), grade, self._span(meta))

    # --- side by side ---

    def question(self, meta: Meta, children: list[Any]) -> ast.Question:
        name, label, compares, among = children
        names, but = among or ((), False)
        of = ast.Name(str(compares), self.place(compares))
        return ast.Question(name, label, of, names, but, self._span(meta))

    def among_of(self, meta: Meta, children: list[Any]) -> tuple[tuple[ast.Name, ...], bool]:
        return children[0], False

    def among_but(self, meta: Meta, children: list[Any]) -> tuple[tuple[ast.Name, ...], bool]:
        return children[0], True

    def side_by_side(self, meta: Meta, children: list[Any]) -> ast.Comparison:
        return ast.Comparison(tuple(children), self._span(meta))

    def answers(self, meta: Meta, children: list[Any]) -> ast.ComparisonLine:
        return ast.ComparisonLine(children[0], children[1], self._span(meta))

    # --- the pathway over time ---

    def pathway(self, meta: Meta, children: list[Any]) -> ast.Pathway:
        name, label, of, cites, *lines = children
        return ast.Pathway(name, label, of, cites, tuple(lines), self._span(meta))

    def stage(self, meta: Meta, children: list[Any]) -> ast.Stage:
        name, cites, *lines = children
        return ast.Stage(name, cites, tuple(line for line in lines if line is not None), self._span(meta))

    def stage_start(self, meta: Meta, children: list[Any]) -> ast.StageMark:
        return ast.StageMark("start", self._span(meta))

    def stage_final(self, meta: Meta, children: list[Any]) -> ast.StageMark:
        return ast.StageMark("final", self._span(meta))

    def stage_decides(self, meta: Meta, children: list[Any]) -> ast.StageNames:
        return ast.StageNames("decides", children[1], self._span(meta))

    def stage_does(self, meta: Meta, children: list[Any]) -> ast.StageNames:
        return ast.StageNames("does", children[1], self._span(meta))

    def review_every(self, meta: Meta, children: list[Any]) -> ast.StageReview:
        return ast.StageReview("every", children[1], None, children[2], self._span(meta))

    def review_after(self, meta: Meta, children: list[Any]) -> ast.StageReview:
        return ast.StageReview("after", children[1], None, children[2], self._span(meta))

    def review_not_stated(self, meta: Meta, children: list[Any]) -> ast.StageReview:
        return ast.StageReview("not stated", None, children[1], children[2], self._span(meta))

    def moves_by(self, meta: Meta, children: list[Any]) -> ast.Moves:
        name, cites, *branches = children
        self._few("branches", branches, name.span)
        return ast.Moves(name, cites, tuple(branches), name.span)

    def moves(self, meta: Meta, children: list[Any]) -> ast.Moves:
        branches = tuple(child for child in children if child is not None)
        self._few("branches", branches, branches[0].span)
        return ast.Moves(None, (), branches, branches[0].span)

    def moves_always(self, meta: Meta, children: list[Any]) -> ast.Moves:
        goes: ast.Goes = children[0]
        return ast.Moves(None, (), (ast.Move(None, None, (), goes, goes.span, True),), goes.span)

    def move_by(self, meta: Meta, children: list[Any]) -> ast.Move:
        labels, cites, goes = children
        span = labels[0].span.to(labels[-1].span) if labels else self._first(meta, "otherwise")
        return ast.Move(labels or None, None, cites, goes, span)

    def move_when(self, meta: Meta, children: list[Any]) -> ast.Move:
        condition, cites, goes = children
        return ast.Move(None, condition, cites, goes, condition.span)

    def move_otherwise(self, meta: Meta, children: list[Any]) -> ast.Move:
        return ast.Move(None, None, children[0], children[1], self._first(meta, "otherwise"))

    def goes_to(self, meta: Meta, children: list[Any]) -> ast.Goes:
        return ast.Goes("to", children[1], None, children[2], children[1].span)

    def goes_stay(self, meta: Meta, children: list[Any]) -> ast.Goes:
        return ast.Goes("stay", None, None, children[1], self.place(children[0]))

    def goes_not_stated(self, meta: Meta, children: list[Any]) -> ast.Goes:
        return ast.Goes("not stated", None, children[0], children[1], self._span(meta))

    # --- properties ---

    def property(self, meta: Meta, children: list[Any]) -> ast.Property:
        name, label, cites, *lines = children
        return ast.Property(name, label, cites, tuple(lines), self._span(meta))

    def claim_never(self, meta: Meta, children: list[Any]) -> ast.Claim:
        possible, names, _, others, inside, (when, unless) = children
        span = self._span(meta)
        return ast.Claim("never", names, when, unless, span, possible is not None, others or (), inside)

    def claim_always(self, meta: Meta, children: list[Any]) -> ast.Claim:
        possible, names, inside, (when, unless) = children
        return ast.Claim("always", names, when, unless, self._span(meta), possible is not None, inside=inside)

    def claim_amount(self, meta: Meta, children: list[Any]) -> ast.Claim:
        of_word, drug, inside, least, limit, (when, unless) = children
        word = str(of_word).split()[0]
        return ast.Claim(
            "amount", (), when, unless, self._span(meta),
            inside=inside, of=drug, word=word, least=least, limit=limit,
        )  # fmt: skip

    def ranked(self, meta: Meta, children: list[Any]) -> tuple[ast.Name, ...]:
        return tuple(children)

    def rank_name(self, meta: Meta, children: list[Any]) -> ast.Name:
        return children[0]  # type: ignore[no-any-return]

    def rank_nothing(self, meta: Meta, children: list[Any]) -> ast.Name:
        return ast.Name("!nothing", self._span(meta))

    def limited(self, meta: Meta, children: list[Any]) -> bool:
        return str(children[0]).endswith("least")

    def claim_determined(self, meta: Meta, children: list[Any]) -> ast.Claim:
        names, (when, unless) = children
        return ast.Claim("determined", names or (), when, unless, self._span(meta))

    def claim_monotone(self, meta: Meta, children: list[Any]) -> ast.Claim:
        word, of, names, inside, (when, unless) = children
        return ast.Claim(
            "monotone", names, when, unless, self._span(meta), inside=inside, of=of, word=str(word)
        )

    def claim_alike(self, meta: Meta, children: list[Any]) -> ast.Claim:
        first, second, (when, unless) = children
        return ast.Claim("alike", (first, second), when, unless, self._span(meta))

    def claim_everyone(self, meta: Meta, children: list[Any]) -> tuple[ast.Expression | None, bool]:
        return None, False

    def claim_if(self, meta: Meta, children: list[Any]) -> tuple[ast.Expression | None, bool]:
        return children[0], False

    def claim_unless(self, meta: Meta, children: list[Any]) -> tuple[ast.Expression | None, bool]:
        return children[0], True

    # --- scenarios ---

    def scenario(self, meta: Meta, children: list[Any]) -> ast.Scenario:
        title, cites, review, *lines = children
        return ast.Scenario(title, cites, tuple(lines), self._span(meta), review)

    def review_missing(self, meta: Meta, children: list[Any]) -> ast.Review:
        return ast.Review(False, "", self.place(children[0]))

    def review_done(self, meta: Meta, children: list[Any]) -> ast.Review:
        word, digest = children
        span = self.place(word)
        return ast.Review(True, str(digest or ""), span if digest is None else span.to(self.place(digest)))

    def scenario_line(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    def given_line(self, meta: Meta, children: list[Any]) -> ast.GivenLines:
        return ast.GivenLines(tuple(children))

    def expect_line(self, meta: Meta, children: list[Any]) -> ast.Expectations:
        return ast.Expectations(tuple(children))

    def given(self, meta: Meta, children: list[Any]) -> ast.GivenLine:
        value, one_of = children[1]
        return ast.GivenLine(children[0], value, one_of, False, self._span(meta))

    def given_reading(self, meta: Meta, children: list[Any]) -> ast.GivenLine:
        return ast.GivenLine(children[0], (children[1],), False, True, self._span(meta))

    def given_series(self, meta: Meta, children: list[Any]) -> ast.GivenLine:
        return ast.GivenLine(
            children[0], ast.DatedValues(tuple(children[1:])), False, False, self._span(meta)
        )

    def dated_value(self, meta: Meta, children: list[Any]) -> ast.DatedValue:
        (value, _), day = children
        return ast.DatedValue(value, day, self._span(meta))

    def given_name(self, meta: Meta, children: list[Any]) -> tuple[ast.Name, bool]:
        return children[0], False

    def given_number(self, meta: Meta, children: list[Any]) -> tuple[ast.Given, bool]:
        number, unit = children
        if unit is not None:
            self._apart(number.span, unit)
        span = number.span if unit is None else number.span.to(unit.span)
        return replace(number, unit=unit, span=span), False

    def given_date(self, meta: Meta, children: list[Any]) -> tuple[ast.Given, bool]:
        return children[0], False

    def given_duration(self, meta: Meta, children: list[Any]) -> tuple[ast.Given, bool]:
        return self.calendar_quantity(meta, children), False

    def given_yes_no(self, meta: Meta, children: list[Any]) -> tuple[ast.Given, bool]:
        return self.label_yes_no(meta, children), False

    def given_names(self, meta: Meta, children: list[Any]) -> tuple[ast.Given, bool]:
        return children[0], False

    def given_one_of(self, meta: Meta, children: list[Any]) -> tuple[ast.Given, bool]:
        return children[0], True

    def given_nothing(self, meta: Meta, children: list[Any]) -> tuple[ast.Given, bool]:
        return (), False

    def _expect(
        self, kind: Any, meta: Meta, of: Any = None, names: Any = (), word: str = "", dose: Any = (None, None)
    ) -> Any:
        return ast.Expectation(kind, of, tuple(names), word, dose[0], dose[1], self._span(meta))

    def expect_status(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("status", meta, word=children[0].text)

    def expect_decision(self, meta: Meta, children: list[Any]) -> Any:
        names = children[1]
        if isinstance(names, ast.Name):
            return self._expect("outcome", meta, of=children[0], word=names.text)
        return self._expect("outcome", meta, of=children[0], names=names)

    def expect_possible(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("possible", meta, of=children[0], names=children[1])

    def expect_needs(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("needs", meta, names=children[0] if children else ())

    def expect_needs_of(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("needs", meta, of=children[0], names=children[1] if len(children) > 1 else ())

    def expect_ask(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("ask", meta, names=(children[0],))

    def expect_dose(self, meta: Meta, children: list[Any]) -> Any:
        word, low, high, names = children[2]
        found = self._expect("dose", meta, of=children[0], word=word, dose=(low, high), names=names)
        return replace(found, inside=children[1])

    def expect_amount(self, meta: Meta, children: list[Any]) -> Any:
        kind = str(children[0]).split()[0]
        word, low, high, names = children[3]
        found = self._expect(kind, meta, of=children[1], word=word, dose=(low, high), names=names)
        return replace(found, inside=children[2])

    def expect_span(self, meta: Meta, children: list[Any]) -> Any:
        time = children[3] if len(children) > 3 else None
        found = self._expect(
            str(children[0]).split()[0], meta, of=children[1], word="" if time else "not_stated"
        )
        return replace(found, inside=children[2], time=time)

    def expect_steps(self, meta: Meta, children: list[Any]) -> Any:
        found = self._expect("steps", meta, of=children[1])
        return replace(found, inside=children[2], steps=tuple(children[3:]))

    def expect_action(self, meta: Meta, children: list[Any]) -> Any:
        found = self._expect("action", meta, of=children[1], word=children[3].word)
        return replace(found, inside=children[2])

    def expect_route(self, meta: Meta, children: list[Any]) -> Any:
        word = "not_stated" if children[3] is None else children[3].word.text
        return replace(self._expect("route", meta, of=children[1], word=word), inside=children[2])

    def route_not_stated(self, meta: Meta, children: list[Any]) -> None:
        return None

    def expect_strength(self, meta: Meta, children: list[Any]) -> Any:
        _, of, word, direction = children
        names = () if direction is None else (self._word(direction),)
        return self._expect("strength", meta, of=of, word=str(word), names=names)

    def expect_step(self, meta: Meta, children: list[Any]) -> Any:
        number = self._number(children[3]) if len(children) > 3 else None
        word = "not_stated" if number is None else ""
        found = self._expect("step", meta, of=children[1], word=word, dose=(number, number))
        return replace(found, inside=children[2])

    def expect_basis(self, meta: Meta, children: list[Any]) -> Any:
        return replace(self._expect("basis", meta, of=children[1], word="stated"), inside=children[2])

    def expect_basis_not_stated(self, meta: Meta, children: list[Any]) -> Any:
        return replace(self._expect("basis", meta, of=children[1], word="not_stated"), inside=children[2])

    def expect_choice(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("choice", meta, of=children[1], word="one_of")

    def expect_choice_open(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("choice", meta, of=children[1], word="such_as")

    def expect_measure(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("measure", meta, of=children[1], names=children[2])

    def expect_open(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("open", meta, names=children[1] if len(children) > 1 else ())

    def expect_value(self, meta: Meta, children: list[Any]) -> Any:
        low, high, names = children[2]
        return self._expect("value", meta, of=children[1], dose=(low, high), names=names)

    def expected_number(self, meta: Meta, children: list[Any]) -> tuple[Any, Any, Any]:
        return children[0], children[0], ()

    def expected_numbers(self, meta: Meta, children: list[Any]) -> tuple[Any, Any, Any]:
        low, high = children
        return replace(low, unit=high.unit), high, ()

    def expected_bands(self, meta: Meta, children: list[Any]) -> tuple[Any, Any, Any]:
        return None, None, children[0]

    def expected_truth(self, meta: Meta, children: list[Any]) -> tuple[Any, Any, Any]:
        return None, None, (self._word(children[0]),)

    def expect_due(self, meta: Meta, children: list[Any]) -> Any:
        word, names = children[2]
        return self._expect("due", meta, of=children[1], word=word, names=names)

    def expected_dates(self, meta: Meta, children: list[Any]) -> tuple[str, Any]:
        first, last = children[0], children[1] or children[0]
        return "dates", tuple(ast.Name(day.value.isoformat(), day.span) for day in (first, last))

    def expected_nothing_due(self, meta: Meta, children: list[Any]) -> tuple[str, Any]:
        return "nothing", ()

    def expected_due_not_stated(self, meta: Meta, children: list[Any]) -> tuple[str, Any]:
        return "not stated", ()

    def expected_due_needs(self, meta: Meta, children: list[Any]) -> tuple[str, Any]:
        return "needs", children[0]

    def expect_usual(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("usual", meta, of=children[0], names=(children[1],))

    def expect_usual_not_stated(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("usual", meta, of=children[0])

    def expect_preferred(self, meta: Meta, children: list[Any]) -> Any:
        names = children[2] if len(children) > 2 else ()
        word = "unknown" if len(children) > 3 and children[3] is not None else "yes"
        return self._expect("preferred", meta, of=children[1], names=names, word=word)

    def expect_stage(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("stage", meta, of=self._word(children[0]), names=children[1])

    def expect_next(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("next", meta, of=children[1], names=children[2:])

    def next_not_stated(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("not stated", meta)

    def expect_review(self, meta: Meta, children: list[Any]) -> Any:
        time = children[2] if len(children) > 2 else None
        found = self._expect("review", meta, of=children[1], word="" if time else "not_stated")
        return replace(found, time=time)

    def expect_review_every(self, meta: Meta, children: list[Any]) -> Any:
        return replace(self._expect("review", meta, of=children[1], word="every"), time=children[2])

    def expect_review_after(self, meta: Meta, children: list[Any]) -> Any:
        return replace(self._expect("review", meta, of=children[1], word="after"), time=children[2])

    def expect_rule(self, meta: Meta, children: list[Any]) -> Any:
        word = "yes" if children[2] is None else "unknown"
        return self._expect("rule", meta, of=self._word(children[0]), names=children[1], word=word)

    def expect_no_rule(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect("no_rule", meta, of=self._word(children[0]), names=children[1])

    def expect_refused(self, meta: Meta, children: list[Any]) -> Any:
        return self._expect(
            "refused", meta, of=children[0], names=[] if children[1] is None else [children[1]]
        )

    def expected_names(self, meta: Meta, children: list[Any]) -> tuple[ast.Name, ...]:
        names: tuple[ast.Name, ...] = children[0]
        return names

    def expected_name(self, meta: Meta, children: list[Any]) -> ast.Name:
        name: ast.Name = children[0]
        return name

    def expected_directed(self, meta: Meta, children: list[Any]) -> ast.Name:
        return ast.Name(f"{children[0]} {children[1].text}", self._span(meta))

    def expected_status(self, meta: Meta, children: list[Any]) -> ast.Name:
        status: ast.Name = children[0]
        return status

    def expected_some(self, meta: Meta, children: list[Any]) -> tuple[ast.Name, ...]:
        return tuple(children)

    def _status(self, word: str, meta: Meta) -> ast.Name:
        return ast.Name(f"!{word}", self._span(meta))

    def status_determined(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("determined", meta)

    def status_indeterminate(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("indeterminate", meta)

    def status_not_stated(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("not_stated", meta)

    def status_conflict(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("conflict", meta)

    def status_not_applicable(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("not_applicable", meta)

    def status_out_of_scope(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("out_of_scope", meta)

    def status_nothing(self, meta: Meta, children: list[Any]) -> ast.Name:
        return self._status("nothing", meta)

    def expected_exact(self, meta: Meta, children: list[Any]) -> tuple[str, Any, Any, Any]:
        return "amount", children[0], children[0], ()

    def expected_range(self, meta: Meta, children: list[Any]) -> tuple[str, Any, Any, Any]:
        low = self._number(children[0])
        return "amount", replace(low, unit=children[1].unit), children[1], ()

    def expected_or_more(self, meta: Meta, children: list[Any]) -> tuple[str, Any, Any, Any]:
        return "or_more", children[0], children[0], ()

    def expected_up_to(self, meta: Meta, children: list[Any]) -> tuple[str, Any, Any, Any]:
        return "up_to", children[0], children[0], ()

    def expected_about(self, meta: Meta, children: list[Any]) -> tuple[str, Any, Any, Any]:
        return "about", children[0], children[0], ()

    def expected_not_stated(self, meta: Meta, children: list[Any]) -> tuple[str, Any, Any, Any]:
        return "not_stated", None, None, ()

    def expected_needs(self, meta: Meta, children: list[Any]) -> tuple[str, Any, Any, Any]:
        return "needs", None, None, (children[0],)

    # --- expressions ---

    def named(self, meta: Meta, children: list[Any]) -> ast.Name:
        name: ast.Name = children[0]
        return name

    def _binary(self, op: Any, children: list[Any]) -> ast.Binary:
        left, right = children[0], children[-1]
        node = ast.Binary(op, left, right, left.span.to(right.span))
        self._nested(node, left, right)
        if op in ("+", "-") and id(left) in self._open:
            raise self._two_ways(op, self._open[id(left)][1], node)
        self._ends_open(node, right)
        return node

    def _ends_open(self, node: ast.Expression, last: ast.Expression) -> None:
        """Remember that a node ends with `… to DATE`, and no parenthesis behind it."""
        if id(last) in self._open:
            self._open[id(node)] = node, self._open[id(last)][1]

    def _two_ways(self, op: str, completed: ast.Completed, node: ast.Binary) -> BadToken:
        first, last, behind = (self._text(one.span) for one in (completed.first, completed.last, node.right))
        counted = f"{completed.word.text} from {first} to"
        return BadToken(
            "syntax",
            f"this can be read in two ways: what stands behind `{op}` may belong to the date or to the {completed.word.text}",
            f"write `{counted} ({last} {op} {behind})` or `({counted} {last}) {op} {behind}`",
            completed.span.to(node.right.span),
        )

    def _text(self, span: Span) -> str:
        """What is written there; of what is written in several lines, a sign that something is left out."""
        line = self._lines[span.line - self.offset - 1]
        return line[span.column - 1 : span.end_column - 1] if span.line == span.end_line else "…"

    def parenthesized(self, meta: Meta, children: list[Any]) -> Any:
        self._open.pop(id(children[0]), None)
        return children[0]

    def either(self, meta: Meta, children: list[Any]) -> ast.Binary:
        return self._binary("or", children)

    def both(self, meta: Meta, children: list[Any]) -> ast.Binary:
        return self._binary("and", children)

    def plus(self, meta: Meta, children: list[Any]) -> ast.Binary:
        return self._binary("+", children)

    def minus(self, meta: Meta, children: list[Any]) -> ast.Binary:
        return self._binary("-", children)

    def times_of(self, meta: Meta, children: list[Any]) -> ast.Binary:
        return self._binary("*", children)

    def over(self, meta: Meta, children: list[Any]) -> ast.Binary:
        return self._binary("/", children)

    def power(self, meta: Meta, children: list[Any]) -> ast.Binary:
        return self._binary("^", children)

    def call(self, meta: Meta, children: list[Any]) -> ast.Call:
        name, *arguments = (one for one in children if not isinstance(one, Token))
        node = ast.Call(name, tuple(arguments), self._span(meta))
        self._nested(node, *arguments)
        return node

    def completed(self, meta: Meta, children: list[Any]) -> ast.Completed:
        word, first, last = children
        node = ast.Completed(self._word(word), first, last, self._span(meta))
        self._nested(node, first, last)
        self._open[id(node)] = node, node
        return node

    def of_series(self, meta: Meta, children: list[Any]) -> ast.OfSeries:
        word, name, *over = [one for one in children if getattr(one, "type", "") != "OVER"]
        kind: Any = " ".join(str(word).split()).removesuffix(" of")
        time = self._time(*over) if over else None
        return ast.OfSeries(kind, name, time, self._span(meta))

    def before(self, meta: Meta, children: list[Any]) -> ast.OfSeries:
        name, number, unit, _ = children
        return ast.OfSeries("before", name, self._time(number, unit), self._span(meta))

    def _time(self, digits: Token, word: Token) -> ast.CalendarNumber:
        number, unit = self._number(digits), self._word(word)
        self._apart(number.span, unit)
        return ast.CalendarNumber(number.value, unit, number.span.to(unit.span), number.written)

    def rounded(self, meta: Meta, children: list[Any]) -> ast.Rounded:
        operand, mode, step = children
        word: Any = str(mode or "half away from zero")
        node = ast.Rounded(operand, step, word, operand.span.to(step.span), said=mode is not None)
        self._nested(node, operand)
        return node

    def negated(self, meta: Meta, children: list[Any]) -> ast.Unary:
        node = ast.Unary("not", children[0], self._span(meta))
        self._nested(node, children[0])
        return node

    def opposite(self, meta: Meta, children: list[Any]) -> ast.Unary:
        node = ast.Unary("-", children[0], self._span(meta))
        self._nested(node, children[0])
        self._ends_open(node, children[0])
        return node

    def _compared(self, op: Any, left: Any, right: Any) -> ast.Compare:
        node = ast.Compare(op, left, right, left.span.to(right.span))
        self._nested(node, left, right)
        return node

    def compare(self, meta: Meta, children: list[Any]) -> ast.Compare:
        return self._compared(str(children[1]), children[0], children[2])

    def equals(self, meta: Meta, children: list[Any]) -> ast.Compare:
        return self._compared("=", children[0], children[1])

    def thresholds(self, meta: Meta, children: list[Any]) -> ast.Thresholds:
        numbers = tuple(child for child in children if not isinstance(child, Token))
        return ast.Thresholds(numbers, numbers[0].span.to(numbers[-1].span))

    def _is(self, left: Any, values: tuple[Any, ...], negated: bool, listed: bool = False) -> ast.Is:
        node = ast.Is(left, values, negated, left.span.to(values[-1].span), listed)
        self._nested(node, left)
        return node

    def is_value(self, meta: Meta, children: list[Any]) -> ast.Is:
        return self._is(children[0], (children[1],), False)

    def is_not(self, meta: Meta, children: list[Any]) -> ast.Is:
        return self._is(children[0], (children[1],), True)

    def is_one_of(self, meta: Meta, children: list[Any]) -> ast.Is:
        return self._is(children[0], children[1], False, listed=True)

    def is_name(self, meta: Meta, children: list[Any]) -> Any:
        return children[0]

    is_quantity = is_name
    is_date = is_name

    def is_yes_no(self, meta: Meta, children: list[Any]) -> ast.YesNo:
        return self.label_yes_no(meta, children)

    def includes(self, meta: Meta, children: list[Any]) -> ast.Includes:
        return ast.Includes(children[0], children[1], children[0].span.to(children[1].span))

    def _about(self, kind: Any, meta: Meta, children: list[Any]) -> ast.About:
        return ast.About(kind, children[0], self._span(meta))

    def known(self, meta: Meta, children: list[Any]) -> ast.About:
        return self._about("known", meta, children)

    def blank(self, meta: Meta, children: list[Any]) -> ast.About:
        return self._about("blank", meta, children)

    def taking(self, meta: Meta, children: list[Any]) -> ast.About:
        return self._about("taking", meta, children)

    def prescribed(self, meta: Meta, children: list[Any]) -> ast.About:
        return self._about("prescribed", meta, children)


def _with(order: ast.Order, details: tuple[ast.Detail, ...], condition: ast.Expression | None) -> ast.Order:
    return ast.Order(order.thing, order.parts, order.tails, condition, order.cites, details, order.span)
