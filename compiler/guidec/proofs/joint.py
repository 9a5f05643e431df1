"""Two guidelines over one set of coordinates, so that their answers can be compared patient by patient."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from math import gcd, lcm

from guidec import ir
from guidec.lower import side_by_side
from guidec.lower.diagram import TooLarge
from guidec.lower.search import Solver
from guidec.lower.work import Lowering, all_impossible, diagram_of
from guidec.numbers import unit_dimension
from guidec.proofs.bare import bare
from guidec.proofs.dated import fewer_entries
from guidec.proofs.dosed import cuts
from guidec.proofs.renamed import renamed as given_names
from guidec.record import parts, rebuilt, record

SECOND = "second:"
"""Stands before a name of the second guideline that means something else in the first."""


@record
class Joint:
    """Two guidelines as diagrams that share coordinates and groups of equal outcomes.

    `refused` are the records that each guideline refuses, as diagrams: values that it doesn't know, and what it says is
    impossible. `apart` are the inputs of the second whose type has nothing to do with the first's: they have a name of
    their own, which begins with `second:`. `unknown` are the records of `refused` with values that aren't known there.
    `cuts` are comparisons with weights between which amounts differ.
    """

    first: Lowering
    second: Lowering
    refused: tuple[int, int]
    apart: tuple[str, ...]
    unknown: tuple[int, int]
    cuts: frozenset[ir.Compare] = frozenset()


def joint(
    first: ir.Guideline,
    second: ir.Guideline,
    compared: Iterable[str] = (),
    solver: Solver | None = None,
    *,
    amounts: bool = False,
) -> Joint:
    """Both guidelines, without faults of their own. Raises TooLarge. The `solver` is asked where the search gives up.

    Of the `compared` definitions, which are numbers in both, it can be asked whether they are the `same_number`; with
    `amounts`, of doses by weight where they differ, unless that is too much.
    """
    vocabulary, others, apart = _vocabulary((first, second), ("", SECOND))
    there = {one.id for one in vocabulary.definitions}
    strange = [_unknown_values(one.inputs, vocabulary) for one in others]
    numbers = [same_number(name) for name in compared if SECOND + name in there]
    more = [*numbers, *strange[0], *strange[1]]
    wanted = cuts(vocabulary, *others) if amounts else []
    try:
        work = side_by_side(vocabulary, others, [*more, *wanted], solver, ("", SECOND))
    except TooLarge:
        if not wanted:
            raise
        wanted = []
        work = side_by_side(vocabulary, others, more, solver, ("", SECOND))
    unknown = [_unknown(one, conditions) for one, conditions in zip(work, strange, strict=True)]
    refused = [
        one.diagrams.either(all_impossible(one), node) for one, node in zip(work, unknown, strict=True)
    ]
    return Joint(
        work[0], work[1], (refused[0], refused[1]), apart[1], (unknown[0], unknown[1]), frozenset(wanted)
    )


def together(
    guidelines: Sequence[ir.Guideline], solver: Solver | None = None
) -> tuple[tuple[Lowering, ...], int]:
    """Several guidelines over one set of coordinates, and which records one of them refuses. Raises TooLarge.

    What means something else than in those before has the name of its guideline and a colon before its own.
    """
    marks = ["", *(f"{one.id}:" for one in guidelines[1:])]
    vocabulary, others, _ = _vocabulary(guidelines, marks)
    strange = [_unknown_values(one.inputs, vocabulary) for one in others]
    work = side_by_side(vocabulary, others, [one for each in strange for one in each], solver, marks)
    diagrams = work[0].diagrams
    refused = [
        diagrams.either(all_impossible(one), _unknown(one, each))
        for one, each in zip(work, strange, strict=True)
    ]
    return work, diagrams.any(refused)


def same_number(name: str) -> ir.Condition:
    """A definition that is a number is the same in both guidelines; it means something else in each."""
    return ir.Compare("=", ir.DefinedNumber(name), ir.DefinedNumber(SECOND + name))


def _vocabulary(
    guidelines: Sequence[ir.Guideline], marks: Sequence[str]
) -> tuple[ir.Guideline, tuple[ir.Guideline, ...], list[tuple[str, ...]]]:
    """A guideline with what all of them ask; each with its mark before what it means otherwise; and such inputs."""
    whole, *rest = guidelines
    others = [whole]
    apart_of_each: list[tuple[str, ...]] = [()]
    for one, mark in zip(rest, marks[1:], strict=True):
        inputs, apart = _inputs(whole, one)
        renamed = {f"input {name}": mark + name for name in apart}
        readings = {each.id: each for each in whole.readings}
        for each in one.readings:
            if each.id in readings and set(_ids(each.values)) != set(_ids(readings[each.id].values)):
                renamed[f"reading {each.id}"] = mark + each.id
        one = replace(one, definitions=_marked(one.definitions, mark))  # noqa: PLW2901
        renamed.update({f"definition {name}": mark + name for name in _differing(whole, one, renamed)})
        other = given_names(one, renamed)
        own = {each.id: each for each in other.inputs}
        whole = replace(
            whole,
            inputs=(*inputs.values(), *(own[mark + name] for name in apart)),
            definitions=tuple({each.id: each for each in (*whole.definitions, *other.definitions)}.values()),
            readings=tuple({each.id: each for each in (*whole.readings, *other.readings)}.values()),
        )
        others.append(other)
        apart_of_each.append(tuple(apart))
    return whole, tuple(others), apart_of_each


def second_name(whole: Joint, name: str) -> str:
    """The name of the second guideline's definition among those of both."""
    return SECOND + name if SECOND + name in whole.first.coordinates.definitions else name


