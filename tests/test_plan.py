"""Dated plans: what stands on which day, what has no date and why, and that no plan breaks a law of plans."""

import csv
import io
import json
import random
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from guidec.cli import cli
from guidec.dates import add
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.pipeline import compile_file
from guidec.plan import Unchosen, plan
from guidec.plan.calendar import plan_calendar
from guidec.plan.entries import Entry, Open, Plan, Window
from guidec.plan.laws import broken
from guidec.plan.shape import plan_json, plan_schema_text
from guidec.plan.sheet import COLUMNS, plan_csv
from guidec.plan.show import WIDTH, plan_text
from guidec.plan.windows import later, on
from guidec.project import compile_path
from schemas import validator
from test_python_target import patient

ROOT = Path(__file__).parents[1]
PLANS = ROOT / "tests" / "data" / "guidelines" / "plans.guide"
DOSES = ROOT / "tests" / "data" / "guidelines" / "doses.guide"
FLAGSHIP = ROOT / "guidelines" / "pm_dm_ild"
TAKADA = FLAGSHIP / "takada.guide"
START, UNTIL = date(2026, 1, 31), date(2026, 6, 30)
ACUTE = {"ild_present": True, "myositis_dx": "pm", "ild_onset": "acute", "refractory": False, "bsa": 1.7}
ADM = {"ild_present": True, "myositis_dx": "adm", "mda5_level": "high", "refractory": True, "bsa": 1.7}
Json = dict[str, Any]


@cache
def compiled(path: Path) -> Compiled:
    found = compile_path(path, skip_scenarios=True).compiled
    assert found is not None
    return found


def planned(arm: str, *chosen: str, start: date = START, until: date = UNTIL, **patient: object) -> Plan:
    """A plan of the test's own guideline."""
    whole = {"meant": True, "arm": arm, "infection": False, "tb_done": False, "last_scan": "never", "now": []}
    return plan(compiled(PLANS), {**whole, **patient}, start, until, chosen)


def of(found: Plan, name: str, *kinds: str) -> list[Entry]:
    return [one for one in found.entries if one.name == name and (not kinds or one.kind in kinds)]


def days(entries: list[Entry]) -> list[str]:
    """The days on which entries may begin: `2026-01-31`, or `2026-02-14..2026-02-28`."""
    return [shown(one.first) for one in entries]


def shown(window: Window | None) -> str:
    assert window is not None
    first, last = window.earliest.isoformat(), window.latest.isoformat()
    return first if first == last else f"{first}..{last}"


def why(found: Plan, name: str) -> list[tuple[str, str]]:
    return [(one.kind, one.why) for one in found.open if one.name == name]


def written(text: str) -> Compiled:
    """A guideline of one file."""
    found = compile_file("it.guide", lambda _: text.encode(), True).compiled
    assert found is not None
    return found


def small(orders: str, overflow: str = "") -> Compiled:
    """A guideline that gives everybody these orders."""
    rule = f"  calendar overflow {overflow}\n" if overflow else ""
    return written(
        f'guideline it "It"\n  version 1.0.0\n  language guidec/1\n{rule}\ninput ill "Ill"\n  boolean\n\n'
        'drug alpha "Alpha"\ndrug beta "Beta"\nprocedure light "Light"\n\n'
        f'regimen whole "Whole"\n{orders}\n\ndecision treatment "Treatment"\n  when ill: use whole\n  otherwise: nothing\n'
    )


def of_orders(orders: str, start: date, until: date = date(2030, 1, 1), overflow: str = "") -> Plan:
    return plan(small(orders, overflow), {"ill": True}, start, until)


# --- dates -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "overflow", "expected"),
    [
        ("2026-01-31", "back", ["2026-01-31", "2026-02-28", "2026-03-31"]),
        ("2026-01-31", "forward", ["2026-01-31", "2026-03-01", "2026-03-31"]),
        ("2026-01-31", "", ["2026-01-31", "2026-02-28..2026-03-01", "2026-03-31"]),
        ("2024-01-31", "back", ["2024-01-31", "2024-02-29", "2024-03-31"]),
        ("2024-01-30", "forward", ["2024-01-30", "2024-03-01", "2024-03-30"]),
        ("2024-01-29", "", ["2024-01-29", "2024-02-29", "2024-03-29"]),
        ("2100-01-29", "back", ["2100-01-29", "2100-02-28", "2100-03-29"]),
    ],
)
def test_the_nth_dose_is_so_many_months_after_the_first(
    start: str, overflow: str, expected: list[str]
) -> None:
    orders = "  give alpha intravenously 2 g every 1 month for 3 months"
    found = of_orders(orders, date.fromisoformat(start), date(2150, 1, 1), overflow)
    assert days(of(found, "alpha")) == expected
    assert [one.number for one in found.entries] == ["1 of 3", "2 of 3", "3 of 3"]


