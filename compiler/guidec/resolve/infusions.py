"""Written infusions to volumes, times and rates that fit each other and the dose, wherever all of these are stated exactly."""

from fractions import Fraction

from guidec import ast, ir
from guidec.courses import seconds
from guidec.numbers import decimal_text, is_plain, unit_dimension, unit_of
from guidec.record import record
from guidec.resolve.doses import dose
from guidec.resolve.scope import Scope
from guidec.resolve.spans import interval
from guidec.resolve.typed import check_unit
from guidec.source import Span
from guidec.units import without_time


def infusion(
    scope: Scope, parts: dict[str, ast.Part], rates: list[ast.Rate], given: ir.Dose | ir.DoseInBands | None
) -> ir.Infusion | None:
    """In what volume, over what time and at what rates; the rates must bring what is `given`, all of it, in that time."""
    volume, over = parts.get("volume"), parts.get("over")
    if volume is None and over is None and not rates:
        return None
    amount = _volume(scope, volume.amount) if isinstance(volume, ast.Volume) else None
    time = interval(scope, over.interval) if isinstance(over, ast.Over) else None
    found = [one for one in (_rate(scope, rate) for rate in rates) if one is not None]
    for rate in rates[:-1]:
        if rate.lasts is None:
            message = "only the last rate lasts for the rest"
            scope.fault("incomplete_order", message, rate.span, "add `for` and how long")
            return None
    result = ir.Infusion(amount, time, tuple(found))
    if len(found) == len(rates):
        _fits(scope, result, given, [rate.span for rate in rates])
    return result


# --- whether the steps fit ---------------------------------------------------


@record
class _Whole:
    """What the steps bring together: a volume, or the dose; of a dose by weight, what one unit of the weight gets."""

    value: Fraction
    unit: str
    of: str | None


@record
class _Steps:
    """The steps so far: their time in seconds and their part of the whole, each at least and at most.

    Not `complete` where it isn't known what some step brings; that counts as nothing.
    """

    time: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    part: tuple[Fraction, Fraction] = (Fraction(0), Fraction(0))
    complete: bool = True


def _fits(
    scope: Scope, found: ir.Infusion, given: ir.Dose | ir.DoseInBands | None, spans: list[Span]
) -> None:
    """The first line with which the steps last too long or bring too much, or the last where something is missing."""
    wholes = _wholes(found, given)
    said = None if found.over is None else seconds(found.over)
    so_far = _Steps()
    for rate, span in zip(found.rates, spans, strict=True):
        if rate.lasts is None:
            _rest(scope, so_far, _per_second(rate.dose, wholes), wholes, said, span)
            return
        lasts = seconds(rate.lasts)
        if lasts is None:
            return
        so_far = _and(so_far, lasts, _per_second(rate.dose, wholes))
        if said is not None and so_far.time[0] > said[1]:
            message = f"up to here the steps last {_time(so_far.time[0])}, and the infusion {_times(said)}"
            scope.fault("bad_range", message, span, "mend a time, or what stands behind `over`")
            return
        if so_far.part[0] > 1:
            message = f"up to here the steps give {_share(so_far.part[0], wholes)}, and the order {_share(Fraction(1), wholes)}"
            scope.fault("bad_range", message, span, "mend a rate, its time, or the order")
            return
    if spans:
        _whole(scope, so_far, wholes, said, spans[-1])


def _rest(
    scope: Scope,
    so_far: _Steps,
    speed: Fraction | None,
    wholes: list[_Whole],
    said: tuple[Fraction, Fraction] | None,
    span: Span,
) -> None:
    """The last line lasts as long as something is left."""
    if so_far.part[0] >= 1:
        message = f"nothing is left for the rest: the steps above give {_share(so_far.part[0], wholes)}"
        scope.fault("bad_range", message, span, "mend a rate, its time, or the order")
    elif said is not None and so_far.time[0] >= said[1]:
        message = f"no time is left for the rest: the steps above last {_time(so_far.time[0])}, and the infusion {_times(said)}"
        scope.fault("bad_range", message, span, "mend a time, or what stands behind `over`")
    elif said is not None and speed and so_far.complete and so_far.time[0] == so_far.time[1]:
        time = so_far.time[0] + (1 - so_far.part[0]) / speed
        if not said[0] <= time <= said[1]:
            message = f"with the rest the steps last {_time(time)}, and the infusion {_times(said)}"
            scope.fault("bad_range", message, span, "mend a rate, a time, or what stands behind `over`")


