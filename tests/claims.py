"""What an author says of all patients, judged by the interpreter: a record breaks a claim, or it doesn't. No diagrams, no proofs.

Recommended is what all completions of a record share; possible is what one of them has. `always` speaks of every completion.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

from guidec import ir
from interpret import Answer, Outcome, Value, covers, holds, rule_holds, thing
from meaning import Case, Known, World, drugs_of, entry_json, known, orders_of, prescribed_in, sides_of

Slot = tuple[int, int]
"""A recommendation and a line of it; -1 where it is meant as a whole."""


@dataclass(frozen=True)
class Told:
    """What is said of some completions together: recommendations with their decisions; of a rule `yes`, `unknown` or `no`."""

    given: tuple[tuple[str, Outcome], ...]
    perhaps: tuple[tuple[str, Outcome], ...]
    statuses: Mapping[str, str]
    rules: Mapping[str, str]


def told(those: Known) -> Told:
    guideline = those.world.guideline
    given: list[tuple[str, Outcome]] = []
    perhaps: list[tuple[str, Outcome]] = []
    statuses: dict[str, str] = {}
    for one in guideline.decisions:
        lines = (None,) if isinstance(one, ir.Decision) else one.lines
        for at, line in enumerate(lines):
            key = one.id if line is None else (one.id, at)
            possible = list(dict.fromkeys(those.world.outcomes[key][place] for place in those.places))
            if line is None:
                statuses[one.id] = possible[0][0] if len(possible) == 1 else "indeterminate"
            if isinstance(line, ir.OptionLine) and not line.stated:
                if any(outcome[0] == "determined" for outcome in possible):
                    orders = tuple(orders_of(guideline, line.recommendation))
                    named = line.recommendation.id, line.recommendation.direction, "", orders
                    perhaps.append((one.id, named))
                continue
            sides = [side for outcome in possible for side in sides_of(outcome)]
            given += [(one.id, rec) for rec in sides[0] if all(rec in side for side in sides)]
            perhaps += [(one.id, rec) for side in sides for rec in side]
    return Told(tuple(given), tuple(perhaps), statuses, _rules(those, given, perhaps))


def _answers(
    those: Known,
    given: Sequence[tuple[str, Outcome]],
    perhaps: Sequence[tuple[str, Outcome]],
    asked: set[tuple[str, ...]],
) -> list[Answer]:
    """Every way in which what is prescribed may be answered."""
    guideline = those.world.guideline
    decided = {one.id for one in guideline.decisions if isinstance(one, ir.Decision)}
    surely = {drug for name, rec in given if name in decided for drug in _started(rec, True)}
    maybe = {drug for _, rec in (*given, *perhaps) for drug in _started(rec, False)}
    ways = [
        (True,) if set(drugs) & surely else (False, True) if set(drugs) & maybe else (False,)
        for drugs in sorted(asked)
    ]
    return [Answer(those.case.record, dict(zip(sorted(asked), way, strict=True))) for way in product(*ways)]


def _started(rec: Outcome, sure: bool) -> Iterator[str]:
    for order in rec[3] if rec[1] == "for" else ():
        yield from drugs_of(order, sure)


def _rules(
    those: Known, given: Sequence[tuple[str, Outcome]], perhaps: Sequence[tuple[str, Outcome]]
) -> dict[str, str]:
    guideline = those.world.guideline
    answers = _answers(those, given, perhaps, prescribed_in(guideline))
    found: dict[str, str] = {}
    for rule in guideline.rules:
        truths = {rule_holds(guideline, rule, one, answer) for one in those.patients for answer in answers}
        word = "unknown" if len(truths) == 2 else "yes" if truths == {True} else "no"
        found[rule.id] = "unknown" if word == "yes" and not rule.stated else word
    return found


# --- a claim -----------------------------------------------------------------


def breaks(everybody: World, claim: ir.Claim, case: Case) -> bool:
    """Whether a record, which has completions, breaks a claim."""
    those = known(everybody, case)
    if not those.places:
        return False
    each = [Known(everybody, case, (place,)) for place in those.places]
    if not all(_meant(claim, one) for one in each):
        return False
    match claim.kind, claim.possible:
        case "never", False if claim.others:
            return _both(everybody, claim, told(those))
        case "never", True if claim.others:
            return any(_both(everybody, claim, told(one)) for one in each)
        case "never", possible:
            answer = told(those)
            return any(_there(everybody, claim, one, answer, possible, False) for one in claim.claimed)
        case "always", False:
            return any(
                not _there(everybody, claim, one, told(single), False, True)
                for one in claim.claimed
                for single in each
            )
        case "always", True:
            return any(
                not any(_there(everybody, claim, one, told(single), True, True) for single in each)
                for one in claim.claimed
            )
        case "determined", _:
            statuses = told(those).statuses
            names = claim.decisions or tuple(statuses)
            return any(statuses[name] != "determined" for name in names)
        case "alike", _:
            first, second = (everybody.outcomes[name] for name in claim.decisions)
            return any(first[place] != second[place] for place in those.places)
        case _:
            raise AssertionError("amounts and rising inputs are judged elsewhere")


def _meant(claim: ir.Claim, one: Known) -> bool:
    """Whether the condition surely holds for a completion of a record."""
    guideline = one.world.guideline
    asked = prescribed_in(claim.when)
    answers = [Answer(one.case.record)]
    if asked:
        answer = told(one)
        answers = _answers(one, answer.given, answer.perhaps, asked)
    return all(holds(guideline, claim.when, one.patients[0], answer) for answer in answers)


def _there(
    everybody: World, claim: ir.Claim, one: ir.Claimed, answer: Told, possible: bool, sure: bool
) -> bool:
    return bool(_slots(everybody, claim, one, answer, possible, sure))


def _slots(
    everybody: World, claim: ir.Claim, one: ir.Claimed, answer: Told, possible: bool, sure: bool
) -> list[Slot]:
    found: list[Slot] = []
    listed = (*answer.given, *answer.perhaps) if possible else answer.given
    for at, (decision, rec) in enumerate(listed):
        if claim.inside not in ("", decision) or rec[1] != "for":
            continue
        if one.outcome and rec[0] == one.id:
            found.append((at, -1))
        found += [
            (at, line)
            for line, order in enumerate(rec[3])
            if _gives(everybody.guideline, one.id, order, sure)
        ]
    words = ("yes",) if sure and not possible else ("yes", "unknown")
    for at, rule in enumerate(everybody.guideline.rules if not claim.inside else (), len(listed)):
        if answer.rules[rule.id] in words:
            found += [(at, -1)] if one.rule and rule.id == one.id else []
            lines = rule.orders if rule.direction == "for" else ()
            found += [
                (at, line)
                for line, order in enumerate(lines)
                if _gives(everybody.guideline, one.id, _listed(order), sure)
            ]
    return found


def _listed(line: ir.Order | ir.Choice) -> Outcome:
    """A line of a rule as the orders of outcomes are written."""
    options = line.options if isinstance(line, ir.Choice) else (line,)
    orders = tuple(("order", 0, one.action, one.drug, one.procedure, one.drug_class) for one in options)
    return ("choice", 0, "", orders) if isinstance(line, ir.Choice) else orders[0]


def _gives(guideline: ir.Guideline, name: str, order: Outcome, sure: bool) -> bool:
    """Whether an order gives what a name stands for; of a choice one, or for sure all."""
    if not any(item.id == name and item.kind != "test" for item in guideline.items):
        return False
    options = order[3] if order[0] == "choice" else (order,)
    things = [one for option in options if (one := thing((*option, None, None)[:6])) is not None]
    there = [covers(guideline, name, one) for one in things]
    return bool(there) and (all(there) if sure else any(there))


def _both(everybody: World, claim: ir.Claim, answer: Told) -> bool:
    for one in claim.claimed:
        for other in claim.others:
            first = _slots(everybody, claim, one, answer, claim.possible, False)
            second = _slots(everybody, claim, other, answer, claim.possible, False)
            if any(a != b or -1 in (a[1], b[1]) for a in first for b in second):
                return True
    return False


# --- more of an input --------------------------------------------------------


def falls(everybody: World, claim: ir.Claim, case: Case) -> bool:
    """Whether more of the input brings a complete patient further to the left."""
    entry = everybody.inputs[claim.of]
    if not _ranked(everybody, claim, case):
        return False
    values = list(everybody.domains[claim.of])
    now = values.index(case.record[claim.of][0])
    later = values[now + 1 :] if claim.word == "more" else values[:now]
    unit = getattr(values[now], "unit", "")
    named = {one.id for one in entry.named}
    if values[now] in named:
        return False
    rank = _rank(everybody, claim, case)
    for value in later:
        if value in named or getattr(value, "unit", "") != unit:
            continue
        other = Case({**case.record, claim.of: (value,)}, case.readings)
        if _ranked(everybody, claim, other) and 0 <= _rank(everybody, claim, other) < rank:
            return True
    return False


def fall_shown(everybody: World, claim: ir.Claim, first: Case, second: Case) -> bool:
    """Whether two records differ only in the input, the second has more of it (or less), and surely comes to less."""
    others = [{**one.record, claim.of: ()} for one in (first, second)]
    if others[0] != others[1] or first.readings != second.readings:
        return False
    (now,), (later,) = first.record[claim.of], second.record[claim.of]
    values = list(everybody.domains[claim.of])
    rises = values.index(now) < values.index(later)
    if rises is not (claim.word == "more") or getattr(now, "unit", "") != getattr(later, "unit", ""):
        return False
    ranks = [_sure_rank(everybody, claim, one) for one in (first, second)]
    return 0 <= ranks[1] < ranks[0]


def _sure_rank(everybody: World, claim: ir.Claim, case: Case) -> int:
    """The rank that all completions of a record have, of which one is meant; -1 where there is none."""
    places = known(everybody, case).places
    ranks = {_rank(everybody, claim, complete(everybody, place)) for place in places}
    meant = any(_ranked(everybody, claim, complete(everybody, place)) for place in places)
    return ranks.pop() if len(ranks) == 1 and meant else -1


def _ranked(everybody: World, claim: ir.Claim, case: Case) -> bool:
    """Whether a complete record is possible, and meant."""
    those = known(everybody, case)
    return bool(those.places) and _meant(claim, those)


def _rank(everybody: World, claim: ir.Claim, case: Case) -> int:
    (place,) = known(everybody, case).places
    status, recommendations, _ = everybody.outcomes[claim.inside][place]
    if status != "determined":
        return -1
    names = [rec[0] for rec in recommendations if rec[1] == "for"] or ["!nothing"]
    return max((claim.ranks.index(name) for name in names if name in claim.ranks), default=-1)


# --- records -----------------------------------------------------------------


def complete(everybody: World, place: int) -> Case:
    patient = everybody.patients[place]
    return Case({name: (value,) for name, value in patient.values.items()}, dict(patient.readings))


def asked_of_the_record(node: Any, guideline: ir.Guideline) -> set[str]:
    """The inputs of which a claim's condition, or any rule, asks what the record says."""
    found: set[str] = set()
    waiting: list[Any] = [node, guideline.rules]
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += one
        elif isinstance(one, ir.Recorded):
            found.add(one.input)
        elif isinstance(one, ir.Rule):
            waiting += [one.when, one.applies]
            found |= {one.until} if one.until else set()
        elif isinstance(one, ir.Not | ir.And | ir.Or):
            waiting.append(one.operand if isinstance(one, ir.Not) else one.operands)
        elif isinstance(one, ir.Defined):
            waiting.append(
                next(each.condition for each in guideline.definitions if each.id == one.definition)
            )
    return found


