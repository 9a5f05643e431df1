"""A pathway's pictures lead to one another, fit a page, and nothing in a spec breaks out of them; words say the same."""

import json
import re
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from guidec import ir, render
from guidec.cli import cli
from guidec.evaluate import Compiled, evaluate
from guidec.pipeline import compile_file
from guidec.project import compile_path
from guidec.show import result_text
from guidec_targets import graphviz, markdown
from guidec_targets.grid import Grid
from guidec_targets.picture import patient_dot, picture_of
from guidec_targets.standing import standing_grid

ROOT = Path(__file__).parents[1]
COUGH = ROOT / "tests" / "data" / "guidelines" / "cough.guide"
GOLDENS = ROOT / "tests" / "goldens" / "cough"
HREF = "{http://www.w3.org/1999/xlink}href"
NASTY = 'quote \\" brace } <B>bold</B> & amp ; back\\\\slash é 日本 | pipe `tick` --> ]]> {x} \\\\n [l](http://x.y)'
LONG = "Pneumonoultramicroscopicsilicovolcanoconiosis " * 8 + "x" * 200


@cache
def cough() -> Compiled:
    compiled = compile_path(COUGH).compiled
    assert compiled is not None
    return compiled


def pathway() -> ir.Pathway:
    found = cough().guideline.pathway
    assert found is not None
    return found


def compiled_of(text: str) -> Compiled:
    files = {"cough.guide": text.encode(), "cough.csv": COUGH.with_suffix(".csv").read_bytes()}
    found = compile_file("cough.guide", lambda name: files[name])
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def relabelled(text: str) -> str:
    """The guideline with this text for every label, reason and note."""
    lines = COUGH.read_text("utf-8").splitlines(keepends=True)
    kept = ('  register "', "  title")
    return "".join(
        line if line.startswith(kept) else re.sub(r'"(?:[^"\\]|\\.)*"', lambda _: f'"{text}"', line)
        for line in lines
    )


def svgs(compiled: Compiled) -> dict[str, ElementTree.Element]:
    found: dict[str, ElementTree.Element] = {}
    for name, dot in graphviz.emit(compiled)[0].items():
        if ".pathway" in name:
            svg, reason = render.svg_of(dot)
            assert svg is not None, reason
            found[name.removesuffix(".dot")] = ElementTree.fromstring(svg)
    return found


def hrefs(root: ElementTree.Element) -> list[str]:
    return [one.attrib[HREF] for one in root.iter() if HREF in one.attrib]


# --- the pictures ----------------------------------------------------------------


@pytest.mark.parametrize("name", ["cough.pathway.dot", "cough.pathway.first.dot", "cough.pathway.second.dot"])
def test_the_dot_of_a_pathway_is_the_golden_one(name: str, request: pytest.FixtureRequest) -> None:
    golden, dot = GOLDENS / name, graphviz.emit(cough())[0][name]
    if request.config.getoption("--rewrite-goldens"):
        golden.parent.mkdir(parents=True, exist_ok=True)
        golden.write_text(dot, "utf-8")
    assert golden.read_text("utf-8") == dot


def test_every_move_is_an_arrow_of_the_overview_but_for_those_who_stay() -> None:
    dot = graphviz.emit(cough())[0]["cough.pathway.dot"]
    ends = [(one.id, move.to or move.why) for one in pathway().stages for move in one.moves]
    assert len(re.findall(r"^  \w+ -> ", dot, re.MULTILINE)) == len({end for end in ends if end[0] != end[1]})
    arrows = re.findall(r"^  stage(\d) -> stage(\d) ", dot, re.MULTILINE)
    names = [one.id for one in pathway().stages]
    drawn = {(names[int(start)], names[int(end)]) for start, end in arrows}
    assert drawn == {(start, end) for start, end in ends if end in names and start != end}
    assert dot.count("stays: ") == sum(start == end for start, end in ends) == 2


def test_a_stage_that_says_nothing_of_reviews_says_so_and_a_final_one_does_not() -> None:
    text = COUGH.read_text("utf-8").replace("    review every 4 to 8 weeks [C4]\n", "", 1)
    files = graphviz.emit(compiled_of(text))[0]
    assert "review not stated" in files["cough.pathway.dot"].split("stage1 [")[0]
    assert (
        "Seen again" in files["cough.pathway.first.dot"] and "not stated" in files["cough.pathway.first.dot"]
    )
    assert "Seen again" not in files["cough.pathway.discharge.dot"]
    assert "THE PATHWAY ENDS HERE" in files["cough.pathway.discharge.dot"]
    assert "PATIENTS BEGIN HERE" in files["cough.pathway.first.dot"]


