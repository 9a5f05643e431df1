"""Boxes of values, and whether some values in them meet every constraint.

A short walk from the middle finds most answers. Else boxes are split until they lie inside the cells that are wanted or
outside of them.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

MOST_BOXES = 5_000
MOST_STEPS = 16
MOST_TRIED = 60

Variable = tuple[str, str]
"""An input, or a member of a set; the second name is empty but for members."""

Copy = tuple[str, str, int]
"""Which copy of a variable: constraints that share all have copy 0."""


class Box(NamedTuple):
    """Values of one input: `steps` of a grid in one unit, or one named value (of a set: whether it holds the member)."""

    unit: int
    low: int
    high: int
    named: str = ""


Wanted = tuple[int, int, tuple[tuple[Variable, Copy], ...]]
"""A coordinate, the cells it has to lie in, and of each of its variables the copy that it reads."""

State = Mapping[Copy, tuple[Box, ...]]
"""The values that each copy of a variable may take."""

Touched = Callable[[int, Mapping[Variable, tuple[Box, ...]]], int]
"""The cells of a coordinate that boxes touch: perhaps too many, and exact where each is one value."""

Length = Callable[[str, int], int]
"""How many steps the whole grid of an input has, in one of its units."""


class TooLong(Exception):
    """The search has looked at more than it may."""


def some_values(wanted: Sequence[Wanted], state: State, touched: Touched, length: Length) -> bool:
    """Whether some values meet all constraints. Raises TooLong."""
    if _walked(wanted, state, touched):
        return True
    waiting = [state]
    looked = 0
    while waiting:
        state = waiting.pop()
        looked += 1
        if looked > MOST_BOXES:
            raise TooLong
        unsettled: dict[Copy, None] = {}
        for one in wanted:
            cells = _cells(one, state, touched)
            if not cells & one[1]:
                break
            if cells & ~one[1]:
                unsettled.update(dict.fromkeys(copy for _, copy in one[2]))
        else:
            if not unsettled or not _unmet(wanted, _middles(state), touched):
                return True
            waiting += _halves(state, unsettled, length)
    return False


def known(boxes: tuple[Box, ...]) -> bool:
    """Whether boxes are one value."""
    return len(boxes) == 1 and boxes[0].low == boxes[0].high


def _cells(one: Wanted, state: State, touched: Touched) -> int:
    at, _, pairs = one
    return touched(at, {variable: state[copy] for variable, copy in pairs})


def _unmet(wanted: Sequence[Wanted], point: State, touched: Touched) -> list[Wanted]:
    """The constraints that single values don't meet."""
    return [one for one in wanted if _cells(one, point, touched) & ~one[1]]


def _middles(state: State) -> dict[Copy, tuple[Box, ...]]:
    """Of each variable the value in the middle of its boxes."""
    found: dict[Copy, tuple[Box, ...]] = {}
    for copy, boxes in state.items():
        unit, low, high, named = boxes[len(boxes) // 2]
        at = (low + high) // 2
        found[copy] = (Box(unit, at, at, named),)
    return found


def _walked(wanted: Sequence[Wanted], state: State, touched: Touched) -> bool:
    """Whether a short walk finds values that meet all: from the middle, one value at a time.

    Each step mends a constraint that isn't met, by the value that leaves the fewest unmet.
    """
    point = _middles(state)
    for step in range(MOST_STEPS):
        unmet = _unmet(wanted, point, touched)
        if not unmet:
            return True
        mended = unmet[step % len(unmet)]
        free = sorted({copy for _, copy in mended[2] if not known(state[copy])})
        best: tuple[int, dict[Copy, tuple[Box, ...]]] | None = None
        for turn in range(len(free)):
            copy = free[(step + turn) % len(free)]
            box = _nearest(mended, point, copy, state[copy], touched)
            if box is not None:
                moved = {**point, copy: (box,)}
                left = len(_unmet(wanted, moved, touched))
                if best is None or left < best[0]:
                    best = left, moved
        if best is None:
            return False
        point = best[1]
    return False


def _nearest(one: Wanted, point: State, copy: Copy, boxes: tuple[Box, ...], touched: Touched) -> Box | None:
    """The value of one variable, as near as may be to what it is, for which a constraint is met."""
    unit, now, _, _ = point[copy][0]
    waiting = sorted(boxes, key=lambda box: box.unit == unit)
    for _ in range(MOST_TRIED):
        if not waiting:
            return None
        box = waiting.pop()
        cells = _cells(one, {**point, copy: (box,)}, touched)
        if not cells & one[1]:
            continue
        if not cells & ~one[1]:
            at = min(max(now, box.low), box.high) if box.unit == unit else box.low
            return Box(box.unit, at, at, box.named)
        middle = (box.low + box.high) // 2
        below, above = Box(box.unit, box.low, middle), Box(box.unit, middle + 1, box.high)
        waiting += [below, above] if now > middle else [above, below]
    return None


def _halves(
    state: State, unsettled: Mapping[Copy, None], length: Length
) -> list[dict[Copy, tuple[Box, ...]]]:
    """Split in two what leaves something open: several boxes, or else the one that is longest for its grid."""
    several = [one for one in unsettled if len(state[one]) > 1]
    if several:
        chosen = min(several, key=lambda one: (len(state[one]), one))
        middle = len(state[chosen]) // 2
        return [{**state, chosen: state[chosen][middle:]}, {**state, chosen: state[chosen][:middle]}]
    splittable = [one for one in unsettled if state[one][0].low < state[one][0].high]
    if not splittable:
        return []

    def share(one: Copy) -> float:
        unit, low, high, _ = state[one][0]
        return (high - low) / length(one[0], unit)

    longest = max(splittable, key=lambda one: (share(one), one))
    unit, low, high, _ = state[longest][0]
    middle = (low + high) // 2
    return [{**state, longest: (half,)} for half in (Box(unit, middle + 1, high), Box(unit, low, middle))]
