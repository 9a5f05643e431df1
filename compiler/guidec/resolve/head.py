"""The head of a file: name, version, language, modules, scope."""

from typing import Literal

from guidec import ast
from guidec.record import record
from guidec.resolve.scope import Scope
from guidec.source import Span, start_of

LANGUAGE = "guidec/1"


@record
class Headed:
    kind: str
    name: str
    title: str
    version: str
    language: str
    modules: tuple[str, ...]
    applies: ast.Expression | None
    applies_cites: ast.Cites
    span: Span


def uses(file: ast.File) -> tuple[ast.Name, ...]:
    """The modules that a file names."""
    return tuple(
        line.value
        for declaration in file.declarations
        if isinstance(declaration, ast.Head)
        for line in declaration.lines
        if line.kind == "uses" and line.value is not None
    )


def overflow(scope: Scope, files: tuple[ast.File, ...]) -> Literal["", "back", "forward"]:
    """Where a month leads that lacks the day: what the files say, who must agree."""
    lines = [
        line.value
        for file in files
        for declaration in file.declarations
        if isinstance(declaration, ast.Head)
        for line in declaration.lines
        if line.kind == "overflow" and line.value is not None
    ]
    for line in lines[1:]:
        if line.text != lines[0].text or line.span.file == lines[0].span.file:
            scope.fault(
                "bad_head",
                f"`calendar overflow` is said twice: `{lines[0].text}` and `{line.text}`",
                line.span,
                "keep one rule for the whole guideline",
            )
    found: Literal["", "back", "forward"] = lines[0].text if lines else ""  # type: ignore[assignment]  # the grammar's words
    return found


def head(scope: Scope, file: ast.File) -> Headed | None:
    """What the one `guideline` or `module` line of a file says."""
    heads = [declaration for declaration in file.declarations if isinstance(declaration, ast.Head)]
    if not heads:
        if any(words[:1] in (("guideline",), ("module",)) for words in file.unread):
            return None
        scope.fault(
            "bad_head",
            "this file has no `guideline` or `module`",
            start_of(file.path),
            'begin it with `guideline NAME "Title"`',
        )
        return None
    for extra in heads[1:]:
        scope.fault(
            "bad_head",
            "a file holds one guideline or one module",
            extra.name.span,
            "move it to a file of its own",
        )
    written = heads[0]
    version = _one(scope, written, "version", "add `version 1.0.0`")
    language = _one(scope, written, "language", f"add `language {LANGUAGE}`")
    if language is not None and language.text != LANGUAGE:
        scope.fault(
            "bad_head",
            f"this compiler reads `{LANGUAGE}`, not `{language.text}`",
            language.span,
            f"write `language {LANGUAGE}`",
        )
    applies = [line for line in written.lines if line.kind == "applies"]
    for line in written.lines:
        if line.kind == "source" and line.value is not None:
            known = [one.name.text for one in file.declarations if isinstance(one, ast.Source)]
            if line.value.text not in known:
                scope.unknown("source", line.value, known)
        elif line.kind == "applies" and (line is not applies[0] or written.kind == "module"):
            scope.fault(
                "bad_head",
                "one guideline has one scope",
                line.span,
                "join the conditions, or move them to the guideline",
            )
    if version is None or language is None:
        return None
    modules = tuple(name.text for name in uses(file))
    condition = applies[0].condition if applies else None
    cites = applies[0].cites if applies else ()
    return Headed(
        written.kind,
        written.name.text,
        written.title.text,
        version.text,
        language.text,
        modules,
        condition,
        cites,
        written.name.span,
    )


def _one(scope: Scope, written: ast.Head, kind: str, repair: str) -> ast.Name | None:
    lines = [line for line in written.lines if line.kind == kind]
    if len(lines) == 1:
        return lines[0].value
    span = lines[1].span if lines else written.name.span
    scope.fault(
        "bad_head",
        f"`{written.name.text}` has {'two lines' if lines else 'no line'} `{kind}`",
        span,
        "delete one" if lines else repair,
    )
    return None
