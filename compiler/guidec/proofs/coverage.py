"""What the scenarios of a guideline meet of all that somebody can meet, and a patient for each thing that they don't.

The parts of it, in plain words, stand in docs/coverage.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from guidec import ir
from guidec.evaluate import Compiled, Refused, accepted, all_recommendations, evaluate
from guidec.evaluate.completions import Completions
from guidec.evaluate.record import Amount, read_record
from guidec.lower import coordinates_of, side_by_side
from guidec.lower.coordinates import Coordinates
from guidec.lower.diagram import TRUE, TooLarge
from guidec.lower.search import SPENT, Effort, Solver
from guidec.lower.work import Lowering, all_impossible, without_impossible
from guidec.numbers import decimal_text, out_of_base_units, plain_number
from guidec.proofs.asked import Asked, Branch, asked_in, end_of_move
from guidec.proofs.atoms import (
    Edge,
    atoms,
    decides,
    edge,
    enterable,
    fails,
    holds,
    is_value,
    is_within,
)
from guidec.proofs.difference import ending
from guidec.proofs.nearest import Side, probe, sides
from guidec.proofs.questions import PROVEN, Answer, nobody
from guidec.proofs.witness import Patient
from guidec.record import parts, record
from guidec.rows import Leaf
from guidec.source import Span
from guidec.wording import cells_in_words, condition_in_words

Beside = dict[ir.Compare, tuple[Side, Side]]
"""Of each comparison of a computed number the nearest values where it is true and where it is false."""

Kind = Literal["decisions", "branches", "rows", "boundaries", "blanks", "conditions"]
KINDS: tuple[Kind, ...] = ("decisions", "branches", "rows", "boundaries", "blanks", "conditions")
MOST_ROWS = 1_000
MOST_STEPS = 600_000
MOST_STEPS_FOR_ONE = 40_000
FEW_STEPS = 1_000
"""How long searches may be for all items together, for one of them, and for one of those that come when the rest is spent."""


@record
class Item:
    """One thing to be met, and by whom: a diagram. Of `blanks`, `needed` is the input that has to be needed instead.

    `entered` is the input, the unit and the number of a threshold that is printed in several units. Of what isn't known to
    be there, `open` says why.
    """

    kind: Kind
    of: str
    says: str
    span: Span
    node: int
    needed: str = ""
    entered: tuple[str, int, Fraction] | None = None
    open: str = ""


@record
class Measure:
    """All that there is to meet, over diagrams that are cut at the values beside each threshold.

    `beyond` says what was left unmeasured because there is too much of it.
    """

    compiled: Compiled
    work: Lowering
    items: tuple[Item, ...]
    beyond: tuple[str, ...]


@record
class Coverage:
    """`met` are the items that some scenario meets, by their places; `missing` has an answer for each of the others:
    a patient who would meet it, that nobody can (it does not count), or that this is unknown."""

    measure: Measure
    met: frozenset[int]
    missing: dict[int, Answer]

    def of(self, kind: Kind | None = None) -> tuple[int, int]:
        """How many are met, and how many somebody can meet; of one kind, or of all but rows, which no author wrote."""
        mine = [
            at
            for at, item in enumerate(self.measure.items)
            if (item.kind != "rows" if kind is None else item.kind == kind)
        ]
        return (
            sum(at in self.met for at in mine),
            sum(at in self.met or self.missing[at].kind != "proven" for at in mine),
        )


def percent(met: int, of: int) -> float:
    """Rounded down to a tenth, so that 100 means all."""
    return 100.0 if met == of else met * 1000 // of / 10


def coverage(
    measure: Measure,
    patients: Iterable[Mapping[str, object]],
    tell: Callable[[str], None] = lambda stage: None,
) -> Coverage:
    """What these patients meet, and who would meet the rest, as far as that is found in a limited number of steps."""
    met: set[int] = set()
    for count, patient in enumerate(patients, 1):
        tell(f"looking at what scenario {count} meets")
        met |= met_by(measure, patient)
    missing: dict[int, Answer] = {}
    left = MOST_STEPS
    for at in range(len(measure.items)):
        if at not in met:
            tell(f"looking for a patient who meets {at + 1} of {len(measure.items)}")
            given = max(min(MOST_STEPS_FOR_ONE, left), FEW_STEPS)
            missing[at], taken = _within(measure, given, lambda at=at: who_meets(measure, at))  # type: ignore[misc]
            left -= taken
    return Coverage(measure, frozenset(met), missing)


def _within(measure: Measure, steps: int, ask: Callable[[], Answer]) -> tuple[Answer, int]:
    """An answer found within so many steps of searches, and the steps that it took."""
    search = measure.work.search
    search.effort = effort = Effort(steps)
    answer = ask()
    search.effort = Effort()
    if answer.kind == "unknown" and effort.is_spent():
        answer = Answer("unknown", None, SPENT)
    return answer, steps - (effort.left or 0)


def met_by(measure: Measure, patient: Mapping[str, object], among: Sequence[int] | None = None) -> set[int]:
    """The items that a patient meets, those of a record that is refused aside: it meets none."""
    work = measure.work
    places = range(len(measure.items)) if among is None else among
    try:
        entered = read_record(work.guideline, patient)
    except Refused:
        return set()
    completions = Completions(work.guideline, work.coordinates.all, entered)
    completions.search.effort = work.search.effort
    cells = completions.cells
    if work.guideline.impossible and work.diagrams.settled(all_impossible(work), cells) == TRUE:
        return set()
    found: set[int] = set()
    needs: dict[str, list[str]] | None = None
    for at in places:
        item = measure.items[at]
        if item.needed:
            needs = _needs(measure, patient) if needs is None else needs
            if item.needed in needs.get(item.of, ()):
                found.add(at)
        elif not item.open and work.diagrams.settled(item.node, cells) == TRUE:
            if item.entered is not None:
                name, unit, value = item.entered
                if entered.entries[name].values != (Amount(value, unit),):
                    continue
            found.add(at)
    return found


def who_meets(measure: Measure, at: int) -> Answer:
    """A patient who meets an item, found in the diagrams and run through the evaluator; or that there is none."""
    item = measure.items[at]
    if item.needed:
        return Answer("refuted", _with_blank(measure, item))
    if item.open:
        return Answer("unknown", None, item.open)
    if item.node == measure.work.diagrams.false:
        return PROVEN

    def shows(patient: Patient) -> bool:
        return at in met_by(measure, _as_entered(measure, item, patient), (at,)) and accepted(
            measure.compiled, patient
        )

    try:
        answer = nobody(measure.work, item.node, shows)
    except TooLarge:
        return Answer("unknown", None, "there is too much of it to look for a patient")
    if answer.patient is None:
        return answer
    return Answer("refuted", _as_entered(measure, item, answer.patient))


def _as_entered(measure: Measure, item: Item, patient: Patient) -> Patient:
    """The patient with the number in the unit that is asked for."""
    if item.entered is None or item.entered[0] not in patient:
        return patient
    name, unit, value = item.entered
    kind = measure.work.coordinates.inputs[name].type
    assert isinstance(kind, ir.Quantity)
    number = plain_number(value)
    return {**patient, name: {"value": number, "unit": kind.units[unit].unit} if unit else number}


def _needs(measure: Measure, patient: Mapping[str, object]) -> dict[str, list[str]]:
    try:
        result = evaluate(measure.compiled, patient)
    except Refused:
        return {}
    needs = {name: one["needs"] for name, one in result["decisions"].items()}
    pathway = measure.work.guideline.pathway
    if pathway is not None and result["status"] != "out_of_scope":
        needs |= _needs_of_stages(pathway, result["pathway"])
    return needs


def _needs_of_stages(pathway: ir.Pathway, found: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is needed to know at which stage a patient is, and where he goes on to from each at which he may be."""
    needs = {f"after {one['stage']}": list(one["needs"]) for one in found["responses"]}
    return {pathway.places: [pathway.input] if found["status"] == "indeterminate" else [], **needs}