@pytest.mark.parametrize(
    ("orders", "first", "last"),
    [
        (
            "  give alpha by mouth 1 g/d for 3 days\n  then beta by mouth 1 g/d for 1 d",
            "2026-01-31",
            "2026-02-02",
        ),
        ("  give alpha by mouth 1 g every 6 h for 2 weeks", "2026-01-31", "2026-02-13"),
        ("  give alpha by mouth 1 g every 12 h for 36 h", "2026-01-31", "2026-01-31..2026-02-02"),
        ("  give alpha by mouth 1 g every 1 day 6 times", "2026-01-31", "2026-02-05"),
        ("  give alpha by mouth 1 g/d for 1 year", "2026-01-31", "2027-01-30"),
        ("  give alpha by mouth 1 g/d for 4 to 6 weeks", "2026-01-31", "2026-02-27..2026-03-13"),
        ("  give alpha by mouth 1 g/d for 1 month after 1 week", "2026-02-07", "2026-03-06"),
    ],
)
def test_what_goes_on_is_a_course_with_its_last_day(orders: str, first: str, last: str) -> None:
    one = of(of_orders(orders, START), "alpha")
    assert [(entry.kind, shown(entry.first), shown(entry.last)) for entry in one] == [("give", first, last)]


def test_windows_stay_windows_from_step_to_step() -> None:
    found = planned("windows")
    assert days(of(found, "drug_a", "give")) == ["2026-01-31"]
    assert days(of(found, "drug_b", "give")) == ["2026-03-07..2026-03-28"]
    assert days(of(found, "light")) == [
        "2026-03-21..2026-04-11",
        "2026-03-22..2026-04-13",
        "2026-03-24..2026-04-14",
    ]
    (last,) = of(found, "drug_c")
    assert (shown(last.first), shown(last.last)) == ("2026-03-25..2026-04-16", "2026-03-27..2026-04-18")
    assert last.notes[0] == "may have to be held, not now [S4]"


def test_behind_so_many_doses_the_next_day_and_a_whole_interval_are_both_possible() -> None:
    orders = "  give alpha intravenously 1 g every 4 weeks 2 times\n  then beta by mouth 1 g/d for 1 week"
    found = of_orders(orders, date(2026, 3, 2))
    assert days(of(found, "alpha")) == ["2026-03-02", "2026-03-30"]
    assert days(of(found, "beta")) == ["2026-03-31..2026-04-27"]


@pytest.mark.parametrize(
    ("span", "count", "perhaps"),
    [("10 weeks", 3, 0), ("8 weeks", 2, 0), ("1 to 3 months", 4, 3), ("8 to 12 weeks", 3, 1)],
)
def test_doses_are_counted_by_the_time_that_they_are_given(span: str, count: int, perhaps: int) -> None:
    found = of_orders(f"  give alpha intravenously 1 g every 4 weeks for {span}", START)
    notes = ["only if the time allows for it" in one.notes for one in found.entries]
    assert (len(notes), sum(notes)) == (count, perhaps)


def test_nothing_without_a_date_gets_one() -> None:
    found = planned("spaced")
    assert why(found, "drug_c") == [("not stated", "it follows Drug b, and when that ends is not known")]
    assert not of(found, "drug_c")
    assert {one.ends for one in of(found, "drug_b", "dose")} == {"not stated"}
    assert of(found, "drug_b", "dose")[-1].first.latest <= UNTIL
    assert why(planned("later"), "drug_c") == [("not stated", "when it begins is not stated")]
    assert why(planned("unclear"), "treatment") == [("not stated", "the source does not say: Nobody says.")]


