"""Windows of days and spans of time to windows: what is known to a day stays a day, what isn't stated stays wide."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor
from typing import Any

from guidec.dates import add
from guidec.numbers import unit_of
from guidec.plan.entries import Window
from guidec.record import record

Json = dict[str, Any]
Span = Json | str
"""An interval of a result, or `not stated`."""

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}
_DAY = 24 * 60 * 60


def on(day: date) -> Window:
    """One day."""
    return Window(day, day)


@record
class Since:
    """So long after a window: `low` to `high` months, or days, less some days. Without a time it is the window itself."""

    start: Window
    low: Fraction = Fraction(0)
    high: Fraction = Fraction(0)
    months: bool = False
    less: int = 0


def further(since: Since, span: Json, overflow: str, times: int = 1) -> Since:
    """`times` spans later: time of one kind is summed from where it begins, and another kind begins where that ends.

    Months and years are one kind, everything else the other. So a step after months is so many months after the first.
    """
    months = span["unit"] in _MONTHS
    if since.months != months and since != Since(since.start):
        since = Since(window_of(since, overflow))
    low, high = (_amount(span, end) * times for end in ("low", "high"))
    less = span.get("less_days", 0) * times
    return Since(since.start, since.low + low, since.high + high, months, since.less + less)


def _amount(span: Json, end: str) -> Fraction:
    """One end of a span, in months or in days."""
    amount, unit = Fraction(str(span[end])), span["unit"]
    return amount * _MONTHS[unit] if unit in _MONTHS else in_days(amount, unit)


def window_of(since: Since, overflow: str) -> Window:
    """Where a month lacks the day and the guideline has no rule for that, both rules stand: from the last of the month to the
    first of the next. Of hours that are no whole number of days, both days stand.
    """
    less = timedelta(days=since.less)
    earliest = _later(since.start.earliest, floor(since.low), since.months, overflow or "back")
    latest = _later(since.start.latest, ceil(since.high), since.months, overflow or "forward")
    return Window(earliest - less, latest - less)


def _later(day: date, amount: int, months: bool, overflow: str) -> date:
    return add(day, amount, "month", overflow) if months else day + timedelta(days=amount)


def exactly(since: Since) -> list[Since]:
    """Each end of the first window with each end of the time after it: together they hold what lies between."""
    days = (since.start.earliest, since.start.latest)
    spans = (since.low, since.high)
    return [replace(since, start=on(day), low=span, high=span) for day in days for span in spans]


def later(window: Window, span: Json, overflow: str, times: int = 1) -> Window:
    """The window that is `times` spans later: the n-th date of a series is its first and n months."""
    return window_of(further(Since(window), span, overflow, times), overflow)


def in_days(amount: Fraction, unit: str) -> Fraction:
    """Days or weeks, or UCUM time, in days."""
    return amount * _DAYS[unit] if unit in _DAYS else amount * unit_of(unit).factor / _DAY


def is_whole(span: Json) -> bool:
    """Whether a span ends with a day, and not within one."""
    ends = (Fraction(str(span[end])) for end in ("low", "high"))
    return span["unit"] in _MONTHS or all(in_days(end, span["unit"]).denominator == 1 for end in ends)


def is_daily(span: Json) -> bool:
    """Whether something is done every day, or more often: it goes on over days. So is what may have no time in between."""
    if span["unit"] in _MONTHS:
        return not span["low"]
    return in_days(Fraction(str(span["low"])), span["unit"]) <= 1


def last_day(begin: Window, behind: Window, span: Json) -> Window:
    """The last day of what begins and goes on for the span; `behind` is when what follows begins."""
    day = timedelta(days=1)
    latest = behind.latest - day if is_whole(span) else behind.latest
    return Window(max(begin.earliest, behind.earliest - day), max(begin.latest, latest))


def united(windows: list[Window]) -> Window:
    """From the earliest to the latest of them all."""
    return Window(min(one.earliest for one in windows), max(one.latest for one in windows))


def latest_of(windows: list[Window]) -> Window:
    """When the last of several has come."""
    return Window(max(one.earliest for one in windows), max(one.latest for one in windows))


def series(
    begin: Since, span: Json, overflow: str, last: date, first: int = 0
) -> Iterator[tuple[int, Window]]:
    """The n-th windows from the `first`, as long as they may begin until the last day. For spans longer than a day."""
    number, before = first, date.min
    while before < (found := window_of(further(begin, span, overflow, number), overflow)).earliest <= last:
        yield number, found
        number, before = number + 1, found.earliest
