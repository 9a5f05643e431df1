"""Mutants: each verdict replayed on the text of the changed guideline, compiled from its first to its last line."""

import json
import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from guidec import ast
from guidec.cli import cli
from guidec.layout import declaration_text
from guidec.mutants.changes import KINDS, mutations
from guidec.mutants.names import names_of
from guidec.mutants.pins import plain
from guidec.mutants.processes import verdicts
from guidec.mutants.report import VERDICTS
from guidec.mutants.verdicts import Mutant, Subject, lines_apart, subject_of
from guidec.pipeline import Compilation, compile_file
from guidec.project import compile_path
from guidec.proofs.checked import check
from guidec.scenarios import answer, run
from test_python_target import patient

ROOT = Path(__file__).parents[1]
FEVER = ROOT / "tests" / "data" / "mutants" / "fever.guide"
STAGES = FEVER.with_name("stages.guide")
CAPPED = FEVER.with_name("capped.guide")
SPECS = [
    FEVER,
    *sorted((ROOT / "tests" / "data" / "meaning").glob("*.guide")),
    *sorted((ROOT / "tests" / "data" / "guidelines").glob("*.guide")),
]
PATIENTS = 150

Key = tuple[str, tuple[str, ...], tuple[str, ...]]


@cache
def subject(path: Path) -> Subject:
    """A guideline of the tests, ready to be changed."""
    found = compile_path(path)
    assert found.compiled is not None, path
    return subject_of(found.files, found.texts, found.compiled, found.scenarios)


@cache
def judged(path: Path) -> tuple[Mutant, ...]:
    return tuple(verdicts(subject(path), jobs=1))


@cache
def texts(path: Path) -> dict[Key, str]:
    """The text of every mutant of a file without modules, by what is said of it. Scenarios may name what has gone."""
    whole = [one for one in compile_path(path).files[-1].declarations if not isinstance(one, ast.Scenario)]
    names = names_of(subject(path).compiled.guideline)
    found: dict[Key, str] = {}
    for at, declaration in enumerate(whole):
        for one in mutations(declaration, names):
            some = [*whole[:at], *([] if one.into is None else [one.into]), *whole[at + 1 :]]
            key = (one.kind, *lines_apart(declaration, one.into))
            found.setdefault(key, "\n".join(declaration_text(part) for part in some))
    return found


def compiled(text: str, more: str = "") -> Compilation:
    """What comes of a text."""
    return compile_file("mutant.guide", lambda name: f"{text}\n{more}".encode())


def mutants_of(verdict: str) -> Iterator[tuple[Mutant, Compilation]]:
    """The mutants with a verdict, each compiled from its text; there must be some."""
    some = [one for one in judged(FEVER) if one.verdict == verdict]
    assert some
    for one in some:
        text = texts(FEVER)[one.kind, one.before, one.after]
        keeps = one.by.startswith("property ")
        yield one, compiled(text if keeps else text.partition("property ")[0])


def test_every_verdict_occurs_and_nothing_stays_unknown() -> None:
    counts = {verdict: sum(one.verdict == verdict for one in judged(FEVER)) for verdict in VERDICTS}
    assert counts.pop("unknown") == 0
    assert all(counts.values()), counts


def test_every_kind_of_change_is_made() -> None:
    made: set[str] = set()
    for path in SPECS:
        found = compile_path(path)
        assert found.compiled is not None
        names = names_of(found.compiled.guideline)
        made |= {
            one.kind for file in found.files for part in file.declarations for one in mutations(part, names)
        }
    assert made == set(KINDS)


def test_a_change_differs_from_what_was_written_and_can_be_laid_out() -> None:
    """What means nothing else is dropped by its text; a change that raises would stop everything."""
    for path in SPECS:
        found = compile_path(path)
        assert found.compiled is not None
        names = names_of(found.compiled.guideline)
        for part in found.files[-1].declarations:
            for one in mutations(part, names):
                assert one.into is None or declaration_text(one.into)
                assert one.into is None or type(one.into) is type(part)


