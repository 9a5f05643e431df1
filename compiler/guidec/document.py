"""ir and rows to one JSON document and back; the digest that names a meaning."""

import hashlib
import json
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from guidec import ir
from guidec.bounds import bounds
from guidec.courses import daily, shares, whole_rate
from guidec.dates import later
from guidec.diagnostic import Diagnostic
from guidec.evaluate import Compiled
from guidec.lower import lower
from guidec.lower.diagram import bits
from guidec.numbers import decimal_text, unit_dimension
from guidec.record import parts
from guidec.rows import Mask, Program
from guidec.source import Span, start_of
from guidec.weights import computed, computed_unit

FORMAT = "guidec/1 compiled"

Json = dict[str, Any]

_NUMBER = re.compile(r"-?[0-9]{1,400}([.][0-9]{1,400}|/[0-9]{1,400})?")


class _Broken(Exception):
    """The document is not one that `dump` writes."""


# What the later stages raise over a meaning that no text could have: they trust what resolving has checked.
_FAULTS = (
    _Broken,
    LookupError,
    ValueError,
    TypeError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    StopIteration,
    RuntimeError,
)


def compiled_of(guideline: ir.Guideline, program: Program) -> Compiled:
    """A guideline that may be run, with its digest."""
    return Compiled(guideline, program, digest_of(encode(guideline), encode(program)))


def digest_of(guideline: object, rows: object) -> str:
    """SHA-256 of the canonical form: sorted keys, no white space, no spans."""
    whole = {"format": FORMAT, "guideline": guideline, "rows": rows}
    canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode()).hexdigest()


def dump(compiled: Compiled) -> Json:
    """The document: everything that a program needs that has never seen the text."""
    spans: dict[str, list[int | str]] = {}
    guideline = encode(compiled.guideline, spans, "/guideline")
    return {
        "format": FORMAT,
        "digest": compiled.digest,
        "guideline": guideline,
        "rows": encode(compiled.program),
        "spans": spans,
    }


def dump_text(compiled: Compiled) -> str:
    """The document as text, one key a line."""
    return json.dumps(dump(compiled), indent=1, ensure_ascii=False) + "\n"


def load(document: object, path: str) -> tuple[Compiled | None, list[Diagnostic]]:
    """The compiled guideline of a document, its digest and its rows checked; or what is wrong with it."""
    try:
        if not isinstance(document, Mapping) or document.get("format") != FORMAT:
            raise _Broken(f'it has no `"format": "{FORMAT}"`')
        if digest_of(document.get("guideline"), document.get("rows")) != document.get("digest"):
            raise _Broken("its digest is not that of its content")
        guideline = _decode(ir.Guideline, document.get("guideline"), document.get("spans"), "/guideline")
        _check_amounts(guideline)
        program, found = lower(guideline)
        if program is None:
            raise _Broken(found[0].message)
        compiled = compiled_of(guideline, program)
        if encode(program) != document.get("rows"):
            raise _Broken("its rows are not those of its guideline")
        if compiled.digest != document.get("digest"):
            raise _Broken("it is not written as this compiler writes it")
    except _FAULTS as fault:
        reason = str(fault) if isinstance(fault, _Broken) else "its parts do not hold together"
        message = f"this is no compiled guideline: {reason}"
        return None, [
            Diagnostic("bad_document", message, start_of(path), "compile it anew with `guidec build`")
        ]
    return compiled, []


