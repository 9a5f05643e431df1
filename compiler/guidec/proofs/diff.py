"""Two versions of a guideline to what changed for whom: each decision, line, rule and value the same, changed or unknown."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import islice, product
from operator import or_
from typing import Any, NamedTuple

from guidec import ir
from guidec.evaluate import Compiled
from guidec.lower import lower
from guidec.lower.diagram import TRUE, TooLarge
from guidec.lower.search import Solver
from guidec.lower.work import Lowering, all_impossible, diagram_of
from guidec.proofs import declared
from guidec.proofs.bare import bare, statements, texts
from guidec.proofs.dosed import EVERYBODY, NOBODY, Apart, amounts_apart, border_entries, compared
from guidec.proofs.joint import SECOND, Joint, joint, same_number, second_name
from guidec.proofs.questions import Answer, nobody, ways
from guidec.proofs.renamed import Renamed, names_of, renamed, renamings
from guidec.proofs.replay import Json, Part, Replay
from guidec.proofs.said import end_lines
from guidec.proofs.settled import NOT_SHOWN, End, Ends, decided, led, ruled, scoped, valued
from guidec.proofs.ways import in_words, reader
from guidec.proofs.witness import Patient, Way, least, patient_of, round_entries, shortest, spread
from guidec.record import parts

MOST_SHOWN = 20
MOST_TRIED = 60
MOST_SPREAD = 400
MOST_AT_BORDER = 40
MOST_READ_AT_ONCE = 3
TOO_LARGE = "both versions together are too large to compare"
NOT_LOOKED_AT = "there are more pairs of answers than were looked at"
BLANKS = "the same for everyone whose record is complete; while something is blank, the answers may differ"


def difference(
    old: Compiled,
    new: Compiled,
    tell: Callable[[str], None] = lambda stage: None,
    solver: Solver | None = None,
) -> Json:
    """What `guidec diff` prints (see difference.schema.json). The `solver` is asked where the search for values gives up."""
    found = renamings(old.guideline, new.guideline)
    named = _under_new_names(old, found)
    tell("laying both versions over one set of questions")
    changes = _changes(named, new, tell, solver)
    changes = [*_declared(named.guideline, new.guideline), *changes]
    differ = [one for one in changes if one["verdict"] != "same"]
    return {
        "before": _head(old),
        "after": _head(new),
        "verdict": "changed" if differ else "same",
        "renamed": [_renamed_json(one) for one in found],
        "changes": changes,
        "reworded": list(_reworded(named.guideline, new.guideline)),
        "citations": list(_citations(named.guideline, new.guideline)),
    }


def _head(compiled: Compiled) -> Json:
    guideline = compiled.guideline
    return {
        "guideline": guideline.id,
        "title": guideline.title,
        "version": guideline.version,
        "digest": compiled.digest,
    }


def _under_new_names(old: Compiled, found: Sequence[Renamed]) -> Compiled:
    """The old version with the names of the new one, its rows made anew."""
    if not found:
        return old
    guideline = renamed(old.guideline, names_of(found))
    program, _ = lower(guideline)
    assert program is not None, "other names make no fault"
    return Compiled(guideline, program, old.digest)


def _renamed_json(one: Renamed) -> Json:
    inside = {"inside": one.inside} if one.inside else {}
    return {"kind": one.kind, "before": one.before, "after": one.after, "label": one.label, **inside}


# --- what the diagrams say ----------------------------------------------------


@dataclass(slots=True)
class _Work:
    """Both versions over one set of diagrams. `bounds` is true of the records that both accept."""

    whole: Joint
    ends: Ends
    replay: Replay
    bounds: int
    words: Callable[[Way], str]
    amounts: dict[tuple[int, int], Apart | None] = field(default_factory=dict)

    @property
    def first(self) -> Lowering:
        return self.whole.first

    @property
    def second_guideline(self) -> ir.Guideline:
        return self.whole.second.guideline


def _changes(old: Compiled, new: Compiled, tell: Callable[[str], None], solver: Solver | None) -> list[Json]:
    things = list(_things(old.guideline, new.guideline))
    if bare(old.guideline) == bare(new.guideline):
        return [_change(kind, name, label, "same") for kind, name, label, _, _ in things]
    try:
        whole = joint(old.guideline, new.guideline, _numbers(things), solver, amounts=True)
    except TooLarge:
        return [_change(kind, name, label, "unknown", reason=TOO_LARGE) for kind, name, label, _, _ in things]
    bounds = whole.first.diagrams.negate(whole.first.diagrams.either(*whole.refused))
    words = reader(new.guideline, whole.first, ("as it was", "as it is now"))
    work = _Work(whole, Ends((whole.first, whole.second)), Replay(whole, old, new), bounds, words)
    found: list[Json] = []
    for kind, name, label, before, after in things:
        tell(f"comparing {name}")
        try:
            found.append(_compared(work, kind, name, label, before, after))
        except TooLarge:
            found.append(_change(kind, name, label, "unknown", reason=TOO_LARGE))
    return found


Thing = tuple[str, str, str, Any, Any]
"""Its kind, its name, its label, and the name or declaration in each version; None where it has none."""


def _numbers(things: Sequence[Thing]) -> list[str]:
    """The shown numbers of both."""
    return [
        name
        for kind, name, _, before, after in things
        if kind == "value" and before.number is not None and after.number is not None
    ]


def _things(old: ir.Guideline, new: ir.Guideline) -> Iterator[Thing]:
    """All that diagrams speak of, in the order of the new version, what is gone behind it."""
    if old.applies is not None or new.applies is not None:
        yield "scope", "scope", "Who is in scope", "", ""
    if old.impossible or new.impossible:
        yield "impossible", "impossible", "Records that are refused as impossible", "", ""
    for before, after in _matched(old.decisions, new.decisions):
        one = after or before
        decisions = [isinstance(each, ir.Decision) for each in (before, after) if each is not None]
        if all(decisions):
            yield "decision", one.id, one.label, before and before.id, after and after.id
        elif not any(decisions):
            yield from _lines(before, after)
        else:
            before_form, after_form = ("a decision" if each else "options" for each in decisions)
            yield "form", one.id, one.label, before_form, after_form
    for before, after in _matched(old.rules, new.rules):
        one = after or before
        yield "rule", one.id, one.label, before and before.id, after and after.id
    stages = [() if one.pathway is None else one.pathway.stages for one in (old, new)]
    for before, after in _matched(*stages):
        one = after or before
        yield "stage", one.id, one.label, before, after
    for before, after in _matched(old.definitions, new.definitions):
        if before is not None and after is not None and before.shown and after.shown:
            yield "value", after.id, after.label, before, after
        else:
            for one, word in ((before, "removed"), (after, "added")):
                other = after if one is before else before
                if one is not None and one.shown and (other is None or not other.shown):
                    yield word, one.id, one.label, None, None


def _matched(before: Sequence[Any], after: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Declarations of the same name, in the order of the second; those without one beside None."""
    ours, theirs = {one.id: one for one in before}, {one.id: one for one in after}
    found = [(ours.get(name), one) for name, one in theirs.items()]
    return [*found, *((one, None) for name, one in ours.items() if name not in theirs)]


