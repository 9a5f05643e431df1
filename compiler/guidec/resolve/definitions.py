"""What has a name in conditions: definitions, lookups, scores, bands and the columns of tables, each a typed expression."""

from dataclasses import replace
from fractions import Fraction

from guidec import ast, ir
from guidec.bounds import bounds, common_grain, grain
from guidec.diagnostic import listed
from guidec.numbers import (
    CALENDAR_WORDS,
    MOST_DIGITS,
    decimal_places,
    is_decimal,
    out_of_base_units,
    unit_dimension,
    unit_of,
)
from guidec.resolve.arithmetic import (
    converts,
    function_number,
    is_number,
    number,
    parameter_type,
    rational,
)
from guidec.resolve.expressions import condition
from guidec.resolve.grids import Hit, column_text, gathered, hits, result_text, row_text
from guidec.resolve.labels import label_conditions, labels_apart, labels_shown, may_split
from guidec.resolve.scope import Scope
from guidec.resolve.typed import Typed, alike, calendar_words, check_unit, mismatch, said_unit
from guidec.source import Span
from guidec.units import DIMENSIONLESS


def define(scope: Scope, written: ast.Named) -> ir.Definition | None:
    """A definition of any kind; None after a fault."""
    match written:
        case ast.Define():
            return _define(scope, written)
        case ast.Lookup():
            return _lookup(scope, written)
        case ast.Score():
            return _score(scope, written)
        case ast.Bands(_, _, cites, lines):
            return _bands(scope, written, scope.owners[written.name.text].name, lines, cites, ())
        case ast.Classify(_, _, of, cites):
            bands = tuple(line for line in written.lines if isinstance(line, ast.BandLine))
            return _bands(scope, written, of, bands, cites, written.lines)
        case ast.Gives():
            return _column(scope, written)


def check_function(scope: Scope, written: ast.Function) -> None:
    """The faults that a function has whatever it is called with."""
    names: dict[str, ast.Parameter] = {}
    for parameter in written.parameters:
        known = [*scope.inputs, *scope.written, *scope.readings, *scope.decisions]
        if parameter.name.text in known:
            message = f"`{parameter.name.text}` is also the name of something else"
            scope.fault("duplicate_name", message, parameter.name.span, "give the parameter another name")
        if scope.declare("parameter", parameter.name, names):
            names[parameter.name.text] = parameter
    types = {name: parameter_type(scope, parameter) for name, parameter in names.items()}
    if any(one is None for one in types.values()):
        return
    scope.arguments, scope.parameters = types, tuple(names)
    scope.calling.append(written.name.text)
    scope.calls = 0
    if is_number(scope, written.expression):
        function_number(scope, written)
    elif written.unit is not None:
        scope.fault("wrong_type", "a condition has no unit", written.unit.span, "delete it")
    else:
        condition(scope, written.expression)
    scope.calling.pop()
    scope.arguments, scope.parameters = {}, ()


def _define(scope: Scope, written: ast.Define) -> ir.Definition | None:
    label = written.label.text if written.label else written.name.text.replace("_", " ")
    shown = next((line for line in written.lines if isinstance(line, ast.Shown)), None)
    cites = scope.cite(written.cites)
    if not is_number(scope, written.expression):
        found = condition(scope, written.expression)
        if found is None:
            return None
        if shown is not None and shown.rounded is not None:
            scope.fault("wrong_type", "a condition isn't rounded", shown.span, "write `shown`")
        notes = _notes(scope, written.lines)
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
    if typed is None or not converts(scope, typed) or not rational(scope, typed):
        return None
    unit = _shown_unit(scope, written.unit, typed)
    return _number(scope, written.name, label, typed, shown, unit, cites, written.lines)


