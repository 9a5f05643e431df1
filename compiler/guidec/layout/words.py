"""Parts of declarations to words: names, numbers, texts, citations, doses, as they are written."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import groupby
from typing import Any, TypeVar

from guidec import ast
from guidec.numbers import decimal_text
from guidec.record import inside

T = TypeVar("T")

_UNSAID: dict[str, Any] = {"written": "", "said": False, "bare": False, "dash": False, "listed": False}
_PLACES = ("mouth", "inhalation", "injection")


def as_meant(node: T) -> T:
    """A node as if it had no text: its numbers are printed as shortest decimals, and nothing that goes without saying.

    For what is kept of an expression, which two ways of writing it must not tell apart.
    """
    if isinstance(node, tuple):
        return tuple(map(as_meant, node))  # type: ignore[return-value]  # of the parts as they are
    if not inside(node):
        return node
    parts = {name: _UNSAID.get(name, as_meant(value)) for name, value in vars(node).items()}
    return replace(node, **parts)  # type: ignore[type-var]  # a record is a dataclass


def quoted(text: str) -> str:
    """A text between its quotes: `"A \\"quoted\\" word"`."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def label_text(label: ast.Text | None) -> str:
    """The text of a label; nothing where there is none."""
    return "" if label is None else quoted(label.text)


def number_text(number: ast.Number | ast.CalendarNumber) -> str:
    """The digits as they were written, else the shortest decimal."""
    return number.written or decimal_text(number.value)


def quantity_text(number: ast.Number | ast.CalendarNumber) -> str:
    """`1.50 mg/kg`, `3 months`, `7`."""
    return f"{number_text(number)} {number.unit.text}" if number.unit else number_text(number)


def value_text(value: ast.Name | ast.YesNo | ast.Limit) -> str:
    """A value as it is compared or given; `126 mg/dL or 7.0 mmol/L`."""
    match value:
        case ast.Thresholds(numbers):
            return " or ".join(map(value_text, numbers))
        case ast.Name(text):
            return text
        case ast.YesNo(truth):
            return "yes" if truth else "no"
        case ast.Number() | ast.CalendarNumber():
            return quantity_text(value)
        case ast.Day(day):
            return day.isoformat()


def of_series_text(asked: ast.OfSeries) -> str:
    """`latest fvc`, `count of fvc`, `fvc 12 months before`, `relative change of fvc over 12 months`."""
    name = asked.name.text
    if asked.over is None:
        return f"{asked.kind}{' of' if asked.kind == 'count' else ''} {name}"
    time = quantity_text(asked.over)
    return f"{name} {time} before" if asked.kind == "before" else f"{asked.kind} of {name} over {time}"


def names_text(names: Iterable[ast.Name], between: str = ", ") -> str:
    """`dm, adm`."""
    return between.join(name.text for name in names)


def cites_text(cites: ast.Cites) -> str:
    """`[T155, T57 T75 ours]`; nothing where nothing is cited."""
    groups = [
        " ".join([*(cite.id for cite in group), *(["ours"] if ours else [])])
        for ours, group in groupby(cites, lambda cite: cite.ours)
    ]
    return f"[{', '.join(groups)}]" if groups else ""


def interval_text(interval: ast.Interval) -> str:
    """`4 to 6 weeks`."""
    return _range_text(interval.low, interval.high, interval.unit.text)


def _range_text(low: ast.Number, high: ast.Number, unit: str) -> str:
    """Ends that are equal in place as well were written once."""
    numbers = [number_text(low)] if low == high else [number_text(low), "to", number_text(high)]
    return " ".join([*numbers, unit])


def part_text(part: ast.Part) -> str:
    """One part of an order: route, dose, interval, duration."""
    match part:
        case ast.Route(word):
            return _placed(word.text)
        case ast.Dose():
            return _dose_text(part)
        case ast.DoseBy(by):
            return f"dose by {by.text}"
        case ast.Volume(amount):
            return f"in {quantity_text(amount)}"
        case ast.Over(interval):
            return f"over {interval_text(interval)}"
        case ast.Every(interval):
            return f"every {interval_text(interval)}"
        case ast.Lasts(interval):
            return f"for {interval_text(interval)}"
        case ast.After(interval):
            return f"after {interval_text(interval)}"
        case ast.Times(number):
            return f"{number_text(number)} times"


def _dose_text(dose: ast.Dose) -> str:
    amount = quantity_text(dose.high)
    form = {
        "exact": amount,
        "or_more": f"{amount} or more",
        "range": f"{number_text(dose.low)} to {amount}",
        "up_to": f"up to {amount}",
        "about": f"about {amount}",
    }[dose.form]
    of = "" if dose.of is None else f" of {dose.of.text}"
    basis = "" if dose.basis is None else f" basis {dose.basis}"
    return " ".join([form + of + basis, *map(limit_text, dose.limits)])


