"""Plain values to nodes of the ast, without places: what an author would write."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from fractions import Fraction

from guidec import ast
from guidec.ir import NOWHERE
from guidec.numbers import decimal_text

PLURALS = {"day": "days", "week": "weeks", "month": "months", "year": "years"}


def name(text: str) -> ast.Name:
    return ast.Name(text, NOWHERE)


def names(texts: Iterable[str]) -> tuple[ast.Name, ...]:
    return tuple(map(name, texts))


def quoted(text: str) -> ast.Text:
    return ast.Text(text, NOWHERE)


def number(value: Fraction | int, unit: str = "") -> ast.Number:
    """The shortest decimal, negative ones included, as points and limits have them."""
    value = Fraction(value)
    return ast.Number(value, name(unit) if unit else None, NOWHERE, decimal_text(value))


def calendar_number(value: Fraction | int, word: str) -> ast.CalendarNumber:
    value = Fraction(value)
    unit = name(word if value == 1 else PLURALS[word])
    return ast.CalendarNumber(value, unit, NOWHERE, decimal_text(value))


def day(ordinal: Fraction | int) -> ast.Day:
    return ast.Day(date.fromordinal(int(ordinal)), NOWHERE)


def signed(limit: ast.Limit) -> ast.Expression:
    """A limit as an expression has it: with a minus before a number that has none."""
    if isinstance(limit, ast.Number | ast.CalendarNumber) and limit.value < 0:
        plain = replace(limit, value=-limit.value, written=limit.written.removeprefix("-"))
        return ast.Unary("-", plain, NOWHERE)
    return limit


def yes_no(value: bool) -> ast.YesNo:
    return ast.YesNo(value, NOWHERE)


def negated(condition: ast.Expression) -> ast.Unary:
    return ast.Unary("not", condition, NOWHERE)


def opposite(operand: ast.Expression) -> ast.Unary:
    return ast.Unary("-", operand, NOWHERE)


def binary(left: ast.Expression, op: str, right: ast.Expression) -> ast.Binary:
    return ast.Binary(op, left, right, NOWHERE)  # type: ignore[arg-type]  # one of the operators


def both(parts: Iterable[ast.Expression]) -> ast.Expression:
    """All of them, as `a and b and c` is read."""
    return _joined("and", parts)


def either(parts: Iterable[ast.Expression]) -> ast.Expression:
    return _joined("or", parts)


def _joined(op: str, parts: Iterable[ast.Expression]) -> ast.Expression:
    first, *others = parts
    for other in others:
        first = binary(first, op, other)
    return first


def compare(left: ast.Expression, op: str, right: ast.Expression) -> ast.Compare:
    return ast.Compare(op, left, right, NOWHERE)  # type: ignore[arg-type]  # one of the operators


def is_(left: str, *values: str, negative: bool = False, listed: bool = False) -> ast.Is:
    """`left is value`; `yes` and `no` are values too."""
    made = tuple(yes_no(one == "yes") if one in ("yes", "no") else name(one) for one in values)
    return ast.Is(name(left), made, negative, NOWHERE, listed or len(values) > 1)


def includes(left: str, member: str) -> ast.Includes:
    return ast.Includes(name(left), name(member), NOWHERE)


def call(function: str, *arguments: ast.Expression) -> ast.Call:
    return ast.Call(name(function), arguments, NOWHERE)


def value_line(text: str, label: str = "", codes: tuple[ast.Code, ...] = ()) -> ast.ValueLine:
    return ast.ValueLine(name(text), quoted(label or text.capitalize()), codes)
