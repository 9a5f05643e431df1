"""Computed numbers: arithmetic whose units fit, whose divisors are never 0, with roots and logarithms under a rounding."""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from authoring import words
from authoring.draft import Draft, Number
from guidec import ast
from guidec.ir import NOWHERE

LARGEST = 1_000
_MODES = ("half away from zero", "half away from zero", "half even", "down", "up")
_DAYS = {"day": 1, "week": 7, "month": 31, "year": 366}

Bounds = tuple[Fraction, Fraction]


def computed(draft: Draft, depth: int = 2) -> Number | None:
    """A number that is computed from others; None where there is none to compute with."""
    atoms = [one for one in draft.numbers if one.kind != "date" and one.convertible]
    dates = [one for one in draft.numbers if one.kind == "date"]
    if dates and (not atoms or draft.chance(0.25)):
        return _completed(draft, dates)
    if not atoms:
        return None
    found = _number(draft, atoms, depth)
    return found if max(abs(found.low), abs(found.high)) <= LARGEST else draft.one(atoms)


def alike(draft: Draft, number: Number) -> Number:
    """Another number of the same unit, or a constant."""
    others = [
        one
        for one in draft.numbers
        if (one.kind, one.unit) == (number.kind, number.unit)
        and one.convertible
        and one.written != number.written
    ]
    return draft.one(others) if others and draft.chance(0.7) else constant(draft, number)


def constant(draft: Draft, number: Number, least: int = 0) -> Number:
    """A constant in the unit of a number."""
    value = Fraction(max(least, draft.one((1, 2, 3, 5, 10))))
    written: ast.Expression
    match number.kind:
        case "calendar":
            written = words.calendar_number(value, number.unit)
        case "date":
            value = number.low + draft.one((0, 1, 1, 2))
            written = words.day(value)
        case _:
            value = draft.one((value, value, value + Fraction(1, 2)))
            written = draft.number(value, number.unit)
    return Number(written, number.kind, number.unit, value, value)


def _number(draft: Draft, atoms: list[Number], depth: int) -> Number:
    if depth == 0:
        return draft.one(atoms)
    first = _number(draft, atoms, depth - draft.one((1, 1, 2)) if depth > 1 else 0)
    plain = first.kind == "plain"
    forms = ["add", "add", "add", "add", "limit", "limit", "round", "abs", "opposite", "call", "clamp"]
    if first.kind != "calendar":
        forms += ["scale", "scale", "divide", "divide"]
    forms += ["power", "root", "root", "half_power"] if plain else []
    match draft.one(forms):
        case "add":
            second = alike(draft, first)
            return _made(draft, words.binary(first.written, draft.one("+-"), second.written), first, second)
        case "limit":
            second = alike(draft, first)
            return _made(
                draft, words.call(draft.one(("min", "max")), first.written, second.written), first, second
            )
        case "abs":
            return _made(draft, words.call("abs", first.written), first)
        case "opposite":
            return _made(draft, words.opposite(first.written), first)
        case "clamp":
            least, most = constant(draft, first), constant(draft, first)
            least, most = (least, most) if least.low <= most.low else (most, least)
            return _made(draft, words.call("clamp", first.written, least.written, most.written), first)
        case "round":
            return rounded(draft, first)
        case "scale":
            plains = [one for one in atoms if one.kind == "plain"]
            second = draft.one(plains) if plains else constant(draft, PLAIN)
            return _made(draft, words.binary(first.written, "*", second.written), first, second)
        case "divide":
            return _quotient(draft, first)
        case "power":
            return _made(draft, words.binary(first.written, "^", words.number(2)), first)
        case "root":
            word = draft.one(("sqrt", "ln", "exp"))
            inner = (
                words.call("min", first.written, words.number(3)) if word == "exp" else at_least_one(first)
            )
            if word == "exp":
                inner = words.call("max", inner, words.opposite(words.number(2)))
            return rounded(draft, _made(draft, words.call(word, inner), first), certain=True)
        case "half_power":
            half = words.number(Fraction(draft.one((1, 3)), 2))
            return rounded(
                draft, _made(draft, words.binary(at_least_one(first), "^", half), first), certain=True
            )
        case _:
            return called(draft, first) or first


PLAIN = Number(words.number(0), "plain", "", Fraction(0), Fraction(0))


def at_least_one(number: Number) -> ast.Expression:
    """The number where it is surely positive, else the larger of it and 1."""
    one = words.number(1, number.unit) if number.kind != "calendar" else words.calendar_number(1, number.unit)
    return words.call("max", number.written, one)


def _quotient(draft: Draft, first: Number) -> Number:
    """By another number of the same unit, which leaves none, or by a plain number."""
    second = alike(draft, first) if draft.chance(0.5) else constant(draft, PLAIN)
    safe = second.low > 0 and not isinstance(second.written, ast.Call) and second.kind == "unit"
    below = second.written if safe else at_least_one(second)
    same = (first.kind, first.unit) == (second.kind, second.unit)
    of = replace(first, kind="plain", unit="") if same else first
    return _made(draft, words.binary(first.written, "/", below), of, second)


def rounded(draft: Draft, number: Number, certain: bool = False) -> Number:
    """To a step, in one of the modes."""
    mode = draft.one(_MODES)
    said = mode != "half away from zero" or draft.chance(0.3)
    if number.kind == "calendar":
        step: ast.Number | ast.CalendarNumber = words.calendar_number(1, number.unit)
    else:
        sizes = ("0.1", "0.01", "0.5", "0.25") if certain else ("0.1", "0.5", "1", "2", "0.25")
        step = draft.number(Fraction(draft.one(sizes)), number.unit)
    written = ast.Rounded(number.written, step, mode, NOWHERE, said)  # type: ignore[arg-type]
    return _made(draft, written, number)


