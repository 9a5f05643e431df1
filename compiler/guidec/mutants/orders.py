"""Parts of orders to the same with one small change: doses, units, times, routes, tapers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any, Literal

from guidec import ast, ir
from guidec.mutants.conditions import other_mode, with_value
from guidec.mutants.names import Change, Names, first_digit, following

_Word = Literal["recommend", "suggest", "consider", "may", "generally", "use"]
_STRENGTHS: tuple[_Word, ...] = ("recommend", "suggest", "consider", "may", "generally", "use")
_ACTIONS = ("start", "add", "switch", "add_or_switch", "repeat")
_ROUTES = ("mouth", "intravenously", "subcutaneously", "intramuscularly", "inhalation", "topically")
_LEADS: tuple[ast.Lead, ...] = ("give", "then", "with")
_CALENDAR = ("day", "week", "month", "year")
_TIMES = {"s": "min", "min": "h", "h": "d", "d": "wk", "wk": "mo", "mo": "a", "a": "mo"}
_PREFIXES = {"mg": "g", "g": "mg", "ug": "mg", "ng": "ug", "kg": "g", "mL": "L", "L": "mL", "cL": "mL"}
_PER_TIME = {"d": "h", "h": "d", "min": "h", "wk": "d"}
_GRADES = ("strong", "weak")
_CERTAINTIES = ("high certainty", "moderate certainty", "low certainty", "very low certainty")


def part_changes(one: Any, names: Names) -> Iterator[Change]:
    """Every small change of one part of an order, or of a line that says when."""
    match one:
        case ast.Dose():
            yield from _dose(one, names)
        case ast.Rounding(mode, step):
            yield "dose", one.span, replace(one, mode=other_mode(mode or "half away from zero"))
            yield from (("dose", one.span, replace(one, step=near)) for near in _larger(step))
        case ast.Cap(kind, amount):
            yield "dose", one.span, replace(one, kind="most" if kind == "least" else "least")
            yield from (("dose", one.span, replace(one, amount=near)) for near in _larger(amount))
        case ast.Interval():
            yield from _interval(one)
        case ast.Times(number):
            yield "interval", one.span, replace(one, number=with_value(number, number.value + 1))
        case ast.Volume(amount):
            yield from (("dose", one.span, replace(one, amount=near)) for near in _larger(amount))
        case ast.Route(word):
            for other in following(word.text, _ROUTES):
                yield "route", one.span, replace(one, word=replace(word, text=other))
        case ast.Tail("action", word):
            for other in following(word, _ACTIONS):
                yield "action", one.span, replace(one, word=other)
        case ast.Tail("grade", word):
            yield from (("strength", one.span, replace(one, word=other)) for other in _grades(word))
        case ast.Taper():
            yield from _taper(one)
        case ast.Held(kind):
            yield "logic", one.span, replace(one, kind="resume" if kind == "hold" else "hold")
        case ast.Lapse(amount, unit, less):
            yield "window", amount.span, replace(one, amount=with_value(amount, amount.value + 1))
            if amount.value > 1:
                yield "window", amount.span, replace(one, amount=with_value(amount, amount.value - 1))
            if less is not None:
                yield "window", less.span, replace(one, less=None)
                yield "window", less.span, replace(one, less=with_value(less, less.value + 1))
            for other in [] if one.bare else following(unit.text.removesuffix("s"), _CALENDAR):
                yield "window", unit.span, replace(one, unit=replace(unit, text=f"{other}s"))
        case ast.MeasureEvery(ast.Interval(), less, start):
            if less is not None:
                yield "window", one.span, replace(one, less=None)
            if start is not None:
                yield "window", one.span, replace(one, start=None, less=None)
            yield "interval", one.span, replace(one, interval=None, start=None, less=None)
        case ast.SomeDate(ast.Name(text) as name):
            dates = [entry.id for entry in names.inputs.values() if isinstance(entry.type, ir.Date)]
            for other in following(text, dates):
                yield "window", one.span, replace(one, value=replace(name, text=other))
        case _:
            pass


def thing_changes(one: ast.Thing, names: Names) -> Iterator[Change]:
    """Another regimen, drug, class or procedure of the file."""
    name = one.name or one.drug_class
    if name is None:
        return
    among = next((some for some in (names.regimens, *names.things.values()) if name.text in some), ())
    if one.name is not None and name.text in names.regimens:
        among = names.regimens
    for other in following(name.text, among):
        into = replace(name, text=other)
        yield "outcome", name.span, replace(one, name=into) if one.name else replace(one, drug_class=into)


def lead_changes(one: ast.OrderLine) -> Iterator[Change]:
    """Given together, or after."""
    others: Iterable[ast.Lead] = following(one.lead, _LEADS) or ["then"]
    yield from (("action", one.span, replace(one, lead=other)) for other in others)


def strength_changes(one: ast.Strength) -> Iterator[tuple[str, ast.Strength]]:
    """Another word, and the other direction."""
    yield from (("strength", replace(one, word=word)) for word in following(one.word, _STRENGTHS))
    yield "direction", replace(one, direction="for" if one.direction == "against" else "against")


# --- amounts -----------------------------------------------------------------


def _larger(one: ast.Number | None) -> Iterator[ast.Number]:
    """Ten times as much, and one more in the first digit."""
    if one is not None:
        yield with_value(one, one.value * 10)
        yield with_value(one, one.value + first_digit(one.value))


def _dose(one: ast.Dose, names: Names) -> Iterator[Change]:
    ends = ("low", "high") if one.form == "range" else ("high",)
    for end in ends:
        number: ast.Number = getattr(one, end)
        for near in (*_larger(number), *_smaller(number)):
            low = near if end == "low" or one.form != "range" else one.low
            yield "dose", number.span, replace(one, low=low, high=near if end == "high" else one.high)
    low = one.high if one.form == "range" else one.low
    yield "dose", one.span, replace(one, form="exact" if one.form != "exact" else "up_to", low=low)
    if one.basis is not None:
        place = one.basis_span or one.span
        yield "basis", place, replace(one, basis="stated" if one.basis == "not stated" else "not stated")
    for other in _weights(names, one.of):
        yield "basis", one.of.span if one.of else one.span, replace(one, of=other)
    yield from _units(one, names)


def _smaller(one: ast.Number) -> Iterator[ast.Number]:
    """One less in the last place."""
    step = Fraction(1, 10 ** len(one.written.partition(".")[2]))
    if one.value > step:
        yield with_value(one, one.value - step)


def _weights(names: Names, of: ast.Name | None) -> Iterator[ast.Name]:
    """Other weights, or surfaces, of the same unit."""
    entry = names.inputs.get(of.text) if of is not None else None
    if of is None or entry is None or not isinstance(entry.type, ir.Quantity):
        return
    unit = entry.type.units[0].unit
    alike = [
        one.id
        for one in names.inputs.values()
        if isinstance(one.type, ir.Quantity) and one.type.units[0].unit == unit
    ]
    for other in following(of.text, alike):
        yield replace(of, text=other)


def _units(one: ast.Dose, names: Names) -> Iterator[Change]:
    unit = one.high.unit
    if unit is None:
        return
    amount, *pers = unit.text.split("/")
    texts = [f"{_PREFIXES[amount]}{unit.text[len(amount) :]}"] if amount in _PREFIXES else []
    if pers and pers[-1] in _PER_TIME:
        texts.append("/".join([amount, *pers[:-1], _PER_TIME[pers[-1]]]))
    for text in texts:
        yield "unit", unit.span, _in_unit(one, text)
    if len(pers) > 0 and pers[0] in ("kg", "m2"):
        rest = _in_unit(one, "/".join([amount, *pers[1:]]))
        yield "unit", unit.span, replace(rest, of=None, basis=None, basis_span=None)
    elif one.of is None:
        weight = next(
            (
                entry.id
                for entry in names.inputs.values()
                if isinstance(entry.type, ir.Quantity) and entry.type.units[0].unit == "kg"
            ),
            None,
        )
        if weight is not None:
            per = _in_unit(one, "/".join([amount, "kg", *pers]))
            yield "unit", unit.span, replace(per, of=ast.Name(weight, unit.span), basis="not stated")


def _in_unit(one: ast.Dose, text: str) -> ast.Dose:
    low, high = (
        replace(number, unit=replace(number.unit, text=text)) if number.unit is not None else number
        for number in (one.low, one.high)
    )
    return replace(one, low=low, high=high)


def _interval(one: ast.Interval) -> Iterator[Change]:
    same = one.low == one.high
    for end in ("high",) if same else ("low", "high"):
        number: ast.Number = getattr(one, end)
        near = with_value(number, number.value + 1)
        low = near if end == "low" or same else one.low
        yield "interval", number.span, replace(one, low=low, high=near if end == "high" else one.high)
    if not same:
        yield "interval", one.span, replace(one, low=one.high)
    for text in _other_times(one.unit.text, one.calendar):
        yield "interval", one.unit.span, replace(one, unit=replace(one.unit, text=text))


def _other_times(word: str, calendar: bool) -> list[str]:
    if not calendar:
        return [_TIMES[word]] if word in _TIMES else []
    single = word.removesuffix("s")
    return [f"{other}s" if word != single else other for other in following(single, _CALENDAR)]


def _taper(one: ast.Taper) -> Iterator[Change]:
    for near in (*_larger(one.by), *_smaller(one.by)):
        yield "taper", one.by.span, replace(one, by=near)
    yield "taper", one.span, replace(one, up=not one.up)
    yield "taper", one.span, replace(one, of_first=not one.of_first)
    if one.until is not None:
        for near in (*_larger(one.until), *_smaller(one.until)):
            yield "taper", one.until.span, replace(one, until=near)
        yield "taper", one.until.span, replace(one, until=None)


def _grades(word: str) -> Iterator[str]:
    parts = word.split(", ")
    for at, part in enumerate(parts):
        for other in following(part, _GRADES if part in _GRADES else _CERTAINTIES):
            yield ", ".join((*parts[:at], other, *parts[at + 1 :]))
