"""Lines and the margin of their source to text: columns aligned, long lines broken, every comment in its place."""

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from guidec.layout.line import (
    HANGING,
    KINDS_ABOVE_OTHERS,
    STEP,
    WIDEST,
    WIDEST_COLUMN,
    Chain,
    Line,
    Words,
    broken,
    flat,
    in_columns,
    spaced,
)
from guidec.layout.margin import Comment, Margin, ink_of, margin_of, tokens
from guidec.record import record

_BESIDE = "  "


@record
class Setting:
    """A declaration as it is set, and the comments below it that stand in column 1: they belong to what follows."""

    text: str
    left: tuple[Comment, ...]


def setting_of(line: Line, source: str = "") -> Setting:
    """A declaration in the one layout, with the comments and the blank lines of its source."""
    margin = margin_of(source)
    page = _Page(margin, deque(margin.comments), [one.place for one in margin.comments])
    page.set_lines((line,), 0)
    page.set_comments(1, keep_margin=True)
    if source and ink_of("\n".join(words for _, words, _ in page.rows)) != margin.ink:
        raise AssertionError(f"this is set otherwise than it is read: {page.rows[0]}")
    return Setting("".join(map(_row_text, page.rows)), tuple(page.comments))


def _row_text(row: tuple[int, str, str]) -> str:
    indent, words, comment = row
    beside = _BESIDE if words and comment else ""
    return f"{' ' * indent}{words}{beside}{comment}".rstrip() + "\n"


@dataclass(slots=True)
class _Page:
    """What is set so far. A row is an indentation, the words and the comment behind them; `place` is where its ink ends."""

    margin: Margin
    comments: deque[Comment]
    places: list[int]
    rows: list[tuple[int, str, str]] = field(default_factory=list)
    place: int = 0
    depth: int = 0
    above: list[tuple[int, int]] = field(default_factory=list)

    def set_lines(self, lines: Iterable[Line], depth: int) -> None:
        """Set siblings; those of one kind that follow each other share their columns."""
        place, joined = self.place, list[tuple[Line, str]]()
        for written in lines:
            line = _joined(written, place, self.places)
            alone = not line.below or line.kind in KINDS_ABOVE_OTHERS
            whole = not self._comment_inside(place, place + _own_length(line))
            joined.append((line, line.kind if alone and whole else ""))
            place += _length(written)
        for kind, run in groupby(joined, lambda one: one[1]):
            found = [line for line, _ in run]
            for line in _aligned(found, WIDEST.get(kind, WIDEST_COLUMN)) if kind else found:
                self._set_line(line, depth)

    def _comment_inside(self, start: int, end: int) -> bool:
        """Whether a comment stands between the first and the last of this ink."""
        at = bisect_right(self.places, start)
        return at < len(self.places) and self.places[at] < end

    def _set_line(self, line: Line, depth: int) -> None:
        self.set_comments(depth)
        self._set_apart(self.place in self.margin.apart, depth)
        self._enter(depth)
        words = spaced(*line.columns)
        start, end = self.place, self.place + len(ink_of(flat(words)))
        inner = []
        while self.comments and self.comments[0].place < end:
            inner.append(self.comments.popleft())
        if inner:
            words = _opened(words, inner, start)
        rows = broken(words, depth * STEP)
        self.rows += _with_comments(rows, inner, start) if inner else [(*row, "") for row in rows]
        self.place = end
        if self.comments and self.comments[0].place == end and self.comments[0].column is None:
            indent, text, _ = self.rows[-1]
            self.rows[-1] = (indent, text, self.comments.popleft().text)
        self.set_lines(line.below, depth + 1)

    def set_comments(self, depth: int, keep_margin: bool = False) -> None:
        """Set the comments of this place, which stand in lines of their own, `depth` deep or deeper.

        A comment stands in the innermost block that it is indented for. `keep_margin` leaves those in column 1.
        """
        while self.comments and self.comments[0].place == self.place:
            comment = self.comments[0]
            if keep_margin and comment.column == 0 and not comment.inside:
                return
            column = comment.column if comment.column is not None and not comment.inside else 1_000_000
            inner = max((one + 1 for one, beginning in self.above if beginning < column), default=0)
            inner = max(depth, inner)
            self._set_apart(comment.apart, inner)
            self._leave(inner)
            self.rows.append((inner * STEP, "", comment.text))
            self.comments.popleft()

    def _set_apart(self, apart: bool, depth: int) -> None:
        """A blank line where the author left some, but for the beginning of a block."""
        if apart and depth <= self.depth and self.rows:
            self.rows.append((0, "", ""))
        self.depth = depth

    def _enter(self, depth: int) -> None:
        """Remember a line with its depth and its column in the source, until its block is left."""
        self._leave(depth)
        column = self.margin.columns.get(self.place)
        if column is not None:
            self.above.append((depth, column))

    def _leave(self, depth: int) -> None:
        while self.above and self.above[-1][0] >= depth:
            self.above.pop()


