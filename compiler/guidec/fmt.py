"""The bytes of a file to its text in the one layout, or to what keeps it from being read."""

from typing import Any

from guidec.diagnostic import Diagnostic
from guidec.layout import file_text
from guidec.parse import parse
from guidec.record import inside
from guidec.source import Span, start_of
from guidec.text import LARGEST_TEXT, read_text


def fmt(path: str, data: bytes) -> tuple[str | None, list[Diagnostic]]:
    """Lay out one guideline or module. The text means what it meant: it is read again and compared."""
    text, found = read_text(path, data)
    if text is None:
        return None, found
    tree, faults = parse(path, text)
    if faults:
        return None, faults
    made = file_text(tree, text)
    if made == text:
        return made, []
    again, faults = parse(path, made)
    if faults or len(made.encode()) > LARGEST_TEXT:
        message = "laid out, this file would be longer or deeper than the compiler reads"
        return None, [Diagnostic("too_large", message, start_of(path), "split it, and nest less")]
    if not same_apart_from_places(tree, again):
        raise AssertionError(f"{path} would mean something else")
    return made, []


def same_apart_from_places(one: object, other: object) -> bool:
    """Whether two nodes of the ast are equal but for where they stand."""
    waiting: list[tuple[Any, Any]] = [(one, other)]
    while waiting:
        first, second = waiting.pop()
        if type(first) is not type(second):
            return False
        if isinstance(first, Span):
            continue
        parts = (first, second) if isinstance(first, tuple) else (inside(first), inside(second))
        if len(parts[0]) != len(parts[1]) or (not any(parts) and first != second):
            return False
        waiting += zip(*parts, strict=True)
    return True
