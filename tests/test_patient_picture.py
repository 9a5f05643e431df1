"""A patient's picture: the way of the completions, what was entered, what is open; drawn for every state of a record."""

import html
import json
import random
import re
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from guidec import ir, render
from guidec.document import dump, load
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.pipeline import compile_file
from guidec.project import compile_path
from guidec_targets.chart import MOST_ENDS
from guidec_targets.chart_text import Line
from guidec_targets.graphviz import emit
from guidec_targets.grid import MOST_ROWS, Column, Grid, Row, grid_html
from guidec_targets.lists import options_grid
from guidec_targets.picture import Picture, patient_dot, picture_of
from guidec_targets.values import value_grids
from test_python_target import patient

ROOT = Path(__file__).parents[1]
DATA = ROOT / "tests" / "data"
FLAGSHIP = ROOT / "guidelines" / "pm_dm_ild" / "takada.guide"
GOLDEN = ROOT / "tests" / "goldens" / "takada" / "patient.dot"
GUIDES = sorted([*(DATA / "meaning").glob("*.guide"), *(DATA / "guidelines").glob("*.guide")])
IN_README = {"ild_present": True, "myositis_dx": "adm", "refractory": False}

Json = dict[str, Any]


@cache
def compiled(path: Path) -> Compiled:
    found = compile_path(path)
    assert found.compiled is not None, [one for one in found.diagnostics if one.severity == "error"][:3]
    return found.compiled


def picture(guideline: Compiled, record: Json) -> Picture:
    return picture_of(guideline, record, evaluate(guideline, record))


def dot(guideline: Compiled, record: Json) -> str:
    return patient_dot(guideline, record, evaluate(guideline, record))


def words(guideline: Compiled, record: Json) -> str:
    """All that stands in the picture."""
    text = re.sub(r"<[^<>]*>|&#160;", " ", dot(guideline, record))
    return re.sub(r"\s+", " ", html.unescape(text))


def small(text: str) -> Compiled:
    whole = f'guideline small "Small"\n  version 1.2.3\n  language guidec/1\n{text}'
    found = compile_file("small.guide", lambda _: whole.encode())
    assert found.compiled is not None, [one for one in found.diagnostics if one.severity == "error"][:3]
    return found.compiled


def named(one: Picture) -> dict[str, str]:
    """Each part in words: a question's text, or what a box recommends."""
    names = {question.id: question.text for question in one.chart.questions}
    names |= {sheet.id: "table" for sheet in one.chart.sheets}
    for box in one.chart.boxes:
        outcome = box.outcome
        recommended = [] if outcome is None else [each.id for each in outcome.recommendations]
        names[box.id] = " ".join(recommended) or (box.title if outcome is None else outcome.status)
    return names


def ways(one: Picture, state: str) -> set[tuple[str, str, str]]:
    names = named(one)
    return {
        (names[edge.start], re.sub(r" \[.*", "", edge.label), names[edge.end])
        for edge, mark in zip(one.chart.edges, one.marks.edges, strict=True)
        if mark.state == state
    }


# --- the flagship ------------------------------------------------------------


def test_the_way_of_a_patient_whose_titre_is_blank() -> None:
    one = picture(compiled(FLAGSHIP), IN_README)
    assert ways(one, "taken") == {("Myositis diagnosis?", "Amyopathic DM (ADM)", "Anti-MDA5 titre?")}
    assert ways(one, "possible") == {
        ("Anti-MDA5 titre?", "Low", "combination"),
        ("Anti-MDA5 titre?", "High", "triple_therapy"),
        ("Anti-MDA5 titre?", "Cannot be measured", "triple_therapy"),
        ("Anti-MDA5 titre?", "Antibody negative", "not_stated"),
        ("combination", "", "Refractory?"),
        ("triple_therapy", "", "Refractory?"),
        ("not_stated", "", "Refractory?"),
        ("Refractory?", "no", "determined"),
    }
    assert ("Myositis diagnosis?", "PM", "Onset of the ILD?") in ways(one, "ruled_out")
    assert ("Refractory?", "yes", "pmx_dhp") in ways(one, "ruled_out")
    assert "ASK NEXT" in dot(compiled(FLAGSHIP), IN_README)


