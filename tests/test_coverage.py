"""What scenarios meet: held against every patient of a small guideline, against the evaluator, and on the three sources."""

import json
from collections.abc import Iterator
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from guidec.cli import cli
from guidec.evaluate import Compiled, evaluate
from guidec.lower.search import GAVE_UP, SPENT, Constraint, Effort, decided
from guidec.pipeline import Compilation, compile_file
from guidec.project import compile_path
from guidec.proofs.coverage import KINDS, Coverage, Measure, coverage, measured, met_by, percent, who_meets
from guidec.proofs.generate import generated, made_text
from guidec.proofs.questions import NOT_SHOWN
from guidec.rows import Derived
from guidec.scenarios import run

HERE = Path(__file__).parent
SMALL = HERE / "data" / "coverage" / "small.guide"
FLAGSHIP = HERE.parent / "guidelines" / "pm_dm_ild"
HEAD = 'guideline g "G"\n  version 1.0.0\n  language guidec/1\n\n'


def compiled_from(text: str) -> Compilation:
    return compile_file("g.guide", lambda name: text.encode())


def measure_of(compiled: Compiled | None) -> Measure:
    assert compiled is not None
    found = measured(compiled)
    assert found is not None
    return found


@lru_cache(maxsize=1)
def small() -> Measure:
    return measure_of(compile_path(SMALL).compiled)


def everybody() -> Iterator[dict[str, Any]]:
    """Every complete patient of the small guideline."""
    for adult, fever, site, pain, weight, strict in product(
        (True, False), (True, False), ("head", "back"), range(5), (40, 60, 80), ("yes_if_two", "yes_if_one")
    ):
        yield {
            "adult": adult, "fever": fever, "site": site, "pain": pain, "weight": weight,
            "readings": {"strict": strict},
        }  # fmt: skip


def says(measure: Measure, met: set[int], kind: str) -> list[tuple[str, str]]:
    items = [measure.items[at] for at in sorted(met)]
    return [(item.of, item.says) for item in items if item.kind == kind]


# --- held against every patient ----------------------------------------------


def test_what_nobody_meets_is_what_no_patient_of_all_meets() -> None:
    measure = small()
    met = {at for patient in everybody() for at in met_by(measure, patient)}
    for at, item in enumerate(measure.items):
        if item.kind != "blanks":
            answer = who_meets(measure, at)
            assert answer.kind == ("refuted" if at in met else "proven"), (item.kind, item.of, item.says)
            assert answer.patient is None or at in met_by(measure, answer.patient)
    assert len(met) > 100


def test_each_patient_meets_the_outcome_that_the_evaluator_gives() -> None:
    measure = small()
    for patient in everybody():
        met = says(measure, met_by(measure, patient), "decisions")
        result = evaluate(measure.compiled, patient)
        for name in ("treat", "further"):
            (word,) = [what.partition(",")[0] for of, what in met if of == name]
            ids = [one["id"] for one in result["recommendations"] if one["decision"] == name]
            status = result["decisions"][name]["status"]
            assert word == ((ids or ["nothing"])[0] if status == "determined" else status.replace("_", " "))
        lines = [what for of, what in met if of == "list"]
        given = [one["id"] for one in result["recommendations"] if one["decision"] == "list"]
        assert ("line 1: aspirin" in lines) == (given == ["aspirin"])


def test_each_patient_meets_the_rules_that_the_evaluator_shows() -> None:
    measure = small()
    for patient in everybody():
        met = says(measure, met_by(measure, patient), "branches")
        result = evaluate(measure.compiled, patient)
        shown = {one["id"] for kind in ("advice", "monitoring") for one in result[kind]}
        for rule in ("bleeding", "counts"):
            assert ((rule, "shown") in met) == (rule in shown)
            assert ((rule, "not shown") in met) == (rule not in shown)


