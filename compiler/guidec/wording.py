"""Cells, conditions, doses and intervals in words: for messages, flowcharts and printed results."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import Any

from guidec import ir
from guidec.numbers import CALENDAR_WORDS, decimal_text, is_decimal, out_of_base_units, unit_text
from guidec.rows import (
    Apply,
    Coordinate,
    Cut,
    Derived,
    Entered,
    Member,
    Move,
    Number,
    Numbers,
    Pick,
    Prescribed,
    Read,
    Readings,
    Values,
)
from guidec.weights import computed_unit

_SIGNS = {"<=": "≤", ">=": "≥", "<": "<", ">": ">", "=": "="}


def cells_in_words(
    guideline: ir.Guideline, coordinates: Sequence[Coordinate], cells: tuple[tuple[int, int], ...]
) -> str:
    """`myositis_dx adm, fvc_pct_pred above 75`: a row in the author's names."""
    return ", ".join(coordinate_in_words(guideline, coordinates[at], mask) for at, mask in cells)


def coordinate_in_words(guideline: ir.Guideline, coordinate: Coordinate, mask: int) -> str:
    """One coordinate of a row."""
    match coordinate:
        case Values(name, values) | Readings(name, values):
            return f"{name} {' or '.join(values[cell] for cell in _cells(mask))}"
        case Numbers(name, cuts, pieces, named):
            entry = _named(guideline.inputs)[name]
            numbers, others = mask & (1 << len(pieces)) - 1, mask >> len(pieces)
            parts = [_piece(entry, cuts, pieces[first], pieces[last]) for first, last in _runs(numbers)]
            parts += [named[cell] for cell in _cells(others)]
            return f"{name} {' or '.join(parts)}"
        case Member(name, member):
            return f"{name} {'with' if mask & 2 else 'without'} {member}"
        case Derived(number, names, _, derived_cuts, _, defined):
            unit = _named(guideline.definitions)[defined].unit if defined else ""
            word = f"{unit}s" if unit in CALENDAR_WORDS else unit
            of_dates = _is_day(guideline, number)
            shown = [_day(value) if of_dates else _shown(value, unit) for value, _ in derived_cuts]
            parts = [
                _between(
                    shown[first - 1] if first else None,
                    bool(first and derived_cuts[first - 1][1]),
                    shown[last] if last < len(derived_cuts) else None,
                    bool(last < len(derived_cuts) and derived_cuts[last][1]), word,
                )
                for first, last in _runs(mask & (2 << len(derived_cuts)) - 1)
            ]  # fmt: skip
            of = defined or (
                f"the value computed from {' and '.join(names)}" if names else "the computed value"
            )
            return f"{of} {' or '.join(parts) or 'undefined'}"
        case Entered(name):
            words = ("blank", "partly known", "known", "recorded")
            return f"{name} {' or '.join(word for cell, word in enumerate(words) if mask >> cell & 1)}"
        case Prescribed(drugs):
            return f"{' or '.join(drugs)} {'prescribed' if mask & 2 else 'not prescribed'}"


def _is_day(guideline: ir.Guideline, number: Number) -> bool:
    """Whether a computed number is the number of a day."""
    match number:
        case Move():
            return True
        case Read(name):
            return isinstance(_named(guideline.inputs)[name].type, ir.Date)
        case Pick(rows):
            return any(_is_day(guideline, row.number) for row in rows)
        case Apply("min" | "max", arguments):
            return any(_is_day(guideline, one) for one in arguments)
        case _:
            return False


def _day(value: Fraction) -> str:
    from datetime import date

    return date.fromordinal(int(value)).isoformat()


def _cells(mask: int) -> Iterator[int]:
    """The positions of the bits that are set."""
    while mask:
        yield (mask & -mask).bit_length() - 1
        mask &= mask - 1


def _runs(mask: int) -> Iterator[tuple[int, int]]:
    """The first and the last of the bits that are set side by side."""
    first = last = -2
    for cell in _cells(mask):
        if cell != last + 1:
            if last >= 0:
                yield first, last
            first = cell
        last = cell
    if last >= 0:
        yield first, last


