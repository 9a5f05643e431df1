"""What is asked of series to names and arithmetic over them; the inputs that these names stand for are declared on the way."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from guidec import ast, ir
from guidec.bounds import input_bounds
from guidec.numbers import CALENDAR_WORDS, decimal_text
from guidec.record import parts, rebuilt
from guidec.resolve.scope import Scope
from guidec.source import Span

_MIRRORED: dict[str, Literal["<", "<=", ">", ">=", "="]] = {
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
    "=": "=",
}
_LONGEST = 10_000


def without_series(scope: Scope, files: tuple[ast.File, ...]) -> tuple[ast.File, ...]:
    """The files with each question about a series written as one about inputs. What has a fault stays as it is."""
    found = tuple(
        replace(file, declarations=tuple(_declared(scope, one) for one in file.declarations))
        for file in files
    )
    scope.inputs = {one.id: one for one in _in_order(scope)}
    return found


def _declared(scope: Scope, one: ast.Declaration) -> ast.Declaration:
    if not any(isinstance(part, ast.OfSeries) for part in parts(one)):
        return one
    seen: dict[Span, ast.Expression] = {}

    def change(node: object) -> object:
        match node:
            case ast.OfSeries(kind) if kind != "relative change":
                return seen.setdefault(node.span, _plain(scope, node))
            case ast.Compare(op, left, ast.OfSeries() as right) if not isinstance(left, ast.OfSeries):
                return _compared(scope, ast.Compare(_MIRRORED[op], right, left, node.span))
            case ast.Compare():
                return _compared(scope, node)
            case _:
                return node

    def divide(node: object) -> object:
        return _ratio(scope, node) if isinstance(node, ast.OfSeries) else node

    made: ast.Declaration = rebuilt(rebuilt(one, change), divide)
    return made


def _in_order(scope: Scope) -> Iterator[ir.Input]:
    """Each input with its parts right behind it."""
    every = list(scope.inputs.values())
    for one in every:
        if one.part is None:
            yield one
            yield from (other for other in every if other.part is not None and other.part.of == one.id)


# --- what is asked -----------------------------------------------------------


def _plain(scope: Scope, asked: ast.OfSeries) -> ast.Expression:
    entry = _series(scope, asked)
    if entry is None:
        return asked
    if asked.kind == "latest":
        return ast.Name(entry.id, asked.span)
    if asked.kind in ("first", "count"):
        return _part(scope, entry, asked)
    before = _before(scope, entry, asked)
    if before is None or asked.kind == "before":
        return before or asked
    if not _is_changing(scope, entry, asked):
        return asked
    return ast.Binary("-", ast.Name(entry.id, asked.span), before, asked.span)


def _compared(scope: Scope, compare: ast.Compare) -> ast.Expression:
    """A relative change is compared without being divided by what may be 0; a threshold below 0 is one number."""
    left, right = compare.left, _folded(compare.right)
    if not isinstance(left, ast.OfSeries):
        is_change = isinstance(left, ast.Binary) and left.span == left.left.span == left.right.span
        return replace(compare, right=right) if is_change else compare
    change = _latest_and_before(scope, left)
    if left.kind != "relative change" or change is None:
        return compare
    if not _is_share(scope, right):
        return replace(compare, left=replace(left, kind="change"))  # what has a fault, which is told
    latest, before = change
    least = input_bounds(scope.inputs[before.text].type)[0]
    if least < 0:
        return compare
    fell = ast.Binary("-", latest, before, left.span)
    share = ast.Binary("*", right, before, compare.span)
    found: ast.Expression = ast.Compare(compare.op, fell, share, compare.span)
    if least == 0:
        there = ast.Compare(">", before, _nothing(scope.inputs[before.text], compare.span), compare.span)
        found = ast.Binary("and", there, found, compare.span)
    return found


def _ratio(scope: Scope, asked: ast.OfSeries) -> ast.Expression:
    """A relative change as a number, which there is where what is divided by is never 0."""
    change = _latest_and_before(scope, asked) if asked.kind == "relative change" else None
    if change is None:
        return asked
    latest, before = change
    least = input_bounds(scope.inputs[before.text].type)[0]
    if least <= 0:
        what = "below 0" if least < 0 else "0"
        message = f"`{before.text}` may be {what}, and a relative change is divided by it"
        repair = "compare it with a percentage, such as `… <= -5 %`" if not least else "ask the `change`"
        scope.fault("division_by_zero", message, asked.span, repair)
        return asked
    return ast.Binary("/", ast.Binary("-", latest, before, asked.span), before, asked.span)


def _latest_and_before(scope: Scope, asked: ast.OfSeries) -> tuple[ast.Name, ast.Name] | None:
    """The two entries of a change; None after a fault, which is told once."""
    told = len(scope.found)
    entry = _series(scope, asked)
    before = None if entry is None else _before(scope, entry, asked)
    if entry is None or before is None or not _is_changing(scope, entry, asked):
        scope.found[told:] = [one for one in scope.found[told:] if one not in scope.found[:told]]
        return None
    return ast.Name(entry.id, asked.span), before


# --- the inputs --------------------------------------------------------------


def _series(scope: Scope, asked: ast.OfSeries) -> ir.Input | None:
    known = {name: one for name, one in scope.inputs.items() if one.part is None}
    entry = scope.look_up("input", asked.name, known)
    if entry is not None and entry.series is None:
        message = f"`{entry.id}` is no series"
        scope.fault(
            "wrong_type", message, asked.name.span, f"add the line `series` to the input `{entry.id}`"
        )
        return None
    return entry


def _part(scope: Scope, entry: ir.Input, asked: ast.OfSeries) -> ast.Name:
    """The first entry, or how many there are."""
    assert entry.series is not None
    if asked.kind == "first":
        label = f"First {_inside(entry.label)}"
        return _declare(scope, entry, label, ir.Part(entry.id, "first"), asked)
    counted = replace(entry, type=ir.Integer(0, entry.series), named=())
    label = f"Entries of {_inside(entry.label)}"
    return _declare(scope, counted, label, ir.Part(entry.id, "count"), asked)


def _inside(label: str) -> str:
    """A label behind other words: `Body weight` without its capital, `FVC` as it is."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _before(scope: Scope, entry: ir.Input, asked: ast.OfSeries) -> ast.Name | None:
    """The entry so long before the latest."""
    assert asked.over is not None
    amount, unit = asked.over.value, CALENDAR_WORDS[asked.over.unit.text]
    if amount.denominator != 1 or not 1 <= amount <= _LONGEST:
        message = f"a series looks back by 1 to {_LONGEST} whole days, weeks, months or years"
        scope.fault("bad_range", message, asked.over.span, "write a whole number of a shorter unit")
        return None
    part = ir.Part(entry.id, "before", int(amount), unit)  # type: ignore[arg-type]  # a word of the calendar
    label = entry.label + part.id.removeprefix(entry.id)
    return _declare(scope, entry, label, part, asked)