def test_so_many_doses_without_an_interval_have_one_date() -> None:
    found = of_orders("  give alpha by mouth 1 g 3 times; interval not stated", START)
    assert [(one.number, shown(one.first)) for one in found.entries] == [("1 of 3", "2026-01-31")]
    assert [(one.what, one.why) for one in found.open] == [
        ("Alpha: 2 more of 3", "how long apart is not stated")
    ]


def test_what_begins_after_the_last_day_is_said_and_not_planned() -> None:
    found = planned("later", until=date(2026, 2, 20))
    assert not of(found, "drug_a")
    assert ("later", "after 2026-02-20, the last day of the plan: from 2026-02-21") in why(found, "drug_a")
    found = planned("choice", "drug_a", until=date(2026, 3, 1))
    assert [one.what for one in found.open if one.kind == "later" and one.name == "drug_a"] == [
        "Drug a: 4 more of 6"
    ]


def test_a_long_series_is_one_entry() -> None:
    found = of_orders("  give alpha by mouth 1 g every 2 days for 20 years", START, date(2050, 1, 1))
    assert [(one.kind, one.every, shown(one.last)) for one in found.entries] == [
        ("give", "every 2 days", "2046-01-30")
    ]
    found = of_orders("  give alpha by mouth 1 g every 6 h; duration not stated", START, date(2150, 1, 1))
    assert len(found.entries) == 1


def test_what_is_repeated_counts_from_the_course_before() -> None:
    patient = {**ACUTE, "pulse_repeat_needed": True}
    found = plan(compiled(TAKADA), patient, date(2026, 3, 1), UNTIL, ["pulse_repeat"])
    first, again = of(found, "methylprednisolone")
    assert (shown(first.first), shown(first.last)) == ("2026-03-01", "2026-03-03")
    assert (again.action, shown(again.first)) == ("repeat", "2026-03-08..2026-03-18")


def test_what_is_held_now_is_not_planned() -> None:
    found = planned("windows", infection=True)
    assert ("held", "it is held now") in why(found, "drug_c")
    assert not of(found, "drug_c")


# --- tapers ------------------------------------------------------------------


def test_a_taper_has_each_amount_with_its_days_and_its_stop() -> None:
    steps = of(planned("falling"), "drug_a", "give", "stop")
    assert [(one.kind, one.dose, shown(one.first)) for one in steps] == [
        ("give", "60 mg/d", "2026-01-31"),
        ("give", "40 mg/d", "2026-02-28"),
        ("give", "20 mg/d", "2026-03-28"),
        ("stop", "", "2026-04-28"),
    ]
    assert steps[1].statements == ("S7",) and steps[1].inferred == ("S8",)
    spaced = of(planned("falling"), "drug_b")
    assert [(one.dose, one.number) for one in spaced][:2] == [
        ("20 mg", "step 1 of 3, dose 1"),
        ("20 mg", "step 1 of 3, dose 2"),
    ]


def test_behind_an_amount_whose_time_is_not_stated_nothing_has_a_date() -> None:
    found = plan(compiled(DOSES), {"arm": "titrated", "infection": False}, START, UNTIL)
    (line,) = [one for one in found.entries if one.id.startswith("in_line")]
    assert (line.dose, line.number, line.ends) == ("10 mg/d", "step 1 of 2", "not stated")
    assert "Drug c: 1 more step and then stop" in [one.what for one in found.open]


