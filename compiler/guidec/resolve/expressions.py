"""Written expressions to typed ones: conditions, and numbers with their dimension."""

from fractions import Fraction
from typing import Literal

from guidec import ast, ir
from guidec.bounds import bounds, common_grain, grain
from guidec.diagnostic import listed, nearest
from guidec.numbers import (
    CALENDAR_WORDS,
    DATE,
    MOST_DIGITS,
    calendar_dimension,
    decimal_places,
    decimal_text,
    input_dimension,
    is_decimal,
    out_of_base_units,
    unit_dimension,
    unit_of,
)
from guidec.record import record
from guidec.resolve.scope import Scope
from guidec.source import Span
from guidec.units import (
    DIMENSIONLESS,
    Dimension,
    Unit,
    UnitProblem,
    convert,
    divide_dimensions,
    multiply_dimensions,
    parse_unit,
)

Place = Literal["decision", "rule"]


@record
class Typed:
    """A number and its dimension."""

    number: ir.Number
    dimension: Dimension
    span: Span


def check_unit(scope: Scope, unit: ast.Name) -> Unit | None:
    """The unit of a text, or a fault with the repair that the unit table proposes."""
    parsed = parse_unit(unit.text)
    if isinstance(parsed, UnitProblem):
        scope.fault(
            "unknown_unit", parsed.message, unit.span, parsed.repair or "write a UCUM unit, such as `mg/d`"
        )
        return None
    return parsed


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
            _how_to_ask(scope.inputs[name.text]),
        )
        return None
    if name.text in scope.written:
        definition = definition_of(scope, name)
        if definition is None:
            return None
        if definition.condition is None:
            scope.fault(
                "wrong_type",
                f"`{name.text}` is a number",
                name.span,
                f"compare it, such as `{name.text} > …`",
            )
            return None
        return ir.Defined(name.text)
    _unknown(scope, name)
    return None


def _how_to_ask(entry: ir.Input) -> str:
    match entry.type:
        case ir.Boolean():
            return f"write `{entry.id}` or `not {entry.id}`"
        case ir.OneOf(values) if values:
            return f"write `{entry.id} is {values[0].id}`, or another of its values"
        case ir.AnyOf(values) if values:
            return f"write `{entry.id} includes {values[0].id}`, or another of its values"
        case _:
            return f"compare it, such as `{entry.id} > …`"


def _unknown(scope: Scope, name: ast.Name) -> None:
    known = [*scope.inputs, *scope.written, *scope.readings, *scope.decisions]
    repair = "declare it with `input` or `define`"
    if name.text in scope.decisions or name.text in scope.readings:
        repair = f"write `{name.text} is …`"
    elif name.text in scope.drugs or name.text in scope.classes:
        repair = f"write `taking {name.text}`"
    owners = [entry.id for entry in scope.inputs.values() if name.text in value_ids(entry)]
    if owners and name.text not in known and name.text not in scope.unread:
        repair = f"it is a value: write `{owners[0]} is {name.text}`"
        scope.fault("unknown_name", f"no input or definition is called `{name.text}`", name.span, repair)
        return
    scope.unknown("input or definition", name, known, repair)


def definition_of(scope: Scope, name: ast.Name) -> ir.Definition | None:
    """A definition, resolved when it is first asked for; a definition of itself is a cycle."""
    scope.used.add(("definition", name.text))
    if name.text in scope.definitions:
        return scope.definitions[name.text]
    if name.text in scope.resolving:
        circle = [*scope.resolving[scope.resolving.index(name.text) :], name.text]
        scope.fault(
            "cycle",
            f"the definition goes in a circle: {' → '.join(f'`{one}`' for one in circle)}",
            name.span,
            f"let one of {listed(sorted(set(circle)))} stand alone",
        )
        return None
    scope.resolving.append(name.text)
    scope.definitions[name.text] = _define(scope, scope.written[name.text])
    scope.resolving.pop()
    return scope.definitions[name.text]


