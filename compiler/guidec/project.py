"""The edge: files in, files out. Nothing else of the compiler touches a disk."""

import errno
import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from guidec.diagnostic import Diagnostic
from guidec.document import load
from guidec.lower.search import Solver
from guidec.pipeline import Compilation, Read, compile_file
from guidec.proofs.remembered import Store
from guidec.source import start_of
from guidec.text import LARGEST_TEXT

OUTSIDE = "it lies outside the guideline's folder"


def shown_path(path: Path) -> str:
    """A path as diagnostics show it: relative where that is shorter, with forward slashes."""
    try:
        relative = path.resolve().relative_to(Path.cwd())
    except (ValueError, OSError, RuntimeError):  # a circle of links
        return path.as_posix()
    return relative.as_posix()


def reader(folder: Path) -> Read:
    """Reads names inside one folder, and nothing outside of it."""
    root = folder.resolve()

    def read(name: str) -> bytes | str:
        if _leads_out(name):
            return OUTSIDE
        try:
            path = (root / name).resolve()
            if not path.is_relative_to(root):
                return OUTSIDE
            return _bytes(path)
        except OSError as fault:
            return _reason(fault)
        except (ValueError, RuntimeError):
            return "this is no file name"

    return read


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return not name or "\0" in name or name.startswith(("/", "\\", "~")) or ":" in name or ".." in parts


def _bytes(path: Path) -> bytes | str:
    if not path.exists():
        return "there is no such file"
    if not path.is_file():
        return "it is not a file"
    if path.stat().st_size > LARGEST_TEXT:
        return f"it has more than {LARGEST_TEXT:,} bytes"
    return path.read_bytes()


def _reason(fault: OSError) -> str:
    return (fault.strerror or type(fault).__name__).lower()


def guidelines_in(paths: Iterable[Path]) -> list[Path]:
    """The files to compile: a folder stands for the guidelines in it, modules included, in the order of their names."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(sorted(path.rglob("*.guide"))))
        else:
            found[path] = None
    return list(found)


def bytes_of(path: Path) -> tuple[bytes | None, list[Diagnostic]]:
    """The bytes of a file that is named on the command line."""
    try:
        data = _bytes(path)
    except OSError as fault:
        data = _reason(fault)
    if isinstance(data, bytes):
        return data, []
    shown = shown_path(path)
    message = f"`{shown}` can't be read: {data}"
    return None, [Diagnostic("unreadable_file", message, start_of(shown), "name a file that can be read")]


def compile_path(
    path: Path,
    skip_scenarios: bool = False,
    tell: Callable[[str], None] = lambda stage: None,
    solver: Solver | None = None,
) -> Compilation:
    """Compile a `.guide` file or take up a compiled `.json`; `tell` hears which stage begins."""
    shown = shown_path(path)
    if path.suffix == ".json":
        tell(f"reading {path.name} and making its rows anew")
        return _load(path, shown)
    read = reader(path.parent)
    folder = shown.rpartition("/")[0]
    name = f"{folder}/{path.name}" if folder else path.name
    return compile_file(name, read, skip_scenarios, tell, solver)


def _load(path: Path, shown: str) -> Compilation:
    try:
        data: bytes | str = path.read_bytes()
    except OSError as fault:
        data = f"`{shown}` can't be read: {_reason(fault)}"
    return _loaded(data, shown)


def _loaded(data: bytes | str, shown: str) -> Compilation:
    """A compiled guideline from its bytes, or from the reason why there are none."""
    message = data if isinstance(data, str) else ""
    document: object = None
    if isinstance(data, bytes):
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            message = "this is no JSON"
    if message:
        repair = "name a compiled guideline, or compile it with `guidec build`"
        found = (Diagnostic("bad_document", message, start_of(shown), repair),)
        return Compilation(shown, None, (), {}, found, {})
    compiled, faults = load(document, shown)
    return Compilation(shown, compiled, (), {}, tuple(faults), {})


# --- git ---------------------------------------------------------------------


class NoRevision(Exception):
    """A revision, or a file in it, that can't be read: the reason, in words."""


def compile_revision(
    revision: str, path: Path, tell: Callable[[str], None] = lambda stage: None
) -> Compilation:
    """A file as it is in a revision of its git repository, its modules and registers of the same one. Raises NoRevision."""
    folder = path.parent
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    top = _git(folder, "rev-parse", "--show-toplevel")
    if isinstance(top, str):
        raise NoRevision(f"`{path.as_posix()}` lies in no git repository")
    root = Path(os.fsdecode(top.rstrip(b"\n")))
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if isinstance(commit, str):
        raise NoRevision(f"this repository has no revision `{revision}`")
    try:
        name = (path.parent.resolve() / path.name).relative_to(root.resolve()).as_posix()
    except ValueError:
        raise NoRevision(f"`{path.as_posix()}` lies outside of its repository") from None
    within, _, file = name.rpartition("/")
    read = _revision_reader(root, commit.decode().strip(), within)
    if isinstance(read(file), str):
        raise NoRevision(f"`{revision}` has no file `{name}`")
    shown = f"{revision}:{name}" if within else f"{revision}:./{name}"
    if path.suffix == ".json":
        return _loaded(read(file), shown)
    return compile_file(shown, read, True, tell)


def _revision_reader(root: Path, commit: str, folder: str) -> Read:
    """Reads names inside one folder of a commit."""

    def read(name: str) -> bytes | str:
        if _leads_out(name):
            return OUTSIDE
        found = _git(root, "cat-file", "blob", f"{commit}:{folder}/{name}" if folder else f"{commit}:{name}")
        if isinstance(found, bytes) and len(found) > LARGEST_TEXT:
            return f"it has more than {LARGEST_TEXT:,} bytes"
        return found if isinstance(found, bytes) else "there is no such file in this revision"

    return read


