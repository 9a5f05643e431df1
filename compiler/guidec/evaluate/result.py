"""Parts of the result: recommendations, orders, doses, rules and values as JSON."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.evaluate.doses import Shown, course_json, dose_json, interval_json
from guidec.evaluate.due import due_json
from guidec.evaluate.record import Refused
from guidec.lower.outcomes import cited, united
from guidec.lower.ranges import Range
from guidec.numbers import out_of_base_units, plain_number, rounded
from guidec.rows import Advised, Leaf

Json = dict[str, Any]


def error_json(refused: Refused) -> Json:
    """What is wrong with a record."""
    return {
        "errors": [{"input": one.input, "code": one.code, "message": one.message} for one in refused.errors]
    }


def merged_outcomes(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Equal outcomes once, with the citations of all of them, in the order of the text."""
    merged: dict[int, Leaf] = {}
    for leaf in leaves:
        first = merged.get(leaf.group)
        if first is None:
            merged[leaf.group] = leaf
        elif first.outcome is not None and leaf.outcome is not None:
            merged[leaf.group] = replace(first, outcome=united(first.outcome, leaf.outcome))
    return list(merged.values())


def outcome_json(shown: Shown, leaf: Leaf) -> Json:
    """One entry of `possible`."""
    if leaf.outcome is None:
        return {"status": leaf.status, "recommendations": []}
    return _outcome_json(shown, leaf.outcome)


def _outcome_json(shown: Shown, outcome: ir.Outcome) -> Json:
    recommendations = [recommendation_json(shown, "", one) for one in outcome.recommendations]
    found: Json = {
        "status": outcome.status,
        "recommendations": [
            {key: value for key, value in one.items() if key != "decision"} for one in recommendations
        ],
    }
    if outcome.status == "conflict":
        found["possible"] = [_outcome_json(shown, answer) for answer in outcome.answers]
    if outcome.status in ("conflict", "not_stated"):
        found["why"] = outcome.why
        found["statements"] = list(outcome.cites.statements)
    return found


def recommendation_json(shown: Shown, decision: str, one: ir.Recommendation) -> Json:
    """A recommendation with everything that it gives."""
    found: Json = {
        "decision": decision,
        "id": one.id,
        "direction": one.direction,
        "strength": one.strength,
        "wording": one.wording or "not stated",
        **grades_json(one.grades),
        "statements": list(one.cites.statements),
        "gives": [_given_json(shown, order) for order in one.orders],
    }
    if one.cites.inferred:
        found["inferred"] = list(one.cites.inferred)
    preferred = _preferred(shown, one.preferred, {"id": one.id})
    if preferred:
        found["preferred"] = preferred
    return found


def grades_json(grades: Sequence[ir.Grade]) -> Json:
    """`grade`, or `grades` where merged recommendations are graded differently; no key where there is none."""
    found = [
        {name: part for name, part in (("strength", one.strength), ("certainty", one.certainty)) if part}
        for one in grades
    ]
    return {} if not found else {"grade": found[0]} if len(found) == 1 else {"grades": found}


def avoid_json(shown: Shown, reasons: Sequence[ir.Reason]) -> Json:
    """`avoid`: the reasons against something that hold or may hold; no key where there is none."""
    found: list[Json] = []
    for one in reasons:
        applies, needs = shown.applies(one.when)
        if applies != "no":
            entry = {"why": one.why, "applies": applies, "needs": needs}
            entry["statements"] = list(one.cites.statements)
            found.append({**entry, "inferred": list(one.cites.inferred)} if one.cites.inferred else entry)
    return {"avoid": found} if found else {}


def _given_json(shown: Shown, order: ir.Order | ir.Choice) -> Json:
    if isinstance(order, ir.Order):
        return order_json(shown, order)
    found: Json = {"step": order.step or "not stated", "choice": [_name(option) for option in order.options]}
    usual = [_name(option) for option in order.options if option.usual]
    if usual:
        found["usual"] = usual[0]
    found["open"] = order.open
    found["preferred"] = [
        entry
        for option in order.options
        for entry in _preferred(shown, option.preferred, {"drug": _name(option)})
    ]
    found["options"] = [order_json(shown, option) for option in order.options]
    found["statements"] = list(order.cites.statements)
    if order.cites.inferred:
        found["inferred"] = list(order.cites.inferred)
    return found


def _name(order: ir.Order) -> str:
    return order.drug or order.procedure or "not stated"


def order_json(shown: Shown, order: ir.Order) -> Json:
    """One order; what the source leaves out says `not stated`."""
    found: Json = {"step": order.step or "not stated"}
    if order.procedure is not None:
        found["procedure"] = order.procedure
    else:
        found["drug"] = order.drug or "not stated"
    if order.drug_class is not None:
        found["class"] = order.drug_class
    found["action"] = order.action
    if order.procedure is None:
        found["route"] = order.route or "not stated"
        found["dose"] = dose_json(shown, order.dose)
    found["every"] = "not stated" if order.every is None else interval_json(order.every)
    if order.times is not None:
        found["times"] = order.times
    found["for"] = "not stated" if order.lasts is None else interval_json(order.lasts)
    if order.after is not None:
        found["after"] = interval_json(order.after)
    found |= course_json(shown, order)
    if order.usual:
        found["usual"] = True
    found |= avoid_json(shown, order.avoided)
    found["statements"] = list(order.cites.statements)
    if order.cites.inferred:
        found["inferred"] = list(order.cites.inferred)
    return found


