"""A diagram to the patients for whom it is true, in a few lines of words."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import islice
from typing import NamedTuple

from guidec import ir
from guidec.lower.coordinates import size
from guidec.lower.work import Lowering
from guidec.proofs.joint import SECOND
from guidec.proofs.questions import ways
from guidec.proofs.witness import Way
from guidec.wording import cells_in_words

MOST_READ = 400


class Patients(NamedTuple):
    """Groups of patients in words, and the way of each. `whole` is False where there are more than were looked at."""

    groups: list[str]
    whole: bool
    ways: list[Way]


def in_words(work: Lowering, node: int, bounds: int, words: Callable[[Way], str]) -> Patients:
    """The patients for whom `node` is true, as far as they lie inside of `bounds`, which isn't said; plain groups first."""
    found = list(islice(ways(work, node), MOST_READ + 1))
    kept = found[:MOST_READ]
    if bounds != work.diagrams.true:
        kept = [way for way in kept if _inside(work, way, bounds)]
    groups: dict[str, Way] = {}
    for way in sorted(joined(work, kept), key=len):
        groups.setdefault(words(way), way)
    return Patients(list(groups), len(found) <= MOST_READ, list(groups.values()))


def _inside(work: Lowering, way: Way, bounds: int) -> bool:
    tests = [work.diagrams.test(at, mask) for at, mask in way]
    return work.diagrams.both(work.diagrams.all(tests), bounds) != work.diagrams.false


def joined(work: Lowering, some: Iterable[Way]) -> list[Way]:
    """Ways that differ in the cells of one coordinate as one; what is free in the end isn't named."""
    found: list[Way] = [tuple(sorted(way)) for way in some]
    count = len(found) + 1
    while len(found) < count:
        count = len(found)
        for at in sorted({at for way in found for at, _ in way}, reverse=True):
            found = _joined_over(work, found, at)
    return list(found)


def _joined_over(work: Lowering, some: list[Way], at: int) -> list[Way]:
    """Ways that differ in the cells of this coordinate alone as one, where the first of them stood."""
    masks: dict[Way, int] = {}
    for way in some:
        rest = tuple(one for one in way if one[0] != at)
        own = next((mask for other, mask in way if other == at), -1)
        masks[rest] = masks.get(rest, 0) | own
    every = (1 << size(work.coordinates.all[at])) - 1
    return [
        rest if mask & every == every else tuple(sorted((*rest, (at, mask)))) for rest, mask in masks.items()
    ]


def reader(
    guideline: ir.Guideline, work: Lowering, marks: tuple[str, str] = ("", "")
) -> Callable[[Way], str]:
    """What puts a way in words. What means two things is marked: as it means one of them, and as it means the other.

    The other is what has `second:` before its name.
    """
    own = work.coordinates
    every = replace(
        guideline,
        inputs=tuple(own.inputs.values()),
        definitions=tuple(own.definitions.values()),
        readings=tuple(own.readings.values()),
    )
    named = (*own.inputs, *own.definitions, *own.readings)
    twice = {name.removeprefix(SECOND) for name in named if name.startswith(SECOND)}

    def one(at: int, mask: int) -> str:
        text = cells_in_words(every, own.all, ((at, mask),))
        name, _, rest = text.partition(" ")
        if name.startswith(SECOND):
            return f"{name.removeprefix(SECOND)} ({marks[1]}) {rest}"
        return f"{name} ({marks[0]}) {rest}" if name in twice else text

    return lambda way: ", ".join(one(at, mask) for at, mask in way) or "everyone"
