"""ast to ir: finds every name, gives every expression its type."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import TypeVar

from guidec import ast, ir
from guidec.diagnostic import Diagnostic, has_errors, listed
from guidec.record import parts, record
from guidec.resolve.accounts import account_for_statements, unused_declarations
from guidec.resolve.arithmetic import FUNCTIONS
from guidec.resolve.avoids import avoid, never_met
from guidec.resolve.comparisons import comparison, question
from guidec.resolve.decisions import decision, options, outcome_names
from guidec.resolve.definitions import check_function, define
from guidec.resolve.expressions import condition
from guidec.resolve.head import head, overflow, uses
from guidec.resolve.orders import regimen
from guidec.resolve.pathways import pathway
from guidec.resolve.properties import property_
from guidec.resolve.rules import rule
from guidec.resolve.scenarios import scenario
from guidec.resolve.scope import Scope
from guidec.resolve.series import without_series
from guidec.resolve.vocabulary import Read, fill_drug_list, free_in_conditions, input_, item, reading, source
from guidec.source import Span

Kind = TypeVar("Kind")

__all__ = ["Read", "Resolved", "resolve"]


@record
class Resolved:
    """A guideline and its scenarios; `cited` says where each statement is cited.

    After an error the guideline is what is whole of it: enough to look for further faults, not to be run.
    """

    guideline: ir.Guideline
    scenarios: tuple[ir.Scenario, ...]
    cited: dict[str, tuple[Span, ...]]
    properties: tuple[ir.Property, ...]


def resolve(
    files: tuple[ast.File, ...], read: Read, complete: bool
) -> tuple[Resolved | None, list[Diagnostic]]:
    """The last file is the guideline, those before are its modules. `complete` is False after syntax errors,
    when a name that seems missing may stand in a part that could not be read."""
    scope = Scope(define=define)
    _unread(scope, files)
    headed = head(scope, files[-1])
    scope.overflow = overflow(scope, files)
    _vocabulary(scope, files, read)
    files = without_series(scope, files)
    _later_names(scope, files)
    for function in scope.functions.values():
        check_function(scope, function)
    definitions = _definitions(scope, files)
    for written in _all(files, ast.Regimen):
        regimen(scope, written)
    decisions = _decisions(scope)
    rules = _rules(scope, files)
    impossible = _impossible(scope, files)
    stages, moves = pathway(scope, _all(files, ast.Pathway), rules)
    definitions += moves
    avoids = tuple(one for written in _all(files, ast.Avoid) if (one := avoid(scope, written)) is not None)
    applies = None if headed is None or headed.applies is None else condition(scope, headed.applies)
    applies_cites = scope.cite(headed.applies_cites) if headed else ir.Citation()
    accounts = account_for_statements(scope, _all(files, ast.Account), files if complete else ())
    questions: dict[str, ir.Question] = {}
    for asked in _all(files, ast.Question):
        question(scope, asked, questions)
    named = {written.name.text for written in _all(files, ast.Rule)}
    answers = comparison(scope, _all(files, ast.Comparison), questions, named)
    for one in avoids:  # a conflict may hold a recommendation against them
        for names in scope.outcomes.values():
            names.update(name for name in (one.item, one.other) if name is not None)
    scenarios = _scenarios(scope, files, rules)
    if complete:
        unused_declarations(scope, files[-1])
    _cycles(scope, definitions, decisions)
    gates = len(impossible) == len(_all(files, ast.Impossible)) and not scope.unread_kinds & {
        "guideline",
        "impossible",
    }
    if headed is None or not gates or (headed.applies is not None and applies is None):
        return None, scope.found
    if any(found.code == "cycle" for found in scope.found):
        return None, scope.found
    if not complete or has_errors(scope.found):
        definitions, decisions, rules = _whole(definitions, decisions, rules)
        kept = {one.id for one in (*definitions, *decisions)}
        if has_errors(scope.found) or not {one.id for one in moves} <= kept:
            stages = None
        avoids = tuple(one for one in avoids if _names_read(one) <= kept)
        if not _names_read((applies, impossible, tuple(scope.regimens.values()))) <= kept:
            return None, scope.found
    guideline = ir.Guideline(
        headed.name, headed.title, headed.version, headed.language, scope.overflow, headed.modules, applies,
        applies_cites,
        tuple(scope.sources.values()), tuple(scope.inputs.values()),
        (*scope.drugs.values(), *scope.classes.values(), *scope.procedures.values(), *scope.tests.values()),
        definitions, tuple(scope.readings.values()), tuple(scope.regimens.values()), decisions,
        tuple(rules.values()), impossible, avoids, accounts, headed.span, tuple(scope.tables.values()),
        tuple(questions.values()), answers, stages,
    )  # fmt: skip
    properties: dict[str, ir.Property] = {}
    for said in _all(files, ast.Property):
        property_(scope, guideline, said, properties)
    if complete and not has_errors(scope.found):
        scope.found += never_met(guideline)
    cited = {id: tuple(spans) for id, spans in scope.cited.items()}
    return Resolved(guideline, scenarios, cited, tuple(properties.values())), scope.found


def _whole(
    definitions: tuple[ir.Definition, ...],
    decisions: tuple[ir.Decision | ir.Options, ...],
    rules: dict[str, ir.Rule],
) -> tuple[tuple[ir.Definition, ...], tuple[ir.Decision | ir.Options, ...], dict[str, ir.Rule]]:
    """What reads nothing that is broken."""
    kept: set[str] = set()
    names = {one.id for one in (*definitions, *decisions)}
    while kept != names:
        kept = names
        names = {one.id for one in (*definitions, *decisions) if one.id in kept and _names_read(one) <= kept}
    return (
        tuple(one for one in definitions if one.id in kept),
        tuple(one for one in decisions if one.id in kept),
        {name: one for name, one in rules.items() if _names_read(one) <= kept},
    )


def _names_read(node: object) -> set[str]:
    """The definitions and decisions that a node reads."""
    decisions = {one.decision for one in parts(node) if isinstance(one, ir.Recommends)}
    return decisions | {
        one.definition for one in parts(node) if isinstance(one, ir.Defined | ir.DefinedNumber | ir.InBand)
    }


def _all(files: tuple[ast.File, ...], kind: type[Kind]) -> list[Kind]:
    return [
        declaration for file in files for declaration in file.declarations if isinstance(declaration, kind)
    ]


def _unread(scope: Scope, files: tuple[ast.File, ...]) -> None:
    """Note what faults hide: the names of declarations that can't be read; with a head, whole modules."""
    for file in files:
        for kind, *names in (words for words in file.unread if words):
            scope.unread_kinds.add("guideline" if kind == "module" else kind)
            if kind not in ("scenario", "document", "set", "impossible", "comparison", "pathway", "property"):
                scope.unread.update(names)
    present = {file.path.rpartition("/")[2].removesuffix(".guide") for file in files}
    if not {name.text for file in files for name in uses(file)} <= present:
        scope.unread_kinds.add("guideline")


