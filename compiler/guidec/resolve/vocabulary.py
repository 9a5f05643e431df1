"""Inputs, drugs, classes, procedures, tests, readings and sources: the names that rules use."""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

from guidec import ast, ir
from guidec.diagnostic import has_errors, nearest
from guidec.numbers import CALENDAR_WORDS, decimal_text, unit_dimension
from guidec.register import read_register
from guidec.resolve.scope import Scope
from guidec.resolve.typed import check_unit

_FIELDS = (
    "title", "authors", "publisher", "journal", "published", "updated", "reviewed", "review_status",
    "completeness", "references", "register",
)  # fmt: skip

Read = Callable[[str], bytes | str]

MOST_ENTRIES = 1000
_FAULTY = -1


def source(scope: Scope, written: ast.Source, read: Read) -> None:
    """A source with its register; `read` gives the bytes of a file beside the guideline, or says why not."""
    if not scope.declare("source", written.name, scope.sources):
        return
    fields: list[ir.Field] = []
    register: ast.Text | None = None
    for line in written.lines:
        if line.key.text not in _FIELDS:
            repair = nearest(line.key.text, _FIELDS) or f"known: {', '.join(_FIELDS)}"
            scope.fault("unknown_name", f"a source has no line `{line.key.text}`", line.key.span, repair)
            scope.unread_kinds.add("source")
        elif line.key.text == "register":
            register = line.values[0]
        else:
            fields.append(ir.Field(line.key.text, tuple(value.text for value in line.values)))
    statements: tuple[ir.Statement, ...] = ()
    if register is not None:
        statements, found = read_register(register.text, read(register.text), register.span)
        scope.found += found
        if has_errors(found):
            scope.unread_kinds.add("source")
        for statement in statements:
            if statement.id in scope.statements:
                scope.fault(
                    "duplicate_name",
                    f"two registers hold the statement `{statement.id}`",
                    register.span,
                    "give each source its own letter",
                )
            scope.statements[statement.id] = written.name.text
    scope.sources[written.name.text] = ir.Source(
        written.name.text, tuple(fields), register.text if register else "", statements, written.name.span
    )


def item(scope: Scope, written: ast.Item) -> None:
    """A drug, a class, a procedure or a test. A class's members are checked when all drugs are known."""
    space = {
        "drug": scope.drugs,
        "drug_class": scope.classes,
        "procedure": scope.procedures,
        "test": scope.tests,
    }[written.kind]
    if not scope.declare(written.kind.replace("_", " "), written.name, space):
        return
    scope.check_not_kept(written.kind, written.name)
    if (written.kind == "drug_class" and written.name.text in scope.drugs) or (
        written.kind == "drug" and written.name.text in scope.classes
    ):
        scope.fault(
            "duplicate_name",
            f"`{written.name.text}` is a drug and a class",
            written.name.span,
            "give the class another name",
        )
        return
    members = []
    for member in written.members:
        if scope.look_up("drug", member, scope.drugs) is not None:
            members.append(member.text)
    space[written.name.text] = ir.Item(
        written.name.text, written.label.text, written.kind, tuple(members), _notes(scope, written.notes),
        scope.cite(written.cites), codes(scope, written.codes), _strengths(scope, written.strengths),
        written.name.span,
    )  # fmt: skip


def _strengths(scope: Scope, written: tuple[ast.Number, ...]) -> tuple[ir.Constant, ...]:
    """The strengths that a drug comes in, all of one kind."""
    found: list[ir.Constant] = []
    for one in written:
        assert one.unit is not None
        unit = check_unit(scope, one.unit)
        if unit is None:
            continue
        if not one.value or (found and unit_dimension(found[0].unit) != unit.dimension):
            message = "a strength is more than nothing" if not one.value else "the strengths are of two kinds"
            scope.fault("dimension_mismatch", message, one.span, "write amounts, such as `50 mg, 100 mg`")
            continue
        found.append(ir.Constant(one.value, unit.text))
    return tuple(found)


def _notes(scope: Scope, notes: tuple[ast.Note, ...]) -> tuple[ir.Note, ...]:
    return tuple(ir.Note(note.text.text, scope.cite(note.cites)) for note in notes)


def codes(scope: Scope, written: tuple[ast.Code, ...]) -> tuple[ir.Code, ...]:
    """The codes of one declaration, each whole and each once."""
    found: dict[tuple[str, str], ir.Code] = {}
    for one in written:
        for name, part in (("system", one.system), ("code", one.code), ("display", one.display)):
            if not part.text.strip():
                message = f"the {name} of this code is empty"
                repair = 'write all three, such as `code "http://example.org/tests" "17" "Creatinine"`'
                scope.fault("empty_code", message, part.span, repair)
        key = (one.system.text, one.code.text)
        if key in found:
            message = f"the code `{one.code.text}` of `{one.system.text}` stands here twice"
            scope.fault("duplicate_name", message, one.code.span, "delete one of the two")
        found.setdefault(key, ir.Code(*key, one.display.text))
    return tuple(found.values())


