"""The normal form: coordinates cut into cells, and for each decision disjoint rows of cells."""

from dataclasses import field
from fractions import Fraction
from typing import Literal

from guidec import ir
from guidec.record import record


@record
class Cut:
    """A place between two cells: just before a threshold or (`after`) just behind it.

    `thresholds` holds one number for each unit that the input may be entered in, in that unit.
    """

    thresholds: tuple[Fraction, ...]
    after: bool


@record
class Values:
    """An input with named values, or a Boolean (`no`, `yes`): one cell a value."""

    input: str
    values: tuple[str, ...]


@record
class Numbers:
    """An input's numbers between the cuts. `cells` lists the pieces that hold a value (piece i lies before cut i);
    one cell for each named value follows."""

    input: str
    cuts: tuple[Cut, ...]
    cells: tuple[int, ...]
    named: tuple[str, ...]


@record
class Member:
    """Whether a set holds a member: cell 0 no, cell 1 yes."""

    input: str
    member: str


@record
class Derived:
    """A computed number between its cuts, in base units; the last cell is `undefined` if an input of it has a named value."""

    number: ir.Number
    inputs: tuple[str, ...]
    cuts: tuple[tuple[Fraction, bool], ...]
    undefined: bool


@record
class Readings:
    """How a reading is read: one cell a value."""

    reading: str
    values: tuple[str, ...]


@record
class Entered:
    """What the record says of an input: cells blank, partly known, known, and recorded true."""

    input: str


@record
class Prescribed:
    """Whether the answer's recommendations give one of the drugs: cell 0 no, cell 1 yes."""

    drugs: tuple[str, ...]


Coordinate = Values | Numbers | Member | Derived | Readings | Entered | Prescribed


@record
class Step:
    """One step of a path through the author's tree. Its line is a place, and no part of the meaning."""

    by: str
    value: str
    statements: tuple[str, ...]
    line: int = field(compare=False)


LeafStatus = Literal["determined", "not_stated", "conflict", "not_applicable", "out_of_scope"]


@record
class Leaf:
    """An end of the author's tree: its outcome with every order line settled, and the path to it.

    Leaves of one `group` are equal outcomes. `asks` are the inputs that the path reads, in the author's order.
    """

    status: LeafStatus
    outcome: ir.Outcome | None
    group: int
    path: tuple[Step, ...]
    asks: tuple[str, ...]


@record
class Row:
    """The cells that a row accepts, as bits, for each coordinate that it names; every other is free."""

    cells: tuple[tuple[int, int], ...]
    leaf: int


@record
class Table:
    """Disjoint rows that together hold every possible patient."""

    leaves: tuple[Leaf, ...]
    rows: tuple[Row, ...]


@record
class Condition:
    """A condition as rows: those where it is true (leaf 1) and those where it is false (leaf 0)."""

    rows: tuple[Row, ...]


@record
class Program:
    """A guideline as rows over shared coordinates.

    `decisions` has a table for each decision, `options` one for each line of each list. `rules`, `definitions` (shown
    conditions) and `asides` (what makes an alternative preferred) are conditions. `possible` is true of the records that
    `impossible` leaves.
    """

    coordinates: tuple[Coordinate, ...]
    decisions: dict[str, Table]
    options: dict[str, tuple[Table, ...]]
    rules: dict[str, Condition]
    definitions: dict[str, Condition]
    asides: tuple[tuple[ir.Condition, Condition], ...]
    possible: Condition