def _lines(before: ir.Options | None, after: ir.Options | None) -> Iterator[Thing]:
    """The lines of two lists: those on the same things together, in their order."""
    one = after or before
    assert one is not None
    left: dict[object, list[int | None]] = {}
    for at, line in enumerate(before.lines if before else ()):
        left.setdefault(_on(line), []).append(at)
    pairs: list[tuple[int | None, int | None]] = []
    if before and after:
        _pair_equal(before, after, left, pairs)
    paired = {theirs: ours for ours, theirs in pairs}
    for at, line in enumerate(after.lines if after else ()):
        ours = paired[at] if at in paired else (left.get(_on(line)) or [None]).pop(0)
        name = f"{one.id}: {' or '.join(_on(line))}"
        yield (
            "line",
            name,
            _line_label(one, line),
            None if ours is None else f"{one.id}#{ours}",
            f"{one.id}#{at}",
        )
    for gone in sorted(at for rest in left.values() for at in rest if at is not None):
        assert before is not None
        line = before.lines[gone]
        yield (
            "line",
            f"{one.id}: {' or '.join(_on(line))}",
            _line_label(one, line),
            f"{one.id}#{gone}",
            None,
        )


def _pair_equal(
    before: ir.Options,
    after: ir.Options,
    left: dict[object, list[int | None]],
    pairs: list[tuple[int | None, int | None]],
) -> None:
    """Lines that say the same belong together, whatever stands between them."""
    said = {at: bare(line) for at, line in enumerate(before.lines)}
    for at, line in enumerate(after.lines):
        same = next(
            (one for one in left.get(_on(line), ()) if one is not None and said[one] == bare(line)), None
        )
        if same is not None:
            left[_on(line)].remove(same)
            pairs.append((same, at))


