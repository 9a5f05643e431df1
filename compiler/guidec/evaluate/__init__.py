"""The reference meaning: a program and a patient to the result that every other engine must give."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from fractions import Fraction

from guidec import ir
from guidec.evaluate.completions import Completions
from guidec.evaluate.doses import Shown
from guidec.evaluate.record import Amount, Record, RecordError, Refused, read_record
from guidec.evaluate.result import (
    Json,
    advice_json,
    band_json,
    category_json,
    error_json,
    merged_outcomes,
    monitoring_json,
    outcome_json,
    recommendation_json,
    value_json,
)
from guidec.evaluate.stages import pathway_json
from guidec.lower.outcomes import given_orders, recommendation_essence, united_recommendations
from guidec.numbers import plain_number
from guidec.record import record
from guidec.rows import Condition, Leaf, Prescribed, Program, Step, Table

__all__ = [
    "Compiled",
    "Refused",
    "accepted",
    "all_recommendations",
    "causes",
    "common",
    "evaluate",
    "on_pathway",
    "ordered",
    "refusal",
]

NOT_NEEDED = "not needed"
A_READING = "a reading"
_WORST = ("conflict", "indeterminate", "not_stated", "determined")


@record
class Compiled:
    """A guideline that may be run: its meaning, its rows and the digest of both."""

    guideline: ir.Guideline
    program: Program
    digest: str


def evaluate(
    compiled: Compiled, patient: object, readings: bool = True, chosen: Collection[str] = ()
) -> Json:
    """The result for a patient (design: result.schema.json). Raises Refused with all that is wrong with the record.

    Without `readings` it doesn't say what each reading would make of it, which takes most of the time. Rules take what is
    `chosen` for prescribed, alternatives by their names and options as `LIST.NAME`, and what an alternative was chosen over for
    not; nothing else looks at it.
    """
    return _work(compiled, patient, chosen).result(readings)


def on_pathway(compiled: Compiled, patient: object) -> Json:
    """What `evaluate` says under `pathway`, and nothing else, in a small part of its time; {} where there is no pathway."""
    work = _work(compiled, patient)
    pathway = compiled.guideline.pathway
    return {} if pathway is None else work.pathway(pathway)


def _work(compiled: Compiled, patient: object, chosen: Collection[str] = ()) -> "_Work":
    record = read_record(compiled.guideline, patient)
    work = _Work(compiled, record, chosen)
    if not _has_completion(compiled, work.completions):
        raise Refused((_impossible(compiled.guideline, record),))
    return work


def accepted(compiled: Compiled, patient: object) -> bool:
    """Whether `evaluate` takes a record, which is quicker to say than what comes of it."""
    try:
        entered = read_record(compiled.guideline, patient)
    except Refused:
        return False
    return _has_completion(compiled, Completions(compiled.guideline, compiled.program.coordinates, entered))


def _has_completion(compiled: Compiled, completions: Completions) -> bool:
    """Whether some values of what is blank are possible together."""
    return bool(completions.possible(row for row in compiled.program.possible.rows if row.leaf))


def refusal(refused: Refused) -> Json:
    """What is printed for a record that can't be used."""
    return error_json(refused)


def _impossible(guideline: ir.Guideline, record: Record) -> RecordError:
    why = "; ".join(dict.fromkeys(one.why for one in guideline.impossible))
    known = [entry.key for entry in guideline.inputs if record.entries[entry.id].values]
    return RecordError(
        known[0] if known else "", "impossible", f"no patient has these entries together: {why}"
    )


@record
class _Answer:
    """What the rows say of one decision or one line: the possible leaves in text order, and what stands between them."""

    leaves: tuple[Leaf, ...]
    status: str
    needs: list[str]