def test_a_question_decides_where_its_other_answer_would_change_the_condition() -> None:
    measure = small()

    def bad(fever: bool, head: bool, much: bool) -> bool:
        return fever and (head or much)

    for patient in everybody():
        truth = [patient["fever"], patient["site"] == "head", patient["pain"] > 3]
        wanted = set()
        for at, name in enumerate(("Fever: yes", "Site: Head", "Pain > 3")):
            other = [value != (place == at) for place, value in enumerate(truth)]
            if patient["adult"] and bad(*truth) != bad(*other):
                wanted.add(f"defined: `{name}` {'true' if truth[at] else 'false'} decides")
        met = says(measure, met_by(measure, patient), "conditions")
        assert {what for of, what in met if of == "bad"} == wanted


def test_a_threshold_is_met_just_beside_it_where_it_is_looked_at() -> None:
    measure = small()
    for patient in everybody():
        met = says(measure, met_by(measure, patient), "boundaries")
        here = {what for of, what in met if of == "further"}
        wanted = set()
        if patient["adult"]:  # the decision is asked of nobody else
            wanted |= (
                {"`Pain < 2` just true: pain 1", "`Pain ≥ 2` just false: pain 1"}
                if patient["pain"] == 1
                else set()
            )
            wanted |= (
                {"`Pain < 2` just false: pain 2", "`Pain ≥ 2` just true: pain 2"}
                if patient["pain"] == 2
                else set()
            )
        assert here == wanted


def test_each_complete_patient_meets_one_row_of_each_decision() -> None:
    measure = small()
    tables = measure.compiled.program.decisions
    counts = {name: sum(item.of == name for item in measure.items if item.kind == "rows") for name in tables}
    assert counts == {name: len(table.rows) for name, table in tables.items()}
    for patient in everybody():
        met = says(measure, met_by(measure, patient), "rows")
        assert sorted(of for of, _ in met) == ["further", "list", "list", "treat"]


def test_a_blank_meets_what_it_leaves_open_and_no_side_of_it() -> None:
    measure = small()
    patient = {"adult": True, "site": "head", "pain": 0}
    met = met_by(measure, patient)
    assert ("treat", "open for want of fever") in says(measure, met, "blanks")
    assert ("treat", "open for want of site") not in says(measure, met, "blanks")
    assert not {what for of, what in says(measure, met, "decisions") if of == "treat"}
    wanted = {("treat", name) for name in ("adult", "fever", "site", "pain")}
    assert {
        (one.of, one.needed) for one in measure.items if one.kind == "blanks" and one.of == "treat"
    } == wanted


def test_what_is_known_later_loses_nothing_that_was_met() -> None:
    measure = small()
    for at, patient in enumerate(everybody()):
        if at % 7 == 0:
            for name in patient:
                fewer = {other: value for other, value in patient.items() if other != name}
                lost = met_by(measure, fewer) - met_by(measure, patient)
                assert all(measure.items[one].kind == "blanks" for one in lost)


def test_a_record_that_is_refused_meets_nothing() -> None:
    assert met_by(small(), {"pain": 17}) == set()
    text = HEAD + (
        'input a "A"\n  boolean\n\ninput b "B"\n  boolean\n\nimpossible when a and b "never both"\n\n'
        'decision d "D"\n  when a: nothing\n  otherwise: not stated "Why."\n\n'
        'define both "Both" = a and b\n  shown\n'
    )
    measure = measure_of(compiled_from(text).compiled)
    assert met_by(measure, {"a": True, "b": True}) == set()
    assert met_by(measure, {"a": True, "b": False})
    open_items = [one for one in range(len(measure.items)) if who_meets(measure, one).kind == "proven"]
    assert any(measure.items[one].kind == "conditions" for one in open_items)


