"""With more of an input a decision never comes to less."""

from collections.abc import Hashable, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.lower.work import all_impossible
from guidec.proofs.claims import Prover
from guidec.proofs.pairs import Pairs, for_both, pairs_of, told_apart
from guidec.proofs.questions import NOT_SHOWN, PROVEN, Answer, Shows, everything, nobody, possible
from guidec.proofs.witness import Patient, patient_of
from guidec.rows import Entered, Leaf, Numbers, Values

MOST_CELLS = 60


def monotone(prover: Prover, when: int, meant: Shows) -> tuple[Answer, Patient | None]:
    """With more (or less) of an input the decision never comes further to the left; also who else is meant.

    `meant` says of a record whether the condition `when` surely holds for it.
    """
    work, claim, diagrams = prover.work, prover.claim, prover.work.diagrams
    own = [
        at
        for at, one in enumerate(work.coordinates.all)
        if isinstance(one, Numbers | Values) and one.input == claim.of
    ]
    ranked = _ranked(prover)
    asked = diagrams.asked(ranked) | diagrams.asked(when)
    computed = [at for at in asked if at not in own and (claim.of, "") in work.search.variables(at)]
    if not own and not computed:
        return PROVEN, None
    if computed or any(work.coordinates.all[at] == Entered(claim.of) for at in asked):
        return _of_pairs(prover, ranked, when, meant)
    coordinate = work.coordinates.all[own[0]]
    count = len(coordinate.cells) if isinstance(coordinate, Numbers) else len(coordinate.values)  # type: ignore[union-attr]
    if count > MOST_CELLS:
        return Answer("unknown", None, f"`{claim.of}` is compared with more than {MOST_CELLS} values"), None
    allowed = diagrams.both(when, diagrams.negate(all_impossible(work)))
    open_ = PROVEN
    for low, high in combinations(range(count), 2):
        less, more = (low, high) if claim.word == "more" else (high, low)
        node = _falls(prover, ranked, own[0], (less, more))
        for cell in (less, more):
            node = diagrams.both(node, diagrams.restricted(allowed, own[0], cell))
        answer, beside = _fall_shown(prover, node, own[0], (less, more), meant)
        if answer.kind == "refuted":
            return answer, beside
        open_ = answer if answer.kind == "unknown" else open_
    return open_, None


def falls(compiled: Compiled, claim: ir.Claim, patient: Patient, other: Patient) -> bool:
    """Whether the other patient's decision comes further to the left, as the evaluator sees them."""
    first, second = (_rank_of(compiled, claim, one) for one in (patient, other))
    return 0 <= second < first


def _ranked(prover: Prover) -> int:
    """The decision with the rank of its outcome as end; -1 where it has none."""
    work, claim = prover.work, prover.claim
    leaves = work.leaves[claim.inside]

    def rank(value: Hashable) -> int:
        leaf = leaves[value[1]] if isinstance(value, tuple) else None
        return work.diagrams.end(("rank", -1 if leaf is None else _rank(claim, leaf)))

    return work.diagrams.replace(work.decided[claim.inside], rank)


def _rank(claim: ir.Claim, leaf: Leaf) -> int:
    if leaf.status != "determined" or leaf.outcome is None:
        return -1
    names = [one.id for one in leaf.outcome.recommendations if one.direction == "for"] or ["!nothing"]
    return max((claim.ranks.index(name) for name in names if name in claim.ranks), default=-1)


def _falls(prover: Prover, ranked: int, at: int, cells: tuple[int, int]) -> int:
    diagrams = prover.work.diagrams
    before, behind = (diagrams.restricted(ranked, at, cell) for cell in cells)

    def settle(pair: tuple[int, ...]) -> int | None:
        a, b = pair
        if a == b:
            return diagrams.false
        if not (diagrams.is_end(a) and diagrams.is_end(b)):
            return None
        first, second = diagrams.value(a), diagrams.value(b)
        assert isinstance(first, tuple) and isinstance(second, tuple)
        return diagrams.true if 0 <= second[1] < first[1] else diagrams.false

    return diagrams.apply(settle, before, behind)


def _of_pairs(prover: Prover, ranked: int, when: int, meant: Shows) -> tuple[Answer, Patient | None]:
    """The same over both patients at once: computed values read the input, or it is asked what they record of it."""
    open_ = PROVEN
    for pairs in pairs_of(prover.work, prover.claim.of, prover.claim.word):
        answer, beside = _pair_shown(prover, pairs, _falling(prover, pairs, ranked, when), meant)
        if answer.kind == "refuted":
            return answer, beside
        open_ = answer if answer.kind == "unknown" else open_
    return open_, None


def _falling(prover: Prover, pairs: Pairs, ranked: int, when: int) -> int:
    """Where the first patient of a pair comes to some rank and the second to one below it."""
    work, diagrams = prover.work, prover.work.diagrams
    accepted = possible(work, when)
    for at, one in enumerate(work.coordinates.all):
        if isinstance(one, Entered) and one.input == pairs.input:
            accepted = diagrams.both(accepted, diagrams.test(at, 12))

    def ranks(first: int, last: int) -> int:
        def inside(value: Hashable) -> int:
            assert isinstance(value, tuple)
            return diagrams.true if first <= value[1] < last else diagrams.false

        return diagrams.both(accepted, diagrams.replace(ranked, inside))

    count = len(prover.claim.ranks)
    return pairs.work.diagrams.any(
        [for_both(pairs, diagrams, ranks(rank, count), ranks(0, rank)) for rank in range(1, count)]
    )


def _pair_shown(prover: Prover, pairs: Pairs, node: int, meant: Shows) -> tuple[Answer, Patient | None]:
    def shows(patient: Patient) -> bool:
        both = told_apart(pairs, patient)
        return both is not None and falls(prover.compiled, prover.claim, *both) and all(map(meant, both))

    answer = nobody(pairs.work, node, shows, accepted=True)
    if answer.reason == NOT_SHOWN:
        answer = nobody(pairs.work, node, shows, everything(pairs.work), accepted=True)
    both = None if answer.patient is None else told_apart(pairs, answer.patient)
    return (answer, None) if both is None else (replace(answer, patient=both[0]), both[1])


def _fall_shown(
    prover: Prover, node: int, at: int, cells: tuple[int, int], meant: Shows
) -> tuple[Answer, Patient | None]:
    work, claim = prover.work, prover.claim
    before, behind = (patient_of(work, ((at, 1 << cell),)) for cell in cells)
    if before is None or behind is None:
        return PROVEN, None
    value = behind[claim.of]

    def shows(patient: Patient) -> bool:
        other = {**patient, claim.of: value}
        if claim.of not in patient or not falls(prover.compiled, claim, patient, other):
            return False
        return meant(patient) and meant(other)

    first = work.diagrams.test(at, 1 << cells[0])
    answer = nobody(work, work.diagrams.both(node, first), shows)
    return answer, None if answer.patient is None else {**answer.patient, claim.of: value}


def _rank_of(compiled: Compiled, claim: ir.Claim, patient: Patient) -> int:
    try:
        return _rank_seen(evaluate(compiled, patient), claim)
    except Refused:
        return -1


def _rank_seen(result: Mapping[str, Any], claim: ir.Claim) -> int:
    if result["decisions"][claim.inside]["status"] != "determined":
        return -1
    names = [
        one["id"]
        for one in result["recommendations"]
        if one["decision"] == claim.inside and one["direction"] == "for"
    ]
    return max((claim.ranks.index(name) for name in names or ["!nothing"] if name in claim.ranks), default=-1)
