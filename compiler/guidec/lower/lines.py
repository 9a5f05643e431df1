"""Options and rules to rows: each line and each rule for itself."""

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.lower.diagram import TRUE
from guidec.lower.trees import Trail, gated, gates, leaf_of, reads, table_of
from guidec.lower.work import (
    Lowering,
    checked,
    diagram_of,
    fault,
    in_words,
    rows_of_condition,
    way_to,
    without_impossible,
)
from guidec.rows import Condition, Leaf, Table


def option_table(
    work: Lowering, options: ir.Options, line: ir.OptionLine | ir.OptionConflict, at: int
) -> Table:
    """One line as a table of its own: given, not given, or the conflict that two lines make."""
    name, node = line_of(work, options, line, at)
    return table_of(work, name, node, options.span)


def line_of(
    work: Lowering, options: ir.Options, line: ir.OptionLine | ir.OptionConflict, at: int
) -> tuple[str, int]:
    """The name of a line, `LIST#POSITION`, and its diagram; its ends are leaves."""
    name = f"{options.id}#{at}"
    leaves: list[Leaf] = work.leaves.setdefault(name, [])
    asked, scope = gates(work, options.asked, options.span)
    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)

    def settle(index: int, held: tuple[ir.OptionLine, ...]) -> int:
        if index == len(lines):
            return _held(work, name, leaves, (line, options), held)
        one = lines[index]
        when = one.when if one.stated else ir.Always(False)
        node = work.diagrams.true if when is None else checked(work, when, work.diagrams.true, one.span)
        return work.diagrams.choose(node, settle(index + 1, (*held, one)), settle(index + 1, held))

    tree = settle(0, ())
    work.decided[name] = gated(work, leaves, name, tree, (asked, scope), options.asked)
    return name, work.decided[name]


def _held(
    work: Lowering,
    name: str,
    leaves: list[Leaf],
    place: tuple[ir.OptionLine | ir.OptionConflict, ir.Options],
    held: tuple[ir.OptionLine, ...],
) -> int:
    line, options = place
    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)
    asks = reads(work, work.guideline.applies, options.asked, *(one.when for one in lines))
    outcomes = tuple(
        ir.Outcome("determined", (one.recommendation,), "", (), ir.Citation(), one.span) for one in held
    )
    if isinstance(line, ir.OptionConflict) and len(outcomes) > 1:
        outcome = ir.Outcome("conflict", (), line.why, outcomes, line.cites, line.span)
    elif outcomes:
        outcome = outcomes[0]
    else:
        outcome = ir.Outcome("determined", (), "", (), ir.Citation(), line.span)
    return leaf_of(work, name, leaves, outcome, Trail((), ir.Citation(), asks))


def check_for_and_against(work: Lowering, options: ir.Options) -> None:
    """Two lines on the same thing are for different patients: never for and against, and never twice for it."""
    earlier: dict[str, list[ir.OptionLine]] = {}
    for line in options.lines:
        if isinstance(line, ir.OptionConflict) or not line.stated:
            continue
        same = earlier.setdefault(line.recommendation.id, [])
        for other in same:
            first = work.diagrams.true if line.when is None else diagram_of(work, line.when)
            second = work.diagrams.true if other.when is None else diagram_of(work, other.when)
            both = work.diagrams.both(first, second)
            way = way_to(work, both, TRUE)
            if way is not None:
                fault(work, _repeated(line, other, in_words(work, way)), both, way)
        same.append(line)


def _repeated(line: ir.OptionLine, other: ir.OptionLine, patient: str) -> Diagnostic:
    thing = line.recommendation.id
    if line.recommendation.direction != other.recommendation.direction:
        return Diagnostic(
            "for_and_against",
            f"`{thing}` is advised for and against at once for {patient}",
            line.span,
            'narrow one of them, or put both under `conflict "why"`',
        )
    return Diagnostic(
        "duplicate_name",
        f"`{thing}` stands twice in this list for {patient}",
        line.span,
        "join the two conditions with `or`, or let one of them exclude the other",
    )


def rule_condition(work: Lowering, rule: ir.Rule) -> Condition:
    return rows_of_condition(work, without_impossible(work, ruled(work, rule)), rule.span)


def ruled(work: Lowering, rule: ir.Rule) -> int:
    """The diagram of when a rule is shown."""
    diagrams = work.diagrams
    scope = rule.applies or work.guideline.applies
    node = diagrams.true if rule.when is None else checked(work, rule.when, diagrams.true, rule.span)
    if not rule.stated:
        node = diagrams.true
    if scope is not None:
        node = diagrams.both(checked(work, scope, diagrams.true, rule.span), node)
    if rule.until is not None:
        recorded = diagram_of(work, ir.Recorded(rule.until, "true"))
        node = diagrams.both(node, diagrams.negate(recorded))
    work.ruled[rule.id] = node
    return node
