"""Written conditions to typed ones."""

from collections.abc import Collection
from typing import Literal

from guidec import ast, ir
from guidec.diagnostic import listed, nearest
from guidec.layout import expression_text
from guidec.numbers import input_dimension
from guidec.resolve.arithmetic import (
    FUNCTIONS,
    bound,
    converts,
    how_to_ask,
    is_number,
    number,
    rational,
    unknown_name,
)
from guidec.resolve.scope import Scope
from guidec.resolve.thresholds import threshold
from guidec.resolve.typed import Typed, alike, mismatch
from guidec.source import Span

Place = Literal["decision", "rule"]

# --- conditions --------------------------------------------------------------


def condition(scope: Scope, written: ast.Expression, place: Place = "decision") -> ir.Condition | None:
    """A condition, or None after a fault. Only a rule may ask about the record or about the answer."""
    match written:
        case ast.Name():
            return _named_condition(scope, written)
        case ast.YesNo(value):
            return ir.Always(value)
        case ast.Unary("not", operand):
            inner = condition(scope, operand, place)
            return None if inner is None else ir.Not(inner)
        case ast.Binary("and" | "or" as op):
            return _joined(scope, op, _flat(op, written), place)
        case ast.Compare():
            return _compare(scope, written)
        case ast.Is():
            return _is(scope, written)
        case ast.Includes():
            return _includes(scope, written)
        case ast.About():
            return _about(scope, written, place)
        case ast.OfSeries():  # one with a fault, which is told
            return None
        case ast.Call(name) if name.text in scope.functions and not is_number(scope, written):
            with bound(scope, written) as function:
                return None if function is None else condition(scope, function.expression)
        case ast.Call(name) if name.text not in (*scope.functions, *FUNCTIONS):
            number(scope, written)  # which tells that there is no such function
            return None
        case _:
            scope.fault(
                "wrong_type",
                "this is a number, and a condition is needed",
                written.span,
                "compare it with a threshold",
            )
            return None


def _flat(op: str, written: ast.Expression) -> list[ast.Expression]:
    """`a or b or c` as a list."""
    parts: list[ast.Expression] = []
    while isinstance(written, ast.Binary) and written.op == op:
        parts.append(written.right)
        written = written.left
    return [written, *reversed(parts)]


def _joined(scope: Scope, op: str, parts: list[ast.Expression], place: Place) -> ir.Condition | None:
    operands = [condition(scope, part, place) for part in parts]
    kept = tuple(operand for operand in operands if operand is not None)
    if len(kept) != len(operands):
        return None
    return ir.And(kept) if op == "and" else ir.Or(kept)


def _named_condition(scope: Scope, name: ast.Name) -> ir.Condition | None:
    if name.text in scope.inputs:
        scope.used.add(("input", name.text))
        if isinstance(scope.inputs[name.text].type, ir.Boolean):
            return ir.Is(name.text, ("yes",))
        scope.fault(
            "wrong_type",
            f"`{name.text}` is not a yes-or-no input",
            name.span,
            how_to_ask(scope.inputs[name.text]),
        )
        return None
    if name.text in scope.written:
        definition = scope.definition(name)
        if definition is None:
            return None
        if definition.condition is None:
            what, repair = "a number", f"compare it, such as `{name.text} > …`"
            if definition.category is not None:
                value = definition.category.values[0].id
                what, repair = "a category", f"write `{name.text} is {value}`, or another of its values"
            scope.fault("wrong_type", f"`{name.text}` is {what}", name.span, repair)
            return None
        return ir.Defined(name.text)
    unknown_name(scope, name)
    return None


