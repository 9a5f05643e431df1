"""A patient's JSON to the result, over the tables of one guideline: what all emitted modules have in common.

It is emitted as text and never imported. Here it is checked as any other source is, over empty tables;
`guidec_targets.python` puts its head above the tables of a guideline and its body below them, and leaves out
the pieces between `# <name>` and `# </name>` that the guideline doesn't need. It is long because one emitted
module is one file, and it shares nothing with the evaluator but the meaning of the tables.
"""

# <head>
from __future__ import annotations

from collections.abc import Callable, Mapping
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

# A row: for each coordinate that it reads, the cells that it accepts as bits; and the end that it leads to.
Row = tuple[tuple[tuple[int, int], ...], int]

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

# The least and the largest value of a number, in base units; and a number computed from those of its inputs.
Bounds = tuple[Fraction, Fraction]
Computation = Callable[[dict[str, Bounds]], Bounds]


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

# A shown number: how it is computed, its inputs, its unit (base units / factor - offset), the step it is
# rounded to.
ShownNumber = tuple[Computation, tuple[str, ...], str, Fraction, Fraction, Fraction | None]
# </head>

GUIDELINE: dict[str, str] = {}
INPUTS: dict[str, Input] = {}
READINGS: dict[str, tuple[str, ...]] = {}
COORDINATES: tuple[Coordinate, ...] = ()
COMPUTED: dict[int, Computation] = {}
RECOMMENDATIONS: dict[str, Recommendation] = {}
PREFERRED_WHEN: tuple[tuple[Row, ...], ...] = ()
DECISIONS: dict[str, Table] = {}
OPTIONS: dict[str, tuple[Line, ...]] = {}
ORDER: tuple[str, ...] = ()
RULES: tuple[Rule, ...] = ()
VALUES: tuple[tuple[str, tuple[Row, ...], ShownNumber | None], ...] = ()
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
    for name, value in patient.items():
        if name == "readings":
            readings = read_readings(value, errors)
        elif name not in INPUTS:
            errors.append(
                {"input": str(name), "code": "unknown_input", "message": f"no input is called `{name}`"}
            )
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
# <dates>
def read_date(own: tuple[str, ...], value: object) -> Fraction:
    """The day number. `own` are the first and the last day."""
    from datetime import date

    if not isinstance(value, str):
        raise Bad("bad_type", "the value is a date, YYYY-MM-DD")
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise Bad("bad_value", "the value is a date, YYYY-MM-DD") from None
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


def rounded(value: Fraction, step: Fraction) -> Fraction:
    """To the nearest multiple of the step, a half away from zero."""
    steps = (abs(value) / step * 2 + 1) // 2
    return steps * step if value >= 0 else -steps * step


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


# <numbers>
def exactly(value: Fraction) -> Bounds:
    return value, value


def plus(left: Bounds, right: Bounds) -> Bounds:
    return left[0] + right[0], left[1] + right[1]


def minus(left: Bounds, right: Bounds) -> Bounds:
    return left[0] - right[1], left[1] - right[0]


def times(left: Bounds, right: Bounds) -> Bounds:
    ends = [a * b for a in left for b in right]
    return min(ends), max(ends)


def over(left: Bounds, right: Bounds) -> Bounds:
    if right[0] <= 0 <= right[1]:
        largest = Fraction(10) ** 300
        return -largest, largest
    return times(left, (1 / right[1], 1 / right[0]))


# Some values of one input: the position of a unit and a range of its steps, or a named value.
Box = tuple[int, int, int, str]


def boxes_of(case: Case, name: str) -> list[Box]:
    """What a record leaves of an input."""
    _, _, named, units, _ = INPUTS[name]
    values = case.entries[name]
    if not values:
        whole = [(at, 0, int((unit[2] - unit[1]) / unit[3]), "") for at, unit in enumerate(units)]
        return whole + [(0, 0, 0, one) for one in named]
    found: list[Box] = []
    for value in values:
        if isinstance(value, tuple):
            unit = units[value[1]]
            step = int((value[0] - unit[1]) / unit[3])
            found.append((value[1], step, step, ""))
        else:
            found.append((0, 0, 0, str(value)))
    return found