def test_what_is_recorded_blank_known_or_true_is_met() -> None:
    text = HEAD + (
        'input a "A"\n  boolean\n\ninput b "B"\n  integer from 0 to 9\n\n'
        'advise note c "C" when blank b or known a\n\nadvise note e "E" when b > 3 until a\n'
    )
    found = coverage(measure_of(compiled_from(text).compiled), [])
    assert {answer.kind for answer in found.missing.values()} == {"refuted"}
    items = found.measure.items
    ended = next(at for at, one in enumerate(items) if one.says == "no longer shown, a")
    patient = found.missing[ended].patient or {}
    assert patient["a"] is True and patient["b"] in range(4, 10)


def test_what_takes_too_many_steps_is_not_known_and_counts_as_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from guidec.proofs import coverage as module

    monkeypatch.setattr(module, "MOST_STEPS_FOR_ONE", 2_000)
    measure = measure_of(compile_path(HERE / "data" / "coverage" / "hard.guide").compiled)
    told: list[str] = []
    found = coverage(measure, [{"a": 1, "b": 1, "c": 1, "d": 1}], told.append)
    open_items = [at for at, one in found.missing.items() if one.kind == "unknown"]
    assert open_items
    assert {found.missing[at].reason for at in open_items} <= {SPENT, GAVE_UP, NOT_SHOWN}
    assert SPENT in {found.missing[at].reason for at in open_items}
    assert len(found.met) + len(found.missing) == len(measure.items), "nothing is dropped"
    nobody = sum(one.kind == "proven" for one in found.missing.values())
    rows = sum(one.kind == "rows" for one in measure.items)
    gone_rows = sum(
        one.kind == "proven" and measure.items[at].kind == "rows" for at, one in found.missing.items()
    )
    assert found.of()[1] == len(measure.items) - rows - (nobody - gone_rows)
    assert told[-1].startswith("looking for a patient who meets ")
    assert measure.work.search.effort == Effort(), "what comes after is not cut short"


def test_a_search_with_no_steps_left_decides_nothing_and_remembers_nothing() -> None:
    measure = measure_of(compile_path(HERE / "data" / "coverage" / "hard.guide").compiled)
    search = measure.work.search
    at, other = [at for at, one in enumerate(search.coordinates) if isinstance(one, Derived)][:2]
    asked: list[Constraint] = [(at, 1, {}), (other, 1, {})]
    assert search.cells(at) & search.cells(other) & 1
    search.effort = Effort(0)
    assert search.sought(asked) is None
    assert decided(search, asked, lambda search, constraints: True) == SPENT
    search.effort = Effort()
    assert search.sought(asked) is True


# --- thresholds --------------------------------------------------------------


def boundaries(kind: str, condition: str) -> list[str]:
    text = f'{HEAD}input x "X"\n  {kind}\n\ndecision d "D"\n  when {condition}: nothing\n  otherwise: not stated "Why."\n'
    compilation = compiled_from(text)
    measure = measure_of(compilation.compiled)
    return [one.says.partition(": ")[2] for one in measure.items if one.kind == "boundaries"]


@pytest.mark.parametrize(
    ("kind", "condition", "wanted"),
    [
        ("integer from 0 to 9", "x < 5", ["x 4", "x 5"]),
        ("integer from 0 to 9", "x <= 5", ["x 5", "x 6"]),
        ("integer from 0 to 9", "x = 5", ["x 5", "x 4 or x 6"]),
        ("quantity kg from 1 to 9 step 0.1", "x > 5 kg", ["x 5.1 kg", "x 5 kg"]),
        ("date from 2020-01-01 to 2029-12-31", "x >= 2024-02-29", ["x 2024-02-29", "x 2024-02-28"]),
        ("duration months from 0 to 90", "x > 6 months", ["x 7 months", "x 6 months"]),
        (
            "quantity mg/dL from 1 to 500 step 1\n  or in mmol/L from 0.1 to 30 step 0.1",
            "x > 100 mg/dL or 5.6 mmol/L",
            ["x 101 mg/dL", "x 5.7 mmol/L", "x 100 mg/dL", "x 5.6 mmol/L"],
        ),
        (
            "quantity kg from 1 to 9 step 0.1\n  or in g from 1000 to 9000 step 1",
            "x < 5 kg",
            ["x 4.9 kg", "x 5 kg"],
        ),
    ],
)
def test_the_nearest_values_that_can_be_entered(kind: str, condition: str, wanted: list[str]) -> None:
    assert [one.replace(" or ", " or x ") for one in boundaries(kind, condition)] == wanted


