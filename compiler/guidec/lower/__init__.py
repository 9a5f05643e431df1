"""ir to rows: every decision, option, rule and condition as disjoint rows of cells, faults of the tree on the way."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace

from guidec import ir
from guidec.diagnostic import Diagnostic, listed, note, warning
from guidec.lower import avoided
from guidec.lower.conditions import build
from guidec.lower.coordinates import Coordinates, size
from guidec.lower.diagram import FALSE, TRUE, UNDEFINED, Diagrams, TooLarge
from guidec.lower.limits import beyond_limits
from guidec.lower.outcomes import conditions_of, essence, joined, settled
from guidec.lower.search import Search, whole_domain
from guidec.record import inside, parts, record
from guidec.rows import (
    Condition,
    Coordinate,
    Derived,
    Leaf,
    Member,
    Numbers,
    Program,
    Row,
    Step,
    Table,
    Values,
)
from guidec.source import Span
from guidec.wording import cells_in_words

MOST_ROWS = 50_000
MOST_WAYS = 500
_GAP = "gap"
_IMPOSSIBLE = "impossible"


@dataclass(slots=True)
class _Lowering:
    """What one guideline's lowering shares."""

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
    before: "_Lowering | None" = None

    @property
    def regimens(self) -> dict[str, ir.Regimen]:
        return {regimen.id: regimen for regimen in self.guideline.regimens}


def lower(guideline: ir.Guideline) -> tuple[Program | None, list[Diagnostic]]:
    """The rows of a guideline; None when a tree has a gap, an overlap or too many rows."""
    beyond = beyond_limits(guideline)
    if beyond:
        return None, beyond
    coordinates = Coordinates(guideline)
    for condition in _conditions(guideline):
        coordinates.note(condition)
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
        return None, found
    diagrams = Diagrams([size(coordinate) for coordinate in coordinates.all])
    search = Search(coordinates.inputs, coordinates.all, lambda name: whole_domain(coordinates.inputs[name]))
    work = _Lowering(guideline, coordinates, diagrams, search, guideline.span, found)
    try:
        program = _program(work)
    except TooLarge:
        repair = "split the decision, or count findings in a score"
        found.append(Diagnostic("too_many_rows", "this has too many rows in normal form", work.place, repair))
        return None, found
    _note_shared_ingredients(work, program)
    nobody = [diagnostic for diagnostic in found if diagnostic.code == "impossible_everyone"]
    found = nobody or found  # for nobody, no branch is reached
    failed = any(diagnostic.severity == "error" for diagnostic in found)
    return (None if failed else program), found


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
        ir.Recorded,
        ir.Prescribed,
    )
    found += [one for one in parts(guideline) if isinstance(one, kinds)]
    for rule in guideline.rules:
        if rule.until is not None:
            found.append(ir.Recorded(rule.until, "true"))
    return [*found, *avoided.everywhere(guideline)]


def _program(work: _Lowering) -> Program:
    guideline = work.guideline
    decisions: dict[str, Table] = {}
    options: dict[str, tuple[Table, ...]] = {}
    for one in guideline.decisions:
        if isinstance(one, ir.Decision):
            decisions[one.id] = _table(work, one.id, _decided(work, one.id), one.span)
    for one in guideline.decisions:
        if isinstance(one, ir.Options):
            _check_for_and_against(work, one)
            options[one.id] = tuple(_option_table(work, one, line, at) for at, line in enumerate(one.lines))
    rules = {rule.id: _rule(work, rule) for rule in guideline.rules}
    definitions = {
        one.id: _condition(work, one.condition, one.span)
        for one in guideline.definitions
        if one.shown and one.condition is not None
    }
    for avoid in guideline.avoids:
        if avoid.when is not None:
            _checked(work, avoid.when, work.diagrams.true, avoid.span)
    asides = tuple((when, _condition(work, when, span)) for when, span in _asides(work).items())
    possible = _rows_of_condition(work, work.diagrams.negate(_all_impossible(work)), guideline.span)
    if not any(row.leaf for row in possible.rows):
        span = guideline.impossible[0].span
        work.found.append(
            Diagnostic("impossible_everyone", "`impossible` leaves no patient", span, "narrow the condition")
        )
    return Program(work.coordinates.all, decisions, options, rules, definitions, asides, possible)


