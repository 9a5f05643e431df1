"""A patient's JSON to the result, over the tables of one guideline: what all emitted modules have in common.

It is emitted as text and never imported. Here it is checked as any other source is, over empty tables;
`guidec_targets.python` puts its head above the tables of a guideline and its body below them, and leaves out
the pieces between `# <name>` and `# </name>` that the guideline doesn't need. It is long because one emitted
module is one file, and it shares nothing with the evaluator but the meaning of the tables.
"""

# <head>
from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

Json = dict[str, object]

# A value as entered: a name (`yes` and `no` of a Boolean), a set of names, or a number with the position of
# its unit.
Value = str | frozenset[str] | tuple[Fraction, int]

# A unit that a number may be entered in: name, lowest, highest, step; (number + offset) * factor is in base
# units. A date is its day number, counted from the first day of the year 1.
Unit = tuple[str, Fraction, Fraction, Fraction, Fraction, Fraction]

# An input: kind, its own values, named values beside the numbers, units, whether a number finer than its step
# is rounded.
Input = tuple[str, tuple[str, ...], tuple[str, ...], tuple[Unit, ...], bool]

# A place between two cells: the threshold in each unit, and whether the cell below includes it.
Cut = tuple[tuple[Fraction, ...], bool]

# A coordinate of the rows: kind, the inputs it reads, its names (values, or the one member, reading or drugs
# it asks for), its cuts, the pieces between the cuts that hold a value (each is a cell; the names are further
# cells), how many cells.
Coordinate = tuple[str, tuple[str, ...], tuple[str, ...], tuple[Cut, ...], tuple[int, ...], int]

# Coordinates, by position, and the cells of each that are accepted, as bits.
Cells = tuple[tuple[int, int], ...]

# A row: the cells that it accepts, and the end that it leads to.
Row = tuple[Cells, int]

# A formal grade (GRADE): strength and certainty of the evidence, empty where it isn't stated.
Grade = tuple[str, str]

# What an end recommends: a key of RECOMMENDATIONS, the statements cited for it, the links that are the
# author's own, and its grade (several where equal ones that are graded differently were merged).
Given = tuple[str, tuple[str, ...], tuple[str, ...], tuple[Grade, ...]]

# When one alternative is preferred: a position in PREFERRED_WHEN, the source's words, the statements cited.
Preferred = tuple[int, str, tuple[str, ...]]

# A recommendation: equal ones share the first number; then id, direction, strength, wording, what makes it
# preferred, the drugs that it surely gives, those that it may give, and the function that writes its orders.
Recommendation = tuple[
    int, str, str, str, str, tuple[Preferred, ...], tuple[str, ...], tuple[str, ...],
    Callable[["Case"], list[Json]],
]  # fmt: skip

# A step of the path to an end: what was asked, the branch, the statements cited, the line of the guideline's
# text.
Step = tuple[str, str, tuple[str, ...], int]

# <computed>
# What a number may be, in base units: the least and the largest value, and whether it may be undefined, where an
# input has a name instead of a number. None where it is undefined for sure.
Range = tuple[Fraction, Fraction, bool] | None
Computation = Callable[["Values"], Range]

# A computed number: the inputs that it reads itself, the coordinates that the rows inside it ask, how it is computed.
Computed = tuple[tuple[str, ...], tuple[int, ...], Computation]

# </computed>
# <lookups>
# The number of the one row that holds.
Lookup = tuple[tuple[Cells, Fraction | Callable[[], Range]], ...]

# </lookups>
# <points>
# A sum of points, counted in steps: the step, the points that everybody has, and for each term its rows, of which one
# holds, with their points.
Points = tuple[Fraction, int, tuple[tuple[tuple[Cells, int], ...], ...]]
# </points>


class Outcome:
    """What an end says. Never changed: every result is written anew from it."""

    __slots__ = ("answers", "recommendations", "statements", "status", "why")

    def __init__(
        self,
        status: str,
        recommendations: tuple[Given, ...] = (),
        why: str = "",
        statements: tuple[str, ...] = (),
        answers: tuple[Outcome, ...] = (),
    ) -> None:
        self.status = status
        self.recommendations = recommendations
        self.why = why
        self.statements = statements
        self.answers = answers


# An end: status, group (equal outcomes share it), outcome (none where the decision isn't asked), path, inputs
# it asks for.
End = tuple[str, int, Outcome | None, tuple[Step, ...], tuple[str, ...]]

# A decision, or one line of a list of options: the ends and the rows that lead to them.
Table = tuple[tuple[End, ...], tuple[Row, ...]]

# A line of a list of options: its table, and what it recommends where the source doesn't say when (else
# None).
Line = tuple[Table, Given | None]

# A rule: kind, whether the source states its condition, the rows of the condition (1 true, 0 false), the drug
# lists and the drugs that it asks to be taken, the drugs that it asks to be prescribed, and the function that
# writes it.
Rule = tuple[
    str, bool, tuple[Row, ...], tuple[str, ...], tuple[str, ...], tuple[str, ...],
    Callable[["Case", str, list[str], Json], Json],
]  # fmt: skip

# <numbers>
# A shown number: how it is computed, its unit (base units / factor - offset), the step and the way it is rounded, the
# category that is its band.
ShownNumber = tuple[Computed, str, Fraction, Fraction, Fraction | None, str, str]

# </numbers>
# <categories>
# A category: its values; whether it has any number of them; of one that has a single value the rows, each with the
# position of its value, otherwise for each value rows with 1 where it has it.
Category = tuple[tuple[str, ...], bool, tuple[tuple[Row, ...], ...]]

# </categories>
# <pathway>
# A stage: whether nobody goes on from it; when a patient is seen again there; where its moves may lead; their rows, each
# with the position of its end.
CareStage = tuple[bool, tuple[Json, ...], tuple[Json, ...], tuple[Row, ...]]

# </pathway>
# <wide>


def span(first: int, last: int) -> int:
    """Neighbouring cells, as bits."""
    return (1 << last + 1) - (1 << first)


# </wide>
# </head>

GUIDELINE: dict[str, str] = {}
INPUTS: dict[str, Input] = {}
READINGS: dict[str, tuple[str, ...]] = {}
SERIES: dict[str, int] = {}
PARTS: dict[str, tuple[str, str, int, str]] = {}
COORDINATES: tuple[Coordinate, ...] = ()
COMPUTED: dict[int, Computed] = {}
POINTS: dict[Computation, Points] = {}
RECOMMENDATIONS: dict[str, Recommendation] = {}
PREFERRED_WHEN: tuple[tuple[Row, ...], ...] = ()
DECISIONS: dict[str, Table] = {}
OPTIONS: dict[str, tuple[Line, ...]] = {}
ORDER: tuple[str, ...] = ()
RULES: tuple[Rule, ...] = ()
VALUES: tuple[str, ...] = ()
SHOWN_CONDITIONS: dict[str, tuple[Row, ...]] = {}
SHOWN_NUMBERS: dict[str, ShownNumber] = {}
CATEGORIES: dict[str, Category] = {}
PLACES: tuple[Row, ...] = ()
SCOPE: tuple[Row, ...] = ()
STAGES: dict[str, CareStage] = {}
POSSIBLE: tuple[Row, ...] = ()
WHY_IMPOSSIBLE: str = ""

# <body>
# --- how it runs -------------------------------------------------------------
# Nothing below depends on the guideline but the tables above.


class Refused(ValueError):
    """The record can't be used. `errors` lists everything that is wrong as {"input", "code", "message"}."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['input']}: {error['message']}" for error in errors))
        self.errors = errors


def evaluate(patient: Mapping[str, object]) -> Json:
    """The result for a patient, built anew. Raises Refused, a ValueError with all problems at once."""
    entries, readings, before = read(patient)
    case = Case(entries, readings)
    # <impossible>
    if not any(end and case.meets(cells) for cells, end in POSSIBLE):
        first = next((name for name, values in entries.items() if values), "")
        # <series>
        first = key_of(first)
        # </series>
        message = f"no patient has these entries together: {WHY_IMPOSSIBLE}"
        raise Refused([{"input": first, "code": "impossible", "message": message}])
    # </impossible>
    return result(case, before)


# --- reading a record --------------------------------------------------------


class Bad(Exception):
    """What is wrong with one entry: a code and a message."""


def read(patient: object) -> tuple[dict[str, tuple[Value, ...]], dict[str, str], dict[str, Fraction]]:
    """Each input's values (none: blank, several: partly known), readings, numbers before rounding."""
    if not isinstance(patient, Mapping):
        message = "a patient is an object of inputs"
        raise Refused([{"input": "", "code": "bad_type", "message": message}])
    entries: dict[str, tuple[Value, ...]] = dict.fromkeys(INPUTS, ())
    readings: dict[str, str] = {}
    before: dict[str, Fraction] = {}
    errors: list[dict[str, str]] = []
    keys = set(INPUTS)
    # <series>
    keys -= set(PARTS)
    # </series>
    for name, value in patient.items():
        if name == "readings":
            readings = read_readings(value, errors)
        elif name not in keys:
            errors.append(
                {"input": str(name), "code": "unknown_input", "message": f"no input is called `{name}`"}
            )
        # <series>
        elif name in SERIES and isinstance(value, list):
            entries.update(read_series(name, value, before, errors))
        # </series>
        else:
            try:
                entries[name] = read_entry(name, value, before)
            except Bad as bad:
                code, message = bad.args
                errors.append({"input": name, "code": code, "message": message})
    if errors:
        raise Refused(errors)
    return entries, readings, before


def read_readings(value: object, errors: list[dict[str, str]]) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        message = "readings are an object: reading to value"
        errors.append({"input": "readings", "code": "bad_type", "message": message})
        return {}
    chosen: dict[str, str] = {}
    for name, one in value.items():
        if name not in READINGS:
            message = f"no reading is called `{name}`"
            errors.append({"input": str(name), "code": "unknown_input", "message": message})
        elif isinstance(one, str) and one in READINGS[name]:
            chosen[name] = one
        elif one is not None:
            message = f"a value of this reading is one of {', '.join(READINGS[name])}"
            errors.append({"input": name, "code": "bad_value", "message": message})
    return chosen


def read_entry(name: str, value: object, before: dict[str, Fraction]) -> tuple[Value, ...]:
    if value is None:
        return ()
    entry = INPUTS[name]
    if isinstance(value, Mapping) and "one_of" in value:
        options = value["one_of"]
        if set(value) != {"one_of"} or not isinstance(options, list) or not options:
            raise Bad("bad_type", 'a partly known entry is {"one_of": [values]}')
        if entry[0] == "set":
            raise Bad("bad_type", "a set is known or blank as a whole")
        return tuple(dict.fromkeys(read_value(entry, option)[0] for option in options))
    found, finer = read_value(entry, value)
    if finer is not None:
        before[name] = finer
    return (found,)


# <series>
def read_series(
    name: str, value: list[object], before: dict[str, Fraction], errors: list[dict[str, str]]
) -> dict[str, tuple[Value, ...]]:
    """The latest entry, and what else is asked of the series; what is wrong with an entry goes to the errors."""
    if len(value) > SERIES[name]:
        message = f"a series of this input has at most {SERIES[name]} entries"
        errors.append({"input": name, "code": "out_of_range", "message": message})
        return {}
    dated: dict[int, tuple[Value, Fraction | None]] = {}
    for at, one in enumerate(value, 1):
        try:
            day, entered = read_dated(name, one)
            if dated.setdefault(day, entered) != entered:
                raise Bad("bad_value", "another entry of this day has another value")
        except Bad as bad:
            of = one.get("date") if isinstance(one, Mapping) else None
            where = f"entry {at}, of {of}" if isinstance(of, str) else f"entry {at}"
            code, message = bad.args
            errors.append({"input": name, "code": code, "message": f"{where}: {message}"})
    parts = {part: entries_of(part, dated) for part in PARTS if PARTS[part][0] == name}
    parts[name] = [dated[max(dated)]] if dated else []
    for part, entries in parts.items():
        if len(entries) == 1 and entries[0][1] is not None:
            before[part] = entries[0][1]
    return {part: tuple(dict.fromkeys(one for one, _ in entries)) for part, entries in parts.items()}