def limit_text(limit: ast.Rounding | ast.Cap) -> str:
    """`rounded down to strengths`, `at most 1 g`."""
    if isinstance(limit, ast.Cap):
        return f"at {limit.kind} {quantity_text(limit.amount)}"
    mode = "" if limit.mode is None else f"{limit.mode} "
    return f"rounded {mode}to {'strengths' if limit.step is None else quantity_text(limit.step)}"


def window_text(earliest: ast.Lapse, latest: ast.Lapse) -> str:
    """`10 months to 12 months less 4 days`; ends that are equal in place as well were written once."""
    return (
        _lapse_text(earliest) if earliest == latest else f"{_lapse_text(earliest)} to {_lapse_text(latest)}"
    )


def _lapse_text(lapse: ast.Lapse) -> str:
    unit = "" if lapse.bare else f" {lapse.unit.text}"
    less = less_text(lapse.less)
    return f"{number_text(lapse.amount)}{unit}{less and ' '}{less}"


def less_text(less: ast.CalendarNumber | None) -> str:
    """`less 4 days`."""
    return "" if less is None else f"less {quantity_text(less)}"


def dated_text(dated: ast.Dated) -> str:
    """`last_visit or not stated when never`."""
    others = (f"or {_some_date_text(one.date)} when {one.when.text}" for one in dated.instead)
    return " ".join([_some_date_text(dated.date), *others])


def _some_date_text(date: ast.SomeDate) -> str:
    return date.value if isinstance(date.value, str) else value_text(date.value)


def thing_text(thing: ast.Thing) -> str:
    """`prednisolone`, `drug not stated of class immunosuppressant`."""
    if thing.name is not None:
        return thing.name.text
    return "drug not stated" + (f" of class {thing.drug_class.text}" if thing.drug_class else "")


def tail_text(tail: ast.Tail) -> str:
    """`rest not stated`, `usual`, `add or switch`."""
    if tail.kind == "not_stated":
        return f"{tail.word} not stated"
    if tail.kind == "grade":
        return f"grade {tail.word}"
    return tail.word.replace("_", " ")


def strength_text(strength: ast.Strength) -> str:
    """`consider "often" against`."""
    direction = "" if strength.direction == "for" else strength.direction
    return " ".join(part for part in (strength.word, label_text(strength.wording), direction) if part)


def branch_label_text(label: ast.Label) -> str:
    """`dm`, `yes`, `< 10 %`, `10 % to 20 %`."""
    match label:
        case ast.Name() | ast.YesNo():
            return value_text(label)
        case ast.LabelCompare(op, value, _, bare):
            return value_text(value) if bare else f"{op} {value_text(value)}"
        case ast.LabelRange(low, high, above, below):
            return f"{'> ' if above else ''}{value_text(low)} to {'< ' if below else ''}{value_text(high)}"


def branch_labels_text(labels: tuple[ast.Label, ...] | None) -> str:
    """`dm, adm`, or `otherwise`."""
    return "otherwise" if labels is None else ", ".join(map(branch_label_text, labels))


def rounding_text(step: ast.Number | ast.CalendarNumber, mode: ast.RoundingMode, said: bool) -> str:
    """`rounded down to 0.5 mg`; half away from zero goes without saying."""
    word = f"{mode} " if said or mode != "half away from zero" else ""
    return f"rounded {word}to {quantity_text(step)}"


# --- properties --------------------------------------------------------------


def claim_words(claim: ast.Claim) -> str:
    """`never triple_therapy with rituximab`: a claim without its condition."""
    names = names_text(claim.names)
    inside = "" if claim.inside is None else f"in {claim.inside.text}"
    of = "" if claim.of is None else claim.of.text
    match claim.kind:
        case "never" | "always":
            possible = "possible" if claim.possible else ""
            others = f"with {names_text(claim.others)}" if claim.others else ""
            said = [claim.kind, possible, names, others, inside]
        case "amount":
            assert claim.limit is not None
            end = f"at {'least' if claim.least else 'most'} {quantity_text(claim.limit)}"
            said = [f"{claim.word} of {of}", inside, end]
        case "determined":
            said = ["determined", names]
        case "monotone":
            ranks = ", ".join(name.text.removeprefix("!") for name in claim.names)
            said = [f"{claim.word} {of} never gets less of", ranks, inside]
        case "alike":
            said = [f"{names_text(claim.names, ' and ')} never differ"]
    return " ".join(part for part in said if part)