def test_what_a_scenario_kills_fails_that_scenario() -> None:
    for one, found in mutants_of("scenario"):
        assert found.compiled is not None, (one, found.diagnostics)
        (scenario,) = [scenario for scenario in subject(FEVER).scenarios if scenario.title == one.by]
        assert run(found.compiled, scenario), one


def test_what_a_proof_kills_is_refused_or_breaks_a_property() -> None:
    for one, found in mutants_of("proof"):
        codes = [fault.code for fault in found.diagnostics if fault.severity == "error"]
        if found.compiled is not None and found.work is not None:
            checked = check(found.compiled, found.work, found.properties)
            codes += [fault.code for fault in checked.diagnostics if fault.severity == "error"]
        wanted = "property_refuted" if one.by.startswith("property ") else one.by.partition(":")[0]
        assert wanted in codes, one


def test_what_is_equivalent_answers_random_patients_alike() -> None:
    before = subject(FEVER).compiled
    dice = random.Random(1)
    for one, found in mutants_of("equivalent"):
        assert found.compiled is not None
        for _ in range(PATIENTS):
            entered = patient(before, dice)
            assert plain(answer(before, entered)) == plain(answer(found.compiled, entered)), (one, entered)


def test_a_survivor_is_killed_by_the_scenario_that_is_shown() -> None:
    before = FEVER.read_text("utf-8")
    for one, found in mutants_of("alive"):
        assert one.scenario and one.differs, one
        assert found.compiled is not None
        assert not [scenario for scenario in subject(FEVER).scenarios if run(found.compiled, scenario)]
        with_it = compiled(before, one.scenario)
        assert with_it.compiled is not None, with_it.diagnostics
        pasted = with_it.scenarios[-1]
        assert not run(with_it.compiled, pasted)
        assert run(found.compiled, pasted)


def test_a_scenario_that_is_pasted_kills_its_mutant() -> None:
    one = next(one for one in judged(FEVER) if one.verdict == "alive" and one.kind == "route")
    with_it = compiled(FEVER.read_text("utf-8"), one.scenario)
    assert with_it.compiled is not None
    again = verdicts(
        subject_of(with_it.files, with_it.texts, with_it.compiled, with_it.scenarios), 1, ("route",)
    )
    assert {(other.after, other.verdict) for other in again} == {(one.after, "scenario")}


def test_words_are_no_mutants() -> None:
    for one in judged(FEVER):
        assert not any(line.strip().startswith(("note ", "title ", "register ")) for line in one.before)
    assert not any(
        isinstance(part, ast.Scenario) for file in subject(FEVER).files for part in file.declarations
    )


def test_the_verdicts_are_the_same_for_any_number_of_jobs() -> None:
    assert verdicts(subject(FEVER), jobs=2) == list(judged(FEVER))


# --- the command line --------------------------------------------------------


def test_the_command_fails_while_somebody_is_alive_and_shows_where(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FEVER.parent)
    result = CliRunner().invoke(cli, ["test", "fever.guide", "--mutants", "--only", "route", "--jobs", "1"])
    assert result.exit_code == 1
    assert "error[unnoticed_change]: no scenario and no proof notices this change (route)" in result.stdout
    assert "--> fever.guide:" in result.stdout
    assert "+ give paracetamol intravenously 10 to 15 mg/kg" in result.stdout
    assert "expect route of paracetamol" in result.stdout
    assert "1 change that nobody notices" in result.stderr


def test_the_command_is_content_where_every_change_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FEVER.parent)
    result = CliRunner().invoke(cli, ["test", "fever.guide", "--mutants", "--only", "unit", "--jobs", "1"])
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (0, "every change is noticed")
    assert "100 %" in result.stdout