def read_dated(name: str, value: object) -> tuple[int, tuple[Value, Fraction | None]]:
    """The number of the day, the value, and the number as entered where it was rounded."""
    from datetime import date

    if not isinstance(value, Mapping) or set(value) != {"date", "value"}:
        raise Bad("bad_type", 'an entry of a series is {"date": "YYYY-MM-DD", "value": value}')
    day = value["date"]
    if not isinstance(day, str):
        raise Bad("bad_type", "the date is written YYYY-MM-DD")
    try:
        found = date.fromisoformat(day)
    except ValueError:
        raise Bad("bad_value", no_day(day) or "the date is written YYYY-MM-DD") from None
    if found.isoformat() != day:
        raise Bad("bad_value", "the date is written YYYY-MM-DD")
    return found.toordinal(), read_value(INPUTS[name], value["value"])


def entries_of(
    part: str, dated: dict[int, tuple[Value, Fraction | None]]
) -> list[tuple[Value, Fraction | None]]:
    """What a part of a series is; several entries so long before the latest leave it known in part."""
    _, kind, amount, unit = PARTS[part]
    if kind == "count":
        return [((Fraction(len(dated)), 0), None)]
    if kind == "first":
        return [dated[min(dated)]] if dated else []
    days = [day for day in sorted(dated) if units_between(unit, day, max(dated)) == amount]
    return list(dict.fromkeys(dated[day] for day in days))


def units_between(unit: str, first: int, last: int) -> int:
    """Completed days, weeks, months or years from one day to another, by month and day."""
    from datetime import date

    if unit in ("day", "week"):
        return last - first if unit == "day" else (last - first) // 7
    start, end = date.fromordinal(first), date.fromordinal(last)
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return months if unit == "month" else months // 12


def key_of(name: str) -> str:
    """The key that a record has an input under: a part of a series is entered with it."""
    return PARTS[name][0] if name in PARTS else name


# </series>
def read_value(entry: Input, value: object) -> tuple[Value, Fraction | None]:
    """The value, and the number as entered where it was rounded."""
    kind, own, named, units, rounds = entry
    if isinstance(value, str) and value in named:
        return value, None
    if kind == "boolean":
        if not isinstance(value, bool):
            raise Bad("bad_type", "the value is true or false")
        return "yes" if value else "no", None
    if kind == "name":
        if not isinstance(value, str):
            raise Bad("bad_type", f"the value is one of {', '.join(own)}")
        if value not in own:
            raise Bad("bad_value", f"the value is one of {', '.join(own)}")
        return value, None
    # <sets>
    if kind == "set":
        return read_set(own, value), None
    # </sets>
    # <dates>
    if kind == "date":
        return (read_date(own, value), 0), None
    # </dates>
    if kind == "quantity":
        return read_quantity(units, rounds, value)
    return (read_whole(kind, units[0], value), 0), None


