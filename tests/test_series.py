"""Dated entries: what a record says by them, in any order, at month ends; and that witnesses of proofs are real series."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.evaluate.record import lies_before
from guidec.pipeline import Compilation, compile_file
from guidec.proofs.checked import check
from guidec.scenarios import run

HEAD = 'guideline g "G"\n  version 1.0.0\n  language guidec/1\n'
INPUT = """
input level "Level"
  quantity kg from 0 to 200 step 1
  or in [lb_av] from 0 to 400 step 1
  series up to 6 entries
"""
ASKED = """
define latest_level "Latest" in kg = latest level
  shown rounded to 1 kg
define first_level "First" in kg = first level
  shown rounded to 1 kg
define many "Entries" = count of level
  shown
define risen "Over a year" in kg = change of level over 12 months
  shown rounded to 1 kg
define fell "Fell" = relative change of level over 12 months <= -5 %
  shown
"""


def compilation(text: str) -> Compilation:
    found = compile_file("g.guide", lambda name: f"{HEAD}{text}".encode())
    assert not [one for one in found.diagnostics if one.severity == "error"], found.diagnostics
    return found


def compiled(text: str) -> Compiled:
    found = compilation(text).compiled
    assert found is not None
    return found


def series(**values: object) -> list[dict[str, object]]:
    """`series(d2025_03_01=80)`: entries by their days."""
    return [{"date": day[1:].replace("_", "-"), "value": value} for day, value in values.items()]


def shown(entry: object) -> dict[str, Any]:
    found: dict[str, Any] = evaluate(compiled(INPUT + ASKED), {"level": entry})["values"]
    return {name: value.get("value", (value.get("low"), value.get("high"))) for name, value in found.items()}


def test_entries_in_any_order_say_the_same() -> None:
    entries = series(d2026_03_01=76, d2025_03_01=80, d2025_06_30={"value": 200, "unit": "[lb_av]"})
    first = shown(entries)
    assert first == {"latest_level": 76, "first_level": 80, "many": 3, "risen": -4, "fell": True}
    assert all(shown(list(some)) == first for some in permutations(entries))


def test_a_value_without_a_date_is_the_latest_and_says_no_more() -> None:
    found = shown(76)
    assert found["latest_level"] == 76
    assert found["first_level"] == (0, 200)
    assert found["many"] == (0, 6)
    assert found["risen"] == (-124, 76)


def test_nothing_measured_is_a_blank_and_no_entries() -> None:
    assert shown([]) == shown(None) | {"many": 0}


def test_of_two_entries_so_long_before_either_may_be_the_one() -> None:
    entries = series(d2025_02_02=80, d2025_03_01=100, d2026_03_01=90)
    assert shown(entries)["risen"] == (-10, 10)
    assert shown([*entries, {"date": "2025-02-10", "value": 80}])["risen"] == (-10, 10)
    assert shown(series(d2025_02_02=80, d2025_03_01=80, d2026_03_01=90))["risen"] == 10


def test_from_nothing_there_is_no_relative_change() -> None:
    assert shown(series(d2025_03_01=0, d2026_03_01=0))["fell"] is False
    assert shown(series(d2025_03_01=1, d2026_03_01=0))["fell"] is True


@pytest.mark.parametrize(
    ("unit", "amount", "day", "last", "there"),
    [
        ("month", 12, "2025-03-01", "2026-03-01", True),
        ("month", 12, "2025-02-02", "2026-03-01", True),
        ("month", 12, "2025-02-01", "2026-03-01", False),
        ("month", 12, "2025-03-02", "2026-03-01", False),
        ("month", 1, "2026-01-31", "2026-02-28", False),
        ("month", 1, "2026-01-31", "2026-03-01", True),
        ("month", 1, "2026-01-28", "2026-02-28", True),
        ("month", 12, "2024-02-29", "2025-02-28", False),
        ("month", 12, "2024-02-29", "2025-03-01", True),
        ("year", 1, "2024-02-29", "2025-02-28", False),
        ("year", 1, "2024-02-29", "2026-02-28", True),
        ("year", 1, "2024-02-29", "2026-03-01", False),
        ("week", 4, "2026-02-01", "2026-03-01", True),
        ("week", 4, "2026-01-25", "2026-03-01", False),
        ("day", 28, "2026-02-01", "2026-03-01", True),
        ("day", 28, "2026-01-31", "2026-03-01", False),
    ],
)
def test_so_long_before_is_completed_time(unit: Any, amount: int, day: str, last: str, there: bool) -> None:
    part = ir.Part("level", "before", amount, unit)
    assert lies_before(part, date.fromisoformat(day), date.fromisoformat(last)) is there


@pytest.mark.parametrize(
    ("entry", "errors"),
    [
        (series(d2025_03_01=80, d2026_03_01=300), [("out_of_range", "entry 2, of 2026-03-01: ")]),
        (series(d2025_03_01=0.5, d2026_03_01="80"), [("off_step", "entry 1"), ("bad_type", "entry 2")]),
        (
            [*series(d2025_03_01=80), *series(d2025_03_01=81)],
            [("bad_value", "entry 2, of 2025-03-01: another")],
        ),
        (
            series(d2025_02_30=80),
            [("bad_value", "entry 1, of 2025-02-30: there is no such day")],
        ),
        ([{"date": 3, "value": 80}], [("bad_type", "entry 1: the date")]),
        ([{"date": "2025-03-01"}], [("bad_type", "entry 1, of 2025-03-01: an entry of a series is")]),
        ([80], [("bad_type", "entry 1: an entry of a series is")]),
        (series(d2025_03_01=None), [("bad_type", "entry 1, of 2025-03-01: the value is a number")]),
        (
            [{"date": f"2025-03-0{day}", "value": 80} for day in range(1, 8)],
            [("out_of_range", "a series of this input has at most 6 entries")],
        ),
    ],
)
def test_what_is_wrong_names_its_entry(entry: object, errors: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as refused:
        shown(entry)
    found = [(one.input, one.code, one.message) for one in refused.value.errors]
    assert [("level", code) for code, _ in errors] == [(name, code) for name, code, _ in found]
    assert all(message.startswith(text) for (*_, message), (_, text) in zip(found, errors, strict=True))


def test_the_same_entry_twice_counts_once() -> None:
    assert shown([*series(d2025_03_01=80), *series(d2025_03_01=80)])["many"] == 1


def test_what_is_asked_of_a_series_is_no_key_of_a_record() -> None:
    guideline = compiled(INPUT + ASKED)
    parts = [one.id for one in guideline.guideline.inputs if one.part is not None]
    assert parts == ["first level", "count of level", "level 12 months before"]
    for name in parts:
        with pytest.raises(Refused, match="no input is called"):
            evaluate(guideline, {name: 80})


CLAIMS = """
drug a "A"
decision d "D"
  when change of level over 12 months <= -5 kg and first level > 50 kg and count of level >= 4: use a; rest not stated
  otherwise: nothing
