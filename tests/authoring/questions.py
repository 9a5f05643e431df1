"""Conditions about whatever is declared: well typed, and never left open by a named value."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from authoring import words
from authoring.draft import Draft, Number, Subject
from authoring.labels import guarded, limit, places
from authoring.numbers import alike, computed, shifted
from guidec import ast
from guidec.ir import NOWHERE

Place = Literal["inputs", "decision", "rule"]
"""What may be asked: inputs and what is defined of them, decisions and readings too, the record and the answer too."""

_OPS = ("<", "<=", ">", ">=")


def condition(draft: Draft, depth: int = 1, place: Place = "decision") -> ast.Expression:
    if depth == 0 or draft.chance(0.35):
        return question(draft, place)
    kind = draft.one(("and", "or", "not"))
    if kind == "not":
        return words.negated(condition(draft, depth - 1, place))
    parts = [condition(draft, depth - 1, place) for _ in range(draft.one((2, 2, 2, 3)))]
    if len(parts) == 3 and draft.chance(0.3):
        return words.binary(parts[0], kind, words.binary(parts[1], kind, parts[2]))
    return words.both(parts) if kind == "and" else words.either(parts)


def question(draft: Draft, place: Place = "decision") -> ast.Expression:
    forms: list[Callable[[Draft, Place], ast.Expression | None]] = [
        _value, _value, _value, _threshold, _threshold, _computed, _dates, _truth, _truth, _called,
    ]  # fmt: skip
    if place != "inputs":
        forms += [_decided, _decided]
    if place == "rule":
        forms += [_record, _record, _record]
    for _ in range(20):
        found = draft.one(forms)(draft, place)
        if found is not None:
            return found
    return _any(draft)


def _any(draft: Draft) -> ast.Expression:
    """A question about the first input, whatever it is."""
    subject = draft.subjects[0]
    return (
        _of_values(draft, subject)
        or _of_truth(draft, subject)
        or _compared(draft, subject.number)
        or subject.written
    )


def _fitting(draft: Draft, place: Place) -> list[Subject]:
    return [one for one in draft.subjects if one.pure or place != "inputs"]


def _value(draft: Draft, place: Place) -> ast.Expression | None:
    fitting = [one for one in _fitting(draft, place) if one.values or one.named]
    return _of_values(draft, draft.one(fitting)) if fitting else None


def _of_values(draft: Draft, subject: Subject) -> ast.Expression | None:
    values = subject.values or subject.named
    if not values:
        return None
    if subject.several:
        if subject.name == draft.drug_list and draft.chance(0.5):
            return ast.About("taking", words.name(draft.one([*draft.drugs, *draft.classes])), NOWHERE)
        return words.includes(subject.name, draft.one(values))
    some = draft.some(values, 1, 1 if draft.chance(0.7) else 2)
    negative = len(some) == 1 and draft.chance(0.4)
    return words.is_(subject.name, *some, negative=negative, listed=not negative and draft.chance(0.1))


def _truth(draft: Draft, place: Place) -> ast.Expression | None:
    fitting = [one for one in draft.conditions if one.pure or place != "inputs"]
    return _of_truth(draft, draft.one(fitting)) if fitting else None


def _of_truth(draft: Draft, subject: Subject) -> ast.Expression | None:
    if not subject.truth:
        return None
    if draft.chance(0.2):
        return words.is_(subject.name, draft.one(("yes", "no")), negative=draft.chance(0.3))
    return subject.written


def _threshold(draft: Draft, place: Place) -> ast.Expression | None:
    fitting = [one for one in draft.numbers if one.pure or place != "inputs"]
    return _compared(draft, draft.one(fitting)) if fitting else None


def _compared(draft: Draft, number: Number | None) -> ast.Expression | None:
    """A number against a constant."""
    if number is None:
        return None
    found = places(draft, number, 1)
    if not found:
        return None
    bound = limit(draft, number, found[0])
    op = draft.one((*_OPS, *_OPS, "="))
    compared: ast.Expression = words.compare(number.written, op, words.signed(bound))
    if number.is_input and not isinstance(bound, ast.Thresholds):
        if words.signed(bound) == bound and draft.chance(0.1):
            compared = ast.Is(number.written, (bound,), draft.chance(0.3), NOWHERE)
        elif draft.chance(0.1):
            compared = words.compare(words.signed(bound), op, number.written)
    return _with_missing(draft, number, compared)


def _with_missing(draft: Draft, number: Number, compared: ast.Expression) -> ast.Expression:
    """False where the number is none, or true there."""
    if number.missing and draft.chance(0.3):
        return words.either((*(words.is_(*one) for one in number.missing), compared))
    return guarded(number, compared)


def _computed(draft: Draft, place: Place) -> ast.Expression | None:
    number = computed(draft)
    if number is None or (place == "inputs" and not number.pure):
        return None
    if number.is_input or draft.chance(0.5):
        return _compared(draft, number)
    other = alike(draft, number)
    if place == "inputs" and not other.pure:
        return None
    return _against(draft, number, other)


def _against(draft: Draft, number: Number, other: Number) -> ast.Expression:
    compared = words.compare(number.written, draft.one((*_OPS, "=")), other.written)
    missing = tuple(dict.fromkeys((*number.missing, *other.missing)))
    return _with_missing(draft, replace(number, missing=missing), compared)


def _dates(draft: Draft, place: Place) -> ast.Expression | None:
    dates = [one for one in draft.numbers if one.kind == "date" and (one.pure or place != "inputs")]
    if not dates:
        return None
    return _against(draft, shifted(draft, dates), shifted(draft, dates))


def _called(draft: Draft, place: Place) -> ast.Expression | None:
    """A call of a function that gives a condition."""
    fitting = [one for one in draft.functions if one.gives is None]
    if not fitting:
        return None
    function = draft.one(fitting)
    given: list[Number] = []
    for kind in function.takes:
        numbers = [
            one
            for one in draft.numbers
            if (one.kind, one.unit) == kind and one.convertible and (one.pure or place != "inputs")
        ]
        if not numbers:
            return None
        given.append(draft.one(numbers))
    missing = tuple(dict.fromkeys(one for number in given for one in number.missing))
    call = words.call(function.name, *(one.written for one in given))
    return guarded(replace(given[0], missing=missing), call)


def _decided(draft: Draft, place: Place) -> ast.Expression | None:
    named = {name: outcomes for name, outcomes in draft.decisions.items() if outcomes}
    if not named:
        return None
    name = draft.one(list(named))
    some = draft.some(named[name], 1, 2)
    return words.is_(name, *some, negative=len(some) == 1 and draft.chance(0.3))


def _record(draft: Draft, place: Place) -> ast.Expression | None:
    """About the record or the answer."""
    kind = draft.one(("known", "blank", "prescribed"))
    things = (
        [*draft.drugs, *draft.classes] if kind == "prescribed" else [one.name.text for one in draft.inputs]
    )
    return ast.About(kind, words.name(draft.one(things)), NOWHERE)  # type: ignore[arg-type]
