"""Cells to a patient as a clinician would enter one: few inputs, round values, the same on every run."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from guidec import ir
from guidec.lower.boxes import Box, Variable, known
from guidec.lower.coordinates import first_in, grids, piece_of
from guidec.lower.diagram import bits
from guidec.lower.search import Constraint, Search, decided, whole_domain
from guidec.lower.work import Lowering
from guidec.numbers import plain_number
from guidec.proofs.dated import fewer_entries, with_series
from guidec.rows import Cut, Derived, Entered, Member, Numbers, Readings, Values

Way = Sequence[tuple[int, int]]
"""Coordinates and the cells in which each has to lie."""

Patient = dict[str, object]
"""A record as JSON."""

MOST_PINNED = 60
MOST_HALVED = 200
NOTHING_YET: Mapping[Variable, Box] = {}


def patient_of(
    work: Lowering,
    way: Way,
    known_too: Collection[str] = (),
    already: Mapping[Variable, Box] = NOTHING_YET,
) -> Patient | None:
    """A patient of a way, every input known that the way asks, and some more; None where none was found. What is `already`
    known stays as it is.

    What the record says of an input is taken at its word: of a blank nothing is entered.
    """
    way = [*way, *_as_entered(work, way)]
    asked: list[Constraint] = [(at, mask, {}) for at, mask in way]
    coordinates = work.coordinates.all
    blank = {
        coordinate.input
        for at, mask in way
        if isinstance(coordinate := coordinates[at], Entered) and mask & 1 and not mask & 12
    }
    entered = {
        coordinate.input
        for at, mask in way
        if isinstance(coordinate := coordinates[at], Entered) and mask & 12 and not mask & 1
    }
    recorded = {
        coordinate.input: "yes" if mask & 8 else "no"
        for at, mask in way
        if isinstance(coordinate := coordinates[at], Entered) and mask & 12 in (4, 8) and not mask & 1
        if isinstance(work.coordinates.inputs[coordinate.input].type, ir.Boolean)
    }
    wanted = _variables(work, way, {*known_too, *entered})
    pinned: dict[Variable, Box] = dict(already)
    if not _can(work, pinned, asked):
        return None
    tangled = {
        one for at, _ in way if isinstance(coordinates[at], Derived) for one in work.search.variables(at)
    }
    for variable in wanted:
        if variable in already:
            continue
        for box in _candidates(work, variable, _cells_of(work, variable, way), variable in tangled):
            if recorded.get(variable[0], box.named) != box.named:
                continue
            pinned[variable] = box
            if variable not in tangled or _can(work, pinned, asked):
                break
        else:
            found = _bisected(work, variable, pinned, asked)
            if found is None:
                return None
            pinned[variable] = found
    if tangled and not _can(work, pinned, asked):
        return None
    patient = _entered(work, {one: box for one, box in pinned.items() if one[0] not in blank})
    counting = {
        one[0]: _cells_of(work, one, way)
        for one in pinned
        if one not in tangled and one not in already and _counts(work, one[0])
    }

    def allowed(name: str, count: int) -> bool:
        return _may_be(counting[name], count) if name in counting else patient[name] == count

    guideline = replace(work.guideline, inputs=tuple(work.coordinates.inputs.values()))
    return with_series(guideline, patient, frozenset(blank), allowed)


def least(patient: Patient, shows: Callable[[Patient], bool]) -> Patient:
    """The record without the entries that what it shows doesn't need: the last are tried first."""
    found = dict(patient)
    for name in reversed(list(patient)):
        fewer = {other: value for other, value in found.items() if other != name}
        if shows(fewer):
            found = fewer
        else:
            found[name] = _fewest(found, name, shows)
    return found


def _fewest(patient: Patient, name: str, shows: Callable[[Patient], bool]) -> object:
    """The value of an input, of a series without the entries that aren't needed."""
    value, fewer = patient[name], iter(fewer_entries(patient[name]))
    while (less := next(fewer, None)) is not None:
        if shows({**patient, name: less}):
            value, fewer = less, iter(fewer_entries(less))
    return value


def shortest(work: Lowering, ways: Iterable[Way]) -> list[Way]:
    """Those that ask for no reading first, then those that ask the least; ways that ask as much stay in their order."""

    def asks(way: Way) -> tuple[int, int]:
        readings = sum(isinstance(work.coordinates.all[at], Readings) for at, _ in way)
        return readings, len(way)

    return sorted(ways, key=asks)


def some_values_of(
    work: Lowering, name: str, cells: tuple[int, int] | None, count: int
) -> tuple[object, ...]:
    """Some values of an input, as they are entered, that lie in the cells of a coordinate, or anywhere; the plainest first."""
    there = None if cells is None else (work.coordinates.all[cells[0]], cells[1])
    kind = work.coordinates.inputs[name].type
    boxes = dict.fromkeys(_candidates(work, (name, ""), there, True))
    return tuple(_value(kind, box) for _, box in zip(range(count), boxes, strict=False))