def _on(line: ir.OptionLine | ir.OptionConflict) -> tuple[str, ...]:
    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)
    return tuple(sorted({one.recommendation.id for one in lines}))


def _line_label(options: ir.Options, line: ir.OptionLine | ir.OptionConflict) -> str:
    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)
    labels = dict.fromkeys(one.recommendation.label for one in lines)
    return f"{options.label}: {' or '.join(labels)}"


def _compared(work: _Work, kind: str, name: str, label: str, before: Any, after: Any) -> Json:
    match kind:
        case "added" | "removed":
            return _change("value", name, label, kind)
        case "form":
            return _change("decision", name, label, "changed", facts=[_fact("form", before, after)])
        case "decision" | "rule" if None in (before, after):
            return _come_or_gone(work, kind, name, label, before, after)
        case "stage" if None in (before, after):
            return _change(kind, name, label, "added" if before is None else "removed")
        case "scope":
            nodes = scoped(work.ends, 0), scoped(work.ends, 1)
        case "impossible":
            return _impossible(work, name, label)
        case "stage":
            return _stage(work, name, label, before, after)
        case "value":
            return _value(work, name, label, before, after)
        case "rule":
            nodes = ruled(work.ends, 0, before), ruled(work.ends, 1, after)
        case _:
            absent = work.ends.end(ABSENT)
            nodes = (
                absent if before is None else decided(work.ends, 0, before),
                absent if after is None else decided(work.ends, 1, after),
            )
    part = Part(kind, before, after)
    if kind == "scope" and not all(one.decisions for one in (work.first.guideline, work.second_guideline)):
        return _groups(work, kind, name, label, [nodes], None)
    return _groups(work, kind, name, label, [nodes], part)


def _come_or_gone(
    work: _Work, kind: str, name: str, label: str, before: str | None, after: str | None
) -> Json:
    """A decision or a rule that one version doesn't have: what the other gives, and to whom."""
    absent = work.ends.end(NOT_SHOWN if kind == "rule" else NO_DECISION)
    shown = ruled if kind == "rule" else decided
    nodes = tuple(
        absent if one is None else shown(work.ends, side, one) for side, one in enumerate((before, after))
    )
    found = _groups(work, kind, name, label, [nodes], Part(kind, before, after))
    return {
        **{key: value for key, value in found.items() if key != "rewritten"},
        "verdict": "added" if before is None else "removed",
    }


ABSENT = End("no such line")
NO_DECISION = End("no such decision")


def _value(work: _Work, name: str, label: str, before: ir.Definition, after: ir.Definition) -> Json:
    """A definition that both show."""
    facts = [_fact(*one) for one in declared.definition_facts(before, after)]
    part = Part("value", name, name)
    if (before.number is None) != (after.number is None) or (before.condition is None) != (
        after.condition is None
    ):
        facts.append(_fact("kind", _sort(before), _sort(after)))
        return _change("value", name, label, "changed", facts=facts)
    if before.number is None:
        kinds = [valued(work.ends, side, one) for side, one in enumerate(_pair(work, name))]
        if len(kinds[0]) != len(kinds[1]):
            return _change("value", name, label, "changed", facts=facts)
        found = _groups(work, "value", name, label, list(zip(*kinds, strict=True)), part)
    else:
        found = _number(work, name, label, part)
    if facts:
        found |= {"verdict": "changed", "facts": facts + found["facts"]}
    return found


def _stage(work: _Work, name: str, label: str, before: ir.Stage, after: ir.Stage) -> Json:
    """A stage of both pathways: where its moves lead, and what else is said of it."""
    facts = [_fact(*one) for one in declared.stage_facts(before, after)]
    moves = f"after {name}"
    called = (moves, second_name(work.whole, moves))
    definitions = work.first.coordinates.definitions
    left, right = (
        led(work.ends, side, stage, definitions[called[side]] if stage.moves else None)
        for side, stage in enumerate((before, after))
    )
    found = _groups(work, "stage", name, label, [(left, right)], Part("stage", name, name))
    if facts:
        found |= {"verdict": "changed", "facts": facts + found["facts"]}
    return found