def _vocabulary(scope: Scope, files: tuple[ast.File, ...], read: Read) -> None:
    for written in _all(files, ast.Source):
        source(scope, written, read)
    items = _all(files, ast.Item)
    for thing in sorted(items, key=lambda thing: thing.kind == "drug_class"):
        item(scope, thing)
    for file in files:
        module = next((one.name.text for one in file.declarations if isinstance(one, ast.Head)), "")
        for declaration in file.declarations:
            if isinstance(declaration, ast.Input):
                input_(scope, declaration, module)
    fill_drug_list(scope)
    for asked in _all(files, ast.Reading):
        reading(scope, asked)


def _later_names(scope: Scope, files: tuple[ast.File, ...]) -> None:
    """Definitions, decisions and what these recommend: conditions may use them before they are read."""
    for definition, owner in _named(files):
        if free_in_conditions(scope, definition.name):
            scope.written[definition.name.text] = definition
            if owner is not None:
                scope.owners[definition.name.text] = owner
    for function in _all(files, ast.Function):
        if function.name.text in FUNCTIONS:
            message = f"`{function.name.text}` is a function of the language"
            scope.fault("duplicate_name", message, function.name.span, "give it another name")
        elif scope.declare("function", function.name, scope.functions):
            scope.functions[function.name.text] = function
    for file in files:
        for written in file.declarations:
            if isinstance(written, ast.Decision | ast.Options) and free_in_conditions(scope, written.name):
                scope.decisions[written.name.text] = written
                if isinstance(written, ast.Decision):
                    names = outcome_names(written.body)
                else:
                    lines = [
                        line
                        for one in written.lines
                        for line in (one.lines if isinstance(one, ast.OptionConflict) else (one,))
                    ]
                    names = set().union(*(outcome_names(line.recommendation) for line in lines))
                scope.outcomes[written.name.text] = names


def _named(files: tuple[ast.File, ...]) -> Iterator[tuple[ast.Named, ast.Score | ast.Table | None]]:
    """What may be named in conditions, in the author's order; bands and columns with the score or table they are of."""
    for file in files:
        for one in file.declarations:
            match one:
                case ast.Define() | ast.Lookup() | ast.Classify():
                    yield one, None
                case ast.Score():
                    yield one, None
                    yield from ((line, one) for line in one.lines if isinstance(line, ast.Bands))
                case ast.Table():
                    yield from ((line, one) for line in one.lines if isinstance(line, ast.Gives))
                case _:
                    pass