def test_a_threshold_printed_in_two_units_is_met_in_each() -> None:
    text = (
        f'{HEAD}input x "X"\n  quantity mg/dL from 1 to 500 step 1\n  or in mmol/L from 0.1 to 30 step 0.1\n\n'
        'decision d "D"\n  when x > 100 mg/dL or 5.6 mmol/L: nothing\n  otherwise: not stated "Why."\n'
    )
    measure = measure_of(compiled_from(text).compiled)
    patients: list[dict[str, object]] = [
        {"x": 101}, {"x": 100}, {"x": {"value": 5.7, "unit": "mmol/L"}}, {"x": {"value": 5.6, "unit": "mmol/L"}},
    ]  # fmt: skip
    for count in range(5):
        assert coverage(measure, patients[:count]).of("boundaries") == (count, 4)
    missing = coverage(measure, []).missing
    found = [missing[at].patient for at, one in enumerate(measure.items) if one.kind == "boundaries"]
    assert sorted(map(str, found)) == sorted(map(str, patients))


# --- thresholds of computed numbers ------------------------------------------

COMPUTED = """input a "A"
  boolean

input b "B"
  boolean

input n "N"
  integer from 0 to 6

input m "M"
  integer from 1 to 7
  or value never "Never"

impossible when a and n = 6 "never both"

score sum "Sum"
  points 3 when a
  points 2 when b
  points for n
    < 2:  0
    >= 2: 5

define halved "Halved" = (n * 0.5) rounded to 1
define share "Share" = m is not never and n / m > 2
define tenth "Tenth" = m is not never and n * m * 0.1 >= 2.4

decision d "D"
  when sum >= 5: nothing
  otherwise: not stated "Why."

decision e "E"
  when sum = 5: nothing
  otherwise: not stated "Why."

decision f "F"
  when halved > 1: nothing
  otherwise: not stated "Why."

decision g "G"
  when a and m is not never and n - m < -1: nothing
  otherwise: not stated "Why."

decision h "H"
  when share or m is not never and n >= m: nothing
  otherwise: not stated "Why."

decision i "I"
  when tenth: nothing
  otherwise: not stated "Why."

decision j "J"
  when sum > 10: nothing
  when sum <= 10 and sum >= 0: not stated "Why."
"""


@lru_cache(maxsize=1)
def computed() -> Measure:
    return measure_of(compiled_from(HEAD + COMPUTED).compiled)


def everybody_computed() -> Iterator[dict[str, Any]]:
    for a, b, n, m in product((True, False), (True, False), range(7), (*range(1, 8), "never")):
        if not (a and n == 6):
            yield {"a": a, "b": b, "n": n, "m": m}


