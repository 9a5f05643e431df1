"""The questions that solvers are asked, held against every value of the inputs; and what a solver changes."""

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import pytest

import generate
from guidec import ir
from guidec.lower import lowered
from guidec.lower.boxes import Box, Copy, Variable
from guidec.lower.coordinates import size
from guidec.lower.search import Constraint, Search, Solver, whole_domain
from guidec.lower.work import Lowering
from guidec.pipeline import Compilation, compile_file
from guidec.proofs.smt import NotExact, question
from guidec.proofs.solvers import installed, solver
from guidec.rows import Derived, Entered, Prescribed

MOST_VALUES = 3_000
SOLVERS = installed()


def test_both_solvers_are_there_to_be_tested() -> None:
    assert SOLVERS == ("z3", "cvc5")


def compiled(text: str, ask: Solver | None = None) -> Compilation:
    head = 'guideline small "Small"\n  version 1.0.0\n  language guidec/1\n  calendar overflow back\n\ndrug x "X"\n\n'
    return compile_file("small.guide", lambda name: (head + text).encode(), solver=ask)


# --- the encoding ------------------------------------------------------------

NUMBERS = """
input a "A"
  integer from -7 to 8
input b "B"
  integer from 1 to 9
  or value never "Never"
input q "Q"
  quantity kg from 1 to 3 step 0.25
  or in [lb_av] from 2 to 5 step 0.5
input t "T"
  quantity Cel from -2 to 2 step 0.5
input d "D"
  date from 2023-12-28 to 2024-03-03
input n "N"
  date from 2024-02-27 to 2024-03-02
input c "C"
  boolean
"""
FORMULAS = (
    "a * b >= 9", "a * a - b * b > 3", "q / b < 1.1 kg", "abs(a) = 3", "min(a, b) >= 2", "max(a, b, 3) < 5", "a ^ 3 > 27",
    "b ^ -2 < 0.1", "(a * 0.5) rounded to 1 >= 2", "(a * 0.5) rounded down to 1 >= -2", "(a * 0.5) rounded up to 1 >= -2",
    "(a * 0.5) rounded half even to 1 = 2", "(a * 0.5) rounded half even to 1 = -2", "(a / b) rounded to 0.1 > 0.4",
    "(a / b) rounded half even to 0.1 = 0.5", "t rounded to 1 Cel > 0 Cel", "(t * 1) rounded down to 1 Cel >= 0 Cel",
    "sqrt(b) rounded to 0.1 >= 2.2", "sqrt(b) rounded down to 0.5 = 1.5", "sqrt(b) rounded up to 1 > 2",
    "(2 * sqrt(b * 1)) rounded half even to 1 = 4", "months from d to n >= 2 months", "years from d to n > 0 years",
    "weeks from d to n = 4 weeks", "days from d to n > 30 days", "d + 1 month >= n", "d - 2 months < 2023-12-29",
)  # fmt: skip


def work_of(text: str) -> Lowering:
    found = compiled(text)
    assert found.work is not None, found.diagnostics
    return found.work


def search_over(work: Lowering, values: Mapping[Variable, Box]) -> Search:
    def boxes_of(variable: Variable) -> Sequence[Box]:
        whole = whole_domain(variable, work.coordinates.inputs, work.coordinates.readings)
        return (values[variable],) if variable in values else whole

    return Search(work.coordinates.inputs, work.coordinates.all, boxes_of)


def points(boxes: Sequence[Box]) -> list[Box]:
    return [Box(box.unit, at, at, box.named) for box in boxes for at in range(box.low, box.high + 1)]


def copies_read(work: Lowering, asked: Sequence[Constraint]) -> dict[Copy, list[Box]]:
    """Every copy of a variable that is read, with all its values."""
    found: dict[Copy, list[Box]] = {}
    for at, _, copies in asked:
        for variable in work.search.variables(at):
            found[(*variable, copies.get(variable[0], 0))] = points(work.search.boxes(variable))
    return found