def _number(
    scope: Scope,
    name: ast.Name,
    label: str,
    typed: Typed,
    shown: ast.Shown | None,
    unit: str | None,
    cites: ir.Citation,
    lines: tuple[object, ...],
) -> ir.Definition:
    """A named number, how it is shown checked."""
    scope.dimensions[name.text] = typed.dimension
    step = None
    if shown and unit is not None:
        step = _shown_step(scope, shown, unit)
        if step is not None or shown.rounded is None:
            _exactly_shown(scope, typed, unit, step)
    elif shown:
        scope.fault(
            "missing_unit",
            f"`{name.text}` is shown, and its unit isn't said",
            name.span,
            _unit_repair(scope, name, typed),
        )
    mode: ir.RoundingMode = shown.mode if shown else "half away from zero"
    notes = _notes(scope, lines)
    is_shown = shown is not None
    return ir.Definition(
        name.text, label, None, typed.number, unit or "", is_shown, step, cites, notes, name.span, None, mode
    )


def _unit_repair(scope: Scope, name: ast.Name, typed: Typed) -> str:
    unit = calendar_words(typed.dimension) or "`in UNIT`"
    match scope.written[name.text]:
        case ast.Lookup(_, _, by):
            return f"write {unit} behind `by {by.text}`"
        case ast.Gives(_, label):
            return f'write {unit} behind `"{label.text}"`'
        case _:
            return f"write {unit} before `=`"


def _notes(scope: Scope, lines: tuple[object, ...]) -> tuple[ir.Note, ...]:
    notes = [line for line in lines if isinstance(line, ast.Note)]
    return tuple(ir.Note(note.text.text, scope.cite(note.cites)) for note in notes)


def _shown_unit(scope: Scope, written: ast.Name | None, typed: Typed) -> str | None:
    if written is None:
        return "" if typed.dimension == DIMENSIONLESS else None
    said = said_unit(scope, written)
    if said is None:
        return None
    words = calendar_words(typed.dimension)
    if said.dimension != typed.dimension and words:
        message = f"this is calendar time, and `{written.text}` is no unit of it"
        scope.fault("dimension_mismatch", message, written.span, f"write {words}")
    elif said.dimension != typed.dimension:
        mismatch(scope, typed, said, written.span)
    assert isinstance(said.number, ir.Constant)
    return said.number.unit


def _shown_step(scope: Scope, shown: ast.Shown, unit: str) -> Fraction | None:
    """What a shown number is rounded to, in the unit that it is shown in."""
    if shown.rounded is None or shown.rounded.unit is None:
        return None
    step = check_unit(scope, shown.rounded.unit)
    if step is None:
        return None
    if unit in CALENDAR_WORDS:
        message = "calendar time is rounded where it is computed"
        scope.fault(
            "dimension_mismatch", message, shown.rounded.span, f"write `rounded to 1 {unit}` behind `=`"
        )
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
        if found is not None and unit:
            zero = out_of_base_units(Fraction(0), unit)
            found = common_grain(out_of_base_units(found, unit) - zero, zero)
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
            "round to a coarser step"
            if step is not None or isinstance(typed.number, ir.Rounded)
            else "add `rounded to` and a step",
        )


# --- lookups and points ------------------------------------------------------


def _lookup(scope: Scope, written: ast.Lookup) -> ir.Definition | None:
    cites = scope.cite(written.cites)
    valued = tuple(line for line in written.lines if isinstance(line, ast.Valued))
    typed = _case(scope, written.by, valued, written.name.span)
    if typed is None:
        return None
    shown = next((line for line in written.lines if isinstance(line, ast.Shown)), None)
    unit = _shown_unit(scope, written.unit, typed)
    return _number(scope, written.name, written.label.text, typed, shown, unit, cites, written.lines)


def _case(scope: Scope, by: ast.Name, lines: tuple[ast.Valued, ...], span: Span) -> Typed | None:
    """A constant for each label; all of one kind."""
    if not lines:
        scope.fault("missing_branch", "this gives no number", span, "add a line such as `yes: 1`")
        return None
    if not may_split(scope, by) or not labels_apart(scope, [(line.labels, line.span) for line in lines]):
        return None
    arms: list[ir.Arm] = []
    first: Typed | None = None
    whole = True
    for line in lines:
        value = number(scope, line.value)
        asked = label_conditions(scope, by, line.labels)
        if value is None or (line.labels is not None and asked is None):
            whole = False
            continue
        if first is None:
            first = value
        elif not alike(scope, first, value):
            mismatch(scope, first, value, value.span)
            whole = False
            continue
        cites = scope.cite((*line.label_cites, *line.cites))
        label = labels_shown(scope, by, line.labels)
        arms.append(ir.Arm(label, asked, value.number, cites, line.span))
    if not whole or first is None:
        return None
    return Typed(ir.Case("unique", by.text, tuple(arms)), first.dimension, span)


