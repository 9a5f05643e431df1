"""For want of which input a decision becomes indeterminate, and for whom."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.lower.work import Lowering, all_impossible
from guidec.proofs.difference import groups
from guidec.proofs.questions import Answer, nobody, ways
from guidec.proofs.witness import Patient
from guidec.record import record
from guidec.wording import cells_in_words

MOST_SHOWN = 4
_NOBODY: frozenset[object] = frozenset()


@record
class Want:
    """A decision that stays open where this input alone is blank: for whom, in words, and a patient who shows it.

    `more` counts the groups of patients that are not told.
    """

    decision: str
    input: str
    groups: tuple[str, ...]
    more: int
    answer: Answer


def wants(compiled: Compiled, work: Lowering) -> list[Want]:
    """Every decision and every input that alone may leave it open, in the author's order."""
    found: list[Want] = []
    for one in compiled.guideline.decisions:
        if not isinstance(one, ir.Decision):
            continue
        sets = sets_of(work, one.id)
        for entry in compiled.guideline.inputs:
            node = _open(work, sets, entry.id)
            if node == work.diagrams.false:
                continue
            others = _inputs_asked(work, sets) - {entry.id}
            answer = nobody(work, node, _lacks(compiled, one.id, entry), others)
            if answer.kind != "proven":
                texts = [
                    cells_in_words(work.guideline, work.coordinates.all, tuple(sorted(way)))
                    for _, way in zip(range(500), ways(work, node), strict=False)
                ]
                shown = tuple(text or "everyone" for text in texts[:MOST_SHOWN])
                found.append(Want(one.id, entry.id, shown, len(texts) - len(shown), answer))
    return found


def _inputs_asked(work: Lowering, node: int) -> set[str]:
    read = {name for at in work.diagrams.asked(node) for name, _ in work.search.variables(at)}
    return read & set(work.coordinates.inputs)


def sets_of(work: Lowering, name: str) -> int:
    """A decision whose ends are sets of one outcome; nobody's where a record is impossible."""
    diagrams = work.diagrams
    sets = diagrams.replace(groups(work, name), lambda value: diagrams.end(frozenset([value])))
    return diagrams.choose(all_impossible(work), diagrams.end(_NOBODY), sets)


def _open(work: Lowering, sets: int, name: str) -> int:
    """Where the values of an input lead to several outcomes."""
    diagrams = work.diagrams
    gone = {
        at: -1 for at in diagrams.asked(sets) if any(read == name for read, _ in work.search.variables(at))
    }
    if not gone:
        return diagrams.false
    joined = diagrams.projected(sets, gone, united(work))

    def several(value: Hashable) -> int:
        return diagrams.true if isinstance(value, frozenset) and len(value) > 1 else diagrams.false

    return diagrams.replace(joined, several)


def united(work: Lowering) -> Callable[[int, int], int]:
    """Joins diagrams whose ends are sets."""
    diagrams = work.diagrams

    def settle(pair: tuple[int, ...]) -> int | None:
        a, b = pair
        if a == b:
            return a
        if not (diagrams.is_end(a) and diagrams.is_end(b)):
            return None
        left, right = diagrams.value(a), diagrams.value(b)
        if isinstance(left, frozenset) and isinstance(right, frozenset):
            return diagrams.end(left | right)
        return a if isinstance(left, frozenset) else b

    return lambda a, b: diagrams.apply(settle, a, b)


def _lacks(compiled: Compiled, decision: str, entry: ir.Input) -> Callable[[Patient], bool]:
    """Whether a record leaves a decision open for want of this input alone."""

    def shows(patient: Patient) -> bool:
        without = {name: value for name, value in patient.items() if name != entry.id}
        try:
            result: Mapping[str, Any] = evaluate(compiled, without)
        except Refused:
            return False
        there = result["decisions"][decision]
        return bool(there["status"] == "indeterminate" and there["needs"] == [entry.key])

    return shows
