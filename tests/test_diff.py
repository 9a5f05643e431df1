"""What changed for whom: equal versions answer alike, examples show what is said, and changed words are not changed care."""

import os
import random
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import generate
from guidec import ir
from guidec.cli import cli
from guidec.document import dump_text
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.lower import lower
from guidec.lower.diagram import TooLarge
from guidec.pipeline import compile_file
from guidec.proofs.diff import difference
from guidec.proofs.diff_show import difference_markdown, difference_text
from guidec.proofs.replay import comparable
from guidec.record import parts, rebuilt
from guidec.scenarios import run
from schemas import validator
from test_python_target import patient

GENERATED = int(os.environ.get("GUIDEC_GENERATED", "30"))
FIRST = int(os.environ.get("GUIDEC_GENERATED_FROM", "0"))
PATIENTS = 20

Json = dict[str, Any]


def generated(seed: int) -> Compiled | None:
    return compile_file("generated.guide", generate.reader(generate.guideline(seed))).compiled


def compiled_of(guideline: ir.Guideline) -> Compiled | None:
    program, _ = lower(guideline)
    return None if program is None else Compiled(guideline, program, "sha256:0")


def answer(compiled: Compiled, record: object) -> object:
    """What is compared of a result; of a refusal that it is one."""
    try:
        result = evaluate(compiled, record)
    except Refused:
        return "refused"
    return comparable({key: value for key, value in result.items() if key not in ("readings", "rounded")})


def hold(old: Compiled, new: Compiled, seed: int) -> Json:
    """Every property of a difference of two versions whose names are the same."""
    found = difference(old, new)
    dice = random.Random(seed)
    if found["verdict"] == "same":
        for _ in range(PATIENTS):
            record = patient(old, dice)
            assert answer(old, record) == answer(new, record), record
    for one in found["changes"]:
        examples = [group["example"] for group in one["groups"] if "example" in group]
        assert one["verdict"] != "changed" or one["facts"] or one["groups"], one
        for example in examples:
            records = example.get("patient_before", example["patient"]), example["patient"]
            assert answer(old, records[0]) != answer(new, records[1]), (one, example)
    return found


# --- other words for the same --------------------------------------------------


def turned(one: Any, dice: random.Random) -> Any:
    """The same condition in other words."""
    match one:
        case ir.And(operands) | ir.Or(operands):
            mixed = tuple(dice.sample(operands, len(operands)))
            other = ir.Or if isinstance(one, ir.And) else ir.And
            return dice.choice((replace(one, operands=mixed), ir.Not(other(tuple(map(ir.Not, mixed))))))
        case ir.Not(ir.Not(operand)):
            return operand
        case ir.Split(_, branches) if not any(isinstance(part, ir.As) for part in parts(branches)):
            if all(branch.condition is not None for branch in branches):
                return replace(one, branches=tuple(dice.sample(branches, len(branches))))
            return one
        case ir.Sum(terms):
            return ir.Sum(tuple(dice.sample(terms, len(terms))))
        case _:
            return one


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GENERATED))
def test_other_words_for_the_same_change_nothing(seed: int) -> None:
    old = generated(seed)
    if old is None:
        return
    dice = random.Random(seed)
    new = compiled_of(rebuilt(old.guideline, lambda one: turned(one, dice)))
    assert new is not None
    found = hold(old, new, seed)
    assert {one["verdict"] for one in found["changes"]} <= {"same", "unknown"}, found


# --- one change ------------------------------------------------------------------


def changes(guideline: ir.Guideline) -> Iterator[Callable[[Any], Any]]:
    """One change at a time: a threshold, a comparison, a strength, an outcome, a dose, an interval."""
    for one in parts(guideline):
        for other in changed(one):
            yield lambda part, one=one, other=other: other if part == one else part  # type: ignore[misc]


OTHER: dict[str, Any] = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "=": "<"}