def _check_amounts(guideline: ir.Guideline) -> None:
    """Doses and units are read only when a patient needs them; a document is checked before."""
    entries = {entry.id: entry for entry in guideline.inputs}
    definitions = {one.id: one for one in guideline.definitions}
    inputs = {name: entry.type for name, entry in entries.items()}
    _check_series(entries)
    for one in parts(guideline):
        if isinstance(one, ir.Dose) and one.of is not None:
            kind = inputs[one.of]
            assert isinstance(kind, ir.Quantity)
            for unit in kind.units:
                computed(one, one.high, unit.high, unit.unit)
                computed_unit(one, unit.unit)
        elif isinstance(one, ir.Order):
            _check_course(one, inputs)
        elif isinstance(one, ir.SomeDate) and one.kind in ("input", "day"):
            kind = inputs[one.text] if one.kind == "input" else ir.Date(one.text, one.text)
            assert isinstance(kind, ir.Date)
            assert date.fromisoformat(kind.low) <= date.fromisoformat(kind.high)
        elif isinstance(one, ir.Rule) and one.window is not None:
            for day in _days(one.window.start, inputs):
                for lapse in (one.window.earliest, one.window.latest):
                    later(day, lapse, guideline.overflow)
        elif isinstance(one, ir.Definition) and one.number is not None:
            unit_dimension(one.unit)
            bounds(one.number, entries, definitions.__getitem__)


def _check_series(entries: dict[str, ir.Input]) -> None:
    """What is asked of a series is asked of one, and is of its kind."""
    for entry in entries.values():
        if entry.series is not None:
            assert not isinstance(entry.type, ir.AnyOf) and entry.part is None and entry.series >= 2
        if entry.part is not None:
            series = entries[entry.part.of]
            counted = ir.Integer(0, series.series or 0)
            assert (
                series.series is not None
                and entry.id == entry.part.id
                and entry.named == (() if entry.part.kind == "count" else series.named)
            )
            assert entry.type == (counted if entry.part.kind == "count" else series.type)
            assert (entry.part.kind == "before") == (entry.part.unit is not None)


def _check_course(order: ir.Order, inputs: dict[str, ir.Type]) -> None:
    """The course of every dose that an order may have."""
    bands: tuple[ir.DoseBand, ...] = ()
    if isinstance(order.dose, ir.DoseInBands):
        bands = order.dose.bands
        assert bands
    assert not order.tapers or isinstance(order.dose, ir.Dose)
    for dose in (order.dose, *(band.dose for band in bands)):
        if isinstance(dose, ir.Dose):
            kind = None if dose.of is None else inputs[dose.of]
            unit = computed_unit(dose, kind.units[0].unit) if isinstance(kind, ir.Quantity) else dose.unit
            daily(unit, order)
            shares(dose, unit, order)
    if order.infusion is not None:
        whole_rate(order.infusion)


def _days(dated: ir.Dated, inputs: dict[str, ir.Type]) -> Iterator[date]:
    """The first and the last day that a window may begin on."""
    for one in (dated.date, *(instead.date for instead in dated.instead)):
        if one.kind == "day":
            yield date.fromisoformat(one.text)
        elif one.kind == "input":
            kind = inputs[one.text]
            assert isinstance(kind, ir.Date)
            yield from (date.fromisoformat(day) for day in (kind.low, kind.high))


# --- encoding ----------------------------------------------------------------


def encode(value: object, spans: dict[str, list[int | str]] | None = None, at: str = "") -> Any:
    """A dataclass as an object whose `is` names it; no key where there is nothing; exact numbers."""
    if isinstance(value, Mask):
        return _ranges(value)
    if isinstance(value, bool | int | str) or value is None:
        return value
    if isinstance(value, Fraction):
        return _number(value)
    if isinstance(value, tuple):
        return [encode(one, spans, f"{at}/{index}") for index, one in enumerate(value)]
    if isinstance(value, dict):
        return {key: encode(one, spans, f"{at}/{key}") for key, one in value.items()}
    kind: Any = type(value)
    found: Json = {"is": tag(kind)}
    for name in _field_names(kind):
        part = getattr(value, name)
        if isinstance(part, Span):
            if spans is not None and part.file:
                file = part.file.rpartition("/")[2]  # beside the guideline, wherever that lies
                spans[at] = [file, part.line, part.column, part.end_line, part.end_column]
        elif part is not None:
            found[name] = encode(part, spans, f"{at}/{name}")
    return found