@pytest.mark.parametrize(
    ("spans", "overflow", "expected"),
    [
        (("1 month", "1 month"), "back", ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]),
        (("1 month", "1 month"), "forward", ["2024-01-31", "2024-03-01", "2024-03-31", "2024-05-01"]),
        (
            ("1 month", "1 month"),
            "",
            ["2024-01-31", "2024-02-29..2024-03-01", "2024-03-31", "2024-04-30..2024-05-01"],
        ),
        (
            ("1 to 2 months", "1 month"),
            "back",
            ["2024-01-31", "2024-02-29..2024-03-31", "2024-03-31..2024-04-30", "2024-04-30..2024-05-31"],
        ),
        (("1 year", "1 month"), "back", ["2024-01-31", "2025-01-31", "2025-02-28", "2025-03-31"]),
        (("4 weeks", "1 month"), "back", ["2024-01-31", "2024-02-28", "2024-03-28", "2024-04-28"]),
        (("1 month", "2 weeks"), "back", ["2024-01-31", "2024-02-29", "2024-03-14", "2024-03-28"]),
        (
            ("36 h", "36 h"),
            "back",
            ["2024-01-31", "2024-02-01..2024-02-02", "2024-02-03", "2024-02-04..2024-02-05"],
        ),
    ],
)
def test_the_steps_of_a_taper_count_from_its_beginning(
    spans: tuple[str, str], overflow: str, expected: list[str]
) -> None:
    first, every = spans
    orders = f"  give alpha by mouth 60 mg/d for {first}\n    taper by 20 mg/d every {every} until stop"
    found = of_orders(orders, date(2024, 1, 31), overflow=overflow)
    assert days(list(found.entries)) == expected
    assert [one.kind for one in found.entries] == ["give", "give", "give", "stop"]


def test_single_doses_of_a_taper_count_from_its_beginning() -> None:
    orders = (
        "  give alpha by mouth 40 mg every 1 month for 1 month\n    taper by 20 mg every 2 months until stop"
    )
    found = of_orders(orders, date(2024, 1, 31), overflow="back")
    assert days(list(found.entries)) == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]


# --- choices and options -----------------------------------------------------


def test_alternatives_stand_side_by_side_until_one_is_chosen() -> None:
    found = planned("choice", infection=True)
    first, other = of(found, "drug_a", "dose")[0], of(found, "drug_c")[0]
    assert first.choice == other.choice and first.usual and not other.usual
    assert (first.instead, other.instead) == (("Drug c",), ("Drug a",))
    assert other.notes[-1].startswith('preferred "handy"')
    assert days(of(found, "drug_b", "give")) == ["2026-04-30..2026-07-18"]
    settled = planned("choice", "drug_c")
    assert not of(settled, "drug_a") and of(settled, "drug_c")[0].choice == ""
    assert days(of(settled, "drug_b", "give")) == ["2026-04-30"]
    assert settled.chosen == ("drug_c",)


def test_what_is_measured_because_of_an_alternative_hangs_on_it() -> None:
    found = planned("choice")
    assert {one.provided for one in of(found, "count_a")} == {"drug_a"}
    assert {one.provided for one in of(found, "eyes_c")} == {"drug_c"}
    settled = planned("choice", "drug_a")
    assert {one.provided for one in of(settled, "count_a")} == {""}
    assert not of(settled, "eyes_c") and not why(settled, "eyes_c")


def test_an_option_is_not_planned_unless_it_is_chosen() -> None:
    found = planned("unclear", infection=True)
    assert ("option", 'may be added "now and then"') in why(found, "drug_c")
    assert not of(found, "drug_c") and not of(found, "eyes_c")
    chosen = planned("unclear", "drug_c", infection=True)
    assert [(one.action, shown(one.last)) for one in of(chosen, "drug_c")] == [("add", "2026-02-06")]
    assert chosen.chosen == ("beside.drug_c",)


@pytest.mark.parametrize(
    ("arm", "names", "message"),
    [
        ("choice", ["drug_x"], "nothing is called `drug_x`"),
        ("windows", ["drug_a"], "`drug_a` is not to be chosen here"),
        ("choice", ["drug_a", "drug_c"], "`drug_a` and `drug_c` are alternatives of one choice"),
        ("choice", ["drug_a", "drug_a"], "`drug_a` is chosen twice"),
    ],
)
def test_what_can_not_be_chosen_is_refused(arm: str, names: list[str], message: str) -> None:
    with pytest.raises(Unchosen, match=message):
        planned(arm, *names)


def test_a_drug_that_is_given_twice_at_a_time_is_told() -> None:
    names = ["cyclophosphamide", "triple_with_cyclophosphamide"]
    found = plan(compiled(TAKADA), ADM, START, UNTIL, names)
    assert [kind for kind, _ in why(found, "cyclophosphamide") if kind == "conflict"]
    found = plan(compiled(TAKADA), ADM, START, UNTIL, ["cyclophosphamide"])
    assert not [kind for kind, _ in why(found, "cyclophosphamide") if kind == "conflict"]


# --- tests and reviews -------------------------------------------------------


