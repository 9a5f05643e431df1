"""Monitoring dates: the window after a date, its end, named values, blanks, and the two overflow rules."""

from typing import Any

import pytest

from guidec.evaluate import Compiled, evaluate
from guidec.pipeline import compile_file
from guidec.scenarios import run
from guidec.show import result_text

TEXT = """guideline t "T"
  version 1.0.0
  language guidec/1
  calendar overflow back

test lungs "Lung function"
input last_pft "Last lung function"
  date from 2000-01-01 to 2050-12-31
  or value never "Never tested"
input today "Today"
  date from 2000-01-01 to 2050-12-31
input ends "Last day"
  date from 2000-01-01 to 2050-12-31
  or value ongoing "Ongoing"

monitor pft_due "Lung function" when today > 2000-01-01
  measure lungs
  every 3 to 6 months from last_pft or today when never
"""


def compiled(text: str) -> Compiled:
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    for scenario in found.scenarios:
        assert not run(found.compiled, scenario), scenario.title
    return found.compiled


def due(text: str, **patient: object) -> dict[str, Any]:
    (rule,) = evaluate(compiled(text), {"today": "2026-03-01", **patient})["monitoring"]
    return {key: rule[key] for key in ("every", "from", "until", "due") if key in rule}


EVERY = {"low": 3, "high": 6, "unit": "month"}


@pytest.mark.parametrize(("rule", "earliest"), [("back", "2026-02-28"), ("forward", "2026-03-01")])
def test_a_window_counts_calendar_months_from_its_date(rule: str, earliest: str) -> None:
    found = due(TEXT.replace("overflow back", f"overflow {rule}"), last_pft="2025-11-30")
    assert found["due"] == {"earliest": earliest, "latest": "2026-05-30"}
    assert found["from"] == "2025-11-30"
    assert found["every"] == EVERY


def test_a_blank_date_is_needed_and_a_named_value_counts_from_the_other_date() -> None:
    assert due(TEXT) == {"every": EVERY, "due": {"needs": ["last_pft"]}}
    assert due(TEXT, last_pft="never")["from"] == "2026-03-01"
    assert due(TEXT, last_pft={"one_of": ["never", "2026-03-01"]})["from"] == "2026-03-01"
    (rule,) = evaluate(compiled(TEXT), {})["monitoring"]
    assert rule["due"] == {"needs": ["last_pft", "today"]}
    (rule,) = evaluate(compiled(TEXT), {"last_pft": "never"})["monitoring"]
    assert rule["due"] == {"needs": ["today"]}


def test_nothing_is_due_after_the_last_day() -> None:
    text = TEXT + "  until ends or no end when ongoing\n"
    whole = {"earliest": "2026-04-01", "latest": "2026-07-01"}
    for ends, wanted in (
        ("2026-07-02", whole),
        ("2026-05-01", {**whole, "latest": "2026-05-01"}),
        ("2026-04-01", {**whole, "latest": "2026-04-01"}),
        ("2026-03-31", "nothing"),
        ({"one_of": ["2026-08-01", "2026-09-01", "ongoing"]}, whole),
        (None, {"needs": ["ends"]}),
        ("ongoing", whole),
    ):
        assert due(text, last_pft="2026-01-01", ends=ends)["due"] == wanted, ends
    assert due(text, last_pft="2026-01-01", ends="2026-03-31")["until"] == "2026-03-31"
    assert due(text, last_pft="2026-01-01")["until"] == {"needs": ["ends"]}
    assert "until" not in due(text, last_pft="2026-01-01", ends="ongoing")


def test_one_window_less_some_days() -> None:
    line = "  due 10 months to 12 months less 4 days from last_pft or not stated when never"
    text = TEXT.replace("  every 3 to 6 months from last_pft or today when never", line)
    assert due(text, last_pft="2025-03-31") == {
        "every": "once",
        "from": "2025-03-31",
        "due": {"earliest": "2026-01-31", "latest": "2026-03-27"},
    }
    assert due(text, last_pft="never")["due"] == "not stated"
    result = evaluate(compiled(text), {"today": "2026-03-01", "last_pft": "2025-03-31"})
    assert "once from 2025-03-31; due 2026-01-31 to 2026-03-27" in result_text(
        compiled(text).guideline, result
    )


def test_scenarios_expect_dates() -> None:
    scenarios = """
scenario "Known"
  given today 2026-03-01; last_pft 2026-01-01
  expect due of pft_due 2026-04-01 to 2026-07-01
scenario "Blank"
  given today 2026-03-01
  expect due of pft_due needs last_pft
"""
    compiled(TEXT + scenarios)
    wrong = TEXT + scenarios.replace("2026-07-01", "2026-07-02")
    found = compile_file("t.guide", lambda _: wrong.encode())
    assert found.compiled is not None
    (failure,) = run(found.compiled, found.scenarios[0])
    assert failure.got == "2026-04-01 to 2026-07-01"


def test_words_of_dates_may_be_names() -> None:
    text = TEXT.replace("ends ", "back ").replace("last_pft", "due").replace("today", "less")
    compiled(text)


def test_a_module_may_bring_the_rule_and_must_agree() -> None:
    module = """module day_rules "Days"
  version 1.0.0
  language guidec/1
  calendar overflow forward
"""
    head = TEXT.replace("language guidec/1\n", "language guidec/1\n  uses day_rules\n")
    for text, code in ((head, "bad_head"), (head.replace("  calendar overflow back\n", ""), "")):
        files = {"t.guide": text.encode(), "day_rules.guide": module.encode()}
        found = compile_file("t.guide", lambda name, files=files: files[name])  # type: ignore[misc]
        assert [one.code for one in found.diagnostics if one.severity == "error"] == ([code] if code else [])
