"""Two versions of a guideline to the diagram of those patients for whom they answer differently."""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from typing import Any

from guidec import ir
from guidec.lower import avoided
from guidec.lower.diagram import FALSE, TRUE, UNDEFINED
from guidec.lower.outcomes import given_orders
from guidec.lower.work import Lowering, category_of, diagram_of
from guidec.mutants.slices import Reach
from guidec.numbers import unit_dimension
from guidec.proofs.difference import differing, ending, refused_differently, shown_when
from guidec.proofs.joint import SECOND, Joint, same_number
from guidec.record import rebuilt, record
from guidec.rows import Entered

_NOBODY = ir.Citation()


@record
class _Said:
    """What is said somewhere without its words: the rest of it, and the conditions that stand inside."""

    rest: Any
    conditions: tuple[ir.Condition, ...]


def unlike(whole: Joint, reach: Reach) -> int:
    """True for whom the two answer differently in something that is reached, citations and words aside."""
    diagrams = whole.first.diagrams
    found = [node for name in reach.decisions for node in _decided(whole, name)]
    found += [_ruled(whole, name) for name in reach.rules]
    found += [_valued(whole, name) for name in reach.values]
    found += [_staged(whole)] if reach.pathway else []
    refused = diagrams.either(*whole.refused)
    accepted = diagrams.choose(refused, diagrams.false, diagrams.any(found))
    return diagrams.either(accepted, refused_differently(whole)) if reach.all else accepted


# --- decisions and options -----------------------------------------------------


def _decided(whole: Joint, name: str) -> Iterator[int]:
    one, other = (
        next((each for each in work.guideline.decisions if each.id == name), None)
        for work in (whole.first, whole.second)
    )
    match one, other:
        case ir.Decision(), ir.Decision():
            yield _ends(whole, name, name)
        case ir.Options(), ir.Options():
            for first, second in _aligned(one.lines, other.lines):
                yield _lines(whole, (one, first), (other, second))
        case _:
            yield whole.first.diagrams.true


def _aligned(first: Sequence[Any], second: Sequence[Any]) -> list[tuple[int | None, int | None]]:
    """Which line of one list stands for which of the other; None where it has gone, or is new."""
    if len(first) == len(second):
        return [(at, at) for at in range(len(first))]
    found: list[tuple[int | None, int | None]] = []
    for kind, start, end, other, other_end in SequenceMatcher(None, first, second, False).get_opcodes():
        ours, theirs = list(range(start, end)), list(range(other, other_end))
        if kind == "equal" or len(ours) == len(theirs):
            found += zip(ours, theirs, strict=True)
        else:
            found += [(at, None) for at in ours] + [(None, at) for at in theirs]
    return found


def _lines(whole: Joint, first: tuple[ir.Options, int | None], second: tuple[ir.Options, int | None]) -> int:
    diagrams = whole.first.diagrams
    sides = ((whole.first, *first), (whole.second, *second))
    there = [(work, options, at) for work, options, at in sides if at is not None]
    if len(there) == 1:
        return _given(*there[0])
    (_, ours, at), (_, theirs, other) = there
    unstated = [_unstated(work, options.lines[place]) for work, options, place in there]
    node = _ends(whole, f"{ours.id}#{at}", f"{theirs.id}#{other}")
    if unstated[0] == unstated[1]:
        return node
    return diagrams.any([node, *(_given(*side) for side in there)])


def _unstated(work: Lowering, line: ir.OptionLine | ir.OptionConflict) -> object:
    """What a line shows that the source doesn't say when to give; None for any other."""
    if isinstance(line, ir.OptionConflict) or line.stated:
        return None
    orders = given_orders(line.recommendation, work.regimens)
    return _said(replace(line.recommendation, regimen=None, orders=orders))


def _given(work: Lowering, options: ir.Options, at: int) -> int:
    """Where a line is given or may be, or is shown all the same."""
    line = options.lines[at]
    shown = _unstated(work, line) is not None
    return ending(
        work,
        f"{options.id}#{at}",
        lambda leaf: (
            leaf.outcome is not None and (shown or bool(leaf.outcome.recommendations or leaf.outcome.answers))
        ),
    )


def _ends(whole: Joint, first: str, second: str) -> int:
    """True where a decision, or a line, ends in an outcome that isn't said alike."""
    diagrams = whole.first.diagrams
    said: dict[object, int] = {}
    each: list[dict[int, dict[tuple[ir.Condition, ...], list[int]]]] = []
    nodes: list[int] = []
    for work, name in ((whole.first, first), (whole.second, second)):
        leaves = work.leaves[name]
        mine: dict[int, dict[tuple[ir.Condition, ...], list[int]]] = {}
        numbers: dict[int, int] = {}
        for at, leaf in enumerate(leaves):
            one = _said(leaf.outcome)
            number = said.setdefault((leaf.status, one.rest), len(said))
            mine.setdefault(number, {}).setdefault(one.conditions, []).append(at)
            numbers[at] = number
        each.append(mine)
        nodes.append(_numbered(work, name, numbers))
    node = differing(diagrams, nodes[0], nodes[1])
    for number in each[0].keys() & each[1].keys():
        for ours, here in each[0][number].items():
            for theirs, there in each[1][number].items():
                apart = _conditions_differ(whole, ours, theirs)
                if apart != diagrams.false:
                    both = diagrams.both(_at(whole.first, first, here), _at(whole.second, second, there))
                    node = diagrams.either(node, diagrams.both(both, apart))
    return node


