"""A guideline's diagrams to those of pairs: two patients who differ in one input alone, of which the second has more."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from guidec import ir
from guidec.lower.coordinates import Coordinates, grids, size
from guidec.lower.diagram import TRUE, Diagrams
from guidec.lower.search import Search, whole_domain
from guidec.lower.work import Lowering
from guidec.proofs.witness import Patient
from guidec.record import rebuilt, record
from guidec.rows import Apply, Coordinate, Cut, Derived, Entered, Mask, Number, Numbers, Picked, Read, Values

BESIDE = " beside"
"""Stands behind the input's name for what the second patient has; no name of a guideline has a blank."""

Places = Mapping[int, int]
"""Where the coordinates of the guideline are found among those of the pairs."""


@record
class Pairs:
    """Coordinates that read the input are there twice, as the `first` patient's and as the `second`'s; all others are
    shared. Both have a number, in one `unit`. `apart` is where the second has more, or less.
    """

    work: Lowering
    input: str
    unit: str
    first: Places
    second: Places
    apart: int


def pairs_of(work: Lowering, name: str, word: str) -> list[Pairs]:
    """The pairs that differ in an input, one kind for each of its units; the second has `more` or `less`."""
    kind = work.coordinates.inputs[name].type
    match kind:
        case ir.Boolean() | ir.OneOf() | ir.AnyOf():
            return [_pairs(work, name, word, 0, "")]
        case ir.Quantity(units):
            return [_pairs(work, name, word, at, one.unit if at else "") for at, one in enumerate(units)]
        case _:
            return [_pairs(work, name, word, at, "") for at in range(len(grids(kind)))]


def for_both(pairs: Pairs, source: Diagrams, before: int, behind: int) -> int:
    """Where one diagram of the guideline is true of the first patient, and the other of the second."""
    first = _translated(pairs.work.diagrams, source, before, pairs.first)
    second = _translated(pairs.work.diagrams, source, behind, pairs.second)
    return pairs.work.diagrams.all([first, second, pairs.apart])


def told_apart(pairs: Pairs, patient: Patient) -> tuple[Patient, Patient] | None:
    """Both records of a pair; None where the input is left out of one."""
    name = pairs.input
    if name not in patient or name + BESIDE not in patient:
        return None
    first = {one: value for one, value in patient.items() if one != name + BESIDE}
    second = {**first, name: patient[name + BESIDE]}
    if pairs.unit:
        return tuple({**one, name: {"value": one[name], "unit": pairs.unit}} for one in (first, second))  # type: ignore[return-value]
    return first, second


# --- the coordinates of pairs ------------------------------------------------


def _pairs(work: Lowering, name: str, word: str, unit: int, written: str) -> Pairs:
    first: dict[int, int] = {}
    second: dict[int, int] = {}
    listed: list[Coordinate] = []
    for at, one in enumerate(work.coordinates.all):
        first[at] = second[at] = len(listed)
        own = _in_unit(one, unit) if isinstance(one, Numbers) and one.input == name else one
        listed.append(_moved(own, first, {}))
        if (name, "") in work.search.variables(at) or one == Entered(name):
            second[at] = len(listed)
            listed.append(_moved(own, second, {name: name + BESIDE}))
    kind = work.coordinates.inputs[name].type
    of_numbers = not isinstance(kind, ir.Boolean | ir.OneOf | ir.AnyOf)
    if of_numbers:
        listed.append(_difference(name, word))
    made = _lowering(work, name, unit, listed)
    test = made.diagrams.test
    for at in range(len(listed)):
        test(at, 1)
    apart = test(len(listed) - 1, 2) if of_numbers else _in_order(work, made, name, word, first, second)
    return Pairs(made, name, written, first, second, apart)


def _in_unit(one: Numbers, unit: int) -> Numbers:
    return replace(one, cuts=tuple(Cut((cut.thresholds[unit],), cut.after) for cut in one.cuts))


def _moved(one: Coordinate, places: Places, renamed: Mapping[str, str]) -> Coordinate:
    """A coordinate among those of pairs, under another name of its input."""

    def change(part: object) -> object:
        match part:
            case Read(name):
                return Read(renamed.get(name, name))
            case Picked(cells, number):
                return Picked(tuple((places[at], Mask(mask)) for at, mask in cells), number)
            case _:
                return part

    match one:
        case Derived(number, inputs, reads, cuts, undefined, name):
            made: Number = rebuilt(number, change)
            names = tuple(renamed.get(each, each) for each in inputs)
            return Derived(made, names, tuple(places[at] for at in reads), cuts, undefined, name)
        case Numbers() | Values() | Entered():
            return replace(one, input=renamed.get(one.input, one.input))
        case _:
            return one


def _difference(name: str, word: str) -> Derived:
    """What the second patient has more, or less: it is more than 0 behind the one cut."""
    both: tuple[Number, Number] = Read(name + BESIDE), Read(name)
    number = Apply("-", both if word == "more" else (both[1], both[0]))
    return Derived(number, (name, name + BESIDE), (), ((Fraction(0), True),), False, "")


def _lowering(work: Lowering, name: str, unit: int, listed: list[Coordinate]) -> Lowering:
    """What answers questions of pairs; the input has numbers alone, in one unit."""
    inputs: list[ir.Input] = []
    for one in work.coordinates.inputs.values():
        if one.id != name:
            inputs.append(one)
            continue
        kind = one.type
        if isinstance(kind, ir.Quantity):
            kind = replace(kind, units=(kind.units[unit],))
        inputs += [replace(one, id=each, type=kind, named=()) for each in (name, name + BESIDE)]
    guideline = replace(work.guideline, inputs=tuple(inputs))
    coordinates = Coordinates(guideline)
    coordinates.all = tuple(listed)
    search = Search(
        coordinates.inputs,
        coordinates.all,
        lambda variable: whole_domain(variable, coordinates.inputs, coordinates.readings),
    )
    diagrams = Diagrams([size(one) for one in listed])
    return Lowering(guideline, coordinates, diagrams, search, work.place, solver=work.solver)


def _in_order(work: Lowering, made: Lowering, name: str, word: str, first: Places, second: Places) -> int:
    """Where the second patient has a later value than the first, or an earlier one."""
    at = next(
        at for at, one in enumerate(work.coordinates.all) if isinstance(one, Values) and one.input == name
    )
    diagrams, count = made.diagrams, size(work.coordinates.all[at])
    less, more = (first[at], second[at]) if word == "more" else (second[at], first[at])
    above = [-(1 << cell + 1) & (1 << count) - 1 for cell in range(count)]
    return diagrams.any(
        [
            diagrams.both(diagrams.test(less, 1 << cell), diagrams.test(more, above[cell]))
            for cell in range(count - 1)
        ]
    )


def _translated(target: Diagrams, source: Diagrams, node: int, places: Places) -> int:
    """Where a diagram is true, among the coordinates of pairs."""
    done: dict[int, int] = {}
    waiting = [node]
    while waiting:
        one = waiting[-1]
        missing = [child for child in source.children(one) if child not in done]
        if missing:
            waiting += missing
            continue
        waiting.pop()
        if source.is_end(one):
            done[one] = target.true if source.value(one) == TRUE else target.false
            continue
        at = places[source.coordinate(one)]
        ways = [target.both(target.test(at, mask), done[child]) for mask, child in source.edges(one)]
        done[one] = target.any(ways)
    return done[node]
