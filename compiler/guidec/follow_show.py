"""A timeline to text and Markdown: each visit with what was known, where the patient stands, what is advised, due and new."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from guidec import ir
from guidec.compare_show import marked
from guidec.numbers import unit_text
from guidec.proofs.written import given
from guidec.record import parts
from guidec.show import STATUS_WORDS, error_text, possible_lines, recommendation_lines
from guidec.wording import condition_in_words, interval_words, label_of, outcome_label, value_label

Json = dict[str, Any]

Section = tuple[str, list[str]]
"""A title, and the lines below it; more blanks before a line put it below the one before."""

_SHOWN_OF_SERIES = 3
_ORDER = ("overdue", "due", "done", "later", "not known", "not stated", "ended")
_CAME = {"early": "came EARLY", "in time": "came in time", "late": "came LATE"}


def timeline_text(guideline: ir.Guideline, timeline: Json) -> str:
    """For a terminal and for print."""
    title, now = standing(guideline, timeline)
    lines = [
        guideline.title,
        f"{guideline.id} {guideline.version}",
        "",
        title,
        *(f"  {line}" for line in now),
    ]
    for visit in timeline["visits"]:
        lines += ["", f"{visit['date']}  {headline(guideline, visit)}"]
        for title, below in sections(guideline, visit):
            lines += [f"  {title}", *(f"    {line}" for line in below)]
    return "\n".join(lines) + "\n"


def timeline_markdown(guideline: ir.Guideline, timeline: Json) -> str:
    """For a record or a pull request."""
    title, now = standing(guideline, timeline)
    lines = [f"# {marked(guideline.title)}", "", f"{guideline.id} {marked(guideline.version)}", ""]
    lines += [f"**{marked(title)}**", "", *(_bullet(line) for line in now), ""]
    for visit in timeline["visits"]:
        lines += [f"## {visit['date']}: {marked(headline(guideline, visit))}", ""]
        for title, below in sections(guideline, visit):
            lines += [f"**{marked(title)}**", "", *(_bullet(line) for line in below), ""]
    return "\n".join(lines).rstrip() + "\n"


def _bullet(line: str) -> str:
    bare = line.lstrip(" ")
    return f"{line[: len(line) - len(bare)]}- {marked(bare)}"


def unfollowed_text(errors: Json) -> str:
    """Why visits can't be followed, a line each."""
    found = ""
    for one in errors["errors"]:
        where = (
            f"visit {one['visit']}" + (f" of {one['date']}" if one["date"] else "")
            if one["visit"]
            else "visits"
        )
        found += error_text({"errors": [{**one, "input": ", ".join(filter(None, (where, one["input"])))}]})
    return found


# --- one visit ---------------------------------------------------------------


def standing(guideline: ir.Guideline, timeline: Json) -> Section:
    """What a reader in a hurry asks of the last visit: where the patient stands, what is late, what comes next."""
    visit = timeline["visits"][-1]
    lines = [headline(guideline, visit)]
    lines += [monitored_line(guideline, one) for one in pressing(visit)]
    lines += [f"to be seen again {line}" for line in _again(guideline, visit)]
    asked = ask_next(guideline, visit)
    lines += [f"ask next: {asked}"] if asked else []
    return f"Now, after the visit of {visit['date']}", lines


def ask_next(guideline: ir.Guideline, visit: Json) -> str:
    """What to ask first: where the pathway led to more than one stage, what tells them apart; else as the result says."""
    needs = [name for move in visit.get("stage", {}).get("moves", ()) for name in move["needs"]]
    if needs and visit["stage"]["by"] != "entered":
        return label_of(guideline.inputs, needs[0])
    asked: str = visit["result"]["ask_next"]
    return {"not needed": "", "a reading": asked}.get(asked, label_of(guideline.inputs, asked))


def pressing(visit: Json) -> list[Json]:
    """The monitoring that is overdue, due, or wanted before the first dose; the overdue first."""
    return [one for one in _in_order(visit) if _urgency(one) in ("overdue", "due")]


def _in_order(visit: Json) -> list[Json]:
    return sorted(visit["monitoring"], key=lambda one: _ORDER.index(_urgency(one)))