# --- conditions --------------------------------------------------------------


def _build(work: _Lowering, condition: ir.Condition) -> int:
    return build(
        work.diagrams,
        work.coordinates,
        condition,
        lambda decision, outcome: _recommends(work, decision, outcome),
        lambda one: _gives(work, one),
    )


def _recommends(work: _Lowering, decision: str, outcome: str) -> int:
    """True where the decision is determined and recommends the outcome."""
    node = _decided(work, decision)
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


def _gives(work: _Lowering, one: ir.Gives) -> int:
    """True where the decision, as if nothing were to be avoided, is determined and surely orders one of the things."""
    before = _before_avoiding(work)
    node = _decided(before, one.decision)
    leaves = before.leaves[one.decision]

    def truth(value: Hashable) -> int:
        leaf = leaves[value[1]] if isinstance(value, tuple) else None
        outcome = None if leaf is None or leaf.status != "determined" else leaf.outcome
        given = outcome is not None and avoided.surely_orders(outcome, one.things)
        return work.diagrams.true if given else work.diagrams.false

    return work.diagrams.replace(node, truth)


def _before_avoiding(work: _Lowering) -> _Lowering:
    """The same guideline without its `avoid`: what decisions say before they look at each other's drugs."""
    if work.before is None:
        guideline = replace(work.guideline, avoids=())
        work.before = _Lowering(guideline, work.coordinates, work.diagrams, work.search, work.place)
    return work.before


def _checked(work: _Lowering, condition: ir.Condition, context: int, span: Span) -> int:
    """The diagram of a condition; a fault where a named value leaves it without a truth value."""
    work.place = span
    node = _build(work, condition)
    _check_undefined(work, work.diagrams.both(context, node), span)
    return work.diagrams.replace(
        node, lambda value: work.diagrams.false if value == UNDEFINED else work.diagrams.end(value)
    )


def _ways(work: _Lowering, node: int, value: Hashable) -> Iterator[tuple[tuple[int, int], ...]]:
    """Ways to an end that somebody can go: computed numbers must be able to lie where the way has them."""
    for looked, cells in enumerate(work.diagrams.ways(node, value)):
        computed = any(isinstance(work.coordinates.all[at], Derived) for at, _ in cells)
        beyond = looked >= MOST_WAYS
        if not computed or beyond or work.search.reachable([(at, mask, {}) for at, mask in cells]):
            yield cells


def _way(work: _Lowering, node: int, value: Hashable) -> tuple[tuple[int, int], ...] | None:
    """A way to an end that somebody can go, if there is one."""
    if _computed(work, node):
        return next(_ways(work, node, value), None)
    return work.diagrams.find(node, value)


def _computed(work: _Lowering, node: int) -> bool:
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


def _check_undefined(work: _Lowering, node: int, span: Span) -> None:
    way = _way(work, node, UNDEFINED)
    if way is None:
        return
    for at, mask in way:
        coordinate = work.coordinates.all[at]
        name, value = _undefined_cell(coordinate, mask, work.coordinates.inputs)
        if name:
            work.found.append(
                Diagnostic(
                    "unhandled_named_value",
                    f"`{name}` may be `{value}`, and this comparison does not say what then",
                    span,
                    f"write `{name} is not {value} and …`, or `{name} is {value} or …`",
                )
            )
            return


