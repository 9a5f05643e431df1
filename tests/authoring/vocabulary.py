"""Inputs of every type, readings, drugs, classes, procedures and tests."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from authoring import words
from authoring.doses import STRENGTHS
from authoring.draft import Draft, Grid, Number, Subject
from guidec import ast
from guidec.ir import NOWHERE

MOST = 150
"""How many complete patients there may be."""

_VALUES = ("alpha", "beta", "gamma", "delta")
_DAYS = ("2024-02-27", "2023-12-30", "2024-08-30", "2023-02-27")
_KINDS = (
    "boolean", "boolean", "one_of", "one_of", "any_of", "drugs", "integer", "integer", "quantity", "quantity", "units",
    "mixed", "temperature", "weight", "weight", "date", "date", "duration",
)  # fmt: skip


def vocabulary(draft: Draft) -> None:
    for drug in ("a", "b", "c"):
        draft.drugs.append(drug)
        draft.declarations.append(_item(draft, "drug", drug))
    if draft.chance(0.4):
        members = draft.some(draft.drugs, 1, 2)
        draft.classes.append("group")
        draft.declarations.append(_item(draft, "drug_class", "group", members))
    if draft.chance(0.4):
        draft.procedures.append("wash")
        draft.declarations.append(_item(draft, "procedure", "wash"))
    if draft.chance(0.6):
        draft.tests.append("blood")
        draft.declarations.append(_item(draft, "test", "blood"))
    wanted = draft.one((3, 4, 4, 5, 6))
    for _ in range(20):
        if len(draft.inputs) < wanted:
            _input(draft)
    if draft.chance(0.2):
        name = draft.new("reading")
        values = tuple(words.value_line(one) for one in ("narrow", "wide"))
        draft.readings.append(name)
        draft.declarations.append(
            ast.Reading(words.name(name), draft.label(name), draft.cites(), values, NOWHERE)
        )
        draft.subjects.append(Subject(words.name(name), ("narrow", "wide"), pure=False))


def _item(draft: Draft, kind: str, name: str, members: list[str] | None = None) -> ast.Item:
    lines: tuple[ast.Note | ast.Code | ast.Strengths, ...] = (*draft.notes(), *draft.codes())
    if kind == "drug" and name in STRENGTHS:
        made = [text.split(" ") for text in STRENGTHS[name]]
        amounts = tuple(words.number(Fraction(value), unit) for value, unit in made)
        lines = (*lines, ast.Strengths(amounts, NOWHERE))
    return ast.Item(
        kind, words.name(name), draft.label(name.upper()), words.names(members or ()), draft.cites(0.1), lines, NOWHERE  # type: ignore[arg-type]
    )  # fmt: skip


# --- inputs ------------------------------------------------------------------


def _input(draft: Draft) -> None:
    """One input more, if there is room for it."""
    kind = draft.one(_KINDS)
    if kind == "drugs" and draft.drug_list:
        return
    numeric = kind not in ("boolean", "one_of", "any_of", "drugs")
    named = ("never", "unclear")[: draft.one((1, 1, 2))] if numeric and draft.chance(0.25) else ()
    if kind == "weight" and draft.chance(0.8):
        named = ()
    lines, size, parts = _type(draft, kind)
    size += len(named)
    if draft.size * size > MOST:
        return
    name = draft.new("in")
    more: list[ast.NamedValue | ast.Note | ast.Code] = [
        ast.NamedValue(words.value_line(one, codes=draft.codes(0.05)), NOWHERE) for one in named
    ]
    more += [*draft.notes(), *draft.codes()]
    made = ast.Input(words.name(name), draft.label(name), draft.cites(0.1), (*lines, *more), NOWHERE)
    draft.size *= size
    draft.inputs.append(made)
    draft.declarations.append(made)
    _register(draft, kind, name, named, parts)


Parts = tuple[str, tuple[str, ...], tuple[Grid, ...]]
"""The unit that is counted in, the values, the grids of the numbers that may be entered."""


def _type(draft: Draft, kind: str) -> tuple[list[ast.TypeLine | ast.Rounds], int, Parts]:
    """The lines, how many values there are, and what is asked of them."""
    match kind:
        case "boolean":
            return [_line("boolean")], 2, ("", (), ())
        case "one_of":
            values = _VALUES[: draft.one((2, 3, 3, 4))]
            return [_values(draft, "one_of", values)], len(values), ("", values, ())
        case "any_of":
            values = _VALUES[: draft.one((1, 2))]
            return [_values(draft, "any_of", values)], 1 << len(values), ("", values, ())
        case "drugs":
            return [_line("any_of_drugs")], 1 << len(draft.drugs), ("", tuple(draft.drugs), ())
        case "integer":
            grid = _grid("", Fraction(draft.one((-2, 0, 0, 1, 64))), Fraction(1), draft.one((3, 4, 5)))
            bounds = (words.number(grid.values[0]), words.number(grid.values[-1]))
            return [_line("integer", bounds=bounds)], len(grid.values), ("", (), (grid,))
        case "date":
            first = date.fromisoformat(draft.one(_DAYS)).toordinal()
            grid = _grid("day", Fraction(first), Fraction(1), draft.one((3, 4)))
            days = (words.day(grid.values[0]), words.day(grid.values[-1]))
            return [_line("date", bounds=days)], len(grid.values), ("day", (), (grid,))
        case "duration":
            word = draft.one(("day", "week", "month", "year"))
            grid = _grid(word, Fraction(draft.one((0, 1, 5))), Fraction(1), draft.one((3, 4)))
            bounds = (words.number(grid.values[0]), words.number(grid.values[-1]))
            return [_line("duration", words.PLURALS[word], bounds)], len(grid.values), (word, (), (grid,))
        case _:
            return _quantity(draft, kind)


def _quantity(draft: Draft, kind: str) -> tuple[list[ast.TypeLine | ast.Rounds], int, Parts]:
    """A quantity in one unit, in two that convert, in two that don't, or in degrees."""
    long = draft.one((3, 3, 4))
    grids: tuple[Grid, ...]
    match kind:
        case "units":
            grids = (
                _grid("kg", Fraction(60), Fraction(draft.one((1, 5))), long),
                _grid("[lb_av]", Fraction(132), Fraction(draft.one((2, 7))), long),
            )
        case "mixed":
            grids = (
                _grid("mg/dL", Fraction(120), Fraction(3), 3),
                _grid("mmol/L", Fraction("6.8"), Fraction("0.2"), 3),
            )
        case "temperature":
            grids = (_grid("Cel", Fraction("38.1"), Fraction("0.2"), long),)
            if draft.chance(0.5):
                grids += (_grid("[degF]", Fraction("100.6"), Fraction("0.2"), long),)
        case "weight":
            grids = (
                _grid("kg", Fraction(draft.one((50, 60))), Fraction(draft.one(("0.5", "1", "10"))), long),
            )
        case _:
            unit, low, step = draft.one(
                (("m2", "1.5", "0.1"), ("mg/dL", "0.5", "0.2"), ("cm", "160", "10"), ("%", "0", "25"), ("a", "17", "1"))
            )  # fmt: skip
            grids = (_grid(unit, Fraction(low), Fraction(step), long),)
    lines: list[ast.TypeLine | ast.Rounds] = []
    for at, grid in enumerate(grids):
        ends = (grid.values[0], grid.values[-1], grid.values[1] - grid.values[0])
        kind = "also_in" if at else "quantity"
        lines.append(_line(kind, grid.unit, tuple(map(words.number, ends))))
    if draft.chance(0.1):
        lines.append(ast.Rounds(NOWHERE))
    return lines, sum(len(grid.values) for grid in grids), (grids[0].unit, (), grids)