property never_a "Never"
  never a when level < 30 kg
property some "Never with few entries"
  never a when count of level < 4
"""


def test_who_breaks_a_claim_is_a_series_that_replays() -> None:
    found = compilation(INPUT + CLAIMS)
    assert found.compiled is not None and found.work is not None
    verdicts = check(found.compiled, found.work, found.properties).verdicts
    assert [one.answer.kind for one in verdicts] == ["refuted", "proven"]
    patient = verdicts[0].answer.patient
    assert patient is not None
    assert len(patient["level"]) == 4  # type: ignore[arg-type]
    result = evaluate(found.compiled, patient)
    assert [one["id"] for one in result["recommendations"]] == ["a"]


def test_values_that_no_series_has_together_are_no_patient() -> None:
    found = compilation(INPUT + CLAIMS.replace(">= 4", "= 1").replace("level < 30 kg", "level > 0 kg"))
    assert found.compiled is not None and found.work is not None
    verdict, _ = check(found.compiled, found.work, found.properties).verdicts
    assert verdict.answer.kind == "unknown"


SCENARIOS = """
decision d "D"
  when fell: not stated "fell"
  otherwise: nothing
scenario "Dated"
  given level 80 kg on 2025-03-01, 167 [lb_av] on 2026-03-01
  expect d not stated
scenario "None"
  given level nothing
  expect d indeterminate; needs of d level; ask level
"""


def test_scenarios_give_series() -> None:
    found = compilation(INPUT + ASKED + SCENARIOS)
    assert found.compiled is not None and len(found.scenarios) == 2
    assert [run(found.compiled, one) for one in found.scenarios] == [[], []]