def box_bounds(name: str, box: Box) -> Bounds:
    _, low, _, step, factor, offset = INPUTS[name][3][box[0]]
    return (low + box[1] * step + offset) * factor, (low + box[2] * step + offset) * factor


# </numbers>


# --- one patient -------------------------------------------------------------

# <computed>
# What a row demands: a coordinate, its cells, and which copy of each input it reads (0: all patients share it).
# A variable is an input and its copy.
Demand = tuple[int, int, dict[str, int]]
Variable = tuple[str, int]
Asked = tuple[int, int, tuple[Variable, ...]]

# Searched at most so far; then an answer stays open rather than wrong.
MOST_BOXES = 20_000
# </computed>


class Case:
    """One patient: the entries, and for each coordinate the cells that the patient may be in, as bits.

    A blank leaves every cell of its input. A completion fills each blank in; a row is met where some
    completion meets it.
    """

    __slots__ = ("cells", "entries", "readings", "searches", "touched", "waiting")

    def __init__(self, entries: dict[str, tuple[Value, ...]], readings: dict[str, str]) -> None:
        self.entries = entries
        self.readings = readings
        self.cells = [self.cells_at(coordinate) for coordinate in COORDINATES]
        self.waiting: list[str] = []  # the weights that doses wait for, in the order of the doses
        # <computed>
        self.touched: dict[tuple[int, tuple[Box, ...]], int] = {}
        self.searches: dict[tuple[Asked, ...], bool] = {}
        for at in COMPUTED:
            every = [1 << cell for cell in range(COORDINATES[at][5])]
            self.cells[at] = sum(cell for cell in every if self.reachable([(at, cell, {})]))
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

    def meets(self, cells: tuple[tuple[int, int], ...]) -> bool:
        """Whether some completion meets the row."""
        for at, mask in cells:
            if not self.cells[at] & mask:
                return False
        # <computed>
        if self.tangled(cells):
            return self.reachable([(at, mask, {}) for at, mask in cells])
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
        pairs: list[tuple[Row, Row, set[str]]] = []
        for at, one in enumerate(groups):
            for other in groups[:at]:
                apart = self.apart(one[0], other[0]) if one[1] != other[1] else None
                if apart is not None:
                    pairs.append((one, other, apart))
        if not pairs:
            return []
        read = {name for cells, _ in groups for at, _ in cells for name in inputs_of(COORDINATES[at])}
        blanks = [name for name in INPUTS if name in read and not self.known(name)]
        found = [name for name in blanks if self.differ(pairs, {name})]
        # <impossible>
        # What `impossible` excludes may tie blanks together: then the first of the smallest sets that settle
        # the answer.
        from itertools import combinations

        rest = [name for name in blanks if name not in found]
        for more in range(len(rest) + 1):
            for extra in combinations(rest, more):
                settling = [name for name in blanks if name in found or name in extra]
                if not self.differ(pairs, {name for name in blanks if name not in settling}):
                    return settling
        # </impossible>
        return found

    def apart(self, one: tuple[tuple[int, int], ...], other: tuple[tuple[int, int], ...]) -> set[str] | None:
        """The inputs in which two rows surely differ; None where they differ in what is no input."""
        masks = dict(other)
        found: set[str] = set()
        for at, mask in one:
            if not mask & masks.get(at, -1) & self.cells[at]:
                kind, inputs = COORDINATES[at][:2]
                if kind in ("reading", "entered", "prescribed"):
                    return None
                if kind != "computed":
                    found.update(inputs)
        return found

    def differ(self, pairs: list[tuple[Row, Row, set[str]]], free: set[str]) -> bool:
        """Whether two patients who differ only in free inputs meet both rows of a pair."""
        for pair in pairs:
            if pair[2] <= free:
                # <computed>
                one, other, _ = pair
                demands = [(at, mask, dict.fromkeys(free, 1)) for at, mask in one[0]]
                demands += [(at, mask, dict.fromkeys(free, 2)) for at, mask in other[0]]
                if any(at in COMPUTED for at, _, _ in demands) and not self.reachable(demands):
                    continue
                # </computed>
                return True
        return False

    # <computed>
    # --- computed numbers ---

    def tangled(self, cells: tuple[tuple[int, int], ...]) -> bool:
        """Whether a computed number shares a blank with another part of the row: cells alone don't decide."""
        seen: set[str] = set()
        for at, _ in cells:
            kind, inputs = COORDINATES[at][:2]
            if kind in ("computed", "numbers"):
                blanks = {name for name in inputs if not self.known(name)}
                if blanks & seen:
                    return True
                seen |= blanks
        return False

    def reachable(self, demands: list[Demand]) -> bool:
        """Whether one choice of numbers meets all demands: boxes are halved until they lie in or out."""
        asked: dict[tuple[int, tuple[Variable, ...]], int] = {}
        for at, mask, copies in demands:
            if COORDINATES[at][0] in ("computed", "numbers"):
                key = at, tuple((name, copies.get(name, 0)) for name in inputs_of(COORDINATES[at]))
                asked[key] = asked.get(key, -1) & mask
        if not all(asked.values()):
            return False
        parts = independent([(at, mask, variables) for (at, variables), mask in asked.items()])
        return all(self.searched(part) for part in parts)

    def searched(self, numeric: tuple[Asked, ...]) -> bool:
        variables = {variable for _, _, some in numeric for variable in some}
        if len(variables) == len(
            {name for name, _ in variables}
        ):  # one copy of each: it doesn't matter which
            numeric = tuple((at, mask, tuple((name, 0) for name, _ in some)) for at, mask, some in numeric)
        if numeric not in self.searches:
            self.searches[numeric] = self.search(numeric)
        return self.searches[numeric]

    def search(self, numeric: tuple[Asked, ...]) -> bool:
        every = dict.fromkeys(variable for _, _, variables in numeric for variable in variables)
        first = {variable: tuple(boxes_of(self, variable[0])) for variable in every}
        waiting = [first]
        looked = 0
        while waiting:
            state = waiting.pop()
            looked += 1
            if looked > MOST_BOXES:
                return True
            several = next((variable for variable, boxes in state.items() if len(boxes) > 1), None)
            if several is not None:
                waiting += [{**state, several: (box,)} for box in reversed(state[several])]
                continue
            chosen = {variable: boxes[0] for variable, boxes in state.items()}
            unsettled: list[Variable] = []
            for at, mask, variables in numeric:
                cells = self.cells_in(at, tuple(chosen[variable] for variable in variables))
                if not cells & mask:
                    break
                if cells & ~mask:
                    unsettled += variables
            else:
                if not unsettled:
                    return True
                waiting += [{**state, **half} for half in halves(chosen, unsettled)]
        return False

    def cells_in(self, at: int, boxes: tuple[Box, ...]) -> int:
        """The cells of a coordinate that boxes of its inputs touch, kept for the next search."""
        if (at, boxes) not in self.touched:
            self.touched[at, boxes] = cells_touched(at, boxes)
        return self.touched[at, boxes]

    # </computed>


