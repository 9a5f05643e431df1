"""The command line: files in, artifacts and words out. See `guidec --help`."""

import gc
import json
import os
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from guidec import __version__

if TYPE_CHECKING:
    from datetime import date

    from guidec.diagnostic import Diagnostic
    from guidec.evaluate import Compiled, Refused
    from guidec.lower.search import Solver
    from guidec.mutants.verdicts import Mutant
    from guidec.pipeline import Compilation
    from guidec.plan.entries import Plan
    from guidec.proofs.checked import Checked, Report
    from guidec.proofs.coverage import Coverage
    from guidec.proofs.remembered import Store

FINE, FAULTY, WRONG_USAGE, CHANGED = 0, 1, 2, 3
SECONDS_BETWEEN = 2.0
STANDARD = Path("-")
_ALL = ("error", "warning", "note")

PATHS = click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
FORMAT = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
PATIENT = click.option(
    "--patient",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="The patient's JSON; - for standard input.",
)
SOME_PATIENT = click.option(
    "--patient",
    type=click.Path(path_type=Path, allow_dash=True),
    help="The patient's JSON; - for standard input. Without it, all patients: for whom the guidelines disagree.",
)
READINGS = click.option(
    "--reading",
    "readings",
    multiple=True,
    metavar="NAME=VALUE",
    help="Choose how an ambiguous passage is read.",
)


SOLVER = click.option(
    "--solver",
    type=click.Choice(["auto", "z3", "cvc5", "none"]),
    default="auto",
    show_default=True,
    help="What decides where the search for values gives up: by default one of them, if `guidec[proofs]` is installed.",
)


NO_CACHE = click.option(
    "--no-cache", is_flag=True, help="Prove everything anew, also what was proven before and hasn't changed."
)


@dataclass(slots=True)
class _Talk:
    """How much to say. `started` is when this command began; long work then tells how it goes."""

    quiet: bool = False
    verbose: bool = False
    started: float = field(default_factory=time.monotonic)

    def say(self, text: str) -> None:
        """What a person wants to know and a script doesn't; not with --quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def tell(self, text: str) -> None:
        """What each step does: with --verbose, or on a terminal once it takes longer than a second."""
        if self.verbose or (self._shown() and time.monotonic() - self.started > 1):
            click.echo(f"{time.monotonic() - self.started:6.2f} s  {text}", err=True)

    def _shown(self) -> bool:
        return not self.quiet and sys.stderr.isatty()

    @contextmanager
    def long(self) -> Generator[Callable[[str], None]]:
        """Work that may take long: gives what is told of its stages. On a terminal the stage is repeated while it lasts."""
        stage = ""
        over = threading.Event()

        def begin(text: str) -> None:
            nonlocal stage
            stage = text
            self.tell(f"{text} …")

        def remind() -> None:
            while not over.wait(SECONDS_BETWEEN):
                self.tell(f"still {stage} …")

        if self._shown() or self.verbose:
            threading.Thread(target=remind, daemon=True).start()
        try:
            yield begin
        finally:
            over.set()


pass_talk = click.make_pass_decorator(_Talk, ensure=True)


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  guidec check guidelines/pm_dm_ild
  guidec build guidelines/pm_dm_ild --out build
  guidec eval guidelines/pm_dm_ild/takada.guide --patient patient.json --flowchart path.svg
  guidec fmt guidelines
  guidec explain missing_branch

Exit status: 0 fine, 1 the input has errors or a scenario failed, 2 wrong usage.""",
)
@click.version_option(__version__, prog_name="guidec")
@click.option("-q", "--quiet", is_flag=True, help="Say only what was asked for.")
@click.option("-v", "--verbose", is_flag=True, help="Say what is being done.")
@click.pass_context
def cli(context: click.Context, quiet: bool, verbose: bool) -> None:
    """Compile clinical guidelines: check them, prove them free of gaps, and emit what runs and shows them.

    A guideline is one `.guide` text. PATH is a `.guide` file, a compiled `.json`, or a folder, which stands for the
    guidelines in it.
    """
    context.obj = _Talk(quiet, verbose)
    gc.set_threshold(100_000, 50, 1_000)  # a tree of a million nodes holds no circles worth looking for


# --- check -------------------------------------------------------------------


@cli.command(
    epilog="\b\nExamples:\n  guidec check takada.guide\n  guidec check . --strict --format json\n"
    "  guidec check takada.guide --report     verdicts, daily amounts, what stays open\n"
    "  guidec check takada.guide --save       append the patients who break a property\n"
    "  guidec check takada.guide --solver cvc5"
)
@PATHS
@FORMAT
@click.option(
    "--strict", is_flag=True, help="Warnings fail as well, and so does a property that is not decided."
)
@click.option(
    "--report",
    "tables",
    is_flag=True,
    help="Show each property's verdict, the least and largest amount of each drug a day, and for want of which input a"
    " decision stays open. With --format json an object instead of a list.",
)
@click.option(
    "--save", is_flag=True, help="Append each patient who breaks a property to its file, as a scenario."
)
@SOLVER
@NO_CACHE
@pass_talk
def check(
    talk: _Talk,
    paths: tuple[Path, ...],
    form: str,
    strict: bool,
    tables: bool,
    save: bool,
    solver: str,
    no_cache: bool,
) -> None:
    """Parse, type and prove; print each fault at its place, with its mend and a patient whom it concerns.

    What a `property` says is proven for all patients, refuted by one, or not decided, and then it is said why.
    """
    store = _proofs(solver, no_cache)
    compilations, checked = _proved(talk, _compile(talk, paths, solver=solver), store)
    if save:
        _save(talk, compilations, checked)
    reports = _reports(talk, compilations, checked, store) if tables else []
    if form == "json":
        from guidec.proofs.checked import report_json
        from guidec.report import as_json

        found = as_json(_diagnostics(compilations))
        _echo_json(
            {"diagnostics": found, "guidelines": [report_json(one) for one in reports]} if tables else found
        )
    else:
        _print_diagnostics(compilations, sys.stdout, _ALL)
        for one in reports:
            from guidec.proofs.checked import report_text

            click.echo(report_text(one))
        talk.say(_summary(compilations) + _proofs_summary(checked))
    sys.exit(FAULTY if _failed(compilations, strict) else FINE)


def _proofs(solver: str, no_cache: bool) -> "Store | None":
    """What was proven before, in this user's own folder."""
    if no_cache:
        return None
    from guidec.data import private_folder
    from guidec.project import proofs_in
    from guidec.proofs.solvers import installed, version

    name = next(iter(installed()), "") if solver == "auto" else solver
    return proofs_in(private_folder(), "none" if name in ("", "none") else version(name))


def _proved(
    talk: _Talk, compilations: "list[Compilation]", store: "Store | None"
) -> "tuple[list[Compilation], dict[str, Checked]]":
    """The compilations with all that is proven of them; and the verdicts, by path."""
    from dataclasses import replace

    from guidec.diagnostic import in_order
    from guidec.proofs.checked import check as prove

    made: list[Compilation] = []
    found: dict[str, Checked] = {}
    for one in compilations:
        if one.compiled is None or one.work is None or one.is_module:
            made.append(one)
            continue
        with talk.long() as tell:
            found[one.path] = prove(one.compiled, one.work, one.properties, tell, store)
        diagnostics = in_order([*one.diagnostics, *found[one.path].diagnostics])
        made.append(replace(one, diagnostics=tuple(diagnostics)))
    return made, found


