"""What is asked of a series, as values, to dated entries that have it all; or None where no series was found that has."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from typing import Any

from guidec import ir
from guidec.dates import add
from guidec.evaluate.record import Entry, Refused, lies_before, read_record
from guidec.record import record

LATEST = date(2026, 3, 15)
_EARLIER = (1, 40, 400, 8000)
"""Days before all others at which the first entry is tried."""

Series = list[dict[str, Any]]
Allowed = Callable[[str, int], bool]
"""Whether a number of entries will do, of the input that counts them."""


@record
class Asked:
    """The values that are asked of one series, as JSON: the latest, the first, how many, and those so long before."""

    entry: ir.Input
    values: Mapping[str, object]
    parts: tuple[ir.Input, ...]

    def of(self, kind: str) -> list[ir.Input]:
        """The parts of a kind that are asked."""
        return [one for one in self.parts if one.part is not None and one.part.kind == kind]


def with_series(
    guideline: ir.Guideline, patient: Mapping[str, object], blank: frozenset[str], allowed: Allowed
) -> dict[str, object] | None:
    """The record with series where it has parts of them; `blank` inputs have no entry."""
    inputs = {one.id: one for one in guideline.inputs}
    found: dict[str, object] = {}
    for name, value in patient.items():
        key = inputs[name].key if name in inputs else name
        if key in found:
            continue
        parts = tuple(
            inputs[one] for one in patient if one in inputs and inputs[one].part and inputs[one].key == key
        )
        if not parts:
            found[key] = value
            continue
        series = None if key in blank else _series(guideline, Asked(inputs[key], patient, parts), allowed)
        if series is None:
            return None
        found[key] = series
    return found


def fewer_entries(value: object) -> Iterator[object]:
    """A series as its latest value alone, then without one entry or another; nothing of any other value."""
    if isinstance(value, list) and value and all(isinstance(one, Mapping) for one in value):
        yield max(value, key=lambda one: str(one["date"]))["value"]
        yield from ([*value[:at], *value[at + 1 :]] for at in range(len(value)))


def _series(guideline: ir.Guideline, asked: Asked, allowed: Allowed) -> Series | None:
    counts = asked.of("count")
    if (
        counts
        and len(asked.parts) == 1
        and asked.entry.id not in asked.values
        and asked.values[counts[0].id] == 0
    ):
        return []
    for some in _tried(asked):
        for count in _counts(asked, len(some), allowed):
            series = _filled(asked, some, count)
            if series is not None and _has(guideline, asked, series, {one.id: count for one in counts}):
                return series
    return None


def _tried(asked: Asked) -> Iterator[dict[date, object]]:
    """The fewest entries that may have what is asked, by their days."""
    before = asked.of("before")
    known = [
        asked.values[one.id] for one in (asked.entry, *asked.of("first"), *before) if one.id in asked.values
    ]
    latest = asked.values.get(asked.entry.id, known[0] if known else None)
    if latest is None:
        latest = _some_value(asked.entry)
    for days in product(*(_days_before(one.part) for one in before if one.part is not None)):
        placed = dict(zip(days, (asked.values[one.id] for one in before), strict=True))
        entries = {**placed, LATEST: latest}
        if asked.of("first"):
            first = asked.values[asked.of("first")[0].id]
            if entries[min(entries)] == first:
                yield entries
            yield from ({min(entries) - timedelta(days=days): first, **entries} for days in _EARLIER)
        else:
            yield entries


def _some_value(entry: ir.Input) -> object:
    """Any value of an input."""
    match entry.type:
        case ir.Boolean():
            return True
        case ir.OneOf(values):
            return values[0].id
        case ir.Integer(low) | ir.Duration(_, low):
            return low
        case ir.Quantity(units):
            return _plain(units[0])
        case ir.Date(low):
            return low
        case ir.AnyOf():
            raise AssertionError("a set is no series")


def _plain(unit: ir.UnitRange) -> object:
    return int(unit.low) if unit.low.denominator == 1 else float(unit.low)


def _days_before(part: ir.Part) -> list[date]:
    """Days that lie so long before the latest: the last of them, the first, and one between."""
    assert part.unit is not None
    try:
        last = add(LATEST, -part.amount, part.unit, "back")
        beyond = add(LATEST, -part.amount - 1, part.unit, "back")
    except (OverflowError, ValueError):
        return []
    first = beyond + timedelta(days=1)
    between = [last, first, first + (last - first) // 2]
    return [day for day in dict.fromkeys(between) if lies_before(part, day, LATEST)]


def _counts(asked: Asked, least: int, allowed: Allowed) -> Sequence[int]:
    """How many entries there may be, the fewest first; the number itself where nothing counts them."""
    counts = asked.of("count")
    most = asked.entry.series or 0
    if not counts:
        return [least] if least <= most else []
    return [count for count in range(least, most + 1) if allowed(counts[0].id, count)][:1]


def _filled(asked: Asked, some: Mapping[date, object], count: int) -> Series | None:
    """The entries with more of the latest value between, where nothing asks them, until there are that many."""
    windows = [one.part for one in asked.of("before") if one.part is not None]
    end = min(some) if asked.of("first") else date.min
    entries = dict(some)
    day = LATEST
    while len(entries) < count and day > end:
        day -= timedelta(days=1)
        if day not in entries and not any(lies_before(part, day, LATEST) for part in windows):
            entries[day] = some[LATEST]
    if len(entries) < count:
        return None
    return [{"date": day.isoformat(), "value": entries[day]} for day in sorted(entries)]


def _has(guideline: ir.Guideline, asked: Asked, series: Series, counts: Mapping[str, int]) -> bool:
    """Whether the series, read as a record, has every value that is asked."""
    name = asked.entry.id
    try:
        entries = read_record(guideline, {name: series}).entries
        wanted = {
            one.id: read_record(guideline, {name: {**asked.values, **counts}[one.id]}).entries[name]
            for one in (asked.entry, *asked.parts)
            if one.id in asked.values and not (one.part is not None and one.part.kind == "count")
        }
    except Refused:
        return False
    return all(_same(entries[one], value) for one, value in wanted.items())


def _same(found: Entry, wanted: Entry) -> bool:
    return set(found.values) == set(wanted.values)
