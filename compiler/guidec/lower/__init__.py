"""ir to rows: every decision, option, rule and condition as disjoint rows of cells, faults of the tree on the way."""

from collections import deque
from collections.abc import Callable, Sequence

from guidec import ir
from guidec.diagnostic import Diagnostic, note
from guidec.lower import avoided
from guidec.lower.arms import check_definition
from guidec.lower.coordinates import Coordinates, Key, size
from guidec.lower.diagram import Diagrams, TooLarge
from guidec.lower.doses import check_bands
from guidec.lower.limits import beyond_limits, inner_first
from guidec.lower.lines import check_for_and_against, line_of, option_table, rule_condition, ruled
from guidec.lower.normal import normal
from guidec.lower.search import Search, Solver, whole_domain
from guidec.lower.tables import table_tree
from guidec.lower.trees import decided, table_of
from guidec.lower.work import (
    Lowering,
    all_impossible,
    checked,
    condition_rows,
    diagram_of,
    has_faults,
    rows_of_category,
    rows_of_condition,
)
from guidec.record import inside, parts
from guidec.rows import Coordinate, Derived, Number, Program, Table
from guidec.source import Span

Cuts = dict[tuple[Key, object], None]
"""Coordinates, each with None and with each threshold that cuts it, in the order in which they are come upon."""


def lower(guideline: ir.Guideline) -> tuple[Program | None, list[Diagnostic]]:
    """The rows of a guideline; None when a tree has a gap, an overlap or too many rows."""
    _, program, found = lowered(guideline)
    return program, found


def lowered(
    guideline: ir.Guideline, solver: Solver | None = None
) -> tuple[Lowering | None, Program | None, list[Diagnostic]]:
    """The same with the diagrams that the rows were read from; none where a limit stopped the work.

    What is `not_decided` leaves rows, which are the same with a solver that decides it.
    """
    beyond = beyond_limits(guideline)
    if beyond:
        return None, None, beyond
    coordinates = Coordinates(guideline)
    _note(coordinates, guideline)
    found: list[Diagnostic] = []
    for name in coordinates.close():
        found.append(
            Diagnostic(
                "crossed_thresholds",
                f"the thresholds of `{name}` come in one order in one unit and in another in the next",
                coordinates.inputs[name].span,
                "check the thresholds printed in several units",
            )
        )
    if found:
        return None, None, found
    work: Lowering | None = None
    try:
        (work,), in_rows = _over(coordinates, (guideline,), found, solver, checking=True)
        program = _program(work, {name: in_rows(number)[0] for name, number in _shown_numbers(guideline)})
    except TooLarge:
        repair = "split the decision, or count findings in a score"
        place = guideline.span if work is None else work.place
        found.append(Diagnostic("too_many_rows", "this has too many rows in normal form", place, repair))
        return None, None, found
    _note_shared_ingredients(work, program)
    nobody = [diagnostic for diagnostic in found if diagnostic.code == "impossible_everyone"]
    found = nobody or found  # for nobody, no branch is reached
    return work, (None if has_faults(found) else program), found


def side_by_side(
    vocabulary: ir.Guideline,
    guidelines: Sequence[ir.Guideline],
    more: Sequence[ir.Condition] = (),
    solver: Solver | None = None,
    marks: Sequence[str] = (),
) -> tuple[Lowering, ...]:
    """Guidelines without faults as diagrams over one set of coordinates, which `more` conditions cut too.

    Definitions of a guideline that read its decisions name them with its mark before the name; the first needs none.
    `vocabulary` has all their inputs, definitions and readings; equal outcomes of any of them share a group. Raises
    TooLarge, also where the thresholds of one input come in another order in another unit.
    """
    coordinates = Coordinates(vocabulary)
    for guideline in guidelines:
        _note(coordinates, guideline)
    for condition in more:
        coordinates.note(condition)
    if coordinates.close():
        raise TooLarge
    works, _ = _over(coordinates, guidelines, [], solver, marks, checking=False)
    for work in works:
        for one in work.guideline.decisions:
            if isinstance(one, ir.Decision):
                decided(work, one.id)
            else:
                for at, line in enumerate(one.lines):
                    line_of(work, one, line, at)
        for rule in work.guideline.rules:
            ruled(work, rule)
    return works