def changed(one: Any) -> Iterator[Any]:
    match one:
        case ir.Compare(op):
            yield ir.Compare(OTHER[op], one.left, one.right, one.others)
        case ir.Is(name, (_, *rest)) if rest:
            yield ir.Is(name, tuple(rest))
        case ir.Recommendation(strength="recommend"):
            yield replace(one, strength="suggest")
        case ir.Recommendation(wording=wording):
            yield replace(one, wording=f"{wording} and more")
        case ir.Dose(form="exact", low=low) if one.of is None:
            yield replace(one, low=low * 2, high=low * 2)
        case ir.Interval(low, high):
            yield replace(one, low=low + 1, high=high + 1)
        case ir.Rule(until=str()):
            yield replace(one, until=None)
        case ir.Options(lines=(_, *rest)) if rest:
            yield replace(one, lines=tuple(rest))
        case ir.Definition(shown=True, rounded=None) if one.number is not None:
            yield replace(one, shown=False)
        case ir.Impossible(condition):
            yield replace(one, condition=ir.Not(condition))
        case ir.Integer(low, high) if low < high - 1:
            yield ir.Integer(low, high - 1)
        case _:
            return


@pytest.mark.parametrize("seed", range(FIRST, FIRST + GENERATED))
def test_what_is_called_the_same_answers_the_same(seed: int) -> None:
    old = generated(seed)
    if old is None:
        return
    dice = random.Random(seed)
    ways = list(changes(old.guideline))
    for change in dice.sample(ways, min(3, len(ways))):
        try:
            new = compiled_of(rebuilt(old.guideline, change))
        except (AssertionError, StopIteration, KeyError):
            continue  # no author could have written this
        if new is not None:
            hold(old, new, seed)


# --- one guideline and its versions ---------------------------------------------------


FOLDER = Path(__file__).parent / "data" / "diff"
BASE = (FOLDER / "base.guide").read_text("utf-8")


def version(*changes: tuple[str, str]) -> Compiled:
    """The example with some words in place of others."""
    text = BASE
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    files = {"base.guide": text.encode(), "base.csv": (FOLDER / "base.csv").read_bytes()}
    found = compile_file("base.guide", lambda name: files.get(name, "there is no such file"))
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def verdicts(found: Json) -> dict[str, str]:
    return {
        f"{one['kind']} {one['id']}": one["verdict"] for one in found["changes"] if one["verdict"] != "same"
    }


BANDS = ("    < 40 kg:  100 mg\n", "    >= 40 kg: 200 mg\n")
TREE = "    yes: recommend plan_b [S2]\n", "    no:  suggest plan_a   [S1]\n"
LINES = (
    "  consider drug_a; rest not stated when course is acute and score < 3 [S1]\n",
    "  may drug_b; rest not stated when course is chronic [S2]\n",
)
NO_CHANGE: dict[str, list[tuple[str, str]]] = {
    "nothing": [],
    "other_threshold_same_meaning": [("score >= 7", "not score <= 6")],
    "bands_the_other_way": [("".join(BANDS), "".join(BANDS[::-1]))],
    "branches_the_other_way": [("".join(TREE), "".join(TREE[::-1]))],
    "tree_as_conditions": [
        (
            "  by severe\n" + "".join(TREE),
            "  when score >= 7: recommend plan_b [S2]\n  otherwise: suggest plan_a [S1]\n",
        )
    ],
    "labels": [('"Plan A"', '"The first plan"'), ('"It harms the child."', '"It may harm the child."')],
    "version": [("version 1.0.0", "version 2.0.0")],
    "citations": [("recommend plan_b [S2]", "recommend plan_b [S2 S3]")],
    "lines_the_other_way": [("".join(LINES), "".join(LINES[::-1]))],
    "condition_the_other_way": [("course is acute and score < 3", "score < 3 and course is acute")],
    "input_renamed": [
        ("input score ", "input severity_score "),
        ("score >= 7", "severity_score >= 7"),
        ("score < 3", "severity_score < 3"),
    ],
    "value_renamed": [("    acute   ", "    sudden  "), ("course is acute", "course is sudden")],
    "decision_renamed": [("decision treatment ", "decision first_treatment ")],
    "regimen_renamed": [("plan_b", "plan_of_b")],
    "drug_renamed": [("drug_b", "second_drug")],
    "definition_renamed": [("define severe ", "define is_severe "), ("by severe", "by is_severe")],
    "rule_renamed": [("monitor liver_values ", "monitor liver ")],
}