def _urgency(one: Json) -> str:
    """Its state; what is wanted before the first dose is due at least."""
    first = one.get("baseline", {}).get("state") == "due"
    return "due" if first and one["state"] != "overdue" else str(one["state"])


def headline(guideline: ir.Guideline, visit: Json) -> str:
    """Where the patient stands, in a line."""
    scope = f" ({STATUS_WORDS['out_of_scope']})" if visit["result"]["status"] == "out_of_scope" else ""
    stage = visit.get("stage")
    if stage is None:
        return f"Visit {visit['visit']}{scope}"
    where = "Stage not known" if stage["at"] is None else place_text(guideline, stage["at"])
    return where + scope + (", ENTERED AGAINST THE PATHWAY" if stage.get("mismatch") else "")


def place_text(guideline: ir.Guideline, place: Any) -> str:
    """`Refractory, or Salvage`."""
    if place == "not stated":
        return "not stated"
    assert guideline.pathway is not None
    entry = next(one for one in guideline.inputs if one.id == guideline.pathway.input)
    names = place["one_of"] if isinstance(place, dict) else [place]
    return ", or ".join(value_label(entry, name) for name in names)


def sections(guideline: ir.Guideline, visit: Json) -> Iterator[Section]:
    """What there is to say of a visit, in the order in which it is asked."""
    makers: tuple[tuple[str, Callable[[ir.Guideline, Json], list[str]]], ...] = (
        ("Where the patient stands", _stands),
        ("Known", _known),
        ("Advised", _advised),
        ("Open", _open),
        ("Monitoring", _monitored),
        ("To be seen again", _again),
        ("Changed since the last visit", _changed),
    )
    for title, maker in makers:
        lines = maker(guideline, visit)
        if lines:
            yield title, lines


def _stands(guideline: ir.Guideline, visit: Json) -> list[str]:
    came = visit["came"]
    lines = []
    if came["when"] in _CAME:
        lines.append(f"{_CAME[came['when']]}: was to be seen {days_text(came)}")
    stage = visit.get("stage")
    if stage is None:
        return lines
    if stage["by"] == "entered":
        lines.append(f"entered: {place_text(guideline, stage['at'])}")
    if stage["by"] == "out_of_scope":
        lines.append(
            f"out of the guideline's scope: where this leads from {place_text(guideline, stage['from'])} isn't asked"
        )
    elif "moves" in stage and not stage["moves"]:
        lines.append(f"what is known goes with nobody at {place_text(guideline, stage['from'])}")
    for move in stage.get("moves", ()):
        lines += move_lines(guideline, move)
    if stage.get("mismatch"):
        expected = place_text(guideline, stage["expected"])
        lines.append(f"the pathway leads to {expected}; what is entered counts")
    return lines


def move_lines(guideline: ir.Guideline, move: Json) -> list[str]:
    """Where what was found leads from a stage."""
    start = place_text(guideline, move["stage"])
    if not move["possible"]:
        return [f"from {start}: nobody goes on" if move["status"] == "final" else f"from {start}: not stated"]
    ends = [
        f"not stated: {one['why']}{_cites(one)}"
        if one["to"] == "not stated"
        else f"{place_text(guideline, one['to'])}{_cites(one)}"
        for one in move["possible"]
    ]
    if len(ends) == 1:
        return [f"from {start} to {ends[0]}"]
    return [
        f"from {start}, as long as {_names(guideline, move['needs']) or 'a reading'} is open, to one of:",
        *(f"  {one}" for one in ends),
    ]


def _cites(where: Json) -> str:
    cites = [*where["statements"], *(f"{one} ours" for one in where.get("inferred", ()))]
    return f" [{', '.join(cites)}]" if cites else ""