def _reports(
    talk: _Talk, compilations: "list[Compilation]", checked: "dict[str, Checked]", store: "Store | None"
) -> "list[Report]":
    from guidec.proofs.checked import report

    found: list[Report] = []
    for one in compilations:
        if one.path in checked and one.compiled is not None and one.work is not None:
            with talk.long() as tell:
                found.append(report(one.compiled, one.work, checked[one.path], tell, store))
    return found


def _save(talk: _Talk, compilations: "list[Compilation]", checked: "dict[str, Checked]") -> None:
    """Each patient who breaks a property as a scenario at the end of the file that says it."""
    from guidec.project import rewrite

    files: dict[Path, str] = {}
    for one in compilations:
        verdicts = checked[one.path].verdicts if one.path in checked else ()
        for verdict in verdicts:
            path = verdict.claim.span.file
            text = files.get(Path(path), one.texts.get(path, ""))
            title = verdict.scenario.split("\n", 1)[0]
            if verdict.scenario and title not in text:
                files[Path(path)] = f"{text.rstrip()}\n\n{verdict.scenario}"
                talk.say(f"{path}: {title}")
    try:
        rewrite(files)
    except OSError as fault:
        _fail(f"`{fault.filename}` can't be written: {fault.strerror or fault}")


def _proofs_summary(checked: "dict[str, Checked]") -> str:
    verdicts = [verdict.answer.kind for one in checked.values() for verdict in one.verdicts]
    if not verdicts:
        return ""
    counts = [(kind, verdicts.count(kind)) for kind in ("proven", "refuted", "unknown")]
    words = ", ".join(f"{count} {kind}" for kind, count in counts if count)
    return f"; {_count(len(verdicts), 'claim')}: {words}"


def _summary(compilations: "list[Compilation]") -> str:
    found = _diagnostics(compilations)
    counts = [(kind, sum(one.severity == kind for one in found)) for kind in ("error", "warning")]
    words = " and ".join(_count(count, kind) for kind, count in counts if count) or "no errors"
    return f"{_count(len(compilations), 'file')}: {words}"


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


# --- build -------------------------------------------------------------------


@cli.command(
    epilog="\b\nExamples:\n  guidec build guidelines/pm_dm_ild\n  guidec build takada.guide --target python --out dist"
)
@PATHS
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build"),
    show_default=True,
    help="Where artifacts go: OUT/GUIDELINE/…",
)
@click.option(
    "--target",
    "names",
    multiple=True,
    metavar="NAME",
    help="Only this target; may be given more than once. See `guidec targets`.",
)
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; fail if the artifacts on disk are stale."
)
@click.option("--strict", is_flag=True, help="Warnings fail as well.")
@SOLVER
@NO_CACHE
@pass_talk
def build(
    talk: _Talk,
    paths: tuple[Path, ...],
    out: Path,
    names: tuple[str, ...],
    only_check: bool,
    strict: bool,
    solver: str,
    no_cache: bool,
) -> None:
    """Check, then write a Python evaluator, JSON, a flowchart and a page for each guideline. All of them or none."""
    from guidec.project import left_over, remove, write_all

    compilations, checked = _proved(talk, _compile(talk, paths, solver=solver), _proofs(solver, no_cache))
    _print_diagnostics(compilations, sys.stderr, _ALL)
    if _failed(compilations, strict):
        talk.say(f"{_summary(compilations)}; nothing was written")
        sys.exit(FAULTY)
    artifacts, found = _artifacts(talk, compilations, names)
    _print_found(found, {path: text for one in compilations for path, text in one.texts.items()})
    if any(one.severity == "error" for one in found):
        talk.say("nothing was written")
        sys.exit(FAULTY)
    if only_check:
        sys.exit(_check_artifacts(talk, out, artifacts, left_over(out, artifacts) if not names else []))
    try:
        write_all(out, artifacts)
        remove(left_over(out, artifacts) if not names else [])
    except OSError as fault:
        _fail(f"`{fault.filename or out}` can't be written: {fault.strerror or fault}")
    for name in artifacts:
        click.echo((out / name).as_posix())
    talk.say(_summary(compilations) + _proofs_summary(checked))


def _artifacts(
    talk: _Talk, compilations: "list[Compilation]", names: tuple[str, ...]
) -> "tuple[dict[str, str], list[Diagnostic]]":
    """Every file of every guideline, its SVGs drawn, by its name below the output folder."""
    from guidec.diagnostic import Diagnostic, nearest
    from guidec.source import start_of
    from guidec.target import targets

    known, found = targets()
    for name in names:
        if name not in known:
            _usage(f"no target is called `{name}`", nearest(name, known) or f"known: {', '.join(known)}")
    artifacts: dict[str, str] = {}
    for compilation in compilations:
        compiled = compilation.compiled
        if compiled is None or compilation.is_module:
            continue
        folder = compiled.guideline.id
        if any(name.startswith(f"{folder}/") for name in artifacts):
            found.append(
                Diagnostic(
                    "duplicate_name",
                    f"two guidelines are called `{folder}`",
                    start_of(compilation.path),
                    "give one of them another name",
                )
            )
            continue
        found += _invalid(compilation.path, compiled)
        for name in names or known:
            talk.tell(f"{folder}: {name}")
            files, faults = known[name](compiled)
            found += faults
            artifacts.update({f"{folder}/{file}": text for file, text in files.items()})
    found += _drawings(talk, artifacts)
    return artifacts, found


def _invalid(path: str, compiled: "Compiled") -> "list[Diagnostic]":
    """The document is held to its schema before anything is written."""
    from guidec.diagnostic import Diagnostic
    from guidec.document import dump
    from guidec.schema import guideline_faults
    from guidec.source import start_of

    return [
        Diagnostic("bad_document", f"the compiled guideline breaks its schema at {where}", start_of(path))
        for where in guideline_faults(dump(compiled))[:3]
    ]


def _drawings(talk: _Talk, artifacts: dict[str, str]) -> "list[Diagnostic]":
    from guidec.diagnostic import note
    from guidec.render import svg_of
    from guidec.source import start_of

    found = []
    for name in [name for name in artifacts if name.endswith(".dot")]:
        talk.tell(f"draw {name}")
        svg, reason = svg_of(artifacts[name])
        if svg is None:
            found.append(note("not_drawn", f"`{name}` was written and not drawn: {reason}", start_of(name)))
        else:
            artifacts[name.removesuffix(".dot") + ".svg"] = svg
    return found


def _check_artifacts(talk: _Talk, out: Path, artifacts: dict[str, str], gone: list[Path]) -> int:
    """Compare with what is on disk."""
    stale = [f"{path.as_posix()} is no longer made" for path in gone]
    for name, text in artifacts.items():
        stale += _stale(out / name, text, artifacts.get(name.removesuffix(".svg") + ".dot", ""))
    for line in stale:
        click.echo(line)
    talk.say(
        f"{len(artifacts)} artifacts, {len(stale) or 'none'} to rebuild"
        + (": run `guidec build`" if stale else "")
    )
    return FAULTY if stale else FINE


def _stale(path: Path, text: str, dot: str) -> list[str]:
    """What is wrong with a file on disk; an SVG is compared by the digest of its DOT, because fonts differ."""
    from guidec.render import carries_digest

    try:
        there = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return [f"{path.as_posix()} is missing"]
    same = carries_digest(there, dot) if path.suffix == ".svg" else there == text
    return [] if same else [f"{path.as_posix()} is stale"]


# --- page --------------------------------------------------------------------


