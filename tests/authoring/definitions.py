"""Definitions, functions, lookups, scores, bands and tables of values."""

from dataclasses import replace
from fractions import Fraction

from authoring import words
from authoring.draft import Draft, Function, Number, Subject
from authoring.grids import columns, gather_rows, narrower, splitting
from authoring.labels import Labels, partition, with_otherwise
from authoring.numbers import computed, constant, rounded
from authoring.questions import Place, condition
from guidec import ast
from guidec.ir import NOWHERE

_CATEGORY = ("low", "mid", "high")


def definition(draft: Draft, place: Place = "inputs") -> None:
    """One definition more, of any kind."""
    forms = (
        _condition,
        _number,
        _number,
        _function,
        _lookup,
        _score,
        _score,
        _classify,
        _table,
        _table,
        _table,
    )
    draft.one(forms)(draft, place)


def _condition(draft: Draft, place: Place) -> None:
    name = draft.new("def")
    asked = condition(draft, 2, place)
    shown: tuple[ast.Shown | ast.Note, ...] = (
        *((ast.Shown(None, NOWHERE),) if draft.chance(0.6) else ()),
        *draft.notes(),
    )
    label = draft.label(name) if draft.chance(0.7) else None
    draft.declarations.append(
        ast.Define(words.name(name), label, None, asked, draft.cites(0.3), shown, NOWHERE)
    )
    subject = Subject(words.name(name), truth=True, pure=place == "inputs")
    draft.conditions.append(subject)
    draft.subjects.append(subject)


def _number(draft: Draft, place: Place) -> None:
    """A computed number; shown in its unit, rounded so that it is a decimal."""
    found = computed(draft)
    if found is None:
        return
    name = draft.new("def")
    unit = words.name(found.unit) if found.kind == "unit" and draft.chance(0.8) else None
    lines: list[ast.Shown | ast.Note] = [*draft.notes()]
    if found.kind == "plain" and draft.chance(0.7):
        found = found if isinstance(found.written, ast.Rounded) else rounded(draft, found)
        lines.append(ast.Shown(None, NOWHERE))
    elif unit is not None and draft.chance(0.7):
        lines.append(_shown(draft, found.unit))
    label = draft.label(name) if draft.chance(0.7) else None
    draft.declarations.append(
        ast.Define(words.name(name), label, unit, found.written, draft.cites(0.3), tuple(lines), NOWHERE)
    )
    _named(draft, name, found)


def _shown(draft: Draft, unit: str) -> ast.Shown:
    mode = draft.one(("half away from zero", "half away from zero", "half even", "down", "up"))
    step = draft.number(Fraction(draft.one(("0.1", "0.01", "1"))), unit)
    return ast.Shown(step, NOWHERE, mode, mode != "half away from zero" or draft.chance(0.3))  # type: ignore[arg-type]


def _named(draft: Draft, name: str, found: Number) -> None:
    """From now on the number may be asked by its name."""
    written = words.name(name)
    number = replace(found, written=written, printed=(), convertible=True, discrete=False)
    draft.numbers.append(number)
    if not number.missing and found.kind != "date":
        draft.subjects.append(Subject(written, number=number, pure=found.pure))


def _function(draft: Draft, place: Place) -> None:
    """Of one number or two; it is computed as if they were anything."""
    kinds = sorted({(one.kind, one.unit) for one in draft.numbers if one.convertible and one.kind != "date"})
    if not kinds:
        return
    name = draft.new("fun")
    takes = [draft.one(kinds)]
    if draft.chance(0.5):
        takes.append(takes[0] if draft.chance(0.6) else draft.one(kinds))
    parameters = [f"{name}_{letter}" for letter, _ in zip("xy", takes, strict=False)]
    inner = Draft(draft.dice)
    for parameter, (kind, unit) in zip(parameters, takes, strict=True):
        written = words.name(parameter)
        inner.numbers.append(Number(written, kind, unit, Fraction(-20), Fraction(20)))
    found = computed(inner, 2)
    assert found is not None
    gives: tuple[str, str] | None = (found.kind, found.unit)
    body = found.written
    if isinstance(body, ast.Name):
        body = words.binary(body, "+", constant(inner, found).written)
    if draft.chance(0.4):
        gives = None
        bound = constant(inner, found)
        body = words.compare(body, draft.one(("<", "<=", ">", ">=")), bound.written)
        if draft.chance(0.3):
            first = inner.numbers[0]
            more = words.binary(first.written, "+", constant(inner, first).written)
            body = words.either((body, words.compare(more, ">", constant(inner, first).written)))
    in_unit = words.name(found.unit) if gives and found.kind == "unit" and draft.chance(0.6) else None
    label = draft.label(name) if draft.chance(0.5) else None
    made = tuple(_parameter(one, *kind) for one, kind in zip(parameters, takes, strict=True))
    draft.declarations.append(
        ast.Function(words.name(name), made, label, in_unit, body, draft.cites(0.2), draft.notes(), NOWHERE)
    )
    draft.functions.append(Function(name, tuple(takes), tuple(parameters), body, gives))