def numbers_of(patient: dict[str, Any]) -> dict[str, float]:
    """What the guideline computes, once more; in twentieths where it isn't whole."""
    n, m = patient["n"], patient["m"]
    points = 3 * patient["a"] + 2 * patient["b"] + 5 * (n >= 2)
    found = {"sum": points, "half": (n + 1) // 2}
    return found if m == "never" else {**found, "difference": n - m, "share": n / m, "product": n * m}


def nearest(name: str, side: Any, threshold: float) -> set[float]:
    """The values nearest to a threshold among those that somebody has, on one side of it."""
    values = {numbers_of(one)[name] for one in everybody_computed() if name in numbers_of(one)}
    away = {value: abs(value - threshold) for value in values if side(value)}
    return {value for value, far in away.items() if far == min(away.values())}


def test_a_computed_threshold_is_met_by_those_with_the_nearest_values_that_anybody_has() -> None:
    measure = computed()
    wanted: dict[tuple[str, str], Any] = {}
    for of_, words, name, holds_ in (
        ("d", "Sum ≥ 5", "sum", lambda one: one >= 5),
        ("f", "Halved > 1", "half", lambda one: one > 1),
        ("j", "Sum > 10", "sum", lambda one: one > 10),
    ):
        threshold = 1 if name == "half" else 10 if "10" in words else 5
        for truth in (True, False):
            values = nearest(name, lambda one, truth=truth, holds_=holds_: holds_(one) is truth, threshold)
            assert len(values) <= 1
            if values:
                value = values.copy().pop()
                says_ = f"`{words}` just {'true' if truth else 'false'}: {value}"
                wanted[of_, says_] = lambda one, name=name, value=value: numbers_of(one)[name] == value
    wanted["e", "`Sum = 5` just true: 5"] = lambda one: numbers_of(one)["sum"] == 5
    wanted["e", "`Sum = 5` just false: 3 or 7"] = lambda one: numbers_of(one)["sum"] in (3, 7)
    wanted["share", "`(N / M) > 2` just true: at most 32 % away"] = lambda one: (
        2 < numbers_of(one).get("share", 0) <= 2.64
    )
    wanted["share", "`(N / M) > 2` just false: at most 1 % away"] = lambda one: (
        1.98 <= numbers_of(one).get("share", 0) <= 2
    )
    assert ("d", "`Sum ≥ 5` just false: 3") in wanted, "nobody has 4 points"
    assert ("j", "`Sum > 10` just true: no value") not in wanted
    there = {(one.of, one.says): at for at, one in enumerate(measure.items) if one.kind == "boundaries"}
    for key, has in wanted.items():
        for patient in everybody_computed():
            assert (there[key] in met_by(measure, patient, (there[key],))) == has(patient), (key, patient)


def test_two_numbers_are_compared_as_their_difference_where_they_are_looked_at() -> None:
    measure = computed()
    items = {(one.of, one.says): at for at, one in enumerate(measure.items) if one.kind == "boundaries"}
    below = items["g", "`(N − M) < (-1 × 1)` just true: as near as can be"]
    equal = items["h", "`N ≥ M` just true: both equal"]
    less = items["h", "`N ≥ M` just false: as near as can be"]
    for patient in everybody_computed():
        apart = numbers_of(patient).get("difference")
        met = met_by(measure, patient, (below, equal, less))
        wanted = {below} if apart == -2 else set()
        assert met == wanted | {at for at, one in ((equal, 0), (less, -1)) if apart == one}


def test_what_nobody_has_beside_a_computed_threshold_is_no_boundary() -> None:
    measure = computed()
    met = {at for patient in everybody_computed() for at in met_by(measure, patient)}
    found = coverage(measure, [])
    for at, item in enumerate(measure.items):
        if item.kind == "boundaries":
            assert found.missing[at].kind == ("refuted" if at in met else "proven"), item.says
    nobody = [measure.items[at].says for at, one in found.missing.items() if one.kind == "proven"]
    assert "`Sum ≥ 0` just false: no value" in nobody


def test_what_is_not_known_beside_a_computed_threshold_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from guidec.proofs import nearest as module

    monkeypatch.setattr(module, "MOST_STEPS_FOR_ONE", 0)
    measure = measure_of(compiled_from(HEAD + COMPUTED).compiled)
    at, item = next((at, one) for at, one in enumerate(measure.items) if "(N / M) > 2` just true" in one.says)
    assert item.open == SPENT
    assert (who_meets(measure, at).kind, who_meets(measure, at).reason) == ("unknown", SPENT)
    assert not any(at in met_by(measure, patient) for patient in everybody_computed())


@pytest.mark.parametrize(
    ("inputs", "condition", "wanted"),
    [
        ("quantity mg/dL from 0 to 20 step 0.1", "x - y >= 0.3 mg/dL", ["0.3 mg/dL", "0.2 mg/dL"]),
        ("quantity kg from 1 to 9 step 0.1\n  or in [lb_av] from 2 to 20 step 1", "x - y > 2 kg", ["2.1 kg", "2 kg"]),
        ("quantity kg from 1 to 9 step 0.1", "(x * y / 1 kg) rounded to 0.5 kg < 4 kg", ["3.5 kg", "4 kg"]),
        ("date from 2020-01-01 to 2029-12-31", "years from x to y >= 5 years", ["5 years", "4 years"]),
        ("date from 2020-01-01 to 2029-12-31", "x + 3 days >= y", ["both equal", "as near as can be"]),
        ("quantity kg from 1 to 9 step 0.1", "x * y > 30 kg2", ["at most 1 % away", "at most 1 % away"]),
        ("quantity kg from 1 to 9 step 4", "x + y > 11 kg", ["14 kg", "10 kg"]),
        ("integer from 0 to 9", "max(x, y) * 2 > 18", ["no value", "18"]),
    ],
)  # fmt: skip
def test_the_nearest_values_that_a_computed_number_has(
    inputs: str, condition: str, wanted: list[str]
) -> None:
    text = (
        f'{HEAD}input x "X"\n  {inputs}\n\ninput y "Y"\n  {inputs}\n\ndefine c "C" = {condition}\n  shown\n'
    )
    compilation = compiled_from(text)
    assert compilation.compiled is not None, compilation.diagnostics
    measure = measure_of(compilation.compiled)
    assert [one.says.partition(": ")[2] for one in measure.items if one.kind == "boundaries"] == wanted


# --- the command, and the sources --------------------------------------------


def of(found: Coverage) -> dict[str, tuple[int, int]]:
    return {kind: found.of(kind) for kind in KINDS}


@pytest.mark.parametrize("name", ["takada", "uptodate", "droracle"])
def test_the_scenarios_of_a_source_meet_all_but_some_rows(name: str) -> None:
    compilation = compile_path(FLAGSHIP / f"{name}.guide")
    measure = measure_of(compilation.compiled)
    found = coverage(measure, [one.patient for one in compilation.scenarios])
    short = {kind: share for kind, share in of(found).items() if kind != "rows" and share[0] < share[1]}
    assert short == {}
    assert measure.beyond == ()
    assert found.of()[1] > 130
    assert not any(answer.kind == "unknown" for answer in found.missing.values())


def test_a_percentage_is_rounded_down() -> None:
    assert [percent(*one) for one in ((0, 0), (999, 1000), (1999, 2000), (3, 3), (0, 7))] == [
        100,
        99.9,
        99.9,
        100,
        0,
    ]


def small_with(tmp_path: Path, scenarios: str) -> Path:
    path = tmp_path / "small.guide"
    path.write_text(SMALL.read_text("utf-8") + scenarios, "utf-8")
    return path


CHILD = '\nscenario "A child"\n  given adult no\n  expect status out of scope\n'


def test_the_command_lists_what_is_missing_and_who_would_meet_it(tmp_path: Path) -> None:
    path = small_with(tmp_path, CHILD)
    result = CliRunner().invoke(cli, ["test", str(path), "--coverage"])
    assert result.exit_code == 0
    assert "  decisions                 3 of    16   18.7 %\n" in result.stdout
    assert (
        "  missing decisions, line 47, treat: not applicable\n    given adult yes; fever no; pain 0\n"
        in result.stdout
    )
    assert "left out, because nobody can meet them: 3 decisions, 1 conditions" in result.stdout


def test_the_command_fails_under_a_percentage_and_for_failing_scenarios_only(tmp_path: Path) -> None:
    path = str(small_with(tmp_path, CHILD))
    assert CliRunner().invoke(cli, ["test", path, "--fail-under", "2"]).exit_code == 0
    low = CliRunner().invoke(cli, ["test", path, "--fail-under", "50"])
    assert low.exit_code == 1
    assert "less than 50 %" in low.stderr
    failing = str(small_with(tmp_path, CHILD.replace("out of scope", "conflict")))
    assert CliRunner().invoke(cli, ["test", failing, "--coverage"]).exit_code == 1
    assert CliRunner().invoke(cli, ["test", failing, "--fail-under", "101"]).exit_code == 2


def test_the_json_has_the_same_and_a_patient_for_each_thing_missing(tmp_path: Path) -> None:
    path = small_with(tmp_path, CHILD)
    result = CliRunner().invoke(cli, ["test", str(path), "--coverage", "--format", "json"])
    (found,) = json.loads(result.stdout)["coverage"]
    assert found["coverage"]["decisions"] == {"met": 3, "of": 16, "percent": 18.7}
    assert {one["kind"] for one in found["missing"]} == set(KINDS)
    measure = small()
    for one in found["missing"]:
        assert one["verdict"] == "missing"
        said = {
            (item.kind, item.of, item.says)
            for item in (measure.items[at] for at in met_by(measure, one["patient"]))
        }
        assert (one["kind"], one["of"], one["says"]) in said


def test_the_same_is_said_under_any_hash_seed(tmp_path: Path) -> None:
    import os
    import subprocess
    import sys

    path = small_with(tmp_path, CHILD)
    outputs = set()
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "guidec", "test", str(path), "--generate", "--dry-run"]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        outputs.add(subprocess.run(command, capture_output=True, env=environment, check=True).stdout)
    assert len(outputs) == 1