def _numbered(work: Lowering, name: str, numbers: dict[int, int]) -> int:
    """A decision whose ends are the numbers of what is said there."""

    def end(value: Hashable) -> int:
        return work.diagrams.end(("said", numbers[value[1]]) if isinstance(value, tuple) else value)

    return work.diagrams.replace(work.decided[name], end)


def _at(work: Lowering, name: str, leaves: Sequence[int]) -> int:
    """True where a decision ends in one of these leaves."""
    diagrams = work.diagrams

    def there(value: Hashable) -> int:
        return diagrams.true if isinstance(value, tuple) and value[1] in leaves else diagrams.false

    return diagrams.replace(work.decided[name], there)


def _conditions_differ(whole: Joint, first: Sequence[ir.Condition], second: Sequence[ir.Condition]) -> int:
    diagrams = whole.first.diagrams
    if len(first) != len(second):
        return diagrams.true
    pairs = (
        (truth(whole.first, one), truth(whole.second, other))
        for one, other in zip(first, second, strict=True)
    )
    return diagrams.any([differing(diagrams, one, other) for one, other in pairs])


def truth(work: Lowering, condition: ir.Condition) -> int:
    """For whom a condition holds; whoever makes it undefined is left out."""
    diagrams = work.diagrams
    return diagrams.replace(
        diagram_of(work, condition),
        lambda value: diagrams.false if value == UNDEFINED else diagrams.end(value),
    )


def _said(one: object) -> _Said:
    """A part of a guideline without citations, labels and texts, its inner conditions apart."""
    conditions: list[ir.Condition] = []

    def change(part: Any) -> Any:
        match part:
            case ir.Citation() | ir.Note():
                return _NOBODY
            case ir.Prefer(when=when):
                conditions.append(when)
                return replace(part, when=ir.Always(True), wording="")
            case ir.Held(when=when) | ir.Reason(when=when):
                conditions.append(when)
                return replace(part, when=ir.Always(True))
            case ir.DoseBand(when=when):
                conditions.append(when)
                return replace(part, value="", label="", when=ir.Always(True))
            case ir.Recommendation():
                return replace(part, label="", wording="")
            case ir.Outcome():
                return replace(part, why="")
            case _:
                return part

    return _Said(rebuilt(one, change), tuple(conditions))


# --- rules and values ------------------------------------------------------------


def _ruled(whole: Joint, name: str) -> int:
    diagrams = whole.first.diagrams
    there = [
        (work, rule)
        for work in (whole.first, whole.second)
        for rule in work.guideline.rules
        if rule.id == name
    ]
    shown = [shown_when(work, name) for work, _ in there]
    some = diagrams.any(
        [diagrams.replace(one, _any_but_no(work)) for one, (work, _) in zip(shown, there, strict=True)]
    )
    if len(there) == 1:
        return some
    said = [_said(_rule(work, rule)) for work, rule in there]
    node = differing(diagrams, shown[0], shown[1])
    if said[0].rest != said[1].rest:
        return diagrams.either(node, some)
    apart = _conditions_differ(whole, said[0].conditions, said[1].conditions)
    return diagrams.either(node, diagrams.both(some, apart))


def _any_but_no(work: Lowering) -> Any:
    return lambda value: work.diagrams.false if value == FALSE else work.diagrams.true


def _rule(work: Lowering, rule: ir.Rule) -> object:
    """What a rule says once it is shown, what brings it about included."""
    plain = replace(rule, label="", wording="", applies=None, when=None, notes=())
    advised = avoided.advised(work.guideline, work.avoids).get(rule.id)
    return plain, advised


