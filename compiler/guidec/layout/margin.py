"""The text of a declaration to what its syntax leaves out: comments, blank lines, indentation, each at its place in the ink.

The ink is all that a layout never changes: the text without comments, blanks outside of quotes, parentheses, and the commas
between statements. A place is a number of characters of ink, the same in every layout of one declaration.
"""

import re
from collections.abc import Iterator

from guidec.record import record

_TOKEN = re.compile(
    r'"(?:\\["\\]|[^"\\\n])*"|#[^\n]*|\[[A-Za-z]+[0-9]+(?:[ ,]+[A-Za-z0-9]+)*[ ,]*\]|\n|[ \t]+|[()]|[^\s"#()\[]+|.'
)
_STATEMENT = re.compile(r"[A-Za-z]+[0-9]+")


@record
class Comment:
    """A comment at its place in the ink; `column` is its indentation, None where it ends a line.

    `inside` says that it stands between parentheses, `apart` that a blank line is above it.
    """

    place: int
    text: str
    column: int | None
    inside: bool
    apart: bool


@record
class Margin:
    """What surrounds the ink. `columns` are the indentations of lines that begin at a place; `apart` those below a blank line."""

    ink: str
    comments: tuple[Comment, ...]
    columns: dict[int, int]
    apart: frozenset[int]


def margin_of(text: str) -> Margin:
    """Read the margin of a declaration."""
    ink, comments, columns, apart = list[str](), list[Comment](), dict[int, int](), set[int]()
    place, column, blank, depth, started = 0, 0, False, 0, False
    for token, drop in tokens(text):
        if token == "\n":
            blank = blank or not started
            column, started = 0, False
            continue
        if token.startswith("#"):
            ends = started and not any(one.place == place for one in comments[-1:])
            where = None if ends else column
            comments.append(Comment(place, token.rstrip(), where, depth > 0, blank and not started))
            started, blank = True, False
            continue
        if token.isspace():
            column += 0 if started else len(token)
            continue
        if not started and drop:
            columns.setdefault(place, column)
            if blank and not depth:
                apart.add(place)
        depth += {"(": 1, ")": -1}.get(token, 0)
        started, blank = True, False
        ink.append(drop)
        place += len(drop)
    return Margin("".join(ink), tuple(comments), columns, frozenset(apart))


def ink_of(text: str) -> str:
    """The ink of a text that has no comments."""
    return "".join(ink for _, ink in tokens(text))


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """Each token of a text with its ink."""
    for found in _TOKEN.finditer(text):
        token = found[0]
        if token.isspace() or token in "()" or token.startswith("#"):
            yield token, ""
        elif token.startswith("[") and token.endswith("]"):
            yield token, f"[{' '.join(_STATEMENT.findall(token))}]"
        else:
            yield token, token