def _known(guideline: ir.Guideline, visit: Json) -> list[str]:
    known = visit["known"]
    record = {name: value for name, value in visit["record"].items() if not _is_stage(guideline, name)}
    lines = [
        f"now: {entry_text(guideline, name, record[name])}"
        for name in known["given"]
        if record.get(name) is not None
    ]
    lines += [
        f"no longer known: {label_of(guideline.inputs, name)}"
        for name in known["given"]
        if record.get(name) is None and not _is_stage(guideline, name)
    ]
    lines += [
        f"since {since}: {entry_text(guideline, name, record[name])}"
        for name, since in known["carried"].items()
    ]
    lines += [f"test done: {label_of(guideline.items, name)}" for name in visit["done"]]
    return lines


def _is_stage(guideline: ir.Guideline, name: str) -> bool:
    return guideline.pathway is not None and name == guideline.pathway.input


def entry_text(guideline: ir.Guideline, name: str, value: Any) -> str:
    """`FVC: 76 %{predicted}`, by labels; of a series, the last entries."""
    entry = next(one for one in guideline.inputs if one.id == name)
    if entry.series is not None and isinstance(value, list):
        return _series_text(guideline, entry, value)
    partly = isinstance(value, dict) and "one_of" in value
    names: list[Any] = value["one_of"] if partly else value if isinstance(value, list) else [value]
    if all(isinstance(one, str) for one in names):
        return f"{entry.label}: {', '.join(value_label(entry, one) for one in names) or 'none'}"
    return f"{entry.label}: {_written(guideline, entry, value)}"


def _written(guideline: ir.Guideline, entry: ir.Input, value: Any) -> str:
    """A value as a scenario has it, its unit in words."""
    (text,) = given(guideline, {entry.id: value})
    text = text.removeprefix(entry.id).strip()
    for unit in entry.type.units if isinstance(entry.type, ir.Quantity) else ():
        text = text.replace(f" {unit.unit}", f" {unit_text(unit.unit)}")
    return text


def _series_text(guideline: ir.Guideline, entry: ir.Input, dated: list[Json]) -> str:
    in_order = sorted(dated, key=lambda one: str(one["date"]))
    last = in_order[-_SHOWN_OF_SERIES:]
    if not last:
        return f"{entry.label}: none"
    before = f"{len(in_order) - len(last)} before, then " if len(in_order) > len(last) else ""
    return f"{entry.label}: {before}{_written(guideline, entry, last)}"


def _advised(guideline: ir.Guideline, visit: Json) -> list[str]:
    result = visit["result"]
    lines = [line for one in result["recommendations"] for line in recommendation_lines(guideline, one, "")]
    sure = [one for one in result["advice"] if one["applies"] == "yes"]
    return lines + [f"{label_of(guideline.rules, one['id'])}{_cites(one)}" for one in sure]


def _open(guideline: ir.Guideline, visit: Json) -> list[str]:
    lines: list[str] = []
    for name, decision in visit["result"]["decisions"].items():
        if decision["status"] in ("indeterminate", "not_stated", "conflict"):
            needs = ", ".join(label_of(guideline.inputs, one) for one in decision["needs"])
            lines.append(
                f"{_titled(label_of(guideline.decisions, name))} {STATUS_WORDS[decision['status']]}"
                + (f"; needs {needs}" if needs else "")
            )
            if "why" in decision:
                lines.append(f"  {decision['why']}{_cites(decision)}")
            for entry in decision["possible"]:
                lines += possible_lines(guideline, entry, "  ")
    return lines


def _monitored(guideline: ir.Guideline, visit: Json) -> list[str]:
    return [monitored_line(guideline, one) for one in _in_order(visit)]


def monitored_line(guideline: ir.Guideline, one: Json) -> str:
    """`OVERDUE since 2025-07-31: Pulmonary function tests every 3 to 6 months [O43]`."""
    perhaps = "" if one["applies"] == "yes" else " (perhaps)"
    return f"{monitored_when(guideline, one)}: {label_of(guideline.rules, one['id'])}{perhaps}{_cites(one)}"


def monitored_when(guideline: ir.Guideline, one: Json) -> str:
    """`OVERDUE since 2025-07-31`; how often, where no days can be counted; before that, what stands before the first dose."""
    first = _before_the_first_dose(one)
    alone = one["every"] == "once" and not isinstance(one["due"], dict)
    return "; ".join(filter(None, (first, "" if first and alone else _dated_when(guideline, one))))


