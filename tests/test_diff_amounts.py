"""Doses by weight that changed: for exactly those whose dose is another, with a patient at the border and both doses."""

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from guidec import ir
from guidec.evaluate import Compiled, evaluate
from guidec.numbers import in_base_units, plain_number
from guidec.pipeline import compile_file
from guidec.proofs.diff import difference
from guidec.proofs.diff_show import difference_text
from guidec.proofs.dosed import Apart, amounts_apart
from guidec.proofs.joint import joint
from guidec.proofs.replay import comparable
from guidec.scenarios import run
from schemas import validator

Json = dict[str, Any]

FOLDER = Path(__file__).parent / "data" / "diff"
BASE = (FOLDER / "doses.guide").read_text("utf-8")
GIVE = "2 mg/kg of weight basis not stated at most 24 mg every 12 h; rest not stated"


def compiled(text: str) -> Compiled:
    files = {"doses.guide": text.encode(), "doses.csv": (FOLDER / "doses.csv").read_bytes()}
    found = compile_file("doses.guide", lambda name: files.get(name, "there is no such file"))
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def given(line: str) -> str:
    assert GIVE in BASE
    return BASE.replace(GIVE, line)


def kilograms(text: str) -> str:
    """The example with a weight that can't be entered in pounds: what is rounded of these is another thing."""
    return re.sub(r"\n  or in \[lb_av\].*", "", text)


def changed(old: str, new: str) -> Json:
    found = difference(compiled(kilograms(given(old))), compiled(kilograms(given(new))))
    assert not list(validator("difference.schema.json").iter_errors(found))
    (one,) = (each for each in found["changes"] if each["kind"] == "decision")
    return {**one, "found": found}


OF = "of weight basis not stated"
TAIL = "every 12 h; rest not stated"
BANDS = "dose by weight every 1 d; rest not stated\n    < 10 kg: 2 mg/kg of weight basis not stated\n    >= 10 kg: "

TAPERED = (
    "2 mg/kg/d of weight basis not stated for 1 week; rest not stated\n"
    "    taper by 0.5 mg/kg/d every 1 week until 1 mg/kg/d [S1]"
)
RATE = (
    "intravenously 100 mg in 100 mL over 4 h; rest not stated\n"
    "    rate 12.5 mL/h for 30 min [S1]\n    rate 1 to 2 mL/kg/h of weight basis not stated at most 40 mL/h"
)

DIFFER: dict[str, tuple[str, str, list[str]]] = {
    "cap": (GIVE, GIVE.replace("24", "25"), ["weight above 12 kg, sick yes"]),
    "no_cap": (GIVE, f"2 mg/kg {OF} {TAIL}", ["weight above 12 kg, sick yes"]),
    "floor": (
        f"2 mg/kg {OF} at least 10 mg {TAIL}",
        f"2 mg/kg {OF} at least 12 mg {TAIL}",
        ["weight below 6 kg, sick yes"],
    ),
    "amount": (f"2 mg/kg {OF} {TAIL}", f"3 mg/kg {OF} {TAIL}", ["sick yes"]),
    "amount_under_a_cap": (
        f"2 mg/kg {OF} at most 24 mg {TAIL}",
        f"3 mg/kg {OF} at most 24 mg {TAIL}",
        ["weight below 12 kg, sick yes"],
    ),
    "rounding": (
        f"2 mg/kg {OF} rounded to 50 mg at least 50 mg {TAIL}",
        f"2 mg/kg {OF} rounded down to 50 mg at least 50 mg {TAIL}",
        ["weight from 37.5 below 50 kg or from 62.5 below 75 kg, sick yes"],
    ),
    "range": (
        f"1 to 2 mg/kg {OF} at most 24 mg {TAIL}",
        f"1 to 2 mg/kg {OF} at most 30 mg {TAIL}",
        ["weight above 12 kg, sick yes"],
    ),
    "about": (f"about 2 mg/kg {OF} {TAIL}", f"2 mg/kg {OF} {TAIL}", ["sick yes"]),
    "other_weight": (
        f"2 mg/kg {OF} {TAIL}",
        f"2 mg/kg of ideal_weight basis not stated {TAIL}",
        ["sick yes"],
    ),
    "surface": (
        f"500 mg/m2 of surface at most 900 mg {TAIL}",
        f"500 mg/m2 of surface at most 1000 mg {TAIL}",
        ["surface above 1.8 m2, sick yes"],
    ),
    "band": (
        BANDS + f"3 mg/kg {OF} at most 60 mg",
        BANDS + f"3 mg/kg {OF} at most 90 mg",
        ["weight above 20 kg, sick yes"],
    ),
    "taper": (TAPERED, TAPERED.replace("by 0.5 mg", "by 1 mg"), ["sick yes"]),
    "rate": (
        RATE,
        RATE.replace("40 mL", "50 mL"),
        ["weight above 20 kg, sick yes"],
    ),
    "by_weight_at_all": (f"24 mg {TAIL}", GIVE, ["sick yes"]),
}

