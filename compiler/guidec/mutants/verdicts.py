"""Mutations to verdicts: killed by a scenario or by a proof, equivalent, alive with the patient who would kill it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from guidec import ast, ir
from guidec.diagnostic import Diagnostic
from guidec.evaluate import Compiled, Refused
from guidec.evaluate.completions import Completions
from guidec.evaluate.record import Record, read_record
from guidec.layout import declaration_text
from guidec.lower import lowered
from guidec.lower.diagram import TRUE, TooLarge
from guidec.lower.work import Lowering
from guidec.mutants.alike import asked as inputs_asked
from guidec.mutants.alike import numbers, truth, unlike
from guidec.mutants.changes import Mutation, mutations
from guidec.mutants.names import Names, names_of
from guidec.mutants.pins import SURE, VIEWS, amounts, pinned, plain
from guidec.mutants.slices import Reach, reached, sliced
from guidec.parse import parse
from guidec.proofs.dosed import NOBODY, compared, weights_apart
from guidec.proofs.joint import Joint, joint
from guidec.proofs.properties import prove
from guidec.proofs.questions import Answer, nobody
from guidec.proofs.witness import Patient, least
from guidec.record import parts, record
from guidec.resolve import resolve
from guidec.scenarios import answer, run
from guidec.source import Span

Verdict = Literal["scenario", "proof", "equivalent", "alive", "unknown"]
BLOCK = 24
"""As many mutations of one declaration are judged together, whatever the number of processes."""

TRIED_FIRST = 3
"""So many of the scenarios that killed last are run at once, before anything is proven: most changes fall to one of them."""

_OVERLAPS = ("overlapping_branches", "missing_branch", "unreachable_branch", "unhandled_named_value")
"""Faults of the meaning that are told while names are resolved; any other means that nobody could write it."""

_BESIDE = (ast.Account, ast.Question, ast.Comparison, ast.Scenario, ast.Property)
"""Declarations that no patient's answer depends on."""


@record
class Subject:
    """A guideline with its scenarios, ready to be changed; `files` without what no answer depends on."""

    files: tuple[ast.File, ...]
    properties: tuple[ast.Property, ...]
    registers: dict[str, bytes]
    compiled: Compiled
    scenarios: tuple[ir.Scenario, ...]

    def read(self, name: str) -> bytes:
        """A register, by its name."""
        return self.registers.get(name, b"")


@record
class Mutant:
    """A mutation, as lines before and after it, and what became of it.

    `by` names the scenario or the fault that kills it, or says why nothing is known. `patient` would kill it: `scenario` has
    this patient and what to expect; what no expectation can say is in `differs`.
    """

    kind: str
    span: Span
    before: tuple[str, ...]
    after: tuple[str, ...]
    verdict: Verdict
    by: str = ""
    patient: Patient | None = None
    scenario: str = ""
    differs: tuple[str, ...] = ()


@record
class Block:
    """Some mutations of one declaration, by their positions."""

    file: int
    declaration: int
    first: int
    last: int


def subject_of(
    files: Sequence[ast.File], texts: Mapping[str, str], compiled: Compiled, scenarios: Iterable[ir.Scenario]
) -> Subject:
    """A compiled guideline as it is mutated; the registers are among its `texts`."""
    kept = tuple(
        replace(file, declarations=tuple(one for one in file.declarations if not isinstance(one, _BESIDE)))
        for file in files
    )
    properties = tuple(one for one in parts(*files) if isinstance(one, ast.Property))
    folder = files[-1].path.rpartition("/")[0]
    registers = {path.removeprefix(f"{folder}/"): text.encode() for path, text in texts.items()}
    return Subject(kept, properties, registers, compiled, tuple(scenarios))


def failing(subject: Subject) -> list[ir.Scenario]:
    """The scenarios that fail before anything is changed: they could notice nothing."""
    return [one for one in subject.scenarios if run(subject.compiled, one)]


def blocks(subject: Subject, kinds: Sequence[str] = ()) -> list[Block]:
    """All mutations of these kinds, or of every kind, in blocks."""
    found: list[Block] = []
    names = names_of(subject.compiled.guideline)
    for file, tree in enumerate(subject.files):
        for at in range(len(tree.declarations)):
            count = len(_mutations(subject, names, file, at, kinds))
            found += [Block(file, at, first, min(first + BLOCK, count)) for first in range(0, count, BLOCK)]
    return found


def size(some: Iterable[Block]) -> int:
    """How many mutations there are in blocks."""
    return sum(one.last - one.first for one in some)


