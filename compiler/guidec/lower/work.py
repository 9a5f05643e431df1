"""What the lowering of one guideline shares: diagrams of conditions, ways that somebody can go, what is impossible."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.lower import avoided
from guidec.lower.conditions import build, diagram_of_category
from guidec.lower.coordinates import Coordinates
from guidec.lower.diagram import FALSE, TRUE, UNDEFINED, Diagrams
from guidec.lower.search import Search, Solver, decided
from guidec.rows import Condition, Coordinate, Derived, Leaf, Mask, Member, Numbers, Row, Values
from guidec.source import Span
from guidec.wording import cells_in_words

MOST_ROWS = 50_000
MOST_WAYS = 500
MOST_UNDECIDED = 5
_IMPOSSIBLE = "impossible"


@dataclass(slots=True)
class Lowering:
    """What one guideline's lowering shares. Without `checking`, faults are not looked for: they have been told.

    `decided` has the diagram of each decision and, as `LIST#POSITION`, of each line of options; its ends are places in
    `leaves`. `ruled` has the condition of each rule. `patients` says of a fault whom it concerns, `owner` of a decision's name
    among several guidelines whose decision that is, and its own name. What `solver` decides may be a fault or none; rows never
    hang on it. `undecided` are the ways of which nobody knows whether they can be gone, and why.
    """

    guideline: ir.Guideline
    coordinates: Coordinates
    diagrams: Diagrams
    search: Search
    place: Span
    found: list[Diagnostic] = field(default_factory=list)
    impossible: list[int] = field(default_factory=list)
    leaves: dict[str, list[Leaf]] = field(default_factory=dict)
    places: dict[str, list[tuple[int, ...]]] = field(default_factory=dict)
    decided: dict[str, int] = field(default_factory=dict)
    groups: dict[object, int] = field(default_factory=dict)
    avoids: avoided.Avoiding = field(default_factory=lambda: avoided.Avoiding(()))
    reasons: dict[ir.Condition, int] = field(default_factory=dict)
    asked: dict[ir.Condition, tuple[str, ...]] = field(default_factory=dict)
    ruled: dict[str, int] = field(default_factory=dict)
    patients: dict[Diagnostic, int] = field(default_factory=dict)
    before: "Lowering | None" = None
    checking: bool = True
    solver: Solver | None = None
    undecided: dict[tuple[tuple[int, int], ...], str] = field(default_factory=dict)
    decide: Callable[["Lowering", str], int] = lambda work, name: 0
    owner: Callable[["Lowering", str], tuple["Lowering", str]] = lambda work, name: (work, name)
    tabulate: Callable[["Lowering", str, ir.Table, int, Any], int] = lambda work, name, table, context, path: (
        0
    )

    @property
    def regimens(self) -> dict[str, ir.Regimen]:
        return {regimen.id: regimen for regimen in self.guideline.regimens}


def diagram_of(work: Lowering, condition: ir.Condition) -> int:
    """The diagram of a condition, undefined where a named value leaves it without a truth value."""
    return build(
        work.diagrams,
        work.coordinates,
        condition,
        lambda decision, outcome: recommends(work, decision, outcome),
        lambda one: giving(work, one),
    )


def category_of(work: Lowering, definition: ir.Definition) -> int:
    """The diagram of a category, its ends the values."""
    return diagram_of_category(work.diagrams, definition, lambda condition: diagram_of(work, condition))


def recommends(work: Lowering, decision: str, outcome: str) -> int:
    """True where the decision is determined and recommends the outcome."""
    work, decision = work.owner(work, decision)
    node = work.decide(work, decision)
    leaves = work.leaves[decision]

    def truth(value: Hashable) -> int:
        if not isinstance(value, tuple):
            return work.diagrams.false
        leaf = leaves[value[1]]
        held = (
            leaf.status == "determined"
            and leaf.outcome is not None
            and any(one.id == outcome and one.direction == "for" for one in leaf.outcome.recommendations)
        )
        return work.diagrams.true if held else work.diagrams.false

    return work.diagrams.replace(node, truth)


def giving(work: Lowering, one: ir.Gives) -> int:
    """True where the decision, as if nothing were to be avoided, is determined and surely orders one of the things."""
    work, decision = work.owner(work, one.decision)
    before = before_avoiding(work)
    node = work.decide(before, decision)
    leaves = before.leaves[decision]

    def truth(value: Hashable) -> int:
        leaf = leaves[value[1]] if isinstance(value, tuple) else None
        outcome = None if leaf is None or leaf.status != "determined" else leaf.outcome
        given = outcome is not None and avoided.surely_orders(outcome, one.things)
        return work.diagrams.true if given else work.diagrams.false

    return work.diagrams.replace(node, truth)


def before_avoiding(work: Lowering) -> Lowering:
    """The same guideline without its `avoid`: what decisions say before they look at each other's drugs."""
    if work.before is None:
        guideline = replace(work.guideline, avoids=())
        work.before = Lowering(guideline, work.coordinates, work.diagrams, work.search, work.place)
        work.before.checking, work.before.solver, work.before.undecided = (
            work.checking,
            work.solver,
            work.undecided,
        )
        work.before.decide, work.before.tabulate = work.decide, work.tabulate

        def owner(_: Lowering, name: str) -> tuple[Lowering, str]:
            found, own = work.owner(work, name)
            return before_avoiding(found), own

        work.before.owner = owner
    return work.before


