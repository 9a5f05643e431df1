"""The evaluator against every completion of every partial patient, on guidelines small enough to count them."""

import os
from functools import lru_cache
from pathlib import Path

import pytest

from guidec.evaluate import Compiled
from guidec.project import compile_path
from meaning import as_json, cases, count, hold_against_completions

GUIDES = sorted((Path(__file__).parent / "data" / "meaning").glob("*.guide"))
MOST_CASES = int(os.environ.get("GUIDEC_MEANING_CASES", "120"))


@lru_cache(maxsize=64)
def compiled(path: Path) -> Compiled:
    found = compile_path(path)
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def label(path: Path) -> str:
    """`units-171` for all 171 partial patients, `dates-160_of_3087` for some of them."""
    whole = count(compiled(path).guideline)
    return f"{path.stem}-{whole}" if whole <= MOST_CASES else f"{path.stem}-{MOST_CASES}_of_{whole}"


@pytest.mark.parametrize("path", GUIDES, ids=label)
def test_evaluator_says_what_all_completions_say_of(path: Path) -> None:
    hold_against_completions(compiled(path), MOST_CASES, seed=1)


def test_a_patient_is_sent_as_json() -> None:
    guideline = compiled(GUIDES[0]).guideline
    blank = next(iter(cases(guideline, 0)), None)
    assert blank is None
    assert all(isinstance(as_json(guideline, case), dict) for case in cases(guideline, 5))
