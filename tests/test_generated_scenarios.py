"""Generated scenarios: few, true, complete, laid out; nothing else in the file moves, and what fails writes nothing."""

from pathlib import Path

import pytest
from click.testing import CliRunner

import generate
from guidec.appended import NotKept, with_scenarios
from guidec.cli import cli
from guidec.fmt import fmt
from guidec.pipeline import compile_file
from guidec.project import compile_path
from guidec.proofs.coverage import KINDS, Kind, coverage, measured
from guidec.scenarios import run

HERE = Path(__file__).parent
SMALL = HERE / "data" / "coverage" / "small.guide"
EXAMPLES = HERE.parent / "guidelines" / "examples"


def invoke(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli, ["test", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.parametrize("path", [SMALL, *sorted(EXAMPLES.glob("*.guide"))], ids=lambda path: path.stem)
def test_what_is_generated_meets_all_that_was_missing(path: Path, tmp_path: Path) -> None:
    for beside in path.parent.glob("*.csv"):
        (tmp_path / beside.name).write_bytes(beside.read_bytes())
    copy = tmp_path / path.name
    before = path.read_bytes()
    copy.write_bytes(before)
    code, _, told = invoke(str(copy), "--generate")
    assert code == 0, told
    after = copy.read_bytes()
    assert after.startswith(before)
    assert fmt(copy.name, after) == (after.decode(), [])
    compilation = compile_path(copy)
    assert compilation.compiled is not None
    assert not [failure for one in compilation.scenarios for failure in run(compilation.compiled, one)]
    measure = measured(compilation.compiled)
    assert measure is not None
    found = coverage(measure, [one.patient for one in compilation.scenarios])
    assert found.of()[0] == found.of()[1]
    new = [one for one in compilation.scenarios if one.review is not None]
    assert all(one.review is not None and not one.review.done for one in new)
    assert len({one.title for one in compilation.scenarios}) == len(compilation.scenarios)
    assert invoke(str(copy), "--generate")[0] == 0
    assert copy.read_bytes() == after


def test_few_scenarios_do() -> None:
    compilation = compile_path(SMALL)
    code, text, _ = invoke(str(SMALL), "--generate", "--dry-run")
    assert code == 0
    assert 6 <= text.count("scenario ") <= 24
    assert SMALL.read_text("utf-8").count("scenario ") == len(compilation.scenarios) == 0


def test_what_is_expected_pins_outcomes_doses_rules_and_what_stays_open() -> None:
    _, text, _ = invoke(str(SMALL), "--generate", "--dry-run")
    for expected in (
        "status out of scope", "treat not applicable", "strength of relief recommend", "dose of aspirin in relief ",
        "needs of treat adult, fever, site, pain", "monitoring counts", "no monitoring counts", "advice bleeding",
        "value of burden ", "interval of aspirin in relief 8 h", "dose of steroid in relief 10 mg", "treat not stated",
    ):  # fmt: skip
        assert expected in text, expected


def test_only_some_kinds_are_generated_where_they_are_named() -> None:
    _, text, _ = invoke(str(SMALL), "--generate", "--dry-run", "--kind", "blanks")
    assert text.count("scenario ") == 1
    assert 'scenario "Nothing is known"\n  unreviewed\n  expect ' in text


def test_the_line_ends_of_a_file_stay(tmp_path: Path) -> None:
    copy = tmp_path / "small.guide"
    copy.write_bytes(SMALL.read_bytes().rstrip(b"\n").replace(b"\n", b"\r\n"))
    assert invoke(str(copy), "--generate")[0] == 0
    after = copy.read_bytes()
    assert after.count(b"\n") == after.count(b"\r\n")
    assert invoke(str(copy))[0] == 0


def test_nothing_is_written_where_a_scenario_fails_or_usage_is_wrong(tmp_path: Path) -> None:
    copy = tmp_path / "small.guide"
    copy.write_bytes(SMALL.read_bytes() + b'\nscenario "S"\n  given adult no\n  expect status conflict\n')
    before = copy.read_bytes()
    code, _, told = invoke(str(copy), "--generate")
    assert (code, copy.read_bytes()) == (1, before)
    assert "nothing was generated" in told
    assert invoke(str(copy), "--dry-run")[0] == 2
    assert invoke(str(copy), "--kind", "rows")[0] == 2
    assert invoke(str(copy), "--generate", "--format", "json")[0] == 2
    assert invoke(str(copy), "--generate", "--review")[0] == 2
    assert copy.read_bytes() == before


def test_all_files_are_written_or_none(tmp_path: Path) -> None:
    first, second = tmp_path / "a.guide", tmp_path / "b.guide"
    first.write_bytes(SMALL.read_bytes())
    second.write_bytes(SMALL.read_bytes() + b"\ndecision broken\n")
    before = first.read_bytes()
    assert invoke(str(tmp_path), "--generate")[0] == 1
    assert first.read_bytes() == before


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_generated_for_a_generated_guideline_is_true_of_it(seed: int) -> None:
    text = generate.guideline(seed)
    beside = generate.reader(text)
    compilation = compile_file("generated.guide", beside)
    if compilation.compiled is None or any(run(compilation.compiled, one) for one in compilation.scenarios):
        return
    measure = measured(compilation.compiled)
    if measure is None:
        return
    found = coverage(measure, [one.patient for one in compilation.scenarios])
    kinds: tuple[Kind, ...] = tuple(kind for kind in KINDS if kind != "rows")
    try:
        whole, made = with_scenarios(compilation, text.encode(), beside, found, kinds, lambda stage: None)
    except NotKept as fault:
        pytest.fail(str(fault))
    assert whole.startswith(text.encode())
    met = [answer for at, answer in found.missing.items() if measure.items[at].kind != "rows"]
    assert bool(made) == any(answer.patient is not None for answer in met)
