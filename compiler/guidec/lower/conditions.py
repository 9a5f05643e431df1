"""Conditions to diagrams over the coordinates of the guideline."""

from collections.abc import Callable, Hashable

from guidec import ir
from guidec.lower.coordinates import Coordinates
from guidec.lower.diagram import TRUE, Diagrams


def build(
    diagrams: Diagrams,
    coordinates: Coordinates,
    condition: ir.Condition,
    recommends: Callable[[str, str], int],
    gives: Callable[[ir.Gives], int],
) -> int:
    """The diagram of a condition; `recommends` gives that of `decision is outcome`, `gives` what a decision orders."""
    defined: dict[str, int] = {}  # a chain of definitions, each read twice by the next, is built once

    bands: dict[str, int] = {}

    def go(one: ir.Condition) -> int:
        match one:
            case ir.Always(value):
                return diagrams.true if value else diagrams.false
            case ir.Not(operand):
                return diagrams.negate(go(operand))
            case ir.And(operands):
                node = diagrams.true
                for operand in operands:
                    node = diagrams.both(node, go(operand))
                return node
            case ir.Or(operands):
                node = diagrams.false
                for operand in operands:
                    node = diagrams.either(node, go(operand))
                return node
            case ir.Defined(name):
                inner = coordinates.definitions[name].condition
                assert inner is not None
                if name not in defined:
                    defined[name] = go(inner)
                return defined[name]
            case ir.InBand(name, values):
                if name not in bands:
                    bands[name] = diagram_of_category(diagrams, coordinates.definitions[name], go)
                return diagrams.replace(
                    bands[name], lambda value: diagrams.true if _holds(value, values) else diagrams.false
                )
            case ir.Recommends(decision, outcome):
                return recommends(decision, outcome)
            case ir.Gives():
                return gives(one)
            case _:
                node = diagrams.false
                for coordinate, true, undefined in coordinates.read(one):
                    node = diagrams.either(node, diagrams.test(coordinate, true, undefined))
                return node

    return go(condition)


def diagram_of_category(
    diagrams: Diagrams, definition: ir.Definition, build_one: Callable[[ir.Condition], int]
) -> int:
    """A category whose ends are its values; of a `collect` table, the values of all bands that hold."""
    category = definition.category
    assert category is not None
    tests: list[int] = []
    for band in category.bands:
        if band.condition is None:
            tests.append(diagrams.negate(diagrams.any(tests)))
        else:
            node = build_one(band.condition)
            tests.append(
                diagrams.replace(node, lambda value: diagrams.true if value == TRUE else diagrams.false)
            )
    held = diagrams.holding(tests, "all" if category.policy == "collect" else "first")

    def ends(value: Hashable) -> int:
        assert isinstance(value, tuple)
        names = tuple(category.bands[at].value for at in value)
        return diagrams.end(names if category.policy == "collect" else names[0] if names else ())

    return diagrams.replace(held, ends)


def _holds(value: Hashable, wanted: tuple[str, ...]) -> bool:
    return any(one in wanted for one in value) if isinstance(value, tuple) else value in wanted
