"""A resolved guideline to what may stand where: the other values, drugs, regimens, and the grid of each input."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, TypeVar

from guidec import ast, ir
from guidec.record import record
from guidec.source import Span

Word = TypeVar("Word", bound=str)

Change = tuple[str, Span, Any]
"""The kind of a change, its place, and what stands there instead."""


@record
class Names:
    """`values` are those of inputs, readings and categories; `truths` the names that are conditions by themselves."""

    inputs: dict[str, ir.Input]
    values: dict[str, tuple[str, ...]]
    truths: frozenset[str]
    regimens: tuple[str, ...]
    things: dict[str, tuple[str, ...]]
    stages: tuple[str, ...]


def names_of(guideline: ir.Guideline) -> Names:
    """What a change may put in the place of something else."""
    values: dict[str, tuple[str, ...]] = {}
    inputs = tuple(one for one in guideline.inputs if one.part is None)
    for one in inputs:
        own = one.type.values if isinstance(one.type, ir.OneOf | ir.AnyOf) else ()
        values[one.id] = tuple(value.id for value in (*own, *one.named))
    values.update({one.id: tuple(value.id for value in one.values) for one in guideline.readings})
    for definition in guideline.definitions:
        if definition.category is not None and not definition.role:
            values[definition.id] = tuple(value.id for value in definition.category.values)
    truths = {one.id for one in inputs if isinstance(one.type, ir.Boolean)}
    truths |= {one.id for one in guideline.definitions if one.condition is not None}
    kinds: dict[str, None] = dict.fromkeys(one.kind for one in guideline.items)
    things = {kind: tuple(one.id for one in guideline.items if one.kind == kind) for kind in kinds}
    regimens = tuple(one.id for one in guideline.regimens)
    stages = () if guideline.pathway is None else tuple(one.id for one in guideline.pathway.stages)
    return Names({one.id: one for one in inputs}, values, frozenset(truths), regimens, things, stages)


def following(name: Word, among: Sequence[Word], taken: Sequence[str] = ()) -> list[Word]:
    """The next of some names, the first after the last, in a list; an empty one where none is left that isn't taken."""
    if name not in among:
        return []
    at = among.index(name)
    return [one for one in (*among[at + 1 :], *among[:at]) if one not in taken][:1]


def step_of(names: Names, asked: ast.Expression | None, number: ast.Number | ast.CalendarNumber) -> Fraction:
    """One step of the grid of the input that is compared; else one of the last digit that is written."""
    name = asked.name if isinstance(asked, ast.OfSeries) and asked.kind != "count" else asked
    entry = names.inputs.get(name.text) if isinstance(name, ast.Name) else None
    if entry is not None and isinstance(entry.type, ir.Quantity):
        unit = number.unit.text if number.unit else ""
        for one in entry.type.units:
            if one.unit == unit:
                return one.step
    digits = number.written.partition(".")[2]
    return Fraction(1, 10 ** len(digits))


def first_digit(value: Fraction) -> Fraction:
    """One of the first digit: 10 for 50, 1/10 for 0.3."""
    power = Fraction(1)
    while power * 10 <= value:
        power *= 10
    while power > value > 0:
        power /= 10
    return power