def reading(scope: Scope, written: ast.Reading) -> None:
    """A set of readings that the source's words allow."""
    if scope.declare("reading", written.name, scope.readings) and free_in_conditions(scope, written.name):
        values = _values(scope, written.values)
        for line in written.values:
            scope.check_not_kept("reading value", line.name)
        scope.readings[written.name.text] = ir.Reading(
            written.name.text, written.label.text, values, scope.cite(written.cites), written.name.span
        )


def free_in_conditions(scope: Scope, name: ast.Name) -> bool:
    """Inputs, readings, definitions and decisions meet in conditions, so no two share a name."""
    for kind, known in (
        ("input", scope.inputs),
        ("reading", scope.readings),
        ("definition", scope.written),
        ("decision", scope.decisions),
    ):
        if name.text in known:
            scope.fault(
                "duplicate_name",
                f"`{name.text}` is also the name of {'an' if kind == 'input' else 'a'} {kind}",
                name.span,
                "give it another name",
            )
            return False
    return True


def _values(scope: Scope, lines: tuple[ast.ValueLine, ...]) -> tuple[ir.Value, ...]:
    values: dict[str, ir.Value] = {}
    for line in lines:
        if scope.declare("value", line.name, values):
            values[line.name.text] = ir.Value(line.name.text, line.label.text, codes(scope, line.codes))
    return tuple(values.values())


def input_(scope: Scope, written: ast.Input, module: str) -> None:
    """An input with exactly one type, its bounds sensible, its units real."""
    if not scope.declare("input", written.name, scope.inputs) or not free_in_conditions(scope, written.name):
        return
    scope.check_not_kept("input", written.name)
    entry = _input(scope, written, module)
    if entry is None:
        scope.unread.add(written.name.text)
        scope.unread_kinds.add("input")
    else:
        scope.inputs[entry.id] = entry


def _input(scope: Scope, written: ast.Input, module: str) -> ir.Input | None:
    types = [line for line in written.lines if isinstance(line, ast.TypeLine) and line.kind != "also_in"]
    if len(types) != 1:
        span = types[1].span if types else written.name.span
        message = f"`{written.name.text}` has {'two types' if types else 'no type'}"
        scope.fault(
            "one_type",
            message,
            span,
            "write one of `boolean`, `one of`, `any of`, `integer`, `quantity`, `date`, `duration`",
        )
        return None
    kind = _type(scope, written, types[0])
    if kind is None:
        return None
    named = _values(scope, tuple(line.value for line in written.lines if isinstance(line, ast.NamedValue)))
    if named and isinstance(kind, ir.AnyOf | ir.Boolean | ir.OneOf):
        line = next(line for line in written.lines if isinstance(line, ast.NamedValue))
        scope.fault(
            "wrong_type",
            "only a number or a date takes a named value",
            line.span,
            "add it to the list of values",
        )
        return None
    notes = _notes(scope, tuple(line for line in written.lines if isinstance(line, ast.Note)))
    cites = scope.cite(written.cites)
    own = codes(scope, tuple(line for line in written.lines if isinstance(line, ast.Code)))
    series, kept = _series(scope, written, kind), _kept(scope, written, kind)
    if _FAULTY in (series, kept):
        return None
    return ir.Input(
        written.name.text, written.label.text, kind, named, notes, cites, module, own, written.name.span,
        series, kept,
    )  # fmt: skip


def _series(scope: Scope, written: ast.Input, kind: ir.Type) -> int | None:
    """How many dated entries the input takes; None for one that is no series."""
    lines = [line for line in written.lines if isinstance(line, ast.Series)]
    if not lines:
        return None
    line = lines[-1]
    most = Fraction(MOST_ENTRIES) if line.most is None else line.most.value
    if len(lines) > 1:
        scope.fault("duplicate_name", "`series` stands here twice", line.span, "delete one")
    elif isinstance(kind, ir.AnyOf):
        scope.fault("wrong_type", "a set is no series", line.span, "delete the line")
    elif line.most is not None and not (most.denominator == 1 and 2 <= most <= MOST_ENTRIES):
        message = f"a series has from 2 to {MOST_ENTRIES} entries"
        scope.fault("bad_range", message, line.most.span, "write another number")
    else:
        return int(most)
    return _FAULTY


def _kept(scope: Scope, written: ast.Input, kind: ir.Type) -> Any:
    """What the next visit knows of the input, as written."""
    lines = [line for line in written.lines if isinstance(line, ast.Kept)]
    if not lines:
        return None
    line = lines[-1]
    other = next((one.id for one in scope.inputs.values() if one.kept == "date of the visit"), "")
    if len(lines) > 1:
        message = f"`{lines[0].word}` and `{line.word}` stand here together"
        scope.fault("wrong_type", message, line.span, "keep one of them")
    elif line.word != "date of the visit":
        return line.word
    elif not isinstance(kind, ir.Date):
        message = f"`{written.name.text}` is no date"
        scope.fault("wrong_type", message, line.span, "declare it as `date from … to …`")
    elif any(isinstance(one, ast.Series) for one in written.lines):
        scope.fault("wrong_type", "a visit has one date, and no series of them", line.span, "delete `series`")
    elif other:
        message = f"`{other}` is the date of the visit already"
        scope.fault("duplicate_name", message, line.span, "keep one `date of the visit`")
    else:
        scope.used.add(("input", written.name.text))  # by whoever fills it in at a visit
        return line.word
    return _FAULTY


