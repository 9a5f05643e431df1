"""Guidelines side by side: what each cell says, how a row stands, and that nothing breaks out of a page."""

import json
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from guidec.cli import cli
from guidec.compare import Component, Content, Relation, Unasked, asked, compare, relation
from guidec.compare_show import comparison_html, comparison_markdown, comparison_text
from guidec.evaluate import Compiled, Refused
from guidec.project import compile_path
from schemas import validator

FOLDER = Path(__file__).parent / "data" / "compare"
STRICT = {"readings": {"seen": "strict"}}


@cache
def compiled(name: str) -> Compiled:
    found = compile_path(FOLDER / f"{name}.guide")
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def both() -> list[Compiled]:
    return [compiled("first"), compiled("second")]


def rows(patient: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in compare(both(), patient)["questions"]}


@pytest.mark.parametrize(
    ("patient", "statuses"),
    [
        (
            {"ill": True, "severe": True} | STRICT,
            {
                "treated": "same",
                "given_drugs": "compatible",
                "beside": "same",
                "pain": "compatible",
                "doses": "compatible",
                "watched": "differs",
                "later": "silent",
            },
        ),
        (
            {"ill": True, "severe": True},
            {
                "treated": "same",
                "given_drugs": "indeterminate",
                "beside": "indeterminate",
                "pain": "compatible",
                "doses": "indeterminate",
                "watched": "differs",
                "later": "silent",
            },
        ),
        (
            {"ill": True, "severe": False},
            {
                "treated": "differs",
                "given_drugs": "differs",
                "beside": "differs",
                "pain": "differs",
                "doses": "silent",
                "watched": "silent",
                "later": "silent",
            },
        ),
        (
            {"ill": False},
            dict.fromkeys(
                ("treated", "given_drugs", "beside", "pain", "doses", "watched", "later"), "out_of_scope"
            ),
        ),
        (
            {"ill": True},
            {
                "treated": "indeterminate",
                "given_drugs": "indeterminate",
                "beside": "indeterminate",
                "pain": "indeterminate",
                "doses": "indeterminate",
                "watched": "indeterminate",
                "later": "silent",
            },
        ),
    ],
    ids=["a reading chosen", "a reading open", "mild", "out of scope", "blank"],
)
def test_how_a_row_stands_is_computed(patient: dict[str, Any], statuses: dict[str, str]) -> None:
    assert {name: row["status"] for name, row in rows(patient).items()} == statuses


def test_a_cell_says_what_it_assumes_and_what_is_missing() -> None:
    first, second = rows({"ill": True, "severe": True} | STRICT)["doses"]["cells"]
    assert first["assumptions"] == [
        {"kind": "inferred", "statements": ["A2"]},
        {"kind": "basis_not_stated", "drug": "steroid", "of": "weight"},
        {"kind": "reading", "reading": "seen", "value": "strict"},
    ]
    assert first["statements"] == ["A1"]
    assert first["strengths"] == ["recommend"]
    assert second["assumptions"] == []
    blank = rows({"ill": True})["treated"]["cells"][0]
    assert blank["needs"] == ["severe"]
    assert blank["readings"] == ["seen"]
    assert rows({"ill": True, "severe": True})["treated"]["cells"][0]["readings"] == ["seen"]


def test_a_cell_shows_what_the_question_asks_for() -> None:
    found = rows({"ill": True, "severe": True} | STRICT)
    given = {
        name: [
            order.get("drug") or order["choice"]
            for cell in row["cells"]
            for part in cell["parts"]
            for one in part.get("recommendations", ())
            for order in one["gives"]
        ]
        for name, row in found.items()
    }
    assert given["treated"] == []
    assert given["beside"] == ["steroid", "steroid"]
    assert given["pain"] == ["aspirin", ["aspirin", "ibuprofen"]]
    assert given["doses"] == ["steroid", "aspirin", ["aspirin", "ibuprofen"], "steroid"]


@pytest.mark.parametrize(
    "patient", [{}, {"ill": False}, {"ill": True}, {"ill": True, "severe": True} | STRICT]
)
def test_what_is_printed_keeps_to_its_schema(patient: dict[str, Any]) -> None:
    assert not list(validator("comparison.schema.json").iter_errors(compare(both(), patient)))


def test_a_conflict_in_one_source_is_both_its_answers() -> None:
    cell = rows({"ill": True, "severe": True})["later"]["cells"][1]
    assert cell["status"] == "conflict"
    assert [one["recommendations"][0]["direction"] for one in cell["parts"][0]["possible"]] == [
        "for",
        "against",
    ]


def component(*names: str, open: bool = False) -> tuple[Component, int]:
    return Component(frozenset(names), open), 1


def drugs(*components: tuple[Component, int], against: frozenset[str] = frozenset()) -> Content:
    return Content(bool(components), frozenset(components), against, frozenset(), frozenset())


