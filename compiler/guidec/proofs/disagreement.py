"""Several guidelines to where they disagree: for each question how the answers stand, for whom, and a patient for each."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from guidec import ir
from guidec.compare import Cell, asked, cell_of, compare, row_status
from guidec.compare_show import cell_lines
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.lower.diagram import TooLarge
from guidec.lower.search import Solver
from guidec.lower.work import Lowering
from guidec.proofs.joint import together
from guidec.proofs.questions import Answer, nobody, ways
from guidec.proofs.replay import answering_nothing, asks_prescribed, settled
from guidec.proofs.settled import NOT_SHOWN, Ends, decided, ruled, scoped
from guidec.proofs.ways import Patients, in_words, reader
from guidec.proofs.witness import Patient, Way, patient_of

Json = dict[str, Any]

STANDINGS = ("differs", "indeterminate", "compatible", "same", "silent", "out_of_scope")
MOST_SHOWN = {"differs": 6, "indeterminate": 6, "compatible": 2}
"""Of one standing, how many ways to answer have a patient of their own, else one; the others are counted."""

MOST_TRIED = 20
MOST_GROUPS = 3
SCOPE = "applies when"
TOO_LARGE = "the answers are too many to be looked through; ask about a patient"
NOBODY_MADE = "no patient was found who shows it, and none was excluded"


def disagreement(
    guidelines: Sequence[Compiled],
    tell: Callable[[str], None] = lambda stage: None,
    solver: Solver | None = None,
) -> Json:
    """What `guidec compare` prints without a patient (see disagreement.schema.json). Raises Unasked.

    The `solver` is asked where the search for values gives up.
    """
    questions = asked(guidelines)
    sources = [
        {
            "guideline": one.guideline.id,
            "title": one.guideline.title,
            "version": one.guideline.version,
            "digest": one.digest,
        }
        for one in guidelines
    ]
    tell("laying the guidelines over one set of questions")
    try:
        works, refused = together([one.guideline for one in guidelines], solver)
    except TooLarge:
        rows = [_row(question, [], TOO_LARGE) for question in questions]
        return {"sources": sources, "questions": rows}
    diagrams = works[0].diagrams
    words = reader(guidelines[0].guideline, works[0])
    work = _Work(tuple(guidelines), works, Ends(works), diagrams.negate(refused), words)
    rows = []
    for question in questions:
        tell(f"comparing the answers to {question.id}")
        try:
            rows.append(_row(question, list(_standings(work, question))))
        except TooLarge:
            rows.append(_row(question, [], TOO_LARGE))
    return {"sources": sources, "questions": rows}


def _row(question: ir.Question, standings: list[Json], reason: str = "") -> Json:
    found: Json = {"id": question.id, "label": question.label, "compares": question.compares}
    return found | {"standings": standings} | ({"reason": reason} if reason else {})


Places = tuple[int, ...]
"""What a guideline's parts end in, one after another, as places in `Ends.all`."""


@dataclass(slots=True)
class _Work:
    """The guidelines over one set of diagrams; `answers` has what each says for the ends of the parts that answer."""

    guidelines: tuple[Compiled, ...]
    works: tuple[Lowering, ...]
    ends: Ends
    bounds: int
    words: Callable[[Way], str]
    nodes: dict[tuple[int, tuple[str, ...]], int] = field(default_factory=dict)
    answers: dict[tuple[int, tuple[str, ...], Places], Json | None] = field(default_factory=dict)
    said: dict[tuple[str, int, Places], tuple[str, ...]] = field(default_factory=dict)
    cells: dict[tuple[str, int, Places], Cell | None] = field(default_factory=dict)
    alone: dict[tuple[int, tuple[str, ...]], Compiled] = field(default_factory=dict)

    def part(self, side: int, by: tuple[str, ...]) -> Compiled:
        """The guideline with what answers a question alone."""
        if (side, by) not in self.alone:
            self.alone[side, by] = _answering(self.guidelines[side], by)
        return self.alone[side, by]