def _piece(entry: ir.Input, cuts: tuple[Cut, ...], first: int, last: int) -> str:
    """The numbers from one piece to another."""
    before = cuts[first - 1] if first else None
    behind = cuts[last] if last < len(cuts) else None
    unit = entry.type.units[0].unit if isinstance(entry.type, ir.Quantity) else ""
    is_date = isinstance(entry.type, ir.Date)
    if isinstance(entry.type, ir.Integer) and before is not None and behind is not None:
        start, end = before.thresholds[0], behind.thresholds[0]
        low = floor(start) + 1 if before.after else ceil(start)
        if low == (floor(end) if behind.after else ceil(end) - 1):
            return f"exactly {low}"
    return _between(
        None if before is None else _value_text(before.thresholds[0], is_date), before is not None and before.after,
        None if behind is None else _value_text(behind.thresholds[0], is_date), behind is not None and behind.after, unit,
    )  # fmt: skip


def _value_text(value: Fraction, is_date: bool) -> str:
    return _day(value) if is_date else _shown(value)


def _between(low: str | None, above: bool, high: str | None, included: bool, unit: str) -> str:
    low_text = None if low is None else f"{'above' if above else 'from'} {low}"
    high_text = None if high is None else f"{'up to' if included else 'below'} {high}"
    if low is not None and low == high and included and not above:
        return f"exactly {low} {unit}".strip()
    return " ".join(part for part in (low_text, high_text, unit) if part) or "any"


def _shown(value: Fraction, unit: str = "") -> str:
    there = out_of_base_units(value, unit)
    return decimal_text(there) if is_decimal(there) else f"{float(there):.6g}"


# --- conditions --------------------------------------------------------------


def condition_in_words(guideline: ir.Guideline, condition: ir.Condition) -> str:
    """A condition with the labels of its names: `FVC > 75 % predicted and not Refractory`."""
    match condition:
        case ir.Always(value):
            return "always" if value else "never"
        case ir.Not(ir.Is(name, ("yes",))):
            return f"{label_of(guideline.inputs, name)}: no"
        case ir.Not(operand):
            return f"not {_grouped(guideline, operand)}"
        case ir.And(operands):
            return " and ".join(_grouped(guideline, operand) for operand in _said(guideline, operands))
        case ir.Or(operands):
            return " or ".join(_grouped(guideline, operand) for operand in operands)
        case ir.Is(name, values):
            entry = _named(guideline.inputs)[name]
            return f"{entry.label}: {' or '.join(value_label(entry, value) for value in values)}"
        case ir.Includes(name, members):
            entry = _named(guideline.inputs)[name]
            return f"{entry.label}: {' or '.join(value_label(entry, member) for member in members)}"
        case ir.Compare(op, left, ir.Arithmetic("*", share)) if _compared_before(guideline, condition):
            return f"relative {_change(guideline, left)} {_SIGNS[op]} {number_in_words(guideline, share)}"
        case ir.Compare(op, left, right, others):
            text = f"{number_in_words(guideline, left)} {_SIGNS[op]} {number_in_words(guideline, right)}"
            return text + "".join(f" or {number_in_words(guideline, other)}" for other in others)
        case ir.ReadingIs(name, values):
            reading = next(one for one in guideline.readings if one.id == name)
            labels = [value.label for value in reading.values if value.id in values]
            return f"{reading.label}: {' or '.join(labels)}"
        case ir.Recommends(decision, outcome):
            return f"{label_of(guideline.decisions, decision)}: {outcome_label(guideline, outcome)}"
        case ir.Defined(name):
            return label_of(guideline.definitions, name)
        case ir.InBand(name, values):
            category = _named(guideline.definitions)[name].category
            assert category is not None
            labels = [value.label for value in category.values if value.id in values]
            return f"{label_of(guideline.definitions, name)}: {' or '.join(labels)}"
        case ir.Recorded(name, how):
            label = label_of(guideline.inputs, name)
            return f"{label} is {'known' if how == 'known' else 'blank' if how == 'blank' else 'recorded'}"
        case ir.Prescribed(drugs):
            return f"{' or '.join(label_of(guideline.items, drug) for drug in drugs)} is prescribed"
        case ir.Gives(decision, things):
            names = (*things.drugs, *things.classes, *things.procedures)
            given = " or ".join(label_of(guideline.items, name) for name in names)
            return f"{label_of(guideline.decisions, decision)} gives {given}"


