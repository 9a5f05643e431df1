"""When monitoring is due: calendar time after a date, every named value of the date answered, the calendar never left."""

from collections.abc import Iterator
from datetime import date

from guidec import ast, ir
from guidec.dates import later
from guidec.diagnostic import nearest
from guidec.numbers import CALENDAR_WORDS, decimal_text
from guidec.resolve.scope import Scope
from guidec.source import Span

_LEAST_DAYS = {"day": 1, "week": 7, "month": 28, "year": 365}
# So many years show every order that the lengths of months bring about; around a century without its leap day, too.
_YEARS = 9


def repeated(scope: Scope, written: ast.MeasureEvery) -> tuple[ir.Interval | None, ir.Window | None]:
    """`every 3 to 6 months from last_visit`: how often, and when next."""
    interval, less, start = written.interval, written.less, written.start
    assert interval is not None
    if not interval.calendar:
        scope.fault(
            "undatable_interval",
            f"`{interval.unit.text}` counts hours and seconds, and a date has none",
            interval.span,
            "write calendar time, such as `1 day`, `4 weeks` or `3 months`",
        )
        return None, None
    if less is not None and (interval.low is not interval.high or start is None):
        low, high = (
            f"{decimal_text(end.value)} {interval.unit.text}" for end in (interval.low, interval.high)
        )
        message, repair = (
            ("`less` shortens the time from a date, and there is none", "add `from` and the date")
            if start is None
            else (
                "`less` shortens one length of time, and this is a range",
                f"write `due {low} to {high} less …`",
            )
        )
        scope.fault("misplaced_part", message, less.span, repair)
        return None, None
    ends = [
        _lapse(scope, ast.Lapse(end, interval.unit, less, interval.span))
        for end in (interval.low, interval.high)
    ]
    if ends[0] is None or ends[1] is None or start is None:
        return None, None
    if not interval.high.value:
        scope.fault("bad_range", "this is no time at all", interval.span, "write how long it is")
        return None, None
    found = ir.Interval(interval.low.value, interval.high.value, ends[0].unit, True, ends[0].less)
    return found, _window(scope, (ends[0], ends[1]), start, interval.span)


def once(scope: Scope, written: ast.Due) -> ir.Window | None:
    """`due 10 months to 12 months less 4 days from last_dose`."""
    earliest, latest = _lapse(scope, written.earliest), _lapse(scope, written.latest)
    if earliest is None or latest is None:
        return None
    return _window(scope, (earliest, latest), written.start, written.earliest.span.to(written.latest.span))


def last_day(scope: Scope, written: ast.UntilDate) -> ir.Dated | None:
    """`until stop_date`: after that day nothing is due."""
    return _dated(scope, written.date, "no end")


def _lapse(scope: Scope, written: ast.Lapse) -> ir.Lapse | None:
    for number in (written.amount.value, written.less.value if written.less else written.amount.value):
        if number.denominator != 1:
            scope.fault(
                "undatable_interval",
                f"no date can be computed with `{decimal_text(number)}` of a calendar unit",
                written.span,
                "write a whole number of a smaller one",
            )
            return None
    unit = CALENDAR_WORDS[written.unit.text]
    amount, less = int(written.amount.value), 0
    if written.less is not None:
        word = CALENDAR_WORDS[written.less.unit.text]
        if word in ("month", "year"):
            scope.fault(
                "undatable_interval",
                f"`less` takes days or weeks away, and `{written.less.unit.text}` have no fixed number of days",
                written.less.span,
                "write days or weeks",
            )
            return None
        less = int(written.less.value) * _LEAST_DAYS[word]
    if less > amount * _LEAST_DAYS[unit]:
        scope.fault("bad_range", "this takes more away than there is", written.span, "write less, or more")
        return None
    return ir.Lapse(amount, unit, less)  # type: ignore[arg-type]  # the calendar's words


def _window(scope: Scope, ends: tuple[ir.Lapse, ir.Lapse], start: ast.Dated, span: Span) -> ir.Window | None:
    dated = _dated(scope, start, "not stated")
    if dated is None:
        return None
    if not scope.overflow and any(end.unit in ("month", "year") for end in ends):
        scope.fault(
            "calendar_overflow",
            "a month may have no such day, and the file doesn't say what then",
            span,
            "add `calendar overflow back` or `calendar overflow forward` below `language`",
        )
        return None
    found = ir.Window(*ends, dated)
    for one in (dated.date, *(instead.date for instead in dated.instead)):
        if one.kind in ("input", "day") and not _in_order(scope, found, one, span):
            return None
    return found