def judged(subject: Subject, block: Block, kinds: Sequence[str] = ()) -> list[Mutant]:
    """The verdict on each mutation of a block that could be written and changes the meaning."""
    work = _Work(subject)
    tree = subject.files[block.file]
    found = []
    for mutation in _mutations(subject, work.names, block.file, block.declaration, kinds)[
        block.first : block.last
    ]:
        verdict = _judge(work, block, mutation)
        if verdict is not None:
            before, after = lines_apart(tree.declarations[block.declaration], mutation.into)
            found.append(replace(verdict, before=before, after=after))
    return found


# --- what is judged --------------------------------------------------------------


def _mutations(subject: Subject, names: Names, file: int, at: int, kinds: Sequence[str]) -> list[Mutation]:
    """Each once: what is written alike is the same."""
    declaration = subject.files[file].declarations[at]
    found: dict[str, Mutation] = {declaration_text(declaration): Mutation("", declaration.span, declaration)}
    for one in mutations(declaration, names):
        if not kinds or one.kind in kinds:
            found.setdefault("" if one.into is None else declaration_text(one.into), one)
    return list(found.values())[1:]


@dataclass(slots=True)
class _Work:
    """What the verdicts on one block share. `tried` has the scenarios that killed, the last first."""

    subject: Subject
    names: Names = field(init=False)
    records: dict[int, Record | None] = field(default_factory=dict)
    tried: list[int] = field(default_factory=list)
    slices: dict[Reach, ir.Guideline] = field(default_factory=dict)
    compiled: dict[Reach, Compiled] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.names = names_of(self.subject.compiled.guideline)


def _judge(work: _Work, block: Block, mutation: Mutation) -> Mutant | None:
    """None where nobody could write it, or where it means the same word by word."""
    found = Mutant(mutation.kind, mutation.span, (), (), "unknown")
    into = () if mutation.into is None else _read_again(mutation.into)
    if into is None:
        return None
    files = _with(work.subject, block, into)
    guideline, fault = _resolved(work.subject, files)
    if fault:
        return replace(found, verdict="proof", by=fault)
    before = work.subject.compiled.guideline
    if guideline is None or _bare(guideline) == _bare(before):
        return None
    reach = reached(before, guideline)
    changed = sliced(guideline, reach)
    _, program, faults = lowered(changed)
    if program is None:
        return replace(found, verdict="proof", by=_first_error(faults))
    mutant = Compiled(changed, program, "")
    killer = _killer(work, reach, mutant, work.tried[:TRIED_FIRST])
    if killer:
        return replace(found, verdict="scenario", by=killer)
    try:
        ours = _ours(work, reach)
        whole = joint(ours, changed, numbers(ours, changed, reach))
        node = unlike(whole, reach)
    except TooLarge:
        whole, node = None, 1
    if whole is not None and node == whole.first.diagrams.false:
        return replace(found, verdict="equivalent")
    rest = [at for at in range(len(work.subject.scenarios)) if at not in work.tried[:TRIED_FIRST]]
    noticing = (at for at in _killers_first(work, rest) if _may_notice(work, at, reach, (whole, node)))
    killer = _killer(work, reach, mutant, noticing)
    if killer:
        return replace(found, verdict="scenario", by=killer)
    if whole is None:
        return replace(found, by="the two versions are too large to be compared")
    return _survivor(work, found, (whole, node), reach, mutant, files)


def _read_again(into: ast.Declaration) -> tuple[ast.Declaration, ...] | None:
    """The declaration as it is read from its text; None where it can't be written."""
    tree, faults = parse("", declaration_text(into))
    return None if faults else tree.declarations


def _with(subject: Subject, block: Block, into: tuple[ast.Declaration, ...]) -> tuple[ast.File, ...]:
    file = subject.files[block.file]
    before, after = file.declarations[: block.declaration], file.declarations[block.declaration + 1 :]
    changed = replace(file, declarations=(*before, *into, *after))
    return (*subject.files[: block.file], changed, *subject.files[block.file + 1 :])


def _resolved(subject: Subject, files: tuple[ast.File, ...]) -> tuple[ir.Guideline | None, str]:
    """The changed guideline; or nothing, and the overlap or the gap that is told on the way."""
    found, faults = resolve(files, subject.read, False)
    errors = [one for one in faults if one.severity == "error"]
    if found is not None and not errors:
        return found.guideline, ""
    told = next((one for one in errors if one.code in _OVERLAPS), None)
    return None, "" if told is None or len(errors) > 1 else f"{told.code}: {told.message}"