# --- pathways ----------------------------------------------------------------

STAGES = HERE / "data" / "mutants" / "stages.guide"


def test_moves_that_nobody_makes_are_those_that_no_patient_of_all_makes() -> None:
    measure = measure_of(compile_path(STAGES).compiled)
    met: set[int] = set()
    for ill, phase, better, attacks in product(
        (True, False), ("first", "second", "gone"), (True, False), range(10)
    ):
        met |= met_by(measure, {"ill": ill, "phase": phase, "better": better, "attacks": attacks})
    for at, item in enumerate(measure.items):
        if not item.needed:
            assert (who_meets(measure, at).kind == "proven") == (at not in met), item
    assert ("after first", "better no: stay") in says(measure, met, "branches")
    assert ("after second", "go to gone") in says(measure, met, "decisions")
    assert ("after second", "`Attacks > 3` just false: attacks 3") in says(measure, met, "boundaries")


def test_moves_are_made_by_those_in_scope_who_stand_there() -> None:
    measure = measure_of(compile_path(STAGES).compiled)
    entered = {"ill": True, "phase": "first", "better": True, "attacks": 5}
    assert says(measure, met_by(measure, entered), "decisions") == [("after first", "go to second")]
    assert says(measure, met_by(measure, {**entered, "ill": False}), "decisions") == []
    blanks = says(measure, met_by(measure, {"ill": True, "phase": "second", "better": False}), "blanks")
    assert blanks == [("after second", "open for want of attacks")]
    blanks = says(measure, met_by(measure, {"ill": True, "better": True, "attacks": 9}), "blanks")
    assert blanks == [("stage of course", "open for want of phase")]


def test_generated_scenarios_complete_a_pathway_and_hold() -> None:
    found = compile_path(STAGES)
    measure = measure_of(found.compiled)
    before = coverage(measure, [one.patient for one in found.scenarios])
    made = generated(before, [kind for kind in KINDS if kind != "rows"], [])
    after = coverage(measure, [*(one.patient for one in found.scenarios), *(one.patient for one in made)])
    met, of = after.of()
    assert before.of()[0] < met == of
    assert any("next of second gone" in one.expected for one in made)
    text = STAGES.read_text("utf-8") + "".join(f"\n{made_text(measure.work.guideline, one)}" for one in made)
    again = compiled_from(text)
    assert again.compiled is not None, again.diagnostics
    assert not [fault for one in again.scenarios for fault in run(again.compiled, one)]
