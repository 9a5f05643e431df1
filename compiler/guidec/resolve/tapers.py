"""Written tapers and titrations to steps that fall or rise, end, and have exact amounts."""

from fractions import Fraction
from typing import Literal

from guidec import ast, ir
from guidec.courses import Step, Trouble, steps
from guidec.numbers import MOST_DIGITS, decimal_text, is_plain, unit_of
from guidec.resolve.doses import exactly, to_nothing
from guidec.resolve.scope import Scope
from guidec.resolve.spans import interval
from guidec.resolve.typed import check_unit
from guidec.units import Unit


def tapers(scope: Scope, order: ir.Order, written: list[ast.Taper], broken: bool) -> tuple[ir.Taper, ...]:
    """The tapers of an order, each beginning where the one before ends; `broken` where its dose has faults of its own."""
    if not written or broken:
        return ()
    dose = order.dose
    reason = _no_beginning(order)
    if reason or not isinstance(dose, ir.Dose):
        message = f"a taper begins with one stated dose, and {reason}"
        scope.fault(
            "bad_taper", message, written[0].span, "write the amounts as orders of their own, with `then`"
        )
        return ()
    found = [_taper(scope, one, unit_of(dose.unit)) for one in written]
    kept = tuple(one for one in found if one is not None)
    if len(kept) != len(found):
        return ()
    course = steps(dose.low, order.lasts, kept)
    if isinstance(course, Trouble):
        _trouble(scope, course, written[course.taper], dose.unit)
        return ()
    if not _exact(scope, dose, course, written):
        return ()
    _given(scope, order, dose, kept, written)
    return kept


def _no_beginning(order: ir.Order) -> str:
    dose = order.dose
    if not isinstance(dose, ir.Dose):
        return "this order has none" if dose is None else "this one goes by bands"
    if dose.form != "exact":
        return "this one is a range, or open"
    if dose.strengths or dose.least is not None or dose.most is not None:
        return "this one has caps or strengths"
    if order.times is not None:
        return "this one is given a number of times"
    return ""


def _taper(scope: Scope, written: ast.Taper, unit: Unit) -> ir.Taper | None:
    every = interval(scope, written.every)
    lasts = None if written.lasts is None else interval(scope, written.lasts)
    if every is None or (written.lasts is not None and lasts is None):
        return None
    assert written.by.unit is not None
    of: Literal["amount", "reached", "first dose"] = "amount"
    if written.by.unit.text == "%":
        of, by = ("first dose" if written.of_first else "reached"), _percentage(scope, written)
    elif written.of_first:
        message = "only a percentage is one of the first dose"
        scope.fault(
            "misplaced_part", message, written.by.span, "write a percentage, or delete `of the first dose`"
        )
        return None
    else:
        by = _amount(scope, written.by, unit)
    end = None if written.until is None else _amount(scope, written.until, unit)
    step, mode = _rounding(scope, written.rounding, unit)
    if (
        by is None
        or (written.until is not None and end is None)
        or (written.rounding is not None and step is None)
    ):
        return None
    if end is None and (written.up or lasts is not None):
        message = "a titration ends with an amount" if written.up else "what is stopped has no time"
        repair = (
            f"write `until` and an amount, such as `until … {unit.text}`" if written.up else "delete `for`"
        )
        scope.fault("bad_taper", message, written.span, repair)
        return None
    return ir.Taper(written.up, by, of, every, end, lasts, step, mode, scope.cite(written.cites))


def _percentage(scope: Scope, written: ast.Taper) -> Fraction | None:
    if written.by.value > 0 and (written.up or written.by.value <= 100):
        return written.by.value
    scope.fault(
        "bad_range", "a taper takes from 0 to 100 %", written.by.span, "write a percentage of that range"
    )
    return None


def _rounding(
    scope: Scope, written: ast.Rounding | None, unit: Unit
) -> tuple[Fraction | None, ir.RoundingMode]:
    if written is None:
        return None, "half away from zero"
    mode = written.mode or "half away from zero"
    if written.step is None:
        message = "a taper is rounded to a step"
        scope.fault("misplaced_part", message, written.span, f"write it in `{unit.text}`")
        return None, mode
    return _amount(scope, written.step, unit), mode


def _amount(scope: Scope, written: ast.Number, unit: Unit) -> Fraction | None:
    """An amount more than nothing in the unit of the dose."""
    assert written.unit is not None
    own = check_unit(scope, written.unit)
    if own is None:
        return None
    if own.dimension != unit.dimension or not written.value:
        message = f"the dose above is in `{unit.text}`, and this is no step of it"
        repair = f"write it in `{unit.text}`" if written.value else "write `stop` for nothing"
        scope.fault("dimension_mismatch", message, written.span, repair)
        return None
    return written.value * own.factor / unit.factor


def _trouble(scope: Scope, found: Trouble, written: ast.Taper, unit: str) -> None:
    amount = f"{decimal_text(found.amount)} {unit}"
    word = "titration" if written.up else "taper"
    match found.kind:
        case "wrong way":
            side, other = ("above", "taper") if written.up else ("below", "titrate")
            message = f"this {word} begins at {amount}, and does not end {side} that"
            repair = f"mend its end, or write `{other} by`"
        case "stuck":
            message = f"from {amount} this {word} goes no further: the next step is rounded to the same"
            repair = f"end it with `until {amount}`, or write `rounded {'up' if written.up else 'down'} to`"
        case "endless":
            message = "a percentage of what is reached never comes to nothing"
            repair = "end it with an amount, or add `rounded down to` and a step"
        case "too long":
            message = f"this {word} has more than 200 steps"
            repair = "write larger steps, or an end that is nearer"
        case "after stop":
            message = "nothing follows `stop`"
            repair = "let the taper before end with an amount, or delete this one"
    scope.fault("bad_taper", message, written.span, repair)


def _exact(scope: Scope, dose: ir.Dose, course: tuple[Step, ...], written: list[ast.Taper]) -> bool:
    """Every amount is a decimal of at most 15 digits, with every weight."""
    span = written[0].span
    for step in course[1:]:
        if not is_plain(step.amount):
            message = f"a step of this has no exact decimal of at most {MOST_DIGITS} digits"
            scope.fault("inexact_number", message, span, "add `rounded to` and a step")
            return False
        weighed = dose.of is not None and dose.rounded is None
        if weighed and not exactly(scope, dose, step.amount, scope.inputs[dose.of or ""], span):
            return False
    return True


def _given(
    scope: Scope, order: ir.Order, dose: ir.Dose, kept: tuple[ir.Taper, ...], written: list[ast.Taper]
) -> None:
    """No step is rounded to nothing; of a dose that is itself, that has been said."""
    entry = scope.inputs.get(dose.of or "")
    if entry is None or dose.rounded is None or to_nothing(scope, dose, dose.low, entry):
        return
    for at in range(len(kept)):
        course = steps(dose.low, order.lasts, kept[: at + 1])
        assert not isinstance(course, Trouble)
        for step in course:
            found = to_nothing(scope, dose, step.amount, entry)
            if found:
                amount = f"{decimal_text(step.amount)} {dose.unit}"
                repair = f"end it before {amount}, or write `rounded up to` behind the dose above, if the source says so"
                scope.fault("rounds_to_nothing", f"the step of {amount}: {found}", written[at].span, repair)
                return