def _answering(compiled: Compiled, by: tuple[str, ...]) -> Compiled:
    """What answers a question, and what tells whether a rule that isn't shown is out of scope: some decision."""
    guideline, program = compiled.guideline, compiled.program
    rules = tuple(one for one in guideline.rules if one.id in by)
    names = {one.id for one in guideline.decisions if one.id in by}
    if asks_prescribed(compiled, (one.id for one in rules)):
        names = {one.id for one in guideline.decisions}
    elif rules and guideline.applies is not None and program.decisions:
        names.add(min(program.decisions, key=lambda name: len(program.decisions[name].rows)))
    decisions = tuple(one for one in guideline.decisions if one.id in names)
    bare = answering_nothing(compiled)
    return replace(bare, guideline=replace(bare.guideline, decisions=decisions, rules=rules))


def _by(question: ir.Question, guideline: ir.Guideline) -> tuple[str, ...]:
    return next((one.by for one in guideline.comparison if one.question == question.id), ())


# --- one question -------------------------------------------------------------


def _standings(work: _Work, question: ir.Question) -> Iterable[Json]:
    """How the answers stand to each other, worst first: for whom, and what each says."""
    diagrams = work.works[0].diagrams
    whole = diagrams.choose(work.bounds, _all_answers(work, question), diagrams.false)
    rows: dict[str, dict[tuple[Any, ...], list[tuple[Places, ...]]]] = {}
    unknown: list[tuple[Places, ...]] = []
    for places in sorted(_places_below(work, whole)):
        cells = [_cell(work, question, side, one) for side, one in enumerate(places)]
        known = [cell for cell in cells if cell is not None]
        if len(known) < len(cells):
            unknown.append(places)
            continue
        said = tuple(_said(work, question, side, one) for side, one in enumerate(places))
        rows.setdefault(row_status(known), {}).setdefault(said, []).append(places)
    for standing in STANDINGS:
        if standing in rows:
            yield _standing(work, question, standing, rows[standing], whole)
    if unknown:
        told = in_words(work.works[0], _where(work, whole, unknown), work.works[0].diagrams.true, work.words)
        yield {
            "standing": "unknown",
            "for": told.groups,
            "complete": told.whole,
            "answers": [],
            "more": 0,
            "reason": NOBODY_MADE,
        }


def _places_below(work: _Work, node: int) -> Iterator[tuple[Places, ...]]:
    """What the answers end in, for all patients of a diagram."""
    diagrams = work.works[0].diagrams
    for end in diagrams.ends(node):
        value = diagrams.value(end)
        if isinstance(value, tuple):
            yield value[1:]


def _said(work: _Work, question: ir.Question, side: int, places: Places) -> tuple[str, ...]:
    """What a guideline says where its parts end so."""
    key = question.id, side, places
    if key not in work.said:
        cell = _cell(work, question, side, places)
        assert cell is not None
        work.said[key] = answer_lines(question, work.guidelines[side].guideline, cell.shown)
    return work.said[key]


def _standing(
    work: _Work,
    question: ir.Question,
    standing: str,
    rows: Mapping[tuple[Any, ...], list[tuple[Places, ...]]],
    whole: int,
) -> Json:
    first = work.works[0]
    every = _where(work, whole, [places for several in rows.values() for places in several])
    told = in_words(first, every, first.diagrams.true, work.words)
    answers: list[Json] = []
    for said, places in rows.items():
        if len(answers) == MOST_SHOWN.get(standing, 1):
            break
        node = _where(work, whole, places)
        found = _shown_by(work, question, standing, said, node)
        if found is not None:
            answers.append(found)
    return {
        "standing": standing,
        "for": told.groups,
        "complete": told.whole,
        "answers": answers,
        "more": len(rows) - len(answers),
    }


