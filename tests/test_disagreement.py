"""Where guidelines disagree, over all patients: every standing has its patients, and `compare` says the same of them."""

import json
import random
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from guidec.cli import cli
from guidec.compare import compare
from guidec.evaluate import Compiled, Refused
from guidec.project import compile_path
from guidec.proofs.disagreement import disagreement
from guidec.proofs.disagreement_show import disagreement_html, disagreement_markdown, disagreement_text
from schemas import validator
from test_python_target import value

FOLDER = Path(__file__).parent / "data" / "compare"
FLAGSHIP = Path(__file__).parents[1] / "guidelines" / "pm_dm_ild"

Json = dict[str, Any]


@cache
def both() -> tuple[Compiled, ...]:
    found = [compile_path(FOLDER / f"{name}.guide").compiled for name in ("first", "second")]
    return tuple(one for one in found if one is not None)


@cache
def looked_through() -> Json:
    return disagreement(both())


def standings(found: Json) -> dict[str, set[str]]:
    return {row["id"]: {one["standing"] for one in row["standings"]} for row in found["questions"]}


def test_each_answer_is_what_compare_says_of_its_patient() -> None:
    seen = 0
    for row in looked_through()["questions"]:
        for one in row["standings"]:
            for answer in one["answers"]:
                found = compare(both(), answer["patient"])
                (again,) = [other for other in found["questions"] if other["id"] == row["id"]]
                assert again["status"] == one["standing"], (row["id"], answer)
                seen += 1
    assert seen > 10


def inside(record: Json, group: str) -> bool:
    """Whether a record is of a group, as far as its words are `NAME VALUE or VALUE` or `NAME yes`."""
    for part in group.split(", "):
        name, _, values = part.partition(" ")
        entered = {**record, **record.get("readings", {})}.get(name)
        word = {True: "yes", False: "no"}.get(entered, entered) if isinstance(entered, bool) else entered
        if isinstance(word, str) and word not in values.split(" or "):
            return False
        if entered is None and name != "everyone":
            return False
    return True


def test_a_patient_is_of_the_group_that_is_named_first() -> None:
    for row in looked_through()["questions"]:
        for one in row["standings"]:
            for answer in one["answers"]:
                assert inside(answer["patient"], answer["for"][0]), (row["id"], answer)


def test_the_text_names_the_group_of_its_patient() -> None:
    found = looked_through()
    lines = disagreement_text(found).splitlines()
    named = [line.strip() for line in lines if line.startswith("  differs for ")]
    firsts = [one for row in found["questions"] for one in row["standings"] if one["standing"] == "differs"]
    assert len(named) == len(firsts) > 0
    for line, one in zip(named, firsts, strict=True):
        assert line.startswith(f"differs for {one['answers'][0]['for'][0]}"), line


def complete_patients(count: int) -> list[Json]:
    """Records in which every input and every reading of both is known."""
    dice = random.Random(1)
    found = []
    for _ in range(count):
        record: Json = {}
        readings: Json = {}
        for one in both():
            record |= {entry.id: value(one, entry, dice) for entry in one.guideline.inputs}
            readings |= {each.id: dice.choice(each.values).id for each in one.guideline.readings}
        found.append({**record, "readings": readings})
    return found


def test_how_a_complete_record_stands_was_foreseen() -> None:
    """`compare` never says of a patient what no standing names."""
    foreseen = standings(looked_through())
    seen = 0
    for record in complete_patients(150):
        try:
            found = compare(both(), record)
        except Refused:
            continue
        seen += 1
        for row in found["questions"]:
            assert row["status"] in foreseen[row["id"]], (row["id"], record)
    assert seen > 50


def test_it_follows_its_schema_in_every_format() -> None:
    found = looked_through()
    assert not list(validator("disagreement.schema.json").iter_errors(found))
    json.loads(json.dumps(found))
    assert "differs" in disagreement_text(found)
    assert disagreement_markdown(found).count("## ") >= len(found["questions"])


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta",):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_whatever_is_said() -> None:
    found = json.loads(json.dumps(looked_through()).replace("first", "</td><script>x | `y`"))
    page = disagreement_html(found)
    tags = Tags()
    tags.feed(page)
    assert not tags.open and "<script>" not in page
    assert "<script>" not in disagreement_markdown(found)


def test_the_command_without_a_patient() -> None:
    found = CliRunner().invoke(cli, ["compare", str(FOLDER)])
    assert found.exit_code == 0, found.output
    assert "for whom they disagree" in found.output
    whole = CliRunner().invoke(cli, ["compare", str(FOLDER), "--format", "json"])
    assert standings(json.loads(whole.stdout)) == standings(looked_through())


def test_a_reading_is_chosen_for_a_patient_only() -> None:
    found = CliRunner().invoke(cli, ["compare", str(FOLDER), "--reading", "seen=strict"])
    assert found.exit_code == 2 and "--patient" in found.output


def test_the_flagship_disagrees_on_a_page() -> None:
    found = CliRunner().invoke(cli, ["compare", str(FLAGSHIP)])
    assert found.exit_code == 0, found.output
    lines = found.stdout.splitlines()
    assert len(lines) < 60
    assert "First line: which drugs?  [differs, compatible, silent, out of scope]" in lines
