"""Decisions and options: trees whose branches are conditions and whose leaves are outcomes."""

from guidec import ast, ir
from guidec.diagnostic import listed, nearest
from guidec.numbers import decimal_text
from guidec.resolve.expressions import condition, definition_of
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
            case ast.Nothing() | ast.NotStated() | ast.As():
                pass
    return names


def decision(scope: Scope, written: ast.Decision) -> ir.Decision | None:
    """A decision with its tree."""
    cites = scope.cite(written.cites)
    asked = None if written.asked is None else condition(scope, written.asked.condition)
    asked_cites = ir.Citation() if written.asked is None else scope.cite(written.asked.cites)
    tree = _node(scope, written.body, None)
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
        case _:
            return outcome(scope, written)


def _as(scope: Scope, written: ast.As, of: ast.By | None) -> ir.As | None:
    if of is None:
        scope.fault(
            "misplaced_as", "`as` stands only after a branch of `by`", written.span, "write the branch out"
        )
        return None
    wanted = _label_text(scope, written.label)
    for at, branch in enumerate(of.branches):
        if wanted in [_label_text(scope, label) for label in branch.labels or ()]:
            if isinstance(branch.body, ast.As):
                scope.fault(
                    "misplaced_as",
                    f"the branch `{wanted}` itself points to another",
                    written.span,
                    "name the branch that decides",
                )
                return None
            return ir.As(at, scope.cite(written.cites), written.span)
    known = [_label_text(scope, label) for branch in of.branches for label in branch.labels or ()]
    scope.fault(
        "unknown_value",
        f"no branch here is called `{wanted}`",
        written.span,
        nearest(wanted, known) or f"its branches: {listed(known)}",
    )
    return None


def _label_text(scope: Scope, label: ast.Label) -> str:
    match label:
        case ast.Name(text):
            return text
        case ast.YesNo(value):
            return "yes" if value else "no"
        case ast.LabelCompare(op, value):
            return f"{op} {_amount_text(value)}"
        case ast.LabelRange(low, high):
            return f"{_amount_text(low)} to {_amount_text(high)}"


def _amount_text(value: ast.Number | ast.CalendarNumber) -> str:
    return f"{decimal_text(value.value)} {value.unit.text}" if value.unit else decimal_text(value.value)


def _by(scope: Scope, written: ast.By) -> ir.Split | None:
    name = written.name
    if not _may_split(scope, name):
        for branch in written.branches:  # their own faults are worth telling too
            _node(scope, branch.body, written)
            scope.cite(branch.cites)
        return None
    if not _labels_apart(scope, written):
        return None
    whole = True
    branches: list[ir.Branch] = []
    for branch in written.branches:
        parts = [_label_condition(scope, name, label) for label in branch.labels or ()]
        kept = tuple(part for part in parts if part is not None)
        node = _node(scope, branch.body, written)
        if len(kept) != len(parts) or node is None:
            whole = False
            continue
        found = None if branch.labels is None else kept[0] if len(kept) == 1 else ir.Or(kept)
        value = ", ".join(_label_text(scope, label) for label in branch.labels or ()) or "otherwise"
        label = " or ".join(_shown_label(scope, name, label) for label in branch.labels or ()) or "otherwise"
        branches.append(ir.Branch(value, label, found, node, scope.cite(branch.cites), branch.span))
    return ir.Split(name.text, tuple(branches), scope.cite(written.cites), name.span) if whole else None


def _labels_apart(scope: Scope, written: ast.By) -> bool:
    """No value has two branches, and `otherwise` is the last."""
    seen: dict[str, ast.Label] = {}
    apart = True
    for at, branch in enumerate(written.branches):
        if branch.labels is None and at < len(written.branches) - 1:
            message = "`otherwise` is not the last branch"
            scope.fault("misplaced_otherwise", message, branch.span, "move it below the others, and keep one")
            apart = False
        for label in branch.labels or ():
            text = _label_text(scope, label)
            if text in seen:
                message = f"`{text}` has a branch already, in line {seen[text].span.line}"
                scope.fault("overlapping_branches", message, label.span, "delete one of the two")
                apart = False
            seen.setdefault(text, label)
    return apart


def _may_split(scope: Scope, name: ast.Name) -> bool:
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
        return definition_of(scope, name) is not None
    known = [*scope.inputs, *scope.readings, *scope.written]
    scope.unknown("input", name, known)
    return False


def _label_condition(scope: Scope, name: ast.Name, label: ast.Label) -> ir.Condition | None:
    name = ast.Name(name.text, label.span)
    match label:
        case ast.Name() | ast.YesNo():
            return condition(scope, ast.Is(name, (label,), False, label.span))
        case ast.LabelCompare(op, value, span):
            return condition(scope, ast.Compare(op, name, value, span))
        case ast.LabelRange(low, high, span):
            above = condition(scope, ast.Compare(">=", name, low, span))
            below = condition(scope, ast.Compare("<=", name, high, span))
            if low.value > high.value:
                scope.fault(
                    "bad_range", "the range ends before it begins", span, "write the smaller one first"
                )
                return None
            return None if above is None or below is None else ir.And((above, below))


def _shown_label(scope: Scope, name: ast.Name, label: ast.Label) -> str:
    text = _label_text(scope, label)
    if isinstance(label, ast.YesNo):
        return text
    values: tuple[ir.Value, ...] = ()
    if name.text in scope.inputs:
        entry = scope.inputs[name.text]
        values = (*entry.type.values, *entry.named) if isinstance(entry.type, ir.OneOf) else entry.named
    elif name.text in scope.readings:
        values = scope.readings[name.text].values
    return next((value.label for value in values if value.id == text), _with_signs(text))


def _with_signs(text: str) -> str:
    return text.replace("<=", "≤").replace(">=", "≥").replace("{predicted}", " predicted")


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
    _no_repeated_line(scope, lines)
    if not whole or (written.asked is not None and asked is None):
        return None
    return ir.Options(
        written.name.text, written.label.text, asked, asked_cites, tuple(lines), cites, written.name.span
    )


def _no_repeated_line(scope: Scope, lines: list[ir.OptionLine | ir.OptionConflict]) -> None:
    seen: set[tuple[str, str]] = set()
    for line in lines:
        if isinstance(line, ir.OptionLine) and line.stated:
            key = (line.recommendation.id, line.recommendation.direction)
            if key in seen:
                scope.fault(
                    "duplicate_name",
                    f"`{key[0]}` stands twice in this list",
                    line.span,
                    "join the two conditions with `or`",
                )
            seen.add(key)


def _option_line(scope: Scope, written: ast.OptionLine) -> ir.OptionLine | None:
    found = recommendation(scope, written.recommendation)
    when = None if written.when.condition is None else condition(scope, written.when.condition)
    if found is None or (written.when.condition is not None and when is None):
        return None
    return ir.OptionLine(found, when, written.when.stated, written.span)