def _parameter(name: str, kind: str, unit: str) -> ast.Parameter:
    if kind == "calendar":
        return ast.Parameter(words.name(name), "calendar", words.name(words.PLURALS[unit]), NOWHERE)
    return ast.Parameter(words.name(name), "number", words.name(unit) if unit else None, NOWHERE)


# --- lookups, scores, bands --------------------------------------------------


def _fitting(draft: Draft, place: Place) -> list[Subject]:
    return [one for one in draft.subjects if not one.several and (one.pure or place != "inputs")]


def _split(draft: Draft, subject: Subject) -> list[Labels | None]:
    return with_otherwise(draft, partition(draft, subject))


def _lookup(draft: Draft, place: Place) -> None:
    fitting = _fitting(draft, place)
    if not fitting:
        return
    name, subject = draft.new("lookup"), draft.one(fitting)
    unit = draft.one(("", "", "mg/dL", "kg"))
    lines: list[ast.Valued | ast.Shown | ast.Note] = []
    values: list[Fraction] = []
    for labels in _split(draft, subject):
        values.append(Fraction(draft.one(("0", "0.7", "1", "2.5", "-1.5", "60"))))
        valued = draft.number(values[-1], unit)
        lines.append(ast.Valued(labels, valued, draft.cites(0.1), draft.cites(0.2), NOWHERE))
    lines += [ast.Shown(None, NOWHERE)] if draft.chance(0.6) else []
    lines += draft.notes()
    in_unit = words.name(unit) if unit else None
    draft.declarations.append(
        ast.Lookup(
            words.name(name), draft.label(name), words.name(subject.name), in_unit, draft.cites(0.2), tuple(lines), NOWHERE
        )
    )  # fmt: skip
    written = words.name(name)
    _named(
        draft, name, Number(written, "unit" if unit else "plain", unit, min(values), max(values), pure=subject.pure)
    )  # fmt: skip


def _points(draft: Draft) -> ast.Number:
    return draft.number(Fraction(draft.one(("1", "1", "2", "3", "0", "-1", "0.5", "-0.5", "1.5"))))


def _score(draft: Draft, place: Place) -> None:
    """Points of two items or three, shown, with bands."""
    name = draft.new("score")
    fitting = _fitting(draft, place)
    lines: list[ast.PointsFor | ast.PointsWhen | ast.Bands | ast.Shown | ast.Note] = []
    low = high = Fraction(0)
    pure = True
    for _ in range(draft.one((2, 2, 3, 4))):
        if fitting and draft.chance(0.6):
            subject = draft.one(fitting)
            made: tuple[ast.Valued, ...] = tuple(
                ast.Valued(labels, _points(draft), draft.cites(0.1), draft.cites(0.1), NOWHERE)
                for labels in _split(draft, subject)
            )
            lines.append(ast.PointsFor(words.name(subject.name), draft.cites(0.1), made, NOWHERE))
            values = [one.value.value for one in made]
            low, high, pure = low + min(values), high + max(values), pure and subject.pure
        else:
            points = _points(draft)
            lines.append(ast.PointsWhen(points, condition(draft, 1, place), draft.cites(0.1), NOWHERE))
            low, high = low + min(points.value, Fraction(0)), high + max(points.value, Fraction(0))
            pure = pure and place == "inputs"
    number = Number(words.name(name), "plain", "", low, high, pure=pure)
    banded = draft.chance(0.6)
    band = draft.new("band")
    if banded:
        bands, values_of = _bands(draft, Subject(number.written, number=number))
        lines.append(ast.Bands(words.name(band), draft.label(band), draft.cites(0.1), bands, NOWHERE))
        draft.subjects.append(Subject(words.name(band), values_of, pure=pure))
    lines += [ast.Shown(None, NOWHERE)] if draft.chance(0.7) else []
    lines += draft.notes()
    draft.declarations.append(
        ast.Score(words.name(name), draft.label(name), draft.cites(0.2), tuple(lines), NOWHERE)
    )
    _named(draft, name, number)


def _bands(draft: Draft, subject: Subject) -> tuple[tuple[ast.BandLine, ...], tuple[str, ...]]:
    """Some bands may have one value; a label stands once."""
    lines: list[ast.BandLine] = []
    seen: list[str] = []
    for labels in _split(draft, subject):
        value = draft.one(_CATEGORY)
        label = draft.label(value) if value not in seen and draft.chance(0.5) else None
        seen.append(value)
        lines.append(
            ast.BandLine(labels, words.name(value), label, draft.cites(0.1), draft.cites(0.1), NOWHERE)
        )
    return tuple(lines), tuple(dict.fromkeys(seen))


