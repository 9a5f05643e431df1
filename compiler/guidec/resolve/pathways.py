"""A pathway as written to its stages, and to the categories that say where a patient stands and where moves lead."""

from dataclasses import replace

from guidec import ast, ir
from guidec.diagnostic import listed
from guidec.resolve.expressions import condition
from guidec.resolve.labels import label_conditions, labels_apart, labels_shown, may_split
from guidec.resolve.scope import Scope
from guidec.resolve.spans import interval

NOT_STATED = "not stated"


def after(stage: str) -> str:
    """The name of the definition that says where the moves out of a stage lead; no author can write it."""
    return f"after {stage}"


def pathway(
    scope: Scope, written: list[ast.Pathway], rules: dict[str, ir.Rule]
) -> tuple[ir.Pathway | None, tuple[ir.Definition, ...]]:
    """The pathway of a guideline and its categories; None where there is none, and after a fault."""
    for one in written[1:]:
        message = (
            f"a guideline has one pathway; `{written[0].name.text}` in line {written[0].span.line} is it"
        )
        scope.fault("duplicate_name", message, one.name.span, "bring its stages into one pathway")
    if not written:
        return None, ()
    found = _pathway(scope, written[0], rules)
    if found is None:
        scope.unread_kinds.add("pathway")
        return None, ()
    scope.stages = {stage.id: stage.label for stage in found.stages}
    return found, categories_of(found)


def _pathway(scope: Scope, written: ast.Pathway, rules: dict[str, ir.Rule]) -> ir.Pathway | None:
    before = len(scope.found)
    cites = scope.cite(written.cites)
    entry = scope.look_up("input", written.of, scope.inputs)
    if entry is None:
        return None
    if not isinstance(entry.type, ir.OneOf) or entry.named:
        message = f"`{entry.id}` is no list of stages"
        repair = "name an input with `one of`, each of whose values is a stage"
        scope.fault("wrong_type", message, written.of.span, repair)
        return None
    labels = {value.id: value.label for value in entry.type.values}
    stages: dict[str, ir.Stage] = {}
    for line in written.lines:
        if isinstance(line, ast.Stage):
            name = line.name.text
            if name not in labels:
                repair = f"write one of {listed(list(labels))}, or add the value to `{entry.id}`"
                scope.unknown(f"value of `{entry.id}`", line.name, labels, repair)
            elif scope.declare("stage", line.name, stages):
                stages[name] = _stage(scope, line, labels, rules)
    missing = [name for name in labels if name not in stages]
    if missing:
        message = f"{listed(missing)} of `{entry.id}` {'has' if len(missing) == 1 else 'have'} no stage"
        scope.fault("missing_stage", message, written.name.span, f"add `stage {missing[0]}`")
    notes = tuple(
        ir.Note(line.text.text, scope.cite(line.cites))
        for line in written.lines
        if isinstance(line, ast.Note)
    )
    if len(scope.found) > before:
        return None
    found = ir.Pathway(
        written.name.text, written.label.text, entry.id, f"stage of {written.name.text}",
        tuple(stages[name] for name in labels), notes, cites, written.name.span,
    )  # fmt: skip
    _check_ways(scope, found)
    return found


# --- one stage ---------------------------------------------------------------


def _stage(scope: Scope, written: ast.Stage, labels: dict[str, str], rules: dict[str, ir.Rule]) -> ir.Stage:
    cites = scope.cite(written.cites)
    marks = {line.kind: line for line in written.lines if isinstance(line, ast.StageMark)}
    lists = [line for line in written.lines if isinstance(line, ast.Moves)]
    for line in lists[1:]:
        message = f"`{written.name.text}` has its moves in line {lists[0].span.line} already"
        scope.fault(
            "misplaced_part", message, line.span, "write all of them below one `by`, or each with `when`"
        )
    moves = _moves(scope, written.name, lists[0], labels) if lists else ()
    if moves and "final" in marks:
        message = f"nobody goes on from `{written.name.text}`, which is `final`"
        scope.fault("misplaced_part", message, lists[0].span, "delete `final`, or the moves")
    return ir.Stage(
        written.name.text,
        labels[written.name.text],
        "start" in marks,
        "final" in marks,
        _named(scope, written, "decides", dict(scope.decisions)),
        _named(scope, written, "does", dict(rules)),
        tuple(_review(scope, line) for line in written.lines if isinstance(line, ast.StageReview)),
        lists[0].by.text if lists and lists[0].by else "",
        moves,
        tuple(
            ir.Note(one.text.text, scope.cite(one.cites))
            for one in written.lines
            if isinstance(one, ast.Note)
        ),
        cites,
        written.name.span,
    )


