"""Written doses to doses: units checked, weights named, rounding and caps that fit, bands."""

from collections.abc import Iterator
from fractions import Fraction

from guidec import ast, ir
from guidec.bounds import Bounds
from guidec.diagnostic import listed
from guidec.numbers import (
    MOST_DIGITS,
    decimal_places,
    decimal_text,
    is_decimal,
    is_plain,
    unit_dimension,
    unit_of,
)
from guidec.record import record
from guidec.resolve.labels import label_conditions, label_text, labels_apart, labels_shown, may_split
from guidec.resolve.reached import reached
from guidec.resolve.scope import Scope
from guidec.resolve.typed import check_unit
from guidec.source import Span
from guidec.units import Unit, dose_divisors, without_divisor
from guidec.weights import capped, computed, computed_unit, exact


def dose(
    scope: Scope, written: ast.Dose, drug: str | None, when: ir.Condition | None = None
) -> ir.Dose | None:
    """A dose, as printed or by a weight; `drug` is the one whose strengths it may be rounded to, `when` its band."""
    assert written.high.unit is not None
    unit = check_unit(scope, written.high.unit)
    if unit is None:
        return None
    if written.low.value > written.high.value:
        scope.fault(
            "bad_range",
            "the range ends before it begins",
            written.low.span.to(written.high.span),
            "write the smaller one first",
        )
        return None
    if written.of is None:
        return _flat_dose(scope, written, unit)
    return _dose_per(scope, written, unit, written.of, drug, when)


def _weight_to_name(fitting: list[str]) -> str:
    """Which of several weights is the source's to say, so none is proposed before the others."""
    if len(fitting) == 1:
        return f"add `of {fitting[0]}`"
    if fitting:
        return f"add `of` and the one that the source names: {listed(fitting, 'or')}"
    return "add `of` and the input that holds it, such as `of body_weight`"


def _flat_dose(scope: Scope, written: ast.Dose, unit: Unit) -> ir.Dose | None:
    divisors = dose_divisors(unit)
    if divisors:
        fitting = [
            entry.id
            for entry in scope.inputs.values()
            if isinstance(entry.type, ir.Quantity)
            and without_divisor(unit, unit_of(entry.type.units[0].unit)) is not None
        ]
        per = divisors[0].atom + (str(-divisors[0].exponent) if divisors[0].exponent < -1 else "")
        scope.fault(
            "missing_weight",
            f"`{unit.text}` is a dose per {per}, and it isn't said of which",
            written.span,
            _weight_to_name(fitting),
        )
        return None
    if written.basis is not None:
        scope.fault(
            "misplaced_basis",
            "`basis` belongs to a dose by weight",
            written.basis_span or written.span,
            "delete it",
        )
        return None
    limits = _limits(scope, written)
    for part in (limits.least, limits.most, limits.rounding):
        if isinstance(part, ast.Cap) or (part is not None and part.step is None):
            message = "this dose is stated, and needs neither caps nor strengths"
            scope.fault("misplaced_part", message, part.span, "delete it, or write a dose by weight")
            return None
    step = None if limits.rounding is None else _step(scope, limits.rounding, unit)
    mode = (limits.rounding and limits.rounding.mode) or "half away from zero"
    return ir.Dose(written.form, written.low.value, written.high.value, unit.text, None, None, step, mode)


def _dose_per(
    scope: Scope,
    written: ast.Dose,
    unit: Unit,
    of: ast.Name,
    drug: str | None,
    when: ir.Condition | None,
) -> ir.Dose | None:
    entry = scope.look_up("input", of, scope.inputs)
    if entry is None:
        return None
    kind = entry.type
    if not isinstance(kind, ir.Quantity):
        scope.fault(
            "wrong_weight",
            f"`{entry.id}` is no quantity that a dose may go by",
            of.span,
            "name a weight or a body surface",
        )
        return None
    remaining = without_divisor(unit, unit_of(kind.units[0].unit))
    if remaining is None or dose_divisors(remaining):
        scope.fault(
            "wrong_weight",
            f"`{unit.text}` times `{entry.id}` in `{kind.units[0].unit}` is no dose",
            of.span,
            "check the dose's unit, or the input after `of`",
        )
        return None
    if not _right_basis(scope, written, kind, of):
        return None
    found = ir.Dose(
        written.form, written.low.value, written.high.value, unit.text, entry.id, written.basis, None
    )
    limited = _limited(scope, written, found, remaining, drug)
    if limited is None:
        return None
    if limited.strengths:
        _check_reach(scope, written, limited, entry, when)
    elif limited.rounded is not None:
        _check_given(scope, written, limited, entry, when)
    else:
        exactly(scope, limited, limited.low, entry, written.span)
        exactly(scope, limited, limited.high, entry, written.span)
    return limited