def _undefined_cell(coordinate: Coordinate, mask: int, inputs: dict[str, ir.Input]) -> tuple[str, str]:
    match coordinate:
        case Numbers(name, _, cells, named) if mask >> len(cells):
            return name, named[(mask >> len(cells)).bit_length() - 1]
        case Derived(_, names, cuts, True) if mask >> len(cuts) + 1:
            name = next(name for name in names if inputs[name].named)
            return name, inputs[name].named[0].id
        case _:
            return "", ""


def _condition(work: _Lowering, condition: ir.Condition, span: Span) -> Condition:
    node = _checked(work, condition, work.diagrams.true, span)
    return _rows_of_condition(work, _without_impossible(work, node), span)


def _rows_of_condition(work: _Lowering, node: int, span: Span) -> Condition:
    if _too_many(work, node, span):
        return Condition(())
    rows = [
        Row(cells, 1 if value == TRUE else 0)
        for cells, value in work.diagrams.rows(node)
        if value in (TRUE, FALSE)
    ]
    return Condition(tuple(sorted(rows, key=lambda row: -row.leaf)))


def _all_impossible(work: _Lowering) -> int:
    node = work.diagrams.false
    for one in _excluded(work):
        node = work.diagrams.either(node, one)
    return node


def _excluded(work: _Lowering) -> list[int]:
    """What each `impossible` excludes; built once."""
    if not work.impossible:
        work.impossible += [
            _checked(work, one.condition, work.diagrams.true, one.span) for one in work.guideline.impossible
        ]
    return work.impossible


def _without_impossible(work: _Lowering, node: int) -> int:
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


def _inputs_read(work: _Lowering, node: int) -> set[str]:
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
            case Derived(_, names):
                found.update(names)
            case _:
                pass
    return found


def _too_many(work: _Lowering, node: int, span: Span) -> bool:
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


# --- decisions ---------------------------------------------------------------


@record
class _Path:
    """The way to a node: `place` counts the branches taken, so that leaves can be put in the order of the text."""

    steps: tuple[Step, ...]
    cites: ir.Citation
    asks: tuple[str, ...]
    place: tuple[int, ...] = ()


def _decided(work: _Lowering, name: str) -> int:
    """The diagram of a decision, its ends leaves; built once."""
    if name not in work.decided:
        decision = next(one for one in work.guideline.decisions if one.id == name)
        assert isinstance(decision, ir.Decision)
        leaves = work.leaves.setdefault(name, [])
        start = _Path((), ir.Citation(), _gate_asks(work, decision.asked))
        asked, scope = _gates(work, decision.asked, decision.span)
        context = work.diagrams.both(scope, asked)
        context = work.diagrams.both(context, work.diagrams.negate(_all_impossible(work)))
        tree = _tree(work, name, leaves, decision.tree, context, start, decision.id)
        work.decided[name] = _gated(work, leaves, name, tree, (asked, scope), decision.asked)
    return work.decided[name]


def _gates(work: _Lowering, asked: ir.Condition | None, span: Span) -> tuple[int, int]:
    """Where the question is asked at all, and where the guideline applies."""
    applies = work.guideline.applies
    everyone = work.diagrams.true
    scope = everyone if applies is None else _checked(work, applies, everyone, work.guideline.span)
    return (everyone if asked is None else _checked(work, asked, everyone, span)), scope


def _gate_asks(work: _Lowering, asked: ir.Condition | None) -> tuple[str, ...]:
    return _reads(work, work.guideline.applies, asked)


