"""The flowchart is the published algorithm, draws, and nothing in a spec breaks out of it."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from guidec import render
from guidec.pipeline import compile_file
from guidec.project import compile_path
from guidec_targets.chart import Chart, chart_of
from guidec_targets.graphviz import emit

ROOT = Path(__file__).parents[1]
GOLDENS = ROOT / "tests" / "goldens"
FLAGSHIP = ROOT / "guidelines" / "pm_dm_ild" / "takada.guide"

NASTY = 'quote \\" brace } angle <B>bold</B> & amp ; back\\\\slash é 日本 `tick` --> ]]> {x} \\\\n'


@cache
def flagship() -> dict[str, str]:
    compiled = compile_path(FLAGSHIP).compiled
    assert compiled is not None
    return emit(compiled)[0]


@cache
def chart() -> Chart:
    compiled = compile_path(FLAGSHIP).compiled
    assert compiled is not None
    return chart_of(compiled.guideline)


def arrows() -> set[tuple[str, str, str]]:
    """(from, label, to) in words: the text of a question, the names that a box recommends or its status."""
    names = {question.id: question.text for question in chart().questions}
    for box in chart().boxes:
        assert box.outcome is not None
        recommended = [one.id for one in box.outcome.recommendations]
        names[box.id] = " ".join(recommended) or (
            "nothing" if box.outcome.status == "determined" else box.outcome.status
        )
    return {(names[edge.start], re.sub(r" \[.*", "", edge.label), names[edge.end]) for edge in chart().edges}


def test_the_flowchart_is_the_published_algorithm() -> None:
    assert arrows() == {
        ("Myositis diagnosis?", "PM", "Onset of the ILD?"),
        ("Onset of the ILD?", "Chronic", "glucocorticoid_alone"),
        ("Onset of the ILD?", "Acute", "pulse_combination"),
        ("Myositis diagnosis?", "DM", "combination"),
        ("Myositis diagnosis?", "Amyopathic DM (ADM)", "Anti-MDA5 titre?"),
        ("Myositis diagnosis?", "Hypomyopathic DM: as Amyopathic DM (ADM)", "Anti-MDA5 titre?"),
        ("Anti-MDA5 titre?", "Low", "combination"),
        ("Anti-MDA5 titre?", "High", "triple_therapy"),
        ("Anti-MDA5 titre?", "Cannot be measured", "triple_therapy"),
        ("Anti-MDA5 titre?", "Antibody negative", "not_stated"),
        ("triple_therapy", "", "Refractory?"),
        ("glucocorticoid_alone", "", "Refractory?"),
        ("pulse_combination", "", "Refractory?"),
        ("combination", "", "Refractory?"),
        ("not_stated", "", "Refractory?"),
        ("Refractory?", "yes", "pmx_dhp"),
        ("Refractory?", "yes", "not_stated"),
        ("Refractory?", "no", "nothing"),
    }


def test_only_triple_therapy_leads_to_hemoperfusion() -> None:
    outcomes = {box.id: box.outcome for box in chart().boxes if box.outcome is not None}
    ends = {name: [one.id for one in outcome.recommendations] for name, outcome in outcomes.items()}
    rescue = next(name for name, recommended in ends.items() if recommended == ["pmx_dhp"])
    asked = {edge.start for edge in chart().edges if edge.end == rescue}
    before = {edge.start for edge in chart().edges if edge.end in asked}
    assert [ends[name] for name in before] == [["triple_therapy"]]


def test_boxes_carry_doses_strength_usual_choice_and_statements() -> None:
    text = flagship()["takada.dot"]
    for words in (
        "<B>RECOMMEND</B>",
        "<B>SUGGEST</B>",
        "<B>MAY</B>",
        "1 mg/kg/d of ideal",
        "300–800",
        "Cyclosporin: 150 mg/d (usual choice)",
        "[T167 T168]",
        "[T155 †T57 †T75]",
        'URL="takada.guide#L',
        "T153: PM with chronic ILD",
    ):
        assert words in text


def test_the_preference_for_cyclosporin_is_marked_for_acute_pm_alone() -> None:
    assert flagship()["takada.dot"].count("Cyclosporin: 150 mg/d (usual choice)") == 1


@pytest.mark.parametrize("name", ["takada.dot", "takada.body_text_options.dot", "takada.after_the_pulse.dot"])
def test_the_dot_of_the_flagship_is_the_golden_one(name: str, request: pytest.FixtureRequest) -> None:
    golden = GOLDENS / "takada" / name
    if request.config.getoption("--rewrite-goldens"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(flagship()[name], "utf-8")
    assert golden.read_text("utf-8") == flagship()[name]


def test_every_picture_draws_and_keeps_tooltips_and_links() -> None:
    for name, dot in flagship().items():
        svg, reason = render.svg_of(dot)
        assert svg is not None, reason
        root = ElementTree.fromstring(svg)
        assert root.tag.endswith("svg")
        assert render.carries_digest(svg, dot)
        if name == "takada.dot":
            assert "takada.guide#L" in svg
            assert "PM with chronic ILD" in svg


def test_the_picture_in_the_readme_is_drawn_from_todays_flagship() -> None:
    path = ROOT / "guidelines" / "pm_dm_ild" / "takada.svg"
    assert path.relative_to(ROOT).as_posix() in (ROOT / "README.md").read_text("utf-8")
    assert render.carries_digest(path.read_text("utf-8"), flagship()["takada.dot"]), "run `make goldens`"


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz's own dot is not installed")
def test_graphviz_itself_reads_the_same_text() -> None:
    for dot in flagship().values():
        done = subprocess.run(["dot", "-Tsvg"], input=dot.encode(), capture_output=True, check=False)
        assert done.returncode == 0
        assert b"syntax error" not in done.stderr


def nasty_guideline() -> str:
    return f"""guideline nasty "{NASTY}"
  version 1.0.0
  language guidec/1

