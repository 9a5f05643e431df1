"""Decision tables to diagrams whose ends are leaves, by their hit policy."""

from collections.abc import Hashable
from dataclasses import replace

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.lower.diagram import FALSE, TRUE
from guidec.lower.faults import Arms, check_gap, check_overlap, check_reached
from guidec.lower.outcomes import (
    conditions_of,
    essence,
    joined,
    recommendation_essence,
    settled,
    united,
    united_recommendations,
)
from guidec.lower.trees import Trail, leaf_of, reads, tests_of
from guidec.lower.work import Lowering, checked, computed, fault, in_words, perhaps_reached, way_to
from guidec.rows import Step

_OUTSIDE = "outside"


def table_tree(work: Lowering, name: str, table: ir.Table, context: int, path: Trail) -> int:
    """The diagram of a decision table."""
    diagrams = work.diagrams
    conditions = [None if row.condition is None else (row.condition, row.span) for row in table.rows]
    before = len(work.found)
    tests = tests_of(work, conditions, context, ("row", ""))
    rest = bool(table.rows) and table.rows[-1].condition is None
    arms = Arms("row", "", table.span, tuple(row.span for row in table.rows), rest)
    if table.policy == "unique":
        check_overlap(work, arms, tests, context)
    if len(work.found) == before:
        check_gap(work, arms, diagrams.both(context, diagrams.negate(diagrams.any(tests))))
    keep = "first" if table.policy in ("first", "unique") else "all"
    held = diagrams.holding(tests, keep)  # type: ignore[arg-type]
    inside = diagrams.choose(context, held, diagrams.end(_OUTSIDE))
    reached = _reached(work, inside)
    _check_rows(work, arms, table, tests, context, reached)
    if table.policy == "any":
        _check_agreement(work, table, inside, reached)
    if table.policy == "conflict":
        _check_where(work, table, inside, context)
    asks = tuple(dict.fromkeys(path.asks + reads(work, *(row.condition for row in table.rows))))
    leaves = work.leaves[name]
    made: dict[Hashable, int] = {}
    for rows in reached:
        steps = (*path.steps, _step(table, rows))
        cites = path.cites
        for at in rows:
            cites = joined(cites, table.rows[at].cites)
        longer = Trail(steps, cites, asks, (*path.place, *rows))
        made[rows] = leaf_of(work, name, leaves, _outcome(work, table, rows), longer)
    return _with_leaves(work, held, made)


def _reached(work: Lowering, inside: int) -> list[tuple[int, ...]]:
    """The rows that hold together for somebody, in the order of the text."""
    sets = [work.diagrams.value(end) for end in work.diagrams.ends(inside)]
    found = sorted(rows for rows in sets if isinstance(rows, tuple) and rows)
    if not computed(work, inside):
        return found
    return [rows for rows in found if perhaps_reached(work, inside, rows)]


def _with_leaves(work: Lowering, held: int, made: dict[Hashable, int]) -> int:
    """The sets of rows replaced by what they decide."""
    diagrams = work.diagrams
    gap = diagrams.end("gap")
    found = diagrams.replace(held, lambda value: made[value] if _is_end(work, made, value) else gap)
    for rows, node in made.items():
        if not diagrams.is_end(node):
            test = diagrams.replace(
                held,
                lambda value, rows=rows: diagrams.true if value == rows else diagrams.false,  # type: ignore[misc]
            )
            found = diagrams.choose(test, node, found)
    return found


def _is_end(work: Lowering, made: dict[Hashable, int], value: Hashable) -> bool:
    return value in made and work.diagrams.is_end(made[value])


def _step(table: ir.Table, rows: tuple[int, ...]) -> Step:
    named = ", ".join("otherwise" if table.rows[at].condition is None else str(at + 1) for at in rows)
    value = named if named == "otherwise" else f"row {named}" if len(rows) == 1 else f"rows {named}"
    statements = tuple(dict.fromkeys(one for at in rows for one in table.rows[at].cites.statements))
    return Step("table", value, statements, table.rows[rows[0]].span.line)


def _outcome(work: Lowering, table: ir.Table, rows: tuple[int, ...]) -> ir.Outcome:
    """What the rows that hold decide together."""
    outcomes = [table.rows[at].outcome for at in rows]
    match table.policy:
        case "unique" | "first":
            return outcomes[0]
        case "collect":
            return _collected(work, outcomes)
        case "any" | "conflict":
            answers: dict[object, ir.Outcome] = {}
            for at, outcome in zip(rows, outcomes, strict=True):
                key = _essence(work, outcome)
                here = _citing(outcome, table.rows[at].cites) if table.policy == "conflict" else outcome
                answers[key] = united(answers[key], here) if key in answers else here
            if len(answers) == 1 or table.policy == "any":
                return next(iter(answers.values()))
            return ir.Outcome("conflict", (), table.why, tuple(answers.values()), table.cites, table.span)


