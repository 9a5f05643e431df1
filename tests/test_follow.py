"""Visits followed through a pathway: the published courses, every move of every source, and any visits at all."""

import json
import re
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as some

from guidec import ir, render
from guidec.cli import cli
from guidec.evaluate import Compiled, evaluate
from guidec.follow import Unfollowed, errors_json, follow, state_of
from guidec.follow.changes import facts
from guidec.follow.stored import checksum
from guidec.follow_show import timeline_markdown, timeline_text
from guidec.pipeline import compile_file
from guidec.project import compile_path
from guidec.schema import result_faults, timeline_faults
from guidec_targets.timeline import timeline_dot
from schemas import validator
from test_flowchart import NASTY

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data" / "follow"
GOLDEN = Path(__file__).parent / "goldens" / "droracle" / "timeline.dot"

SLOW: tuple[HealthCheck, ...] = (HealthCheck.too_slow, HealthCheck.filter_too_much)
"""What a machine under load may be: no fault of what is tested."""

Json = dict[str, Any]


@cache
def compiled(name: str) -> Compiled:
    found = compile_path(ROOT / "guidelines" / "pm_dm_ild" / f"{name}.guide").compiled
    assert found is not None
    return found


@cache
def wound() -> Compiled:
    """A small guideline that has everything: entries that last, a series, dates, tests, readings, a scope, final stages."""
    found = compile_path(DATA / "wound.guide").compiled
    assert found is not None
    return found


def at(stage: Json) -> list[str]:
    """The stages at which a patient may be."""
    place = stage["at"]
    return [] if place is None else list(place["one_of"]) if isinstance(place, dict) else [place]


def visits(name: str) -> list[Json]:
    found: list[Json] = json.loads((DATA / f"{name}.json").read_text("utf-8"))
    return found


def timeline(name: str, course: list[Json]) -> list[Json]:
    found: list[Json] = follow(compiled(name), course)["visits"]
    return found


def ids(visit: Json) -> list[str]:
    return [one["id"] for one in visit["result"]["recommendations"]]


# --- the two published cases: T140 to T146 ------------------------------------


def test_the_case_of_figure_1_improves_and_stays_where_it_is() -> None:
    first, second = timeline("takada", visits("takada_fig_1"))
    assert first["stage"]["by"] == "entered"
    assert (
        first["result"]["decisions"]["initial_treatment"]["status"] == "indeterminate"
    )  # the titre has no cut-off: T142
    assert (second["stage"]["at"], second["stage"]["by"]) == ("first_treatment", "followed")
    assert second["came"]["when"] == "not stated"  # T62, T63


def test_the_case_of_figure_2_may_be_at_two_stages_until_its_titre_is_known() -> None:
    first, second, third, fourth = timeline("takada", visits("takada_fig_2"))
    assert first["result"]["decisions"]["initial_treatment"]["needs"] == ["mda5_level"]
    assert second["stage"]["at"] == {
        "one_of": ["refractory", "salvage"]
    }  # by triple therapy or by a combination
    assert second["stage"]["moves"][0]["needs"] == ["mda5_level"]
    assert (third["stage"]["at"], "mismatch" in third["stage"]) == ("refractory", False)
    assert "pmx_dhp" in ids(third)  # T173
    assert fourth["stage"]["at"] == "salvage"
    assert {"rituximab", "ivig"} <= set(ids(fourth))  # T132, T133, T134


# --- every move of every source -------------------------------------------------

PM = {"ild_present": True, "myositis_dx": "pm"}
MOVES: list[tuple[str, str, Json, str | None]] = [
    ("droracle", "first_line", {}, "on_first_line"),
    ("droracle", "on_first_line", {"treatment_response": "progressed"}, "progressed"),
    ("droracle", "on_first_line", {"treatment_response": "recurred"}, "recurrent"),
    ("droracle", "on_first_line", {"treatment_response": "improved"}, "on_first_line"),
    ("droracle", "on_first_line", {"treatment_response": "stable"}, "on_first_line"),
    ("droracle", "progressed", {"treatment_response": "progressed"}, "progressed"),
    ("droracle", "progressed", {"treatment_response": "recurred"}, "recurrent"),
    ("droracle", "progressed", {"treatment_response": "improved"}, None),
    ("droracle", "progressed", {"treatment_response": "stable"}, None),
    ("droracle", "recurrent", {}, None),
    ("takada", "first_treatment", {"refractory": False}, "first_treatment"),
    ("takada", "first_treatment", {"refractory": True, "ild_onset": "acute"}, "salvage"),
    ("takada", "first_treatment", {"refractory": True, "ild_onset": "chronic"}, "refractory"),
    ("takada", "refractory", {"refractory": True}, "salvage"),
    ("takada", "refractory", {"refractory": False}, None),
    ("takada", "salvage", {}, None),
    (
        "uptodate",
        "assess",
        {"dyspnea_exertional": "mild", "hrct_extent_pct": 5, "fvc_pct_pred": 80, "dlco_pct_pred": 70},
        "observe",
    ),
    (
        "uptodate",
        "assess",
        {"dyspnea_exertional": "severe", "hrct_extent_pct": 50, "fvc_pct_pred": 50, "dlco_pct_pred": 40},
        "treat",
    ),
    ("uptodate", "assess", {"myositis_dx": "adm"}, None),
    ("uptodate", "observe", {}, None),
    ("uptodate", "treat", {}, None),
]


@pytest.mark.parametrize(("name", "stage", "found", "to"), MOVES)
def test_each_move_of_each_source_is_gone(name: str, stage: str, found: Json, to: str | None) -> None:
    pathway = compiled(name).guideline.pathway
    assert pathway is not None
    course = [
        {"date": "2026-01-31", "patient": {**PM, pathway.input: stage}},
        {"date": "2026-03-01", "patient": {**PM, **found}},
    ]
    second = timeline(name, course)[1]["stage"]
    assert second["at"] == to
    assert second["expected"] == (to or "not stated")


def test_no_move_is_left_out_above() -> None:
    for name in ("droracle", "takada", "uptodate"):
        pathway = compiled(name).guideline.pathway
        assert pathway is not None
        written = {(stage.id, move.to or None) for stage in pathway.stages for move in stage.moves}
        assert written == {(stage, to) for guideline, stage, _, to in MOVES if guideline == name}


