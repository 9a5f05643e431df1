"""The least and the largest amount of each drug a day, over all patients in range, alone and where several give it."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from guidec import ir
from guidec.lower.boxes import Box
from guidec.lower.coordinates import grids
from guidec.lower.search import Search, decided, whole_domain
from guidec.lower.work import Lowering, all_impossible, diagram_of, way_to
from guidec.lower.work import reached as reached_by
from guidec.numbers import unit_of
from guidec.proofs.grounds import Parts, part
from guidec.proofs.limits import Amount, Where, amounts, orders_of, where
from guidec.proofs.remembered import key_of, recall, remember
from guidec.proofs.slices import Slice, naming, slice_of
from guidec.record import record

MOST_TOGETHER = 2_000
MOST_WAYS = 500


@record
class DailyAmount:
    """What `within` gives of a drug a day, of several recommendations their sum. A `why` stands for numbers that there aren't.

    `above` and `below` say that the source sets no upper or no lower end. `low` and `high` are in `unit`.
    """

    drug: str
    within: tuple[str, ...]
    unit: str
    low: Fraction
    high: Fraction
    above: bool = False
    below: bool = False
    why: str = ""


class _Span(NamedTuple):
    unit: str
    low: Fraction
    high: Fraction
    above: bool
    below: bool


def daily_amounts(parts: Parts) -> list[DailyAmount]:
    """Each drug in the author's order, each recommendation that gives it, then those that may give it at once.

    A drug is looked at in the part of the guideline that gives it, and what is known of that part isn't measured again.
    """
    found: list[DailyAmount] = []
    for item in parts.whole.guideline.items:
        giving = naming(parts.whole, (item.id,)) if item.kind == "drug" else ()
        if giving:
            found += _of_drug(parts, slice_of(parts.whole, item.id, giving), item.id)
    return found


def _of_drug(parts: Parts, cut: Slice, drug: str) -> list[DailyAmount]:
    key = key_of(parts.store, "daily", cut.digest, drug)
    known = _kept(recall(parts.store, key))
    if known is not None:
        return known
    work, own = part(parts, cut)
    places = _places(work, drug)
    found = [*_each(drug, places), *_together(work, drug, places)]
    if own:
        remember(parts.store, key, [_entry(one) for one in found])
    return found


def _entry(one: DailyAmount) -> list[object]:
    ends = str(one.low), str(one.high)
    return [one.drug, list(one.within), one.unit, *ends, one.above, one.below, one.why]


def _kept(entries: Any) -> list[DailyAmount] | None:
    """Amounts from what `_entry` made of them; None where it isn't that."""
    found: list[DailyAmount] = []
    for one in entries if isinstance(entries, list) else [None]:
        match one:
            case [
                str(drug),
                list(within),
                str(unit),
                str(low),
                str(high),
                bool(above),
                bool(below),
                str(why),
            ]:
                ends = Fraction(low), Fraction(high)
                found.append(DailyAmount(drug, tuple(map(str, within)), unit, *ends, above, below, why))
            case _:
                return None
    return found


class _Place(NamedTuple):
    """Where an order of the drug stands: its recommendation, for whom, and how much of it a day; or why no number is there."""

    where: Where
    within: str
    step: int
    patients: int
    spans: list[_Span]
    why: str


def _places(work: Lowering, drug: str) -> list[_Place]:
    everyone = work.diagrams.negate(all_impossible(work))
    found: list[_Place] = []
    for place, within, order in orders_of(work, drug):
        patients = work.diagrams.both(everyone, where(work, place))
        if way_to(work, patients, 1) is None:
            continue
        measured = amounts(work.guideline, order, "daily")
        if isinstance(measured, str):
            found.append(_Place(place, within, order.step, patients, [], measured))
        else:
            spans = [span for one in measured if (span := _span(work, one, patients)) is not None]
            found.append(_Place(place, within, order.step, patients, spans, ""))
    return found


def _span(work: Lowering, one: Amount, patients: int) -> _Span | None:
    """The least and the largest of an amount over the patients; None where its band is for none of them."""
    there = work.diagrams.both(patients, diagram_of(work, one.when))
    if one.of is None:
        if way_to(work, there, 1) is None:
            return None
        return _Span(one.unit, one.low(Fraction(0), ""), one.high(Fraction(0), ""), one.above, one.below)
    kind = next(entry.type for entry in work.guideline.inputs if entry.id == one.of)
    assert isinstance(kind, ir.Quantity)
    lows: list[Fraction] = []
    highs: list[Fraction] = []
    for at, (unit, (low, step, _)) in enumerate(zip(kind.units, grids(kind), strict=True)):
        ends = reached(work, there, one.of, at)
        if ends is not None:
            lows.append(one.low(low + ends[0] * step, unit.unit))
            highs.append(one.high(low + ends[1] * step, unit.unit))
    return _Span(one.unit, min(lows), max(highs), one.above, one.below) if lows else None


