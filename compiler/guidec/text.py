"""Bytes to text: UTF-8 without anything that a reader cannot see, or diagnostics at the place."""

from guidec.diagnostic import Diagnostic
from guidec.source import Span, start_of

LARGEST_TEXT = 16_000_000
LONGEST_NUMBER = 30
DEEPEST_INDENTATION = 200

_BIDIRECTIONAL = {
    "\u200e", "\u200f", "\u202a", "\u202b", "\u202c", "\u202d", "\u202e", "\u2066", "\u2067", "\u2068",
    "\u2069",
}  # fmt: skip


def read_text(file: str, data: bytes) -> tuple[str | None, list[Diagnostic]]:
    """The text of a file, lines ended by `\\n`, tabs only to indent; None when it can't be read."""
    if len(data) > LARGEST_TEXT:
        return None, [
            Diagnostic(
                "too_large",
                f"the file has {len(data):,} bytes; the limit is {LARGEST_TEXT:,}",
                start_of(file),
                "split it into modules and name them with `uses`",
            )
        ]
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        return None, [_bad_utf8(file, data, fault.start)]
    text = text.replace("\r\n", "\n")
    return _without_hidden_characters(file, text)


def _bad_utf8(file: str, data: bytes, at: int) -> Diagnostic:
    before = data[:at]
    line = before.count(b"\n") + 1
    column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
    return Diagnostic(
        "bad_utf8",
        f"byte {data[at]:#04x} is not UTF-8 text",
        Span(file, line, column, line, column + 1),
        "save the file as UTF-8",
    )


def _without_hidden_characters(file: str, text: str) -> tuple[str | None, list[Diagnostic]]:
    if text.isascii() and text.isprintable():
        return text, []
    found: list[Diagnostic] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        if line.isprintable():
            continue
        for column, character in enumerate(line, 1):
            if character == "\t" or not _hidden(character):
                continue
            span = Span(file, number, column, number, column + 1)
            name = f"U+{ord(character):04X}"
            found.append(
                Diagnostic("hidden_character", f"the character {name} cannot be seen", span, "delete it")
            )
            if len(found) >= 20:
                return None, found
        indentation = line[: len(line) - len(line.lstrip(" \t"))] if line.strip() else ""
        lines[number - 1] = indentation + line[len(indentation) :].replace("\t", " ")
    fatal = any(diagnostic.code == "hidden_character" for diagnostic in found)
    return (None if fatal else "\n".join(lines)), found


def _hidden(character: str) -> bool:
    return (
        character in _BIDIRECTIONAL
        or ord(character) < 32
        or 127 <= ord(character) < 160
        or character in "\u2028\u2029\ufeff"
    )