def test_a_response_that_is_not_known_leads_to_every_stage_it_may() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**PM, "care_phase": "on_first_line"}},
        {"date": "2026-04-01", "patient": PM},
        {"date": "2026-07-01", "patient": {**PM, "treatment_response": "recurred"}},
    ]
    _, second, third = timeline("droracle", course)
    assert second["stage"]["at"] == {"one_of": ["on_first_line", "progressed", "recurrent"]}
    assert third["stage"]["at"] is None  # from `recurrent` the source says nothing
    assert third["stage"]["expected"] == "not stated"


def test_an_entered_stage_counts_and_a_mismatch_is_shown() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**PM, "care_phase": "on_first_line"}},
        {
            "date": "2026-04-01",
            "patient": {**PM, "treatment_response": "improved", "care_phase": "recurrent"},
        },
    ]
    second = timeline("droracle", course)[1]
    assert second["stage"]["at"] == "recurrent"
    assert second["stage"]["expected"] == "on_first_line"
    assert second["stage"]["mismatch"] is True


# --- what is due ------------------------------------------------------------------


def test_a_test_that_was_done_dates_its_monitoring_and_month_ends_hold() -> None:
    course = [
        {"date": "2023-11-30", "patient": {**PM, "care_phase": "on_first_line"}, "done": ["pft"]},
        {"date": "2024-06-01", "patient": {**PM, "treatment_response": "stable"}},
    ]
    first, second = timeline("droracle", course)
    pft = {one["id"]: one for one in first["monitoring"]}["pft_interval"]
    assert pft["due"] == {"earliest": "2024-02-29", "latest": "2024-05-30"}
    assert pft["state"] == "done"
    assert first["reviews"][0]["due"] == {"earliest": "2024-02-29", "latest": "2024-05-30"}
    assert second["came"] == {
        "when": "late", "since": "2023-11-30", "earliest": "2024-02-29", "latest": "2024-05-30"
    }  # fmt: skip


# --- what lasts --------------------------------------------------------------------


FRESH = {"wounded": True, "phase": "fresh", "alive": True, "pus": False}


def test_what_lasts_is_carried_until_null_ends_it_and_the_rest_is_blank() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**FRESH, "weight": 60, "allergies": []}},
        {"date": "2026-01-08", "patient": {"weight": None}},
        {"date": "2026-01-15", "patient": {"weight": 62}},
        {"date": "2026-01-22", "patient": {"allergies": ["penicillin"]}},
    ]
    _, second, third, fourth = follow(wound(), course)["visits"]
    assert "pus" not in second["record"]
    assert second["known"] == {
        "given": ["weight"],
        "carried": {"wounded": "2026-01-01", "allergies": "2026-01-01"},
        "dated": ["today"],
    }
    assert second["record"]["weight"] is None
    assert second["record"]["today"] == "2026-01-08"
    assert third["record"]["weight"] == 62
    assert fourth["known"]["carried"] == {"wounded": "2026-01-01", "weight": "2026-01-15"}


def test_a_series_grows_by_the_day_of_the_visit_and_by_older_entries() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**FRESH, "width": 6}},
        {
            "date": "2026-01-08",
            "patient": {"width": [{"date": "2025-12-01", "value": 9}, {"date": "2026-01-08", "value": 5}]},
        },
        {"date": "2026-01-15", "patient": {}},
        {"date": "2026-01-22", "patient": {"width": {"one_of": [4, 6]}}},
        {"date": "2026-01-29", "patient": {}},
        {"date": "2026-02-05", "patient": {"width": None}},
        {"date": "2026-02-12", "patient": {"width": 4}},
    ]
    found = [one["record"].get("width") for one in follow(wound(), course)["visits"]]
    three = [
        {"date": "2026-01-01", "value": 6},
        {"date": "2025-12-01", "value": 9},
        {"date": "2026-01-08", "value": 5},
    ]
    partly = {"one_of": [4, 6]}
    assert found == [
        three[:1],
        three,
        three,
        partly,
        partly,
        None,
        [*three, {"date": "2026-02-12", "value": 4}],
    ]


def test_the_fall_of_fvc_over_12_months_is_found_over_the_visits() -> None:
    course = [
        {"date": "2025-03-01", "patient": {**PM, "care_phase": "on_first_line", "fvc_pct_pred": 80}},
        {"date": "2025-09-01", "patient": {"treatment_response": "stable", "fvc_pct_pred": 79}},
        {"date": "2026-03-01", "patient": {"treatment_response": "stable", "fvc_pct_pred": 75}},
        {"date": "2026-06-01", "patient": {"treatment_response": "stable"}},
    ]
    found = [
        {one["id"]: one["applies"] for one in visit["result"]["advice"]}
        for visit in timeline("droracle", course)
    ]
    assert [one.get("fvc_decline") for one in found] == ["unknown", "unknown", "yes", "unknown"]


def test_the_day_of_a_test_lasts_so_that_it_is_overdue_later() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**FRESH, "phase": "infected"}, "done": ["swab"]},
        *(
            {"date": day, "patient": {"pus": True, "alive": True}}
            for day in ("2026-01-07", "2026-01-08", "2026-01-15")
        ),
        {"date": "2026-01-16", "patient": {"pus": True, "alive": True}},
        {"date": "2026-01-20", "patient": {"pus": True, "alive": True, "last_swab": "2026-01-18"}},
    ]
    found = [
        {one["id"]: one for one in visit["monitoring"]}["swabs"]
        for visit in follow(wound(), course)["visits"]
    ]
    assert [one["state"] for one in found] == ["done", "later", "due", "due", "overdue", "later"]
    assert found[4]["due"] == {"earliest": "2026-01-08", "latest": "2026-01-15"}


