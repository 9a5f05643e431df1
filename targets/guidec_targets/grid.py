"""A grid of texts to one HTML-like table: what is asked, a double rule, what follows. For options, tables and scores."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from guidec_targets.chart_text import Line
from guidec_targets.dot import (
    HEAD,
    INK,
    PALE_INK,
    QUIET,
    WHITE,
    bold,
    cell,
    colored,
    escaped,
    line_html,
    text_width,
)

MOST_ROWS = 1_000

State = Literal["", "taken", "possible", "ruled_out"]
"""What a patient makes of a part of a picture; empty where the picture is of nobody."""

Cell = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """`width` is in characters; text is wrapped to it."""

    title: str
    width: int


@dataclass(frozen=True, slots=True)
class Row:
    """A cell for each column, or one across all of them."""

    cells: tuple[Cell, ...]
    state: State = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """`inputs` columns stand before the double rule. `title` is printed across the top, if there is one."""

    title: Cell
    columns: tuple[Column, ...]
    inputs: int
    rows: tuple[Row, ...]


def fitted(titles: tuple[str, ...], rows: list[tuple[str, ...]]) -> tuple[Column, ...]:
    """Columns as wide as what stands in them, within limits; a row without cells begins with `otherwise`."""
    return tuple(
        Column(title, min(24, max(6, len(title), *(len(_cell_text(row, at)) for row in rows))))
        for at, title in enumerate(titles)
    )


def _cell_text(row: tuple[str, ...], at: int) -> str:
    return row[at] if at < len(row) else "" if at else "otherwise"


def cells_of(cells: tuple[str, ...], count: int) -> list[Cell]:
    """The cells of a row as they are printed; a row without any takes the rest."""
    if not cells:
        return [(Line("otherwise", italic=True),), *[()] * (count - 1)]
    return [(Line("–" if text in ("any", "-") else text),) for text in cells]


def capital(text: str) -> str:
    """The heading of a column."""
    return text[:1].upper() + text[1:]


def grid_html(grid: Grid) -> str:
    """The table. Rows that a patient meets are framed and shaded, those ruled out are grey and without shade. A column in
    which nothing stands is left out."""
    grid = _filled(grid)
    across = f' COLSPAN="{len(grid.columns) + (0 < grid.inputs < len(grid.columns))}"'
    width = sum(column.width for column in grid.columns)
    sized = across if grid.rows else f' WIDTH="{text_width(["n" * width])}"'
    rows = [f"<TR>{cell(_text(grid.title, width), sized)}</TR>"] if grid.title else []
    if grid.columns and grid.rows:
        rows.append(_row(grid, [_heading(column) for column in grid.columns], [HEAD] * len(grid.columns)))
    for row in grid.rows[:MOST_ROWS]:
        if len(row.cells) != len(grid.columns):
            rows.append(
                f"<TR>{cell(_text(row.cells[0], width, row.state), _look(row.state, QUIET) + across)}</TR>"
            )
            continue
        texts = [
            _text(one, column.width, row.state) for one, column in zip(row.cells, grid.columns, strict=True)
        ]
        rows.append(_row(grid, texts, [_fill(row.state)] * len(texts), row.state))
    if len(grid.rows) > MOST_ROWS:
        more = f"{len(grid.rows) - MOST_ROWS:,} more lines are not drawn."
        rows.append(f"<TR>{cell(_text((Line(more, italic=True),), width), across)}</TR>")
    frame = f'BORDER="1" CELLBORDER="1" CELLSPACING="0" CELLPADDING="4" BGCOLOR="{WHITE}" COLOR="{INK}"'
    return f"<TABLE {frame}>{''.join(rows)}</TABLE>"


def _filled(grid: Grid) -> Grid:
    whole = [row for row in grid.rows if len(row.cells) == len(grid.columns)]
    kept = [
        at
        for at in range(len(grid.columns))
        if not whole or any(line.text for row in whole for line in row.cells[at])
    ]
    if len(kept) == len(grid.columns):
        return grid
    return replace(
        grid,
        columns=tuple(grid.columns[at] for at in kept),
        inputs=sum(at < grid.inputs for at in kept),
        rows=tuple(
            replace(row, cells=tuple(row.cells[at] for at in kept))
            if len(row.cells) == len(grid.columns)
            else row
            for row in grid.rows
        ),
    )


def _heading(column: Column) -> str:
    return bold(escaped(column.title)) + '<BR ALIGN="LEFT"/>'


def _row(grid: Grid, texts: Sequence[str], fills: Sequence[str], state: State = "") -> str:
    cells: list[str] = []
    for at, (text, fill, column) in enumerate(zip(texts, fills, grid.columns, strict=True)):
        if at and at == grid.inputs:
            cells.append('<TD WIDTH="3" CELLPADDING="0"></TD>')
        width = f' WIDTH="{text_width(["n" * column.width])}"'
        cells.append(cell(text, _look(state, fill) + width))
    return f"<TR>{''.join(cells)}</TR>"


def _look(state: State, fill: str) -> str:
    border = (
        ' BORDER="2"' if state == "taken" else ' BORDER="2" STYLE="DASHED"' if state == "possible" else ""
    )
    return f' BGCOLOR="{fill}"{border}'


def _fill(state: State) -> str:
    return HEAD if state == "taken" else WHITE


def _text(lines: Cell, width: int, state: State = "") -> str:
    text = "".join(line_html(line, width) for line in lines) or "&#160;"
    return colored(text, PALE_INK if state == "ruled_out" else INK)
