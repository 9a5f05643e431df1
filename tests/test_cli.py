"""The command line as people and scripts use it: exit codes, files written whole, errors in words."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guidec.cli import cli
from guidec.render import carries_digest

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "guidelines" / "pm_dm_ild"
TAKADA = FOLDER / "takada.guide"

SMALL = """guideline small "Small"
  version 1.0.0
  language guidec/1
input pain "Pain"
  boolean
drug aspirin "Aspirin"
decision what "What to give"
  by pain
    yes: use aspirin 500 mg by mouth; rest not stated
    no: nothing
scenario "Pain"
  given pain yes
  expect what aspirin; dose of aspirin 500 mg
"""


def guidec(*arguments: str | Path, given: str | None = None) -> Result:
    return CliRunner().invoke(cli, [str(one) for one in arguments], input=given)


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.guide"
    path.write_text(SMALL, "utf-8")
    return path


def broken(small: Path) -> Path:
    small.write_text(SMALL.replace("    no: nothing\n", ""), "utf-8")
    return small


def test_check_of_a_good_guideline_is_quiet_and_exits_0() -> None:
    result = guidec("check", TAKADA)
    assert (result.exit_code, result.stdout) == (0, "")


def test_check_shows_the_fault_at_its_place_with_the_mend(small: Path) -> None:
    result = guidec("check", broken(small))
    assert result.exit_code == 1
    assert "error[missing_branch]" in result.stdout
    assert "small.guide:8:6" in result.stdout
    assert "by pain" in result.stdout
    assert "add a branch `no:`" in result.stdout


def test_check_speaks_json(small: Path) -> None:
    result = guidec("check", broken(small), "--format", "json")
    found = [one for one in json.loads(result.stdout) if one["severity"] == "error"]
    assert [(one["code"], one["line"], one["severity"]) for one in found] == [("missing_branch", 8, "error")]


def test_warnings_fail_under_strict_alone(small: Path) -> None:
    assert guidec("check", small).exit_code == 0
    assert guidec("check", small, "--strict").exit_code == 1


def test_a_folder_stands_for_the_guidelines_in_it() -> None:
    assert guidec("check", FOLDER).exit_code == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere.guide"),
        ("check",),
        ("frobnicate",),
        ("build", str(TAKADA), "--target", "pyhton"),
        ("explain", "no_such_code"),
        ("eval", str(FOLDER / "myositis_ild.guide"), "--patient", "-"),
        ("eval", str(TAKADA), "--patient", "-", "--reading", "nonsense"),
        ("eval", str(TAKADA), "--patient", "-", "--flowchart", "path.jpeg"),
    ],
)
def test_wrong_usage_exits_2_and_says_why(arguments: tuple[str, ...]) -> None:
    result = guidec(*arguments, given="{}")
    assert result.exit_code == 2
    assert result.stderr
    assert "Traceback" not in result.output


def test_an_unknown_target_is_met_with_the_nearest() -> None:
    assert "did you mean `python`" in guidec("build", TAKADA, "--target", "pyhton").stderr


def test_build_writes_every_artifact_and_names_them(tmp_path: Path) -> None:
    result = guidec("build", FOLDER, "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    written = sorted(
        path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")
    )
    assert {"takada/takada.py", "takada/takada.json", "takada/takada.dot", "takada/takada.svg"} <= set(
        written
    )
    assert all(name in result.stdout for name in written)


def test_a_failed_build_leaves_the_old_artifacts(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert guidec("build", small, "--out", out).exit_code == 0
    before = {path: path.read_bytes() for path in out.rglob("*.*")}
    assert guidec("build", broken(small), "--out", out).exit_code == 1
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == before


def test_build_check_knows_fresh_from_stale(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert guidec("build", small, "--out", out, "--check").exit_code == 1
    guidec("build", small, "--out", out)
    assert guidec("build", small, "--out", out, "--check").exit_code == 0
    small.write_text(SMALL.replace("500 mg", "400 mg"), "utf-8")
    result = guidec("build", small, "--out", out, "--check")
    assert result.exit_code == 1
    assert "small.svg is stale" in result.stdout


def test_build_takes_compiled_json_and_gives_the_same_bytes(small: Path, tmp_path: Path) -> None:
    guidec("build", small, "--out", tmp_path / "a")
    result = guidec("build", tmp_path / "a" / "small" / "small.json", "--out", tmp_path / "b")
    assert result.exit_code == 0, result.output
    for name in ("small.py", "small.json", "small.dot"):
        assert (tmp_path / "a/small" / name).read_bytes() == (tmp_path / "b/small" / name).read_bytes()


def test_eval_answers_in_words_and_in_json(tmp_path: Path) -> None:
    patient = '{"ild_present": true, "myositis_dx": "adm", "refractory": false}'
    words = guidec("eval", TAKADA, "--patient", "-", given=patient)
    assert words.exit_code == 0
    assert "Ask next: Anti-MDA5 titre (mda5_level)" in words.stdout
    path = tmp_path / "patient.json"
    path.write_text(patient, "utf-8")
    result = json.loads(guidec("eval", TAKADA, "--patient", path, "--format", "json").stdout)
    assert result["needs"] == ["mda5_level"]


def test_a_refused_record_says_everything_that_is_wrong() -> None:
    result = guidec(
        "eval", TAKADA, "--patient", "-", "--format", "json", given='{"age": 130, "dx": 1, "bsa": true}'
    )
    assert result.exit_code == 1
    assert [(one["input"], one["code"]) for one in json.loads(result.stdout)["errors"]] == [
        ("age", "out_of_range"),
        ("dx", "unknown_input"),
        ("bsa", "bad_type"),
    ]


@pytest.mark.parametrize("text", ["", "{", "[1, 2]", '"x"', "null", "\udcff", '{"age": NaN}', "[" * 100_000])
def test_a_patient_that_is_no_record_is_refused_in_words(text: str) -> None:
    result = CliRunner().invoke(
        cli, ["eval", str(TAKADA), "--patient", "-"], input=text.encode("utf-8", "surrogateescape")
    )
    assert result.exit_code == 1
    assert result.stderr
    assert not isinstance(result.exception, Exception) or isinstance(result.exception, SystemExit)


def test_test_runs_the_scenarios(small: Path) -> None:
    assert guidec("test", FOLDER).exit_code == 0
    small.write_text(SMALL.replace("dose of aspirin 500 mg", "dose of aspirin 5 g"), "utf-8")
    result = guidec("test", small)
    assert result.exit_code == 1
    assert "got 500 mg" in result.stdout
    assert "1 scenario: 0 passed, 1 failed" in result.stderr


def test_statements_account_for_the_register() -> None:
    entries = json.loads(guidec("statements", TAKADA, "--format", "json").stdout)
    assert len(entries) == 182
    assert set(entries[0]) == {"source", "id", "status", "where", "reason"}
    assert {entry["status"] for entry in entries} == {"encoded", "documented", "set_aside"}


def test_explain_prints_the_manual_page() -> None:
    result = guidec("explain", "missing_branch")
    assert result.exit_code == 0
    assert "missing_branch" in result.stdout


def test_targets_are_listed_with_what_they_emit() -> None:
    lines = guidec("targets").stdout
    assert all(name in lines for name in ("python", "json", "graphviz"))


@pytest.mark.parametrize(
    "command", ["check", "build", "eval", "test", "explain", "statements", "targets", "completion"]
)
def test_help_teaches_each_command(command: str) -> None:
    result = guidec(command, "--help")
    assert result.exit_code == 0
    assert command in result.stdout


def test_help_shows_examples_and_exit_codes() -> None:
    text = guidec("--help").stdout
    assert "Examples:" in text
    assert "Exit status" in text


def test_completion_is_a_script() -> None:
    assert "_GUIDEC_COMPLETE" in guidec("completion", "bash").stdout


def test_python_dash_m_is_guidec_and_no_color_leaves_the_terminal() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "guidec", "check", str(FOLDER), "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "targets")])},
    )
    assert done.returncode == 0
    assert {one["severity"] for one in json.loads(done.stdout)} <= {"note"}
    assert "\033" not in done.stdout + done.stderr


def test_several_builds_at_once_leave_whole_files(small: Path, tmp_path: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "targets")]),
    }
    command = [sys.executable, "-m", "guidec", "-q", "build", str(small), "--out", str(tmp_path / "out")]
    running = [subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment) for _ in range(4)]
    assert [process.wait() for process in running] == [0] * 4
    assert guidec("build", small, "--out", tmp_path / "out", "--check").exit_code == 0
    assert not list((tmp_path / "out").rglob(".*"))


def test_artifacts_that_are_no_longer_made_are_told_and_removed(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    listed = SMALL + 'options further "Further"\n  use aspirin; rest not stated\n'
    small.write_text(listed, "utf-8")
    assert guidec("build", small, "--out", out).exit_code == 0
    (out / "small" / "notes.txt").write_text("mine", "utf-8")
    assert (out / "small" / "small.further.svg").exists()
    small.write_text(SMALL, "utf-8")
    told = guidec("build", small, "--out", out, "--check")
    assert told.exit_code == 1
    assert "small.further.svg is no longer made" in told.stdout
    assert guidec("build", small, "--out", out).exit_code == 0
    assert not (out / "small" / "small.further.svg").exists()
    assert (out / "small" / "notes.txt").read_text("utf-8") == "mine"


@pytest.mark.parametrize(
    "text", ['{"ild_present": true, "ild_present": false}', '{"age": 4, "readings": {}, "age": 5}']
)
def test_an_entry_that_stands_twice_is_refused(text: str, tmp_path: Path) -> None:
    result = guidec("eval", TAKADA, "--patient", "-", given=text)
    assert result.exit_code == 1
    assert "stands twice" in result.stderr
    guidec("build", TAKADA, "--out", tmp_path, "--target", "python")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "takada" / "takada.py"), "-"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "stands twice" in done.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n", "it is empty; write `{}` for a patient of whom nothing is known"),
        ('{"age": ' + "9" * 5000 + "}", "a number of 5000 digits stands there"),
        ('{"age": 4,\n "weight" 3}', "in line 2, column 11, a `:` is missing"),
        ('{"age": }', "in line 1, column 9, a value is missing"),
        ("[" * 100_000, "it is nested too deep"),
    ],
)
def test_what_is_no_json_is_said_in_a_readers_words(text: str, why: str, tmp_path: Path) -> None:
    result = guidec("eval", TAKADA, "--patient", "-", given=text)
    guidec("build", TAKADA, "--out", tmp_path, "--target", "python")
    module = [sys.executable, str(tmp_path / "takada" / "takada.py"), "-"]
    done = subprocess.run(module, input=text, capture_output=True, text=True, check=False)
    for code, said in ((result.exit_code, result.stderr), (done.returncode, done.stderr)):
        assert code == 1
        assert said.endswith(f"the patient `-` is no JSON: {why}\n")


def test_a_chosen_reading_does_not_hide_a_record_that_is_none() -> None:
    assert guidec("eval", TAKADA, "--patient", "-", "--reading", "a=b", given="[1]").exit_code == 1
    assert (
        guidec("eval", TAKADA, "--patient", "-", "--reading", "a=b", "--reading", "a=c", given="{}").exit_code
        == 2
    )


def test_compiled_guidelines_and_other_files_are_told_apart(small: Path, tmp_path: Path) -> None:
    guidec("build", small, "--out", tmp_path)
    assert guidec("test", tmp_path / "small" / "small.json").exit_code == 2
    assert guidec("check", FOLDER / "takada.csv").exit_code == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_a_full_disk_and_a_closed_input_are_told_in_words(small: Path) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "targets")]),
    }
    program = [sys.executable, "-m", "guidec"]
    with open("/dev/full", "w", encoding="utf-8") as full:
        done = subprocess.run(
            [*program, "eval", str(small), "--patient", "-"],
            input="{}", stdout=full, stderr=subprocess.PIPE, text=True, check=False, env=environment,
        )  # fmt: skip
    assert done.returncode == 1
    assert "can't be written" in done.stderr
    assert "Traceback" not in done.stderr
    shell = f'"{sys.executable}" -m guidec eval "{small}" --patient - <&-'
    closed = subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False, env=environment)
    assert closed.returncode == 1
    assert "standard input is closed" in closed.stderr


# --- eval --flowchart --------------------------------------------------------


def test_the_patients_picture_is_written_beside_the_answer(small: Path, tmp_path: Path) -> None:
    plain = guidec("eval", small, "--patient", "-", given='{"pain": true}').stdout
    for ending, start in ((".svg", b"<?xml"), (".png", b"\x89PNG"), (".dot", b"digraph")):
        path = tmp_path / "pictures" / f"way{ending}"
        result = guidec("eval", small, "--patient", "-", "--flowchart", path, given='{"pain": true}')
        assert (result.exit_code, result.stdout) == (0, plain), result.stderr
        assert path.read_bytes().startswith(start)
    dot = (tmp_path / "pictures" / "way.dot").read_text("utf-8")
    assert carries_digest((tmp_path / "pictures" / "way.svg").read_text("utf-8"), dot)


def test_a_compiled_guideline_draws_the_same_picture(small: Path, tmp_path: Path) -> None:
    assert guidec("build", small, "--out", tmp_path / "out").exit_code == 0
    drawn = []
    for file in (small, tmp_path / "out" / "small" / "small.json"):
        path = tmp_path / f"{file.suffix[1:]}.dot"
        assert guidec("eval", file, "--patient", "-", "--flowchart", path, given="{}").exit_code == 0
        drawn.append(path.read_bytes())
    assert drawn[0] == drawn[1]


def test_a_refused_record_draws_nothing(small: Path, tmp_path: Path) -> None:
    path = tmp_path / "way.svg"
    assert guidec("eval", small, "--patient", "-", "--flowchart", path, given='{"pain": 3}').exit_code == 1
    assert not path.exists()


def test_without_a_renderer_the_answer_is_printed_and_no_file_is_written(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("guidec.render.renderer", lambda: None)
    path = tmp_path / "way.svg"
    path.write_text("as it was", "utf-8")
    result = guidec("eval", small, "--patient", "-", "--flowchart", path, given="{}")
    assert result.exit_code == 1
    assert "graphviz-pure" in result.stderr
    assert "What to give" in result.stdout
    assert path.read_text("utf-8") == "as it was"
    fine = guidec("eval", small, "--patient", "-", "--flowchart", tmp_path / "way.dot", given="{}")
    assert fine.exit_code == 0


def test_a_picture_that_cant_be_written_is_told(small: Path, tmp_path: Path) -> None:
    (tmp_path / "way.dot").mkdir()
    result = guidec("eval", small, "--patient", "-", "--flowchart", tmp_path / "way.dot", given="{}")
    assert result.exit_code == 1
    assert "can't be written" in result.stderr
