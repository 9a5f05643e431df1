"""Text to ast: one declaration at a time, so that a fault in one hides nothing in the next."""

from collections.abc import Iterator
from typing import Any

from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken
from lark.indenter import DedentError

from guidec import ast
from guidec.diagnostic import Diagnostic, nearest
from guidec.parse.build import BadToken, Build, TooDeep
from guidec.parse.grammar import ReservedWord, grammar_text, parser, reserved_words
from guidec.parse.problem import unexpected_character, unexpected_token
from guidec.source import Span
from guidec.text import DEEPEST_INDENTATION

__all__ = ["grammar_text", "parse", "reserved_words"]

_STARTS = (
    "advise", "decision", "define", "document", "drug", "guideline", "impossible", "input", "module", "monitor",
    "options", "procedure", "reading", "regimen", "scenario", "set", "source", "test",
)  # fmt: skip


def parse(path: str, text: str, skip_scenarios: bool = False) -> tuple[ast.File, list[Diagnostic]]:
    """Every declaration that can be read, and a diagnostic for each that can't."""
    declarations: list[ast.Declaration] = []
    found: list[Diagnostic] = []
    for first_line, chunk in _chunks(text):
        if skip_scenarios and chunk.startswith("scenario "):
            continue
        declaration = _declaration(path, first_line, chunk)
        if isinstance(declaration, Diagnostic):
            found.append(declaration)
        else:
            declarations.append(declaration)
    return ast.File(path, tuple(declarations)), found


def _chunks(text: str) -> Iterator[tuple[int, str]]:
    """The line index and the text of each stretch that begins in column 1."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if line and line[0] not in " #"]
    first = next(
        (at for at, line in enumerate(lines) if line.strip() and not line.lstrip().startswith("#")), None
    )
    if first is not None and (not starts or first < starts[0]):
        starts.insert(0, first)
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        chunk = "\n".join(lines[start:end]).rstrip()
        yield start, chunk + "\n"


def _declaration(path: str, first_line: int, chunk: str) -> ast.Declaration | Diagnostic:
    build = Build(path, first_line)
    problem = _before_parsing(build, chunk)
    if problem is not None:
        return problem
    try:
        declaration: Any = build.build(parser().parse(chunk))
    except (BadToken, TooDeep) as fault:
        return _own(fault)
    except ReservedWord as fault:
        word = fault.token
        return Diagnostic(
            "reserved_word",
            f"`{word}` is a word of the language and can't be a name",
            build.place(word),
            f"write another name, such as `{word}_value`",
        )
    except DedentError as fault:
        return _bad_indentation(build, chunk, fault)
    except UnexpectedToken as fault:
        return unexpected_token(build, chunk, fault)
    except UnexpectedCharacters as fault:
        return unexpected_character(build, chunk, fault)
    except UnexpectedInput as fault:  # pragma: no cover - lark raises the two above
        raise AssertionError(fault) from fault
    return declaration  # type: ignore[no-any-return]


def _own(fault: BaseException) -> Diagnostic:
    if isinstance(fault, BadToken):
        return Diagnostic(fault.code, fault.message, fault.span, fault.repair)
    if isinstance(fault, TooDeep):
        message = "this is nested deeper than the compiler follows"
        return Diagnostic("too_deep", message, fault.span, "give a part of it a name with `define`")
    raise fault


def _before_parsing(build: Build, chunk: str) -> Diagnostic | None:
    first = chunk.split(None, 1)[0] if chunk.strip() else ""
    line = build.offset + 1
    if chunk[0] == " ":
        span = Span(build.file, line, 1, line, len(chunk) - len(chunk.lstrip()) + 1)
        return Diagnostic(
            "bad_indentation", "nothing above this line holds it", span, "start the line in column 1"
        )
    if first not in _STARTS:
        span = Span(build.file, line, 1, line, 1 + max(1, len(first[:60])))
        words = ", ".join(_STARTS)
        return Diagnostic(
            "unknown_declaration",
            f"`{first[:60]}` begins no declaration",
            span,
            nearest(first, _STARTS) or f"a declaration begins with one of {words}",
        )
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
        while levels[-1] > column:
            levels.pop()
        if levels[-1] != column:
            line = build.offset + at + 1
            span = Span(build.file, line, 1, line, column + 1)
            message = f"this line is indented by {column} spaces, and no line above it by as many"
            return Diagnostic(
                "bad_indentation", message, span, f"indent by {levels[-1]} or as the line above"
            )
    line = build.offset + 1
    return Diagnostic("bad_indentation", str(fault), Span(build.file, line, 1, line, 2))
