"""Decisions and options: trees whose branches are conditions and whose leaves are outcomes."""

from typing import TypeGuard

from guidec import ast, ir
from guidec.diagnostic import listed, nearest
from guidec.resolve.expressions import condition
from guidec.resolve.grids import column_text, gathered, hits, row_text
from guidec.resolve.labels import label_conditions, label_text, labels_apart, labels_shown, may_split
from guidec.resolve.orders import recommendation
from guidec.resolve.scope import Scope


def outcome_names(body: ast.Body) -> set[str]:
    """The names that a tree recommends."""
    names: set[str] = set()
    waiting: list[ast.Body] = [body]
    while waiting:
        match waiting.pop():
            case ast.Recommendation(_, order):
                if order.thing.name is not None:
                    names.add(order.thing.name.text)
            case ast.By(_, _, branches):
                waiting += [branch.body for branch in branches]
            case ast.Whens(whens):
                waiting += [branch.body for branch in whens]
            case ast.Conflict(_, _, answers):
                waiting += answers
            case ast.AllOf(_, parts):
                waiting += parts
            case ast.OutcomeTable(grid):
                waiting += [one for row in grid.rows for one in row.results if _is_outcome(one)]
            case ast.Nothing() | ast.NotStated() | ast.As():
                pass
    return names


def _is_outcome(one: object) -> TypeGuard[ast.Outcome]:
    return isinstance(one, ast.Recommendation | ast.Nothing | ast.NotStated)


def decision(scope: Scope, written: ast.Decision) -> ir.Decision | None:
    """A decision with its tree."""
    cites = scope.cite(written.cites)
    asked = None if written.asked is None else condition(scope, written.asked.condition)
    asked_cites = ir.Citation() if written.asked is None else scope.cite(written.asked.cites)
    tree = (
        _table(scope, written.body)
        if isinstance(written.body, ast.OutcomeTable)
        else _node(scope, written.body, None)
    )
    if tree is None or (written.asked is not None and asked is None):
        return None
    assert not isinstance(tree, ir.As)
    return ir.Decision(
        written.name.text, written.label.text, asked, asked_cites, tree, cites, written.name.span
    )


def _node(scope: Scope, written: ast.Body, of: ast.By | None) -> ir.Node | None:
    match written:
        case ast.By():
            return _by(scope, written)
        case ast.Whens():
            return _whens(scope, written)
        case ast.As():
            return _as(scope, written, of)
        case ast.OutcomeTable():
            message = "a table is the whole of a decision, never a branch of one"
            repair = "put the question of the branch into a column of the table"
            scope.fault("misplaced_part", message, written.span, repair)
            return None
        case _:
            return outcome(scope, written)


def _table(scope: Scope, written: ast.OutcomeTable) -> ir.Table | None:
    """A decision table: each row a condition and its outcome."""
    policy, gather = gathered(written.grid.policy)
    if gather:
        assert written.grid.policy is not None and written.grid.policy.gather is not None
        message = f"outcomes have no {gather}: `collect` gives the outcome of every row that holds"
        scope.fault("wrong_type", message, written.grid.policy.gather.span, "write `collect`")
    found = hits(scope, written.grid)
    rows: list[ir.TableRow] = []
    for hit in found or ():
        outcome_found = _row_outcome(scope, hit.row, policy)
        if outcome_found is not None:
            texts = row_text(scope, written.grid, hit.row)
            rows.append(ir.TableRow(texts, hit.condition, outcome_found, hit.cites, hit.row.span))
    where, why, cites, whole = _conflict(scope, written, policy)
    if gather or found is None or not whole or len(rows) != len(found):
        return None
    columns = tuple(column_text(scope, one) for one in written.grid.columns)
    outputs = tuple(name.text.replace("_", " ") for name in written.grid.outputs)
    return ir.Table(policy, columns, outputs, tuple(rows), where, why, cites, written.span)


def _row_outcome(scope: Scope, row: ast.GridRow, policy: str) -> ir.Outcome | None:
    """What a row decides: its one outcome, or the recommendations of all its columns."""
    parts = [outcome(scope, one) for one in row.results if _is_outcome(one)]
    kept = tuple(part for part in parts if part is not None)
    if len(kept) != len(parts):
        return None
    if not kept:
        scope.fault(
            "missing_branch", "this row has no outcome", row.span, "write `nothing`, if that is meant"
        )
        return None
    stated = all(part.status == "determined" for part in kept)
    if (len(kept) > 1 or policy == "collect") and not stated:
        message = "`not stated` stands beside nothing else"
        if policy == "collect":
            message = "a row of a `collect` table recommends something, or nothing"
        scope.fault("wrong_type", message, row.span, "decide it in a table `unique` or `first`")
        return None
    if len(kept) == 1:
        return kept[0]
    recommendations = tuple(one for part in kept for one in part.recommendations)
    return ir.Outcome("determined", recommendations, "", (), ir.Citation(), row.span)


def _conflict(
    scope: Scope, written: ast.OutcomeTable, policy: str
) -> tuple[ir.Condition | None, str, ir.Citation, bool]:
    """Why rows contradict each other, and where that is meant; the last tells whether it could be resolved."""
    said = written.conflict
    if said is None:
        if policy == "conflict":
            repair = 'add below the rows: `conflict where … "why" [T17]`'
            scope.fault(
                "missing_conflict", "a `conflict` table says why its rows contradict", written.span, repair
            )
        return None, "", ir.Citation(), policy != "conflict"
    if policy != "conflict":
        message = f"only a `conflict` table has this line; this one is `{policy}`"
        scope.fault("missing_conflict", message, said.span, "write `table conflict`, or delete the line")
        return None, "", ir.Citation(), False
    where = None if said.condition is None else condition(scope, said.condition)
    whole = said.condition is None or where is not None
    return where, said.why.text, scope.cite(said.cites), whole