def _grouped(guideline: ir.Guideline, condition: ir.Condition) -> str:
    text = condition_in_words(guideline, condition)
    return f"({text})" if isinstance(condition, ir.And | ir.Or) else text


def number_in_words(guideline: ir.Guideline, number: ir.Number) -> str:
    """A number with the labels of its names."""
    match number:
        case ir.Constant(value, unit):
            return quantity_text(value, value, unit)
        case ir.Day(day):
            return day
        case ir.Measure(name):
            return label_of(guideline.inputs, name)
        case ir.DefinedNumber(name):
            return label_of(guideline.definitions, name)
        case ir.Arithmetic("-") if change := _change(guideline, number):
            return change
        case ir.Arithmetic("/", ir.Arithmetic("-", _, before) as fell, of) if before == of and (
            change := _change(guideline, fell)
        ):
            return f"relative {change}"
        case ir.Arithmetic(op, left, right):
            sign = {"+": "+", "-": "−", "*": "×", "/": "/"}[op]
            return f"({_closed(guideline, left)} {sign} {_closed(guideline, right)})"
        case ir.Function("^", (base, exponent)):
            return f"{number_in_words(guideline, base)}^{number_in_words(guideline, exponent)}"
        case ir.Function(name, arguments):
            return f"{name}({', '.join(number_in_words(guideline, one) for one in arguments)})"
        case ir.Rounded(inner, step, unit, mode):
            how = "" if mode == "half away from zero" else f"{mode} "
            amount = quantity_text(step, step, unit)
            return f"{number_in_words(guideline, inner)} rounded {how}to {amount}"
        case ir.Completed(word, first, last):
            return f"{word}s from {_closed(guideline, first)} to {_closed(guideline, last)}"
        case ir.Shifted(day, by):
            return f"{number_in_words(guideline, day)} + {number_in_words(guideline, by)}"
        case ir.Case():
            return "the number that the table gives"
        case ir.Sum():
            return "the sum of the points"


# --- series ------------------------------------------------------------------


def _change(guideline: ir.Guideline, number: ir.Number) -> str:
    """`change of FVC over 12 months`; nothing for any other number."""
    match number:
        case ir.Arithmetic("-", ir.Measure(latest), ir.Measure(before)):
            part = _named(guideline.inputs)[before].part
            if part is not None and part.kind == "before" and part.of == latest:
                time = quantity_text(Fraction(part.amount), Fraction(part.amount), part.unit)
                return f"change of {label_of(guideline.inputs, latest)} over {time}"
        case _:
            pass
    return ""


def _compared_before(guideline: ir.Guideline, condition: ir.Condition) -> str:
    """The earlier entry of a relative change that is compared; nothing for any other condition."""
    match condition:
        case ir.Compare(
            _, ir.Arithmetic("-", _, ir.Measure(before)) as fell, ir.Arithmetic("*", _, ir.Measure(of))
        ):
            return before if before == of and _change(guideline, fell) else ""
        case _:
            return ""


def _said(guideline: ir.Guideline, operands: tuple[ir.Condition, ...]) -> Iterator[ir.Condition]:
    """The operands without what a relative change brings with it: that the earlier entry is more than 0."""
    for at, operand in enumerate(operands):
        match operand:
            case ir.Compare(">", ir.Measure(name), ir.Constant(value)) if not value and name in {
                _compared_before(guideline, other) for other in operands[at + 1 : at + 2]
            }:
                pass
            case _:
                yield operand