@cli.command(
    epilog="\b\nExamples:\n  guidec page guidelines/pm_dm_ild\n  guidec page guidelines/pm_dm_ild --check"
)
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Write nothing; fail if the page on disk is stale.")
@pass_talk
def page(talk: _Talk, folder: Path, only_check: bool) -> None:
    """Write FOLDER/README.md: all that its guidelines say, to be checked against their sources, with their flowcharts."""
    from guidec.project import remove, write_all
    from guidec_targets.graphviz import emit, page_pictures
    from guidec_targets.markdown import MADE, folder_page

    paths = sorted(folder.glob("*.guide"))
    if not paths:
        _usage(f"`{folder}` is no folder with a .guide file in it", "name one")
    compilations = _compile(talk, paths, skip_scenarios=True)
    _print_diagnostics(compilations, sys.stderr)
    if _failed(compilations, False):
        talk.say("nothing was written")
        sys.exit(FAULTY)
    compiled = [one.compiled for one in compilations if one.compiled is not None and not one.is_module]
    dots = {name: emit(one)[0][f"{name}.dot"] for one in compiled for name in page_pictures(one.guideline)}
    gone = _no_longer_shown(folder, [one.guideline.id for one in compiled], list(dots))
    text = folder_page([one.guideline for one in compiled])
    if only_check:
        _refuse_others(folder, list(dots), MADE)
        stale = _stale(folder / "README.md", text, "")
        stale += [line for name, dot in dots.items() for line in _stale(folder / f"{name}.svg", "", dot)]
        stale += [f"{path.as_posix()} is no longer made" for path in gone]
        for line in stale:
            click.echo(line)
        talk.say(f"stale: run `guidec page {folder.as_posix()}`" if stale else "the page is up to date")
        sys.exit(FAULTY if stale else FINE)
    files = {f"{name}.dot": dot for name, dot in dots.items()}
    found = _drawings(talk, files)
    _print_found(found)
    if found:
        _fail("nothing was written, because the page shows every flowchart")
    _refuse_others(folder, list(dots), MADE)
    made = {"README.md": text, **{f"{name}.svg": files[f"{name}.svg"] for name in dots}}
    try:
        write_all(folder, made)
        remove(gone)
    except OSError as fault:
        _fail(f"`{fault.filename or folder}` can't be written: {fault.strerror or fault}")
    for name in made:
        click.echo((folder / name).as_posix())


def _no_longer_shown(folder: Path, guidelines: list[str], shown: list[str]) -> list[Path]:
    """Pictures of a pathway that an earlier page of the same guidelines showed; what guidec didn't draw is no such."""
    found = [path for name in guidelines for path in sorted(folder.glob(f"{name}.pathway*.svg"))]
    return [path for path in found if path.stem not in shown and b"<!-- dot " in path.read_bytes()]


def _refuse_others(folder: Path, names: list[str], made: str) -> None:
    """What somebody else wrote under the name of a page or of its pictures is never replaced."""
    marks = {"README.md": made.encode(), **{f"{name}.svg": b"<!-- dot " for name in names}}
    for name, mark in marks.items():
        there = folder / name
        if there.is_dir():
            _fail(f"`{there.as_posix()}` is a folder: move it away first")
        try:
            found = there.read_bytes() if there.exists() else mark
        except OSError as fault:
            _fail(f"`{there.as_posix()}` can't be read: {(fault.strerror or str(fault)).lower()}")
        if not (found.startswith(mark) if name == "README.md" else mark in found):
            _fail(f"`{there.as_posix()}` was not made by guidec: move it away first")


# --- eval --------------------------------------------------------------------


@cli.command(
    "eval",
    epilog="\b\nExamples:\n  guidec eval takada.guide --patient patient.json\n"
    "  guidec eval takada.guide --patient patient.json --flowchart path.svg\n"
    "  echo '{\"ild_present\": true}' | guidec eval build/takada/takada.json --patient - --format json",
)
@click.argument("file", type=click.Path(path_type=Path))
@PATIENT
@FORMAT
@READINGS
@click.option(
    "--flowchart",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Draw this patient's way through the guideline as well: FILE.svg, .png or .dot.",
)
@pass_talk
def eval_(
    talk: _Talk, file: Path, patient: Path, form: str, readings: tuple[str, ...], flowchart: Path | None
) -> None:
    """One patient: what the guideline says, what stays open, what to ask next.

    An input that is left out is a blank, never a no. Exit status 0 whatever the answer; 1 for a record that is refused.
    """
    from guidec.evaluate import Refused, evaluate

    _picture_path(flowchart)
    compiled = _one(talk, file)
    record = _with_readings(_patient(patient), readings)
    try:
        result = evaluate(compiled, record)
    except Refused as refused:
        _refused(refused, form)
    if form == "json":
        _echo_json(result)
    else:
        from guidec.show import result_text

        click.echo(result_text(compiled.guideline, result), nl=False)
    if flowchart is not None:
        _draw_patient(flowchart, compiled, record, result)


_PICTURES = (".svg", ".png", ".dot")


def _draw_patient(path: Path, compiled: "Compiled", record: Any, result: dict[str, Any]) -> None:
    """The picture of one patient; the answer has been printed by now."""
    from guidec_targets.picture import patient_dot

    _draw(path, patient_dot(compiled, record, result))


def _picture_path(path: Path | None) -> None:
    """Complain about a file that guidec can't draw."""
    if path is not None and path.suffix not in _PICTURES:
        _usage(f"`{path}` is no picture that guidec draws", f"let it end in {', '.join(_PICTURES)}")


def _draw(path: Path, dot: str) -> None:
    """A picture, written whole or not at all."""
    from guidec.project import write_all
    from guidec.render import draw, svg_of

    drawing: str | bytes | None = dot
    reason = ""
    if path.suffix == ".svg":
        drawing, reason = svg_of(dot)
    elif path.suffix == ".png":
        drawn = draw(dot, "png")
        drawing, reason = (None, drawn) if isinstance(drawn, str) else (drawn, "")
    if drawing is None:
        _fail(f"`{path}` was not drawn: {reason}")
    try:
        write_all(path.parent, {path.name: drawing})
    except OSError as fault:
        _fail(f"`{path}` can't be written: {fault.strerror or fault}")


def _echo_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def _refused(refused: "Refused", form: str) -> NoReturn:
    """Why a record can't be used: on standard output for programs, else where errors go."""
    from guidec.evaluate import refusal
    from guidec.show import error_text

    errors = refusal(refused)
    if form == "json":
        _echo_json(errors)
    else:
        click.echo(error_text(errors), nl=False, err=True)
    sys.exit(FAULTY)


def _with_readings(record: Any, readings: tuple[str, ...]) -> Any:
    """The record with the readings of the command line, which go before its own."""
    chosen = _chosen(readings)
    if chosen and isinstance(record, dict) and isinstance(record.get("readings"), dict | None):
        record["readings"] = {**(record.get("readings") or {}), **chosen}
    return record


def _chosen(readings: tuple[str, ...]) -> dict[str, str]:
    """The readings of the command line; each is chosen once."""
    chosen: dict[str, str] = {}
    for reading in readings:
        name, separator, value = reading.partition("=")
        if not separator:
            _usage(f"`{reading}` is no reading", "write NAME=VALUE")
        if name in chosen:
            _usage(f"the reading `{name}` is chosen twice", "keep one")
        chosen[name] = value
    return chosen


def _patient(path: Path) -> Any:
    return _json_of(path, "patient")


def _json_of(path: Path, what: str) -> Any:
    """The JSON of a file, or of standard input; a file that can't be read is named as what it should be."""
    from guidec.project import read_json, why_no_json

    if str(path) == "-" and sys.stdin is None:
        _fail(f"the {what} `-` can't be read: standard input is closed")
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as fault:
        _fail(f"the {what} `{path}` can't be read: {(fault.strerror or str(fault)).lower()}")
    try:
        return read_json(data)
    except (ValueError, RecursionError) as fault:
        _fail(f"the {what} `{path}` is no JSON: {why_no_json(fault)}")