def _before_the_first_dose(one: Json) -> str:
    """Nothing where the test was done, or where it needn't stand there."""
    baseline = one.get("baseline", {"state": "done"})
    match baseline["state"]:
        case "due":
            return str(baseline["when"])
        case "taken already":
            return f"{baseline['when']}, and the drug is taken already"
        case _:
            return ""


def _dated_when(guideline: ir.Guideline, one: Json) -> str:
    due = one["due"]
    if one["state"] == "done":
        again = isinstance(due, dict) and "earliest" in due and due["earliest"] > one["last_done"]
        return f"done {one['last_done']}" + (f", due again {days_text(due)}" if again else "")
    match one["state"]:
        case "overdue":
            return f"OVERDUE since {due['latest']}"
        case "due":
            return f"DUE NOW, {days_text(due)}"
        case "later":
            return f"due {days_text(due)}"
        case "not known":
            return f"due on a day that is not known, for want of {_names(guideline, due['needs'])}"
        case "ended":
            return "no longer due"
        case _:
            every = one["every"]
            return (
                f"every {interval_words(every)}"
                if isinstance(every, dict)
                else {"once": "once"}.get(every, "no interval stated")
            )


def days_text(window: Json) -> str:
    """`2025-04-30 to 2025-07-31`, or the one day."""
    earliest, latest = window["earliest"], window["latest"]
    return earliest if earliest == latest else f"{earliest} to {latest}"


def _names(guideline: ir.Guideline, names: Sequence[str]) -> str:
    return ", ".join(label_of(guideline.inputs, name) for name in names)


def _again(guideline: ir.Guideline, visit: Json) -> list[str]:
    lines = []
    several = len({one["stage"] for one in visit["reviews"]}) > 1
    for one in visit["reviews"]:
        stage = f"{place_text(guideline, one['stage'])}: " if several else ""
        if isinstance(one["due"], dict):
            lines.append(f"{stage}{days_text(one['due'])}{_cites(one)}")
        elif "why" in one:
            lines.append(f"{stage}not stated: {one['why']}{_cites(one)}")
        else:
            lines.append(f"{stage}{interval_words(one.get('every', one.get('after')))}{_cites(one)}")
    return lines


# --- what is new -------------------------------------------------------------


def _changed(guideline: ir.Guideline, visit: Json) -> list[str]:
    lines: list[str] = []
    for one in visit["changes"]:
        lines.append(
            f"{_titled(_thing(guideline, one))} {_side(guideline, one, 'before')} → {_side(guideline, one, 'after')}"
        )
        lines.append(f"  because {_because(guideline, visit, one)}")
    return lines


def _titled(label: str) -> str:
    """`First treatment:`, or `What to give?`."""
    return label if label.endswith("?") else f"{label}:"


def _thing(guideline: ir.Guideline, one: Json) -> str:
    spaces: dict[str, Sequence[Any]] = {
        "decision": guideline.decisions, "dose": guideline.items, "advice": guideline.rules,
        "monitoring": guideline.rules, "value": guideline.definitions,
    }  # fmt: skip
    label = label_of(spaces[one["kind"]], one["id"])
    return f"dose of {label}" if one["kind"] == "dose" else label


def _side(guideline: ir.Guideline, one: Json, side: str) -> str:
    if side not in one:
        return "none"
    found = one[side]
    match one["kind"]:
        case "decision":
            names = [outcome_label(guideline, name) for name in found["recommendations"]]
            if found["status"] == "determined":
                return ", ".join(names) or "nothing"
            return "; ".join(filter(None, (", ".join(names), STATUS_WORDS[found["status"]])))
        case "dose":
            return ", ".join(_dose(each) for each in found)
        case "value":
            return _shown_value(found)
        case _:
            return {"yes": "applies", "unknown": "unknown"}[found]