def record_for(side: int, whole: Joint, patient: Mapping[str, object]) -> dict[str, object]:
    """A record over the names of both, as one of them is asked it: 0 for the first, 1 for the second."""
    work = (whole.first, whole.second)[side]
    inputs = {one.id: one for one in work.guideline.inputs}
    known = set(inputs)
    found: dict[str, object] = {}
    for name, value in patient.items():
        if name == "readings":
            continue
        if side and name.startswith(SECOND):
            name = name.removeprefix(SECOND)  # noqa: PLW2901
            found[name] = _taken(inputs.get(SECOND + name) or inputs.get(name), value)
        elif name in known and not (side and name in whole.apart):
            found[name] = _taken(inputs[name], value)
    chosen = patient.get("readings")
    if isinstance(chosen, Mapping):
        mine = {one.id for one in work.guideline.readings}
        readings = {
            name.removeprefix(SECOND) if side else name: value
            for name, value in chosen.items()
            if name in mine
        }
        if readings:
            found["readings"] = readings
    return found


def _taken(entry: ir.Input | None, value: object) -> object:
    """A value as an input takes it: of a series that is none to one of the guidelines, the latest."""
    is_series = isinstance(value, list) and entry is not None and not isinstance(entry.type, ir.AnyOf)
    if not is_series or entry is None or entry.series is not None:
        return value
    return next(fewer_entries(value), None)


# --- inputs ------------------------------------------------------------------


def _inputs(first: ir.Guideline, second: ir.Guideline) -> tuple[dict[str, ir.Input], list[str]]:
    """The inputs of both, those of the same name as one where that can be; and the names where it can't."""
    found = {one.id: one for one in first.inputs}
    apart: list[str] = []
    for one in second.inputs:
        merged = one if one.id not in found else _merged(found[one.id], one)
        if merged is None or one.key in apart:
            apart.append(one.id)
        else:
            found[one.id] = merged
    return found, apart


def _merged(first: ir.Input, second: ir.Input) -> ir.Input | None:
    """An input that takes whatever one of the two takes."""
    kind = _merged_type(first.type, second.type)
    if kind is None:
        return None
    series = max((one.series for one in (first, second) if one.series is not None), default=None)
    return replace(first, type=kind, named=_all_values(first.named, second.named), series=series)


def _merged_type(first: ir.Type, second: ir.Type) -> ir.Type | None:
    match first, second:
        case ir.Boolean(), ir.Boolean():
            return first
        case ir.OneOf(ours), ir.OneOf(theirs):
            return ir.OneOf(_all_values(ours, theirs))
        case ir.AnyOf(ours, drugs), ir.AnyOf(theirs):
            return ir.AnyOf(_all_values(ours, theirs), drugs)
        case ir.Integer(low, high), ir.Integer(other_low, other_high):
            return ir.Integer(min(low, other_low), max(high, other_high))
        case ir.Date(low_day, high_day), ir.Date(other_low_day, other_high_day):
            return ir.Date(min(low_day, other_low_day), max(high_day, other_high_day))
        case ir.Duration(unit, low, high), ir.Duration(other_unit, other_low, other_high) if (
            unit == other_unit
        ):
            return ir.Duration(unit, min(low, other_low), max(high, other_high))
        case ir.Quantity(units, rounds), ir.Quantity(others):
            merged = _merged_units(units, others)
            return None if merged is None else ir.Quantity(merged, rounds)
        case _:
            return None


def _merged_units(
    first: tuple[ir.UnitRange, ...], second: tuple[ir.UnitRange, ...]
) -> tuple[ir.UnitRange, ...] | None:
    """The units of both, if a bare number is of the same unit in both and what is not in all of them converts."""
    theirs = {one.unit: one for one in second}
    if first[0].unit != second[0].unit:
        return None
    more = [one for one in second if one.unit not in {each.unit for each in first}]
    alone = [one for one in first if one.unit not in theirs] + more
    if any(unit_dimension(one.unit) != unit_dimension(first[0].unit) for one in alone):
        return None
    both = [_merged_grid(one, theirs[one.unit]) if one.unit in theirs else one for one in first]
    return (*both, *more)


def _merged_grid(first: ir.UnitRange, second: ir.UnitRange) -> ir.UnitRange:
    """One grid that holds every value of both."""
    step = _divisor(_divisor(first.step, second.step), abs(first.low - second.low))
    return ir.UnitRange(first.unit, min(first.low, second.low), max(first.high, second.high), step)


def _divisor(one: Fraction, other: Fraction) -> Fraction:
    """The greatest number of which both are multiples."""
    common = lcm(one.denominator, other.denominator)
    return Fraction(gcd(int(one * common), int(other * common)), common)