def _line(kind: str, unit: str = "", bounds: tuple[ast.Number | ast.Day, ...] = ()) -> ast.TypeLine:
    return ast.TypeLine(kind, (), words.name(unit) if unit else None, bounds, NOWHERE)  # type: ignore[arg-type]


def _values(draft: Draft, kind: str, values: tuple[str, ...]) -> ast.TypeLine:
    lines = tuple(words.value_line(one, codes=draft.codes(0.05)) for one in values)
    return ast.TypeLine(kind, lines, None, (), NOWHERE)  # type: ignore[arg-type]


def _grid(unit: str, low: Fraction, step: Fraction, count: int) -> Grid:
    return Grid(unit, tuple(low + step * at for at in range(count)))


def _register(draft: Draft, kind: str, name: str, named: tuple[str, ...], parts: Parts) -> None:
    """What may be asked of an input."""
    unit, values, grids = parts
    written = words.name(name)
    if kind == "boolean":
        draft.subjects.append(Subject(written, truth=True))
        draft.conditions.append(Subject(written, truth=True))
    elif kind in ("any_of", "drugs"):
        draft.subjects.append(Subject(written, values, several=True))
        draft.drug_list = name if kind == "drugs" else draft.drug_list
    elif values:
        draft.subjects.append(Subject(written, values))
    else:
        what = {"integer": "plain", "date": "date", "duration": "calendar"}.get(kind, "unit")
        both = kind == "mixed" or (len(grids) > 1 and draft.chance(0.6))
        first = next(iter(grids))
        number = Number(
            written, what, unit, first.values[0], first.values[-1], tuple((name, one) for one in named),
            grids if both else grids[:1], convertible=kind not in ("mixed", "temperature"), discrete=len(grids) == 1,
        )  # fmt: skip
        if kind == "units":  # the other unit reaches further
            number = replace(number, low=Fraction(50), high=Fraction(90))
        draft.numbers.append(number)
        draft.subjects.append(Subject(written, number=number, named=named))
        if unit in ("kg", "m2") and not named:
            draft.weights.append((name, unit, len(grids) > 1))