def _git(folder: Path, *words: str) -> bytes | str:
    """What git prints; or what it complains of. Raises NoRevision where there is no git."""
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *words],
            capture_output=True,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except FileNotFoundError:
        raise NoRevision("git isn't installed; name two files instead") from None
    except (OSError, ValueError) as fault:
        raise NoRevision(f"git can't be run: {fault}") from None
    return done.stdout if done.returncode == 0 else done.stderr.decode("utf-8", "replace")


# --- writing -----------------------------------------------------------------


def write_all(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Write every file or none, each with the folders that it needs."""
    for name in files:
        target = folder / name
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, "a folder of that name is there", str(target))
        target.parent.mkdir(parents=True, exist_ok=True)
    _replace({folder / name: (text, 0o644) for name, text in files.items()})


def rewrite(files: Mapping[Path, str | bytes]) -> None:
    """Write files that are there anew, all or none. They keep their rights, and a link goes on to lead to its file."""
    places = {path.resolve(): text for path, text in files.items()}
    _replace({path: (text, path.stat().st_mode & 0o7777) for path, text in places.items()})


def _replace(files: Mapping[Path, tuple[str | bytes, int]]) -> None:
    """Each text is written beside its place first, with its rights, and moved there when all are whole."""
    import tempfile

    waiting: list[tuple[Path, Path]] = []
    try:
        for target, (text, rights) in files.items():
            handle, temporary = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
            waiting.append((Path(temporary), target))
            with os.fdopen(handle, "wb") as stream:
                stream.write(text.encode() if isinstance(text, str) else text)
            os.chmod(temporary, rights)
        for source, target in waiting:
            os.replace(source, target)
    finally:
        for source, _ in waiting:
            with suppress(OSError):
                source.unlink()


MOST_PROOFS = 5_000


def proofs_in(folder: Path | None, solver: str) -> Store | None:
    """What was proven before by this compiler and this solver, kept in a folder; None where nothing can be kept.

    A proof is a file of its own, written whole; a folder that can't be written to is only read.
    """
    if folder is None:
        return None
    kept = folder / "proofs"

    def read(key: str) -> str | None:
        try:
            return (kept / f"{key}.json").read_text("utf-8")
        except (OSError, ValueError):
            return None

    def write(key: str, text: str) -> None:
        with suppress(OSError):
            kept.mkdir(mode=0o700, exist_ok=True)
            _make_room(kept)
            write_all(kept, {f"{key}.json": text})

    return Store(f"{_compiler()} {solver}", read, write)


def _make_room(folder: Path) -> None:
    """Delete the older half of the proofs where there are too many; what is gone is proven again."""
    files = list(folder.glob("*.json"))
    if len(files) >= MOST_PROOFS:
        ages = sorted((path.stat().st_mtime, path.name) for path in files)
        remove(folder / name for _, name in ages[: len(ages) // 2])


def _compiler() -> str:
    """The digest of the compiler's own sources, and the Python that runs them."""
    import sys
    from hashlib import sha256

    own = Path(__file__).parent
    whole = sha256(sys.version.encode())
    for path in sorted(own.rglob("*.py")):
        whole.update(path.relative_to(own).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return whole.hexdigest()


def left_over(folder: Path, files: Iterable[str]) -> list[Path]:
    """Artifacts of the same guidelines that an earlier build wrote and this one doesn't."""
    made = {folder / name for name in files}
    found: list[Path] = []
    for place in sorted({path.parent for path in made}):
        for kind in (".dot", ".json", ".md", ".py", ".svg"):
            found += sorted(
                path for path in place.glob(f"{place.name}*{kind}") if _is_artifact(path, place.name)
            )
    return [path for path in found if path not in made]


def _is_artifact(path: Path, guideline: str) -> bool:
    return path.is_file() and path.name.split(".")[0] == guideline


def remove(paths: Iterable[Path]) -> None:
    """Delete files that are no longer made."""
    for path in paths:
        path.unlink(missing_ok=True)


def read_json(data: bytes) -> object:
    """A patient's JSON. Raises ValueError where it is none, or where a key stands twice: nobody knows which was meant."""
    return json.loads(data, object_pairs_hook=_each_once, parse_int=_whole_number)


def _each_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice[:60]}` stands twice")
    return found


def _whole_number(text: str) -> int:
    """A whole number of JSON; of one with thousands of digits nobody can say what is meant."""
    digits = len(text.lstrip("-"))
    if digits > 1000:
        raise ValueError(f"a number of {digits} digits stands there")
    return int(text)


_NO_JSON = {
    "Expecting value": "a value is missing", "Expecting ',' delimiter": "a `,` is missing",
    "Expecting ':' delimiter": "a `:` is missing", "Extra data": "something follows behind its end",
    "Expecting property name enclosed in double quotes": 'a name between `"` is missing',
    "Unterminated string starting at": 'a text has no closing `"`',
    "Invalid control character at": "a text holds a line break or a tab",
}  # fmt: skip


def why_no_json(fault: ValueError | RecursionError) -> str:
    """What is wrong with a text that is no JSON, in a reader's words."""
    if isinstance(fault, json.JSONDecodeError):
        if not fault.doc.strip():
            return "it is empty; write `{}` for a patient of whom nothing is known"
        reason = _NO_JSON.get(fault.msg, fault.msg.lower())
        return f"in line {fault.lineno}, column {fault.colno}, {reason}"
    if isinstance(fault, UnicodeDecodeError):
        return "it isn't UTF-8"
    return "it is nested too deep" if isinstance(fault, RecursionError) else str(fault)[:200]
