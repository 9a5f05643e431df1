"""What is to be avoided is a stated conflict: never taken out of an answer, never left unsaid."""

import json
from typing import Any

import pytest

from guidec.account import account
from guidec.diagnostic import Diagnostic
from guidec.evaluate import evaluate
from guidec.pipeline import Compilation, compile_file
from guidec.scenarios import run
from guidec.show import result_text
from guidec_targets.graphviz import emit
from schemas import result_validator

Json = dict[str, Any]

HEAD = """guideline t "T"
  version 1.0.0
  language guidec/1

source s
  title "S"
  register "s.csv"

drug a "A"
drug b "B"
drug c "C"
drug class bc "B or C" = b, c
drug class only_b "Only B" = b
procedure wash "Wash"
input low "Low"
  boolean
input severe "Severe"
  boolean
input now "Now"
  any of drugs
document [S1 S2 S3]
"""
REGISTER = b"id,statement\nS1,One.\nS2,Two.\nS3,Three.\n"


def compilation(text: str) -> Compilation:
    files = {"t.guide": (HEAD + text).encode(), "s.csv": REGISTER}
    return compile_file("t.guide", lambda name: files[name])


def result(text: str, patient: Json) -> Json:
    found = compilation(text)
    assert found.compiled is not None, found.diagnostics
    answer = evaluate(found.compiled, patient)
    result_validator().validate(json.loads(json.dumps(answer)))
    return answer


def found(text: str) -> list[Diagnostic]:
    return [one for one in compilation(text).diagnostics if one.code != "unused_declaration"]


def ids(outcome: Json) -> list[str]:
    return [f"{one['direction']} {one['id']}" for one in outcome["recommendations"]]


SURE = """
avoid a when low "too low" [S2]
  recommend "contraindicated"; grade strong
avoid a when severe "too severe" [S3]
decision first "First"
  all of
    recommend a; rest not stated [S1]
    suggest wash; rest not stated [S1]
"""


def test_a_recommendation_of_what_is_to_be_avoided_is_a_conflict_with_its_reason() -> None:
    first = result(SURE, {"low": True, "severe": False})["decisions"]["first"]
    assert (first["status"], first["why"], first["statements"]) == ("conflict", "too low", ["S2", "S1"])
    assert [ids(one) for one in first["possible"]] == [["for a", "for wash"], ["for wash", "against a"]]
    against = first["possible"][1]["recommendations"][1]
    assert against == {
        "id": "a", "direction": "against", "strength": "recommend", "wording": "contraindicated",
        "grade": {"strength": "strong"}, "statements": ["S2"], "gives": [],
    }  # fmt: skip


def test_what_is_not_to_be_avoided_stays_recommended() -> None:
    assert ids(result(SURE, {"low": True, "severe": True})) == ["for wash"]
    assert ids(result(SURE, {"low": False, "severe": False})) == ["for a", "for wash"]


def test_several_reasons_make_one_conflict() -> None:
    first = result(SURE, {"low": True, "severe": True})["decisions"]["first"]
    assert first["why"] == "too low; too severe"
    assert first["statements"] == ["S2", "S3", "S1"]
    assert first["possible"][1]["recommendations"][1]["strength"] == "recommend"
    assert first["possible"][1]["recommendations"][2]["strength"] == "use"


def test_equal_conflicts_unite_their_reasons_without_saying_one_twice() -> None:
    text = SURE.replace('  recommend "contraindicated"; grade strong\n', "")
    first = result(text, {"severe": True})["decisions"]["first"]
    assert (first["status"], first["why"]) == ("conflict", "too low; too severe")
    assert result(text, {"low": True})["decisions"]["first"]["why"] == "too low; too severe"


def test_a_blank_leaves_the_decision_open_and_is_needed() -> None:
    first = result(SURE, {"severe": False})["decisions"]["first"]
    assert (first["status"], first["needs"], first["ask_next"]) == ("indeterminate", ["low"], "low")
    assert [one["status"] for one in first["possible"]] == ["conflict", "determined"]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("recommend b; rest not stated", "conflict"),
        ("recommend b; stop", "determined"),
        ("recommend against b; rest not stated", "determined"),
        ("recommend of_part", "conflict"),
        ("recommend closed", "conflict"),
        ("recommend opened", "determined"),
        ("recommend mixed", "determined"),
    ],
)
def test_it_counts_what_is_surely_given(line: str, status: str) -> None:
    text = f"""
avoid bc when low "too low"
regimen of_part "Of a class inside the class"
  give drug not stated of class only_b; rest not stated
regimen closed "Closed"
  give one of
    b; rest not stated
    c; rest not stated
regimen opened "Open"
  give such as
    b; rest not stated
    c; rest not stated
regimen mixed "Mixed"
  give one of
    a; rest not stated
    c; rest not stated
decision first "First"
  {line}
"""
    assert result(text, {"low": True})["decisions"]["first"]["status"] == status