def _define(scope: Scope, written: ast.Define) -> ir.Definition | None:
    label = written.label.text if written.label else written.name.text.replace("_", " ")
    shown = next((line for line in written.lines if isinstance(line, ast.Shown)), None)
    notes = tuple(
        ir.Note(line.text.text, scope.cite(line.cites))
        for line in written.lines
        if isinstance(line, ast.Note)
    )
    cites = scope.cite(written.cites)
    if not _is_number(scope, written.expression):
        found = condition(scope, written.expression)
        if found is None:
            return None
        return ir.Definition(
            written.name.text,
            label,
            found,
            None,
            "",
            shown is not None,
            None,
            cites,
            notes,
            written.name.span,
        )
    typed = number(scope, written.expression)
    if typed is None:
        return None
    scope.dimensions[written.name.text] = typed.dimension
    if not _converts(scope, typed):
        return None
    unit = _shown_unit(scope, written, typed)
    step = None
    if shown and unit is not None:
        step = _shown_step(scope, shown, unit)
        if step is not None or shown.rounded is None:
            _exactly_shown(scope, typed, unit, step)
    elif shown:
        scope.fault(
            "missing_unit",
            f"`{written.name.text}` is shown, and its unit isn't said",
            written.name.span,
            "write `in UNIT` before `=`",
        )
    return ir.Definition(
        written.name.text,
        label,
        None,
        typed.number,
        unit or "",
        shown is not None,
        step,
        cites,
        notes,
        written.name.span,
    )


def _shown_unit(scope: Scope, written: ast.Define, typed: Typed) -> str | None:
    if written.unit is None:
        return "" if typed.dimension == DIMENSIONLESS else None
    unit = check_unit(scope, written.unit)
    if unit is None:
        return None
    if unit.dimension != typed.dimension:
        _mismatch(
            scope,
            typed,
            Typed(ir.Constant(Fraction(1), unit.text), unit.dimension, written.unit.span),
            written.unit.span,
        )
    return unit.text


def _shown_step(scope: Scope, shown: ast.Shown, unit: str) -> Fraction | None:
    """What a shown number is rounded to, in the unit that it is shown in."""
    if shown.rounded is None or shown.rounded.unit is None:
        return None
    step = check_unit(scope, shown.rounded.unit)
    if step is None:
        return None
    if step.dimension != unit_dimension(unit) or shown.rounded.value <= 0:
        scope.fault(
            "dimension_mismatch",
            f"a number in `{unit}` can't be rounded to this" if unit else "a plain number has no such step",
            shown.rounded.span,
            f"write it in `{unit}`" if unit else "delete it",
        )
        return None
    return shown.rounded.value * step.factor / (unit_of(unit).factor if unit else 1)


def _exactly_shown(scope: Scope, typed: Typed, unit: str, step: Fraction | None) -> None:
    """Every value that can come out must be a decimal of at most 15 digits, or the author rounds."""
    if typed.dimension != unit_dimension(unit):
        return
    every = step
    if step is None:
        found = grain(typed.number, scope.inputs, scope.definitions.__getitem__)
        parsed = unit_of(unit) if unit else None
        if found is not None and parsed is not None:
            found = common_grain(found / parsed.factor, parsed.offset)
        every = found
    ends = bounds(typed.number, scope.inputs, scope.definitions.__getitem__)
    largest = max(abs(out_of_base_units(end, unit)) for end in ends)
    if every is None or not is_decimal(every) or decimal_places(every) + len(str(int(largest))) > MOST_DIGITS:
        scope.fault(
            "inexact_number",
            f"shown in `{unit}`, this has no exact decimal of at most {MOST_DIGITS} digits"
            if unit
            else f"this has no exact decimal of at most {MOST_DIGITS} digits",
            typed.span,
            "add `rounded to` and a step" if step is None else "round to a coarser step",
        )


def _converts(scope: Scope, typed: Typed) -> bool:
    """An input whose units don't convert is no number: only a threshold printed in each of them can be asked."""
    if isinstance(typed.number, ir.Measure) and _mixed_units(scope.inputs[typed.number.input]):
        scope.fault(
            "wrong_type",
            "no arithmetic with this: it has units that do not convert",
            typed.span,
            "compare it with a constant",
        )
        return False
    return True


def _is_number(scope: Scope, written: ast.Expression) -> bool:
    match written:
        case ast.Number() | ast.CalendarNumber() | ast.Day():
            return True
        case ast.Unary("-", _):
            return True
        case ast.Binary(op):
            return op in "+-*/"
        case ast.Name(text):
            if text in scope.inputs:
                return input_dimension(scope.inputs[text].type) is not None
            if text in scope.written and text not in scope.resolving:
                definition = definition_of(scope, written)
                return definition is not None and definition.number is not None
            return False
        case _:
            return False


