"""More of an input that computed values read: every verdict held against everybody, and solvers against each other."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from typing import Any

import pytest

from guidec.evaluate import Compiled, Refused, evaluate
from guidec.lower.search import GAVE_UP, Search
from guidec.pipeline import Compilation, compile_file
from guidec.proofs.properties import Verdict, prove
from guidec.proofs.solvers import solver
from guidec.scenarios import run

GUIDELINE = """guideline rise "Rise"
  version 1.0.0
  language guidec/1
  calendar overflow back

input mass "Mass"
  quantity kg from 2 to 5 step 0.5
  or in [lb_av] from 5 to 11 step 2

input tall "Height"
  integer from 1 to 4
  or value never "Never measured"

input site "Site"
  one of
    hand "Hand"
    foot "Foot"
    head "Head"

input old "Old"
  boolean

input born "Born"
  date from 2024-02-27 to 2024-03-02

drug a "A"
drug b "B"

impossible when mass > 4.5 kg and tall is not never and tall = 4 "nobody is so large"

define ratio "Ratio" in kg = mass / (tall * tall)
define area "Area" in kg = mass * (4 - tall)
define month_old "A month old" = born + 1 month <= 2024-03-29

score danger "Danger"
  points for mass
    < 3 kg:        0
    3 kg to 4 kg:  2
    > 4 kg:        1
  points for site
    hand:      0
    foot:      1
    otherwise: 2
  points 2 when old and tall is not never and ratio > 1 kg
  bands grade "Grade"
    < 2:      low    "Low"
    2 to < 4: middle "Middle"
    >= 4:     high   "High"

decision by_ratio "By ratio?"
  when tall is never: use b; rest not stated
  when tall is not never and ratio > 1 kg: use b; rest not stated
  when tall is not never and ratio <= 1 kg and ratio > 0.3 kg: use a; rest not stated
  otherwise: nothing

decision by_area "By area?"
  when tall is not never and area > 6 kg and mass - 3 kg <= 1 kg: use b; rest not stated
  when tall is not never and area > 6 kg and mass - 3 kg > 1 kg: not stated "Why."
  otherwise: use a; rest not stated

decision by_danger "By danger?"
  by grade
    low:    nothing
    middle: use a; rest not stated
    high:   use b; rest not stated

decision plainly "Plainly?"
  when old: use a; rest not stated
  otherwise: nothing

decision by_day "By day?"
  when month_old: use a; rest not stated
  otherwise: nothing
"""
_RISING = tuple(
    f"{word} {name} never gets less of {ranks} in {decision}{when}"
    for decision, ranks, names in (
        ("by_ratio", "nothing, a, b", ("mass", "tall")),
        ("by_area", "a, b", ("mass", "tall")),
        ("by_danger", "nothing, a, b", ("mass", "tall", "site", "old")),
        ("by_day", "nothing, a", ("born",)),
    )
    for name in names
    for word in ("more", "less")
    for when in ("", " when old")
)
CLAIMS = (
    *_RISING,
    "more mass never gets less of nothing, a, b in by_danger when mass <= 4 kg",
    "more mass never gets less of nothing, a, b in by_danger when mass <= 4 kg and known site",
    "more mass never gets less of a, b in by_area when tall is not never and area < 8 kg",
    "less mass never gets less of a, b in by_area when not known mass",
    "less old never gets less of nothing, a, b in by_danger when known old",
    "more old never gets less of nothing, a, b in by_danger when known old",
    "less old never gets less of nothing, a in plainly when known old",
    "more old never gets less of nothing, a in plainly when known old",
    "less old never gets less of nothing, a in plainly",
    "more site never gets less of nothing, a in plainly when known site",
    "less tall never gets less of nothing, a, b in by_danger when site is head and mass < 4 kg and mass - 2 kg > 0.5 kg",
)


@lru_cache(maxsize=1)
def compilation() -> Compilation:
    properties = "".join(f'\nproperty p{at} "P"\n  {claim}\n' for at, claim in enumerate(CLAIMS))
    found = compile_file("rise.guide", lambda name: (GUIDELINE + properties).encode())
    assert found.compiled is not None, found.diagnostics
    return found


def compiled() -> Compiled:
    found = compilation().compiled
    assert found is not None
    return found


def verdicts(ask: str = "", among: tuple[str, ...] = CLAIMS) -> dict[str, Verdict]:
    wanted = [one for claim, one in zip(CLAIMS, compilation().properties, strict=True) if claim in among]
    found, faults = prove(compiled(), wanted, solver=solver(ask) if ask else None)
    assert {one.code for one in faults} <= {"not_decided"}
    return dict(zip(among, found, strict=True))


# --- everybody ---------------------------------------------------------------

VALUES: dict[str, list[list[Any]]] = {
    "mass": [
        [2 + half / 2 for half in range(7)],
        [{"value": value, "unit": "[lb_av]"} for value in range(5, 12, 2)],
    ],
    "tall": [[1, 2, 3, 4]],
    "site": [["hand", "foot", "head"]],
    "old": [[False, True]],
    "born": [["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]],
}
"""The values of each input from the least to the most, in each unit."""


def everybody() -> Iterator[dict[str, Any]]:
    every = {name: [one for unit in units for one in unit] for name, units in VALUES.items()}
    every["tall"] = [*every["tall"], "never"]
    for values in product(*(every[name] for name in every if name != "born")):
        patient = dict(zip(every, values, strict=False))
        yield {**patient, "born": "2024-02-27"}
    for day, old in product(every["born"][1:], every["old"]):
        yield {"mass": 2, "tall": 1, "site": "hand", "old": old, "born": day}


@lru_cache(maxsize=1)
def outcomes() -> dict[str, dict[str, str]]:
    """What each decision says of everybody who isn't impossible, as the evaluator does."""
    found: dict[str, dict[str, str]] = {}
    for patient in everybody():
        try:
            result = evaluate(compiled(), patient)
        except Refused:
            continue
        ids = {one["decision"]: one["id"] for one in result["recommendations"]}
        found[str(patient)] = {
            name: ids.get(name, "!nothing") if one["status"] == "determined" else ""
            for name, one in result["decisions"].items()
        }
    return found


