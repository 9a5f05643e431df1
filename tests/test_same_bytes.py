"""Same text in, same bytes out: the digests of the flagship's artifacts, on every Python that runs the tests."""

import hashlib
from pathlib import Path

import pytest

from guidec.project import compile_path
from guidec.target import targets

ROOT = Path(__file__).parents[1]
GOLDEN = ROOT / "tests" / "goldens" / "takada" / "digests.txt"


def test_every_python_writes_the_same_artifacts(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    compiled = compile_path(Path("guidelines/pm_dm_ild/takada.guide")).compiled
    assert compiled is not None
    known, found = targets()
    assert not found
    lines = []
    for name in sorted(known):
        for file, text in known[name](compiled)[0].items():
            lines.append(f"{hashlib.sha256(text.encode()).hexdigest()}  {file}\n")
    if request.config.getoption("--rewrite-goldens"):
        GOLDEN.write_text("".join(lines), "utf-8")
    assert "".join(lines) == GOLDEN.read_text("utf-8")


def test_the_artifacts_do_not_depend_on_where_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    compiled = compile_path(ROOT / "guidelines" / "pm_dm_ild" / "takada.guide").compiled
    assert compiled is not None
    known, _ = targets()
    lines = [
        f"{hashlib.sha256(text.encode()).hexdigest()}  {file}\n"
        for name in sorted(known)
        for file, text in known[name](compiled)[0].items()
    ]
    assert "".join(lines) == GOLDEN.read_text("utf-8")
