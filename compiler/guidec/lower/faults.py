"""Branches, rows and bands to their faults: two that hold together, and patients whom none holds for."""

from guidec import ir
from guidec.diagnostic import Diagnostic, listed, warning
from guidec.lower.diagram import SEVERAL, TRUE
from guidec.lower.work import Lowering, diagram_of, fault, in_words, way_to
from guidec.record import record
from guidec.rows import Numbers, Readings, Values
from guidec.source import Span


@record
class Arms:
    """What is split: `by` the name that labels ask, and the place of the whole and of each part.

    `what` is the word for a part: a branch, a row, a line, a band, a move. With `rest`, the last is `otherwise`.
    """

    what: str
    by: str
    span: Span
    spans: tuple[Span, ...]
    rest: bool


def check_overlap(work: Lowering, arms: Arms, tests: list[int], context: int) -> None:
    """A fault where two hold together."""
    if not work.checking:
        return
    low, high = 2, len(tests)
    if not _several(work, tests, context):
        return
    while low < high:  # the shortest beginning in which two overlap
        middle = (low + high) // 2
        if _several(work, tests[:middle], context):
            high = middle
        else:
            low = middle + 1
    _overlap(work, arms, tests[: low - 1], work.diagrams.both(context, tests[low - 1]))


def _several(work: Lowering, tests: list[int], context: int) -> bool:
    """Whether two tests hold for somebody."""
    diagrams = work.diagrams
    several = diagrams.replace(
        diagrams.holding(tests, "one"), lambda value: diagrams.true if value == SEVERAL else diagrams.false
    )
    return way_to(work, diagrams.both(several, context), TRUE) is not None


def _overlap(work: Lowering, arms: Arms, tests: list[int], here: int) -> None:
    """Name the first that holds for a patient of the last one."""
    for earlier, first in enumerate(tests):
        way = way_to(work, work.diagrams.both(first, here), TRUE)
        if way is not None:
            found = Diagnostic(
                "overlapping_branches",
                f"this {arms.what} and the one in line {arms.spans[earlier].line} both hold for "
                f"{in_words(work, way)}",
                arms.spans[len(tests)],
                "narrow one of them",
            )
            fault(work, found, work.diagrams.both(first, here), way)
            return


def check_gap(work: Lowering, arms: Arms, uncovered: int) -> None:
    """A fault where none holds."""
    if not work.checking:
        return
    definition = work.coordinates.definitions.get(arms.by)
    if definition is not None and definition.category is not None:  # who has none of its values is told there
        values = tuple(value.id for value in definition.category.values)
        uncovered = work.diagrams.both(uncovered, diagram_of(work, ir.InBand(arms.by, values)))
    way = way_to(work, uncovered, TRUE)
    if way is None:
        return
    missing = _missing_values(work, arms.by, uncovered)
    otherwise = "| otherwise || … |" if arms.what == "row" else "otherwise:"
    if missing:
        message = f"`{arms.by}` may be {listed(missing, 'or')}, and no {arms.what} says what then"
        repair = f"add a {arms.what} `{missing[0]}:`"
    else:
        message = f"no {arms.what} holds for {in_words(work, way)}"
        repair = f"add a {arms.what} for it, or `{otherwise}`"
    fault(work, Diagnostic("missing_branch", message, arms.span, repair), uncovered, way)


def _missing_values(work: Lowering, by: str, uncovered: int) -> list[str]:
    """The values of a `by` that nothing names, in the order of their declaration."""
    diagrams = work.diagrams
    category = work.coordinates.definitions[by].category if by in work.coordinates.definitions else None
    if category is not None:
        return [
            value.id
            for value in category.values
            if way_to(work, diagrams.both(uncovered, diagram_of(work, ir.InBand(by, (value.id,)))), TRUE)
            is not None
        ]
    for at, coordinate in enumerate(work.coordinates.all):
        name = coordinate.input if isinstance(coordinate, Values) else ""
        name = coordinate.reading if isinstance(coordinate, Readings) else name
        if by and isinstance(coordinate, Numbers) and coordinate.input == by:
            return [
                value
                for cell, value in enumerate(coordinate.named, len(coordinate.cells))
                if way_to(work, diagrams.both(uncovered, diagrams.test(at, 1 << cell)), TRUE) is not None
            ]
        if by and name == by and isinstance(coordinate, Values | Readings):
            return [
                value
                for cell, value in enumerate(coordinate.values)
                if way_to(work, diagrams.both(uncovered, diagrams.test(at, 1 << cell)), TRUE) is not None
            ]
    return []


def check_reached(work: Lowering, arms: Arms, at: int, inside: int, why: str = "") -> None:
    """A warning where nobody is meant."""
    way = way_to(work, inside, TRUE) if work.checking else ()
    repair = "delete it, or mend its condition"
    if way is None:
        message = why or f"no patient reaches this {arms.what}"
        work.found.append(warning("unreachable_branch", message, arms.spans[at], repair))
    elif way in work.undecided:
        message = f"it was not decided whether anybody reaches this {arms.what}: {work.undecided[way]}"
        work.found.append(warning("not_decided", message, arms.spans[at], repair))
