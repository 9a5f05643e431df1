"""Proofs, held against everybody: what is proven no record breaks, and who is shown does, as the interpreter reads them."""

import os
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import claims
import generate
from guidec import ir
from guidec.evaluate import Compiled
from guidec.lower.work import Lowering
from guidec.pipeline import Compilation, compile_file
from guidec.proofs import properties
from guidec.proofs.claims import Prover
from guidec.proofs.properties import Verdict, prove
from interpret import domain
from meaning import Case, World, as_json, cases, world

GENERATED = int(os.environ.get("GUIDEC_GENERATED", "30"))
FIRST = int(os.environ.get("GUIDEC_GENERATED_FROM", "0"))
SEEDS = [range(start, min(start + 5, FIRST + GENERATED)) for start in range(FIRST, FIRST + GENERATED, 5)]
MOST_PATIENTS = 20_000
MOST_RECORDS = 150


def records(everybody: World, claim: ir.Claim, seed: int) -> Iterator[Case]:
    """Complete records, all of them or some; what the claim asks of the record blank or partly known; and partial ones."""
    dice = random.Random(seed)
    places = list(range(len(everybody.patients)))
    chosen = places if len(places) <= MOST_RECORDS else dice.sample(places, MOST_RECORDS)
    asked = claims.asked_of_the_record(claim.when, everybody.guideline)
    for place in chosen:
        yield from claims.with_blanks(everybody, claims.complete(everybody, place), asked)
    if claim.kind in ("determined", "never", "always"):
        yield from cases(everybody.guideline, MOST_RECORDS // 3, seed)


def broken(everybody: World, claim: ir.Claim, case: Case) -> bool:
    if claim.kind == "monotone":
        return all(len(one) == 1 for one in case.record.values()) and claims.falls(everybody, claim, case)
    return claims.breaks(everybody, claim, case)


def second_patient(text: str, verdict: Verdict) -> Mapping[str, Any]:
    """The record of the scenario that is shown beside the patient, read as an author would paste it."""
    found = compile_file("generated.guide", generate.reader(f"{text}\n{verdict.scenario}\n{verdict.beside}"))
    assert [one.patient for one in found.scenarios[-2:-1]] == [verdict.answer.patient], found.diagnostics
    return found.scenarios[-1].patient


def judge(compiled: Compiled, verdict: Verdict, everybody: World, seed: int, text: str) -> None:
    """Raises AssertionError where a verdict is wrong. The text is the guideline's."""
    claim = verdict.claim
    if verdict.answer.kind == "proven":
        for case in records(everybody, claim, seed):
            wrong = broken(everybody, claim, case)
            assert not wrong, f"proven, and broken by {as_json(compiled.guideline, case)}"
    if verdict.answer.kind != "refuted":
        return
    assert verdict.answer.patient is not None
    case = claims.from_json(everybody, verdict.answer.patient)
    if claim.kind == "monotone":
        other = claims.from_json(everybody, second_patient(text, verdict))
        assert claims.fall_shown(everybody, claim, case, other), (
            f"no fall: {verdict.scenario}{verdict.beside}"
        )
    else:
        assert claims.breaks(everybody, claim, case), f"not broken by {verdict.answer.patient}"


def worlds(found: Compilation) -> World | None:
    """Everybody, where there aren't too many."""
    if found.compiled is None:
        return None
    count = 1
    for entry in found.compiled.guideline.inputs:
        count *= len(domain(entry))
    return world(found.compiled.guideline) if count <= MOST_PATIENTS else None


def wrong_verdict(seed: int) -> str:
    """What is wrong with a verdict on a generated guideline, and the guideline; an empty text where all are right."""
    text = generate.guideline(seed)
    found = compile_file("generated.guide", generate.reader(text))
    everybody = worlds(found)
    if found.compiled is None or everybody is None or not found.properties:
        return ""
    for verdict in prove(found.compiled, found.properties)[0]:
        try:
            if verdict.claim.kind != "amount":
                judge(found.compiled, verdict, everybody, seed, text)
        except AssertionError as fault:
            return f"seed {seed}, {verdict.claim.text}: {fault}\n\n{text}"
    return ""


@pytest.mark.parametrize("seeds", SEEDS, ids=lambda seeds: f"{seeds.start}_to_{seeds.stop - 1}")
def test_verdicts_on_generated_claims_are_those_of_everybody(seeds: range) -> None:
    for seed in seeds:
        wrong = wrong_verdict(seed)
        assert not wrong, wrong


def _nothing_breaks(prover: Prover) -> int:
    return prover.work.diagrams.false


def _everything_breaks(result: object, claim: object, decisions: object) -> bool:
    return True


def _nothing_is_mentioned(work: Lowering, when: int) -> list[str]:
    return []


MUTANTS: dict[str, tuple[str, object]] = {
    "nothing breaks a claim": ("guidec.proofs.properties.broken", _nothing_breaks),
    "whatever is shown breaks it": ("guidec.proofs.properties.breaks", _everything_breaks),
    "what a condition asks may stay blank": ("guidec.proofs.properties._mentioned", _nothing_is_mentioned),
    "for some blanks is for all": ("guidec.proofs.properties._for_some", vars(properties)["_for_all"]),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_prover_with_a_fault_is_found_out(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(*MUTANTS[mutant])
    assert any(wrong_verdict(seed) for seed in (2, 4, 1, 39, *range(250)))


RISING = """guideline rising "Rising"
  version 1.0.0
  language guidec/1

input age "Age"
  integer from 0 to 6
  or value unknown_age "Nobody knows"

input mass "Mass"
  quantity kg from 20 to 40 step 20
  or in g from 20000 to 40000 step 20000

input stage "Stage"
  one of
    early "Early"
    middle "Middle"
    late "Late"

input frail "Frail"
  boolean

impossible when frail and age is not unknown_age and age < 1 "No newborn is frail."

drug low "Low"
drug high "High"

decision treat "Treat"
  when age is unknown_age: not stated "Nobody says."
  when age is not unknown_age and age < 3 and not frail: use low; rest not stated
  when age is not unknown_age and age >= 3 and age < 6 and not frail: use high; rest not stated
  when age is not unknown_age and (age >= 6 or frail): nothing

decision by_stage "By stage"
  when stage is early and mass < 40 kg: use low; rest not stated
  when stage is middle or mass >= 40 kg: use high; rest not stated
  when stage is late and mass < 40 kg: nothing

property rises "Rises"
"""
FALLING = (
    "more age never gets less of nothing, low, high in treat",
    "less age never gets less of nothing, low, high in treat",
    "more age never gets less of low, high in treat",
    "more age never gets less of high, low in treat when not frail",
    "more age never gets less of nothing, low, high in treat when frail",
    "more age never gets less of nothing, low, high in treat unless age is not unknown_age and age >= 5",
    "more stage never gets less of nothing, low, high in by_stage",
    "less stage never gets less of nothing, low, high in by_stage when mass < 40 kg",
    "more mass never gets less of nothing, low, high in by_stage",
    "more mass never gets less of high, low, nothing in by_stage when stage is early",
    "less mass never gets less of high, low, nothing in by_stage",
)


def test_two_patients_who_break_a_claim_differ_in_one_input_and_do_break_it() -> None:
    text = RISING + "".join(f"  {claim}\n" for claim in FALLING)
    found = compile_file("generated.guide", generate.reader(text))
    assert found.compiled is not None, [one.message for one in found.diagnostics]
    everybody = world(found.compiled.guideline)
    kinds: Counter[str] = Counter()
    for verdict in prove(found.compiled, found.properties)[0]:
        assert verdict.answer.kind != "unknown", verdict.claim.text
        judge(found.compiled, verdict, everybody, 1, text)
        kinds[verdict.answer.kind] += 1
    assert kinds["refuted"] >= 4
    assert kinds["proven"] >= 3


def test_most_generated_claims_are_decided() -> None:
    kinds: Counter[str] = Counter()
    for seed in range(40):
        found = compile_file("generated.guide", generate.reader(generate.guideline(seed)))
        if found.compiled is not None:
            kinds.update(one.answer.kind for one in prove(found.compiled, found.properties)[0])
    assert kinds["proven"] > 10
    assert kinds["refuted"] > 10
    assert kinds["unknown"] * 6 < sum(kinds.values())