def test_a_baseline_stands_on_or_before_the_first_dose() -> None:
    (before,) = of(planned("windows"), "tuberculosis")
    assert (before.kind, shown(before.first)) == ("baseline", "2026-01-31..2026-03-07")
    assert before.statements == ("S19",)
    (first, *rest) = of(planned("windows"), "count_a")
    assert (first.kind, shown(first.first), first.statements) == ("baseline", "2026-01-31", ("S18",))
    assert {one.kind for one in rest} == {"test"} and rest[0].statements == ("S17",)
    assert not of(planned("windows", tb_done=True), "tuberculosis")


TAKEN = written(
    """guideline taken "Taken"
  version 1.0.0
  language guidec/1

drug alpha "Alpha"
drug beta "Beta"
test pressure "Pressure"
test sugar "Sugar"

input now "Drugs taken now"
  any of drugs

input ill "Ill"
  boolean

decision treatment "Treatment"
  when ill: use alpha by mouth 10 mg/d; rest not stated
  otherwise: nothing

monitor pressures "Pressure on alpha" when prescribed alpha
  measure pressure
  before the first dose

monitor sugars "Sugar on alpha" when prescribed alpha or taking alpha
  measure sugar
  before the first dose
"""
)


@pytest.mark.parametrize("rule", ["pressures", "sugars"])
def test_a_baseline_of_a_drug_that_is_taken_already_is_not_due(rule: str) -> None:
    found = plan(TAKEN, {"ill": True, "now": ["alpha"]}, START, UNTIL)
    assert not of(found, rule)
    assert why(found, rule) == [("not due", "before the first dose, and the drug is taken already")]
    for now in ([], ["beta"], None):
        other = plan(TAKEN, {"ill": True, "now": now}, START, UNTIL)
        assert days(of(other, rule, "baseline")) == ["2026-01-31"]


def test_a_baseline_before_a_dose_without_a_date_has_none() -> None:
    text = PLANS.read_text("utf-8").replace("when prescribed drug_b until tb_done", "when prescribed drug_c")
    made = compile_file("it.guide", lambda name: text.encode() if name == "it.guide" else
                        (PLANS.parent / name).read_bytes(), True).compiled  # fmt: skip
    assert made is not None
    found = plan(made, {"meant": True, "arm": "spaced"}, START, UNTIL)
    assert ("not stated", "before the first dose of Drug c, and when that is given is not known") in why(
        found, "tuberculosis"
    )