def _citing(outcome: ir.Outcome, cites: ir.Citation) -> ir.Outcome:
    """An outcome that cites its row, so that each side of a conflict names its own statements."""
    return replace(outcome, cites=joined(outcome.cites, cites))


def _essence(work: Lowering, outcome: ir.Outcome) -> object:
    """What equal outcomes share, their own conditions included."""
    conditions = conditions_of(outcome, work.regimens)
    whole = settled(outcome, work.regimens, dict.fromkeys(conditions, True), ir.Citation())
    return essence(whole), tuple(conditions)


def _collected(work: Lowering, outcomes: list[ir.Outcome]) -> ir.Outcome:
    """The recommendations of all rows; the same one once, with the citations of all."""
    found: dict[object, ir.Recommendation] = {}
    for outcome in outcomes:
        for one in outcome.recommendations:
            cited = replace(one, cites=joined(one.cites, outcome.cites))
            key = recommendation_essence(one), one.regimen
            if key in found:
                cited = united_recommendations((found[key], cited))
            found[key] = cited
    return ir.Outcome("determined", tuple(found.values()), "", (), ir.Citation(), outcomes[0].span)


# --- faults ------------------------------------------------------------------


def _check_rows(
    work: Lowering,
    arms: Arms,
    table: ir.Table,
    tests: list[int],
    context: int,
    reached: list[tuple[int, ...]],
) -> None:
    """A warning for each row that decides nothing."""
    if not work.checking:
        return
    used = {at for rows in reached for at in rows}
    for at, test in enumerate(tests):
        if at in used:
            continue
        inside = work.diagrams.both(context, test)
        why = ""
        if way_to(work, inside, TRUE) is not None:
            if table.policy != "first":
                continue  # it overlaps another, which is told
            why = "an earlier row holds for everyone whom this one holds for"
            inside = work.diagrams.false
        check_reached(work, arms, at, inside, why)


def _check_agreement(work: Lowering, table: ir.Table, inside: int, reached: list[tuple[int, ...]]) -> None:
    """In an `any` table the rows that hold together decide alike."""
    if not work.checking:
        return
    for rows in reached:
        essences = [_essence(work, table.rows[at].outcome) for at in rows]
        other = next((at for at, one in zip(rows, essences, strict=True) if one != essences[0]), None)
        if other is None:
            continue
        way = way_to(work, inside, rows)
        if way is None:
            continue
        message = (
            f"this row and the one in line {table.rows[rows[0]].span.line} decide differently, and both hold for "
            f"{in_words(work, way)}"
        )
        repair = "narrow one of them, or make the table `first` or `conflict`"
        found = Diagnostic("overlapping_branches", message, table.rows[other].span, repair)
        fault(work, found, work.diagrams.ending(inside, rows), way)
        return


def _check_where(work: Lowering, table: ir.Table, inside: int, context: int) -> None:
    """The rows contradict each other exactly where the author says so."""
    if not work.checking:
        return
    diagrams = work.diagrams

    def contradict(value: Hashable) -> bool:
        if not isinstance(value, tuple):
            return False
        return len({_essence(work, table.rows[at].outcome) for at in value}) > 1

    met = diagrams.replace(inside, lambda value: diagrams.end(TRUE if contradict(value) else FALSE))
    if table.where is None:
        if way_to(work, met, TRUE) is None:
            message = "no two rows of this table contradict each other"
            work.found.append(
                Diagnostic("conflict_elsewhere", message, table.span, "make it a table `unique` or `any`")
            )
        return
    said = diagrams.both(context, checked(work, table.where, context, table.span))
    for more, less, message in (
        (met, said, "the rows contradict each other also for {}"),
        (said, met, "the rows don't contradict each other for {}"),
    ):
        elsewhere = diagrams.both(more, diagrams.negate(less))
        way = way_to(work, elsewhere, TRUE)
        if way is not None:
            words = message.format(in_words(work, way))
            repair = "mend `conflict where`, or the rows"
            fault(work, Diagnostic("conflict_elsewhere", words, table.span, repair), elsewhere, way)
            return