def _pair(work: _Work, name: str) -> list[ir.Definition]:
    """A definition in both, under the names that it has there."""
    second = second_name(work.whole, name)
    return [work.first.coordinates.definitions[name], work.first.coordinates.definitions[second]]


def _sort(one: ir.Definition) -> str:
    return "a condition" if one.condition is not None else "a category" if one.number is None else "a number"


def _number(work: _Work, name: str, label: str, part: Part) -> Json:
    """A number: where it isn't the same, by the coordinate that subtracts one from the other."""
    if second_name(work.whole, name) == name:
        return _change("value", name, label, "same")
    diagrams = work.first.diagrams
    equal = diagram_of(work.first, same_number(name))
    node = diagrams.both(
        work.bounds, diagrams.replace(equal, lambda value: diagrams.false if value == TRUE else diagrams.true)
    )
    answer = nobody(work.first, node, lambda patient: work.replay.differ(part, patient))
    if answer.kind == "proven":
        return _change("value", name, label, "same", rewritten=True)
    group = {"before": ["one number"], "after": ["another"], "for": [], "complete": False}
    if answer.kind == "unknown":
        return _change("value", name, label, "unknown", groups=[group | {"reason": answer.reason}])
    assert answer.patient is not None
    example = work.replay.example(part, answer.patient, name)
    group["before"], group["after"] = (
        [f"{one} in the example"] for one in work.replay.values(part, answer.patient)
    )
    return _change("value", name, label, "changed", groups=[group | {"example": example}])


def _impossible(work: _Work, name: str, label: str) -> Json:
    """Records that one version refuses as impossible, and the other doesn't."""
    diagrams = work.first.diagrams
    nodes = [all_impossible(one) for one in work.ends.sides]
    if nodes[0] == nodes[1]:
        return _change("impossible", name, label, "same")
    known = diagrams.negate(diagrams.either(*work.whole.unknown))
    sides = (nodes[0], nodes[1]), (nodes[1], nodes[0])
    found = [_only_refused(work, at, nodes, known) for at, nodes in enumerate(sides)]
    verdicts = [verdict for _, verdict in found]
    verdict = next((word for word in ("changed", "unknown") if word in verdicts), "same")
    groups = [group for group, _ in found if group is not None]
    return _change("impossible", name, label, verdict, groups=groups, rewritten=verdict == "same")


def _only_refused(work: _Work, at: int, nodes: tuple[int, int], known: int) -> tuple[Json | None, str]:
    """Records that one version refuses, the first (0) or the second (1), and the other doesn't."""
    diagrams = work.first.diagrams
    unbound = replace(work.first, guideline=replace(work.first.guideline, impossible=()), impossible=[])
    only = diagrams.both(nodes[0], diagrams.negate(nodes[1]))
    wanted = (at == 0, at == 1)
    answer = nobody(
        unbound, diagrams.both(known, only), lambda patient: work.replay.refused(patient) == wanted
    )
    if answer.kind == "proven":
        return None, "same"
    words = ["refused", "accepted"]
    told = in_words(unbound, only, known, work.words)
    group: Json = {"before": [words[at]], "after": [words[1 - at]], **_for(told)}
    if answer.patient is None:
        return group | {"reason": answer.reason}, "unknown"
    return group | {"example": work.replay.refused_example(answer.patient)}, "changed"