def test_tests_are_due_while_a_drug_is_given() -> None:
    assert days(of(planned("monthly", body_weight=60), "count_a", "test")) == [
        "2026-02-14..2026-02-28",
        "2026-02-28..2026-03-28",
        "2026-03-14..2026-04-25",
        "2026-03-28..2026-05-23",
    ]
    assert why(planned("monthly"), "unstated_a") == [("not stated", "how often is not stated")]
    taken = planned("unclear", now=["drug_c"])
    assert days(of(taken, "eyes_c")) == ["2026-02-28", "2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]


def test_windows_from_a_date_of_the_record_go_on_from_it() -> None:
    assert days(of(planned("unclear", last_scan="2025-08-31", until=date(2027, 3, 1)), "scans")) == [
        "2026-02-28",
        "2026-08-31",
        "2027-02-28",
    ]
    overdue = of(planned("unclear", last_scan="2024-01-15"), "scans")
    assert days(overdue) == ["2024-07-15"]
    assert "overdue when the plan begins" in overdue[0].notes
    assert why(planned("unclear", last_scan=None), "scans")[0][0] == "open"
    assert why(planned("unclear", last_scan="2030-10-01"), "scans") == [
        ("not due", "nothing is due any more")
    ]


STAGED = written(
    """guideline staged "Staged"
  version 1.0.0
  language guidec/1
  calendar overflow back

input phase "Phase"
  one of
    early "Early"
    late "Late"
    over "Over"

input worse "Worse"
  boolean

pathway course "Course" of phase
  stage early
    start
    review after 1 month
    review every 2 to 3 months
    when worse: stay
    otherwise: go to late
  stage late
    review not stated "Nobody says."
    when worse: go to early
    otherwise: go to over
  stage over
    final
"""
)


def staged(phase: object) -> Plan:
    return plan(STAGED, {"phase": phase, "worse": False}, START, UNTIL)


def test_reviews_of_a_stage_are_windows_from_the_first_day() -> None:
    found = staged("early")
    assert [(one.label, shown(one.first), one.number, one.every) for one in found.entries] == [
        ("Review: Early", "2026-02-28", "after 1 month", ""),
        ("Review: Early", "2026-03-31..2026-04-30", "", "every 2 to 3 months"),
        ("Review: Early", "2026-05-31..2026-07-31", "", "every 2 to 3 months"),
    ]
    assert not found.open
    assert "[ ] Review: Early; after 1 month" in plan_text(STAGED.guideline, found)
    assert [(one.kind, one.what, one.why) for one in staged("late").open] == [
        ("not stated", "Review: Late", "at an interval that is not stated: Nobody says.")
    ]


def test_reviews_of_a_stage_that_is_only_possible_have_no_date() -> None:
    found = staged({"one_of": ["early", "late"]})
    assert not found.entries
    assert [(one.kind, one.what, one.why, one.needs) for one in found.open] == [
        ("open", "Review: Early", "if at Early: after 1 month", ("phase",)),
        ("open", "Review: Early", "if at Early: every 2 to 3 months", ("phase",)),
        (
            "open",
            "Review: Late",
            "if at Late: at an interval that is not stated: Nobody says.",
            ("phase",),
        ),
    ]
    assert len({one.id for one in found.open}) == 3


def test_a_review_after_the_last_day_is_said() -> None:
    found = plan(STAGED, {"phase": "early"}, START, START + timedelta(days=7))
    assert [(one.what, one.why) for one in found.open if one.kind == "later"] == [
        ("Review: Early", "after 2026-02-07, the last day of the plan: from 2026-02-28")
    ]


# --- the flagship ------------------------------------------------------------


def test_acute_pm_begins_with_the_pulse_and_goes_on_with_prednisolone() -> None:
    found = plan(compiled(TAKADA), ACUTE, date(2026, 3, 1), date(2026, 9, 1))
    assert [(one.name, shown(one.first), one.dose) for one in found.entries] == [
        ("methylprednisolone", "2026-03-01", "1 g/d"),
        ("prednisolone", "2026-03-04", "dose not stated"),
    ]
    second = [one for one in found.open if one.name in ("cyclosporin", "cyclophosphamide")]
    assert {one.why.partition(";")[0] for one in second} == {"when it begins is not stated"}


def test_cyclophosphamide_is_given_six_times_and_immunoglobulin_three_times() -> None:
    found = plan(
        compiled(TAKADA), {**ADM, "body_weight": 60}, START, date(2026, 9, 1), ["cyclophosphamide", "ivig"]
    )
    doses = of(found, "cyclophosphamide")
    assert days(doses) == [(START + timedelta(weeks=4 * at)).isoformat() for at in range(6)]
    assert doses[0].amount is not None and (doses[0].amount.low, doses[0].amount.high) == (510, 1360)
    assert days(of(found, "ivig")) == ["2026-01-31", "2026-02-28..2026-03-01", "2026-03-31"]
    assert of(found, "ivig")[0].dose.startswith("120 g")


def test_a_blank_weight_leaves_the_formula_and_its_need() -> None:
    (one,) = of(planned("monthly", until=START), "drug_a")
    assert one.amount is None and one.needs == ("body_weight",)
    assert one.dose == "2 g/kg of body weight (body_weight is missing)"


def test_out_of_scope_is_said() -> None:
    found = plan(compiled(PLANS), {"meant": False}, START, UNTIL)
    assert found.status == "out_of_scope" and not found.entries
    assert "Out of the guideline's scope" in plan_text(compiled(PLANS).guideline, found)


# --- laws --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arm", "change", "law"),
    [
        ("falling", "more", "rises"),
        ("falling", "swap", "order of their dates"),
        ("windows", "untested", "without a test"),
        ("windows", "late", "after the first dose"),
        ("windows", "unprepared", "no task before the first dose"),
        ("windows", "backwards", "ends before it begins"),
    ],
)
def test_a_broken_law_is_found(arm: str, change: str, law: str) -> None:
    patient = {
        "meant": True,
        "arm": arm,
        "tb_done": False,
        "last_scan": "never",
        "now": [],
        "infection": False,
    }
    found = plan(compiled(PLANS), patient, START, UNTIL)
    result = evaluate(compiled(PLANS), patient)
    assert not broken(compiled(PLANS).guideline, result, found)
    changed = replace(found, entries=tuple(_changed(list(found.entries), change)))
    assert any(law in one for one in broken(compiled(PLANS).guideline, result, changed))