input class_ "{NASTY}"
  one of
    a "{NASTY}"
    b "B"

drug none "{NASTY}"

regimen import_ "{NASTY}"
  give none by mouth 5 mg; rest not stated
  note "{NASTY}"

decision lambda_ "{NASTY}"
  by class_
    a: use "{NASTY}" import_
    b: not stated "{NASTY}"

options list_ "{NASTY}"
  use import_ when class_ is a
"""


def test_no_text_of_a_spec_breaks_out_of_the_picture() -> None:
    compilation = compile_file("nasty.guide", lambda name: nasty_guideline().encode())
    assert compilation.compiled is not None, compilation.diagnostics
    for dot in emit(compilation.compiled)[0].values():
        svg, reason = render.svg_of(dot)
        assert svg is not None, reason
        root = ElementTree.fromstring(svg)
        text = "".join(root.itertext()).replace("\xa0", " ")
        assert "<B>bold</B>" in text
        assert not [element for element in root.iter() if element.tag.endswith(("script", "foreignObject"))]


def test_a_guideline_without_decisions_has_a_picture_that_says_so() -> None:
    text = (
        'guideline rules "Rules"\n  version 1.0.0\n  language guidec/1\ninput ill "Ill"\n  boolean\n'
        'advise note look "Look" when ill\n'
    )
    compilation = compile_file("rules.guide", lambda name: text.encode())
    assert compilation.compiled is not None, compilation.diagnostics
    dot = emit(compilation.compiled)[0]["rules.dot"]
    svg, reason = render.svg_of(dot)
    assert svg is not None, reason
    assert "This guideline has no decision." in svg


def test_without_a_renderer_the_reason_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "renderer", lambda: None)
    svg, reason = render.svg_of("digraph { a -> b }")
    assert svg is None
    assert "graphviz-pure" in reason


def test_an_order_is_drawn_with_what_it_goes_by_and_units_as_they_are_read() -> None:
    text = """guideline t "T"
  version 1.0.0
  language guidec/1
input temperature "Temperature"
  quantity Cel from 34 to 43 step 0.1
input bsa "Body surface"
  quantity m2 from 1 to 3 step 0.01
drug a "A"
regimen r "R"
  give a 375 mg/m2 of bsa rounded half even to 20 mg; rest not stated
decision d "D"
  by temperature
    < 36 Cel: use r
    >= 36 Cel: nothing
classify c "C" of temperature
  < 38 Cel: low
  >= 38 Cel: high
"""
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    dots = emit(found.compiled)[0]
    for words in ("of body surface", "half even to 20 mg", "≥ 36 °C"):
        plain = [re.sub(r"(<[^>]*>|&#160;|\s)+", " ", dot) for dot in dots.values()]
        assert any(words in dot for dot in plain), words
    assert not any("Cel" in dot for dot in dots.values())