# --- plan --------------------------------------------------------------------


@cli.command(
    epilog="\b\nExamples:\n"
    "  guidec plan takada.guide --patient patient.json --start 2026-03-01 --until 2026-09-01\n"
    "  guidec plan takada.guide --patient patient.json --start 2026-03-01 --until 2026-09-01 \\\n"
    "      --choose cyclophosphamide --format ics --out plan.ics\n\n"
    "Exit status: 0 fine, 1 the guideline has errors or the patient is refused, 2 wrong usage."
)
@click.argument("file", type=click.Path(path_type=Path))
@PATIENT
@click.option("--start", required=True, metavar="YYYY-MM-DD", help="The first day: step 1 begins on it.")
@click.option("--until", required=True, metavar="YYYY-MM-DD", help="The last day of the plan.")
@click.option(
    "--choose",
    "choices",
    multiple=True,
    metavar="NAME",
    help="Settle a choice by one of its drugs, or plan an option; may be given more than once.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv", "ics"]),
    default="text",
    show_default=True,
    help="For the wall, for programs, for a spreadsheet, for a calendar (a calendar of its own for each patient).",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Write to this file, whole or not at all; else it is printed.",
)
@READINGS
@pass_talk
def plan(
    talk: _Talk, file: Path, patient: Path, start: str, until: str, choices: tuple[str, ...], form: str,
    out: Path | None, readings: tuple[str, ...],
) -> None:  # fmt: skip
    """The dated plan of one patient: doses with their tapers, tests due and reviews, from --start to --until.

    What is recommended has dates, as far as the source gives them: a window stays a window, and what is not stated is listed
    as not stated. Alternatives stand side by side until --choose settles them; options wait for --choose. Today's date is
    never read.
    """
    from guidec.evaluate import Refused
    from guidec.plan import Unchosen, Unplannable
    from guidec.plan import plan as planned

    days = _day("--start", start), _day("--until", until)
    if days[0] > days[1]:
        _usage(f"the plan begins on {days[0]} and ends on {days[1]}", "name a later --until")
    if form == "ics":
        _needs_icalendar()
    compiled = _one(talk, file)
    try:
        found = planned(compiled, _with_readings(_patient(patient), readings), *days, choices)
    except Refused as refused:
        _refused(refused, form)
    except Unchosen as fault:
        _usage(str(fault), fault.repair)
    except Unplannable as fault:
        _fail(str(fault))
    _put(_planned(compiled, found, form), out)


def _planned(compiled: "Compiled", found: "Plan", form: str) -> bytes:
    """The plan in one of the formats."""
    match form:
        case "json":
            from guidec.plan.shape import plan_json

            return (json.dumps(plan_json(found), indent=2, ensure_ascii=False) + "\n").encode()
        case "csv":
            from guidec.plan.sheet import plan_csv

            return plan_csv(compiled.guideline, found).encode()
        case "ics":
            from guidec.plan.calendar import plan_calendar

            return plan_calendar(compiled.guideline, found)
        case _:
            from guidec.plan.show import plan_text

            return plan_text(compiled.guideline, found).encode()


def _put(data: bytes, out: Path | None) -> None:
    """Print, or write a file whole or not at all."""
    from guidec.project import write_all

    if out is None:
        click.echo(data, nl=False)
        return
    try:
        write_all(out.parent, {out.name: data})
    except OSError as fault:
        _fail(f"`{out}` can't be written: {fault.strerror or fault}")


def _day(option: str, text: str) -> "date":
    """A day of the command line, written in full, in years for which doses are planned."""
    import re
    from datetime import date

    try:
        day = date.fromisoformat(text) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text) else None
    except ValueError:
        day = None
    if day is None:
        _usage(f"{option}: `{text[:40]}` is no date", "write YYYY-MM-DD, such as 2026-03-01")
    if not 1900 <= day.year <= 2200:
        _usage(f"{option}: {text} is out of range", "name a day from 1900-01-01 to 2200-12-31")
    return day


def _needs_icalendar() -> None:
    from importlib.util import find_spec

    if find_spec("icalendar") is None:
        _usage("--format ics needs the package icalendar", "pip install 'guidec[calendar]'")


# --- compare -----------------------------------------------------------------


@cli.command(
    epilog="\b\nExamples:\n  guidec compare guidelines/pm_dm_ild --patient patient.json\n"
    "  guidec compare guidelines/pm_dm_ild --patient patient.json --format html > side_by_side.html\n"
    "  guidec compare guidelines/pm_dm_ild             for whom do they disagree?"
)
@PATHS
@SOME_PATIENT
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown", "html"]),
    default="text",
    show_default=True,
    help="For a terminal, for programs, for a document, for a browser or a printer.",
)
@READINGS
@pass_talk
def compare(
    talk: _Talk, paths: tuple[Path, ...], patient: Path | None, form: str, readings: tuple[str, ...]
) -> None:
    """Several guidelines and one patient: what each of them says, side by side. Without a patient: where they disagree.

    A row is a question that the guidelines answer in their `comparison`, a column is a guideline. Whether the answers are the
    same, compatible or differ is computed. Nothing is merged: no answer wins, no dose is averaged.

    Without --patient all patients are looked at whose record is complete, and each question says for whom the answers differ
    or stand otherwise, with a patient of whom this command says the same.
    """
    from guidec import compare_show
    from guidec.compare import Unasked
    from guidec.compare import compare as side_by_side
    from guidec.evaluate import Refused

    compilations = [one for one in _compile(talk, paths, skip_scenarios=True) if not one.is_module]
    if _failed(compilations, False):
        _print_diagnostics(compilations, sys.stderr)
        sys.exit(FAULTY)
    guidelines = [one.compiled for one in compilations if one.compiled is not None]
    if len({one.guideline.id for one in guidelines}) < len(guidelines):
        _usage("two of these files hold the same guideline", "name each once")
    if len(guidelines) < 2:
        _usage("there is nothing to compare with", "name two guidelines or more, or their folder")
    if patient is None:
        _disagreement(talk, guidelines, form, readings)
        return
    record = _with_readings(_patient(patient), readings)
    try:
        found = side_by_side(guidelines, record)
    except Unasked as fault:
        _fail(str(fault))
    except Refused as refused:
        _refused(refused, form)
    if form == "json":
        _echo_json(found)
        return
    show = {
        "text": compare_show.comparison_text,
        "markdown": compare_show.comparison_markdown,
        "html": compare_show.comparison_html,
    }[form]
    click.echo(show([one.guideline for one in guidelines], found), nl=False)


def _disagreement(talk: _Talk, guidelines: "list[Compiled]", form: str, readings: tuple[str, ...]) -> None:
    """Where the guidelines disagree, over all patients."""
    from guidec.compare import Unasked
    from guidec.proofs import disagreement_show
    from guidec.proofs.disagreement import disagreement

    if readings:
        _usage(
            "--reading chooses for one patient",
            "name one with --patient; without, every reading is looked at",
        )
    try:
        with talk.long() as tell:
            found = disagreement(guidelines, tell, _solver("auto"))
    except Unasked as fault:
        _fail(str(fault))
    if form == "json":
        _echo_json(found)
        return
    show = {
        "text": disagreement_show.disagreement_text,
        "markdown": disagreement_show.disagreement_markdown,
        "html": disagreement_show.disagreement_html,
    }[form]
    click.echo(show(found), nl=False)


# --- follow ------------------------------------------------------------------