def dose(*amounts: tuple[str, tuple[Any, ...]]) -> Content:
    found = frozenset((name, "dose", value) for name, value in amounts)
    return Content(True, frozenset(), frozenset(), found, frozenset())


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        (drugs(), drugs(), "same"),
        (drugs(component("a")), drugs(component("a")), "same"),
        (drugs(component("a")), drugs(component("b")), "differs"),
        (drugs(component("a")), drugs(), "differs"),
        (drugs(component("a", "b")), drugs(component("b")), "compatible"),
        (drugs(component("a", "b")), drugs(component("b", "c")), "compatible"),
        (drugs(component("a", "b")), drugs(component("c")), "differs"),
        (drugs(component("a", open=True)), drugs(component("c")), "compatible"),
        (drugs(component("a"), component("b")), drugs(component("a")), "differs"),
        (drugs(component("a", "b"), component("a")), drugs(component("a"), component("b")), "compatible"),
        (drugs(component("class", open=True)), drugs(component("a"), component("b")), "compatible"),
        (drugs(component("a")), drugs(component("a"), against=frozenset("a")), "differs"),
        (dose(("a", (1, 1, "mg", ""))), dose(("a", (1, 2, "mg", ""))), "compatible"),
        (dose(("a", (1, 1, "mg", ""))), dose(("a", (2, 3, "mg", ""))), "differs"),
        (dose(("a", (1, 1, "mg", "above"))), dose(("a", (2, 3, "mg", ""))), "compatible"),
        (dose(("a", (1, 1, "mg", ""))), dose(("a", (1, 1, "g", ""))), "differs"),
        (dose(("a", (1, 1, "mg", ""))), dose(("b", (1, 1, "mg", ""))), "differs"),
    ],
)
def test_two_answers(one: Content, other: Content, found: Relation) -> None:
    assert relation(one, other) == relation(other, one) == found


def test_a_record_is_refused_once_for_all() -> None:
    with pytest.raises(Refused) as refused:
        compare(both(), {"ill": "maybe", "nonsense": 1, "readings": {"unheard_of": "x"}})
    assert [error.input for error in refused.value.errors] == ["ill", "nonsense", "unheard_of"]


def test_guidelines_without_a_common_question() -> None:
    with pytest.raises(Unasked, match="none of these"):
        asked([])


def shown(patient: dict[str, Any]) -> tuple[str, str, str]:
    found = compare(both(), patient)
    guidelines = [one.guideline for one in both()]
    return (
        comparison_text(guidelines, found),
        comparison_markdown(guidelines, found),
        comparison_html(guidelines, found),
    )


def test_text_markdown_and_html_say_the_same() -> None:
    text, markdown, page = shown({"ill": True, "severe": True, "weight": 70} | STRICT)
    for words in ("Which painkiller?", "same answer, independent provenance", "70 mg/d", "2001", "2020"):
        assert words in text
        assert words in markdown
        assert words in page