def _reads(work: _Lowering, *conditions: ir.Condition | None) -> tuple[str, ...]:
    """The inputs that conditions read, in their order, those of definitions and decisions included."""
    found: dict[str, None] = {}
    waiting: list[object] = [one for one in reversed(conditions) if one is not None]
    seen: set[str] = set()
    while waiting:
        match waiting.pop():
            case ir.Is(name) | ir.Includes(name) | ir.Measure(name):
                found[name] = None
            case ir.Recommends(name):
                if name not in seen:
                    seen.add(name)
                    _decided(work, name)
                    for at in _text_order(work, name):
                        found.update(dict.fromkeys(work.leaves[name][at].asks))
            case ir.Gives(name):
                before = _before_avoiding(work)
                _decided(before, name)
                for at in _text_order(before, name):
                    found.update(dict.fromkeys(before.leaves[name][at].asks))
            case ir.Defined(name) | ir.DefinedNumber(name):
                definition = work.coordinates.definitions[name]
                waiting.append(definition.condition or definition.number)
            case ir.Not(operand):
                waiting.append(operand)
            case ir.And(operands) | ir.Or(operands):
                waiting += reversed(operands)
            case ir.Compare(_, left, right) | ir.Arithmetic(_, left, right):
                waiting += [right, left]
            case _:
                pass
    return tuple(found)


def _gated(
    work: _Lowering,
    leaves: list[Leaf],
    name: str,
    tree: int,
    gates: tuple[int, int],
    question: ir.Condition | None,
) -> int:
    diagrams = work.diagrams
    asked, scope = gates
    not_applicable = _add(
        work, leaves, name, Leaf("not_applicable", None, -1, (), _gate_asks(work, question))
    )
    out_of_scope = _add(work, leaves, name, Leaf("out_of_scope", None, -2, (), _gate_asks(work, None)))
    return diagrams.choose(scope, diagrams.choose(asked, tree, not_applicable), out_of_scope)


def _add(work: _Lowering, leaves: list[Leaf], name: str, leaf: Leaf, place: tuple[int, ...] = ()) -> int:
    leaves.append(leaf)
    work.places.setdefault(name, []).append(place)
    return work.diagrams.end((name, len(leaves) - 1))


def _tree(
    work: _Lowering, name: str, leaves: list[Leaf], node: ir.Node, context: int, path: _Path, at: str
) -> int:
    match node:
        case ir.Outcome():
            return _leaf(work, name, leaves, node, path)
        case ir.Split():
            return _split(work, name, leaves, node, context, path, at)
        case ir.As():
            raise AssertionError("an `as` is followed by its split")


def _leaf(work: _Lowering, name: str, leaves: list[Leaf], outcome: ir.Outcome, path: _Path) -> int:
    """A leaf for each way in which the conditions of its order lines come out."""
    conditions = conditions_of(outcome, work.regimens)
    whole = settled(outcome, work.regimens, dict.fromkeys(conditions, True), path.cites)
    asks = _unique(path.asks + _reads(work, *conditions, *avoided.asked(work.guideline, whole, name)))

    def settle(at: int, truth: dict[ir.Condition, bool]) -> int:
        if at == len(conditions):
            ready = settled(outcome, work.regimens, truth, path.cites)
            _warn_of_uncited(work, ready)
            return _weighed(work, name, leaves, ready, replace(path, asks=asks))
        node = _checked(work, conditions[at], work.diagrams.true, outcome.span)
        then = settle(at + 1, {**truth, conditions[at]: True})
        otherwise = settle(at + 1, {**truth, conditions[at]: False})
        return work.diagrams.choose(node, then, otherwise)

    return settle(0, {})


def _weighed(work: _Lowering, name: str, leaves: list[Leaf], ready: ir.Outcome, path: _Path) -> int:
    """A leaf for each way in which the reasons to avoid what an outcome gives come out."""
    marked = avoided.marked(work.guideline, ready, name)
    conditions = avoided.conditions(work.guideline, marked, name)

    def weigh(at: int, held: tuple[ir.Condition, ...]) -> int:
        if at == len(conditions):
            outcome = avoided.weighed(work.guideline, marked, name, held)
            group = work.groups.setdefault(essence(outcome), len(work.groups))
            leaf = Leaf(outcome.status, outcome, group, path.steps, path.asks)
            return _add(work, leaves, name, leaf, path.place)
        condition, span = conditions[at]
        node = _checked(work, condition, work.diagrams.true, span)
        if node == work.diagrams.false:
            return weigh(at + 1, held)
        then = weigh(at + 1, (*held, condition))
        if node == work.diagrams.true:
            return then
        return work.diagrams.choose(node, then, weigh(at + 1, held))

    return weigh(0, ())