def coordinates_of(guideline: ir.Guideline) -> Coordinates:
    """The coordinates of a guideline in the order of its rows, without what computed numbers compute."""
    coordinates = Coordinates(guideline)
    _note(coordinates, guideline)
    coordinates.close()
    return coordinates


def cuts_of(guideline: ir.Guideline, *, more: Sequence[ir.Condition] | None = None) -> Cuts:
    """What a guideline cuts, or what conditions over it do; what is asked of the record aside, which cuts nothing else."""
    coordinates = Coordinates(guideline)
    if more is None:
        _note(coordinates, guideline)
    for condition in more or ():
        coordinates.note(condition)
    return {one: None for one in coordinates.noted() if one[0][0] != "entered"}


def _note(coordinates: Coordinates, guideline: ir.Guideline) -> None:
    """Remember every cut of a guideline."""
    for name in inner_first(guideline):
        if name in coordinates.definitions:
            coordinates.note_definition(name)
    for condition in _conditions(guideline):
        coordinates.note(condition)


def _over(
    coordinates: Coordinates,
    guidelines: Sequence[ir.Guideline],
    found: list[Diagnostic],
    solver: Solver | None,
    marks: Sequence[str] = (),
    *,
    checking: bool,
) -> tuple[tuple[Lowering, ...], Callable[[ir.Number], tuple[Number, tuple[int, ...]]]]:
    """The work for each guideline, nothing built yet, and what brings a number into rows."""
    diagrams = Diagrams([size(coordinate) for coordinate in coordinates.all])
    listed: list[Coordinate] = list(coordinates.all)
    search = Search(
        coordinates.inputs,
        listed,
        lambda variable: whole_domain(variable, coordinates.inputs, coordinates.readings),
    )
    works = tuple(
        Lowering(guideline, coordinates, diagrams, search, guideline.span, found) for guideline in guidelines
    )
    owners = {mark: work for mark, work in zip(marks, works, strict=False) if mark}

    def owner(work: Lowering, name: str) -> tuple[Lowering, str]:
        mark, colon, bare = name.rpartition(":")
        return (owners[mark + colon], bare) if colon else (work, name)

    for work in works:
        work.owner = owner
        work.decide, work.tabulate, work.checking = decided, table_tree, checking
        work.solver = solver
        work.avoids, work.groups = avoided.avoiding(work.guideline), works[0].groups

    def in_rows(number: ir.Number) -> tuple[Number, tuple[int, ...]]:
        return normal(number, coordinates, diagrams, lambda condition: diagram_of(works[0], condition))

    coordinates.fill(in_rows, listed)
    return works, in_rows


def _shown_numbers(guideline: ir.Guideline) -> list[tuple[str, ir.Number]]:
    return [(one.id, one.number) for one in guideline.definitions if one.shown and one.number is not None]


def _conditions(guideline: ir.Guideline) -> list[ir.Condition]:
    """Every condition that stands anywhere."""
    found: list[ir.Condition] = []
    kinds = (
        ir.Not,
        ir.And,
        ir.Or,
        ir.Is,
        ir.Includes,
        ir.Compare,
        ir.ReadingIs,
        ir.Defined,
        ir.InBand,
        ir.Recorded,
        ir.Prescribed,
    )
    found += [one for one in parts(guideline) if isinstance(one, kinds)]
    for rule in guideline.rules:
        if rule.until is not None:
            found.append(ir.Recorded(rule.until, "true"))
    return [*found, *avoided.everywhere(guideline, avoided.avoiding(guideline))]


