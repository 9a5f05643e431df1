"""The flagship against the published algorithm: 36 rows, doses, register, and the cautions that a reader must not lose."""

import csv
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from guidec.account import account
from guidec.evaluate import Compiled, evaluate
from guidec.pipeline import Compilation
from guidec.project import compile_path
from guidec.scenarios import orders, run

ROOT = Path(__file__).parents[1]
TAKADA = ROOT / "guidelines" / "pm_dm_ild" / "takada.guide"
ROWS = ROOT / "tests" / "data" / "flagship" / "fig3_rows.csv"


@cache
def compilation() -> Compilation:
    return compile_path(TAKADA)


def compiled() -> Compiled:
    found = compilation().compiled
    assert found is not None
    return found


def ask(**patient: object) -> dict[str, Any]:
    return evaluate(compiled(), {"ild_present": True, **patient})


def given(result: dict[str, Any], decision: str) -> list[str]:
    return [one["id"] for one in result["recommendations"] if one["decision"] == decision]


def test_the_flagship_compiles_without_a_complaint() -> None:
    assert compilation().diagnostics == ()


def test_every_scenario_of_the_flagship_holds() -> None:
    failures = [failure for scenario in compilation().scenarios for failure in run(compiled(), scenario)]
    assert not failures
    assert len(compilation().scenarios) >= 90


@pytest.mark.parametrize(
    "row", list(csv.DictReader(ROWS.read_text("utf-8").splitlines())), ids=lambda row: row["row"]
)
def test_the_36_rows_of_the_published_algorithm(row: dict[str, str]) -> None:
    result = ask(
        myositis_dx=row["myositis_dx"],
        ild_onset=row["ild_onset"],
        mda5_level=row["mda5_level"],
        refractory=row["refractory"] == "yes",
    )
    assert result["decisions"]["initial_treatment"]["status"] == "determined"
    assert given(result, "initial_treatment") == [row["treatment"]]
    step = result["decisions"]["refractory_step"]
    assert (step["status"], given(result, "refractory_step")) == {
        "nothing": ("determined", []),
        "pmx_dhp": ("determined", ["pmx_dhp"]),
        "not_stated": ("not_stated", []),
    }[row["step"]]
    gives = next(one for one in result["recommendations"] if one["decision"] == "initial_treatment")["gives"]
    usual = [entry.get("drug", entry["usual"]) for entry in gives if "usual" in entry]
    assert usual == ([row["usual"]] if row["usual"] else [])


def test_ignored_inputs_are_not_asked_for() -> None:
    assert ask(myositis_dx="dm", refractory=False)["decisions"]["initial_treatment"]["needs"] == []
    assert (
        ask(myositis_dx="pm", ild_onset="acute", refractory=False)["decisions"]["initial_treatment"]["needs"]
        == []
    )


def test_a_blank_titre_asks_and_an_unmeasurable_one_answers() -> None:
    blank = ask(myositis_dx="adm", refractory=False)["decisions"]["initial_treatment"]
    assert (blank["status"], blank["needs"], blank["ask_next"]) == (
        "indeterminate",
        ["mda5_level"],
        "mda5_level",
    )
    assert given(ask(myositis_dx="adm", mda5_level="cannot_measure"), "initial_treatment") == [
        "triple_therapy"
    ]


def test_doses_are_exact() -> None:
    chronic = ask(myositis_dx="pm", ild_onset="chronic", ideal_body_weight=62.5, refractory=False)
    dose = chronic["recommendations"][0]["gives"][0]["dose"]
    assert dose == {"low": 62.5, "high": 62.5, "unit": "mg/d", "of": "ideal_body_weight", "basis": "stated"}
    triple = ask(myositis_dx="adm", mda5_level="high", body_weight=32.2, refractory=False)
    doses = {order["drug"]: order["dose"] for name, order in orders(triple) if name == "triple_therapy"}
    assert doses["mycophenolate"] == {
        "low": 966,
        "high": 966,
        "unit": "mg/d",
        "of": "body_weight",
        "basis": "not stated",
    }
    assert doses["cyclosporin"] == {"low": 150, "high": 150, "unit": "mg/d"}
    assert doses["systemic_glucocorticoid"] == "not stated"
    assert doses["cyclophosphamide"]["needs"] == ["bsa"]


def test_links_that_are_ours_are_marked() -> None:
    triple = ask(myositis_dx="adm", mda5_level="high", refractory=False)
    marked = {
        order["drug"]: order.get("inferred", []) for name, order in orders(triple) if name == "triple_therapy"
    }
    assert marked == {
        "systemic_glucocorticoid": [],
        "cyclosporin": ["T83"],
        "mycophenolate": ["T87"],
        "cyclophosphamide": ["T81"],
    }
    chronic = ask(myositis_dx="pm", ild_onset="chronic", refractory=False)["recommendations"][0]["gives"][0]
    assert (chronic["statements"], chronic["inferred"]) == (["T155"], ["T57", "T75"])


def test_dm_and_adm_with_a_low_titre_cite_their_own_statements() -> None:
    dm = ask(myositis_dx="dm", refractory=False)["recommendations"][0]
    low = ask(myositis_dx="adm", mda5_level="low", refractory=False)["recommendations"][0]
    either = ask(myositis_dx={"one_of": ["dm", "adm"]}, mda5_level="low", refractory=False)[
        "recommendations"
    ][0]
    assert (dm["id"], low["id"], either["id"]) == ("combination",) * 3
    assert dm["statements"] == ["T161", "T162"]
    assert low["statements"] == ["T163", "T166"]
    assert set(either["statements"]) == {"T161", "T162", "T163", "T166"}


def test_every_statement_of_the_register_is_accounted_for() -> None:
    entries = account(compiled().guideline, compilation().cited)
    assert [entry["id"] for entry in entries] == [f"T{number:02}" for number in range(1, 183)]
    counts = Counter(entry["status"] for entry in entries)
    assert counts["missing"] == 0
    assert all(entry["reason"] for entry in entries if entry["status"] in ("documented", "set_aside"))


def test_no_recommendation_is_made_outside_of_the_scope() -> None:
    result = evaluate(compiled(), {"ild_present": False, "myositis_dx": "adm", "mda5_level": "high"})
    assert result["status"] == "out_of_scope"
    assert result["recommendations"] == result["advice"] == result["monitoring"] == []


def test_results_survive_json() -> None:
    result = ask(myositis_dx="adm", mda5_level="high")
    assert json.loads(json.dumps(result)) == result
