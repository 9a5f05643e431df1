"""Text to ast: one declaration at a time, so that a fault in one hides nothing in the next."""

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from lark import Token
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.indenter import DedentError

from guidec import ast
from guidec.diagnostic import Diagnostic, nearest
from guidec.parse.build import BadToken, Build, TooDeep
from guidec.parse.grammar import ReservedWord, grammar_text, parser, reserved_words, words_of
from guidec.parse.problem import LABELS, NOTHING_BELOW, no_colon, unexpected
from guidec.parse.slip import as_name
from guidec.source import Span
from guidec.text import DEEPEST_INDENTATION

__all__ = ["grammar_text", "parse", "reserved_words"]

_STARTS = (
    "advise", "avoid", "classify", "comparison", "decision", "define", "document", "drug", "function", "guideline", "impossible",
    "input", "lookup", "module", "monitor", "options", "pathway", "procedure", "property", "question", "reading",
    "regimen", "scenario", "score", "set", "source",
    "table", "test",
)  # fmt: skip

_OUTCOME_WORDS = (
    "recommend",
    "suggest",
    "consider",
    "may",
    "generally",
    "use",
    "nothing",
    "conflict",
    "by",
    "as",
)


def parse(path: str, text: str, skip_scenarios: bool = False) -> tuple[ast.File, list[Diagnostic]]:
    """Every declaration that can be read, and a diagnostic for each that can't."""
    declarations: list[ast.Declaration] = []
    unread: list[tuple[str, ...]] = []
    found: list[Diagnostic] = []
    for first_line, chunk in _chunks(text):
        if skip_scenarios and chunk.startswith("scenario "):
            continue
        declaration = _declaration(path, first_line, chunk)
        if isinstance(declaration, Diagnostic):
            if "indent it" in declaration.repair and found and found[-1].message == NOTHING_BELOW:
                found.pop()  # this line should have been indented below that one
            if declaration.code != "reserved_word" or declaration.message not in {
                one.message for one in found
            }:
                found.append(declaration)
            unread.append(_first_words(chunk))
        else:
            declarations.append(declaration)
    return ast.File(path, tuple(declarations), tuple(unread)), found