def _warn_of_uncited(work: _Lowering, outcome: ir.Outcome) -> None:
    for one in outcome.recommendations:
        if not (one.cites.statements or one.cites.inferred):
            message = "no statement is cited for this recommendation, nor on the way to it"
            work.found.append(warning("uncited_recommendation", message, one.span, "cite one: `[T17]`"))
    for answer in outcome.answers:
        _warn_of_uncited(work, answer)


def _split(
    work: _Lowering, name: str, leaves: list[Leaf], split: ir.Split, context: int, path: _Path, at: str
) -> int:
    diagrams = work.diagrams
    numbered = diagrams.both(context, diagrams.negate(_named_by_label(work, split)))
    tests: list[int] = []
    for branch in split.branches:
        if branch.condition is None:
            rest = diagrams.true
            for test in tests:
                rest = diagrams.both(rest, diagrams.negate(test))
            tests.append(rest)
        else:
            tests.append(_checked(work, branch.condition, numbered, branch.span))
    _check_overlap(work, split, tests, context)
    result = diagrams.end(_GAP)
    asks = _split_asks(work, split, path)
    for index, (branch, test, asked) in reversed(
        list(enumerate(zip(split.branches, tests, asks, strict=True)))
    ):
        inside = diagrams.both(context, test)
        if _way(work, inside, TRUE) is None:
            work.found.append(
                warning(
                    "unreachable_branch",
                    "no patient reaches this branch",
                    branch.span,
                    "delete it, or mend its condition",
                )
            )
        body, cites = branch.node, branch.cites
        if isinstance(body, ir.As):
            target = split.branches[body.branch]
            cites = joined(joined(cites, body.cites), target.cites)
            body = target.node
        step = Step(
            split.by or "when",
            branch.value or _truth(branch),
            split.cites.statements + branch.cites.statements,
            branch.span.line,
        )
        longer = _Path((*path.steps, step), joined(path.cites, cites), asked, (*path.place, index))
        result = diagrams.choose(test, _tree(work, name, leaves, body, inside, longer, at), result)
    covered = diagrams.false
    for test in tests:
        covered = diagrams.either(covered, test)
    _check_gap(work, split, diagrams.both(context, diagrams.negate(covered)))
    return result


def _named_by_label(work: _Lowering, split: ir.Split) -> int:
    """The named values that a `by` has a branch for: a branch of numbers need not speak of them."""
    node = work.diagrams.false
    waiting = [branch.condition for branch in split.branches]
    while split.by in work.coordinates.inputs and waiting:
        match waiting.pop():
            case ir.Is() as condition:
                node = work.diagrams.either(node, _build(work, condition))
            case ir.Or(operands):
                waiting += operands
            case _:
                pass
    return node


def _split_asks(work: _Lowering, split: ir.Split, path: _Path) -> list[tuple[str, ...]]:
    """What was asked on the way into each branch: the conditions of those before it too."""
    asks = path.asks
    found = []
    for branch in split.branches:
        asks = _unique(asks + _reads(work, branch.condition))
        found.append(asks)
    return found


