"""What a scenario may expect of strengths, actions, routes, intervals of a monitoring and open readings."""

import pytest

from guidec.fmt import fmt
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
interval of liver_tests 3 months | 3 to 6 months
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


# --- how an order is given ---------------------------------------------------

GIVEN = """guideline pain "Pain"
  version 1.0.0
  language guidec/1

input severe "Severe"
  boolean

input weight "Weight"
  quantity kg from 20 to 200 step 1

drug paracetamol "Paracetamol"
drug morphine "Morphine"
drug oxycodone "Oxycodone"
drug class laxative "Laxative"
test liver "Liver"
test kidneys "Kidneys"

regimen ladder "Ladder"
  give paracetamol by mouth about 15 mg/kg of weight basis not stated; rest not stated
  then such as
    morphine up to 10 mg; rest not stated
    oxycodone 5 mg or more after 1 to 2 weeks; rest not stated
  timing not stated drug not stated of class laxative; rest not stated; add

decision pain_drug "Drug"
  when severe: suggest ladder
  otherwise: nothing

advise supportive comfort "Comfort" when severe
  give paracetamol 1 g; rest not stated

monitor tests "Tests" when severe
  measure liver or kidneys
  every not stated

scenario "Asked"
  given severe yes; weight 60 kg
  expect EXPECTED
"""

GIVEN_HOLDS = """
dose of paracetamol about 900 mg
dose of morphine up to 10 mg
dose of oxycodone 5 mg or more
dose of paracetamol in comfort 1 g
step of paracetamol 1
step of morphine 2
step of laxative not stated
delay of oxycodone 1 to 2 weeks
delay of morphine not stated
basis of paracetamol not stated
choice of ladder such as
action of laxative add
action of paracetamol in comfort start
measure of tests kidneys, liver
"""

GIVEN_FAILS = """
dose of paracetamol 900 mg | about 900 mg
dose of morphine 10 mg | up to 10 mg
dose of oxycodone up to 5 mg | 5 mg or more
dose of paracetamol in comfort about 1 g | 1 g
step of morphine 1 | 2
step of laxative 2 | not stated
delay of oxycodone 2 weeks | 1 to 2 weeks
delay of morphine 1 week | not stated
basis of paracetamol stated | not stated
basis of morphine stated | the dose goes by no weight
choice of ladder one of | such as
action of laxative start | add
measure of tests liver | liver, kidneys
"""


def got_of_order(expected: str) -> list[str]:
    text = GIVEN.replace("EXPECTED", expected)
    found = compile_file("pain.guide", lambda name: text.encode())
    assert found.compiled is not None, found.diagnostics
    (scenario,) = found.scenarios
    return [one.got for one in run(found.compiled, scenario)]


@pytest.mark.parametrize("expected", GIVEN_HOLDS.strip().splitlines())
def test_an_expectation_of_an_order_holds(expected: str) -> None:
    assert got_of_order(expected) == []


@pytest.mark.parametrize("line", GIVEN_FAILS.strip().splitlines())
def test_an_expectation_of_an_order_fails_and_says_what_is_there(line: str) -> None:
    expected, _, wanted = line.partition(" | ")
    assert got_of_order(expected) == [wanted]


def test_what_is_expected_of_an_order_has_to_exist() -> None:
    for expected in (
        "choice of nothing_such one of",
        "measure of comfort liver",
        "measure of tests heart",
        "step of liver 1",
    ):
        text = GIVEN.replace("EXPECTED", expected)
        found = compile_file("pain.guide", lambda name: text.encode())  # noqa: B023
        assert "unknown_name" in {one.code for one in found.diagnostics}, expected


def test_what_is_expected_of_an_order_is_laid_out_as_it_was_read() -> None:
    text = GIVEN.replace("EXPECTED", "; ".join(GIVEN_HOLDS.strip().splitlines()))
    laid_out, faults = fmt("pain.guide", text.encode())
    assert faults == []
    assert laid_out is not None
    for expected in GIVEN_HOLDS.strip().splitlines():
        assert expected in laid_out


# --- the pathway -------------------------------------------------------------

STAGES = """guideline pain "Pain"
  version 1.0.0
  language guidec/1
  applies when ill

input ill "Ill"
  boolean

input phase "Phase"
  one of
    first "First"
    then_ "Then"
    over  "Over"

input worse "Worse"
  boolean

decision look "Look"
  when worse: not stated "Nobody knows."
  otherwise: nothing

pathway course "Course" of phase
  stage first
    start
    review every 3 to 6 months
    review after 2 weeks
    by worse
      no: stay
      yes: go to then_
  stage then_
    review not stated
    when worse: go to over
    otherwise: not stated "Nobody knows."
  stage over
    final

scenario "Asked"
  given ill yes; PATIENT
  expect EXPECTED
"""