@cli.command(
    epilog="\b\nExamples:\n  guidec follow droracle.guide --visits visits.json\n"
    "  guidec follow droracle.guide --visits visits.json --timeline course.svg\n"
    "  guidec follow droracle.guide --visits new.json --after timeline.json --format json\n\n"
    "\b\nVisits are a list, in the order of their days:\n"
    '  [{"date": "2026-03-01", "patient": {"ild_present": true}, "done": ["pft"]}, …]'
)
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--visits",
    required=True,
    type=click.Path(path_type=Path, allow_dash=True),
    help="The visits' JSON; - for standard input.",
)
@click.option(
    "--after",
    type=click.Path(path_type=Path),
    help="The timeline that `--format json` wrote of earlier visits: go on from there.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="For people, for programs, for a record.",
)
@READINGS
@click.option(
    "--timeline",
    "picture",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Draw the visits from top to bottom as well: FILE.svg, .png or .dot.",
)
@pass_talk
def follow(
    talk: _Talk,
    file: Path,
    visits: Path,
    after: Path | None,
    form: str,
    readings: tuple[str, ...],
    picture: Path | None,
) -> None:
    """A patient's dated visits through the pathway: where he stands, what is advised, what is due or overdue, what is new.

    An input that is `lasting` is carried to later visits until it changes (null ends it); any other is blank unless a visit has
    it. A test that is named in `done` was done on that day. The stage that a visit enters counts; where none is entered, it
    is every stage to which the last one may lead.
    """
    from guidec.follow import Unfollowed, errors_json, state_of
    from guidec.follow import follow as followed
    from guidec.follow_show import timeline_markdown, timeline_text, unfollowed_text

    _picture_path(picture)
    if after is not None and str(after) == str(visits) == "-":
        _usage("standard input can't be both the visits and the timeline before them", "name a file for one")
    compiled = _one(talk, file)
    document = _visits_with_readings(_json_of(visits, "file of visits"), readings)
    try:
        state = None if after is None else state_of(compiled, _json_of(after, "timeline"))
        with talk.long() as tell:
            timeline = followed(compiled, document, state, tell)
    except Unfollowed as fault:
        errors = errors_json(fault)
        if form == "json":
            _echo_json(errors)
        else:
            click.echo(unfollowed_text(errors), nl=False, err=True)
        sys.exit(FAULTY)
    if form == "json":
        _echo_json(timeline)
    else:
        show = {"text": timeline_text, "markdown": timeline_markdown}[form]
        click.echo(show(compiled.guideline, timeline), nl=False)
    if picture is not None:
        from guidec_targets.timeline import timeline_dot

        _draw(picture, timeline_dot(compiled.guideline, timeline))


def _visits_with_readings(document: Any, readings: tuple[str, ...]) -> Any:
    """Each visit with the readings of the command line; what is no visit is left to be refused."""
    every = document["visits"] if isinstance(document, dict) and set(document) == {"visits"} else document
    for one in every if isinstance(every, list) and readings else ():
        if isinstance(one, dict) and isinstance(one.get("patient", {}), dict):
            one["patient"] = _with_readings(one.get("patient", {}), readings)
    return document


# --- diff --------------------------------------------------------------------


@cli.command(
    epilog="\b\nExamples:\n  guidec diff old/takada.guide takada.guide\n"
    "  guidec diff --git HEAD takada.guide             the last commit against the files here\n"
    "  guidec diff --git v1.0..v1.1 takada.guide       two revisions\n"
    "  guidec diff --git origin/main takada.guide --format markdown > comment.md\n\n"
    "Exit status: 0 the same for every patient, 3 something changed or could not be decided, 1 a file has errors, 2 wrong usage."
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="OLD NEW")
@click.option(
    "--git",
    "revisions",
    metavar="A..B",
    help="Compare one file in two revisions, or in revision A and as it is here. Its modules are those of the same revision.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="For a terminal, for programs, for a pull request.",
)
@click.option("--all", "everything", is_flag=True, help="Every group of patients, not the first of them.")
@pass_talk
def diff(talk: _Talk, files: tuple[Path, ...], revisions: str | None, form: str, everything: bool) -> None:
    """What changed for whom from OLD to NEW: .guide files or compiled .json.

    Decisions, options, rules, shown values, scope and what is impossible are compared for all patients at once, not by their
    text: each is the same, or changed for these patients, with one of them as a scenario that was run through both. What could
    not be decided is `not known` and counts as changed.

    Told apart and no change: new names (under one label), new words (labels, notes, titles, codes, why something is not
    stated), other citations, another order, the order in which things are asked, scenarios, properties, the version.
    Citations stand under a heading of their own: they are part of a result, but not of what is done.
    """
    from guidec.proofs import diff_show
    from guidec.proofs.diff import difference

    compilations = (
        _two_revisions(talk, files, revisions) if revisions is not None else _two_files(talk, files)
    )
    _print_diagnostics([one for one in compilations if one.compiled is None], sys.stderr)
    old, new = (one.compiled for one in compilations)
    if old is None or new is None:
        sys.exit(FAULTY)
    for one in compilations:
        if one.is_module:
            _usage(f"`{one.path}` is a module", "name a guideline that uses it")
    with talk.long() as tell:
        found = difference(old, new, tell, _solver("auto"))
    if form == "json":
        _echo_json(found)
    else:
        show = {"text": diff_show.difference_text, "markdown": diff_show.difference_markdown}[form]
        click.echo(show(found, everything=everything), nl=False)
    sys.exit(FINE if found["verdict"] == "same" else CHANGED)


def _two_files(talk: _Talk, files: tuple[Path, ...]) -> "list[Compilation]":
    if len(files) != 2:
        _usage(
            f"{_count(len(files), 'file')} can't be compared", "name OLD and NEW, or --git A..B and one FILE"
        )
    for file in files:
        if file.is_dir():
            _usage(f"`{file}` is a folder", "name two .guide files, or two compiled .json")
    return [_compile(talk, [file], skip_scenarios=True)[0] for file in files]


def _two_revisions(talk: _Talk, files: tuple[Path, ...], revisions: str) -> "list[Compilation]":
    from guidec.project import NoRevision, compile_revision

    before, dots, after = revisions.partition("..")
    if not before or (dots and not after) or after.startswith("."):
        _usage(f"`{revisions}` names no two revisions", "write A..B, or A alone for A and the files here")
    if len(files) != 1:
        _usage(f"--git compares one file, not {len(files)}", "name one")
    if files[0].suffix not in (".guide", ".json"):
        _usage(f"`{files[0]}` is neither a .guide file nor a compiled .json", "name one")
    try:
        with talk.long() as tell:
            old = compile_revision(before, files[0], tell)
            new = compile_revision(after, files[0], tell) if dots else None
    except NoRevision as fault:
        _fail(str(fault))
    return [old, new or _compile(talk, files, skip_scenarios=True)[0]]


# --- test --------------------------------------------------------------------