def reached(work: Lowering, patients: int, name: str, unit: int) -> tuple[int, int] | None:
    """The first and the last step of an input's grid that one of the patients can have."""
    kind = work.coordinates.inputs[name].type
    last = grids(kind)[unit][2]
    found: list[tuple[int, int]] = []
    for count, way in enumerate(work.diagrams.ways(patients, 1)):
        if count > MOST_WAYS:
            return 0, last
        asked = [(at, mask, {}) for at, mask in way]  # type: ignore[var-annotated]
        if not any((name, "") in work.search.variables(at) for at, _ in way):
            if reached_by(work, way) is not False:
                return 0, last
            continue

        def there(low: int, high: int) -> bool:
            return decided(_with(work, name, Box(unit, low, high)), asked, work.solver) is not False  # noqa: B023

        if there(0, last):
            found.append(
                (
                    _first(last, lambda at: there(0, at)),
                    last - _first(last, lambda at: there(last - at, last)),
                )
            )
    return (min(low for low, _ in found), max(high for _, high in found)) if found else None


def _with(work: Lowering, name: str, box: Box) -> Search:
    inputs, readings = work.coordinates.inputs, work.coordinates.readings

    def boxes_of(variable: tuple[str, str]) -> Sequence[Box]:
        return (box,) if variable[0] == name else whole_domain(variable, inputs, readings)

    return Search(inputs, work.coordinates.all, boxes_of)


def _first(last: int, holds: object) -> int:
    assert callable(holds)
    low, high = 0, last
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


# --- by recommendation, and together -----------------------------------------


def _each(drug: str, places: Iterable[_Place]) -> Iterator[DailyAmount]:
    by_name: dict[str, list[_Place]] = {}
    for place in places:
        by_name.setdefault(place.within, []).append(place)
    for name, same in by_name.items():
        whys = list(dict.fromkeys(place.why for place in same if place.why))
        spans = [span for place in same for span in place.spans]
        if spans:
            yield _merged(drug, (name,), spans)
        yield from (DailyAmount(drug, (name,), "", Fraction(0), Fraction(0), why=why) for why in whys)


def _merged(drug: str, within: tuple[str, ...], spans: list[_Span]) -> DailyAmount:
    """The least and the largest of several; in the unit of the first."""
    unit = spans[0].unit
    ends = [(_in(span.low, span.unit, unit), _in(span.high, span.unit, unit)) for span in spans]
    return DailyAmount(
        drug, within, unit, min(low for low, _ in ends), max(high for _, high in ends),
        any(span.above for span in spans), any(span.below for span in spans),
    )  # fmt: skip


def _in(value: Fraction, unit: str, wanted: str) -> Fraction:
    return value if unit == wanted else value * unit_of(unit).factor / unit_of(wanted).factor


def _together(work: Lowering, drug: str, places: list[_Place]) -> list[DailyAmount]:
    """The sums where several decisions, lines or rules give the drug to one patient at once."""
    owners: dict[str, list[_Place]] = {}
    for place in places:
        owners.setdefault(place.where[0], []).append(place)
    found: dict[tuple[str, ...], list[_Span]] = {}
    whys: dict[tuple[str, ...], str] = {}
    waiting: list[tuple[int, int, tuple[_Place, ...]]] = [(0, work.diagrams.true, ())]
    names = list(owners)
    looked = 0
    while waiting:
        at, patients, chosen = waiting.pop()
        looked += 1
        if looked > MOST_TOGETHER:
            within = tuple(dict.fromkeys(place.within for place in places))
            return [
                DailyAmount(
                    drug, within, "", Fraction(0), Fraction(0), why="too many ways to be given together"
                )
            ]
        if at == len(names):
            if len(chosen) > 1:
                within = tuple(dict.fromkeys(place.within for place in chosen))
                span = _sum(chosen)
                if span is None:
                    whys.setdefault(
                        within, next((place.why for place in chosen if place.why), "the units differ")
                    )
                else:
                    found.setdefault(within, []).append(span)
            continue
        waiting.append((at + 1, patients, chosen))
        for place in owners[names[at]]:
            if any(place.within == other.within for other in chosen):
                continue  # the same thing, recommended twice
            both = work.diagrams.both(patients, place.patients)
            if both != work.diagrams.false and way_to(work, both, 1) is not None:
                waiting.append((at + 1, both, (*chosen, place)))
    made = [_merged(drug, within, spans) for within, spans in found.items()]
    made += [
        DailyAmount(drug, within, "", Fraction(0), Fraction(0), why=why)
        for within, why in whys.items()
        if within not in found
    ]
    return sorted(made, key=lambda one: (len(one.within), one.within))


def _sum(chosen: Sequence[_Place]) -> _Span | None:
    """All at once; None where one has no number."""
    whole: _Span | None = None
    for place in chosen:
        if not place.spans:
            return None
        one = _merged("", (), place.spans)
        if whole is None:
            whole = _Span(one.unit, one.low, one.high, one.above, one.below)
            continue
        if unit_of(one.unit).dimension != unit_of(whole.unit).dimension:
            return None
        whole = _Span(
            whole.unit,
            whole.low + _in(one.low, one.unit, whole.unit),
            whole.high + _in(one.high, one.unit, whole.unit),
            whole.above or one.above,
            whole.below or one.below,
        )
    return whole