def _changed(entries: list[Entry], change: str) -> list[Entry]:
    match change:
        case "more":
            at = max(at for at, one in enumerate(entries) if one.name == "drug_a" and one.amount)
            amount = entries[at].amount
            assert amount is not None
            entries[at] = replace(entries[at], amount=replace(amount, high=70))
        case "swap":
            entries[0], entries[-1] = entries[-1], entries[0]
        case "untested":
            entries = [one for one in entries if one.name != "count_a" or one.kind == "baseline"]
        case "late":
            late = on(UNTIL)
            entries = [replace(one, first=late) if one.name == "tuberculosis" else one for one in entries]
        case "unprepared":
            entries = [one for one in entries if one.name != "tuberculosis"]
        case _:
            at = next(at for at, one in enumerate(entries) if one.last)
            entries[at] = replace(entries[at], last=on(START - timedelta(days=1)))
    return entries


RANDOM = [PLANS, DOSES, *(FLAGSHIP / f"{name}.guide" for name in ("takada", "uptodate", "droracle"))]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(RANDOM),
    st.integers(0, 10**6),
    st.dates(date(1999, 1, 1), date(2101, 1, 1)),
    st.integers(0, 900),
)
def test_no_plan_of_anybody_breaks_a_law(path: Path, seed: int, start: date, length: int) -> None:
    """`plan` itself looks at the laws, and raises where one is broken; one alternative is chosen where there are any."""
    made, dice = compiled(path), random.Random(seed)
    somebody = patient(made, dice)
    try:
        found = plan(made, somebody, start, start + timedelta(days=length))
    except Refused:
        return
    parts: list[Entry | Open] = [*found.entries, *found.open]
    offers = [one.name for one in parts if one.choice and one.name != "not stated"]
    if offers:
        chosen = dice.choice(offers)
        found = plan(made, somebody, start, start + timedelta(days=length), [chosen])
        assert chosen in found.chosen
    assert not list(validator("plan.schema.json").iter_errors(plan_json(found)))
    assert len({one.id for one in found.entries}) == len(found.entries)
    cited = [one for one in found.entries if not one.statements and not one.inferred]
    assert not cited


@settings(max_examples=200, deadline=None)
@given(
    st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    st.integers(0, 40),
    st.sampled_from(["day", "week", "month", "year", "h"]),
    st.integers(0, 5),
    st.sampled_from(["", "back", "forward"]),
)
def test_windows_hold_every_date_that_is_meant(
    first: date, low: int, unit: str, more: int, overflow: str
) -> None:
    """Each length of time within the span, by each rule for short months, leads to a day of the window."""
    span = {"low": low, "high": low + more, "unit": unit}
    window = later(on(first), span, overflow)
    rules = [overflow] if overflow else ["back", "forward"]
    for amount, rule in product(range(low, low + more + 1), rules):
        there = first + timedelta(hours=amount) if unit == "h" else add(first, amount, unit, rule)
        assert window.earliest <= there <= window.latest


# --- what is written ---------------------------------------------------------


def test_the_schema_is_the_one_of_the_code() -> None:
    kept = (ROOT / "grammar" / "plan.schema.json").read_text("utf-8")
    assert kept == plan_schema_text(), "python -m guidec.plan.shape > grammar/plan.schema.json"


@pytest.mark.parametrize("arm", ["choice", "falling", "windows"])
def test_the_text_is_for_the_wall(arm: str, request: pytest.FixtureRequest) -> None:
    text = plan_text(compiled(PLANS).guideline, planned(arm, last_scan="2025-08-31"))
    kept = ROOT / "tests" / "goldens" / "plans" / f"{arm}.txt"
    if request.config.getoption("--rewrite-goldens"):
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(text, "utf-8")
    assert text == kept.read_text("utf-8")
    assert max(map(len, text.splitlines())) <= WIDTH