def test_what_no_author_named_has_no_picture() -> None:
    assert sorted(graphviz.emit(cough())[0]) == sorted(
        ["cough.dot", "cough.waiting.dot", "cough.pathway.dot", *(f"cough.pathway.{one.id}.dot" for one in pathway().stages)]
    )  # fmt: skip


def test_a_list_of_options_called_pathway_keeps_its_own_picture() -> None:
    text = (
        COUGH.read_text("utf-8")
        .replace("options waiting", "options pathway")
        .replace("decides waiting", "decides pathway")
    )
    files = graphviz.emit(compiled_of(text))[0]
    assert (
        "While waiting" in files["cough.pathway.dot"]
        and "From step to step" in files["cough.the-pathway.dot"]
    )
    assert 'HREF="cough.the-pathway.svg"' in files["cough.pathway.first.dot"]
    assert 'HREF="cough.pathway.svg"' in files["cough.pathway.referred.dot"]


def test_a_decision_of_one_question_is_drawn_at_its_stage_and_others_are_linked() -> None:
    files = graphviz.emit(cough())[0]
    assert (
        "Much sputum?" in files["cough.pathway.first.dot"]
        and "Not asked" not in files["cough.pathway.first.dot"]
    )
    text = COUGH.read_text("utf-8").replace(
        "    no:  recommend budesonide by inhalation; rest not stated [C2]\n",
        "    no:\n      when treated < 3: recommend budesonide by inhalation; rest not stated [C2]\n"
        "      otherwise: nothing [C2]\n",
    )
    drawn = graphviz.emit(compiled_of(text))[0]["cough.pathway.first.dot"]
    assert "Much sputum?" not in drawn and 'HREF="cough.svg"' in drawn


FLAGSHIP = [
    ROOT / "guidelines" / "pm_dm_ild" / f"{name}.guide" for name in ("takada", "uptodate", "droracle")
]


@pytest.mark.parametrize("path", [COUGH, *FLAGSHIP], ids=lambda path: path.stem)
def test_on_a_page_of_paper_the_smallest_print_can_be_read(path: Path) -> None:
    compiled = compile_path(path, skip_scenarios=True).compiled
    assert compiled is not None
    for name, root in svgs(compiled).items():
        width, height = (float(root.attrib[key].removesuffix("pt")) for key in ("width", "height"))
        scale = max(min(567 / width, 814 / height), min(814 / width, 567 / height))
        assert 9 * scale >= 7, (name, width, height)


# --- links ---------------------------------------------------------------------


def test_every_link_names_a_file_that_build_writes(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["build", str(COUGH), "--out", str(tmp_path)]).exit_code == 0
    folder = tmp_path / "cough"
    found = {
        path.stem: hrefs(ElementTree.parse(path).getroot()) for path in folder.glob("cough.pathway*.svg")
    }
    assert len(found) == 1 + len(pathway().stages)
    for links in found.values():
        for link in links:
            assert re.fullmatch(r"cough\.guide#L\d+", link) or (folder / link).is_file(), link
    pictures = {one.id: f"cough.pathway.{one.id}" for one in pathway().stages}
    assert {f"{name}.svg" for name in pictures.values()} <= set(found["cough.pathway"])
    for stage in pathway().stages:
        links = found[pictures[stage.id]]
        leads = {f"{pictures[move.to]}.svg" for move in stage.moves if move.to not in ("", stage.id)}
        comes = {
            f"{pictures[one.id]}.svg" for one in pathway().stages if stage.id in {m.to for m in one.moves}
        }
        assert {"cough.pathway.svg"} | leads | comes - {f"{pictures[stage.id]}.svg"} <= set(links)
    assert (
        "cough.svg" in found["cough.pathway.first"] and "cough.waiting.svg" in found["cough.pathway.referred"]
    )


