"""Checks of a whole guideline: conditions that ask nothing, inputs that change nothing, thresholds that differ by a rounding,
lines that nobody is given; and for each fault a patient whom it concerns."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations
from typing import Any

from guidec import ir
from guidec.diagnostic import Diagnostic, note, warning
from guidec.document import encode
from guidec.evaluate.completions import Completions
from guidec.evaluate.record import Refused, read_record
from guidec.lower.diagram import FALSE, TRUE, TooLarge
from guidec.lower.work import Lowering, all_impossible, diagram_of, rows_of_condition, way_to
from guidec.numbers import constant_value, decimal_text, in_base_units, out_of_base_units, threshold_in
from guidec.proofs.difference import groups
from guidec.proofs.placed import placed, places_of, unplaced
from guidec.proofs.questions import Answer, nobody
from guidec.proofs.remembered import Store, key_of, recall, remember
from guidec.proofs.slices import digest, without_documents
from guidec.proofs.witness import Patient
from guidec.proofs.written import given
from guidec.record import inside, parts
from guidec.rows import Derived, Entered, Member, Numbers, Prescribed, Readings, Values
from guidec.source import Span
from guidec.wording import condition_in_words

NEAR = Fraction(1, 100)
"""Two thresholds in different units that lie nearer than this part of themselves are taken for one, rounded."""


def with_patients(work: Lowering, found: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Each fault with a patient whom it concerns, replayed, where it concerns patients."""
    made: list[Diagnostic] = []
    for one in found:
        node = work.patients.get(one)
        answer = None if node is None else somebody(work, node)
        if answer is None:
            made.append(one)
        elif answer.patient is None:
            reason = f"no such patient was found: {answer.reason}" if answer.reason else ""
            made.append(replace(one, example=reason))
        else:
            made.append(with_patient(one, work.guideline, answer.patient))
    return made


def with_patient(one: Diagnostic, guideline: ir.Guideline, patient: Patient) -> Diagnostic:
    text = (
        f"for example: given {'; '.join(given(guideline, patient))}"
        if patient
        else "for example: nothing known"
    )
    return replace(one, example=text, patient=json.dumps(patient, ensure_ascii=False))


def somebody(work: Lowering, node: int) -> Answer:
    """A patient for whom a diagram is true whatever else is known, as the evaluator reads records."""
    try:
        rows = rows_of_condition(work, work.diagrams.both(node, work.diagrams.true), work.place).rows
    except TooLarge:
        return Answer("unknown", None, "there are too many rows")
    wrong = [row for row in rows if not row.leaf]

    def shows(patient: Patient) -> bool:
        try:
            record = read_record(work.guideline, patient)
        except Refused:
            return False
        return not Completions(work.guideline, work.coordinates.all, record).possible(wrong)

    return nobody(work, node, shows)


def check_whole(work: Lowering, store: Store | None = None) -> list[Diagnostic]:
    """What a guideline without faults still says in vain. Modules are looked at with the guidelines that use them.

    Whether an input changes anything hangs on everything that comes out, so that what is known is kept of the guideline as a
    whole.
    """
    if store is None:
        return _in_vain(work)
    read = replace(without_documents(work.guideline), id=work.guideline.id)
    places = places_of(read)
    key = key_of(store, "whole", digest(encode(read)), places.first)
    known = placed(places, recall(store, key))
    if known is not None:
        return known
    found = _in_vain(work)
    kept = unplaced(places, found)
    if kept is not None:
        remember(store, key, kept)
    return found


def _in_vain(work: Lowering) -> list[Diagnostic]:
    unreached = [*_unreached(work)]
    places = {one.span for one in (*work.found, *unreached) if one.code == "unreachable_branch"}
    constant = [one for one in _constant(work) if one.span not in places]
    near = {one.message: one for one in reversed([*_near(work.guideline)])}  # told once, at the first place
    return list(dict.fromkeys([*constant, *unreached, *_idle(work), *reversed(near.values())]))


# --- conditions that ask nothing ---------------------------------------------