MOVED = {"citations", "branches_the_other_way", "lines_the_other_way"}


@pytest.mark.parametrize("name", NO_CHANGE)
def test_no_change_is_no_change(name: str) -> None:
    found = difference(version(), version(*NO_CHANGE[name]))
    assert found["verdict"] == "same", verdicts(found)
    assert bool(found["renamed"]) == name.endswith("_renamed"), found["renamed"]
    assert bool(found["citations"]) == (name in MOVED)
    assert not list(validator("difference.schema.json").iter_errors(found))


UNASKED = 'avoid drug_a when pregnant "It harms the child." [S5]'
SCOPED = {
    "scope scope",
    "decision treatment",
    "rule liver_values",
    "line beside: drug_a",
    "line beside: drug_b",
}

CHANGED: dict[str, tuple[list[tuple[str, str]], set[str]]] = {
    "threshold": (
        [("score >= 7", "score >= 8")],
        {"decision treatment", "value severe", "rule liver_values"},
    ),
    "strength": ([("suggest plan_a", "recommend plan_a")], {"decision treatment"}),
    "dose_of_a_band": ([("200 mg", "250 mg")], {"decision treatment"}),
    "limit_of_a_band": ([("40 kg", "45 kg")], {"decision treatment"}),
    "interval": ([("every 4 weeks", "every 6 weeks")], {"rule liver_values"}),
    "wording": ([("suggest plan_a", 'suggest "as a rule" plan_a')], {"decision treatment"}),
    "line_gone": (
        [("  may drug_b; rest not stated when course is chronic [S2]\n", "")],
        {"line beside: drug_b", "rule liver_values"},
    ),
    "line_narrowed": ([("score < 3", "score < 2")], {"line beside: drug_a"}),
    "scope": ([("  applies when ill\n", "")], SCOPED),
    "range": ([("integer from 0 to 10", "integer from 0 to 20")], {"input score"}),
    "step": ([("step 0.1", "step 0.5")], {"input weight"}),
    "value_came": (
        [('    chronic "Chronic"', '    chronic "Chronic"\n    unclear "Unclear"')],
        {"input course"},
    ),
    "avoided_no_more": (
        [(UNASKED, 'document [S5] "left to the reader"')],
        {"decision treatment", "line beside: drug_a"},
    ),
    "shown_no_more": ([("score >= 7 [S2]\n  shown", "score >= 7 [S2]")], {"value severe"}),
    "impossible": (
        [("drug drug_a ", 'impossible when pregnant and weight < 20 kg "Too light."\n\ndrug drug_a ')],
        {"impossible impossible"},
    ),
    "labels_swapped": (
        [('acute   "Acute"', 'acute   "Chronic!"'), ('chronic "Chronic"', 'chronic "Acute"'), ("!", "")],
        {"input course"},
    ),
    "no_longer_for_all": (
        [
            (
                "    no:  suggest plan_a   [S1]",
                "    no: by course\n      acute: suggest plan_a [S1]\n      chronic: not stated 'why' [S1]",
            ),
            ("'", '"'),
        ],
        {"decision treatment"},
    ),
}


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_told_with_an_example(name: str) -> None:
    changes, expected = CHANGED[name]
    old, new = version(), version(*changes)
    found = hold(old, new, seed=1)
    assert found["verdict"] == "changed"
    assert set(verdicts(found)) == expected, verdicts(found)
    assert "unknown" not in verdicts(found).values()
    for one in found["changes"]:
        for group in one["groups"]:
            assert "example" in group, one
            assert group["for"] or one["kind"] == "value"
    assert not list(validator("difference.schema.json").iter_errors(found))


