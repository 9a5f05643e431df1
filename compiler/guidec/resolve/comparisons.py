"""Questions that several guidelines are asked, and what of this one answers them."""

from typing import Any, get_args

from guidec import ast, ir
from guidec.resolve.scope import Scope


def question(scope: Scope, written: ast.Question, known: dict[str, ir.Question]) -> None:
    """`question ID "Label" compares WHAT of|but DRUGS`."""
    if not scope.declare("question", written.name, known):
        return
    among: list[str] = []
    for name in written.among:
        things = {**scope.drugs, **scope.classes}
        if name.text in things:
            among += (
                [name.text, *scope.classes[name.text].members] if name.text in scope.classes else [name.text]
            )
            scope.used.add(("drug class" if name.text in scope.classes else "drug", name.text))
        else:
            scope.unknown("drug or class", name, things)
    names = tuple(dict.fromkeys(among))
    if names and written.compares.text not in ("which drugs", "which doses"):
        message = f"`{written.compares.text}` is not about single drugs"
        scope.fault(
            "wrong_type", message, written.compares.span, "leave out what follows, or write `which drugs`"
        )
    compares: Any = written.compares.text
    assert compares in get_args(ir.Question.__annotations__["compares"])
    known[written.name.text] = ir.Question(
        written.name.text, written.label.text, compares,
        () if written.but else names, names if written.but else (), written.span,
    )  # fmt: skip


def comparison(
    scope: Scope, written: list[ast.Comparison], questions: dict[str, ir.Question], rules: set[str]
) -> tuple[ir.Answers, ...]:
    """What of this guideline answers each question, in the order of the text."""
    found: dict[str, ir.Answers] = {}
    answering = {**dict.fromkeys(scope.decisions), **dict.fromkeys(rules)}
    for line in (line for one in written for line in one.lines):
        if line.question.text not in questions:
            scope.unknown("question", line.question, questions)
            continue
        if line.question.text in found:
            message = (
                f"`{line.question.text}` is answered already in line {found[line.question.text].span.line}"
            )
            scope.fault("duplicate_name", message, line.question.span, "name all that answers it in one line")
            continue
        names: dict[str, None] = {}
        for name in line.names:
            if name.text not in answering:
                scope.unknown("decision, list of options or rule", name, answering)
            elif questions[line.question.text].compares == "which rules" and name.text not in rules:
                message = f"`which rules` is answered by advice and monitoring; `{name.text}` is neither"
                scope.fault(
                    "wrong_type", message, name.span, "name a rule, or let the question compare drugs"
                )
            else:
                names[name.text] = None
        found[line.question.text] = ir.Answers(line.question.text, tuple(names), line.span)
    return tuple(found.values())