def by_brute_force(work: Lowering, asked: Sequence[Constraint]) -> bool | None:
    """Each choice of values in turn, the cells read off single values; None where there are too many."""
    every = copies_read(work, asked)
    count = 1
    for values in every.values():
        count *= len(values)
    if count > MOST_VALUES:
        return None
    cells: dict[object, int] = {}
    for chosen in product(*every.values()):
        of = dict(zip(every, chosen, strict=True))
        for at, mask, copies in asked:
            mine = {one: of[(*one, copies.get(one[0], 0))] for one in work.search.variables(at)}
            key = at, tuple(mine.values())
            if key not in cells:
                cells[key] = search_over(work, mine).cells(at)
            if not cells[key] & mask:
                break
        else:
            return True
    return False


def constraints(work: Lowering, dice: random.Random, count: int) -> Iterator[list[Constraint]]:
    """Some cells of some coordinates that share inputs, now and then two copies of an input."""
    coordinates = work.coordinates.all
    computed = [at for at, one in enumerate(coordinates) if isinstance(one, Derived)]
    plain = [at for at, one in enumerate(coordinates) if not isinstance(one, Entered | Prescribed)]
    for _ in range(count if computed else 0):
        first = dice.choice(computed)
        near = [at for at in plain if set(work.search.variables(at)) & set(work.search.variables(first))]
        names = sorted({name for name, _ in work.search.variables(first)})
        asked: list[Constraint] = []
        for at in [first, *dice.sample(near, min(len(near), dice.choice((0, 1, 1, 2))))]:
            mask = dice.randrange(1, max(2, 1 << size(coordinates[at])))
            copies = {dice.choice(names): dice.choice((1, 2))} if names and dice.random() < 0.3 else {}
            asked.append((at, mask, copies))
        yield asked


def hold_against_brute_force(work: Lowering, dice: random.Random, count: int) -> int:
    """How many questions were compared; each solver answers each as brute force does."""
    compared = 0
    for asked in constraints(work, dice, count):
        expected = by_brute_force(work, asked)
        if expected is None:
            continue
        try:
            text = question(work.search, asked)
        except NotExact:
            continue
        for name in SOLVERS:
            found = solver(name)(work.search, asked)
            assert found is expected, f"{name} says {found} of\n{asked}\n{text}"
        compared += 1
    return compared


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_form_of_a_number_is_asked_as_the_evaluator_computes_it(formula: str) -> None:
    named = "b is not never and " if "b" in formula.replace("abs", "") else ""
    text = f'{NUMBERS}\ndecision e "E"\n  when {named}({formula}): use x; rest not stated\n  otherwise: nothing\n'
    work = work_of(text)
    computed = [at for at, one in enumerate(work.coordinates.all) if isinstance(one, Derived)]
    assert computed, "the formula is compared as an input is"
    for at in computed:
        for cell in range(size(work.coordinates.all[at])):
            asked: list[Constraint] = [(at, 1 << cell, {})]
            expected = by_brute_force(work, asked)
            assert expected is not None
            for name in SOLVERS:
                assert solver(name)(work.search, asked) is expected, question(work.search, asked)
    assert hold_against_brute_force(work, random.Random(1), 6)


def test_generated_numbers_are_asked_as_the_evaluator_computes_them() -> None:
    compared = 0
    for seed in range(25):
        found = compile_file("generated.guide", generate.reader(generate.guideline(seed)))
        if found.work is not None:
            compared += hold_against_brute_force(found.work, random.Random(seed), 4)
    assert compared > 20


def test_logarithms_are_never_guessed() -> None:
    work = work_of(
        'input a "A"\n  integer from 1 to 9\n\ndecision e "E"\n  when ln(a) rounded to 0.1 > 1: use x; rest not stated\n'
        "  otherwise: nothing\n"
    )
    at = next(at for at, one in enumerate(work.coordinates.all) if isinstance(one, Derived))
    assert solver("z3")(work.search, [(at, 1, {})]) == "`ln` has no exact form that a solver takes"