def _declare(scope: Scope, entry: ir.Input, label: str, part: ir.Part, asked: ast.OfSeries) -> ast.Name:
    """The name of the part, which stands for an input from now on."""
    scope.inputs.setdefault(
        part.id,
        replace(entry, id=part.id, label=label, notes=(), codes=(), series=None, kept=None, part=part),
    )
    return ast.Name(part.id, asked.span)


def _is_changing(scope: Scope, entry: ir.Input, asked: ast.OfSeries) -> bool:
    """Whether a change is a number; a fault where it is none."""
    if not isinstance(entry.type, ir.Integer | ir.Quantity):
        message = f"`{entry.id}` is no integer and no quantity, and has no change"
        scope.fault("wrong_type", message, asked.span, f"ask the entries, such as `first {entry.id}`")
        return False
    if entry.named:
        message = f"`{entry.id}` may be `{entry.named[0].id}`, from which nothing changes"
        repair = f"compare `{entry.id}` with `{entry.id} … before` where neither is `{entry.named[0].id}`"
        scope.fault("wrong_type", message, asked.span, repair)
        return False
    return True


# --- numbers -----------------------------------------------------------------


def _folded(written: ast.Expression) -> ast.Expression:
    match written:
        case ast.Unary("-", ast.Number(value, unit, span)):
            return ast.Number(-value, unit, written.span.to(span))
        case _:
            return written


def _is_share(scope: Scope, right: ast.Expression) -> bool:
    """Whether a relative change may be compared with it; a fault for a bare number, of which nobody knows what it counts."""
    if isinstance(right, ast.Number) and right.unit is None and right.value:
        repair = f"write `{decimal_text(right.value)} %`"
        scope.fault(
            "dimension_mismatch", "a relative change is compared with a percentage", right.span, repair
        )
        return False
    return not isinstance(right, ast.Thresholds)


def _nothing(entry: ir.Input, span: Span) -> ast.Number:
    unit = ast.Name(entry.type.units[0].unit, span) if isinstance(entry.type, ir.Quantity) else None
    return ast.Number(Fraction(0), unit, span)
