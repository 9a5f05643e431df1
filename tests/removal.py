"""A statement to guidelines without what encodes it: each place that cites it, and each way in which it can be removed there.

What is looked at are the innermost places: an order rather than the branch that gives it, so that a statement isn't taken for
tested because all that stands around it goes as well.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled
from guidec.lower import lower
from guidec.record import inside, parts
from guidec.resolve.pathways import categories_of
from guidec.scenarios import run
from guidec.source import Span

Edit = Callable[[Any], Any]
"""What stands instead of a part of the guideline; None where the part is dropped."""
Edits = tuple[tuple[int, Edit], ...]

NOTHING = ir.Outcome("determined", (), "", (), ir.Citation())
AMOUNTS = ("dose", "every", "times", "lasts", "after", "infusion")
"""What an order says of how much and how long."""


@dataclass(frozen=True)
class Way:
    """One way to remove what stands in a place: an edit for each part that changes."""

    how: str
    edits: Edits


@dataclass(frozen=True)
class Place:
    """A part of the guideline that cites a statement, and the ways to remove it. Each of them has to be noticed."""

    part: Any
    where: str
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Mutant:
    """A guideline without a statement, in one way."""

    where: str
    how: str
    guideline: ir.Guideline


def mutants(guideline: ir.Guideline, statement: str, kind: str) -> Iterator[Mutant]:
    """The guideline without all that encodes the statement, in each way; nothing where no place can be removed."""
    found = innermost(guideline, statement, kind)
    for at in range(max((len(one.ways) for one in found), default=0)):
        ways = [(one, one.ways[min(at, len(one.ways) - 1)]) for one in found]
        where = ", ".join(dict.fromkeys(one.where for one, _ in ways))
        how = ", ".join(dict.fromkeys(way.how for _, way in ways))
        edits = {part: edit for _, way in ways for part, edit in way.edits}
        yield Mutant(where, how, rewritten(guideline, edits))


def one_by_one(guideline: ir.Guideline, statement: str, kind: str) -> Iterator[Mutant]:
    """The guideline without one of the places that encode the statement; an order without its times as well."""
    for place in innermost(guideline, statement, kind):
        for way in (*place.ways, *_time_ways(place.part)):
            yield Mutant(place.where, way.how, rewritten(guideline, dict(way.edits)))


def noticed_by(guideline: ir.Guideline, scenarios: tuple[ir.Scenario, ...]) -> str | None:
    """The first scenario that fails, or why the guideline can't be lowered; None where nobody notices."""
    program, found = lower(guideline)
    if program is None:
        return f"refused: {found[0].code}"
    return next((one.title for one in scenarios if run(Compiled(guideline, program, ""), one)), None)


# --- where a statement is cited ------------------------------------------------


def places(guideline: ir.Guideline, statement: str, kind: str) -> list[Place]:
    """Every part that cites the statement, outer ones first."""
    found = []
    if _cites(guideline.applies_cites, statement):
        way = Way("applies to everybody", _changed(guideline, applies=None))
        found.append(Place(guideline, _place(guideline.span, "applies when"), (way,)))
    for part, span in _with_spans(guideline):
        if isinstance(part, ir.Guideline | ir.Citation | ir.Source | ir.Account):
            continue
        if isinstance(part, ir.Definition) and part.role:
            continue  # made of the pathway, where the statement is cited as well
        name = type(part).__name__.lower()
        if any(isinstance(one, ir.Citation) and _cites(one, statement) for one in inside(part)):
            found.append(Place(part, _place(span, name), tuple(_ways(guideline, part, kind))))
    return found


def innermost(guideline: ir.Guideline, statement: str, kind: str) -> list[Place]:
    """The places that can be removed and hold no other: what a recommendation names holds the orders of its regimen."""
    found = [one for one in places(guideline, statement, kind) if one.ways]
    regimens = {one.id: one for one in guideline.regimens}
    cited = {id(one.part) for one in found}

    def outer(place: Place) -> bool:
        within = list(parts(place.part))
        within += [
            inner
            for one in within
            if isinstance(one, ir.Recommendation) and one.regimen
            for inner in parts(regimens[one.regimen])
        ]
        return any(id(one) in cited for one in within if one is not place.part)

    return [one for one in found if not outer(one)]