def _is(scope: Scope, written: ast.Is) -> ir.Condition | None:
    if isinstance(written.left, ast.OfSeries):
        return None
    if not isinstance(written.left, ast.Name):
        scope.fault(
            "wrong_type", "`is` asks about a name", written.left.span, "compare numbers with `=`, `<`, `>`"
        )
        return None
    left = written.left
    if left.text in scope.inputs:
        scope.used.add(("input", left.text))
        found = _input_is(scope, left, written)
    elif left.text in scope.readings:
        scope.used.add(("reading", left.text))
        values = [value.id for value in scope.readings[left.text].values]
        names = _value_names(scope, left.text, written.values, values)
        found = None if names is None else ir.ReadingIs(left.text, names)
    elif left.text in scope.decisions:
        found = _decision_is(scope, left, written)
    elif left.text in scope.written:
        definition = scope.definition(left)
        if definition is not None and definition.category is not None:
            asked = _in_band(scope, left, definition.category, written.values)
            return None if asked is None else ir.Not(asked) if written.negated else asked
        truth = _yes_no(written.values)
        if definition is None or definition.condition is None or truth is None:
            if definition is not None:
                scope.fault(
                    "wrong_type",
                    f"`{left.text}` is a definition and has no such value",
                    written.span,
                    f"write `{left.text} is yes`"
                    if definition.condition is not None
                    else f"compare it, such as `{left.text} > …`",
                )
            return None
        found = ir.Defined(left.text) if truth else ir.Not(ir.Defined(left.text))
    else:
        unknown_name(scope, left)
        return None
    return None if found is None else ir.Not(found) if written.negated else found


def _in_band(
    scope: Scope, name: ast.Name, category: ir.Category, written: tuple[ast.Expression, ...]
) -> ir.Condition | None:
    if category.policy == "collect":
        scope.fault(
            "wrong_type",
            f"`{name.text}` may have several values",
            name.span,
            f"write `{name.text} includes …`",
        )
        return None
    names = _value_names(scope, name.text, written, [value.id for value in category.values])
    return None if names is None else ir.InBand(name.text, names)


def _yes_no(values: tuple[ast.Expression, ...]) -> bool | None:
    first = values[0]
    return first.value if len(values) == 1 and isinstance(first, ast.YesNo) else None


def _input_is(scope: Scope, left: ast.Name, written: ast.Is) -> ir.Condition | None:
    entry = scope.inputs[left.text]
    first = written.values[0]
    if isinstance(first, ast.Number | ast.CalendarNumber | ast.Day):
        return _compare(scope, ast.Compare("=", left, first, written.span))
    if isinstance(entry.type, ir.AnyOf):
        repair = f"write `{expression_text(_as_members(written))}`"
        scope.fault("wrong_type", f"`{left.text}` is a set", written.span, repair)
        return None
    names = _value_names(scope, left.text, written.values, scope.values_of(entry))
    return None if names is None else ir.Is(left.text, names)


def _as_members(written: ast.Is) -> ast.Expression:
    """`set is one of a, b` as it is meant: `set includes a or set includes b`."""
    span = written.span
    members = [value for value in written.values if isinstance(value, ast.Name)]
    first, *others = members or [ast.Name("…", span)]
    found: ast.Expression = ast.Includes(written.left, first, span)
    for other in others:
        found = ast.Binary("or", found, ast.Includes(written.left, other, span), span)
    return ast.Unary("not", found, span) if written.negated else found


def _value_names(
    scope: Scope, of: str, written: tuple[ast.Expression, ...], known: Collection[str]
) -> tuple[str, ...] | None:
    names: list[str] = []
    for value in written:
        text = (
            value.text
            if isinstance(value, ast.Name)
            else ("yes" if value.value else "no")
            if isinstance(value, ast.YesNo)
            else None
        )
        if text is None or text not in known:
            shown = text if text is not None else "this number"
            known = list(known)
            meant = {"true": "yes", "false": "no"}.get(str(shown), "")
            repair = (f"write `{meant}`" if meant in known else nearest(str(shown), known)) or (
                f"its values: {listed(known)}" if known else "compare it with `<`, `>`, `=`"
            )
            scope.fault("unknown_value", f"`{of}` has no value `{shown}`", value.span, repair)
            return None
        names.append(text)
    return tuple(names)


