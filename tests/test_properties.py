"""What an author says of all patients: the verdict of each kind of claim, and the patient who breaks it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from guidec.cli import cli
from guidec.evaluate import evaluate
from guidec.pipeline import Compilation, compile_file
from guidec.proofs.amounts import daily_amounts
from guidec.proofs.checked import Checked, check
from guidec.proofs.grounds import parts_of
from guidec.proofs.missing import wants
from guidec.scenarios import run

ROOT = Path(__file__).parents[1]
FLAGSHIP = ROOT / "guidelines" / "pm_dm_ild"

GUIDELINE = """guideline lungs "Lungs"
  version 1.0.0
  language guidec/1
  source trial
  applies when ill

source trial
  title "A trial"
  register "trial.csv"

input ill "Ill"
  boolean

input kind "Kind"
  one of
    mild   "Mild"
    severe "Severe"
    odd    "Odd"

input titre "Titre"
  one of
    low    "Low"
    high   "High"
    failed "Could not be measured"

input fvc "FVC"
  quantity % from 0 to 150 step 1

input weight "Weight"
  quantity kg from 30 to 200 step 0.1
  or in [lb_av] from 60 to 440 step 0.1

input checked "Checked"
  boolean

input taken "Drugs taken"
  any of drugs

drug steroid "Steroid"
drug blocker "Blocker"
drug extra "Extra"
drug ointment "Ointment"

regimen alone "Steroid alone" [S1]
  give steroid by mouth 1 mg/kg/d of weight basis not stated; rest not stated

regimen both "Steroid and blocker" [S1]
  give steroid by mouth 40 mg/d; rest not stated
  with one of
    blocker 100 mg every 12 h; rest not stated
    extra; rest not stated

reading words "How it is read" [S1]
  narrow "Narrowly"
  wide   "Widely"

decision first "First" [S1]
  by kind
    mild: by titre
      low:    nothing
      high:   recommend both
      failed: recommend both
    severe: by words
      narrow: recommend alone
      wide:   recommend both
    odd: conflict "two sentences"
      recommend alone
      recommend both

decision second "Second" [S1]
  when fvc < 50 %: recommend both
  when fvc >= 50 % and fvc < 80 %: recommend alone
  otherwise: nothing

options further "Further"
  may extra; rest not stated when fvc < 20 % [S1]
  may blocker; rest not stated when not stated [S1]

advise prophylaxis cover "Cover" when kind is odd [S1]
  give ointment; rest not stated

advise check look "Look" when taking steroid or prescribed steroid until checked [S1]

monitor measure_it "Measure" when blank fvc [S1]
  measure lung_test
  every not stated

test lung_test "Lung test"