def _score(scope: Scope, written: ast.Score) -> ir.Definition | None:
    cites = scope.cite(written.cites)
    terms: list[ir.Number] = []
    whole = True
    for line in written.lines:
        match line:
            case ast.PointsFor(by, line_cites, valued, span):
                term = _case(scope, by, valued, span)
                if term is not None and term.dimension != DIMENSIONLESS:
                    scope.fault(
                        "dimension_mismatch",
                        "points have no unit",
                        span,
                        "delete the units behind the colons",
                    )
                    term = None
                inherited = scope.cite(line_cites)
                if term is not None and isinstance(term.number, ir.Case):
                    terms.append(_citing(term.number, inherited))
                whole = whole and term is not None
            case ast.PointsWhen(points, asked, line_cites, span):
                found = condition(scope, asked)
                if found is None:
                    whole = False
                    continue
                arms = (
                    ir.Arm("yes", found, ir.Constant(points.value, ""), scope.cite(line_cites), span),
                    ir.Arm("otherwise", None, ir.Constant(Fraction(0), ""), ir.Citation(), span),
                )
                terms.append(ir.Case("unique", "", arms))
            case _:
                pass
    if not whole:
        return None
    if not terms:
        repair = "add `points 1 when …` or `points for …`"
        scope.fault("missing_branch", f"`{written.name.text}` has no points", written.name.span, repair)
        return None
    typed = Typed(ir.Sum(tuple(terms)), DIMENSIONLESS, written.name.span)
    shown = next((line for line in written.lines if isinstance(line, ast.Shown)), None)
    made = _number(scope, written.name, written.label.text, typed, shown, "", cites, written.lines)
    band = next((line.name.text for line in written.lines if isinstance(line, ast.Bands)), "")
    return replace(made, band=band)


def _citing(case: ir.Case, cites: ir.Citation) -> ir.Case:
    """Lines without citations of their own cite what stands above them."""
    arms = tuple(
        arm
        if arm.cites.statements or arm.cites.inferred
        else ir.Arm(arm.label, arm.condition, arm.number, cites, arm.span)
        for arm in case.arms
    )
    return ir.Case(case.policy, case.of, arms)


# --- bands -------------------------------------------------------------------


def _bands(
    scope: Scope,
    written: ast.Bands | ast.Classify,
    of: ast.Name,
    lines: tuple[ast.BandLine, ...],
    cites: ast.Cites,
    others: tuple[object, ...],
) -> ir.Definition | None:
    """The category of a number: each band a label and its value."""
    cited = scope.cite(cites)
    if not may_split(scope, of) or not labels_apart(scope, [(line.labels, line.span) for line in lines]):
        return None
    values: dict[str, ir.Value] = {}
    bands: list[ir.Band] = []
    whole = True
    for line in lines:
        asked = label_conditions(scope, of, line.labels)
        if line.labels is not None and asked is None:
            whole = False
            continue
        name = line.name.text
        label = line.label.text if line.label else name.replace("_", " ")
        if name not in values:
            values[name] = ir.Value(name, label)
        elif line.label is not None and line.label.text != values[name].label:
            message = f"`{name}` has two labels"
            scope.fault("duplicate_name", message, line.label.span, "delete one of them")
        shown = labels_shown(scope, of, line.labels)
        bands.append(ir.Band(name, shown, asked, scope.cite((*line.label_cites, *line.cites)), line.span))
    if not whole:
        return None
    if not bands:
        scope.fault("missing_branch", f"`{written.name.text}` has no bands", written.name.span, "add one")
        return None
    category = ir.Category("unique", of.text, tuple(values.values()), tuple(bands))
    is_shown = any(isinstance(line, ast.Shown) for line in others)
    return ir.Definition(
        written.name.text, written.label.text, None, None, "", is_shown, None, cited, _notes(scope, others),
        written.name.span, category,
    )  # fmt: skip


