"""Conditions to diagrams over the coordinates of the guideline."""

from collections.abc import Callable

from guidec import ir
from guidec.lower.coordinates import Coordinates
from guidec.lower.diagram import Diagrams


def build(
    diagrams: Diagrams,
    coordinates: Coordinates,
    condition: ir.Condition,
    recommends: Callable[[str, str], int],
    gives: Callable[[ir.Gives], int],
) -> int:
    """The diagram of a condition; `recommends` gives that of `decision is outcome`, `gives` what a decision orders."""
    defined: dict[str, int] = {}  # a chain of definitions, each read twice by the next, is built once

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