def _preferred(shown: Shown, preferred: tuple[ir.Prefer, ...], what: Json) -> list[Json]:
    found: list[Json] = []
    for one in preferred:
        applies, needs = shown.applies(one.when)
        if applies != "no":
            entry = {**what, "wording": one.wording or "not stated", "applies": applies, "needs": needs}
            found.append({**entry, "statements": list(one.cites.statements)})
    return found


# --- rules and values --------------------------------------------------------


def advice_json(shown: Shown, rule: ir.Rule, applies: str, needs: list[str], advised: Advised | None) -> Json:
    """One piece of advice."""
    orders = tuple(cited(order, rule.cites) for order in rule.orders) if advised is None else advised.orders
    found: Json = {
        "id": rule.id,
        "kind": rule.kind,
        "applies": applies,
        "direction": rule.direction,
        "strength": rule.strength,
        "wording": rule.wording or "not stated",
        **grades_json(() if rule.grade is None else (rule.grade,)),
        "gives": [_given_json(shown, order) for order in orders],
        **avoid_json(shown, () if advised is None else advised.reasons),
        "needs": needs,
        "statements": list(rule.cites.statements),
    }
    return _finished(found, rule)


def monitoring_json(shown: Shown, rule: ir.Rule, applies: str, needs: list[str], because: str) -> Json:
    """One thing to monitor: what, how often, when it is due, and why now."""
    measure: Any = rule.measure[0] if len(rule.measure) == 1 else {"one_of": list(rule.measure)}
    found: Json = {
        "id": rule.id,
        "applies": applies,
        "direction": rule.direction,
        "strength": rule.strength,
        "wording": rule.wording or "not stated",
        **grades_json(() if rule.grade is None else (rule.grade,)),
        "measure": measure,
        "every": every_json(rule),
    }
    if rule.until is not None:
        found["until"] = rule.until
    found |= due_json(shown.guideline, rule, shown.record)
    if rule.baseline is not None:
        found["baseline"] = baseline_json(rule.baseline)
    if because:
        found["because"] = because
    found["needs"] = needs
    found["statements"] = list(rule.cites.statements)
    return _finished(found, rule)


def every_json(rule: ir.Rule) -> Json | str:
    """How often; `once` for a window that isn't repeated, and for what is measured before the first dose alone."""
    if rule.every is not None:
        return interval_json(rule.every)
    alone = rule.baseline is not None and rule.baseline.alone
    return "not stated" if rule.window is None and not alone else "once"


def baseline_json(baseline: ir.Baseline) -> Json:
    """When the test stands there, and who says so."""
    found: Json = {"when": "before the first dose", "statements": list(baseline.cites.statements)}
    return {**found, "inferred": list(baseline.cites.inferred)} if baseline.cites.inferred else found


def _finished(found: Json, rule: ir.Rule) -> Json:
    if rule.cites.inferred:
        found["inferred"] = list(rule.cites.inferred)
    if not rule.stated:
        found["trigger"] = "not stated"
    return found


def value_json(one: ir.Definition, found: Range, needs: list[str]) -> Json:
    """A computed number; while it may be several, its range and what it needs: nothing, where only a reading is open."""
    if not found.numbers:
        return {"value": "not defined", "needs": []}
    low, high = _in_unit(found.low, one), _in_unit(found.high, one)
    if found.low != found.high or found.undefined:
        return {"low": low, "high": high, "unit": one.unit, "needs": needs}
    return {"value": low, "unit": one.unit, "needs": []}


def category_json(category: ir.Category, answers: Sequence[tuple[Sequence[int], list[str]]]) -> Json:
    """The bands that a category may have: for each condition, the leaves that are possible and its needs."""
    names = [value.id for value in category.values]
    if category.policy != "collect":
        leaves, needs = answers[0]
        return {**band_json([names[leaf] for leaf in leaves]), "needs": needs}
    sure = [name for name, (leaves, _) in zip(names, answers, strict=True) if list(leaves) == [1]]
    perhaps = [name for name, (leaves, _) in zip(names, answers, strict=True) if len(leaves) > 1]
    found: Json = {"values": sure}
    if perhaps:
        found["possible"] = perhaps
    found["needs"] = list(dict.fromkeys(name for _, needs in answers for name in needs))
    return found


def band_json(names: Sequence[str]) -> Json:
    """One value, or one of several."""
    return {"value": names[0]} if len(names) == 1 else {"one_of": list(names)}


def _in_unit(value: Fraction, one: ir.Definition) -> int | float:
    there = out_of_base_units(value, one.unit)
    return plain_number(there if one.rounded is None else rounded(there, one.rounded, one.mode))