class _Work:
    """One evaluation. The completions hold the cells, the answers of decisions feed `prescribed`."""

    def __init__(self, compiled: Compiled, record: Record, chosen: Collection[str] = ()) -> None:
        self.chosen = chosen
        self.compiled = compiled
        self.guideline = compiled.guideline
        self.program = compiled.program
        self.record = record
        self.completions = Completions(compiled.guideline, compiled.program.coordinates, record)
        self.constrained = bool(compiled.guideline.impossible)
        self.asides = {when: condition for when, condition in compiled.program.asides}
        self.shown = Shown(self.guideline, record, self.applies)

    # --- tables ---

    def answer(self, table: Table) -> _Answer:
        """The possible leaves of a table and what decides between them."""
        rows = self.completions.possible(table.rows)
        found = sorted({row.leaf for row in rows})
        leaves = tuple(table.leaves[at] for at in found)
        groups = {leaf.group for leaf in leaves}
        if len(groups) == 1:
            return _Answer(leaves, leaves[0].status, [])
        needs = self.completions.needs(
            [(row, table.leaves[row.leaf].group) for row in rows], self.constrained
        )
        return _Answer(leaves, "indeterminate", needs)

    def applies(self, condition: ir.Condition | Condition) -> tuple[str, list[str]]:
        """`yes`, `no` or `unknown`, and the needs."""
        rows = condition.rows if isinstance(condition, Condition) else self.asides[condition].rows
        possible = self.completions.possible(rows)
        truths = {row.leaf for row in possible}
        if len(truths) == 1:
            return ("yes" if truths == {1} else "no"), []
        return "unknown", self.completions.needs([(row, row.leaf) for row in possible], self.constrained)

    # --- the result ---

    def result(self, readings: bool) -> Json:
        decisions: Json = {}
        recommendations: list[tuple[str, ir.Recommendation]] = []
        trace: list[Json] = []
        possible: list[ir.Recommendation] = []
        for one in self.guideline.decisions:
            if isinstance(one, ir.Decision):
                answer = self.answer(self.program.decisions[one.id])
                decisions[one.id] = self._decision_json(answer)
                recommendations += [(one.id, common) for common in common(answer.leaves)]
                trace += [_step_json(one.id, step) for step in _shared_path(answer.leaves)]
                possible += [rec for leaf in answer.leaves for rec in all_recommendations(leaf.outcome)]
            else:
                self._options(one, decisions, recommendations, possible)
        rules = self._rules(recommendations, possible)
        shown = [recommendation_json(self.shown, decision, one) for decision, one in recommendations]
        needs, ask_next = self._top(decisions, self.shown.dose_needs)
        result: Json = {
            "guideline": self.guideline.id,
            "version": self.guideline.version,
            "language": self.guideline.language,
            "digest": self.compiled.digest,
            "status": self._status(decisions),
            "decisions": decisions,
            "recommendations": shown,
            "advice": [self._without_rank(one) for one in rules if one["rule"] == "advice"],
            "monitoring": [self._without_rank(one) for one in rules if one["rule"] == "monitoring"],
            "values": self._values(),
            "readings": self._readings() if readings else {},
            "needs": needs,
            "ask_next": ask_next,
            "trace": trace,
        }
        if self.guideline.pathway is not None:
            result["pathway"] = self.pathway(self.guideline.pathway)
        rounded = self._rounded()
        if rounded:
            result["rounded"] = rounded
        return result

    @staticmethod
    def _without_rank(rule: Json) -> Json:
        return {key: value for key, value in rule.items() if key != "rule"}

    def _decision_json(self, answer: _Answer) -> Json:
        found: Json = {
            "status": answer.status,
            "needs": answer.needs,
            "ask_next": _ask_next(answer),
            "possible": [],
        }
        quiet = self.shown.quiet()
        if answer.status == "indeterminate":
            found["possible"] = [outcome_json(quiet, leaf) for leaf in merged_outcomes(answer.leaves)]
        elif answer.status in ("not_stated", "conflict"):
            whole = outcome_json(quiet, merged_outcomes(answer.leaves)[0])
            found.update({key: whole[key] for key in ("possible", "why", "statements") if key in whole})
        return found

    def _options(
        self,
        options: ir.Options,
        decisions: Json,
        recommendations: list[tuple[str, ir.Recommendation]],
        possible: list[ir.Recommendation],
    ) -> None:
        """Each line for itself; the list is indeterminate if one of them, or whether it is asked, is unknown."""
        needs: list[str] = []
        asks: list[str] = []
        shown: list[Json] = []
        statuses: set[str] = set()
        gates: set[str] = set()
        quiet = self.shown.quiet()
        tables = self.program.options[options.id]
        for at, (line, table) in enumerate(zip(options.lines, tables, strict=True)):
            if isinstance(line, ir.OptionLine) and not line.stated:
                answer = self.answer(table)
                statuses.add(answer.status)
                needs += [name for name in answer.needs if name not in needs]
                asks += [name for leaf in answer.leaves for name in leaf.asks]
                gates.update(leaf.status for leaf in answer.leaves if leaf.outcome is None)
                if any(leaf.outcome is not None for leaf in answer.leaves):
                    advised = self.program.advised.get(f"{options.id}#{at}")
                    regimens = {one.id: one for one in self.guideline.regimens}
                    orders = advised.orders if advised else given_orders(line.recommendation, regimens)
                    given = replace(line.recommendation, orders=orders)
                    shown.append(_not_stated_json(quiet, given))
                    possible.append(given)
                continue
            answer = self.answer(table)
            needs += [name for name in answer.needs if name not in needs]
            asks += [name for leaf in answer.leaves for name in leaf.asks]
            recommendations += [(options.id, one) for one in common(answer.leaves)]
            possible += [one for leaf in answer.leaves for one in all_recommendations(leaf.outcome)]
            statuses.add(answer.status)
            if answer.status == "indeterminate":
                for leaf in merged_outcomes(answer.leaves):
                    if leaf.outcome is None:
                        gates.add(leaf.status)
                    elif leaf.outcome.recommendations or leaf.outcome.answers:
                        shown.append(outcome_json(quiet, leaf))
            elif answer.status == "conflict":
                shown.append(outcome_json(quiet, merged_outcomes(answer.leaves)[0]))
        shown += [
            {"status": status, "recommendations": []}
            for status in ("not_applicable", "out_of_scope")
            if status in gates
        ]
        order = [entry.id for entry in self.guideline.inputs]
        needs.sort(key=order.index)
        status = _options_status(statuses)
        if status in ("not_applicable", "out_of_scope"):
            shown = []
        open_reading = A_READING if status == "indeterminate" else NOT_NEEDED
        ask_next = next((name for name in asks if name in needs), needs[0] if needs else open_reading)
        decisions[options.id] = {"status": status, "needs": needs, "ask_next": ask_next, "possible": shown}

    def _status(self, decisions: Json) -> str:
        found = [
            str(decisions[one.id]["status"])
            for one in self.guideline.decisions
            if isinstance(one, ir.Decision)
        ]
        found = [status for status in found if status != "not_applicable"]
        if not found:
            found = [
                str(decisions[one.id]["status"])
                for one in self.guideline.decisions
                if isinstance(one, ir.Options)
            ]
            found = [status for status in found if status != "not_applicable"]
        if "out_of_scope" in found:
            return "out_of_scope"
        if not decisions:
            return "out_of_scope" if self._out_of_scope() else "determined"
        return next((status for status in _WORST if status in found), "not_applicable")

    def _out_of_scope(self) -> bool:
        """Whether nothing of the guideline is about the patient; asked where no decision says so. Of a guideline that was cut
        down to a part, the rows of the scope may be those of its decisions."""
        scope = self.guideline.applies
        return scope in self.asides and self.applies(scope)[0] == "no"

    def _top(self, decisions: Json, dose_needs: list[str]) -> tuple[list[str], str]:
        chosen = [one.id for one in self.guideline.decisions if isinstance(one, ir.Decision)]
        if all(decisions[name]["status"] == "not_applicable" for name in chosen):
            chosen = [one.id for one in self.guideline.decisions]
        needs = dict.fromkeys(name for decision in chosen for name in decisions[decision]["needs"])
        asks = [decisions[decision]["ask_next"] for decision in chosen]
        asks = [ask for ask in asks if ask != NOT_NEEDED]
        inputs = [ask for ask in asks if ask != A_READING]
        needs.update(dict.fromkeys(dose_needs))
        inputs += dose_needs
        return list(needs), str(inputs[0] if inputs else asks[0] if asks else NOT_NEEDED)

    # --- rules ---

    def _rules(
        self, recommendations: list[tuple[str, ir.Recommendation]], possible: list[ir.Recommendation]
    ) -> list[Json]:
        decided = {one.id for one in self.guideline.decisions if isinstance(one, ir.Decision)}
        advised = [(name, one) for name, one in recommendations if one.direction == "for"]
        surely = {
            drug
            for name, one in advised
            if name in decided or f"{name}.{one.id}" in self.chosen
            for drug in ordered(one, True, self.chosen)
        }
        perhaps = {drug for _, one in advised for drug in ordered(one, False, self.chosen)}
        perhaps |= {
            drug for one in possible if one.direction == "for" for drug in ordered(one, False, self.chosen)
        }
        for at, coordinate in enumerate(self.program.coordinates):
            if isinstance(coordinate, Prescribed):
                drugs = set(coordinate.drugs)
                self.completions.cells[at] = 2 if drugs & surely else 3 if drugs & perhaps else 1
        found: list[Json] = []
        for rule in self.guideline.rules:
            applies, needs = self.applies(self.program.rules[rule.id])
            if applies == "no":
                continue
            if not rule.stated:
                applies = "unknown"
            if rule.kind == "monitor":
                because = self._because(rule, surely, perhaps)
                found.append(
                    {"rule": "monitoring", **monitoring_json(self.shown, rule, applies, needs, because)}
                )
            else:
                orders = self.program.advised.get(rule.id)
                advice = advice_json(self.shown.quiet(), rule, applies, needs, orders)
                found.append({"rule": "advice", **advice})
        return found

    def _because(self, rule: ir.Rule, surely: set[str], perhaps: set[str]) -> str:
        """What brings the monitoring about: a drug that is taken, one that is prescribed, or one that may be chosen."""
        taking, prescribed = causes(rule.when, self.guideline)
        entered = [
            self.record.entries[name].values[0] for name, _ in taking if self.record.entries[name].values
        ]
        members = {member for _, names in taking for member in names}
        if any(isinstance(value, frozenset) and value & members for value in entered):
            return "taking"
        if prescribed & surely:
            return "prescribed"
        return "if_chosen" if prescribed & perhaps else ""

    # --- the rest ---

    def _values(self) -> Json:
        found: Json = {}
        for one in self.guideline.definitions:
            if not one.shown:
                continue
            if one.number is not None:
                value = value_json(one, *self.completions.shown(self.program.numbers[one.id]))
                if one.band:
                    value["band"] = self._band(one.band)
            elif one.category is not None:
                value = category_json(one.category, self._leaves_of(one.id))
            else:
                applies, needs = self.applies(self.program.definitions[one.id])
                value = {"needs": needs} if applies == "unknown" else {"value": applies == "yes", "needs": []}
            found[one.id] = value
        return found

    def _band(self, name: str) -> Json | str:
        """The band of a shown score: its name, or those that it may be in."""
        category = next(one.category for one in self.guideline.definitions if one.id == name)
        assert category is not None
        found = band_json([category.values[leaf].id for leaf in self._leaves_of(name)[0][0]])
        return found if "one_of" in found else str(found["value"])

    def _leaves_of(self, name: str) -> list[tuple[list[int], list[str]]]:
        """For each condition of a category, the leaves that are possible and what stands between them."""
        found: list[tuple[list[int], list[str]]] = []
        for condition in self.program.categories[name]:
            possible = self.completions.possible(condition.rows)
            leaves = sorted({row.leaf for row in possible})
            needs: list[str] = []
            if len(leaves) > 1:
                needs = self.completions.needs([(row, row.leaf) for row in possible], self.constrained)
            found.append((leaves, needs))
        return found

    def pathway(self, pathway: ir.Pathway) -> Json:
        """Where the patient may stand, when he is seen again there, and where what is found then leads."""
        ((places, _),) = self._leaves_of(pathway.places)
        stages = [pathway.stages[place] for place in places]
        if self._out_of_scope():
            return pathway_json(stages, "out_of_scope", [])
        answers = [self._answered(stage) for stage in stages]
        return pathway_json(stages, "determined" if len(stages) == 1 else "indeterminate", answers)

    def _answered(self, stage: ir.Stage) -> tuple[list[ir.Value], list[str]]:
        """Where the moves out of a stage may lead, and what stands between that."""
        if not stage.moves:
            return [], []
        ((places, needs),) = self._leaves_of(f"after {stage.id}")
        category = next(one.category for one in self.guideline.definitions if one.id == f"after {stage.id}")
        assert category is not None
        return [category.values[place] for place in places], needs

    def _readings(self) -> Json:
        """For every reading and every way to read it: what each decision would be, the others as they stand."""
        found: Json = {}
        for reading in self.guideline.readings:
            answers: Json = {}
            for value in reading.values:
                answers[value.id] = self._brief(self.completions.reading(reading.id, value.id))
            found[reading.id] = {"chosen": self.record.readings.get(reading.id, "none"), "answers": answers}
        return found

    def _brief(self, completions: Completions) -> Json:
        found: Json = {}
        for one in self.guideline.decisions:
            tables = (
                (self.program.decisions[one.id],)
                if isinstance(one, ir.Decision)
                else self.program.options[one.id]
            )
            words: dict[str, None] = {}
            for table in tables:
                rows = completions.possible(table.rows)
                for at in sorted({row.leaf for row in rows}):
                    leaf = table.leaves[at]
                    words.update(dict.fromkeys(_brief_words(leaf, isinstance(one, ir.Options))))
            found[one.id] = list(words)
        return found

    def _rounded(self) -> Json:
        found: Json = {}
        for name, entry in self.record.entries.items():
            if entry.before is not None and isinstance(entry.values[0], Amount):
                found[name] = {"from": _number(entry.before), "to": _number(entry.values[0].value)}
        return found