_KNOWN: dict[int, tuple[tuple[Any, ...], dict[str, Any]]] = {}


def _closed(guideline: ir.Guideline, number: ir.Number) -> str:
    """A number beside another: what is added may belong to a date or to the time up to it."""
    words = number_in_words(guideline, number)
    return f"({words})" if isinstance(number, ir.Completed | ir.Shifted) else words


def _named(things: tuple[Any, ...]) -> dict[str, Any]:
    """The parts of a guideline by their names; made once for each of its lists."""
    known = _KNOWN.get(id(things))
    if known is None or known[0] is not things:
        if len(_KNOWN) > 16:
            _KNOWN.clear()
        known = things, {one.id: one for one in things}
        _KNOWN[id(things)] = known
    return known[1]


def label_of(things: Sequence[object], name: str) -> str:
    """The label of a declared thing, or its name in words."""
    thing = _named(things).get(name) if isinstance(things, tuple) else None
    return str(getattr(thing, "label", name)) if thing is not None else name.replace("_", " ")


def outcome_label(guideline: ir.Guideline, name: str) -> str:
    """The label of a regimen, a drug or a procedure."""
    for things in (guideline.regimens, guideline.items):
        thing = _named(things).get(name)
        if thing is not None:
            return str(thing.label)
    return name.replace("_", " ")


def value_label(entry: ir.Input, value: str) -> str:
    """The label of one value of an input."""
    own = entry.type.values if isinstance(entry.type, ir.OneOf | ir.AnyOf) else ()
    return next((one.label for one in (*own, *entry.named) if one.id == value), value)


def grade_text(strength: str | None = None, certainty: str | None = None) -> str:
    """`strong, moderate certainty`."""
    return ", ".join(part for part in (strength, certainty and f"{certainty} certainty") if part)


# --- the pathway over time ---------------------------------------------------


def move_text(guideline: ir.Guideline, stage: ir.Stage, move: ir.Move) -> str:
    """What sends a patient this way: `Response: Worse`, a condition, `otherwise`, `in every case`."""
    if stage.by:
        return f"{split_label(guideline, stage.by)}: {move.label or 'otherwise'}"
    if move.condition is not None:
        return condition_in_words(guideline, move.condition)
    return "otherwise" if len(stage.moves) > 1 else "in every case"


def split_label(guideline: ir.Guideline, name: str) -> str:
    """The label of what branches are `by`: an input, a reading or a definition."""
    for things in (guideline.inputs, guideline.readings, guideline.definitions):
        if name in _named(things):
            return label_of(things, name)
    return label_of((), name)


def review_text(review: ir.StageReview) -> str:
    """`every 3–6 months`, `after 2 weeks`, `not stated: No interval is given.`"""
    if review.interval is not None:
        return f"{review.kind} {interval_text(review.interval)}"
    return f"not stated: {review.why}" if review.why else "not stated"


# --- amounts -----------------------------------------------------------------


def quantity_text(low: Fraction, high: Fraction, unit: str) -> str:
    """`4 weeks`, `300–800 mg/m²`: calendar words have their plural."""
    numbers = decimal_text(low) if low == high else f"{decimal_text(low)}–{decimal_text(high)}"
    return f"{numbers} {unit_text(counted(unit, low, high))}".strip()


def counted(unit: str, low: object, high: object) -> str:
    """A unit behind its numbers: `month`, `months`; UCUM has no plural."""
    return f"{unit}s" if CALENDAR_WORDS.get(unit) == unit and not low == high == 1 else unit


def interval_words(interval: dict[str, Any]) -> str:
    """A span of time of a result: `4 to 6 weeks`, `12 months less 4 days`."""
    low, high = interval["low"], interval["high"]
    less = f" less {days_text(interval['less_days'])}" if "less_days" in interval else ""
    return f"{low if low == high else f'{low} to {high}'} {counted(interval['unit'], low, high)}{less}"


