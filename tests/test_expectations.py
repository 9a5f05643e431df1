"""What a scenario may expect of strengths, actions, routes, intervals of a monitoring and open readings."""

import pytest

from guidec.pipeline import compile_file
from guidec.scenarios import run

SPEC = """guideline pain "Pain"
  version 1.0.0
  language guidec/1
  calendar overflow back

input severe "Severe"
  boolean

input last_look "Last look"
  date from 2020-01-01 to 2030-01-01

drug paracetamol "Paracetamol"
drug morphine "Morphine"
procedure cooling "Cooling"
test liver "Liver"

regimen both "Both"
  give paracetamol by mouth 1 g every 6 h; rest not stated; add
  with morphine subcutaneously; rest not stated; switch
  with cooling every 2 hours; rest not stated; repeat

reading often "How often"
  daily "daily"
  never "never"

decision pain_drug "Drug"
  when severe: suggest both
  otherwise: may against paracetamol; rest not stated

decision look "Look"
  by often
    daily: use cooling; rest not stated
    never: nothing

advise caution drowsy "Drowsy" when severe
  recommend against

monitor liver_tests "Liver"
  measure liver
  every 3 to 6 months from last_look

monitor liver_again "Liver"
  measure liver
  due 3 to 6 months from last_look

scenario "Asked"
  given severe SEVERE; last_look 2026-01-01
  expect EXPECTED
"""

HOLDS = """
strength of both suggest
strength of drowsy recommend against
strength of liver_tests use
action of paracetamol add
action of morphine in both switch
action of cooling repeat
route of paracetamol by mouth
route of morphine subcutaneously
interval of cooling 2 hours
interval of liver_tests 3 to 6 months
open reading often
"""

FAILS = """
strength of both recommend | suggest
strength of both suggest against | suggest
strength of drowsy recommend | recommend against
strength of paracetamol may against | `paracetamol` is not recommended
action of paracetamol add or switch | add
action of morphine start | switch
route of paracetamol intravenously | oral
route of paracetamol not stated | oral
route of morphine by mouth | subcutaneous
interval of liver_tests 3 months | 3 to 6 month
interval of liver_again not stated | once
open reading nothing | often
"""


def got(expected: str, severe: str = "yes", reading: str = "") -> list[str]:
    text = SPEC.replace("EXPECTED", expected).replace("severe SEVERE", f"severe {severe}{reading}")
    text = text.replace("severe ; ", "")
    found = compile_file("pain.guide", lambda name: text.encode())
    assert found.compiled is not None, found.diagnostics
    (scenario,) = found.scenarios
    return [one.got for one in run(found.compiled, scenario)]


@pytest.mark.parametrize("expected", HOLDS.strip().splitlines())
def test_an_expectation_holds(expected: str) -> None:
    assert got(expected) == []


@pytest.mark.parametrize("line", FAILS.strip().splitlines())
def test_an_expectation_fails_and_says_what_is_there(line: str) -> None:
    expected, _, wanted = line.partition(" | ")
    assert got(expected) == [wanted]


def test_strengths_are_told_apart_by_direction() -> None:
    assert got("strength of paracetamol may against", "no") == []
    assert got("strength of paracetamol may", "no") == ["may against"]
    assert got("route of paracetamol not stated; action of paracetamol start", "no") == []


def test_a_strength_may_be_that_of_what_is_only_possible() -> None:
    assert got("strength of both suggest; strength of paracetamol may against", "") == []


def test_no_reading_is_open_once_it_is_chosen() -> None:
    assert got("open reading nothing", reading="; reading often daily") == []
    assert got("open reading often", reading="; reading often daily") == ["nothing"]


def test_what_is_expected_has_to_exist() -> None:
    for expected in ("strength of nothing_such use", "open reading nobody", "route of cooling by mouth"):
        text = SPEC.replace("EXPECTED", expected).replace("SEVERE", "yes")
        found = compile_file("pain.guide", lambda name: text.encode())  # noqa: B023
        assert "unknown_name" in {one.code for one in found.diagnostics}