def _number(value: Fraction) -> int | float:
    return plain_number(value)


def _not_stated_json(quiet: Shown, given: ir.Recommendation) -> Json:
    """A line whose condition the source does not give: shown, and never given."""
    entry = recommendation_json(quiet, "", given)
    return {
        "status": "not_stated",
        "recommendations": [{key: value for key, value in entry.items() if key != "decision"}],
    }


def _brief_words(leaf: Leaf, in_options: bool) -> list[str]:
    if leaf.status != "determined" or leaf.outcome is None:
        return [leaf.status]
    names = [one.id for one in leaf.outcome.recommendations]
    return names or ([] if in_options else ["nothing"])


def _ask_next(answer: _Answer) -> str:
    if answer.status != "indeterminate":
        return NOT_NEEDED
    if not answer.needs:
        return A_READING
    reached = [name for leaf in answer.leaves for name in leaf.asks]
    return next((name for name in reached if name in answer.needs), answer.needs[0])


def _options_status(statuses: set[str]) -> str:
    for status in ("conflict", "indeterminate"):
        if status in statuses:
            return status
    gates = statuses & {"not_applicable", "out_of_scope"}
    if gates and not statuses - gates:
        return "out_of_scope" if "out_of_scope" in gates else "not_applicable"
    return "determined"