def _decision_is(scope: Scope, left: ast.Name, written: ast.Is) -> ir.Condition | None:
    scope.used.add(("decision", left.text))
    if isinstance(scope.decisions[left.text], ast.Options):
        scope.fault(
            "wrong_type",
            f"`{left.text}` is a list of options, and has no one outcome",
            left.span,
            "ask a decision",
        )
        return None
    known = scope.outcomes[left.text]
    parts: list[ir.Condition] = []
    for value in written.values:
        if not isinstance(value, ast.Name) or value.text not in known:
            shown = value.text if isinstance(value, ast.Name) else "this"
            recommends = (
                f"it recommends {listed(sorted(known))}" if known else "it recommends nothing by a name"
            )
            repair = nearest(shown, known) or recommends
            scope.fault(
                "unknown_value", f"the decision `{left.text}` never recommends `{shown}`", value.span, repair
            )
            return None
        parts.append(ir.Recommends(left.text, value.text))
    return parts[0] if len(parts) == 1 else ir.Or(tuple(parts))


def _includes(scope: Scope, written: ast.Includes) -> ir.Condition | None:
    if not isinstance(written.left, ast.Name):
        scope.fault(
            "wrong_type", "`includes` asks about a set", written.span, "name an input declared `any of`"
        )
        return None
    if written.left.text in scope.written:
        return _gathers(scope, written.left, written.member)
    entry = scope.look_up("input", written.left, scope.inputs)
    if entry is None:
        return None
    if not isinstance(entry.type, ir.AnyOf):
        scope.fault(
            "wrong_type",
            f"`{entry.id}` is not a set",
            written.left.span,
            f"write `{expression_text(ast.Is(written.left, (written.member,), False, written.span))}`",
        )
        return None
    members = _members(scope, entry, written.member)
    return None if members is None else ir.Includes(entry.id, members)


def _gathers(scope: Scope, name: ast.Name, member: ast.Name) -> ir.Condition | None:
    """Whether a `collect` table gives a value."""
    definition = scope.definition(name)
    if definition is None:
        return None
    if definition.category is None or definition.category.policy != "collect":
        repair = f"write `{name.text} is {member.text}`"
        scope.fault("wrong_type", f"`{name.text}` is not a set", name.span, repair)
        return None
    known = [value.id for value in definition.category.values]
    names = _value_names(scope, name.text, (member,), known)
    return None if names is None else ir.InBand(name.text, names)


def _members(scope: Scope, entry: ir.Input, name: ast.Name) -> tuple[str, ...] | None:
    assert isinstance(entry.type, ir.AnyOf)
    known = [value.id for value in entry.type.values]
    if name.text in known:
        scope.used.add(("drug", name.text))
        return (name.text,)
    if entry.type.drugs and name.text in scope.classes:
        return class_members(scope, name)
    repair = nearest(name.text, known) or f"declare it among the values of `{entry.id}`"
    scope.fault("unknown_value", f"`{entry.id}` has no value `{name.text}`", name.span, repair)
    return None


def class_members(scope: Scope, name: ast.Name) -> tuple[str, ...] | None:
    """The drugs of a class; a class without members can't be asked about."""
    scope.used.add(("drug class", name.text))
    members = scope.classes[name.text].members
    if not members:
        scope.fault(
            "empty_class",
            f"the class `{name.text}` names no drugs",
            name.span,
            f'list them: `drug class {name.text} "…" = …`',
        )
        return None
    return members


def _about(scope: Scope, written: ast.About, place: Place) -> ir.Condition | None:
    if place == "decision" and written.kind != "taking":
        scope.fault(
            "record_question",
            f"a decision or a definition can't ask `{written.kind}`: "
            "its answer would change when a blank is filled in",
            written.span,
            "ask it in `advise` or `monitor`",
        )
        return None
    if written.kind == "taking":
        return _taking(scope, written)
    if written.kind == "prescribed":
        drugs = drugs_of(scope, written.name)
        return None if drugs is None else ir.Prescribed(drugs)
    entry = scope.look_up("input", written.name, scope.inputs)
    if entry is None:
        return None
    return ir.Recorded(entry.id, "known" if written.kind == "known" else "blank")