def _with_blank(measure: Measure, item: Item) -> Patient:
    """Nobody knows anything: then everything is needed that ever is."""
    return {}


# --- what there is to meet ---------------------------------------------------


def measured(compiled: Compiled, solver: Solver | None = None) -> Measure | None:
    """Everything that scenarios can meet; None where the guideline is too large to be measured.

    Whether somebody can meet it is asked of the `solver` where the search for values gives up.
    """
    guideline = compiled.guideline
    computed = _computed(compiled, solver)
    try:
        try:
            cuts = [*_cuts(guideline), *_computed_cuts(guideline, computed)]
            work = side_by_side(guideline, (guideline,), cuts, solver)[0]
            return _measured(compiled, work, computed)
        except TooLarge:  # perhaps the values beside two thresholds lie in another order in another unit
            return _measured(compiled, side_by_side(guideline, (guideline,), (), solver)[0], None)
    except TooLarge:
        return None


def _cuts(guideline: ir.Guideline) -> list[ir.Condition]:
    """The values beside each threshold of an input, so that diagrams can tell them."""
    coordinates = Coordinates(guideline)
    edges = [edge(coordinates, one) for one in parts(guideline) if isinstance(one, ir.Compare)]
    values = dict.fromkeys((one.input, one_of) for one in edges if one for one_of in (*one.true, *one.false))
    return [is_value(coordinates, name, value) for name, value in values]


