"""A patient to what the evaluator says before and after: the same, another thing, or an example to be shown."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate
from guidec.evaluate.completions import Completions
from guidec.evaluate.record import read_record
from guidec.proofs.joint import Joint, record_for
from guidec.proofs.pinned import amounts
from guidec.proofs.settled import NOT_SHOWN, End
from guidec.proofs.witness import Patient
from guidec.proofs.written import expectations, scenario_text
from guidec.record import record
from guidec.rows import Prescribed
from guidec.scenarios import ends
from guidec.wording import counted

Json = dict[str, Any]

UNCOMPARED = {
    "statements", "inferred", "why", "ask_next", "trace", "digest", "version", "guideline", "language", "band", "line", "capped",
}  # fmt: skip
"""Keys of a result that say where it comes from, in what words, what to ask first or which cap acted: not what is to be done."""


@record
class Part:
    """A part of a result: a decision, a line (`LIST#POSITION`), a rule, a stage or a value, by its name in each version."""

    kind: str
    before: str | None
    after: str | None


@dataclass(slots=True)
class Replay:
    """Both versions, compiled, and the diagrams that patients are made from."""

    whole: Joint
    old: Compiled
    new: Compiled
    parts: dict[tuple[int, str, str], Compiled] = field(default_factory=dict)

    def both(self, part: Part, patient: Mapping[str, object]) -> tuple[Json | None, Json | None]:
        """What each version says of a part; None where it doesn't have it. Raises Refused."""
        return self._said(part, 0, part.before, patient), self._said(part, 1, part.after, patient)

    def _said(self, part: Part, side: int, name: str | None, patient: Mapping[str, object]) -> Json | None:
        if name is None:
            return None
        result = evaluate(self._alone(side, part.kind, name), record_for(side, self.whole, patient))
        return _said(result, part.kind, name)

    def _settled(self, part: Part, patient: Mapping[str, object]) -> bool:
        """Whether each version has one outcome for the patient."""
        return all(
            name is None or settled(self._alone(side, part.kind, name), record_for(side, self.whole, patient))
            for side, name in enumerate((part.before, part.after))
        )

    def _alone(self, side: int, kind: str, name: str) -> Compiled:
        key = side, kind, name
        if key not in self.parts:
            self.parts[key] = alone((self.old, self.new)[side], kind, name)
        return self.parts[key]

    def differ(
        self,
        part: Part,
        patient: Mapping[str, object],
        wanted: tuple[End, End] | None = None,
        *,
        loosely: bool = False,
    ) -> bool:
        """Whether the two versions answer differently, as is `wanted`, and neither hangs on what is blank.

        Loosely, a rule may hang on it.
        """
        if part.kind in ("decision", "line") and not self._settled(part, patient):
            return False
        try:
            ours, theirs = self.both(part, patient)
        except Refused:
            return False
        if comparable(ours) == comparable(theirs):
            return False
        if wanted is not None and part.kind == "scope":
            return [_status(one) for one in (ours, theirs)] == [one.status for one in wanted]
        if wanted is None or part.kind not in ("decision", "rule"):
            return not any(_hangs(one) for one in (ours, theirs))
        if part.kind == "rule" and loosely:
            return [one is None for one in (ours, theirs)] == [one == NOT_SHOWN for one in wanted]
        names = (part.before, part.after)
        statuses = [
            end.status if name is None and part.kind == "decision" else _status(one)
            for one, end, name in zip((ours, theirs), wanted, names, strict=True)
        ]
        return statuses == [one.status for one in wanted] and not any(_hangs(one) for one in (ours, theirs))

    def blanked(self, part: Part, patient: Patient) -> Patient | None:
        """The patient without some entry, where the versions then answer differently."""
        for name in patient:
            fewer = {other: value for other, value in patient.items() if other != name}
            try:
                ours, theirs = self.both(part, fewer)
            except Refused:
                continue
            if comparable(ours) != comparable(theirs):
                return fewer
        return None

    def refused(self, patient: Mapping[str, object]) -> tuple[bool, bool]:
        """Whether each version refuses the record."""
        return self._refused(0, patient), self._refused(1, patient)

    def _refused(self, side: int, patient: Mapping[str, object]) -> bool:
        key = side, "nothing", ""
        if key not in self.parts:
            self.parts[key] = answering_nothing((self.old, self.new)[side])
        try:
            evaluate(self.parts[key], record_for(side, self.whole, patient))
        except Refused:
            return True
        return False

    def values(self, part: Part, patient: Mapping[str, object]) -> list[str]:
        """A value before and after, in words."""
        return [value_words(one) for one in self.both(part, patient) if one is not None]

    def example(self, part: Part, patient: Patient, name: str) -> Json:
        """The patient, what each version expects of it, and a scenario for the new version's file."""
        records = [record_for(side, self.whole, patient) for side in (0, 1)]
        names = [None if one is None else one.partition("#")[0] for one in (part.before, part.after)]
        answers = self.both(Part(part.kind, *names), patient)
        rules = {one.id: one for one in (*self.old.guideline.rules, *self.new.guideline.rules)}
        expected = [_expected(said, part, one, rules) for said, one in zip(answers, names, strict=True)]
        if expected[0] == expected[1] and part.kind in ("decision", "line"):
            expected = _with_amounts(expected, [self._amounts(side, answers[side]) for side in (0, 1)])
        found: Json = {"patient": records[1], "before": expected[0], "after": expected[1]}
        if records[0] != records[1]:
            found["patient_before"] = records[0]
        title = f"{name} has changed"
        if expected[0] and expected[0] != expected[1]:
            title = f"{name} has changed; before: {'; '.join(expected[0])}"
        return {**found, "scenario": scenario_text(self.new.guideline, title, records[1], expected[1])}

    def amounts_differ(self, part: Part, patient: Patient) -> bool:
        """Whether a decision or a line gives other amounts in the other version."""
        answers = self.both(part, patient) if part.kind in ("decision", "line") else ({}, {})
        return part.kind == "rule" or self._amounts(0, answers[0]) != self._amounts(1, answers[1])

    def _amounts(self, side: int, said: Json | None) -> list[str]:
        """How much a version gives."""
        return [] if said is None else amounts((self.old, self.new)[side].guideline, said)

    def refused_example(self, patient: Patient) -> Json:
        """A patient whom one version refuses."""
        records = [record_for(side, self.whole, patient) for side in (0, 1)]
        words = ["refused" if one else "not refused" for one in self.refused(patient)]
        found: Json = {"patient": records[1], "before": [words[0]], "after": [words[1]]}
        if records[0] != records[1]:
            found["patient_before"] = records[0]
        expected = ["refused"] if words[1] == "refused" else []
        return {
            **found,
            "scenario": scenario_text(self.new.guideline, "refused or not", records[1], expected),
        }


