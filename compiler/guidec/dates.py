"""Dates to dates and counts: calendar units added, and completed units between two dates. Nothing here knows today."""

from datetime import date, timedelta
from typing import Literal

from guidec import ir

OVERFLOW = ("back", "forward")

_DAYS = {"day": 1, "week": 7}
_MONTHS = {"month": 1, "year": 12}


def add(day: date, amount: int, word: str, overflow: str | None) -> date:
    """The date `amount` (which may be negative) days, weeks, months or years later.

    Where the month has no such day, `back` takes its last and `forward` the first of the next; days and weeks need no
    rule. The n-th date of a series is its start and n months, never one month added n times. Raises OverflowError
    outside the years 1 to 9999, and ValueError where a rule is needed and there is none.
    """
    if word in _DAYS:
        return day + timedelta(days=amount * _DAYS[word])
    year, month = divmod(day.year * 12 + day.month - 1 + amount * _MONTHS[word], 12)
    if not 1 <= year <= 9999:
        raise OverflowError("the date lies outside the years 1 to 9999")
    last = _days_in(year, month + 1)
    if day.day <= last:
        return date(year, month + 1, day.day)
    if overflow not in OVERFLOW:
        raise ValueError(f"{year}-{month + 1:02} has no day {day.day}")
    end = date(year, month + 1, last)
    return end if overflow == "back" else end + timedelta(days=1)


def later(day: date, lapse: ir.Lapse, overflow: str) -> date:
    """The date after that time: the calendar unit first, then the days that it is less."""
    return add(add(day, lapse.amount, lapse.unit, overflow), -lapse.less, "day", None)


def completed(word: Literal["day", "week", "month", "year"], first: date, second: date) -> int:
    """Completed units from the first date to the second, by month and day; negative where the second is earlier.

    Who was born on February 29 is a year older on March 1 of a year without that day. Never falls as the second date
    rises, never rises as the first does.
    """
    match word:
        case "day":
            return second.toordinal() - first.toordinal()
        case "week":
            return (second.toordinal() - first.toordinal()) // 7
        case "month":
            months = (second.year - first.year) * 12 + second.month - first.month
            return months - (second.day < first.day)
        case "year":
            years = second.year - first.year
            return years - ((second.month, second.day) < (first.month, first.day))


def _days_in(year: int, month: int) -> int:
    if month == 2:
        leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
        return 29 if leap else 28
    return 30 if month in (4, 6, 9, 11) else 31