def _in_order(scope: Scope, window: ir.Window, start: ir.SomeDate, span: Span) -> bool:
    """Whether every date leads to dates of the calendar, and the earliest is never after the latest."""
    first, last = _ends_of(scope, start)
    try:
        for day in (first, last):
            later(day, window.latest, scope.overflow)
    except OverflowError:
        scope.fault(
            "bad_range",
            f"with `{start.text}` on {last.isoformat()} this leads beyond the year 9999",
            span,
            "let its dates end earlier",
        )
        return False
    for day in _days(first, last, window):
        if later(day, window.earliest, scope.overflow) > later(day, window.latest, scope.overflow):
            scope.fault(
                "bad_range",
                f"with `{start.text}` on {day.isoformat()} this ends before it begins",
                span,
                "write the shorter time first",
            )
            return False
    return True


def _ends_of(scope: Scope, start: ir.SomeDate) -> tuple[date, date]:
    if start.kind == "day":
        return date.fromisoformat(start.text), date.fromisoformat(start.text)
    kind = scope.inputs[start.text].type
    assert isinstance(kind, ir.Date)
    return date.fromisoformat(kind.low), date.fromisoformat(kind.high)


def _days(first: date, last: date, window: ir.Window) -> Iterator[date]:
    """Days enough to see whether the ends of a window may cross."""
    yield from (first, last)
    earliest, latest = window.earliest, window.latest
    if earliest.unit == latest.unit and earliest.amount <= latest.amount and earliest.less >= latest.less:
        return
    for year in range(first.year, last.year + 1):
        century = (year + 4) // 100 * 100
        if year < first.year + _YEARS or (century % 400 and abs(year - century) <= 4):
            days = range(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal() + 1)
            yield from (day for day in map(date.fromordinal, days) if first <= day <= last)


# --- dates -------------------------------------------------------------------


def _dated(scope: Scope, written: ast.Dated, word: str) -> ir.Dated | None:
    """A date with what stands for its input's named values; `word` may stand in their place."""
    found = _some_date(scope, written.date, "")
    instead: dict[str, ir.Instead] = {}
    named = _named_values(scope, found)
    for one in written.instead:
        other = _some_date(scope, one.date, word)
        if one.when.text not in named and found is not None:
            known = nearest(one.when.text, named) or "delete this, or name one of its named values"
            scope.fault(
                "unknown_value", f"`{found.text}` has no named value `{one.when.text}`", one.when.span, known
            )
        elif one.when.text in instead:
            scope.fault("duplicate_name", f"`{one.when.text}` is answered twice", one.when.span, "delete one")
        elif other is not None:
            if _named_values(scope, other):
                _unanswered(
                    scope, other.text, _named_values(scope, other)[0], one.date.span, "name another date"
                )
            instead[one.when.text] = ir.Instead(one.when.text, other)
    if found is None:
        return None
    for value in named:
        if value not in instead and value not in {one.when.text for one in written.instead}:
            _unanswered(
                scope,
                found.text,
                value,
                written.date.span,
                f"add `or {word} when {value}`, or a date in its place",
            )
            return None
    return ir.Dated(found, tuple(instead[value] for value in named if value in instead))


def _unanswered(scope: Scope, name: str, value: str, span: Span, repair: str) -> None:
    scope.fault(
        "unhandled_named_value", f"`{name}` may be `{value}`, and this does not say what then", span, repair
    )


def _named_values(scope: Scope, found: ir.SomeDate | None) -> list[str]:
    if found is None or found.kind != "input":
        return []
    return [value.id for value in scope.inputs[found.text].named]


def _some_date(scope: Scope, written: ast.SomeDate, word: str) -> ir.SomeDate | None:
    match written.value:
        case ast.Day(value):
            return ir.SomeDate("day", value.isoformat())
        case ast.Name() as name:
            entry = scope.look_up("input", name, scope.inputs)
            if entry is None:
                return None
            if isinstance(entry.type, ir.Date):
                return ir.SomeDate("input", entry.id)
            scope.fault(
                "wrong_type", f"`{entry.id}` is no date", name.span, "name an input of the type `date`"
            )
            return None
        case other:
            if other == word:
                return ir.SomeDate(other, "")
            repair = f"write a date, or `{word}`" if word else "write a date"
            scope.fault("misplaced_part", f"`{other}` can't stand here", written.span, repair)
            return None
