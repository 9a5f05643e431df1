"""An order to what it gives, and the name after `avoid` to what it covers of that."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from guidec import ir
from guidec.record import parts

Thing = tuple[Literal["drug", "class", "procedure"], str]
"""What an order gives: a drug, a procedure, or a class of which the drug is not stated."""


def thing_of(order: ir.Order) -> Thing | None:
    """None where an order stops something, or names nothing."""
    if order.action == "stop":
        return None
    if order.procedure is not None:
        return "procedure", order.procedure
    if order.drug is not None:
        return "drug", order.drug
    return None if order.drug_class is None else ("class", order.drug_class)


def surely_given(orders: Iterable[ir.Order | ir.Choice]) -> tuple[Thing, ...]:
    """What orders give whatever is chosen, each once."""
    things = [thing_of(order) for order in orders if isinstance(order, ir.Order)]
    return tuple(dict.fromkeys(thing for thing in things if thing is not None))


def covered(guideline: ir.Guideline, name: str) -> ir.Things:
    """What `avoid NAME` speaks of: a drug, a procedure, or a class with its members and the classes inside it."""
    item = next(one for one in guideline.items if one.id == name and one.kind != "test")
    if item.kind == "procedure":
        return ir.Things((), (), (name,))
    if item.kind == "drug":
        return ir.Things((name,), (), ())
    classes = tuple(
        one.id
        for one in guideline.items
        if one.kind == "drug_class"
        and (one.id == name or (one.members and set(one.members) <= set(item.members)))
    )
    return ir.Things(item.members, classes, ())


def among(thing: Thing, things: ir.Things) -> bool:
    """Whether a thing is covered."""
    kind, name = thing
    spaces = {"drug": things.drugs, "class": things.classes, "procedure": things.procedures}
    return name in spaces[kind]


def without(things: ir.Things, thing: Thing) -> ir.Things:
    """What is covered but for one thing: nothing is avoided together with itself."""
    kind, name = thing
    return ir.Things(
        tuple(one for one in things.drugs if (kind, one) != ("drug", name)),
        tuple(one for one in things.classes if (kind, one) != ("class", name)),
        tuple(one for one in things.procedures if (kind, one) != ("procedure", name)),
    )


def orders_of(regimens: Mapping[str, ir.Regimen], one: ir.Recommendation) -> tuple[ir.Order | ir.Choice, ...]:
    """The order lines of a recommendation, wherever they stand."""
    return one.orders if one.regimen is None else regimens[one.regimen].orders


def recommended(
    regimens: Mapping[str, ir.Regimen], within: object
) -> Iterator[tuple[ir.Order | ir.Choice, ...]]:
    """The order lines of every recommendation for something in a part of a guideline."""
    for one in parts(within):
        if isinstance(one, ir.Recommendation) and one.direction == "for":
            yield orders_of(regimens, one)


def everything_given(guideline: ir.Guideline) -> set[Thing]:
    """What decisions, options and rules give or offer, to whomever."""
    regimens = {regimen.id: regimen for regimen in guideline.regimens}
    lists = [*recommended(regimens, guideline.decisions)]
    lists += [rule.orders for rule in guideline.rules if rule.direction == "for"]
    return set(surely_given(order for lines in lists for line in lines for order in alternatives(line)))


def alternatives(line: ir.Order | ir.Choice) -> Iterator[ir.Order]:
    """The orders of a line: those of a choice, or the one."""
    yield from line.options if isinstance(line, ir.Choice) else (line,)
