"""One guideline and many partial patients: what the evaluator says, held against all the completions of each."""

import random
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import combinations, product
from math import prod
from typing import Any

from dated import Dated, entered, parts_of, refines, some_series
from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from interpret import (
    GATES,
    Against,
    Amount,
    Answer,
    Outcome,
    Patient,
    Value,
    Way,
    against,
    band_that_holds,
    bands,
    chooses,
    completions,
    dates_of,
    decide,
    domain,
    dose_for,
    goes,
    holds,
    is_points,
    line_outcome,
    measures,
    number,
    rule_holds,
    shown_number,
    sure,
    taper_amounts,
    thing,
    way,
)
from schemas import result_validator

Json = dict[str, Any]
SOME_SERIES = 25
Record = dict[str, tuple[Value, ...]]
"""No value is a blank, one is known, several are partly known."""


@dataclass(frozen=True)
class Case:
    """A partial patient, the readings chosen for it, and the series that it was entered with."""

    record: Record
    readings: dict[str, str]
    dated: dict[str, Dated] = field(default_factory=dict)


class Difference(AssertionError):
    """The evaluator and the completions disagree."""


# --- partial patients --------------------------------------------------------


def entries(entry: ir.Input, dice: random.Random) -> list[tuple[Value, ...]]:
    """Blank, each value, and some ways to know it in part."""
    values = domain(entry)
    found: list[tuple[Value, ...]] = [(), *((value,) for value in values)]
    if isinstance(entry.type, ir.AnyOf):
        return found
    partly: list[tuple[Value, ...]] = [*combinations(values, 2)] if len(values) < 6 else []
    sizes = sorted({2, 3, len(values) // 2, len(values) - 1} & set(range(2, len(values) + 1)))
    partly += [tuple(sorted(dice.sample(values, size), key=values.index)) for size in sizes]
    return found + list(dict.fromkeys(dice.sample(partly, min(3, len(partly)))))


Entering = tuple[Record, dict[str, Dated]]
"""What is entered for one input: what is known of it and of its parts then, and the series, if it is one."""


def enterings(guideline: ir.Guideline, entry: ir.Input, dice: random.Random) -> list[Entering]:
    """The entries of an input; of a series some series too."""
    parts: Record = {one.id: () for one in parts_of(guideline, entry.id)}
    found: list[Entering] = [({entry.id: values, **parts}, {}) for values in entries(entry, dice)]
    if entry.series is not None:
        for dated in some_series(entry, dice, SOME_SERIES):
            found.append((entered(guideline, entry.id, dated), {entry.id: dated}))
    return found


def _ways(guideline: ir.Guideline) -> list[list[Entering]]:
    return [enterings(guideline, entry, random.Random(1)) for entry in guideline.inputs if entry.part is None]


def count(guideline: ir.Guideline) -> int:
    """How many partial patients there are."""
    ways = [len(way) for way in _ways(guideline)]
    return prod(ways) * prod(1 + len(reading.values) for reading in guideline.readings)


def cases(guideline: ir.Guideline, most: int, seed: int = 1) -> Iterator[Case]:
    """Every partial patient, or `most` of them, drawn with a fixed seed, blanks as likely as values."""
    dice = random.Random(seed)
    ways = _ways(guideline)
    chosen = [["", *(value.id for value in reading.values)] for reading in guideline.readings]
    if count(guideline) <= most:
        for parts in product(*ways):
            for read in product(*chosen):
                yield _case(guideline, parts, read)
        return
    for _ in range(most):
        blanks = dice.choice((0.2, 0.5, 0.9))
        some = tuple(way[0] if dice.random() < blanks else dice.choice(way) for way in ways)
        read = tuple("" if dice.random() < 0.6 else dice.choice(values) for values in chosen)
        yield _case(guideline, some, read)


def _case(guideline: ir.Guideline, parts: Sequence[Entering], read: Sequence[str]) -> Case:
    values = {name: value for record, _ in parts for name, value in record.items()}
    dated = {name: value for _, series in parts for name, value in series.items()}
    readings = zip((one.id for one in guideline.readings), read, strict=True)
    record = {entry.id: values[entry.id] for entry in guideline.inputs}
    return Case(record, {name: value for name, value in readings if value}, dated)


def as_json(guideline: ir.Guideline, case: Case) -> Json:
    """The patient as it would be sent."""
    patient: Json = {}
    for entry in guideline.inputs:
        if entry.id in case.dated:
            patient[entry.id] = [
                {"date": day.isoformat(), "value": entry_json(entry, value)}
                for day, value in case.dated[entry.id]
            ]
            continue
        if entry.part is not None:
            continue
        values = [entry_json(entry, value) for value in case.record[entry.id]]
        if values:
            patient[entry.id] = values[0] if len(values) == 1 else {"one_of": values}
    if case.readings:
        patient["readings"] = dict(case.readings)
    return patient


def entry_json(entry: ir.Input, value: Value) -> object:
    match value:
        case frozenset():
            return sorted(value)
        case Amount(amount, unit):
            assert isinstance(entry.type, ir.Quantity)
            plain = _plain(amount)
            return plain if unit == entry.type.units[0].unit else {"value": plain, "unit": unit}
        case Fraction():
            return _plain(value)
        case date():
            return value.isoformat()
        case str():
            return value == "yes" if isinstance(entry.type, ir.Boolean) else value


def _plain(value: Fraction) -> int | float:
    return value.numerator if value.denominator == 1 else float(value)


# --- everybody, once ---------------------------------------------------------


@dataclass(frozen=True)
class World:
    """Every complete patient of a guideline, with what each decision and line is for it."""

    guideline: ir.Guideline
    patients: tuple[Patient, ...]
    outcomes: dict[Hashable, tuple[Outcome, ...]]
    ways: dict[str, tuple[Way, ...]]
    inputs: dict[str, ir.Input]
    domains: dict[str, tuple[Value, ...]]


def world(guideline: ir.Guideline) -> World:
    """Interpret everybody."""
    domains = {entry.id: tuple(domain(entry)) for entry in guideline.inputs}
    everybody = tuple(completions(guideline, domains))
    outcomes: dict[Hashable, tuple[Outcome, ...]] = {}
    ways: dict[str, tuple[Way, ...]] = {}
    for one in guideline.decisions:
        if isinstance(one, ir.Decision):
            outcomes[one.id] = tuple(decide(guideline, one, patient) for patient in everybody)
            ways[one.id] = tuple(way(guideline, one, patient) for patient in everybody)
        else:
            for at, line in enumerate(one.lines):
                outcomes[one.id, at] = tuple(
                    line_outcome(guideline, one, line, patient) for patient in everybody
                )
    inputs = {entry.id: entry for entry in guideline.inputs}
    return World(guideline, everybody, outcomes, ways, inputs, domains)


# --- what completions mean ---------------------------------------------------


@dataclass(frozen=True)
class Known:
    """The completions of one case, by their position among everybody."""

    world: World
    case: Case
    places: tuple[int, ...]

    @property
    def patients(self) -> list[Patient]:
        return [self.world.patients[at] for at in self.places]

    @property
    def blanks(self) -> list[str]:
        return [name for name, values in self.case.record.items() if len(values) != 1]


def known(everybody: World, case: Case, other: Mapping[str, str] | None = None) -> Known:
    """Those of everybody that a record leaves; `other` are readings chosen instead."""
    readings = {**case.readings, **(other or {})}
    wanted = {name: values for name, values in case.record.items() if values}
    places = tuple(
        at
        for at, patient in enumerate(everybody.patients)
        if all(patient.values[name] in values for name, values in wanted.items())
        and all(patient.readings[name] == value for name, value in readings.items())
    )
    return Known(everybody, case, places)


def needs(those: Known, outcomes: Sequence[Hashable]) -> list[str]:
    """The blanks that decide, as they are entered: what is asked of a series with the series."""
    inputs = those.world.inputs
    return list(dict.fromkeys(inputs[name].key for name in _deciding(those, outcomes)))


def _deciding(those: Known, outcomes: Sequence[Hashable]) -> list[str]:
    """Each blank for which two completions that differ only there differ in the outcome. With `impossible`, the first
    of the smallest sets of blanks that settle it."""
    blanks = those.blanks
    found = [name for name in blanks if not _settled(those, outcomes, [one for one in blanks if one != name])]
    if not those.world.guideline.impossible:
        return found
    for size in range(len(blanks) + 1):
        for some in combinations(blanks, size):
            if set(found) <= set(some) and _settled(those, outcomes, some):
                return list(some)
    raise AssertionError("knowing everything settles the answer")


def _settled(those: Known, outcomes: Sequence[Hashable], names: Sequence[str]) -> bool:
    """Whether completions that agree in these blanks, and in the readings, have one outcome."""
    first: dict[Hashable, Hashable] = {}
    for patient, outcome in zip(those.patients, outcomes, strict=True):
        key = (*(patient.values[name] for name in names), *patient.readings.values())
        if first.setdefault(key, outcome) != outcome:
            return False
    return True


# --- the comparison ----------------------------------------------------------


def hold_against_completions(compiled: Compiled, most: int, seed: int) -> None:
    """Every partial patient, or `most` of them: the evaluator says what the completions say, and filling in a blank adds
    nothing. Raises Difference where that isn't so."""
    guideline, dice = compiled.guideline, random.Random(seed)
    everybody = world(guideline)
    for case in cases(guideline, most, seed):
        before = compare(compiled, everybody, case)
        later = filled_in(everybody, case, dice)
        after = None if before is None or later is None else compare(compiled, everybody, later)
        if before is not None and after is not None:
            never_more(guideline, case, before, after)


def compare(compiled: Compiled, everybody: World, case: Case) -> Json | None:
    """Raises Difference where the evaluator and the completions disagree. Gives the result, None for a refusal."""
    guideline = compiled.guideline
    those = known(everybody, case)
    patient = as_json(guideline, case)
    try:
        result = evaluate(compiled, patient)
        result_validator().validate(result)
    except Refused as refused:
        codes = {error.code for error in refused.errors}
        _same(patient, "refused", codes, {"impossible"})
        _same(patient, "completions of a refused record", len(those.places), 0)
        return None
    if not those.places:
        _same(patient, "a record without completions", "evaluated", "refused")
    check = _Check(those, patient, result)
    for one in guideline.decisions:
        if isinstance(one, ir.Decision):
            check.decision(one)
        else:
            check.options(one)
    check.recommendations()
    check.rules()
    check.avoided()
    check.values()
    check.pathway()
    check.readings()
    check.top()
    return result


def _same(patient: Json, what: str, found: object, wanted: object) -> None:
    if found != wanted:
        raise Difference(f"{what}\n  patient      {patient}\n  evaluator    {found}\n  completions  {wanted}")


class _Check:
    """One result. The recommendations that its decisions must give are gathered on the way."""

    def __init__(self, those: Known, patient: Json, result: Json) -> None:
        self.those, self.patient, self.result = those, patient, result
        self.guideline = those.world.guideline
        self.given: list[tuple[str, Outcome]] = []
        self.perhaps: list[Outcome] = []
        self.dose_needs: list[str] = []

    def same(self, what: str, found: object, wanted: object) -> None:
        _same(self.patient, what, found, wanted)

    def outcomes(self, key: Hashable) -> list[Outcome]:
        everyone = self.those.world.outcomes[key]
        return [everyone[at] for at in self.those.places]

    # --- decisions and options ---

    def decision(self, one: ir.Decision) -> None:
        outcomes = self.outcomes(one.id)
        possible = list(dict.fromkeys(outcomes))
        found = self.result["decisions"][one.id]
        self.same(
            f"{one.id}: status", found["status"], possible[0][0] if len(possible) == 1 else "indeterminate"
        )
        wanted = needs(self.those, outcomes)
        self.same(f"{one.id}: needs", found["needs"], wanted)
        self.same(f"{one.id}: ask_next", found["ask_next"], self.ask_next(one, found, wanted))
        if len(possible) > 1:
            in_json = [self.read_outcome(entry) for entry in found["possible"]]
            self.same(f"{one.id}: possible", sorted(map(repr, in_json)), self.shown(possible))
            order = [
                GATES.index(entry["status"]) + 1 if entry["status"] in GATES else 0
                for entry in found["possible"]
            ]
            self.same(f"{one.id}: order of possible", order, sorted(order))
        elif possible[0][0] == "conflict":
            in_json = [self.read_outcome(entry) for entry in found["possible"]]
            self.same(f"{one.id}: answers", in_json, [self.dosed(answer) for answer in possible[0][2]])
        else:
            self.same(f"{one.id}: possible", found["possible"], [])
        self.gather(one.id, possible)

    def ask_next(self, one: ir.Decision, found: Json, wanted: list[str]) -> str:
        if found["status"] != "indeterminate":
            return "not needed"
        if not wanted:
            return "a reading"
        everyone = self.those.world.ways[one.id]
        ways = sorted({everyone[at] for at in self.those.places})
        inputs = self.those.world.inputs
        keys = [inputs[name].key for _, asked in ways for name in asked]
        return next((name for name in keys if name in wanted), wanted[0])

    def gather(self, decision: str, possible: list[Outcome]) -> None:
        """What every possible outcome has in common, both sides of a conflict; and everything possible."""
        sides = [side for outcome in possible for side in sides_of(outcome)]
        self.given += [(decision, one) for one in sides[0] if all(one in side for side in sides)]
        self.perhaps += [one for side in sides for one in side]

    def shown(self, possible: Sequence[Outcome]) -> list[str]:
        return sorted(repr(self.dosed(outcome)) for outcome in possible)

    def options(self, one: ir.Options) -> None:
        found = self.result["decisions"][one.id]
        wanted: list[str] = []
        entries: list[Outcome] = []
        statuses: set[str] = set()
        gates: set[str] = set()
        for at, line in enumerate(one.lines):
            outcomes = self.outcomes((one.id, at))
            possible = list(dict.fromkeys(outcomes))
            wanted += needs(self.those, outcomes)
            gates |= {outcome[0] for outcome in possible} & set(GATES)
            stated = isinstance(line, ir.OptionConflict) or line.stated
            if stated or any(outcome[0] in GATES for outcome in possible):
                statuses.add(possible[0][0] if len(possible) == 1 else "indeterminate")
            if stated:
                self.gather(one.id, possible)
                if len(possible) > 1 or possible[0][0] == "conflict":
                    entries += [outcome for outcome in possible if outcome[1] or outcome[2]]
            elif any(outcome[0] not in GATES for outcome in possible):
                entries.append(("not_stated", "some", ()))
                assert isinstance(line, ir.OptionLine)
                recommendation = line.recommendation
                orders = tuple(orders_of(self.guideline, recommendation))
                self.perhaps.append((recommendation.id, recommendation.direction, "", orders))
        status = next((one for one in ("conflict", "indeterminate") if one in statuses), "determined")
        if statuses and statuses <= set(GATES):
            status = statuses.pop()
        elif gates:
            entries += [(gate, (), ()) for gate in GATES if gate in gates]
        self.same(f"{one.id}: status", found["status"], status)
        order = list(self.those.world.inputs)
        self.same(f"{one.id}: needs", found["needs"], sorted(set(wanted), key=order.index))
        if status != "indeterminate" and not found["needs"]:
            self.same(f"{one.id}: ask_next", found["ask_next"], "not needed")
        elif found["needs"]:
            self.same(f"{one.id}: ask_next is needed", found["ask_next"] in found["needs"], True)
        else:
            self.same(f"{one.id}: ask_next", found["ask_next"], "a reading")
        in_json = [
            ("not_stated", "some", ()) if entry["status"] == "not_stated" else self.read_outcome(entry)
            for entry in found["possible"]
        ]
        self.same(f"{one.id}: possible", sorted(map(repr, in_json)), self.shown(entries))

    def recommendations(self) -> None:
        """What may be carried out, in order, with its doses."""
        wanted = [(decision, self.dosed_recommendation(one)) for decision, one in self.given]
        found = [(one["decision"], self.read_recommendation(one)) for one in self.result["recommendations"]]
        self.same("recommendations", sorted(map(repr, found)), sorted(map(repr, wanted)))
        for _, one in self.given:
            for dose, tapers in _doses(one):
                self.dose_needs += self.needed(dose, tapers)

    # --- rules, values, readings, the whole ---

    def rules(self) -> None:
        decided = {one.id for one in self.guideline.decisions if isinstance(one, ir.Decision)}
        surely = {
            drug
            for name, one in self.given
            if one[1] == "for" and name in decided
            for order in one[3]
            for drug in drugs_of(order, True)
        }
        perhaps = {
            drug
            for one in (*self.perhaps, *(one for _, one in self.given))
            if one[1] == "for"
            for order in one[3]
            for drug in drugs_of(order, False)
        }
        asked = sorted(prescribed_in(self.guideline))
        ways = [
            (True,) if set(drugs) & surely else (False, True) if set(drugs) & perhaps else (False,)
            for drugs in asked
        ]
        answers = [
            Answer(self.those.case.record, dict(zip(asked, way, strict=True))) for way in product(*ways)
        ]
        found = {one["id"]: one for one in (*self.result["advice"], *self.result["monitoring"])}
        for rule in self.guideline.rules:
            truths = [
                tuple(rule_holds(self.guideline, rule, patient, answer) for answer in answers)
                for patient in self.those.patients
            ]
            all_truths = {one for some in truths for one in some}
            word = "unknown" if len(all_truths) == 2 else "yes" if all_truths == {True} else "no"
            if word == "yes" and not rule.stated:
                word = "unknown"
            self.same(f"{rule.id}: applies", found.get(rule.id, {"applies": "no"})["applies"], word)
            if word != "no":
                self.same(f"{rule.id}: needs", found[rule.id]["needs"], needs(self.those, truths))
                self.dates(rule, found[rule.id])

    def dates(self, rule: ir.Rule, found: Json) -> None:
        """Dates on which all completions agree are shown, but for what is impossible; else at least the inputs that decide
        them are named."""
        everyone = [dates_of(self.guideline, rule, patient) for patient in self.those.patients]
        for key in ("from", "due", "until"):
            if key == "until" and rule.ends is None:
                continue
            each = [one.get(key) for one in everyone]
            open_date = found.get(key) is None if key == "from" else "needs" in found.get(key, ())
            if all(one == each[0] for one in each):
                if not (self.guideline.impossible and open_date):
                    self.same(f"{rule.id}: {key}", found.get(key), each[0])
            elif key != "from":
                asked = found[key]["needs"]
                self.same(
                    f"{rule.id}: {key} needs",
                    set(needs(self.those, list(map(repr, each)))) - set(asked),
                    set(),
                )
                self.same(f"{rule.id}: {key} asks blanks", set(asked) - set(self.those.blanks), set())
            else:
                self.same(f"{rule.id}: from", "from" in found, False)

    def avoided(self) -> None:
        """What speaks against the alternatives of what may be carried out, and against what rules give."""
        for one in self.result["recommendations"]:
            if one["direction"] == "for" and self.alone(one["decision"]):
                self.alternatives(one["decision"], one["id"], one["gives"])
        rules = {rule.id: rule for rule in self.guideline.rules}
        for one in self.result["advice"]:
            orders = [self.read_order(order) for order in one["gives"]]
            given = list(dict.fromkeys(sure(orders))) if rules[one["id"]].direction == "for" else []
            words = [word for each in given for word in against(self.guideline, each, given, "", False)]
            self.same(f"{one['id']}: avoid", one.get("avoid", []), self.spoken(words))
            self.alternatives("", one["id"], one["gives"] if given else [])

    def alone(self, name: str) -> bool:
        """Whether a decision never recommends two things together, so that what is given beside one is known here."""
        if name not in self.those.world.outcomes:
            return True
        sides = [side for outcome in self.outcomes(name) for side in sides_of(outcome)]
        return all(sum(one[1] == "for" for one in side) < 2 for side in sides)

    def alternatives(self, owner: str, name: str, gives: list[Json]) -> None:
        given = sure(self.read_order(order) for order in gives)
        for choice in gives:
            for option in choice.get("options", ()):
                words = against(self.guideline, thing(self.read_order(option)), given, owner, True)
                self.same(f"{name}: avoid", option.get("avoid", []), self.spoken(words))

    def spoken(self, words: Sequence[Against]) -> list[Json]:
        found: list[Json] = []
        for _, avoid, speaks in words:
            truths = [speaks(patient) for patient in self.those.patients]
            if any(truths):
                applies, wanted = ("yes", []) if all(truths) else ("unknown", needs(self.those, truths))
                entry = {"why": avoid.why, "applies": applies, "needs": wanted}
                entry["statements"] = list(avoid.cites.statements)
                if avoid.cites.inferred:
                    entry["inferred"] = list(avoid.cites.inferred)
                found.append(entry)
        return found

    def values(self) -> None:
        for one in self.guideline.definitions:
            if not one.shown:
                continue
            found = self.result["values"][one.id]
            if one.condition is not None:
                truths = [holds(self.guideline, one.condition, patient) for patient in self.those.patients]
                wanted = needs(self.those, truths)
                if len(set(truths)) == 1:
                    self.same(f"value {one.id}", found, {"value": truths[0], "needs": []})
                else:
                    self.same(f"value {one.id}", found, {"needs": wanted})
                continue
            if one.category is not None:
                self.category(one, one.category, found)
                continue
            assert one.number is not None
            if one.band:
                band = next(each for each in self.guideline.definitions if each.id == one.band)
                reached = self.reached(band)
                shown_band = reached[0] if len(reached) == 1 else {"one_of": reached}
                self.same(f"band of {one.id}", found["band"], shown_band)
            asked = ir.DefinedNumber(one.id)
            numbers = [number(self.guideline, asked, patient) for patient in self.those.patients]
            shown = sorted({shown_number(value, one) for value in numbers if value is not None})
            self.number(one, found, shown, needs(self.those, numbers))

    def reached(self, one: ir.Definition) -> list[str]:
        """The values of a category that some completion has, in the order of their declaration."""
        assert one.category is not None
        some = {value for patient in self.those.patients for value in bands(self.guideline, one, patient)}
        return [value.id for value in one.category.values if value.id in some]

    def category(self, one: ir.Definition, category: ir.Category, found: Json) -> None:
        held = [bands(self.guideline, one, patient) for patient in self.those.patients]
        if category.policy != "collect":
            reached = self.reached(one)
            wanted: Json = {"value": reached[0]} if len(reached) == 1 else {"one_of": reached}
            self.same(f"value {one.id}", found, {**wanted, "needs": needs(self.those, held)})
            return
        truths = {value.id: [value.id in some for some in held] for value in category.values}
        sure = [name for name, some in truths.items() if all(some)]
        perhaps = [name for name, some in truths.items() if any(some) and not all(some)]
        asked = dict.fromkeys(name for some in truths.values() for name in needs(self.those, some))
        wanted = {"values": sure, **({"possible": perhaps} if perhaps else {}), "needs": list(asked)}
        self.same(f"value {one.id}", found, wanted)

    def number(self, one: ir.Definition, found: Json, shown: list[Fraction], wanted: list[str]) -> None:
        """A range is exact where no input stands twice in the number, and of points; but for what is impossible."""
        if not shown:
            self.same(f"value {one.id}", found, {"value": "not defined", "needs": []})
            return
        self.same(f"value {one.id}: unit", found["unit"], one.unit)
        self.same(f"value {one.id}: needs what decides", set(wanted) - set(found["needs"]), set())
        if "value" in found:
            self.same(f"value {one.id}", [Fraction(str(found["value"]))], shown)
            return
        low, high = Fraction(str(found["low"])), Fraction(str(found["high"]))
        self.same(f"value {one.id}: range", low <= shown[0] and shown[-1] <= high, True)
        assert one.number is not None
        points = is_points(self.guideline, one.number)
        once = all(times == 1 for times in measures(self.guideline, one.number).values())
        if (points or once) and not self.guideline.impossible:
            self.same(f"value {one.id}: range", (low, high), (shown[0], shown[-1]))
            if not points and not chooses(self.guideline, one.number):
                self.same(f"value {one.id}: needs", found["needs"], wanted)

    def pathway(self) -> None:
        """Where he may stand, and for each of these stages where those of the completions who stand there go."""
        pathway = self.guideline.pathway
        if pathway is None:
            self.same("pathway", "pathway" in self.result, False)
            return
        found = self.result["pathway"]
        at_stage: dict[str, list[int]] = {one.id: [] for one in pathway.stages}
        for at in self.those.places:
            at_stage[str(self.those.world.patients[at].values[pathway.input])].append(at)
        stages = [one for one in pathway.stages if at_stage[one.id]]
        names = [one.id for one in stages]
        self.same("stage", found["stage"], names[0] if len(names) == 1 else {"one_of": names})
        if self.nobody_in_scope():
            wanted = {"status": "out_of_scope", "reviews": [], "responses": []}
            self.same("pathway", {key: found[key] for key in wanted}, wanted)
            return
        self.same("stage: status", found["status"], "determined" if len(names) == 1 else "indeterminate")
        self.same("reviews", list(map(_read_review, found["reviews"])), list(_reviews(stages)))
        self.same("responses", [one["stage"] for one in found["responses"]], names)
        for stage, response in zip(stages, found["responses"], strict=True):
            self.moves(stage, replace(self.those, places=tuple(at_stage[stage.id])), response)

    def moves(self, stage: ir.Stage, there: Known, found: Json) -> None:
        what = f"next of {stage.id}"
        ends = [goes(self.guideline, patient) for patient in there.patients]
        if stage.final:
            self.same(what, (found["status"], found["possible"], found["needs"]), ("final", [], []))
            return
        possible = [end for end in dict.fromkeys((one.to, one.why) for one in stage.moves) if end in ends]
        status = "determined" if possible[0][0] else "not_stated"
        self.same(f"{what}: status", found["status"], status if len(possible) == 1 else "indeterminate")
        shown = [("" if "why" in one else one["to"], one.get("why", "")) for one in found["possible"]]
        self.same(f"{what}: possible", shown, possible)
        self.same(f"{what}: needs", found["needs"], needs(there, ends))
        for end, one in zip(possible, found["possible"], strict=True):
            cited = {
                name for move in stage.moves if (move.to, move.why) == end for name in move.cites.statements
            }
            self.same(f"{what}: statements", sorted(one["statements"]), sorted(cited))

    def readings(self) -> None:
        for reading in self.guideline.readings:
            found = self.result["readings"][reading.id]
            self.same("chosen reading", found["chosen"], self.those.case.readings.get(reading.id, "none"))
            for value in reading.values:
                others = known(self.those.world, self.those.case, {reading.id: value.id})
                for one in self.guideline.decisions:
                    words = self.brief(others, one)
                    shown = found["answers"][value.id][one.id]
                    self.same(f"{one.id} as {reading.id} {value.id}", sorted(shown), sorted(words))

    def brief(self, others: Known, one: ir.Decision | ir.Options) -> set[str]:
        keys = [one.id] if isinstance(one, ir.Decision) else [(one.id, at) for at in range(len(one.lines))]
        words: set[str] = set()
        for key in keys:
            for at in others.places:
                status, recommendations, _ = others.world.outcomes[key][at]
                if status != "determined":
                    words.add(status)
                elif recommendations:
                    words |= {recommendation[0] for recommendation in recommendations}
                elif isinstance(one, ir.Decision):
                    words.add("nothing")
        return words

    def nobody_in_scope(self) -> bool:
        patients = [self.those.world.patients[at] for at in self.those.places]
        return not any(holds(self.guideline, self.guideline.applies, one) for one in patients)

    def top(self) -> None:
        found = self.result["decisions"]
        plain = [one.id for one in self.guideline.decisions if isinstance(one, ir.Decision)]
        lists = [one.id for one in self.guideline.decisions if isinstance(one, ir.Options)]
        counted = [name for name in plain if found[name]["status"] != "not_applicable"]
        counted = counted or [name for name in lists if found[name]["status"] != "not_applicable"]
        statuses = [found[name]["status"] for name in counted]
        worst = ("out_of_scope", "conflict", "indeterminate", "not_stated", "determined")
        empty = "not_applicable" if found else "out_of_scope" if self.nobody_in_scope() else "determined"
        self.same("status", self.result["status"], next((one for one in worst if one in statuses), empty))
        wanted = [name for decision in counted for name in found[decision]["needs"]]
        self.same("needs", self.result["needs"], list(dict.fromkeys([*wanted, *self.dose_needs])))
        asks = [found[name]["ask_next"] for name in counted]
        asked = [*(ask for ask in asks if ask not in ("not needed", "a reading")), *self.dose_needs]
        otherwise = "a reading" if "a reading" in asks else "not needed"
        self.same("ask_next", self.result["ask_next"], asked[0] if asked else otherwise)

    # --- outcomes as they are shown ---

    def dosed(self, outcome: Outcome) -> Outcome:
        """An outcome as this record shows it: doses computed where the weight is known."""
        status, recommendations, answers = outcome
        if recommendations == "some":
            return outcome
        return (
            status,
            tuple(self.dosed_recommendation(one) for one in recommendations),
            tuple(self.dosed(one) for one in answers),
        )

    def dosed_recommendation(self, one: Outcome) -> Outcome:
        return (*one[:3], tuple(self.dosed_order(order) for order in one[3]))

    def dosed_order(self, order: Outcome) -> Outcome:
        if order[0] == "choice":
            return (*order[:3], tuple(self.dosed_order(option) for option in order[3]))
        dose = None if order[7] is None else self.dosed_amount(order[7])
        return (
            *order[:7],
            dose,
            *(_span(part) for part in order[8:9]),
            order[9],
            *map(_span, order[10:12]),
            order[12],
            self.steps(order[7], order[13]) if order[7] is not None and order[13] else (),
            None if order[14] is None else tuple(self.dosed_amount(one) for one, _ in order[14][2]),
        )

    def dosed_amount(self, dose: ir.Dose | ir.DoseInBands) -> Outcome | None:
        if isinstance(dose, ir.DoseInBands):
            each = [None if one is None else self.dosed_amount(one) for one in self.doses_possible(dose)]
            return each[0] if len(set(each)) == 1 else ("bands", tuple(each))
        known = self.amounts(dose, (dose.low, dose.high))
        low, high = known or (dose.low, dose.high)
        return known is None, low, high, dose.of, _FORMS[dose.form], dose.basis

    def amounts(self, dose: ir.Dose, written: tuple[Fraction, ...]) -> tuple[Fraction, ...] | None:
        """What is given of the amounts as written; None where the weights that are left differ in it."""
        if dose.of is None:
            return written
        entered = self.those.case.record[dose.of]
        if not all(isinstance(one, Amount) for one in entered):
            return None
        each = {
            tuple(dose_for(replace(dose, low=one), weight)[0] for one in written)
            for weight in entered
            if isinstance(weight, Amount)
        }
        return each.pop() if len(each) == 1 else None

    def doses_possible(self, dose: ir.DoseInBands) -> list[ir.Dose | None]:
        held = {band_that_holds(self.guideline, dose, patient) for patient in self.those.patients}
        return [dose.bands[at].dose for at in sorted(held)]

    def steps(self, dose: ir.Dose, tapers: tuple[Any, ...]) -> Outcome:
        written = tuple(taper_amounts(dose.low, tapers))
        known = self.amounts(dose, written)
        return known is None, (known or written)

    def between(self, dose: ir.DoseInBands) -> list[str]:
        """The inputs that decide which band holds."""
        held = [band_that_holds(self.guideline, dose, patient) for patient in self.those.patients]
        asked = {name for at in set(held) for name in needs(self.those, [one == at for one in held])}
        return [name for name in self.those.world.inputs if name in asked]

    def needed(self, dose: ir.Dose | ir.DoseInBands, tapers: tuple[Any, ...]) -> list[str]:
        """The inputs that a dose waits for."""
        if isinstance(dose, ir.DoseInBands):
            possible = self.doses_possible(dose)
            inner = [name for one in possible if one is not None for name in self.needed(one, ())]
            shown = {None if one is None else self.dosed_amount(one) for one in possible}
            return inner if len(shown) == 1 else list(dict.fromkeys([*self.between(dose), *inner]))
        whole = self.amounts(dose, (dose.low, dose.high)), not tapers or self.steps(dose, tapers)[0] is False
        return [] if dose.of is None or (whole[0] is not None and whole[1]) else [dose.of]

    def read_outcome(self, entry: Json) -> Outcome:
        return (
            entry["status"],
            tuple(self.read_recommendation(one) for one in entry["recommendations"]),
            tuple(self.read_outcome(one) for one in entry.get("possible", ())),
        )

    def read_recommendation(self, one: Json) -> Outcome:
        return (
            one["id"],
            one["direction"],
            one["strength"],
            tuple(self.read_order(order) for order in one["gives"]),
        )

    def read_order(self, order: Json) -> Outcome:
        step = 0 if order["step"] == "not stated" else order["step"]
        if "choice" in order:
            return "choice", step, order["open"], tuple(self.read_order(one) for one in order["options"])
        dose = order.get("dose", "not stated")
        return (
            "order", step, order["action"], _stated(order.get("drug")), order.get("procedure"), order.get("class"),
            _stated(order.get("route")), None if dose == "not stated" else _read_dose(dose), _read_span(order["every"]),
            order.get("times"), _read_span(order["for"]), _read_span(order.get("after", "not stated")),
            order.get("usual", False), _read_steps(order["taper"]) if "taper" in order else (),
            tuple(_read_dose(one["rate"]) for one in order["infusion"].get("steps", ())) if "infusion" in order else None,
        )  # fmt: skip


_FORMS = {"exact": "", "range": "", "or_more": "above", "up_to": "below", "about": "about"}


def _reviews(stages: Iterable[ir.Stage]) -> Iterator[Outcome]:
    """When those of some stages are seen again."""
    for stage in stages:
        if not stage.reviews and not stage.final:
            yield stage.id, "every", None, []
        for one in stage.reviews:
            kind = "after" if one.kind == "after" else "every"
            yield stage.id, kind, _span(one.interval), list(one.cites.statements)


def _read_review(review: Json) -> Outcome:
    kind = "after" if "after" in review else "every"
    return review["stage"], kind, _read_span(review[kind]), review["statements"]


def _stated(word: str | None) -> str | None:
    return None if word == "not stated" else word


def _read_steps(taper: Json) -> Outcome:
    amounts = tuple(Fraction(str(step.get("per", step)["low"])) for step in taper["steps"])
    return "needs" in taper, amounts


def _read_dose(dose: Json) -> Outcome:
    if "per_band" in dose:
        each = [one["dose"] for one in dose["per_band"]]
        return "bands", tuple(None if one == "not stated" else _read_dose(one) for one in each)
    amounts = dose.get("per", dose)
    form = "about" if dose.get("about") else dose.get("open", "")
    low, high = Fraction(str(amounts["low"])), Fraction(str(amounts["high"]))
    return "per" in dose, low, high, dose.get("of"), form, dose.get("basis")


def _read_span(span: Any) -> Outcome | None:
    if span == "not stated":
        return None
    return Fraction(str(span["low"])), Fraction(str(span["high"])), span["unit"]


def _span(span: ir.Interval | None) -> Outcome | None:
    return None if span is None else (span.low, span.high, span.unit)


def sides_of(outcome: Outcome) -> list[tuple[Outcome, ...]]:
    if outcome[0] == "conflict":
        return [side for answer in outcome[2] for side in sides_of(answer)]
    return [outcome[1]]


def _doses(recommendation: Outcome) -> Iterator[tuple[ir.Dose | ir.DoseInBands, tuple[Any, ...]]]:
    """The doses that are given, in the order in which a result shows them, each with its tapers."""
    for order in recommendation[3]:
        for one in order[3] if order[0] == "choice" else (order,):
            if one[7] is not None:
                yield one[7], ()
            if one[14] is not None:
                yield from ((rate, ()) for rate, _ in one[14][2])
            if one[7] is not None and one[13]:
                yield one[7], one[13]


def orders_of(guideline: ir.Guideline, one: ir.Recommendation) -> Iterator[Outcome]:
    orders = one.orders
    if one.regimen is not None:
        orders = next(regimen.orders for regimen in guideline.regimens if regimen.id == one.regimen)
    for order in orders:
        for each in order.options if isinstance(order, ir.Choice) else (order,):
            yield "order", 0, each.action, each.drug


def drugs_of(order: Outcome, sure: bool) -> Iterator[str]:
    """The drugs that an order starts or goes on with; those of a choice are not sure."""
    if order[0] == "choice":
        if not sure:
            for option in order[3]:
                yield from drugs_of(option, sure)
    elif order[3] is not None and order[2] != "stop":
        yield order[3]


def prescribed_in(node: object) -> set[tuple[str, ...]]:
    """Every drug or class that a rule asks to be prescribed."""
    if isinstance(node, ir.Prescribed):
        return {node.drugs}
    if isinstance(node, tuple):
        return set().union(*(prescribed_in(one) for one in node))
    if isinstance(node, ir.Guideline):
        return prescribed_in(node.rules) | prescribed_in(node.definitions)
    if isinstance(node, ir.Rule):
        return prescribed_in(node.when) | prescribed_in(node.applies)
    if isinstance(node, ir.Not):
        return prescribed_in(node.operand)
    return prescribed_in(node.operands) if isinstance(node, ir.And | ir.Or) else set()


# --- filling in a blank --------------------------------------------------------------------------


def filled_in(everybody: World, case: Case, dice: random.Random) -> Case | None:
    """The same patient with one blank less; None where there is none."""
    blanks = known(everybody, case).blanks
    if not blanks:
        return None
    name = dice.choice(blanks)
    key = everybody.inputs[name].key
    if everybody.inputs[key].series is not None:
        return _more_entries(everybody.guideline, case, key, dice)
    values = case.record[name] or everybody.domains[name]
    return Case({**case.record, name: (dice.choice(values),)}, case.readings, case.dated)


def _more_entries(guideline: ir.Guideline, case: Case, name: str, dice: random.Random) -> Case | None:
    """The same patient with more known of a series: a value, entries, one more entry; None where nothing was found."""
    entry = next(one for one in guideline.inputs if one.id == name)
    ways = enterings(guideline, entry, dice)
    if name in case.dated:
        mine = case.dated[name]
        more = [(*mine, *other) for other in some_series(entry, dice, SOME_SERIES) if len(other) == 1]
        more = [one for one in more if len(one) == len({day for day, _ in one}) <= (entry.series or 0)]
        ways = [(entered(guideline, name, one), {name: one}) for one in more]
    now = {one: values for one, values in case.record.items() if one in ways[0][0]} if ways else {}
    finer = [way for way in ways if way[0] != now and refines(now, way[0])]
    if not finer:
        return None
    record, dated = dice.choice(finer)
    return Case({**case.record, **record}, case.readings, {**case.dated, **dated})


def never_more(guideline: ir.Guideline, case: Case, before: Json, after: Json) -> None:
    """Filling in a blank never adds a possible outcome, and never takes back a rule that surely applied."""
    patient = as_json(guideline, case)
    for name, one in before["decisions"].items():
        if one["status"] != "indeterminate":
            _same(patient, f"{name}: a settled status", after["decisions"][name]["status"], one["status"])
    ids = {(one["decision"], one["id"]) for one in before["recommendations"]}
    later = {(one["decision"], one["id"]) for one in after["recommendations"]}
    _same(patient, "recommendations taken back", ids - later, set())
    rules = {rule.id: rule for rule in guideline.rules}
    for key in ("advice", "monitoring"):
        sure = {one["id"] for one in before[key] if one["applies"] == "yes"}
        sure = {name for name in sure if not _about_the_record(rules[name])}
        still = {one["id"] for one in after[key] if one["applies"] == "yes"}
        _same(patient, "rules taken back", sure - still, set())


def _about_the_record(rule: ir.Rule) -> bool:
    waiting: list[object] = [rule.when, rule.applies]
    while waiting:
        match waiting.pop():
            case ir.Recorded():
                return True
            case ir.Not(operand):
                waiting.append(operand)
            case ir.And(operands) | ir.Or(operands):
                waiting += operands
            case _:
                pass
    return rule.until is not None