def _computed(compiled: Compiled, solver: Solver | None) -> Beside:
    """The values beside each threshold of a computed number."""
    coordinates = coordinates_of(compiled.guideline)
    asked = probe(coordinates, compiled.program.coordinates, solver)
    compared = dict.fromkeys(one for one in parts(compiled.guideline) if isinstance(one, ir.Compare))
    return {one: sides(asked, one) for one in compared if coordinates.computed(one) is not None}


def _computed_cuts(guideline: ir.Guideline, computed: Beside) -> list[ir.Condition]:
    coordinates = Coordinates(guideline)
    found: dict[ir.Condition, None] = {}
    for compare, both in computed.items():
        number = coordinates.computed(compare)
        assert number is not None
        found.update((is_within(number, side.low, side.high), None) for side in both)
    return list(found)


def _measured(compiled: Compiled, work: Lowering, computed: Beside | None) -> Measure:
    """What there is to meet; without boundaries where the values beside thresholds are too much to be told."""
    branches, asked = asked_in(work)
    beyond: list[str] = []
    items = [
        *_decisions(work),
        *_moves(work, branches),
        *(Item("branches", one.of, one.says, one.span, one.taken) for one in branches),
        *_rows(work, beyond),
    ]
    for condition in asked:
        for atom in atoms(condition.condition) if computed is not None else ():
            side = edge(work.coordinates, atom)
            if side is not None:
                items += _boundaries(work, condition.of, condition.span, condition.context, atom, side)
            elif isinstance(atom, ir.Compare) and computed and atom in computed:
                items += _computed_boundaries(work, condition, atom, computed[atom])
    if computed is None:
        beyond.append("boundaries: with the values beside each threshold this is too large")
    items += _blanks(compiled)
    for condition in asked:
        questions = atoms(condition.condition)
        for at, atom in enumerate(questions if len(questions) > 1 else ()):
            here = work.diagrams.both(condition.context, decides(work, condition.condition, at))
            words = condition_in_words(work.guideline, atom)
            where = f"{condition.says}: `{words}`"
            for truth, answered in (("true", holds(work, atom)), ("false", fails(work, atom))):
                node = work.diagrams.both(here, answered)
                items.append(
                    Item("conditions", condition.of, f"{where} {truth} decides", condition.span, node)
                )
    return Measure(compiled, work, tuple(dict.fromkeys(items)), tuple(beyond))


def _decisions(work: Lowering) -> list[Item]:
    """Each outcome of each decision and of each line of options; where a list isn't asked, that once."""
    found: list[Item] = []
    spans = {one.id: one.span for one in work.guideline.decisions}
    for name, leaves in work.leaves.items():
        of, _, line = name.partition("#")
        if name not in work.decided or of not in spans:
            continue
        groups: dict[int, Leaf] = {}
        for leaf in reversed(leaves):
            groups.setdefault(leaf.group, leaf)
        for group, leaf in groups.items():
            if line not in ("", "0") and group < 0:
                continue
            node = ending(work, name, lambda one, group=group: one.group == group)  # type: ignore[misc]
            several = [one for one in groups.values() if _outcome(one) == _outcome(leaf)]
            says = _outcome(leaf) + (_giving(leaf) if len(several) > 1 else "")
            says = f"line {int(line) + 1}: {says}" if line and group >= 0 else says
            span = leaf.outcome.span if leaf.outcome is not None else spans[of]
            found.append(Item("decisions", of, says, span, node))
    return found


def _moves(work: Lowering, branches: Sequence[Branch]) -> list[Item]:
    """Each place to which the moves out of a stage may lead, whichever move it is."""
    found: list[Item] = []
    for one in work.guideline.definitions:
        if one.role == "moves" and one.category is not None:
            taken = [each for each in branches if each.of == one.id]
            ends: dict[str, int] = {}
            for band, branch in zip(one.category.bands, taken, strict=True):
                node = ends.get(band.value, work.diagrams.false)
                ends[band.value] = work.diagrams.either(node, branch.taken)
            labels = {each.id: each.label for each in one.category.values}
            for value, node in ends.items():
                why = f" “{labels[value]}”" if value.startswith("not stated") else ""
                found.append(Item("decisions", one.id, end_of_move(one, value) + why, one.span, node))
    return found


def _outcome(leaf: Leaf) -> str:
    """`combination`, `nothing`, `conflict`, `not applicable`."""
    if leaf.outcome is None or leaf.status != "determined":
        return leaf.status.replace("_", " ")
    names = [
        one.id if one.direction == "for" else f"{one.direction} {one.id}"
        for one in leaf.outcome.recommendations
    ]
    return ", ".join(names) or "nothing"


