"""What is left over: statements that nothing accounts for, and declarations that nothing uses."""

from collections import Counter
from dataclasses import fields, is_dataclass

from guidec import ast, ir
from guidec.diagnostic import has_errors, listed
from guidec.resolve.scope import Scope
from guidec.source import Span


def account_for_statements(
    scope: Scope, written: list[ast.Account], files: tuple[ast.File, ...]
) -> tuple[ir.Account, ...]:
    """`document` and `set aside`; every statement of a register must be encoded, documented or set aside.

    `files` is empty where a part could not be read, which may account for what seems missing."""
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
    if files and "source" not in scope.unread_kinds:
        _missing(scope, _mentioned(files) if has_errors(scope.found) else Counter())
    return tuple(accounts)


def _mentioned(files: tuple[ast.File, ...]) -> Counter[str]:
    """How often each name and statement is written: a fault elsewhere may keep it from being looked up."""
    found: Counter[str] = Counter()
    waiting: list[object] = [file.declarations for file in files]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ast.Name):
            found[one.text] += 1
        elif isinstance(one, ast.Cite):
            found[one.id] += 1
        elif isinstance(one, tuple):
            waiting += one
        elif is_dataclass(one):
            waiting += [getattr(one, field.name) for field in fields(one)]
    return found


def _missing(scope: Scope, mentioned: Counter[str]) -> None:
    for source in scope.sources.values():
        missing = [
            statement.id
            for statement in source.statements
            if statement.id not in scope.cited and not mentioned[statement.id]
        ]
        if missing:
            shown = listed(missing[:10]) + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
            verb = "is" if len(missing) == 1 else "are"
            scope.fault(
                "unaccounted_statement",
                f"{shown} of `{source.id}` {verb} neither encoded, documented nor set aside",
                source.span,
                f"cite {'it' if len(missing) == 1 else 'them'}, or write `document [{missing[0]}]` or "
                f'`set aside [{missing[0]}] "reason"`',
            )


def unused_declarations(scope: Scope, file: ast.File) -> None:
    """Inputs, drugs, definitions, regimens … of the file's own that nothing reads."""
    head = next((one for one in file.declarations if isinstance(one, ast.Head)), None)
    if head is None or head.kind == "module":
        return
    mentioned = _mentioned((file,)) if has_errors(scope.found) else Counter()
    for declaration in file.declarations:
        found = _named(declaration)
        if (
            found is not None
            and (found[0], found[1]) not in scope.used
            and mentioned[found[1]] < 2
            and found[1] not in scope.meant
            and not _is_shown(declaration)
        ):
            kind, name, span = found
            scope.warn("unused_declaration", f"nothing uses the {kind} `{name}`", span, "use it or delete it")


def _is_shown(declaration: ast.Declaration) -> bool:
    """Whether results show a definition; so they would where it has a fault of its own."""
    return isinstance(declaration, ast.Define) and any(
        isinstance(one, ast.Shown) for one in declaration.lines
    )


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