@cli.command(
    "test",
    epilog="\b\nExamples:\n  guidec test takada.guide\n  guidec test guidelines --coverage\n"
    "  guidec test guidelines --coverage --fail-under 90     in CI\n"
    "  guidec test takada.guide --generate --dry-run         the scenarios that are missing\n"
    "  guidec test takada.guide --generate                   written behind the others, each `unreviewed`\n"
    "  guidec test takada.guide --review                     after you made it `reviewed`\n"
    "  guidec test takada.guide --mutants                    changes that nobody would notice\n"
    "  guidec test takada.guide --mutants --only threshold --only dose --jobs 2\n\n"
    "Exit status: 0 fine, 1 the input has errors, a scenario failed, the coverage is too low or a change goes unnoticed,"
    " 2 wrong usage.",
)
@PATHS
@FORMAT
@click.option(
    "--coverage", "measuring", is_flag=True, help="Measure what the scenarios meet; list what is missing."
)
@click.option(
    "--fail-under",
    "least",
    type=click.FloatRange(0, 100),
    metavar="PERCENT",
    help="Fail where a file's scenarios meet less than this of all but rows; measures by itself.",
)
@click.option(
    "--generate", "generating", is_flag=True, help="Append scenarios for what is missing to the file."
)
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["decisions", "branches", "rows", "boundaries", "blanks", "conditions"]),
    help="Generate for this kind only; may be given more than once. Without it, for all but rows.",
)
@click.option("--dry-run", is_flag=True, help="Print what --generate would append, and write nothing.")
@click.option(
    "--review", "binding", is_flag=True, help="Bind each `reviewed` to what its scenario exercises now."
)
@click.option(
    "--mutants",
    "mutating",
    is_flag=True,
    help="Change the guideline in one small thing after another, and fail for each change of its meaning that no scenario"
    " and no proof notices; show a patient for whom it matters.",
)
@click.option("--only", metavar="KIND", multiple=True, help="With --mutants: only changes of this kind.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    help="With --mutants: so many processes; without it, as many as there are processors.",
)
@click.option("--strict", is_flag=True, help="Warnings and void reviews fail as well.")
@pass_talk
def test_(
    talk: _Talk, paths: tuple[Path, ...], form: str, measuring: bool, least: float | None, generating: bool,
    kinds: tuple[str, ...], dry_run: bool, binding: bool, mutating: bool, only: tuple[str, ...], jobs: int | None,
    strict: bool,
) -> None:  # fmt: skip
    """Run the scenarios: each patient in a spec, and what the author expects.

    \b
    --coverage measures what they meet, of all that some patient can meet:
      decisions   each outcome of a decision, each line of a list
      branches    each branch and `otherwise`; rows and lines held and not held; rules shown
                  and not shown; arms of scores, lookups and bands; each `when` true and false
      rows        each row of the normal form
      boundaries  of each input compared with a constant, the nearest value on either side
      blanks      each input for want of which a decision may stay open
      conditions  of each condition with several questions, each question once true and once
                  false where it alone decides (masking MC/DC)
    What nobody can meet does not count. What can't be decided is UNKNOWN and counts as missing.

    --mutants makes every small slip in turn: another comparison, threshold, value, branch, outcome, dose, unit, interval,
    strength or direction, a line left out. One that changes the meaning is killed by a scenario that fails, or by a proof:
    branches leave a gap or overlap, a property breaks. What differs for nobody is equivalent. The rest is alive, and shown with
    a patient for whom it matters, as a scenario to paste.

    A scenario under whose title `unreviewed` stands was generated, and nobody has looked at it. Change the word to `reviewed`
    and run --review: it is bound to what the scenario exercises, and void once that changes.
    """
    if mutating:
        if measuring or least is not None or generating or binding:
            _usage("--mutants stands alone", "leave out --coverage, --generate and --review")
        _mutants(talk, paths, form, only, jobs, strict)
    if only or jobs is not None:
        _usage(f"`--{'only' if only else 'jobs'}` is about mutants", "add --mutants")
    if (dry_run or kinds) and not generating:
        _usage("--dry-run and --kind belong to --generate", "add it")
    if generating and (binding or form == "json"):
        _usage("--generate stands alone", "leave out --review and --format json")
    compilations = _compile(talk, paths)
    _print_diagnostics(compilations, sys.stderr)
    for one in compilations:
        if one.path.endswith(".json") and one.compiled is not None:
            _usage(f"`{one.path}` is compiled, and holds no scenarios", "name the .guide file")
    whole = [one for one in compilations if one.compiled is not None and not one.is_module]
    report, failed = _run_all(whole, form)
    if binding:
        _bind(talk, whole)
        compilations = _compile(talk, paths)
        whole = [one for one in compilations if one.compiled is not None and not one.is_module]
    reviews = _reviews(whole, form)
    found = _covered(talk, whole) if measuring or least is not None or generating else {}
    too_low = [path for path, one in found.items() if least is not None and _percent(one) < least]
    count = sum(len(one.scenarios) for one in whole)
    if form == "json":
        from guidec.proofs.listed import coverage_json

        listed = [coverage_json(one.path, len(one.scenarios), found[one.path]) for one in whole if found]
        kept = {"reviews": reviews} if reviews else {}
        covered = {"coverage": listed} if found else {}
        _echo_json({"scenarios": count, "failed": failed, "failures": report, **kept, **covered})
    elif measuring or too_low:
        from guidec.proofs.listed import coverage_text

        for one in whole:
            click.echo(coverage_text(one.path, len(one.scenarios), found[one.path]))
    states = [one["status"] for one in reviews]
    marks = [f"{states.count(word)} {word}" for word in _MARKS if word in states]
    talk.say(
        f"{_count(count, 'scenario')}: {count - failed} passed, {failed} failed"
        + (f"; {', '.join(marks)}" if marks else "")
    )
    for path in too_low:
        click.echo(
            f"guidec: {path}: the scenarios meet {_percent(found[path])} %, less than {least:g} %", err=True
        )
    wrong = (
        failed or too_low or _failed(compilations, strict) or (strict and {"void", "unbound"} & set(states))
    )
    if generating and not wrong:
        _generate(
            talk,
            whole,
            found,
            kinds or ("decisions", "branches", "boundaries", "blanks", "conditions"),
            dry_run,
        )
    elif generating:
        talk.say("nothing was generated: mend what failed first")
    sys.exit(FAULTY if wrong else FINE)


_MARKS = ("reviewed", "unreviewed", "unbound", "void")


def _run_all(compilations: "list[Compilation]", form: str) -> tuple[list[dict[str, Any]], int]:
    """Every expectation that fails, told in text as it comes; and how many scenarios have one."""
    from guidec.diagnostic import Diagnostic
    from guidec.report import as_text
    from guidec.scenarios import run

    report: list[dict[str, Any]] = []
    failed = 0
    for compilation in compilations:
        assert compilation.compiled is not None
        for scenario in compilation.scenarios:
            failures = run(compilation.compiled, scenario)
            failed += bool(failures)
            for failure in failures:
                span = failure.expectation.span
                report.append(
                    {
                        "file": compilation.path,
                        "line": span.line,
                        "scenario": scenario.title,
                        "got": failure.got,
                    }
                )
                if form == "text":
                    message = f"scenario “{scenario.title}”: got {failure.got}"
                    repair = "mend the guideline, or what is expected of it"
                    found = Diagnostic("failed_scenario", message, span, repair)
                    click.echo(as_text([found], compilation.texts, _colored(sys.stdout)))
    return report, failed


def _reviews(compilations: "list[Compilation]", form: str) -> list[dict[str, Any]]:
    """How each marked scenario stands; a review that is void, or bound to nothing, is told."""
    from guidec.proofs.reviews import fault_of, status_of
    from guidec.report import as_text

    found: list[dict[str, Any]] = []
    for compilation in compilations:
        assert compilation.compiled is not None
        for scenario in compilation.scenarios:
            status, why = status_of(compilation.compiled, scenario)
            if scenario.review is None:
                continue
            line = scenario.review.span.line
            found.append(
                {
                    "file": compilation.path,
                    "line": line,
                    "scenario": scenario.title,
                    "status": status,
                    "why": why,
                }
            )
            fault = fault_of(scenario, status, why)
            if fault is not None and form == "text":
                click.echo(as_text([fault], compilation.texts, _colored(sys.stderr)), err=True)
    return found