def _constant(work: Lowering) -> Iterator[Diagnostic]:
    """Parts of conditions that are true, or false, whoever the patient is."""
    everyone = work.diagrams.negate(all_impossible(work))
    for condition, span in _conditions(work.guideline):
        waiting = [condition]
        while waiting:
            part = waiting.pop()
            if isinstance(part, ir.Always):
                continue
            held = _always(work, diagram_of(work, part), everyone)
            if held:
                words = condition_in_words(work.guideline, part)
                repair = "delete it, or mend its threshold or its value"
                yield warning("constant_condition", f"this is {held} for everyone: {words}", span, repair)
            elif isinstance(part, ir.And | ir.Or):
                waiting += reversed(part.operands)
            elif isinstance(part, ir.Not):
                waiting.append(part.operand)


def _always(work: Lowering, node: int, everyone: int) -> str:
    """`true` or `false` where a condition is that for all who are possible."""
    diagrams = work.diagrams
    ends = {
        diagrams.value(end) for end in diagrams.ends(diagrams.choose(everyone, node, diagrams.end("nobody")))
    }
    ends.discard("nobody")
    if ends == {TRUE}:
        return "true"
    return "false" if ends == {FALSE} else ""


def _conditions(guideline: ir.Guideline) -> Iterator[tuple[ir.Condition, Span]]:
    """Every condition that somebody wrote, at its place; those of branches and rows are looked at by themselves."""
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
        ir.Recommends,
    )
    waiting: list[tuple[object, Span]] = [(guideline, guideline.span)]
    while waiting:
        one, span = waiting.pop()
        if isinstance(one, tuple):
            waiting += [(part, span) for part in reversed(one)]
        elif isinstance(one, kinds):
            yield one, span
        elif isinstance(one, ir.Impossible):
            pass  # what it says is so for nobody
        else:
            here = getattr(one, "span", span)
            waiting += [(part, here) for part in reversed(inside(one))]


# --- what nobody is given ----------------------------------------------------


def _unreached(work: Lowering) -> Iterator[Diagnostic]:
    """Lines of options, rules and order lines that hold for nobody."""
    everyone = work.diagrams.negate(all_impossible(work))

    def met(node: int) -> bool:
        return way_to(work, work.diagrams.both(everyone, node), TRUE) is not None

    for options in work.guideline.decisions:
        for line in options.lines if isinstance(options, ir.Options) else ():
            for one in line.lines if isinstance(line, ir.OptionConflict) else (line,):
                if one.stated and one.when is not None and not met(diagram_of(work, one.when)):
                    yield _nobody("line", one.span)
    for stage in work.guideline.pathway.stages if work.guideline.pathway else ():
        yield from _never_asked(work, stage, met)
    for rule in work.guideline.rules:
        if rule.stated and rule.when is not None and not met(diagram_of(work, rule.when)):
            yield _nobody("rule", rule.span)
    for order in parts(work.guideline.regimens, work.guideline.decisions, work.guideline.rules):
        if (
            isinstance(order, ir.Order | ir.Choice)
            and order.when is not None
            and not met(diagram_of(work, order.when))
        ):
            yield _nobody("order", order.span)


def _never_asked(work: Lowering, stage: ir.Stage, met: Callable[[int], bool]) -> Iterator[Diagnostic]:
    """Decisions of a stage that nobody who stands there is asked."""
    assert work.guideline.pathway is not None
    here = diagram_of(work, ir.Is(work.guideline.pathway.input, (stage.id,)))
    for one in work.guideline.decisions:
        if one.id not in stage.decisions or one.asked is None:
            continue
        if not met(work.diagrams.both(here, diagram_of(work, one.asked))):
            message = f"`{one.id}` belongs to the stage `{stage.id}`, where nobody is asked it"
            repair = f"mend its `asked when`, or name it in another stage than `{stage.id}`"
            yield warning("stage_not_asked", message, stage.span, repair)


def _nobody(what: str, span: Span) -> Diagnostic:
    return warning(
        "unreachable_branch", f"no patient reaches this {what}", span, "delete it, or mend its condition"
    )


# --- inputs that change nothing ----------------------------------------------


def _idle(work: Lowering) -> Iterator[Diagnostic]:
    """Inputs of the guideline's own that are asked, and whose value changes nothing that comes out."""
    used = _that_matter(work)
    asked = {one.input for one in parts(work.guideline) if isinstance(one, ir.Is | ir.Includes | ir.Measure)}
    for entry in work.guideline.inputs:
        if entry.id in asked and entry.id not in used and entry.module == work.guideline.id:
            yield warning(
                "idle_input",
                f"`{entry.id}` is asked, and whatever its value is, everything comes out the same",
                entry.span,
                "delete what asks it, or mend the conditions that do",
            )


