"""Expressions to words: parentheses where the meaning or a reader needs them, and nowhere else."""

from typing import assert_never

from guidec import ast
from guidec.layout.line import Chain, Words, flat
from guidec.layout.words import of_series_text, rounding_text, value_text

_OR, _AND, _NOT, _COMPARISON, _ROUNDING, _SUM, _PRODUCT, _SIGN, _POWER, _WORD = range(10)
_LEVELS = {"or": _OR, "and": _AND, "+": _SUM, "-": _SUM, "*": _PRODUCT, "/": _PRODUCT, "^": _POWER}


def expression_text(expression: ast.Expression) -> str:
    """An expression in one line."""
    return flat(_words(expression))


def chain(expression: ast.Expression) -> Chain:
    """A whole expression, which may be broken at its weakest operators."""
    return Chain(_links(expression), enclosed=False)


def _level(expression: ast.Expression) -> int:
    """How strongly it holds together."""
    match expression:
        case ast.Binary(op):
            return _LEVELS[op]
        case ast.Unary(op):
            return _NOT if op == "not" else _SIGN
        case ast.Compare() | ast.Is() | ast.Includes() | ast.About() | ast.Thresholds():
            return _COMPARISON
        case ast.Rounded():
            return _ROUNDING
        case ast.Completed() | ast.OfSeries():
            return _SUM
        case ast.Call():
            return _WORD
        case ast.Name() | ast.Number() | ast.CalendarNumber() | ast.Day() | ast.YesNo():
            return _WORD
        case _:
            assert_never(expression)


def _links(expression: ast.Expression) -> tuple[Words, ...]:
    """`a`, `+ b`, `- c`: the operands of operators that stand on one level."""
    match expression:
        case ast.Binary("^", left, right):
            is_power = isinstance(right, ast.Binary) and right.op == "^"
            return ((*_operand(left, _WORD), " ^ ", *_operand(right, _SIGN, is_power)),)
        case ast.Binary(op, left, right):
            behind: Words = (f"{op} ", *_right(op, right))
            if _stays_open(op, left):
                return (*_links(left), behind)
            return (_operand(left, _LEVELS[op], _left_is_clearer_closed(op, left)), behind)
        case ast.Compare(op, left, right) if _level(left) >= _ROUNDING:
            *links, last = _links(left)
            return (*links, (*last, f" {op} ", *_threshold(right)))
        case ast.Rounded(operand, step, mode, _, said):
            *links, last = _links(operand) if _level(operand) >= _SUM else (_operand(operand, _SUM),)
            return (*links, (*last, f" {rounding_text(step, mode, said)}"))
        case _:
            return (_words(expression),)


def _stays_open(op: str, left: ast.Expression) -> bool:
    """Whether the left operand's own operands stand beside the right one: `a + b - c`, `a * b / c`."""
    if not isinstance(left, ast.Binary) or _LEVELS[left.op] != _LEVELS[op]:
        return False
    return not _left_is_clearer_closed(op, left)


def _left_is_clearer_closed(op: str, left: ast.Expression) -> bool:
    """`(a and b) or c`, `(a / b) * c`: needed by nobody but the reader. Behind `years from a to b`, `+` could belong to `b`."""
    if isinstance(left, ast.Completed):
        return True
    if not isinstance(left, ast.Binary):
        return False
    return (op == "or" and left.op == "and") or (_LEVELS[op] == _PRODUCT and left.op == "/")


def _right(op: str, right: ast.Expression) -> Words:
    """An `or` before a digit would go on with the units of a threshold."""
    clearer = op == "or" and isinstance(right, ast.Binary) and right.op == "and"
    words = _operand(right, _LEVELS[op] + 1, clearer)
    if op == "or" and flat(words)[:1].isdigit():
        return (Chain(_links(right), enclosed=True),)
    return words


def _operand(expression: ast.Expression, least: int, closed: bool = False) -> Words:
    """In parentheses where it holds together less than it must."""
    if closed or _level(expression) < least:
        return (Chain(_links(expression), enclosed=True),)
    return _words(expression)


def _words(expression: ast.Expression) -> Words:
    match expression:
        case ast.Name() | ast.YesNo() | ast.Number() | ast.CalendarNumber() | ast.Day():
            return (value_text(expression),)
        case ast.Thresholds(numbers):
            return (" or ".join(map(value_text, numbers)),)
        case ast.Unary("-", operand):
            return ("-", *_operand(operand, _SIGN))
        case ast.Unary(_, operand):
            is_word = isinstance(operand, ast.Name | ast.About | ast.Unary)
            return ("not ", *_operand(operand, _NOT, not is_word))
        case ast.Binary() | ast.Rounded():
            first, *others = _links(expression)
            return (*first, *(word for link in others for word in (" ", *link)))
        case ast.Call(name, arguments):
            *before, last = map(_words, arguments)
            return (name.text, Chain((*((*one, ",") for one in before), last), enclosed=True))
        case ast.Completed(word, first_day, last_day):
            return (f"{word.text} from ", *_operand(first_day, _WORD), " to ", *_operand(last_day, _WORD))
        case ast.OfSeries():
            return (of_series_text(expression),)
        case ast.Compare(op, left, right):
            return (*_operand(left, _ROUNDING), f" {op} ", *_threshold(right))
        case ast.Is(left, values, negated, _, listed):
            verb = "is not" if negated else "is one of" if listed or len(values) > 1 else "is"
            return (*_operand(left, _SUM), f" {verb} ", ", ".join(value_text(value) for value in values))
        case ast.Includes(left, member):
            return (*_operand(left, _SUM), " includes ", member.text)
        case ast.About(kind, name):
            return (f"{kind} {name.text}",)
        case _:
            assert_never(expression)


def _threshold(right: ast.Expression) -> Words:
    return _words(right) if isinstance(right, ast.Thresholds) else _operand(right, _SUM)