def spread(kind: ir.Type, count: int = 20) -> list[object]:
    """Numbers or dates over the whole of an input's first unit, as they are entered; none of anything else."""
    if not isinstance(kind, ir.Integer | ir.Quantity | ir.Date | ir.Duration):
        return []
    steps = grids(kind)[0][2]
    places = dict.fromkeys(at * steps // (count - 1) for at in range(count))
    return [_value(kind, Box(0, at, at)) for at in places]


def round_entries(kind: ir.Type, count: int) -> list[Box]:
    """Round numbers over the whole of an input's first unit, the roundest first."""
    return list(_round_values(kind, 0, 0, grids(kind)[0][2], count))


# --- what is asked -----------------------------------------------------------


def _as_entered(work: Lowering, way: Way) -> Way:
    """What is recorded as true is `yes`, and what is known otherwise is not."""
    found: list[tuple[int, int]] = []
    for at, mask in way:
        coordinate = work.coordinates.all[at]
        if isinstance(coordinate, Entered) and mask & 12 in (4, 8) and not mask & 1:
            for place, other in enumerate(work.coordinates.all):
                if isinstance(other, Values) and other.input == coordinate.input and "yes" in other.values:
                    found.append((place, 2 if mask & 8 else 1))
    return found


def _variables(work: Lowering, way: Way, known_too: Collection[str]) -> list[Variable]:
    """What a way reads, in the order of the declarations; of a set all members that are asked."""
    order = {name: at for at, name in enumerate((*work.coordinates.inputs, *work.coordinates.readings))}
    found: dict[Variable, None] = {}
    for at, _ in way:
        found.update(dict.fromkeys(work.search.variables(at)))
    there = {name for name, _ in found}
    for name in known_too:
        kind = None if name in work.coordinates.readings else work.coordinates.inputs[name].type
        member = kind.values[0].id if isinstance(kind, ir.AnyOf) else ""
        if name not in there:
            found[name, member] = None
    return sorted(found, key=lambda one: (order[one[0]], one[1]))


def _counts(work: Lowering, name: str) -> bool:
    """Whether an input is the number of entries of a series."""
    entry = work.coordinates.inputs.get(name)
    return entry is not None and entry.part is not None and entry.part.kind == "count"


def _may_be(cells: tuple[object, int] | None, count: int) -> bool:
    """Whether a whole number lies in the cells of a coordinate; None are all."""
    match cells:
        case (Numbers(_, cuts, pieces), mask):
            piece = piece_of(cuts, 0, Fraction(count))
            return bool(mask >> pieces.index(piece) & 1)
        case _:
            return True


def _can(work: Lowering, pinned: Mapping[Variable, Box], asked: Sequence[Constraint]) -> bool:
    """Whether what is asked may hold with what is pinned; also where nobody knows."""
    inputs, readings = work.coordinates.inputs, work.coordinates.readings

    def boxes_of(variable: Variable) -> Sequence[Box]:
        return (pinned[variable],) if variable in pinned else whole_domain(variable, inputs, readings)

    search = Search(inputs, work.coordinates.all, boxes_of, effort=work.search.effort)
    return decided(search, asked, work.solver) is not False


def _cells_of(work: Lowering, variable: Variable, way: Way) -> tuple[object, int] | None:
    """The coordinate of a variable's own and the cells that the way leaves it; None where only computed numbers ask."""
    name, member = variable
    cells: tuple[object, int] | None = None
    for at, mask in way:
        match work.coordinates.all[at]:
            case Values(one) | Numbers(one) | Readings(one) if one == name:
                cells = work.coordinates.all[at], mask & (cells[1] if cells else -1)
            case Member(one, other) if (one, other) == (name, member):
                cells = work.coordinates.all[at], mask & (cells[1] if cells else -1)
            case _:
                pass
    return cells


# --- values ------------------------------------------------------------------


def _candidates(
    work: Lowering, variable: Variable, cells: tuple[object, int] | None, tangled: bool
) -> Iterator[Box]:
    """Values to try, the plainest first. Where nothing is computed from the variable, the first one does."""
    inputs, readings = work.coordinates.inputs, work.coordinates.readings
    match cells:
        case (Values(_, values) | Readings(_, values), mask):
            yield from (Box(0, 0, 0, values[cell]) for cell in bits(mask) if cell < len(values))
        case (Member(), mask):
            yield from (Box(0, 0, 0, ("no", "yes")[cell]) for cell in bits(mask) if cell < 2)
        case (Numbers(_, cuts, pieces, named), mask):
            kind = inputs[variable[0]].type
            for unit in range(len(grids(kind))):
                for cell in bits(mask):
                    if cell < len(pieces):
                        run = _run(kind, unit, cuts, pieces[cell])
                        if run is not None:
                            yield from _round_values(kind, unit, *run, MOST_PINNED if tangled else 1)
            yield from (
                Box(0, 0, 0, named[cell - len(pieces)])
                for cell in bits(mask)
                if len(pieces) <= cell < len(pieces) + len(named)
            )
        case _:
            for box in whole_domain(variable, inputs, readings):
                if box.named:
                    yield box
                else:
                    yield from _round_values(
                        inputs[variable[0]].type, box.unit, box.low, box.high, MOST_PINNED
                    )


def _run(kind: ir.Type, unit: int, cuts: tuple[Cut, ...], piece: int) -> tuple[int, int] | None:
    """The first and the last step of a grid that lie in a piece."""
    grid = grids(kind)[unit]
    first, last = first_in(cuts, unit, grid, piece), first_in(cuts, unit, grid, piece + 1) - 1
    return (first, last) if first <= last else None


def _round_values(kind: ir.Type, unit: int, first: int, last: int, most: int) -> Iterator[Box]:
    """Values between two steps of a grid: the roundest first, of equally round ones that nearest to the middle."""
    seen: set[int] = set()
    for at in _round_steps(kind, unit, first, last):
        if at not in seen:
            seen.add(at)
            yield Box(unit, at, at)
        if len(seen) >= most:
            return


def _round_steps(kind: ir.Type, unit: int, first: int, last: int) -> Iterator[int]:
    low, step, _ = grids(kind)[unit]
    if isinstance(kind, ir.Date):
        yield from _round_days(int(low), first, last)
    else:
        middle = low + Fraction(first + last, 2) * step
        width = max(abs(low + first * step), abs(low + last * step), step)
        power = 0
        while Fraction(10) ** power <= width:
            power += 1
        while Fraction(10) ** power >= step:
            for factor in (10, 5):
                yield from _multiples(low, step, first, last, middle, Fraction(10) ** (power - 1) * factor)
            power -= 1
    yield from (first, last, (first + last) // 2)


def _multiples(
    low: Fraction, step: Fraction, first: int, last: int, middle: Fraction, of: Fraction
) -> Iterator[int]:
    """The steps that are multiples of a number, at most three: nearest to the middle, then the ends."""
    start, end = -(-(low + first * step) // of), (low + last * step) // of
    if start > end:
        return
    near = min(max(round(middle / of), start), end)
    for count in dict.fromkeys((near, start, end)):
        at = (count * of - low) / step
        if at.denominator == 1 and count:  # nothing at all is no plain value of a test
            yield int(at)


def _round_days(low: int, first: int, last: int) -> Iterator[int]:
    """The first of a year, else of a month, else any day."""
    middle = date.fromordinal(low + (first + last) // 2)
    for day in (date(middle.year, 1, 1), date(middle.year, middle.month, 1)):
        at = day.toordinal() - low
        if first <= at <= last:
            yield at
    yield (first + last) // 2


def _bisected(
    work: Lowering,
    variable: Variable,
    pinned: dict[Variable, Box],
    asked: Sequence[Constraint],
) -> Box | None:
    """Some value with which the rest can still be met, by halving: exact as long as the search doesn't give up.

    Where it does, halves are left that hold nothing, and more than a few of them are not looked at.
    """
    waiting = [
        box
        for box in whole_domain(variable, work.coordinates.inputs, work.coordinates.readings)
        if not box.named
    ]
    for _ in range(MOST_HALVED):
        if not waiting or work.search.effort.is_spent():
            return None
        box = waiting.pop(0)
        if not _can(work, {**pinned, variable: box}, asked):
            continue
        if known((box,)):
            return box
        middle = (box.low + box.high) // 2
        waiting[:0] = [Box(box.unit, box.low, middle), Box(box.unit, middle + 1, box.high)]
    return None


# --- as entered --------------------------------------------------------------


def _entered(work: Lowering, values: Mapping[Variable, Box]) -> Patient:
    """A record as JSON, readings last."""
    found: Patient = {}
    chosen: dict[str, object] = {}
    sets: dict[str, list[str]] = {}
    for (name, member), box in values.items():
        if name in work.coordinates.readings:
            chosen[name] = box.named
        elif member:
            members = sets.setdefault(name, [])
            found[name] = members
            if box.named == "yes":
                members.append(member)
        else:
            found[name] = _value(work.coordinates.inputs[name].type, box)
    if chosen:
        found["readings"] = chosen
    return found


def _value(kind: ir.Type, box: Box) -> object:
    if box.named:
        return box.named == "yes" if isinstance(kind, ir.Boolean) else box.named
    low, step, _ = grids(kind)[box.unit]
    value = low + box.low * step
    match kind:
        case ir.Date():
            return date.fromordinal(int(value)).isoformat()
        case ir.Duration(unit):
            return {"value": int(value), "unit": unit}
        case ir.Quantity(units):
            plain = plain_number(value)
            return plain if box.unit == 0 else {"value": plain, "unit": units[box.unit].unit}
        case _:
            return int(value)
