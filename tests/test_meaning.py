"""The evaluator against every completion of every partial patient, on guidelines small enough to count them."""

import os
import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

import generate
from guidec.evaluate import Compiled
from guidec.pipeline import compile_file
from guidec.project import compile_path
from meaning import Difference, World, as_json, cases, compare, count, filled_in, never_more, world
from schemas import result_validator

GUIDES = sorted((Path(__file__).parent / "data" / "meaning").glob("*.guide"))
MOST_CASES = int(os.environ.get("GUIDEC_MEANING_CASES", "120"))
GENERATED = int(os.environ.get("GUIDEC_GENERATED", "60"))
CASES_OF_GENERATED = 40
SEEDS = [range(start, min(start + 10, GENERATED)) for start in range(0, GENERATED, 10)]


@lru_cache(maxsize=64)
def compiled(path: Path) -> Compiled:
    found = compile_path(path)
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def label(path: Path) -> str:
    """`units-171` for all 171 partial patients, `dates-160_of_3087` for some of them."""
    whole = count(compiled(path).guideline)
    return f"{path.stem}-{whole}" if whole <= MOST_CASES else f"{path.stem}-{MOST_CASES}_of_{whole}"


def check(guideline: Compiled, everybody: World, most: int, seed: int) -> None:
    dice = random.Random(seed)
    for at, case in enumerate(cases(guideline.guideline, most, seed)):
        before = compare(guideline, everybody, case)
        if before is not None and at % 12 == 0:
            result_validator().validate(before)
        later = filled_in(everybody, case, dice)
        if before is None or later is None:
            continue
        after = compare(guideline, everybody, later)
        if after is not None:
            never_more(guideline.guideline, case, before, after)


@pytest.mark.parametrize("path", GUIDES, ids=label)
def test_evaluator_says_what_all_completions_say_of(path: Path) -> None:
    guideline = compiled(path)
    check(guideline, world(guideline.guideline), MOST_CASES, seed=1)


@pytest.mark.parametrize("seeds", SEEDS, ids=lambda seeds: f"{seeds.start}_to_{seeds.stop - 1}")
def test_evaluator_says_what_all_completions_say_of_generated_guidelines(seeds: range) -> None:
    for seed, guideline in generated(seeds):
        try:
            check(guideline, world(guideline.guideline), CASES_OF_GENERATED, seed)
        except Difference as fault:
            pytest.fail(f"seed {seed}: {fault}\n{generate.guideline(seed)}")


def generated(seeds: range) -> Iterator[tuple[int, Compiled]]:
    """What the generator writes compiles, or fails for the one reason that it doesn't look for."""
    for seed in seeds:
        text = generate.guideline(seed).encode()
        found = compile_file("generated.guide", lambda _, text=text: text)  # type: ignore[misc]
        codes = {one.code for one in found.diagnostics if one.severity == "error"}
        assert codes <= {"impossible_everyone"}, (seed, found.diagnostics)
        if found.compiled is not None:
            yield seed, found.compiled


def test_the_same_seed_writes_the_same_guideline() -> None:
    assert generate.guideline(7) == generate.guideline(7)
    assert len({generate.guideline(seed) for seed in range(20)}) == 20


def test_a_patient_is_sent_as_json() -> None:
    guideline = compiled(GUIDES[0]).guideline
    blank = next(iter(cases(guideline, 0)), None)
    assert blank is None
    assert all(isinstance(as_json(guideline, case), dict) for case in cases(guideline, 5))
