"""Diagnostics to text and JSON, each with its source line; a changed text to a diff."""

import json
import re
from collections.abc import Mapping, Sequence
from difflib import unified_diff
from typing import Any

from guidec.diagnostic import Diagnostic

_COLORS = {"error": "\033[1;31m", "warning": "\033[1;33m", "note": "\033[1;36m"}
_LONGEST = 160


def as_text(diagnostics: Sequence[Diagnostic], texts: Mapping[str, str], color: bool = False) -> str:
    """What a person reads: code, message, place, the line with the fault underlined, one repair."""
    return "\n".join(
        _one(diagnostic, texts.get(diagnostic.span.file, ""), color) for diagnostic in diagnostics
    )


def _one(diagnostic: Diagnostic, text: str, color: bool) -> str:
    span = diagnostic.span
    start, end = (_COLORS[diagnostic.severity], "\033[0m") if color else ("", "")
    lines = [
        f"{start}{diagnostic.severity}[{diagnostic.code}]{end}: {diagnostic.message}",
        f"  --> {span.file}:{span.line}:{span.column}",
    ]
    source = text.split("\n")
    if text and span.line <= len(source):
        lines += _marked(
            source[span.line - 1], span.line, span.column, _width(diagnostic, source), start, end
        )
    if diagnostic.repair:
        lines.append(f"   = {diagnostic.repair}")
    if diagnostic.example:
        first, *rest = diagnostic.example.rstrip("\n").split("\n")
        lines += [f"   : {first}", *(f"     {one}".rstrip() for one in rest)]
    return "\n".join(lines) + "\n"


def _width(diagnostic: Diagnostic, source: Sequence[str]) -> int:
    span = diagnostic.span
    line_end = len(source[span.line - 1]) + 1
    return max(1, (span.end_column if span.end_line == span.line else line_end) - span.column)


def _marked(line: str, number: int, column: int, width: int, start: str, end: str) -> list[str]:
    """The source line, cut around the fault when it is long."""
    first = max(0, column - 1 - _LONGEST // 2) if len(line) > _LONGEST else 0
    shown = "".join(
        character if character.isprintable() else "→" if character == "\t" else "�"
        for character in line[first : first + _LONGEST]
    )
    gutter = " " * len(str(number))
    under = " " * (column - 1 - first) + "^" * min(width, max(1, _LONGEST - (column - 1 - first)))
    return [f" {gutter} |", f" {number} | {shown}", f" {gutter} | {start}{under}{end}"]


def as_json(diagnostics: Sequence[Diagnostic]) -> list[dict[str, Any]]:
    """What a program reads."""
    return [
        {
            "code": one.code,
            "severity": one.severity,
            "message": one.message,
            "repair": one.repair,
            "file": one.span.file,
            "line": one.span.line,
            "column": one.span.column,
            "end_line": one.span.end_line,
            "end_column": one.span.end_column,
            **({"patient": json.loads(one.patient)} if one.patient else {}),
        }
        for one in diagnostics
    ]


def as_diff(path: str, before: str, after: str) -> str:
    """A unified diff, as `patch` and `git apply` take it."""
    name = path.lstrip("/")
    lines = unified_diff(_lines(before), _lines(after), f"a/{name}", f"b/{name}")
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    """The lines with their ends, and nothing but `\\n` ends one."""
    return [line for line in re.split(r"(?<=\n)", text) if line]