def _giving(leaf: Leaf) -> str:
    """What tells an outcome from another of the same name."""
    given = [one for each in all_recommendations(leaf.outcome) for one in each.orders]
    names = [
        one.drug or one.procedure or one.drug_class or "" if isinstance(one, ir.Order) else "one of several"
        for one in given
    ]
    return f", giving {', '.join(dict.fromkeys(name for name in names if name)) or 'nothing'}"


def _rows(work: Lowering, beyond: list[str]) -> list[Item]:
    found: list[Item] = []
    spans = {one.id: one.span for one in work.guideline.decisions}
    diagrams = work.diagrams
    for name in work.decided:
        of = name.partition("#")[0]
        node = without_impossible(work, work.decided[name])
        count = diagrams.count(node)
        if count > MOST_ROWS:
            beyond.append(f"rows of {of}: it has {count:,}, and at most {MOST_ROWS:,} are looked at")
            continue
        for cells, value in diagrams.rows(node):
            if isinstance(value, tuple):
                words = cells_in_words(work.guideline, work.coordinates.all, cells) or "everyone"
                tests = [diagrams.test(at, mask) for at, mask in reversed(cells)]
                met = diagrams.true
                for test in tests:
                    met = diagrams.both(test, met)
                found.append(Item("rows", of, words, spans[of], met))
    return found


def _boundaries(
    work: Lowering, of: str, span: Span, context: int, atom: ir.Condition, side: Edge
) -> list[Item]:
    found: list[Item] = []
    kind = work.coordinates.inputs[side.input].type
    words = condition_in_words(work.guideline, atom)
    for truth, several in (("true", side.true), ("false", side.false)):
        for unit in range(side.units):
            values = [one for one in several if enterable(work.coordinates, side.input, unit, one[unit])]
            node = work.diagrams.any(
                [holds(work, is_value(work.coordinates, side.input, one)) for one in values]
            )
            node = work.diagrams.both(context, node)
            shown = " or ".join(_shown(kind, unit, one[unit]) for one in values) or "no value"
            entered = (side.input, unit, values[0][unit]) if side.units > 1 and values else None
            says = f"`{words}` just {truth}: {side.input} {shown}"
            found.append(Item("boundaries", of, says, span, node, entered=entered))
    return found


def _computed_boundaries(
    work: Lowering, asked: Asked, atom: ir.Compare, both: tuple[Side, Side]
) -> list[Item]:
    found: list[Item] = []
    number = work.coordinates.computed(atom)
    assert number is not None
    words = condition_in_words(work.guideline, atom)
    for truth, answered, side in zip(("true", "false"), (holds, fails), both, strict=True):
        there = work.diagrams.both(answered(work, atom), holds(work, is_within(number, side.low, side.high)))
        node = work.diagrams.false if side.nobody else work.diagrams.both(asked.context, there)
        says = f"`{words}` just {truth}: {_nearest_shown(atom, side)}"
        found.append(Item("boundaries", asked.of, says, asked.span, node, open=side.reason))
    return found


def _nearest_shown(compare: ir.Compare, side: Side) -> str:
    """`3`, `29.9 kg/m2`, `at most 1 % away`; of two numbers whether they are equal."""
    if not side.values:
        return f"at most {side.percent} % away" if side.percent else "no value"
    values = side.values
    match compare.right:
        case ir.Day():
            return " or ".join(date.fromordinal(int(one)).isoformat() for one in values)
        case ir.Constant(_, unit, calendar):
            shown = [out_of_base_units(one, unit) for one in values]
            word = f" {unit}" if unit else ""
            return " or ".join(
                f"{decimal_text(one)}{word}{'s' if calendar and one != 1 else ''}" for one in shown
            )
        case _:
            return "as near as can be" if any(values) else "both equal"


def _shown(kind: ir.Type, unit: int, value: Fraction) -> str:
    match kind:
        case ir.Date():
            return date.fromordinal(int(value)).isoformat()
        case ir.Quantity(units):
            return f"{decimal_text(value)} {units[unit].unit}"
        case ir.Duration(word):
            return f"{decimal_text(value)} {word}{'' if value == 1 else 's'}"
        case _:
            return decimal_text(value)


def _blanks(compiled: Compiled) -> list[Item]:
    """What each decision can wait for: whatever it waits for while nothing is known. More that is known never adds any."""
    result = evaluate(compiled, {})
    spans = {one.id: one.span for one in compiled.guideline.decisions}
    needs = {name: one["needs"] for name, one in result["decisions"].items()}
    pathway = compiled.guideline.pathway
    if pathway is not None:
        spans |= {one.id: one.span for one in compiled.guideline.definitions if one.role}
        needs |= _needs_of_stages(pathway, result["pathway"])
    return [
        Item("blanks", name, f"open for want of {needed}", spans[name], -1, needed)
        for name, several in needs.items()
        for needed in several
    ]