def _taking(scope: Scope, written: ast.About) -> ir.Condition | None:
    entry = scope.drug_list()
    if entry is None and scope.unread_kinds & {"guideline", "input"}:
        return None
    if entry is None:
        scope.fault(
            "no_drug_list",
            "`taking` needs an input that lists the patient's drugs",
            written.span,
            "declare an input with `any of drugs`",
        )
        return None
    scope.used.add(("input", entry.id))
    drugs = drugs_of(scope, written.name)
    return None if drugs is None else ir.Includes(entry.id, drugs)


def drugs_of(scope: Scope, name: ast.Name) -> tuple[str, ...] | None:
    """The drug of that name, or the drugs of that class."""
    if name.text in scope.drugs:
        scope.used.add(("drug", name.text))
        return (name.text,)
    if name.text in scope.classes:
        return class_members(scope, name)
    scope.unknown("drug", name, [*scope.drugs, *scope.classes])
    return None


# --- comparisons and numbers -------------------------------------------------


def _compare(scope: Scope, written: ast.Compare) -> ir.Condition | None:
    if written.op == "=" and _equals_a_value(scope, written):
        return None
    thresholds = written.right.numbers if isinstance(written.right, ast.Thresholds) else ()
    left = number(scope, written.left)
    right = number(scope, thresholds[0] if thresholds else written.right)
    if left is None or right is None:
        return None
    if isinstance(right.number, ir.Measure) and isinstance(left.number, ir.Constant | ir.Day):
        mirrored: dict[str, Literal["<", "<=", ">", ">=", "="]] = {
            "<": ">",
            "<=": ">=",
            ">": "<",
            ">=": "<=",
            "=": "=",
        }
        return _comparison(scope, mirrored[written.op], right, left, (), written.span)
    others = [number(scope, other) for other in thresholds[1:]]
    kept = tuple(other for other in others if other is not None)
    return (
        _comparison(scope, written.op, left, right, kept, written.span) if len(kept) == len(others) else None
    )


def _equals_a_value(scope: Scope, written: ast.Compare) -> bool:
    """`diagnosis = pm`: a fault that proposes `is`."""
    left, right = written.left, written.right
    if not (isinstance(left, ast.Name) and isinstance(right, ast.Name)):
        return False
    entry = scope.inputs.get(left.text)
    if left.text not in scope.readings and left.text not in scope.decisions:
        if entry is None or input_dimension(entry.type) is not None:
            return False
        scope.used.add(("input", left.text))
    message = f"`=` compares numbers, and `{left.text}` is none"
    meant = expression_text(ast.Is(left, (right,), False, written.span))
    scope.fault("wrong_type", message, written.span, f"write `{meant}`")
    return True


def _comparison(
    scope: Scope,
    op: Literal["<", "<=", ">", ">=", "="],
    left: Typed,
    right: Typed,
    others: tuple[Typed, ...],
    span: Span,
) -> ir.Condition | None:
    entry = scope.inputs[left.number.input] if isinstance(left.number, ir.Measure) else None
    if entry is not None and isinstance(right.number, ir.Constant | ir.Day):
        return threshold(scope, op, entry, (right, *others))
    if others:
        scope.fault(
            "wrong_type",
            "a threshold in several units belongs to an input",
            span,
            "compare an input, or give one unit",
        )
        return None
    if not converts(scope, left) or not converts(scope, right):
        return None
    if not rational(scope, left) or not rational(scope, right):
        return None
    if not alike(scope, left, right):
        mismatch(scope, left, right, right.span)
        return None
    return ir.Compare(op, left.number, right.number)
