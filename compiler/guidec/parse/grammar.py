"""The LALR parser for grammar/guideline.lark, its tables kept between runs."""

import hashlib
import sys
from collections.abc import Callable
from functools import lru_cache

from lark import Lark, Token
from lark import __version__ as lark_version
from lark.indenter import Indenter

from guidec.data import data_text, private_folder


class ReservedWord(Exception):
    """A word of the language stands where a name is expected."""

    def __init__(self, token: Token) -> None:
        super().__init__(str(token))
        self.token = token


# pyright: reportIncompatibleMethodOverride=false, reportAssignmentType=false
# Lark declares these as properties; class attributes are its documented use.
class _Indentation(Indenter):
    NL_type = "_NL"
    OPEN_PAREN_types = ["LPAR"]  # noqa: RUF012
    CLOSE_PAREN_types = ["RPAR"]  # noqa: RUF012
    INDENT_type = "_INDENT"
    DEDENT_type = "_DEDENT"
    tab_len = 8


def grammar_text() -> str:
    """The grammar as it is shipped."""
    return data_text("grammar", "guideline.lark")


@lru_cache(maxsize=1)
def parser() -> Lark:
    """The parser, built once in a process."""
    text = grammar_text()
    reserved: set[str] = set()

    def not_reserved(token: Token) -> Token:
        if token in reserved:
            raise ReservedWord(token)
        return token

    lark = _cached(text, not_reserved)
    reserved.update(reserved_words(lark))
    return lark


def _cached(text: str, not_reserved: Callable[[Token], Token]) -> Lark:
    """Build the tables, or take them from this user's folder (never a shared one: they are unpickled)."""
    cache: str | bool = False
    folder = private_folder()
    if folder is not None:
        key = hashlib.sha256(f"{lark_version} {sys.version} {text}".encode()).hexdigest()[:24]
        cache = str(folder / f"grammar-{key}.lark")
    return Lark(
        text,
        parser="lalr",
        start="declaration",
        postlex=_Indentation(),
        propagate_positions=True,
        maybe_placeholders=True,
        lexer_callbacks={"NAME": not_reserved},
        cache=cache,
    )


# Keywords that stand only where no name can, so that an author may use them as names all the same.
FREE = frozenset(
    [
        "bands",
        "but",
        "classify",
        "code",
        "collect",
        "compares",
        "comparison",
        "first",
        "function",
        "gives",
        "impossible",
        "lookup",
        "pathway",
        "points",
        "property",
        "question",
        "score",
        "stage",
        "table",
        "unique",
        "value",
    ]
)


def reserved_words(lark: Lark) -> set[str]:
    """Every word that the grammar uses as a keyword, and that can't be a name."""
    return {word for terminal in lark.terminals for word in _words(terminal.pattern.value)} - FREE


@lru_cache(maxsize=256)
def words_of(terminal: str) -> frozenset[str]:
    """The words that a terminal stands for; for `*` those of all terminals, which can't be names."""
    if terminal == "*":
        return frozenset(reserved_words(parser()))
    patterns = [one.pattern.value for one in parser().terminals if one.name == terminal]
    return frozenset(word for pattern in patterns for word in _words(pattern.replace(_IN_PLACE, "")))


_IN_PLACE = "(?=[^a-z0-9_])"
"""Ends the pattern of a word that is one of the language only where nothing else can stand, and a name elsewhere."""


def _words(pattern: str) -> list[str]:
    if pattern.isalpha() and pattern.islower():
        return [pattern]
    if pattern.endswith("(?![a-z0-9_])"):
        return pattern.removesuffix("(?![a-z0-9_])").strip("()").split("|")
    return []
