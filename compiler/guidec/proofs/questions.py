"""Is there a patient for whom this holds? PROVEN that there is none, REFUTED by one, or UNKNOWN with the reason."""

from collections.abc import Callable, Collection, Iterator
from itertools import islice
from typing import Literal

from guidec.lower.diagram import TRUE
from guidec.lower.work import Lowering, all_impossible, computed, reached
from guidec.proofs.witness import Patient, Way, least, patient_of, shortest
from guidec.record import record
from guidec.rows import Entered, Values

Kind = Literal["proven", "refuted", "unknown"]
Shows = Callable[[Patient], bool]
"""Runs a record through the evaluator: whether it shows what was asked for."""

MOST_LOOKED_AT = 20_000
MOST_TRIED = 40
NOT_SHOWN = "no patient was found who shows it, and none was excluded"
TOO_MANY = "there are too many kinds of patients to look at"


@record
class Answer:
    """`proven`: nobody. `refuted`: this patient, who was run through the evaluator. `unknown`: for this reason."""

    kind: Kind
    patient: Patient | None = None
    reason: str = ""


PROVEN = Answer("proven")


def nobody(
    work: Lowering, node: int, shows: Shows, known: Collection[str] = (), *, accepted: bool = False
) -> Answer:
    """Whether a diagram is true for nobody, `impossible` records aside, unless it is true of accepted ones only.

    A patient has the `known` inputs entered too.
    """
    there = node if accepted else possible(work, node)
    if there == work.diagrams.false:
        return PROVEN
    asks_computed = computed(work, there)
    looked, reasons = 0, dict[str, None]()
    ways = work.diagrams.ways(there, TRUE)
    while True:
        some = list(islice(ways, MOST_TRIED))
        if not some:
            break
        for way in shortest(work, some):
            looked += 1
            found = reached(work, way) if asks_computed else True
            if found is False:
                continue
            for too in (known,) if accepted else (known, everything(work)):
                patient = patient_of(work, way, too)
                if patient is not None and shows(patient):
                    return Answer("refuted", least(patient, shows))
            reasons[found if isinstance(found, str) else NOT_SHOWN] = None
        if looked >= MOST_LOOKED_AT or (reasons and looked >= MOST_TRIED):
            return Answer("unknown", None, next(iter(reasons), TOO_MANY))
    return Answer("unknown", None, next(iter(reasons))) if reasons else PROVEN


def everything(work: Lowering) -> list[str]:
    """All that is asked anywhere: what holds for everybody of a way may be open as long as something else is."""
    read = {name for at in range(len(work.coordinates.all)) for name, _ in work.search.variables(at)}
    return [name for name in (*work.coordinates.inputs, *work.coordinates.readings) if name in read]


def possible(work: Lowering, node: int) -> int:
    """As far as the record is possible, and says of an input what its value is: what is recorded as true is `yes`."""
    diagrams = work.diagrams
    node = diagrams.both(node, diagrams.negate(all_impossible(work)))
    coordinates = work.coordinates.all
    for at in sorted(diagrams.asked(node)):
        coordinate = coordinates[at]
        if isinstance(coordinate, Entered):
            yes = recorded_yes(work, coordinate.input)
            if yes is not None:
                true, known = diagrams.test(at, 8), diagrams.test(at, 4)
                node = diagrams.both(node, diagrams.negate(diagrams.both(true, diagrams.negate(yes))))
                node = diagrams.both(node, diagrams.negate(diagrams.both(known, yes)))
    return node


def recorded_yes(work: Lowering, name: str) -> int | None:
    """Where a yes-or-no input is `yes`; None where nothing asks it, or it is no such input."""
    for at, coordinate in enumerate(work.coordinates.all):
        if isinstance(coordinate, Values) and coordinate.input == name and coordinate.values == ("no", "yes"):
            return work.diagrams.test(at, 2)
    return None


def ways(work: Lowering, node: int) -> Iterator[Way]:
    """The ways to true that somebody can go, `impossible` records aside."""
    there = possible(work, node)
    asks_computed = computed(work, there)
    for way in work.diagrams.ways(there, TRUE):
        if not asks_computed or reached(work, way) is not False:
            yield way
