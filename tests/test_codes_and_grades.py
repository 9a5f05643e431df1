"""Codes of terminologies and grades of GRADE stand beside the meaning: kept, shown, and no part of an outcome."""

import json
from typing import Any

import pytest

from guidec.document import dump_text, load
from guidec.evaluate import Compiled, evaluate
from guidec.pipeline import compile_file
from guidec.show import result_text
from guidec_targets.graphviz import emit
from schemas import guideline_validator, result_validator

Json = dict[str, Any]

TEXT = """guideline t "T"
  version 1.0.0
  language guidec/1

drug a "A"
  code "http://example.org/drugs" "1" "A, any form"
input creatinine "Creatinine"
  quantity mg/dL from 0 to 9 step 1
  or value never "Never measured"
    code "http://example.org/system" "n" "Not measured"
  code "http://example.org/system" "2160-0" "Creatinine in serum"
  code "http://example.org/other" "2160-0" "Creatinine"
input code "A name that is a word elsewhere"
  one of
    code "Code"
      code "http://example.org/system" "c" "Code"
    grade "Grade"
procedure wash "Wash"
  code "http://example.org/care" "w" "Washing"
test blood "Blood"
  code "http://example.org/care" "b" "Blood test"
drug class some "Some" = a
  code "http://example.org/drugs" "s" "Some drugs"
regimen plan "Plan"
  give a; rest not stated
  with wash; rest not stated
  code "http://example.org/care" "p" "The plan"

decision first "First"
  by code
    code: recommend plan; grade strong, very low certainty
    grade:
      when creatinine is never or creatinine > 3 mg/dL: recommend plan; grade conditional
      otherwise: suggest "may help" plan; grade high certainty
monitor counts "Counts" when taking a
  measure blood
  every not stated
  may; grade weak, low certainty
input now "Now"
  any of drugs
"""


def compiled(text: str = TEXT) -> Compiled:
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def result(patient: Json, text: str = TEXT) -> Json:
    answer = evaluate(compiled(text), patient)
    result_validator().validate(json.loads(json.dumps(answer)))
    return answer


def test_codes_stand_in_the_guideline_and_its_document() -> None:
    one = compiled()
    document = json.loads(dump_text(one))
    guideline_validator().validate(document)
    assert load(document, "t.json")[0] == one
    written = json.dumps(document["guideline"])
    assert written.count('"is": "code"') == 10  # the list of drugs repeats those of its drugs
    creatinine = next(entry for entry in one.guideline.inputs if entry.id == "creatinine")
    assert [(code.system, code.code) for code in creatinine.codes] == [
        ("http://example.org/system", "2160-0"),
        ("http://example.org/other", "2160-0"),
    ]
    assert creatinine.named[0].codes[0].display == "Not measured"


@pytest.mark.parametrize(
    ("before", "after"), [("2160-0", "2160-1"), ("Washing", "Wash it"), ("conditional", "strong")]
)
def test_codes_and_grades_are_part_of_the_digest(before: str, after: str) -> None:
    assert compiled(TEXT.replace(before, after)).digest != compiled().digest


def test_a_weak_recommendation_may_be_called_conditional() -> None:
    assert compiled(TEXT.replace("conditional", "weak")).digest == compiled().digest


def test_a_grade_stands_beside_the_words_of_the_source() -> None:
    first = result({"code": "code"})["recommendations"][0]
    assert list(first)[:6] == ["decision", "id", "direction", "strength", "wording", "grade"]
    assert first["grade"] == {"strength": "strong", "certainty": "very low"}
    other = result({"code": "grade", "creatinine": 1})["recommendations"][0]
    assert (other["wording"], other["grade"]) == ("may help", {"certainty": "high"})
    rule = result({"code": "code", "now": ["a"]})["monitoring"][0]
    assert rule["grade"] == {"strength": "weak", "certainty": "low"}
    assert "grade" not in result({}, TEXT.replace("; grade weak, low certainty", ""))["monitoring"][0]


def test_equal_outcomes_that_are_graded_differently_are_one_with_both_grades() -> None:
    grades = [{"strength": "strong", "certainty": "very low"}, {"strength": "weak"}]
    merged = result({"creatinine": "never"})
    assert merged["decisions"]["first"]["status"] == "determined"
    assert merged["recommendations"][0]["grades"] == grades
    assert "grade" not in merged["recommendations"][0]
    possible = result({})["decisions"]["first"]["possible"]
    assert [one["recommendations"][0].get("grades") for one in possible] == [grades, None]


def test_a_text_shows_grades_and_the_codes_of_what_it_names() -> None:
    one = compiled()
    shown = result_text(one.guideline, evaluate(one, {"code": "grade", "now": ["a"]}))
    assert "recommend Plan, GRADE weak" in shown
    assert 'suggest Plan ("may help"), GRADE high certainty' in shown
    assert "monitor: Counts, GRADE weak, low certainty" in shown
    codes = shown.partition("Codes\n")[2].partition("\n\n")[0].split("\n")
    assert codes == [
        "  Creatinine: 2160-0 Creatinine in serum (http://example.org/system)",
        "  Creatinine: 2160-0 Creatinine (http://example.org/other)",
        "  A: 1 A, any form (http://example.org/drugs)",
        "  Wash: w Washing (http://example.org/care)",
        "  Blood: b Blood test (http://example.org/care)",
        "  Plan: p The plan (http://example.org/care)",
    ]


def test_a_picture_shows_grades() -> None:
    dot = emit(compiled())[0]["t.dot"]
    assert "GRADE strong, very low certainty" in dot
    assert "GRADE high certainty" in dot


def test_a_reading_has_no_codes() -> None:
    reading = 'reading r "R"\n  one_way "One"\n    code "s" "c" "d"\n  other_way "Other"\n'
    found = compile_file("t.guide", lambda _: (TEXT + reading).encode())
    assert "bad_indentation" in {one.code for one in found.diagnostics}