def test_a_build_deletes_the_pictures_of_stages_that_are_gone(tmp_path: Path) -> None:
    for file in (COUGH, COUGH.with_suffix(".csv")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    guide, out = tmp_path / "cough.guide", tmp_path / "build"
    run = CliRunner().invoke
    assert run(cli, ["build", str(guide), "--out", str(out)]).exit_code == 0
    before = {path.name: path.read_bytes() for path in (out / "cough").iterdir()}
    assert run(cli, ["build", str(guide), "--out", str(out), "--check"]).exit_code == 0
    guide.write_text(re.sub(r"\breferred\b", "clinic", guide.read_text("utf-8")), "utf-8")
    stale = run(cli, ["build", str(guide), "--out", str(out), "--check"])
    assert stale.exit_code == 1 and "cough.pathway.referred.svg is no longer made" in stale.output
    assert run(cli, ["build", str(guide), "--out", str(out)]).exit_code == 0
    after = {path.name for path in (out / "cough").iterdir()}
    assert set(before) - after == {"cough.pathway.referred.dot", "cough.pathway.referred.svg"}
    assert after - set(before) == {"cough.pathway.clinic.dot", "cough.pathway.clinic.svg"}


def test_a_page_has_the_pictures_that_it_shows_and_deletes_those_it_no_longer_does(tmp_path: Path) -> None:
    for file in (COUGH, COUGH.with_suffix(".csv")):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "cough.pathway.sketch.svg").write_text("<svg><!-- by hand --></svg>", "utf-8")
    run = CliRunner().invoke
    assert run(cli, ["page", str(tmp_path)]).exit_code == 0
    page = (tmp_path / "README.md").read_text("utf-8")
    shown = set(re.findall(r"\(<([\w.-]+\.svg)>\)", page))
    assert shown == {path.name for path in tmp_path.glob("*.svg")} - {"cough.pathway.sketch.svg"}
    for name in shown:
        assert all(
            (tmp_path / link.split("#")[0]).is_file()
            for link in hrefs(ElementTree.parse(tmp_path / name).getroot())
        )
    guide = tmp_path / "cough.guide"
    guide.write_text(re.sub(r"\breferred\b", "clinic", guide.read_text("utf-8")), "utf-8")
    assert (
        "cough.pathway.referred.svg is no longer made" in run(cli, ["page", str(tmp_path), "--check"]).output
    )
    assert run(cli, ["page", str(tmp_path)]).exit_code == 0
    assert not (tmp_path / "cough.pathway.referred.svg").exists()
    assert (tmp_path / "cough.pathway.sketch.svg").exists()
    assert run(cli, ["page", str(tmp_path), "--check"]).exit_code == 0


# --- nothing breaks out -----------------------------------------------------------


def test_no_text_of_a_spec_breaks_out_of_the_pictures() -> None:
    tame = svgs(compiled_of(relabelled("tame")))
    for name, root in svgs(compiled_of(relabelled(NASTY))).items():
        text = "".join(root.itertext()).replace("\xa0", " ")
        assert "<B>bold</B>" in text and "| pipe" in text
        assert not [one for one in root.iter() if one.tag.endswith(("script", "foreignObject"))]
        assert set(hrefs(root)) == set(hrefs(tame[name]))


def test_a_very_long_text_is_broken_and_widens_no_picture() -> None:
    for name, root in svgs(compiled_of(relabelled(LONG))).items():
        assert float(root.attrib["width"].removesuffix("pt")) < 1300, name


@pytest.mark.parametrize("text", [NASTY, "- item", "1. item", "= under", LONG])
def test_no_text_of_a_spec_breaks_out_of_the_page(text: str) -> None:
    def shape(text: str) -> list[tuple[str, int]]:
        page = markdown.emit(compiled_of(relabelled(text)))[0]["cough.md"]
        return [
            (re.sub(r"^( *(- |#+ |[|]|<|!)?).*", r"\1", line), line.count("|")) for line in page.splitlines()
        ]

    assert shape(text) == shape("tame")
    page = markdown.emit(compiled_of(relabelled(text)))[0]["cough.md"]
    assert "<B>" not in page and not re.search(r"(?<!\\)\]\(http", page)


# --- words ----------------------------------------------------------------------


def test_the_page_says_of_each_stage_what_the_pictures_say() -> None:
    page = markdown.emit(cough())[0]["cough.md"]
    section = page.split("\n## The pathway\n")[1].split("\n## ")[0]
    assert re.findall(r"\(<([\w.]+)\.svg>\)", section) == [
        "cough.pathway", *(f"cough.pathway.{one.id}" for one in pathway().stages)
    ]  # fmt: skip
    second = section.split("\n### Macrolide added [C6]\n")[1].split("\n### ")[0]
    assert [line for line in second.splitlines() if line.startswith("- ")] == [
        "- Decided here: What is added?",
        "- Done here: QT interval on a macrolide [C7]",
        "- Seen again: after 2 weeks [C7]; every 4–8 weeks [C4]",
        "- Response: Better: go to **Going on and stopping** [C5]",
        "- Response: Unchanged: **not stated**: The leaflet says nothing of a cough that stays as it is. [C6]",
        "- Response: Worse: go to **Referred** [C8]",
    ]
    assert "- otherwise: stay [C4]" in section and "- The pathway ends here." in section
    opened = page.split("\n## Known ambiguities\n")[1].split("\n## ")[0]
    assert "| not stated | Going on and stopping | No interval is given. | [C5] |" in opened
    assert "| not stated | Referred | when patients are seen again |  |" in opened
    assert "stage of course" not in page and "[after" not in page