def _unique(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _truth(branch: ir.Branch) -> str:
    return "otherwise" if branch.condition is None else "yes"


def _check_overlap(work: _Lowering, split: ir.Split, tests: list[int], context: int) -> None:
    before = work.diagrams.false
    for later, second in enumerate(tests):
        here = work.diagrams.both(context, second)
        if (
            split.branches[later].condition is not None
            and _way(work, work.diagrams.both(before, here), TRUE) is not None
        ):
            _overlap(work, split, tests[:later], here)
            return
        before = work.diagrams.either(before, second)


def _overlap(work: _Lowering, split: ir.Split, tests: list[int], here: int) -> None:
    """Name the first branch that holds for a patient of the last one."""
    for earlier, first in enumerate(tests):
        way = _way(work, work.diagrams.both(first, here), TRUE)
        if way is not None:
            work.found.append(
                Diagnostic(
                    "overlapping_branches",
                    f"this branch and the one in line {split.branches[earlier].span.line} both hold for "
                    f"{_in_words(work, way)}",
                    split.branches[len(tests)].span,
                    "narrow one of them",
                )
            )
            return


def _check_gap(work: _Lowering, split: ir.Split, uncovered: int) -> None:
    way = _way(work, uncovered, TRUE)
    if way is None:
        return
    missing = _missing_values(work, split, uncovered)
    if missing:
        message = f"`{split.by}` may be {listed(missing, 'or')}, and no branch says what then"
        repair = f"add a branch `{missing[0]}:`"
    else:
        message = f"no branch holds for {_in_words(work, way)}"
        repair = "add a branch for it, or `otherwise:`"
    work.found.append(Diagnostic("missing_branch", message, split.span, repair))


def _missing_values(work: _Lowering, split: ir.Split, uncovered: int) -> list[str]:
    """The values of a `by` that no branch names, in the order of their declaration."""
    for at, coordinate in enumerate(work.coordinates.all):
        if isinstance(coordinate, Values) and coordinate.input == split.by:
            return [
                name
                for cell, name in enumerate(coordinate.values)
                if _way(work, work.diagrams.both(uncovered, work.diagrams.test(at, 1 << cell)), TRUE)
                is not None
            ]
    return []


def _in_words(work: _Lowering, way: tuple[tuple[int, int], ...]) -> str:
    return cells_in_words(work.guideline, work.coordinates.all, tuple(sorted(way))) or "everyone"


def _table(work: _Lowering, name: str, node: int, span: Span) -> Table:
    node = _without_impossible(work, node)
    leaves = tuple(work.leaves[name])
    if any(found.severity == "error" for found in work.found) or _too_many(work, node, span):
        return Table(leaves, ())
    rows: list[Row] = []
    for cells, value in work.diagrams.rows(node):
        if isinstance(value, tuple):
            rows.append(Row(cells, value[1]))
    return _in_text_order(leaves, rows, _text_order(work, name))


def _in_text_order(leaves: tuple[Leaf, ...], rows: list[Row], order: list[int]) -> Table:
    """Leaves in the order of the text (they are made from the last branch to the first), the gates' ends last."""
    place = {old: new for new, old in enumerate(order)}
    moved = [Row(row.cells, place[row.leaf]) for row in rows]
    return Table(tuple(leaves[at] for at in order), tuple(sorted(moved, key=lambda row: row.leaf)))


def _text_order(work: _Lowering, name: str) -> list[int]:
    leaves, places = work.leaves[name], work.places[name]
    return sorted(range(len(leaves)), key=lambda at: (_late(leaves[at]), places[at], at))


def _late(leaf: Leaf) -> int:
    return {"not_applicable": 1, "out_of_scope": 2}.get(leaf.status, 0)


# --- options and rules -------------------------------------------------------


def _option_table(
    work: _Lowering, options: ir.Options, line: ir.OptionLine | ir.OptionConflict, at: int
) -> Table:
    """One line as a table of its own: given, not given, or the conflict that two lines make."""
    name = f"{options.id}#{at}"
    leaves: list[Leaf] = work.leaves.setdefault(name, [])
    asked, scope = _gates(work, options.asked, options.span)
    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)

    def settle(index: int, held: tuple[ir.OptionLine, ...]) -> int:
        if index == len(lines):
            return _held(work, name, leaves, (line, options), held)
        one = lines[index]
        when = one.when if one.stated else ir.Always(False)
        node = work.diagrams.true if when is None else _checked(work, when, work.diagrams.true, one.span)
        return work.diagrams.choose(node, settle(index + 1, (*held, one)), settle(index + 1, held))

    tree = settle(0, ())
    return _table(work, name, _gated(work, leaves, name, tree, (asked, scope), options.asked), options.span)