def _joined(line: Line, place: int, places: Sequence[int]) -> Line:
    """The line with the one below it brought up behind it, unless a comment stands between them."""
    end = place + _own_length(line)
    at = bisect_left(places, end)
    if not line.joins or places[at : at + 1] == [end]:
        return replace(line, joins=False)
    behind = _joined(line.below[0], end, places)
    return Line((*line.columns, *behind.columns), behind.below, line.kind)


def _own_length(line: Line) -> int:
    return sum(len(ink_of(flat(words))) for words in line.columns)


def _length(line: Line) -> int:
    """How much ink a line has, with all that stands below it."""
    return _own_length(line) + sum(map(_length, line.below))


def _aligned(lines: Sequence[Line], widest: int) -> list[Line]:
    texts = in_columns([[flat(words) for words in line.columns] for line in lines], widest)
    return [replace(line, columns=((text,),)) for line, text in zip(lines, texts, strict=True)]


def _opened(words: Words, comments: Sequence[Comment], start: int) -> Words:
    """The words with those expressions to be broken that hold a comment."""
    found: list[str | Chain] = []
    for word in words:
        end = start + len(ink_of(flat((word,))))
        holds = any(start <= one.place <= end for one in comments)
        found.append(replace(word, opened=True) if holds and isinstance(word, Chain) else word)
        start = end
    return tuple(found)


def _with_comments(
    rows: Sequence[tuple[int, str]], comments: Sequence[Comment], place: int
) -> list[tuple[int, str, str]]:
    """The rows of one line with the comments inside of it: between them, or where they cut one in two."""
    waiting, found, depth = deque(comments), list[tuple[int, str, str]](), 0
    for indent, words in rows:
        text, hanging = words, indent
        end = place + len(ink_of(words))
        while waiting and waiting[0].place < end:
            comment = waiting.popleft()
            if comment.place > place:
                left, text, depth = _cut(text, comment.place - place, depth)
                found.append((hanging, left, ""))
                place, hanging = comment.place, indent + HANGING
            if comment.column is None:
                before, behind, _ = found[-1]
                found[-1] = (before, behind, comment.text)
            else:
                found.append((hanging, "", comment.text))
        found.append((hanging, text, ""))
        depth += _nesting(text)
        place = end
    return found


def _cut(text: str, length: int, depth: int) -> tuple[str, str, int]:
    """A text before and behind so much ink, and how deep the cut stands in parentheses: in one pair at least.

    Parentheses that close there stay before the cut, and so does one that opens without a blank.
    """
    at, left = 0, length
    for token, ink in tokens(text):
        if not left and not ((token == ")" and depth > 1) or token == "("):
            break
        taken = len(token) if len(ink) <= left else left
        left -= min(left, len(ink))
        depth += _nesting(token)
        at += taken
    return text[:at].rstrip(), text[at:].lstrip(), depth


def _nesting(text: str) -> int:
    return sum({"(": 1, ")": -1}.get(token, 0) for token, _ in tokens(text))