@pytest.mark.parametrize(
    ("patient", "words"),
    [
        (
            {"phase": "second", "response": "worse"},
            [
                "From step to step: at Macrolide added",
                "  seen again after 2 weeks [C7]",
                "  seen again every 4 to 8 weeks [C4]",
                "  then: goes to Referred [C8]",
            ],
        ),
        (
            {"phase": "tapering", "treated": 3},
            [
                "From step to step: at Going on and stopping",
                "  seen again at an interval that is not stated: No interval is given. [C5]",
                "  then, open until more is known:",
                "    possible: stays at Going on and stopping [C5]",
                "    possible: goes to Macrolide added [C6]",
                "    needs Response (response)",
            ],
        ),
        (
            {"phase": {"one_of": ["second", "discharge"]}, "response": "unchanged"},
            [
                "From step to step: at Macrolide added, or Without treatment",
                "  needs Step of treatment (phase)",
                "  if at Macrolide added:",
                "    seen again after 2 weeks [C7]",
                "    seen again every 4 to 8 weeks [C4]",
                "    then: not stated: The leaflet says nothing of a cough that stays as it is. [C6]",
                "  if at Without treatment:",
                "    the pathway ends here",
            ],
        ),
    ],
)  # fmt: skip
def test_a_result_says_where_the_patient_stands_and_where_that_leads(
    patient: dict[str, object], words: list[str]
) -> None:
    result = evaluate(cough(), {"coughing": True, **patient})
    lines = result_text(cough().guideline, result).splitlines()
    at = lines.index(words[0])
    assert lines[at : at + len(words)] == words
    assert [*lines[at:], ""][len(words)] == ""


def test_out_of_scope_nothing_is_said_of_stages() -> None:
    text = result_text(cough().guideline, evaluate(cough(), {"coughing": False}))
    assert "From step to step: out of the guideline's scope" in text.splitlines()
    assert not grid({"coughing": False}).rows


# --- one patient's picture ----------------------------------------------------------


def grid(patient: dict[str, object]) -> Grid:
    return standing_grid(pathway(), picture_of(cough(), patient, evaluate(cough(), patient)).patient)


def told(patient: dict[str, object]) -> list[tuple[str, str, str]]:
    """The state of each row, its first word, and its stage or where it leads."""
    return [
        (row.state, row.cells[0][0].text, (row.cells[1] or row.cells[4])[0].text)
        for row in grid({"coughing": True, **patient}).rows
    ]


def test_the_picture_marks_where_the_patient_stands_and_which_way_he_goes() -> None:
    assert told({"phase": "second", "response": "worse"}) == [
        ("ruled_out", "Not here", "First step"),
        ("taken", "HERE", "Macrolide added"),
        ("ruled_out", "Not this way", "Going on and stopping"),
        ("ruled_out", "Not this way", "Not stated"),
        ("taken", "THIS WAY", "Referred"),
        ("ruled_out", "Not here", "Going on and stopping"),
        ("ruled_out", "Not here", "Referred"),
        ("ruled_out", "Not here", "Without treatment"),
    ]


def test_what_isnt_known_is_open_in_the_picture() -> None:
    partly: dict[str, object] = {"phase": {"one_of": ["second", "tapering"]}, "response": "better"}
    assert told(partly)[1:8] == [
        ("possible", "PERHAPS HERE", "Macrolide added"),
        ("possible", "This way, if here", "Going on and stopping"),
        ("ruled_out", "Not this way", "Not stated"),
        ("ruled_out", "Not this way", "Referred"),
        ("possible", "PERHAPS HERE", "Going on and stopping"),
        ("possible", "OPEN", "Without treatment"),
        ("possible", "OPEN", "stay"),
    ]
    record = {"coughing": True, **partly}
    svg, reason = render.svg_of(
        patient_dot(cough(), record, json.loads(json.dumps(evaluate(cough(), record))))
    )
    assert svg is not None, reason
    text = "".join(ElementTree.fromstring(svg).itertext())
    assert (
        "PERHAPS HERE" in text and "From step to step: at Macrolide added, or Going on and stopping" in text
    )