# <computed>
def cells_touched(at: int, boxes: tuple[Box, ...]) -> int:
    """At least every cell with a value in the boxes; none but those once the boxes are single values."""
    _, inputs, names, cuts, pieces, size = COORDINATES[at]
    if at in COMPUTED:
        if any(box[3] for box in boxes):
            return 1 << size - 1
        bounds = {name: box_bounds(name, box) for name, box in zip(inputs, boxes, strict=True)}
        low, high = COMPUTED[at](bounds)
        return sum(1 << cell for cell in range(piece_of(cuts, 0, low), piece_of(cuts, 0, high) + 1))
    box = boxes[0]
    if box[3]:
        return 1 << len(pieces) + names.index(box[3])
    _, lowest, _, step, _, _ = INPUTS[inputs[0]][3][box[0]]
    first = piece_of(cuts, box[0], lowest + box[1] * step)
    last = piece_of(cuts, box[0], lowest + box[2] * step)
    return sum(1 << cell for cell, piece in enumerate(pieces) if first <= piece <= last)


def independent(asked: list[Asked]) -> list[tuple[Asked, ...]]:
    """The demands in parts that share no input: what one part chooses is nothing to another."""
    parts: list[tuple[set[Variable], tuple[Asked, ...]]] = []
    for one in asked:
        names = set(one[2])
        members: tuple[Asked, ...] = (one,)
        apart: list[tuple[set[Variable], tuple[Asked, ...]]] = []
        for known, others in parts:
            if known & names:
                names, members = names | known, (*others, *members)
            else:
                apart.append((known, others))
        parts = [*apart, (names, members)]
    return [members for _, members in parts]


