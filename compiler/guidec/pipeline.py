"""Text in, compiled guideline and diagnostics out: the stages, in order."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

from guidec import ast, ir
from guidec.diagnostic import Diagnostic, has_errors, in_order
from guidec.document import compiled_of
from guidec.evaluate import Compiled
from guidec.lower import lowered
from guidec.lower.search import Solver
from guidec.lower.work import Lowering
from guidec.parse import parse
from guidec.record import record
from guidec.resolve import resolve
from guidec.resolve.head import uses
from guidec.source import Span, start_of
from guidec.text import read_text

Read = Callable[[str], bytes | str]
"""The bytes of a file beside the guideline, by its relative name; or the reason why it can't be read."""


@record
class Compilation:
    """What came of one file. Diagnostics point into `texts`; `cited` says where statements are cited.

    `work` holds the diagrams that the rows were read from, also where faults left no rows; `files` what was written, modules
    before those that use them.
    """

    path: str
    compiled: Compiled | None
    scenarios: tuple[ir.Scenario, ...]
    cited: dict[str, tuple[Span, ...]]
    diagnostics: tuple[Diagnostic, ...]
    texts: dict[str, str]
    is_module: bool = False
    properties: tuple[ir.Property, ...] = ()
    work: Lowering | None = None
    files: tuple[ast.File, ...] = ()


def _nobody(stage: str) -> None:
    pass


@dataclass(slots=True)
class _Files:
    """The files read so far, modules before those that use them."""

    read: Read
    folder: str
    skip_scenarios: bool
    tell: Callable[[str], None] = _nobody
    solver: Solver | None = None
    files: list[ast.File] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    found: list[Diagnostic] = field(default_factory=list)
    reading: list[str] = field(default_factory=list)
    whole: bool = True


def compile_file(
    path: str,
    read: Read,
    skip_scenarios: bool = False,
    tell: Callable[[str], None] = _nobody,
    solver: Solver | None = None,
) -> Compilation:
    """Compile one guideline or module. `path` names it in diagnostics; `read` gives the files beside it; `tell` hears
    which stage begins. A `solver` decides what the search gives up on; it changes faults, never rows."""
    folder, _, name = path.rpartition("/")
    files = _Files(read, f"{folder}/" if folder else "", skip_scenarios, tell, solver)
    try:
        return _compile(path, name, files)
    except RecursionError:  # chains of names that no one declaration shows: the other limits come first
        message = "what this file reads is nested deeper than the compiler follows"
        found = Diagnostic("too_deep", message, start_of(path), "let definitions and decisions read inputs")
        return Compilation(path, None, (), {}, tuple(in_order([*files.found, found])), files.texts)


def _compile(path: str, name: str, files: _Files) -> Compilation:
    _gather(files, name, start_of(path))
    own = next((file for file in files.files if file.path == path), None)
    if own is None:
        return Compilation(path, None, (), {}, tuple(in_order(files.found)), files.texts)
    files.tell(f"finding the names of {name}")
    is_module = any(isinstance(one, ast.Head) and one.kind == "module" for one in own.declarations)
    resolved, found = resolve(tuple(files.files), _register(files), files.whole)
    found = [_in_folder(files, one) for one in found] + files.found
    if resolved is None:
        return Compilation(path, None, (), {}, tuple(in_order(found)), files.texts, is_module)
    files.tell(f"looking for gaps and overlaps in {name}")
    work, program, faults = lowered(resolved.guideline, files.solver)
    if work is not None and work.patients:
        from guidec.proofs.whole import with_patients

        files.tell(f"looking for patients who show the faults of {name}")
        faults = with_patients(work, faults)
    found += faults
    files.tell(f"working out the digest of {name}")
    compiled = None if program is None or has_errors(found) else compiled_of(resolved.guideline, program)
    return Compilation(
        path, compiled, resolved.scenarios, resolved.cited, tuple(in_order(found)), files.texts, is_module,
        resolved.properties, work, tuple(files.files),
    )  # fmt: skip


def _register(files: _Files) -> Read:
    """Reads a register and keeps its text, so that a fault in it can be shown."""

    def read(name: str) -> bytes | str:
        data = files.read(name)
        if isinstance(data, bytes):
            files.texts.setdefault(
                files.folder + name, data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
            )
        return data

    return read


def _in_folder(files: _Files, found: Diagnostic) -> Diagnostic:
    """Registers go by their names in the text, and a diagnostic shows the whole path."""
    span = found.span
    if span.file in files.texts or files.folder + span.file not in files.texts:
        return found
    return replace(found, span=replace(span, file=files.folder + span.file))


def _gather(files: _Files, name: str, asked: Span) -> None:
    """Read and parse a file after the modules that it uses."""
    path = files.folder + name
    if path in files.texts:
        if name in files.reading:
            circle = " → ".join(
                f"`{one.removesuffix('.guide')}`"
                for one in [*files.reading[files.reading.index(name) :], name]
            )
            files.found.append(
                Diagnostic(
                    "cycle", f"these files use each other: {circle}", asked, "let one of them stand alone"
                )
            )
        return
    data = files.read(name)
    if isinstance(data, str):
        files.whole = False
        files.found.append(
            Diagnostic(
                "unreadable_file", f"`{name}` can't be read: {data}", asked, "name a file in the same folder"
            )
        )
        return
    text, found = read_text(path, data)
    files.found += found
    if text is None:
        files.whole = False
        files.texts[path] = data.decode("utf-8", "replace")
        return
    files.texts[path] = text
    files.tell(f"reading {name}")
    tree, faults = _parsed(path, text, files.skip_scenarios)
    files.found += faults
    files.whole = files.whole and not faults
    files.reading.append(name)
    for module in uses(tree):
        _gather(files, f"{module.text}.guide", module.span)
    files.reading.pop()
    files.files.append(tree)


@lru_cache(maxsize=16)
def _parsed(path: str, text: str, skip_scenarios: bool) -> tuple[ast.File, tuple[Diagnostic, ...]]:
    """A module that several guidelines use is read once."""
    tree, faults = parse(path, text, skip_scenarios)
    return tree, tuple(faults)
