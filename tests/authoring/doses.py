"""Amounts: by weight, capped, rounded to a step or to strengths, in bands, infused in steps, tapered and held."""

from fractions import Fraction

from authoring import words
from authoring.draft import Draft
from authoring.labels import partition, with_otherwise
from authoring.questions import condition
from guidec import ast
from guidec.ir import NOWHERE

STRENGTHS = {"a": ("10 mg", "20 mg", "0.05 g")}
_MODES = (None, None, "half away from zero", "half even", "down", "up")

Dosed = tuple[tuple[ast.Part, ...], tuple[ast.Detail, ...]]
"""What stands in the line of an order, and what stands below it."""


def dosed(draft: Draft, drug: str, details: bool) -> Dosed:
    """The dose of a drug with all that belongs to it; `details` where something may stand below."""
    forms = ["amount", "amount", "infusion"]
    forms += ["bands", "taper", "taper", "rates"] if details else []
    match draft.one(forms):
        case "bands":
            return _bands(draft, drug)
        case "taper":
            return _tapered(draft)
        case "infusion":
            volume = ast.Volume(draft.number(draft.one((50, 100)), "mL"), NOWHERE)
            over = ast.Over(clocked(draft), NOWHERE)
            parts: tuple[ast.Part, ...] = draft.one(((volume,), (over,), (volume, over)))
            return (dose(draft, drug), *parts), ()
        case "rates":
            return _rates(draft)
        case _:
            return (dose(draft, drug),), ()


def clocked(draft: Draft) -> ast.Interval:
    """Hours or minutes."""
    low = words.number(draft.one((1, 2, 6)))
    high = words.number(low.value + 2) if draft.chance(0.3) else low
    unit = draft.one(
        ("h", "min", "hours" if high.value > 1 else "hour", "minutes" if high.value > 1 else "minute")
    )
    return ast.Interval(low, high, words.name(unit), False, NOWHERE)


def dose(draft: Draft, drug: str, form: str = "") -> ast.Dose:
    """An amount, by weight or surface where an input holds one."""
    form = form or draft.one(("exact", "exact", "or_more", "range", "up_to", "about"))
    if draft.weights and draft.chance(0.6):
        return _per(draft, drug, form)
    unit = draft.one(("mg", "g", "mg/d", "mL"))
    limits = (_rounding(draft, draft.number(draft.one((1, 5)), unit)),) if draft.chance(0.2) else ()
    return _made(draft, form, unit, limits)


def _made(
    draft: Draft, form: str, unit: str, limits: tuple[ast.Rounding | ast.Cap, ...], of: str = "", basis: str = ""
) -> ast.Dose:  # fmt: skip
    high = draft.number(Fraction(draft.one(("1", "1.5", "2", "10"))), unit)
    low = words.number(high.value / 2, unit) if form == "range" else high
    by = words.name(of) if of else None
    return ast.Dose(form, low, high, by, basis or None, limits, NOWHERE, NOWHERE if basis else None)  # type: ignore[arg-type]


def _per(draft: Draft, drug: str, form: str, plain: bool = False) -> ast.Dose:
    """Rounded where the weight may be in two units; caps are multiples of what is rounded to."""
    name, per, several = draft.one(draft.weights)
    over_time = draft.one(("", "/d"))
    unit = f"mg{over_time}"
    basis = draft.one(("stated", "not stated")) if per == "kg" else ""
    limits: list[ast.Rounding | ast.Cap] = []
    step = Fraction(draft.one(("5", "0.5", "25")))
    strengths = drug in STRENGTHS and not over_time and form in ("exact", "range", "about")
    if not plain and strengths and draft.chance(0.5):
        mode = draft.one((None, "down", "up"))
        limits = [_cap("least", 10, "mg"), _cap("most", 50, "mg"), ast.Rounding(mode, None, NOWHERE)]  # type: ignore[arg-type]
    elif several or draft.chance(0.5):
        limits = [_rounding(draft, draft.number(step, unit))]
    if not plain and len(limits) < 3 and draft.chance(0.4):
        if form != "up_to":
            limits.append(_cap("least", 25, unit))
        if form != "or_more":
            limits.append(_cap("most", draft.one((100, 250)), unit))
    if not plain:
        draft.dice.shuffle(limits)
    return _made(draft, form, f"mg/{per}{over_time}", tuple(limits), name, basis)


def _cap(kind: str, value: int, unit: str) -> ast.Cap:
    return ast.Cap(kind, words.number(value, unit), NOWHERE)  # type: ignore[arg-type]  # least or most


def _rounding(draft: Draft, step: ast.Number) -> ast.Rounding:
    return ast.Rounding(draft.one(_MODES), step, NOWHERE)  # type: ignore[arg-type]  # one of the modes


