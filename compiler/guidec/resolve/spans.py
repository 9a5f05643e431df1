"""Written spans of time to intervals: calendar words, hours and minutes in words, UCUM units."""

from guidec import ast, ir
from guidec.numbers import CALENDAR_WORDS, unit_dimension
from guidec.resolve.scope import Scope
from guidec.resolve.typed import check_unit

_CLOCK = {"hour": "h", "hours": "h", "minute": "min", "minutes": "min"}


def interval(scope: Scope, written: ast.Interval) -> ir.Interval | None:
    """A span of time in calendar words or UCUM units."""
    if written.calendar:
        unit = CALENDAR_WORDS[written.unit.text]
    elif written.unit.text in _CLOCK:
        unit = _CLOCK[written.unit.text]
    else:
        parsed = check_unit(scope, written.unit)
        if parsed is None:
            return None
        if parsed.dimension != unit_dimension("d"):
            scope.fault(
                "dimension_mismatch",
                f"`{parsed.text}` is no time",
                written.unit.span,
                "write a time, such as `8 h` or `4 weeks`",
            )
            return None
        unit = parsed.text
    if written.low.value > written.high.value:
        scope.fault(
            "bad_range", "the range ends before it begins", written.span, "write the smaller one first"
        )
        return None
    if not written.high.value:
        scope.fault("bad_range", "this is no time at all", written.span, "write how long it is")
        return None
    return ir.Interval(written.low.value, written.high.value, unit, written.calendar)
