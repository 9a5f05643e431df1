"""The encoding of questions for solvers, broken on purpose in one place after the other: brute force notices each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from importlib import import_module
from typing import Any

import pytest

from guidec import ir
from guidec.lower.boxes import Variable
from guidec.lower.coordinates import grids, size
from guidec.lower.search import Constraint, Search
from guidec.lower.work import Lowering
from guidec.pipeline import compile_file
from guidec.proofs import smt
from guidec.proofs.properties import prove
from guidec.proofs.solvers import solver
from guidec.rows import Derived
from test_solver import NUMBERS, by_brute_force, work_of

FORMULAS = (
    "a * b = -63",
    "a * b > 72",
    "q + q > 6.1 kg",
    "(a * 0.5) rounded down to 1 < -3",
    "min(a, b) > 8",
    "d + 1 month >= n",
    "sum_of >= 3 and a > 3",
)
"""Thresholds at the very end of what the inputs can make, so that little has to be wrong for an answer to change."""

SCORE = """
score sum_of "Sum"
  points 2 when a > 3
  points 1 when b is not never and b > 4
  points 1 when c
"""

Encoder = Callable[[Search, Sequence[Constraint]], str]


@lru_cache(maxsize=1)
def judged() -> tuple[tuple[Lowering, tuple[Constraint, ...], bool], ...]:
    """Questions of every kind, each with the answer that every choice of values gives."""
    found: list[tuple[Lowering, tuple[Constraint, ...], bool]] = []
    for formula in FORMULAS:
        named = "b is not never and " if " b" in formula else ""
        when = f"{named}({formula})"
        text = (
            f'{NUMBERS}{SCORE}\ndecision e "E"\n  when {when}: use x; rest not stated\n  otherwise: nothing\n'
        )
        work = work_of(text)
        assert any(isinstance(one, Derived) for one in work.coordinates.all), formula
        for asked in _asked_of(work):
            expected = by_brute_force(work, asked)
            if expected is not None:
                found.append((work, tuple(asked), expected))
    return tuple(found)


def _asked_of(work: Lowering) -> Iterator[list[Constraint]]:
    """Some cells of each computed number: by themselves, with a cell of an input that it reads, with those of another copy."""
    coordinates = work.coordinates.all
    for at, one in enumerate(coordinates):
        if not isinstance(one, Derived):
            continue
        read = set(work.search.variables(at))
        near = [other for other in range(at) if set(work.search.variables(other)) & read]
        for mask in range(1, (1 << size(one)) - 1):
            yield [(at, mask, {})]
        for cell in range(size(one)):
            for other in near:
                for own in range(size(coordinates[other])):
                    yield [(at, 1 << cell, {}), (other, 1 << own, {})]
            if ("a", "") in read:
                yield [(at, 1 << cell, {"a": 1}), (at, 1 << (cell + 1) % size(one), {"a": 2})]


def noticed(encode: Encoder) -> int:
    """How many questions are answered wrongly with an encoder."""
    wrong = 0
    for work, asked, expected in judged():
        try:
            text = encode(work.search, asked)
        except smt.NotExact:
            continue
        wrong += _asked(text) is not expected
    return wrong


def _asked(text: str) -> bool:
    z3: Any = import_module("z3")
    one = z3.Solver(ctx=z3.Context())
    one.from_string(text)
    found = str(one.check())
    assert found in ("sat", "unsat"), text
    return found == "sat"


def test_the_encoding_as_it_is_is_never_wrong() -> None:
    assert noticed(smt.question) == 0
    assert len(judged()) > 40


# --- one fault each ----------------------------------------------------------


def _without_bounds(asked: Any, variable: Variable, copies: Mapping[str, int]) -> Any:
    before = set(asked.variables)
    found = ORIGINAL["_variable"](asked, variable, copies)
    if set(asked.variables) != before:
        asked.lines.pop()
    return found


def _one_copy_for_all(asked: Any, variable: Variable, copies: Mapping[str, int]) -> Any:
    return ORIGINAL["_variable"](asked, variable, {})


def _coarser_grids(kind: ir.Type) -> Any:
    return tuple((low, step * 2, steps) for low, step, steps in grids(kind))


def _other_side_of_the_threshold(term: smt.Term, threshold: Fraction, after: bool) -> Any:
    return ORIGINAL["_past"](term, threshold, not after)


def _before_for_behind(term: smt.Term, threshold: Fraction, after: bool) -> Any:
    return f"(not {ORIGINAL['_past'](term, threshold, after)})"


def _always_a_number(asked: Any, name: str, copies: Mapping[str, int]) -> Any:
    return ORIGINAL["_read"](asked, name, copies)._replace(defined="true")


def _scale_forgotten(asked: Any, name: str, copies: Mapping[str, int]) -> Any:
    return ORIGINAL["_read"](asked, name, copies)._replace(scale=Fraction(1))


def _rounded_the_other_way(asked: Any, term: smt.Term, mode: str) -> Any:
    return ORIGINAL["_to_whole"](asked, term, {"down": "up"}.get(mode, mode))


def _last_row_first(tests: Sequence[str], values: Sequence[str]) -> Any:
    return ORIGINAL["_choice"](tests, list(reversed(values)))


def _larger_for_smaller(asked: Any, op: str, left: smt.Term, right: smt.Term) -> Any:
    return ORIGINAL["_better"](asked, "max" if op == "min" else "min", left, right)


def _cells_beyond_the_first_forgotten(cells: object) -> Any:
    return ORIGINAL["_runs"](cells)[:1]


ORIGINAL: dict[str, Any] = dict(vars(smt))
FAULTS: dict[str, tuple[str, object]] = {
    "values without bounds": ("_variable", _without_bounds),
    "two copies of an input are one": ("_variable", _one_copy_for_all),
    "a grid of another step": ("grids", _coarser_grids),
    "`<` for `<=`": ("_past", _other_side_of_the_threshold),
    "`<` for `>`": ("_past", _before_for_behind),
    "a named value is a number": ("_read", _always_a_number),
    "a unit is forgotten": ("_read", _scale_forgotten),
    "rounded the other way": ("_to_whole", _rounded_the_other_way),
    "the number of another row": ("_choice", _last_row_first),
    "the larger for the smaller": ("_better", _larger_for_smaller),
    "only the first of several runs of cells": ("_runs", _cells_beyond_the_first_forgotten),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_encoding_is_noticed(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, broken = FAULTS[fault]
    monkeypatch.setattr(smt, name, broken)
    assert noticed(smt.question) > 0


# --- what is impossible ------------------------------------------------------

IMPOSSIBLE = """guideline small "Small"
  version 1.0.0
  language guidec/1

drug x "X"

input a "A"
  integer from 0 to 5000
input b "B"
  integer from 0 to 5000

define area = a * b

impossible when area > 100 and a > b "Never."

decision e "E"
  when area > 100 and a > b: use x; rest not stated
  otherwise: nothing

property never_x "Never"
  never x when a > 0
"""


def verdict() -> str:
    found = compile_file("small.guide", lambda name: IMPOSSIBLE.encode(), solver=solver("z3"))
    assert found.compiled is not None
    return prove(found.compiled, found.properties, solver=solver("z3"))[0][0].answer.kind


def test_what_is_impossible_breaks_no_claim() -> None:
    assert verdict() == "proven"


def test_a_proof_that_forgets_what_is_impossible_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidec.proofs.questions.all_impossible", lambda work: work.diagrams.false)
    assert verdict() != "proven"
