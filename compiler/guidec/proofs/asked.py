"""A guideline to all that it asks: every branch with those who take it, every condition with those who come to it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from guidec import ir
from guidec.lower.diagram import FALSE, TRUE
from guidec.lower.limits import inner_first
from guidec.lower.work import Lowering, at_stage
from guidec.proofs.atoms import fails, holds
from guidec.proofs.difference import shown_when
from guidec.record import parts, record
from guidec.source import Span
from guidec.wording import condition_in_words

NAMES_READ = (ir.Defined, ir.InBand, ir.DefinedNumber)


@record
class Branch:
    """One way on in a decision, a rule, a definition or a regimen (`of`), and who takes it: a diagram."""

    of: str
    says: str
    taken: int
    span: Span


@record
class Asked:
    """A condition, and who comes to it: a diagram."""

    of: str
    says: str
    condition: ir.Condition
    context: int
    span: Span


@dataclass(slots=True)
class _Found:
    """What has been found so far, and who is given each regimen or comes to each definition."""

    work: Lowering
    branches: list[Branch] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    given: dict[str, int] = field(default_factory=dict)
    defined: dict[str, int] = field(default_factory=dict)


def asked_in(work: Lowering) -> tuple[list[Branch], list[Asked]]:
    """Every branch and every condition of a guideline."""
    found = _Found(work)
    guideline = work.guideline
    scope = _gate(
        found, guideline.id, "the guideline applies", guideline.applies, work.diagrams.true, guideline.span
    )
    for one in guideline.decisions:
        here = _gate(found, one.id, "asked", one.asked, scope, one.span)
        if isinstance(one, ir.Options):
            _options(found, one, here)
        elif isinstance(one.tree, ir.Table):
            _table(found, one.id, one.tree, here)
        else:
            _node(found, one.id, one.tree, here)
    for rule in guideline.rules:
        _rule(found, rule)
    regimens = work.regimens
    for name, context in found.given.items():
        _orders(found, name, regimens[name].orders, context, regimens[name].span)
    for avoid in guideline.avoids:
        if avoid.when is not None:
            _either(found, avoid.item, "to be avoided", avoid.when, work.diagrams.true, avoid.span)
    _definitions(found, scope)
    return found.branches, found.asked


def _gate(found: _Found, of: str, says: str, condition: ir.Condition | None, context: int, span: Span) -> int:
    """Those who pass a gate."""
    if condition is None:
        return context
    _either(found, of, says, condition, context, span)
    return found.work.diagrams.both(context, holds(found.work, condition))


def _either(found: _Found, of: str, says: str, condition: ir.Condition, context: int, span: Span) -> None:
    """A condition that stands for itself: held and not held."""
    work = found.work
    both = work.diagrams.both
    found.branches.append(Branch(of, says, both(context, holds(work, condition)), span))
    found.branches.append(Branch(of, f"not {says}", both(context, fails(work, condition)), span))
    _ask(found, of, says, condition, context, span)


def _ask(found: _Found, of: str, says: str, condition: ir.Condition, context: int, span: Span) -> None:
    found.asked.append(Asked(of, says, condition, context, span))
    _read(found, condition, context)


def _read(found: _Found, node: object, context: int) -> None:
    """Those who come to something come to the definitions that it names."""
    for one in parts(node):
        if isinstance(one, NAMES_READ):
            before = found.defined.get(one.definition, found.work.diagrams.false)
            found.defined[one.definition] = found.work.diagrams.either(before, context)


# --- decisions ---------------------------------------------------------------


def _node(found: _Found, of: str, node: ir.Node, context: int) -> None:
    if isinstance(node, ir.Outcome):
        _outcome(found, of, node, context)
    if not isinstance(node, ir.Split):
        return
    taken = _taken(found.work, [branch.condition for branch in node.branches], first=False)
    for branch, test in zip(node.branches, taken, strict=True):
        inside = found.work.diagrams.both(context, test)
        says = _label(found.work, node.by, branch)
        found.branches.append(Branch(of, says, inside, branch.span))
        if branch.condition is not None:
            _ask(found, of, says, branch.condition, context, branch.span)
        _node(found, of, branch.node, inside)


def _label(work: Lowering, by: str, part: ir.Branch | ir.Arm | ir.Band) -> str:
    """`myositis_dx adm`, `when FVC < 70 %`."""
    if part.condition is None:
        return f"{by} otherwise".lstrip()
    value = part.value if isinstance(part, ir.Branch) else part.label if isinstance(part, ir.Arm) else ""
    if by and value:
        return f"{by} {value}"
    return f"when {condition_in_words(work.guideline, part.condition)}"


def _taken(work: Lowering, conditions: Sequence[ir.Condition | None], *, first: bool) -> list[int]:
    """Who takes each of several ways; None is what the others leave. Of those that hold, `first` takes the first."""
    diagrams = work.diagrams
    found: list[int] = []
    before = diagrams.false
    for condition in conditions:
        test = diagrams.negate(before) if condition is None else holds(work, condition)
        found.append(diagrams.both(test, diagrams.negate(before)) if first else test)
        before = diagrams.either(before, test)
    return found


def _table(found: _Found, of: str, table: ir.Table, context: int) -> None:
    work = found.work
    both, negate = work.diagrams.both, work.diagrams.negate
    taken = _taken(work, [row.condition for row in table.rows], first=table.policy == "first")
    for at, (row, test) in enumerate(zip(table.rows, taken, strict=True), 1):
        says = "otherwise" if row.condition is None else f"row {at}"
        inside = both(context, test)
        found.branches.append(Branch(of, f"{says} holds", inside, row.span))
        found.branches.append(Branch(of, f"{says} does not hold", both(context, negate(test)), row.span))
        if row.condition is not None:
            _ask(found, of, says, row.condition, context, row.span)
        _outcome(found, of, row.outcome, inside)
    if table.where is not None:
        _ask(found, of, "where the rows contradict each other", table.where, context, table.span)


def _options(found: _Found, options: ir.Options, context: int) -> None:
    work = found.work
    for line in options.lines:
        for one in line.lines if isinstance(line, ir.OptionConflict) else (line,):
            inside = context
            if one.stated and one.when is not None:
                says = f"{one.recommendation.id} holds"
                _either(found, options.id, says, one.when, context, one.span)
                inside = work.diagrams.both(context, holds(work, one.when))
            _recommended(found, options.id, one.recommendation, inside, one.span)


def _outcome(found: _Found, of: str, outcome: ir.Outcome, context: int) -> None:
    for one in outcome.recommendations:
        _recommended(found, of, one, context, outcome.span)
    for answer in outcome.answers:
        _outcome(found, of, answer, context)


def _recommended(found: _Found, of: str, one: ir.Recommendation, context: int, span: Span) -> None:
    for prefer in one.preferred:
        _either(found, of, f"{one.id} is preferred", prefer.when, context, span)
    if one.regimen is None:
        _orders(found, of, one.orders, context, span)
    else:
        before = found.given.get(one.regimen, found.work.diagrams.false)
        found.given[one.regimen] = found.work.diagrams.either(before, context)


# --- what is given -----------------------------------------------------------


def _orders(found: _Found, of: str, orders: Iterable[ir.Order | ir.Choice], context: int, span: Span) -> None:
    for order in orders:
        here = context
        place = order.span if order.span.file else span
        if order.when is not None:
            here = _gate(found, of, f"{_thing(order)} is given", order.when, context, place)
        if isinstance(order, ir.Choice):
            _orders(found, of, order.options, here, place)
            continue
        for prefer in order.preferred:
            _either(found, of, f"{_thing(order)} is preferred", prefer.when, here, place)
        for held in order.held:
            _either(found, of, f"{_thing(order)}: {held.kind}", held.when, here, place)
        if isinstance(order.dose, ir.DoseInBands):
            _bands(found, of, order.dose, here)


def _thing(order: ir.Order | ir.Choice) -> str:
    if isinstance(order, ir.Choice):
        return " or ".join(_thing(option) for option in order.options)
    return order.drug or order.procedure or order.drug_class or "what is ordered"


def _bands(found: _Found, of: str, dose: ir.DoseInBands, context: int) -> None:
    for band in dose.bands:
        says = f"{dose.by} {band.value}"
        taken = found.work.diagrams.both(context, holds(found.work, band.when))
        found.branches.append(Branch(of, says, taken, band.span))
        _ask(found, of, says, band.when, context, band.span)


# --- rules and definitions ---------------------------------------------------


def _rule(found: _Found, rule: ir.Rule) -> None:
    work = found.work
    diagrams = work.diagrams
    shown = shown_when(work, rule.id)
    for says, wanted in (("shown", TRUE), ("not shown", FALSE)):
        found.branches.append(Branch(rule.id, says, diagrams.ending(shown, wanted), rule.span))
    context = diagrams.true
    if rule.applies is not None:
        context = _gate(found, rule.id, "applies", rule.applies, context, rule.span)
    elif work.guideline.applies is not None:
        context = holds(work, work.guideline.applies)
    if rule.when is not None and rule.stated:
        _ask(found, rule.id, "when", rule.when, context, rule.span)
        context = diagrams.both(context, holds(work, rule.when))
    if rule.until is not None:
        recorded = holds(work, ir.Recorded(rule.until, "true"))
        ended = Branch(rule.id, f"no longer shown, {rule.until}", diagrams.both(context, recorded), rule.span)
        found.branches.append(ended)
    _orders(found, rule.id, rule.orders, diagrams.ending(shown, TRUE), rule.span)


def _definitions(found: _Found, scope: int) -> None:
    """Those that read others first. A definition is looked at where what reads it is, or always where it is shown; the
    moves out of a stage where somebody in scope stands there."""
    work = found.work
    definitions = {one.id: one for one in work.guideline.definitions}
    shown = {name for one in definitions.values() if one.shown for name in (one.id, one.band)}
    for name in reversed([name for name in inner_first(work.guideline) if name in definitions]):
        one = definitions[name]
        context = work.diagrams.true if name in shown else found.defined.get(name, work.diagrams.false)
        if one.role:
            context = work.diagrams.both(scope, at_stage(work, one))
        if one.condition is not None:
            _ask(found, name, "defined", one.condition, context, one.span)
        if one.number is not None:
            _read(found, one.number, context)
            for part in parts(one.number):
                if isinstance(part, ir.Case):
                    _arms(found, name, part, context)
        if one.category is not None:
            first = one.category.policy != "collect"
            taken = _taken(work, [band.condition for band in one.category.bands], first=first)
            for band, test in zip(one.category.bands, taken, strict=True):
                says = (
                    _move(work, one, band)
                    if one.role == "moves"
                    else f"{one.category.of} {band.value}".lstrip()
                )
                _way(found, name, says, band.condition, context, test, band.span)


def _move(work: Lowering, moves: ir.Definition, band: ir.Band) -> str:
    """`response progressed: go to second`, `when FVC < 70 %: stay`."""
    assert moves.category is not None
    by = moves.category.of
    label = f"{by} {band.label}" if by and band.condition is not None else _label(work, by, band)
    return f"{label}: {end_of_move(moves, band.value)}"


def end_of_move(moves: ir.Definition, value: str) -> str:
    """Where a move leads, as it is written."""
    if value.startswith("not stated"):
        return "not stated"
    return "stay" if moves.id == f"after {value}" else f"go to {value}"


def _arms(found: _Found, of: str, case: ir.Case, context: int) -> None:
    taken = _taken(found.work, [arm.condition for arm in case.arms], first=True)
    for arm, test in zip(case.arms, taken, strict=True):
        _way(found, of, _label(found.work, case.of, arm), arm.condition, context, test, arm.span)


def _way(
    found: _Found, of: str, says: str, condition: ir.Condition | None, context: int, test: int, span: Span
) -> None:
    found.branches.append(Branch(of, says, found.work.diagrams.both(context, test), span))
    if condition is not None:
        _ask(found, of, says, condition, context, span)
