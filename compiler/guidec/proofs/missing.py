"""For want of which input a decision becomes indeterminate, and for whom."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.lower.work import Lowering, all_impossible
from guidec.proofs.difference import groups
from guidec.proofs.grounds import Parts, part
from guidec.proofs.questions import Answer, nobody, ways
from guidec.proofs.remembered import key_of, recall, remember
from guidec.proofs.slices import slice_of
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


def wants(compiled: Compiled, parts: Parts) -> list[Want]:
    """Every decision and every input that alone may leave it open, in the author's order.

    A decision is looked at in the part of the guideline that it hangs on. What is known of that part isn't looked for again, but
    each patient is replayed.
    """
    found: list[Want] = []
    for one in compiled.guideline.decisions:
        if isinstance(one, ir.Decision):
            cut = slice_of(parts.whole, one.id)
            key = key_of(parts.store, "wants", cut.digest, one.id)
            known = _kept(compiled, one.id, recall(parts.store, key))
            if known is None:
                work, own = part(parts, cut)
                known = _wants_of(compiled, work, one.id)
                if own:
                    remember(parts.store, key, [_entry(want) for want in known])
            found += known
    return found


def _wants_of(compiled: Compiled, work: Lowering, decision: str) -> list[Want]:
    found: list[Want] = []
    sets = sets_of(work, decision)
    for entry in work.guideline.inputs:
        node = _open(work, sets, entry.id)
        if node == work.diagrams.false:
            continue
        others = _inputs_asked(work, sets) - {entry.id}
        answer = nobody(work, node, _lacks(compiled, decision, entry), others)
        if answer.kind != "proven":
            texts = [
                cells_in_words(work.guideline, work.coordinates.all, tuple(sorted(way)))
                for _, way in zip(range(500), ways(work, node), strict=False)
            ]
            shown = tuple(text or "everyone" for text in texts[:MOST_SHOWN])
            found.append(Want(decision, entry.id, shown, len(texts) - len(shown), answer))
    return found


def _entry(want: Want) -> list[object]:
    answer = want.answer
    return [want.input, list(want.groups), want.more, answer.kind, answer.patient, answer.reason]


def _kept(compiled: Compiled, decision: str, entries: Any) -> list[Want] | None:
    """Wants from what `_entry` made of them; None where it isn't that, or a patient no longer shows what he did."""
    found: list[Want] = []
    inputs = {entry.id: entry for entry in compiled.guideline.inputs}
    for one in entries if isinstance(entries, list) else [None]:
        match one:
            case [
                str(name),
                list(groups),
                int(more),
                "refuted" | "unknown" as kind,
                dict() | None as patient,
                str(reason),
            ] if name in inputs and (patient is None or _lacks(compiled, decision, inputs[name])(patient)):
                answer = Answer(kind, patient, reason)
                found.append(Want(decision, name, tuple(map(str, groups)), more, answer))
            case _:
                return None
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