def _type(scope: Scope, written: ast.Input, line: ast.TypeLine) -> ir.Type | None:
    rounds = any(isinstance(other, ast.Rounds) for other in written.lines)
    also = [other for other in written.lines if isinstance(other, ast.TypeLine) and other.kind == "also_in"]
    if (also or rounds) and line.kind != "quantity":
        scope.fault(
            "wrong_type",
            "only a quantity has further units or is rounded",
            line.span,
            "write `quantity UNIT from … to … step …`",
        )
        return None
    match line.kind:
        case "boolean":
            return ir.Boolean()
        case "one_of":
            return ir.OneOf(_values(scope, line.values))
        case "any_of":
            return ir.AnyOf(_values(scope, line.values), False)
        case "any_of_drugs":
            return _drug_list(scope, written)
        case "quantity":
            units = [_unit_range(scope, one) for one in (line, *also)]
            kept = tuple(unit for unit in units if unit is not None)
            return (
                ir.Quantity(kept, rounds)
                if len(kept) == len(units) and _distinct(scope, kept, also)
                else None
            )
        case "date":
            low, high = line.bounds
            assert isinstance(low, ast.Day) and isinstance(high, ast.Day)
            return (
                ir.Date(low.value.isoformat(), high.value.isoformat()) if _ordered(scope, low, high) else None
            )
        case "integer" | "duration":
            return _whole(scope, line)
        case "also_in":
            raise AssertionError("a further unit is no type")


def _drug_list(scope: Scope, written: ast.Input) -> ir.Type | None:
    other = scope.drug_list()
    if other is not None:
        scope.fault(
            "duplicate_name",
            f"`{other.id}` lists the patient's drugs already",
            written.name.span,
            "keep one `any of drugs`",
        )
        return None
    return ir.AnyOf((), True)


def _distinct(scope: Scope, units: tuple[ir.UnitRange, ...], also: list[ast.TypeLine]) -> bool:
    names = [unit.unit for unit in units]
    for at, line in enumerate(also, 1):
        if names[at] in names[:at] and line.unit is not None:
            scope.fault(
                "duplicate_name", f"the unit `{names[at]}` is given twice", line.unit.span, "delete one"
            )
            return False
    return True


def _ordered(scope: Scope, low: ast.Number | ast.Day, high: ast.Number | ast.Day) -> bool:
    if low.value < high.value:  # type: ignore[operator]  # the grammar gives two of a kind
        return True
    if low.value == high.value:
        message, repair = "the range holds a single value", "widen it, or leave the input out"
    else:
        message, repair = "the range ends before it begins", "write the smaller one first"
    scope.fault("bad_range", message, low.span.to(high.span), repair)
    return False


def _unit_range(scope: Scope, line: ast.TypeLine) -> ir.UnitRange | None:
    assert line.unit is not None
    low, high, step = line.bounds
    assert isinstance(low, ast.Number) and isinstance(high, ast.Number) and isinstance(step, ast.Number)
    if check_unit(scope, line.unit) is None or not _ordered(scope, low, high):
        return None
    if step.value <= 0 or (high.value - low.value) % step.value:
        scope.fault(
            "bad_range",
            f"steps of {decimal_text(step.value)} do not lead from {decimal_text(low.value)} "
            f"to {decimal_text(high.value)}",
            step.span,
            "write a step that divides the range",
        )
        return None
    return ir.UnitRange(line.unit.text, low.value, high.value, step.value)


def _whole(scope: Scope, line: ast.TypeLine) -> ir.Type | None:
    low, high = line.bounds
    assert isinstance(low, ast.Number) and isinstance(high, ast.Number)
    if not _ordered(scope, low, high):
        return None
    for end in (low, high):
        if end.value.denominator != 1:
            scope.fault(
                "bad_range",
                f"`{decimal_text(end.value)}` is not a whole number",
                end.span,
                "write a whole number, or a `quantity`",
            )
            return None
    if line.kind == "integer":
        return ir.Integer(int(low.value), int(high.value))
    assert line.unit is not None
    return ir.Duration(CALENDAR_WORDS[line.unit.text], int(low.value), int(high.value))


def fill_drug_list(scope: Scope) -> None:
    """The values of `any of drugs` are all the drugs, known once the files are read."""
    entry = scope.drug_list()
    if entry is not None:
        values = tuple(ir.Value(drug.id, drug.label, drug.codes) for drug in scope.drugs.values())
        scope.inputs[entry.id] = replace(entry, type=ir.AnyOf(values, True))
