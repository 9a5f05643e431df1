"""What changed for whom: equal versions answer alike, examples show what is said, and changed words are not changed care."""

import os
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

import generate
from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.lower import lower
from guidec.pipeline import compile_file
from guidec.proofs.diff import difference
from guidec.proofs.replay import comparable
from guidec.record import parts, rebuilt
from test_python_target import patient

GENERATED = int(os.environ.get("GUIDEC_GENERATED", "30"))
FIRST = int(os.environ.get("GUIDEC_GENERATED_FROM", "0"))
PATIENTS = 20

Json = dict[str, Any]


def generated(seed: int) -> Compiled | None:
    return compile_file("generated.guide", generate.reader(generate.guideline(seed))).compiled


def compiled_of(guideline: ir.Guideline) -> Compiled | None:
    program, _ = lower(guideline)
    return None if program is None else Compiled(guideline, program, "sha256:0")


def answer(compiled: Compiled, record: object) -> object:
    """What is compared of a result; of a refusal that it is one."""
    try:
        result = evaluate(compiled, record)
    except Refused:
        return "refused"
    return comparable({key: value for key, value in result.items() if key not in ("readings", "rounded")})


def hold(old: Compiled, new: Compiled, seed: int) -> Json:
    """Every property of a difference of two versions whose names are the same."""
    found = difference(old, new)
    dice = random.Random(seed)
    if found["verdict"] == "same":
        for _ in range(PATIENTS):
            record = patient(old, dice)
            assert answer(old, record) == answer(new, record), record
    for one in found["changes"]:
        examples = [group["example"] for group in one["groups"] if "example" in group]
        assert one["verdict"] != "changed" or one["facts"] or one["groups"], one
        for example in examples:
            records = example.get("patient_before", example["patient"]), example["patient"]
            assert answer(old, records[0]) != answer(new, records[1]), (one, example)
    return found


# --- other words for the same --------------------------------------------------


def turned(one: Any, dice: random.Random) -> Any:
    """The same condition in other words."""
    match one:
        case ir.And(operands) | ir.Or(operands):
            mixed = tuple(dice.sample(operands, len(operands)))
            other = ir.Or if isinstance(one, ir.And) else ir.And
            return dice.choice((replace(one, operands=mixed), ir.Not(other(tuple(map(ir.Not, mixed))))))
        case ir.Not(ir.Not(operand)):
            return operand
        case ir.Split(_, branches) if not any(isinstance(part, ir.As) for part in parts(branches)):
            if all(branch.condition is not None for branch in branches):
                return replace(one, branches=tuple(dice.sample(branches, len(branches))))
            return one
        case ir.Sum(terms):
            return ir.Sum(tuple(dice.sample(terms, len(terms))))
        case _:
            return one


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GENERATED))
def test_other_words_for_the_same_change_nothing(seed: int) -> None:
    old = generated(seed)
    if old is None:
        return
    dice = random.Random(seed)
    new = compiled_of(rebuilt(old.guideline, lambda one: turned(one, dice)))
    assert new is not None
    found = hold(old, new, seed)
    assert {one["verdict"] for one in found["changes"]} <= {"same", "unknown"}, found


# --- one change ------------------------------------------------------------------


def changes(guideline: ir.Guideline) -> Iterator[Callable[[Any], Any]]:
    """One change at a time: a threshold, a comparison, a strength, an outcome, a dose, an interval."""
    for one in parts(guideline):
        for other in changed(one):
            yield lambda part, one=one, other=other: other if part == one else part  # type: ignore[misc]


OTHER: dict[str, Any] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<"}


def changed(one: Any) -> Iterator[Any]:
    match one:
        case ir.Compare(op):
            yield ir.Compare(OTHER[op], one.left, one.right, one.others)
        case ir.Is(name, (_, *rest)) if rest:
            yield ir.Is(name, tuple(rest))
        case ir.Recommendation(strength="recommend"):
            yield replace(one, strength="suggest")
        case ir.Recommendation(wording=wording):
            yield replace(one, wording=f"{wording} and more")
        case ir.Dose(form="exact", low=low) if one.of is None:
            yield replace(one, low=low * 2, high=low * 2)
        case ir.Interval(low, high):
            yield replace(one, low=low + 1, high=high + 1)
        case ir.Rule(until=str()):
            yield replace(one, until=None)
        case ir.Options(lines=(_, *rest)) if rest:
            yield replace(one, lines=tuple(rest))
        case ir.Definition(shown=True, rounded=None) if one.number is not None:
            yield replace(one, shown=False)
        case ir.Impossible(condition):
            yield replace(one, condition=ir.Not(condition))
        case ir.Integer(low, high) if low < high - 1:
            yield ir.Integer(low, high - 1)
        case _:
            return


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GENERATED))
def test_what_is_called_the_same_answers_the_same(seed: int) -> None:
    old = generated(seed)
    if old is None:
        return
    dice = random.Random(seed)
    ways = list(changes(old.guideline))
    for change in dice.sample(ways, min(3, len(ways))):
        try:
            new = compiled_of(rebuilt(old.guideline, change))
        except (AssertionError, StopIteration, KeyError):
            continue  # no author could have written this
        if new is not None:
            hold(old, new, seed)