def with_blanks(everybody: World, case: Case, names: set[str]) -> Iterator[Case]:
    """A complete record, and the same with some of the names blank or partly known."""
    ways: list[list[tuple[Value, ...]]] = []
    for name in sorted(names):
        own = case.record[name]
        pairs = [pair for pair in combinations(everybody.domains[name], 2) if own[0] in pair]
        whole = isinstance(everybody.inputs[name].type, ir.AnyOf)
        ways.append([own, (), *([] if whole else pairs[:3])])
    for some in product(*ways):
        yield Case({**case.record, **dict(zip(sorted(names), some, strict=True))}, case.readings)


def from_json(everybody: World, patient: Mapping[str, Any]) -> Case:
    """A record as the evaluator reads it."""
    record: dict[str, tuple[Value, ...]] = {}
    for name, entry in everybody.inputs.items():
        given = patient.get(name)
        wanted = given["one_of"] if isinstance(given, dict) and "one_of" in given else [given]
        record[name] = tuple(
            value for value in everybody.domains[name] for one in wanted if _same_entry(entry, value, one)
        )
        assert given is None or len(record[name]) == len(wanted), f"{name}: {given}"
    return Case(record, dict(patient.get("readings", {})))


def _same_entry(entry: ir.Input, value: Value, given: Any) -> bool:
    written = entry_json(entry, value)
    if isinstance(entry.type, ir.Duration) and isinstance(given, dict):
        given = given["value"]
    if isinstance(given, list):
        return isinstance(written, list) and set(given) == set(written)
    if isinstance(written, dict) and not isinstance(given, dict) and isinstance(entry.type, ir.Quantity):
        same = written["unit"] == entry.type.units[0].unit and written["value"] == given
        return bool(same and given is not None)
    if isinstance(given, dict) and not isinstance(written, dict) and isinstance(entry.type, ir.Quantity):
        return bool(given["unit"] == entry.type.units[0].unit and given["value"] == written)
    return bool(written == given and isinstance(written, bool) == isinstance(given, bool))