@pytest.mark.parametrize("name", CHANGED)
def test_what_changed_one_way_changes_back_the_other_way(name: str) -> None:
    changes, _ = CHANGED[name]
    there, back = difference(version(), version(*changes)), difference(version(*changes), version())
    opposite = {"added": "removed", "removed": "added"}
    assert {key: opposite.get(word, word) for key, word in verdicts(there).items()} == verdicts(back)


MORE = """
decision extra "More?"
  asked when pregnant
  when score >= 9: may drug_b; rest not stated [S2]
  otherwise: nothing [S1]

advise caution careful "Careful" when weight < 5 kg [S2]
"""


def test_what_came_and_what_went_says_for_whom() -> None:
    anchor = "options beside"
    old, new = version(), version((anchor, MORE.lstrip() + "\n" + anchor))
    for found, word, side in (
        (difference(old, new), "added", "after"),
        (difference(new, old), "removed", "before"),
    ):
        assert not list(validator("difference.schema.json").iter_errors(found))
        changes = {one["id"]: one for one in found["changes"] if one["verdict"] == word}
        (group,) = changes["extra"]["groups"]
        assert all("pregnant yes" in line and "score from 9" in line for line in group["for"])
        assert "Drug B" in " ".join(group[side])
        assert "extra drug_b" in group["example"][side]
        (group,) = changes["careful"]["groups"]
        assert any("weight below 5 kg" in line for line in group["for"])
        assert "advice careful" in group["example"][side]


def test_a_change_of_scope_shows_somebody() -> None:
    found = difference(version(), version(("  applies when ill\n", "  applies when not ill\n")))
    scope = next(one for one in found["changes"] if one["kind"] == "scope")
    patients = [(group["example"]["patient"], group["after"]) for group in scope["groups"]]
    assert ({"ill": True}, ["out of scope"]) in patients
    assert any(patient["ill"] is False and after == ["in scope"] for patient, after in patients)


def test_long_groups_are_wrapped_and_shortened_unless_all_are_asked_for(tmp_path: Path) -> None:
    weights = "".join(
        f"  when weight >= {at} kg and weight < {at + 5} kg: {'recommend plan_b' if at % 10 else 'suggest plan_a'} [S2]\n"
        for at in range(5, 115, 5)
    )
    tree = "  by severe\n" + "".join(TREE)
    for name, instead in (("old", tree), ("new", f"{weights}  otherwise: suggest plan_a [S1]\n")):
        (tmp_path / f"{name}.guide").write_text(BASE.replace(tree, instead), "utf-8")
    (tmp_path / "base.csv").write_text((FOLDER / "base.csv").read_text("utf-8"), "utf-8")
    words = (str(tmp_path / "old.guide"), str(tmp_path / "new.guide"))
    short, long = called(*words), called(*words, "--all")
    assert short.exit_code == long.exit_code == 3
    assert "--all" in short.stdout and "--all" not in long.stdout
    assert " more" in short.stdout and len(long.stdout) > len(short.stdout)
    for found in (short, long):
        lines = [line for line in found.stdout.splitlines() if "scenario" not in line]
        assert max(map(len, lines)) <= 120


def test_the_patients_of_a_change_are_named() -> None:
    found = difference(version(), version(("score >= 7", "score >= 8")))
    (group,) = next(one for one in found["changes"] if one["id"] == "severe")["groups"]
    assert group["for"] == ["score exactly 7"]
    assert (group["before"], group["after"]) == (["yes"], ["no"])
    assert group["example"]["patient"] == {"score": 7}


def test_a_scenario_of_the_difference_holds_in_the_new_version() -> None:
    """Each example can be pasted into the file: it compiles, and it passes."""
    for changes, _ in CHANGED.values():
        new = version(*changes)
        text = BASE
        for before, after in changes:
            text = text.replace(before, after)
        found = difference(version(), new)
        groups = [group for one in found["changes"] for group in one["groups"]]
        scenarios = [group["example"]["scenario"] for group in groups if "example" in group]
        scenarios = [one for one in scenarios if "\n  expect" in one]
        files = {
            "base.guide": (text + "\n" + "\n".join(scenarios)).encode(),
            "base.csv": (FOLDER / "base.csv").read_bytes(),
        }
        made = compile_file("base.guide", lambda name, files=files: files.get(name, "gone"))  # type: ignore[misc]
        assert made.compiled is not None, made.diagnostics
        for scenario in made.scenarios:
            assert run(made.compiled, scenario) == [], scenario


