"""Conditions, numbers and labels to the same with one small change."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any, Literal, TypeVar

from guidec import ast
from guidec.mutants.names import Change, Names, following, step_of

_Op = Literal["<", "<=", ">", ">=", "="]
_Sign = Literal["+", "-", "*", "/"]
_OPPOSITE: dict[_Sign, _Sign] = {"+": "-", "-": "+", "*": "/", "/": "*"}
_LOOSER: dict[_Op, _Op] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": ">="}
_MODES: tuple[ast.RoundingMode, ...] = ("half away from zero", "half even", "down", "up")

Limit = ast.Number | ast.CalendarNumber | ast.Day
N = TypeVar("N", bound=ast.Number | ast.CalendarNumber)


def condition_changes(one: ast.Expression, names: Names) -> Iterator[Change]:
    """Every small change of a condition: what it compares, how its parts are joined, what it denies."""
    match one:
        case ast.Binary("and" | "or" as op, left, right):
            yield "logic", one.span, replace(one, op="or" if op == "and" else "and")
            yield "logic", right.span, left
            if not (isinstance(left, ast.Binary) and left.op == op):
                yield "logic", left.span, right
            yield from _within(one, "left", condition_changes(left, names))
            yield from _within(one, "right", condition_changes(right, names))
        case ast.Unary("not", operand):
            yield "logic", one.span, operand
            yield from _within(one, "operand", condition_changes(operand, names))
        case ast.Compare(op):
            yield "comparison", one.span, replace(one, op=_LOOSER[op])
            yield from _compared(one, names)
        case ast.Is():
            single = len(one.values) == 1 and not one.listed
            yield "logic", one.span, replace(one, negated=not one.negated) if single else _denied(one)
            yield from _values(one, names)
        case ast.Includes(left, member):
            yield "logic", one.span, _denied(one)
            for other in following(member.text, names.values.get(_text(left), ())):
                yield "value", member.span, replace(one, member=replace(member, text=other))
        case ast.About(kind, name):
            yield "logic", one.span, _denied(one)
            if kind in ("taking", "prescribed"):
                among = next((some for some in names.things.values() if name.text in some), ())
                for other in following(name.text, among):
                    yield "value", name.span, replace(one, name=replace(name, text=other))
        case _:
            yield "logic", one.span, _denied(one)


def _denied(one: ast.Expression) -> ast.Expression:
    return ast.Unary("not", one, one.span)


def _text(one: ast.Expression) -> str:
    return one.text if isinstance(one, ast.Name) else ""


def _within(one: Any, field: str, changes: Iterator[Change]) -> Iterator[Change]:
    for kind, span, into in changes:
        yield kind, span, replace(one, **{field: into})


def _compared(one: ast.Compare, names: Names) -> Iterator[Change]:
    for field, side, other in (("left", one.left, one.right), ("right", one.right, one.left)):
        if isinstance(side, Limit):
            nears = moved(side, names, other)
            yield from _within(one, field, (("threshold", side.span, near) for near in nears))
        elif isinstance(side, ast.Thresholds):
            several = _several(side, names, other)
            yield from _within(one, field, (("threshold", span, near) for span, near in several))
        else:
            yield from _within(one, field, number_changes(side, names))


def _several(
    one: ast.Thresholds, names: Names, asked: ast.Expression
) -> Iterator[tuple[Any, ast.Thresholds]]:
    for at, number in enumerate(one.numbers):
        for near in moved(number, names, asked):
            yield number.span, replace(one, numbers=(*one.numbers[:at], near, *one.numbers[at + 1 :]))


def _values(one: ast.Is, names: Names) -> Iterator[Change]:
    """Another value in the place of one, one value fewer, one more."""
    written = [value.text if isinstance(value, ast.Name) else "" for value in one.values]
    among = names.values.get(_text(one.left), ())
    for at, value in enumerate(one.values):
        before, after = one.values[:at], one.values[at + 1 :]
        if isinstance(value, ast.Name):
            for other in following(value.text, among, written):
                yield "value", value.span, replace(one, values=(*before, replace(value, text=other), *after))
        elif isinstance(value, ast.YesNo):
            yield (
                "value",
                value.span,
                replace(one, values=(*before, replace(value, value=not value.value), *after)),
            )
        else:
            for near in moved(value, names, one.left):
                yield "value", value.span, replace(one, values=(*before, near, *after))
        if len(one.values) > 1:
            yield "value", value.span, replace(one, values=(*before, *after))
    for last in one.values[-1:]:
        for more in following(written[-1], among, written):
            yield "value", one.span, replace(one, values=(*one.values, ast.Name(more, last.span)))


# --- numbers -----------------------------------------------------------------


def number_changes(one: ast.Expression, names: Names) -> Iterator[Change]:
    """Every small change of a computed number."""
    match one:
        case ast.Number() | ast.CalendarNumber():
            yield from (("number", one.span, near) for near in moved(one, names))
        case ast.Binary("+" | "-" | "*" | "/" as op, left, right):
            yield "number", one.span, replace(one, op=_OPPOSITE[op])
            yield from _within(one, "left", number_changes(left, names))
            yield from _within(one, "right", number_changes(right, names))
        case ast.Binary(_, left, right):
            yield from _within(one, "left", number_changes(left, names))
            yield from _within(one, "right", number_changes(right, names))
        case ast.Unary(_, operand):
            yield "number", one.span, operand
            yield from _within(one, "operand", number_changes(operand, names))
        case ast.Call(name, arguments):
            if name.text in ("min", "max"):
                other = "max" if name.text == "min" else "min"
                yield "number", name.span, replace(one, name=replace(name, text=other))
            for at, argument in enumerate(arguments):
                for kind, span, into in number_changes(argument, names):
                    yield kind, span, replace(one, arguments=(*arguments[:at], into, *arguments[at + 1 :]))
        case ast.Rounded(operand, _, mode):
            yield "rounding", one.span, replace(one, mode=other_mode(mode), said=True)
            yield from _within(one, "operand", number_changes(operand, names))
        case ast.Completed(_, first, last):
            yield from _within(one, "first", number_changes(first, names))
            yield from _within(one, "last", number_changes(last, names))
        case ast.OfSeries(_, _, ast.CalendarNumber() as over):
            yield from _within(one, "over", number_changes(over, names))
        case _:
            pass


def moved(one: Limit, names: Names, asked: ast.Expression | None = None) -> Iterator[Any]:
    """One step down and one up."""
    if isinstance(one, ast.Day):
        yield from (replace(one, value=one.value + timedelta(days=days)) for days in (-1, 1))
        return
    step = step_of(names, asked, one)
    yield from (with_value(one, value) for value in (one.value - step, one.value + step) if value >= 0)


def with_value(one: N, value: Fraction) -> N:
    """The number with another value, printed as a shortest decimal."""
    return replace(one, value=value, written="")


def other_mode(mode: ast.RoundingMode) -> ast.RoundingMode:
    """The next way to round."""
    return following(mode, _MODES)[0]


# --- labels ------------------------------------------------------------------

Labelled = tuple[Any, ...]
"""Lines with labels: branches, bands, lines of a lookup or of points."""


def label_changes(lines: Labelled, asked: ast.Expression, names: Names, kind: str) -> Iterator[Change]:
    """Every small change of the labels of lines, one label alone or a threshold wherever it stands."""
    for at, line in enumerate(lines):
        labels: tuple[ast.Label, ...] = line.labels or ()
        for place, label in enumerate(labels):
            before, after = labels[:place], labels[place + 1 :]
            for span, other in _other_labels(label, asked, names, labels):
                changed = replace(line, labels=(*before, other, *after))
                yield kind, span, (*lines[:at], changed, *lines[at + 1 :])
            if len(labels) > 1:
                fewer = replace(line, labels=(*before, *after))
                yield kind, label.span, (*lines[:at], fewer, *lines[at + 1 :])
    yield from _boundaries(lines, asked, names, kind)


def _other_labels(
    label: ast.Label, asked: ast.Expression, names: Names, beside: Sequence[ast.Label]
) -> Iterator[tuple[Any, ast.Label]]:
    match label:
        case ast.Name(text):
            taken = [one.text for one in beside if isinstance(one, ast.Name)]
            for other in following(text, names.values.get(_text(asked), ()), taken):
                yield label.span, replace(label, text=other)
        case ast.YesNo(value):
            yield label.span, replace(label, value=not value)
        case ast.LabelCompare(op, value):
            if not label.bare:
                yield label.span, replace(label, op=_LOOSER[op])
            yield from ((label.span, replace(label, value=near)) for near in _limits(value, names, asked))
        case ast.LabelRange(low, high, above, below):
            yield label.span, replace(label, above=not above)
            yield label.span, replace(label, below=not below)
            yield from ((label.span, replace(label, low=near)) for near in _limits(low, names, asked))
            yield from ((label.span, replace(label, high=near)) for near in _limits(high, names, asked))


def _limits(limit: ast.Limit, names: Names, asked: ast.Expression) -> Iterator[Any]:
    if isinstance(limit, ast.Thresholds):
        yield from (near for _, near in _several(limit, names, asked))
    else:
        yield from moved(limit, names, asked)


def _boundaries(lines: Labelled, asked: ast.Expression, names: Names, kind: str) -> Iterator[Change]:
    """A threshold moved in every line that names it, and given to the other side: what leaves no gap behind."""
    limits = [one for line in lines for label in line.labels or () for one in _plain(label)]
    seen: set[Any] = set()
    for limit in limits:
        if limit.value in seen:
            continue
        step: Any = timedelta(days=1) if isinstance(limit, ast.Day) else step_of(names, asked, limit)
        group = {limit.value, limit.value + step} & {one.value for one in limits}
        seen |= group
        for way in (-step, step):
            yield kind, limit.span, _shifted(lines, group, way)
        if len(group) == 1:
            yield (
                kind,
                limit.span,
                tuple(
                    replace(
                        line,
                        labels=line.labels and tuple(_given_away(one, limit.value) for one in line.labels),
                    )
                    for line in lines
                ),
            )


def _plain(label: ast.Label) -> list[Limit]:
    """The thresholds of a label, of several units the first."""
    match label:
        case ast.LabelCompare(_, value):
            return [_first(value)]
        case ast.LabelRange(low, high):
            return [_first(low), _first(high)]
        case _:
            return []


def _first(limit: ast.Limit) -> Limit:
    return limit.numbers[0] if isinstance(limit, ast.Thresholds) else limit


def _shifted(lines: Labelled, group: set[Any], by: Any) -> Labelled:
    def shift(limit: Limit) -> Limit:
        if limit.value not in group:
            return limit
        if isinstance(limit, ast.Day):
            return replace(limit, value=limit.value + by)
        return with_value(limit, limit.value + by)

    def change(limit: ast.Limit) -> ast.Limit:
        if isinstance(limit, ast.Thresholds):
            return replace(limit, numbers=(shift(limit.numbers[0]), *limit.numbers[1:]))
        return shift(limit)

    return _relabelled(lines, change)


def _relabelled(lines: Labelled, change: Callable[[ast.Limit], ast.Limit]) -> Labelled:
    def label_of(label: ast.Label) -> ast.Label:
        match label:
            case ast.LabelCompare(_, value):
                return replace(label, value=change(value))
            case ast.LabelRange(low, high):
                return replace(label, low=change(low), high=change(high))
            case _:
                return label

    return tuple(replace(line, labels=line.labels and tuple(map(label_of, line.labels))) for line in lines)


def _given_away(label: ast.Label, value: Any) -> ast.Label:
    """The label where the threshold itself lies on the other side."""
    match label:
        case ast.LabelCompare(op) if not label.bare and any(one.value == value for one in _plain(label)):
            return replace(label, op=_LOOSER[op])
        case ast.LabelRange(_, _, above, below):
            low, high = _plain(label)
            return replace(label, above=above != (low.value == value), below=below != (high.value == value))
        case _:
            return label
