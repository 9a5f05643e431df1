"""A patient's JSON to a record: each input blank, partly known or known; or everything that is wrong with it."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Literal

from guidec import ir
from guidec.dates import completed
from guidec.numbers import decimal_text, rounded
from guidec.record import record

Code = Literal[
    "unknown_input", "bad_type", "bad_value", "out_of_range", "off_step", "wrong_unit", "impossible"
]


@record
class RecordError:
    """One thing wrong with one entry."""

    input: str
    code: Code
    message: str


class Refused(ValueError):
    """The record can't be used. `errors` names everything that is wrong with it, so that it is mended once."""

    def __init__(self, errors: tuple[RecordError, ...]) -> None:
        super().__init__("; ".join(f"{error.input}: {error.message}" for error in errors))
        self.errors = errors


@record
class Amount:
    """A number in the unit it was entered in: the position of that unit among the input's."""

    value: Fraction
    unit: int


Entered = str | frozenset[str] | Amount


@record
class Entry:
    """No value is a blank, one is known, several are partly known. `before` is the number that was rounded."""

    values: tuple[Entered, ...]
    before: Fraction | None = None


BLANK = Entry(())


@record
class Record:
    """Every input has an entry; `readings` holds those that were chosen."""

    entries: dict[str, Entry]
    readings: dict[str, str]


class _Bad(Exception):
    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code: Code = code
        self.message = message


def read_record(guideline: ir.Guideline, patient: object) -> Record:
    """Raises Refused with every problem at once."""
    if not isinstance(patient, Mapping):
        raise Refused((RecordError("", "bad_type", "a patient is an object of inputs"),))
    inputs = {entry.id: entry for entry in guideline.inputs if entry.part is None}
    entries = dict.fromkeys((entry.id for entry in guideline.inputs), BLANK)
    readings: dict[str, str] = {}
    errors: list[RecordError] = []
    for name, value in patient.items():
        if name == "readings":
            readings = _readings(guideline, value, errors)
        elif name not in inputs:
            errors.append(RecordError(str(name), "unknown_input", f"no input is called `{name}`"))
        elif inputs[name].series is not None and isinstance(value, list):
            entries.update(_series(guideline, inputs[name], value, errors))
        else:
            try:
                entries[name] = _entry(inputs[name], value)
            except _Bad as bad:
                errors.append(RecordError(name, bad.code, bad.message))
    if errors:
        raise Refused(tuple(errors))
    return Record(entries, readings)


def _readings(guideline: ir.Guideline, value: object, errors: list[RecordError]) -> dict[str, str]:
    known = {reading.id: [one.id for one in reading.values] for reading in guideline.readings}
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        errors.append(RecordError("readings", "bad_type", "readings are an object: reading to value"))
        return {}
    chosen: dict[str, str] = {}
    for name, reading in value.items():
        if name not in known:
            errors.append(RecordError(str(name), "unknown_input", f"no reading is called `{name}`"))
        elif reading is not None:
            if not isinstance(reading, str) or reading not in known[name]:
                errors.append(
                    RecordError(
                        name, "bad_value", f"a value of this reading is one of {', '.join(known[name])}"
                    )
                )
            else:
                chosen[name] = reading
    return chosen


def _entry(entry: ir.Input, value: object) -> Entry:
    if value is None:
        return BLANK
    if isinstance(value, Mapping) and "one_of" in value:
        return _partly(entry, value)
    entered, before = _value(entry, value)
    return Entry((entered,), before)


def _partly(entry: ir.Input, value: Mapping[str, object]) -> Entry:
    options = value["one_of"]
    if set(value) != {"one_of"} or not isinstance(options, list) or not options:
        raise _Bad("bad_type", 'a partly known entry is {"one_of": [values]}')
    if isinstance(entry.type, ir.AnyOf):
        raise _Bad("bad_type", "a set is known or blank as a whole")
    found = dict.fromkeys(_value(entry, option)[0] for option in options)
    return Entry(tuple(found))


# --- series ------------------------------------------------------------------


@record
class Dated:
    """An entry of a series and the day that it is of."""

    day: date
    entry: Entry


def _series(
    guideline: ir.Guideline, entry: ir.Input, value: list[object], errors: list[RecordError]
) -> dict[str, Entry]:
    """The latest entry, and what else is asked of the series; what is wrong with an entry goes to the errors."""
    assert entry.series is not None
    if len(value) > entry.series:
        message = f"a series of this input has at most {entry.series} entries"
        errors.append(RecordError(entry.id, "out_of_range", message))
        return {}
    dated: dict[date, Dated] = {}
    for at, one in enumerate(value, 1):
        try:
            found = _dated(entry, one)
            if dated.setdefault(found.day, found) != found:
                raise _Bad("bad_value", "another entry of this day has another value")
        except _Bad as bad:
            of = one.get("date") if isinstance(one, Mapping) else None
            where = f"entry {at}, of {of}" if isinstance(of, str) else f"entry {at}"
            errors.append(RecordError(entry.id, bad.code, f"{where}: {bad.message}"))
    in_order = tuple(dated[day] for day in sorted(dated))
    parts = {one.id: one.part for one in guideline.inputs if one.part is not None and one.part.of == entry.id}
    found_parts = {name: part_of(part, in_order) for name, part in parts.items()}
    return {entry.id: in_order[-1].entry if in_order else BLANK, **found_parts}


