"""The ways through the author's trees against every completion: which ends are reached, alone and one behind the other,
and which blanks part them."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path

import pytest

import generate
from guidec import ir
from guidec.evaluate import Compiled
from guidec.evaluate.paths import (
    ASKED,
    EVERYONE,
    IN_SCOPE,
    NOT_ASKED,
    OUT_OF_SCOPE,
    Paths,
    Place,
    below,
    place_of,
)
from guidec.pipeline import compile_file
from guidec.project import compile_path
from interpret import Way, bands, number
from meaning import Known, World, as_json, cases, known, world

GUIDES = sorted((Path(__file__).parent / "data" / "meaning").glob("*.guide"))
CASES = 25
SEEDS = range(15)


@lru_cache(maxsize=64)
def compiled(path: Path) -> Compiled:
    found = compile_path(path)
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def place(way: Way) -> Place:
    """A way of the interpreter as a place: its gates are numbers beyond every branch."""
    gates: dict[Place, Place] = {(1_000_001,): OUT_OF_SCOPE, (1_000_000,): NOT_ASKED}
    return gates.get(way[0], (*ASKED, *way[0]))


def places(those: Known, decision: str) -> list[Place]:
    return [place(those.world.ways[decision][at]) for at in those.places]


def check(guideline: Compiled, everybody: World, seed: int = 1) -> None:
    decisions = [one for one in guideline.guideline.decisions if isinstance(one, ir.Decision)]
    for case in cases(guideline.guideline, CASES, seed):
        those = known(everybody, case)
        if not those.places:
            continue
        patient = as_json(guideline.guideline, case)
        paths = Paths(guideline, patient)
        for definition in guideline.guideline.definitions:
            if not definition.role:
                _check_values(paths, those, definition, patient)
        for one in decisions:
            _check_ends(paths, those, one.id, patient)
            if not isinstance(one.tree, ir.Table):
                _check_parting(paths, those, one.id, patient)
        for first, second in product(decisions, decisions):
            if first.id != second.id:
                _check_behind(paths, those, (first.id, second.id), patient)


def _check_ends(paths: Paths, those: Known, decision: str, patient: object) -> None:
    found = {place_of(leaf) for leaf in paths.ends(decision, paths.through(decision))}
    assert found == set(places(those, decision)), (decision, patient)


def _check_values(paths: Paths, those: Known, one: ir.Definition, patient: object) -> None:
    """The numbers that each term of a shown sum may have, and the bands that a category may be in."""
    guideline = paths.guideline
    terms = one.number.terms if isinstance(one.number, ir.Sum) else (one.number,)
    for term, found in zip(terms, paths.amounts(one.id), strict=False):
        if found is not None and term is not None:
            wanted = {number(guideline, term, person) for person in those.patients}
            assert found >= wanted if guideline.impossible else found == wanted, (one.id, patient)
    if one.category is None or one.id not in paths.program.categories:
        return
    held = [bands(guideline, one, person) for person in those.patients]
    names = [value.id for value in one.category.values]
    if one.category.policy == "collect":
        leaves = tuple(frozenset(int(name in some) for some in held) for name in names)
    else:
        leaves = (frozenset(names.index(some[0]) for some in held),)
    assert paths.bands(one.id) == leaves, (one.id, patient)


def _check_behind(paths: Paths, those: Known, decisions: tuple[str, str], patient: object) -> None:
    """The later decision's ends, from each end of the earlier one."""
    first, second = decisions
    before, after = places(those, first), places(those, second)
    for end in dict.fromkeys(before):
        ways = paths.under(first, paths.through(first), [end])
        found = {place_of(leaf) for leaf in paths.ends(second, paths.through(second, ways))}
        wanted = {later for earlier, later in zip(before, after, strict=True) if below(earlier, [end])}
        assert found == wanted, (decisions, end, patient)


def _check_parting(paths: Paths, those: Known, decision: str, patient: object) -> None:
    """At each question that completions reach, the blanks that alone send them down different branches."""
    ways = paths.through(decision)
    ends = places(those, decision)
    for question in {end[:size] for end in ends for size in range(len(end))}:
        here = [
            (person, end[len(question)])
            for person, end in zip(those.patients, ends, strict=True)
            if below(end, [question])
        ]
        wanted: list[str] = []
        for name in those.blanks:
            branches: dict[object, int] = {}
            for person, branch in here:
                rest = [value for other, value in person.values.items() if other != name]
                key = (tuple(rest), tuple(person.readings.values()))
                if branches.setdefault(key, branch) != branch:
                    wanted.append(name)
                    break
        keys = {one.id: one.key for one in those.world.guideline.inputs}
        wanted = list(dict.fromkeys(keys[name] for name in wanted))
        found = paths.parting(decision, ways, [question])
        assert list(found) == wanted, (decision, question, patient)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_ways_are_those_of_the_completions_of(path: Path) -> None:
    guideline = compiled(path)
    check(guideline, world(guideline.guideline))


@pytest.mark.parametrize("seed", SEEDS)
def test_ways_are_those_of_the_completions_of_generated_guidelines(seed: int) -> None:
    for guideline in generated(seed):
        check(guideline, world(guideline.guideline), seed)


def generated(seed: int) -> Iterator[Compiled]:
    text = generate.guideline(seed).encode()
    found = compile_file("generated.guide", lambda _: text).compiled
    if found is not None:
        yield found


def test_gates_stand_before_the_tree() -> None:
    assert below(NOT_ASKED, [IN_SCOPE])
    assert below((*ASKED, 2, 0), [(*ASKED, 2)])
    assert not below(OUT_OF_SCOPE, [IN_SCOPE])


def test_what_is_too_much_to_look_at_stays_possible(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidec.evaluate.paths._MOST_JOINED", 0)
    guideline = compiled(next(path for path in GUIDES if path.stem == "chains"))
    first, second = [one.id for one in guideline.guideline.decisions if isinstance(one, ir.Decision)][:2]
    paths = Paths(guideline, {})
    some = paths.through(first)[:1]
    assert paths.through(second, some) == paths.through(second, EVERYONE)
