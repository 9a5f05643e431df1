"""A record to the ways that it leaves through the author's trees: which ends completions reach, and where they part.

A place counts branches from the root of a tree. Two gates stand before it, so that every end has a place: scope is place
`(0,)` and out of scope `(1,)`; asked is `(0, 0)` and not asked `(0, 1)`; the tree follows, or the rows of a table that hold.
"""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

from guidec import ir
from guidec.evaluate import Compiled
from guidec.evaluate.completions import Completions
from guidec.evaluate.record import Record, read_record
from guidec.record import inside, record
from guidec.rows import Exact, Leaf, Mask, Number, Pick, Row, Table, Total

Place = tuple[int, ...]
IN_SCOPE: Place = (0,)
OUT_OF_SCOPE: Place = (1,)
ASKED: Place = (0, 0)
NOT_ASKED: Place = (0, 1)

Ways = tuple[Row, ...]
"""Completions, as the rows that they meet; the leaf is an end of the decision that was asked last."""

EVERYONE: Ways = (Row((), 0),)

_MOST_JOINED = 100_000
_MOST_PARTED = 400


@record
class Answer:
    """The leaves of one table that completions reach, in the order of the text, and what decides between them."""

    leaves: tuple[Leaf, ...]
    needs: tuple[str, ...]


@record
class Reads:
    """What conditions ask, each in the order of the text, definitions written out but for those that are known."""

    inputs: tuple[str, ...] = ()
    readings: tuple[str, ...] = ()
    decisions: tuple[str, ...] = ()
    definitions: tuple[str, ...] = ()


def place_of(leaf: Leaf) -> Place:
    """Where an end stands, the gates before it."""
    return {"out_of_scope": OUT_OF_SCOPE, "not_applicable": NOT_ASKED}.get(leaf.status, (*ASKED, *leaf.place))


def below(place: Place, places: Iterable[Place]) -> bool:
    """Whether a place is one of these, or lies behind it."""
    return any(place[: len(one)] == one for one in places)


