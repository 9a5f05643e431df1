"""Texts to Markdown that they can't break out of: lines, cells, tables, links."""

import re
from collections.abc import Sequence

from guidec import ir
from guidec.source import Span
from guidec_targets.chart_text import Line, statement_text
from guidec_targets.grid import Cell, Grid

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "$": "&#36;", "|": "&#124;"}
_SPECIAL = re.compile(r"[&<>$\\`*_{}\[\]#|~!]")
_LIST = re.compile(r"^(\d{1,9})([.)])(?= |$)|^([-+=:])")
_STATEMENTS = re.compile(r"\[†?\w+( †?\w+)*\]")
_SCHEME = re.compile(r"(https?|ftp|mailto|xmpp)(:)|(www)(\.)", re.IGNORECASE)


def plain(text: str) -> str:
    """A text of the spec on one line, as nothing but text: no markup, HTML, link or mathematics."""
    line = " ".join(text.split())
    line = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), line)
    return _SCHEME.sub(lambda found: f"{found[1] or found[3]}&#{ord(found[2] or found[4])};", line)


def item(text: str, depth: int = 0) -> str:
    """A list item; what stands in it is Markdown already, and begins no list of its own."""
    begun = _LIST.sub(lambda found: f"{found[1]}\\{found[2]}" if found[1] else f"\\{found[3]}", text)
    return f"{'  ' * depth}- {begun}"


def strong(text: str) -> str:
    """The text in bold; nothing where there is none."""
    return f"**{plain(text)}**" if text.strip() else ""


def cited(cites: ir.Citation) -> str:
    """` [T155 †T57]`, to stand behind a text."""
    return in_brackets(statement_text(cites.statements, cites.inferred))


def in_brackets(statements: str) -> str:
    """What `statement_text` gives, to stand behind a text."""
    inside = plain(statements.removeprefix("[").removesuffix("]"))
    return f" [{inside}]" if inside else ""


def source_link(label: str, span: Span) -> str:
    """A link to the line of the spec, which stands beside the page."""
    file = span.file.rpartition("/")[2]
    return f"[{plain(label)}](<{_path(file)}#L{span.line}>)" if file else plain(label)


def picture(alternative: str, file: str) -> str:
    """A picture that stands beside the page."""
    return f"![{plain(alternative)}](<{_path(file)}>)"


def _path(file: str) -> str:
    return "".join(one if one.isalnum() or one in "._- " else f"%{ord(one):02X}" for one in file)


def cell(lines: Cell) -> str:
    """Lines below one another in a cell of a table."""
    return "<br>".join(marked(line) for line in lines if line.text)


def marked(line: Line) -> str:
    """One line of a box or a cell, with its statements."""
    if _STATEMENTS.fullmatch(line.text):
        return in_brackets(line.text).strip()
    text = plain(line.text)
    text = f"**{text}**" if line.strong else f"*{text}*" if line.italic else text
    return "&emsp;" * line.indent + text + in_brackets(line.cites)


def table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table of cells that are Markdown already; a column in which nothing stands is left out."""
    kept = [at for at in range(len(titles)) if any(row[at] for row in rows)]
    if not kept:
        return []
    lines = [[titles[at] for at in kept], ["---"] * len(kept)]
    lines += [[row[at] for at in kept] for row in rows]
    return [*(f"| {' | '.join(line)} |" for line in lines), ""]


def grid_table(grid: Grid) -> list[str]:
    """A grid as it is drawn: its title above, a row with one cell in the first column."""
    title = [cell((line,)) for line in grid.title]
    width = len(grid.columns)
    rows = [[cell(one) for one in row.cells] for row in grid.rows]
    whole = [row if len(row) == width else [row[0], *[""] * (width - 1)] for row in rows]
    above = ["<br>".join(title), ""] if title else []
    return [*above, *table([plain(column.title) for column in grid.columns], whole)]