def test_an_avoided_alternative_says_so() -> None:
    text = """
avoid b when low "too low" [S1, S2 ours]
avoid a with c "they interact" [S3]
regimen plan "Plan"
  give a; rest not stated
  with one of
    b; rest not stated
    c; rest not stated
    wash; rest not stated
decision first "First"
  recommend plan
"""
    answer = result(text, {"now": []})
    b, c, wash = answer["recommendations"][0]["gives"][1]["options"]
    low = {"why": "too low", "applies": "unknown", "needs": ["low"], "statements": ["S1"], "inferred": ["S2"]}
    assert b["avoid"] == [low]
    assert c["avoid"] == [{"why": "they interact", "applies": "yes", "needs": [], "statements": ["S3"]}]
    assert "avoid" not in wash
    compiled = compilation(text).compiled
    assert compiled is not None
    shown = result_text(compiled.guideline, answer)
    assert "avoid: too low (unknown: needs low) [S1, S2 ours]" in shown
    assert "avoid: they interact [S3]" in shown


INTERACTION = """
avoid a with b "they interact" [S1]
decision first "First"
  when low: recommend a; rest not stated
  otherwise: nothing
decision second "Second"
  when severe: recommend b; rest not stated
  otherwise: nothing
options also "Also"
  consider a; rest not stated
  consider b; rest not stated when not stated
advise prophylaxis cover "Cover"
  give b; rest not stated
"""


def test_two_decisions_that_interact_are_both_in_conflict() -> None:
    decisions = result(INTERACTION, {"low": True, "severe": True, "now": []})["decisions"]
    assert [decisions[name]["status"] for name in ("first", "second", "also")] == ["conflict"] * 3
    assert ids(decisions["first"]["possible"][1]) == ["against a"]
    assert ids(decisions["second"]["possible"][1]) == ["against b"]
    alone = result(INTERACTION, {"low": True, "severe": False, "now": []})["decisions"]
    assert [alone[name]["status"] for name in ("first", "second", "also")] == ["determined"] * 3


def test_what_another_decision_may_give_is_needed() -> None:
    decisions = result(INTERACTION, {"low": True, "now": []})["decisions"]
    assert decisions["first"]["needs"] == ["severe"]
    assert decisions["also"]["needs"] == ["severe"]


def test_what_is_taken_counts_for_the_other_of_the_two_only() -> None:
    taking_b = result(INTERACTION, {"low": True, "severe": False, "now": ["b"]})["decisions"]
    assert taking_b["first"]["status"] == "conflict"
    taking_a = result(INTERACTION, {"low": True, "severe": False, "now": ["a"]})["decisions"]
    assert taking_a["first"]["status"] == "determined"


def test_advice_and_lines_that_are_not_given_carry_the_reason() -> None:
    answer = result(INTERACTION, {"low": True, "severe": False, "now": []})
    reason = {"why": "they interact", "applies": "yes", "needs": [], "statements": ["S1"]}
    assert answer["advice"][0]["avoid"] == [reason]
    assert answer["decisions"]["also"]["possible"][0]["recommendations"][0]["gives"][0]["avoid"] == [reason]
    unknown = result(INTERACTION, {"severe": False, "now": []})["advice"][0]["avoid"]
    assert (unknown[0]["applies"], unknown[0]["needs"]) == ("unknown", ["low"])


def test_without_a_list_of_drugs_only_what_is_prescribed_counts() -> None:
    text = HEAD.replace('input now "Now"\n  any of drugs\n', "") + INTERACTION
    files = {"t.guide": text.encode(), "s.csv": REGISTER}
    compiled = compile_file("t.guide", lambda name: files[name]).compiled
    assert compiled is not None
    assert evaluate(compiled, {"low": True, "severe": True})["decisions"]["first"]["status"] == "conflict"


def test_two_decisions_may_look_at_each_other_and_one_may_read_the_other() -> None:
    text = """
avoid a with b "they interact"
decision first "First"
  recommend a; rest not stated
decision second "Second"
  when first is a: recommend b; rest not stated
  otherwise: nothing
"""
    decisions = result(text, {"now": []})["decisions"]
    assert decisions["first"]["status"] == "conflict"
    assert decisions["second"]["status"] == "determined"  # a conflict recommends nothing for sure