Way = tuple[tuple[int, int], ...]
"""Coordinates, and the cells in which each has to lie."""


def fault(work: Lowering, found: Diagnostic, patients: int, way: Way) -> None:
    """A fault that concerns the patients for whom a diagram is true, some of whom go a way; or that may be one."""
    if way in work.undecided:
        message = f"it was not decided whether {found.message}: {work.undecided[way]}"
        repair = f"{found.repair}, so that it can be seen"
        work.found.append(replace(found, code="not_decided", message=message, repair=repair))
        return
    work.found.append(found)
    work.patients[found] = patients


def checked(
    work: Lowering, condition: ir.Condition, context: int, span: Span, label: tuple[str, str] = ("", "")
) -> int:
    """The diagram of a condition; a fault where a named value leaves it without a truth value.

    `label` says of a label what it labels, such as a branch, and the input that it asks.
    """
    work.place = span
    node = diagram_of(work, condition)
    _check_undefined(work, work.diagrams.both(context, node), span, label)
    return work.diagrams.replace(
        node, lambda value: work.diagrams.false if value == UNDEFINED else work.diagrams.end(value)
    )


def has_faults(found: Iterable[Diagnostic]) -> bool:
    """Whether something is known to be wrong, so that there are no rows; what isn't decided leaves them."""
    return any(one.severity == "error" and one.code != "not_decided" for one in found)


def reached(work: Lowering, way: Sequence[tuple[int, int]]) -> bool | str:
    """Whether somebody can go a way: computed numbers must be able to lie where it has them. Or why nobody knows."""
    return decided(work.search, [(at, mask, {}) for at, mask in way], work.solver)


def way_to(work: Lowering, node: int, value: Hashable) -> Way | None:
    """A way to an end that somebody can go, or else one that is undecided, if there is one."""
    if not computed(work, node):
        return work.diagrams.find(node, value)
    undecided: list[tuple[Way, str]] = []
    for looked, way in enumerate(work.diagrams.ways(node, value)):
        found = reached(work, way) if looked < MOST_WAYS else "there are too many ways to look at"
        if found is True:
            return way
        undecided += [(way, found)] if isinstance(found, str) else []
        if looked >= MOST_WAYS or len(undecided) >= MOST_UNDECIDED:
            break
    if not undecided:
        return None
    work.undecided.update(undecided)
    return undecided[0][0]


def perhaps_reached(work: Lowering, node: int, value: Hashable) -> bool:
    """Whether there is a way to an end that isn't excluded, without a solver: rows are the same wherever they are made."""
    ways = enumerate(work.diagrams.ways(node, value))
    return any(
        looked >= MOST_WAYS or work.search.reachable([(at, mask, {}) for at, mask in way])
        for looked, way in ways
    )


def computed(work: Lowering, node: int) -> bool:
    """Whether a diagram asks computed numbers."""
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one in seen or work.diagrams.is_end(one):
            continue
        seen.add(one)
        if isinstance(work.coordinates.all[work.diagrams.coordinate(one)], Derived):
            return True
        waiting += work.diagrams.children(one)
    return False


def _check_undefined(work: Lowering, node: int, span: Span, label: tuple[str, str]) -> None:
    way = way_to(work, node, UNDEFINED)
    if way is None:
        return
    for at, mask in way:
        coordinate = work.coordinates.all[at]
        name, value = _undefined_cell(coordinate, mask, work.coordinates.inputs)
        if name:
            message = f"`{name}` may be `{value}`, and this comparison does not say what then"
            repair = f"write `{name} is not {value} and …`, or `{name} is {value} or …`"
            if label[1] == name or label[0] == "row":
                message = f"`{name}` may be `{value}`, and no {label[0]} names it"
                repair = f"add a {label[0]} `{value}:`"
                if label[0] == "row":
                    repair = f"add a row with `{value}` in this column"
                    if isinstance(coordinate, Derived):
                        repair = f"add a column `{name} is {value}`, with `no` in this row"
                if any(one.message == message for one in work.found):
                    return
            found = Diagnostic("unhandled_named_value", message, span, repair)
            fault(work, found, work.diagrams.ending(node, UNDEFINED), way)
            return