def _groups(
    work: _Work, kind: str, name: str, label: str, nodes: Sequence[tuple[int, ...]], part: Part | None
) -> Json:
    """Two diagrams to the patients for whom they end differently, those of one pair of ends together."""
    groups: list[Json] = []
    more, verdict, tried, reason = 0, "same", 0, ""
    facts: list[Json] = []
    for left, right in nodes:
        if left == right:
            continue
        pairs, outcomes = _pairs(work, left, right)
        inside = work.first.diagrams.choose(work.bounds, pairs, work.first.diagrams.false)
        for pair in sorted(_ends_of(work, inside)):
            if len(groups) >= MOST_SHOWN or tried >= MOST_TRIED:
                more += 1
                continue
            tried += 1
            group, found = _group(work, (kind, name), (pairs, inside), pair, part)
            if group is not None:
                groups.append(group)
                verdict = "changed" if found == "changed" or verdict == "changed" else found
            facts += [one for one in _amount_facts(work, inside, pair, group) if one not in facts]
        if verdict == "same" and more:
            verdict, reason = "unknown", NOT_LOOKED_AT
        if verdict == "same" and _told_apart(work, outcomes):
            verdict, facts = "changed", [_fact(BLANKS, "", ""), *facts]
    complete = [group for group in groups if "note" not in group]
    groups = complete or groups  # what changes while something is blank follows from what changes anyhow
    rewritten = verdict == "same" and any(left != right for left, right in nodes)
    return _change(
        kind, name, label, verdict, facts=facts, groups=groups, more=more, reason=reason, rewritten=rewritten
    )


def _group(
    work: _Work,
    what: tuple[str, str],
    nodes: tuple[int, int],
    pair: tuple[int, int],
    part: Part | None,
) -> tuple[Json | None, str]:
    """One pair of ends: for whom, and a patient who shows it; None where there is nobody."""
    pairs, inside = (_where_pair(work, node, pair) for node in nodes)
    before, after = (work.ends.all[at] for at in pair)
    complete = (before.status, before.shown) != (after.status, after.shown)
    amounts = _amounts(work, *pair)
    weights = () if amounts is None else amounts.weights

    def shows(patient: dict[str, object], *, loosely: bool = False) -> bool:
        if any(name not in patient for name in weights):
            return False
        return part is None or work.replay.differ(part, patient, (before, after), loosely=loosely)

    def seen(patient: dict[str, object]) -> bool:
        return not complete or shows(patient)

    answer = _at_border(work, inside, amounts, seen) or nobody(work.first, inside, seen, weights)
    if answer.kind == "unknown" and part is not None and part.kind == "rule":
        answer = nobody(work.first, inside, lambda patient: shows(patient, loosely=True), weights)
    if answer.kind == "unknown":
        answer = _with_more(work, inside, shows, _read(work, before, after)) or answer
    if answer.kind == "proven":
        return None, "same"
    words = in_words(work.first, pairs, work.bounds, work.words)
    lines = [end_lines(side, end) for side, end in zip(work.ends.sides, (before, after), strict=True)]
    if amounts is not None and lines[0] == lines[1]:  # what differs isn't shown while a weight is blank
        lines = [[*lines[side], *(f"  {formula[side]}" for formula in amounts.formulas)] for side in (0, 1)]
    group: Json = {"before": lines[0], "after": lines[1], **_for(words)}
    if amounts is not None and amounts.remark:
        group["includes_others"] = True
    patient = answer.patient
    if not complete:
        group["note"] = BLANKS
        patient = None if patient is None or part is None else work.replay.blanked(part, patient)
        return group | (
            {"example": work.replay.example(part, patient, what[1])} if part and patient else {}
        ), "changed"
    if patient is None:
        return group | {"reason": answer.reason}, "unknown"
    if part is not None:
        if weights and not work.replay.amounts_differ(part, patient):
            patient = _of_other_weight(work, inside, amounts, part, shows) or patient
        group["example"] = work.replay.example(part, patient, what[1])
    return group, "changed"


def _where_pair(work: _Work, node: int, pair: tuple[int, int]) -> int:
    """True where a diagram ends in this pair of ends, and what is given differs."""
    diagrams = work.first.diagrams
    there = diagrams.replace(
        node, lambda value: diagrams.true if value == ("pair", *pair) else diagrams.false
    )
    amounts = _amounts(work, *pair)
    if amounts is None or amounts.when == EVERYBODY:
        return there
    differ = diagrams.replace(
        diagram_of(work.first, amounts.when),
        lambda value: diagrams.true if value == TRUE else diagrams.false,
    )
    return diagrams.both(there, differ)


# --- amounts by weight --------------------------------------------------------

CUT_AWAY = "which weights these are isn't known: told apart by them, both versions are too large to compare"


def _amounts(work: _Work, before: int, after: int) -> Apart | None:
    """Where two ends differ that differ in amounts by weight alone."""
    if (before, after) not in work.amounts:
        work.amounts[before, after] = _amounts_of(work, *(work.ends.all[at] for at in (before, after)))
    return work.amounts[before, after]