def common(leaves: Sequence[Leaf]) -> list[ir.Recommendation]:
    """The recommendations that every possible outcome shares, both sides of a conflict included."""
    sides: list[tuple[ir.Recommendation, ...]] = []
    for leaf in leaves:
        if leaf.outcome is None or leaf.status == "not_stated":
            return []
        sides += _sides(leaf.outcome)
    found = []
    for one in sides[0]:
        same = [
            [other for other in side if recommendation_essence(other) == recommendation_essence(one)]
            for side in sides
        ]
        if all(same):
            found.append(united_recommendations([others[0] for others in same]))
    return found


def _sides(outcome: ir.Outcome) -> list[tuple[ir.Recommendation, ...]]:
    if outcome.status == "conflict":
        return [side for answer in outcome.answers for side in _sides(answer)]
    return [outcome.recommendations]


def all_recommendations(outcome: ir.Outcome | None) -> list[ir.Recommendation]:
    """The recommendations of an outcome, those of all its answers included."""
    if outcome is None:
        return []
    return [
        *outcome.recommendations,
        *(one for answer in outcome.answers for one in all_recommendations(answer)),
    ]


def ordered(recommendation: ir.Recommendation, sure: bool, chosen: Collection[str] = ()) -> set[str]:
    """The drugs that a recommendation gives; those of a choice only where `sure` is False, or where one is chosen that one."""
    found: set[str] = set()
    for order in recommendation.orders:
        if isinstance(order, ir.Choice):
            settled = [one for one in order.options if (one.drug or one.procedure) in chosen]
            if settled or not sure:
                options = settled or order.options
                found.update(option.drug for option in options if option.drug is not None)
        elif order.drug is not None and order.action != "stop":
            found.add(order.drug)
    return found


