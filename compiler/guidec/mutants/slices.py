"""A guideline cut down to what some decisions, rules and values need; and what a change of one may reach."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from guidec import ir
from guidec.record import parts, record


@record
class Reach:
    """What a change may reach: decisions and options, rules, shown definitions, the pathway. `all` where it may reach
    everything, and what records are refused as well."""

    decisions: tuple[str, ...]
    rules: tuple[str, ...]
    values: tuple[str, ...]
    all: bool = False
    pathway: bool = False


def reached(before: ir.Guideline, after: ir.Guideline) -> Reach:
    """What may differ between two versions of a guideline whose inputs and readings are the same."""
    gates = ("applies", "impossible", "avoids", "overflow", "inputs", "readings")
    if any(getattr(before, name) != getattr(after, name) for name in gates):
        return Reach(
            _both(before.decisions, after.decisions),
            _both(before.rules, after.rules),
            _both(_shown(before), _shown(after)),
            all=True,
            pathway=True,
        )
    changed: set[str] = set()
    for kind in ("definition", "regimen", "decision", "rule"):
        old, new = ({one.id: one for one in getattr(each, f"{kind}s")} for each in (before, after))
        changed |= {f"{kind} {name}" for name in {**old, **new} if old.get(name) != new.get(name)}
    changed = _readers(before, changed)  # what has begun to read something has changed itself
    decisions = tuple(one for one in _both(before.decisions, after.decisions) if f"decision {one}" in changed)
    if decisions and (before.avoids or after.avoids):  # decisions look at each other's drugs
        decisions = _both(before.decisions, after.decisions)
    asking = {
        one.id
        for guideline in (before, after)
        for one in guideline.rules
        if decisions and _asks_answer(guideline, one)
    }
    rules = tuple(
        one for one in _both(before.rules, after.rules) if f"rule {one}" in changed or one in asking
    )
    values = tuple(one for one in _both(_shown(before), _shown(after)) if f"definition {one}" in changed)
    hidden = {f"definition {one.id}" for guideline in (before, after) for one in _hidden(guideline)}
    pathway = before.pathway != after.pathway or bool(hidden & changed)
    return Reach(decisions, rules, values, pathway=pathway)


def sliced(guideline: ir.Guideline, reach: Reach) -> ir.Guideline:
    """The guideline with no more than what is reached, and what that needs.

    Where one decision is reached, all stay: what is asked of the whole answer, and `prescribed`, hang on all of them. So
    does whether the pathway is out of scope.
    """
    if reach.all:
        return _bare(guideline)
    rules = tuple(one for one in guideline.rules if one.id in reach.rules)
    whole = bool(reach.decisions) or reach.pathway or any(_asks_answer(guideline, one) for one in rules)
    decisions = guideline.decisions if whole else ()
    hidden = [one.id for one in _hidden(guideline)] if reach.pathway else []
    kept = _needed(guideline, (decisions, rules), (*reach.values, *hidden))
    definitions = tuple(
        one if one.id in reach.values else replace(one, shown=False)
        for one in guideline.definitions
        if f"definition {one.id}" in kept
    )
    decisions = tuple(one for one in guideline.decisions if whole or f"decision {one.id}" in kept)
    regimens = tuple(one for one in guideline.regimens if f"regimen {one.id}" in kept)
    return replace(
        _bare(guideline), rules=rules, decisions=decisions, definitions=definitions, regimens=regimens,
        pathway=guideline.pathway if reach.pathway else None,
    )  # fmt: skip


def _bare(guideline: ir.Guideline) -> ir.Guideline:
    """Without what only documents it."""
    return replace(guideline, sources=(), accounts=(), tables=(), questions=(), comparison=())


def _both(before: Iterable[Any], after: Iterable[Any]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.id for one in (*before, *after)))


def _shown(guideline: ir.Guideline) -> list[ir.Definition]:
    return [one for one in guideline.definitions if one.shown]


def _hidden(guideline: ir.Guideline) -> list[ir.Definition]:
    """What the pathway is made of."""
    return [one for one in guideline.definitions if one.role]


def _reads(one: object) -> set[str]:
    """The definitions, decisions and regimens that a part of a guideline names itself."""
    found: set[str] = set()
    for part in parts(one):
        match part:
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name):
                found.add(f"definition {name}")
            case ir.Recommends(name) | ir.Gives(name):
                found.add(f"decision {name}")
            case ir.Recommendation(regimen=str(name)):
                found.add(f"regimen {name}")
            case ir.Definition(band=name) if name:
                found.add(f"definition {name}")
            case ir.Category(of=name) if name:
                found.add(f"definition {name}")
            case _:
                pass
    return found


def _declared(guideline: ir.Guideline) -> dict[str, Any]:
    kinds = ("definition", "regimen", "decision", "rule")
    return {f"{kind} {one.id}": one for kind in kinds for one in getattr(guideline, f"{kind}s")}


def _readers(guideline: ir.Guideline, names: set[str]) -> set[str]:
    """What reads one of the names, itself or through others, and the names."""
    reads = {name: _reads(one) for name, one in _declared(guideline).items()}
    found = set(names)
    grown = True
    while grown:
        more = {name for name, named in reads.items() if name not in found and named & found}
        found |= more
        grown = bool(more)
    return found


def _needed(guideline: ir.Guideline, roots: object, values: Iterable[str]) -> set[str]:
    declared = _declared(guideline)
    waiting = [*_reads(roots), *_reads((guideline.applies, guideline.impossible, guideline.avoids))]
    waiting += [f"definition {name}" for name in values]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _reads(declared.get(name))
    return found


def _asks_answer(guideline: ir.Guideline, rule: ir.Rule) -> bool:
    """Whether a rule asks what is prescribed, itself or through a definition."""
    definitions = {one.id: one for one in guideline.definitions}
    waiting: list[object] = [rule.applies, rule.when]
    seen: set[str] = set()
    while waiting:
        for part in parts(waiting.pop()):
            if isinstance(part, ir.Prescribed):
                return True
            if isinstance(part, ir.Defined) and part.definition not in seen:
                seen.add(part.definition)
                waiting.append(definitions[part.definition])
    return False