def comparable(result: Any) -> Any:
    """A result without what a difference doesn't look at, what stands in no order in one order."""
    match result:
        case dict():
            return {key: comparable(value) for key, value in result.items() if key not in UNCOMPARED}
        case list():
            return sorted(
                (comparable(one) for one in result), key=lambda one: json.dumps(one, sort_keys=True)
            )
        case _:
            return result


def settled(compiled: Compiled, record: Mapping[str, object], names: Collection[str] | None = None) -> bool:
    """Whether every decision and every line, or those of some names, has one outcome: others take long to evaluate."""
    guideline, program = compiled.guideline, compiled.program
    try:
        known = read_record(guideline, record)
    except Refused:
        return False
    completions = Completions(guideline, program.coordinates, known)
    for one in guideline.decisions:
        if names is not None and one.id not in names:
            continue
        tables = (program.decisions[one.id],) if isinstance(one, ir.Decision) else program.options[one.id]
        for table in tables:
            if len({table.leaves[row.leaf].group for row in completions.possible(table.rows)}) > 1:
                return False
    return True


# --- one part alone -----------------------------------------------------------


def alone(compiled: Compiled, kind: str, name: str) -> Compiled:
    """The guideline with one part alone, so that a large one is asked quickly. A list may be asked whole."""
    guideline, program = compiled.guideline, compiled.program
    listed, _, position = name.partition("#")
    bare = answering_nothing(compiled)
    match kind:
        case "decision" | "line":
            declared = next(one for one in guideline.decisions if one.id == listed)
            if position and isinstance(declared, ir.Options):
                at = int(position)
                declared = replace(declared, lines=(declared.lines[at],))
                advised = {f"{listed}#0": program.advised[name]} if name in program.advised else {}
                program = replace(program, options={listed: (program.options[listed][at],)}, advised=advised)
            return replace(bare, guideline=replace(bare.guideline, decisions=(declared,)), program=program)
        case "scope":
            declared = min(
                guideline.decisions, key=lambda one: len(one.lines) if isinstance(one, ir.Options) else 1
            )
            return replace(bare, guideline=replace(bare.guideline, decisions=(declared,)))
        case "stage":
            return replace(bare, guideline=replace(bare.guideline, pathway=guideline.pathway))
        case "rule":
            rules = tuple(one for one in guideline.rules if one.id == name)
            decisions = guideline.decisions if asks_prescribed(compiled, (name,)) else ()
            return replace(bare, guideline=replace(bare.guideline, decisions=decisions, rules=rules))
        case _:
            shown = tuple(
                one if one.id == name else replace(one, shown=False) for one in guideline.definitions
            )
            return replace(bare, guideline=replace(bare.guideline, definitions=shown))


