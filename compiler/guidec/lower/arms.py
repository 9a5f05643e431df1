"""Lookups, points, bands and tables of values to their faults: overlaps, gaps, lines that nobody reaches."""

from collections.abc import Iterator

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.lower.coordinates import numbers_inside
from guidec.lower.diagram import SEVERAL, TRUE
from guidec.lower.faults import Arms, check_gap, check_overlap, check_reached
from guidec.lower.trees import named_by_label, tests_of
from guidec.lower.work import Lowering, all_impossible, at_stage, fault, in_words, way_to

Lines = tuple[ir.Arm | ir.Band, ...]


def check_definition(work: Lowering, definition: ir.Definition) -> None:
    """Every list of lines that a definition chooses from."""
    for policy, of, lines in _lists(definition):
        _check(work, definition, policy, of, lines)


def _lists(definition: ir.Definition) -> Iterator[tuple[str, str, Lines]]:
    if definition.category is not None:
        yield definition.category.policy, definition.category.of, definition.category.bands
    if definition.number is not None:
        for one in reversed(numbers_inside(definition.number)):
            if isinstance(one, ir.Case):
                yield one.policy, one.of, one.arms


def _check(work: Lowering, definition: ir.Definition, policy: str, of: str, lines: Lines) -> None:
    diagrams = work.diagrams
    context = diagrams.both(diagrams.negate(all_impossible(work)), at_stage(work, definition))
    numbered = diagrams.both(context, diagrams.negate(named_by_label(work, of, lines)))
    conditions = [None if line.condition is None else (line.condition, line.span) for line in lines]
    what = (
        "move"
        if definition.role == "moves"
        else "row"
        if not of
        else "band"
        if isinstance(lines[0], ir.Band)
        else "line"
    )
    before_tests = len(work.found)
    tests = tests_of(work, conditions, numbered, (what, of))
    rest = lines[-1].condition is None
    arms = Arms(
        what, of, lines[0].span if what == "line" else definition.span, tuple(one.span for one in lines), rest
    )
    if policy == "unique":
        check_overlap(work, arms, tests, context)
    elif policy == "any":
        _check_agreement(work, arms, lines, tests, context)
    if policy != "collect" and len(work.found) == before_tests:
        check_gap(work, arms, diagrams.both(context, diagrams.negate(diagrams.any(tests))))
    before = diagrams.false
    for at, test in enumerate(tests):
        inside = diagrams.both(context, test)
        if rest and at == len(lines) - 1 and lines[at].span in (definition.span, lines[0].span) and at:
            continue  # what `points … when` and `collect sum` add where nothing holds; nobody wrote it
        why = ""
        if policy == "first":
            reached = way_to(work, inside, TRUE) is not None
            inside = diagrams.both(inside, diagrams.negate(before))
            why = "an earlier row holds for everyone whom this one holds for" if reached else ""
            before = diagrams.either(before, test)
        check_reached(work, arms, at, inside, why)


def _check_agreement(work: Lowering, arms: Arms, lines: Lines, tests: list[int], context: int) -> None:
    """In an `any` table the rows that hold together give the same."""
    diagrams = work.diagrams
    results: dict[object, list[int]] = {}
    for at, line in enumerate((*lines,)):
        result: object = line.value if isinstance(line, ir.Band) else line.number
        results.setdefault(result, []).append(at)
    alike = [diagrams.any([tests[at] for at in places]) for places in results.values()]
    several = diagrams.replace(
        diagrams.holding(alike, "one"), lambda value: diagrams.true if value == SEVERAL else diagrams.false
    )
    way = way_to(work, diagrams.both(context, several), TRUE)
    if way is not None:
        message = f"two rows give different results for {in_words(work, way)}"
        repair = "narrow one of them, or make the table `first`"
        found = Diagnostic("overlapping_branches", message, arms.span, repair)
        fault(work, found, diagrams.both(context, several), way)