def _right_basis(scope: Scope, written: ast.Dose, kind: ir.Quantity, of: ast.Name) -> bool:
    by_weight = unit_dimension(kind.units[0].unit) == unit_dimension("kg")
    if by_weight and written.basis is None:
        scope.fault(
            "missing_basis",
            f"does the source say that `{of.text}` is the weight to dose by?",
            of.span,
            "add `basis stated` or `basis not stated`",
        )
        return False
    if not by_weight and written.basis is not None:
        scope.fault(
            "misplaced_basis",
            f"`basis` belongs to weights, and `{of.text}` is none",
            written.basis_span or written.span,
            "delete it",
        )
        return False
    return True


def exactly(scope: Scope, dose: ir.Dose, amount: Fraction, entry: ir.Input, span: Span) -> bool:
    """Whether every dose that can come out is a decimal of at most 15 digits; else the author must round."""
    assert isinstance(entry.type, ir.Quantity)
    for option in entry.type.units:
        low, high, step = (
            exact(dose, amount, value, option.unit) for value in (option.low, option.high, option.step)
        )
        if not _plain_grid(low, step, high):
            scope.fault(
                "inexact_number",
                f"with `{entry.id}` in `{option.unit}` this dose has no exact decimal of at most {MOST_DIGITS} digits",
                span,
                "add `rounded to` and a step",
            )
            return False
    return True


def _plain_grid(low: Fraction, step: Fraction, high: Fraction) -> bool:
    """Whether all values from low to high in such steps are decimals of at most 15 digits."""
    if not is_decimal(low) or not is_decimal(step):
        return False
    return max(decimal_places(low), decimal_places(step)) + len(str(int(abs(high)))) <= MOST_DIGITS


# --- rounding and caps -------------------------------------------------------


@record
class _Limits:
    rounding: ast.Rounding | None
    least: ast.Cap | None
    most: ast.Cap | None


def _limits(scope: Scope, written: ast.Dose) -> _Limits:
    """What is said of rounding and caps, each once."""
    found: dict[str, ast.Rounding | ast.Cap] = {}
    for one in written.limits:
        name = one.kind if isinstance(one, ast.Cap) else "rounding"
        if name in found:
            scope.fault("misplaced_part", "this is said twice of the dose", one.span, "delete one")
        found[name] = one
    rounding, least, most = found.get("rounding"), found.get("least"), found.get("most")
    return _Limits(
        rounding if isinstance(rounding, ast.Rounding) else None,
        least if isinstance(least, ast.Cap) else None,
        most if isinstance(most, ast.Cap) else None,
    )


def _limited(scope: Scope, written: ast.Dose, found: ir.Dose, unit: Unit, drug: str | None) -> ir.Dose | None:
    """The dose with its rounding and its caps, in the unit that is left of it."""
    limits = _limits(scope, written)
    least, most = (_cap(scope, cap, unit) for cap in (limits.least, limits.most))
    if (limits.least and least is None) or (limits.most and most is None):
        return None
    if least is not None and most is not None and least > most:
        assert limits.most is not None
        scope.fault("bad_range", "the most is less than the least", limits.most.span, "mend one of them")
        return None
    for form, cap, other in (("or_more", limits.most, "or more"), ("up_to", limits.least, "up to")):
        if written.form == form and cap is not None:
            message = f"`{other}` and this contradict each other"
            scope.fault("misplaced_part", message, cap.span, "delete one, or write a range")
            return None
    step, strengths = None, tuple[Fraction, ...]()
    mode: ast.RoundingMode = "half away from zero"
    if limits.rounding is not None:
        mode = limits.rounding.mode or mode
        if limits.rounding.step is None:
            strengths = _strengths(scope, limits.rounding, unit, drug)
        else:
            step = _step(scope, limits.rounding, unit)
        if step is None and not strengths:
            return None
    for cap, value in ((limits.least, least), (limits.most, most)):
        if cap is not None and value is not None and not _on_steps(value, step, strengths):
            scope.fault(
                "cap_off_step",
                f"`{decimal_text(cap.amount.value)} {unit.text}` can't be given: "
                + ("it is none of the strengths" if strengths else "it is no multiple of what is rounded to"),
                cap.span,
                "write one that can",
            )
            return None
    return ir.Dose(
        found.form,
        found.low,
        found.high,
        found.unit,
        found.of,
        found.basis,
        step,
        mode,
        strengths,
        least,
        most,
    )