def _undefined_cell(coordinate: Coordinate, mask: int, inputs: dict[str, ir.Input]) -> tuple[str, str]:
    match coordinate:
        case Numbers(name, _, cells, named) if mask >> len(cells):
            return name, named[(mask >> len(cells)).bit_length() - 1]
        case Derived(_, names, _, cuts, True) if mask >> len(cuts) + 1:
            name = next(name for name in names if inputs[name].named)
            return name, inputs[name].named[0].id
        case _:
            return "", ""


def condition_rows(work: Lowering, condition: ir.Condition, span: Span) -> Condition:
    node = checked(work, condition, work.diagrams.true, span)
    return rows_of_condition(work, without_impossible(work, node), span)


def rows_of_condition(work: Lowering, node: int, span: Span) -> Condition:
    if too_many(work, node, span):
        return Condition(())
    rows = [
        Row(masked(cells), 1 if value == TRUE else 0)
        for cells, value in work.diagrams.rows(node)
        if value in (TRUE, FALSE)
    ]
    return Condition(tuple(sorted(rows, key=lambda row: -row.leaf)))


def rows_of_category(work: Lowering, definition: ir.Definition) -> tuple[Condition, ...]:
    """The bands of a category as rows, their leaves the values; of a `collect` table a condition for each value."""
    category = definition.category
    assert category is not None
    if category.policy == "collect":
        return tuple(
            condition_rows(work, ir.InBand(definition.id, (value.id,)), definition.span)
            for value in category.values
        )
    places = {value.id: at for at, value in enumerate(category.values)}
    here = at_stage(work, definition)
    node = work.diagrams.choose(here, category_of(work, definition), work.diagrams.end(_IMPOSSIBLE))
    rows = [
        Row(masked(cells), places[str(value)])
        for cells, value in work.diagrams.rows(without_impossible(work, node))
        if value in places
    ]
    return (Condition(tuple(sorted(rows, key=lambda row: row.leaf))),)


def at_stage(work: Lowering, definition: ir.Definition) -> int:
    """Whom a category is about: for the moves out of a stage, who stands there; for all others, everyone."""
    if definition.role == "moves":
        for one in work.guideline.definitions:
            for band in one.category.bands if one.role == "stage" and one.category is not None else ():
                if definition.id == f"after {band.value}" and band.condition is not None:
                    return diagram_of(work, band.condition)
    return work.diagrams.true


def all_impossible(work: Lowering) -> int:
    node = work.diagrams.false
    for one in _excluded(work):
        node = work.diagrams.either(node, one)
    return node


def _excluded(work: Lowering) -> list[int]:
    """What each `impossible` excludes; built once."""
    if not work.impossible:
        work.impossible += [
            checked(work, one.condition, work.diagrams.true, one.span) for one in work.guideline.impossible
        ]
    return work.impossible


def without_impossible(work: Lowering, node: int) -> int:
    """Cut away what `impossible` excludes, as far as it touches what the node reads, directly or through others."""
    diagrams = work.diagrams
    reads = _inputs_read(work, node)
    waiting = [(one, _inputs_read(work, one)) for one in _excluded(work)]
    chosen = diagrams.false
    changed = True
    while changed:
        changed = False
        for entry in list(waiting):
            if entry[1] & reads:
                waiting.remove(entry)
                chosen = diagrams.either(chosen, entry[0])
                reads |= entry[1]
                changed = True
    return diagrams.choose(chosen, diagrams.end(_IMPOSSIBLE), node)


def _inputs_read(work: Lowering, node: int) -> set[str]:
    found: set[str] = set()
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one in seen or work.diagrams.is_end(one):
            continue
        seen.add(one)
        waiting += work.diagrams.children(one)
        match work.coordinates.all[work.diagrams.coordinate(one)]:
            case Values(name) | Numbers(name) | Member(name):
                found.add(name)
            case Derived():
                at = work.diagrams.coordinate(one)
                found.update(name for name, _ in work.search.variables(at) if name in work.coordinates.inputs)
            case _:
                pass
    return found


def too_many(work: Lowering, node: int, span: Span) -> bool:
    count = work.diagrams.count(node)
    if count <= MOST_ROWS:
        return False
    work.found.append(
        Diagnostic(
            "too_many_rows",
            f"this has {count:,} rows in normal form; the limit is {MOST_ROWS:,}",
            span,
            "split the decision, or count findings in a score",
        )
    )
    return True


def masked(cells: tuple[tuple[int, int], ...]) -> tuple[tuple[int, Mask], ...]:
    """The cells of a row, as they stand in a program."""
    return tuple((at, Mask(mask)) for at, mask in cells)


def in_words(work: Lowering, way: Way) -> str:
    """The patients of a way, in the author's names."""
    return cells_in_words(work.guideline, work.coordinates.all, tuple(sorted(way))) or "everyone"
