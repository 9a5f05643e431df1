"""What an author has declared so far, and the dice that every choice falls with."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypeVar

from authoring import words
from guidec import ast
from guidec.ir import NOWHERE
from guidec.numbers import decimal_text

T = TypeVar("T")

STATEMENTS = ("N1", "N2", "N3", "N4")
"""Those of the register `numbered.csv`."""


@dataclass(frozen=True)
class Grid:
    """The values that may be entered in a unit, lowest first."""

    unit: str
    values: tuple[Fraction, ...]


@dataclass(frozen=True)
class Number:
    """A number that may be asked: how it is written, what it is counted in, and its bounds there.

    `printed` are the grids that thresholds stand on where it is an input: one, or one a unit and all as long; of anything
    else a threshold may be any number. A `discrete` one has no values but those of its grid. It is none where an input has one
    of the `missing` values.
    """

    written: ast.Expression
    kind: str
    unit: str
    low: Fraction
    high: Fraction
    missing: tuple[tuple[str, str], ...] = ()
    printed: tuple[Grid, ...] = ()
    pure: bool = True
    convertible: bool = True
    discrete: bool = False

    @property
    def is_input(self) -> bool:
        return bool(self.printed)


@dataclass(frozen=True)
class Subject:
    """What labels may split: values, yes and no, or a number with its named values; `pure` where only inputs are asked."""

    written: ast.Expression
    values: tuple[str, ...] = ()
    truth: bool = False
    number: Number | None = None
    named: tuple[str, ...] = ()
    pure: bool = True
    several: bool = False

    @property
    def name(self) -> str:
        assert isinstance(self.written, ast.Name)
        return self.written.text


@dataclass(frozen=True)
class Function:
    """A function of the author's: what it takes, as kind and unit, and whether it gives a condition."""

    name: str
    takes: tuple[tuple[str, str], ...]
    parameters: tuple[str, ...]
    body: ast.Expression
    gives: tuple[str, str] | None


@dataclass
class Draft:
    """Everything with a name, in the order in which it was declared."""

    dice: random.Random
    declarations: list[ast.Declaration] = field(default_factory=list)
    inputs: list[ast.Input] = field(default_factory=list)
    size: int = 1
    subjects: list[Subject] = field(default_factory=list)
    numbers: list[Number] = field(default_factory=list)
    conditions: list[Subject] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    readings: list[str] = field(default_factory=list)
    weights: list[tuple[str, str, bool]] = field(default_factory=list)
    drug_list: str = ""
    drugs: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    procedures: list[str] = field(default_factory=list)
    tests: list[str] = field(default_factory=list)
    regimens: list[str] = field(default_factory=list)
    decisions: dict[str, list[str]] = field(default_factory=dict)
    cited: bool = False
    overflow: bool = False
    count: int = 0

    def chance(self, of: float) -> bool:
        return self.dice.random() < of

    def one(self, choices: Sequence[T]) -> T:
        return self.dice.choice(choices)

    def some(self, choices: Sequence[T], least: int = 0, most: int = 99) -> list[T]:
        most = min(most, len(choices))
        return self.dice.sample(list(choices), self.dice.randint(min(least, most), most))

    def new(self, kind: str) -> str:
        """A name that nothing has."""
        self.count += 1
        return f"{kind}_{self.count}"

    def label(self, text: str) -> ast.Text:
        """Mostly plain, now and then with what must be escaped or looks like something else."""
        odd = ('say "so"', "back\\slash", "# no comment", "a | b", "Grösse ≥ 3 %", "[N1]", "when: x")
        return words.quoted(f"{text} {self.one(odd)}" if self.chance(0.05) else text)

    def number(self, value: Fraction | int, unit: str = "") -> ast.Number:
        """A number, now and then with more digits than it needs."""
        plain = words.number(value, unit)
        if not self.chance(0.06):
            return plain
        text = decimal_text(plain.value)
        return ast.Number(plain.value, plain.unit, NOWHERE, text + ("0" if "." in text else ".0"))

    def cites(self, of: float = 0.6) -> ast.Cites:
        """Some statements of the register, where there is one; links of the author's own behind the others or before."""
        if not self.cited or not self.chance(of):
            return ()
        made = [ast.Cite(one, self.chance(0.2), NOWHERE) for one in self.some(STATEMENTS, 1, 2)]
        return tuple(made)

    def notes(self) -> tuple[ast.Note, ...]:
        return (ast.Note(self.label("A remark"), self.cites()),) if self.chance(0.1) else ()

    def codes(self, of: float = 0.15) -> tuple[ast.Code, ...]:
        if not self.chance(of):
            return ()
        texts = [
            (f"http://example.org/{at}", str(self.dice.randrange(100)), "In words")
            for at in range(self.one((1, 1, 2)))
        ]
        return tuple(
            ast.Code(words.quoted(system), words.quoted(code), words.quoted(display), NOWHERE)
            for system, code, display in texts
        )