def test_monitoring_without_a_date_counts_from_when_it_applies_and_then_from_when_it_was_done() -> None:
    course: list[Json] = [
        {"date": "2026-01-31", "patient": {**FRESH, "width": 12}},
        {"date": "2026-02-28", "patient": {"pus": False, "alive": True}},
        {"date": "2026-03-01", "patient": {}, "done": ["photo"]},
        {"date": "2026-04-02", "patient": {}},
    ]
    found = [
        {one["id"]: one for one in visit["monitoring"]}["photos"]
        for visit in follow(wound(), course)["visits"]
    ]
    assert [(one["from"], one["due"]["latest"], one["state"]) for one in found] == [
        ("2026-01-31", "2026-02-28", "later"),
        ("2026-01-31", "2026-02-28", "due"),
        ("2026-03-01", "2026-04-01", "done"),
        ("2026-03-01", "2026-04-01", "overdue"),
    ]


DRUGS = """
input started "Start of the salve"
  date from 2000-01-01 to 2099-12-31
  or value never "Never started"
  lasting

test blood "Blood count"
test culture "Culture"

monitor bloods "Blood every month on the salve" when wounded
  measure blood
  every 1 month from started or not stated when never
  until 2026-12-31

monitor swab_once "A swab once" when wounded
  measure swab
  due 1 month to 2 months from started or not stated when never

monitor cultures "Culture before and on penicillin" when taking penicillin or prescribed penicillin
  measure culture
  before the first dose
  every 1 month

monitor photo_first "A photo before penicillin" when taking penicillin or prescribed penicillin
  measure photo
  before the first dose
"""
"""Declarations beside those of the wound: a drug's start, tests that count from it, tests before a first dose."""


def drugged_text() -> str:
    text = (DATA / "wound.guide").read_text("utf-8").replace("allergies", "current_drugs")
    return text.replace("monitor swabs", f"{DRUGS}\nmonitor swabs")


@cache
def drugged() -> Compiled:
    read = compile_file("wound.guide", lambda _: drugged_text().encode())
    assert read.compiled is not None, read.diagnostics
    return read.compiled


def of_rule(rule: str, course: list[Json]) -> list[Json]:
    """What is said of one monitoring, visit by visit."""
    whole = follow(drugged(), course)
    assert not timeline_faults(whole)
    return [{one["id"]: one for one in visit["monitoring"]}[rule] for visit in whole["visits"]]


def test_a_test_that_was_done_leaves_the_date_from_which_it_counts_as_it_was_entered() -> None:
    course: list[Json] = [
        {"date": "2026-01-01", "patient": {**FRESH, "started": "2025-12-20"}},
        {"date": "2026-01-25", "done": ["blood"]},
        {"date": "2026-02-26"},
    ]
    whole = follow(drugged(), course)
    assert [one["record"]["started"] for one in whole["visits"]] == ["2025-12-20"] * 3
    found = of_rule("bloods", course)
    assert [(one.get("from"), one["due"]["latest"], one["state"]) for one in found] == [
        (None, "2026-01-20", "later"),
        ("2026-01-25", "2026-02-25", "done"),
        ("2026-01-25", "2026-02-25", "overdue"),
    ]
    once = of_rule("swab_once", course)  # counts from the same date
    assert [one["due"] for one in once] == [{"earliest": "2026-01-20", "latest": "2026-02-20"}] * 3


def test_monitoring_counts_from_a_test_also_where_its_date_is_blank() -> None:
    course: list[Json] = [
        {"date": "2025-01-31", "patient": {**PM, "care_phase": "on_first_line"}, "done": ["pft"]},
        {"date": "2025-05-01", "patient": {"treatment_response": "stable"}},
        {"date": "2025-08-01", "patient": {"treatment_response": "stable"}},
    ]
    visits = timeline("droracle", course)
    assert all("last_pft_date" not in one["record"] for one in visits)
    found = [{one["id"]: one for one in visit["monitoring"]}["pft_interval"] for visit in visits]
    assert [one["due"] for one in found] == [{"earliest": "2025-04-30", "latest": "2025-07-31"}] * 3
    assert [one["state"] for one in found] == ["done", "due", "overdue"]


def test_a_test_done_at_the_visit_that_enters_its_date_is_due_again() -> None:
    course: list[Json] = [
        {"date": "2025-06-01", "patient": {**PM, "last_pft_date": "2025-01-01"}, "done": ["pft"]},
        {"date": "2026-01-01"},
    ]
    whole = follow(compiled("droracle"), course)
    first, second = (
        {one["id"]: one for one in visit["monitoring"]}["pft_interval"] for visit in whole["visits"]
    )
    assert (first["state"], second["state"]) == ("done", "overdue")
    assert first["due"] == second["due"] == {"earliest": "2025-09-01", "latest": "2025-12-01"}
    text = timeline_text(compiled("droracle").guideline, whole)
    assert "done 2025-06-01, due again 2025-09-01 to 2025-12-01: Pulm" in text
    assert "OVERDUE since 2025-12-01: Pulm" in text


def test_a_test_before_the_date_from_which_it_counts_does_not_count() -> None:
    course: list[Json] = [
        {"date": "2026-01-01", "patient": FRESH, "done": ["blood"]},
        {"date": "2026-01-20", "patient": {"started": "2026-01-10"}},
        {"date": "2026-01-21", "patient": {"started": {"one_of": ["2025-12-10", "2026-01-10"]}}},
        {"date": "2026-01-22", "patient": {"started": {"one_of": ["2025-12-10", "never"]}}},
        {"date": "2026-01-23", "patient": {"started": "never"}},
    ]
    assert [one["due"] for one in of_rule("bloods", course)] == [
        {"earliest": "2026-02-01", "latest": "2026-02-01"},
        {"earliest": "2026-02-10", "latest": "2026-02-10"},
        {"needs": ["started"]},
        {"earliest": "2026-02-01", "latest": "2026-02-01"},
        {"earliest": "2026-02-01", "latest": "2026-02-01"},
    ]


def test_what_counts_from_a_test_ends_where_the_rule_ends() -> None:
    course: list[Json] = [
        {"date": "2026-11-15", "patient": {**FRESH, "started": "2026-11-01"}, "done": ["blood"]},
        {"date": "2026-12-15", "done": ["blood"]},
        {"date": "2026-12-20"},
    ]
    assert [(one["due"], one["state"]) for one in of_rule("bloods", course)] == [
        ({"earliest": "2026-12-15", "latest": "2026-12-15"}, "done"),
        ("nothing", "done"),
        ("nothing", "ended"),
    ]