class Paths:
    """The ways of one record. Every question is put to its completions; nothing is decided here."""

    def __init__(self, compiled: Compiled, patient: object) -> None:
        """Takes what `evaluate` takes. Raises Refused for a record that can't be read."""
        self.guideline = compiled.guideline
        self.program = compiled.program
        self.record: Record = read_record(compiled.guideline, patient)
        self._completions = Completions(compiled.guideline, compiled.program.coordinates, self.record)
        self._constrained = bool(compiled.guideline.impossible)
        self._asides = dict(compiled.program.asides)
        self._own: dict[str, Ways] = {}

    # --- decisions ---

    def through(self, decision: str, before: Ways = EVERYONE) -> Ways:
        """The ways that go on through a decision. Where there are too many to look at, all that it has on its own: an
        end is never falsely ruled out."""
        if decision not in self._own:
            self._own[decision] = tuple(self._completions.possible(self.program.decisions[decision].rows))
        own = self._own[decision]
        if before == EVERYONE or len(own) * len(before) > _MOST_JOINED:
            return own
        joined = (_joined(earlier, row) for row in own for earlier in before)
        return tuple(self._completions.possible(dict.fromkeys(row for row in joined if row is not None)))

    def under(self, decision: str, ways: Ways, places: Sequence[Place]) -> Ways:
        """Those of a decision's ways that end at one of the places or behind it."""
        leaves = self.program.decisions[decision].leaves
        there = {at for at, leaf in enumerate(leaves) if below(place_of(leaf), places)}
        return tuple(row for row in ways if row.leaf in there)

    def ends(self, decision: str, ways: Ways) -> tuple[Leaf, ...]:
        """The leaves that ways reach, in the order of the text."""
        leaves = self.program.decisions[decision].leaves
        return tuple(leaves[at] for at in sorted({row.leaf for row in ways}))

    def parting(self, decision: str, ways: Ways, places: Sequence[Place]) -> tuple[str, ...]:
        """The blanks, each of which alone may send completions that come to a question down different branches of it.

        None where only several together do, or too many ways lead there.
        """
        leaves = self.program.decisions[decision].leaves
        here = [
            (row, place[len(one)])
            for row in self.under(decision, ways, places)
            for place in (place_of(leaves[row.leaf]),)
            for one in places
            if place[: len(one)] == one and len(place) > len(one)
        ]
        if len(here) > _MOST_PARTED or len({branch for _, branch in here}) < 2:
            return ()
        return tuple(self._completions.needs(here, False))

    # --- lines ---

    def line(self, options: str, at: int) -> Answer:
        """One line of a list, or one conflict."""
        return self._answer(self.program.options[options][at])

    # --- values ---

    def amounts(self, definition: str) -> tuple[frozenset[Fraction] | None, ...]:
        """The numbers, in base units, that each term of a shown sum may have, or the one term of a choice; None for one that
        isn't chosen from constants. No terms where the definition isn't shown. As in a shown range, each is taken for itself:
        what `impossible` leaves out is not looked at."""
        number = self.program.numbers.get(definition)
        if number is None:
            return ()
        written = next(one.number for one in self.guideline.definitions if one.id == definition)
        terms = number.terms if isinstance(number, Total) and isinstance(written, ir.Sum) else (number,)
        return tuple(self._picked(one) for one in terms)

    def _picked(self, number: Number) -> frozenset[Fraction] | None:
        if not isinstance(number, Pick):
            return None
        possible = self._completions.possible(Row(row.cells, at) for at, row in enumerate(number.rows))
        values = [number.rows[row.leaf].number for row in possible]
        constants = frozenset(one.value for one in values if isinstance(one, Exact))
        return constants if all(isinstance(one, Exact) for one in values) else None

    def bands(self, category: str) -> tuple[frozenset[int], ...]:
        """For each condition of a shown category, the leaves that are possible: see rows.Condition."""
        conditions = self.program.categories.get(category, ())
        return tuple(
            frozenset(row.leaf for row in self._completions.possible(one.rows)) for one in conditions
        )

    # --- conditions ---

    def applies(self, condition: ir.Condition) -> tuple[str, list[str]]:
        """Whether what makes an alternative preferred holds: `yes`, `no` or `unknown`, and the needs."""
        rows = self._asides[condition].rows
        possible = self._completions.possible(rows)
        truths = {row.leaf for row in possible}
        if len(truths) == 1:
            return ("yes" if truths == {1} else "no"), []
        return "unknown", self._completions.needs([(row, row.leaf) for row in possible], self._constrained)

    def _answer(self, table: Table) -> Answer:
        rows = self._completions.possible(table.rows)
        leaves = tuple(table.leaves[at] for at in sorted({row.leaf for row in rows}))
        if len({leaf.group for leaf in leaves}) == 1:
            return Answer(leaves, ())
        groups = [(row, table.leaves[row.leaf].group) for row in rows]
        return Answer(leaves, tuple(self._completions.needs(groups, self._constrained)))


def _joined(earlier: Row, row: Row) -> Row | None:
    """What meets both rows, with the leaf of the later; None where nothing can."""
    cells = dict(earlier.cells)
    for at, mask in row.cells:
        cells[at] = Mask(cells.get(at, -1) & mask)
        if not cells[at]:
            return None
    return Row(tuple(sorted(cells.items())), row.leaf)


def reads(
    guideline: ir.Guideline, conditions: Iterable[ir.Condition | None], known: Collection[str] = ()
) -> Reads:
    """What conditions ask of the record, of readings and of other decisions; of definitions where these are `known`."""
    inputs: dict[str, None] = {}
    readings: dict[str, None] = {}
    decisions: dict[str, None] = {}
    definitions = {one.id: one for one in guideline.definitions}
    met: dict[str, None] = {}
    seen: set[str] = set()
    waiting: list[object] = [*reversed([*conditions])]
    while waiting:
        one = waiting.pop()
        match one:
            case ir.Is(name) | ir.Includes(name) | ir.Measure(name) | ir.Recorded(name):
                inputs[name] = None
            case ir.ReadingIs(name):
                readings[name] = None
            case ir.Recommends(name) | ir.Gives(name):
                decisions[name] = None
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name) if name in known:
                met[name] = None
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name):
                if name not in seen:
                    seen.add(name)
                    definition = definitions[name]
                    waiting.append(definition.condition or definition.number or definition.category)
            case tuple():
                waiting += reversed(one)
            case _:
                waiting += reversed(inside(one))
    return Reads(tuple(inputs), tuple(readings), tuple(decisions), tuple(met))
