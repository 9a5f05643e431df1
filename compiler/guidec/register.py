"""A register's bytes to its statements: CSV with a header, one statement a row."""

import csv
import io
import re

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.source import Span, start_of
from guidec.text import read_text

COLUMNS = ("id", "location", "kind", "statement", "strength", "cited_as_printed", "ambiguity")
_NEEDED = ("id", "statement")
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
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as fault:
        return (), [
            *found,
            Diagnostic(
                "bad_register",
                f"this is not CSV: {fault}",
                start_of(path),
                "quote fields that hold commas or quotes",
            ),
        ]
    if not rows or not set(_NEEDED) <= set(rows[0]):
        return (), [
            *found,
            Diagnostic(
                "bad_register",
                "the first line must name the columns `id` and `statement`",
                start_of(path),
                f"write {','.join(COLUMNS)}",
            ),
        ]
    unknown = [name for name in rows[0] if name not in COLUMNS]
    if unknown:
        return (), [
            *found,
            Diagnostic(
                "bad_register",
                f"a register has no column `{unknown[0][:60]}`",
                start_of(path),
                f"known: {', '.join(COLUMNS)}",
            ),
        ]
    return _statements(path, rows, found)


def _statements(
    path: str, rows: list[list[str]], found: list[Diagnostic]
) -> tuple[tuple[ir.Statement, ...], list[Diagnostic]]:
    statements: dict[str, ir.Statement] = {}
    for number, row in enumerate(rows[1:], 2):
        if not row:
            continue
        place = Span(path, number, 1, number, 2)
        if len(row) != len(rows[0]):
            found.append(
                Diagnostic(
                    "bad_register",
                    f"row {number} has {len(row)} fields, the header {len(rows[0])}",
                    place,
                    "quote fields that hold commas",
                )
            )
            continue
        entry = dict(zip(rows[0], row, strict=True))
        if not _ID.fullmatch(entry["id"]):
            found.append(
                Diagnostic(
                    "bad_register",
                    f"`{entry['id'][:60]}` is no statement id",
                    place,
                    "write letters, then digits, such as T17",
                )
            )
        elif entry["id"] in statements:
            found.append(
                Diagnostic(
                    "bad_register",
                    f"the id `{entry['id']}` stands twice",
                    place,
                    "number each statement once",
                )
            )
        else:
            fields = {name: entry.get(name, "") for name in COLUMNS}
            statements[entry["id"]] = ir.Statement(*(fields[name] for name in COLUMNS))
    return tuple(statements.values()), found
