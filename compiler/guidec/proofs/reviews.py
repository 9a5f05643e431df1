"""A scenario to the digest of what it exercises, to which a person's review is bound; and why a review holds no longer."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields
from fractions import Fraction
from typing import Any, Literal

from guidec import ir
from guidec.diagnostic import Diagnostic, warning
from guidec.evaluate import Compiled, Refused, evaluate, refusal
from guidec.evaluate.paths import Paths
from guidec.record import parts
from guidec.rows import Leaf

Status = Literal["", "unreviewed", "unbound", "reviewed", "void"]
"""No mark; marked as not looked at; looked at and not yet bound; bound to what is there; bound to what is gone."""

_SAID_ELSEWHERE = frozenset(["label", "cites", "notes", "codes", "span", "why", "wording", "asked_cites"])
"""What is no part of the meaning of a condition."""

_NO_ANSWER = frozenset(
    ["guideline", "version", "language", "digest", "trace", "statements", "inferred", "why", "message"]
)
"""What a result says beside its answer: where it stands, not what is done."""


def status_of(compiled: Compiled, scenario: ir.Scenario) -> tuple[Status, str]:
    """How a scenario stands, and for a review that is void the reason."""
    review = scenario.review
    if review is None:
        return "", ""
    if not review.done:
        return "unreviewed", ""
    if not review.digest:
        return "unbound", ""
    now = digest(compiled, scenario)
    return ("reviewed", "") if now == review.digest else ("void", _why(review.digest, now))


def fault_of(scenario: ir.Scenario, status: Status, why: str) -> Diagnostic | None:
    """A warning for a review that holds no longer, or that is bound to nothing."""
    span = scenario.span if scenario.review is None else scenario.review.span
    if status == "void":
        message = f"the review of “{scenario.title}” is void: {why}"
        repair = (
            "look at the scenario again, delete what stands behind `reviewed`, and run `guidec test --review`"
        )
        return warning("void_review", message, span, repair)
    if status == "unbound":
        message = f"the review of “{scenario.title}” is bound to nothing yet"
        return warning("unbound_review", message, span, "run `guidec test --review` on this file")
    return None


def digest(compiled: Compiled, scenario: ir.Scenario) -> str:
    """Two digits of the patient, two of the conditions on his ways, eight of both and of the answer."""
    patient, ways, answer = exercised(compiled, scenario)
    whole = [patient, ways, answer]
    return f"{_hash(patient)[:2]}{_hash(ways)[:2]}{_hash(whole)[:8]}"


def _why(before: str, now: str) -> str:
    if before[:2] != now[:2]:
        return "its patient is another"
    if before[2:4] != now[2:4]:
        return "a condition on its way was changed"
    return "what it comes to was changed"


def exercised(compiled: Compiled, scenario: ir.Scenario) -> tuple[object, object, object]:
    """The patient, the conditions on the ways that he may take, and the answer; without places, labels and citations."""
    try:
        result = evaluate(compiled, scenario.patient)
    except Refused as refused:
        return scenario.patient, [], _bare(refusal(refused))
    meaning = _Meaning(compiled.guideline)
    return scenario.patient, [meaning.of(one) for one in _asked(compiled, scenario, result)], _bare(result)


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _bare(result: Any) -> Any:
    """The answer alone."""
    match result:
        case dict():
            return {name: _bare(value) for name, value in result.items() if name not in _NO_ANSWER}
        case list():
            return [_bare(value) for value in result]
        case _:
            return result


# --- ways --------------------------------------------------------------------


def _asked(
    compiled: Compiled, scenario: ir.Scenario, result: dict[str, Any]
) -> Iterator[ir.Condition | None]:
    """The conditions of the branches, rows, lines and rules that the patient may take."""
    guideline = compiled.guideline
    paths = Paths(compiled, scenario.patient)
    yield guideline.applies
    for one in guideline.decisions:
        yield one.asked
        if isinstance(one, ir.Options):
            for at, line in enumerate(one.lines):
                if any(_says(leaf) for leaf in paths.line(one.id, at).leaves):
                    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)
                    yield from (each.when for each in lines)
        else:
            for leaf in paths.ends(one.id, paths.through(one.id)):
                if leaf.outcome is not None:
                    yield from _on_the_way(one.tree, leaf.place)
    shown = {entry["id"] for kind in ("advice", "monitoring") for entry in result[kind]}
    for rule in guideline.rules:
        if rule.id in shown:
            yield from (rule.applies, rule.when)


def _says(leaf: Leaf) -> bool:
    """Whether a line of options holds there."""
    return leaf.outcome is not None and bool(leaf.outcome.recommendations or leaf.outcome.answers)


def _on_the_way(tree: ir.Node | ir.Table, place: tuple[int, ...]) -> Iterator[ir.Condition | None]:
    """The conditions of the branches taken; of `otherwise` those of its neighbours."""
    if isinstance(tree, ir.Table):
        for at in place:
            row = tree.rows[at]
            before = tree.rows[:at] if row.condition is None or tree.policy == "first" else ()
            yield from (one.condition for one in (*before, row))
        return
    node: ir.Node = tree
    for at in place:
        if not isinstance(node, ir.Split):
            return
        branch = node.branches[at]
        yield from (one.condition for one in (node.branches if branch.condition is None else (branch,)))
        following = branch.node
        node = node.branches[following.branch].node if isinstance(following, ir.As) else following


# --- meaning -----------------------------------------------------------------


class _Meaning:
    """Conditions as JSON, definitions put in. Keeps what each definition means, so that a chain of them is walked once."""

    def __init__(self, guideline: ir.Guideline) -> None:
        self._definitions = {one.id: one for one in guideline.definitions}
        self._known: dict[str, str] = {}

    def of(self, node: object) -> object:
        match node:
            case ir.Defined(name) | ir.DefinedNumber(name):
                return self._definition(name)
            case ir.InBand(name, values):
                return ["InBand", self._definition(name), list(values)]
            case tuple():
                return [self.of(one) for one in node]
            case Fraction():
                return str(node)
            case None | str() | int():
                return node
            case _:
                names = [one.name for one in fields(node) if one.name not in _SAID_ELSEWHERE]  # type: ignore[arg-type]
                return [type(node).__name__, *(self.of(getattr(node, name)) for name in names)]

    def _definition(self, name: str) -> str:
        if name not in self._known:
            for inner in _inner_first(self._definitions, name):
                one = self._definitions[inner]
                self._known[inner] = _hash(self.of((one.condition, one.number, one.category)))
        return self._known[name]


def _inner_first(definitions: dict[str, ir.Definition], name: str) -> list[str]:
    """The definitions that a definition reads, each after those that it reads itself."""
    found: dict[str, None] = {}
    waiting = [(name, False)]
    while waiting:
        one, opened = waiting.pop()
        if opened or one in found:
            found[one] = None
            continue
        waiting.append((one, True))
        waiting += [
            (part.definition, False)
            for part in parts(definitions[one])
            if isinstance(part, ir.Defined | ir.DefinedNumber | ir.InBand)
        ]
    return list(found)
