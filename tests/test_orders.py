"""What is given, against a naive nurse: day by day and dose by dose, what a course comes to."""

from fractions import Fraction
from typing import Any

import pytest

from guidec.evaluate import Compiled, evaluate
from guidec.numbers import rounded
from guidec.pipeline import compile_file
from guidec.scenarios import run
from guidec.show import result_text
from interpret import to_step

HEAD = """guideline t "T"
  version 1.0.0
  language guidec/1

drug drug_a "Drug a"
  strengths 125 mg, 250 mg, 500 mg
input weight "Weight"
  quantity kg from 5 to 120 step 0.5
  or in [lb_av] from 11 to 264 step 1
input age "Age"
  duration years from 0 to 110
input infection "Infection"
  boolean

"""
Json = dict[str, Any]


def compiled(orders: str) -> Compiled:
    text = f'{HEAD}regimen r "R"\n  give drug_a {orders}\ndecision d "D"\n  recommend r\n'
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def order(orders: str, **patient: object) -> Json:
    """The order for a patient."""
    (one,) = evaluate(compiled(orders), patient)["recommendations"]
    given: Json = one["gives"][0]
    return given


def amount(low: float, unit: str, high: float | None = None) -> Json:
    return {"low": low, "high": low if high is None else high, "unit": unit}


# --- the naive nurse ---------------------------------------------------------


def by_days(steps: list[tuple[Fraction, int]]) -> Fraction:
    """What is swallowed of an amount a day, each for so many days."""
    return sum((sum((dose for _ in range(days)), Fraction(0)) for dose, days in steps), Fraction(0))


def test_the_example_of_a_taper() -> None:
    given = order(
        "by mouth 60 mg/d for 4 weeks\n"
        "    taper by 10 mg/d every 2 weeks until 20 mg/d\n"
        "    taper by 20 % every 1 week until stop rounded down to 2.5 mg/d"
    )
    wanted = [(60, 28), (50, 14), (40, 14), (30, 14), (20, 14)]
    reached = Fraction(20)
    while True:
        reached = rounded(reached * Fraction(4, 5), Fraction("2.5"), "down")
        if not reached:
            break
        wanted.append((reached, 7))  # type: ignore[arg-type]
    shown = [(Fraction(str(one["low"])), one["for"]) for one in given["taper"]["steps"]]
    weeks = [(dose, span["low"] * 7) for dose, span in shown]
    assert weeks == [(Fraction(dose), days) for dose, days in wanted]
    assert given["taper"]["then"] == "stop"
    assert given["total"] == amount(float(by_days(weeks)), "mg")
    assert given["daily"] == amount(60, "mg/d")


def test_a_taper_to_an_amount_that_goes_on_has_no_total() -> None:
    given = order("60 mg/d for 4 weeks; route not stated\n    taper by 10 mg/d every 2 weeks until 40 mg/d")
    assert [one["for"] for one in given["taper"]["steps"]][-1] == "not stated"
    assert given["total"] == {"why": "how long it is given is not stated"}
    given = order(
        "60 mg/d for 4 weeks; route not stated\n    taper by 10 mg/d every 2 weeks until 40 mg/d for 2 weeks"
    )
    assert given["total"] == amount(2940, "mg")
    assert "then" not in given["taper"]


def test_months_have_no_total_and_ranges_of_time_have_two() -> None:
    given = order("40 mg/d for 1 month; route not stated\n    taper by 10 mg/d every 1 week until stop")
    assert given["total"] == {"why": "a month has no fixed number of days"}
    assert "total" not in order("40 mg/d for 1 month; route not stated")
    assert order("40 mg/d for 4 to 6 weeks; route not stated")["total"] == amount(1120, "mg", 1680)


