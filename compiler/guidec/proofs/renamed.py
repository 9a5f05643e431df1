"""Two versions of a guideline to what was only given another name, and a guideline under other names."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from guidec import ir
from guidec.record import rebuilt, record

Names = Mapping[str, str]
"""`input x`, `value x.v`, `reading`, `reading value`, `definition`, `decision`, `rule`, `regimen`, `item` to the new name."""


@record
class Renamed:
    """Something that has another name in the second version. `inside` is the input or the reading of a value."""

    kind: str
    before: str
    after: str
    label: str
    inside: str = ""


def renamings(old: ir.Guideline, new: ir.Guideline) -> list[Renamed]:
    """What has another name: alone of its kind under one label, and gone in one version as it came in the other."""
    found: list[Renamed] = []
    for kind, ours, theirs in _kinds(old, new):
        pairs = _paired(ours, theirs, kind)
        found += [Renamed(kind, before.id, after.id, after.label) for before, after in pairs]
        if kind in ("input", "reading"):
            same = [(one, other) for one in ours for other in theirs if one.id == other.id]
            for before, after in (*same, *pairs):
                found += [
                    Renamed(
                        "value" if kind == "input" else "reading value",
                        one.id,
                        other.id,
                        other.label,
                        before.id,
                    )
                    for one, other in _paired(_values(before), _values(after), "value")
                ]
    return found


def _kinds(old: ir.Guideline, new: ir.Guideline) -> list[tuple[str, tuple[Any, ...], tuple[Any, ...]]]:
    named, now = (tuple(one for one in each.definitions if not one.role) for each in (old, new))
    return [
        ("input", _entered(old), _entered(new)),
        ("item", old.items, new.items),
        ("definition", named, now),
        ("reading", old.readings, new.readings),
        ("regimen", old.regimens, new.regimens),
        ("decision", old.decisions, new.decisions),
        ("rule", old.rules, new.rules),
    ]


def _entered(guideline: ir.Guideline) -> tuple[ir.Input, ...]:
    """The inputs that have names of their own: a part of a series is called after it."""
    return tuple(one for one in guideline.inputs if one.part is None)


def _values(one: Any) -> tuple[ir.Value, ...]:
    """The values of an input or a reading; those of a list of drugs are named as the drugs are."""
    if isinstance(one, ir.Reading):
        return one.values
    own = one.type.values if isinstance(one.type, ir.OneOf | ir.AnyOf) else ()
    return (*(() if isinstance(one.type, ir.AnyOf) and one.type.drugs else own), *one.named)


def _paired(ours: tuple[Any, ...], theirs: tuple[Any, ...], kind: str) -> list[tuple[Any, Any]]:
    """Those that are gone with those that came, where their labels leave no choice."""
    known, others = {one.id for one in ours}, {one.id for one in theirs}
    left, right = Counter(one.label for one in ours), Counter(one.label for one in theirs)
    came = {one.label: one for one in theirs if one.id not in known and right[one.label] == 1}
    return [
        (one, came[one.label])
        for one in ours
        if one.id not in others
        and left[one.label] == 1
        and one.label in came
        and _sort_of(one, kind) == _sort_of(came[one.label], kind)
    ]


def _sort_of(one: Any, kind: str) -> object:
    """What two of a kind have to share to be one thing under two names."""
    match kind:
        case "input":
            return type(one.type)
        case "definition":
            return one.condition is None, one.number is None
        case "item" | "rule":
            return one.kind
        case _:
            return type(one)


def names_of(found: Iterable[Renamed]) -> dict[str, str]:
    """The renamings as `renamed` takes them."""
    return {
        f"{one.kind} {one.inside}.{one.before}" if one.inside else f"{one.kind} {one.before}": one.after
        for one in found
    }


def renamed(guideline: ir.Guideline, names: Names) -> ir.Guideline:
    """The guideline with other names."""
    if not names:
        return guideline
    parts = {
        f"input {one.id}": replace(one.part, of=names[f"input {one.part.of}"]).id
        for one in guideline.inputs
        if one.part is not None and f"input {one.part.of}" in names
    }
    made: ir.Guideline = rebuilt(guideline, _renaming(guideline, {**parts, **names}))
    return made


def _renaming(guideline: ir.Guideline, names: Names) -> Callable[[Any], Any]:  # noqa: PLR0915  # a case a node
    drug_lists = {one.id for one in guideline.inputs if isinstance(one.type, ir.AnyOf) and one.type.drugs}
    regimens = {one.id for one in guideline.regimens}

    def called(kind: str, name: str) -> str:
        return names.get(f"{kind} {name}", name)

    def items(several: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(called("item", name) for name in several)

    def values(name: str, several: tuple[str, ...]) -> tuple[str, ...]:
        if name in drug_lists:
            return items(several)
        return tuple(names.get(f"value {name}.{value}", value) for value in several)

    def asked(name: str) -> str:
        kinds = (kind for kind in ("input", "reading", "definition") if f"{kind} {name}" in names)
        return next((called(kind, name) for kind in kinds), name)

    def called_stage(name: str) -> str:
        return name if guideline.pathway is None else values(guideline.pathway.input, (name,))[0]

    def outcome(name: str) -> str:
        return called("regimen" if name in regimens else "item", name)

    def typed(name: str, kind: ir.Type) -> ir.Type:
        if not isinstance(kind, ir.OneOf | ir.AnyOf):
            return kind
        ids = values(name, tuple(one.id for one in kind.values))
        return replace(kind, values=_as(kind.values, ids))

    def dated(one: ir.Dated) -> ir.Dated:
        if one.date.kind != "input":
            return one
        instead = tuple(
            replace(each, value=names.get(f"value {one.date.text}.{each.value}", each.value))
            for each in one.instead
        )
        date = replace(one.date, text=called("input", one.date.text))
        return replace(one, date=date, instead=instead)

    def change(one: Any) -> Any:
        match one:
            case ir.Measure(name) | ir.Recorded(name):
                return _with(one, input=called("input", name))
            case ir.Is(name, several):
                return _with(one, input=called("input", name), values=values(name, several))
            case ir.Includes(name, several):
                return _with(one, input=called("input", name), members=values(name, several))
            case ir.ReadingIs(name, several):
                read = tuple(names.get(f"reading value {name}.{value}", value) for value in several)
                return _with(one, reading=called("reading", name), values=read)
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name):
                return _with(one, definition=called("definition", name))
            case ir.Recommends(name, given):
                return _with(one, decision=called("decision", name), outcome=outcome(given))
            case ir.Gives(name):
                return _with(one, decision=called("decision", name))
            case ir.Things(drugs, classes, procedures):
                return ir.Things(items(drugs), items(classes), items(procedures))
            case ir.Prescribed(drugs):
                return ir.Prescribed(items(drugs))
            case ir.Part(of):
                return _with(one, of=called("input", of))
            case ir.Input(name):
                made = _with(one, id=called("input", name), type=typed(name, one.type))
                return replace(made, named=_as(one.named, values(name, tuple(each.id for each in one.named))))
            case ir.Reading(name):
                ids = tuple(names.get(f"reading value {name}.{each.id}", each.id) for each in one.values)
                return replace(one, id=called("reading", name), values=_as(one.values, ids))
            case ir.Definition() if one.role and guideline.pathway is not None:
                made = _of_stages(one, called_stage)
                return replace(made, id=called("definition", made.id))
            case ir.Pathway():
                return replace(one, input=called("input", one.input))
            case ir.Stage(name):
                decisions = tuple(called("decision", each) for each in one.decisions)
                rules = tuple(called("rule", each) for each in one.rules)
                return replace(one, id=called_stage(name), decisions=decisions, rules=rules, by=asked(one.by))
            case ir.Move():
                return replace(one, to=called_stage(one.to))
            case ir.Definition(name):
                return _with(one, id=called("definition", name), band=called("definition", one.band))
            case ir.Category():
                return _with(one, of=asked(one.of))
            case ir.Case():
                return _with(one, of=asked(one.of))
            case ir.Grid():
                return replace(one, gives=tuple(called("definition", name) for name in one.gives))
            case ir.Item(name):
                return replace(one, id=called("item", name), members=items(one.members))
            case ir.Dose(of=str(of)):
                return _with(one, of=called("input", of))
            case ir.Split(name):
                return _with(one, by=asked(name))
            case ir.DoseInBands(name):
                return _with(one, by=asked(name))
            case ir.Order():
                drug, procedure, drug_class = (
                    None if name is None else called("item", name)
                    for name in (one.drug, one.procedure, one.drug_class)
                )
                return replace(one, drug=drug, procedure=procedure, drug_class=drug_class)
            case ir.Regimen(name):
                return _with(one, id=called("regimen", name))
            case ir.Recommendation():
                if one.regimen is not None:
                    name = called("regimen", one.regimen)
                    return _with(one, id=called("regimen", one.id), regimen=name)
                return _with(one, id=called("item", one.id))
            case ir.Decision(name) | ir.Options(name):
                return _with(one, id=called("decision", name))
            case ir.Dated():
                return dated(one)
            case ir.Rule(name):
                until = None if one.until is None else called("input", one.until)
                return replace(one, id=called("rule", name), until=until, measure=items(one.measure))
            case ir.Avoid(item, other):
                return replace(
                    one, item=called("item", item), other=None if other is None else called("item", other)
                )
            case ir.Question():
                return replace(one, of=items(one.of), but=items(one.but))
            case ir.Answers():
                return replace(one, by=tuple(called("rule", called("decision", name)) for name in one.by))
            case _:
                return one

    return change


def _of_stages(one: ir.Definition, called: Callable[[str], str]) -> ir.Definition:
    """What a pathway is made of, its stages under other names."""
    assert one.category is not None
    values = _as(one.category.values, tuple(called(each.id) for each in one.category.values))
    bands = tuple(replace(each, value=called(each.value)) for each in one.category.bands)
    name = f"after {called(one.id.removeprefix('after '))}" if one.role == "moves" else one.id
    return replace(one, id=name, category=replace(one.category, values=values, bands=bands))


def _as(several: tuple[ir.Value, ...], ids: tuple[str, ...]) -> tuple[ir.Value, ...]:
    return tuple(replace(one, id=name) for one, name in zip(several, ids, strict=True))


def _with(one: Any, **changed: Any) -> Any:
    same = all(getattr(one, name) == value for name, value in changed.items())
    return one if same else replace(one, **changed)