def _that_matter(work: Lowering) -> set[str]:
    """The inputs that something which comes out hangs on."""
    guideline = work.guideline
    nodes = [groups(work, name) for name in work.decided] + list(work.ruled.values())
    for one in guideline.definitions:
        if one.shown and one.condition is not None:
            nodes.append(diagram_of(work, one.condition))
    asides = (ir.Prefer, ir.Held, ir.DoseBand, ir.Avoid, ir.Order, ir.Choice)
    beside = [one.when for one in parts(guideline) if isinstance(one, asides) and one.when is not None]
    nodes += [diagram_of(work, one) for one in beside]
    found: set[str] = set()
    for node in nodes:
        for at in work.diagrams.asked(node):
            found.update(_read_at(work, at))
    found.update(one.of for one in parts(guideline) if isinstance(one, ir.Dose) and one.of is not None)
    found.update(one.text for one in parts(guideline) if isinstance(one, ir.SomeDate) and one.kind == "input")
    shown = [one for one in guideline.definitions if one.shown or one.role]
    found.update(_read_by(guideline, [one.number for one in shown] + [one.category for one in shown]))
    return found


def _read_at(work: Lowering, at: int) -> Iterator[str]:
    match work.coordinates.all[at]:
        case Values(name) | Numbers(name) | Member(name) | Entered(name):
            yield name
        case Derived():
            yield from (name for name, _ in work.search.variables(at))
        case Readings() | Prescribed():
            pass


def _read_by(guideline: ir.Guideline, things: list[Any]) -> set[str]:
    """What numbers and categories read, through definitions too."""
    definitions = {one.id: one for one in guideline.definitions}
    found: set[str] = set()
    seen: set[str] = set()
    waiting: list[object] = list(things)
    while waiting:
        for one in parts(waiting.pop()):
            match one:
                case ir.Measure(name) | ir.Is(name) | ir.Includes(name):
                    found.add(name)
                case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name) if name not in seen:
                    seen.add(name)
                    waiting.append(definitions[name])
                case _:
                    pass
    return found


# --- thresholds that differ by a rounding ------------------------------------


def _near(guideline: ir.Guideline) -> Iterator[Diagnostic]:
    """One input compared in two units with what is the same but for a rounding."""
    written: dict[str, dict[tuple[Fraction, str], Span]] = {}
    for condition, span in _conditions(guideline):
        for one in parts(condition):
            match one:
                case ir.Compare(_, ir.Measure(name), ir.Constant(_, unit, False) as right, others):
                    yield from _printed(guideline, name, (right, *others), span)
                    written.setdefault(name, {}).setdefault((constant_value(right), unit), span)
                case _:
                    pass
    for name, places in written.items():
        for ((first, first_unit), _), ((second, second_unit), span) in combinations(places.items(), 2):
            if first_unit != second_unit and 0 < abs(first - second) <= NEAR * abs(first):
                yield warning(
                    "near_thresholds",
                    f"`{name}` is compared with {_in(first, first_unit)} elsewhere and with {_in(second, second_unit)} here, "
                    f"which is {_in(second, first_unit)}: they differ by a rounding",
                    span,
                    "write the threshold once for each unit: `a or b`",
                )


def _printed(
    guideline: ir.Guideline, name: str, printed: tuple[ir.Constant, ...], span: Span
) -> Iterator[Diagnostic]:
    """A threshold that is printed in several units, which don't quite say the same."""
    kind = next(one.type for one in guideline.inputs if one.id == name)
    if not isinstance(kind, ir.Quantity) or len(printed) < 2:
        return
    first = printed[0]
    for unit in kind.units[1:]:
        try:
            there = in_base_units(threshold_in(unit.unit, printed), unit.unit)
            here = in_base_units(first.value, first.unit)
        except (ValueError, AssertionError):
            continue  # units that don't convert
        if there != here and abs(there - here) <= NEAR * abs(here):
            yield note(
                "near_thresholds",
                f"`{name}`: {_in(here, first.unit)} is {_in(here, unit.unit)}, and the threshold printed in that unit is "
                f"{_in(there, unit.unit)}; between them the answer hangs on the unit that is entered",
                span,
            )


def _in(value: Fraction, unit: str) -> str:
    there = out_of_base_units(value, unit)
    text = decimal_text(there) if there.denominator in (1, 2, 5, 10, 20, 50, 100) else f"{float(there):.6g}"
    return f"{text} {unit}".rstrip()