def _bare(guideline: ir.Guideline) -> ir.Guideline:
    return replace(guideline, sources=(), accounts=(), questions=(), comparison=())


def _first_error(faults: Iterable[Diagnostic]) -> str:
    fault = next(one for one in faults if one.severity == "error")
    return f"{fault.code}: {fault.message}"


# --- scenarios -------------------------------------------------------------------


def _killer(work: _Work, reach: Reach, mutant: Compiled, scenarios: Iterable[int]) -> str:
    """The title of the first of some scenarios that fails."""
    for at in scenarios:
        scenario = work.subject.scenarios[at]
        asked = _about(scenario, reach, work.subject.compiled.guideline)
        if asked is None:
            continue
        readings = any(one.kind == "open" for one in asked.expected)
        if run(mutant, asked, readings):
            work.tried = [at, *(one for one in work.tried if one != at)]
            return str(scenario.title)
    return ""


def _killers_first(work: _Work, scenarios: list[int]) -> list[int]:
    killers = [at for at in work.tried if at in scenarios]
    return [*killers, *(at for at in scenarios if at not in killers)]


def _about(scenario: ir.Scenario, reach: Reach, guideline: ir.Guideline) -> ir.Scenario | None:
    """The scenario with what it expects of what is reached; none where that is nothing."""
    kept = [one for one in (_part(expected, reach, guideline) for expected in scenario.expected) if one]
    return replace(scenario, expected=tuple(kept)) if kept else None


def _part(expected: ir.Expectation, reach: Reach, guideline: ir.Guideline) -> ir.Expectation | None:
    if reach.all:
        return expected
    match expected.kind:
        case "refused":
            return None
        case "stage" | "next" | "review":
            return expected if reach.pathway else None
        case "rule" | "no_rule":
            names = tuple(name for name in expected.names if name in reach.rules)
            return replace(expected, names=names) if names else None
        case "due":
            return expected if expected.of in reach.rules else None
        case "value":
            bands = {one.band for one in guideline.definitions if one.id in reach.values}
            return expected if expected.of in (*reach.values, *bands) else None
        case _ if expected.of in {one.id for one in guideline.decisions}:
            return expected if expected.of in reach.decisions else None
        case _ if expected.of in {one.id for one in guideline.rules}:
            return expected if reach.decisions or expected.of in reach.rules else None
        case _:
            return expected if reach.decisions or expected.inside in reach.rules else None


def _may_notice(work: _Work, at: int, reach: Reach, apart: tuple[Joint | None, int]) -> bool:
    """Whether some completion of a scenario's patient is answered differently."""
    if at not in work.records:
        try:
            known = read_record(work.subject.compiled.guideline, work.subject.scenarios[at].patient)
        except Refused:
            known = None
        work.records[at] = known
    record = work.records[at]
    if record is None:
        return reach.all
    whole, node = apart
    return whole is None or _meets(whole.first, record, node)


def _meets(work: Lowering, record: Record, node: int) -> bool:
    """Whether a record may lie where a diagram is true, each coordinate looked at by itself."""
    cells = Completions(work.guideline, work.coordinates.all, record).cells
    seen: set[int] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if work.diagrams.is_end(one):
            if work.diagrams.value(one) == TRUE:
                return True
        elif one not in seen:
            seen.add(one)
            here = cells[work.diagrams.coordinate(one)]
            waiting += [child for mask, child in work.diagrams.edges(one) if mask & here]
    return False


# --- what nobody notices -----------------------------------------------------------


def _survivor(
    work: _Work,
    found: Mutant,
    apart: tuple[Joint, int],
    reach: Reach,
    mutant: Compiled,
    files: tuple[ast.File, ...],
) -> Mutant | None:
    whole, node = apart
    shows = _Shows(_before(work, reach), mutant)
    known = inputs_asked(whole, reach)
    sure = _Shows(shows.before, shows.after, SURE)
    patient = _otherwise_dosed(work, reach, mutant)
    asked = nobody(whole.first, node, sure, known) if patient is None else Answer("refuted", patient)
    patient = asked.patient
    if asked.kind == "unknown":
        patient = _like_a_scenario(work, sure)
    if asked.kind == "unknown" and patient is None:
        asked = nobody(whole.first, node, shows, known)
        patient = asked.patient
    if asked.kind == "proven":
        return replace(found, verdict="equivalent")
    if patient is None:
        patient = _like_a_scenario(work, shows)
    if patient is None:
        return replace(found, by=asked.reason)
    guideline, _ = _resolved(work.subject, files)
    assert guideline is not None
    _, program, _ = lowered(guideline)
    assert program is not None
    after = Compiled(guideline, program, "")
    broken = _broken(work.subject, after, files)
    if broken:
        return replace(found, verdict="proof", by=broken)
    compiled = (work.subject.compiled, after)

    def written(some: Iterable[ast.Scenario]) -> tuple[ir.Scenario, ...]:
        made, _ = resolve(_and(work.subject.files, some), work.subject.read, False)
        return () if made is None else made.scenarios

    scenario, differs = pinned(compiled, patient, title_of(found), written)
    return replace(found, verdict="alive", patient=patient, scenario=scenario, differs=differs)