def asks_prescribed(compiled: Compiled, rules: Iterable[str]) -> bool:
    """Whether rules hang on what the decisions give."""
    program = compiled.program
    asked = {at for name in rules for row in program.rules[name].rows for at, _ in row.cells}
    return any(isinstance(program.coordinates[at], Prescribed) for at in asked)


def answering_nothing(compiled: Compiled) -> Compiled:
    """The guideline with nothing to answer: it still refuses what it refused."""
    guideline = compiled.guideline
    hidden = tuple(replace(one, shown=False) for one in guideline.definitions)
    return replace(
        compiled, guideline=replace(guideline, decisions=(), rules=(), definitions=hidden, pathway=None)
    )


def _said(result: Json, kind: str, name: str) -> Json | None:
    """The part of a result that was asked for."""
    match kind:
        case "decision" | "line":
            listed = name.partition("#")[0]
            return {**result["decisions"][listed], "recommendations": result["recommendations"]}
        case "scope":
            ((decision, said),) = result["decisions"].items()
            open_too = any(one["status"] == "out_of_scope" for one in said["possible"])
            word = (
                "out of scope"
                if said["status"] == "out_of_scope"
                else "not known"
                if open_too
                else "in scope"
            )
            return {
                **said,
                "status": word,
                "decision": decision,
                "recommendations": result["recommendations"],
            }
        case "rule":
            return next(
                (one for one in (*result["advice"], *result["monitoring"]) if one["id"] == name), None
            )
        case "stage":
            pathway = result["pathway"]
            for one in pathway["responses"]:
                if one["stage"] == name:
                    alone_there = pathway["status"] == "determined"
                    return dict(one) if alone_there else {**one, "status": "indeterminate"}
            return None
        case _:
            value: Json = result["values"][name]
            return value


def _status(said: Json | None) -> str:
    """The status of a decision, whether a rule applies, or that a value hangs on what is blank."""
    if said is None:
        return NOT_SHOWN.status
    if "status" in said:
        return str(said["status"])
    if "applies" in said:
        return str(said["applies"])
    return "indeterminate" if said["needs"] else "determined"


def _hangs(said: Json | None) -> bool:
    """Whether an answer hangs on a blank: what it is, whether a rule applies, which band a dose is in; not how heavy one is."""
    if said is None:
        return False
    if said.get("status") == "indeterminate" or (said.get("needs")):
        return True
    waiting: list[object] = [said]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            if "per_band" in one:
                return True
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
    return False


def _expected(said: Json | None, part: Part, name: str | None, rules: Mapping[str, ir.Rule]) -> list[str]:
    """What a scenario would expect of a part."""
    if name is None:
        return []
    match part.kind:
        case "decision" | "line":
            assert said is not None
            listed = name.partition("#")[0]
            if part.kind == "line" and said["status"] == "indeterminate":
                return [f"{listed} indeterminate"]
            return expectations(
                {"decisions": {listed: said}, "recommendations": said["recommendations"]}, [listed]
            )
        case "scope":
            return ["status out of scope"] if said is not None and said["status"] == "out of scope" else []
        case "rule":
            word = "monitoring" if rules[name].kind == "monitor" else "advice"
            if said is None:
                return [f"no {word} {name}"]
            return [f"{word} {name}{' unknown' if said['applies'] == 'unknown' else ''}"]
        case "stage":
            return [] if said is None else [f"next of {name} {', '.join(ends(said))}"]
        case _:
            assert said is not None
            return [f"value of {name} {value_words(said)}"]


def _with_amounts(expected: list[list[str]], given: list[list[str]]) -> list[list[str]]:
    """What is expected, and how much is given where that is another amount."""
    ours, theirs = ([one for one in given[side] if one not in given[1 - side]] for side in (0, 1))
    return [[*expected[0], *ours], [*expected[1], *theirs]]


def value_words(value: Json) -> str:
    """`3.5 kg`, `2 to 3 kg`, `yes`, `mild or severe`."""
    if "low" in value:
        unit = counted(value["unit"], value["low"], value["high"])
        return f"{value['low']} to {value['high']} {unit}".rstrip()
    if "one_of" in value or "values" in value:
        return " or ".join([*value.get("one_of", ()), *value.get("values", ())]) or "nothing"
    if isinstance(value.get("value"), bool):
        return "yes" if value["value"] else "no"
    number = value.get("value", "not known")
    return f"{number} {counted(value.get('unit', ''), number, number)}".rstrip()
