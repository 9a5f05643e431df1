"""Questions that several guidelines are asked, what answers them, and scenarios."""

from collections.abc import Sequence
from typing import Any

from authoring import words
from authoring.draft import Draft
from guidec import ast
from guidec.ir import NOWHERE

_COMPARED = ("whether treated", "which drugs", "which doses", "which rules")
_STATUSES = ("!determined", "!indeterminate", "!not_stated", "!conflict", "!out_of_scope")


def side_by_side(draft: Draft) -> None:
    """Some questions, and one `comparison` that answers some of them."""
    rules = [one.name.text for one in draft.declarations if isinstance(one, ast.Rule)]
    lines: list[ast.ComparisonLine] = []
    for compares in draft.some(_COMPARED, 1):
        name = draft.new("question")
        things = [*draft.drugs, *draft.classes]
        among = draft.some(things, 1, 2) if compares in _COMPARED[1:3] and draft.chance(0.5) else []
        draft.declarations.append(
            ast.Question(
                words.name(name),
                draft.label(name),
                words.name(compares),
                words.names(among),
                bool(among) and draft.chance(0.5),
                NOWHERE,
            )
        )
        answering = rules if compares == "which rules" else [*draft.decisions, *rules]
        if answering and draft.chance(0.8):
            lines.append(
                ast.ComparisonLine(words.name(name), words.names(draft.some(answering, 1, 3)), NOWHERE)
            )
    if lines:
        draft.declarations.append(ast.Comparison(tuple(lines), NOWHERE))


def scenario(draft: Draft) -> None:
    """A patient of a few entries, and one thing that is expected; it is compiled and printed, not run."""
    entries: list[ast.GivenLine] = []
    for one in draft.some(draft.inputs, 1, 3):
        for line in one.lines:
            if isinstance(line, ast.TypeLine) and line.kind == "one_of":
                chosen = draft.some([value.name.text for value in line.values], 1, 2)
                entries.append(ast.GivenLine(one.name, words.names(chosen), len(chosen) > 1, False, NOWHERE))
    if not entries:
        return
    expected = ast.Expectation("status", None, (), draft.one(_STATUSES), None, None, NOWHERE)
    given, then = ast.GivenLines(tuple(entries)), ast.Expectations((expected, *_further(draft)))
    lines: tuple[ast.GivenLines | ast.Expectations | ast.Note, ...] = (given, then, *draft.notes())
    title = draft.label("A patient")
    draft.declarations.append(ast.Scenario(title, (), lines, NOWHERE, _review(draft)))


def _review(draft: Draft) -> ast.Review | None:
    kind = draft.one(("none", "unreviewed", "reviewed", "bound"))
    if kind == "none":
        return None
    return ast.Review(kind != "unreviewed", "3f2a9c41d0b2" if kind == "bound" else "", NOWHERE)


def _further(draft: Draft) -> list[ast.Expectation]:
    """What else may be expected: of rules, of drugs, of readings."""
    kinds = {one.name.text: one.kind for one in draft.declarations if isinstance(one, ast.Rule)}
    measured = [name for name, kind in kinds.items() if kind == "monitor"]
    found: list[ast.Expectation] = []
    if kinds and draft.chance(0.5):
        against = draft.some(("against", "neither"), 0, 1)
        found.append(_expected("strength", draft.one(list(kinds)), "suggest", against))
    if measured and draft.chance(0.5):
        found.append(_expected("interval", draft.one(measured), "not_stated"))
    if draft.drugs and draft.chance(0.5):
        actions = ("start", "add", "switch", "add_or_switch", "repeat", "stop")
        found.append(_expected("action", draft.one(draft.drugs), draft.one(actions)))
        found.append(
            _expected("route", draft.one(draft.drugs), draft.one(("mouth", "topically", "not_stated")))
        )
        found.append(_expected("basis", draft.one(draft.drugs), draft.one(("stated", "not_stated"))))
        found.append(_expected("step", draft.one(draft.drugs), "not_stated"))
        found.append(_expected("delay", draft.one(draft.drugs), "not_stated"))
    if draft.chance(0.5):
        found.append(_expected("open", None, "", draft.some(draft.readings, 0, 2)))
    return found


def _expected(kind: Any, of: str | None, word: str, names: Sequence[str] = ()) -> ast.Expectation:
    about = None if of is None else words.name(of)
    return ast.Expectation(kind, about, words.names(list(names)), word, None, None, NOWHERE)