def test_what_is_too_large_is_not_called_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def outgrown(*_: object, **__: object) -> None:
        raise TooLarge

    monkeypatch.setattr("guidec.proofs.diff.joint", outgrown)
    found = difference(version(), version(("score >= 7", "score >= 8")))
    assert found["verdict"] == "changed"
    assert set(verdicts(found).values()) == {"unknown"}
    assert "too large" in difference_text(found)


# --- the command --------------------------------------------------------------------


def in_git(folder: Path, *words: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.example", "-C", str(folder), *words],
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A guideline with a module, committed twice under `rules/`."""
    folder = tmp_path / "rules"
    folder.mkdir()
    in_git(tmp_path, "init", "-q")
    (folder / "base.csv").write_text((FOLDER / "base.csv").read_text("utf-8"), "utf-8")
    shared = (
        'module shared "Shared"\n  version 1.0.0\n  language guidec/1\n\n'
        'input ill "Ill"\n  boolean\n\ninput cutoff "Cut-off"\n  integer from 0 to 10\n'
    )
    (folder / "shared.guide").write_text(shared, "utf-8")
    text = BASE.replace('input ill "Ill"\n  boolean\n\n', "").replace(
        "  source leaflet\n", "  source leaflet\n  uses shared\n", 1
    )
    (folder / "base.guide").write_text(text, "utf-8")
    in_git(tmp_path, "add", ".")
    in_git(tmp_path, "commit", "-qm", "one")
    in_git(tmp_path, "tag", "one")
    (folder / "shared.guide").write_text(shared.replace("0 to 10", "0 to 20"), "utf-8")
    in_git(tmp_path, "commit", "-qam", "two")
    (folder / "base.guide").write_text(text.replace("score >= 7", "score >= 8"), "utf-8")
    return tmp_path


def called(*words: str) -> Result:
    return CliRunner().invoke(cli, ["diff", *words])


def test_revisions_are_read_with_their_own_modules(repository: Path) -> None:
    file = str(repository / "rules" / "base.guide")
    both = called("--git", "one..HEAD", file)
    assert both.exit_code == 3, both.output
    assert "input cutoff" in both.output and "decision" not in both.output
    here = called("--git", "HEAD", file)
    assert here.exit_code == 3 and "decision treatment" in here.output and "cutoff" not in here.output
    assert called("--git", "HEAD..HEAD", file).exit_code == 0
    assert called("--git", "one", file, "--format", "json").exit_code == 3


def test_a_file_at_the_root_of_its_repository_is_read_too(tmp_path: Path) -> None:
    file = tmp_path / "base.guide"
    file.write_text(BASE, "utf-8")
    (tmp_path / "base.csv").write_text((FOLDER / "base.csv").read_text("utf-8"), "utf-8")
    in_git(tmp_path, "init", "-q", "-b", "work/one")
    in_git(tmp_path, "add", ".")
    in_git(tmp_path, "commit", "-qm", "one")
    for revision in ("HEAD", "work/one"):
        found = called("--git", f"{revision}..{revision}", str(file))
        assert found.exit_code == 0, found.output


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--git", "nowhere", "FILE"], 1, "no revision `nowhere`"),
        (["--git", "--upload-pack=x..HEAD", "FILE"], 1, "no revision"),
        (["--git", "HEAD", "OTHER"], 1, "`HEAD` has no file `rules/other.guide`"),
        (["--git", "HEAD", "OUTSIDE"], 1, "no git repository"),
        (["--git", "a...b", "FILE"], 2, "write A..B"),
        (["--git", "..b", "FILE"], 2, "write A..B"),
        (["--git", "a..", "FILE"], 2, "write A..B"),
        (["--git", "HEAD", "FILE", "FILE"], 2, "one file, not 2"),
        (["FILE"], 2, "name OLD and NEW"),
        (["FILE", "OUTSIDE"], 2, "does not exist"),
        (["FILE", "MODULE"], 2, "is a module"),
        (["FILE", "FOLDER"], 2, "is a folder"),
    ],
)
def test_wrong_usage_is_told(
    repository: Path, tmp_path_factory: pytest.TempPathFactory, words: list[str], status: int, said: str
) -> None:
    folder = repository / "rules"
    places = {
        "FILE": folder / "base.guide",
        "OTHER": folder / "other.guide",
        "MODULE": folder / "shared.guide",
        "FOLDER": folder,
        "OUTSIDE": tmp_path_factory.mktemp("elsewhere") / "a.guide",
    }
    found = called(*(str(places.get(word, word)) for word in words))
    assert found.exit_code == status, found.output
    assert said in found.output, found.output


def test_without_git_it_says_so(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    found = called("--git", "HEAD", str(repository / "rules" / "base.guide"))
    assert found.exit_code == 1 and "git isn't installed" in found.output


def test_a_file_with_errors_is_status_1(tmp_path: Path) -> None:
    broken = tmp_path / "base.guide"
    broken.write_text(BASE.replace("score >= 7", "scor >= 7"), "utf-8")
    (tmp_path / "base.csv").write_text((FOLDER / "base.csv").read_text("utf-8"), "utf-8")
    found = called(str(FOLDER / "base.guide"), str(broken))
    assert found.exit_code == 1 and "scor" in found.output


def test_a_document_is_compared_with_its_text(tmp_path: Path) -> None:
    (tmp_path / "base.json").write_text(dump_text(version()), "utf-8")
    same = called(str(tmp_path / "base.json"), str(FOLDER / "base.guide"))
    assert same.exit_code == 0, same.output
    assert "the same for every patient" in same.output


def test_markdown_holds_what_the_text_says_and_nothing_breaks_out() -> None:
    label = "</details> <b>``` | [x](y)"
    found = difference(
        version(), version(('"Which treatment?"', f'"{label}"'), ("suggest plan_a", "recommend plan_a"))
    )
    text = difference_markdown(found)
    assert "decision treatment" in difference_text(found)
    outside = re.sub(r"(?ms)^(`{3,})text$.*?^\1$", "", text)
    assert "<b>" not in outside and outside.count("<details>") == outside.count("</details>")


def test_the_same_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    new = tmp_path / "base.guide"
    new.write_text(BASE.replace("score >= 7", "score >= 8").replace("200 mg", "250 mg"), "utf-8")
    (tmp_path / "base.csv").write_text((FOLDER / "base.csv").read_text("utf-8"), "utf-8")
    outputs = {
        subprocess.run(
            [
                sys.executable,
                "-m",
                "guidec",
                "diff",
                str(FOLDER / "base.guide"),
                str(new),
                "--format",
                "json",
            ],
            capture_output=True,
            check=False,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1 and outputs != {b""}


COUNTED = """
score burden "Burden"
  points 2 when treatment is plan_b [S2]
  points 1 when course is chronic [S2]
  shown

decision extra "More?"
  when burden >= 2: may drug_b; rest not stated [S2]
  otherwise: nothing [S1]
"""


def test_what_a_score_reads_of_a_decision_is_read_of_its_own_version() -> None:
    """The score is written as before; the decision that it counts isn't."""
    anchor = "options beside"
    more = (anchor, COUNTED.lstrip() + "\n" + anchor)
    found = hold(version(more), version(more, ("score >= 7", "score >= 8")), seed=1)
    told = verdicts(found)
    assert told["decision extra"] == told["decision treatment"] == told["value burden"] == "changed"
    for group in next(one for one in found["changes"] if one["id"] == "extra")["groups"]:
        assert group["example"]["patient"]["score"] == 7


def test_weights_are_entered_where_a_change_shows_only_then() -> None:
    """Two roundings of one dose look alike until the weight is known."""
    dose = "give drug_a 10 mg/d; rest not stated"
    old = version(
        (dose, "give drug_a 0.3 mg/kg/d of weight basis not stated rounded to 1 mg/d; rest not stated")
    )
    new = version(
        (dose, "give drug_a 0.3 mg/kg/d of weight basis not stated rounded up to 1 mg/d; rest not stated")
    )
    found = hold(old, new, seed=1)
    assert verdicts(found) == {"decision treatment": "changed"}
    for group in next(one for one in found["changes"] if one["id"] == "treatment")["groups"]:
        assert "weight" in group["example"]["patient"]


# --- pathways ------------------------------------------------------------------

STAGES = Path(__file__).parent / "data" / "mutants" / "stages.guide"


def staged(*changes: tuple[str, str]) -> Compiled:
    """The guideline of stages, its scenarios left out, changed."""
    text = STAGES.read_text("utf-8").partition("scenario ")[0]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    found = compile_file("stages.guide", lambda name: text.encode())
    assert found.compiled is not None, found.diagnostics
    return found.compiled


TOLD = {
    "a target": (
        ("no:  stay", 'no: not stated "Nobody knows."'),
        "first",
        (
            "for ill yes, phase first, better no",
            "before: stay",
            "after:  not stated",
            "next of first not stated",
        ),
    ),
    "a threshold": (
        ("many = attacks > 3", "many = attacks > 4"),
        "second",
        ("for ill yes, phase second", "attacks 4", "before: go to first", "after:  go to gone"),
    ),
    "a review": (
        ("every 3 to 6 months", "after 3 months"),
        "first",
        ("review: every 3–6 months → after 3 months",),
    ),
    "an end": (
        ("    final", '    not stated "Nobody knows."'),
        "gone",
        ("for ill yes, phase gone", "before: final", "after:  not stated"),
    ),
    "a beginning": (
        ("stage second\n", "stage second\n    start\n"),
        "second",
        ("patients begin here: no → yes",),
    ),
}


@pytest.mark.parametrize("name", TOLD)
def test_a_change_of_a_pathway_is_told(name: str) -> None:
    change, stage, said = TOLD[name]
    before, after = staged(), staged(change)
    found = difference(before, after)
    changed = [(one["kind"], one["id"]) for one in found["changes"] if one["verdict"] == "changed"]
    assert changed == [("stage", stage)]
    validator("difference.schema.json").validate(found)
    for words in said:
        assert words in difference_text(found)
    if name != "a beginning":  # where patients begin is no answer to anybody
        hold(before, after, 1)
        hold(after, before, 2)


def test_other_words_of_a_pathway_are_no_change() -> None:
    before = staged()
    after = staged(
        ("Nobody knows.", "The source is silent."),
        ("when many and not better", "when not (better or not many)"),
        ('"Second"', '"The second stage"'),
    )
    found = hold(before, after, 1)
    assert found["verdict"] == "same"
    assert [one["before"] for one in found["reworded"] if one["kind"] == "pathway"] == [["Nobody knows."]]


def test_a_stage_under_another_name_is_renamed() -> None:
    found = difference(staged(), staged(("second", "further")))
    assert found["verdict"] == "same"
    assert [(one["kind"], one["before"], one["after"]) for one in found["renamed"]] == [
        ("value", "second", "further")
    ]


def test_a_pathway_that_comes_or_goes_is_told_stage_by_stage() -> None:
    text = STAGES.read_text("utf-8").partition("pathway ")[0]
    without = compile_file("stages.guide", lambda name: text.encode()).compiled
    assert without is not None
    for old, new, word in ((without, staged(), "added"), (staged(), without, "removed")):
        found = difference(old, new)
        told = [(one["id"], one["verdict"]) for one in found["changes"] if one["kind"] == "stage"]
        assert told == [("first", word), ("second", word), ("gone", word)]
