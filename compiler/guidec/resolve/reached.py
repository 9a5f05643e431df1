"""A condition and an input to the first and the last number of it that may be entered where the condition holds."""

from fractions import Fraction

from guidec import ir
from guidec.bounds import Bounds
from guidec.numbers import threshold_in
from guidec.resolve.scope import Scope


def reached(scope: Scope, entry: ir.Input, option: ir.UnitRange, when: ir.Condition | None) -> Bounds | None:
    """In one unit of the input; None where no number of that unit is left. What is asked of anything else may hold."""
    if when is None:
        return option.low, option.high
    left = [value for value in _near(scope, entry, option, when) if _may(scope, entry, option, when, value)]
    return (left[0], left[-1]) if left else None


def _near(scope: Scope, entry: ir.Input, option: ir.UnitRange, when: ir.Condition) -> list[Fraction]:
    """The ends of the range and the values around each threshold: between two of these, nothing changes."""
    steps = (option.high - option.low) // option.step
    found = {option.low, option.high}
    for one in _compared(scope, entry, when):
        at = (threshold_in(option.unit, _printed(one)) - option.low) // option.step
        found.update(option.low + near * option.step for near in (at - 1, at, at + 1) if 0 <= near <= steps)
    return sorted(found)


def _compared(scope: Scope, entry: ir.Input, when: ir.Condition) -> list[ir.Compare]:
    """What compares the input with a constant."""
    found: list[ir.Compare] = []
    waiting = [when]
    while waiting:
        one = waiting.pop()
        match one:
            case ir.Not(operand):
                waiting.append(operand)
            case ir.And(operands) | ir.Or(operands):
                waiting += operands
            case ir.Compare() if _is_asked(entry, one):
                found.append(one)
            case ir.Defined(name) | ir.InBand(name):
                waiting += _inside(scope.definitions[name])
            case _:
                pass
    return found


def _is_asked(entry: ir.Input, one: ir.Compare) -> bool:
    return one.left == ir.Measure(entry.id) and isinstance(one.right, ir.Constant)


def _printed(one: ir.Compare) -> tuple[ir.Constant, ...]:
    assert isinstance(one.right, ir.Constant)
    return one.right, *one.others


def _inside(definition: ir.Definition | None) -> list[ir.Condition]:
    if definition is None:
        return []
    if definition.condition is not None:
        return [definition.condition]
    bands = () if definition.category is None else definition.category.bands
    return [band.condition for band in bands if band.condition is not None]


def _may(scope: Scope, entry: ir.Input, option: ir.UnitRange, when: ir.Condition, value: Fraction) -> bool:
    """Whether the condition may hold with this value."""

    def go(one: ir.Condition) -> bool | None:
        match one:
            case ir.Always(truth):
                return truth
            case ir.Not(operand):
                inner = go(operand)
                return None if inner is None else not inner
            case ir.And(operands):
                return _all([go(operand) for operand in operands])
            case ir.Or(operands):
                return _any([go(operand) for operand in operands])
            case ir.Is(name) if name == entry.id:
                return False  # a number is entered, and none of the named values
            case ir.Compare(op) if _is_asked(entry, one):
                return _holds(op, value, threshold_in(option.unit, _printed(one)))
            case ir.Defined(name) | ir.InBand(name):
                return _defined(scope.definitions[name], one)
            case _:
                return None

    def _defined(definition: ir.Definition | None, one: ir.Defined | ir.InBand) -> bool | None:
        if isinstance(one, ir.Defined) and definition is not None and definition.condition is not None:
            return go(definition.condition)
        category = None if definition is None else definition.category
        if not isinstance(one, ir.InBand) or category is None or category.policy != "unique":
            return None
        truths = {at: go(band.condition) for at, band in enumerate(category.bands) if band.condition}
        rest = _any(list(truths.values()))
        own = [
            truths.get(at, None if rest is None else not rest)
            for at, band in enumerate(category.bands)
            if band.value in one.values
        ]
        return _any(own)

    return go(when) is not False


def _all(truths: list[bool | None]) -> bool | None:
    return False if False in truths else None if None in truths else True


def _any(truths: list[bool | None]) -> bool | None:
    return True if True in truths else None if None in truths else False


def _holds(op: str, value: Fraction, threshold: Fraction) -> bool:
    match op:
        case "<":
            return value < threshold
        case "<=":
            return value <= threshold
        case ">":
            return value > threshold
        case ">=":
            return value >= threshold
        case _:
            return value == threshold
