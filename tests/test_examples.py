"""The three example guidelines: they compile without a complaint, keep their scenarios, and say the same in Python."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from guidec.evaluate import Compiled, Refused, evaluate, refusal
from guidec.pipeline import Compilation
from guidec.project import compile_path
from guidec.scenarios import run
from guidec.target import targets

FOLDER = Path(__file__).parents[1] / "guidelines" / "examples"
NAMES = sorted(path.stem for path in FOLDER.glob("*.guide"))


def example(name: str) -> tuple[Compilation, Compiled]:
    compilation = compile_path(FOLDER / f"{name}.guide")
    assert compilation.compiled is not None
    return compilation, compilation.compiled


def test_there_are_a_score_a_calculator_and_a_schedule() -> None:
    assert NAMES == ["carboplatin", "gap", "hepatitis_b"]


@pytest.mark.parametrize("name", NAMES)
def test_an_example_compiles_without_a_complaint(name: str) -> None:
    compilation, _ = example(name)
    assert [one for one in compilation.diagnostics if one.severity != "note"] == []


@pytest.mark.parametrize("name", NAMES)
def test_an_example_keeps_its_scenarios(name: str) -> None:
    compilation, compiled = example(name)
    assert compilation.scenarios
    assert [failure for scenario in compilation.scenarios for failure in run(compiled, scenario)] == []


@pytest.mark.parametrize("name", NAMES)
def test_the_emitted_python_says_the_same(name: str, tmp_path: Path) -> None:
    compilation, compiled = example(name)
    files, _ = targets()[0]["python"](compiled)
    for file, text in files.items():
        (tmp_path / file).write_text(text, "utf-8")
    for scenario in compilation.scenarios:
        try:
            wanted = evaluate(compiled, scenario.patient)
        except Refused as refused:
            wanted = refusal(refused)
        command = [sys.executable, str(tmp_path / f"{name}.py"), "-"]
        done = subprocess.run(
            command, input=json.dumps(scenario.patient), capture_output=True, text=True, check=False
        )
        assert json.loads(done.stdout) == wanted, scenario.title