def _amounts_of(work: _Work, before: End, after: End) -> Apart | None:
    if before.status != after.status or before.shown == after.shown or before.of != after.of:
        return None
    guideline = replace(work.first.guideline, inputs=tuple(work.first.coordinates.inputs.values()))
    found = amounts_apart(guideline, before.shown, after.shown)
    if found is None or work.whole.cuts.issuperset(compared(found.when)):
        return found
    return replace(found, when=EVERYBODY, remark=CUT_AWAY)


def _amount_facts(work: _Work, inside: int, pair: tuple[int, int], group: Json | None) -> Iterator[Json]:
    """What is shown of a formula while its weight is blank, where not everybody is given another amount; remarks."""
    amounts = _amounts(work, *pair)
    if amounts is None:
        return
    if group is not None and amounts.remark:
        yield _fact(amounts.remark, "", "")
    if amounts.when == EVERYBODY or (group is None and not _somebody(work, inside, pair)):
        return
    for name, before, after in amounts.blank:
        yield _fact(f"shown while {name.removeprefix(SECOND)} is blank", before, after)


def _somebody(work: _Work, inside: int, pair: tuple[int, int]) -> bool:
    diagrams = work.first.diagrams
    there = diagrams.replace(
        inside, lambda value: diagrams.true if value == ("pair", *pair) else diagrams.false
    )
    return nobody(work.first, there, lambda patient: True).kind != "proven"


def _at_border(
    work: _Work, node: int, amounts: Apart | None, shows: Callable[[Patient], bool]
) -> Answer | None:
    """A patient just inside of the weights that differ, a whole number if there is one; None where none was found."""
    borders = [] if amounts is None else compared(amounts.when)
    for compare in borders[:1]:
        assert amounts is not None and isinstance(compare.left, ir.Measure)
        name = compare.left.input
        for box in border_entries(work.first.coordinates.inputs[name].type, compare):
            for way in shortest(work.first, islice(ways(work.first, node), MOST_AT_BORDER)):
                patient = patient_of(work.first, way, amounts.weights, {(name, ""): box})
                if patient is not None and shows(patient):
                    return Answer("refuted", least(patient, shows))
    return None


def _of_other_weight(
    work: _Work, node: int, amounts: Apart | None, part: Part, shows: Callable[[Patient], bool]
) -> Patient | None:
    """A patient who is given another number, where not only the words for it differ; None where none was found."""
    names = [] if amounts is None else list(amounts.weights)
    kinds = [work.first.coordinates.inputs[name].type for name in names]
    some = islice(product(*(round_entries(kind, MOST_AT_BORDER) for kind in kinds)), MOST_AT_BORDER)
    for boxes in some:
        known = {(name, ""): box for name, box in zip(names, boxes, strict=True)}
        for way in islice(ways(work.first, node), MOST_READ_AT_ONCE):
            patient = patient_of(work.first, way, names, known)
            if patient is not None and shows(patient) and work.replay.amounts_differ(part, patient):
                return least(patient, shows)
    return None


def _with_more(
    work: _Work, node: int, shows: Callable[[Patient], bool], names: Sequence[str]
) -> Answer | None:
    """A patient who shows it once some weights and dates are known."""
    inputs = work.first.coordinates.inputs
    several = [[{name: value} for value in spread(inputs[name].type)] for name in names]
    more = [reduce(or_, some) for some in islice(product(*several), MOST_SPREAD)] if several else []
    answer = nobody(work.first, node, lambda patient: any(shows({**patient, **one}) for one in more))
    if answer.patient is None:
        return None
    one = next(one for one in more if shows({**answer.patient, **one}))
    return replace(answer, patient=least({**answer.patient, **one}, shows))


def _read(work: _Work, *ends: End) -> list[str]:
    """The weights and dates that what is shown is computed from: while they are blank, two formulas may look alike."""
    found: dict[str, None] = {}
    for one in parts(*(end.shown for end in ends)):
        match one:
            case ir.Dose(of=str(of)):
                found[of] = None
            case ir.SomeDate("input", name):
                found[name] = None
            case _:
                pass
    return [name for name in found if name in work.first.coordinates.inputs]


def _for(words: Any) -> Json:
    return {"for": words.groups, "complete": words.whole}