@lru_cache(maxsize=4096)
def _ranges(mask: int) -> str:
    """`0-3,7`: the cells of a mask."""
    runs: list[list[int]] = []
    for cell in bits(mask):
        if runs and runs[-1][1] == cell - 1:
            runs[-1][1] = cell
        else:
            runs.append([cell, cell])
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def _number(value: Fraction) -> int | str:
    """Integers, decimals as text, and what is no decimal as `125/3`; never a float."""
    if value.denominator == 1:
        return value.numerator
    return decimal_text(value)


@cache
def tag(kind: Any) -> str:
    """The name of a class in JSON: `OneOf` is `one_of`."""
    letters = [f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__]
    return "".join(letters).lstrip("_")


@cache
def _field_names(kind: Any) -> tuple[str, ...]:
    """The fields that make the meaning; and the span, which stands apart."""
    assert is_dataclass(kind)
    return tuple(field.name for field in fields(kind) if field.compare or field.name == "span")


# --- decoding ----------------------------------------------------------------


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)


def _decode(hint: Any, value: Any, spans: Any, at: str) -> Any:
    if hint is Fraction:
        if isinstance(value, bool) or not isinstance(value, int | str) or not _NUMBER.fullmatch(str(value)):
            raise _Broken(f"`{at}` is no exact number")
        return Fraction(value)
    if hint in (str, int, bool):
        if type(value) is not hint:
            raise _Broken(f"`{at}` is no {hint.__name__}")
        return value
    origin = get_origin(hint)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(hint), value, spans, at)
    if origin is tuple:
        return _decode_tuple(get_args(hint), value, spans, at)
    if origin is Literal:
        if value not in get_args(hint):
            raise _Broken(f"`{at}` is none of {', '.join(map(str, get_args(hint)))}")
        return value
    if is_dataclass(hint) and isinstance(hint, type):
        return _decode_object(hint, value, spans, at)
    raise AssertionError(hint)


def _decode_union(options: tuple[Any, ...], value: Any, spans: Any, at: str) -> Any:
    if value is None and type(None) in options:
        return None
    rest = [option for option in options if option is not type(None)]
    written = value.get("is") if isinstance(value, Mapping) else None
    for option in rest:
        if not is_dataclass(option) or tag(option) == written:  # type: ignore[arg-type]
            return _decode(option, value, spans, at)
    raise _Broken(f"`{at}` is none of {', '.join(tag(option) for option in rest)}")


def _decode_tuple(parts: tuple[Any, ...], value: Any, spans: Any, at: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _Broken(f"`{at}` is no list")
    if len(parts) == 2 and parts[1] is ...:
        return tuple(_decode(parts[0], one, spans, f"{at}/{index}") for index, one in enumerate(value))
    return tuple(
        _decode(part, one, spans, f"{at}/{index}")
        for index, (part, one) in enumerate(zip(parts, value, strict=True))
    )


def _decode_object(kind: type, value: Any, spans: Any, at: str) -> Any:
    if not isinstance(value, Mapping) or value.get("is") != tag(kind):
        raise _Broken(f"`{at}` is no {tag(kind)}")
    hints = _hints(kind)
    names = [name for name in _field_names(kind) if name != "span"]
    unknown = set(value) - {*names, "is"}
    if unknown:
        raise _Broken(f"`{at}` has an unknown key")
    parts = {name: _decode(hints[name], value.get(name), spans, f"{at}/{name}") for name in names}
    if "span" in hints and isinstance(spans, Mapping) and at in spans:
        file, *numbers = spans[at]
        if (
            not isinstance(file, str)
            or len(numbers) != 4
            or not all(type(number) is int for number in numbers)
        ):
            raise _Broken(f"the span of `{at}` is no place")
        parts["span"] = Span(file, *numbers)
    return kind(**parts)
