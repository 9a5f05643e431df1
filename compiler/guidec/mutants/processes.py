"""Blocks of mutations to their verdicts, in several processes, in the order of the text."""

import gc
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor

from guidec.mutants.verdicts import Block, Mutant, Subject, blocks, judged, size

_DEEP = 10_000


def verdicts(
    subject: Subject,
    jobs: int,
    kinds: Sequence[str] = (),
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> list[Mutant]:
    """The verdict on every mutation of these kinds, or of every kind. `tell` hears how many are judged, and of how many.

    What comes out is the same for any number of jobs: a block is judged by itself.
    """
    waiting = blocks(subject, kinds)
    of = size(waiting)
    found: list[Mutant] = []
    done = 0
    if jobs == 1 or len(waiting) < 2:
        for block in waiting:
            found += judged(subject, block, kinds)
            done += size([block])
            tell(done, of)
        return found
    with ProcessPoolExecutor(
        min(jobs, len(waiting)), initializer=_begin, initargs=(subject, tuple(kinds))
    ) as pool:
        try:
            for block, some in zip(waiting, pool.map(_judged, waiting), strict=True):
                found += some
                done += size([block])
                tell(done, of)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return found


_here: list[tuple[Subject, tuple[str, ...]]] = []
"""What this process judges; each process begins with one."""


def _begin(subject: Subject, kinds: tuple[str, ...]) -> None:
    sys.setrecursionlimit(_DEEP)
    gc.set_threshold(100_000, 50, 1_000)
    _here[:] = [(subject, kinds)]


def _judged(block: Block) -> list[Mutant]:
    subject, kinds = _here[0]
    return judged(subject, block, kinds)