def _shown_by(
    work: _Work, question: ir.Question, standing: str, said: tuple[Any, ...], node: int
) -> Json | None:
    """A patient of whom `guidec compare` says so, and for whom else; None where there is nobody."""
    parts = [
        replace(
            part,
            guideline=replace(
                part.guideline,
                comparison=tuple(one for one in part.guideline.comparison if one.question == question.id),
            ),
        )
        for part in (
            work.part(side, _by(question, one.guideline)) for side, one in enumerate(work.guidelines)
        )
    ]

    def shows(patient: Patient) -> bool:
        record = _record(work, patient)
        if record is None or not all(
            settled(part, _own(part.guideline, record), _by(question, part.guideline)) for part in parts
        ):
            return False
        try:
            (row,) = compare(parts, record)["questions"]
        except Refused:
            return False
        lines = tuple(
            answer_lines(question, one.guideline, cell) for one, cell in zip(parts, row["cells"], strict=True)
        )
        return bool(row["status"] == standing and lines == said)

    first = work.works[0]
    told = in_words(first, node, first.diagrams.true, work.words)
    patient, groups = _of_a_group(first, node, told, shows)
    answer = nobody(first, node, shows) if patient is None else Answer("refuted", patient)
    if answer.kind == "proven":
        return None
    found: Json = {"for": groups, "complete": told.whole, "said": [list(lines) for lines in said]}
    if answer.patient is None:
        return found | {"reason": answer.reason}
    return found | {"patient": _record(work, answer.patient)}


def _of_a_group(
    first: Lowering, node: int, told: Patients, shows: Callable[[Patient], bool]
) -> tuple[Patient | None, list[str]]:
    """A patient of one of the groups, of whom all that it names is known, and the groups with that one before the others."""
    diagrams = first.diagrams
    for at, way in enumerate(told.ways[:MOST_GROUPS]):
        named = {
            name
            for place, _ in way
            for name, _ in first.search.variables(place)
            if name in first.coordinates.inputs
        }

        def of_it(patient: Patient, named: set[str] = named) -> bool:
            return named <= patient.keys() and shows(patient)

        inside = diagrams.both(node, diagrams.all([diagrams.test(*one) for one in way]))
        patient = nobody(first, inside, of_it, sorted(named)).patient
        if patient is not None:
            return patient, [told.groups[at], *told.groups[:at], *told.groups[at + 1 :]]
    return None, told.groups


def _where(work: _Work, whole: int, places: list[tuple[Places, ...]]) -> int:
    diagrams = work.works[0].diagrams
    wanted = {("answers", *one) for one in places}
    return diagrams.replace(whole, lambda value: diagrams.true if value in wanted else diagrams.false)


def answer_lines(question: ir.Question, guideline: ir.Guideline, cell: Json) -> tuple[str, ...]:
    """What a source says, without what is missing; of each order only where doses are compared."""
    found: list[str] = []
    for line in cell_lines(guideline, {**cell, "needs": (), "assumptions": (), "readings": ()}):
        if not line.startswith(" "):
            found.append(line)
        elif found[-1].endswith(":"):
            found[-1] += f" {line.strip()}"
        elif question.compares == "which doses":
            found.append(f"  {line.strip()}")
    return tuple(found)


# --- answers ------------------------------------------------------------------


def _all_answers(work: _Work, question: ir.Question) -> int:
    """A diagram that ends in what the parts of each guideline end in."""
    diagrams = work.works[0].diagrams
    node = diagrams.end(("answers",))
    for side, one in enumerate(work.guidelines):
        node = _beside(work, node, _answer(work, side, _by(question, one.guideline)))
    return node


def _answer(work: _Work, side: int, by: tuple[str, ...]) -> int:
    """A diagram that ends in what the parts of one guideline end in."""
    if (side, by) not in work.nodes:
        guideline = work.guidelines[side].guideline
        diagrams = work.works[0].diagrams
        node = diagrams.end(("parts",))
        for part in _parts(guideline, by):
            ends = _part_ends(work, side, part)
            node = _beside(
                work, node, diagrams.replace(ends, lambda value: diagrams.end(("parts", _place(value))))
            )
        work.nodes[side, by] = diagrams.replace(node, lambda value: diagrams.end(("answers", _rest(value))))
    return work.nodes[side, by]


def _part_ends(work: _Work, side: int, part: str) -> int:
    if part == SCOPE:
        return scoped(work.ends, side)
    is_rule = any(one.id == part for one in work.guidelines[side].guideline.rules)
    return ruled(work.ends, side, part) if is_rule else decided(work.ends, side, part)