def _on_steps(value: Fraction, step: Fraction | None, strengths: tuple[Fraction, ...]) -> bool:
    return value in strengths if strengths else step is None or not value % step


def _cap(scope: Scope, written: ast.Cap | None, unit: Unit) -> Fraction | None:
    if written is None:
        return None
    return _in_unit(scope, written.amount, unit, f"a dose in `{unit.text}` can't be kept within this")


def _step(scope: Scope, written: ast.Rounding, unit: Unit) -> Fraction | None:
    """The rounding step, in the unit of the computed dose."""
    assert written.step is not None
    return _in_unit(scope, written.step, unit, f"a dose in `{unit.text}` can't be rounded to this")


def _in_unit(scope: Scope, written: ast.Number, unit: Unit, message: str) -> Fraction | None:
    """An amount more than nothing in the unit of the computed dose."""
    assert written.unit is not None
    own = check_unit(scope, written.unit)
    if own is None:
        return None
    if own.dimension != unit.dimension or written.value <= 0:
        scope.fault("dimension_mismatch", message, written.span, f"write it in `{unit.text}`")
        return None
    value = written.value * own.factor / unit.factor
    if not is_plain(value):
        message = f"in `{unit.text}` this has no exact decimal of at most {MOST_DIGITS} digits"
        scope.fault("inexact_number", message, written.span, f"write it in `{unit.text}`")
        return None
    return value


def _strengths(scope: Scope, written: ast.Rounding, unit: Unit, drug: str | None) -> tuple[Fraction, ...]:
    """The strengths of the drug in the unit of the computed dose, from the smallest; none after a fault."""
    item = scope.drugs.get(drug or "")
    if item is None or not item.strengths:
        message = f"`{drug}` has no strengths" if item else "only the strengths of a drug can be rounded to"
        repair = f"declare them below `drug {drug}`: `strengths 50 mg, 100 mg`" if item else "write a step"
        scope.fault("misplaced_part", message, written.span, repair)
        return ()
    if written.mode == "half even":
        message = "of two strengths that are as near, none is even"
        scope.fault("misplaced_part", message, written.span, "write `rounded to strengths`, for the larger")
        return ()
    found: list[Fraction] = []
    for one in item.strengths:
        own = unit_of(one.unit)
        if own.dimension != unit.dimension:
            message = f"a dose in `{unit.text}` is no multiple of a strength in `{one.unit}`"
            scope.fault(
                "dimension_mismatch", message, written.span, f"dose it in `{one.unit}`, with an interval"
            )
            return ()
        found.append(one.value * own.factor / unit.factor)
    return tuple(sorted(set(found)))


def _check_reach(
    scope: Scope, written: ast.Dose, dose: ir.Dose, entry: ir.Input, when: ir.Condition | None
) -> None:
    """A dose below the smallest or above the largest strength would be far from what is computed."""
    for option, ends in _weights(scope, entry, when):
        for amount, weight in zip((dose.low, dose.high), ends, strict=True):
            value = capped(dose, exact(dose, amount, weight, option.unit))
            below, above = value < dose.strengths[0], value > dose.strengths[-1]
            if below or above:
                end = dose.strengths[0] if below else dose.strengths[-1]
                shown = f"{decimal_text(end)} {computed_unit(dose, option.unit)}"
                scope.fault(
                    "strength_out_of_reach",
                    f"with `{entry.id}` at {decimal_text(weight)} {option.unit} this is "
                    + (
                        f"less than the smallest strength, {shown}"
                        if below
                        else f"more than the largest strength, {shown}"
                    ),
                    written.span,
                    f"add `at {'least' if below else 'most'} {shown}` if the source says so, or further strengths",
                )
                return


