"""What is given to one patient: doses, infusions, tapers, amounts a day and in all; or what they hang on."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.courses import NO_DECIMAL, Factor, Share, Trouble, daily, shares, steps, whole_rate
from guidec.evaluate.record import Amount, Record
from guidec.numbers import is_plain, plain_number
from guidec.weights import computed, computed_unit, exact

Json = dict[str, Any]

Applies = Callable[[ir.Condition], tuple[str, list[str]]]

Weight = tuple[Fraction, str]
"""A weight or a surface, and its unit."""


@dataclass(slots=True)
class Shown:
    """What printing a recommendation needs: the patient's weights, and the truth of what makes one preferred.

    `dose_needs` gathers the weights that doses wait for.
    """

    guideline: ir.Guideline
    record: Record
    applies: Applies
    dose_needs: list[str] = field(default_factory=list)

    def quiet(self) -> "Shown":
        """The same, its dose needs kept apart: what is only possible asks for nothing yet."""
        return replace(self, dose_needs=[])


def interval_json(interval: ir.Interval) -> Json:
    """`unit` is a calendar word (`week`) or a UCUM unit."""
    found: Json = {
        "low": plain_number(interval.low),
        "high": plain_number(interval.high),
        "unit": interval.unit,
    }
    if interval.less:
        found["less_days"] = interval.less
    return found


def dose_json(shown: Shown, dose: ir.Dose | ir.DoseInBands | None) -> Json | str:
    """An amount; by weight it is computed where the weight is known, else it says what it needs."""
    match dose:
        case None:
            return "not stated"
        case ir.DoseInBands():
            return _in_bands(shown, dose)
        case ir.Dose():
            return _of_one(shown, dose)


def _of_one(shown: Shown, dose: ir.Dose) -> Json:
    if dose.of is None:
        return _amount(dose, dose.low, dose.high, dose.unit)
    basis = {} if dose.basis is None else {"basis": dose.basis}
    weights = _weights(shown, dose.of)
    amounts = {tuple(computed(dose, one, *weight) for one in (dose.low, dose.high)) for weight in weights}
    if len(amounts) == 1:
        ((low, high),) = amounts
        ends = {"low": plain_number(low), "high": plain_number(high), "unit": _unit(shown, dose)}
        return _with_form(dose, {**ends, "of": dose.of, **basis, **_capped(dose, weights)})
    _need(shown, dose.of)
    per = {"low": plain_number(dose.low), "high": plain_number(dose.high), "unit": dose.unit}
    caps = {
        key: {"value": plain_number(value), "unit": _unit(shown, dose)}
        for key, value in (("at_least", dose.least), ("at_most", dose.most))
        if value is not None
    }
    return _with_form(dose, {"per": per, "of": dose.of, **basis, "needs": [dose.of], **caps})


def _capped(dose: ir.Dose, weights: list[Weight]) -> Json:
    """The caps that acted, with every weight that is possible."""
    each = [[exact(dose, one, *weight) for one in (dose.low, dose.high)] for weight in weights]
    least, most = dose.least, dose.most
    words = ["at least"] if least is not None and all(min(ends) < least for ends in each) else []
    words += ["at most"] if most is not None and all(max(ends) > most for ends in each) else []
    return {"capped": words} if words else {}


def _amount(dose: ir.Dose, low: Fraction, high: Fraction, unit: str) -> Json:
    return _with_form(dose, {"low": plain_number(low), "high": plain_number(high), "unit": unit})


def _with_form(dose: ir.Dose, found: Json) -> Json:
    if dose.form == "or_more":
        found["open"] = "above"
    elif dose.form == "up_to":
        found["open"] = "below"
    elif dose.form == "about":
        found["about"] = True
    return found


def _weights(shown: Shown, of: str) -> list[Weight]:
    """The weights that the record leaves; none where it leaves more than a few."""
    kind = next(one.type for one in shown.guideline.inputs if one.id == of)
    assert isinstance(kind, ir.Quantity)
    values = shown.record.entries[of].values
    found = [(one.value, kind.units[one.unit].unit) for one in values if isinstance(one, Amount)]
    return found if len(found) == len(values) else []


def _need(shown: Shown, *names: str) -> None:
    shown.dose_needs += [name for name in names if name not in shown.dose_needs]


def _unit(shown: Shown, dose: ir.Dose) -> str:
    """The unit of the computed dose; the same for every unit of the weight."""
    if dose.of is None:
        return dose.unit
    kind = next(one.type for one in shown.guideline.inputs if one.id == dose.of)
    assert isinstance(kind, ir.Quantity)
    return computed_unit(dose, kind.units[0].unit)


# --- bands -------------------------------------------------------------------


def _in_bands(shown: Shown, dose: ir.DoseInBands) -> Json | str:
    """The dose of the band that holds; of several that may hold each, where they differ."""
    possible = _possible(shown, dose)
    quiet = shown.quiet()
    found = [dose_json(quiet, band.dose) for band in possible]
    if all(one == found[0] for one in found):
        _need(shown, *quiet.dose_needs)
        first = found[0]
        return first if isinstance(first, str) else {**first, "by": dose.by, **_statements(possible)}
    needs = _needs(shown, possible, quiet)
    _need(shown, *needs)
    entries = [
        {"band": band.value, "dose": one, **_statements([band])}
        for band, one in zip(possible, found, strict=True)
    ]
    return {"per_band": entries, "by": dose.by, "needs": needs}


def _possible(shown: Shown, dose: ir.DoseInBands) -> list[ir.DoseBand]:
    return [band for band in dose.bands if shown.applies(band.when)[0] != "no"]


def _needs(shown: Shown, possible: list[ir.DoseBand], quiet: Shown) -> list[str]:
    """What decides between the bands, then what their doses wait for."""
    between = {name for band in possible for name in shown.applies(band.when)[1]}
    return list(
        dict.fromkeys([*(one.id for one in shown.guideline.inputs if one.id in between), *quiet.dose_needs])
    )


def _statements(bands: list[ir.DoseBand]) -> Json:
    return cites_json(
        tuple(dict.fromkeys(id for band in bands for id in band.cites.statements)),
        tuple(dict.fromkeys(id for band in bands for id in band.cites.inferred)),
    )


def cites_json(statements: tuple[str, ...], inferred: tuple[str, ...]) -> Json:
    """Statements where there are any."""
    found = {"statements": list(statements), "inferred": list(inferred)}
    return {key: value for key, value in found.items() if value}


# --- infusions, tapers, totals -----------------------------------------------


def course_json(shown: Shown, order: ir.Order) -> Json:
    """What an order has beside its dose: `infusion`, `taper`, `daily`, `total`, `hold` and `resume`; each only if it has one."""
    found: Json = {}
    if order.infusion is not None:
        found["infusion"] = _infusion(shown, order.infusion)
    if order.dose is not None and (order.action != "stop" or order.tapers):
        found |= _amounts(shown, order, order.dose)
    for kind in ("hold", "resume"):
        held = [_held(shown, one) for one in order.held if one.kind == kind]
        if held:
            found[kind] = held
    return found


def _infusion(shown: Shown, infusion: ir.Infusion) -> Json:
    found: Json = {}
    if infusion.volume is not None:
        found["volume"] = {"value": plain_number(infusion.volume.value), "unit": infusion.volume.unit}
    if infusion.over is not None:
        found["over"] = interval_json(infusion.over)
    rate = whole_rate(infusion)
    if rate is not None and is_plain(rate.low) and is_plain(rate.high):
        found["rate"] = {"low": plain_number(rate.low), "high": plain_number(rate.high), "unit": rate.unit}
    if infusion.rates:
        found["steps"] = [
            {
                "rate": _of_one(shown, one.dose),
                "for": "the rest" if one.lasts is None else interval_json(one.lasts),
                **cites_json(one.cites.statements, one.cites.inferred),
            }
            for one in infusion.rates
        ]
    return found


def _held(shown: Shown, one: ir.Held) -> Json:
    applies, needs = shown.applies(one.when)
    found: Json = {"applies": applies, "needs": needs, "statements": list(one.cites.statements)}
    return {**found, "inferred": list(one.cites.inferred)} if one.cites.inferred else found


def _amounts(shown: Shown, order: ir.Order, dose: ir.Dose | ir.DoseInBands) -> Json:
    """The steps of a taper, the amount of a day and the amount in all."""
    bands = _possible(shown, dose) if isinstance(dose, ir.DoseInBands) else []
    options = [band.dose for band in bands] if isinstance(dose, ir.DoseInBands) else [dose]
    quiet = shown.quiet()
    each = [{} if one is None else _amounts_of(quiet, order, one) for one in options]
    if all(one == each[0] for one in each):
        _need(shown, *quiet.dose_needs)
        return each[0]
    needs = _needs(shown, bands, quiet)
    keys = [key for key in ("daily", "total") if any(key in one for one in each)]
    return {key: {"needs": needs} for key in keys}


def _amounts_of(shown: Shown, order: ir.Order, dose: ir.Dose) -> Json:
    found: Json = {}
    if order.tapers:
        found["taper"] = _taper(shown, order, dose)
    unit = _unit(shown, dose)
    factor = daily(unit, order)
    parts = shares(dose, unit, order)
    if factor is not None:
        found |= _scaled(shown, dose, "daily", (Share(dose.low, dose.high, factor),))
    if not isinstance(parts, str):
        found |= _scaled(shown, dose, "total", parts)
    if order.tapers and "total" not in found:
        found["total"] = {"why": parts if isinstance(parts, str) else NO_DECIMAL}
    return found


def _scaled(shown: Shown, dose: ir.Dose, key: str, parts: tuple[Share, ...]) -> Json:
    """The sum of the parts; nothing where that is no exact decimal."""
    if dose.of is None:
        ends = [_sum((one.low, one.high), one.factor) for one in parts]
        sums = [(sum(low for low, _ in ends), sum(high for _, high in ends))]
    else:
        sums = []
        for weight in _weights(shown, dose.of):
            ends = [
                _sum((computed(dose, one.low, *weight), computed(dose, one.high, *weight)), one.factor)
                for one in parts
            ]
            sums.append((sum(low for low, _ in ends), sum(high for _, high in ends)))
        if len(set(sums)) != 1:
            _need(shown, dose.of)
            return {key: {"needs": [dose.of]}}
    low, high = (Fraction(end) for end in sums[0])
    return {key: _amount(dose, low, high, parts[0].factor.unit)} if is_plain(low) and is_plain(high) else {}


def _sum(ends: tuple[Fraction, Fraction], factor: Factor) -> tuple[Fraction, Fraction]:
    return ends[0] * factor.low, ends[1] * factor.high


def _taper(shown: Shown, order: ir.Order, dose: ir.Dose) -> Json:
    """Every step with its time, the first amount included; `then` says that it is stopped."""
    course = steps(dose.low, order.lasts, order.tapers)
    assert not isinstance(course, Trouble)
    found: Json = {}
    if dose.of is None:
        found["steps"] = [
            {**_amount(dose, one.amount, one.amount, dose.unit), "for": _for(one.lasts)} for one in course
        ]
    else:
        each = [
            [computed(dose, one.amount, *weight) for one in course] for weight in _weights(shown, dose.of)
        ]
        if each and all(one == each[0] for one in each):
            unit = _unit(shown, dose)
            found["steps"] = [
                {**_amount(dose, amount, amount, unit), "for": _for(one.lasts)}
                for amount, one in zip(each[0], course, strict=True)
            ]
            found["of"] = dose.of
        else:
            found["steps"] = [
                {"per": _amount(dose, one.amount, one.amount, dose.unit), "for": _for(one.lasts)}
                for one in course
            ]
            _need(shown, dose.of)
            found |= {"of": dose.of, "needs": [dose.of]}
    if order.tapers[-1].until is None:
        found["then"] = "stop"
    return {**found, **_taper_cites(order)}


def _for(lasts: ir.Interval | None) -> Json | str:
    return "not stated" if lasts is None else interval_json(lasts)


def _taper_cites(order: ir.Order) -> Json:
    return cites_json(
        tuple(dict.fromkeys(id for one in order.tapers for id in one.cites.statements)),
        tuple(dict.fromkeys(id for one in order.tapers for id in one.cites.inferred)),
    )