def _bands(draft: Draft, drug: str) -> Dosed:
    fitting = [one for one in draft.subjects if not one.several and one.pure]
    if not fitting:
        return (dose(draft, drug),), ()
    subject = draft.one(fitting)
    bands = tuple(
        ast.DoseBand(labels, None if draft.chance(0.15) else dose(draft, drug), draft.cites(0.2), NOWHERE)
        for labels in with_otherwise(draft, partition(draft, subject))
    )
    return (ast.DoseBy(words.name(subject.name), NOWHERE),), bands


# --- tapers ------------------------------------------------------------------


def _tapered(draft: Draft) -> Dosed:
    """Amounts that fall or rise to an end that they reach."""
    first = Fraction(draft.one((8, 10, 16, 40)))
    unit, of, basis = draft.one(("mg", "mg/d")), "", ""
    limits: tuple[ast.Rounding | ast.Cap, ...] = ()
    if draft.weights and draft.chance(0.4):
        made = _per(draft, "", "exact", plain=True)
        assert made.of is not None and made.high.unit is not None
        unit, of, basis, limits = made.high.unit.text, made.of.text, made.basis or "", made.limits
    amount = draft.number(first, unit)
    by = words.name(of) if of else None
    begun = ast.Dose("exact", amount, amount, by, basis or None, limits, NOWHERE, NOWHERE if basis else None)  # type: ignore[arg-type]
    details: list[ast.Detail] = [_taper(draft, first, unit)]
    end = details[0].until if isinstance(details[0], ast.Taper) else None
    if end is not None and draft.chance(0.4):
        details.append(_falling(draft, end.value, unit, "stop"))
    if draft.chance(0.4):
        details.append(ast.Held("hold", condition(draft), draft.cites(0.2), NOWHERE))
        if draft.chance(0.5):
            details.append(ast.Held("resume", condition(draft), draft.cites(0.2), NOWHERE))
    return (begun,), tuple(details)


def _taper(draft: Draft, first: Fraction, unit: str) -> ast.Taper:
    if draft.chance(0.25):
        until = draft.number(first * 2, unit)
        by = draft.number(first / 2, unit) if draft.chance(0.6) else draft.number(50, "%")
        return ast.Taper(
            True, by, by.value == 50, _every(draft), until, None, None, draft.cites(0.2), NOWHERE
        )
    return _falling(draft, first, unit, draft.one(("stop", "amount", "amount")))


def _falling(draft: Draft, first: Fraction, unit: str, end: str) -> ast.Taper:
    """By a quarter of the first dose, by its percentage, or by half of what is reached."""
    until = None if end == "stop" else draft.number(first / draft.one((2, 4)), unit)
    rounding = None
    match draft.one(("amount", "first", "reached")):
        case "amount":
            by, of_first = draft.number(first / 4, unit), False
        case "first" if end != "stop":
            by, of_first = draft.number(25, "%"), True
        case _:
            by, of_first = draft.number(50, "%"), False
            if until is None:
                rounding = ast.Rounding("down", words.number(first / 8, unit), NOWHERE)
    lasts = _every(draft) if until is not None and draft.chance(0.2) else None
    return ast.Taper(False, by, of_first, _every(draft), until, lasts, rounding, draft.cites(0.2), NOWHERE)


def _every(draft: Draft) -> ast.Interval:
    count = words.number(draft.one((1, 2, 3)))
    high = words.number(count.value + 1) if draft.chance(0.2) else count
    word = draft.one(("day", "week", "week", "month"))
    return ast.Interval(
        count, high, words.name(word if high.value == 1 else words.PLURALS[word]), True, NOWHERE
    )


# --- infusions ---------------------------------------------------------------


def _rates(draft: Draft) -> Dosed:
    """A volume that is infused at one rate and then at another, until nothing is left."""
    volume = ast.Volume(draft.number(100, "mL"), NOWHERE)
    rates: list[ast.Rate] = []
    if draft.chance(0.6):
        two = words.number(2)
        lasts = ast.Interval(two, two, words.name(draft.one(("h", "hours"))), False, NOWHERE)
        amount = _rate(draft)
        if draft.weights and draft.chance(0.4):
            name, per, _ = draft.one(draft.weights)
            basis = "stated" if per == "kg" else None
            step = ast.Rounding(None, words.number(5, "mL/h"), NOWHERE)
            high = draft.number(1, f"mL/{per}/h")
            amount = ast.Dose("exact", high, high, words.name(name), basis, (step,), NOWHERE, NOWHERE if basis else None)  # type: ignore[arg-type]  # fmt: skip
        rates.append(ast.Rate(amount, lasts, draft.cites(0.2), NOWHERE))
    rates.append(ast.Rate(_rate(draft), None, draft.cites(0.2), NOWHERE))
    return (volume,), tuple(rates)


def _rate(draft: Draft) -> ast.Dose:
    amount = draft.number(draft.one((5, 10, 20)), "mL/h")
    return ast.Dose("exact", amount, amount, None, None, (), NOWHERE)