class _Outcomes(NamedTuple):
    """The groups of outcomes that stand for each other, in each version; and those of each pair of ends that differ."""

    same: set[tuple[int, int]]
    apart: dict[tuple[int, int], set[tuple[int, int]]]


def _pairs(work: _Work, left: int, right: int) -> tuple[int, _Outcomes]:
    """A diagram that ends in the pair of ends where two differ; and which outcomes stand for which."""
    diagrams = work.first.diagrams
    absent = {work.ends.places.get(one) for one in (ABSENT, NO_DECISION)}
    groups: set[tuple[int, int]] = set()
    differing: dict[tuple[int, int], set[tuple[int, int]]] = {}
    shared: set[int] = set()

    def settle(several: tuple[int, ...]) -> int | None:
        one, other, inside = several
        if inside == diagrams.false:
            return diagrams.false
        if one == other:
            shared.add(one)
            return diagrams.false
        if not (diagrams.is_end(one) and diagrams.is_end(other)):
            return None
        (place, group), (there, its) = _end_at(work, one), _end_at(work, other)
        if place == there:
            groups.add((group, its))
            return diagrams.false
        if absent & {place, there} and all(_gives_nothing(work.ends.all[at]) for at in (place, there)):
            return diagrams.false
        differing.setdefault((place, there), set()).add((group, its))
        return diagrams.end(("pair", place, there))

    whole = diagrams.apply(settle, left, right, diagrams.true)
    groups |= {(group, group) for group in _groups_below(work, shared)}
    return whole, _Outcomes(groups, differing)


def _told_apart(work: _Work, outcomes: _Outcomes) -> bool:
    """Whether one version takes two outcomes for one that the other tells apart, where everybody is given the same."""
    found = set(outcomes.same)
    for pair, groups in outcomes.apart.items():
        amounts = _amounts(work, *pair)
        found |= groups if amounts is not None and amounts.when == NOBODY else set()
    ours, theirs = ({groups[side] for groups in found} for side in (0, 1))
    return len(ours) != len(found) or len(theirs) != len(found)


def _end_at(work: _Work, node: int) -> tuple[int, int]:
    """The place of an end among all, and the group of its outcome."""
    value = work.first.diagrams.value(node)
    assert isinstance(value, tuple), "every end says what is shown"
    return value[1], value[2]


def _gives_nothing(end: End) -> bool:
    said = end.shown
    return said is None or (
        isinstance(said, ir.Outcome)
        and not (said.recommendations or said.answers)
        and end.status == "determined"
    )


def _groups_below(work: _Work, nodes: Iterable[int]) -> set[int]:
    diagrams = work.first.diagrams
    seen: set[int] = set()
    waiting = list(nodes)
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += diagrams.children(one)
    values = [diagrams.value(one) for one in seen if diagrams.is_end(one)]
    return {value[2] for value in values if isinstance(value, tuple) and value[0] == "end"}


def _ends_of(work: _Work, node: int) -> Iterator[tuple[int, int]]:
    for end in work.first.diagrams.ends(node):
        value = work.first.diagrams.value(end)
        if isinstance(value, tuple) and value[0] == "pair":
            yield value[1], value[2]


# --- what the declarations say ------------------------------------------------


def _change(
    kind: str,
    name: str,
    label: str,
    verdict: str,
    *,
    facts: Sequence[Json] = (),
    groups: Sequence[Json] = (),
    more: int = 0,
    reason: str = "",
    rewritten: bool = False,
) -> Json:
    found: Json = {"kind": kind, "id": name, "label": label, "verdict": verdict}
    found |= {"facts": list(facts), "groups": list(groups), "more_groups": more}
    if rewritten:
        found["rewritten"] = True
    return found | ({"reason": reason} if reason else {})


def _fact(what: str, before: str, after: str) -> Json:
    return {"what": what, "before": before, "after": after}


