"""Orders to their course: the steps of tapers, how much a day, how much in all. What has no exact number says why."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal

from guidec import ir
from guidec.numbers import rounded, unit_of
from guidec.record import record
from guidec.units import without_time

MOST_STEPS = 200
_DAY = 24 * 60 * 60
_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}

NO_DURATION = "how long it is given is not stated"
NO_INTERVAL = "how often it is given is not stated"
NO_DAYS = "a month has no fixed number of days"
NO_COUNT = "that is no whole number of doses"
NO_DECIMAL = "it has no exact decimal"


@record
class Step:
    """An amount as the dose is written, and how long it is given; None where that isn't stated."""

    amount: Fraction
    lasts: ir.Interval | None


@record
class Trouble:
    """Why a taper can't be followed: which, from what amount, and in what way."""

    taper: int
    kind: Literal["wrong way", "stuck", "endless", "too long", "after stop"]
    amount: Fraction


@record
class Factor:
    """What an amount is multiplied with, at least and at most, and the unit that comes out."""

    low: Fraction
    high: Fraction
    unit: str


def steps(
    start: Fraction, lasts: ir.Interval | None, tapers: tuple[ir.Taper, ...]
) -> tuple[Step, ...] | Trouble:
    """The first amount, and each amount of the tapers with its time. Stop is no step.

    The last step before an end goes just as far as the end. An amount between two tapers lasts as the steps before it; the
    last of all lasts as is said, or that isn't stated.
    """
    found = [Step(start, lasts)]
    for at, taper in enumerate(tapers):
        amount = found[-1].amount
        end = Fraction(0) if taper.until is None else taper.until
        if at and tapers[at - 1].until is None:
            return Trouble(at, "after stop", amount)
        if (end <= amount) if taper.up else (end >= amount):
            return Trouble(at, "wrong way", amount)
        if (
            taper.of == "reached"
            and not taper.up
            and taper.until is None
            and taper.rounded is None
            and taper.by < 100
        ):
            return Trouble(at, "endless", amount)
        while amount != end:
            there = _next(taper, amount, start, end)
            if (there <= amount) if taper.up else (there >= amount):
                return Trouble(at, "stuck", amount)
            if len(found) > MOST_STEPS:
                return Trouble(at, "too long", amount)
            amount = there
            if amount:
                found.append(Step(amount, taper.every))
        if taper.until is not None and (taper.lasts is not None or at == len(tapers) - 1):
            found[-1] = Step(amount, taper.lasts)
    return tuple(found)


def _next(taper: ir.Taper, amount: Fraction, start: Fraction, end: Fraction) -> Fraction:
    by = taper.by if taper.of == "amount" else taper.by / 100 * (amount if taper.of == "reached" else start)
    there = amount + by if taper.up else amount - by
    if taper.rounded is not None:
        there = rounded(there, taper.rounded, taper.mode)
    return min(there, end) if taper.up else max(there, end)


# --- time --------------------------------------------------------------------


def seconds(interval: ir.Interval) -> tuple[Fraction, Fraction] | None:
    """An interval of days, weeks or UCUM time; None for months and years, which are no fixed time."""
    if interval.calendar:
        days = _DAYS.get(interval.unit)
        return None if days is None else (interval.low * days * _DAY, interval.high * days * _DAY)
    unit = unit_of(interval.unit)
    if any(term.atom in ("mo", "a") for term in unit.terms):
        return None
    return interval.low * unit.factor, interval.high * unit.factor


def _months(interval: ir.Interval) -> tuple[Fraction, Fraction] | None:
    months = _MONTHS.get(interval.unit) if interval.calendar else None
    return None if months is None else (interval.low * months, interval.high * months)


def daily(unit: str, order: ir.Order) -> Factor | None:
    """From a dose in the unit to the amount of a day: `500 mg` every 12 h is twice that; None where days differ."""
    per_time = without_time(unit_of(unit))
    if per_time is not None:
        return Factor(Fraction(1), Fraction(1), unit) if per_time[1] == _DAY and order.every is None else None
    often = None if order.every is None else seconds(order.every)
    if often is None or not 0 < often[0] <= often[1] <= _DAY:
        return None
    return Factor(_DAY / often[1], _DAY / often[0], f"{unit}/d")


def total(unit: str, order: ir.Order, lasts: ir.Interval | None) -> Factor | str:
    """From a dose in the unit to all of it in that time; or why there is no such number."""
    per_time = without_time(unit_of(unit))
    if per_time is None:
        return _doses(unit, order, lasts)
    if order.every is not None or order.times is not None:
        return NO_COUNT
    if lasts is None:
        return NO_DURATION
    there = seconds(lasts)
    if there is None:
        return NO_DAYS
    return Factor(there[0] / per_time[1], there[1] / per_time[1], per_time[0].text)


def _doses(unit: str, order: ir.Order, lasts: ir.Interval | None) -> Factor | str:
    if order.times is not None:
        return Factor(Fraction(order.times), Fraction(order.times), unit)
    if lasts is None:
        return NO_DURATION
    if order.every is None:
        return NO_INTERVAL
    whole, often = seconds(lasts), seconds(order.every)
    if whole is None and often is None:
        whole, often = _months(lasts), _months(order.every)
    if whole is None or often is None:
        return NO_DAYS
    if not often[0]:
        return NO_COUNT
    low, high = whole[0] / often[1], whole[1] / often[0]
    return Factor(low, high, unit) if low.denominator == high.denominator == 1 else NO_COUNT


@record
class Share:
    """One step's part of the total: its amounts as the dose is written, and what they are multiplied with."""

    low: Fraction
    high: Fraction
    factor: Factor


def shares(dose: ir.Dose, unit: str, order: ir.Order) -> tuple[Share, ...] | str:
    """The parts of the total, all in one unit; or why it can't be computed. `unit` is that of the computed dose."""
    found: list[Share] = []
    for low, high, lasts in _amounts(dose, order):
        factor = total(unit, order, lasts)
        if isinstance(factor, str):
            return factor
        found.append(Share(low, high, factor))
    return tuple(found)


def _amounts(dose: ir.Dose, order: ir.Order) -> Iterator[tuple[Fraction, Fraction, ir.Interval | None]]:
    if not order.tapers:
        yield dose.low, dose.high, order.lasts
        return
    course = steps(dose.low, order.lasts, order.tapers)
    assert not isinstance(course, Trouble)
    for step in course:
        yield step.amount, step.amount, step.lasts


# --- infusions ---------------------------------------------------------------


def whole_rate(infusion: ir.Infusion) -> Factor | None:
    """`500 mL` over `4 h`: 125 mL/h; None where a part isn't stated."""
    volume, over = infusion.volume, infusion.over
    if volume is None or over is None or over.calendar or not over.low:
        return None
    return Factor(volume.value / over.high, volume.value / over.low, f"{volume.unit}/{over.unit}")