def test_what_would_be_due_after_the_last_day_there_is_has_no_day() -> None:
    text = drugged_text().replace("  until 2026-12-31\n", "")
    text = re.sub(r"input today.*?\n\n", "", text, flags=re.DOTALL)
    found = compile_file("wound.guide", lambda _: text.encode()).compiled
    assert found is not None
    (visit,) = follow(found, [{"date": "9999-12-01", "patient": FRESH, "done": ["blood"]}])["visits"]
    bloods = {one["id"]: one for one in visit["monitoring"]}["bloods"]
    assert (bloods["due"], bloods["state"]) == ("not stated", "done")


def test_what_is_due_once_is_done_by_a_test_from_its_earliest_day_on() -> None:
    course: list[Json] = [
        {"date": "2026-01-01", "patient": {**FRESH, "started": "2026-01-01"}},
        {"date": "2026-01-31", "done": ["swab"]},
        {"date": "2026-02-01", "done": ["swab"]},
        {"date": "2026-09-01"},
        {"date": "2026-09-02", "patient": {"started": "2026-09-01"}},
        {"date": "2026-09-03", "patient": {"started": None}, "done": ["swab"]},
    ]
    found = of_rule("swab_once", course)
    assert [one["state"] for one in found] == ["later", "later", "done", "done", "later", "not known"]
    assert [found[2]["due"], found[3]["due"]] == ["nothing", "nothing"]
    late = [course[0], {"date": "2026-04-01"}, {"date": "2026-04-02", "done": ["swab"]}]
    assert [one["state"] for one in of_rule("swab_once", late)] == ["later", "overdue", "done"]


# --- before the first dose ----------------------------------------------------------------

INFECTED: Json = {**FRESH, "phase": "infected", "current_drugs": []}


def test_what_stands_before_the_first_dose_is_due_until_it_was_done() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**FRESH, "current_drugs": []}, "done": []},
        {"date": "2026-01-02", "patient": INFECTED},
        {"date": "2026-01-03", "patient": INFECTED, "done": ["culture", "photo"]},
        {"date": "2026-01-09", "patient": {**INFECTED, "current_drugs": ["penicillin"]}},
    ]
    whole = follow(drugged(), course)
    assert not timeline_faults(whole)
    found = [{one["id"]: one for one in visit["monitoring"]} for visit in whole["visits"]]
    assert "cultures" not in found[0]
    assert [one["cultures"]["baseline"]["state"] for one in found[1:]] == ["due", "done", "done"]
    assert [one["cultures"]["state"] for one in found[1:]] == ["later", "done", "later"]
    assert [(one["photo_first"]["due"], one["photo_first"]["state"]) for one in found[1:]] == [
        ("before the first dose", "due"), ("nothing", "done"), ("nothing", "done")
    ]  # fmt: skip
    text = timeline_text(drugged().guideline, whole)
    assert text.count("before the first dose; due 2026-02-02: Culture before") == 1
    assert text.count("before the first dose: A photo before penicillin") == 1
    assert "done 2026-01-03, due again 2026-02-03: Culture before" in text
    assert "**" in timeline_markdown(drugged().guideline, whole)


def test_tests_followed_one_by_one_are_those_followed_at_once() -> None:
    course = [
        {"date": "2026-01-02", "patient": {**INFECTED, "started": "2025-12-20"}, "done": ["blood"]},
        {"date": "2026-01-25", "patient": INFECTED, "done": ["culture", "swab"]},
        {"date": "2026-02-26", "patient": {**INFECTED, "current_drugs": ["penicillin"]}},
    ]
    state, found = None, []
    for visit in course:
        part = json.loads(json.dumps(follow(drugged(), [visit], state)))
        state = state_of(drugged(), part)
        found += part["visits"]
    assert found == json.loads(json.dumps(follow(drugged(), course)))["visits"]


def test_a_test_before_the_drug_was_prescribed_is_none_before_its_first_dose() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**FRESH, "current_drugs": []}, "done": ["photo"]},
        {"date": "2026-01-02", "patient": INFECTED},
    ]
    (second,) = (
        one for one in follow(drugged(), course)["visits"][1]["monitoring"] if one["id"] == "photo_first"
    )
    assert second["state"] == "due"


def test_of_a_drug_that_is_taken_already_nothing_is_due_before_the_first_dose() -> None:
    course = [{"date": "2026-01-01", "patient": {**INFECTED, "current_drugs": ["penicillin"]}}]
    whole = follow(drugged(), course)
    assert not timeline_faults(whole)
    guideline = drugged().guideline
    picture = words(drawn(guideline, whole))
    for shown in (timeline_text(guideline, whole), timeline_markdown(guideline, whole)):
        assert "before the first dose, and the drug is taken already: A photo" in shown
        assert "before the first dose, and the drug is taken already; due 2026-02-01: Culture" in shown
    assert picture.count("the drug is taken already") == 2
    assert all(one["state"] != "due" for one in whole["visits"][0]["monitoring"])


# --- stages that are left blank, ended, out of scope, impossible -------------------------


def stages(*patients: Json) -> list[Json]:
    course = [{"date": f"2026-01-{at:02}", "patient": one} for at, one in enumerate(patients, 1)]
    return [one["stage"] for one in follow(wound(), course)["visits"]]


def test_nobody_goes_on_from_a_final_stage_and_another_is_a_mismatch() -> None:
    found = stages(FRESH, {"alive": False}, {}, {"phase": "fresh", "alive": True})
    assert [one["at"] for one in found] == ["fresh", "dead", "dead", "fresh"]
    assert [one["by"] for one in found[:3]] == ["entered", "followed", "followed"]
    assert "mismatch" not in found[2]
    assert found[3]["moves"] == []  # nobody who is dead is alive


def test_a_blank_stage_is_none_that_was_entered() -> None:
    found = stages(FRESH, {"phase": None, "alive": True, "pus": True})
    assert (found[1]["at"], found[1]["by"]) == ("infected", "followed")


def test_one_of_several_stages_leads_where_each_of_them_leads() -> None:
    found = stages({**FRESH, "phase": {"one_of": ["fresh", "infected"]}}, {"alive": True, "pus": True})
    assert found[1]["at"] == "infected"
    silent = stages({**FRESH, "phase": {"one_of": ["fresh", "healed"]}}, {"alive": True, "pus": True})
    assert (silent[1]["at"], silent[1]["expected"]) == (None, "not stated")


