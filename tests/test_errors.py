"""Every diagnostic: an input with the expected message under the guilty words, a page whose examples hold.

In `data/errors`, `CODE.guide`, `CODE/main.guide` or `CODE/main.json` is the input. A comment below the guilty
line underlines the guilty words, as the compiler does, and says `code: message | repair`; where they begin in
column 1, its `#` is the first mark. What can't hold a comment has `expected.txt` beside it: what is printed.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from guidec import explain
from guidec.cli import cli
from guidec.mutants.processes import verdicts
from guidec.mutants.report import unnoticed
from guidec.mutants.verdicts import subject_of
from guidec.parse.grammar import parser
from guidec.parse.problem import in_words
from guidec.pipeline import compile_file
from guidec.project import reader
from guidec.proofs.checked import check
from guidec.proofs.reviews import fault_of, status_of
from guidec.scenarios import run
from guidec.target import targets

ROOT = Path(__file__).parents[1]
ERRORS = Path(__file__).parent / "data" / "errors"
FRAME = Path(__file__).parent / "data" / "manual"
NO_INPUT = {"broken_target", "not_drawn"}  # no text causes these: something installed is missing or broken
COLLECTIONS = {
    "comparisons",
    "confusions",
    "five_mistakes",
    "options",
    "pathways",
    "percent",
    "scores",
    "series",
    "slips",
    "tables",
}  # many faults in one file
SHOWN_ONLY = {
    "bad_document",
    "bad_utf8",
    "hidden_character",
    "too_deep",
    "too_large",
    "too_many_rows",
} | NO_INPUT
PROVEN = {
    "constant_condition",
    "idle_input",
    "near_thresholds",
    "property_about_nobody",
    "property_in_part",
    "property_refuted",
    "property_unknown",
    "stage_not_asked",
}  # what `guidec check` looks for in a guideline that has no fault
CHANGED = {"unnoticed_change"}  # what `guidec test --mutants` finds
MAKERS = {"Diagnostic", "fault", "warn", "warning", "note", "BadToken"}


@dataclass(frozen=True, order=True)
class Shown:
    """A diagnostic as it is printed or expected; the last two are columns, from 1."""

    line: int
    start: int
    end: int
    severity: str
    code: str
    message: str
    repair: str


def inputs() -> dict[str, Path]:
    """The input of each code."""
    files = {path.stem: path for path in ERRORS.glob("*.guide")}
    folders = {path.parent.name: path for path in ERRORS.glob("*/main.*")}
    return files | folders


@cache
def emitted() -> set[str]:
    """The codes in the sources of the compiler and of its targets."""
    found: set[str] = set()
    for path in (*(ROOT / "compiler").rglob("*.py"), *(ROOT / "targets").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                if name in MAKERS and isinstance(node.args[0].value, str):
                    found.add(node.args[0].value)
    return found


def printed(path: Path, monkeypatch: pytest.MonkeyPatch, out: Path) -> str:
    """What `guidec test` says of an input, beside its files; or, where that is nothing, `guidec build`. Of proofs, `check`."""
    monkeypatch.chdir(path.parent)
    monkeypatch.setattr("guidec.proofs.solvers.installed", tuple)
    commands = [["test"], ["build", "--out", str(out)]]
    if path.stem in PROVEN:
        commands = [["check"]]
    elif path.stem in CHANGED:
        commands = [["test", "--mutants", "--jobs", "1"]]
    for command in commands:
        result = CliRunner().invoke(cli, ["--quiet", *command, path.name])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        if result.stderr + result.stdout:
            return result.stderr + result.stdout
    return ""


def shown(text: str, name: str) -> list[Shown]:
    """The diagnostics in printed text."""
    pattern = (
        r"(error|warning|note)\[(\w+)\]: (.*)\n  --> (.*):(\d+):(\d+)\n"
        r" *\|\n.*\n *\| *(\^+)\n(?:   = (.*)\n)?"
    )
    found = []
    for severity, code, message, file, line, column, marks, repair in re.findall(pattern, text):
        assert file == name
        start = int(column)
        found.append(Shown(int(line), start, start + len(marks), severity, code, message, repair))
    assert len(found) == len(re.findall(r"^(?:error|warning|note)\[", text, re.MULTILINE))
    return found


def expected(text: str) -> list[Shown]:
    """The diagnostics that the comments of an input announce."""
    found = []
    guilty = 0
    for number, line in enumerate(text.split("\n"), 1):
        comment = re.fullmatch(r"(#[ ^]*) (?:(warning|note) )?(\w+): (.*) \| (.*)", line)
        if comment is None:
            guilty = number
            continue
        marks, severity, code, message, repair = comment.groups()
        start = 1 if marks[1:2] in ("^", "") else marks.index("^") + 1
        end = len(marks.rstrip()) + 1
        found.append(Shown(guilty, start, end, severity or "error", code, message, repair))
    return found


@pytest.mark.parametrize("code", sorted(inputs()))
def test_each_input_reports_what_its_comments_say_where_they_say_it(
    code: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    path = inputs()[code]
    golden = path.parent / "expected.txt"
    text = printed(path, monkeypatch, tmp_path)
    if golden.is_file() and path.parent != ERRORS:
        assert text == golden.read_text("utf-8")
        assert f"[{code}]" in text
        return
    wanted = expected(path.read_text("utf-8"))
    assert sorted(shown(text, path.name)) == sorted(wanted)
    assert code in {one.code for one in wanted} or code in COLLECTIONS


def test_every_code_has_an_input_and_a_page() -> None:
    assert emitted() - set(inputs()) - NO_INPUT == set()
    assert emitted() - set(explain.codes()) == set()


def test_every_input_and_every_page_is_of_a_code() -> None:
    assert set(inputs()) - emitted() == COLLECTIONS
    assert set(explain.codes()) - emitted() == set()


def test_every_diagnostic_proposes_a_repair() -> None:
    assert [code for code, path in inputs().items() for one in expected(read(path)) if not one.repair] == []


def test_every_word_and_sign_of_the_grammar_has_words_in_a_hint() -> None:
    shown = {one.name: in_words(frozenset({one.name})) for one in parser().terminals}
    assert [name for name, hint in shown.items() if hint.endswith("expected ")] == ["COMMENT", "__IGNORE_0"]


def test_a_file_with_five_unrelated_mistakes_reports_five(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = shown(printed(ERRORS / "five_mistakes.guide", monkeypatch, tmp_path), "five_mistakes.guide")
    assert len({one.code for one in found}) == len(found) == 5


# --- the manual --------------------------------------------------------------


@pytest.mark.parametrize("code", explain.codes())
def test_a_page_says_its_code_its_severity_and_shows_a_bad_and_a_mended_example(code: str) -> None:
    page = explain.page(code)
    assert page is not None
    title, _, rest = page.partition("\n\n")
    assert re.fullmatch(rf"# {code}: [a-z`].*[^.]", title)
    assert rest.startswith(("Error. ", "Warning. ", "Note. "))
    assert len(page.split("\n")) <= 45
    languages = [language for language, _ in examples(page)]
    assert len(languages) == (1 if code in SHOWN_ONLY else 2)
    assert all(language in ("guide", "csv") for language in languages) or code in SHOWN_ONLY


@pytest.mark.parametrize("code", sorted(set(explain.codes()) - SHOWN_ONLY))
def test_the_bad_example_of_a_page_has_the_fault_and_the_mended_one_has_none(code: str) -> None:
    page = explain.page(code)
    assert page is not None
    bad, mended = (found_in(language, text, code in CHANGED) for language, text in examples(page))
    assert code in bad
    severity = page.split("\n\n")[1].split(".")[0].lower()
    assert severity == bad[code]
    assert code not in mended
    assert "error" not in mended.values(), mended


def examples(page: str) -> list[tuple[str, str]]:
    """The fenced blocks of a page, each with its language."""
    return re.findall(r"^```(\w+)\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def found_in(language: str, text: str, changed: bool = False) -> dict[str, str]:
    """The codes that an example yields, with their severities.

    A fragment stands below the frame, whose module holds the names that it uses; CSV is the frame's register.
    """
    whole = text.startswith(("guideline", "module"))
    frame = (FRAME / "frame.guide").read_text("utf-8")
    if language == "csv":
        files = {"example.guide": frame.encode(), "trial.csv": text.encode()}
    else:
        files = {"example.guide": (text if whole else f"{frame}\n{text}").encode()}
    beside = reader(FRAME)
    compilation = compile_file("example.guide", lambda name: files.get(name) or beside(name))
    found: dict[str, str] = {one.code: one.severity for one in compilation.diagnostics}
    if compilation.compiled is not None and compilation.work is not None:
        checked = check(compilation.compiled, compilation.work, compilation.properties)
        found |= {one.code: one.severity for one in checked.diagnostics}
        for emit in targets()[0].values():
            found |= {one.code: one.severity for one in emit(compilation.compiled)[1]}
        if any(run(compilation.compiled, one) for one in compilation.scenarios):
            found["failed_scenario"] = "error"
        if changed:
            subject = subject_of(
                compilation.files, compilation.texts, compilation.compiled, compilation.scenarios
            )
            found |= {one.code: one.severity for one in unnoticed(verdicts(subject, jobs=1))}
        for scenario in compilation.scenarios:
            fault = fault_of(scenario, *status_of(compilation.compiled, scenario))
            found |= {} if fault is None else {fault.code: fault.severity}
    return found


def read(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")