def test_the_way_of_a_patient_who_is_known() -> None:
    record = {**IN_README, "mda5_level": "cannot_measure", "body_weight": 32.2}
    one = picture(compiled(FLAGSHIP), record)
    assert ways(one, "possible") == set()
    assert ("Anti-MDA5 titre?", "Cannot be measured", "triple_therapy") in ways(one, "taken")
    assert ("triple_therapy", "", "Refractory?") in ways(one, "taken")
    text = words(compiled(FLAGSHIP), record)
    assert ["966 mg/d (30 mg/kg/d", "body weight 32.2 kg; basis not stated)"][0][:12] in text
    assert "× body" in text
    assert "ASK NEXT: Body surface" in text
    assert "version 1.0.0" in text


def test_the_picture_of_the_readme_is_the_golden_one(request: pytest.FixtureRequest) -> None:
    text = dot(compiled(FLAGSHIP), IN_README)
    if request.config.getoption("--rewrite-goldens"):
        GOLDEN.write_text(text, "utf-8")
    assert text == GOLDEN.read_text("utf-8")
    svg = (ROOT / "docs" / "takada_patient.svg").read_text("utf-8")
    assert render.carries_digest(svg, text), "run `make goldens`"


# --- every state -------------------------------------------------------------

STATES = """
input adult "Adult"
  boolean
input site "Site"
  one of
    head "Head"
    back "Back"
    foot "Foot"
    hand "Hand"
input fvc "FVC"
  quantity %{predicted} from 0 to 150 step 1
input weight "Weight"
  quantity kg from 1 to 200 step 0.1
reading often "What often means"
  weekly "every week"
  daily "every day"
drug a "Drug a"
drug b "Drug b"
regimen both_drugs "Both drugs"
  give a 2 mg/kg of weight basis not stated rounded to 5 mg at least 5 mg; rest not stated
  with b 5 mg; rest not stated when fvc < 50 %{predicted}
decision first "First"
  by site
    head: by fvc
      < 70 %{predicted}: recommend both_drugs
      >= 70 %{predicted}: nothing
    back: not stated "Nobody says."
    foot: conflict "Two sentences."
      use a; rest not stated
      recommend against a; rest not stated
    hand: as head
decision second "Second"
  asked when first is both_drugs
  by often
    weekly: use a; rest not stated
    daily: use b; rest not stated
options further "More"
  may b; rest not stated when fvc > 60 %{predicted}
  use a; rest not stated when not stated
"""


@cache
def states() -> Compiled:
    return small(STATES.replace('input adult "Adult"\n  boolean\n', ""))


@cache
def scoped() -> Compiled:
    whole = f'guideline small "Small"\n  version 1.2.3\n  language guidec/1\n  applies when adult\n{STATES}'
    found = compile_file("small.guide", lambda _: whole.encode())
    assert found.compiled is not None, [one for one in found.diagnostics if one.severity == "error"][:3]
    return found.compiled


def test_a_number_is_printed_beside_the_branch_that_it_meets() -> None:
    text = words(states(), {"site": "head", "fvc": 68})
    assert "entered: 68 % predicted" in text


def test_a_blank_is_named_where_it_parts_the_ways() -> None:
    one = picture(states(), {"site": "head"})
    question = next(each for each in one.chart.questions if each.text == "FVC?")
    assert [line.text for line in one.marks.parts[question.id].lines] == ["ASK NEXT"]
    one = picture(states(), {"fvc": 40})
    question = next(each for each in one.chart.questions if each.text == "Site?")
    assert [line.text for line in one.marks.parts[question.id].lines] == ["ASK NEXT"]


def test_what_is_known_in_part_says_what_is_known() -> None:
    text = words(states(), {"site": {"one_of": ["head", "back"]}, "fvc": 40})
    assert "ASK NEXT: Head or Back" in text


def test_either_way_to_the_same_answer_is_no_open_answer() -> None:
    one = picture(states(), {"site": {"one_of": ["head", "hand"]}, "fvc": 40, "weight": 10})
    assert ("Site?", "Head", "FVC?") in ways(one, "possible")
    assert ("Site?", "Hand: as Head", "FVC?") in ways(one, "possible")
    assert ("FVC?", "< 70 % predicted", "both_drugs") in ways(one, "taken")
    ends = [mark.tag for mark in one.marks.parts.values() if mark.state == "taken" and mark.tag]
    assert ends == ["ANSWER"]


def test_an_order_that_hangs_on_a_blank_says_so_and_one_that_holds_does_not() -> None:
    open_text = words(states(), {"site": "head", "fvc": {"one_of": [40, 60]}, "weight": 11})
    assert "when FVC < 50 % predicted" in open_text
    settled = words(states(), {"site": "head", "fvc": 40, "weight": 11})
    assert "when FVC" not in settled
    assert "20 mg (2" in settled
    dropped = words(states(), {"site": "head", "fvc": 60, "weight": 11})
    box = dropped.split("ANSWER", 1)[1].split("tooltip")[0]
    assert "Drug b" not in box


