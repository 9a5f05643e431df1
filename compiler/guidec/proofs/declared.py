"""Two declarations of one thing to what is said of it before and after, where no patient is needed to tell."""

from collections.abc import Iterator
from fractions import Fraction

from guidec import ir
from guidec.numbers import decimal_text
from guidec.proofs.bare import bare
from guidec.wording import quantity_text

Fact = tuple[str, str, str]
"""What is said, before and after; an empty text where nothing was or is."""


def input_facts(before: ir.Input, after: ir.Input) -> Iterator[Fact]:
    """What may be entered."""
    yield from _fact("what may be entered", entered(before), entered(after))
    ours, theirs = before.type, after.type
    if isinstance(ours, ir.Quantity) and isinstance(theirs, ir.Quantity) and ours.rounds != theirs.rounds:
        words = {True: "is rounded", False: "is refused"}
        yield "a value finer than the step", words[ours.rounds], words[theirs.rounds]
    yield from _fact("how it may be entered", _how_often(before), _how_often(after))
    yield from _fact("at the next visit", before.kept or "per visit", after.kept or "per visit")


def _how_often(one: ir.Input) -> str:
    return "as one value" if one.series is None else f"as a series of up to {one.series} entries"


def entered(one: ir.Input) -> str:
    """`yes or no`, `one of a, b`, `0 to 10 kg step 0.1 or never`."""
    named = "".join(f" or {name}" for name in sorted(value.id for value in one.named))
    match one.type:
        case ir.Boolean():
            text = "yes or no"
        case ir.OneOf(values):
            text = f"one of {_ids(values)}"
        case ir.AnyOf(values):
            text = f"any of {_ids(values)}"
        case ir.Integer(low, high):
            text = f"{low} to {high}"
        case ir.Quantity(units):
            text = " or ".join(
                f"{quantity_text(unit.low, unit.high, unit.unit)} step {decimal_text(unit.step)}"
                for unit in units
            )
        case ir.Date(low_day, high_day):
            text = f"a date from {low_day} to {high_day}"
        case ir.Duration(word, low, high):
            text = f"{low} to {high} {word}s"
    return text + named


def _ids(values: tuple[ir.Value, ...]) -> str:
    return ", ".join(sorted(one.id for one in values))


def reading_facts(before: ir.Reading, after: ir.Reading) -> Iterator[Fact]:
    """How it may be read."""
    yield from _fact("how it may be read", _ids(before.values), _ids(after.values))


def item_facts(before: ir.Item, after: ir.Item) -> Iterator[Fact]:
    """A drug's strengths."""
    yield from _fact("what it is", before.kind.replace("_", " "), after.kind.replace("_", " "))
    yield from _fact("strengths", _strengths(before), _strengths(after))


def _strengths(item: ir.Item) -> str:
    return ", ".join(
        quantity_text(one.value, one.value, one.unit) for one in sorted(item.strengths, key=_value)
    )


def _value(one: ir.Constant) -> Fraction:
    return one.value


def definition_facts(before: ir.Definition, after: ir.Definition) -> Iterator[Fact]:
    """How a definition is shown, if it is."""
    words = {True: "shown", False: "not shown"}
    yield from _fact("in results", words[before.shown], words[after.shown])
    if before.shown and after.shown:
        yield from _fact("unit", before.unit, after.unit)
        yield from _fact("rounded to", _rounding(before), _rounding(after))
        yield from _fact("bands", before.band, after.band)
        values = (_values(one.category) for one in (before, after))
        yield from _fact("values", *values)


def _rounding(one: ir.Definition) -> str:
    return "" if one.rounded is None else f"{decimal_text(one.rounded)} ({one.mode})"


def _values(category: ir.Category | None) -> str:
    return "" if category is None else _ids(category.values)


def stage_facts(before: ir.Stage, after: ir.Stage) -> Iterator[Fact]:
    """What is said of a stage beside its moves."""
    words = {True: "yes", False: "no"}
    yield from _fact("patients begin here", words[before.start], words[after.start])
    yield from _fact("review", _reviews(before), _reviews(after))
    yield from _fact("decides", *(", ".join(sorted(one.decisions)) for one in (before, after)))
    yield from _fact("does", *(", ".join(sorted(one.rules)) for one in (before, after)))


def _reviews(stage: ir.Stage) -> str:
    return "; ".join(_review(one) for one in stage.reviews)


def _review(one: ir.StageReview) -> str:
    if one.interval is None:
        return "not stated"
    return f"{one.kind} {quantity_text(one.interval.low, one.interval.high, one.interval.unit)}"


def whole_facts(before: ir.Guideline, after: ir.Guideline) -> Iterator[Fact]:
    """What is said of a guideline as a whole."""
    yield from _fact("name", before.id, after.id)
    yield from _fact("language", before.language, after.language)
    yield from _fact("calendar overflow", before.overflow, after.overflow)


def compared_facts(before: ir.Guideline, after: ir.Guideline) -> Iterator[Fact]:
    """What `guidec compare` lays side by side."""
    ours, theirs = ({one.id: one for one in each.questions} for each in (before, after))
    for name in dict.fromkeys((*ours, *theirs)):
        words = [_asked(each.get(name)) for each in (ours, theirs)]
        yield from _fact(f"question {name}", *words)
    answers = [
        {one.question: ", ".join(sorted(one.by)) for one in each.comparison} for each in (before, after)
    ]
    for name in dict.fromkeys((*answers[0], *answers[1])):
        yield from _fact(f"answers {name}", *(each.get(name, "") for each in answers))


def _asked(one: ir.Question | None) -> str:
    if one is None:
        return ""
    kept = bare(one)
    of = f" of {', '.join(sorted(kept.of))}" if kept.of else ""
    return f"{kept.compares}{of}{f' but {chr(44).join(sorted(kept.but))}' if kept.but else ''}"


def moved_labels(
    before: tuple[ir.Value | ir.Input | ir.Item | ir.Regimen, ...],
    after: tuple[ir.Value | ir.Input | ir.Item | ir.Regimen, ...],
) -> Iterator[Fact]:
    """Names that took over the label of another: who enters or reads them means something else now."""
    was = {one.id: one.label for one in before}
    for one in after:
        mine = was.get(one.id)
        others = [name for name, label in was.items() if label == one.label and name != one.id]
        if mine is not None and mine != one.label and others:
            yield f"the label of {one.id}, which was that of {others[0]}", mine, one.label


def _fact(what: str, before: str, after: str) -> Iterator[Fact]:
    if before != after:
        yield what, before, after


def values_of(one: ir.Input | ir.Reading) -> tuple[ir.Value, ...]:
    """The named values of an input or a reading."""
    if isinstance(one, ir.Reading):
        return one.values
    return (*(one.type.values if isinstance(one.type, ir.OneOf | ir.AnyOf) else ()), *one.named)