def test_out_of_scope_nobody_stands_anywhere() -> None:
    found = stages(FRESH, {"wounded": False}, {"wounded": True, "alive": True, "pus": True})
    assert (found[1]["at"], found[1]["by"]) == (None, "out_of_scope")
    assert (found[2]["at"], found[2]["by"]) == (None, "not known")
    assert "from" not in found[2]


def test_whether_he_came_in_time_is_not_known_where_a_stage_gives_no_time() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**FRESH, "phase": {"one_of": ["fresh", "infected"]}}},
        {"date": "2026-03-01", "patient": {"alive": True, "pus": True}},
    ]
    assert follow(wound(), course)["visits"][1]["came"]["when"] == "not known"


# --- what is new, and why -----------------------------------------------------------


def test_what_changed_names_the_entry_that_made_it_so() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**PM, "care_phase": "on_first_line"}},
        {"date": "2026-04-01", "patient": {**PM, "treatment_response": "progressed"}},
    ]
    second = timeline("droracle", course)[1]
    change = next(one for one in second["changes"] if one["id"] == "on_progression")
    assert change["before"]["status"] == "not_applicable"
    assert "calcineurin_inhibitor" in change["after"]["recommendations"]
    assert change["because"] == ["care_phase"]


def because(*patients: Json) -> str:
    """The text of a course's last visit, from what changed on."""
    course = [{"date": f"2026-01-{at:02}", "patient": one} for at, one in enumerate(patients, 1)]
    text = timeline_text(wound().guideline, follow(wound(), course))
    return text[text.rindex("Changed since the last visit") :]


def test_a_change_by_a_stage_that_was_followed_says_what_led_there() -> None:
    known = {**FRESH, "allergies": []}
    moved = because(known, {"alive": True, "pus": True})
    assert "because the patient came to Infected (Alive: yes and Pus: yes)" in moved
    assert "Phase" not in moved
    otherwise = because(known, {"alive": True, "pus": False})
    assert "because the patient came to Healed (Pus: no, Alive: yes)" in otherwise
    open_still = because(known, {"alive": True})
    assert "because the patient came to Infected, or Healed (Pus: not known)" in open_still
    together = because({**known, "allergies": ["penicillin"]}, {"alive": True, "pus": True, "allergies": []})
    assert "because the patient came to Infected" in together
    assert "because of Phase" in because(known, {"phase": "infected"})
    lost = because({**known, "phase": "healed"}, {})
    assert "because the stage is no longer known" in lost


def test_a_change_by_a_stage_and_an_entry_names_both() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**PM, "care_phase": "first_line", "ild_course": "progressive"}},
        {"date": "2026-04-01"},
    ]
    text = timeline_text(compiled("droracle").guideline, follow(compiled("droracle"), course))
    assert (
        "because of Course of the ILD, and because the patient came to On the first line, its response followed, together"
        in text
    )


# --- what is wrong with visits ------------------------------------------------------

WRONG: list[tuple[object, str, str]] = [
    ([], "bad_type", "visits are a list"),
    ({"visit": []}, "bad_type", "visits are a list"),
    ([17], "bad_type", "a visit is an object"),
    ([{"patient": {}}], "bad_value", "YYYY-MM-DD"),
    ([{"date": "20260228", "patient": {}}], "bad_value", "YYYY-MM-DD"),
    ([{"date": "2026-02-30", "patient": {}}], "bad_value", "there is no such day"),
    ([{"date": "2026-02-01", "patient": []}], "bad_type", "a patient is an object"),
    ([{"date": "2026-02-01", "Patient": {}}], "unknown_input", "a visit has"),
    ([{"date": "2026-02-01", "done": ["spirometry"]}], "bad_value", "no test is called `spirometry`"),
    ([{"date": "2026-02-01"}, {"date": "2026-02-01"}], "bad_value", "in the order of their days"),
    ([{"date": "2026-02-01"}, {"date": "2026-01-01"}], "bad_value", "in the order of their days"),
    ([{"date": "2026-02-01", "patient": {"fvc_pct_pred": 999}}], "out_of_range", "from 0 to 200"),
    ([{"date": "2026-02-01", "patient": {"care_phase": "limbo"}}], "bad_value", "one of"),
]


@pytest.mark.parametrize(("document", "code", "message"), WRONG)
def test_wrong_visits_are_refused_with_their_place(document: object, code: str, message: str) -> None:
    with pytest.raises(Unfollowed) as fault:
        follow(compiled("droracle"), document)
    assert any(one.code == code and message in one.message for one in fault.value.errors)


def test_the_faults_of_all_visits_are_told_at_once() -> None:
    course = [
        {"date": "2026-01-01", "patient": {"weight": "heavy", "phase": {"one_of": [["fresh"]]}}},
        {"date": "1999-01-01", "patient": {"readings": 5}},
        {
            "date": "2026-01-03",
            "patient": {"width": [{"date": "2026-01-04", "value": 5}], "nothing": float("nan")},
        },
    ]
    with pytest.raises(Unfollowed) as fault:
        follow(wound(), course)
    assert [(one.visit, one.input) for one in fault.value.errors] == [
        (1, "weight"), (1, "phase"), (2, "readings"), (2, "date"), (3, "nothing")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("visit", "input", "message"),
    [
        ({"date": "1999-01-01"}, "today", "from 2000-01-01 to 2099-12-31"),
        ({"date": "2026-01-03", "patient": {"today": "2026-01-02"}}, "today", "the visit is of 2026-01-03"),
        (
            {"date": "2026-01-03", "patient": {"width": [{"date": "2026-01-04", "value": 5}]}},
            "width",
            "later than the visit",
        ),
        (
            {"date": "2026-01-03", "patient": {"phase": "dead", "alive": True}},
            "phase",
            "The dead are not alive",
        ),
    ],
)
def test_a_visit_that_contradicts_its_day_is_refused(visit: Json, input: str, message: str) -> None:
    with pytest.raises(Unfollowed) as fault:
        follow(wound(), [visit])
    (error,) = fault.value.errors
    assert (error.visit, error.input) == (1, input)
    assert message in error.message