SAME: dict[str, tuple[str, str]] = {
    "cap_that_nobody_reaches": (f"2 mg/kg {OF} at most 1000 mg {TAIL}", f"2 mg/kg {OF} {TAIL}"),
    "rounding_that_changes_nothing": (f"2 mg/kg {OF} rounded to 0.2 mg {TAIL}", f"2 mg/kg {OF} {TAIL}"),
    "other_rounding": (
        f"2 mg/kg {OF} rounded up to 0.1 mg {TAIL}",
        f"2 mg/kg {OF} rounded down to 0.2 mg {TAIL}",
    ),
}


@pytest.mark.parametrize("name", DIFFER)
def test_for_those_whose_dose_is_another(name: str) -> None:
    old, new, expected = DIFFER[name]
    one = changed(old, new)
    assert one["verdict"] == "changed"
    assert [line for group in one["groups"] for line in group["for"]] == expected
    assert all(group["complete"] for group in one["groups"])
    for group in one["groups"]:
        example = group["example"]
        doses = [[text for text in example[key] if text.startswith("dose of")] for key in ("before", "after")]
        assert len(doses[0]) == len(doses[1]) == 1 or name in ("taper", "rate"), example
        held_by(compiled(given(new)), given(new), example["scenario"])


def held_by(new: Compiled, text: str, scenario: str) -> None:
    files = {
        "doses.guide": f"{text}\n{scenario}".encode(),
        "doses.csv": (FOLDER / "doses.csv").read_bytes(),
    }
    made = compile_file("doses.guide", lambda name: files.get(name, "gone"))
    assert made.compiled is not None, made.diagnostics
    assert [run(new, one) for one in made.scenarios] == [[]]


def test_the_example_stands_at_the_border_with_both_doses() -> None:
    (group,) = changed(*DIFFER["cap"][:2])["groups"]
    assert group["example"]["patient"] == {"sick": True, "weight": 13}
    assert "dose of a in plan 24 mg" in group["example"]["before"]
    assert "dose of a in plan 25 mg" in group["example"]["after"]


def test_of_two_weights_both_are_entered() -> None:
    (group,) = changed(*DIFFER["other_weight"][:2])["groups"]
    assert {"weight", "ideal_weight"} <= group["example"]["patient"].keys()


@pytest.mark.parametrize("name", SAME)
def test_another_formula_of_the_same_doses_is_no_change(name: str) -> None:
    one = changed(*SAME[name])
    assert one["verdict"] == "same" and one["rewritten"] and one["found"]["verdict"] == "same"


