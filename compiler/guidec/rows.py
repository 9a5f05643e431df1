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


class Mask(int):
    """Cells of a coordinate, as bits. In a document they stand as ranges: `0-3,7`."""


@record
class Exact:
    """A constant in base units."""

    value: Fraction


@record
class Read:
    """The number entered for an input, in base units; a date is its day number."""

    input: str


@record
class Apply:
    op: Literal["+", "-", "*", "/", "min", "max", "abs", "sqrt", "ln", "exp", "^"]
    arguments: tuple["Number", ...]


@record
class Round:
    """To whole steps, counted in the unit: `value = (base / factor) - offset`."""

    number: "Number"
    step: Fraction
    factor: Fraction
    offset: Fraction
    mode: ir.RoundingMode


@record
class Count:
    """Completed days, weeks, months or years between two day numbers, in calendar days or months."""

    word: Literal["day", "week", "month", "year"]
    first: "Number"
    last: "Number"


@record
class Move:
    """A day number and some calendar days or months later."""

    day: "Number"
    by: "Number"
    months: bool
    overflow: Literal["", "back", "forward"]


@record
class Picked:
    """Cells of coordinates that stand before this one, and the number there."""

    cells: tuple[tuple[int, Mask], ...]
    number: "Number"


@record
class Pick:
    """The number of the one row that holds."""

    rows: tuple[Picked, ...]


@record
class Total:
    terms: tuple["Number", ...]


Number = Exact | Read | Apply | Round | Count | Move | Pick | Total


@record
class Derived:
    """A computed number between its cuts, in base units; the last cell is `undefined` if it reads a named value.

    `inputs` are those that it reads itself; `reads` are the computed numbers, earlier coordinates, that its rows ask; `name`
    is its definition, if it has one.
    """

    number: Number
    inputs: tuple[str, ...]
    reads: tuple[int, ...]
    cuts: tuple[tuple[Fraction, bool], ...]
    undefined: bool
    name: str


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

    Leaves of one `group` are equal outcomes. `asks` are the inputs that the path reads, in the author's order. `place`
    counts the branches taken, of a table it has the rows that hold; like a line it is no part of the meaning.
    """

    status: LeafStatus
    outcome: ir.Outcome | None
    group: int
    path: tuple[Step, ...]
    asks: tuple[str, ...]
    place: tuple[int, ...] = field(default=(), compare=False)


@record
class Row:
    """The cells that a row accepts, as bits, for each coordinate that it names; every other is free."""

    cells: tuple[tuple[int, Mask], ...]
    leaf: int


@record
class Table:
    """Disjoint rows that together hold every possible patient."""

    leaves: tuple[Leaf, ...]
    rows: tuple[Row, ...]


@record
class Condition:
    """A condition as rows: those where it is true (leaf 1) and those where it is false (leaf 0).

    Of a category, the leaf is the position of the value.
    """

    rows: tuple[Row, ...]


@record
class Advised:
    """What a rule gives, or a line that the source doesn't say when to give, with the reasons against it.

    `reasons` are against what a rule surely gives; those against an order or an alternative stand at that.
    """

    orders: tuple[ir.Order | ir.Choice, ...]
    reasons: tuple[ir.Reason, ...]


@record
class Program:
    """A guideline as rows over shared coordinates.

    `decisions` has a table for each decision, `options` one for each line of each list. `rules`, `definitions` (shown
    conditions) and `asides` (what makes an alternative preferred, or speaks against it) are conditions. `numbers` are the
    shown numbers, in base units. `categories` has the bands of those that are shown: one condition, or of a `collect` table
    one for each value. `advised` has what a rule gives, or `LIST#POSITION` for a line that isn't given, where there is a
    reason against it. `possible` is true of the records that `impossible` leaves.
    """

    coordinates: tuple[Coordinate, ...]
    decisions: dict[str, Table]
    options: dict[str, tuple[Table, ...]]
    rules: dict[str, Condition]
    definitions: dict[str, Condition]
    asides: tuple[tuple[ir.Condition, Condition], ...]
    possible: Condition
    numbers: dict[str, Number]
    categories: dict[str, tuple[Condition, ...]]
    advised: dict[str, Advised]