@pytest.mark.parametrize(
    ("written", "daily", "total"),
    [
        ("500 mg every 12 h for 7 days; route not stated", amount(1000, "mg/d"), amount(7000, "mg")),
        ("500 mg every 8 hours for 2 weeks; route not stated", amount(1500, "mg/d"), amount(21000, "mg")),
        ("500 to 1000 mg every 6 to 8 h for 1 day; route not stated", amount(1500, "mg/d", 4000), amount(1500, "mg", 4000)),
        ("500 mg every 5 h for 1 day; route not stated", amount(2400, "mg/d"), None),
        ("500 mg every 9 h for 9 d; route not stated", None, amount(12000, "mg")),
        ("500 mg every 4 weeks 6 times; route not stated", None, amount(3000, "mg")),
        ("500 mg every 1 month for 3 months; route not stated", None, amount(1500, "mg")),
        ("500 mg every 1 month for 3 weeks; route not stated", None, None),
        ("500 mg every 36 h for 3 days; route not stated", None, amount(1000, "mg")),
        ("500 mg for 3 days; rest not stated", None, None),
        ("2 mg/h for 36 h; route not stated", None, amount(72, "mg")),
        ("about 2 g/d for 5 days; route not stated", {**amount(2, "g/d"), "about": True}, {**amount(10, "g"), "about": True}),
        ("500 mg or more every 12 h for 2 days; route not stated", {**amount(1000, "mg/d"), "open": "above"},
         {**amount(2000, "mg"), "open": "above"}),
        ("500 mg every 12 h for 3 mo; route not stated", amount(1000, "mg/d"), None),
    ],
)  # fmt: skip
def test_amounts_of_a_day_and_in_all(written: str, daily: Json | None, total: Json | None) -> None:
    given = order(written)
    assert (given.get("daily"), given.get("total")) == (daily, total)


# --- by weight ---------------------------------------------------------------


@pytest.mark.parametrize("mode", ["", "half even ", "down ", "up ", "half away from zero "])
def test_rounding_by_name(mode: str) -> None:
    written = f"15 mg/kg of weight basis stated rounded {mode}to 50 mg; rest not stated"
    program = compiled(written)
    for half_kilos in range(10, 240, 3):
        weight = Fraction(half_kilos, 2)
        (one,) = evaluate(program, {"weight": float(weight)})["recommendations"]
        wanted = to_step(15 * weight, Fraction(50), mode.strip())
        assert one["gives"][0]["dose"]["low"] == wanted, weight


@pytest.mark.parametrize("mode", ["", "down ", "up "])
def test_the_nearest_strength_and_of_two_the_larger(mode: str) -> None:
    written = f"10 mg/kg of weight basis stated rounded {mode}to strengths at least 125 mg at most 500 mg; rest not stated"
    program = compiled(written)
    for weight, near, below, above in (
        (5, 125, 125, 125), (12.5, 125, 125, 125), (13, 125, 125, 250), (18.5, 125, 125, 250),
        (19, 250, 125, 250), (25, 250, 250, 250), (37.5, 500, 250, 500), (120, 500, 500, 500),
    ):  # fmt: skip
        (one,) = evaluate(program, {"weight": weight})["recommendations"]
        dose = one["gives"][0]["dose"]
        assert dose["low"] == {"": near, "down ": below, "up ": above}[mode], weight
        assert dose.get("capped") == (["at least"] if weight < 12.5 else ["at most"] if weight > 50 else None)


def test_a_cap_says_that_it_acted_and_what_it_is_while_the_weight_is_blank() -> None:
    written = "15 mg/kg of weight basis stated at most 1000 mg every 8 h for 2 days; route not stated"
    assert order(written, weight=100)["dose"] == {
        **amount(1000, "mg"), "of": "weight", "basis": "stated", "capped": ["at most"],
    }  # fmt: skip
    assert "capped" not in order(written, weight=60)["dose"]
    assert order(written, weight={"one_of": [100, 110]})["total"] == amount(6000, "mg")
    blank = order(written)
    assert blank["dose"] == {
        "per": amount(15, "mg/kg"), "of": "weight", "basis": "stated", "needs": ["weight"],
        "at_most": {"value": 1000, "unit": "mg"},
    }  # fmt: skip
    assert blank["daily"] == blank["total"] == {"needs": ["weight"]}
    assert evaluate(compiled(written), {})["needs"] == ["weight"]


def test_a_taper_by_weight_is_computed_when_the_weight_is_known() -> None:
    written = (
        "1 mg/kg/d of weight basis stated rounded to 2.5 mg/d for 2 weeks; route not stated\n"
        "    taper by 0.25 mg/kg/d every 1 week until 0.5 mg/kg/d for 1 week"
    )
    given = order(written, weight=60.5)
    assert [one["low"] for one in given["taper"]["steps"]] == [60, 45, 30]
    assert given["total"] == amount(60 * 14 + 45 * 7 + 30 * 7, "mg")
    blank = order(written)["taper"]
    assert [one["per"] for one in blank["steps"]] == [amount(part, "mg/kg/d") for part in (1, 0.75, 0.5)]
    assert blank["needs"] == ["weight"]


# --- bands -------------------------------------------------------------------