def _declared(old: ir.Guideline, new: ir.Guideline) -> Iterator[Json]:
    """What no patient is needed for: what may be entered, readings, strengths, and what is said of the whole."""
    whole = [_fact(*one) for one in declared.whole_facts(old, new)]
    if whole:
        yield _change("guideline", new.id, new.title, "changed", facts=whole)
    ours, theirs = (tuple(one for one in each.inputs if one.part is None) for each in (old, new))
    for before, after in _matched(ours, theirs):
        yield from _one_declared("input", before, after, declared.input_facts)
    for before, after in _matched(old.readings, new.readings):
        yield from _one_declared("reading", before, after, declared.reading_facts)
    for before, after in _matched(old.items, new.items):
        if before is not None and after is not None:
            yield from _one_declared("item", before, after, declared.item_facts)
    moved = [*declared.moved_labels(old.items, new.items), *declared.moved_labels(old.regimens, new.regimens)]
    moved += declared.moved_labels(ours, theirs)
    if moved:
        facts = [_fact(*one) for one in moved]
        yield _change("guideline", new.id, "Labels that now name something else", "changed", facts=facts)
    compared = [_fact(*one) for one in declared.compared_facts(old, new)]
    if compared:
        yield _change(
            "comparison", "comparison", "What `guidec compare` lays side by side", "changed", facts=compared
        )


def _one_declared(
    kind: str, before: Any, after: Any, facts_of: Callable[[Any, Any], Iterator[declared.Fact]]
) -> Iterator[Json]:
    one = after or before
    if before is None or after is None:
        yield _change(kind, one.id, one.label, "added" if before is None else "removed")
        return
    facts = [*facts_of(before, after)]
    if kind in ("input", "reading"):
        facts += declared.moved_labels(*(declared.values_of(each) for each in (before, after)))
    if facts:
        yield _change(kind, one.id, one.label, "changed", facts=[_fact(*each) for each in facts])


def _declarations(guideline: ir.Guideline) -> dict[tuple[str, str], Any]:
    """Everything that has words or citations of its own, under its kind and its name."""
    definitions = [one for one in guideline.definitions if not one.role]
    kinds: dict[str, Sequence[Any]] = {
        "input": [one for one in guideline.inputs if one.part is None],
        "item": guideline.items, "definition": definitions,
        "table": guideline.tables, "reading": guideline.readings, "regimen": guideline.regimens,
        "decision": guideline.decisions, "rule": guideline.rules, "source": guideline.sources,
        "question": guideline.questions,
    }  # fmt: skip
    found = {(kind, one.id): one for kind, several in kinds.items() for one in several}
    for kind, several in (
        ("impossible", guideline.impossible),
        ("avoid", guideline.avoids),
        ("account", guideline.accounts),
    ):
        if several:
            found[kind, kind] = several
    if guideline.pathway is not None:
        found["pathway", guideline.pathway.id] = guideline.pathway
    found["guideline", guideline.id] = guideline.applies_cites, ir.Note(guideline.title, ir.Citation())
    return found


def _reworded(old: ir.Guideline, new: ir.Guideline) -> Iterator[Json]:
    """Words for people that changed: labels, notes, reasons, titles, what a source is."""
    ours, theirs = _declarations(old), _declarations(new)
    for key in dict.fromkeys((*ours, *theirs)):
        if key in ours and key in theirs and ours[key] != theirs[key]:
            before, after = (list(dict.fromkeys(texts(each[key]))) for each in (ours, theirs))
            gone = [text for text in before if text not in after]
            came = [text for text in after if text not in before]
            if gone or came:
                yield {"kind": key[0], "id": key[1], "before": gone, "after": came}


def _citations(old: ir.Guideline, new: ir.Guideline) -> Iterator[Json]:
    """Statements that are cited no more, or now, by declaration; and statements whose own text changed."""
    ours, theirs = _declarations(old), _declarations(new)
    for key in dict.fromkeys((*ours, *theirs)):
        if key[0] == "source" or (key in ours and key in theirs and ours[key] == theirs[key]):
            continue
        before, after = (statements(*([each[key]] if key in each else [])) for each in (ours, theirs))
        if before != after:
            gone = [one for one in dict.fromkeys(before) if one not in after]
            came = [one for one in dict.fromkeys(after) if one not in before]
            yield {"kind": key[0], "id": key[1], "removed": gone, "added": came}
    told = [{one.id: one for source in each.sources for one in source.statements} for each in (old, new)]
    changed = [name for name in told[0] if name in told[1] and told[0][name] != told[1][name]]
    gone, came = ([name for name in told[at] if name not in told[1 - at]] for at in (0, 1))
    if changed or gone or came:
        yield {"kind": "register", "id": "register", "removed": gone, "added": came, "changed": changed}