def test_visits_after_a_timeline_are_counted_on_and_their_faults_by_their_file() -> None:
    first = json.loads(json.dumps(follow(wound(), COURSE)), parse_int=float)
    state = state_of(wound(), first)
    after = follow(wound(), [{"date": "2026-02-01"}, {"date": "2026-03-01"}], state)
    assert [repr(one["visit"]) for one in after["visits"]] == ["3", "4"]
    assert after["state"]["visits"] == 4
    with pytest.raises(Unfollowed) as fault:
        follow(wound(), [{"date": "2026-01-01"}], state)
    assert fault.value.errors[0].visit == 1


def test_a_timeline_of_another_guideline_is_refused() -> None:
    other = follow(compiled("takada"), visits("takada_fig_1"))
    with pytest.raises(Unfollowed):
        state_of(compiled("droracle"), other)
    with pytest.raises(Unfollowed):
        state_of(compiled("droracle"), {"state": {"digest": compiled("droracle").digest}})


# --- any visits -----------------------------------------------------------------------


ENTRIES: dict[str, list[Any]] = {
    "wounded": [True, True, True, False, None],
    "phase": ["fresh", "infected", "dead", {"one_of": ["fresh", "healed"]}, None],
    "pus": [True, False, None],
    "alive": [True, True, True, False],
    "width": [3, 4.5, 12, None, {"one_of": [4, 6]}, [{"date": "2019-01-01", "value": 7}], []],
    "weight": [60, 72.5, {"value": 150, "unit": "[lb_av]"}, None],
    "allergies": [[], ["penicillin"]],
    "last_swab": ["2019-12-01", None],
    "readings": [{"wide": "half"}, {"wide": "full"}, {}],
}


@some.composite
def any_visits(draw: some.DrawFn) -> list[Json]:
    day = draw(some.dates(date(2020, 1, 1), date(2024, 12, 31)))
    found: list[Json] = []
    for _ in range(draw(some.integers(1, 5))):
        names = draw(some.lists(some.sampled_from(sorted(ENTRIES)), unique=True, max_size=6))
        patient = {name: draw(some.sampled_from(ENTRIES[name])) for name in names}
        if patient.get("phase") == "dead":
            patient["alive"] = False
        visit: Json = {"date": day.isoformat(), "patient": patient}
        if draw(some.booleans()):
            visit["done"] = draw(some.lists(some.sampled_from(["swab", "photo"]), unique=True))
        found.append(visit)
        day += timedelta(days=draw(some.integers(1, 400)))
    return found


def followed(course: list[Json]) -> Json:
    """Visits whose entries go with nobody are no example."""
    try:
        return follow(wound(), course)
    except Unfollowed as fault:
        assert {one.code for one in fault.errors} == {"impossible"}
        reject()


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(any_visits())
def test_following_visits_one_by_one_is_following_them_at_once(course: list[Json]) -> None:
    whole = json.loads(json.dumps(followed(course)))
    state, found, part = None, [], whole
    for visit in course:
        part = json.loads(json.dumps(follow(wound(), [visit], state)))
        assert not timeline_faults(part)
        found += part["visits"]
        state = state_of(wound(), part)
    assert found == whole["visits"]
    assert part["state"] == whole["state"]


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(any_visits())
def test_what_a_visit_says_is_what_eval_says_of_its_record(course: list[Json]) -> None:
    whole = followed(course)
    assert not timeline_faults(whole)
    assert not list(validator("timeline.schema.json").iter_errors(whole))
    for visit in whole["visits"]:
        assert visit["result"] == evaluate(wound(), visit["record"])
        assert not result_faults(visit["result"])
        stage = visit["stage"]
        if stage["by"] == "followed":
            ends = {one["to"] for move in stage["moves"] for one in move["possible"]}
            ends |= {move["stage"] for move in stage["moves"] if move["status"] == "final"}
            assert set(at(stage)) == ends
    timeline_text(wound().guideline, whole)
    timeline_markdown(wound().guideline, whole)
    timeline_dot(wound().guideline, whole)


@settings(max_examples=30, deadline=None, suppress_health_check=SLOW)
@given(any_visits())
def test_saying_more_of_a_visit_never_adds_a_stage(course: list[Json]) -> None:
    last = course[-1]["patient"]
    less = [*course[:-1], {**course[-1], "patient": {name: last[name] for name in last if name != "pus"}}]
    assume("phase" not in last)
    more, fewer = (followed(one)["visits"][-1]["stage"] for one in (course, less))
    if fewer["at"] is not None and more["by"] == "followed":
        assert set(at(more)) <= set(at(fewer))


def test_a_change_is_because_of_what_takes_it_back() -> None:
    """Each entry of `because`, put back alone, gives the piece as it was; of `together`, all do."""
    course = [
        {"date": "2026-01-01", "patient": {"wounded": True, "phase": "fresh", "weight": 60, "allergies": []}},
        {
            "date": "2026-01-08",
            "patient": {"pus": True, "alive": True, "weight": 70, "readings": {"wide": "half"}, "width": 6},
        },
    ]
    first, second = follow(wound(), course)["visits"]
    assert second["changes"]
    for one in second["changes"]:
        for names in [[name] for name in one.get("because", ())] or [one["together"]]:
            record = {name: value for name, value in second["record"].items() if name not in names}
            record |= {name: first["record"][name] for name in names if name in first["record"]}
            key = one["kind"], one["id"]
            assert facts(evaluate(wound(), record)).get(key) == one.get("before"), one


# --- the state of a timeline ----------------------------------------------------------


COURSE = [
    {
        "date": "2026-01-01",
        "patient": {
            "wounded": True,
            "phase": "fresh",
            "weight": 60,
            "width": 6,
            "readings": {"wide": "half"},
        },
    },
    {"date": "2026-01-08", "patient": {"pus": True, "alive": True}, "done": ["swab"]},
]


def test_a_state_is_taken_up_also_where_a_database_wrote_its_numbers_anew() -> None:
    stored = json.loads(json.dumps(follow(wound(), COURSE)))
    again = json.loads(json.dumps(stored), parse_int=float)
    assert state_of(wound(), again) == state_of(wound(), stored)


MALFORMED: list[object] = [
    None,
    [],
    {},
    {"state": None},
    {"state": []},
    {"state": {}},
    {"state": {"digest": 5}},
    7,
    "state",
]