def _otherwise_dosed(work: _Work, reach: Reach, mutant: Compiled) -> Patient | None:
    """A patient with a weight for which another amount is given; none where that is unknown or never so."""
    before = _before(work, reach)
    when = weights_apart(before.guideline, mutant.guideline)
    if when == NOBODY:
        return None
    compared_numbers = numbers(before.guideline, mutant.guideline, reach)
    try:
        whole = joint(before.guideline, mutant.guideline, compared_numbers, amounts=True)
        if not whole.cuts.issuperset(compared(when)):
            return None
        node = whole.first.diagrams.both(unlike(whole, reach), truth(whole.first, when))
    except TooLarge:
        return None

    def shows(patient: Patient) -> bool:
        ours, theirs = (amounts(answer(one, patient, readings=False)) for one in (before, mutant))
        return ours != theirs

    return nobody(whole.first, node, shows, inputs_asked(whole, reach)).patient


def _broken(subject: Subject, after: Compiled, files: tuple[ast.File, ...]) -> str:
    """The first property that the changed guideline breaks."""
    if not subject.properties:
        return ""
    resolved, _ = resolve(_and(files, subject.properties), subject.read, False)
    verdicts, _ = prove(after, () if resolved is None else resolved.properties)
    refuted = next((one for one in verdicts if one.answer.kind == "refuted"), None)
    return "" if refuted is None else f"property {refuted.property}"


def _and(files: tuple[ast.File, ...], some: Iterable[ast.Declaration]) -> tuple[ast.File, ...]:
    """More declarations at the end of the last file."""
    return (*files[:-1], replace(files[-1], declarations=(*files[-1].declarations, *some)))


def _before(work: _Work, reach: Reach) -> Compiled:
    """The part of the guideline as it was, ready to be asked."""
    if reach not in work.compiled:
        guideline = _ours(work, reach)
        _, program, _ = lowered(guideline)
        assert program is not None
        work.compiled[reach] = Compiled(guideline, program, "")
    return work.compiled[reach]


def _ours(work: _Work, reach: Reach) -> ir.Guideline:
    if reach not in work.slices:
        work.slices[reach] = sliced(work.subject.compiled.guideline, reach)
    return work.slices[reach]


@dataclass(slots=True)
class _Shows:
    """Whether two versions answer a patient differently. Once they have, where it is plainest: what is made smaller then
    goes on to show that, and no mere difference of what is possible."""

    before: Compiled
    after: Compiled
    most: int = len(VIEWS)
    view: int = -1

    def __call__(self, patient: Patient) -> bool:
        ours, theirs = (plain(answer(one, patient, readings=False)) for one in (self.before, self.after))
        if self.view < 0:
            self.view = next(
                (at for at, view in enumerate(VIEWS[: self.most]) if view(ours) != view(theirs)), -1
            )
            return self.view >= 0
        view = VIEWS[self.view]
        return bool(view(ours) != view(theirs))


def _like_a_scenario(work: _Work, shows: _Shows) -> Patient | None:
    """The patient of a scenario that doesn't expect enough of the answer, cut down to what it needs."""
    found = next((one.patient for one in work.subject.scenarios if shows(one.patient)), None)
    return None if found is None else least(found, shows)


def title_of(mutant: Mutant) -> str:
    """What the scenario that would kill a mutant is called until somebody finds a better name."""
    return f"{mutant.span.file.rpartition('/')[2]}, line {mutant.span.line}: {mutant.kind}"


def lines_apart(
    before: ast.Declaration, after: ast.Declaration | None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of a declaration that go, and those that stand there instead."""
    old = declaration_text(before).splitlines()
    new = [] if after is None else declaration_text(after).splitlines()
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[len(old) - 1 - end] == new[len(new) - 1 - end]:
        end += 1
    return tuple(old[start : len(old) - end]), tuple(new[start : len(new) - end])
