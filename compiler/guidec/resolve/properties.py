"""Properties: what an author says of all patients, every name found and every limit measured."""

from guidec import ast, ir
from guidec.diagnostic import listed, nearest
from guidec.given import covered
from guidec.layout import claim_text
from guidec.resolve.expressions import condition
from guidec.resolve.scope import Scope
from guidec.resolve.typed import check_unit
from guidec.units import without_time

_NOTHING = ir.Things((), (), ())


def property_(
    scope: Scope, guideline: ir.Guideline, written: ast.Property, known: dict[str, ir.Property]
) -> None:
    """Adds the property, if it has no fault, to those that are known."""
    if not scope.declare("property", written.name, known):
        return
    cites = scope.cite(written.cites, encodes=False)
    for line in written.lines:
        if isinstance(line, ast.Note):
            scope.cite(line.cites, encodes=False)
    lines = [line for line in written.lines if isinstance(line, ast.Claim)]
    if not lines:
        scope.fault(
            "empty_property",
            f"`{written.name.text}` says nothing of any patient",
            written.name.span,
            "add a line such as `never …`, `always …` or `determined when …`",
        )
        return
    claims = [_claim(scope, guideline, line) for line in lines]
    whole = tuple(one for one in claims if one is not None)
    if len(whole) == len(claims):
        known[written.name.text] = ir.Property(
            written.name.text, written.label.text, whole, cites, written.name.span
        )


def _claim(scope: Scope, guideline: ir.Guideline, written: ast.Claim) -> ir.Claim | None:
    before = len(scope.found)
    when = ir.Always(True) if written.when is None else condition(scope, written.when, "rule")
    if when is not None and written.unless:
        when = ir.Not(when)
    text = claim_text(written)
    inside = written.inside.text if written.inside is not None else ""
    claim: ir.Claim | None = None
    match written.kind:
        case "never" | "always":
            if written.inside is not None:
                _decision(scope, written.inside)
            claimed = _claimed(scope, guideline, written.names)
            others = _claimed(scope, guideline, written.others)
            if when is not None:
                claim = ir.Claim(
                    written.kind,
                    when,
                    written.possible,
                    claimed,
                    others,
                    inside=inside,
                    text=text,
                    span=written.span,
                )
        case "amount":
            claim = _amount(scope, written, when, text)
        case "determined" | "alike":
            if not any(isinstance(one, ast.Decision) for one in scope.decisions.values()):
                scope.fault(
                    "wrong_type", "this file has no decision", written.span, "say it of a rule: `always RULE`"
                )
            for name in written.names:
                _decision(scope, name)
            if when is not None:
                names = tuple(name.text for name in written.names)
                claim = ir.Claim(written.kind, when, decisions=names, text=text, span=written.span)
        case "monotone":
            claim = _monotone(scope, written, when, text)
    return claim if len(scope.found) == before else None


def _decision(scope: Scope, name: ast.Name, *, options: bool = False) -> bool:
    """Whether a name is a decision; a list of options counts only where `options` says so."""
    found = scope.look_up("decision", name, scope.decisions)
    if isinstance(found, ast.Options) and not options:
        message = f"`{name.text}` is a list of options, and this is about a decision"
        scope.fault("wrong_type", message, name.span, f"name a decision: {_decisions(scope)}")
        return False
    return found is not None


def _decisions(scope: Scope) -> str:
    names = [name for name, one in scope.decisions.items() if isinstance(one, ast.Decision)]
    return listed(names, "or") or "this file has none"


def _claimed(scope: Scope, guideline: ir.Guideline, names: tuple[ast.Name, ...]) -> tuple[ir.Claimed, ...]:
    """Each name with all that it stands for; a fault where it stands for nothing."""
    outcomes = {name for one in scope.outcomes.values() for name in one}
    items = {one.id for one in guideline.items if one.kind != "test"}
    rules = {one.id for one in guideline.rules}
    found: list[ir.Claimed] = []
    for name in names:
        if name.text in items:
            scope.used.add(("drug", name.text))
        things = covered(guideline, name.text) if name.text in items else _NOTHING
        one = ir.Claimed(name.text, name.text in outcomes, things, name.text in rules)
        if not (one.outcome or one.rule or name.text in items):
            if not scope.unread & {name.text}:
                known = sorted(outcomes | items | rules)
                scope.fault(
                    "unknown_name",
                    f"nothing that is recommended, given or shown is called `{name.text}`",
                    name.span,
                    nearest(name.text, known) or "name an outcome, a drug, a procedure or a rule",
                )
            continue
        found.append(one)
    return tuple(found)


def _amount(scope: Scope, written: ast.Claim, when: ir.Condition | None, text: str) -> ir.Claim | None:
    assert written.of is not None and written.limit is not None and written.limit.unit is not None
    drug = scope.look_up("drug", written.of, scope.drugs)
    if written.inside is not None:
        outcomes = sorted({name for one in scope.outcomes.values() for name in one})
        scope.look_up("outcome", written.inside, dict.fromkeys(outcomes))
    unit = check_unit(scope, written.limit.unit)
    if drug is None or unit is None or when is None:
        return None
    per_time = without_time(unit)
    if (per_time is None) if written.word == "daily" else (written.word == "total" and per_time is not None):
        what, example = ("of a day", "mg/d") if written.word == "daily" else ("in all", "mg")
        message = f"an amount {what} is never in `{unit.text}`"
        scope.fault(
            "dimension_mismatch", message, written.limit.span, f"write it in a unit such as `{example}`"
        )
        return None
    limit = ir.Constant(written.limit.value, written.limit.unit.text)
    return ir.Claim(
        "amount", when, inside=written.inside.text if written.inside else "", of=drug.id, word=written.word,
        least=written.least, limit=limit, text=text, span=written.span,
    )  # fmt: skip


def _monotone(scope: Scope, written: ast.Claim, when: ir.Condition | None, text: str) -> ir.Claim | None:
    assert written.of is not None and written.inside is not None
    entry = scope.look_up("input", written.of, scope.inputs)
    if entry is not None and isinstance(entry.type, ir.AnyOf):
        message = f"`{entry.id}` has no order: it is a set"
        scope.fault("wrong_type", message, written.of.span, "name an input that rises or falls")
    if not _decision(scope, written.inside):
        return None
    outcomes = sorted(scope.outcomes.get(written.inside.text, ()))
    for name in written.names:
        if name.text != "!nothing" and name.text not in outcomes:
            scope.fault(
                "unknown_name",
                f"`{written.inside.text}` recommends no `{name.text}`",
                name.span,
                nearest(name.text, outcomes) or f"it recommends {listed(outcomes, 'or')}",
            )
    if len({name.text for name in written.names}) < len(written.names) or len(written.names) < 2:
        message = "what is less and what is more takes two outcomes or more, each once"
        scope.fault("wrong_type", message, written.span, "list them from the least to the most")
    if entry is None or when is None:
        return None
    return ir.Claim(
        "monotone", when, ranks=tuple(name.text for name in written.names), inside=written.inside.text,
        of=entry.id, word=written.word, text=text, span=written.span,
    )  # fmt: skip