class Tags(HTMLParser):
    """The tags of a page, and whether each is closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_nothing_breaks_out_of_a_page() -> None:
    _, markdown, page = shown({"ill": True})
    tags = Tags()
    tags.feed(page)
    assert not tags.open
    assert "b" not in tags.seen
    assert "&lt;b&gt;bold&lt;/b&gt;" in page
    assert {line.count(" | ") for line in markdown.splitlines()} == {2}
    assert "\\[link\\](x)" in markdown


def run(*arguments: str, patient: object = None) -> tuple[int, str, str]:
    text = json.dumps({"ill": True, "severe": True} if patient is None else patient)
    found = CliRunner().invoke(cli, ["compare", *arguments, "--patient", "-"], input=text)
    return found.exit_code, found.stdout, found.stderr


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_the_command(form: str) -> None:
    code, out, _ = run(str(FOLDER), "--format", form, "--reading", "seen=strict")
    assert code == 0
    assert "Which painkiller?" in out
    assert run(str(FOLDER), "--format", form, "--reading", "seen=strict")[1] == out


def test_the_command_refuses_what_it_can_not_compare() -> None:
    first = str(FOLDER / "first.guide")
    assert run(first)[0] == 2
    assert run(first, first)[0] == 2
    examples = Path(__file__).parents[1] / "guidelines/examples"
    code, _, err = run(str(examples / "gap.guide"), str(examples / "hepatitis_b.guide"), patient={})
    assert code == 1
    assert "comparison" in err
    code, _, err = run(str(FOLDER), patient={"ill": 1})
    assert code == 1
    assert "bad_type" in err


# --- the three sources of the flagship, and the eight patients that each of them is asked about --------------------------

FLAGSHIP = Path(__file__).parents[1] / "guidelines" / "pm_dm_ild"
FIRST = {"ild_present": True, "care_phase": "first_line", "refractory": False}
CHRONIC = FIRST | {"myositis_dx": "pm", "ild_onset": "chronic"}
W1 = CHRONIC | {
    "ild_course": "non_progressive",
    "ild_severe": False,
    "dyspnea_exertional": "mild",
    "hrct_extent_pct": 5,
    "fvc_pct_pred": 80,
    "dlco_pct_pred": 70,
}
W2 = W1 | {"hrct_extent_pct": 15, "dlco_pct_pred": 60}
W3 = FIRST | {
    "myositis_dx": "pm",
    "ild_onset": "acute",
    "ild_course": "rapidly_progressive",
    "ild_severe": True,
    "dyspnea_exertional": "moderate",
    "hrct_extent_pct": 40,
    "fvc_pct_pred": 50,
    "dlco_pct_pred": 40,
}
W4 = CHRONIC | {"ild_course": "progressive", "ild_severe": False}
W5 = FIRST | {"myositis_dx": "dm", "ild_onset": "chronic"}
W6 = FIRST | {"myositis_dx": "adm", "mda5_level": "high"}
W7 = FIRST | {"myositis_dx": "adm"}
W8 = {
    "ild_present": True,
    "care_phase": "progressed",
    "myositis_dx": "pm",
    "refractory": True,
    "ild_improved_on_gc": False,
    "cyclosporin_failed": True,
}


def flagship(patient: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = compare([taken(name) for name in ("uptodate", "droracle", "takada")], patient)
    assert not list(validator("comparison.schema.json").iter_errors(found))
    return {row["id"]: row for row in found["questions"]}


@cache
def taken(name: str) -> Compiled:
    found = compile_path(FLAGSHIP / f"{name}.guide", skip_scenarios=True)
    assert found.compiled is not None, found.diagnostics
    return found.compiled


@pytest.mark.parametrize(
    ("patient", "question", "status", "cells"),
    [
        (W1, "treat_at_all", "differs", ("answered", "answered", "answered")),
        (W1, "first_line", "differs", ("answered", "answered", "answered")),
        (W2, "treat_at_all", "indeterminate", ("indeterminate", "answered", "answered")),
        (W2, "first_line", "differs", ("indeterminate", "answered", "answered")),
        (W3, "treat_at_all", "same", ("answered", "answered", "answered")),
        (W3, "second_agent", "compatible", ("answered", "answered", "answered")),
        (W3, "first_line", "differs", ("answered", "answered", "answered")),
        (W4, "first_line", "differs", ("indeterminate", "conflict", "answered")),
        (W5, "treat_at_all", "indeterminate", ("indeterminate", "out_of_scope", "answered")),
        (W6, "first_line", "silent", ("not_stated", "out_of_scope", "answered")),
        (W7, "first_line", "silent", ("not_stated", "out_of_scope", "indeterminate")),
        (W8, "on_progression", "indeterminate", ("silent", "indeterminate", "indeterminate")),
        (W8, "first_line", "indeterminate", ("indeterminate", "not_applicable", "indeterminate")),
        (FIRST | {"ild_present": False}, "first_line", "out_of_scope", ("out_of_scope",) * 3),
    ],
)
def test_the_three_sources(
    patient: dict[str, Any], question: str, status: str, cells: tuple[str, ...]
) -> None:
    row = flagship(patient)[question]
    assert row["status"] == status
    assert tuple(cell["status"] for cell in row["cells"]) == cells


def test_a_note_for_every_subtype_stands_beside_a_source_that_is_out_of_scope() -> None:
    row = flagship(W5 | {"high_dose_corticosteroid": True})["supportive_care"]
    assert [cell["status"] for cell in row["cells"]] == ["silent", "indeterminate", "silent"]
    assert "O48" in row["cells"][1]["statements"]


def test_doses_of_three_sources_are_never_merged() -> None:
    row = flagship(W3 | {"body_weight": 60, "ideal_body_weight": 55, "bsa": 1.6})["first_line_dose"]
    pulses = [
        (cell["guideline"], order["dose"], order["statements"])
        for cell in row["cells"]
        for part in cell["parts"]
        for one in part["recommendations"]
        for order in one["gives"]
        if order.get("drug") == "methylprednisolone"
    ]
    assert pulses == [
        ("droracle", {"low": 500, "high": 1000, "unit": "mg/d"}, ["O15", "O16", "O19"]),
        ("takada", {"low": 1, "high": 1, "unit": "g/d"}, ["T156"]),
    ]


def test_which_weight_a_dose_goes_by_is_told() -> None:
    cells = flagship(W1)["first_line_dose"]["cells"]
    assumed = {cell["guideline"]: cell["assumptions"] for cell in cells}
    assert assumed["droracle"] == [{"kind": "basis_not_stated", "drug": "prednisone", "of": "body_weight"}]
    assert assumed["takada"] == [{"kind": "inferred", "statements": ["T57", "T75"]}]
    assert [cell["parts"][0]["recommendations"][0]["id"] for cell in cells] == [
        "observe",
        "corticosteroid_mycophenolate",
        "glucocorticoid_alone",
    ]


def test_a_source_that_can_only_be_silent_excludes_nothing() -> None:
    open_diagnosis = {
        "ild_present": True,
        "myositis_dx": {"one_of": ["pm", "dm"]},
        "ild_onset": "acute",
        "care_phase": "progressed",
    }
    found = compare([taken("takada"), taken("droracle")], open_diagnosis)
    rows = {row["id"]: row for row in found["questions"]}
    assert rows["treat_at_all"]["cells"][1]["status"] == "indeterminate"
    assert rows["treat_at_all"]["status"] == rows["first_line"]["status"] == "silent"