def causes(
    condition: ir.Condition | None, guideline: ir.Guideline
) -> tuple[list[tuple[str, tuple[str, ...]]], set[str]]:
    """The drug lists and drugs that a condition asks about, and the drugs that it asks to be prescribed."""
    lists = {entry.id for entry in guideline.inputs if isinstance(entry.type, ir.AnyOf) and entry.type.drugs}
    taking: list[tuple[str, tuple[str, ...]]] = []
    prescribed: set[str] = set()
    waiting: list[ir.Condition | None] = [condition]
    while waiting:
        match waiting.pop():
            case ir.Includes(name, members) if name in lists:
                taking.append((name, members))
            case ir.Prescribed(drugs):
                prescribed.update(drugs)
            case ir.And(operands) | ir.Or(operands):
                waiting += operands
            case ir.Defined(name):
                waiting.append(next(one.condition for one in guideline.definitions if one.id == name))
            case _:
                pass
    return taking, prescribed


def _shared_path(leaves: Sequence[Leaf]) -> list[Step]:
    """The steps that every possible leaf has in common."""
    shared: list[Step] = []
    for steps in zip(*(leaf.path for leaf in leaves), strict=False):
        if any(step != steps[0] or step.line != steps[0].line for step in steps):
            break
        shared.append(steps[0])
    return shared


def _step_json(decision: str, step: Step) -> Json:
    return {
        "at": decision,
        "by": step.by,
        "value": step.value,
        "statements": list(step.statements),
        "line": step.line,
    }