def _check_given(
    scope: Scope, written: ast.Dose, dose: ir.Dose, entry: ir.Input, when: ir.Condition | None
) -> None:
    """A dose that is rounded to nothing is recommended and not given."""
    for amount in (dose.low, dose.high):
        found = to_nothing(scope, dose, amount, entry, when)
        if found:
            rounding = next(one for one in written.limits if isinstance(one, ast.Rounding))
            assert rounding.step is not None and rounding.step.unit is not None
            shown = f"{decimal_text(rounding.step.value)} {rounding.step.unit.text}"
            repair = f"write `rounded up to {shown}`, or add `at least {shown}`, if the source says so"
            scope.fault("rounds_to_nothing", f"{found}", rounding.span, repair)
            return


def to_nothing(
    scope: Scope, dose: ir.Dose, amount: Fraction, entry: ir.Input, when: ir.Condition | None = None
) -> str:
    """That an amount is rounded to 0, and with what weight; empty where it isn't."""
    for option, (least, _) in _weights(scope, entry, when):
        if amount and not computed(dose, amount, least, option.unit):
            unit = computed_unit(dose, option.unit)
            return f"with `{entry.id}` at {decimal_text(least)} {option.unit} this rounds to 0 {unit}"
    return ""


def _weights(
    scope: Scope, entry: ir.Input, when: ir.Condition | None
) -> Iterator[tuple[ir.UnitRange, Bounds]]:
    """The least and the largest weight in each unit, of those that the dose's own band leaves."""
    assert isinstance(entry.type, ir.Quantity)
    for option in entry.type.units:
        ends = reached(scope, entry, option, when)
        if ends is not None:
            yield option, ends


# --- bands -------------------------------------------------------------------


def dose_in_bands(
    scope: Scope, written: ast.DoseBy, bands: list[ast.DoseBand], drug: str | None
) -> ir.DoseInBands | None:
    """`dose by body_weight` and a dose for each band; that they cover everybody once is seen in the rows."""
    by = written.by
    if by.text in scope.readings:
        message = f"`{by.text}` is a reading, and no dose goes by that"
        scope.fault("wrong_weight", message, by.span, "name a weight, an age or another input or definition")
        return None
    if not may_split(scope, by):
        return None
    if not bands:
        message = "no band follows this"
        scope.fault(
            "incomplete_order", message, written.span, "write below it lines such as `< 20 kg: 250 mg`"
        )
        return None
    if not labels_apart(scope, [(band.labels, band.span) for band in bands]):
        return None
    found: list[ir.DoseBand] = []
    conditions: list[ir.Condition] = []
    for band in bands:
        when = _band_condition(scope, by, band, tuple(conditions))
        amount = None if band.dose is None else dose(scope, band.dose, drug, when)
        if when is not None and (amount is not None or band.dose is None):
            conditions.append(when)
            value = ", ".join(label_text(label) for label in band.labels or ()) or "otherwise"
            shown = labels_shown(scope, by, band.labels)
            found.append(ir.DoseBand(value, shown, when, amount, scope.cite(band.cites), band.span))
    return ir.DoseInBands(by.text, tuple(found), written.span) if len(found) == len(bands) else None


def _band_condition(
    scope: Scope, by: ast.Name, band: ast.DoseBand, before: tuple[ir.Condition, ...]
) -> ir.Condition | None:
    """One of the labels holds; a number is none of the input's named values. `otherwise` is what those before leave."""
    if band.labels is None:
        return ir.Not(before[0] if len(before) == 1 else ir.Or(before)) if before else ir.Always(True)
    named = scope.inputs[by.text].named if by.text in scope.inputs else ()
    others = tuple(ir.Not(ir.Is(by.text, (value.id,))) for value in named)
    parts: list[ir.Condition] = []
    for label in band.labels:
        part = label_conditions(scope, by, (label,))
        if part is None:
            return None
        numeric = not isinstance(label, ast.Name | ast.YesNo)
        parts.append(ir.And((*others, part)) if others and numeric else part)
    return parts[0] if len(parts) == 1 else ir.Or(tuple(parts))