BANDS = """by mouth dose by weight every 12 h for 1 day
    < 20 kg: 250 mg
    20 kg to < 40 kg: 500 mg
    >= 40 kg: 1000 mg"""


@pytest.mark.parametrize(("weight", "dose"), [(19.5, 250), (20, 500), (39.5, 500), (40, 1000)])
def test_the_band_of_the_weight(weight: float, dose: int) -> None:
    given = order(BANDS, weight=weight)
    assert given["dose"] == {**amount(dose, "mg"), "by": "weight"}
    assert given["total"] == amount(2 * dose, "mg")


def test_a_weight_in_another_unit_has_the_same_bands() -> None:
    for pounds, dose in ((44, 250), (45, 500), (88, 500), (89, 1000)):
        assert order(BANDS, weight={"value": pounds, "unit": "[lb_av]"})["dose"]["low"] == dose


def test_a_blank_weight_leaves_the_bands_and_one_that_is_partly_known_those_that_are_possible() -> None:
    blank = order(BANDS)
    assert blank["dose"] == {
        "per_band": [
            {"band": "< 20 kg", "dose": amount(250, "mg")},
            {"band": "20 kg to < 40 kg", "dose": amount(500, "mg")},
            {"band": ">= 40 kg", "dose": amount(1000, "mg")},
        ],
        "by": "weight",
        "needs": ["weight"],
    }
    assert blank["total"] == {"needs": ["weight"]}
    assert order(BANDS, weight={"one_of": [21, 30]})["dose"] == {**amount(500, "mg"), "by": "weight"}
    some = order(BANDS, weight={"one_of": [21, 50]})["dose"]
    assert [one["dose"]["low"] for one in some["per_band"]] == [500, 1000]


def test_a_dose_may_go_by_what_is_computed_or_by_a_category() -> None:
    text = (
        HEAD
        + """input birth "Birth"
  date from 2000-01-01 to 2030-12-31
input today "Today"
  date from 2020-01-01 to 2040-12-31
input grade_of_it "Grade"
  one of
    mild  "Mild"
    harsh "Harsh"
    other "Other"
define full_age "Age" = years from birth to today
decision d "D"
  when infection and today < 2021-01-01: use drug_a dose by full_age; rest not stated
    < 2 years: 1 mg
    otherwise: 2 mg
  otherwise: use drug_a dose by grade_of_it; rest not stated
    mild: 1 mg
    harsh, other: 2 mg
"""
    )
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics

    def dose(**patient: object) -> Json:
        assert found.compiled is not None
        (one,) = evaluate(found.compiled, patient)["recommendations"]
        given: Json = one["gives"][0]["dose"]
        return given

    asked: Json = {"infection": True, "today": "2020-06-01"}
    assert dose(**asked, birth="2018-06-01")["low"] == 2
    assert dose(**asked, birth="2018-06-02")["low"] == 1
    assert dose(**asked, birth={"one_of": ["2018-06-02", "2019-01-01"]})["low"] == 1
    assert [one["band"] for one in dose(**asked)["per_band"]] == ["< 2 years", "otherwise"]
    assert dose(**asked)["needs"] == ["birth"]
    assert dose(infection=False, grade_of_it="harsh") == {**amount(2, "mg"), "by": "grade_of_it"}
    assert dose(infection=False)["needs"] == ["grade_of_it"]


# --- infusions, hold and resume ----------------------------------------------


def test_the_rate_of_an_infusion_is_computed_where_it_is_exact() -> None:
    given = order("intravenously 500 mg in 500 mL over 4 hours; rest not stated")["infusion"]
    assert given == {
        "volume": {"value": 500, "unit": "mL"},
        "over": amount(4, "h"),
        "rate": amount(125, "mL/h"),
    }
    assert "rate" not in order("intravenously 500 mg in 500 mL over 7 hours; rest not stated")["infusion"]
    given = order(
        "intravenously 500 mg in 500 mL; rest not stated\n    rate 50 mL/h for 30 min\n    rate 100 mL/h"
    )
    assert given["infusion"]["steps"] == [
        {"rate": amount(50, "mL/h"), "for": amount(30, "min")},
        {"rate": amount(100, "mL/h"), "for": "the rest"},
    ]