# --- tables ------------------------------------------------------------------


def _column(scope: Scope, written: ast.Gives) -> ir.Definition | None:
    """An output column of a table: a number, a category or yes and no."""
    table = scope.owners[written.name.text]
    assert isinstance(table, ast.Table)
    found = _rows(scope, table)
    if found is None:
        return None
    at = [name.text for name in table.grid.outputs].index(written.name.text)
    policy, gather = gathered(table.grid.policy)
    cites = scope.cite(table.cites)
    if gather and written.values:
        message = f"`collect {gather}` gives a number, and `{written.name.text}` has values"
        repair = "write `collect`, or delete the values below `gives`"
        scope.fault("wrong_type", message, written.name.span, repair)
        return None
    if not written.values:
        return _number_column(scope, written, table, found, at, cites)
    return _category_column(scope, written, found, at, policy, cites)


def _rows(scope: Scope, table: ast.Table) -> tuple[Hit, ...] | None:
    """The rows of a table, resolved once for all its columns; and the table as it is shown."""
    name = table.name.text
    if name not in scope.rows:
        scope.rows[name] = None
        scope.rows[name] = _checked_rows(scope, table)
    found: tuple[Hit, ...] | None = scope.rows[name]
    return found


def _checked_rows(scope: Scope, table: ast.Table) -> tuple[Hit, ...] | None:
    grid = table.grid
    gives = {line.name.text: line for line in table.lines if isinstance(line, ast.Gives)}
    for output in grid.outputs:
        if output.text not in gives:
            repair = f'add above the rows: `gives {output.text} "…"`'
            scope.fault("unknown_name", f"no line `gives` declares `{output.text}`", output.span, repair)
            return None
    for name, line in gives.items():
        if [output.text for output in grid.outputs].count(name) != 1:
            message = f"the rows have no column `{name}`, or two"
            scope.fault("wrong_count", message, line.name.span, f"write it once behind `||`: `|| {name} |`")
            return None
    policy, gather = gathered(grid.policy)
    if policy == "conflict":
        message = "a table that gives values can't contradict itself: only a decision has `conflict`"
        scope.fault("wrong_type", message, grid.span, "write `unique`, `any`, `first` or `collect`")
        return None
    if gather not in ("", "sum", "min", "max", "count"):
        assert grid.policy is not None and grid.policy.gather is not None
        known = "`collect sum`, `collect min`, `collect max`, `collect count`, or `collect` alone"
        message = f"`collect` makes no `{gather}` of its rows"
        scope.fault("unknown_value", message, grid.policy.gather.span, f"write {known}")
        return None
    found = hits(scope, grid)
    if found is None:
        return None
    rows = tuple(
        ir.GridRow(
            row_text(scope, grid, row),
            tuple(result_text(gives[output.text], one) for output, one in zip(grid.outputs, row.results, strict=True)),
            scope.cite(row.cites),
            row.span,
        )
        for row in grid.rows
    )  # fmt: skip
    columns = tuple(column_text(scope, one) for one in grid.columns)
    outputs = tuple(gives[output.text].label.text for output in grid.outputs)
    scope.tables[table.name.text] = ir.Grid(
        table.name.text, table.label.text, f"{policy} {gather}".strip(), columns, outputs,
        tuple(output.text for output in grid.outputs), rows,
        _notes(scope, table.lines), scope.cite(table.cites), table.name.span,
    )  # fmt: skip
    return found