# --- what a solver changes ---------------------------------------------------

PRODUCTS = """
input a "A"
  integer from 0 to 5000
input b "B"
  integer from 0 to 5000

define sm = a * b

decision e "E"
  when sm > 100 and a > b: use x; rest not stated
  when sm < {limit} or a <= b: nothing
"""


@pytest.mark.parametrize("name", SOLVERS)
def test_a_solver_decides_what_the_search_gives_up_on(name: str) -> None:
    fine = compiled(PRODUCTS.format(limit=101), solver(name))
    assert fine.compiled is not None
    wrong = compiled(PRODUCTS.format(limit=1000), solver(name))
    (fault,) = [one for one in wrong.diagnostics if one.severity == "error"]
    assert (fault.code, wrong.compiled) == ("overlapping_branches", None)


def test_without_a_solver_the_fault_says_that_it_was_not_decided() -> None:
    found = compiled(PRODUCTS.format(limit=101))
    (fault,) = [one for one in found.diagnostics if one.severity == "error"]
    assert fault.code == "not_decided"
    assert fault.message.startswith("it was not decided whether this branch and the one in line 17 both hold")
    assert "pip install guidec[proofs]" in fault.message
    assert found.compiled is None, "a branch would be chosen that may not be meant"


def test_what_is_sure_is_told_though_the_search_gives_up_elsewhere() -> None:
    found = compiled(PRODUCTS.format(limit=1000))
    (fault,) = [one for one in found.diagnostics if one.severity == "error"]
    assert fault.code == "overlapping_branches"
    assert fault.patient


def test_the_rows_and_the_digest_are_the_same_with_either_solver_and_a_document_loads_without() -> None:
    import json

    from guidec.document import dump_text, load

    documents = []
    for name in SOLVERS:
        made = compiled(PRODUCTS.format(limit=101), solver(name)).compiled
        assert made is not None
        documents.append(dump_text(made))
    assert documents[0] == documents[1]
    again, found = load(json.loads(documents[0]), "small.json")
    assert again is not None, found


def test_both_solvers_give_the_same_patient() -> None:
    found = {compiled(PRODUCTS.format(limit=102), solver(name)).diagnostics for name in SOLVERS}
    assert len(found) == 1
    (fault,) = [one for one in found.pop() if one.severity == "error"]
    assert fault.patient == '{"a": 101, "b": 1}'


VERSION = """
input a "A"
  integer from 0 to 400
input b "B"
  integer from 0 to 400

define sm = a * b

decision e "E"
  when sm {past} and a > b: use x; rest not stated
  otherwise: nothing
"""


@pytest.mark.parametrize("name", SOLVERS)
def test_a_solver_tells_that_two_versions_are_the_same_where_the_search_gives_up(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from guidec.lower import boxes
    from guidec.proofs.diff import difference

    monkeypatch.setattr(boxes, "MOST_BOXES", 60)

    old, new = (compiled(VERSION.format(past=past)).compiled for past in ("> 100", ">= 101"))
    assert old is not None and new is not None
    verdicts = [
        [one["verdict"] for one in difference(old, new, solver=ask)["changes"] if one["id"] == "e"]
        for ask in (None, solver(name))
    ]
    assert verdicts == [["unknown"], ["same"]]


def test_rows_never_hang_on_a_solver() -> None:
    def everything_is_possible(search: Search, asked: Sequence[Constraint]) -> bool:
        return True

    for seed in range(20):
        found = compile_file("generated.guide", generate.reader(generate.guideline(seed)))
        if found.compiled is not None:
            guideline: ir.Guideline = found.compiled.guideline
            assert lowered(guideline, everything_is_possible)[1] == lowered(guideline)[1]