def halves(chosen: dict[Variable, Box], unsettled: list[Variable]) -> list[dict[Variable, tuple[Box, ...]]]:
    """The longest box of what is unsettled, in two."""
    variable = max(unsettled, key=lambda one: (chosen[one][2] - chosen[one][1], one))
    unit, low, high, _ = chosen[variable]
    middle = (low + high) // 2
    if low == high:
        return []
    return [{variable: ((unit, middle + 1, high, ""),)}, {variable: ((unit, low, middle, ""),)}]


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


def inputs_of(coordinate: Coordinate) -> tuple[str, ...]:
    return () if coordinate[0] in ("reading", "entered", "prescribed") else coordinate[1]


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
def dose_by(
    case: Case,
    of: str,
    per: tuple[Fraction, Fraction, str],
    computed: tuple[tuple[str, Fraction], ...],
    step: Fraction | None,
    basis: Json,
    form: Json,
) -> Json:
    """A dose by weight or surface, computed where that is known, with the unit and factor of its unit."""
    low, high, unit = per
    values = case.entries[of]
    value = values[0] if len(values) == 1 else ""
    if not isinstance(value, tuple):
        if of not in case.waiting:
            case.waiting.append(of)
        amount: Json = {"low": plain(low), "high": plain(high), "unit": unit}
        return {"per": amount, "of": of, **basis, "needs": [of], **form}
    left, factor = computed[value[1]]
    ends = [one * value[0] * factor for one in (low, high)]
    if step is not None:
        ends = [rounded(one, step) for one in ends]
    return {"low": plain(ends[0]), "high": plain(ends[1]), "unit": left, "of": of, **basis, **form}


# </doses>
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
        "status": top_status(found),
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
    if before:
        whole["rounded"] = {name: rounding(case, name, before[name]) for name in INPUTS if name in before}
    return whole


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


def top_status(found: Gathered) -> str:
    """Out of scope, else the worst of the decisions that are asked, or of the options where none is."""
    for names in (DECISIONS, OPTIONS):
        statuses = {found.statuses[name] for name in names} - {"not_applicable"}
        for status in ("out_of_scope", "conflict", "indeterminate", "not_stated", "determined"):
            if status in statuses:
                return status
    return "not_applicable" if ORDER else "determined"


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


def values(case: Case) -> Json:
    """The definitions that are shown."""
    found: Json = {}
    for shown in VALUES:
        name, rows = shown[:2]
        # <numbers>
        number = shown[2]
        if number is not None:
            found[name] = shown_number(case, number)
            continue
        # </numbers>
        applies, needs = case.applies(rows)
        found[name] = {"needs": needs} if applies == "unknown" else {"value": applies == "yes", "needs": []}
    return found


# <numbers>
def shown_number(case: Case, number: ShownNumber) -> Json:
    """Its value, or its range and needs while an input of it is blank."""
    compute, inputs, unit, factor, offset, step = number
    needs = [name for name in inputs if not case.known(name)]
    states: list[dict[str, Bounds]] = [{}]
    for name in inputs:
        boxes = [box for box in boxes_of(case, name) if not box[3]]
        states = [{**state, name: box_bounds(name, box)} for state in states for box in boxes]
    if not states:
        return {"value": "not defined", "needs": []}
    bounds = [compute(state) for state in states]
    ends = [
        min(low for low, _ in bounds) / factor - offset,
        max(high for _, high in bounds) / factor - offset,
    ]
    low, high = (plain(end if step is None else rounded(end, step)) for end in ends)
    if needs:
        return {"low": low, "high": high, "unit": unit, "needs": needs}
    return {"value": low, "unit": unit, "needs": []}


# </numbers>
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
        patient = json.loads(data, object_pairs_hook=each_once)
    except (ValueError, RecursionError) as fault:
        return fail(f"the patient `{path}` is no JSON: {str(fault)[:200]}")
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