@pytest.mark.parametrize("document", MALFORMED, ids=repr)
def test_what_is_no_timeline_is_refused(document: object) -> None:
    with pytest.raises(Unfollowed, match="no timeline"):
        state_of(wound(), document)


JSON = some.recursive(
    some.none()
    | some.booleans()
    | some.integers()
    | some.floats()
    | some.text(max_size=5)
    | some.just("2026-01-01"),
    lambda one: some.lists(one, max_size=3) | some.dictionaries(some.text(max_size=5), one, max_size=3),
    max_leaves=5,
)


@cache
def stored() -> Json:
    found: Json = json.loads(json.dumps(follow(wound(), COURSE)))
    return found


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, below in inside for one in places(below, (*path, key)))]


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    found = dict(value) if isinstance(value, dict) else list(value)
    found[path[0]] = replaced(value[path[0]], path[1:], new)
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(some.data())
def test_a_state_that_was_changed_is_refused(data: some.DataObject) -> None:
    path = data.draw(some.sampled_from(places(stored()["state"])))
    changed = replaced(stored()["state"], path, data.draw(JSON))
    assume(json.dumps(changed) != json.dumps(stored()["state"]))
    with pytest.raises(Unfollowed):
        state_of(wound(), {**stored(), "state": changed})


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(some.data())
def test_a_forged_checksum_gets_no_further_than_a_refusal(data: some.DataObject) -> None:
    """Whoever forges it gets a state that can be used, or a refusal, and never anything else."""
    path = data.draw(some.sampled_from([one for one in places(stored()["state"]) if one]))
    changed = replaced(stored()["state"], path, data.draw(JSON))
    bare = {name: value for name, value in changed.items() if name != "checksum"}
    forged = {**bare, "checksum": checksum(bare)}
    try:
        state = state_of(wound(), {**stored(), "state": forged})
        follow(wound(), [{"date": "2026-02-01", "patient": {"alive": True, "width": 5}}], state)
    except Unfollowed as fault:
        assert fault.errors
        json.dumps(errors_json(fault))


@settings(max_examples=80, deadline=None, suppress_health_check=SLOW)
@given(some.data())
def test_visits_are_followed_or_refused_whatever_they_are(data: some.DataObject) -> None:
    course: list[Json] = json.loads(json.dumps(COURSE))
    path = data.draw(some.sampled_from(places(course)))
    try:
        follow(wound(), replaced(course, path, data.draw(JSON)))
    except Unfollowed as fault:
        assert not timeline_faults(errors_json(fault))


# --- the picture ------------------------------------------------------------------------


def drawn(guideline: ir.Guideline, whole: Json) -> str:
    text, reason = render.svg_of(timeline_dot(guideline, whole))
    assert text is not None, reason
    return text


def svg(name: str, whole: Json) -> str:
    return drawn(compiled(name).guideline, whole)


def words(picture: str) -> str:
    texts = (one for one in ElementTree.fromstring(picture).iter() if one.tag.endswith("}text"))
    return " ".join("".join(one.itertext()).replace("\xa0", " ").strip() for one in texts)


def test_the_picture_of_a_course_is_the_golden_one(request: pytest.FixtureRequest) -> None:
    dot = timeline_dot(compiled("droracle").guideline, follow(compiled("droracle"), visits("droracle")))
    if request.config.getoption("--rewrite-goldens"):
        GOLDEN.parent.mkdir(parents=True, exist_ok=True)
        GOLDEN.write_text(dot, "utf-8")
    assert dot == GOLDEN.read_text("utf-8")