# --- scenarios ---------------------------------------------------------------


def given_text(given: ast.GivenLine) -> str:
    """`temperature 39 Cel`, `site one of head, back`, `fvc 80 % on 2026-03-01`, `reading often daily`."""
    value = given.value
    if isinstance(value, tuple):
        text = ("one of " if given.one_of else "") + (names_text(value) or "nothing")
    elif isinstance(value, ast.DatedValues):
        text = ", ".join(f"{value_text(one.value)} on {value_text(one.day)}" for one in value.values)
    else:
        text = value_text(value)
    return f"{'reading ' if given.reading else ''}{given.name.text} {text}"


def expectation_text(expected: ast.Expectation) -> str:
    """`first_step cooling`, `dose of paracetamol in cooling 900 mg`."""
    of = expected.of.text if expected.of is not None else ""
    names = ", ".join(_expected_text(name) for name in expected.names)
    match expected.kind:
        case "status":
            return f"status {_status_text(expected.word)}"
        case "outcome":
            return f"{of} {names or _status_text(expected.word)}"
        case "possible":
            return f"{of} possible {names}"
        case "needs":
            return f"needs {f'of {of} ' if of else ''}{names or 'nothing'}"
        case "ask":
            return f"ask {names}"
        case "dose" | "total" | "daily" | "steps" as kind:
            inside = f" in {expected.inside.text}" if expected.inside is not None else ""
            steps = ", ".join(map(quantity_text, expected.steps))
            return f"{kind} of {of}{inside} {steps or _expected_dose_text(expected, names)}"
        case "interval" | "duration" | "delay" as kind:
            inside = f" in {expected.inside.text}" if expected.inside is not None else ""
            time = "not stated" if expected.time is None else interval_text(expected.time)
            return f"{kind} of {of}{inside} {time}"
        case "action" | "route" as kind:
            inside = f" in {expected.inside.text}" if expected.inside is not None else ""
            return f"{kind} of {of}{inside} {_placed(expected.word)}"
        case "step" | "basis" | "choice" as kind:
            inside = f" in {expected.inside.text}" if expected.inside is not None else ""
            number = "" if expected.low is None else number_text(expected.low)
            return f"{kind} of {of}{inside} {number or expected.word.replace('_', ' ')}"
        case "measure":
            return f"measure of {of} {names}"
        case "strength":
            return " ".join(part for part in ("strength of", of, expected.word, names) if part)
        case "open":
            return f"open reading {names or 'nothing'}"
        case "value":
            if expected.low is None or expected.high is None:
                return f"value of {of} {names}"
            return f"value of {of} {_expected_dose_text(expected, names)}".rstrip()
        case "due":
            days = _days_text(expected.names)
            word = {"dates": days, "needs": f"needs {names}"}.get(expected.word, expected.word)
            return f"due of {of} {word}"
        case "stage":
            return f"stage {names}"
        case "next":
            return f"next of {of} {names}"
        case "review":
            time = "not stated" if expected.time is None else interval_text(expected.time)
            word = expected.word if expected.word in ("every", "after") else ""
            return " ".join(part for part in ("review of", of, word, time) if part)
        case "usual":
            return f"usual of {of} {names or 'not stated'}"
        case "preferred":
            return f"preferred of {of} {names or 'nothing'}{' unknown' if expected.word == 'unknown' else ''}"
        case "rule":
            return f"{of} {names}{' unknown' if expected.word == 'unknown' else ''}"
        case "no_rule":
            return f"no {of} {names}"
        case "refused":
            return " ".join(part for part in ("refused", of, names) if part)


def _placed(word: str) -> str:
    """`by mouth`, `intravenously`; an action, or that nothing is stated, in words."""
    return f"by {word}" if word in _PLACES else word.replace("_", " ")


def _days_text(days: tuple[ast.Name, ...]) -> str:
    """Days that are equal in place as well were written once."""
    return names_text(dict.fromkeys(days), " to ")


def _expected_text(name: ast.Name) -> str:
    return _status_text(name.text) if name.text.startswith("!") else name.text


def _status_text(word: str) -> str:
    return word.removeprefix("!").replace("_", " ")


def _expected_dose_text(expected: ast.Expectation, names: str) -> str:
    low, high = expected.low, expected.high
    if low is None or high is None:
        return f"needs {names}" if expected.word == "needs" else "not stated"
    if expected.word == "or_more":
        return f"{quantity_text(high)} or more"
    if expected.word in ("up_to", "about"):
        return f"{expected.word.replace('_', ' ')} {quantity_text(high)}"
    return _range_text(low, high, high.unit.text if high.unit else "")