def test_a_cell_is_never_a_formula() -> None:
    made = planned("choice")
    evil = replace(made.entries[0], label="=HYPERLINK(1)", dose="+1", route="@x", notes=("-1",))
    text = plan_csv(compiled(PLANS).guideline, replace(made, entries=(evil, *made.entries[1:])))
    rows = list(csv.DictReader(io.StringIO(text)))
    assert tuple(rows[0]) == COLUMNS
    assert [rows[0][key] for key in ("what", "dose", "route", "notes")] == [
        "'=HYPERLINK(1)",
        "'+1",
        "'@x",
        "'-1",
    ]
    assert len(rows) == len(made.entries) + len(made.open)
    assert {row["date_from"] for row in rows[len(made.entries) :]} == {""}


def test_a_calendar_reads_back_as_the_plan() -> None:
    guideline, made = compiled(PLANS).guideline, planned("choice", last_scan="2025-08-31")
    data = plan_calendar(guideline, made)
    assert data == plan_calendar(guideline, made)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    events = list(Calendar.from_ical(data).walk("VEVENT"))
    assert len(events) == len(made.entries) + 1
    assert len({str(event["uid"]) for event in events}) == len(events)
    for event, one in zip(events, made.entries, strict=False):
        last = (one.last or one.first).latest
        assert (event.decoded("dtstart"), event.decoded("dtend")) == (
            one.first.earliest,
            last + timedelta(days=1),
        )
        assert event.decoded("dtstamp").date() == START
        assert one.label in str(event["summary"])
    assert "Beside the treatment" in str(events[-1]["description"])


def test_text_of_a_guideline_stays_text_in_a_calendar() -> None:
    made = planned("choice")
    evil = replace(made.entries[0], label="A;B,C\\nEND:VEVENT \U0001f489" * 5)
    (event, *_) = Calendar.from_ical(
        plan_calendar(compiled(PLANS).guideline, replace(made, entries=(evil,), open=()))
    ).walk("VEVENT")
    assert evil.label in str(event["description"])


# --- the command -------------------------------------------------------------


def run(*words: str, patient: Json | None = None) -> tuple[int, str, str]:
    done = CliRunner().invoke(
        cli, ["plan", *words], input=json.dumps(patient or {"meant": True, "arm": "falling"})
    )
    return done.exit_code, done.stdout, done.stderr


BASE = (str(PLANS), "--patient", "-", "--start", "2026-01-31", "--until", "2026-06-30")


@pytest.mark.parametrize("form", ["text", "json", "csv", "ics"])
def test_the_command_prints_or_writes_the_same(form: str, tmp_path: Path) -> None:
    status, text, _ = run(*BASE, "--format", form)
    assert status == 0 and "Drug a" in text
    out = tmp_path / "plan"
    assert run(*BASE, "--format", form, "--out", str(out))[:2] == (0, "")
    assert out.read_bytes().replace(b"\r\n", b"\n").decode() == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("words", "patient", "status", "says"),
    [
        (("--start", "2026-07-01"), None, 2, "the plan begins on 2026-07-01 and ends on 2026-06-30"),
        (("--start", "2026-02-30"), None, 2, "`2026-02-30` is no date"),
        (("--start", "20260131"), None, 2, "is no date"),
        (("--until", "2999-01-01"), None, 2, "2999-01-01 is out of range"),
        (("--choose", "drug_x"), None, 2, "nothing is called `drug_x`"),
        (("--out", "/dev/null/plan"), None, 1, "can't be written"),
        ((), {"meant": True, "arm": "none"}, 1, "error[bad_value]: arm"),
    ],
)
def test_the_command_says_what_is_wrong(
    words: tuple[str, ...], patient: Json | None, status: int, says: str
) -> None:
    code, _, error = run(*BASE, *words, patient=patient)
    assert code == status and says in error


def test_a_refused_patient_is_refused_as_by_eval() -> None:
    patient = {"arm": "none"}
    code, text, _ = run(*BASE, "--format", "json", patient=patient)
    done = CliRunner().invoke(
        cli, ["eval", str(PLANS), "--patient", "-", "--format", "json"], input=json.dumps(patient)
    )
    assert (code, text) == (done.exit_code, done.stdout)