def test_the_json_counts_what_it_lists() -> None:
    result = CliRunner().invoke(
        cli, ["-q", "test", str(FEVER), "--mutants", "--only", "dose", "--format", "json", "--jobs", "1"]
    )
    (found,) = json.loads(result.stdout)
    assert set(found) == {"file", "counts", "kinds", "mutants"}
    assert sum(found["counts"].values()) == len(found["mutants"]) == sum(found["kinds"]["dose"].values())
    assert all(one["verdict"] in VERDICTS and one["before"] != one["after"] for one in found["mutants"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--mutants", "--only", "treshold"], "did you mean `threshold`?"),
        (["--only", "dose"], "add --mutants"),
        (["--jobs", "2"], "add --mutants"),
        (["--mutants", "--jobs", "0"], "0 is not in the range"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], message: str) -> None:
    result = CliRunner().invoke(cli, ["test", str(FEVER), *arguments])
    assert result.exit_code == 2
    assert message in result.stderr


def test_scenarios_that_fail_as_it_is_are_mended_first(tmp_path: Path) -> None:
    path = tmp_path / "fever.guide"
    path.write_text(
        FEVER.read_text("utf-8").replace("expect treatment nothing", "expect treatment antipyretic")
    )
    result = CliRunner().invoke(cli, ["test", str(path), "--mutants"])
    assert result.exit_code == 1
    assert "scenario “A warm child”" in result.stderr
    assert result.stdout == ""


def test_a_changed_cap_or_rounding_is_shown_by_a_weight_for_which_another_dose_is_given() -> None:
    whole = CAPPED.read_text("utf-8")
    unnoticed = [
        one for one in judged(CAPPED) if "heparin" in one.before[0] and "basis stated" in one.after[0]
    ]
    shown = {
        one.after[0].partition("basis stated ")[2]: one for one in unnoticed if one.verdict != "scenario"
    }
    assert set(shown) == {
        f"{changed}; rest not stated"
        for changed in (
            "rounded to 10 mg",
            "at most 200 mg rounded to 10 mg",
            "at most 1000 mg rounded to 10 mg",
            "at most 100 mg rounded to 20 mg",
            "at most 100 mg rounded half even to 10 mg",
        )
    }
    for one in shown.values():
        assert one.verdict == "alive"
        assert "expect dose of heparin " in one.scenario
        after = compiled(texts(CAPPED)[one.kind, one.before, one.after], one.scenario)
        assert after.compiled is not None
        assert run(after.compiled, after.scenarios[-1])
        assert not run(subject(CAPPED).compiled, compiled(whole, one.scenario).scenarios[-1])


def test_changes_of_a_pathway_are_noticed_or_shown() -> None:
    before, dice = subject(STAGES).compiled, random.Random(1)
    whole = STAGES.read_text("utf-8")
    verdict_of: dict[str, set[str]] = {}
    for one in judged(STAGES):
        verdict_of.setdefault(one.verdict, set()).add(one.kind)
        if one.verdict == "proof":
            continue
        found = compiled(texts(STAGES)[one.kind, one.before, one.after], one.scenario)
        assert found.compiled is not None, (one, found.diagnostics)
        match one.verdict:
            case "alive":
                assert "expect" in one.scenario, one
                (scenario,) = found.scenarios
                assert run(found.compiled, scenario), one
                assert not run(before, compiled(whole, one.scenario).scenarios[-1]), one
            case "scenario":
                (scenario,) = [each for each in subject(STAGES).scenarios if each.title == one.by]
                assert run(found.compiled, scenario), one
            case _:
                assert one.verdict == "equivalent"
                for _ in range(PATIENTS):
                    entered = patient(before, dice)
                    assert plain(answer(before, entered)) == plain(answer(found.compiled, entered)), one
    assert "stage" in verdict_of["scenario"] & verdict_of["alive"]
    assert verdict_of["equivalent"]
    assert "delete" in verdict_of["proof"]
