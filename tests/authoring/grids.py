"""The left side of tables: columns, and rows that split everybody, overlap, or hold together."""

from authoring import words
from authoring.draft import Draft, Number, Subject
from authoring.labels import Labels, asked, partition
from authoring.numbers import computed
from authoring.questions import Place, condition
from guidec import ast
from guidec.ir import NOWHERE

Cells = tuple[ast.Cell, ...]


def columns(draft: Draft, place: Place) -> list[Subject]:
    """One to three things that rows may ask, expressions now and then."""
    fitting = [one for one in draft.subjects if one.pure or place != "inputs"]
    found = draft.some(fitting, 1, draft.one((1, 2, 2, 3)))
    if draft.chance(0.2):
        asked_too = condition(draft, 1, place)
        if not isinstance(asked_too, ast.Name):
            found.append(Subject(asked_too, truth=True, pure=place == "inputs"))
    elif draft.chance(0.2):
        number = computed(draft, 1)
        if number is not None and _free(number) and (number.pure or place != "inputs"):
            found.append(Subject(number.written, number=number, pure=number.pure))
    return found


def _free(number: Number) -> bool:
    """Whether a number may be a column by itself: it is no name, and always is a number."""
    return not number.missing and not isinstance(number.written, ast.Name | ast.Unary)


def _any(draft: Draft) -> ast.Cell:
    return ast.Cell("any", (), NOWHERE, draft.chance(0.2))


def _cell(draft: Draft, subject: Subject, groups: list[Labels], at: int) -> ast.Cell:
    """One of the groups; `not` the others now and then."""
    simple = not subject.named and not subject.truth and len(groups) == 2
    if simple and not subject.several and draft.chance(0.2):
        return ast.Cell("is_not", groups[1 - at], NOWHERE)
    return ast.Cell("is", groups[at], NOWHERE)


def splitting(draft: Draft, of: list[Subject], whole: bool = False) -> list[Cells | None]:
    """Rows of which exactly one holds; the last may be `otherwise`, unless the `whole` is to be written out."""
    rows = _split(draft, of, 0, [_any(draft) for _ in of])
    if not whole and len(rows) > 1 and draft.chance(0.2) and not any(one.named for one in of):
        return [*rows[:-1], None]
    return [*rows]


def _split(draft: Draft, of: list[Subject], at: int, cells: list[ast.Cell]) -> list[Cells]:
    if at == len(of):
        return [tuple(cells)]
    subject = of[at]
    if subject.several or (at and draft.chance(0.35)):
        return _split(draft, of, at + 1, cells)
    groups = partition(draft, subject)
    found: list[Cells] = []
    for place in range(len(groups)):
        below = [*cells[:at], _cell(draft, subject, groups, place), *cells[at + 1 :]]
        found += _split(draft, of, at + 1, below)
    return found


def narrower(draft: Draft, of: list[Subject], cells: Cells) -> Cells:
    """A row that holds for some of those that another holds for."""
    places = [at for at, cell in enumerate(cells) if cell.kind == "any"]
    if not places:
        return cells
    at = draft.one(places)
    groups = partition(draft, of[at])
    cell = ast.Cell("is", draft.one(groups), NOWHERE)
    return (*cells[:at], cell, *cells[at + 1 :])


def gather_rows(draft: Draft, of: list[Subject], otherwise: bool, most: int = 5) -> list[Cells | None]:
    """Rows that may hold together; with `otherwise`, for everybody some row."""
    rows: list[Cells | None] = []
    for _ in range(draft.dice.randint(2, most)):
        cells = [
            _any(draft) if draft.chance(0.4) else ast.Cell("is", draft.one(partition(draft, one)), NOWHERE)
            for one in of
        ]
        if all(cell.kind == "any" for cell in cells):
            cells[0] = ast.Cell("is", draft.one(partition(draft, of[0])), NOWHERE)
        rows.append(tuple(cells))
    for at, subject in enumerate(of):
        _name_what_is_named(draft, subject, rows, at)
    if otherwise:
        rows.append(None if draft.chance(0.7) else tuple(_any(draft) for _ in of))
    return rows


def _name_what_is_named(draft: Draft, subject: Subject, rows: list[Cells | None], at: int) -> None:
    """A column of numbers names all the values beside them, so that its cells leave nothing open."""
    if not subject.named:
        return
    first = rows[0]
    assert first is not None
    labels: Labels = words.names(subject.named)
    rows[0] = (*first[:at], ast.Cell("is", labels, NOWHERE), *first[at + 1 :])


def row_condition(of: list[Subject], cells: Cells) -> ast.Expression | None:
    """What a row asks; None where it asks nothing."""
    parts = [
        asked(subject, cell.labels) if cell.kind == "is" else words.negated(asked(subject, cell.labels))
        for subject, cell in zip(of, cells, strict=True)
        if cell.kind != "any"
    ]
    return words.both(parts) if parts else None