def test_not_stated_and_conflict_end_the_way() -> None:
    assert ("Site?", "Back", "not_stated") in ways(picture(states(), {"site": "back"}), "taken")
    text = words(states(), {"site": "foot"})
    assert "The source gives two answers" in text
    assert "RECOMMEND AGAINST" in text


def test_a_reading_is_open_or_chosen() -> None:
    record = {"site": "head", "fvc": 40}
    one = picture(states(), record)
    assert "reading not chosen" in words(states(), record)
    assert ("What often means?", "every week", "a") in ways(one, "possible")
    chosen = {**record, "readings": {"often": "daily"}}
    assert ("What often means?", "every day", "b") in ways(picture(states(), chosen), "taken")
    assert "chosen" in words(states(), chosen)


def test_what_is_not_asked_says_so() -> None:
    one = picture(states(), {"site": "back"})
    assert any(
        end == "Not asked" for _, _, end in ways(one, "taken") | {("", "", name) for name in _taken(one)}
    )


def _taken(one: Picture) -> set[str]:
    names = named(one)
    return {names[part] for part, mark in one.marks.parts.items() if mark.state == "taken"}


def test_out_of_scope_is_an_end_and_rules_the_rest_out() -> None:
    one = picture(scoped(), {"adult": False})
    assert ways(one, "taken") == {("Adult: yes", "no", "Out of scope")}
    assert ways(one, "possible") == set()
    one = picture(scoped(), {})
    assert ("Adult: yes", "no", "Out of scope") in ways(one, "possible")
    assert "Out of scope" not in named(picture(scoped(), {"adult": True})).values()
    assert "In scope: Adult: yes" in words(scoped(), {"adult": True})


def test_options_say_what_is_given_open_and_not_given() -> None:
    more = next(one for one in states().guideline.decisions if isinstance(one, ir.Options))

    def first_words(record: Json) -> list[tuple[str, str]]:
        grid = options_grid(states().guideline, more, picture(states(), record).patient)
        return [(row.state, row.cells[0][0].text) for row in grid.rows]

    assert first_words({"fvc": 80}) == [("taken", "GIVEN"), ("", "Named; when is not stated")]
    assert first_words({"fvc": 20})[0] == ("ruled_out", "Not given")
    assert first_words({})[0] == ("possible", "OPEN")


# --- any record --------------------------------------------------------------


def records(guideline: Compiled, most: int) -> list[Json]:
    """Random patients that aren't refused."""
    dice = random.Random(20)
    found: list[Json] = []
    while len(found) < most:
        one = patient(guideline, dice)
        try:
            evaluate(guideline, one)
        except Refused:
            continue
        found.append(one)
    return found


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_the_marked_answers_are_those_of_the_result(path: Path) -> None:
    guideline = compiled(path)
    for record in records(guideline, 12):
        result = evaluate(guideline, record)
        one = picture_of(guideline, record, result)
        for decision in guideline.program.decisions:
            _check_answers(one, decision, result["decisions"][decision])


def _check_answers(one: Picture, decision: str, result: Json) -> None:
    copies = {at for at, copy in enumerate(one.chart.copies) if copy.decision.id == decision}
    marks = [
        (box, one.marks.parts[box.id])
        for box in one.chart.boxes
        if box.copy in copies and one.marks.parts[box.id].state in ("taken", "possible")
    ]
    if result["status"] == "out_of_scope":
        assert all(box.title == "Out of scope" for box, _ in marks)
        return
    sheets = [one.marks.parts[sheet.id] for sheet in one.chart.sheets if sheet.copy in copies]
    if sheets:
        rows = {row.state for sheet in sheets if sheet.state != "ruled_out" for row in sheet.rows}
        assert marks or rows & {"taken", "possible"}
        return
    assert marks
    tags = {mark.tag for _, mark in marks}
    if result["status"] == "indeterminate":
        ids = {tuple(each["id"] for each in entry["recommendations"]) for entry in result["possible"]}
        drawn = {
            tuple(each.id for each in mark.outcome.recommendations)
            for _, mark in marks
            if mark.outcome is not None
        }
        assert drawn <= ids
    else:
        assert tags <= {"ANSWER", "SAME ANSWER EITHER WAY", ""}
        assert {mark.state for _, mark in marks} <= {"taken", "possible"}


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_every_record_has_a_picture_that_draws(path: Path) -> None:
    guideline = compiled(path)
    for record in [{}, *records(guideline, 2)]:
        svg, reason = render.svg_of(dot(guideline, record))
        assert svg is not None, (record, reason)
        ElementTree.fromstring(svg)


