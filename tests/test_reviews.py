"""A review is bound to what its scenario exercises: a changed meaning on its way voids it, and nothing else does."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guidec.cli import cli

SPEC = """guideline pain "Pain"
  version 1.0.0
  language guidec/1
  source leaflet

source leaflet
  title "A leaflet"
  register "leaflet.csv"

input severe "Severe" [S2]
  boolean

input age "Age"
  integer from 0 to 120

drug paracetamol "Paracetamol"
drug morphine "Morphine"
test liver "Liver"

define old "Old" = age > 70

regimen strong "Strong" [S1]
  give morphine 5 mg every 4 h; rest not stated

regimen weak "Weak" [S1]
  give paracetamol 1 g every 6 h; rest not stated

decision treat "Treat"
  when severe and not old: suggest strong    [S1]
  when severe and old: suggest weak          [S1]
  otherwise: not stated "The source is silent." [S1]

monitor liver_tests "Liver tests" when old [S1]
  measure liver
  every 3 months

# a comment
scenario "Severe pain"
  reviewed
  given severe yes; age 50
  expect treat strong
"""
REGISTER = "id,statement\nS1,A statement.\nS2,Another.\n"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    (tmp_path / "leaflet.csv").write_text(REGISTER, "utf-8")
    path = tmp_path / "pain.guide"
    path.write_text(SPEC, "utf-8")
    return path


def invoke(path: Path, *options: str) -> Result:
    result = CliRunner().invoke(cli, ["test", str(path), *options])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def bound(path: Path) -> str:
    assert invoke(path, "--review").exit_code == 0
    return path.read_text("utf-8")


def test_a_review_is_bound_in_its_place_and_nothing_else_moves(spec: Path) -> None:
    text = bound(spec)
    mark = next(line for line in text.split("\n") if line.startswith("  reviewed "))
    assert text == SPEC.replace("  reviewed", mark)
    assert len(mark.split()[1]) == 12
    again = invoke(spec, "--strict", "--review")
    assert again.exit_code in (0, 1)  # a warning about S2 may fail it, the review doesn't
    assert "1 reviewed" in again.stderr and "0 reviews bound" in again.stderr
    assert spec.read_text("utf-8") == text


VOID = {
    "severe and not old": ("severe and not old and age > 1", "a condition on its way was changed"),
    "age > 70": ("age > 71", "a condition on its way was changed"),
    "morphine 5 mg": ("morphine 6 mg", "what it comes to was changed"),
    "suggest strong": ("recommend strong", "what it comes to was changed"),
    "every 4 h": ("every 5 h", "what it comes to was changed"),
    "severe yes; age 50": ("severe yes; age 51", "its patient is another"),
}


@pytest.mark.parametrize("before", VOID)
def test_a_change_of_what_is_exercised_voids_it_and_says_why(spec: Path, before: str) -> None:
    after, why = VOID[before]
    text = bound(spec)
    assert before in text
    spec.write_text(text.replace(before, after, 1), "utf-8")
    result = invoke(spec)
    assert result.exit_code == 0
    assert f"warning[void_review]: the review of “Severe pain” is void: {why}" in result.stderr
    assert "1 void" in result.stderr
    assert invoke(spec, "--strict").exit_code == 1
    kept = spec.read_text("utf-8")
    assert "0 reviews bound" in invoke(spec, "--review").stderr  # a void review is not bound again by itself
    assert spec.read_text("utf-8") == kept


KEPT = {
    '"Severe pain"': '"Another title"',
    '"Old"': '"Elderly"',
    "# a comment": "# another comment\n",
    "paracetamol 1 g": "paracetamol 2 g",
    "every 3 months": "every 4 months",
    "when severe and old: suggest weak          [S1]": "when severe and old: suggest weak [S1 S2]",
    "suggest strong    [S1]": "suggest strong    [S2]",
    "The source is silent.": "Nothing is said.",
    "version 1.0.0": "version 2.0.0",
    "  expect treat strong": "  expect treat strong; strength of strong suggest",
}


@pytest.mark.parametrize("before", KEPT)
def test_what_it_does_not_exercise_leaves_it(spec: Path, before: str) -> None:
    text = bound(spec)
    assert before in text
    spec.write_text(text.replace(before, KEPT[before], 1), "utf-8")
    result = invoke(spec)
    assert "void" not in result.stderr, result.stderr
    assert "1 reviewed" in result.stderr


def test_only_what_passes_is_bound(spec: Path) -> None:
    spec.write_text(SPEC.replace("expect treat strong", "expect treat weak"), "utf-8")
    result = invoke(spec, "--review")
    assert result.exit_code == 1
    assert "0 reviews bound" in result.stderr
    assert "  reviewed\n" in spec.read_text("utf-8")


def test_marks_are_counted_and_said_in_json(spec: Path) -> None:
    spec.write_text(SPEC.replace("  reviewed\n", "  unreviewed\n"), "utf-8")
    assert "1 unreviewed" in invoke(spec).stderr
    (found,) = json.loads(invoke(spec, "--format", "json").stdout)["reviews"]
    assert (found["scenario"], found["status"], found["line"]) == ("Severe pain", "unreviewed", 39)
    spec.write_text(SPEC.replace("  reviewed\n", ""), "utf-8")
    assert "reviewed" not in invoke(spec).stderr
    assert "reviews" not in json.loads(invoke(spec, "--format", "json").stdout)


def test_a_mark_stands_under_the_title_and_nowhere_else(spec: Path) -> None:
    spec.write_text(SPEC.replace("  reviewed\n", "") + "  reviewed\n", "utf-8")
    assert invoke(spec).exit_code == 1
    spec.write_text(SPEC.replace("  reviewed\n", "  reviewed 12345\n"), "utf-8")
    assert "what `guidec test --review` writes" in invoke(spec).stderr


def test_line_ends_and_comments_beside_a_mark_stay(spec: Path) -> None:
    text = SPEC.replace("  reviewed\n", "  reviewed  # by A. B.\n")
    spec.write_bytes(text.replace("\n", "\r\n").encode())
    assert invoke(spec, "--review").exit_code == 0
    after = spec.read_bytes()
    assert after.count(b"\n") == after.count(b"\r\n")
    assert b"  # by A. B.\r\n" in after
    assert "1 reviewed" in invoke(spec).stderr
