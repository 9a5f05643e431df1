"""What is left over: statements that nothing accounts for, and declarations that nothing uses."""

from guidec import ast, ir
from guidec.diagnostic import listed
from guidec.resolve.scope import Scope
from guidec.source import Span


def account_for_statements(
    scope: Scope, written: list[ast.Account], complete: bool
) -> tuple[ir.Account, ...]:
    """`document` and `set aside`; every statement of a register must be encoded, documented or set aside."""
    encoded = {id: spans[0] for id, spans in scope.cited.items()}
    accounts: list[ir.Account] = []
    accounted: dict[str, str] = {}
    for account in written:
        cites = scope.cite(account.cites)
        for cite in account.cites:
            earlier = accounted.get(cite.id) or (
                "encoded" if cite.id in encoded and account.kind == "set_aside" else None
            )
            if earlier is not None and not (earlier == account.kind == "documented"):
                shown = earlier.replace("_", " ")
                scope.fault(
                    "double_account",
                    f"the statement `{cite.id}` is {shown} as well",
                    cite.span,
                    "keep one of the two",
                )
            accounted[cite.id] = account.kind
        reason = account.reason.text if account.reason else ""
        accounts.append(ir.Account(account.kind, cites.statements + cites.inferred, reason, account.span))
    if complete:
        _missing(scope)
    return tuple(accounts)


def _missing(scope: Scope) -> None:
    for source in scope.sources.values():
        missing = [statement.id for statement in source.statements if statement.id not in scope.cited]
        if missing:
            shown = listed(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
            verb = "is" if len(missing) == 1 else "are"
            scope.fault(
                "unaccounted_statement",
                f"{shown} of `{source.id}` {verb} neither encoded, documented nor set aside",
                source.span,
                f'cite {"it" if len(missing) == 1 else "them"}, or write `document [{missing[0]}]` or `set aside [{missing[0]}] "reason"`',
            )


def unused_declarations(scope: Scope, file: ast.File) -> None:
    """Inputs, drugs, definitions, regimens … of the file's own that nothing reads."""
    head = next((one for one in file.declarations if isinstance(one, ast.Head)), None)
    if head is None or head.kind == "module":
        return
    for declaration in file.declarations:
        found = _named(declaration)
        if found is not None and (found[0], found[1]) not in scope.used:
            kind, name, span = found
            scope.warn("unused_declaration", f"nothing uses the {kind} `{name}`", span, "use it or delete it")


def _named(declaration: ast.Declaration) -> tuple[str, str, Span] | None:
    match declaration:
        case ast.Input(name):
            return "input", name.text, name.span
        case ast.Define(name):
            return "definition", name.text, name.span
        case ast.Item("test", name):
            return "test", name.text, name.span
        case ast.Item(kind, name):
            return kind.replace("_", " "), name.text, name.span
        case ast.Regimen(name):
            return "regimen", name.text, name.span
        case ast.Reading(name):
            return "reading", name.text, name.span
        case _:
            return None