def _definitions(scope: Scope, files: tuple[ast.File, ...]) -> tuple[ir.Definition, ...]:
    used = set(scope.used)
    found = []
    for written in scope.written.values():
        resolved = scope.definition(written.name)
        if resolved is not None:
            found.append(resolved)
            if resolved.shown:
                used.add(("definition", resolved.id))
    scope.used = (
        {entry for entry in scope.used if entry[0] != "definition"} | used | _used_by_definitions(scope)
    )
    return tuple(found)


def _used_by_definitions(scope: Scope) -> set[tuple[str, str]]:
    """Definitions that other definitions and functions read."""
    used: set[tuple[str, str]] = set()
    for written in (*scope.written.values(), *scope.functions.values()):
        declared = (
            written
            if isinstance(written, ast.Define | ast.Function)
            else scope.owners.get(written.name.text, written)
        )
        for name in parts(declared):
            if isinstance(name, ast.Name) and name.text in scope.written and name.text != written.name.text:
                used.add(("definition", name.text))
    return used


def _decisions(scope: Scope) -> tuple[ir.Decision | ir.Options, ...]:
    found: list[ir.Decision | ir.Options] = []
    for written in scope.decisions.values():
        resolved = decision(scope, written) if isinstance(written, ast.Decision) else options(scope, written)
        if resolved is not None:
            found.append(resolved)
    return tuple(found)


def _rules(scope: Scope, files: tuple[ast.File, ...]) -> dict[str, ir.Rule]:
    rules: dict[str, ir.Rule] = {}
    names: dict[str, str] = {}
    for written in _all(files, ast.Rule):
        if scope.declare("rule", written.name, names):
            names[written.name.text] = written.kind
            resolved = rule(scope, written)
            if resolved is not None:
                rules[written.name.text] = resolved
    return rules


def _impossible(scope: Scope, files: tuple[ast.File, ...]) -> tuple[ir.Impossible, ...]:
    found: list[ir.Impossible] = []
    for written in _all(files, ast.Impossible):
        when = condition(scope, written.condition)
        if when is not None:
            if _reads_a_decision(scope, when):
                scope.fault(
                    "wrong_type",
                    "`impossible` is about inputs, not about decisions",
                    written.condition.span,
                    "name the inputs",
                )
                continue
            found.append(
                ir.Impossible(when, written.why.text, scope.cite(written.cites), written.condition.span)
            )
    return tuple(found)


def _reads_a_decision(scope: Scope, condition: ir.Condition) -> bool:
    """Whether a condition reads a decision, through definitions too."""
    seen: set[str] = set()
    waiting = _names_read(condition)
    while waiting:
        name = waiting.pop()
        if name in scope.decisions:
            return True
        if name not in seen and scope.definitions.get(name) is not None:
            seen.add(name)
            waiting |= _names_read(scope.definitions[name])
    return False


def _scenarios(
    scope: Scope, files: tuple[ast.File, ...], rules: dict[str, ir.Rule]
) -> tuple[ir.Scenario, ...]:
    kinds = {written.name.text: written.kind for written in _all(files, ast.Rule)}
    found = [scenario(scope, written, kinds) for written in _all(files, ast.Scenario)]
    return tuple(one for one in found if one is not None)


def decisions_read(node: object) -> set[str]:
    """The decisions that conditions inside a node read."""
    names: set[str] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if isinstance(one, ir.Recommends):
            names.add(one.decision)
        elif isinstance(one, tuple):
            waiting += one
        elif is_dataclass(one) and not isinstance(one, Span):
            waiting += [getattr(one, field.name) for field in fields(one)]
    return names


def _cycles(
    scope: Scope, definitions: tuple[ir.Definition, ...], decisions: tuple[ir.Decision | ir.Options, ...]
) -> None:
    """A fault for each circle of decisions that read each other, through definitions too."""
    reads = {found.id: sorted(_names_read(found)) for found in (*definitions, *decisions)}
    done: set[str] = set()
    for found in decisions:
        path: dict[str, Iterator[str]] = {}
        following = iter((found.id,))
        while True:
            name = next(following, None)
            if name is None:
                if not path:
                    break
                done.add(path.popitem()[0])
                following = path[next(reversed(path))] if path else iter(())
            elif name in path:
                _circle(scope, [*list(path)[list(path).index(name) :], name])
                done.update(path)
            elif name not in done and name in reads:
                path[name] = following = iter(reads[name])


def _circle(scope: Scope, circle: list[str]) -> None:
    decided = next(name for name in circle if name in scope.decisions)
    at = circle.index(decided)
    circle = [*circle[at:-1], *circle[: at + 1]]
    scope.fault(
        "cycle",
        f"these read each other: {' → '.join(f'`{one}`' for one in circle)}",
        scope.decisions[decided].name.span,
        f"let one of {listed(sorted(set(circle)))} stand alone",
    )