def _named(scope: Scope, written: ast.Stage, kind: str, known: dict[str, object]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    what = "decision or list of options" if kind == "decides" else "advice or monitoring"
    for line in written.lines:
        for name in line.names if isinstance(line, ast.StageNames) and line.kind == kind else ():
            if name.text in known:
                found[name.text] = None
            else:
                scope.unknown(what, name, known)
    return tuple(found)


def _review(scope: Scope, written: ast.StageReview) -> ir.StageReview:
    found = None if written.interval is None else interval(scope, written.interval)
    why = "" if written.why is None else written.why.text
    return ir.StageReview(written.kind, found, why, scope.cite(written.cites), written.span)


def _moves(scope: Scope, stage: ast.Name, written: ast.Moves, labels: dict[str, str]) -> tuple[ir.Move, ...]:
    above = scope.cite(written.cites)
    if written.by is not None:
        lines = [(one.labels, one.span) for one in written.branches]
        if not may_split(scope, written.by) or not labels_apart(scope, lines):
            return ()
    found = [_move(scope, stage, written.by, one, labels, above) for one in written.branches]
    return tuple(one for one in found if one is not None)


def _move(
    scope: Scope,
    stage: ast.Name,
    by: ast.Name | None,
    written: ast.Move,
    labels: dict[str, str],
    above: ir.Citation,
) -> ir.Move | None:
    when, label = None, ""
    if by is not None and written.labels is not None:
        when, label = label_conditions(scope, by, written.labels), labels_shown(scope, by, written.labels)
    elif written.condition is not None:
        when = condition(scope, written.condition)
    if when is None and (written.labels is not None or written.condition is not None):
        return None
    goes = written.goes
    own = scope.cite((*written.cites, *goes.cites))
    cites = ir.Citation(
        tuple(dict.fromkeys((*above.statements, *own.statements))),
        tuple(dict.fromkeys((*above.inferred, *own.inferred))),
    )
    to = {"stay": stage.text, "not stated": ""}.get(goes.kind, goes.to.text if goes.to else "")
    if goes.to is not None and to not in labels:
        scope.unknown("stage", goes.to, labels)
        return None
    return ir.Move(label, when, to, goes.why.text if goes.why else "", cites, written.span)


# --- what the rows are made of -----------------------------------------------


def categories_of(found: ir.Pathway) -> tuple[ir.Definition, ...]:
    """The definitions of a pathway: where patients stand, and where the moves out of each stage lead."""
    values = tuple(ir.Value(stage.id, stage.label) for stage in found.stages)
    bands = tuple(
        ir.Band(stage.id, stage.label, ir.Is(found.input, (stage.id,)), stage.cites, stage.span)
        for stage in found.stages
    )
    places = ir.Category("unique", found.input, values, bands)
    return (
        _hidden(found.places, found.label, places, found, "stage"),
        *(
            _hidden(after(stage.id), f"After: {stage.label}", _leading(found, stage), stage, "moves")
            for stage in found.stages
            if stage.moves
        ),
    )


def _leading(found: ir.Pathway, stage: ir.Stage) -> ir.Category:
    """Where the moves out of a stage lead; each reason why that isn't stated is a value of its own."""
    labels = {one.id: one.label for one in found.stages}
    values: dict[str, ir.Value] = {}
    bands: list[ir.Band] = []
    reasons = list(dict.fromkeys(move.why for move in stage.moves if not move.to))
    for move in stage.moves:
        name = move.to or f"{NOT_STATED} {reasons.index(move.why) + 1}"
        values[name] = ir.Value(name, labels.get(move.to, move.why))
        bands.append(ir.Band(name, move.label, move.condition, move.cites, move.span))
    return ir.Category("unique", stage.by, tuple(values.values()), tuple(bands))


def _hidden(
    name: str, label: str, category: ir.Category, of: ir.Pathway | ir.Stage, role: str
) -> ir.Definition:
    found = ir.Definition(name, label, None, None, "", False, None, of.cites, (), of.span, category)
    return replace(found, role=role)  # type: ignore[arg-type]


# --- the whole ---------------------------------------------------------------


def _check_ways(scope: Scope, found: ir.Pathway) -> None:
    """Every stage can be reached from one where patients begin, and has a way out or is `final`."""
    starts = [one.id for one in found.stages if one.start]
    if not starts:
        message = f"no stage of `{found.id}` is where patients begin"
        scope.fault("missing_stage", message, found.span, "write `start` below that stage")
        return
    leads = {one.id: [move.to for move in one.moves] for one in found.stages}
    reached, waiting = set(starts), list(starts)
    while waiting:
        for to in leads[waiting.pop()]:
            if to and to not in reached:
                reached.add(to)
                waiting.append(to)
    for stage in found.stages:
        if stage.id not in reached:
            message = f"no move leads to the stage `{stage.id}`"
            repair = f"write `go to {stage.id}` where it follows, or `start` if patients may begin there"
            scope.fault("unreachable_stage", message, stage.span, repair)
        if not stage.final and all(to == stage.id for to in leads[stage.id]):
            message = f"nobody leaves the stage `{stage.id}`"
            repair = (
                'write `final`, a move (`go to …`), or where the source is silent `otherwise: not stated "…"`'
            )
            scope.fault("no_way_out", message, stage.span, repair)