def _classify(draft: Draft, place: Place) -> None:
    fitting = [one for one in _fitting(draft, place) if one.number is not None]
    if not fitting:
        return
    name, subject = draft.new("class"), draft.one(fitting)
    bands, values = _bands(draft, subject)
    shown = (ast.Shown(None, NOWHERE),) if draft.chance(0.6) else ()
    draft.declarations.append(
        ast.Classify(
            words.name(name), draft.label(name), words.name(subject.name), draft.cites(0.2), (*bands, *shown, *draft.notes()),
            NOWHERE,
        )
    )  # fmt: skip
    draft.subjects.append(Subject(words.name(name), values, pure=subject.pure))


# --- tables ------------------------------------------------------------------


def _table(draft: Draft, place: Place) -> None:
    """A table of values under one of the hit policies."""
    name = draft.new("table")
    of = columns(draft, place)
    if not of:
        return
    policy, gather = draft.one(
        (("unique", ""), ("unique", ""), ("any", ""), ("first", ""), ("collect", ""), ("collect", "sum"),
         ("collect", "count"), ("collect", "min"), ("collect", "max"))
    )  # fmt: skip
    chances = {"collect": 0.0 if gather else 1.0}
    outputs = [_Output(draft, chances.get(policy, 0.6)) for _ in range(1 if gather else draft.one((1, 1, 2)))]
    rows: list[tuple[ast.Cell, ...] | None]
    if policy == "unique":
        rows = splitting(draft, of)
        results = [_results(draft, outputs, gather) for _ in rows]
    elif policy == "any":
        rows = splitting(draft, of, whole=True)
        results = [_results(draft, outputs, gather) for _ in rows]
        for cells, result in list(zip(rows, results, strict=True)):
            if cells is not None and draft.chance(0.5):
                rows.append(narrower(draft, of, cells))
                results.append(result)
    else:
        rows = gather_rows(draft, of, otherwise=policy == "first" or gather in ("min", "max"))
        results = [_results(draft, outputs, gather) for _ in rows]
    grid_rows = tuple(
        ast.GridRow(cells, result, draft.cites(0.2), NOWHERE)
        for cells, result in zip(rows, results, strict=True)
    )
    written = ast.Policy(policy, words.name(gather) if gather else None, NOWHERE)  # type: ignore[arg-type]
    heads = tuple(one.written for one in of)
    grid = ast.Grid(written, heads, tuple(words.name(one.name) for one in outputs), grid_rows, NOWHERE)
    lines: tuple[ast.Gives | ast.Note, ...] = (*draft.notes(), *(one.gives(draft) for one in outputs))
    draft.declarations.append(
        ast.Table(words.name(name), draft.label(name), draft.cites(0.2), lines, grid, NOWHERE)
    )
    pure = all(one.pure for one in of)
    for at, output in enumerate(outputs):
        output.register(draft, [result[at] for result in results], policy, gather, pure)


class _Output:
    """An output column: a number, perhaps with a unit, or values."""

    def __init__(self, draft: Draft, valued: float) -> None:
        self.name = draft.new("out")
        self.values = _CATEGORY[: draft.one((2, 3))] if draft.chance(valued) else ()
        self.unit = "" if self.values else draft.one(("", "", "kg", "d"))

    def result(self, draft: Draft) -> ast.Number | ast.Name:
        if self.values:
            return words.name(draft.one(self.values))
        return draft.number(Fraction(draft.one(("0", "1", "2", "-0.25", "1.5", "4"))), self.unit)

    def gives(self, draft: Draft) -> ast.Gives:
        lines: list[ast.ValueLine | ast.Shown] = [
            words.value_line(one, codes=draft.codes(0.05)) for one in self.values
        ]
        if self.values and draft.chance(0.6):
            lines.append(ast.Shown(None, NOWHERE))
        elif not self.values and draft.chance(0.7):
            rounds = self.unit and draft.chance(0.3)
            lines.append(_shown(draft, self.unit) if rounds else ast.Shown(None, NOWHERE))
        unit = words.name(self.unit) if self.unit else None
        return ast.Gives(words.name(self.name), draft.label(self.name), unit, tuple(lines), NOWHERE)

    def register(
        self, draft: Draft, results: list[ast.Number | ast.Name | None], policy: str, gather: str, pure: bool
    ) -> None:
        written = words.name(self.name)
        if self.values:
            subject = Subject(written, self.values, pure=pure, several=policy == "collect")
            draft.subjects.append(subject)
            return
        values = [one.value if isinstance(one, ast.Number) else Fraction(1) for one in results]
        low, high = min(values), max(values)
        if gather in ("sum", "count"):
            low, high = (
                sum((min(one, Fraction(0)) for one in values), Fraction(0)),
                sum((max(one, Fraction(0)) for one in values), Fraction(0)),
            )
        kind = "unit" if self.unit else "plain"
        _named(draft, self.name, Number(written, kind, self.unit, low, high, pure=pure))


def _results(draft: Draft, outputs: list[_Output], gather: str) -> tuple[ast.Number | ast.Name | None, ...]:
    if gather == "count":
        for one in outputs:
            one.unit = ""
        return tuple(None for _ in outputs)
    return tuple(one.result(draft) for one in outputs)
