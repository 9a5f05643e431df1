"""Contraindications and interactions: what `avoid` names exists, and its condition is about inputs."""

from guidec import ast, ir
from guidec.diagnostic import Diagnostic, cite_one, warning
from guidec.given import Thing, among, covered, everything_given, without
from guidec.record import parts
from guidec.resolve.expressions import condition
from guidec.resolve.orders import grade
from guidec.resolve.scope import Scope


def avoid(scope: Scope, written: ast.Avoid) -> ir.Avoid | None:
    """`avoid D when C` or `avoid D with E`."""
    cites = scope.cite(written.cites)
    if not (cites.statements or cites.inferred):
        message = f"no statement is cited for avoiding `{written.item.text}`"
        scope.warn("uncited_recommendation", message, written.item.span, cite_one(scope.statements))
    item, other, when = _item(scope, written.item), None, None
    whole = item is not None
    if written.other is not None:
        other = _item(scope, written.other)
        whole = whole and other is not None and _two(scope, written.item, written.other)
        taken = scope.drug_list()
        if taken is not None:
            scope.used.add(("input", taken.id))
    if written.condition is not None:
        when = condition(scope, written.condition)
        whole = whole and when is not None and _about_inputs(scope, when, written.condition)
    if len(written.strengths) > 1:
        message = "two lines say the same: `strength`"
        scope.fault("misplaced_part", message, written.strengths[1].span, "delete one")
    strength = written.strengths[0].strength if written.strengths else ast.Strength("use", None, "against")
    graded = written.strengths[0].grade if written.strengths else None
    grades = None if graded is None else grade(scope, graded)
    if not whole or item is None:
        return None
    wording = strength.wording.text if strength.wording else ""
    return ir.Avoid(
        item, other, when, written.why.text, strength.word, wording, cites, grades, written.item.span
    )


def _item(scope: Scope, name: ast.Name) -> str | None:
    for kind, known in (
        ("drug", scope.drugs),
        ("drug class", scope.classes),
        ("procedure", scope.procedures),
    ):
        if name.text in known:
            scope.used.add((kind, name.text))
            return name.text
    known_names = [*scope.drugs, *scope.classes, *scope.procedures]
    scope.unknown("drug, drug class or procedure", name, known_names)
    return None


def _two(scope: Scope, item: ast.Name, other: ast.Name) -> bool:
    """A class may be avoided with itself: two drugs of it. One drug can't."""
    if item.text != other.text or item.text in scope.classes:
        return True
    message = f"`{item.text}` is avoided together with itself"
    scope.fault("wrong_type", message, other.span, "name another drug, or a class")
    return False


def _about_inputs(scope: Scope, when: ir.Condition, written: ast.Expression) -> bool:
    """Decisions would be read by what they themselves recommend."""
    waiting: list[object] = [when]
    seen: set[str] = set()
    while waiting:
        for one in parts(waiting.pop()):
            if isinstance(one, ir.Recommends):
                repair = "name the inputs, or write `avoid … with …`"
                scope.fault(
                    "wrong_type", "`avoid` is about inputs, not about decisions", written.span, repair
                )
                return False
            if isinstance(one, ir.Defined) and one.definition not in seen:
                seen.add(one.definition)
                waiting.append(scope.definitions.get(one.definition))
    return True


def never_met(guideline: ir.Guideline) -> list[Diagnostic]:
    """A warning for each `avoid` of the guideline's own file that nothing it gives can meet."""
    given = everything_given(guideline) if guideline.avoids else set()
    return [
        warning(
            "unused_declaration",
            f"nothing that this guideline gives meets `avoid {one.item}{f' with {one.other}' if one.other else ''}`",
            one.span,
            "delete it, or check its names",
        )
        for one in guideline.avoids
        if one.span.file == guideline.span.file and not _met(guideline, one, given)
    ]


def _met(guideline: ir.Guideline, one: ir.Avoid, given: set[Thing]) -> bool:
    if one.other is None:
        return any(among(thing, covered(guideline, one.item)) for thing in given)
    taken = any(isinstance(entry.type, ir.AnyOf) and entry.type.drugs for entry in guideline.inputs)
    sides = (covered(guideline, one.item), covered(guideline, one.other))
    return any(
        (taken and rest.drugs) or any(among(other, rest) for other in given)
        for own, partner in (sides, sides[::-1])
        for thing in given
        if among(thing, own)
        for rest in (without(partner, thing),)
    )
