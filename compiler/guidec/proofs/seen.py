"""Whether a result breaks a claim: read from the JSON that the evaluator gives, and from nothing else."""

from collections.abc import Iterator, Mapping
from typing import Any

from guidec import ir

Result = Mapping[str, Any]

Seen = tuple[str, int]
"""A recommendation or a rule of a result and a line of it; -1 where it is meant as a whole."""


def breaks(result: Result, claim: ir.Claim, decisions: tuple[str, ...]) -> bool:
    """Whether a result breaks a claim of the kinds `never`, `always` and `determined`."""
    match claim.kind:
        case "never" if claim.others:
            return any(
                _together(result, claim, one, other) for one in claim.claimed for other in claim.others
            )
        case "never":
            return any(_seen(result, claim, one, sure=False) for one in claim.claimed)
        case "always":
            return not all(_seen(result, claim, one, sure=True) for one in claim.claimed)
        case _:
            return any(result["decisions"][name]["status"] != "determined" for name in decisions)


def _seen(result: Result, claim: ir.Claim, one: ir.Claimed, *, sure: bool) -> bool:
    return bool(_seen_at(result, claim, one, sure=sure))


def _seen_at(result: Result, claim: ir.Claim, one: ir.Claimed, *, sure: bool) -> list[Seen]:
    found: list[Seen] = []
    for at, recommendation in enumerate(_listed(result, claim)):
        if recommendation["direction"] != "for":
            continue
        if one.outcome and recommendation["id"] == one.id:
            found.append((str(at), -1))
        found += [(str(at), place) for place in _lines(recommendation, one, sure)]
    words = ("yes",) if sure and not claim.possible else ("yes", "unknown")
    for rule in (*result["advice"], *result["monitoring"]) if not claim.inside else ():
        if rule["applies"] in words:
            found += [(f"rule {rule['id']}", -1)] if one.rule and rule["id"] == one.id else []
            if rule.get("direction") == "for":
                found += [(f"rule {rule['id']}", place) for place in _lines(rule, one, sure)]
    return found


def _lines(giving: Mapping[str, Any], one: ir.Claimed, sure: bool) -> Iterator[int]:
    """The lines of a recommendation or of a rule that give it."""
    for place, given in enumerate(giving.get("gives", ())):
        options = given.get("options", [given])
        there = [_is_one_of(option, one.things) for option in options if option.get("action") != "stop"]
        if there and (all(there) if sure else any(there)):
            yield place


def _listed(result: Result, claim: ir.Claim) -> Iterator[Mapping[str, Any]]:
    """The recommendations that a claim is about; with `possible` those that are only possible too."""
    for one in result["recommendations"]:
        if claim.inside in ("", one["decision"]):
            yield one
    for name, decision in result["decisions"].items() if claim.possible else ():
        waiting = list(decision["possible"]) if claim.inside in ("", name) else []
        while waiting:
            entry = waiting.pop(0)
            yield from entry["recommendations"]
            waiting += entry.get("possible", [])


def _is_one_of(order: Mapping[str, Any], things: ir.Things) -> bool:
    return (
        order.get("drug") in things.drugs
        or order.get("procedure") in things.procedures
        or (order.get("drug") in (None, "not stated") and order.get("class") in things.classes)
    )


def _together(result: Result, claim: ir.Claim, one: ir.Claimed, other: ir.Claimed) -> bool:
    first = _seen_at(result, claim, one, sure=False)
    second = _seen_at(result, claim, other, sure=False)
    return any(a != b or -1 in (a[1], b[1]) for a in first for b in second)
