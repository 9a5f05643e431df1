"""Tables as written to rows, each with its condition."""

from guidec import ast, ir
from guidec.layout import as_meant, expression_text, quantity_text
from guidec.record import record
from guidec.resolve.arithmetic import is_number
from guidec.resolve.expressions import condition
from guidec.resolve.labels import in_readers_units, is_numeric, label_conditions, labels_shown, may_split
from guidec.resolve.scope import Scope


@record
class Hit:
    """A row and when it holds; None is `otherwise`."""

    row: ast.GridRow
    condition: ir.Condition | None
    label: str
    cites: ir.Citation


def gathered(policy: ast.Policy | None) -> tuple[ir.HitPolicy, str]:
    """The hit policy, `unique` where none is written, and what `collect` makes of its rows."""
    if policy is None:
        return "unique", ""
    return policy.word, policy.gather.text if policy.gather else ""


def hits(scope: Scope, grid: ast.Grid) -> tuple[Hit, ...] | None:
    """The rows of a table, or None after a fault."""
    if not _rectangular(scope, grid) or not all([_column(scope, one) for one in grid.columns]):
        return None
    found: list[Hit] = []
    named = [_named(scope, grid, at) for at in range(len(grid.columns))]
    for at, row in enumerate(grid.rows):
        if row.cells is None:
            found.append(Hit(row, None, "otherwise", scope.cite(row.cites)))
            continue
        parts = [
            _cell(scope, of, cell, values)
            for of, cell, values in zip(grid.columns, row.cells, named, strict=True)
        ]
        if any(part is None for part in parts):
            continue
        asked = tuple(part for part in parts if part is not None and part != ir.Always(True))
        when = ir.Always(True) if not asked else asked[0] if len(asked) == 1 else ir.And(asked)
        found.append(Hit(row, when, f"row {at + 1}", scope.cite(row.cites)))
    return tuple(found) if len(found) == len(grid.rows) else None


def _rectangular(scope: Scope, grid: ast.Grid) -> bool:
    fine = True
    for at, row in enumerate(grid.rows):
        if row.cells is None and at < len(grid.rows) - 1:
            message = "`otherwise` is not the last row"
            scope.fault("misplaced_otherwise", message, row.span, "move it below the others, and keep one")
            fine = False
        for what, count, wanted, repair in (
            (
                "before `||`",
                None if row.cells is None else len(row.cells),
                len(grid.columns),
                "write one for each column, `any` in those that ask nothing",
            ),
            (
                "behind `||`",
                len(row.results),
                len(grid.outputs),
                "write one for each column, `-` in those that give nothing",
            ),
        ):
            if count is not None and count != wanted:
                message = f"this row has {_cells(count)} {what}, and the head has {wanted}"
                scope.fault("wrong_count", message, row.span, repair)
                fine = False
    return fine


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"


def _column(scope: Scope, of: ast.Expression) -> bool:
    """Whether a column asks something; a fault if not."""
    if not isinstance(of, ast.Name):
        return is_number(scope, of) or condition(scope, of) is not None
    if of.text in scope.inputs and isinstance(scope.inputs[of.text].type, ir.AnyOf):
        scope.used.add(("input", of.text))
        return True
    if of.text in scope.written:
        return scope.definition(of) is not None
    return may_split(scope, of)


def _named(scope: Scope, grid: ast.Grid, column: int) -> tuple[str, ...]:
    """The values beside numbers, such as `never`, that cells of numbers don't mean: those that some cell of the column names.

    In a table that proves that some row holds, and has no `otherwise`, all of them: one without a row is a gap.
    """
    of = grid.columns[column]
    if not isinstance(of, ast.Name) or of.text not in scope.inputs:
        return ()
    policy, _ = gathered(grid.policy)
    if policy in ("unique", "any") and all(row.cells is not None for row in grid.rows):
        return tuple(value.id for value in scope.inputs[of.text].named)
    labels = {
        label.text
        for row in grid.rows
        for label in (() if row.cells is None else row.cells[column].labels)
        if isinstance(label, ast.Name)
    }
    return tuple(value.id for value in scope.inputs[of.text].named if value.id in labels)


def _cell(scope: Scope, of: ast.Expression, cell: ast.Cell, named: tuple[str, ...]) -> ir.Condition | None:
    if cell.kind == "any":
        return ir.Always(True)
    if cell.kind == "is":
        return label_conditions(scope, of, cell.labels, named)
    found = label_conditions(scope, of, cell.labels)
    if found is not None and named and isinstance(of, ast.Name) and any(map(is_numeric, cell.labels)):
        return ir.And((ir.Not(ir.Is(of.text, named)), ir.Not(found)))
    return None if found is None else ir.Not(found)


# --- as shown ----------------------------------------------------------------


def column_text(scope: Scope, of: ast.Expression) -> str:
    """The head of a column: the label of what it asks, or the expression."""
    if isinstance(of, ast.Name):
        if of.text in scope.inputs:
            return scope.inputs[of.text].label
        if of.text in scope.readings:
            return scope.readings[of.text].label
        definition = scope.definitions.get(of.text)
        return of.text if definition is None else definition.label
    return expression_text(as_meant(of))


def row_text(scope: Scope, grid: ast.Grid, row: ast.GridRow) -> tuple[str, ...]:
    """The cells of a row."""
    if row.cells is None:
        return ()
    return tuple(_cell_text(scope, of, cell) for of, cell in zip(grid.columns, row.cells, strict=True))


def _cell_text(scope: Scope, of: ast.Expression, cell: ast.Cell) -> str:
    if cell.kind == "any":
        return "any"
    shown = labels_shown(scope, of, cell.labels)
    return shown if cell.kind == "is" else f"not {shown}"


def result_text(gives: ast.Gives, result: object) -> str:
    """What a row gives."""
    match result:
        case ast.Number() | ast.CalendarNumber():
            return quantity_text(in_readers_units(as_meant(result)))
        case ast.Name(text):
            return next((line.label.text for line in gives.values if line.name.text == text), text)
        case _:
            return ""
