"""Series for tests: dated entries, and what is asked of them, read another way than the evaluator reads them."""

import random
from collections.abc import Mapping
from datetime import date, timedelta

from guidec import ir
from interpret import Value, domain

Dated = tuple[tuple[date, Value], ...]
Record = dict[str, tuple[Value, ...]]

LAST = date(2024, 2, 29)
_EDGES = (0, 1, 2, 27, 28, 29, 30, 31, 32, 365, 366, 367, 380, 394, 395, 396)


def parts_of(guideline: ir.Guideline, name: str) -> list[ir.Input]:
    """What is asked of a series."""
    return [one for one in guideline.inputs if one.part is not None and one.part.of == name]


def lies_before(part: ir.Part, day: date, last: date) -> bool:
    """Whether the n-th day, week, month or year since a day has come by the last, and the next one hasn't."""
    return _has_come(part.unit or "", part.amount, day, last) and not _has_come(
        part.unit or "", part.amount + 1, day, last
    )


def _has_come(unit: str, count: int, day: date, last: date) -> bool:
    if unit in ("day", "week"):
        return day + timedelta(days=count * (7 if unit == "week" else 1)) <= last
    months = day.year * 12 + day.month + count * (12 if unit == "year" else 1)
    return (months, day.day) <= (last.year * 12 + last.month, last.day)


def entered(guideline: ir.Guideline, name: str, dated: Dated) -> Record:
    """What a series leaves known of its input and of the parts that are asked of it."""
    found: Record = {name: ()}
    days = sorted(day for day, _ in dated)
    values = dict(dated)
    if days:
        found[name] = (values[days[-1]],)
    for one in parts_of(guideline, name):
        assert one.part is not None
        if one.part.kind == "count":
            found[one.id] = (_number(len(days)),)
        elif one.part.kind == "first":
            found[one.id] = (values[days[0]],) if days else ()
        else:
            there = [values[day] for day in days if lies_before(one.part, day, days[-1])]
            found[one.id] = tuple(dict.fromkeys(there))
    return found


def _number(count: int) -> Value:
    return next(value for value in domain(_COUNTING) if value == count)


_COUNTING = ir.Input("", "", ir.Integer(0, 1000), (), (), ir.Citation(), "")


def some_series(entry: ir.Input, dice: random.Random, count: int) -> list[Dated]:
    """Lists of dated entries, no two of one day, in any order: none, one, several, at month ends and leap days."""
    assert entry.series is not None
    values = domain(entry)
    found: dict[Dated, None] = {(): None}
    for _ in range(count):
        size = dice.randint(1, min(entry.series, 4))
        days = dice.sample(_EDGES, size)
        found[tuple((LAST - timedelta(days=by), dice.choice(values)) for by in days)] = None
    return list(found)


def refines(before: Mapping[str, tuple[Value, ...]], after: Mapping[str, tuple[Value, ...]]) -> bool:
    """Whether a record says all that another says, and perhaps more."""
    return all(
        not before[name] or (values and set(values) <= set(before[name])) for name, values in after.items()
    )