# <sets>
def read_set(own: tuple[str, ...], value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Bad("bad_type", "the value is a list of names")
    unknown = [one for one in value if one not in own]
    if unknown:
        raise Bad("bad_value", f"`{unknown[0]}` is none of its values")
    return frozenset(value)


# </sets>
# <days>
def no_day(written: str) -> str:
    """What is wrong with a day that is written as one and is none; nothing where it isn't written so."""
    shape = "".join("0" if one in "0123456789" else one for one in written)
    return "there is no such day" if shape == "0000-00-00" else ""


# </days>
# <dates>
def read_date(own: tuple[str, ...], value: object) -> Fraction:
    """The day number. `own` are the first and the last day."""
    from datetime import date

    if not isinstance(value, str):
        raise Bad("bad_type", "the value is a date, YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Bad("bad_value", no_day(value) or "the value is a date, YYYY-MM-DD") from None
    if day.isoformat() != value:
        raise Bad("bad_value", "the value is a date, YYYY-MM-DD")
    if not own[0] <= value <= own[1]:
        raise Bad("out_of_range", f"the date lies from {own[0]} to {own[1]}")
    return Fraction(day.toordinal())


# </dates>
def read_whole(kind: str, unit: Unit, value: object) -> Fraction:
    """A whole number, or a duration in whole calendar units."""
    if kind == "duration" and isinstance(value, Mapping):
        if set(value) != {"value", "unit"}:
            raise Bad("bad_type", 'a duration is a number or {"value": number, "unit": unit}')
        if value["unit"] != unit[0]:
            raise Bad("wrong_unit", f"the unit is {unit[0]}")
        value = value["value"]
    number = read_number(value)
    if number.denominator != 1:
        raise Bad("off_step", "the value is a whole number")
    return in_range(number, unit)


def read_quantity(units: tuple[Unit, ...], rounds: bool, value: object) -> tuple[Value, Fraction | None]:
    at = 0
    if isinstance(value, Mapping):
        names = [unit[0] for unit in units]
        if set(value) != {"value", "unit"}:
            raise Bad("bad_type", 'a quantity is a number or {"value": number, "unit": unit}')
        if value["unit"] not in names:
            raise Bad("wrong_unit", f"the unit is one of {', '.join(names)}")
        at, value = names.index(value["unit"]), value["value"]
    unit = units[at]
    number = read_number(value)
    name, low, _, step = unit[:4]
    if (number - low) % step == 0:
        return (in_range(number, unit), at), None
    if not rounds:
        in_range(number, unit)
        raise Bad("off_step", f"the value goes in steps of {decimal_text(step)} {name}")
    return (in_range(low + rounded(number - low, step), unit), at), number


def read_number(value: object) -> Fraction:
    """A number stands for its shortest decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Bad("bad_type", "the value is a number")
    if isinstance(value, int):
        return Fraction(value)
    if value - value != 0:
        raise Bad("bad_type", "the value is a finite number")
    return Fraction(float.__repr__(value))


def in_range(number: Fraction, unit: Unit) -> Fraction:
    name, low, high = unit[:3]
    if not low <= number <= high:
        message = f"the value lies from {decimal_text(low)} to {decimal_text(high)} {name}"
        raise Bad("out_of_range", message.rstrip())
    return number


# --- exact numbers -----------------------------------------------------------


def rounded(value: Fraction, step: Fraction, mode: str = "half away from zero") -> Fraction:
    """To a multiple of the step: `down` towards zero, `up` away from it, or the nearest; a half to the `even` one or away."""
    whole, rest = divmod(abs(value) / step, 1)
    if mode == "half even":
        whole += rest * 2 > 1 or (rest * 2 == 1 and whole % 2 == 1)
    elif mode != "down":
        whole += rest > 0 if mode == "up" else rest * 2 >= 1
    return whole * step if value >= 0 else -whole * step


def plain(value: Fraction) -> int | float:
    """A number of the result: whole, or the float that prints as the shortest decimal."""
    return value.numerator if value.denominator == 1 else value.numerator / value.denominator


def decimal_text(value: Fraction) -> str:
    """A finite decimal in digits; otherwise `125/3`."""
    places = 0
    while 10**places % value.denominator:
        places += 1
        if places > value.denominator.bit_length():
            return str(value)
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else f"{sign}{digits}"


# <computed>
Bounds = tuple[Fraction, Fraction]

# How many digits a number that is no fraction is worked out to, at first.
DIGITS = 30


def exactly(value: Fraction) -> Range:
    return value, value, False


def of_all(parts: tuple[Range, ...], make: Callable[..., Bounds]) -> Range:
    """A number of several: undefined where one of them is."""
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return None
    low, high = make(*((part[0], part[1]) for part in known))
    return low, high, any(part[2] for part in known)


# <arithmetic>
def plus(*parts: Range) -> Range:
    return of_all(
        parts,
        lambda *ends: (
            sum((one[0] for one in ends), Fraction(0)),
            sum((one[1] for one in ends), Fraction(0)),
        ),
    )


def minus(left: Range, right: Range) -> Range:
    return of_all((left, right), lambda a, b: (a[0] - b[1], a[1] - b[0]))


def times(left: Range, right: Range) -> Range:
    return of_all((left, right), products)


def products(left: Bounds, right: Bounds) -> Bounds:
    ends = [a * b for a in left for b in right]
    return min(ends), max(ends)


def over(left: Range, right: Range) -> Range:
    return of_all((left, right), quotients)


def quotients(left: Bounds, right: Bounds) -> Bounds:
    if right[0] <= 0 <= right[1]:
        largest = Fraction(10) ** 300
        return -largest, largest
    return products(left, (1 / right[1], 1 / right[0]))


# </arithmetic>
# <extremes>
def least(*parts: Range) -> Range:
    return of_all(parts, lambda *ends: (min(one[0] for one in ends), min(one[1] for one in ends)))


def most(*parts: Range) -> Range:
    return of_all(parts, lambda *ends: (max(one[0] for one in ends), max(one[1] for one in ends)))


def absolute(part: Range) -> Range:
    return of_all((part,), sizes)


def sizes(ends: Bounds) -> Bounds:
    low, high = sorted(abs(end) for end in ends)
    return (Fraction(0) if ends[0] <= 0 <= ends[1] else low), high


# </extremes>
# <powers>
# A number that is no fraction is enclosed between two that are: the more digits, the closer. Where it is a fraction
# after all (the root of 9/4) both are that fraction.
MOST_DIGITS = 1_000


def square_root(part: Range, digits: int) -> Range:
    return of_all((part,), lambda ends: (root_of(ends[0], digits)[0], root_of(ends[1], digits)[1]))


def logarithm(part: Range, digits: int) -> Range:
    return of_all((part,), lambda ends: (ln_of(ends[0], digits)[0], ln_of(ends[1], digits)[1]))


def exponential(part: Range, digits: int) -> Range:
    return of_all((part,), lambda ends: (exp_of(ends[0], digits)[0], exp_of(ends[1], digits)[1]))


def power(base: Range, exponent: Range, digits: int) -> Range:
    return of_all((base, exponent), lambda a, b: powers(a, b, digits))


def powers(base: Bounds, exponent: Bounds, digits: int) -> Bounds:
    if exponent[0] == exponent[1] and exponent[0].denominator == 1:
        whole = exponent[0].numerator
        low, high = sorted(end**whole for end in base)
        spans = whole > 0 and whole % 2 == 0 and base[0] <= 0 <= base[1]
        return (Fraction(0) if spans else low), high
    corners = [power_of(one, other, digits) for one in base for other in exponent]
    return min(one[0] for one in corners), max(one[1] for one in corners)


def power_of(base: Fraction, exponent: Fraction, digits: int) -> Bounds:
    if exponent.denominator == 1 and abs(exponent) <= 1_000:
        return base**exponent.numerator, base**exponent.numerator
    if base == 1:
        return base, base
    if exponent.denominator <= 64:
        above = whole_root(base.numerator, exponent.denominator)
        below = whole_root(base.denominator, exponent.denominator)
        if above is not None and below is not None:
            exact = Fraction(above, below) ** exponent.numerator
            return exact, exact
    low, high = sorted(end * exponent for end in ln_of(base, digits + 5))
    return exp_of(low, digits)[0], exp_of(high, digits)[1]


def whole_root(number: int, degree: int) -> int | None:
    low, high = 1, 1 << number.bit_length() // degree + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if middle**degree < number else (low, middle)
    return low if low**degree == number else None


def root_of(value: Fraction, digits: int) -> Bounds:
    from math import isqrt

    above, below = isqrt(value.numerator), isqrt(value.denominator)
    exact = Fraction(above, below)
    return (exact, exact) if exact * exact == value else enclosed("sqrt", value, digits)


def ln_of(value: Fraction, digits: int) -> Bounds:
    return (Fraction(0), Fraction(0)) if value == 1 else enclosed("ln", value, digits)


def exp_of(value: Fraction, digits: int) -> Bounds:
    return (Fraction(1), Fraction(1)) if value == 0 else enclosed("exp", value, digits)


def enclosed(function: str, value: Fraction, digits: int) -> Bounds:
    """A rising function between two fractions: its argument is rounded down and up, and so is what comes out."""
    import decimal

    ends: list[Fraction] = []
    for rounding in (decimal.ROUND_FLOOR, decimal.ROUND_CEILING):
        context = decimal.Context(digits, rounding, decimal.MIN_EMIN, decimal.MAX_EMAX, traps=[])
        one = context.divide(decimal.Decimal(value.numerator), decimal.Decimal(value.denominator))
        functions = {"sqrt": context.sqrt, "ln": context.ln, "exp": context.exp}
        found = functions[function](one)
        down = rounding == decimal.ROUND_FLOOR
        ends.append(Fraction(context.next_minus(found) if down else context.next_plus(found)))
    return ends[0], ends[1]


# </powers>
# <steps>
# How a number is rounded: the step, how to come from base units to the unit that it counts (/ factor - offset), the way.
Scale = tuple[Fraction, Fraction, Fraction, str]


def in_steps(value: Fraction, scale: Scale) -> Fraction:
    step, factor, offset, mode = scale
    return (rounded(value / factor - offset, step, mode) + offset) * factor


def stepped(part: Range, scale: Scale) -> Range:
    """A number rounded; its ends stay the ends."""
    return of_all((part,), lambda ends: (in_steps(ends[0], scale), in_steps(ends[1], scale)))


# <powers>
def settled(of: Values, inner: Callable[[int], Range], scale: Scale) -> Range:
    """The same of a number that is no fraction: correctly rounded where its inputs are known.

    More digits tell on which side of a step it lies; where a thousand don't, it lies on the step.
    """
    found = inner(DIGITS)
    digits = DIGITS
    while found is not None and of.single and found[0] != found[1]:
        low, high = in_steps(found[0], scale), in_steps(found[1], scale)
        if low == high:
            break
        if digits == MOST_DIGITS:
            return stepped(exactly(simplest(found[0], found[1])), scale)
        digits = min(digits * 4, MOST_DIGITS)
        found = inner(digits)
    return stepped(found, scale)


def simplest(low: Fraction, high: Fraction) -> Fraction:
    """The number with the smallest denominator between two."""
    floor = low // 1
    if low == floor or floor + 1 <= high:
        return Fraction(floor if low == floor else floor + 1)
    return floor + 1 / simplest(1 / (high - floor), 1 / (low - floor))


# </powers>
# </steps>
# <counts>
def completed(word: str, first: Range, last: Range) -> Range:
    """Completed units from one day to another: the fewer, the later the first and the earlier the last."""
    return of_all(
        (first, last), lambda a, b: (completed_between(word, a[1], b[0]), completed_between(word, a[0], b[1]))
    )


def completed_between(word: str, first: Fraction, last: Fraction) -> Fraction:
    """In days (of weeks too) or months (of years too); by month and day, negative where the last is earlier."""
    from datetime import date

    days = int(last) - int(first)
    if word in ("day", "week"):
        return Fraction(days if word == "day" else days // 7 * 7)
    start, end = date.fromordinal(int(first)), date.fromordinal(int(last))
    months = (end.year - start.year) * 12 + end.month - start.month - (end.day < start.day)
    return Fraction(months if word == "month" else months // 12 * 12)


# </counts>
# <moves>
def moved(day: Range, by: Range, months: bool, overflow: str) -> Range:
    return of_all(
        (day, by),
        lambda a, b: (day_after(a[0], b[0], months, overflow), day_after(a[1], b[1], months, overflow)),
    )


def day_after(day: Fraction, by: Fraction, months: bool, overflow: str) -> Fraction:
    """Some days or months later; a month without such a day has its last, or goes over to the first of the next."""
    from datetime import date

    if not months:
        return Fraction(date.fromordinal(int(day) + int(by)).toordinal())
    start = date.fromordinal(int(day))
    year, month = divmod(start.year * 12 + start.month - 1 + int(by), 12)
    try:
        return Fraction(date(year, month + 1, start.day).toordinal())
    except ValueError:  # only months with another behind them in their year are short
        return Fraction(date(year, month + 2, 1).toordinal() - (overflow == "back"))


# </moves>
# Values of one input: the position of a unit and a range of its steps, or a name (of a set: whether it has the member).
Box = tuple[int, int, int, str]

# An input or a reading; and of a set, the member.
Variable = tuple[str, str]


class Values:
    """What a computed number is computed from: boxes of values for each variable that is open."""

    __slots__ = ("boxes", "case", "single")

    def __init__(self, case: Case, boxes: Mapping[Variable, tuple[Box, ...]]) -> None:
        self.case = case
        self.boxes = boxes
        self.single = all(len(some) == 1 and some[0][1] == some[0][2] for some in boxes.values())

    def read(self, name: str) -> Range:
        """The number entered for an input."""
        every = self.boxes.get((name, ""), ()) or self.case.boxes((name, ""))
        boxes = [box for box in every if not box[3]]
        if not boxes:
            return None
        ends = [base_value(name, box[0], step) for box in boxes for step in box[1:3]]
        return min(ends), max(ends), len(boxes) < len(every)

    # <lookups>
    def pick(self, rows: Lookup) -> Range:
        """The number of one of the rows that may hold."""
        found = [
            exactly(number) if isinstance(number, Fraction) else number()
            for cells, number in rows
            if self.meet(cells)
        ]
        numbers = [one for one in found if one is not None]
        if not numbers:
            return None
        undefined = len(numbers) < len(found) or any(one[2] for one in numbers)
        return min(one[0] for one in numbers), max(one[1] for one in numbers), undefined

    # </lookups>
    # <points>
    def total(self, points: Points) -> Range:
        """The least and the largest sum of points, as if each term stood alone."""
        step, constant, terms = points
        ends = [[value for cells, value in term if self.meet(cells)] for term in terms]
        if not all(ends):
            return None
        low, high = sum(min(one) for one in ends), sum(max(one) for one in ends)
        return (constant + low) * step, (constant + high) * step, False

    # </points>
    def meet(self, cells: Cells) -> bool:
        return all(self.case.touched(at, self.boxes) & mask for at, mask in cells)


def base_value(name: str, unit: int, step: int) -> Fraction:
    _, low, _, each, factor, offset = INPUTS[name][3][unit]
    return (low + step * each + offset) * factor


def boxes_of(case: Case, variable: Variable) -> list[Box]:
    """What a record leaves of a variable."""
    name, member = variable
    if name in READINGS:
        chosen = case.readings.get(name)
        return [(0, 0, 0, one) for one in (READINGS[name] if chosen is None else (chosen,))]
    kind, own, named, units, _ = INPUTS[name]
    values = case.entries[name]
    if member:
        has = [isinstance(value, frozenset) and member in value for value in values]
        return [(0, 0, 0, "yes" if one else "no") for one in has or (False, True)]
    if not values:
        whole = [(at, 0, int((unit[2] - unit[1]) / unit[3]), "") for at, unit in enumerate(units)]
        return whole + [(0, 0, 0, one) for one in (own if kind in ("boolean", "name") else named)]
    found: list[Box] = []
    for value in values:
        if isinstance(value, tuple):
            unit = units[value[1]]
            step = int((value[0] - unit[1]) / unit[3])
            found.append((value[1], step, step, ""))
        else:
            found.append((0, 0, 0, str(value)))
    return found


# </computed>


# --- one patient -------------------------------------------------------------

# <computed>
# What a row demands: a coordinate, its cells, and which copy of the patient it reads where the variables, as bits, are
# free to differ (0: both copies share all).
Demand = tuple[int, int, int, int]

# A variable of one copy.
Copy = tuple[str, str, int]

# The open variables that something reads, as bits: shared ones, those of the first copy and of the second.
Reads = tuple[int, int, int]

# Values that all demands are met by; of each variable the boxes that it may lie in.
State = dict[Copy, tuple[Box, ...]]

# A computed number or what it is asked with: its place, its cells, and of each variable the copy that it reads.
Wanted = tuple[int, int, list[tuple[Variable, Copy]]]

# Searched at most so far; then an answer stays open rather than wrong.
MOST_BOXES = 5_000
MOST_STEPS = 16
MOST_TRIED = 60
# <points>
MOST_SUMS = 50_000
FEW_SUMS = 200

# A term of a sum that is asked for: the position of the sum, its function, the position of the term, and which copy it
# reads, as in a demand. Or a demand beside the sums: -1, None, and where it stands among those.
Term = tuple[int, Computation | None, int, int, int]


# What a group of terms may add to each sum, and the least and the most that those behind it may add.
Stage = tuple[set[tuple[int, ...]], list[tuple[int, int]]]


class TooLong(Exception):
    """The search has looked at more than it may."""


# </points>
# </computed>
# <many>
# Rows up to this many are compared each with each.
MOST_COMPARED = 150
# </many>


class Case:
    """One patient: the entries, and for each coordinate the cells that the patient may be in, as bits.

    A blank leaves every cell of its input. A completion fills each blank in; a row is met where some
    completion meets it.
    """

    def __init__(self, entries: dict[str, tuple[Value, ...]], readings: dict[str, str]) -> None:
        self.entries = entries
        self.readings = readings
        self.cells = [self.cells_at(coordinate) for coordinate in COORDINATES]
        self.waiting: list[str] = []  # the weights that doses wait for, in the order of the doses
        # <computed>
        self.boxed: dict[Variable, tuple[Box, ...]] = {}
        self.variables: list[Variable] = []  # those that may have several values, by their bits
        self.listed: dict[int, list[Variable]] = {}
        self.bits: dict[Variable, int] = {}
        self.named: dict[str, int] = {}
        self.open: list[int] = []  # what each coordinate leaves open, through others too
        self.known_cells: dict[tuple[int, tuple[tuple[Box, ...], ...]], int] = {}
        self.met_together: dict[tuple[Demand, ...], bool] = {}
        # <points>
        self.terms: dict[Computation, list[tuple[list[tuple[Cells, int]], int]]] = {}
        self.known_sums: dict[object, set[tuple[int, ...]]] = {}
        self.past: dict[int, list[int]] = {}  # of each cut between points the least step past it
        # </points>
        for at, coordinate in enumerate(COORDINATES):  # a computed number stands behind those that it reads
            self.open.append(self.open_in(*COMPUTED[at][:2]) if at in COMPUTED else self.open_of(coordinate))
            if at in COMPUTED:
                self.cells[at] = self.reach(at)
        # </computed>

    def known(self, name: str) -> bool:
        return len(self.entries[name]) == 1

    def cells_at(self, coordinate: Coordinate) -> int:
        """The cells that the entries allow; every cell of a computed number, which is searched."""
        kind, inputs, names, cuts, pieces, size = coordinate
        every = (1 << size) - 1
        if kind == "reading":
            chosen = self.readings.get(inputs[0])
            return every if chosen is None else 1 << names.index(chosen)
        if kind in ("computed", "prescribed"):
            return every
        values = self.entries[inputs[0]]
        if kind == "entered":
            return 1 if not values else 2 if len(values) > 1 else 8 if values == ("yes",) else 4
        if not values:
            return every
        if kind == "member":
            return 2 if isinstance(values[0], frozenset) and names[0] in values[0] else 1
        cells = 0
        for value in values:
            if isinstance(value, tuple):
                cells |= 1 << pieces.index(piece_of(cuts, value[1], value[0]))
            else:
                cells |= 1 << len(pieces) + names.index(str(value))
        return cells

    # --- rows ---

    def meets(self, cells: Cells) -> bool:
        """Whether some completion meets the row."""
        for at, mask in cells:
            if not self.cells[at] & mask:
                return False
        # <computed>
        if self.tangled(cells):
            return self.reachable([(at, mask, 0, 0) for at, mask in cells])
        # </computed>
        return True

    def met(self, rows: tuple[Row, ...]) -> list[Row]:
        return [row for row in rows if self.meets(row[0])]

    def applies(self, rows: tuple[Row, ...]) -> tuple[str, list[str]]:
        """A condition's truth: yes, no or unknown, and the blanks that decide it."""
        met = self.met(rows)
        truths = {end for _, end in met}
        if len(truths) == 1:
            return "yes" if truths == {1} else "no", []
        return "unknown", self.needs(met)

    # --- what a blank decides ---

    def needs(self, groups: list[Row]) -> list[str]:
        """The blanks for which two patients who differ only there meet rows of different groups."""
        found = self.deciding(groups)
        # <series>
        found = list(dict.fromkeys(key_of(name) for name in found))
        # </series>
        return found

    def deciding(self, groups: list[Row]) -> list[str]:
        """These blanks, as inputs."""
        # <many>
        if len(groups) > MOST_COMPARED and not self.searches(groups):
            return self.decisive(groups, lambda free: self.split(groups, free))
        # </many>
        pairs: list[tuple[Row, Row, set[str]]] = []
        for at, one in enumerate(groups):
            for other in groups[:at]:
                apart = self.apart(one[0], other[0]) if one[1] != other[1] else None
                if apart is not None:
                    pairs.append((one, other, apart))
        return self.decisive(groups, lambda free: self.differ(pairs, free)) if pairs else []

    def decisive(self, groups: list[Row], differ: Callable[[set[str]], bool]) -> list[str]:
        """The blanks that decide; `differ` tells whether the outcome hangs on the inputs that are free."""
        read: set[str] = set()
        asked = {at for cells, _ in groups for at, _ in cells}
        waiting = list(asked)
        while waiting:
            at = waiting.pop()
            read.update(owners(at))
            # <computed>
            if at in COMPUTED:
                read.update(COMPUTED[at][0])
                waiting += [one for one in COMPUTED[at][1] if one not in asked]
                asked.update(COMPUTED[at][1])
            # </computed>
        blanks = [name for name in INPUTS if name in read and not self.known(name)]
        found = [name for name in blanks if differ({name})]
        # <impossible>
        # What `impossible` excludes may tie blanks together: then the first of the smallest sets that settle
        # the answer.
        from itertools import combinations

        rest = [name for name in blanks if name not in found]
        for more in range(len(rest) + 1):
            for extra in combinations(rest, more):
                settling = [name for name in blanks if name in found or name in extra]
                if not differ({name for name in blanks if name not in settling}):
                    return settling
        # </impossible>
        return found

    # <many>
    def searches(self, groups: list[Row]) -> bool:
        """Whether a row asks a computed number that is open: cells alone don't tell what goes together."""
        found = False
        # <computed>
        found = any(at in COMPUTED and self.open[at] for cells, _ in groups for at, _ in cells)
        # </computed>
        return found

    def split(self, groups: list[Row], free: set[str]) -> bool:
        """Whether two rows of different groups agree in every input that isn't free: by what they ask, one by one."""
        asked = dict.fromkeys(at for cells, _ in groups for at, _ in cells)
        fixed = [at for at in asked if not free.intersection(owners(at))]
        waiting: list[tuple[list[tuple[dict[int, int], int]], int]] = [
            ([(dict(cells), group) for cells, group in groups], 0)
        ]
        while waiting:
            rows, place = waiting.pop()
            if len({group for _, group in rows}) > 1:
                if place == len(fixed):
                    return True
                waiting += [(part, place + 1) for part in self.parted(rows, fixed[place])]
        return False

    def parted(
        self, rows: list[tuple[dict[int, int], int]], at: int
    ) -> list[list[tuple[dict[int, int], int]]]:
        """The rows that may hold together in each cell of a coordinate; each such part once."""
        every = self.cells[at]
        by_mask: dict[int, list[int]] = {}
        for index, (cells, _) in enumerate(rows):
            by_mask.setdefault(cells.get(at, -1) & every, []).append(index)
        everywhere = by_mask.pop(every, [])
        union = count = 0
        for mask in by_mask:
            union |= mask
            count += mask.bit_count()
        if count == union.bit_count():  # they don't overlap
            parts = [part + everywhere for part in by_mask.values()] + [everywhere] * (union != every)
        else:
            holding: dict[int, list[int]] = {}
            for mask, part in by_mask.items():
                for cell in bits_of(mask):
                    holding.setdefault(cell, []).extend(part)
            parts = [
                list(part) for part in dict.fromkeys(tuple(part + everywhere) for part in holding.values())
            ]
            parts += [everywhere] * (union != every)
        return [[rows[index] for index in part] for part in parts]

    # </many>
    def apart(self, one: Cells, other: Cells) -> set[str] | None:
        """The inputs in which two rows surely differ; None where they differ in what is no input."""
        masks = dict(other)
        found: set[str] = set()
        for at, mask in one:
            if not mask & masks.get(at, -1) & self.cells[at]:
                if COORDINATES[at][0] in ("reading", "entered", "prescribed"):
                    return None
                found.update(owners(at))
        return found

    def differ(self, pairs: list[tuple[Row, Row, set[str]]], free: set[str]) -> bool:
        """Whether two patients who differ only in free inputs meet both rows of a pair."""
        for pair in pairs:
            if pair[2] <= free:
                # <computed>
                one, other, _ = pair
                bits = union_of(self.named.get(name, 0) for name in free)
                demands = [(at, mask, 1, bits) for at, mask in one[0]]
                demands += [(at, mask, 2, bits) for at, mask in other[0]]
                if any(demand[0] in COMPUTED for demand in demands) and not self.reachable(demands):
                    continue
                # </computed>
                return True
        return False

    # <computed>
    # --- computed numbers ---

    def boxes(self, variable: Variable) -> tuple[Box, ...]:
        """The values that a variable may take."""
        if variable not in self.boxed:
            self.boxed[variable] = tuple(boxes_of(self, variable))
        return self.boxed[variable]

    def bit_of(self, variable: Variable) -> int:
        """The bit of a variable; 0 where it has one value."""
        if variable not in self.bits:
            boxes = self.boxes(variable)
            several = len(boxes) != 1 or boxes[0][1] != boxes[0][2]
            self.bits[variable] = 1 << len(self.variables) if several else 0
            self.variables += [variable] * several
            self.named[variable[0]] = self.named.get(variable[0], 0) | self.bits[variable]
        return self.bits[variable]

    def open_in(self, inputs: tuple[str, ...], asks: tuple[int, ...]) -> int:
        """What a computed number leaves open, as bits."""
        return union_of(self.bit_of((name, "")) for name in inputs) | union_of(self.open[at] for at in asks)

    def open_of(self, coordinate: Coordinate) -> int:
        kind, inputs, names = coordinate[:3]
        if kind in ("entered", "prescribed"):
            return 0
        return self.bit_of((inputs[0], names[0] if kind == "member" else ""))

    def chosen(self, bits: int) -> list[Variable]:
        """Open variables, from their bits."""
        if bits not in self.listed:
            self.listed[bits] = [one for at, one in enumerate(self.variables) if bits >> at & 1]
        return self.listed[bits]

    def reach(self, at: int) -> int:
        """Every cell that a computed number may lie in."""
        size = COORDINATES[at][5]
        # <points>
        if COMPUTED[at][2] in POINTS:
            try:
                sums = self.sums([(COMPUTED[at][2], 0, 0)], ())
            except TooLong:
                return (1 << size) - 1
            return union_of(self.cells_of_sums(at, one, one) for (one,) in sums)
        # </points>
        if not self.open[at]:
            return self.touched(at, {})
        return sum(1 << cell for cell in range(size) if self.searched(((at, 1 << cell, 0, 0),)))

    def tangled(self, cells: Cells) -> bool:
        """Whether a computed number shares a blank with another part of the row: cells alone don't decide."""
        seen = shared = 0
        for at, _ in cells:
            shared |= self.open[at] & seen
            seen |= self.open[at]
        return shared != 0 and any(at in COMPUTED for at, _ in cells)

    def reachable(self, demands: list[Demand]) -> bool:
        """Whether one choice of values meets all demands."""
        asked = self.narrowed(demands)
        return asked is not None and all(self.together(part) for _, part in self.apart_in(asked))

    def narrowed(self, demands: list[Demand]) -> list[Demand] | None:
        """The demands in order, one a coordinate and copy, without those that hold anyhow; None where one can't."""
        masks: dict[tuple[int, int, int], int] = {}
        for at, mask, copy, free in demands:
            own = self.open[at] & free
            key = at, copy if own else 0, own
            masks[key] = masks.get(key, -1) & mask
        asked: list[Demand] = []
        for (at, copy, own), mask in masks.items():
            if COORDINATES[at][0] not in ("entered", "prescribed"):
                if not self.cells[at] & mask:
                    return None
                if self.cells[at] & ~mask:
                    asked.append((at, mask & self.cells[at], copy, own))
        return sorted(asked, key=lambda one: (one[0], one[2]))

    def apart_in(self, asked: list[Demand]) -> list[tuple[Reads, tuple[Demand, ...]]]:
        """The demands in parts that share no open variable."""
        parts = sharing([reads_of(self.open[at], copy, own) for at, _, copy, own in asked])
        return [(reads, tuple(asked[place] for place in part)) for reads, part in parts]

    def together(self, asked: tuple[Demand, ...]) -> bool:
        """Whether one choice of values meets demands each of which can be met alone."""
        if len(asked) > 1 and asked not in self.met_together:
            self.met_together[asked] = self.some_choice(asked)
        return len(asked) == 1 or self.met_together[asked]

    def some_choice(self, asked: tuple[Demand, ...]) -> bool:
        # <points>
        sums = [one for one in asked if one[0] in COMPUTED and COMPUTED[one[0]][2] in POINTS]
        if sums:
            others = tuple(one for one in asked if one not in sums)
            try:
                return self.some_sum(sums, others)
            except TooLong:
                return True
        # </points>
        return self.searched(asked)

    # <points>
    # --- sums of points: terms that share a blank are looked at together, the others one by one ---

    def some_sum(self, asked: list[Demand], others: tuple[Demand, ...]) -> bool:
        """Whether some sums come out together that lie in the cells asked, where the other demands hold.

        A few of them are led through first, for most searches find one; then all.
        """
        width = len(asked)
        start, every = self.steps([(COMPUTED[at][2], copy, own) for at, _, copy, own in asked], others)
        if not all(every):
            return False
        ends = [[(min(one), max(one)) for one in zip(*steps, strict=True)] for steps in every]
        widest_first = sorted(range(len(every)), key=lambda at: sum(low - high for low, high in ends[at]))
        rest = [(sum(low for low, _ in one), sum(high for _, high in one)) for one in zip(*ends, strict=True)]
        rest = rest or [(0, 0)] * width
        stages: list[Stage] = [({(0,) * width}, rest)]
        for at in widest_first:
            rest = [(low - mine[0], high - mine[1]) for (low, high), mine in zip(rest, ends[at], strict=True)]
            stages.append((every[at], rest))
        return self.led(asked, start, stages, True) or self.led(asked, start, stages, False)

    def led(self, asked: list[Demand], start: tuple[int, ...], stages: list[Stage], thinned: bool) -> bool:
        """Whether sums lead into the cells asked, group by group.

        What can't come to lie there any more is dropped; what will lie there whatever follows is the answer.
        """
        found = {start}
        for steps, rest in stages:
            open_sums: set[tuple[int, ...]] = set()
            for one in added(found, steps):
                inside = True
                for (at, mask, _, _), value, (low, high) in zip(asked, one, rest, strict=True):
                    cells = self.cells_of_sums(at, value + low, value + high)
                    if not cells & mask:
                        break
                    inside = inside and not cells & ~mask
                else:
                    if inside:
                        return True
                    open_sums.add(one)
            found = open_sums
            if thinned and len(found) > FEW_SUMS:
                found = set(sorted(found)[:: -(-len(found) // FEW_SUMS)])
            if len(found) > MOST_SUMS:
                raise TooLong
        return False

    def cells_of_sums(self, at: int, low: int, high: int) -> int:
        """The cells of the sums of points from one to another, counted in steps."""
        from bisect import bisect_right
        from math import ceil, floor

        if at not in self.past:
            step = POINTS[COMPUTED[at][2]][0]
            cuts = [(thresholds[0] / step, includes) for thresholds, includes in COORDINATES[at][3]]
            self.past[at] = [floor(value) + 1 if includes else ceil(value) for value, includes in cuts]
        first, last = bisect_right(self.past[at], low), bisect_right(self.past[at], high)
        return (1 << last + 1) - (1 << first)

    def sums(
        self, asked: list[tuple[Computation, int, int]], others: tuple[Demand, ...]
    ) -> set[tuple[int, ...]]:
        """The sums that come out together, in their steps, where the other demands hold."""
        start, every = self.steps(asked, others)
        found = {start}
        for steps in every:
            found = added(found, steps)
            if len(found) > MOST_SUMS:
                raise TooLong
        return found

    def steps(
        self, asked: list[tuple[Computation, int, int]], others: tuple[Demand, ...]
    ) -> tuple[tuple[int, ...], list[set[tuple[int, ...]]]]:
        """The points that everybody has, and what each group of terms that share a blank may add to each sum."""
        terms: list[Term] = []
        reads: list[Reads] = []
        for place, (compute, copy, own) in enumerate(asked):
            for which, (_, bits) in enumerate(self.terms_of(compute)):
                mine = bits & own
                terms.append((place, compute, which, copy if mine else 0, mine))
                reads.append(reads_of(bits, copy, mine))
        for which, (at, _, copy, own) in enumerate(others):
            terms.append((-1, None, which, 0, 0))
            reads.append(reads_of(self.open[at], copy, own))
        found: list[set[tuple[int, ...]]] = []
        for _, group in sharing(reads):
            some = tuple(terms[place] for place in group)
            key = some, others if any(one[0] < 0 for one in some) else (), len(asked)
            if key not in self.known_sums:
                part = [reads[place] for place in group]
                self.known_sums[key] = self.sums_of_group(some, part, others, len(asked))
            found.append(self.known_sums[key])
        return tuple(POINTS[compute][1] for compute, _, _ in asked), found

    def terms_of(self, compute: Computation) -> list[tuple[list[tuple[Cells, int]], int]]:
        """Of each term the rows that may hold, and what they leave open."""
        if compute not in self.terms:
            found = self.terms[compute] = []
            for term in POINTS[compute][2]:
                rows = [row for row in term if all(self.cells[at] & mask for at, mask in row[0])]
                found.append((rows, union_of(self.open[at] for cells, _ in rows for at, _ in cells)))
        return self.terms[compute]

    def sums_of_group(
        self, group: tuple[Term, ...], reads: list[Reads], others: tuple[Demand, ...], width: int
    ) -> set[tuple[int, ...]]:
        """What the terms of a group come to, for every choice of values.

        Term by term: the sums so far, by what the rows chosen leave to the variables that later terms ask.
        """
        order = few_at_a_time(reads)
        found: dict[tuple[Demand, ...], set[tuple[int, ...]]] = {(): {(0,) * width}}
        looked = 0
        for step, at in enumerate(order):
            place, compute, which, copy, own = group[at]
            later = reads_in(reads[one] for one in order[step + 1 :])
            rows: list[tuple[list[Demand], int]] = [([others[which]], 0)] if compute is None else []
            if compute is not None:
                rows = [
                    ([(one, mask, copy, own) for one, mask in cells], value)
                    for cells, value in self.terms_of(compute)[which][0]
                ]
            looked += len(found) * len(rows)
            if looked > MOST_BOXES:
                raise TooLong
            more: dict[tuple[Demand, ...], set[tuple[int, ...]]] = {}
            for before, sums in found.items():
                for cells, value in rows:
                    asked = self.narrowed([*before, *cells])
                    if asked is None:
                        continue
                    apart = self.apart_in(asked)
                    if all(self.together(part) for _, part in apart):
                        kept = tuple(one for mine, part in apart if shared(mine, later) for one in part)
                        more.setdefault(kept, set()).update(raised(sums, place, value))
            found = more
            if sum(len(sums) for sums in found.values()) > MOST_SUMS:
                raise TooLong
        return {one for sums in found.values() for one in sums}

    # </points>
    # --- boxes ---

    def searched(self, asked: tuple[Demand, ...]) -> bool:
        """Whether some values meet all demands: boxes of values are halved until they lie in or out."""
        wanted: list[Wanted] = []
        state: State = {}
        for at, mask, copy, own in asked:
            some = self.chosen(self.open[at])
            pairs = [(one, (*one, copy if self.bits[one] & own else 0)) for one in some]
            wanted.append((at, mask, pairs))
            state.update({mine: self.boxes(one) for one, mine in pairs})
        if self.walked(wanted, state):
            return True
        waiting = [state]
        looked = 0
        while waiting:
            state = waiting.pop()
            looked += 1
            if looked > MOST_BOXES:
                return True
            unsettled: dict[Copy, None] = {}
            for one in wanted:
                cells = self.lies_in(one, state)
                if not cells & one[1]:
                    break
                if cells & ~one[1]:
                    unsettled.update(dict.fromkeys(mine for _, mine in one[2]))
            else:
                if not unsettled or not self.unmet(wanted, middles(state)):
                    return True
                waiting += [{**state, **half} for half in halves(state, unsettled)]
        return False

    def lies_in(self, one: Wanted, state: State) -> int:
        at, _, pairs = one
        return self.touched(at, {variable: state[copy] for variable, copy in pairs})

    def unmet(self, wanted: list[Wanted], point: State) -> list[Wanted]:
        """What single values don't meet."""
        return [one for one in wanted if self.lies_in(one, point) & ~one[1]]

    def walked(self, wanted: list[Wanted], state: State) -> bool:
        """Whether a short walk finds values that meet all: from the middle, one value at a time.

        Each step mends a demand that isn't met, by the value that leaves the fewest unmet. Most searches end here.
        """
        point = middles(state)
        for step in range(MOST_STEPS):
            unmet = self.unmet(wanted, point)
            if not unmet:
                return True
            mended = unmet[step % len(unmet)]
            free = sorted({copy for _, copy in mended[2]})
            best: tuple[int, State] | None = None
            for turn in range(len(free)):
                copy = free[(step + turn) % len(free)]
                box = self.nearest(mended, point, copy, state[copy])
                if box is not None:
                    moved = {**point, copy: (box,)}
                    left = len(self.unmet(wanted, moved))
                    if best is None or left < best[0]:
                        best = left, moved
            if best is None:
                return False
            point = best[1]
        return False

    def nearest(self, one: Wanted, point: State, copy: Copy, boxes: tuple[Box, ...]) -> Box | None:
        """The value of one variable, as near as may be to what it is, for which a demand is met."""
        unit, now = point[copy][0][:2]
        waiting = sorted(boxes, key=lambda box: box[0] == unit)
        for _ in range(MOST_TRIED):
            if not waiting:
                return None
            box = waiting.pop()
            of, low, high, named = box
            cells = self.lies_in(one, {**point, copy: (box,)})
            if not cells & one[1]:
                continue
            if not cells & ~one[1]:
                at = min(max(now, low), high) if of == unit else low
                return (of, at, at, named)
            middle = (low + high) // 2
            below, above = (of, low, middle, ""), (of, middle + 1, high, "")
            waiting += [below, above] if now > middle else [above, below]
        return None

    def touched(self, at: int, boxes: Mapping[Variable, tuple[Box, ...]]) -> int:
        """Every cell that boxes of the open variables touch, and perhaps more until they are small."""
        if not self.open[at] and at not in COMPUTED:
            return self.cells[at]
        mine = {one: boxes[one] for one in self.chosen(self.open[at])}
        key = at, tuple(mine.values())
        if key not in self.known_cells:
            if at in COMPUTED:
                self.known_cells[key] = cells_between(at, COMPUTED[at][2](Values(self, mine)))
            else:
                self.known_cells[key] = union_of(cells_in(at, box) for some in mine.values() for box in some)
        return self.known_cells[key]

    # </computed>


# <computed>
def union_of(masks: Iterable[int]) -> int:
    found = 0
    for mask in masks:
        found |= mask
    return found


def reads_of(bits: int, copy: int, own: int) -> Reads:
    """What is read, when `own` of it is read of a copy."""
    return bits & ~own, own if copy == 1 else 0, own if copy == 2 else 0


def shared(one: Reads, other: Reads) -> bool:
    """Whether two have a variable in common."""
    return bool(one[0] & other[0] or one[1] & other[1] or one[2] & other[2])


def reads_in(every: Iterable[Reads]) -> Reads:
    """What any of them reads."""
    found = (0, 0, 0)
    for one in every:
        found = found[0] | one[0], found[1] | one[1], found[2] | one[2]
    return found


def sharing(every: list[Reads]) -> list[tuple[Reads, list[int]]]:
    """Positions in parts that share no variable, and what a part reads: what one part chooses is nothing to another."""
    parts: list[tuple[Reads, list[int]]] = []
    for place, own in enumerate(every):
        reads, members = own, [place]
        apart: list[tuple[Reads, list[int]]] = []
        for known, others in parts:
            if shared(known, reads):
                reads, members = reads_in((known, reads)), others + members
            else:
                apart.append((known, others))
        parts = [*apart, (reads, members)]
    return parts


# <points>
def few_at_a_time(every: list[Reads]) -> list[int]:
    """The order in which each next one brings in the fewest variables, so that few are open at a time."""
    order: list[int] = []
    seen = (0, 0, 0)
    rest = list(range(len(every)))
    while rest:
        chosen = min(rest, key=lambda at: sum(bits.bit_count() for bits in reads_in((seen, every[at]))))
        seen = reads_in((seen, every[chosen]))
        order.append(chosen)
        rest.remove(chosen)
    return order


def raised(sums: set[tuple[int, ...]], place: int, value: int) -> set[tuple[int, ...]]:
    """Sums with so many points more at a place; as they are where the place is none."""
    if place < 0 or not value:
        return sums
    return {(*one[:place], one[place] + value, *one[place + 1 :]) for one in sums}


def added(found: set[tuple[int, ...]], steps: set[tuple[int, ...]]) -> set[tuple[int, ...]]:
    """Every sum with every step."""
    return {tuple(a + b for a, b in zip(one, step, strict=True)) for one in found for step in steps}


# </points>
def cells_between(at: int, found: Range) -> int:
    """The cells of a computed number, from what it may be; the one behind the numbers where it is undefined."""
    cuts = COORDINATES[at][3]
    undefined = 1 << len(cuts) + 1
    if found is None:
        return undefined
    first, last = piece_of(cuts, 0, found[0]), piece_of(cuts, 0, found[1])
    return (1 << last + 1) - (1 << first) | (undefined if found[2] else 0)


def cells_in(at: int, box: Box) -> int:
    """The cells of an input or a reading that a box touches."""
    kind, inputs, names, cuts, pieces, _ = COORDINATES[at]
    if kind == "member":
        return 2 if box[3] == "yes" else 1
    if box[3]:
        return 1 << len(pieces) + names.index(box[3])
    _, lowest, _, step, _, _ = INPUTS[inputs[0]][3][box[0]]
    first = piece_of(cuts, box[0], lowest + box[1] * step)
    last = piece_of(cuts, box[0], lowest + box[2] * step)
    return (1 << cells_before(pieces, last + 1)) - (1 << cells_before(pieces, first))


def cells_before(pieces: tuple[int, ...], piece: int) -> int:
    from bisect import bisect_left

    return bisect_left(pieces, piece)


def halves(state: State, unsettled: dict[Copy, None]) -> list[State]:
    """What leaves something open, in two: the fewest boxes of several, or else the box that is longest for its grid."""
    several = [one for one in unsettled if len(state[one]) > 1]
    if several:
        chosen = min(several, key=lambda one: (len(state[one]), one))
        middle = len(state[chosen]) // 2
        return [{chosen: state[chosen][middle:]}, {chosen: state[chosen][:middle]}]
    splittable = [one for one in unsettled if state[one][0][1] < state[one][0][2]]
    if not splittable:
        return []

    def length(one: Copy) -> float:
        unit, low, high, _ = state[one][0]
        _, lowest, highest, step, _, _ = INPUTS[one[0]][3][unit]
        return (high - low) / int((highest - lowest) / step)

    longest = max(splittable, key=lambda one: (length(one), one))
    unit, low, high, _ = state[longest][0]
    middle = (low + high) // 2
    return [{longest: ((unit, middle + 1, high, ""),)}, {longest: ((unit, low, middle, ""),)}]


def middles(state: State) -> State:
    """Of each variable the value in the middle of its boxes."""
    found: State = {}
    for copy, boxes in state.items():
        unit, low, high, named = boxes[len(boxes) // 2]
        at = (low + high) // 2
        found[copy] = ((unit, at, at, named),)
    return found


# </computed>
def piece_of(cuts: tuple[Cut, ...], unit: int, value: Fraction) -> int:
    """How many cuts lie before a value."""
    low, high = 0, len(cuts)
    while low < high:
        middle = (low + high) // 2
        thresholds, includes = cuts[middle]
        if value > thresholds[unit] or (value == thresholds[unit] and not includes):
            low = middle + 1
        else:
            high = middle
    return low


# <many>
def bits_of(mask: int) -> list[int]:
    return [at for at, digit in enumerate(reversed(bin(mask))) if digit == "1"]


# </many>
def owners(at: int) -> tuple[str, ...]:
    """The input that a coordinate cuts; none of a computed number, a reading or what is no input."""
    kind, inputs = COORDINATES[at][:2]
    return inputs if kind in ("values", "numbers", "member") else ()


# --- decisions ---------------------------------------------------------------

# What the rows say: the ends that are possible, in the order of the text; the status; the blanks that decide.
Answer = tuple[list[End], str, list[str]]


def answer(case: Case, table: Table) -> Answer:
    ends, rows = table
    met = case.met(rows)
    found = ends_of(ends, met)
    if len({end[1] for end in found}) == 1:
        return found, found[0][0], []
    return found, "indeterminate", case.needs([(cells, ends[end][1]) for cells, end in met])


def ends_of(ends: tuple[End, ...], met: list[Row]) -> list[End]:
    return [ends[at] for at in sorted({end for _, end in met})]


def merged_ends(ends: list[End]) -> list[tuple[str, Outcome | None]]:
    """The status and the outcome of each group, once, with the citations of all its ends."""
    found: dict[int, tuple[str, Outcome | None]] = {}
    for status, group, outcome, _, _ in ends:
        first = found.get(group)
        if first is None:
            found[group] = (status, outcome)
        elif first[1] is not None and outcome is not None:
            found[group] = (first[0], merged(first[1], outcome))
    return list(found.values())


def merged(one: Outcome, other: Outcome) -> Outcome:
    recommendations = tuple(
        all_of([first, second])
        for first, second in zip(one.recommendations, other.recommendations, strict=True)
    )
    answers = tuple(merged(first, second) for first, second in zip(one.answers, other.answers, strict=True))
    whys = (one.why, other.why) if other.why in one.why else (other.why, one.why)
    why = whys[0] if whys[1] in whys[0] else f"{one.why} {other.why}"
    return Outcome(one.status, recommendations, why, united(one.statements, other.statements), answers)


def united(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one + other))


def all_of(same: list[Given]) -> Given:
    """One recommendation with the citations and the grades of all."""
    statements = tuple(dict.fromkeys(id for one in same for id in one[1]))
    inferred = tuple(dict.fromkeys(id for one in same for id in one[2]))
    return same[0][0], statements, inferred, tuple(dict.fromkeys(grade for one in same for grade in one[3]))


def outcome_json(case: Case, status: str, outcome: Outcome | None) -> Json:
    """One entry of `possible`."""
    if outcome is None:
        return {"status": status, "recommendations": []}
    found: Json = {
        "status": outcome.status,
        "recommendations": [recommendation_json(case, given) for given in outcome.recommendations],
    }
    if outcome.status == "conflict":
        found["possible"] = [outcome_json(case, one.status, one) for one in outcome.answers]
    if outcome.status in ("conflict", "not_stated"):
        found["why"] = outcome.why
        found["statements"] = list(outcome.statements)
    return found


def recommendation_json(case: Case, given: Given) -> Json:
    key, statements, inferred, grades = given
    _, name, direction, strength, wording, preferences, _, _, gives = RECOMMENDATIONS[key]
    found: Json = {
        "id": name,
        "direction": direction,
        "strength": strength,
        "wording": wording,
        **grades_json(grades),
        "statements": list(statements),
        "gives": gives(case),
    }
    if inferred:
        found["inferred"] = list(inferred)
    chosen = [one for preference in preferences for one in preferred(case, {"id": name}, *preference)]
    if chosen:
        found["preferred"] = chosen
    return found


def grades_json(grades: tuple[Grade, ...]) -> Json:
    """`grade`, or `grades` where merged recommendations are graded differently; no key where there is none."""
    found: list[Json] = []
    for strength, certainty in grades:
        named = {"strength": strength, "certainty": certainty}
        found.append({name: part for name, part in named.items() if part})
    return {} if not found else {"grade": found[0]} if len(found) == 1 else {"grades": found}


def preferred(case: Case, what: Json, when: int, wording: str, statements: tuple[str, ...]) -> list[Json]:
    """What is preferred, where that holds or may hold."""
    applies, needs = case.applies(PREFERRED_WHEN[when])
    if applies == "no":
        return []
    entry = {**what, "wording": wording, "applies": applies, "needs": needs, "statements": list(statements)}
    return [entry]


# <avoided>
def avoid(case: Case, reasons: tuple[tuple[int, str, tuple[str, ...], tuple[str, ...]], ...]) -> Json:
    """The key `avoid` with the reasons against something that hold or may hold; no key where there is none."""
    found: list[Json] = []
    for when, why, statements, inferred in reasons:
        applies, needs = case.applies(PREFERRED_WHEN[when])
        if applies != "no":
            entry: Json = {"why": why, "applies": applies, "needs": needs, "statements": list(statements)}
            found.append({**entry, "inferred": list(inferred)} if inferred else entry)
    return {"avoid": found} if found else {}


# </avoided>
# <doses>
# A dose: the input that it goes by (none where it is stated), the amounts and their unit; for each unit of the
# input the unit that is left and a factor; step, rounding, strengths and caps of what is computed; basis, form.
Dose = tuple[
    str, tuple[Fraction, Fraction, str], tuple[tuple[str, Fraction], ...],
    Fraction | None, str, tuple[Fraction, ...], Fraction | None, Fraction | None, str, str,
]  # fmt: skip

# A time: least, most, unit. What an amount is multiplied with: least, most, the unit that comes out.
Time = tuple[Fraction, Fraction, str]

# What is computed of a dose: the factor of a day; the amounts that are summed, each with its factors, in a unit
# (or why there is no sum); the steps of a taper; whether it is stopped; the statements and the author's links.
Course = tuple[
    Time | None, tuple[tuple[Fraction, Fraction, Fraction, Fraction], ...], str, str,
    tuple[tuple[Fraction, Time | None], ...], bool, tuple[str, ...], tuple[str, ...],
]  # fmt: skip


def weights_of(case: Case, dose: Dose) -> list[tuple[Fraction, int]]:
    """What a record leaves of the weight; nothing where that may be anything."""
    if not dose[0]:
        return [(Fraction(1), 0)]
    values = case.entries[dose[0]]
    found = [value for value in values if isinstance(value, tuple)]
    return found if len(found) == len(values) else []


def exact_dose(dose: Dose, amount: Fraction, weight: tuple[Fraction, int]) -> Fraction:
    return amount * weight[0] * dose[2][weight[1]][1] if dose[0] else amount


def computed_dose(dose: Dose, amount: Fraction, weight: tuple[Fraction, int]) -> Fraction:
    """Kept within its caps, and rounded."""
    _, _, _, step, mode, strengths, least, most, _, _ = dose
    value = exact_dose(dose, amount, weight)
    if least is not None:
        value = max(value, least)
    if most is not None:
        value = min(value, most)
    if strengths:
        below = [one for one in strengths if one <= value][-1]
        above = next(one for one in strengths if one >= value)
        far = 2 * value < below + above
        return below if mode == "down" or (far and mode != "up") else above
    return value if step is None or not dose[0] else rounded(value, step, mode)


def amount_json(low: Fraction, high: Fraction, unit: str, form: str) -> Json:
    found: Json = {"low": plain(low), "high": plain(high), "unit": unit}
    return with_form(found, form)


def with_form(found: Json, form: str) -> Json:
    if form == "about":
        found["about"] = True
    elif form:
        found["open"] = form
    return found


def wait_for(case: Case, *names: str) -> None:
    case.waiting += [name for name in names if name not in case.waiting]


def left_of(dose: Dose) -> str:
    return dose[2][0][0] if dose[0] else dose[1][2]


def dose_of(case: Case, dose: Dose) -> Json:
    """A dose, computed where the weight is known; else it says what it needs."""
    of, (low, high, unit), _, _, _, _, least, most, basis, form = dose
    if not of:
        return amount_json(low, high, unit, form)
    based: Json = {"basis": basis} if basis else {}
    weights = weights_of(case, dose)
    ends = {tuple(computed_dose(dose, one, weight) for one in (low, high)) for weight in weights}
    if len(ends) == 1:
        (end,) = ends
        found: Json = {"low": plain(end[0]), "high": plain(end[1]), "unit": left_of(dose), "of": of, **based}
        lowest = max(exact_dose(dose, low, weight) for weight in weights)
        highest = min(exact_dose(dose, high, weight) for weight in weights)
        caps = ["at least"] if least is not None and lowest < least else []
        caps += ["at most"] if most is not None and highest > most else []
        if caps:
            found["capped"] = caps
        return with_form(found, form)
    wait_for(case, of)
    per: Json = {"low": plain(low), "high": plain(high), "unit": unit}
    whole: Json = {"per": per, "of": of, **based, "needs": [of]}
    for word, cap in (("at_least", least), ("at_most", most)):
        if cap is not None:
            whole[word] = {"value": plain(cap), "unit": left_of(dose)}
    return with_form(whole, form)


def time_json(time: Time | None) -> Json | str:
    return "not stated" if time is None else {"low": plain(time[0]), "high": plain(time[1]), "unit": time[2]}


def is_decimal(value: Fraction) -> bool:
    """Whether a result can show it: at most 15 digits."""
    places = 0
    while 10**places % value.denominator:
        places += 1
        if places > 15:
            return False
    return places + len(str(abs(int(value)))) <= 15


def amounts(case: Case, dose: Dose, course: Course) -> Json:
    """The steps of a taper, the amount of a day, the amount in all."""
    day, parts, unit, why, steps, stops, statements, inferred = course
    found: Json = {}
    if steps:
        rest: Json = {"then": "stop"} if stops else {}
        if statements:
            rest["statements"] = list(statements)
        if inferred:
            rest["inferred"] = list(inferred)
        found["taper"] = {**taper_json(case, dose, steps), **rest}
    if day is not None:
        low, high, _ = dose[1]
        found.update(summed(case, dose, "daily", ((low, high, day[0], day[1]),), day[2]))
    if parts:
        found.update(summed(case, dose, "total", parts, unit))
    if steps and "total" not in found:
        found["total"] = {"why": why}
    return found


def summed(
    case: Case,
    dose: Dose,
    key: str,
    parts: tuple[tuple[Fraction, Fraction, Fraction, Fraction], ...],
    unit: str,
) -> Json:
    sums: set[tuple[Fraction, Fraction]] = set()
    for weight in weights_of(case, dose):
        low, high = Fraction(0), Fraction(0)
        for least, most, low_factor, high_factor in parts:
            low += computed_dose(dose, least, weight) * low_factor
            high += computed_dose(dose, most, weight) * high_factor
        sums.add((low, high))
    if len(sums) != 1:
        wait_for(case, dose[0])
        return {key: {"needs": [dose[0]]}}
    ((low, high),) = sums
    return {key: amount_json(low, high, unit, dose[9])} if is_decimal(low) and is_decimal(high) else {}


def taper_json(case: Case, dose: Dose, steps: tuple[tuple[Fraction, Time | None], ...]) -> Json:
    """Every step with its time, the first amount included."""
    each = [[computed_dose(dose, amount, weight) for amount, _ in steps] for weight in weights_of(case, dose)]
    if each and all(one == each[0] for one in each):
        known = zip(each[0], steps, strict=True)
        unit = left_of(dose)
        found = [{**amount_json(one, one, unit, dose[9]), "for": time_json(time)} for one, (_, time) in known]
        return {"steps": found, "of": dose[0]} if dose[0] else {"steps": found}
    wait_for(case, dose[0])
    per = [{"per": amount_json(one, one, dose[1][2], dose[9]), "for": time_json(time)} for one, time in steps]
    return {"steps": per, "of": dose[0], "needs": [dose[0]]}


# </doses>
# <bands>
# A band: a position in PREFERRED_WHEN, how it is written, the dose or none, what is computed of it, the
# statements and the author's links.
Band = tuple[int, str, Dose | None, Course | None, tuple[str, ...], tuple[str, ...]]

# The input or the definition that decides, and its bands, of which one holds.
Bands = tuple[str, tuple[Band, ...]]


def possible_bands(case: Case, bands: Bands) -> list[Band]:
    return [band for band in bands[1] if case.applies(PREFERRED_WHEN[band[0]])[0] != "no"]


def quietly(case: Case, write: Callable[[], list[Json | str]]) -> tuple[list[Json | str], list[str]]:
    """What is written, and the weights that it waits for, kept apart."""
    kept, case.waiting = case.waiting, []
    found = write()
    waiting, case.waiting = case.waiting, kept
    return found, waiting


def dose_in_bands(case: Case, bands: Bands) -> Json | str:
    """The dose of the band that holds; of several that may hold each, where they differ."""
    possible = possible_bands(case, bands)
    found, waiting = quietly(
        case, lambda: ["not stated" if band[2] is None else dose_of(case, band[2]) for band in possible]
    )
    first = found[0]
    if all(one == first for one in found):
        wait_for(case, *waiting)
        return first if isinstance(first, str) else {**first, "by": bands[0], **cited_bands(possible)}
    needs = needs_of_bands(case, possible, waiting)
    wait_for(case, *needs)
    entries = [
        {"band": band[1], "dose": one, **cited_bands([band])}
        for band, one in zip(possible, found, strict=True)
    ]
    return {"per_band": entries, "by": bands[0], "needs": needs}


def needs_of_bands(case: Case, bands: list[Band], waiting: list[str]) -> list[str]:
    """What decides between the bands, then what their doses wait for."""
    between = {name for band in bands for name in case.applies(PREFERRED_WHEN[band[0]])[1]}
    return list(dict.fromkeys([*(name for name in INPUTS if name in between), *waiting]))


def cited_bands(bands: list[Band]) -> Json:
    statements = list(dict.fromkeys(id for band in bands for id in band[4]))
    inferred = list(dict.fromkeys(id for band in bands for id in band[5]))
    return {
        **({"statements": statements} if statements else {}),
        **({"inferred": inferred} if inferred else {}),
    }


def amounts_in_bands(case: Case, bands: Bands) -> Json:
    possible = possible_bands(case, bands)

    def write() -> list[Json | str]:
        return [
            {} if band[2] is None or band[3] is None else amounts(case, band[2], band[3]) for band in possible
        ]

    found, waiting = quietly(case, write)
    first = found[0]
    if all(one == first for one in found):
        wait_for(case, *waiting)
        return {} if isinstance(first, str) else first
    needs = needs_of_bands(case, possible, waiting)
    return {key: {"needs": list(needs)} for key in ("daily", "total") if any(key in one for one in found)}


# </bands>
# <held>
def held(case: Case, when: int, statements: tuple[str, ...], inferred: tuple[str, ...]) -> Json:
    """Whether an order is held, or resumed."""
    applies, needs = case.applies(PREFERRED_WHEN[when])
    found: Json = {"applies": applies, "needs": needs, "statements": list(statements)}
    return {**found, "inferred": list(inferred)} if inferred else found


# </held>
def sides(outcome: Outcome) -> list[tuple[Given, ...]]:
    if outcome.status == "conflict":
        return [side for one in outcome.answers for side in sides(one)]
    return [outcome.recommendations]


def common(ends: list[End]) -> list[Given]:
    """The recommendations that every possible outcome shares, both sides of a conflict included."""
    every: list[tuple[Given, ...]] = []
    for status, _, outcome, _, _ in ends:
        if outcome is None or status == "not_stated":
            return []
        every += sides(outcome)
    found: list[Given] = []
    for given in every[0]:
        essence = RECOMMENDATIONS[given[0]][0]
        same = [[one for one in side if RECOMMENDATIONS[one[0]][0] == essence] for side in every]
        if all(same):
            found.append(all_of([one[0] for one in same]))
    return found


def every_recommendation(outcome: Outcome | None) -> list[Given]:
    if outcome is None:
        return []
    return [
        *outcome.recommendations,
        *(one for side in outcome.answers for one in every_recommendation(side)),
    ]


def ask_next(status: str, needs: list[str], asks: list[str]) -> str:
    if status != "indeterminate":
        return "not needed"
    return next((name for name in asks if name in needs), needs[0] if needs else "a reading")


# --- the result --------------------------------------------------------------


class Gathered:
    """What the decisions bring together: their part of the result, what they recommend or may."""

    __slots__ = ("asks", "decisions", "needs", "possible", "recommended", "statuses", "trace")

    def __init__(self) -> None:
        self.decisions: Json = {}
        self.statuses: dict[str, str] = {}
        self.needs: dict[str, list[str]] = {}
        self.asks: dict[str, str] = {}
        self.recommended: list[tuple[str, Given]] = []
        self.possible: list[Given] = []
        self.trace: list[Json] = []

    def add(self, name: str, status: str, needs: list[str], ask: str, rest: Json) -> None:
        self.statuses[name] = status
        self.needs[name] = needs
        self.asks[name] = ask
        self.decisions[name] = {"status": status, "needs": list(needs), "ask_next": ask, **rest}


def result(case: Case, before: dict[str, Fraction]) -> Json:
    found = Gathered()
    for name in ORDER:
        if name in DECISIONS:
            decide(case, name, found)
        else:
            list_options(case, name, found)
    advice, monitoring = rules(case, found)
    case.waiting.clear()  # what is only possible asks for no weight yet
    recommendations: list[Json] = [
        {"decision": name, **recommendation_json(case, given)} for name, given in found.recommended
    ]
    needs, ask = top_needs(found, case.waiting)
    whole: Json = {
        **GUIDELINE,
        "status": top_status(case, found),
        "decisions": found.decisions,
        "recommendations": recommendations,
        "advice": advice,
        "monitoring": monitoring,
        "values": values(case),
        "readings": readings(case),
        "needs": needs,
        "ask_next": ask,
        "trace": found.trace,
    }
    # <pathway>
    whole["pathway"] = pathway(case)
    # </pathway>
    if before:
        whole["rounded"] = {name: rounding(case, name, before[name]) for name in INPUTS if name in before}
    return whole


# <pathway>
def pathway(case: Case) -> Json:
    """Where the patient may stand, when he is seen again there, and where what is found then leads."""
    names = list(STAGES)
    stages = [names[at] for at in sorted({at for _, at in case.met(PLACES)})]
    place: object = stages[0] if len(stages) == 1 else {"one_of": list(stages)}
    # <scope>
    if case.applies(SCOPE)[0] == "no":
        return {"stage": place, "status": "out_of_scope", "reviews": [], "responses": []}
    # </scope>
    return {
        "stage": place,
        "status": "determined" if len(stages) == 1 else "indeterminate",
        "reviews": [fresh(one) for stage in stages for one in STAGES[stage][1]],
        "responses": [response(case, stage) for stage in stages],
    }


def response(case: Case, stage: str) -> Json:
    final, _, ends, rows = STAGES[stage]
    met = case.met(rows)
    found = [ends[at] for at in sorted({at for _, at in met})]
    if not found:
        return {"stage": stage, "status": "final" if final else "not_stated", "needs": [], "possible": []}
    status = "indeterminate" if len(found) > 1 else "not_stated" if "why" in found[0] else "determined"
    needs = case.needs(met) if len(found) > 1 else []
    return {"stage": stage, "status": status, "needs": needs, "possible": [fresh(one) for one in found]}


def fresh(value: object) -> object:
    """A copy whose lists and dictionaries may be changed."""
    if isinstance(value, dict):
        return {key: fresh(one) for key, one in value.items()}
    return [fresh(one) for one in value] if isinstance(value, tuple) else value


# </pathway>
def rounding(case: Case, name: str, before: Fraction) -> Json:
    value = case.entries[name][0]
    assert isinstance(value, tuple)
    return {"from": plain(before), "to": plain(value[0])}


def decide(case: Case, name: str, found: Gathered) -> None:
    ends, status, needs = answer(case, DECISIONS[name])
    rest: Json = {"possible": []}
    if status == "indeterminate":
        rest = {"possible": [outcome_json(case, *one) for one in merged_ends(ends)]}
    elif status in ("not_stated", "conflict"):
        whole = outcome_json(case, *merged_ends(ends)[0])
        rest = {"possible": whole.get("possible", []), "why": whole["why"], "statements": whole["statements"]}
    asks = [name for end in ends for name in end[4]]
    found.add(name, status, needs, ask_next(status, needs, asks), rest)
    found.recommended += [(name, given) for given in common(ends)]
    found.possible += [given for end in ends for given in every_recommendation(end[2])]
    for steps in zip(*(end[3] for end in ends), strict=False):
        if any(step != steps[0] for step in steps):
            break
        by, value, statements, line = steps[0]
        found.trace.append(
            {"at": name, "by": by, "value": value, "statements": list(statements), "line": line}
        )


def list_options(case: Case, name: str, found: Gathered) -> None:
    """Each line for itself; the list is indeterminate if one of them, or whether it is asked, is unknown."""
    open_inputs: set[str] = set()
    asks: list[str] = []
    shown: list[Json] = []
    statuses: set[str] = set()
    gates: set[str] = set()
    for table, unconditional in OPTIONS[name]:
        ends, status, needs = answer(case, table)
        statuses.add(status)
        open_inputs.update(needs)
        asks += [one for end in ends for one in end[4]]
        gates.update(end[0] for end in ends if end[2] is None)
        if unconditional is not None:
            if any(end[2] is not None for end in ends):
                given = recommendation_json(case, unconditional)
                shown.append({"status": "not_stated", "recommendations": [given]})
                found.possible.append(unconditional)
            continue
        found.recommended += [(name, given) for given in common(ends)]
        found.possible += [given for end in ends for given in every_recommendation(end[2])]
        if status == "indeterminate":
            for one in merged_ends(ends):
                if one[1] is not None and (one[1].recommendations or one[1].answers):
                    shown.append(outcome_json(case, *one))
        elif status == "conflict":
            shown.append(outcome_json(case, *merged_ends(ends)[0]))
    status = options_status(statuses)
    for gate in ("not_applicable", "out_of_scope"):
        if status == "indeterminate" and gate in gates:
            shown.append({"status": gate, "recommendations": []})
    if status in ("not_applicable", "out_of_scope"):
        shown = []
    needs = [one for one in INPUTS if one in open_inputs]
    ask = next((one for one in asks if one in needs), needs[0] if needs else ask_next(status, [], []))
    found.add(name, status, needs, ask, {"possible": shown})


def options_status(statuses: set[str]) -> str:
    for status in ("conflict", "indeterminate"):
        if status in statuses:
            return status
    if statuses <= {"not_applicable", "out_of_scope"} and statuses:
        return "out_of_scope" if "out_of_scope" in statuses else "not_applicable"
    return "determined"


def top_status(case: Case, found: Gathered) -> str:
    """Out of scope, else the worst of the decisions that are asked, or of the options where none is."""
    for names in (DECISIONS, OPTIONS):
        statuses = {found.statuses[name] for name in names} - {"not_applicable"}
        for status in ("out_of_scope", "conflict", "indeterminate", "not_stated", "determined"):
            if status in statuses:
                return status
    if ORDER:
        return "not_applicable"
    # <scope>
    if case.applies(SCOPE)[0] == "no":
        return "out_of_scope"
    # </scope>
    return "determined"


def top_needs(found: Gathered, waiting: list[str]) -> tuple[list[str], str]:
    chosen = [name for name in ORDER if name in DECISIONS]
    if all(found.statuses[name] == "not_applicable" for name in chosen):
        chosen = list(ORDER)
    needs = dict.fromkeys([one for name in chosen for one in found.needs[name]] + waiting)
    asks = [found.asks[name] for name in chosen if found.asks[name] != "not needed"]
    inputs = [ask for ask in asks if ask != "a reading"]
    return list(needs), [*inputs, *waiting, *asks, "not needed"][0]


# --- rules, values, readings -------------------------------------------------


def rules(case: Case, found: Gathered) -> tuple[list[Json], list[Json]]:
    """Advice and monitoring, each on its own condition; what is unknown is listed too."""
    advised = [(name in DECISIONS, RECOMMENDATIONS[given[0]]) for name, given in found.recommended]
    may_be = advised + [(False, RECOMMENDATIONS[given[0]]) for given in found.possible]
    surely = {drug for decided, one in advised if decided and one[2] == "for" for drug in one[6]}
    perhaps = {drug for _, one in may_be if one[2] == "for" for drug in one[7]}
    for at, coordinate in enumerate(COORDINATES):
        if coordinate[0] == "prescribed":
            drugs = set(coordinate[2])
            case.cells[at] = 2 if drugs & surely else 3 if drugs & perhaps else 1
    advice: list[Json] = []
    monitoring: list[Json] = []
    for kind, stated, rows, lists, taken, prescribed, write in RULES:
        applies, needs = case.applies(rows)
        if applies == "no":
            continue
        if not stated:
            applies = "unknown"
        because: Json = {}
        entered = [value for name in lists for value in case.entries[name] if isinstance(value, frozenset)]
        if any(value & set(taken) for value in entered):
            because = {"because": "taking"}
        elif surely & set(prescribed):
            because = {"because": "prescribed"}
        elif perhaps & set(prescribed):
            because = {"because": "if_chosen"}
        (monitoring if kind == "monitor" else advice).append(write(case, applies, needs, because))
    return advice, monitoring


# <windows>
# A date: an input, a day by its number, or that none is stated; with what stands for an input's named values.
SomeDate = tuple[str, str | int]
Dated = tuple[SomeDate, tuple[tuple[str, SomeDate], ...]]

# Months and days after a date, twice: to the first day and to the last.
Window = tuple[tuple[int, int], tuple[int, int], Dated]

# The day numbers that a record leaves open, or words; and the inputs that decide between them.
Days = tuple[list[int | str], set[str]]


def due(case: Case, window: Window | None, ends: Dated | None, overflow: str) -> Json:
    """From when it counts, when it is due, when it ends; or the inputs that a date hangs on."""
    from datetime import date

    found: Json = {}
    last, open_ends = ([], set()) if ends is None else days_of(case, ends)
    first, open_starts = ([], set()) if window is None else days_of(case, window[2])
    if first and not open_starts and isinstance(first[0], int):
        found["from"] = date.fromordinal(first[0]).isoformat()
    if open_ends:
        found["until"] = {"needs": [name for name in INPUTS if name in open_ends]}
    elif last and isinstance(last[0], int):
        found["until"] = date.fromordinal(last[0]).isoformat()
    if window is not None:
        cut = [cut_off(window, start, end, overflow) for start in first for end in last or ["no end"]]
        if any(one != cut[0] for one in cut):
            found["due"] = {"needs": [name for name in INPUTS if name in open_starts | open_ends]}
        elif isinstance(cut[0], str):
            found["due"] = cut[0]
        else:
            earliest, latest = (date.fromordinal(day).isoformat() for day in cut[0])
            found["due"] = {"earliest": earliest, "latest": latest}
    return found


def cut_off(window: Window, start: int | str, end: int | str, overflow: str) -> tuple[int, int] | str:
    if isinstance(start, str):
        return start
    earliest, latest = (day_lapsed(start, lapse, overflow) for lapse in window[:2])
    if isinstance(end, str):
        return earliest, latest
    return "nothing" if end < earliest else (earliest, min(latest, end))


def day_lapsed(day: int, lapse: tuple[int, int], overflow: str) -> int:
    """Months first: where the month is too short its last day or, forward, the day behind it. Then days."""
    from datetime import date

    start = date.fromordinal(day)
    months = start.year * 12 + start.month - 1 + lapse[0]
    first = date(months // 12, months % 12 + 1, 1).toordinal()
    behind = date((months + 1) // 12, (months + 1) % 12 + 1, 1).toordinal() if months < 119999 else 3652060
    there = min(first + start.day - 1, behind if overflow == "forward" else behind - 1)
    return there + lapse[1]


def days_of(case: Case, dated: Dated) -> Days:
    """The days that a date may be on; for a blank the first and the last of its input stand for all."""
    some, instead = dated
    found, needs = some_days(case, some)
    if some[0] == "input":
        values = case.entries[str(some[1])]
        found = [one for one in found if one not in dict(instead)]
        for name, other in instead:
            if not values or name in values:
                days, more = some_days(case, other)
                found += days
                needs |= more
    each = list(dict.fromkeys(found))
    return each, needs if len(each) > 1 else set()


def some_days(case: Case, some: SomeDate) -> Days:
    kind, what = some
    if kind != "input":
        return [what if kind == "day" else kind], set()
    name = str(what)
    values = case.entries[name]
    if not values:
        first, last = INPUTS[name][3][0][1:3]
        return [int(first), int(last)], {name}
    days: list[int | str] = [int(one[0]) if isinstance(one, tuple) else str(one) for one in values]
    return days, {name} if len(days) > 1 else set()


# </windows>
def values(case: Case) -> Json:
    """The definitions that are shown."""
    found: Json = {}
    for name in VALUES:
        # <numbers>
        if name in SHOWN_NUMBERS:
            found[name] = number_json(case, SHOWN_NUMBERS[name])
            continue
        # </numbers>
        # <categories>
        if name in CATEGORIES:
            found[name] = category_json(case, CATEGORIES[name])
            continue
        # </categories>
        applies, needs = case.applies(SHOWN_CONDITIONS[name])
        found[name] = {"needs": needs} if applies == "unknown" else {"value": applies == "yes", "needs": []}
    return found


# <numbers>
def number_json(case: Case, shown: ShownNumber) -> Json:
    """Its value, or its range and needs while it may be several; and its band."""
    (inputs, asks, _), unit, factor, offset, step, mode, band = shown
    blank = {name for name, _ in case.chosen(case.open_in(inputs, asks))}
    needs = [name for name in INPUTS if name in blank]
    # <series>
    needs = list(dict.fromkeys(key_of(name) for name in needs))
    # </series>
    found = shown_range(case, shown[0])
    value: Json = {"value": "not defined", "needs": []}
    if found is not None:
        ends = [end / factor - offset for end in found[:2]]
        low, high = (plain(end if step is None else rounded(end, step, mode)) for end in ends)
        value = {"value": low, "unit": unit, "needs": []}
        if found[0] != found[1] or found[2]:
            value = {"low": low, "high": high, "unit": unit, "needs": needs}
    # <categories>
    if band:
        found_band = band_json([CATEGORIES[band][0][at] for at in values_of(case, CATEGORIES[band][2][0])[0]])
        value["band"] = found_band.get("value", found_band)
    # </categories>
    return value


def shown_range(case: Case, computed: Computed) -> Range:
    """The least and the largest value; of a sum of points, those that are reached."""
    inputs, asks, compute = computed
    # <points>
    if compute in POINTS:
        try:
            sums = [one * POINTS[compute][0] for (one,) in case.sums([(compute, 0, 0)], ())]
            return min(sums), max(sums), False
        except TooLong:
            pass
    # </points>
    return compute(Values(case, {one: case.boxes(one) for one in case.chosen(case.open_in(inputs, asks))}))


# </numbers>
# <categories>
def category_json(case: Case, category: Category) -> Json:
    """Its value, or those that it may be; where it has any number of them, those it has for sure and those it may."""
    names, several, conditions = category
    answers = [values_of(case, rows) for rows in conditions]
    if not several:
        ((places, needs),) = answers
        return {**band_json([names[place] for place in places]), "needs": needs}
    sure = [name for name, answer in zip(names, answers, strict=True) if answer[0] == [1]]
    perhaps = [name for name, answer in zip(names, answers, strict=True) if len(answer[0]) > 1]
    found: Json = {"values": sure}
    if perhaps:
        found["possible"] = perhaps
    return {**found, "needs": list(dict.fromkeys(name for answer in answers for name in answer[1]))}


def values_of(case: Case, rows: tuple[Row, ...]) -> tuple[list[int], list[str]]:
    """The ends that are possible, and the blanks that decide between them."""
    met = case.met(rows)
    found = sorted({end for _, end in met})
    return found, case.needs(met) if len(found) > 1 else []


def band_json(names: list[str]) -> Json:
    return {"value": names[0]} if len(names) == 1 else {"one_of": list(names)}


# </categories>
def readings(case: Case) -> Json:
    """For every reading and every way to read it: what each decision would be, the others as they stand."""
    found: Json = {}
    # <readings>
    for name, ways in READINGS.items():
        answers: Json = {}
        for way in ways:
            answers[way] = in_brief(Case(case.entries, {**case.readings, name: way}))
        found[name] = {"chosen": case.readings.get(name, "none"), "answers": answers}
    # </readings>
    return found


# <readings>
def in_brief(case: Case) -> Json:
    """For each decision the ids that it may recommend, or its statuses."""
    found: Json = {}
    for name in ORDER:
        tables = [DECISIONS[name]] if name in DECISIONS else [line[0] for line in OPTIONS[name]]
        words: dict[str, None] = {}
        for table in tables:
            for status, _, outcome, _, _ in ends_of(table[0], case.met(table[1])):
                if status != "determined" or outcome is None:
                    words[status] = None
                elif outcome.recommendations:
                    words.update((RECOMMENDATIONS[one[0]][1], None) for one in outcome.recommendations)
                elif name in DECISIONS:
                    words["nothing"] = None
        found[name] = list(words)
    return found


# </readings>
# --- the command line --------------------------------------------------------


def each_once(pairs: list[tuple[str, object]]) -> Json:
    """A JSON object; a key that stands twice is refused, because nobody knows which entry was meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"`{twice[:60]}` stands twice")
    return found


def whole_number(text: str) -> int:
    """A whole number of JSON; of one with thousands of digits nobody can say what is meant."""
    digits = len(text.lstrip("-"))
    if digits > 1000:
        raise ValueError(f"a number of {digits} digits stands there")
    return int(text)


NO_JSON = {
    "Expecting value": "a value is missing", "Expecting ',' delimiter": "a `,` is missing",
    "Expecting ':' delimiter": "a `:` is missing", "Extra data": "something follows behind its end",
    "Expecting property name enclosed in double quotes": 'a name between `"` is missing',
    "Unterminated string starting at": 'a text has no closing `"`',
    "Invalid control character at": "a text holds a line break or a tab",
}  # fmt: skip


def why_no_json(fault: ValueError | RecursionError) -> str:
    """What is wrong with a text that is no JSON, in a reader's words."""
    import json

    if isinstance(fault, json.JSONDecodeError):
        if not fault.doc.strip():
            return "it is empty; write `{}` for a patient of whom nothing is known"
        reason = NO_JSON.get(fault.msg, fault.msg.lower())
        return f"in line {fault.lineno}, column {fault.colno}, {reason}"
    if isinstance(fault, UnicodeDecodeError):
        return "it isn't UTF-8"
    return "it is nested too deep" if isinstance(fault, RecursionError) else str(fault)[:200]


def main(arguments: list[str]) -> int:
    """`python MODULE.py PATIENT.json` prints the result. 0 fine, 1 refused or unreadable, 2 wrong usage."""
    import json
    import sys

    def say(text: str) -> None:
        sys.stdout.flush()
        sys.stdout.buffer.write(f"{text}\n".encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()

    def fail(text: str) -> int:
        print(
            f"{GUIDELINE['guideline']}: {text}".encode("ascii", "backslashreplace").decode(), file=sys.stderr
        )
        return 1

    usage = f"usage: python {GUIDELINE['guideline']}.py PATIENT.json    (- for standard input)"
    if arguments and arguments[0] in ("-h", "--help"):
        say(f"{usage}\n\n{(__doc__ or '').strip()}")
        return 0
    if len(arguments) != 1 or (arguments[0].startswith("-") and arguments[0] != "-"):
        print(usage, file=sys.stderr)
        return 2
    path = arguments[0]
    try:
        if path == "-" and sys.stdin is None:
            return fail("the patient `-` can't be read: standard input is closed")
        if path == "-":
            data = sys.stdin.buffer.read()
        else:
            with open(path, "rb") as file:
                data = file.read()
    except (OSError, ValueError) as fault:
        reason = (getattr(fault, "strerror", None) or str(fault)).lower()
        return fail(f"the patient `{path}` can't be read: {reason}")
    try:
        patient = json.loads(data, object_pairs_hook=each_once, parse_int=whole_number)
    except (ValueError, RecursionError) as fault:
        return fail(f"the patient `{path}` is no JSON: {why_no_json(fault)}")
    try:
        found = evaluate(patient)
    except Refused as refused:
        say(json.dumps({"errors": refused.errors}, indent=2, ensure_ascii=False))
        return 1
    try:
        say(json.dumps(found, indent=2, ensure_ascii=False))
    except OSError as fault:
        return fail(f"the result can't be written: {fault.strerror or fault}")
    return 0


if __name__ == "__main__":
    from sys import argv

    raise SystemExit(main(argv[1:]))
# </body>
