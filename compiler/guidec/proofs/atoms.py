"""Conditions to the single questions that they are made of, and to where one question alone decides."""

from datetime import date
from fractions import Fraction

from guidec import ir
from guidec.lower.coordinates import Coordinates, grids
from guidec.lower.diagram import FALSE, TRUE
from guidec.lower.work import Lowering, diagram_of
from guidec.proofs.difference import without_prescribed
from guidec.record import record

Values = tuple[Fraction, ...]
"""One number for each unit that a threshold is printed in."""


@record
class Edge:
    """A comparison of an input with a constant, and the nearest values on both sides. Of `=`, two are false."""

    input: str
    units: int
    true: tuple[Values, ...]
    false: tuple[Values, ...]


def atoms(condition: ir.Condition) -> list[ir.Condition]:
    """The single questions of a condition, in the order of the text; one that stands twice is there twice."""
    match condition:
        case ir.Not(operand):
            return atoms(operand)
        case ir.And(operands) | ir.Or(operands):
            return [atom for operand in operands for atom in atoms(operand)]
        case ir.Always():
            return []
        case _:
            return [condition]


def holds(work: Lowering, condition: ir.Condition) -> int:
    """True where a condition is true; what it asks of the answer is answered by the decisions."""
    return _ending(work, condition, TRUE)


def fails(work: Lowering, condition: ir.Condition) -> int:
    """True where a condition is false, not where a named value leaves it open."""
    return _ending(work, condition, FALSE)


def decides(work: Lowering, condition: ir.Condition, at: int) -> int:
    """True where the question at this place decides the condition: were it answered otherwise, so would the condition be."""
    diagrams = work.diagrams
    yes = holds(work, _answered(condition, at, True))
    no = holds(work, _answered(condition, at, False))
    return diagrams.either(diagrams.both(yes, diagrams.negate(no)), diagrams.both(no, diagrams.negate(yes)))


def edge(coordinates: Coordinates, atom: ir.Condition) -> Edge | None:
    """The nearest values on both sides of a threshold: in the input's first unit, and in each that it is printed in."""
    if not isinstance(atom, ir.Compare) or not isinstance(atom.right, ir.Constant | ir.Day):
        return None
    left = coordinates.plain(atom.left)
    if not isinstance(left, ir.Measure):
        return None
    kind = coordinates.inputs[left.input].type
    thresholds = coordinates.thresholds(kind, atom)
    units = len(thresholds) if atom.others else 1
    sides = [_sides(grids(kind)[unit], atom.op, thresholds[unit]) for unit in range(units)]
    true, false = (tuple(zip(*values, strict=True)) for values in zip(*sides, strict=True))
    return Edge(left.input, units, true, false)


def is_value(coordinates: Coordinates, name: str, values: Values) -> ir.Condition:
    """That an input has just this value, given in each of its units or in the first."""
    measure = ir.Measure(name)
    match coordinates.inputs[name].type:
        case ir.Date():
            return ir.Compare("=", measure, ir.Day(date.fromordinal(int(values[0])).isoformat()))
        case ir.Duration(unit):
            return ir.Compare("=", measure, ir.Constant(values[0], unit, True))
        case ir.Quantity(units):
            printed = [ir.Constant(value, one.unit) for value, one in zip(values, units, strict=False)]
            return ir.Compare("=", measure, printed[0], tuple(printed[1:]))
        case _:
            return ir.Compare("=", measure, ir.Constant(values[0], ""))


def is_within(number: ir.Number, low: Fraction | None, high: Fraction | None) -> ir.Condition:
    """That a computed number is at least one number and at most another, in base units; None asks for nothing."""
    above = [] if low is None else [ir.Compare(">=", number, ir.Constant(low, ""))]
    below = [] if high is None else [ir.Compare("<=", number, ir.Constant(high, ""))]
    return ir.And((*above, *below))


def enterable(coordinates: Coordinates, name: str, unit: int, value: Fraction) -> bool:
    """Whether an input takes this number."""
    low, step, steps = grids(coordinates.inputs[name].type)[unit]
    return low <= value <= low + steps * step


def _ending(work: Lowering, condition: ir.Condition, wanted: int) -> int:
    node = without_prescribed(work, diagram_of(work, condition))
    return work.diagrams.replace(
        node, lambda value: work.diagrams.true if value == wanted else work.diagrams.false
    )


def _answered(condition: ir.Condition, at: int, value: bool) -> ir.Condition:
    """The condition with the question at a place answered."""
    left = [at]

    def go(one: ir.Condition) -> ir.Condition:
        match one:
            case ir.Not(operand):
                return ir.Not(go(operand))
            case ir.And(operands):
                return ir.And(tuple(go(operand) for operand in operands))
            case ir.Or(operands):
                return ir.Or(tuple(go(operand) for operand in operands))
            case ir.Always():
                return one
            case _:
                left[0] -= 1
                return ir.Always(value) if left[0] == -1 else one

    return go(condition)


def _sides(
    grid: tuple[Fraction, Fraction, int], op: str, threshold: Fraction
) -> tuple[list[Fraction], list[Fraction]]:
    """The nearest values of a grid, or of its continuation, where a comparison is true and where it is false."""
    low, step, _ = grid
    place = (threshold - low) / step
    under = place.numerator // place.denominator
    there = place.denominator == 1
    below = low + (under - 1 if there else under) * step
    above = low + (under + 1) * step
    match op:
        case "<":
            return [below], [threshold if there else above]
        case "<=":
            return [threshold if there else below], [above]
        case ">":
            return [above], [threshold if there else below]
        case ">=":
            return [threshold if there else above], [below]
        case _:
            return ([threshold] if there else []), [below, above]
