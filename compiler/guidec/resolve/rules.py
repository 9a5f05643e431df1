"""Advice and monitoring: each rule on its own condition, which may ask about the record and the answer."""

from guidec import ast, ir
from guidec.diagnostic import cite_one, listed
from guidec.record import parts
from guidec.resolve.expressions import condition
from guidec.resolve.orders import grade, order_lines
from guidec.resolve.scope import Scope
from guidec.resolve.spans import interval
from guidec.resolve.windows import last_day, once, repeated


def rule(scope: Scope, written: ast.Rule) -> ir.Rule | None:
    """One rule; a monitoring rule names its test and says how often, or that it isn't stated."""
    cites = scope.cite(written.cites)
    applies = [line for line in written.lines if isinstance(line, ast.Applies)]
    strengths = [line for line in written.lines if isinstance(line, ast.RuleStrength)]
    for lines, what in ((applies, "applies when"), (strengths, "strength")):
        if len(lines) > 1:
            scope.fault("misplaced_part", f"two lines say the same: `{what}`", lines[1].span, "delete one")
    scope_of = condition(scope, applies[0].condition, "rule") if applies else None
    applies_cites = scope.cite(applies[0].cites) if applies else ir.Citation()
    when = None if written.when.condition is None else condition(scope, written.when.condition, "rule")
    until = _until(scope, written)
    orders = order_lines(scope, [line for line in written.lines if isinstance(line, ast.OrderLine)])
    notes = tuple(
        ir.Note(line.text.text, scope.cite(line.cites))
        for line in written.lines
        if isinstance(line, ast.Note)
    )
    strength = strengths[0].strength if strengths else ast.Strength("use", None, "for")
    graded = strengths[0].grade if strengths else None
    if not (cites.statements or cites.inferred):
        scope.warn(
            "uncited_recommendation",
            f"no statement is cited for `{written.name.text}`",
            written.name.span,
            cite_one(scope.statements),
        )
    if (written.when.condition is not None and when is None) or (applies and scope_of is None):
        return None
    measure = _measured(scope, written)
    every, window = _timed(scope, written)
    ends = _ends(scope, written)
    baseline = _baseline(scope, written, when, cites)
    joined = ir.Citation(
        tuple(dict.fromkeys(cites.statements + applies_cites.statements)),
        tuple(dict.fromkeys(cites.inferred + applies_cites.inferred)),
    )
    return ir.Rule(
        written.name.text, written.kind, written.label.text, scope_of, when, written.when.stated, until,
        strength.direction, strength.word, strength.wording.text if strength.wording else "",
        orders, measure, every, window, ends, notes, joined, None if graded is None else grade(scope, graded),
        baseline, written.name.span,
    )  # fmt: skip


def _until(scope: Scope, written: ast.Rule) -> str | None:
    if written.until is None:
        return None
    entry = scope.look_up("input", written.until, scope.inputs)
    if entry is None:
        return None
    if not isinstance(entry.type, ir.Boolean):
        scope.fault(
            "wrong_type",
            f"`{entry.id}` is not a yes-or-no input",
            written.until.span,
            f"write it as a line of its own: `until {entry.id}`"
            if isinstance(entry.type, ir.Date) and written.kind == "monitor"
            else "name the input that records that it was done",
        )
        return None
    return entry.id


def _measured(scope: Scope, written: ast.Rule) -> tuple[str, ...]:
    """The tests of a monitoring, once it is whole."""
    if written.kind != "monitor":
        return ()
    measures = [line for line in written.lines if isinstance(line, ast.Measure)]
    times = [line for line in written.lines if isinstance(line, ast.MeasureEvery | ast.Due)]
    once = any(isinstance(line, ast.Baseline) for line in written.lines)
    missing = [word for word, there in (("measure", measures), ("every", times or once)) if not there]
    if missing:
        scope.fault(
            "incomplete_order",
            f"the monitoring `{written.name.text}` lacks {listed(missing)}",
            written.name.span,
            "say what is measured, and how often or `every not stated`",
        )
        return ()
    for lines in (measures[1:], times[1:]):
        for line in lines:
            scope.fault("misplaced_part", "this is said twice", line.span, "delete one")
    return tuple(
        test.text for test in measures[0].tests if scope.look_up("test", test, scope.tests) is not None
    )


def _timed(scope: Scope, written: ast.Rule) -> tuple[ir.Interval | None, ir.Window | None]:
    """How often, and when next."""
    match next((line for line in written.lines if isinstance(line, ast.MeasureEvery | ast.Due)), None):
        case ast.Due() as due:
            return None, once(scope, due)
        case ast.MeasureEvery(ast.Interval() as every, None, None):
            return interval(scope, every), None
        case ast.MeasureEvery(ast.Interval()) as dated:
            return repeated(scope, dated)
        case _:
            return None, None


def _baseline(
    scope: Scope, written: ast.Rule, when: ir.Condition | None, cites: ir.Citation
) -> ir.Baseline | None:
    """The test before the first dose; of which drug, the rule's own condition says. Uncited, it cites its rule."""
    lines = [line for line in written.lines if isinstance(line, ast.Baseline)]
    for line in lines[1:]:
        scope.fault("misplaced_part", "this is said twice", line.span, "delete one")
    if not lines:
        return None
    if not any(isinstance(one, ir.Prescribed) for one in parts(when)):
        message = "the first dose of what? This rule doesn't ask for a drug that is prescribed"
        scope.fault("misplaced_part", message, lines[0].span, "write `when prescribed` and the drug")
    own = scope.cite(lines[0].cites)
    timed = any(isinstance(line, ast.MeasureEvery | ast.Due) for line in written.lines)
    return ir.Baseline(not timed, own if own.statements or own.inferred else cites, lines[0].span)


def _ends(scope: Scope, written: ast.Rule) -> ir.Dated | None:
    lines = [line for line in written.lines if isinstance(line, ast.UntilDate)]
    for line in lines[0 if written.until else 1 :]:
        scope.fault("misplaced_part", "this monitoring has two ends", line.span, "keep one `until`")
    return last_day(scope, lines[0]) if lines else None