impossible when kind is mild and fvc < 10 % "mild disease leaves more"
"""
REGISTER = "id,statement\nS1,A statement.\n"


def compiled(*claims: str, text: str = GUIDELINE) -> Compilation:
    """The guideline with one property of these claims."""
    lines = "".join(f"  {claim}\n" for claim in claims)
    said = f'{text}\nproperty said "Said" [S1]\n{lines}' if claims else text
    files = {"lungs.guide": said.encode(), "trial.csv": REGISTER.encode()}
    compilation = compile_file("lungs.guide", lambda name: files[name])
    assert compilation.compiled is not None, compilation.diagnostics
    return compilation


def checked(*claims: str) -> Checked:
    compilation = compiled(*claims)
    assert compilation.compiled is not None and compilation.work is not None
    return check(compilation.compiled, compilation.work, compilation.properties)


PROVEN = [
    "never both when kind is mild and titre is low and fvc >= 80 %",
    "never both in first when kind is mild and titre is low",
    "never both in first when blank titre and kind is mild",
    "never possible both in first when titre is low and kind is mild",
    "never both, alone in first when kind is odd",
    "always possible both in first when ill and kind is odd",
    "always steroid in first when ill and kind is severe",
    "always both in first when ill and kind is mild and titre is one of high, failed",
    "always both in first when ill and kind is severe and words is wide",
    "never steroid unless ill",
    "never blocker with extra in first",
    "dose of steroid in both at most 40 mg/d",
    "dose of blocker at most 200 mg/d",
    "daily of blocker at least 200 mg/d",
    "dose of steroid in alone at most 200 mg/d",
    "determined second when ill and known fvc",
    "determined first when ill and kind is mild and known titre",
    "determined first when ill and kind is severe and words is narrow",
    "less fvc never gets less of nothing, alone, both in second",
    "always measure_it when ill and blank fvc",
    "never measure_it when known fvc",
    "never look when checked",
    "always look when ill and taking steroid and blank checked",
    "first and second never differ when kind is mild and titre is low and fvc >= 80 %",
    "never both in second when kind is mild and fvc < 10 %",
    "never ointment unless kind is odd",
    "always ointment when ill and kind is odd",
    "never ointment with blocker when kind is mild",
]

REFUTED: list[tuple[str, dict[str, object]]] = [
    ("never both in first", {"ill": True, "kind": "mild", "titre": "high"}),
    ("never both in first when blank fvc", {"ill": True, "kind": "mild", "titre": "high"}),
    (
        "never both in first when kind is mild and not known titre and not blank titre",
        {"ill": True, "kind": "mild", "titre": {"one_of": ["high", "failed"]}},
    ),
    ("never possible alone in first when kind is odd", {"ill": True, "kind": "odd"}),
    (
        "never possible both when kind is severe",
        {"ill": True, "kind": "severe", "readings": {"words": "wide"}},
    ),
    ("always both in first when ill and kind is severe", {"ill": True, "kind": "severe"}),
    ("always steroid when ill and kind is mild", {"ill": True, "kind": "mild"}),
    ("never steroid with extra", {"ill": True, "fvc": 0, "kind": "severe"}),
    ("dose of steroid at most 199.9 mg/d", {"ill": True, "weight": 200, "fvc": 50}),
    ("dose of steroid in alone at least 30 mg/d", {"ill": True, "weight": {"value": 60, "unit": "[lb_av]"}}),
    ("determined second when ill", {"ill": True}),
    (
        "determined first when ill and known kind and known titre",
        {"ill": True, "kind": "severe", "titre": "low"},
    ),
    ("more fvc never gets less of nothing, alone, both in second", {"ill": True, "fvc": 0}),
    ("never look when taking steroid", {"ill": True, "taken": ["steroid"]}),
    ("first and second never differ", {"ill": True}),
    ("never ointment when kind is odd", {"ill": True, "kind": "odd"}),
    ("never ointment with blocker", {"ill": True, "kind": "odd", "fvc": 0}),
    ("never cover with extra", {"ill": True, "kind": "odd", "fvc": 0}),
    ("always measure_it when blank fvc", {"ill": False}),
]


@pytest.mark.parametrize("claim", PROVEN)
def test_what_holds_is_proven(claim: str) -> None:
    found = checked(claim)
    assert [one.answer.kind for one in found.verdicts] == ["proven"], found
    about_nobody = "kind is mild and fvc < 10 %" in claim
    assert [one.code for one in found.diagnostics] == (["property_about_nobody"] if about_nobody else [])


@pytest.mark.parametrize(("claim", "fewest"), REFUTED)
def test_what_does_not_hold_is_refuted_by_a_patient_of_few_entries(
    claim: str, fewest: dict[str, object]
) -> None:
    compilation = compiled(claim)
    found = checked(claim)
    (verdict,) = found.verdicts
    assert verdict.answer.kind == "refuted"
    patient = verdict.answer.patient
    assert patient is not None and compilation.compiled is not None
    assert set(patient) <= set(fewest) | {"fvc", "kind", "titre", "weight"}
    assert len(patient) <= len(fewest) + 1
    evaluate(compilation.compiled, patient)  # it is accepted
    assert [one.code for one in found.diagnostics] == ["property_refuted"]
    assert json.loads(found.diagnostics[0].patient) == patient
    again = checked(claim)
    assert again.verdicts[0].answer == verdict.answer


@pytest.mark.parametrize(("claim", "fewest"), REFUTED)
def test_the_scenario_of_a_refutation_can_be_pasted_and_passes(claim: str, fewest: dict[str, object]) -> None:
    scenario = checked(claim).verdicts[0].scenario
    compilation = compiled(text=f"{GUIDELINE}\n{scenario}")
    assert compilation.compiled is not None and len(compilation.scenarios) == 1
    assert run(compilation.compiled, compilation.scenarios[0]) == []


def test_a_limit_that_no_stated_dose_breaks_is_proven_in_part() -> None:
    found = checked("dose of extra at most 1 mg/d")
    assert found.verdicts[0].answer.kind == "proven"
    assert [one.code for one in found.diagnostics] == ["property_in_part"]


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ("daily of lotion at most 1 g/d", "nothing gives `lotion`"),
        ("dose of blocker in alone at most 1 g/d", "nothing gives `blocker` in `alone`"),
        ("more weight never gets less of alone, both in first", "`first` does not ask `weight`"),
        ("never both when kind is mild and kind is odd", "its condition holds for no patient"),
    ],
)
def test_what_says_nothing_of_anybody_is_told(claim: str, why: str) -> None:
    text = GUIDELINE.replace('drug extra "Extra"', 'drug extra "Extra"\ndrug lotion "Lotion"')
    compilation = compiled(claim, text=text)
    assert compilation.compiled is not None and compilation.work is not None
    (found,) = check(compilation.compiled, compilation.work, compilation.properties).diagnostics
    assert (found.code, found.message) == ("property_about_nobody", f"`said` is about nobody: {why}")


def test_a_limit_in_a_unit_that_measures_something_else_is_not_decided() -> None:
    found = checked("dose of steroid in both at most 3 km")
    assert found.verdicts[0].answer.reason == "steroid: `mg/d` can't be compared with `km`"
    assert [one.code for one in found.diagnostics] == ["property_unknown"]


def test_more_of_an_input_shows_both_patients() -> None:
    (verdict,) = checked("more fvc never gets less of nothing, alone, both in second").verdicts
    assert "expect second both" in verdict.scenario
    assert "the same with more fvc" in verdict.beside


@pytest.mark.parametrize(
    ("claim", "code"),
    [
        ("never nobody_knows_it", "unknown_name"),
        ("determined further when ill", "wrong_type"),
        ("daily of steroid at most 3 mg", "dimension_mismatch"),
        ("total of steroid at most 3 mg/d", "dimension_mismatch"),
        ("more taken never gets less of alone, both in first", "wrong_type"),
        ("more fvc never gets less of alone in second", "wrong_type"),
        ("more fvc never gets less of alone, extra in second", "unknown_name"),
        ("never both when fvc", "wrong_type"),
    ],
)
def test_a_claim_that_makes_no_sense_is_a_fault_at_its_place(claim: str, code: str) -> None:
    files = {
        "lungs.guide": f'{GUIDELINE}\nproperty said "Said"\n  {claim}\n'.encode(),
        "trial.csv": REGISTER.encode(),
    }
    compilation = compile_file("lungs.guide", lambda name: files[name])
    last = GUIDELINE.count("\n") + 3
    assert {(one.code, one.span.line) for one in compilation.diagnostics} == {(code, last)}


def test_a_property_encodes_no_statement() -> None:
    text = GUIDELINE.replace("document", "document")
    files = {
        "lungs.guide": f'{text}\nproperty said "Said" [S2]\n  never both in first when titre is low and kind is mild\n'.encode(),
        "trial.csv": (REGISTER + "S2,Another.\n").encode(),
    }
    compilation = compile_file("lungs.guide", lambda name: files[name])
    assert [one.code for one in compilation.diagnostics] == ["unaccounted_statement"]


# --- what check shows --------------------------------------------------------


def folder(tmp_path: Path, *claims: str) -> Path:
    lines = "".join(f"  {claim}\n" for claim in claims)
    (tmp_path / "lungs.guide").write_text(f'{GUIDELINE}\nproperty said "Said" [S1]\n{lines}', "utf-8")
    (tmp_path / "trial.csv").write_text(REGISTER, "utf-8")
    return tmp_path / "lungs.guide"


def test_a_refuted_property_fails_check_and_build_and_nothing_is_written(tmp_path: Path) -> None:
    path = folder(tmp_path, "never both in first")
    done = CliRunner().invoke(cli, ["check", str(path)])
    assert done.exit_code == 1
    assert "given ill yes; kind mild; titre high" in done.stdout
    built = CliRunner().invoke(cli, ["build", str(path), "--out", str(tmp_path / "out")])
    assert built.exit_code == 1
    assert not (tmp_path / "out").exists()


def test_what_is_not_decided_fails_only_strictly(tmp_path: Path) -> None:
    path = folder(tmp_path, "dose of steroid in both at most 3 km")
    assert CliRunner().invoke(cli, ["check", str(path)]).exit_code == 0
    strict = CliRunner().invoke(cli, ["check", "--strict", str(path)])
    assert strict.exit_code == 1
    assert "warning[property_unknown]" in strict.stdout


def test_the_report_for_programs_has_verdicts_amounts_and_what_stays_open(tmp_path: Path) -> None:
    path = folder(tmp_path, "never both in first", "never steroid unless ill")
    done = CliRunner().invoke(cli, ["check", str(path), "--report", "--format", "json"])
    found = json.loads(done.stdout)
    (guideline,) = found["guidelines"]
    assert [one["verdict"] for one in guideline["properties"]] == ["refuted", "proven"]
    assert found["diagnostics"][0]["patient"] == {"ill": True, "kind": "mild", "titre": "high"}
    assert {"drug": "blocker", "within": ["both"], "low": 200, "high": 200, "unit": "mg/d"} in guideline[
        "daily_amounts"
    ]
    assert {one["input"] for one in guideline["open_without"] if one["decision"] == "second"} == {
        "ill",
        "fvc",
    }


def test_save_appends_who_breaks_a_property_once(tmp_path: Path) -> None:
    path = folder(tmp_path, "never both in first")
    before = path.read_text("utf-8")
    for _ in range(2):
        CliRunner().invoke(cli, ["check", "--save", str(path)])
    after = path.read_text("utf-8")
    assert after.startswith(before.rstrip())
    assert after.count("\nscenario ") == 1
    assert CliRunner().invoke(cli, ["test", str(path)]).exit_code == 0
    assert CliRunner().invoke(cli, ["fmt", "--check", str(path)]).exit_code == 0


def test_a_gap_is_shown_with_a_patient_whom_no_branch_takes(tmp_path: Path) -> None:
    path = folder(tmp_path, "never steroid unless ill")
    path.write_text(path.read_text("utf-8").replace("fvc >= 50 % and fvc < 80 %", "fvc > 50 % and fvc < 80 %").replace(
        "  otherwise: nothing", "  when fvc >= 80 %: nothing"), "utf-8")  # fmt: skip
    done = CliRunner().invoke(cli, ["check", str(path), "--format", "json"])
    (gap,) = json.loads(done.stdout)
    assert gap["code"] == "missing_branch"
    assert gap["patient"] == {"ill": True, "fvc": 50}


# --- amounts, and what stays open --------------------------------------------


def test_the_amounts_of_a_day_over_all_patients_alone_and_together() -> None:
    work = compiled().work
    assert work is not None
    found = {
        (one.drug, one.within): (one.low, one.high, one.unit, one.why)
        for one in daily_amounts(parts_of(work))
    }
    least = 60 * 45359237 / 10**8  # 60 pounds
    assert float(found["steroid", ("alone",)][0]) == pytest.approx(least)
    assert [*map(str, found["steroid", ("alone",)][1:])] == ["200", "mg/d", ""]
    assert [*map(str, found["steroid", ("both",)])] == ["40", "40", "mg/d", ""]
    assert found["steroid", ("both", "alone")][1] == 240
    assert [*map(str, found["blocker", ("both",)][:2])] == ["200", "200"]
    assert found["extra", ("both",)][3] == "the dose is not stated"


def test_for_want_of_what_a_decision_stays_open_and_a_patient_who_shows_it() -> None:
    compilation = compiled()
    assert compilation.compiled is not None and compilation.work is not None
    found = wants(compilation.compiled, parts_of(compilation.work))
    assert [(one.decision, one.input) for one in found] == [
        ("first", "ill"), ("first", "kind"), ("first", "titre"), ("second", "ill"), ("second", "fvc"),
    ]  # fmt: skip
    for one in found:
        assert one.answer.patient is not None
        without = {name: value for name, value in one.answer.patient.items() if name != one.input}
        result = evaluate(compilation.compiled, without)
        assert result["decisions"][one.decision]["needs"] == [one.input]


# --- the flagship ------------------------------------------------------------


@pytest.mark.parametrize("name", ["takada", "uptodate", "droracle"])
def test_what_the_three_sources_support_is_declared_cited_and_proven(name: str) -> None:
    path = FLAGSHIP / f"{name}.guide"
    compilation = compile_file(path.name, lambda other: (FLAGSHIP / other).read_bytes())
    assert compilation.compiled is not None and compilation.work is not None
    found = check(compilation.compiled, compilation.work, compilation.properties)
    assert {one.answer.kind for one in found.verdicts} == {"proven"}
    assert all(one.statements for one in found.verdicts)
    assert len(compilation.properties) >= 4
    assert {one.code for one in found.diagnostics} <= {"property_in_part"}