def _is(scope: Scope, written: ast.Is) -> ir.Condition | None:
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
        definition = definition_of(scope, left)
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
        _unknown(scope, left)
        return None
    return None if found is None else ir.Not(found) if written.negated else found


def _yes_no(values: tuple[ast.Expression, ...]) -> bool | None:
    first = values[0]
    return first.value if len(values) == 1 and isinstance(first, ast.YesNo) else None


def _input_is(scope: Scope, left: ast.Name, written: ast.Is) -> ir.Condition | None:
    entry = scope.inputs[left.text]
    first = written.values[0]
    if isinstance(first, ast.Number | ast.CalendarNumber | ast.Day):
        return _compare(scope, ast.Compare("=", left, first, written.span))
    if isinstance(entry.type, ir.AnyOf):
        scope.fault("wrong_type", f"`{left.text}` is a set", written.span, f"write `{left.text} includes …`")
        return None
    names = _value_names(scope, left.text, written.values, value_ids(entry))
    return None if names is None else ir.Is(left.text, names)


def value_ids(entry: ir.Input) -> list[str]:
    """The names of an input's values: `yes` and `no`, an enumeration's, and the named ones."""
    match entry.type:
        case ir.Boolean():
            own = ["yes", "no"]
        case ir.OneOf(values) | ir.AnyOf(values):
            own = [value.id for value in values]
        case _:
            own = []
    return own + [value.id for value in entry.named]