def test_a_formula_that_is_shown_while_the_weight_is_blank_is_told() -> None:
    one = changed(*SAME["cap_that_nobody_reaches"])
    assert [fact["what"] for fact in one["facts"]] == ["shown while weight is blank"]
    assert "1000 mg" in one["facts"][0]["before"] and "1000 mg" not in one["facts"][0]["after"]
    text = difference_text(one["found"])
    assert "but for a formula that is shown while a weight is blank" in text
    assert "shown while weight is blank" in text
    assert not changed(*SAME["rounding_that_changes_nothing"])["facts"], "a rounding isn't shown"


def holds(when: ir.Condition, value: Fraction, unit: str) -> bool:
    match when:
        case ir.Always(truth):
            return truth
        case ir.Or(operands):
            return any(holds(one, value, unit) for one in operands)
        case ir.And(operands):
            return all(holds(one, value, unit) for one in operands)
        case ir.Compare(op, ir.Measure(), ir.Constant(limit, printed)):
            left, right = in_base_units(value, unit), in_base_units(limit, printed)
            return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[op]
        case _:
            raise AssertionError(when)


def apart_of(old: Compiled, new: Compiled) -> Apart:
    whole = joint(old.guideline, new.guideline, amounts=True)
    outcomes = [
        next(leaf.outcome for leaf in work.leaves["what"] if leaf.outcome and leaf.outcome.recommendations)
        for work in (whole.first, whole.second)
    ]
    found = amounts_apart(new.guideline, *outcomes)
    assert found is not None
    return found


@pytest.mark.parametrize("name", [name for name in (*DIFFER, *SAME) if name not in ("band",)])
def test_every_weight_that_can_be_entered_is_told_right(name: str) -> None:
    """Against the evaluator, in both units."""
    lines = DIFFER[name][:2] if name in DIFFER else SAME[name]
    texts = [given(line) if name in DIFFER else kilograms(given(line)) for line in lines]
    old, new = map(compiled, texts)
    when = apart_of(old, new).when
    of = "surface" if name == "surface" else "weight"
    kind = next(one.type for one in new.guideline.inputs if one.id == of)
    assert isinstance(kind, ir.Quantity)
    for at, unit in enumerate(kind.units):
        for step in range(at, int((unit.high - unit.low) / unit.step) + 1, 13):
            value = unit.low + step * unit.step
            entered = {of: {"value": plain_number(value), "unit": unit.unit}, "sick": True}
            answers = [comparable(evaluate(each, entered)["recommendations"]) for each in (old, new)]
            assert (answers[0] != answers[1]) == holds(when, value, unit.unit), entered


def test_a_rounding_that_changed_is_shown_with_both_formulas() -> None:
    (group,) = changed(*DIFFER["rounding"][:2])["groups"]
    assert group["before"][-1].endswith("rounded to 50 mg, at least 50 mg")
    assert group["after"][-1].endswith("rounded down to 50 mg, at least 50 mg")


def test_what_has_too_many_stretches_says_so() -> None:
    one = changed(f"2 mg/kg {OF} rounded to 1 mg {TAIL}", f"2 mg/kg {OF} rounded up to 1 mg {TAIL}")
    assert one["verdict"] == "changed"
    (group,) = one["groups"]
    assert group["includes_others"] and "example" in group
    assert "but not for all of these" in difference_text(one["found"])
    assert any("more stretches" in fact["what"] for fact in one["facts"])


def test_too_many_weights_to_look_through_are_not_called_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidec.proofs.dosed.MOST_LOOKED_AT", 3)
    one = changed(*SAME["other_rounding"])
    assert one["verdict"] == "unknown"
    assert any("too many" in fact["what"] for fact in one["facts"])


def test_bands_that_moved_and_formulas_that_changed_are_told_apart() -> None:
    """Where the band is another, its formula decides; where it isn't, only whom the cap concerns is named."""
    old = BANDS + f"2 mg/kg {OF} at most 100 mg"
    new = old.replace("10 kg", "20 kg").replace("at most 100 mg", "at most 90 mg")
    groups = changed(old, new)["groups"]
    assert [group["for"] for group in groups] == [["weight above 45 kg, sick yes"]]
