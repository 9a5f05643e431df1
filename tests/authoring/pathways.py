"""A pathway of an input's values: every stage reached or one where patients begin, with a way out or final."""

from authoring import words
from authoring.draft import Draft
from authoring.labels import partition, with_otherwise
from authoring.questions import condition
from guidec import ast
from guidec.ir import NOWHERE


def pathway(draft: Draft) -> None:
    """One pathway, where an input has nothing but the values of a list."""
    inputs = [one for one in draft.inputs if _values(one)]
    if not inputs:
        return
    of = draft.one(inputs)
    names = _values(of)
    moves = {name: _moves(draft, name, names) for name in names}
    reached = _reached(names, moves)
    stages = [_stage(draft, name, moves[name], name == names[0] or name not in reached) for name in names]
    name = draft.new("course")
    lines: tuple[ast.Stage | ast.Note, ...] = (*stages, *draft.notes())
    made = ast.Pathway(words.name(name), draft.label(name), of.name, draft.cites(0.3), lines, NOWHERE)
    draft.declarations.append(made)


def _values(entry: ast.Input) -> list[str]:
    """The values of a plain list; nothing for any other input."""
    types = [line for line in entry.lines if isinstance(line, ast.TypeLine)]
    if (
        len(types) != 1
        or types[0].kind != "one_of"
        or any(isinstance(one, ast.NamedValue) for one in entry.lines)
    ):
        return []
    return [value.name.text for value in types[0].values]


def _reached(names: list[str], moves: dict[str, ast.Moves | None]) -> set[str]:
    """The stages to which a way leads from the first, or from one that has to be another beginning."""
    found: set[str] = set()
    for name in names:
        waiting = [] if name in found else [name]
        beginning = bool(waiting)
        inside: set[str] = set()
        while waiting:
            here = moves[waiting.pop()]
            for move in here.branches if here is not None else ():
                if move.goes.to is not None and move.goes.to.text not in inside:
                    inside.add(move.goes.to.text)
                    waiting.append(move.goes.to.text)
        found |= inside - {name} if beginning else set()
    return found


def _stage(draft: Draft, name: str, moves: ast.Moves | None, start: bool) -> ast.Stage:
    lines: list[ast.StageLine] = [ast.StageMark("start", NOWHERE)] if start else []
    rules = [one.name.text for one in draft.declarations if isinstance(one, ast.Rule)]
    if draft.decisions and draft.chance(0.4):
        lines.append(ast.StageNames("decides", words.names(draft.some(list(draft.decisions), 1, 2)), NOWHERE))
    if rules and draft.chance(0.4):
        lines.append(ast.StageNames("does", words.names(draft.some(rules, 1, 2)), NOWHERE))
    lines += [_review(draft) for _ in range(draft.one((0, 1, 1, 2)))]
    lines.append(ast.StageMark("final", NOWHERE) if moves is None else moves)
    return ast.Stage(words.name(name), draft.cites(0.3), (*lines, *draft.notes()), NOWHERE)


def _review(draft: Draft) -> ast.StageReview:
    kind = draft.one(("every", "after", "not stated"))
    if kind == "not stated":
        why = draft.label("No interval.") if draft.chance(0.5) else None
        return ast.StageReview("not stated", None, why, draft.cites(0.3), NOWHERE)
    low = draft.one((1, 2, 3))
    unit = words.name(draft.one(("weeks", "months", "days")))
    interval = ast.Interval(draft.number(low), draft.number(low + draft.one((0, 2))), unit, True, NOWHERE)
    return ast.StageReview("every" if kind == "every" else "after", interval, None, draft.cites(0.3), NOWHERE)


# --- moves -------------------------------------------------------------------


def _moves(draft: Draft, stage: str, names: list[str]) -> ast.Moves | None:
    """The ways out of a stage, one of which does lead out; None where nobody goes on."""
    kind = draft.one(("by", "by", "when", "when", "always", "final"))
    subjects = [one for one in draft.subjects if not one.several]
    if kind == "final":
        return None
    if kind == "always":
        goes = _goes(draft, stage, names, out=True)
        return ast.Moves(None, (), (ast.Move(None, None, (), goes, NOWHERE, True),), NOWHERE)
    if kind == "by" and subjects:
        subject = draft.one(subjects)
        groups = with_otherwise(draft, partition(draft, subject))
        branches = tuple(
            ast.Move(labels, None, draft.cites(0.2), _goes(draft, stage, names, not at), NOWHERE)
            for at, labels in enumerate(groups)
        )
        return ast.Moves(words.name(subject.name), draft.cites(0.2), branches, NOWHERE)
    return _whens(draft, stage, names)


def _whens(draft: Draft, stage: str, names: list[str]) -> ast.Moves:
    """Each condition beside the denial of those before; `otherwise` at the end, or the denial of all."""
    branches: list[ast.Move] = []
    before: list[ast.Expression] = []
    for _ in range(draft.one((1, 1, 2))):
        asked = condition(draft, 2)
        goes = _goes(draft, stage, names, out=not branches)
        branches.append(ast.Move(None, words.both((*before, asked)), draft.cites(0.2), goes, NOWHERE))
        before.append(words.negated(asked))
    last = None if draft.chance(0.7) else words.both(before)
    goes = _goes(draft, stage, names, out=False)
    branches.append(ast.Move(None, last, draft.cites(0.2), goes, NOWHERE))
    return ast.Moves(None, (), tuple(branches), NOWHERE)


def _goes(draft: Draft, stage: str, names: list[str], out: bool) -> ast.Goes:
    """Where a move leads; `out` of the stage if that is asked for."""
    others = [one for one in names if one != stage]
    kind = draft.one(("to", "to", "stay", "not stated"))
    if kind == "stay" and out:
        kind = "not stated"
    if kind == "to" and others:
        return ast.Goes("to", words.name(draft.one(others)), None, draft.cites(0.3), NOWHERE)
    if kind == "stay":
        return ast.Goes("stay", None, None, draft.cites(0.3), NOWHERE)
    why = draft.label(draft.one(("Nothing is said.", "Nobody knows.")))
    return ast.Goes("not stated", None, why, draft.cites(0.3), NOWHERE)