def test_a_compiled_document_draws_the_same() -> None:
    again, found = load(json.loads(json.dumps(dump(compiled(FLAGSHIP)))), "takada.json")
    assert again is not None, found
    for record in ({}, IN_README):
        assert dot(again, record) == dot(compiled(FLAGSHIP), record)


def test_no_text_of_a_spec_breaks_out_of_a_patients_picture() -> None:
    from test_flowchart import nasty_guideline

    found = compile_file("nasty.guide", lambda _: nasty_guideline().encode()).compiled
    assert found is not None
    for record in ({}, {"class_": "a"}, {"class_": "b"}, {"class_": {"one_of": ["a", "b"]}}):
        svg, reason = render.svg_of(dot(found, record))
        assert svg is not None, reason
        root = ElementTree.fromstring(svg)
        assert "<B>bold</B>" in "".join(root.itertext()).replace("\xa0", " ")
        assert not [each for each in root.iter() if each.tag.endswith(("script", "foreignObject"))]


# --- long guidelines ---------------------------------------------------------


def long_guideline(values: int, lines: int) -> Compiled:
    """A tree of `values` to the third ends, and a list of `lines`."""
    entries = "".join(
        f'input {name} "{name.upper()}"\n  one of\n'
        + "".join(f'    v{at} "{name} {at}"\n' for at in range(values))
        for name in ("x", "y", "z")
    )
    drugs = "".join(f'drug d{at} "Drug {at}"\n' for at in range(max(lines, 1)))
    tree = ["decision many", "  by x"]
    for x in range(values):
        tree.append(f"    v{x}: by y")
        for y in range(values):
            tree.append(f"      v{y}: by z")
            tree += [f"        v{z}: use d0 {x + 1}{y}{z} mg; rest not stated" for z in range(values)]
    tree[0] = 'decision many "Many"'
    listed = "".join(f"  use d{at}; rest not stated when age > {at % 90}\n" for at in range(lines))
    decision = "\n".join(tree)
    return small(
        f'{entries}input age "Age"\n  integer from 0 to 99\n{drugs}{decision}\noptions list_ "List"\n{listed}'
    )


@cache
def long_one() -> Compiled:
    return long_guideline(7, 30)


def test_a_tree_of_too_many_ends_is_folded_with_a_note() -> None:
    files, found = emit(long_one())
    assert [(one.code, one.severity) for one in found] == [("not_drawn", "note")]
    assert "343 ends are too many to draw." in files["small.dot"]
    assert render.svg_of(files["small.dot"])[0] is not None


def test_a_patients_own_way_is_drawn_where_the_whole_tree_is_not() -> None:
    text = words(long_one(), {"x": "v1", "y": "v2", "z": "v3"})
    assert "223 mg" in text
    assert "6 more branches are ruled out." in text
    assert "224 mg" not in text
    one = picture(long_one(), {"x": "v1", "y": "v2"})
    assert len(ways(one, "possible")) == 7
    blank = dot(long_one(), {})
    assert "343 ends are too many to draw." in blank
    assert "open until more is known" in blank
    assert render.svg_of(blank)[0] is not None


def test_a_list_of_too_many_lines_is_cut_with_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidec_targets.graphviz.MOST_ROWS", 20)
    assert any("`list_` has 30 lines" in one.message for one in emit(long_one())[1])
    rows = tuple(Row(((Line(f"line {at}"),), (Line("text"),)), "") for at in range(MOST_ROWS + 500))
    table = grid_html(Grid((), (Column("A", 30), Column("B", 30)), 1, rows))
    assert "500 more lines are not drawn." in table
    assert f"line {MOST_ROWS - 1}<" in table
    assert f"line {MOST_ROWS}<" not in table
    assert render.svg_of(f"digraph {{ a [shape=plain, label=<{table}>] }}")[0] is not None


def test_what_can_still_be_read_is_drawn_whole() -> None:
    files, found = emit(long_guideline(4, 3))
    assert not found
    assert files["small.dot"].count(" mg") == 64 < MOST_ENDS


# --- tables and scores -------------------------------------------------------