def _bind(talk: _Talk, compilations: "list[Compilation]") -> None:
    """Write what each `reviewed` is bound to; all files or none."""
    from guidec.appended import to_bind, with_reviews
    from guidec.project import rewrite

    made: dict[Path, bytes] = {}
    count = 0
    for one in compilations:
        assert one.compiled is not None
        lines = to_bind(one.compiled, one.path, one.scenarios)
        if lines:
            made[Path(one.path)] = with_reviews(_own_bytes(one), lines)
            count += len(lines)
    _rewrite(rewrite, made)
    talk.say(f"{_count(count, 'review')} bound")


def _covered(talk: _Talk, compilations: "list[Compilation]") -> "dict[str, Coverage]":
    """What the scenarios of each file meet."""
    from guidec.proofs.coverage import coverage, measured

    found: dict[str, Coverage] = {}
    for one in compilations:
        assert one.compiled is not None
        with talk.long() as tell:
            tell(f"measuring what the scenarios of {one.path} meet")
            measure = measured(one.compiled, _solver("auto"))
            if measure is None:
                _fail(f"`{one.path}` is too large to measure what its scenarios meet")
            found[one.path] = coverage(measure, [scenario.patient for scenario in one.scenarios], tell)
    return found


def _percent(found: "Coverage") -> float:
    from guidec.proofs.coverage import percent

    return percent(*found.of())


def _generate(
    talk: _Talk, compilations: "list[Compilation]", found: "dict[str, Coverage]", kinds: Any, dry_run: bool
) -> None:
    """Append the missing scenarios; all files or none."""
    from guidec.appended import NotKept, appended_text, with_scenarios
    from guidec.project import reader, rewrite

    made: dict[Path, bytes] = {}
    count = 0
    for one in compilations:
        data = _own_bytes(one)
        with talk.long() as tell:
            try:
                whole, scenarios = with_scenarios(
                    one, data, reader(Path(one.path).parent), found[one.path], kinds, tell
                )
            except NotKept as fault:
                _fail(
                    f"what was generated for `{one.path}` was not read as meant; nothing was written ({fault})"
                )
        count += len(scenarios)
        if dry_run and scenarios:
            click.echo(appended_text(data, whole), nl=False)
        elif scenarios:
            made[Path(one.path)] = whole
    _rewrite(rewrite, made)
    for path in made:
        click.echo(path.as_posix())
    talk.say(f"{_count(count, 'scenario')} {'would be added' if dry_run else 'added'}")


def _own_bytes(compilation: "Compilation") -> bytes:
    from guidec.project import bytes_of

    data, _ = bytes_of(Path(compilation.path))
    if data is None:
        _fail(f"`{compilation.path}` can't be read any more")
    return data


def _rewrite(rewrite: Callable[[Any], None], files: dict[Path, bytes]) -> None:
    try:
        rewrite(files)
    except OSError as fault:
        _fail(f"`{fault.filename}` can't be written: {fault.strerror or fault}")


def _mutants(
    talk: _Talk, paths: tuple[Path, ...], form: str, kinds: tuple[str, ...], jobs: int | None, strict: bool
) -> NoReturn:
    """Every small change of the guidelines, and who notices it; fails where nobody does."""
    from guidec.diagnostic import nearest
    from guidec.mutants.changes import KINDS
    from guidec.mutants.report import as_json, table, unnoticed
    from guidec.report import as_text

    for kind in kinds:
        if kind not in KINDS:
            _usage(
                f"there is no kind of change called `{kind}`",
                nearest(kind, KINDS) or f"known: {', '.join(KINDS)}",
            )
    compilations = _compile(talk, paths)
    _print_diagnostics(compilations, sys.stderr)
    if _failed(compilations, strict):
        talk.say("nothing was changed, because the text has faults")
        sys.exit(FAULTY)
    found: list[dict[str, Any]] = []
    alive = 0
    for one in compilations:
        if one.path.endswith(".json"):
            _usage(f"`{one.path}` is compiled, and holds no scenarios", "name the .guide file")
        if one.compiled is None or one.is_module:
            continue
        mutants = _judged(talk, one, kinds, jobs)
        faults = unnoticed(mutants)
        alive += len(faults)
        found.append(as_json(one.path, mutants))
        if form == "text":
            if faults:
                click.echo(as_text(faults, one.texts, _colored(sys.stdout)))
            click.echo(f"{one.path}: {_count(len(mutants), 'change')}")
            click.echo(table(mutants) + "\n")
    if form == "json":
        _echo_json(found)
    talk.say(f"{_count(alive, 'change')} that nobody notices" if alive else "every change is noticed")
    sys.exit(FAULTY if alive else FINE)


def _judged(talk: _Talk, one: "Compilation", kinds: tuple[str, ...], jobs: int | None) -> "list[Mutant]":
    """The verdicts on one guideline; first, its scenarios must hold."""
    from guidec.mutants.processes import verdicts
    from guidec.mutants.verdicts import failing, subject_of

    assert one.compiled is not None
    subject = subject_of(one.files, one.texts, one.compiled, one.scenarios)
    broken = failing(subject)
    if broken:
        _fail(
            f"scenario “{broken[0].title}” of `{one.path}` fails as it is: run `guidec test`, and mend that first"
        )
    with talk.long() as tell:
        return verdicts(
            subject,
            jobs or os.cpu_count() or 1,
            kinds,
            lambda done, of: tell(f"judging {done} of {of} changes of {one.path}"),
        )


# --- fmt ---------------------------------------------------------------------


@cli.command(
    "fmt",
    epilog="\b\nExamples:\n  guidec fmt guidelines/pm_dm_ild\n  guidec fmt --check .     in CI: fails where `guidec fmt` was"
    " forgotten\n  guidec fmt --diff takada.guide     what would change\n  guidec fmt - < takada.guide     for editors",
)
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, allow_dash=True))
@click.option(
    "--check", "only_check", is_flag=True, help="Write nothing; name the files that would change, and fail."
)
@click.option("--diff", "only_diff", is_flag=True, help="Write nothing; print what would change.")
@pass_talk
def fmt_(talk: _Talk, paths: tuple[Path, ...], only_check: bool, only_diff: bool) -> None:
    """Give guidelines and modules the one layout. What they mean stays, and so does every comment.

    Two blanks indent a level, values and branches share their columns, a condition that is too long is broken inside
    parentheses, and a blank line stands around each declaration of several lines. Files that don't parse are shown with their
    faults, and then nothing is written. `-` reads standard input and writes standard output.
    """
    from guidec.project import rewrite

    made = _laid_out(talk, paths)
    changed = {path: texts for path, texts in made.items() if texts[0] != texts[1].encode()}
    if only_diff:
        from guidec.report import as_diff

        for path, (data, text) in changed.items():
            click.echo(as_diff(_shown(path), data.decode("utf-8"), text), nl=False)
    if only_check or only_diff:
        for path in changed if not only_diff else ():
            click.echo(_shown(path))
        talk.say(
            f"{_count(len(made), 'file')}, {len(changed) or 'none'} to lay out"
            + (": run `guidec fmt`" if changed else "")
        )
        sys.exit(FAULTY if changed and only_check else FINE)
    try:
        rewrite({path: text for path, (_, text) in changed.items() if path != STANDARD})
    except OSError as fault:
        _fail(f"`{fault.filename}` can't be written: {fault.strerror or fault}")
    for path, (_, text) in made.items():
        if path == STANDARD:
            click.echo(text.encode(), nl=False)
        elif path in changed:
            click.echo(_shown(path))
    if STANDARD not in made:
        talk.say(f"{_count(len(made), 'file')}, {len(changed) or 'none'} laid out anew")


