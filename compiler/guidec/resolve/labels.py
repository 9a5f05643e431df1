"""Labels of branches, points, bands and cells to conditions."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TypeVar

from guidec import ast, ir
from guidec.diagnostic import listed
from guidec.layout import as_meant, branch_label_text
from guidec.numbers import CALENDAR_WORDS, in_base_units, input_dimension, unit_dimension, unit_text
from guidec.resolve.arithmetic import is_number, unknown_name
from guidec.resolve.expressions import condition
from guidec.resolve.scope import Scope
from guidec.source import Span
from guidec.units import Dimension


def may_split(scope: Scope, name: ast.Name) -> bool:
    """Whether a name can be split by labels; a fault if not."""
    if name.text in scope.inputs:
        scope.used.add(("input", name.text))
        if isinstance(scope.inputs[name.text].type, ir.AnyOf):
            scope.fault(
                "wrong_type", f"`{name.text}` is a set", name.span, f"write `when {name.text} includes …`"
            )
            return False
        return True
    if name.text in scope.readings:
        scope.used.add(("reading", name.text))
        return True
    if name.text in scope.written:
        definition = scope.definition(name)
        if (
            definition is not None
            and definition.category is not None
            and definition.category.policy == "collect"
        ):
            scope.fault(
                "wrong_type",
                f"`{name.text}` may have several values",
                name.span,
                f"write `when {name.text} includes …`",
            )
            return False
        return definition is not None
    if name.text in scope.decisions:
        unknown_name(scope, name)
        return False
    scope.unknown("input", name, [*scope.inputs, *scope.readings, *scope.written])
    return False


def labels_apart(scope: Scope, lines: Sequence[tuple[tuple[ast.Label, ...] | None, Span]]) -> bool:
    """No value has two lines, and `otherwise` is the last."""
    seen: dict[str, ast.Label] = {}
    apart = True
    for at, (labels, span) in enumerate(lines):
        if labels is None and at < len(lines) - 1:
            message = "`otherwise` is not the last branch"
            scope.fault("misplaced_otherwise", message, span, "move it below the others, and keep one")
            apart = False
        for label in labels or ():
            text = label_text(label)
            if text in seen:
                message = f"`{text}` has a branch already, in line {seen[text].span.line}"
                scope.fault("overlapping_branches", message, label.span, "delete one of the two")
                apart = False
            seen.setdefault(text, label)
    return apart


def label_conditions(
    scope: Scope,
    of: ast.Expression,
    labels: tuple[ast.Label, ...] | None,
    named: tuple[str, ...] = (),
) -> ir.Condition | None:
    """One of the labels holds; None for `otherwise`, and after a fault.

    Labels of numbers are false for the `named` values, which have labels of their own.
    """
    parts = [_of_numbers(of, label, _condition(scope, of, label), named) for label in labels or ()]
    kept = tuple(part for part in parts if part is not None)
    if not kept or len(kept) != len(parts):
        return None
    return kept[0] if len(kept) == 1 else ir.Or(kept)


def _of_numbers(
    of: ast.Expression, label: ast.Label, found: ir.Condition | None, named: tuple[str, ...]
) -> ir.Condition | None:
    if found is None or not named or not isinstance(of, ast.Name) or not is_numeric(label):
        return found
    return ir.And((ir.Not(ir.Is(of.text, named)), found))


def is_numeric(label: ast.Label) -> bool:
    """Whether a label compares with numbers or dates."""
    return isinstance(label, ast.LabelCompare | ast.LabelRange)


def _condition(scope: Scope, of: ast.Expression, label: ast.Label) -> ir.Condition | None:
    if isinstance(of, ast.Name):
        of = ast.Name(of.text, label.span)
    if is_numeric(label) and isinstance(of, ast.Name) and _has_values_only(scope, of):
        return None
    match label:
        case ast.YesNo(value) if not isinstance(of, ast.Name):
            if is_number(scope, of):
                scope.fault("wrong_type", "this column is a number", label.span, "write a number, or `any`")
                return None
            asked = condition(scope, of)
            return asked if value or asked is None else ir.Not(asked)
        case ast.Name() if not isinstance(of, ast.Name):
            repair = "write a number" if is_number(scope, of) else "write `yes`, `no` or `any`"
            scope.fault("unknown_value", f"this column has no value `{label.text}`", label.span, repair)
            return None
        case ast.Name() if isinstance(of, ast.Name) and _is_set(scope, of):
            return condition(scope, ast.Includes(of, label, label.span))
        case ast.Name() | ast.YesNo():
            return condition(scope, ast.Is(of, (label,), False, label.span))
        case ast.LabelCompare(op, value, span):
            return condition(scope, ast.Compare(op, of, value, span))
        case ast.LabelRange(low, high, above, below, span):
            first = condition(scope, ast.Compare(">" if above else ">=", of, low, span))
            last = condition(scope, ast.Compare("<" if below else "<=", of, high, span))
            if first is None or last is None:
                return None
            if _begins_late(low, high):
                repair = "write the smaller one first"
                scope.fault("bad_range", "the range ends before it begins", span, repair)
                return None
            return ir.And((first, last))


def _has_values_only(scope: Scope, name: ast.Name) -> bool:
    """Whether a name has values and no number; a fault then, for a label that compares."""
    known: Collection[str] = ()
    if name.text in scope.inputs and input_dimension(scope.inputs[name.text].type) is None:
        known = scope.values_of(scope.inputs[name.text])
    elif name.text in scope.written and name.text not in scope.inputs:
        definition = scope.definition(name)
        if definition is not None and definition.category is not None:
            known = scope.value_labels(name.text)
    if known:
        repair = f"its values: {listed(list(known))}"
        scope.fault("wrong_type", f"`{name.text}` is not a number", name.span, repair)
    return bool(known)


def _is_set(scope: Scope, name: ast.Name) -> bool:
    """Whether a name may have several values: an input of them, or a column of a `collect` table."""
    if name.text in scope.inputs:
        return isinstance(scope.inputs[name.text].type, ir.AnyOf)
    if name.text not in scope.written:
        return False
    definition = scope.definition(name)
    return (
        definition is not None and definition.category is not None and definition.category.policy == "collect"
    )


def _begins_late(low: ast.Limit, high: ast.Limit) -> bool:
    """Whether a range ends before it begins, in any of the units that it is printed in."""
    if isinstance(low, ast.Day) or isinstance(high, ast.Day):
        return isinstance(low, ast.Day) and isinstance(high, ast.Day) and low.value > high.value
    pairs = [(first, last) for first in _printed(low) for last in _printed(high)]
    alike = [(first, last) for first, last in pairs if _unit_word(first) == _unit_word(last)]
    return any(
        _kind(first) == _kind(last) and _in_base_units(first) > _in_base_units(last)
        for first, last in alike or pairs
    )


def _unit_word(limit: ast.Number | ast.CalendarNumber) -> str:
    return limit.unit.text if limit.unit else ""


def _printed(
    limit: ast.Number | ast.CalendarNumber | ast.Thresholds,
) -> tuple[ast.Number | ast.CalendarNumber, ...]:
    numbers = limit.numbers if isinstance(limit, ast.Thresholds) else (limit,)
    return tuple(one for one in numbers if not isinstance(one, ast.Day))


def _kind(limit: ast.Number | ast.CalendarNumber) -> Dimension:
    if isinstance(limit, ast.CalendarNumber):
        return unit_dimension(CALENDAR_WORDS[limit.unit.text], True)
    return unit_dimension(limit.unit.text if limit.unit else "")


def _in_base_units(limit: ast.Number | ast.CalendarNumber) -> Fraction:
    if isinstance(limit, ast.CalendarNumber):
        return in_base_units(limit.value, CALENDAR_WORDS[limit.unit.text], True)
    return in_base_units(limit.value, limit.unit.text if limit.unit else "")


# --- as shown ----------------------------------------------------------------


def label_text(label: ast.Label) -> str:
    """A label as it is meant."""
    return branch_label_text(as_meant(label))


def labels_shown(scope: Scope, of: ast.Expression, labels: tuple[ast.Label, ...] | None) -> str:
    """Labels as they are shown: values by their own labels."""
    return " or ".join(_shown(scope, of, label) for label in labels or ()) or "otherwise"


def _shown(scope: Scope, of: ast.Expression, label: ast.Label) -> str:
    text = label_text(in_readers_units(label))
    if isinstance(label, ast.YesNo):
        return text
    values = scope.value_labels(of.text) if isinstance(of, ast.Name) else {}
    return values.get(text) or text.replace("<=", "≤").replace(">=", "≥")


Shown = TypeVar("Shown", bound=ast.Label | ast.Limit)


def in_readers_units(written: Shown) -> Shown:
    """Its units as a clinician reads them: `°C`, not `Cel`."""
    match written:
        case ast.Number(unit=ast.Name(text, span)):
            return replace(written, unit=ast.Name(unit_text(text), span))
        case ast.Thresholds(numbers):
            return replace(written, numbers=tuple(map(in_readers_units, numbers)))
        case ast.LabelCompare(_, value):
            return replace(written, value=in_readers_units(value))
        case ast.LabelRange(low, high):
            return replace(written, low=in_readers_units(low), high=in_readers_units(high))
        case _:
            return written