TABLES = """
input age "Age"
  integer from 0 to 100
input heart "Heart failure"
  boolean
input weight "Weight"
  quantity kg from 40 to 150 step 1
drug a "Drug a"
drug b "Drug b"
score hazard "Risk"
  points for age
    < 65: 0
    65 to 74: 1
    > 74: 2
  points 1 when heart
  bands hazard_band "Band"
    < 1: low "Low"
    1 to 2: mid "Middle"
    > 2: high "High"
  shown
lookup dose_of "Dose" by age in mg
  < 50: 500 mg
  otherwise: 250 mg
  shown
table line "Line"
  gives first_line "First line"
    primary "One"
    secondary "Two"
    shown
  unique
    | hazard | weight   || first_line |
    | <= 1 | any      || primary |
    | > 1  | < 100 kg || secondary |
    | > 1  | >= 100 kg || primary |
decision what "What"
  table first
    | hazard_band | weight    || outcome |
    | high      | any       || recommend a; rest not stated |
    | any       | >= 120 kg || suggest b; rest not stated |
    | otherwise             || nothing |
decision later "After"
  when what is a: recommend b; rest not stated
  otherwise: nothing
"""


@cache
def tables() -> Compiled:
    return small(TABLES)


def marked_rows(record: Json) -> list[str]:
    one = picture(tables(), record)
    (sheet,) = one.chart.sheets
    return [row.state for row in one.marks.parts[sheet.id].rows]


def test_the_rows_of_a_decision_table_are_marked() -> None:
    assert marked_rows({"age": 80, "heart": True}) == ["taken", "ruled_out", "ruled_out"]
    assert marked_rows({"age": 80, "weight": 130}) == ["possible", "possible", "ruled_out"]
    assert marked_rows({"age": 60, "weight": 60}) == ["ruled_out", "ruled_out", "taken"]
    assert "MAY COUNT" in words(tables(), {"age": 80, "weight": 130})


def test_a_decision_behind_a_table_is_drawn_and_marked() -> None:
    one = picture(tables(), {"age": 80, "heart": True})
    assert ("Which holds?", "What: Drug a", "b") in ways(one, "taken")
    assert ("Which holds?", "otherwise", "determined") in ways(one, "ruled_out")


def value_states(record: Json) -> dict[str, list[list[str]]]:
    one = picture(tables(), record)
    return {
        name: [[row.state for row in grid.rows] for grid in grids]
        for name, grids in value_grids(tables().guideline, one.patient)
    }


def test_points_bands_lookups_and_tables_are_marked() -> None:
    known = value_states({"age": 70, "heart": True, "weight": 90})
    assert known["hazard"] == [
        ["", "ruled_out", "taken", "ruled_out", "taken"],
        ["ruled_out", "taken", "ruled_out"],
    ]
    assert known["dose_of"] == [["ruled_out", "taken"]]
    assert known["line"] == [["ruled_out", "taken", "ruled_out"]]
    half = value_states({"heart": True, "weight": 90})
    assert half["hazard"] == [
        ["", "possible", "possible", "possible", "taken"],
        ["ruled_out", "possible", "possible"],
    ]
    assert half["dose_of"] == [["possible", "possible"]]
    assert half["line"] == [["possible", "possible", "possible"]]


def test_a_score_says_its_points_its_range_and_what_it_waits_for() -> None:
    text = words(tables(), {"heart": True})
    assert "1 to 3, one of Middle, High" in text
    assert "0 or 1 or 2 points" in text
    assert "1 point" in words(tables(), {"heart": True, "age": 10})


def test_every_table_score_and_lookup_has_a_picture_of_its_own() -> None:
    files, _ = emit(tables())
    assert {"small.dot", "small.hazard.dot", "small.dose_of.dot", "small.line.dot"} == set(files)
    for text in files.values():
        svg, reason = render.svg_of(text)
        assert svg is not None, reason


def test_a_long_table_shows_a_patient_the_rows_that_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidec_targets.chart.MOST_ENDS", 2)
    assert "3 ends are too many to draw." in emit(tables())[0]["small.dot"]
    text = words(tables(), {"age": 80, "heart": True})
    assert "2 more rows don't hold." in text
    assert "HOLDS" in text or "COUNTS" in text


def test_no_text_of_a_table_breaks_out_of_its_picture() -> None:
    from test_flowchart import NASTY

    spec = re.sub(r'"([^"]*)"', lambda found: f'"{NASTY}"', TABLES)
    guideline = small(spec)
    for text in (
        *emit(guideline)[0].values(),
        dot(guideline, {}),
        dot(guideline, {"age": 80, "heart": True}),
    ):
        svg, reason = render.svg_of(text)
        assert svg is not None, reason
        root = ElementTree.fromstring(svg)
        assert "<B>bold</B>" in "".join(root.itertext()).replace("\xa0", " ")
        assert not [each for each in root.iter() if each.tag.endswith(("script", "foreignObject"))]