STAGES_HOLD = """
phase first; worse yes | stage first
phase first; worse yes | next of first then_
phase first; worse no | next of first first
phase first | next of first first, then_
phase first | review of first 3 to 6 months
phase first | review of first every 3 to 6 months
phase first | review of first after 2 weeks
phase first | review of first 2 weeks
phase then_ | review of then_ not stated
phase then_ | next of then_ over, not stated
phase then_; worse no | next of then_ not stated
phase over | next of over final
phase one of first, then_ | stage then_, first
phase one of first, then_; worse yes | next of then_ over
worse yes | stage first, then_, over
"""

STAGES_FAIL = """
phase first; worse yes | stage then_ | first
phase first; worse yes | stage first, then_ | first
phase first; worse yes | next of first first | then_
phase first | next of first first | first, then_
phase then_; worse no | next of then_ over | not stated
phase first | next of then_ over | the patient is not at `then_`
phase over | next of over over | final
phase first | next of first final | first, then_
phase first | review of first after 3 to 6 months | every 3 to 6 months, after 2 weeks
phase first | review of first 4 weeks | every 3 to 6 months, after 2 weeks
phase first | review of first not stated | every 3 to 6 months, after 2 weeks
phase then_ | review of then_ 2 weeks | not stated
phase over | review of over not stated | the patient is not at `over`, or has no review there
phase one of first, then_ | stage first | first, then_
"""


def got_of_stage(patient: str, expected: str, ill: str = "yes") -> list[str]:
    text = STAGES.replace("EXPECTED", expected).replace("PATIENT", patient).replace("ill yes", f"ill {ill}")
    found = compile_file("pain.guide", lambda name: text.encode())
    assert found.compiled is not None, found.diagnostics
    (scenario,) = found.scenarios
    return [one.got for one in run(found.compiled, scenario)]


@pytest.mark.parametrize("line", STAGES_HOLD.strip().splitlines())
def test_an_expectation_of_the_pathway_holds(line: str) -> None:
    assert got_of_stage(*line.split(" | ")) == []


@pytest.mark.parametrize("line", STAGES_FAIL.strip().splitlines())
def test_an_expectation_of_the_pathway_fails_and_says_what_is_there(line: str) -> None:
    patient, expected, wanted = line.split(" | ")
    assert got_of_stage(patient, expected) == [wanted]


def test_who_is_out_of_scope_stands_nowhere() -> None:
    for expected in ("stage first", "next of first then_", "review of first 2 weeks"):
        assert got_of_stage("phase first; worse yes", expected, ill="no") == ["out of scope"]


def test_the_stages_that_are_expected_have_to_exist() -> None:
    for expected in ("stage firs", "next of firs over", "next of first ove", "review of ove 2 weeks"):
        text = STAGES.replace("EXPECTED", expected).replace("PATIENT", "worse yes")
        found = compile_file("pain.guide", lambda name: text.encode())  # noqa: B023
        errors = [one.code for one in found.diagnostics if one.severity == "error"]
        assert errors == ["unknown_name"], expected


def test_stages_are_expected_only_where_there_is_a_pathway() -> None:
    text = SPEC.replace("EXPECTED", "stage first; next of first final").replace("SEVERE", "yes")
    found = compile_file("pain.guide", lambda name: text.encode())
    errors = [(one.code, one.message) for one in found.diagnostics if one.severity == "error"]
    assert errors == [("unknown_name", "this guideline has no `pathway`, and so no stages")] * 2


def test_a_fault_of_the_pathway_is_told_once_and_no_scenario_is_blamed() -> None:
    text = STAGES.replace("EXPECTED", "stage first").replace("PATIENT", "worse yes")
    text = text.replace("go to over", "go to ove")
    found = compile_file("pain.guide", lambda name: text.encode())
    assert [one.code for one in found.diagnostics if one.severity == "error"] == ["unknown_name"]


def test_a_decision_and_inputs_may_be_called_as_the_words_of_pathways() -> None:
    text = SPEC.replace("pain_drug", "stage").replace("SEVERE", "yes")
    for expected in ("stage both", "stage determined; strength of both suggest"):
        found = compile_file("pain.guide", lambda name: text.replace("EXPECTED", expected).encode())  # noqa: B023
        assert found.compiled is not None, found.diagnostics
        assert run(found.compiled, found.scenarios[0]) == []
    words = STAGES.replace(
        "EXPECTED", "stage review; next of review final, not stated; review of stay 2 weeks"
    )
    words = words.replace("PATIENT", "next yes")
    for old, new in (
        ("worse", "next"),
        ("first", "review"),
        ("then_", "final"),
        ("over", "stay"),
        ("ill", "go"),
    ):
        words = words.replace(old, new)
    found = compile_file("pain.guide", lambda name: words.encode())
    assert not [one for one in found.diagnostics if one.severity == "error"], found.diagnostics


def test_what_is_expected_of_the_pathway_is_laid_out_as_it_was_read() -> None:
    several = [line.split(" | ")[1] for line in STAGES_HOLD.strip().splitlines()]
    text = STAGES.replace("EXPECTED", "; ".join(several)).replace("PATIENT", "worse yes")
    laid_out, faults = fmt("pain.guide", text.encode())
    assert faults == []
    assert laid_out is not None
    for expected in several:
        assert expected in laid_out
