"""A question of the search to SMT-LIB: whether some values of the inputs lie in given cells, over whole numbers alone.

A variable is a place in its boxes and a step of a grid. A number is a quotient of two whole terms and a constant scale, so
that nothing is rounded but what the author rounds. What has no such form (`ln`, `exp`, other powers) raises NotExact.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor, gcd, lcm
from typing import NamedTuple

from guidec.lower.boxes import Copy, Variable
from guidec.lower.coordinates import first_in, grids
from guidec.lower.diagram import bits
from guidec.lower.search import Constraint, Search, base_value
from guidec.rows import (
    Apply,
    Coordinate,
    Count,
    Derived,
    Entered,
    Exact,
    Member,
    Move,
    Number,
    Numbers,
    Pick,
    Prescribed,
    Read,
    Readings,
    Round,
    Total,
    Values,
)

MOST_POWER = 8
_TRUE, _FALSE = "true", "false"


class NotExact(Exception):
    """Something has no exact form over whole numbers."""


class Term(NamedTuple):
    """The number `above / below * scale` where `defined` holds; `below` and `scale` are more than 0."""

    above: str
    below: str = "1"
    scale: Fraction = Fraction(1)
    defined: str = _TRUE
    constant: Fraction | None = None


@dataclass(slots=True)
class _Question:
    search: Search
    lines: list[str] = field(default_factory=list)
    variables: dict[Copy, tuple[str, str]] = field(default_factory=dict)
    terms: dict[tuple[int, tuple[tuple[str, int], ...]], Term] = field(default_factory=dict)
    count: int = 0


def question(search: Search, constraints: Sequence[Constraint]) -> str:
    """The text, up to what asks for an answer. Raises NotExact."""
    asked = _Question(search)
    for at, mask, copies in constraints:
        asked.lines.append(f"(assert {_cells(asked, at, mask, copies)})")
    return "\n".join(["(set-logic QF_NIA)", *asked.lines, ""])


# --- variables ---------------------------------------------------------------


def _variable(asked: _Question, variable: Variable, copies: Mapping[str, int]) -> tuple[str, str]:
    """The place in its boxes and the step of a copy of a variable."""
    copy: Copy = (*variable, copies.get(variable[0], 0))
    if copy not in asked.variables:
        boxes = asked.search.boxes(variable)
        place, step = f"k{len(asked.variables)}", f"s{len(asked.variables)}"
        asked.lines += [f"(declare-const {place} Int)", f"(declare-const {step} Int)"]
        ways = [
            _all([f"(= {place} {at})", f"(<= {_int(box.low)} {step})", f"(<= {step} {_int(box.high)})"])
            for at, box in enumerate(boxes)
        ]
        asked.lines.append(f"(assert {_any(ways)})")
        asked.variables[copy] = place, step
    return asked.variables[copy]


def _cells(asked: _Question, at: int, mask: int, copies: Mapping[str, int]) -> str:
    """Where a coordinate lies in some of its cells."""
    coordinate = asked.search.coordinates[at]
    match coordinate:
        case Values(name, values) | Readings(name, values):
            return _named(
                asked, (name, ""), [values[cell] for cell in bits(mask) if cell < len(values)], copies
            )
        case Member(name, member):
            return _named(
                asked, (name, member), [("no", "yes")[cell] for cell in bits(mask) if cell < 2], copies
            )
        case Numbers():
            return _compared(asked, coordinate, mask, copies)
        case Derived(_, _, _, cuts, undefined):
            term = _term_at(asked, at, copies)
            pieces = len(cuts) + 1
            ways = [
                _all([term.defined, *_between(asked, term, cuts, first, last)])
                for first, last in _runs(cell for cell in bits(mask) if cell < pieces)
            ]
            if undefined and mask >> pieces & 1:
                ways.append(_not(term.defined))
            return _any(ways)
        case Entered() | Prescribed():
            return _TRUE


def _named(asked: _Question, variable: Variable, names: Iterable[str], copies: Mapping[str, int]) -> str:
    place, _ = _variable(asked, variable, copies)
    wanted = set(names)
    boxes = asked.search.boxes(variable)
    return _any([f"(= {place} {at})" for at, box in enumerate(boxes) if box.named in wanted])


def _compared(asked: _Question, coordinate: Numbers, mask: int, copies: Mapping[str, int]) -> str:
    variable = (coordinate.input, "")
    place, step = _variable(asked, variable, copies)
    kind = asked.search.inputs[coordinate.input].type
    cells = [cell for cell in bits(mask) if cell < len(coordinate.cells)]
    names = {
        coordinate.named[cell - len(coordinate.cells)] for cell in bits(mask) if cell >= len(coordinate.cells)
    }
    ways: list[str] = []
    for at, box in enumerate(asked.search.boxes(variable)):
        if box.named:
            ways += [f"(= {place} {at})"] if box.named in names else []
            continue
        grid = grids(kind)[box.unit]
        for first, last in _runs(coordinate.cells[cell] for cell in cells):
            low = first_in(coordinate.cuts, box.unit, grid, first)
            high = first_in(coordinate.cuts, box.unit, grid, last + 1) - 1
            if max(low, box.low) <= min(high, box.high):
                ways.append(
                    _all([f"(= {place} {at})", f"(<= {_int(low)} {step})", f"(<= {step} {_int(high)})"])
                )
    return _any(ways)


def _runs(cells: Iterable[int]) -> list[tuple[int, int]]:
    """Rising numbers as runs without a hole."""
    found: list[tuple[int, int]] = []
    for cell in cells:
        if found and found[-1][1] == cell - 1:
            found[-1] = found[-1][0], cell
        else:
            found.append((cell, cell))
    return found


def _between(
    asked: _Question, term: Term, cuts: Sequence[tuple[Fraction, bool]], first: int, last: int
) -> list[str]:
    """Behind the cut before the first piece, and before the one behind the last."""
    found: list[str] = []
    if first > 0:
        found.append(_past(term, *cuts[first - 1]))
    if last < len(cuts):
        found.append(_not(_past(term, *cuts[last])))
    return found


def _past(term: Term, threshold: Fraction, after: bool) -> str:
    """Whether a number lies behind a cut."""
    share = threshold / term.scale
    if term.below == "1":
        least = floor(share) + 1 if after else ceil(share)
        return f"(>= {term.above} {_int(least)})"
    sign = ">" if after else ">="
    left, right = _times(share.denominator, term.above), _times(share.numerator, term.below)
    return f"({sign} {left} {right})"


# --- numbers -----------------------------------------------------------------


def _term_at(asked: _Question, at: int, copies: Mapping[str, int]) -> Term:
    key = at, tuple(sorted(copies.items()))
    if key not in asked.terms:
        coordinate: Coordinate = asked.search.coordinates[at]
        assert isinstance(coordinate, Derived)
        asked.terms[key] = _term(asked, coordinate.number, copies)
    return asked.terms[key]


def _term(asked: _Question, number: Number, copies: Mapping[str, int]) -> Term:
    def go(one: Number) -> Term:
        return _term(asked, one, copies)

    match number:
        case Exact(value):
            return _exact(value)
        case Read(name):
            return _read(asked, name, copies)
        case Apply(op, arguments):
            return _applied(asked, op, arguments, go)
        case Round():
            return _rounded(asked, number, go)
        case Count(word, first, last):
            return _counted(asked, word, go(first), go(last))
        case Move(day, by, months, overflow):
            return _moved(asked, go(day), go(by), months, overflow)
        case Pick(rows):
            conditions = [_all([_cells(asked, at, mask, copies) for at, mask in row.cells]) for row in rows]
            return _picked(asked, conditions, [go(row.number) for row in rows])
        case Total(terms):
            found = _exact(Fraction(0))
            for one in terms:
                found = _plus(asked, found, go(one))
            return found


def _exact(value: Fraction) -> Term:
    return Term(_int(value.numerator), "1", Fraction(1, value.denominator), _TRUE, value)


def _read(asked: _Question, name: str, copies: Mapping[str, int]) -> Term:
    """The number entered, in base units: a line in the step, one for each unit."""
    place, step = _variable(asked, (name, ""), copies)
    kind = asked.search.inputs[name].type
    lines: list[tuple[int, Fraction, Fraction]] = []
    for at, box in enumerate(asked.search.boxes((name, ""))):
        if not box.named:
            low, width, _ = grids(kind)[box.unit]
            start = base_value(kind, box.unit, low)
            lines.append((at, start, base_value(kind, box.unit, low + width) - start))
    if not lines:
        return Term("0", defined=_FALSE)
    scale = _grain(value for _, start, width in lines for value in (start, width))
    above = [
        f"(+ {_int(int(start / scale))} {_times(int(width / scale), step)})" for _, start, width in lines
    ]
    tests = [f"(= {place} {at})" for at, _, _ in lines]
    whole = len(lines) == len(asked.search.boxes((name, "")))
    return Term(_define(asked, _choice(tests, above)), "1", scale, _TRUE if whole else _any(tests))


def _applied(asked: _Question, op: str, arguments: Sequence[Number], go: Callable[[Number], Term]) -> Term:
    match op, arguments:
        case "+", (left, right):
            return _plus(asked, go(left), go(right))
        case "-", (left, right):
            return _plus(asked, go(left), _scaled(go(right), Fraction(-1)))
        case "*", (left, right):
            return _product(asked, go(left), go(right))
        case "/", (left, right):
            return _product(asked, go(left), _inverse(asked, go(right)))
        case "min" | "max", _:
            first, *rest = [go(one) for one in arguments]
            for one in rest:
                first = _better(asked, op, first, one)
            return first
        case "abs", (one,):
            term = go(one)
            if term.constant is not None:
                return _exact(abs(term.constant))
            return term._replace(above=_define(asked, f"(abs {term.above})"))
        case "^", (base, Exact(power)) if power.denominator == 1 and abs(power) <= MOST_POWER:
            term = _exact(Fraction(1))
            for _ in range(abs(int(power))):
                term = _product(asked, term, go(base))
            return _inverse(asked, term) if power < 0 else term
        case _:
            raise NotExact(f"`{op}` has no exact form that a solver takes")


def _scaled(term: Term, factor: Fraction) -> Term:
    if term.constant is not None:
        return _exact(term.constant * factor)
    if factor == 0:
        return term._replace(above="0")
    above = f"(- {term.above})" if factor < 0 else term.above
    return term._replace(above=above, scale=term.scale * abs(factor))


def _plus(asked: _Question, left: Term, right: Term) -> Term:
    if left.constant is not None and right.constant is not None:
        return _exact(left.constant + right.constant)
    if left.constant == 0:
        return right
    if right.constant == 0:
        return left
    scale = _grain([left.scale, right.scale])
    first, second = int(left.scale / scale), int(right.scale / scale)
    defined = _all([left.defined, right.defined])
    if left.below == right.below:
        above = f"(+ {_times(first, left.above)} {_times(second, right.above)})"
        return Term(_define(asked, above), left.below, scale, defined)
    crossed = (_multiplied(left.above, right.below), _multiplied(right.above, left.below))
    above = f"(+ {_times(first, crossed[0])} {_times(second, crossed[1])})"
    below = _define(asked, _multiplied(left.below, right.below))
    return Term(_define(asked, above), below, scale, defined)


def _product(asked: _Question, left: Term, right: Term) -> Term:
    if left.constant is not None:
        return _scaled(right, left.constant)
    if right.constant is not None:
        return _scaled(left, right.constant)
    above = _define(asked, _multiplied(left.above, right.above))
    below = _multiplied(left.below, right.below)
    below = below if below == "1" else _define(asked, below)
    return Term(above, below, left.scale * right.scale, _all([left.defined, right.defined]))


def _inverse(asked: _Question, term: Term) -> Term:
    """One divided by it. It is never 0: the compiler has seen to that."""
    if term.constant is not None:
        return _exact(1 / term.constant)
    above = _define(asked, f"(ite (< {term.above} 0) (- {term.below}) {term.below})")
    return Term(above, _define(asked, f"(abs {term.above})"), 1 / term.scale, term.defined)


def _better(asked: _Question, op: str, left: Term, right: Term) -> Term:
    scale = _grain([left.scale, right.scale])
    first, second = _times(int(left.scale / scale), left.above), _times(int(right.scale / scale), right.above)
    sign = "<=" if op == "min" else ">="
    test = f"({sign} {_multiplied(first, right.below)} {_multiplied(second, left.below)})"
    below = (
        "1"
        if left.below == right.below == "1"
        else _define(asked, f"(ite {test} {left.below} {right.below})")
    )
    above = _define(asked, f"(ite {test} {first} {second})")
    return Term(above, below, scale, _all([left.defined, right.defined]))


def _picked(asked: _Question, conditions: Sequence[str], terms: Sequence[Term]) -> Term:
    """The number of the one row that holds."""
    scale = _grain(term.scale for term in terms)
    above = [_times(int(term.scale / scale), term.above) for term in terms]
    conditions = [_define(asked, one, "Bool") for one in conditions]
    plain = all(term.below == "1" for term in terms)
    below = "1" if plain else _define(asked, _choice(conditions, [term.below for term in terms]))
    defined = _any([_all([test, term.defined]) for test, term in zip(conditions, terms, strict=True)])
    return Term(_define(asked, _choice(conditions, above)), below, scale, _define(asked, defined, "Bool"))


# --- roundings ---------------------------------------------------------------


def _rounded(asked: _Question, number: Round, go: Callable[[Number], Term]) -> Term:
    """To whole steps, counted in a unit that may have a zero point of its own."""
    root = _root_of(number.number)
    if root is None:
        there = _plus(asked, _scaled(go(number.number), 1 / number.factor), _exact(-number.offset))
        there = _scaled(there, 1 / number.step)
        steps = _to_whole(asked, there, number.mode)
    else:
        if number.offset:
            raise NotExact("a root is rounded in a unit with a zero point of its own")
        argument, factor = root
        share = factor / (number.factor * number.step)
        there = _scaled(go(argument), share * share)
        steps = _root_to_whole(asked, there, number.mode)
    found = _scaled(Term(steps, "1", Fraction(1), there.defined), number.step)
    return _scaled(_plus(asked, found, _exact(number.offset)), number.factor)


def _quotient(term: Term) -> tuple[str, str]:
    return _times(term.scale.numerator, term.above), _times(term.scale.denominator, term.below)


def _to_whole(asked: _Question, term: Term, mode: str) -> str:
    above, below = (_define(asked, one) for one in _quotient(term))
    minus = f"(- {above})"
    match mode:
        case "down":
            up, down = _floor(asked, above, below, term.defined), _floor(asked, minus, below, term.defined)
            found = f"(ite (>= {above} 0) {up} (- {down}))"
        case "up":
            up, down = _floor(asked, minus, below, term.defined), _floor(asked, above, below, term.defined)
            found = f"(ite (>= {above} 0) (- {up}) {down})"
        case "half even":
            twice = f"(* 2 {below})"
            raised = _define(asked, f"(+ (* 2 {above}) {below})")
            near = _floor(asked, raised, twice, term.defined)
            tie = f"(and (= {raised} (* {near} {twice})) (= (mod {near} 2) 1))"
            found = f"(ite {tie} (- {near} 1) {near})"
        case _:
            twice = f"(* 2 {below})"
            up = _floor(asked, f"(+ (* 2 {above}) {below})", twice, term.defined)
            down = _floor(asked, f"(+ (* 2 {minus}) {below})", twice, term.defined)
            found = f"(ite (>= {above} 0) {up} (- {down}))"
    return _define(asked, found)


def _floor(asked: _Question, above: str, below: str, defined: str) -> str:
    """The whole number below a quotient: a number of its own that the two bounds leave no choice."""
    whole = _declare(asked)
    asked.lines.append(
        f"(assert (=> {defined} (and (<= (* {whole} {below}) {above}) (< {above} (* (+ {whole} 1) {below})))))"
    )
    return whole


def _root_of(number: Number) -> tuple[Number, Fraction] | None:
    """What stands under a root, and the positive constant that multiplies it."""
    match number:
        case Apply("sqrt", (inner,)):
            return inner, Fraction(1)
        case Apply("*", (Exact(factor), other)) | Apply("*", (other, Exact(factor))) if factor > 0:
            found = _root_of(other)
            return None if found is None else (found[0], found[1] * factor)
        case Apply("/", (other, Exact(factor))) if factor > 0:
            found = _root_of(other)
            return None if found is None else (found[0], found[1] / factor)
        case _:
            return None


def _root_to_whole(asked: _Question, term: Term, mode: str) -> str:
    """The root of a number, rounded: between the squares of whole numbers or halves."""
    above, below = (_define(asked, one) for one in _quotient(term))
    whole = _declare(asked)

    def square(of: str) -> str:
        return f"(* {of} {of} {below})"

    match mode:
        case "down":
            held = [f"(<= {square(whole)} {above})", f"(< {above} {square(f'(+ {whole} 1)')})"]
        case "up":
            lower = f"(=> (> {whole} 0) (< {square(f'(- {whole} 1)')} {above}))"
            held = [lower, f"(<= {above} {square(whole)})"]
        case _:
            half = f"(- (* 2 {whole}) 1)"
            lower = f"(=> (> {whole} 0) (<= {square(half)} (* 4 {above})))"
            held = [lower, f"(< (* 4 {above}) {square(f'(+ (* 2 {whole}) 1)')})"]
    asked.lines.append(f"(assert (=> {term.defined} {_all([f'(>= {whole} 0)', *held])}))")
    if mode != "half even":
        return whole
    half = f"(- (* 2 {whole}) 1)"
    tie = f"(and (> {whole} 0) (= {square(half)} (* 4 {above})) (= (mod {whole} 2) 1))"
    return _define(asked, f"(ite {tie} (- {whole} 1) {whole})")


# --- dates -------------------------------------------------------------------


def _whole(asked: _Question, term: Term) -> str:
    if term.below != "1" or term.scale.denominator != 1:
        raise NotExact("a date is no whole number of days")
    return _define(asked, _times(term.scale.numerator, term.above))


def _counted(asked: _Question, word: str, first: Term, last: Term) -> Term:
    """Completed days, weeks, months or years, in calendar days or months."""
    start, end = _whole(asked, first), _whole(asked, last)
    defined = _all([first.defined, last.defined])
    if word == "day":
        return Term(_define(asked, f"(- {end} {start})"), defined=defined)
    if word == "week":
        return Term(_define(asked, f"(div (- {end} {start}) 7)"), "1", Fraction(7), defined)
    (year, month, day), (other_year, other_month, other_day) = _civil(asked, start), _civil(asked, end)
    if word == "month":
        months = f"(- (+ (* 12 {other_year}) {other_month}) (+ (* 12 {year}) {month}))"
        return Term(_define(asked, f"(- {months} (ite (< {other_day} {day}) 1 0))"), defined=defined)
    earlier = f"(< (+ (* 32 {other_month}) {other_day}) (+ (* 32 {month}) {day}))"
    years = f"(- (- {other_year} {year}) (ite {earlier} 1 0))"
    return Term(_define(asked, years), "1", Fraction(12), defined)


def _moved(asked: _Question, day: Term, by: Term, months: bool, overflow: str) -> Term:
    defined = _all([day.defined, by.defined])
    start, more = _whole(asked, day), _whole(asked, by)
    if not months:
        return Term(_define(asked, f"(+ {start} {more})"), defined=defined)
    year, month, own = _civil(asked, start)
    index = _define(asked, f"(+ (* 12 {year}) (- {month} 1) {more})")
    first = _first_of_month(asked, index)
    behind = _first_of_month(asked, _define(asked, f"(+ {index} 1)"))
    there = _define(asked, f"(+ {first} (- {own} 1))")
    beyond = behind if overflow == "forward" else f"(- {behind} 1)"
    return Term(_define(asked, f"(ite (< {there} {behind}) {there} {beyond})"), defined=defined)


def _civil(asked: _Question, day: str) -> tuple[str, str, str]:
    """Year, month and day of a day number; years begin in March here, so that the leap day comes last."""

    def define(text: str) -> str:
        return _define(asked, text)

    since = define(f"(+ {day} 305)")
    era = define(f"(div {since} 146097)")
    of_era = define(f"(mod {since} 146097)")
    leaps = f"(- (+ (div {of_era} 1460) (div {of_era} 146096)) (div {of_era} 36524))"
    year = define(f"(div (- {of_era} {leaps}) 365)")
    of_year = define(f"(- {of_era} (- (+ (* 365 {year}) (div {year} 4)) (div {year} 100)))")
    since_march = define(f"(div (+ (* 5 {of_year}) 2) 153)")
    own = define(f"(+ (- {of_year} (div (+ (* 153 {since_march}) 2) 5)) 1)")
    month = define(f"(ite (< {since_march} 10) (+ {since_march} 3) (- {since_march} 9))")
    whole_year = define(f"(+ {year} (* 400 {era}) (ite (<= {month} 2) 1 0))")
    return whole_year, month, own


def _first_of_month(asked: _Question, index: str) -> str:
    """The day number on which a month begins; months are counted from January of the year 0."""
    march = _define(asked, f"(- {index} 2)")
    year = _define(asked, f"(div {march} 12)")
    of_year = f"(div (+ (* 153 (mod {march} 12)) 2) 5)"
    leaps = f"(+ (- (div {year} 4) (div {year} 100)) (div {year} 400))"
    return _define(asked, f"(- (+ (* 365 {year}) {leaps} {of_year}) 305)")


# --- text --------------------------------------------------------------------


def _define(asked: _Question, text: str, sort: str = "Int") -> str:
    """A name for a term, so that it stands once."""
    if not text.startswith("("):
        return text
    asked.count += 1
    asked.lines.append(f"(define-fun t{asked.count} () {sort} {text})")
    return f"t{asked.count}"


def _declare(asked: _Question) -> str:
    asked.count += 1
    asked.lines.append(f"(declare-const w{asked.count} Int)")
    return f"w{asked.count}"


def _int(value: int) -> str:
    return str(value) if value >= 0 else f"(- {-value})"


def _times(factor: int, term: str) -> str:
    return term if factor == 1 else f"(* {_int(factor)} {term})"


def _multiplied(left: str, right: str) -> str:
    if left == "1":
        return right
    return left if right == "1" else f"(* {left} {right})"


def _choice(tests: Sequence[str], values: Sequence[str]) -> str:
    """The value of the first test that holds; of the last where none does."""
    found = values[-1]
    for test, value in zip(reversed(tests[:-1]), reversed(values[:-1]), strict=True):
        found = f"(ite {test} {value} {found})"
    return found


def _all(parts: Iterable[str]) -> str:
    found = [one for one in parts if one != _TRUE]
    return _TRUE if not found else found[0] if len(found) == 1 else f"(and {' '.join(found)})"


def _any(parts: Sequence[str]) -> str:
    return _FALSE if not parts else parts[0] if len(parts) == 1 else f"(or {' '.join(parts)})"


def _not(part: str) -> str:
    return {_TRUE: _FALSE, _FALSE: _TRUE}.get(part, f"(not {part})")


def _grain(values: Iterable[Fraction]) -> Fraction:
    """The largest number of which all are whole multiples."""
    found = [abs(one) for one in values if one]
    if not found:
        return Fraction(1)
    below = lcm(*(one.denominator for one in found))
    return Fraction(gcd(*(int(one * below) for one in found)), below)