def _value_names(
    scope: Scope, of: str, written: tuple[ast.Expression, ...], known: list[str]
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
            repair = nearest(shown, known) or f"it recommends {listed(sorted(known))}"
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
    entry = scope.look_up("input", written.left, scope.inputs)
    if entry is None:
        return None
    if not isinstance(entry.type, ir.AnyOf):
        scope.fault(
            "wrong_type",
            f"`{entry.id}` is not a set",
            written.left.span,
            f"write `{entry.id} is {written.member.text}`",
        )
        return None
    members = _members(scope, entry, written.member)
    return None if members is None else ir.Includes(entry.id, members)


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
    scope.fault("wrong_type", message, written.span, f"write `{left.text} is {right.text}`")
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
    if not _converts(scope, left) or not _converts(scope, right):
        return None
    if left.dimension != right.dimension:
        _mismatch(scope, left, right, right.span)
        return None
    return ir.Compare(op, left.number, right.number)


def threshold(
    scope: Scope, op: Literal["<", "<=", ">", ">=", "="], entry: ir.Input, printed: tuple[Typed, ...]
) -> ir.Condition | None:
    """An input against a constant, perhaps in several units, each in the input's range and on its grid."""
    found = True
    for one in printed:
        found = _fits(scope, entry, one) and found
    if not found:
        return None
    if isinstance(entry.type, ir.Quantity):
        dimensions = {
            unit_dimension(one.number.unit) for one in printed if isinstance(one.number, ir.Constant)
        }
        lacking = [unit.unit for unit in entry.type.units if unit_dimension(unit.unit) not in dimensions]
        if lacking:
            scope.fault(
                "missing_threshold",
                f"`{entry.id}` may also be entered in {listed(lacking)}, which does not convert to this unit",
                printed[-1].span,
                f"add the threshold in that unit: `… or NUMBER {lacking[0]}`",
            )
            return None
    constants = tuple(one.number for one in printed if isinstance(one.number, ir.Constant))
    right = printed[0].number
    assert isinstance(right, ir.Constant | ir.Day)
    return ir.Compare(op, ir.Measure(entry.id), right, constants[1:])


def _fits(scope: Scope, entry: ir.Input, one: Typed) -> bool:
    """Whether a threshold has the input's dimension, lies in its range and on its grid."""
    constant = one.number
    match entry.type, constant:
        case ir.Quantity(units), ir.Constant(value, unit, False):
            same = [option for option in units if unit_dimension(option.unit) == one.dimension]
            if not same:
                return _wrong_dimension(scope, entry, one)
            option = next((option for option in same if option.unit == unit), same[0])
            there = (
                value
                if option.unit == unit or not unit
                else convert(value, unit_of(unit), unit_of(option.unit))
            )
            return _in_range(scope, entry, one, there, option.low, option.high, option.step, option.unit)
        case ir.Integer(low, high), ir.Constant(value, _, False) if one.dimension == DIMENSIONLESS:
            return _in_range(scope, entry, one, value, Fraction(low), Fraction(high), Fraction(1), "")
        case ir.Duration(unit, low, high), ir.Constant(value, written, True) if (
            one.dimension == calendar_dimension(unit)
        ):
            factor = {"week": 7, "year": 12}
            there = value * factor.get(written, 1) / factor.get(unit, 1)
            return _in_range(scope, entry, one, there, Fraction(low), Fraction(high), Fraction(1), unit)
        case ir.Date(low_day, high_day), ir.Day(day):
            if low_day <= day <= high_day:
                return True
            scope.fault(
                "threshold_out_of_range",
                f"`{day}` is outside `{entry.id}`, {low_day} to {high_day}",
                one.span,
                "mend the date or the range",
            )
            return False
        case _:
            return _wrong_dimension(scope, entry, one)


def _wrong_dimension(scope: Scope, entry: ir.Input, one: Typed) -> bool:
    _mismatch(
        scope,
        Typed(ir.Measure(entry.id), input_dimension(entry.type) or DIMENSIONLESS, entry.span),
        one,
        one.span,
    )
    return False


def _in_range(
    scope: Scope,
    entry: ir.Input,
    one: Typed,
    value: Fraction,
    low: Fraction,
    high: Fraction,
    step: Fraction,
    unit: str,
) -> bool:
    shown = f"{decimal_text(value)} {unit}".strip()
    if not low <= value <= high:
        bounds_text = f"{decimal_text(low)} to {decimal_text(high)} {unit}".strip()
        scope.fault(
            "threshold_out_of_range",
            f"`{shown}` is outside `{entry.id}`, {bounds_text}",
            one.span,
            "mend the threshold or the range",
        )
        return False
    if (value - low) % step:
        near = low + ((value - low) // step) * step
        scope.fault(
            "threshold_off_grid",
            f"no patient can have `{shown}`: `{entry.id}` goes in steps of {decimal_text(step)}",
            one.span,
            f"write `{decimal_text(near)}` or `{decimal_text(near + step)}`, or a finer step",
        )
        return False
    return True


def number(scope: Scope, written: ast.Expression) -> Typed | None:
    """A number with its dimension, or None after a fault."""
    match written:
        case ast.Number(value, unit, span):
            if unit is None:
                return Typed(ir.Constant(value, ""), DIMENSIONLESS, span)
            parsed = check_unit(scope, unit)
            return None if parsed is None else Typed(ir.Constant(value, unit.text), parsed.dimension, span)
        case ast.CalendarNumber(value, unit, span):
            word = CALENDAR_WORDS[unit.text]
            return Typed(ir.Constant(value, word, True), calendar_dimension(word), span)
        case ast.Day(value, span):
            return Typed(ir.Day(value.isoformat()), DATE, span)
        case ast.Name():
            return _named_number(scope, written)
        case ast.Unary("-", operand, span):
            inner = number(scope, operand)
            if inner is None:
                return None
            minus = ir.Constant(Fraction(-1), "")
            return Typed(ir.Arithmetic("*", minus, inner.number), inner.dimension, span)
        case ast.Binary("+" | "-" | "*" | "/"):
            return _arithmetic(scope, written)
        case _:
            scope.fault(
                "wrong_type",
                "this is a condition, and a number is needed",
                written.span,
                "write a number or the name of one",
            )
            return None


def _named_number(scope: Scope, name: ast.Name) -> Typed | None:
    if name.text in scope.inputs:
        scope.used.add(("input", name.text))
        dimension = input_dimension(scope.inputs[name.text].type)
        if dimension is None:
            repair = _how_to_ask(scope.inputs[name.text])
            scope.fault("wrong_type", f"`{name.text}` is not a number", name.span, repair)
            return None
        return Typed(ir.Measure(name.text), dimension, name.span)
    if name.text in scope.written:
        definition = definition_of(scope, name)
        if definition is None:
            return None
        if definition.number is None:
            scope.fault(
                "wrong_type", f"`{name.text}` is a condition, not a number", name.span, "write its name alone"
            )
            return None
        return Typed(ir.DefinedNumber(name.text), scope.dimensions[name.text], name.span)
    _unknown(scope, name)
    return None


def _arithmetic(scope: Scope, written: ast.Binary) -> Typed | None:
    left, right = number(scope, written.left), number(scope, written.right)
    if left is None or right is None:
        return None
    for side in (left, right):
        mixed = isinstance(side.number, ir.Measure) and _mixed_units(scope.inputs[side.number.input])
        if mixed or side.dimension == DATE:
            what = "has units that do not convert" if mixed else "is a date"
            scope.fault(
                "wrong_type", f"no arithmetic with this: it {what}", side.span, "compare it with a constant"
            )
            return None
    match written.op:
        case "+" | "-":
            if left.dimension != right.dimension:
                _mismatch(scope, left, right, right.span)
                return None
            return Typed(ir.Arithmetic(written.op, left.number, right.number), left.dimension, written.span)
        case "*":
            dimension = multiply_dimensions(left.dimension, right.dimension)
        case _:
            if not _divisor_is_safe(scope, right):
                return None
            dimension = divide_dimensions(left.dimension, right.dimension)
    op: Literal["*", "/"] = "*" if written.op == "*" else "/"
    return Typed(ir.Arithmetic(op, left.number, right.number), dimension, written.span)


def _mixed_units(entry: ir.Input) -> bool:
    return (
        isinstance(entry.type, ir.Quantity)
        and len({unit_dimension(unit.unit) for unit in entry.type.units}) > 1
    )


def _divisor_is_safe(scope: Scope, divisor: Typed) -> bool:
    low, high = bounds(divisor.number, scope.inputs, lambda name: scope.definitions[name])
    if low <= 0 <= high:
        scope.fault(
            "division_by_zero",
            "this divisor may be 0",
            divisor.span,
            "narrow the range of the input, or divide by something else",
        )
        return False
    return True


def _mismatch(scope: Scope, left: Typed, right: Typed, span: Span) -> None:
    first, second = _described(scope, left), _described(scope, right)
    unit = _unit_text(scope, left)
    if left.dimension == DATE:
        repair = "compare it with a date, such as `2026-03-31`"
        scope.fault("dimension_mismatch", f"{first} and {second} are different kinds of number", span, repair)
        return
    value = right.number.value if isinstance(right.number, ir.Constant) and not right.number.unit else None
    if value is not None and unit:
        repair = f"write `{decimal_text(value)} {unit}`"
    else:
        repair = f"write it in `{unit}`" if unit else "write both in the same unit"
    scope.fault("dimension_mismatch", f"{first} and {second} are different kinds of number", span, repair)


def _described(scope: Scope, typed: Typed) -> str:
    unit = _unit_text(scope, typed)
    match typed.number:
        case ir.Constant(value):
            number = decimal_text(value)
            return f"`{number} {unit}`" if unit else f"`{number}` without a unit"
        case ir.Day(day):
            return f"the date `{day}`"
        case ir.Measure(name) if typed.dimension == DATE:
            return f"the date `{name}`"
        case ir.Measure(name):
            return f"`{name}` in `{unit}`" if unit else f"`{name}` without a unit"
        case ir.DefinedNumber(name):
            return f"`{name}`, {_dimension_text(typed.dimension)},"
        case ir.Arithmetic():
            return _dimension_text(typed.dimension)


def _unit_text(scope: Scope, typed: Typed) -> str:
    """The unit that the author wrote for a constant or an input; empty for what is computed."""
    match typed.number:
        case ir.Constant(value, unit, calendar):
            return f"{unit}s" if calendar and value != 1 else unit
        case ir.Measure(name):
            kind = scope.inputs[name].type
            if isinstance(kind, ir.Quantity):
                return kind.units[0].unit
            return f"{kind.unit}s" if isinstance(kind, ir.Duration) else ""
        case _:
            return ""


def _dimension_text(dimension: Dimension) -> str:
    def side(powers: tuple[tuple[str, int], ...]) -> str:
        return ".".join(base if power == 1 else f"{base}{power}" for base, power in powers)

    above, below = dimension
    if not above and not below:
        return "a plain number"
    text = side(above) or "1"
    return f"a number in `{text}/{side(below)}`" if below else f"a number in `{text}`"