def _dated(entry: ir.Input, value: object) -> Dated:
    if not isinstance(value, Mapping) or set(value) != {"date", "value"}:
        raise _Bad("bad_type", 'an entry of a series is {"date": "YYYY-MM-DD", "value": value}')
    day = value["date"]
    if not isinstance(day, str):
        raise _Bad("bad_type", "the date is written YYYY-MM-DD")
    found = day_of(day)
    if found is None:
        raise _Bad("bad_value", no_day(day) or "the date is written YYYY-MM-DD")
    entered, before = _value(entry, value["value"])
    return Dated(found, Entry((entered,), before))


def day_of(written: str) -> date | None:
    """The day that is written `YYYY-MM-DD`."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        return None
    return found if found.isoformat() == written else None


def no_day(written: str) -> str:
    """What is wrong with a day that is written as one and is none; nothing where it isn't written so."""
    return "there is no such day" if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", written) else ""


def part_of(part: ir.Part, dated: Sequence[Dated]) -> Entry:
    """What a part of a series is, its entries in the order of their days. Several entries so long before the latest leave
    it known in part, none leaves it blank."""
    if part.kind == "count":
        return Entry((Amount(Fraction(len(dated)), 0),))
    if part.kind == "first":
        return dated[0].entry if dated else BLANK
    found = dict.fromkeys(one.entry for one in dated if lies_before(part, one.day, dated[-1].day))
    if len(found) < 2:
        return next(iter(found), BLANK)
    return Entry(tuple(dict.fromkeys(value for one in found for value in one.values)))


def lies_before(part: ir.Part, day: date, last: date) -> bool:
    """Whether exactly so many units are completed from a day to the last one."""
    assert part.unit is not None
    return completed(part.unit, day, last) == part.amount


# --- values ------------------------------------------------------------------


def _value(entry: ir.Input, value: object) -> tuple[Entered, Fraction | None]:
    named = [one.id for one in entry.named]
    if isinstance(value, str) and value in named:
        return value, None
    match entry.type:
        case ir.Boolean():
            if not isinstance(value, bool):
                raise _Bad("bad_type", "the value is true or false")
            return "yes" if value else "no", None
        case ir.OneOf(values):
            known = [one.id for one in values]
            if not isinstance(value, str):
                raise _Bad("bad_type", f"the value is one of {', '.join(known)}")
            if value not in known:
                raise _Bad("bad_value", f"the value is one of {', '.join(known)}")
            return value, None
        case ir.AnyOf(values):
            return _set([one.id for one in values], value), None
        case ir.Integer(low, high):
            number = _number(value)
            if number.denominator != 1:
                raise _Bad("off_step", "the value is a whole number")
            return Amount(_ranged(number, Fraction(low), Fraction(high), ""), 0), None
        case ir.Quantity():
            return _quantity(entry.type, value)
        case ir.Date(low_day, high_day):
            return _date(value, low_day, high_day), None
        case ir.Duration():
            return _duration(entry.type, value), None


def _set(known: list[str], value: object) -> frozenset[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise _Bad("bad_type", "the value is a list of names")
    unknown = [one for one in value if one not in known]
    if unknown:
        raise _Bad("bad_value", f"`{unknown[0]}` is none of its values")
    return frozenset(value)


def _number(value: object) -> Fraction:
    """A number stands for its shortest decimal."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Bad("bad_type", "the value is a number")
    if isinstance(value, float):
        if not math.isfinite(value):
            raise _Bad("bad_type", "the value is a finite number")
        return Fraction(repr(value))
    return Fraction(value)


def _ranged(value: Fraction, low: Fraction, high: Fraction, unit: str) -> Fraction:
    if not low <= value <= high:
        raise _Bad(
            "out_of_range", f"the value lies from {decimal_text(low)} to {decimal_text(high)} {unit}".rstrip()
        )
    return value


def _quantity(kind: ir.Quantity, value: object) -> tuple[Entered, Fraction | None]:
    units = [unit.unit for unit in kind.units]
    at = 0
    if isinstance(value, Mapping):
        if set(value) != {"value", "unit"}:
            raise _Bad("bad_type", 'a quantity is a number or {"value": number, "unit": unit}')
        if value["unit"] not in units:
            raise _Bad("wrong_unit", f"the unit is one of {', '.join(units)}")
        at, value = units.index(value["unit"]), value["value"]
    number = _number(value)
    unit = kind.units[at]
    before: Fraction | None = None
    if (number - unit.low) % unit.step:
        if not kind.rounds:
            _ranged(number, unit.low, unit.high, unit.unit)
            raise _Bad("off_step", f"the value goes in steps of {decimal_text(unit.step)} {unit.unit}")
        before, number = number, unit.low + rounded(number - unit.low, unit.step)
    return Amount(_ranged(number, unit.low, unit.high, unit.unit), at), before


def _date(value: object, low: str, high: str) -> Amount:
    if not isinstance(value, str):
        raise _Bad("bad_type", "the value is a date, YYYY-MM-DD")
    day = day_of(value)
    if day is None:
        raise _Bad("bad_value", no_day(value) or "the value is a date, YYYY-MM-DD")
    if not low <= value <= high:
        raise _Bad("out_of_range", f"the date lies from {low} to {high}")
    return Amount(Fraction(day.toordinal()), 0)


def _duration(kind: ir.Duration, value: object) -> Amount:
    if isinstance(value, Mapping):
        if set(value) != {"value", "unit"}:
            raise _Bad("bad_type", 'a duration is a number or {"value": number, "unit": unit}')
        if value["unit"] != kind.unit:
            raise _Bad("wrong_unit", f"the unit is {kind.unit}")
        value = value["value"]
    number = _number(value)
    if number.denominator != 1:
        raise _Bad("off_step", "the value is a whole number")
    return Amount(_ranged(number, Fraction(kind.low), Fraction(kind.high), kind.unit), 0)
