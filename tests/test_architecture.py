"""ARCHITECTURE.md tells the truth about the tree, and the core stays pure."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMPILER = ROOT / "compiler" / "guidec"
TARGETS = ROOT / "targets" / "guidec_targets"
EDGE = {"project", "render", "cli", "explain", "schema", "plan.shape", "parse.grammar", "target", "data"}


def modules(folder: Path) -> set[str]:
    """Dotted names of the modules below a folder, a package by its own name."""
    names = set()
    for path in folder.rglob("*.py"):
        parts = path.relative_to(folder).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name:
            names.add(name)
    return names


def named() -> set[str]:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    section = text.split("## compiler/guidec")[1].split("## Invariants")[0]
    return set(re.findall(r"`([a-z_]+(?:\.[a-z_]+)?)`", section))


def test_every_module_is_named_in_the_architecture() -> None:
    there = modules(COMPILER) | {name.split(".")[0] for name in modules(TARGETS)}
    assert not there - named()


def test_no_module_is_named_that_is_gone() -> None:
    words = {"ast", "emit", "manual", "targets", "guidelines", "grammar", "guidec.targets"}
    there = modules(COMPILER) | modules(TARGETS)
    assert not named() - there - words


def test_nothing_but_the_edge_touches_files_the_terminal_or_the_clock() -> None:
    pattern = re.compile(
        r"\b(open\(|Path\(|print\(|subprocess|datetime\.now|date\.today|time\.time|os\.environ|random)"
    )
    guilty = []
    for path in COMPILER.rglob("*.py"):
        parts = path.relative_to(COMPILER).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        if name not in EDGE and pattern.search(path.read_text("utf-8")):
            guilty.append(name)
    assert not guilty


def test_no_file_names_a_registry_host_or_a_path_of_one_machine() -> None:
    forbidden = re.compile("|".join(["pypi" + r"\.org", "npmjs" + r"\.", "/" + "work/", "/root" + "/"]))
    guilty = []
    for path in ROOT.rglob("*"):
        inside = path.relative_to(ROOT).parts
        if not path.is_file() or inside[0] in {".git", ".venv", "build", "dist"} or "__pycache__" in inside:
            continue
        if inside[0].startswith(".") and inside[0] not in {".ci", ".github"}:
            continue
        if forbidden.search(path.read_bytes().decode("utf-8", "replace")):
            guilty.append(path.relative_to(ROOT).as_posix())
    assert not guilty