def _cites(citation: ir.Citation, statement: str) -> bool:
    return statement in citation.statements + citation.inferred


def _place(span: Span, name: str) -> str:
    return f"{name} {span.file.rpartition('/')[2].removesuffix('.guide')}:{span.line}"


def _with_spans(guideline: ir.Guideline) -> Iterator[tuple[Any, Span]]:
    """Every record with its place in the text, or that of what it stands in."""
    waiting: list[tuple[Any, Span]] = [(guideline, guideline.span)]
    while waiting:
        part, around = waiting.pop()
        if isinstance(part, tuple):
            waiting += [(one, around) for one in reversed(part)]
        elif inside(part):
            span = getattr(part, "span", around)
            span = around if span == ir.NOWHERE else span
            yield part, span
            waiting += [(one, span) for one in reversed(inside(part))]


# --- how it is removed -----------------------------------------------------------


def _ways(guideline: ir.Guideline, part: Any, kind: str) -> Iterator[Way]:
    match part:
        case ir.Order():
            yield from _order_ways(part, kind)
        case ir.Outcome():
            other = "nothing" if part.status != "determined" or part.recommendations else "not stated"
            instead = NOTHING if other == "nothing" else replace(NOTHING, status="not_stated", why="removed")
            yield Way(f"becomes `{other}`", _replaced(part, instead))
        case ir.As():
            yield Way("becomes `nothing`", _replaced(part, NOTHING))
        case ir.Branch():
            yield Way("becomes `nothing`", _changed(part, node=NOTHING))
        case ir.TableRow():
            yield Way("becomes `nothing`", _changed(part, outcome=NOTHING))
        case ir.Table():
            yield Way("becomes `nothing`", _replaced(part, NOTHING))
        case ir.Split():
            yield from _split_ways(part)
        case ir.Decision():
            yield Way("decides nothing", _changed(part, tree=NOTHING))
            if part.asked is not None:
                yield Way("is always asked", _changed(part, asked=None))
        case ir.Options():
            yield Way("has no line", _changed(part, lines=()))
            if part.asked is not None:
                yield Way("is always asked", _changed(part, asked=None))
        case ir.OptionConflict():
            yield Way("lines without the conflict", _replaced(part, part.lines))
        case ir.Regimen():
            named = [one for one in parts(guideline.decisions) if isinstance(one, ir.Recommendation)]
            given = [id(one) for one in named if one.regimen == part.id]
            yield Way("is given nowhere", tuple((one, lambda _: None) for one in given))
        case ir.Definition():
            yield from _definition_ways(part)
        case ir.Reading():
            yield from _reading_ways(guideline, part)
        case (
            ir.Band() | ir.Arm() | ir.GridRow() | ir.Grid() | ir.Input() | ir.Item() | ir.Note() | ir.Stage() | ir.Pathway()
        ):  # fmt: skip
            return
        case ir.Move():
            if part.to:
                yield Way("leads nowhere that is stated", _changed(part, to="", why="removed"))
        case ir.StageReview():
            if part.interval is not None:
                yield Way("dropped", _replaced(part, None))
        case ir.DoseBand():
            yield Way("dose not stated", _changed(part, dose=None))
        case _:
            yield Way("dropped", _replaced(part, None))


def _order_ways(order: ir.Order, kind: str) -> Iterator[Way]:
    """A statement about a dose goes with the dose; any other with the order. What is usual is a statement of its own."""
    stated = [name for name in AMOUNTS if getattr(order, name) is not None]
    if kind == "dose" and stated:
        yield Way("dose not stated", _without(order, stated))
    else:
        yield Way("dropped", _replaced(order, None))
    if order.usual and kind != "dose":
        yield Way("not usual", _changed(order, usual=False))


def _time_ways(part: Any) -> Iterator[Way]:
    for name in ("every", "times", "lasts"):
        if isinstance(part, ir.Order) and getattr(part, name) is not None:
            yield Way(f"`{name}` not stated", _without(part, [name]))