def _parts(guideline: ir.Guideline, by: tuple[str, ...]) -> list[str]:
    """Decisions, rules and the lines of lists; first the scope, by which a rule is silent or doesn't apply."""
    found = [SCOPE] if guideline.applies is not None and any(one.id in by for one in guideline.rules) else []
    for name in by:
        declared = next((one for one in guideline.decisions if one.id == name), None)
        lines = range(len(declared.lines)) if isinstance(declared, ir.Options) else ()
        found += [f"{name}#{at}" for at in lines] or [name]
    return found


def _place(value: object) -> int:
    assert isinstance(value, tuple)
    return int(value[1])


def _rest(value: object) -> tuple[object, ...]:
    assert isinstance(value, tuple)
    return value[1:]


def _beside(work: _Work, left: int, right: int) -> int:
    """A diagram that ends in what both end in, one behind the other."""
    diagrams = work.works[0].diagrams

    def settle(several: tuple[int, ...]) -> int | None:
        if not all(diagrams.is_end(one) for one in several):
            return None
        one, other = (diagrams.value(each) for each in several)
        assert isinstance(one, tuple) and isinstance(other, tuple)
        return diagrams.end((*one, *other[1:]))

    return diagrams.apply(settle, left, right)


def _cell(work: _Work, question: ir.Question, side: int, places: Places) -> Cell | None:
    """What a guideline answers where its parts end so: of the result for a patient of whom that is true."""
    key = question.id, side, places
    if key not in work.cells:
        guideline = work.guidelines[side].guideline
        by = _by(question, guideline)
        if (side, by, places) not in work.answers:
            work.answers[side, by, places] = _result(work, side, by, places)
        result = work.answers[side, by, places]
        work.cells[key] = None if result is None else cell_of(question, guideline, result)
    return work.cells[key]


def _result(work: _Work, side: int, by: tuple[str, ...], places: Places) -> Json | None:
    diagrams = work.works[0].diagrams
    node = _answer(work, side, by)
    there = diagrams.replace(
        node, lambda value: diagrams.true if value == ("answers", places) else diagrams.false
    )
    inside = diagrams.both(work.bounds, there)
    compiled = work.part(side, by)
    for _, way in zip(range(MOST_TRIED), ways(work.works[0], inside), strict=False):
        patient = patient_of(work.works[0], way)
        record = None if patient is None else _record(work, patient)
        if record is None:
            continue
        own = _own(compiled.guideline, record)
        if not settled(compiled, own, by):
            continue
        try:
            result = evaluate(compiled, own)
        except Refused:
            continue
        if _is_so(work, compiled.guideline, by, places, result):
            return result
    return None


def _is_so(work: _Work, guideline: ir.Guideline, by: tuple[str, ...], places: Places, result: Json) -> bool:
    """Whether the rules of a result apply as the parts end."""
    shown = {one["id"]: one["applies"] for one in (*result["advice"], *result["monitoring"])}
    rules = {one.id for one in guideline.rules}
    return all(
        part not in rules or shown.get(part, NOT_SHOWN.status) == work.ends.all[place].status
        for part, place in zip(_parts(guideline, by), places, strict=True)
    )


def _record(work: _Work, patient: Patient) -> Patient | None:
    """The record as all guidelines are asked it; None where a name would have to mean two things."""
    found: Patient = {}
    chosen = patient.get("readings")
    for name, value in patient.items():
        bare = name.rpartition(":")[2]
        if name != "readings" and found.setdefault(bare, value) != value:
            return None
    if isinstance(chosen, Mapping):
        found["readings"] = {name.rpartition(":")[2]: value for name, value in chosen.items()}
    return found


def _own(guideline: ir.Guideline, record: Patient) -> Patient:
    """What one guideline knows of a record."""
    names = {one.id for one in guideline.inputs}
    own = {name: value for name, value in record.items() if name in names}
    chosen = record.get("readings")
    if isinstance(chosen, Mapping):
        known = {one.id for one in guideline.readings}
        own["readings"] = {name: value for name, value in chosen.items() if name in known}
    return own