def test_the_picture_in_the_readme_is_drawn_from_its_visits(request: pytest.FixtureRequest) -> None:
    written = re.search(r"<<'VISITS'\n(.*?)VISITS\n", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert written is not None
    whole = follow(compiled("droracle"), json.loads(written[1]))
    path = ROOT / "docs" / "visits.svg"
    if request.config.getoption("--rewrite-goldens"):
        path.write_text(svg("droracle", whole), "utf-8")
    dot = timeline_dot(compiled("droracle").guideline, whole)
    assert render.carries_digest(path.read_text("utf-8"), dot), "run `make goldens`"


def test_the_picture_says_where_the_patient_stands_what_is_late_and_what_is_next() -> None:
    text = words(svg("droracle", follow(compiled("droracle"), visits("droracle"))))
    for part in (
        "OVERDUE since 2025-12-15:",
        "came LATE",
        "Progressed on first line",
        "Response to treatment: Progressed",
        "Stage not known",
        "Ask next: Response to treatment",
        "See again: 2025-09-15 to 2025-12-15",
    ):
        assert part in text, part


@pytest.mark.parametrize(
    ("first", "second", "lapse"),
    [
        ("2023-01-15", "2024-01-15", "12 months later"),
        ("2025-01-01", "2027-01-01", "24 months later"),
        ("2025-01-02", "2027-01-01", "23 months later"),
        ("2024-01-15", "2025-01-14", "52 weeks later"),
        ("2024-01-15", "2024-03-15", "8 weeks later"),
        ("2024-01-15", "2024-01-16", "1 day later"),
    ],
)
def test_the_picture_counts_the_months_that_are_over(first: str, second: str, lapse: str) -> None:
    whole = follow(wound(), [{"date": first, "patient": FRESH}, {"date": second}])
    assert lapse in words(drawn(wound().guideline, whole))


def test_the_picture_has_what_is_due_once_like_the_text() -> None:
    course = [{"date": "2026-01-01", "patient": {**INFECTED, "started": "never"}}]
    guideline, whole = drugged().guideline, follow(drugged(), course)
    assert "once: A swab once" in timeline_text(guideline, whole)
    picture = words(drawn(guideline, whole))
    for part in ("once: A swab once", "before the first dose: A photo before", "before the first dose; due"):
        assert part in picture, part


def test_a_stage_that_is_not_known_is_dashed_and_what_is_overdue_is_not_told_by_colour_alone() -> None:
    whole = follow(compiled("takada"), visits("takada_fig_2"))
    nodes = re.findall(
        r"^  visit(\d+) \[label=(.*)$", timeline_dot(compiled("takada").guideline, whole), re.MULTILINE
    )
    assert [number for number, _ in nodes] == ["0", "1", "2", "3"]
    assert [html.count('STYLE="DASHED"') for _, html in nodes] == [0, 2, 0, 0]
    assert nodes[1][1].index("Refractory to the first treatment") < nodes[1][1].index("Salvage")
    assert '<FONT COLOR="#ffffff"><B>OVERDUE' in GOLDEN.read_text("utf-8")


def test_a_stage_entered_against_the_pathway_has_two_frames_and_says_so() -> None:
    course = [
        {"date": "2026-01-01", "patient": {**PM, "care_phase": "on_first_line"}},
        {"date": "2026-04-01", "patient": {"treatment_response": "improved", "care_phase": "recurrent"}},
    ]
    text = words(svg("droracle", follow(compiled("droracle"), course)))
    assert text.count("ENTERED AGAINST THE PATHWAY") == 1
    assert "The pathway leads to On the first line" in text


def test_twelve_visits_take_two_pages_in_portrait_at_most() -> None:
    course = [
        {
            "date": "2024-01-31",
            "done": ["pft"],
            "patient": {**PM, "care_phase": "first_line", "body_weight": 60, "fvc_pct_pred": 80},
        },
        {
            "date": "2024-03-01",
            "patient": {"care_phase": "on_first_line", "current_drugs": ["prednisone", "mycophenolate"]},
        },
    ]
    answers = ["improved", *["stable"] * 5, *["progressed"] * 3, "recurred"]
    course += [
        {"date": (date(2024, 6, 3) + timedelta(95 * at)).isoformat(), "done": ["pft"][: at % 2],
         "patient": {"treatment_response": answer, "fvc_pct_pred": 80 - at}}
        for at, answer in enumerate(answers)
    ]  # fmt: skip
    size = re.search(
        r'<svg width="(\d+)pt" height="(\d+)pt"', svg("droracle", follow(compiled("droracle"), course))
    )
    assert size is not None
    assert int(size[1]) <= 595
    assert int(size[2]) <= 2 * 842


def test_no_text_breaks_out_of_a_timeline() -> None:
    nasty = NASTY.replace('"', "").replace("\\", "")
    text = (DATA / "wound.guide").read_text("utf-8")
    for label in (
        "Fresh",
        "Infected",
        "Pus",
        "Photo",
        "Salve",
        "What follows is not stated.",
        "Swab every 1 to 2 weeks",
    ):
        text = text.replace(f'"{label}"', f'"{nasty}"')
    found = compile_file("wound.guide", lambda _: text.encode()).compiled
    assert found is not None
    whole = follow(found, [*COURSE, {"date": "2027-01-01"}])
    drawn, reason = render.svg_of(timeline_dot(found.guideline, whole))
    assert drawn is not None, reason
    root = ElementTree.fromstring(drawn)
    assert "<B>bold</B>" in "".join(root.itertext()).replace("\xa0", " ")
    assert not [one for one in root.iter() if one.tag.endswith(("script", "foreignObject"))]
    assert "<script" not in timeline_markdown(found.guideline, whole)


def test_a_guideline_without_a_pathway_is_followed_too() -> None:
    text = (DATA / "wound.guide").read_text("utf-8").split("pathway healing")[0]
    found = compile_file("wound.guide", lambda _: text.encode()).compiled
    assert found is not None
    whole = follow(found, COURSE)
    assert not timeline_faults(whole)
    assert "stage" not in whole["visits"][0]
    assert "2026-01-08  Visit 2" in timeline_text(found.guideline, whole)
    drawn, reason = render.svg_of(timeline_dot(found.guideline, whole))
    assert drawn is not None, reason


# --- the command --------------------------------------------------------------------------


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(cli, ["follow", str(DATA / "wound.guide"), *map(str, arguments)])
    return done.exit_code, done.stdout, done.stderr


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.write_text(json.dumps(content), "utf-8")
    return path


def test_the_command_goes_on_from_a_timeline_and_refuses_one_that_was_changed(tmp_path: Path) -> None:
    first = written(tmp_path, "first.json", {"visits": COURSE[:1]})
    second = written(tmp_path, "second.json", COURSE[1:])
    status, timeline, _ = run("--visits", first, "--format", "json", "--reading", "wide=full")
    assert status == 0
    assert json.loads(timeline)["visits"][0]["record"]["readings"] == {"wide": "full"}
    before = written(tmp_path, "before.json", json.loads(timeline))
    status, after, _ = run("--visits", second, "--after", before, "--format", "json")
    assert (status, json.loads(after)["visits"][0]["stage"]["at"]) == (0, "infected")
    changed = written(tmp_path, "changed.json", json.loads(timeline.replace('"weight": 60', '"weight": 90')))
    status, out, complaint = run("--visits", second, "--after", changed)
    assert (status, out) == (1, "")
    assert "was changed since it was written" in complaint
    status, refusal, _ = run("--visits", first, "--after", before, "--format", "json")
    assert status == 1
    assert not timeline_faults(json.loads(refusal))
    assert run("--visits", "-", "--after", "-")[0] == 2


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('[{"date": "2026-01-01", "date": "2026-01-02"}]', "stands twice"),
        ('[{"date": "2026-01-01", "patient": {"weight": NaN}}]', "a finite number"),
        ("[" * 100_000, "nested too deep"),
        ("", "it is empty"),
    ],
)
def test_the_command_refuses_what_is_no_list_of_visits(content: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "visits.json"
    path.write_text(content, "utf-8")
    status, out, complaint = run("--visits", path)
    assert (status, out) == (1, "")
    assert message in complaint


def test_the_command_draws_beside_what_it_prints_and_reads_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "visits.json"
    path.write_text(json.dumps(COURSE), "utf-8-sig")
    plain = run("--visits", path)
    for ending, start in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".dot", b"digraph")):
        assert run("--visits", path, "--timeline", tmp_path / f"drawn{ending}") == plain
        assert (tmp_path / f"drawn{ending}").read_bytes().startswith(start)
    assert run("--visits", path, "--timeline", tmp_path / "drawn.jpg")[0] == 2
    status, markdown, _ = run("--visits", path, "--format", "markdown")
    assert status == 0
    assert "## 2026-01-08: Infected" in markdown