def _first_words(chunk: str) -> tuple[str, ...]:
    """`input`, `age` of `input age "Age"`: the kind and the names that a declaration would have declared, bands included."""
    head = re.match(r"[^\"“=\[:]*", chunk.split("\n", 1)[0].lower())
    words = re.findall(r"[a-z]\w*", head[0]) if head else []
    close = get_close_matches(words[0][:80], _STARTS, n=1) if words else []
    if not close:
        return tuple(words)
    inside = re.findall(r"(?m)^[ \t]+(?:bands|gives)[ \t]+([a-z]\w*)", chunk)
    return (close[0], *words[1:], "_".join(words[1:]), words[0].removeprefix(close[0]), *inside)


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The line index and the text of each stretch that begins in column 1."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if line and line[0] not in " \t#"]
    first = next(
        (at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None
    )
    if first is not None and (not starts or first < starts[0]):
        starts.insert(0, first)
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        chunk = "\n".join(lines[start:end]).rstrip()
        yield start, chunk + "\n"


def _declaration(path: str, first_line: int, chunk: str) -> ast.Declaration | Diagnostic:
    build = Build(path, first_line, chunk)
    problem = _before_parsing(build, chunk)
    if problem is not None:
        return problem
    try:
        declaration: Any = build.build(parser().parse(chunk))
    except (BadToken, TooDeep) as fault:
        return _own(fault)
    except ReservedWord as fault:
        return _reserved(build, chunk, fault.token)
    except DedentError as fault:
        return _bad_indentation(build, chunk, fault)
    except (UnexpectedToken, UnexpectedCharacters) as fault:
        return unexpected(build, chunk, fault)
    except UnexpectedInput as fault:  # pragma: no cover - lark raises the two above
        raise AssertionError(fault) from fault
    return declaration  # type: ignore[no-any-return]


def _reserved(build: Build, chunk: str, word: Token) -> Diagnostic:
    """A word of the language where a name is expected: perhaps the name that is declared, perhaps a slip."""
    line, at = chunk.split("\n")[(word.line or 1) - 1], (word.column or 1) - 1
    equals = re.search(r"(\w+) *= *$", line[:at])
    if equals and word in ("yes", "no"):
        span = build.place(word)
        span = Span(span.file, span.line, equals.start() + 1, span.line, span.end_column)
        message = f"`=` compares numbers, and `{word}` is none"
        return Diagnostic("wrong_type", message, span, f"write `{equals[1]} is {word}`")
    before = line[:at].strip()
    labels = set(re.split(r"[ ,]+", before)) - {"yes", "no"}
    if (
        chunk.startswith("decision")
        and word in _OUTCOME_WORDS
        and re.fullmatch(LABELS, before)
        and not labels & words_of("*")
    ):
        return Diagnostic("syntax", *no_colon(before, word, build.place(word)))
    after = line[at + len(word) :]
    declares = re.match(r"\s*(?:\"([^\"]*)\"|=|\[|$)", after)
    longer = as_name(declares[1] or "") if declares else ""
    if longer in words_of("*") or not re.fullmatch(r"[a-z]\w{1,39}", longer):
        longer = f"{word}_value"
    message = f"`{word}` is a word of the language and can't be a name"
    repair = f"write another name, such as `{longer}`"
    if not declares:
        message = f"`{word}` can't stand here: it is a word of the language"
        repair = "write the name that is meant"
    return Diagnostic("reserved_word", message, build.place(word), repair)


def _own(fault: BaseException) -> Diagnostic:
    if isinstance(fault, BadToken):
        return Diagnostic(fault.code, fault.message, fault.span, fault.repair)
    if isinstance(fault, TooDeep):
        message = "this is nested deeper than the compiler follows"
        return Diagnostic("too_deep", message, fault.span, "give a part of it a name with `define`")
    raise fault


def _before_parsing(build: Build, chunk: str) -> Diagnostic | None:
    tab = _tab(build, chunk)
    if tab is not None:
        return tab
    first = chunk.split(None, 1)[0] if chunk.strip() else ""
    line = build.offset + 1
    if chunk[0] == " ":
        span = Span(build.file, line, 1, line, len(chunk) - len(chunk.lstrip()) + 1)
        return Diagnostic(
            "bad_indentation", "nothing above this line holds it", span, "start the line in column 1"
        )
    if first not in _STARTS:
        span = Span(build.file, line, 1, line, 1 + max(1, len(first[:60])))
        message = f"`{first[:60]}` begins no declaration"
        return Diagnostic("unknown_declaration", message, span, _start_repair(build, first))
    for at, text in enumerate(chunk.split("\n")):
        if len(text) - len(text.lstrip(" ")) > DEEPEST_INDENTATION:
            span = Span(build.file, line + at, 1, line + at, 2)
            return Diagnostic(
                "too_deep", "this line is indented deeper than the compiler follows", span, "nest less"
            )
        if len(text) > 100_000:
            span = Span(build.file, line + at, 1, line + at, 2)
            return Diagnostic(
                "too_large", "this line has more than 100,000 characters", span, "break it in parts"
            )
    return None


def _tab(build: Build, chunk: str) -> Diagnostic | None:
    """The first tab that indents a line; what the others would mean nobody can see."""
    for at, text in enumerate(chunk.split("\n")):
        indentation = text[: len(text) - len(text.lstrip(" \t"))]
        if "\t" in indentation:
            line, column = build.offset + at + 1, indentation.index("\t") + 1
            span = Span(build.file, line, column, line, column + 1)
            return Diagnostic(
                "tab_indentation", "a tab indents this line", span, "indent with spaces, two a level"
            )
    return None


def _start_repair(build: Build, first: str) -> str:
    word = re.match(r"\w*", first)
    if build.offset and word and word[0] in words_of("*"):
        return "indent it below the declaration that it belongs to"
    close = nearest(first, _STARTS)
    if close or (first[:1].isupper() and first.lower() in _STARTS):
        return close or f"did you mean `{first.lower()}`?"
    return "begin it with a word such as `input`, `define` or `decision`, or indent it below its declaration"


def _bad_indentation(build: Build, chunk: str, fault: DedentError) -> Diagnostic:
    """Find the line that returns to a column where nothing began."""
    levels = [0]
    for at, text in enumerate(chunk.split("\n")):
        stripped = text.lstrip(" ")
        if not stripped or stripped.startswith("#"):
            continue
        column = len(text) - len(stripped)
        if column > levels[-1]:
            levels.append(column)
        closed = [level for level in levels if level > column]
        levels = [level for level in levels if level <= column]
        if levels[-1] != column:
            line = build.offset + at + 1
            span = Span(build.file, line, 1, line, column + 1)
            message = (
                f"this line is indented by {column}, and the lines above it by {levels[-1]} or {closed[0]}"
            )
            near = closed[0] if len(levels) == 1 or closed[0] - column <= column - levels[-1] else levels[-1]
            return Diagnostic("bad_indentation", message, span, f"indent it by {near}")
    line = build.offset + 1
    return Diagnostic("bad_indentation", str(fault), Span(build.file, line, 1, line, 2))