def test_hold_and_resume_stand_outside_the_outcome() -> None:
    written = "10 mg/d; rest not stated\n    hold when infection\n    resume when not infection"
    for infection, hold, resume in ((True, "yes", "no"), (False, "no", "yes")):
        given = order(written, infection=infection)
        assert given["hold"] == [{"applies": hold, "needs": [], "statements": []}]
        assert given["resume"] == [{"applies": resume, "needs": [], "statements": []}]
    result = evaluate(compiled(written), {})
    assert result["status"] == "determined"
    (one,) = result["recommendations"]
    assert one["gives"][0]["hold"] == [{"applies": "unknown", "needs": ["infection"], "statements": []}]
    assert "hold: unknown: needs Infection (infection)" in result_text(compiled(written).guideline, result)


# --- equality, scenarios, text -----------------------------------------------


def outcome_of(first: str, second: str) -> str:
    text = f"""{HEAD}decision d "D"
  when infection: recommend drug_a {first}
  otherwise: recommend drug_a {second}
"""
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    status: str = evaluate(found.compiled, {})["status"]
    return status


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        ("10 mg/d; rest not stated\n    taper by 5 mg/d every 1 week until stop", "10 mg/d; rest not stated", "indeterminate"),
        ("10 mg/d; rest not stated\n    hold when age > 5 years", "10 mg/d; rest not stated", "determined"),
        ("in 100 mL over 1 h; rest not stated", "in 100 mL over 2 h; rest not stated", "indeterminate"),
        ("1 mg/kg of weight basis stated at most 50 mg; rest not stated", "1 mg/kg of weight basis stated; rest not stated",
         "indeterminate"),
    ],
)  # fmt: skip
def test_the_formula_of_a_dose_is_part_of_the_outcome(first: str, second: str, status: str) -> None:
    assert outcome_of(first, second) == status


def test_scenarios_expect_totals_days_and_steps() -> None:
    text = f"""{HEAD}regimen r "R"
  give drug_a by mouth 60 mg/d for 4 weeks
    taper by 10 mg/d every 2 weeks until stop
decision d "D"
  when age >= 1 year: recommend r
  otherwise: nothing
scenario "All"
  given age 30 years
  expect total of drug_a 3.78 g; daily of drug_a in r 60 mg/d
  expect steps of drug_a 60 mg/d, 50 mg/d, 40 mg/d, 30 mg/d, 20 mg/d, 10 mg/d
scenario "Wrong"
  given age 30 years
  expect total of drug_a 3 g; daily of drug_a not stated; steps of drug_a 60 mg/d, 50 mg/d
"""
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    assert not run(found.compiled, found.scenarios[0])
    assert [one.got for one in run(found.compiled, found.scenarios[1])] == [
        "3780 mg", "60 mg/d", "60 mg/d, 50 mg/d, 40 mg/d, 30 mg/d, 20 mg/d, 10 mg/d",
    ]  # fmt: skip


def test_scenarios_expect_how_often_and_for_how_long() -> None:
    text = f"""{HEAD}regimen r "R"
  give drug_a by mouth 60 mg every 8 h for 4 to 6 weeks
regimen s "S"
  give drug_a by mouth 60 mg; rest not stated
decision d "D"
  when age >= 1 year: recommend r
  otherwise: recommend s
options list "L"
  use r when age < 1 year
  use s when not stated
scenario "All"
  given age 30 years
  expect interval of drug_a in r 8 h; duration of drug_a 4 to 6 weeks
  expect interval of drug_a in s not stated; duration of drug_a in s not stated
scenario "Wrong"
  given age 30 years
  expect interval of drug_a 8 weeks; duration of drug_a not stated; interval of drug_a in s 8 h
"""
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    assert not run(found.compiled, found.scenarios[0])
    assert [one.got for one in run(found.compiled, found.scenarios[1])] == [
        "8 h", "4 to 6 weeks", "not stated",
    ]  # fmt: skip


def test_words_of_orders_may_be_names() -> None:
    text = HEAD
    for name, word in (
        ("infection", "rate"),
        ("drug_a", "taper"),
        ("weight", "strengths"),
        ("input age", "input hold"),
    ):
        text = text.replace(name, word)
    text += """decision over "Over"
  when rate and hold > 3 years and strengths > 5 kg: use taper; rest not stated
  otherwise: nothing
"""
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics


def test_a_drug_that_is_stopped_step_by_step_keeps_its_steps() -> None:
    found = order("30 mg/d; stop; rest not stated\n    taper by 10 mg/d every 1 week until stop")
    assert found["action"] == "stop"
    assert [one["low"] for one in found["taper"]["steps"]] == [30, 20, 10]
