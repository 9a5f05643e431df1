"""Every acting statement matters: without what encodes it, a scenario of its guideline fails. With -s, the table."""

import csv
from functools import cache
from pathlib import Path

import pytest

from guidec import ir
from guidec.account import account
from guidec.pipeline import Compilation, compile_file
from guidec.project import compile_path
from removal import Mutant, mutants, noticed_by, one_by_one, places

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "guidelines" / "pm_dm_ild"
ACTING = {
    row["id"]: row["kind"]
    for row in csv.DictReader(
        (ROOT / "tests" / "data" / "acting_statements.csv").read_text("utf-8").splitlines()
    )
}
WITHOUT_AN_OUTCOME = {"T55", "T56", "T75", "T76", "T78", "T92", "T93", "U10", "O06", "O07", "O08"}
"""These few may be documented with a reason, or named where nothing is given, instead."""
SURVIVED = "SURVIVED"


@cache
def compilation(name: str) -> Compilation:
    return compile_path(FOLDER / f"{name}.guide")


def guideline_of(name: str) -> ir.Guideline:
    compiled = compilation(name).compiled
    assert compiled is not None, compilation(name).diagnostics
    return compiled.guideline


GUIDELINES = [
    path.stem for path in sorted(FOLDER.glob("*.guide")) if not path.read_text("utf-8").startswith("module")
]


def acting(name: str) -> list[str]:
    register = [one.id for source in guideline_of(name).sources for one in source.statements]
    return [id for id in register if id in ACTING]


@cache
def noticed(name: str, guideline: ir.Guideline) -> str | None:
    return noticed_by(guideline, compilation(name).scenarios)


def row(name: str, id: str, mutant: Mutant) -> tuple[str, ...]:
    """Which statement was removed where and how, and who noticed."""
    return id, ACTING[id], mutant.where, mutant.how, noticed(name, mutant.guideline) or SURVIVED


@pytest.mark.parametrize("name", GUIDELINES)
def test_a_scenario_fails_without_any_one_of_the_acting_statements(name: str) -> None:
    guideline = guideline_of(name)
    reasons = {
        one["id"]: one["reason"]
        for one in account(guideline, compilation(name).cited)
        if one["status"] == "documented"
    }
    table: list[tuple[str, ...]] = []
    for id in acting(name):
        found = [row(name, id, mutant) for mutant in mutants(guideline, id, ACTING[id])]
        where = ", ".join(one.where for one in places(guideline, id, ACTING[id]))
        exempt = id in WITHOUT_AN_OUTCOME and (reasons.get(id) or where)
        how = "no outcome of its own" if exempt else "can't be removed"
        table += found or [(id, ACTING[id], where or "nowhere", how, exempt or SURVIVED)]
    show(table)
    assert acting(name)
    assert not survivors(table)


def test_each_place_of_the_flagship_matters_by_itself() -> None:
    guideline = guideline_of("takada")
    table = [
        row("takada", id, mutant)
        for id in acting("takada")
        for mutant in one_by_one(guideline, id, ACTING[id])
    ]
    assert not survivors(table)


def show(table: list[tuple[str, ...]]) -> None:
    widths = [*(max(len(row[at]) for row in table) for at in range(4)), 0]
    print()
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def survivors(table: list[tuple[str, ...]]) -> list[str]:
    return [
        f"{id} ({kind}): {where}, {how}" for id, kind, where, how, scenario in table if scenario == SURVIVED
    ]


def test_what_no_scenario_looks_at_survives() -> None:
    text = """guideline small "Small"
  version 1.0.0
  language guidec/1
  source paper

source paper
  title "A paper"
  register "statements.csv"

input ill "Ill"
  boolean

drug d "D"
  note "Only noted." [S4]

define very_ill "Very ill" = ill [S3]

regimen plan "Plan" [S1]
  give d 5 mg; rest not stated [S2]

decision what "What?"
  when very_ill: use plan [S1]
  otherwise: nothing

scenario "Ill"
  given ill yes
  expect what plan
"""
    register = "id,statement\n" + "".join(f"S{at},Statement {at}\n" for at in range(1, 5))
    files = {"small.guide": text, "statements.csv": register}
    made = compile_file("small.guide", lambda name: files[name].encode())
    assert made.compiled is not None, made.diagnostics
    guideline = made.compiled.guideline
    found = [
        (id, one.how, noticed_by(one.guideline, made.scenarios))
        for id, kind in (("S1", "regimen"), ("S2", "dose"), ("S3", "decision_rule"), ("S4", "caution"))
        for one in mutants(guideline, id, kind)
    ]
    assert found == [
        ("S1", "is given nowhere", "Ill"),
        ("S2", "dose not stated", None),
        ("S3", "always", None),
        ("S3", "never", "Ill"),
    ]
    assert [one.where for one in places(guideline, "S4", "caution")] == ["note small:13"]
