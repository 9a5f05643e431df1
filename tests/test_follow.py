"""Visits followed through a pathway: the published courses, every move of every source, and any visits at all."""

import json
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from guidec.evaluate import Compiled, evaluate
from guidec.follow import Unfollowed, follow, state_of
from guidec.project import compile_path

ROOT = Path(__file__).parents[1]
DATA = Path(__file__).parent / "data" / "follow"

Json = dict[str, Any]


@cache
def compiled(name: str) -> Compiled:
    found = compile_path(ROOT / "guidelines" / "pm_dm_ild" / f"{name}.guide").compiled
    assert found is not None
    return found


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


# --- what is wrong with visits ------------------------------------------------------

WRONG: list[tuple[object, str, str]] = [
    ([], "bad_type", "visits are a list"),
    ({"visit": []}, "bad_type", "visits are a list"),
    ([17], "bad_type", "a visit is an object"),
    ([{"patient": {}}], "bad_value", "YYYY-MM-DD"),
    ([{"date": "2026-02-30", "patient": {}}], "bad_value", "YYYY-MM-DD"),
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


def test_a_timeline_of_another_guideline_is_refused() -> None:
    other = follow(compiled("takada"), visits("takada_fig_1"))
    with pytest.raises(Unfollowed):
        state_of(compiled("droracle"), other)
    with pytest.raises(Unfollowed):
        state_of(compiled("droracle"), {"state": {"digest": compiled("droracle").digest}})


# --- any visits -----------------------------------------------------------------------

ENTRIES: dict[str, list[Any]] = {
    "ild_present": [True, True, True, False, None],
    "myositis_dx": ["pm", "pm", "dm", {"one_of": ["pm", "dm"]}, None],
    "care_phase": [
        "first_line",
        "on_first_line",
        "progressed",
        "recurrent",
        {"one_of": ["first_line", "progressed"]},
        None,
    ],
    "treatment_response": [
        "improved",
        "stable",
        "progressed",
        "recurred",
        {"one_of": ["improved", "progressed"]},
    ],
    "ild_course": ["non_progressive", "progressive", "rapidly_progressive"],
    "ild_severe": [True, False],
    "body_weight": [60, 72.5, {"value": 150, "unit": "[lb_av]"}],
    "current_drugs": [[], ["prednisone"], ["cyclosporin", "mycophenolate"]],
    "fvc_pct_pred": [80, 76, 61.5],
    "readings": [{"jak_timing": "after_first_line"}, {}],
}


@some.composite
def any_visits(draw: some.DrawFn) -> list[Json]:
    day = draw(some.dates(date(2020, 1, 1), date(2024, 12, 31)))
    found: list[Json] = []
    for _ in range(draw(some.integers(1, 6))):
        names = draw(some.lists(some.sampled_from(sorted(ENTRIES)), unique=True, max_size=6))
        patient = {name: draw(some.sampled_from(ENTRIES[name])) for name in names}
        visit: Json = {"date": day.isoformat(), "patient": patient}
        if draw(some.booleans()):
            visit["done"] = draw(some.lists(some.sampled_from(["pft", "hrct", "ck"]), unique=True))
        found.append(visit)
        day += timedelta(days=draw(some.integers(1, 400)))
    return found


@settings(max_examples=40, deadline=None)
@given(any_visits(), some.integers(1, 5))
def test_following_visits_one_by_one_is_following_them_at_once(course: list[Json], _: int) -> None:
    guideline = compiled("droracle")
    whole = follow(guideline, course)
    state, found = None, []
    for visit in course:
        part = json.loads(json.dumps(follow(guideline, [visit], state)))
        found += part["visits"]
        state = state_of(guideline, part)
    assert [{**one, "visit": 0} for one in found] == [
        {**one, "visit": 0} for one in json.loads(json.dumps(whole["visits"]))
    ]
    assert part["state"] == json.loads(json.dumps(whole["state"]))


@settings(max_examples=40, deadline=None)
@given(any_visits())
def test_what_a_visit_says_is_what_eval_says_of_its_record(course: list[Json]) -> None:
    guideline = compiled("droracle")
    for visit in follow(guideline, course)["visits"]:
        assert visit["result"] == evaluate(guideline, visit["record"])
        stage = visit["stage"]
        if stage["by"] == "followed":
            ends = {one["to"] for move in stage["moves"] for one in move["possible"]}
            at = stage["at"]["one_of"] if isinstance(stage["at"], dict) else [stage["at"]]
            assert set(at) == ends


@settings(max_examples=30, deadline=None)
@given(any_visits())
def test_saying_more_of_a_visit_never_adds_a_stage(course: list[Json]) -> None:
    guideline = compiled("droracle")
    at = len(course) - 1
    less = [dict(one) for one in course]
    hidden = {name: value for name, value in course[at]["patient"].items() if name != "treatment_response"}
    less[at] = {**course[at], "patient": hidden}
    if "care_phase" in hidden:
        return
    more, fewer = (follow(guideline, one)["visits"][at]["stage"] for one in (course, less))
    if fewer["at"] is not None:
        wide = fewer["at"]["one_of"] if isinstance(fewer["at"], dict) else [fewer["at"]]
        narrow = more["at"]["one_of"] if isinstance(more["at"], dict) else [more["at"]]
        assert set(narrow) <= set(wide)
