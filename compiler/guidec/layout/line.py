"""Lines of a text before they are set: columns, what may be broken inside parentheses, and what stands below."""

from collections.abc import Iterable, Sequence

from guidec.record import record

WIDTH = 120
WIDEST_COLUMN = 40
WIDEST = {"row": 200}
KINDS_ABOVE_OTHERS = ("value",)
STEP = 2
HANGING = 4


@record
class Chain:
    """An expression that may stand in several lines, each link in one, between parentheses that it has anyway or then.

    A link is an operand, each but the first after its operator. What is `opened` is broken even where it fits.
    """

    links: tuple["Words", ...]
    enclosed: bool
    opened: bool = False


Words = tuple[str | Chain, ...]
"""What stands in a line from left to right, blanks included."""


@record
class Line:
    """One line in its columns, and the lines below it.

    Lines of one `kind` that follow each other share their columns, as far as they have nothing below them. Where it
    `joins`, the first line below continues it, unless the author has put a comment between them.
    """

    columns: tuple[Words, ...]
    below: tuple["Line", ...] = ()
    kind: str = ""
    joins: bool = False


def spaced(*parts: Words | Chain | str | None) -> Words:
    """The parts with a blank between them; those that are empty are left out."""
    found: list[str | Chain] = []
    for part in parts:
        words = part if isinstance(part, tuple) else (part,) if part else ()
        if words:
            found += [" ", *words] if found else words
    return tuple(found)


def line(*parts: Words | Chain | str | None, below: Iterable[Line] = ()) -> Line:
    """A line of a single column."""
    return Line((spaced(*parts),), tuple(below))


def flat(words: Words) -> str:
    """The words in one line."""
    return "".join(word if isinstance(word, str) else _closed(word) for word in words)


def _closed(chain: Chain) -> str:
    text = " ".join(flat(link) for link in chain.links)
    return f"({text})" if chain.enclosed else text


def in_columns(rows: Sequence[Sequence[str]], widest: int | None = WIDEST_COLUMN) -> list[str]:
    """Each row as one text, its cells as wide as the widest of their column. The last of a row takes no room.

    A cell wider than `widest` keeps its own width and widens no other.
    """
    count = max((len(row) for row in rows), default=0)
    kept = [at for at in range(count) if any("".join(row[at : at + 1]) for row in rows)]
    widths = [
        max((len(row[at]) for row in rows if at < len(row) - 1 and _fits(row[at], widest)), default=0)
        for at in range(count)
    ]
    return [" ".join(row[at].ljust(widths[at]) for at in kept if at < len(row)).rstrip() for row in rows]


def _fits(cell: str, widest: int | None) -> bool:
    return widest is None or len(cell) <= widest


def broken(words: Words, indent: int) -> list[tuple[int, str]]:
    """The lines that the words take, each with its indentation: one where they fit in or can't be broken."""
    at = next((at for at, word in enumerate(words) if isinstance(word, Chain) and word.opened), None)
    if at is None and indent + len(flat(words)) > WIDTH:
        words = _without_single_links(words)
        at = next((at for at, word in enumerate(words) if isinstance(word, Chain)), None)
    if at is None:
        return [(indent, flat(words))]
    chain = words[at]
    assert isinstance(chain, Chain)
    *links, last = chain.links
    found = [(indent, flat((*words[:at], "(")))]
    rest = (*(word for link in links for word in (*link, " ")), *last, ")", *words[at + 1 :])
    if not chain.opened and indent + HANGING + len(flat(rest)) <= WIDTH:
        return [*found, (indent + HANGING, flat(rest))]
    for link in links:
        found += broken(link, indent + HANGING)
    return found + broken((*last, ")", *words[at + 1 :]), indent + HANGING)


def _without_single_links(words: Words) -> Words:
    """The words without the chains that have nothing to break, those inside of them in their place."""
    found: list[str | Chain] = []
    for word in words:
        if isinstance(word, Chain) and len(word.links) == 1:
            inside = _without_single_links(word.links[0])
            found += ["(", *inside, ")"] if word.enclosed else inside
        else:
            found.append(word)
    return tuple(found)
