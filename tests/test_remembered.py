"""What was proven before: taken up only where nothing has changed, and no harm where the folder is broken, foreign or gone."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from guidec.cli import cli
from guidec.pipeline import Compilation, compile_file
from guidec.project import MOST_PROOFS, proofs_in
from guidec.proofs import properties
from guidec.proofs.properties import Verdict, prove
from guidec.proofs.remembered import Store, remember

GUIDELINE = """guideline small "Small"
  version 1.0.0
  language guidec/1

input age "Age"
  integer from 0 to 120

input ill "Ill"
  boolean

drug x "X"
drug y "Y"

decision treat "Treat?"
  when ill and age >= {from_age}: use x; rest not stated
  otherwise: nothing

property children "Children"
  never x when age < 18
  never x when age >= 40 and not ill
  always x when ill and age > 60
"""


def compiled(from_age: int = 18, more: str = "") -> Compilation:
    text = GUIDELINE.format(from_age=from_age) + more
    return compile_file("small.guide", lambda name: text.encode())


def verdicts(of: Compilation, store: Store | None) -> list[Verdict]:
    assert of.compiled is not None, of.diagnostics
    return prove(of.compiled, of.properties, store=store)[0]


def store_in(folder: Path, made_by: str = "none") -> Store:
    found = proofs_in(folder, made_by)
    assert found is not None
    return found


def kept(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.json"))


def proven_anew(of: Compilation, store: Store, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many claims are proven and not remembered."""
    count = 0
    prove_one = vars(properties)["_anew"]

    def counted(*arguments: object) -> object:
        nonlocal count
        count += 1
        return prove_one(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(properties, "_anew", counted)
        found = verdicts(of, store)
    assert found == verdicts(of, None)
    return count


def test_what_has_not_changed_is_not_proven_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_in(tmp_path)
    assert proven_anew(compiled(), store, monkeypatch) == 3
    assert proven_anew(compiled(), store, monkeypatch) == 0
    assert len(kept(tmp_path)) == 3


def test_a_changed_guideline_never_gets_an_old_verdict(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for from_age in (18, 17, 18, 30, 61, 62):
        found = verdicts(compiled(from_age), store)
        assert found == verdicts(compiled(from_age), None)
        assert found[0].answer.kind == ("proven" if from_age >= 18 else "refuted")
        assert found[2].answer.kind == ("proven" if from_age <= 61 else "refuted")


def test_another_compiler_or_solver_gets_no_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    verdicts(compiled(), store_in(tmp_path))
    assert proven_anew(compiled(), store_in(tmp_path, "z3 5.4"), monkeypatch) == 3
    monkeypatch.setattr("guidec.project._compiler", lambda: "another")
    assert proven_anew(compiled(), store_in(tmp_path), monkeypatch) == 3


REFUTED = (
    "  never x when age >= 35 or ill\n"
    "  more age never gets less of nothing, x in treat\n"
    "  less age never gets less of nothing, x in treat\n"
)


def test_a_patient_who_refutes_a_claim_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_in(tmp_path)
    assert proven_anew(compiled(18, REFUTED), store, monkeypatch) == 6
    found = verdicts(compiled(18, REFUTED), None)
    assert [one.answer.kind for one in found[3:]] == ["refuted", "proven", "refuted"]
    assert found[5].beside
    assert proven_anew(compiled(18, REFUTED), store, monkeypatch) == 0


@pytest.mark.parametrize("part", ["patient", "beside"])
@pytest.mark.parametrize("patient", [{"age": 20, "ill": False}, {}, {"nobody": 1}, None])
def test_a_patient_is_replayed_before_he_is_shown(
    tmp_path: Path, part: str, patient: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = store_in(tmp_path)
    verdicts(compiled(18, REFUTED), store)
    forged = 0
    for path in kept(tmp_path):
        entry = json.loads(path.read_text("utf-8"))
        if entry["answer"][part] is not None:
            remember(store, entry["key"], {**entry["answer"], part: patient})
            forged += 1
    assert forged == (2 if part == "patient" else 1)
    assert proven_anew(compiled(18, REFUTED), store, monkeypatch) == forged


@pytest.mark.parametrize("damage", ["", "{", "null", "[]", "{}", '{"key": 1}', "\0", "[" * 5_000])
def test_a_damaged_entry_is_proven_anew(tmp_path: Path, damage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_in(tmp_path)
    verdicts(compiled(), store)
    for path in kept(tmp_path):
        path.write_text(damage, "utf-8")
    assert proven_anew(compiled(), store, monkeypatch) == 3
    assert proven_anew(compiled(), store, monkeypatch) == 0


def test_an_entry_under_another_key_is_no_proof(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    verdicts(compiled(18), store)
    proofs = [path.read_bytes() for path in kept(tmp_path)]
    wrong = compiled(17)
    asked: list[str] = []

    def read(key: str) -> str:
        asked.append(key)
        return proofs[0].decode()

    found = verdicts(wrong, Store(store.made_by, read, lambda key, text: None))
    assert len(asked) == 3
    assert found[0].answer.kind == "refuted"


def test_an_entry_that_was_changed_is_no_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = store_in(tmp_path)
    verdicts(compiled(), store)
    path = kept(tmp_path)[0]
    entry = json.loads(path.read_text("utf-8"))
    entry["answer"]["about_nobody"] = True
    path.write_text(json.dumps(entry), "utf-8")
    assert proven_anew(compiled(), store, monkeypatch) == 1


def test_a_folder_that_is_a_file_or_is_gone_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "proofs").write_text("no folder", "utf-8")
    assert [one.answer.kind for one in verdicts(compiled(), store_in(tmp_path))] == ["proven"] * 3
    assert [one.answer.kind for one in verdicts(compiled(), store_in(tmp_path / "gone"))] == ["proven"] * 3
    assert proofs_in(None, "none") is None


def test_there_are_never_too_many_entries(tmp_path: Path) -> None:
    (tmp_path / "proofs").mkdir()
    for at in range(MOST_PROOFS):
        (tmp_path / "proofs" / f"old{at}.json").write_text("{}", "utf-8")
    verdicts(compiled(), store_in(tmp_path))
    assert len(kept(tmp_path)) < MOST_PROOFS * 3 // 4


# --- on the command line -----------------------------------------------------


def checked(folder: Path, *more: str) -> Result:
    (folder / "small.guide").write_text(GUIDELINE.format(from_age=18), "utf-8")
    return CliRunner().invoke(cli, ["check", str(folder / "small.guide"), *more])


def test_no_cache_reads_and_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert "3 proven" in checked(tmp_path, "--no-cache").stderr
    assert not kept(tmp_path / "cache")
    assert "3 proven" in checked(tmp_path).stderr
    assert len(kept(tmp_path / "cache")) == 4, "three claims, and what is said in vain"


def test_several_processes_at_once_say_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "small.guide").write_text(GUIDELINE.format(from_age=18), "utf-8")
    command = [sys.executable, "-m", "guidec", "check", str(tmp_path / "small.guide")]
    running = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    said = {one.communicate() for one in running}
    assert len(said) == 1
    assert [one.returncode for one in running] == [0, 0, 0]
    assert len(kept(tmp_path / "cache")) == 4


def test_a_solver_that_is_not_there_is_wrong_usage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("guidec.proofs.solvers.installed", tuple)
    found = checked(tmp_path, "--solver", "cvc5")
    assert found.exit_code == 2
    assert "pip install 'guidec[proofs]'" in found.stderr