def called(draft: Draft, first: Number) -> Number | None:
    """A call of a function of the author's that gives a number and takes this one first."""
    fitting = [one for one in draft.functions if one.gives and one.takes[0] == (first.kind, first.unit)]
    if not fitting:
        return None
    function = draft.one(fitting)
    given = [first, *(alike(draft, _of(*kind)) for kind in function.takes[1:])]
    assert function.gives is not None
    kind, unit = function.gives
    written = words.call(function.name, *(one.written for one in given))
    return _made(draft, written, replace(first, kind=kind, unit=unit), *given[1:])


def _of(kind: str, unit: str) -> Number:
    return replace(PLAIN, kind=kind, unit=unit)


def _made(draft: Draft, written: ast.Expression, like: Number, *others: Number) -> Number:
    """A number counted in what `like` is, asked of whatever the others are."""
    low, high = bounds(draft, written, {})
    missing = tuple(dict.fromkeys(one for part in (like, *others) for one in part.missing))
    pure = all(part.pure for part in (like, *others))
    return Number(written, like.kind, like.unit, low, high, missing, (), pure)


# --- dates -------------------------------------------------------------------


def shifted(draft: Draft, dates: list[Number]) -> Number:
    """A date, or one some days, weeks or months before or after it."""
    first = draft.one(dates)
    months = draft.overflow and draft.chance(0.4)
    units = ("month", "year") if months else ("day", "week")
    lengths = [one for one in draft.numbers if one.kind == "calendar" and one.unit in units and one.is_input]
    if not draft.chance(0.5):
        return first
    if lengths and draft.chance(0.5):
        by = draft.one(lengths)
    else:
        count = Fraction(draft.one((1, 2, 3)))
        word = draft.one(units)
        by = Number(words.calendar_number(count, word), "calendar", word, count, count)
    return _made(draft, words.binary(first.written, draft.one("+-"), by.written), first, by)


def _completed(draft: Draft, dates: list[Number]) -> Number:
    """Whole calendar units from one date to another."""
    first, last = shifted(draft, dates), shifted(draft, dates)
    if draft.chance(0.5):
        last = constant(draft, last)
    word = draft.one(("day", "day", "week", "month", "year"))
    written = ast.Completed(
        words.name(draft.one((word, words.PLURALS[word]))), first.written, last.written, NOWHERE
    )
    made = _made(draft, written, first, last)
    return replace(made, kind="calendar", unit=word)


# --- bounds ------------------------------------------------------------------


def bounds(draft: Draft, written: ast.Expression, known: Mapping[str, Bounds]) -> Bounds:
    """Between what a number lies, in the unit that it is counted in; roughly, for thresholds that tell values apart."""

    def of(one: ast.Expression) -> Bounds:
        return bounds(draft, one, known)

    match written:
        case ast.Number(value) | ast.CalendarNumber(value):
            return value, value
        case ast.Day(value):
            return Fraction(value.toordinal()), Fraction(value.toordinal())
        case ast.Name(text):
            if text in known:
                return known[text]
            found = next(one for one in draft.numbers if one.written == written)
            return found.low, found.high
        case ast.Unary(_, operand):
            low, high = of(operand)
            return -high, -low
        case ast.Binary("^", left, _):
            ends = [abs(end) for end in of(left)]
            return Fraction(0), max(ends) ** 2
        case ast.Binary(op, left, right):
            return _combined(op, of(left), of(right), right)
        case ast.Rounded(operand, step):
            low, high = of(operand)
            return low - step.value, high + step.value
        case ast.Completed(word, first, last):
            (low, high), (other, most) = of(first), of(last)
            days = _DAYS[word.text.removesuffix("s")]
            return Fraction((other - high) // days), Fraction((most - low) // days + 1)
        case ast.Call(function, arguments):
            return _of_call(draft, function.text, [of(one) for one in arguments])
        case _:
            raise AssertionError(written)


def _combined(op: str, left: Bounds, right: Bounds, by: ast.Expression) -> Bounds:
    if isinstance(by, ast.CalendarNumber):  # may be in weeks where the other is in days
        days = _DAYS[by.unit.text.removesuffix("s")]
        right = (right[0] * days, right[1] * days) if left[0] > LARGEST else right
    match op:
        case "+":
            return left[0] + right[0], left[1] + right[1]
        case "-":
            return left[0] - right[1], left[1] - right[0]
        case "*":
            ends = [a * b for a in left for b in right]
        case _:
            ends = [a / b for a in left for b in right]
    return min(ends), max(ends)


def _of_call(draft: Draft, function: str, given: list[Bounds]) -> Bounds:
    first = given[0]
    match function:
        case "min":
            return min(low for low, _ in given), min(high for _, high in given)
        case "max":
            return max(low for low, _ in given), max(high for _, high in given)
        case "abs":
            return Fraction(0), max(abs(first[0]), abs(first[1]))
        case "clamp":
            return given[1][0], given[2][1]
        case "sqrt" | "ln":
            return Fraction(0), first[1]
        case "exp":
            return Fraction(0), Fraction(21)
        case _:
            found = next(one for one in draft.functions if one.name == function)
            return bounds(draft, found.body, dict(zip(found.parameters, given, strict=True)))
