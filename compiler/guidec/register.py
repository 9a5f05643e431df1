"""A register's bytes to its statements: CSV with a header, one statement a row."""

import csv
import io
import re
from collections.abc import Iterator

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.source import Span
from guidec.text import read_text

COLUMNS = ("id", "location", "kind", "statement", "strength", "cited_as_printed", "ambiguity")
_NEEDED = ("id", "statement")
_Row = tuple[int, list[str]]
_ID = re.compile(r"[A-Za-z]+[0-9]+")


def read_register(
    path: str, data: bytes | str, asked: Span
) -> tuple[tuple[ir.Statement, ...], list[Diagnostic]]:
    """The statements; `data` is the reason where the file can't be read, shown where it was asked for."""
    if isinstance(data, str):
        return (), [
            Diagnostic(
                "unreadable_file",
                f"the register `{path}` can't be read: {data}",
                asked,
                "name a file in the guideline's folder",
            )
        ]
    text, found = read_text(path, data)
    if text is None:
        return (), found
    lines = text.split("\n")
    try:
        rows = list(_rows(text))
    except csv.Error as fault:
        first = Span(path, 1, 1, 1, len(lines[0]) + 1)
        message = f"this is not CSV: {fault}"
        found.append(Diagnostic("bad_register", message, first, "quote fields that hold commas or quotes"))
        return (), found
    header = rows[0][1] if rows else []
    unknown = [name for name in header if name not in COLUMNS]
    if not set(_NEEDED) <= set(header):
        first = Span(path, 1, 1, 1, len(lines[0]) + 1 if lines[0] else 2)
        message = "the first line must name the columns `id` and `statement`"
        found.append(Diagnostic("bad_register", message, first, f"write `{','.join(COLUMNS)}`"))
        return (), found
    if unknown or len(set(header)) < len(header):
        name = unknown[0][:60] if unknown else next(one for one in header if header.count(one) > 1)
        at = max(0, lines[0].find(name)) + 1
        message = f"a register has no column `{name}`" if unknown else f"the column `{name}` stands twice"
        place = Span(path, 1, at, 1, at + max(1, len(name)))
        found.append(Diagnostic("bad_register", message, place, f"known: {', '.join(COLUMNS)}"))
        return (), found
    return _statements(path, lines, rows, found)


def _rows(text: str) -> Iterator[_Row]:
    """Each row with the line that it begins in; a quoted field may go over several."""
    reader = csv.reader(io.StringIO(text), strict=True)
    line = 1
    for row in reader:
        yield line, row
        line = reader.line_num + 1


def _statements(
    path: str, lines: list[str], rows: list[_Row], found: list[Diagnostic]
) -> tuple[tuple[ir.Statement, ...], list[Diagnostic]]:
    statements: dict[str, ir.Statement] = {}
    header = rows[0][1]
    for number, row in rows[1:]:
        if not row:
            continue
        line = lines[number - 1]
        if len(row) != len(header):
            message = f"this row has {len(row)} fields, and the header {len(header)}"
            place = Span(path, number, 1, number, len(line) + 1)
            found.append(Diagnostic("bad_register", message, place, "quote fields that hold commas"))
            continue
        entry = dict(zip(header, row, strict=True))
        at = max(0, line.find(entry["id"])) + 1
        place = Span(path, number, at, number, at + max(1, len(entry["id"])))
        if not _ID.fullmatch(entry["id"]):
            message = f"`{entry['id'][:60]}` is no statement id"
            repair = "write letters, then digits, such as `T17`"
            found.append(Diagnostic("bad_register", message, place, repair))
        elif entry["id"] in statements:
            message = f"the id `{entry['id']}` stands twice"
            found.append(Diagnostic("bad_register", message, place, "number each statement once"))
        else:
            fields = {name: entry.get(name, "") for name in COLUMNS}
            statements[entry["id"]] = ir.Statement(*(fields[name] for name in COLUMNS))
    return tuple(statements.values()), found