def interval_text(interval: ir.Interval) -> str:
    """`4–6 weeks`, `12 months less 4 days`."""
    text = quantity_text(interval.low, interval.high, interval.unit)
    return f"{text} less {days_text(interval.less)}" if interval.less else text


def days_text(days: int) -> str:
    """`1 day`, `4 days`."""
    return quantity_text(Fraction(days), Fraction(days), "day")


def dose_text(guideline: ir.Guideline, dose: ir.Dose | ir.DoseInBands) -> str:
    """`1 mg/kg/d of Ideal body weight`, with `or more`, `up to`, `about`, the basis, rounding and caps; bands below."""
    if isinstance(dose, ir.DoseInBands):
        return f"by {band_source(guideline, dose.by).lower()}"
    numbers = quantity_text(dose.low, dose.high, dose.unit)
    text = {"or_more": f"{numbers} or more", "up_to": f"up to {numbers}", "about": f"about {numbers}"}.get(
        dose.form, numbers
    )
    if dose.of is not None:
        text += f" of {label_of(guideline.inputs, dose.of).lower()}"
    if dose.basis == "not stated":
        text += " (basis not stated)"
    unit = dose.unit if dose.of is None else _left(guideline, dose)
    if dose.strengths or dose.rounded is not None:
        step = "a strength" if dose.rounded is None else quantity_text(dose.rounded, dose.rounded, unit)
        mode = "" if dose.mode == "half away from zero" else f"{dose.mode} "
        text += f", rounded {mode}to {step}"
    for word, cap in (("at least", dose.least), ("at most", dose.most)):
        if cap is not None:
            text += f", {word} {quantity_text(cap, cap, unit)}"
    return text


def band_source(guideline: ir.Guideline, name: str) -> str:
    """The label of the input or the definition that a dose goes by."""
    return label_of((*guideline.inputs, *guideline.definitions), name)


def _left(guideline: ir.Guideline, dose: ir.Dose) -> str:
    kind = next(one.type for one in guideline.inputs if one.id == dose.of)
    assert isinstance(kind, ir.Quantity)
    return computed_unit(dose, kind.units[0].unit)


def band_text(guideline: ir.Guideline, band: ir.DoseBand) -> str:
    """`20 kg to < 40 kg: 500 mg`."""
    return f"{band.label}: {'not stated' if band.dose is None else dose_text(guideline, band.dose)}"


def infusion_text(infusion: ir.Infusion) -> str:
    """`in 500 mL over 4 h`; the rates stand below."""
    parts = [
        ""
        if infusion.volume is None
        else f"in {quantity_text(infusion.volume.value, infusion.volume.value, infusion.volume.unit)}",
        "" if infusion.over is None else f"over {interval_text(infusion.over)}",
    ]
    return " ".join(part for part in parts if part)


def rate_text(guideline: ir.Guideline, rate: ir.Rate) -> str:
    """`50 mL/h for 30 min`."""
    time = "the rest" if rate.lasts is None else interval_text(rate.lasts)
    return f"{dose_text(guideline, rate.dose)} for {time}"


def taper_text(taper: ir.Taper, unit: str) -> str:
    """`taper by 10 mg/d every 2 weeks until 20 mg/d`; `unit` is that of the dose."""
    by = quantity_text(taper.by, taper.by, unit if taper.of == "amount" else "%")
    by += " of the first dose" if taper.of == "first dose" else ""
    end = "stop" if taper.until is None else quantity_text(taper.until, taper.until, unit)
    text = f"{'titrate' if taper.up else 'taper'} by {by} every {interval_text(taper.every)} until {end}"
    if taper.lasts is not None:
        text += f" for {interval_text(taper.lasts)}"
    if taper.rounded is not None:
        mode = "" if taper.mode == "half away from zero" else f"{taper.mode} "
        text += f", rounded {mode}to {quantity_text(taper.rounded, taper.rounded, unit)}"
    return text