def _held(
    work: _Lowering,
    name: str,
    leaves: list[Leaf],
    place: tuple[ir.OptionLine | ir.OptionConflict, ir.Options],
    held: tuple[ir.OptionLine, ...],
) -> int:
    line, options = place
    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)
    asks = _reads(work, work.guideline.applies, options.asked, *(one.when for one in lines))
    outcomes = tuple(
        ir.Outcome("determined", (one.recommendation,), "", (), ir.Citation(), one.span) for one in held
    )
    if isinstance(line, ir.OptionConflict) and len(outcomes) > 1:
        outcome = ir.Outcome("conflict", (), line.why, outcomes, line.cites, line.span)
    elif outcomes:
        outcome = outcomes[0]
    else:
        outcome = ir.Outcome("determined", (), "", (), ir.Citation(), line.span)
    return _leaf(work, name, leaves, outcome, _Path((), ir.Citation(), asks))


def _check_for_and_against(work: _Lowering, options: ir.Options) -> None:
    """No two lines may advise for and against the same thing for one patient."""
    earlier: dict[str, list[ir.OptionLine]] = {}
    for line in options.lines:
        if isinstance(line, ir.OptionConflict) or not line.stated:
            continue
        same = earlier.setdefault(line.recommendation.id, [])
        for other in same:
            if line.recommendation.direction == other.recommendation.direction:
                continue
            first = work.diagrams.true if line.when is None else _build(work, line.when)
            second = work.diagrams.true if other.when is None else _build(work, other.when)
            way = _way(work, work.diagrams.both(first, second), TRUE)
            if way is not None:
                work.found.append(
                    Diagnostic(
                        "for_and_against",
                        f"`{line.recommendation.id}` is advised for and against at once for {_in_words(work, way)}",
                        line.span,
                        'narrow one of them, or put both under `conflict "why"`',
                    )
                )
        same.append(line)


def _rule(work: _Lowering, rule: ir.Rule) -> Condition:
    diagrams = work.diagrams
    scope = rule.applies or work.guideline.applies
    node = diagrams.true if rule.when is None else _checked(work, rule.when, diagrams.true, rule.span)
    if not rule.stated:
        node = diagrams.true
    if scope is not None:
        node = diagrams.both(_checked(work, scope, diagrams.true, rule.span), node)
    if rule.until is not None:
        recorded = _build(work, ir.Recorded(rule.until, "true"))
        node = diagrams.both(node, diagrams.negate(recorded))
    return _rows_of_condition(work, _without_impossible(work, node), rule.span)


def _asides(work: _Lowering) -> dict[ir.Condition, Span]:
    """The conditions that make an alternative preferred, or speak against it, each once."""
    guideline = work.guideline
    found: dict[ir.Condition, Span] = {}
    waiting: list[tuple[object, Span]] = [(guideline, guideline.span)]
    while waiting:
        one, span = waiting.pop(0)
        if isinstance(one, ir.Prefer):
            found.setdefault(one.when, span)
        elif isinstance(one, tuple):
            waiting += [(part, span) for part in one]
        else:
            here = getattr(one, "span", span)
            waiting += [(part, here) for part in inside(one)]
    outcomes = tuple(leaf.outcome for leaves in work.leaves.values() for leaf in leaves)
    for reason in avoided.reasons(guideline, outcomes):
        found.setdefault(reason.when, guideline.span)
    return found


def _note_shared_ingredients(work: _Lowering, program: Program) -> None:
    """Two derived values that share an input: exact as long as the search for completions ends within its limit."""
    derived = [coordinate for coordinate in work.coordinates.all if isinstance(coordinate, Derived)]
    for later, second in enumerate(derived):
        for first in derived[:later]:
            shared = [name for name in first.inputs if name in second.inputs]
            if shared:
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