def _number_column(
    scope: Scope, written: ast.Gives, table: ast.Table, hits: tuple[Hit, ...], at: int, cites: ir.Citation
) -> ir.Definition | None:
    policy, gather = gathered(table.grid.policy)
    values: list[tuple[Hit, Typed]] = []
    for hit in hits:
        result = hit.row.results[at]
        if gather == "count":
            values.append((hit, Typed(ir.Constant(Fraction(1), ""), DIMENSIONLESS, hit.row.span)))
            continue
        if not isinstance(result, ast.Number | ast.CalendarNumber):
            span = result.span if isinstance(result, ast.Name | ast.YesNo) else hit.row.span
            if isinstance(result, ast.Name | ast.YesNo):
                message = f"`{written.name.text}` is a number, and this is none"
                repair = "write a number, or give the column its values below `gives`"
            else:
                message, repair = f"this row gives no `{written.name.text}`", "write a number"
            scope.fault("wrong_type", message, span, repair)
            return None
        typed = number(scope, result)
        if typed is None:
            return None
        values.append((hit, typed))
    first = values[0][1]
    for _, other in values:
        if not alike(scope, first, other):
            mismatch(scope, first, other, other.span)
            return None
    found = _gathered_number(scope, written, values, policy, gather)
    if found is None:
        return None
    typed = Typed(found, first.dimension, written.name.span)
    unit = _shown_unit(scope, written.unit, typed)
    return _number(scope, written.name, written.label.text, typed, written.shown, unit, cites, ())


def _gathered_number(
    scope: Scope, written: ast.Gives, values: list[tuple[Hit, Typed]], policy: str, gather: str
) -> ir.Number | None:
    """What the hit policy makes of the rows that hold."""
    arms = [ir.Arm(hit.label, hit.condition, typed.number, hit.cites, hit.row.span) for hit, typed in values]
    match gather:
        case "sum" | "count":
            zero = _zero(values[0][1])
            rest = ir.Arm("otherwise", None, zero, ir.Citation(), written.name.span)
            if any(arm.condition is None for arm in arms):
                row = next(arm for arm in arms if arm.condition is None)
                message = f"with `collect {gather}` nothing counts as 0: `otherwise` has no place"
                scope.fault("misplaced_otherwise", message, row.span, "delete this row")
                return None
            return ir.Sum(tuple(ir.Case("unique", arm.label, (arm, rest)) for arm in arms))
        case "min" | "max":
            ordered = sorted(
                arms,
                key=lambda arm: bounds(arm.number, {}, lambda name: None)[0],
                reverse=gather == "max",
            )
            last = [arm for arm in ordered if arm.condition is None]
            return ir.Case("first", "", (*(arm for arm in ordered if arm.condition is not None), *last))
        case _ if policy != "collect":
            return ir.Case(policy, "", tuple(arms))  # type: ignore[arg-type]
        case _:
            pass
    scope.fault(
        "wrong_type",
        f"`collect` lists values, and `{written.name.text}` is a number",
        written.name.span,
        "write `collect sum`, `collect min`, `collect max` or `collect count`",
    )
    return None


def _zero(typed: Typed) -> ir.Number:
    """Nothing, in the unit of the numbers that would be summed."""
    if isinstance(typed.number, ir.Constant):
        return ir.Constant(Fraction(0), typed.number.unit, typed.number.calendar)
    return ir.Constant(Fraction(0), "")


def _category_column(
    scope: Scope, written: ast.Gives, hits: tuple[Hit, ...], at: int, policy: str, cites: ir.Citation
) -> ir.Definition | None:
    values = {line.name.text: ir.Value(line.name.text, line.label.text) for line in written.values}
    bands: list[ir.Band] = []
    whole = True
    for hit in hits:
        result = hit.row.results[at]
        if not isinstance(result, ast.Name) or result.text not in values:
            span = result.span if isinstance(result, ast.Name | ast.YesNo | ast.Number) else hit.row.span
            text = "this number" if isinstance(result, ast.Number) else ""
            text = result.text if isinstance(result, ast.Name) else text
            message = f"`{written.name.text}` has no value `{text}`"
            if not text:
                message = f"this row gives no `{written.name.text}`"
            scope.fault("unknown_value", message, span, f"its values: {listed(list(values))}")
            whole = False
            continue
        bands.append(ir.Band(result.text, hit.label, hit.condition, hit.cites, hit.row.span))
    if not whole:
        return None
    if policy not in ("unique", "any", "first", "collect"):
        return None
    category = ir.Category(policy, "", tuple(values.values()), tuple(bands))  # type: ignore[arg-type]
    return ir.Definition(
        written.name.text, written.label.text, None, None, "", written.shown is not None, None, cites, (),
        written.name.span, category,
    )  # fmt: skip