def test_two_drugs_of_one_class_are_avoided_but_no_drug_beside_itself() -> None:
    text = """
avoid bc with bc "two of a class"
regimen two "Two"
  give b; rest not stated
  then {then}; rest not stated
decision first "First"
  recommend two
"""
    assert result(text.format(then="c"), {"now": []})["decisions"]["first"]["status"] == "conflict"
    assert result(text.format(then="b"), {"now": ["b"]})["decisions"]["first"]["status"] == "determined"


def test_an_answer_of_a_conflict_becomes_one_of_its_own() -> None:
    text = """
avoid a when low "too low"
decision first "First"
  conflict "two sentences" [S1]
    recommend a; rest not stated
    recommend b; rest not stated
"""
    first = result(text, {"low": True})["decisions"]["first"]
    assert first["why"] == "two sentences"
    assert [one["status"] for one in first["possible"]] == ["conflict", "determined"]
    assert first["possible"][0]["why"] == "too low"


def test_the_picture_shows_what_is_to_be_avoided() -> None:
    compiled = compilation(SURE + 'avoid wash with bc "washed out"\n').compiled
    assert compiled is not None
    dot = emit(compiled)[0]["t.dot"]
    assert "avoid when Low: yes: too low" in dot
    assert "avoid with B or C: washed out" in dot
    assert "S1: One. · S2: Two. · S3: Three." in dot  # what a pointer shows cites the reasons too


def test_a_statement_cited_by_avoid_is_encoded() -> None:
    compiled = compilation(SURE).compiled
    assert compiled is not None
    assert [one["status"] for one in account(compiled.guideline, {})] == ["encoded"] * 3


def test_a_scenario_checks_the_answers() -> None:
    scenario = """
scenario "Both answers"
  given low yes; severe no
  expect first conflict; first possible {names}
"""
    for names, failures in (
        ("a, wash", 0),
        ("a, wash, against a", 0),
        ("a, wash, against wash", 1),
        ("wash", 1),
    ):
        both = compilation(SURE + scenario.format(names=names))
        assert both.compiled is not None, both.diagnostics
        assert len(run(both.compiled, both.scenarios[0])) == failures, names
    only = 'avoid a when low "x" [S1]\ndecision first "First"\n  recommend bb [S2]\n'
    only += 'regimen bb "A inside"\n  give a; rest not stated\n'
    both = compilation(only + scenario.format(names="bb, against a").replace("; severe no", ""))
    assert both.compiled is not None
    assert run(both.compiled, both.scenarios[0]) == []


def test_an_avoid_that_nothing_can_meet_is_told_in_a_guideline_and_not_in_a_module() -> None:
    for line in ('avoid c when low "x" [S1]', 'avoid c with b "x" [S1]'):
        told = [one for one in compilation(SURE + line + "\n").diagnostics if "meets" in one.message]
        assert [one.code for one in told] == ["unused_declaration"]
    taken = compilation(SURE + 'avoid c with wash "taken beside it" [S1]\n')
    assert not [one for one in taken.diagnostics if "meets" in one.message]
    module = (
        b'module m "M"\n  version 1.0.0\n  language guidec/1\ndrug z "Z"\ninput other "Other"\n  boolean\n'
    )
    module += b'avoid z when other "x"\n'
    files = {"t.guide": HEAD.replace("  language", "  uses m\n  language").encode() + SURE.encode()}
    files |= {"s.csv": REGISTER, "m.guide": module}
    told = list(compile_file("t.guide", lambda name: files[name]).diagnostics)
    assert not [one for one in told if "meets" in one.message]


def test_more_reasons_than_can_be_weighed_are_refused() -> None:
    ages = 'input age "Age"\n  integer from 0 to 99\n'
    many = "".join(f'avoid a when age = {at} "why {at}" [S2]\n' for at in range(11))
    codes = [one.code for one in found(ages + many + SURE)]
    assert codes == ["too_large"]


def test_its_condition_answers_for_named_values_at_its_own_place() -> None:
    weight = 'input weight "Weight"\n  integer from 1 to 9\n  or value never "Never weighed"\n'
    told = found(weight + 'avoid a when weight < 3 "why" [S2]\n' + SURE)
    assert [one.code for one in told] == ["unhandled_named_value"]
    assert told[0].span.line == HEAD.count("\n") + 4