def _laid_out(talk: _Talk, paths: tuple[Path, ...]) -> dict[Path, tuple[bytes, str]]:
    """The bytes of each file and its text in the one layout; where one can't be read, their faults are shown and that is all."""
    from guidec.fmt import fmt
    from guidec.project import bytes_of

    files = [STANDARD] if paths == (STANDARD,) else _files(paths, (".guide",))
    made: dict[Path, tuple[bytes, str]] = {}
    found: list[Diagnostic] = []
    texts: dict[str, str] = {}
    for path in files:
        data, faults = (_standard_input(), []) if path == STANDARD else bytes_of(path)
        if data is not None:
            text, faults = fmt(_shown(path), data)
            texts[_shown(path)] = data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
            if text is not None:
                made[path] = (data, text)
        found += faults
        talk.tell(f"laid out {_shown(path)}")
    if found:
        _print_found(found, texts)
        talk.say(f"{_count(len(files), 'file')}: {_count(len(found), 'error')}; nothing was written")
        sys.exit(FAULTY)
    return made


def _shown(path: Path) -> str:
    from guidec.project import shown_path

    return "-" if path == STANDARD else shown_path(path)


def _standard_input() -> bytes:
    if sys.stdin is None:
        _fail("`-` can't be read: standard input is closed")
    return sys.stdin.buffer.read()


# --- explain, statements, targets, completion --------------------------------


@cli.command(epilog="\b\nExample:\n  guidec explain missing_branch")
@click.argument("code")
def explain(code: str) -> None:
    """The manual page of a diagnostic."""
    from guidec.diagnostic import nearest
    from guidec.explain import codes, page

    text = page(code)
    if text is None:
        _usage(
            f"no diagnostic has the code `{code[:60]}`",
            nearest(code, codes()) or "see `guidec check`, which prints them in brackets",
        )
    click.echo(text.rstrip())


@cli.command(epilog="\b\nExample:\n  guidec statements takada.guide --format json")
@PATHS
@FORMAT
@pass_talk
def statements(talk: _Talk, paths: tuple[Path, ...], form: str) -> None:
    """The register of each source: which statement is encoded where, documented, or set aside and why."""
    from guidec.account import account

    compilations = _compile(talk, paths)
    entries = [
        entry
        for one in compilations
        if one.compiled is not None
        for entry in account(one.compiled.guideline, one.cited)
    ]
    _print_diagnostics([one for one in compilations if one.compiled is None], sys.stderr)
    if form == "json":
        _echo_json(entries)
    else:
        for entry in entries:
            where = " ".join(entry["where"])
            reason = f"  {entry['reason']}" if entry["reason"] else ""
            click.echo(f"{entry['source']}  {entry['id']:6} {entry['status']:10} {where}{reason}".rstrip())
        counts: dict[str, int] = {}
        for entry in entries:
            counts[entry["status"]] = counts.get(entry["status"], 0) + 1
        talk.say(", ".join(f"{count} {status.replace('_', ' ')}" for status, count in sorted(counts.items())))
    sys.exit(FAULTY if _failed(compilations, False) else FINE)


@cli.command("targets")
def targets_() -> None:
    """What can be emitted."""
    from guidec.target import described

    names, found = described()
    for name, description in names.items():
        click.echo(f"{name:12} {description}")
    _print_found(found)


@cli.command(epilog='\b\nExample:\n  eval "$(guidec completion bash)"')
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """The script that completes guidec's commands and options in a shell."""
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    click.echo(found(cli, {}, "guidec", "_GUIDEC_COMPLETE").source())


# --- what commands share -----------------------------------------------------


def _compile(
    talk: _Talk, paths: Iterable[Path], skip_scenarios: bool = False, solver: str = "auto"
) -> "list[Compilation]":
    from guidec.project import compile_path

    compilations = []
    deciding = _solver(solver)
    for file in _files(paths, (".guide", ".json")):
        with talk.long() as tell:
            compilations.append(compile_path(file, skip_scenarios, tell, deciding))
        talk.tell(f"compiled {compilations[-1].path}")
    return compilations


def _solver(name: str) -> "Solver | None":
    """The solver of that name, or the first that is installed."""
    if name == "none":
        return None
    from guidec.proofs.solvers import installed, solver

    there = installed()
    if name == "auto":
        return solver(there[0]) if there else None
    if name not in there:
        _usage(
            f"the solver `{name}` is not installed", "pip install 'guidec[proofs]', or leave `--solver` out"
        )
    return solver(name)


def _files(paths: Iterable[Path], kinds: tuple[str, ...]) -> list[Path]:
    """The files that the paths stand for, each of one of the kinds."""
    from guidec.project import guidelines_in

    files = guidelines_in(paths)
    compiled = ".json" in kinds
    for path in paths:
        if not path.exists():
            _usage(
                f"`{path}` does not exist",
                f"name a .guide file{', a compiled .json' if compiled else ''} or a folder",
            )
    for file in files:
        if file.suffix not in kinds:
            _usage(
                f"`{file}` is {'neither a .guide file nor a compiled .json' if compiled else 'no .guide file'}",
                "name one",
            )
    if not files:
        _usage("there is no .guide file in these folders", "name one")
    return files


def _one(talk: _Talk, file: Path) -> "Compiled":
    compilations = _compile(talk, [file], skip_scenarios=True)
    guidelines = [one for one in compilations if not one.is_module]
    if len(guidelines) != 1:
        reason = "is a module; a guideline uses it" if not guidelines else "holds several guidelines"
        _usage(f"`{file}` {reason}", "name one guideline")
    compiled = guidelines[0].compiled
    if compiled is None:
        _print_diagnostics(compilations, sys.stderr)
        sys.exit(FAULTY)
    return compiled


def _diagnostics(compilations: "Iterable[Compilation]") -> "list[Diagnostic]":
    """All of them, each once: several guidelines may use one module."""
    return list(dict.fromkeys(one for compilation in compilations for one in compilation.diagnostics))


def _failed(compilations: "list[Compilation]", strict: bool) -> bool:
    failing = ("error", "warning") if strict else ("error",)
    return any(one.severity in failing for one in _diagnostics(compilations))


def _print_diagnostics(
    compilations: "list[Compilation]", stream: Any, least: tuple[str, ...] = ("error", "warning")
) -> None:
    """Notes, which ask nothing of anybody, are for `check` and `build`."""
    from guidec.report import as_text

    texts = {path: text for one in compilations for path, text in one.texts.items()}
    found = [one for one in _diagnostics(compilations) if one.severity in least]
    if found:
        click.echo(as_text(found, texts, _colored(stream)), file=stream)


def _print_found(found: "list[Diagnostic]", texts: dict[str, str] | None = None) -> None:
    from guidec.report import as_text

    if found:
        click.echo(as_text(found, texts or {}, _colored(sys.stderr)), err=True)


def _colored(stream: Any) -> bool:
    return bool(stream.isatty()) and "NO_COLOR" not in os.environ


def _usage(message: str, repair: str) -> NoReturn:
    click.echo(f"guidec: {message}; {repair}", err=True)
    sys.exit(WRONG_USAGE)


def _fail(message: str) -> NoReturn:
    click.echo(f"guidec: {message}", err=True)
    sys.exit(FAULTY)


def main() -> None:
    """The entry point of the command `guidec`."""
    sys.setrecursionlimit(10_000)
    status: object = FINE
    try:
        cli(prog_name="guidec")
    except SystemExit as done:
        status = done.code
    except OSError as fault:
        status = _unwritable(fault)
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as fault:
        status = _unwritable(fault)
    sys.exit(status)  # type: ignore[arg-type]  # what click gave to sys.exit


def _unwritable(fault: OSError) -> int:
    """Say that the answer could not be printed, and keep Python from trying once more when it ends."""
    click.echo(f"guidec: the output can't be written: {fault.strerror or fault}", err=True)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return FAULTY
