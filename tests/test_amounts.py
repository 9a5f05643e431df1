"""Amounts of drugs, held against the evaluator for everybody: limits that are claimed, the least and the largest a day."""

from collections.abc import Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import pytest

from guidec.evaluate import Refused, evaluate
from guidec.numbers import unit_of
from guidec.pipeline import Compilation, compile_file
from guidec.proofs.amounts import daily_amounts
from guidec.proofs.grounds import parts_of
from guidec.proofs.properties import prove
from interpret import completions, domain
from meaning import Case, as_json

GUIDELINE = """guideline amounts "Amounts"
  version 1.0.0
  language guidec/1

input weight "Weight"
  quantity kg from 10 to 40 step 5
  or in g from 20000 to 22000 step 1000

input severe "Severe"
  boolean

input old "Old"
  boolean

impossible when old and weight < 20 kg "No adult is so light."

drug red "Red"
drug blue "Blue"

regimen light "Light"
  give red 2 mg/kg of weight basis not stated every 8 h; rest not stated

regimen heavy "Heavy"
  give red 30 to 100 mg every 12 h for 5 days; rest not stated
  then blue up to 20 mg every 24 h for 2 weeks; rest not stated

regimen choice "Choice"
  give one of
    blue 5 mg/d for 3 days; rest not stated
    red 10 mg or more every 6 h; rest not stated

decision first "First"
  when severe and weight < 30 kg: use light
  when severe and weight >= 30 kg: use heavy
  when not severe and old: use choice
  otherwise: nothing

options further "Further"
  may red 1 mg every 24 h; rest not stated when weight >= 35 kg or old
"""
WORDS = ("dose", "daily", "total")
LIMITS = {
    "dose": ("mg", (1, 5, 20, 30, 58, 59, 60, 100)),
    "daily": ("mg/d", (1, 5, 20, 60, 174, 200, 201)),
    "total": ("mg", (1, 15, 280, 300, 1000)),
}
"""Limits that are kept by some, by all and by nobody, and those at which just one weight decides."""


class Given(NamedTuple):
    """An order of a drug for somebody, as its amount is shown; `per` are the amounts of its words."""

    drug: str
    within: str
    per: dict[str, Any]


def compiled(text: str) -> Compilation:
    found = compile_file("amounts.guide", lambda name: text.encode())
    assert found.compiled is not None, [one.message for one in found.diagnostics]
    return found


@lru_cache(maxsize=1)
def everybody() -> tuple[tuple[Given, ...], ...]:
    """What each complete patient is given, by the evaluator."""
    found = compiled(GUIDELINE).compiled
    assert found is not None
    guideline = found.guideline
    given: list[tuple[Given, ...]] = []
    for patient in completions(guideline, {one.id: tuple(domain(one)) for one in guideline.inputs}):
        case = Case({name: (value,) for name, value in patient.values.items()}, dict(patient.readings))
        try:
            result = evaluate(found, as_json(guideline, case))
        except Refused as refused:
            raise AssertionError(f"{case} is possible") from refused
        given.append(tuple(_given(result["recommendations"])))
    return tuple(given)


def _given(recommendations: list[Any]) -> Iterator[Given]:
    for one in recommendations:
        for line in one["gives"]:
            for order in line.get("options", [line]):
                yield Given(order["drug"], one["id"], {word: order.get(word) for word in WORDS})


def _ends(amount: Any, unit: str) -> tuple[Fraction, Fraction]:
    factor = unit_of(amount["unit"]).factor / unit_of(unit).factor
    return Fraction(repr(amount["low"])) * factor, Fraction(repr(amount["high"])) * factor


def _breaks(one: Given, drug: str, word: str, least: bool, limit: int) -> bool:
    amount = one.per[word]
    unit = LIMITS[word][0]
    if one.drug != drug or not isinstance(amount, dict) or "low" not in amount:
        return False
    if unit_of(amount["unit"]).dimension != unit_of(unit).dimension:
        return False
    low, high = _ends(amount, unit)
    if least:
        return low < limit or amount.get("open") == "below"
    return high > limit or amount.get("open") == "above"


@pytest.mark.parametrize("word", WORDS)
@pytest.mark.parametrize("drug", ["red", "blue"])
def test_a_limit_is_proven_where_nobody_is_given_more_and_refuted_by_somebody_who_is(
    word: str, drug: str
) -> None:
    unit, limits = LIMITS[word]
    claims = [(least, limit) for least in (False, True) for limit in limits]
    lines = [
        f"  {word} of {drug} at {'least' if least else 'most'} {limit} {unit}" for least, limit in claims
    ]
    found = compiled(GUIDELINE + '\nproperty limits "Limits"\n' + "\n".join(lines) + "\n")
    assert found.compiled is not None
    verdicts = prove(found.compiled, found.properties)[0]
    kinds = set()
    for verdict, (least, limit) in zip(verdicts, claims, strict=True):
        broken = any(_breaks(one, drug, word, least, limit) for given in everybody() for one in given)
        kinds.add(verdict.answer.kind)
        if verdict.answer.kind == "unknown":
            assert not broken, verdict.claim.text
            continue
        assert verdict.answer.kind == ("refuted" if broken else "proven"), verdict.claim.text
        if verdict.answer.patient is not None:
            result = evaluate(found.compiled, verdict.answer.patient)
            shown = _given(result["recommendations"])
            assert any(_breaks(one, drug, word, least, limit) for one in shown), verdict.answer.patient
    assert "refuted" in kinds


def test_the_least_and_the_largest_a_day_are_those_of_everybody() -> None:
    found = compiled(GUIDELINE)
    assert found.work is not None
    measured = {(one.drug, one.within): one for one in daily_amounts(parts_of(found.work)) if not one.why}
    for drug, within in {(one.drug, one.within) for given in everybody() for one in given}:
        mine = [
            one.per["daily"]
            for given in everybody()
            for one in given
            if (one.drug, one.within) == (drug, within)
        ]
        ends = [_ends(one, "mg/d") for one in mine if isinstance(one, dict) and "low" in one]
        if not ends:
            assert (drug, (within,)) not in measured
            continue
        told = measured[drug, (within,)]
        factor = unit_of(told.unit).factor / unit_of("mg/d").factor
        assert (told.low * factor, told.high * factor) == (
            min(one[0] for one in ends),
            max(one[1] for one in ends),
        )
        assert told.above == any(one.get("open") == "above" for one in mine)
        assert told.below == any(one.get("open") == "below" for one in mine)


def test_what_is_given_together_is_measured_where_somebody_is_given_both() -> None:
    found = compiled(GUIDELINE)
    assert found.work is not None
    together = {
        (one.drug, frozenset(one.within)): one
        for one in daily_amounts(parts_of(found.work))
        if len(one.within) > 1
    }
    sums: dict[tuple[str, frozenset[str]], list[tuple[Fraction, Fraction]]] = {}
    for given in everybody():
        for drug in ("red", "blue"):
            mine = [one for one in given if one.drug == drug]
            if len(mine) > 1:
                ends = [_ends(one.per["daily"], "mg/d") for one in mine]
                key = drug, frozenset(one.within for one in mine)
                sums.setdefault(key, []).append((sum(low for low, _ in ends), sum(high for _, high in ends)))  # type: ignore[arg-type]
    assert set(sums) == set(together)
    for key, ends in sums.items():
        told = together[key]
        factor = unit_of(told.unit).factor / unit_of("mg/d").factor
        assert told.low * factor <= min(low for low, _ in ends)
        assert told.high * factor >= max(high for _, high in ends)
