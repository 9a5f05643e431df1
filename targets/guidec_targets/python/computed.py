"""Computed numbers to the source text of the functions that compute them, and of the tables of their rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from guidec import ir
from guidec.lower.search import asked_in, read_in
from guidec.lower.terms import Cells, Points, points_of
from guidec.numbers import decimal_text, is_decimal
from guidec.rows import Apply, Count, Exact, Move, Number, Pick, Read, Round, Total
from guidec.wording import label_of
from guidec_targets.python.literals import Call, Code, Lambda, comment, laid_out, literal, quoted

_NAMES = {
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "over",
    "min": "least",
    "max": "most",
    "abs": "absolute",
    "sqrt": "square_root",
    "ln": "logarithm",
    "exp": "exponential",
    "^": "power",
}
_ENCLOSED = ("sqrt", "ln", "exp", "^")
_PIECES = {
    **dict.fromkeys(("+", "-", "*", "/"), "arithmetic"),
    **dict.fromkeys(("min", "max", "abs"), "extremes"),
    **dict.fromkeys(_ENCLOSED, "powers"),
}
_SIGNS = {"+": "+", "-": "−", "*": "×", "/": "/", "^": "^"}
_DEEPEST = 20
_MOST_WORDS = 60
FEW_CELLS = 40


@dataclass(slots=True)
class Computations:
    """The functions written so far, by what they compute.

    `names` has the definitions of numbers, `words` says what a row of cells means. `sums` has the functions of sums of
    points, each with the table of its terms; `uses` the pieces of the runtime that they need.
    """

    guideline: ir.Guideline
    names: Mapping[Number, str]
    words: Callable[[Cells], str]
    texts: list[str] = field(default_factory=list)
    functions: dict[Number, str] = field(default_factory=dict)
    lookups: dict[Pick, str] = field(default_factory=dict)
    points: dict[Number, str] = field(default_factory=dict)
    sums: dict[str, str] = field(default_factory=dict)
    uses: set[str] = field(default_factory=set)
    places: dict[str, int] = field(default_factory=dict)
    deep: int = 0

    def computed(self, number: Number) -> tuple[object, ...]:
        """The inputs that a number reads itself, the coordinates that it asks, and its function."""
        if not self.places:
            self.places.update((entry.id, at) for at, entry in enumerate(self.guideline.inputs))
        inputs = tuple(sorted(read_in(number), key=self.places.__getitem__))
        return inputs, tuple(sorted(asked_in(number))), Code(self.function(number))

    def function(self, number: Number) -> str:
        """The name of the function that computes a number."""
        if number not in self.functions:
            name = f"computed_{len(self.functions) + 1}"
            self.functions[number] = name
            self.uses.add("computed")
            body = laid_out(self._expression(number, "DIGITS"), 4, len("return "))
            if body.startswith("of.total("):
                self.sums[name] = body.removeprefix("of.total(").removesuffix(")")
            self._write(name, "of: Values", f"computes {self._what(number)}", body)
        return self.functions[number]

    def _write(self, name: str, parameters: str, says: str, body: str) -> None:
        self.texts.append(f"def {name}({parameters}) -> Range:\n    # {says}\n    return {body}\n")

    def _what(self, number: Number) -> str:
        name = self.names.get(number)
        if name is None:
            return comment(_in_words(self.guideline, number))
        return f"{comment(name)} {quoted(label_of(self.guideline.definitions, name))}"

    # --- tables of rows ---

    def _points(self, number: Number, points: Points) -> str:
        """The name of the table of a sum of points."""
        if number not in self.points:
            name = f"POINTS_{len(self.points) + 1}"
            self.points[number] = name
            self.uses.add("points")
            lines: list[str] = []
            for term in points.terms:
                lines.append("        (")
                for cells, value in term:
                    says = decimal_text(value * points.grain)
                    lines.append(
                        f"            ({written(cells)}, {value}),  # when {self.words(cells)}: {says}"
                    )
                lines.append("        ),")
            self.texts.append(
                f"# The points of {self._what(number)}: the size of a step; in steps, what everybody has, and each term\n"
                f"{name}: Points = (\n"
                f"    {literal(points.grain)},\n"
                f"    {points.constant},\n"
                + "".join(f"{line}\n" for line in ["    (", *lines, "    ),", ")"])
            )
        return self.points[number]

    def _lookup(self, pick: Pick) -> str:
        """The name of the table of a lookup."""
        if pick not in self.lookups:
            name = f"LOOKUP_{len(self.lookups) + 1}"
            self.lookups[pick] = name
            lines = [
                f"    ({written(row.cells)}, {literal(row.number.value)}),  # when {self.words(row.cells)}"
                for row in pick.rows
                if isinstance(row.number, Exact)
            ]
            self.texts.append("\n".join([f"{name}: Lookup = (", *lines, ")"]) + "\n")
        return self.lookups[pick]

    # --- expressions ---

    def _expression(self, number: Number, digits: str, depth: int = 0) -> object:
        """A number as calls; `digits` names how many digits functions that are no fractions are worked out to."""
        if depth == _DEEPEST and not isinstance(number, Exact | Read):
            return self._part(number, digits)
        points = points_of(number) if isinstance(number, Total) or depth == 0 else None
        if points is not None:
            return Call("of.total", (Code(self._points(number, points)),))

        def go(one: Number) -> object:
            return self._expression(one, digits, depth + 1)

        match number:
            case Exact(value):
                return Call("exactly", (value,))
            case Read(name):
                return Call("of.read", (name,))
            case Apply(op, arguments):
                self.uses.add(_PIECES[op])
                more = (Code(digits),) if op in _ENCLOSED else ()
                return Call(_NAMES[op], (*map(go, arguments), *more))
            case Round(inner, step, factor, offset, mode):
                self.uses.add("steps")
                scale = (step, factor, offset, mode)
                if is_fraction(inner):
                    return Call("stepped", (go(inner), scale))
                closer = Lambda("digits", self._expression(inner, "digits", depth + 1))
                return Call("settled", (Code("of"), closer, scale))
            case Count(word, first, last):
                self.uses.add("counts")
                return Call("completed", (word, go(first), go(last)))
            case Move(day, by, months, overflow):
                self.uses.add("moves")
                return Call("moved", (go(day), go(by), months, overflow))
            case Pick(rows):
                self.uses.add("lookups")
                if all(isinstance(row.number, Exact) for row in rows):
                    return Call("of.pick", (Code(self._lookup(number)),))
                lines = tuple((Code(written(row.cells)), Lambda("", go(row.number))) for row in rows)
                return Call("of.pick", (lines,))
            case Total(terms):
                self.uses.add("arithmetic")
                return Call("plus", tuple(map(go, terms)))

    def _part(self, number: Number, digits: str) -> Call:
        """What is too deep inside for one expression, as a function of its own."""
        self.deep += 1
        name = f"part_{self.deep}"
        body = laid_out(self._expression(number, "digits"), 4, len("return "))
        self._write(name, "of: Values, digits: int", "a part of what follows", body)
        return Call(name, (Code("of"), Code(digits)))


def is_fraction(number: Number) -> bool:
    """Whether a number is a fraction whatever its inputs are; what is rounded is."""
    match number:
        case Exact() | Read() | Round() | Count() | Move():
            return True
        case Apply("^", (base, Exact(exponent))):
            return exponent.denominator == 1 and is_fraction(base)
        case Apply(op, arguments):
            return op not in _ENCLOSED and all(map(is_fraction, arguments))
        case Pick(rows):
            return all(is_fraction(row.number) for row in rows)
        case Total(terms):
            return all(map(is_fraction, terms))


def written(cells: Cells) -> str:
    """The cells of coordinates, as bits."""
    return literal(tuple((at, Code(mask(some))) for at, some in cells))


def mask(cells: int) -> str:
    """Cells as bits; of a coordinate with many, the runs of them."""
    if cells.bit_length() <= FEW_CELLS:
        return bin(cells)
    runs: list[str] = []
    at = 0
    while cells >> at:
        rest = cells >> at
        first = at + (rest & -rest).bit_length() - 1
        after = ~(cells >> first)
        last = first + (after & -after).bit_length() - 2
        runs.append(f"span({first}, {last})")
        at = last + 1
        if len(runs) * 12 > cells.bit_length() // 4:
            return hex(cells)
    return " | ".join(runs)


def _in_words(guideline: ir.Guideline, number: Number) -> str:
    """A number in base units with the labels of its inputs, in short."""
    words: list[str] = []
    waiting: list[Number | str] = [number]
    while waiting and len(words) < _MOST_WORDS:
        match waiting.pop():
            case str(text):
                words.append(text)
            case Exact(value):
                words.append(decimal_text(value) if is_decimal(value) else str(value))
            case Read(name):
                words.append(label_of(guideline.inputs, name))
            case Apply(op, arguments) if op in _SIGNS:
                between = [part for one in arguments for part in (_SIGNS[op], one)][1:]
                waiting += reversed(["(", *between, ")"])
            case Apply(op, arguments):
                listed = [part for one in arguments for part in (",", one)][1:]
                waiting += reversed([f"{op} (", *listed, ")"])
            case Round(inner):
                waiting += reversed([inner, "rounded"])
            case Count(word, first, last):
                waiting += reversed([f"{word}s from", first, "to", last])
            case Move(day, by):
                waiting += reversed([day, "+", by])
            case Pick():
                words.append("the number that the table gives")
            case Total():
                words.append("the sum of the points")
    return " ".join([*words, *(["…"] if waiting else [])])