def _shown_value(found: Json) -> str:
    """`3`, `3 to 6 points`, `low, or high`, with its unit."""
    if "low" in found:
        return f"{found['low']} to {found['high']} {unit_text(found['unit'])}".strip()
    value = found.get("value", found.get("one_of", found.get("values", "open")))
    texts = [str(one) for one in value] if isinstance(value, list) else [str(value)]
    return f"{', or '.join(texts)} {unit_text(found.get('unit', ''))}".strip()


def _dose(dose: Any) -> str:
    if not isinstance(dose, dict):
        return "not stated"
    amount = dose.get("per", dose)
    if "low" not in amount:
        return "not known"
    low, high = amount["low"], amount["high"]
    return f"{low if low == high else f'{low} to {high}'} {amount['unit']}"


def _because(guideline: ir.Guideline, visit: Json, one: Json) -> str:
    """The entries that made a change; of a stage that nobody entered, what led there."""
    names = [*one.get("because", ()), *one.get("together", ())]
    followed = visit.get("stage", {"by": "entered"})["by"] != "entered"
    entered = [name for name in names if not (followed and _is_stage(guideline, name))]
    causes = [f"of {' and '.join(_entered(guideline, name) for name in entered)}"] if entered else []
    if len(entered) < len(names):
        causes.append(came_to(guideline, visit))
    joined = ", and because ".join(causes)
    if len(names) == 1:
        return joined
    if "together" not in one:
        return f"{joined}, each of them"
    return f"{joined}{',' if causes[1:] else ''} together"


def _entered(guideline: ir.Guideline, name: str) -> str:
    return "the reading that was chosen" if name == "readings" else label_of(guideline.inputs, name)


def came_to(guideline: ir.Guideline, visit: Json) -> str:
    """`the patient came to Infected (Pus: yes)`; of a stage that nobody knows, that."""
    stage = visit["stage"]
    if stage["at"] is None:
        return "the stage is no longer known"
    moved = dict.fromkeys(moved_by(guideline, visit, move) for move in stage["moves"])
    causes = "; ".join(filter(None, moved))
    return f"the patient came to {place_text(guideline, stage['at'])}" + (f" ({causes})" if causes else "")


def moved_by(guideline: ir.Guideline, visit: Json, move: Json) -> str:
    """What led on from a stage: what is open where it may be several; else `Response to treatment: Progressed`, the one
    condition that leads there, or what is known of all that is asked there."""
    if len(move["possible"]) > 1:
        return f"{_names(guideline, move['needs']) or 'a reading'}: not known"
    assert guideline.pathway is not None
    stage = next(one for one in guideline.pathway.stages if one.id == move["stage"])
    ends = {one["to"] for one in move["possible"]}
    cause = condition_that_leads(guideline, visit, stage, ends)
    if cause:
        return cause
    record = visit["record"]
    known = [name for name in _asked_by(guideline, stage) if record.get(name) is not None]
    return ", ".join(entry_text(guideline, name, record[name]) for name in known)


def condition_that_leads(guideline: ir.Guideline, visit: Json, stage: ir.Stage, ends: set[str]) -> str:
    """What the moves out of a stage go by, or the one condition under which they lead there; nothing where there are several."""
    entry = next((one for one in guideline.inputs if one.id == stage.by), None)
    value = visit["record"].get(stage.by)
    if entry is not None and isinstance(value, str):
        return f"{entry.label}: {value_label(entry, value)}"
    ways = [one for one in stage.moves if one.to in ends]
    if len(ways) == 1 and ways[0].condition is not None and not isinstance(ways[0].condition, ir.Always):
        return condition_in_words(guideline, ways[0].condition)
    return ""


def _asked_by(guideline: ir.Guideline, stage: ir.Stage) -> list[str]:
    """The inputs that the moves out of a stage ask, those of definitions too, in the author's order."""
    definitions = {one.id: one for one in guideline.definitions}
    waiting: list[object] = [one.condition for one in stage.moves]
    found = {stage.by}
    while waiting:
        for one in parts(waiting.pop()):
            match one:
                case ir.Is(name) | ir.Includes(name) | ir.Measure(name):
                    found.add(name)
                case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name) if name in definitions:
                    waiting.append(definitions.pop(name))
                case _:
                    pass
    return [one.id for one in guideline.inputs if one.id in found]