def _without(order: ir.Order, names: list[str]) -> Edits:
    gone: dict[str, Any] = dict.fromkeys(names)
    return _changed(order, **gone, tapers=() if "dose" in names else order.tapers)


def _split_ways(split: ir.Split) -> Iterator[Way]:
    """The question isn't asked: everybody goes the way of one branch."""
    for branch in split.branches:
        if not isinstance(branch.node, ir.As):
            label = branch.value or "otherwise"
            yield Way(f"not asked, all as `{label}`", _replaced(split, branch.node))


def _definition_ways(definition: ir.Definition) -> Iterator[Way]:
    if definition.condition is not None:
        for value, word in ((True, "always"), (False, "never")):
            yield Way(word, _changed(definition, condition=ir.Always(value)))
    elif definition.category is not None:
        for band in definition.category.bands:
            yield Way(f"always {band.value}", _replaced(definition, _always(definition, band)))
    else:
        zero = ir.Constant(Fraction(0), definition.unit)
        yield Way("always 0", _changed(definition, number=zero))


def _always(definition: ir.Definition, band: ir.Band) -> ir.Definition:
    assert definition.category is not None
    only = replace(definition.category, bands=(replace(band, condition=None),))
    return replace(definition, category=only)


def _reading_ways(guideline: ir.Guideline, reading: ir.Reading) -> Iterator[Way]:
    """The passage is read in one way, as if the others weren't there."""
    asked = [one for one in parts(guideline) if isinstance(one, ir.ReadingIs) and one.reading == reading.id]
    for value in reading.values:

        def chosen(one: ir.ReadingIs, value: str = value.id) -> ir.Always:
            return ir.Always(value in one.values)

        yield Way(f"read as {value.id}", tuple((id(one), chosen) for one in asked))


def _changed(part: Any, **fields: Any) -> Edits:
    return ((id(part), lambda one: replace(one, **fields)),)


def _replaced(part: Any, instead: Any) -> Edits:
    return ((id(part), lambda one: instead),)


# --- a guideline with some of its parts changed ------------------------------------


def rewritten(guideline: ir.Guideline, edits: dict[int, Edit]) -> ir.Guideline:
    """The same with the edits made, inner parts first; what is made of the pathway is made anew."""
    found: ir.Guideline = _rewritten(guideline, edits)
    if found.pathway is None:
        return found
    own = tuple(one for one in found.definitions if not one.role)
    return replace(found, definitions=(*own, *categories_of(found.pathway)))


def _rewritten(one: Any, edits: dict[int, Edit]) -> Any:
    if isinstance(one, tuple):
        return _each(one, edits)
    if not inside(one):
        return edits[id(one)](one) if id(one) in edits else one
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    new = {name: _rewritten(value, edits) for name, value in values.items()}
    if any(new[name] is not value for name, value in values.items()):
        whole = _emptied(one, new)
        if whole is None:
            return None
    else:
        whole = one
    return edits[id(one)](whole) if id(one) in edits else whole


def _each(many: tuple[Any, ...], edits: dict[int, Edit]) -> tuple[Any, ...]:
    new: list[Any] = []
    for one in many:
        changed = _rewritten(one, edits)
        if isinstance(changed, tuple) and not isinstance(one, tuple):
            new += changed
        elif changed is not None or one is None:
            new.append(changed)
    same = len(new) == len(many) and all(a is b for a, b in zip(new, many, strict=True))
    return many if same else tuple(new)


def _emptied(one: Any, new: dict[str, Any]) -> Any:
    """A part with new insides; None where nothing of it is left."""
    hollow = (
        (isinstance(one, ir.Choice) and not new["options"])
        or (isinstance(one, ir.OptionLine) and new["recommendation"] is None)
        or (isinstance(one, ir.OptionConflict) and not new["lines"])
        or (isinstance(one, ir.Recommendation) and one.regimen is None and not new["orders"])
    )
    return None if hollow else replace(one, **new)