def _all_values(first: tuple[ir.Value, ...], second: tuple[ir.Value, ...]) -> tuple[ir.Value, ...]:
    return (*first, *(one for one in second if one.id not in _ids(first)))


def _marked(definitions: tuple[ir.Definition, ...], mark: str) -> tuple[ir.Definition, ...]:
    """Definitions that say whose decisions they read: decisions of one name may decide differently."""

    def change(one: object) -> object:
        if isinstance(one, ir.Recommends | ir.Gives):
            return replace(one, decision=mark + one.decision)
        return one

    marked: tuple[ir.Definition, ...] = rebuilt(definitions, change)
    return marked


def _ids(values: Iterable[ir.Value]) -> tuple[str, ...]:
    return tuple(one.id for one in values)


def _unknown_values(inputs: Iterable[ir.Input], vocabulary: ir.Guideline) -> list[ir.Condition]:
    """The values of the shared inputs that a guideline's own inputs don't take."""
    found: list[ir.Condition] = []
    shared = {one.id: one for one in vocabulary.inputs}
    for one in inputs:
        named = [value for value in _ids(shared[one.id].named) if value not in _ids(one.named)]
        if named:
            found.append(ir.Is(one.id, tuple(named)))
        match one.type, shared[one.id].type:
            case ir.OneOf(own), ir.OneOf(values):
                more = [value for value in _ids(values) if value not in _ids(own)]
                if more:
                    found.append(ir.Is(one.id, tuple(more)))
            case ir.AnyOf(own), ir.AnyOf(values):
                more = [value for value in _ids(values) if value not in _ids(own)]
                if more:
                    found.append(ir.Includes(one.id, tuple(more)))
            case ir.Integer() as own_range, ir.Integer() as whole:
                if own_range != whole:
                    found += _outside(
                        one.id,
                        ir.Constant(Fraction(own_range.low), ""),
                        ir.Constant(Fraction(own_range.high), ""),
                    )
            case ir.Duration(unit) as own_span, ir.Duration() as whole_span:
                if own_span != whole_span:
                    low, high = (
                        ir.Constant(Fraction(end), unit, True) for end in (own_span.low, own_span.high)
                    )
                    found += _outside(one.id, low, high)
            case ir.Date(low_day, high_day) as own_days, ir.Date() as whole_days:
                if own_days != whole_days:
                    found += _outside(one.id, ir.Day(low_day), ir.Day(high_day))
            case ir.Quantity(units), ir.Quantity(wholes):
                if units != wholes:
                    lows = [ir.Constant(unit.low, unit.unit) for unit in units]
                    highs = [ir.Constant(unit.high, unit.unit) for unit in units]
                    found += _outside(one.id, lows[0], highs[0], tuple(lows[1:]), tuple(highs[1:]))
            case _:
                pass
    return found


def _outside(
    name: str,
    low: ir.Constant | ir.Day,
    high: ir.Constant | ir.Day,
    lows: tuple[ir.Constant, ...] = (),
    highs: tuple[ir.Constant, ...] = (),
) -> list[ir.Condition]:
    return [ir.Compare("<", ir.Measure(name), low, lows), ir.Compare(">", ir.Measure(name), high, highs)]


def _unknown(work: Lowering, conditions: Iterable[ir.Condition]) -> int:
    """Who has values outside of the own ranges. A named value is never outside."""
    node = work.diagrams.false
    for one in conditions:
        outside = work.diagrams.replace(
            diagram_of(work, one), lambda value: work.diagrams.end(1 if value == 1 else 0)
        )
        node = work.diagrams.either(node, outside)
    return node


# --- names -------------------------------------------------------------------


def _differing(first: ir.Guideline, second: ir.Guideline, renamed: Mapping[str, str]) -> list[str]:
    """The definitions of the second that mean something else in the first: themselves, or through what they read."""
    ours = {one.id: _bare(one) for one in first.definitions}
    theirs = {one.id: one for one in second.definitions}
    found = {
        name
        for name, one in theirs.items()
        if name in ours and (ours[name] != _bare(one) or _reads_renamed(one, renamed))
    }
    grown = True
    while grown:
        more = {
            name
            for name, one in theirs.items()
            if name in ours and name not in found and any(read in found for read in _defined(one))
        }
        found |= more
        grown = bool(more)
    return [name for name in theirs if name in found]


def _bare(one: ir.Definition) -> object:
    """A definition without what is only shown or cited."""
    return bare((one.condition or ir.Always(True), one.number or ir.Sum(()), one.category or ir.Always(True)))


def _defined(one: object) -> set[str]:
    return {
        part.definition for part in parts(one) if isinstance(part, ir.Defined | ir.DefinedNumber | ir.InBand)
    }


def _reads_renamed(one: object, renamed: Mapping[str, str]) -> bool:
    for part in parts(one):
        match part:
            case ir.Measure(name) | ir.Is(name) | ir.Includes(name) if f"input {name}" in renamed:
                return True
            case ir.ReadingIs(name) if f"reading {name}" in renamed:
                return True
            case _:
                pass
    return False