def _program(work: Lowering, numbers: dict[str, Number]) -> Program:
    guideline = work.guideline
    for definition in guideline.definitions:
        check_definition(work, definition)
    decisions: dict[str, Table] = {}
    options: dict[str, tuple[Table, ...]] = {}
    for one in guideline.decisions:
        if isinstance(one, ir.Decision):
            decisions[one.id] = table_of(work, one.id, decided(work, one.id), one.span)
    for one in guideline.decisions:
        if isinstance(one, ir.Options):
            check_for_and_against(work, one)
            options[one.id] = tuple(option_table(work, one, line, at) for at, line in enumerate(one.lines))
    rules = {rule.id: rule_condition(work, rule) for rule in guideline.rules}
    definitions = {
        one.id: condition_rows(work, one.condition, one.span)
        for one in guideline.definitions
        if one.shown and one.condition is not None
    }
    for avoid in guideline.avoids:
        if avoid.when is not None:
            checked(work, avoid.when, work.diagrams.true, avoid.span)
    for part in parts(guideline.regimens, guideline.decisions, guideline.rules):
        if isinstance(part, ir.DoseInBands):
            check_bands(work, part)
    advised = avoided.advised(guideline, work.avoids)
    reasons = [one for one in parts(tuple(advised.values()), *_outcomes(work)) if isinstance(one, ir.Reason)]
    conditions = _beside(guideline) | {reason.when: guideline.span for reason in reasons}
    asides = tuple((when, condition_rows(work, when, span)) for when, span in conditions.items())
    possible = rows_of_condition(work, work.diagrams.negate(all_impossible(work)), guideline.span)
    if not any(row.leaf for row in possible.rows):
        span = guideline.impossible[0].span
        work.found.append(
            Diagnostic("impossible_everyone", "`impossible` leaves no patient", span, "narrow the condition")
        )
    bands = {one.band for one in guideline.definitions if one.shown}
    categories = {
        one.id: rows_of_category(work, one)
        for one in guideline.definitions
        if one.category is not None and (one.shown or one.role or one.id in bands)
    }
    return Program(
        work.coordinates.all, decisions, options, rules, definitions, asides, possible, numbers, categories,
        advised,
    )  # fmt: skip


def _outcomes(work: Lowering) -> list[ir.Outcome | None]:
    """Every end, where an alternative may carry a reason against it."""
    if not work.guideline.avoids:
        return []
    return [leaf.outcome for leaves in work.leaves.values() for leaf in leaves]


def _beside(guideline: ir.Guideline) -> dict[ir.Condition, Span]:
    """What makes an alternative preferred, holds an order, chooses a dose: each condition once."""
    found: dict[ir.Condition, Span] = {}
    if guideline.applies is not None and (guideline.pathway is not None or not guideline.decisions):
        found[guideline.applies] = guideline.span
    waiting: deque[tuple[object, Span]] = deque([(guideline, guideline.span)])
    while waiting:
        one, span = waiting.popleft()
        if isinstance(one, ir.Prefer | ir.Held | ir.DoseBand):
            found.setdefault(one.when, getattr(one, "span", span))
        elif isinstance(one, tuple):
            waiting += [(part, span) for part in one]
        else:
            here = getattr(one, "span", span)
            waiting += [(part, here) for part in inside(one)]
    return found


def _note_shared_ingredients(work: Lowering, program: Program) -> None:
    """Two derived values that share an input: exact as long as the search for completions ends within its limit."""
    derived = [at for at, coordinate in enumerate(work.coordinates.all) if isinstance(coordinate, Derived)]
    opaque = [at for at in derived if work.search.points(at) is None]
    for later, second in enumerate(opaque):
        for first in opaque[:later]:
            shared = [
                one for one, _ in work.search.variables(first) if (one, "") in work.search.variables(second)
            ]
            if shared and shared[0] in work.coordinates.inputs:
                span = work.coordinates.inputs[shared[0]].span
                work.found.append(
                    note(
                        "shared_ingredient",
                        f"two computed values read `{shared[0]}`: while it is blank, a very fine answer may stay open",
                        span,
                        "nothing needs mending; the answer is never falsely determined",
                    )
                )
                return