CONDITIONS = {
    "old": lambda one: one["old"],
    "mass <= 4 kg": lambda one: kilograms(one) <= 4,
    "mass <= 4 kg and known site": lambda one: kilograms(one) <= 4,
    "known site": lambda one: True,
    "known old": lambda one: True,
    "not known mass": lambda one: False,
    "tall is not never and area < 8 kg": lambda one: (
        one["tall"] != "never" and kilograms(one) * (4 - one["tall"]) < 8
    ),
    "site is head and mass < 4 kg and mass - 2 kg > 0.5 kg": lambda one: (
        one["site"] == "head" and 2.5 < kilograms(one) < 4
    ),
}


def kilograms(patient: dict[str, Any]) -> float:
    mass = patient["mass"]
    return float(mass["value"] * 0.45359237 if isinstance(mass, dict) else mass)


def breaking(claim: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """All pairs that break a claim."""
    words, _, when = claim.partition(" when ")
    head, _, decision = words.rpartition(" in ")
    word, name = head.split()[:2]
    ranks = ["!nothing" if one == "nothing" else one for one in head.partition(" of ")[2].split(", ")]
    meant = CONDITIONS[when] if when else lambda one: True

    def rank(patient: dict[str, Any]) -> int:
        said = outcomes().get(str(patient), {}).get(decision, "")
        return ranks.index(said) if said in ranks else -1

    found = []
    for patient in everybody():
        for unit in VALUES[name]:
            later = unit[unit.index(patient[name]) :] if patient[name] in unit else []
            if word == "less" and later:
                later = unit[: unit.index(patient[name])]
            for value in later:
                other = {**patient, name: value}
                if 0 <= rank(other) < rank(patient) and meant(patient) and meant(other):
                    found.append((patient, other))
    return found


# --- verdicts ----------------------------------------------------------------


def test_a_claim_is_proven_where_no_pair_of_all_breaks_it_and_else_refuted() -> None:
    kinds = {}
    for claim, verdict in verdicts().items():
        kinds[claim] = verdict.answer.kind
        assert kinds[claim] == ("refuted" if breaking(claim) else "proven"), (claim, verdict.answer)
    assert min(list(kinds.values()).count(kind) for kind in ("proven", "refuted")) >= 8, kinds
    assert kinds["more mass never gets less of nothing, a, b in by_ratio"] == "proven"
    assert kinds["less tall never gets less of nothing, a, b in by_ratio"] == "proven"
    assert kinds["more mass never gets less of nothing, a, b in by_danger"] == "refuted"


@pytest.mark.parametrize("name", ["z3", "cvc5"])
def test_what_the_search_gives_up_on_is_decided_by_a_solver_just_so(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    among = tuple(claim for claim in CLAIMS if "when" not in claim)
    before = {claim: one.answer.kind for claim, one in verdicts(among=among).items()}
    monkeypatch.setattr(Search, "sought", lambda search, constraints: None)
    alone = {claim: one.answer for claim, one in verdicts(among=among).items()}
    assert sum(alone[claim].reason == GAVE_UP for claim in among if before[claim] == "proven") >= 4
    assert {claim: one.answer.kind for claim, one in verdicts(name, among).items()} == before


def test_a_refutation_shows_two_records_that_pass_as_scenarios() -> None:
    refuted = [one for one in verdicts().values() if one.answer.kind == "refuted"]
    for verdict in refuted:
        text = f"{GUIDELINE}\n{verdict.scenario}\n{verdict.beside}"
        found = compile_file("rise.guide", {"rise.guide": text.encode()}.__getitem__)
        assert found.compiled is not None and len(found.scenarios) == 2, found.diagnostics
        first, second = (one.patient for one in found.scenarios)
        assert [name for name in first if first[name] != second[name]] == [verdict.claim.of]
        assert list(first) == list(second)
        for scenario in found.scenarios:
            assert run(found.compiled, scenario) == []


def test_both_records_of_a_refutation_surely_meet_the_condition() -> None:
    claim = "more mass never gets less of nothing, a, b in by_danger when old"
    for word, of in (("more mass", "mass"), ("less site", "site")):
        patient = verdicts()[claim.replace("more mass", word)].answer.patient
        assert patient is not None and patient["old"] is True and of in patient
