"""Scores of many items: exact while items are blank, in steps that grow with the items and not with their combinations."""

import sys
from functools import cache
from types import FrameType
from typing import Any

import pytest

from guidec.evaluate import Compiled, evaluate
from guidec.pipeline import compile_file

Json = dict[str, Any]
POINTS = ("1", "2", "-1", "0.5", "3")


@cache
def compiled(items: int) -> Compiled:
    """A score of `items` yes-or-no items, with bands, a decision, and a second score of every third item."""
    inputs = "".join(f'input i{at} "I{at}"\n  boolean\n' for at in range(items))
    points = "".join(f"  points {POINTS[at % 5]} when i{at}\n" for at in range(items))
    thirds = "".join(f"  points 2 when not i{at}\n" for at in range(0, items, 3))
    text = f"""guideline many "Many items"
  version 1.0.0
  language guidec/1

drug a "A"
{inputs}
score total "Total"
{points}  bands level "Level"
    < 0: low
    0 to 10.5: middle
    otherwise: high
  shown

score other "Every third"
{thirds}  shown

decision by_level "By level"
  by level
    low: nothing
    middle: not stated "The source does not say."
    high: recommend a; rest not stated

decision both "Both"
  when total >= 5 and other >= 5: recommend a; rest not stated
  otherwise: nothing
"""
    found = compile_file("many.guide", lambda _: text.encode())
    assert found.compiled is not None, [one for one in found.diagnostics if one.severity == "error"]
    return found.compiled


def evaluated(items: int, patient: Json) -> tuple[Json, int]:
    """The result, and how many functions were called for it."""
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event == "call"

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        result = evaluate(compiled(items), patient)
    finally:
        sys.setprofile(before)
    return result, calls


def sums(items: int, patient: Json) -> set[float]:
    """Every total that can come out, item by item."""
    found = {0.0}
    for at in range(items):
        known = patient.get(f"i{at}")
        ways = [True, False] if known is None else [known]
        found = {one + (float(POINTS[at % 5]) if way else 0) for one in found for way in ways}
    return found


def level(total: float) -> str:
    return "low" if total < 0 else "middle" if total <= 10.5 else "high"


@pytest.mark.parametrize("items", [20, 25])
@pytest.mark.parametrize("known", [0, 5, 12, 19, 20], ids=lambda known: f"{known}_known")
def test_a_score_with_blanks_has_exactly_the_sums_and_bands_that_it_reaches(items: int, known: int) -> None:
    patient = {f"i{at}": at % 4 != 1 for at in range(known)}
    result = evaluate(compiled(items), patient)
    found = result["values"]["total"]
    reached = sums(items, patient)
    ends = (found["low"], found["high"]) if "low" in found else (found["value"], found["value"])
    assert ends == (min(reached), max(reached))
    bands = {level(one) for one in reached}
    names = found["band"]["one_of"] if isinstance(found["band"], dict) else [found["band"]]
    assert names == [name for name in ("low", "middle", "high") if name in bands]
    status = {"low": "determined", "middle": "not_stated", "high": "determined"}
    decision = result["decisions"]["by_level"]
    assert decision["status"] == (status[names[0]] if len(names) == 1 else "indeterminate")


def test_five_more_blank_items_do_not_multiply_the_steps() -> None:
    """32 times as many completions; the sums that come out, and so the steps, grow by about a quarter an item set."""
    few, many = evaluated(20, {})[1], evaluated(25, {})[1]
    assert many < 3 * few
    assert many < 1_500_000


def test_needs_of_a_score_are_the_items_that_can_change_the_answer() -> None:
    patient = {f"i{at}": at % 5 != 2 for at in range(23)}
    result = evaluate(compiled(25), patient)
    assert result["decisions"]["by_level"] == {
        "status": "determined", "needs": [], "ask_next": "not needed", "possible": []
    }  # fmt: skip
    open_ = evaluate(compiled(25), {f"i{at}": at < 9 for at in range(23)})
    found = sums(25, {f"i{at}": at < 9 for at in range(23)})
    assert {level(one) for one in found} == {"middle", "high"}
    assert open_["decisions"]["by_level"]["needs"] == ["i24"]  # half a point more decides nothing