def _valued(whole: Joint, name: str) -> int:
    """True where a shown definition comes out differently; everywhere, where it is shown in another way."""
    diagrams = whole.first.diagrams
    one = _definition(whole.first.guideline, name)
    other = _definition(whole.second.guideline, SECOND + name) or _definition(whole.second.guideline, name)
    if one is None or other is None or _shown_as(one) != _shown_as(other):
        return diagrams.true
    if one.number is not None and other.number is not None:
        same = diagram_of(whole.first, same_number(name)) if other.id != one.id else diagrams.true
        return diagrams.replace(same, lambda value: diagrams.false if value == TRUE else diagrams.true)
    if one.condition is not None and other.condition is not None:
        return differing(diagrams, truth(whole.first, one.condition), truth(whole.second, other.condition))
    if one.category is None or other.category is None or one.category.policy != other.category.policy:
        return diagrams.true
    if one.category.policy != "collect":
        return differing(diagrams, category_of(whole.first, one), category_of(whole.second, other))
    return diagrams.any(
        [
            differing(
                diagrams,
                truth(whole.first, ir.InBand(one.id, (value.id,))),
                truth(whole.second, ir.InBand(other.id, (value.id,))),
            )
            for value in one.category.values
        ]
    )


def _staged(whole: Joint) -> int:
    """True where a patient stands at a stage of which something else is said: where he goes on to, when he is seen again."""
    diagrams = whole.first.diagrams
    ours, theirs = whole.first.guideline.pathway, whole.second.guideline.pathway
    if ours is None or theirs is None or ours.input != theirs.input:
        return diagrams.false if ours is theirs else diagrams.true
    others = {one.id: one for one in theirs.stages}
    found: list[int] = []
    for stage in ours.stages:
        other = others.get(stage.id)
        here = diagram_of(whole.first, ir.Is(ours.input, (stage.id,)))
        if other is None or _of_stage(stage) != _of_stage(other):
            found.append(here)
        elif stage.moves:
            leading = (_leading(whole.first, stage), _leading(whole.second, stage))
            found.append(diagrams.both(here, differing(diagrams, *leading)))
    scopes = (_in_scope(whole.first), _in_scope(whole.second))
    return diagrams.either(
        diagrams.both(diagrams.both(*scopes), diagrams.any(found)), differing(diagrams, *scopes)
    )


def _in_scope(work: Lowering) -> int:
    """True for whom results speak of the pathway."""
    applies = work.guideline.applies
    return work.diagrams.true if applies is None else truth(work, applies)


def _of_stage(stage: ir.Stage) -> object:
    """What is said of a stage beside its moves, citations aside."""
    reviews = [(one.kind, one.interval) for one in stage.reviews]
    unsaid = [] if reviews or stage.final else [("not stated", None)]
    return stage.final, bool(stage.moves), [*reviews, *unsaid]


def _leading(work: Lowering, stage: ir.Stage) -> int:
    """Where the moves out of a stage lead, its ends stages or the reasons why none is stated."""
    name = f"after {stage.id}"
    definition = _definition(work.guideline, SECOND + name) or _definition(work.guideline, name)
    assert definition is not None and definition.category is not None
    reasons = {one.id: one.label for one in definition.category.values if one.id.startswith("not stated")}
    diagrams = work.diagrams

    def end(value: Hashable) -> int:
        reason = reasons.get(value) if isinstance(value, str) else None
        return diagrams.end(value if reason is None else ("not stated", reason))

    return diagrams.replace(category_of(work, definition), end)


def asked(whole: Joint, reach: Reach) -> list[str]:
    """The inputs that decide what is reached, where none of it asks whether they are known."""
    found: dict[str, None] = {}
    left_out: set[str] = set()
    for work in (whole.first, whole.second):
        nodes = [node for name, node in work.decided.items() if name.split("#")[0] in reach.decisions]
        nodes += [work.ruled[name] for name in reach.rules if name in work.ruled]
        nodes += _of_pathway(work) if reach.pathway else []
        for at in sorted({at for node in nodes for at in work.diagrams.asked(node)}):
            coordinate = work.coordinates.all[at]
            if isinstance(coordinate, Entered):
                left_out.add(coordinate.input)
            else:
                found.update(dict.fromkeys(name for name, _ in work.search.variables(at)))
    inputs = {one.id for one in whole.first.guideline.inputs}
    return [name for name in found if name in inputs and name not in left_out]


def _of_pathway(work: Lowering) -> list[int]:
    pathway = work.guideline.pathway
    if pathway is None:
        return []
    places = [diagram_of(work, ir.Is(pathway.input, (one.id,))) for one in pathway.stages]
    return [_in_scope(work), *places, *(_leading(work, one) for one in pathway.stages if one.moves)]


def numbers(first: ir.Guideline, second: ir.Guideline, reach: Reach) -> list[str]:
    """The shown numbers that are reached, where their values can be compared."""
    found = []
    for name in reach.values:
        one, other = _definition(first, name), _definition(second, name)
        if one is not None and other is not None and one.number is not None and other.number is not None:
            found += [name] if unit_dimension(one.unit) == unit_dimension(other.unit) else []
    return found


def _shown_as(one: ir.Definition) -> object:
    return one.unit, one.rounded, one.mode


def _definition(guideline: ir.Guideline, name: str) -> ir.Definition | None:
    return next((one for one in guideline.definitions if one.id == name), None)