def _whole(
    scope: Scope,
    steps: _Steps,
    wholes: list[_Whole],
    said: tuple[Fraction, Fraction] | None,
    span: Span,
) -> None:
    """Steps that all have their times last as long as the infusion and bring all of it."""
    if said is not None and steps.time[1] < said[0]:
        message = f"the steps last {_time(steps.time[1])} in all, and the infusion {_times(said)}"
        repair = "mend a time, or what stands behind `over`, or write the last rate without `for`"
        scope.fault("bad_range", message, span, repair)
    elif wholes and steps.complete and steps.part[1] < 1:
        message = f"the steps give {_share(steps.part[1], wholes)} in all, and the order {_share(Fraction(1), wholes)}"
        repair = "let the last rate last for the rest: write it without `for`"
        scope.fault("bad_range", message, span, repair)


def _wholes(found: ir.Infusion, given: ir.Dose | ir.DoseInBands | None) -> list[_Whole]:
    """The volume and the dose of one infusion, where they are exact amounts."""
    wholes: list[_Whole] = []
    if found.volume is not None:
        wholes.append(_Whole(found.volume.value, found.volume.unit, None))
    if isinstance(given, ir.Dose) and _is_exact(given) and without_time(unit_of(given.unit)) is None:
        wholes.append(_Whole(given.low, given.unit, given.of))
    return wholes


def _is_exact(dose: ir.Dose) -> bool:
    """Whether a dose is one amount, or one for each unit of a weight whatever the weight is."""
    changed = dose.rounded is not None or dose.strengths or dose.least is not None or dose.most is not None
    return dose.form == "exact" and dose.low > 0 and not (dose.of is not None and changed)


def _per_second(rate: ir.Dose, wholes: list[_Whole]) -> Fraction | None:
    """What part of the whole a rate brings in a second; None where it can't be compared with any."""
    unit = unit_of(rate.unit)
    per_time = without_time(unit)
    assert per_time is not None
    for whole in wholes if _is_exact(rate) else []:
        of_whole = unit_of(whole.unit)
        if of_whole.dimension == per_time[0].dimension and rate.of == whole.of:
            return rate.low * unit.factor / (whole.value * of_whole.factor)
    return None


def _and(steps: _Steps, lasts: tuple[Fraction, Fraction], speed: Fraction | None) -> _Steps:
    time = steps.time[0] + lasts[0], steps.time[1] + lasts[1]
    if speed is None:
        return _Steps(time, steps.part, False)
    part = steps.part[0] + lasts[0] * speed, steps.part[1] + lasts[1] * speed
    return _Steps(time, part, steps.complete)


def _share(part: Fraction, wholes: list[_Whole]) -> str:
    """A part of what the order says, in its words."""
    return " or ".join(f"{_figure(part * whole.value)} {whole.unit}" for whole in wholes)


def _times(ends: tuple[Fraction, Fraction]) -> str:
    return _time(ends[0]) if ends[0] == ends[1] else f"{_time(ends[0])} to {_time(ends[1])}"


def _time(seconds: Fraction) -> str:
    return f"{_figure(seconds / 60)} min" if seconds < 3600 else f"{_figure(seconds / 3600)} h"


def _figure(value: Fraction) -> str:
    return decimal_text(value) if is_plain(value) else f"about {float(value):.4g}"


# --- parts -------------------------------------------------------------------


def _volume(scope: Scope, written: ast.Number) -> ir.Constant | None:
    assert written.unit is not None
    unit = check_unit(scope, written.unit)
    if unit is None:
        return None
    if unit.dimension != unit_dimension("mL") or not written.value:
        message = f"`{unit.text}` is no volume to infuse"
        scope.fault("dimension_mismatch", message, written.span, "write a volume, such as `500 mL`")
        return None
    return ir.Constant(written.value, unit.text)


def _rate(scope: Scope, written: ast.Rate) -> ir.Rate | None:
    amount = dose(scope, written.dose, None)
    lasts = None if written.lasts is None else interval(scope, written.lasts)
    if amount is None or (written.lasts is not None and lasts is None):
        return None
    if without_time(unit_of(amount.unit)) is None:
        message = f"`{amount.unit}` is no rate"
        scope.fault("dimension_mismatch", message, written.dose.span, "write a rate, such as `50 mL/h`")
        return None
    return ir.Rate(amount, lasts, scope.cite(written.cites))