def _as(scope: Scope, written: ast.As, of: ast.By | None) -> ir.As | None:
    if of is None:
        scope.fault(
            "misplaced_as", "`as` stands only after a branch of `by`", written.span, "write the branch out"
        )
        return None
    wanted = label_text(written.label)
    for at, branch in enumerate(of.branches):
        if wanted in [label_text(label) for label in branch.labels or ()]:
            if isinstance(branch.body, ast.As):
                scope.fault(
                    "misplaced_as",
                    f"the branch `{wanted}` itself points to another",
                    written.span,
                    "name the branch that decides",
                )
                return None
            return ir.As(at, scope.cite(written.cites), written.span)
    known = [label_text(label) for branch in of.branches for label in branch.labels or ()]
    scope.fault(
        "unknown_value",
        f"no branch here is called `{wanted}`",
        written.span,
        nearest(wanted, known) or f"its branches: {listed(known)}",
    )
    return None


def _by(scope: Scope, written: ast.By) -> ir.Split | None:
    name = written.name
    if not may_split(scope, name):
        for branch in written.branches:  # their own faults are worth telling too
            _node(scope, branch.body, written)
            scope.cite(branch.cites)
        return None
    if not labels_apart(scope, [(branch.labels, branch.span) for branch in written.branches]):
        return None
    whole = True
    branches: list[ir.Branch] = []
    for branch in written.branches:
        found = label_conditions(scope, name, branch.labels)
        node = _node(scope, branch.body, written)
        if (branch.labels is not None and found is None) or node is None:
            whole = False
            continue
        value = ", ".join(label_text(label) for label in branch.labels or ()) or "otherwise"
        label = labels_shown(scope, name, branch.labels)
        branches.append(ir.Branch(value, label, found, node, scope.cite(branch.cites), branch.span))
    return ir.Split(name.text, tuple(branches), scope.cite(written.cites), name.span) if whole else None


def _whens(scope: Scope, written: ast.Whens) -> ir.Split | None:
    whole = True
    branches: list[ir.Branch] = []
    for branch in written.branches:
        found = None if branch.condition is None else condition(scope, branch.condition)
        node = _node(scope, branch.body, None)
        if node is None or (branch.condition is not None and found is None):
            whole = False
            continue
        branches.append(ir.Branch("", "", found, node, scope.cite(branch.cites), branch.span))
    return ir.Split("", tuple(branches), ir.Citation(), written.span) if whole else None


def outcome(scope: Scope, written: ast.Outcome) -> ir.Outcome | None:
    """A leaf: recommendations, nothing, not stated, or a conflict of two answers."""
    match written:
        case ast.Recommendation(_, _, span):
            found = recommendation(scope, written)
            return None if found is None else ir.Outcome("determined", (found,), "", (), ir.Citation(), span)
        case ast.Nothing(cites, span):
            return ir.Outcome("determined", (), "", (), scope.cite(cites), span)
        case ast.NotStated(why, cites, span):
            return ir.Outcome("not_stated", (), why.text, (), scope.cite(cites), span)
        case ast.AllOf(cites, parts, span):
            found_parts = [outcome(scope, part) for part in parts]
            recommendations = tuple(
                rec for part in found_parts if part is not None for rec in part.recommendations
            )
            whole = all(part is not None for part in found_parts)
            return (
                ir.Outcome("determined", recommendations, "", (), scope.cite(cites), span) if whole else None
            )
        case ast.Conflict(why, cites, written_answers, span):
            answers = [outcome(scope, answer) for answer in written_answers]
            kept = tuple(answer for answer in answers if answer is not None)
            return (
                ir.Outcome("conflict", (), why.text, kept, scope.cite(cites), span)
                if len(kept) == len(answers)
                else None
            )
        case ast.As(_, _, span):
            scope.fault(
                "misplaced_as", "`as` stands only after a branch of `by`", span, "write the branch out"
            )
            return None


def options(scope: Scope, written: ast.Options) -> ir.Options | None:
    """A list of lines that hold each for itself."""
    cites = scope.cite(written.cites)
    asked = None if written.asked is None else condition(scope, written.asked.condition)
    asked_cites = ir.Citation() if written.asked is None else scope.cite(written.asked.cites)
    lines: list[ir.OptionLine | ir.OptionConflict] = []
    whole = True
    for line in written.lines:
        match line:
            case ast.OptionLine():
                found = _option_line(scope, line)
                if found is not None:
                    lines.append(found)
                whole = whole and found is not None
            case ast.OptionConflict(why, line_cites, parts, span):
                found_parts = [_option_line(scope, part) for part in parts]
                kept = tuple(part for part in found_parts if part is not None)
                whole = whole and len(kept) == len(parts)
                lines.append(ir.OptionConflict(why.text, kept, scope.cite(line_cites), span))
    if not whole or (written.asked is not None and asked is None):
        return None
    return ir.Options(
        written.name.text, written.label.text, asked, asked_cites, tuple(lines), cites, written.name.span
    )


def _option_line(scope: Scope, written: ast.OptionLine) -> ir.OptionLine | None:
    found = recommendation(scope, written.recommendation)
    when = None if written.when.condition is None else condition(scope, written.when.condition)
    if found is None or (written.when.condition is not None and when is None):
        return None
    return ir.OptionLine(found, when, written.when.stated, written.span)
