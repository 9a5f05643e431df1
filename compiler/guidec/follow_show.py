"""A timeline to text and Markdown: each visit with what was known, where the patient stands, what is advised, due and new."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from guidec import ir
from guidec.compare_show import marked
from guidec.proofs.written import given
from guidec.show import STATUS_WORDS, error_text, interval_words, possible_lines, recommendation_lines
from guidec.wording import label_of, outcome_label, value_label

Json = dict[str, Any]

Section = tuple[str, list[str]]
"""A title, and the lines below it; more blanks before a line put it below the one before."""

_SHOWN_OF_SERIES = 3
_ORDER = ("overdue", "due", "done", "later", "not known", "not stated", "ended")
_CAME = {"first visit": "first visit", "early": "earlier than", "in time": "in time,", "late": "later than"}


def timeline_text(guideline: ir.Guideline, timeline: Json) -> str:
    """For a terminal and for print."""
    lines = [guideline.title, f"{guideline.id} {guideline.version}"]
    for visit in timeline["visits"]:
        lines += ["", f"{visit['date']}  {headline(guideline, visit)}"]
        for title, below in sections(guideline, visit):
            lines += [f"  {title}", *(f"    {line}" for line in below)]
    return "\n".join(lines) + "\n"


def timeline_markdown(guideline: ir.Guideline, timeline: Json) -> str:
    """For a record or a pull request."""
    lines = [f"# {marked(guideline.title)}", ""]
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


def headline(guideline: ir.Guideline, visit: Json) -> str:
    """Where the patient stands, in a line."""
    status = visit["result"]["status"]
    scope = f" ({STATUS_WORDS[status]})" if status == "out_of_scope" else ""
    if "stage" not in visit:
        return f"Visit {visit['visit']}{scope}"
    stage = visit["stage"]
    text = (
        f"Stage not known{scope}" if stage["at"] is None else f"{place_text(guideline, stage['at'])}{scope}"
    )
    return text + (", not where the pathway leads" if stage.get("mismatch") else "")


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
    if came["when"] in ("early", "late", "in time"):
        lines.append(f"came {_CAME[came['when']]} {came['earliest']} to {came['latest']}")
    stage = visit.get("stage")
    if stage is None:
        return lines
    if stage["by"] == "entered":
        lines.append(f"entered: {place_text(guideline, stage['at'])}")
    for move in stage.get("moves", ()):
        lines += move_lines(guideline, move)
    if stage.get("mismatch"):
        lines.append(
            f"the pathway leads to: {place_text(guideline, stage['expected'])}; what is entered counts"
        )
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
    needs = [label_of(guideline.inputs, name) for name in move["needs"]]
    return [
        f"from {start}, as long as {', '.join(needs) or 'a reading'} is open, to one of:",
        *(f"  {one}" for one in ends),
    ]


def _cites(where: Json) -> str:
    cites = [*where["statements"], *(f"{one} ours" for one in where.get("inferred", ()))]
    return f" [{', '.join(cites)}]" if cites else ""


def _known(guideline: ir.Guideline, visit: Json) -> list[str]:
    known = visit["known"]
    record = visit["record"]
    lines = [
        f"now: {entry_text(guideline, name, record[name])}"
        for name in known["given"]
        if record.get(name) is not None
    ]
    lines += [
        f"no longer known: {label_of(guideline.inputs, name)}"
        for name in known["given"]
        if record.get(name) is None
    ]
    lines += [
        f"since {since}: {entry_text(guideline, name, record[name])}"
        for name, since in known["carried"].items()
    ]
    lines += [f"test done: {label_of(guideline.items, name)}" for name in visit["done"]]
    return lines


def entry_text(guideline: ir.Guideline, name: str, value: Any) -> str:
    """`FVC: 76 %{predicted}`, by labels; of a series, the last entries."""
    entry = next(one for one in guideline.inputs if one.id == name)
    if entry.series is not None and isinstance(value, list):
        return _series_text(guideline, entry, value)
    partly = isinstance(value, dict) and "one_of" in value
    names: list[Any] = value["one_of"] if partly else value if isinstance(value, list) else [value]
    if all(isinstance(one, str) for one in names):
        return f"{entry.label}: {', '.join(value_label(entry, one) for one in names) or 'none'}"
    (text,) = given(guideline, {name: value})
    return f"{entry.label}: {text.removeprefix(name).strip()}"


def _series_text(guideline: ir.Guideline, entry: ir.Input, dated: list[Json]) -> str:
    in_order = sorted(dated, key=lambda one: str(one["date"]))
    last = in_order[-_SHOWN_OF_SERIES:]
    if not last:
        return f"{entry.label}: none"
    (text,) = given(guideline, {entry.id: last})
    before = f"{len(in_order) - len(last)} before, then " if len(in_order) > len(last) else ""
    return f"{entry.label}: {before}{text.removeprefix(entry.id).strip()}"


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
                f"{label_of(guideline.decisions, name)}: {STATUS_WORDS[decision['status']]}"
                + (f"; needs {needs}" if needs else "")
            )
            if "why" in decision:
                lines.append(f"  {decision['why']}{_cites(decision)}")
            for entry in decision["possible"]:
                lines += possible_lines(guideline, entry, "  ")
    return lines


def _monitored(guideline: ir.Guideline, visit: Json) -> list[str]:
    found = sorted(visit["monitoring"], key=lambda one: _ORDER.index(one["state"]))
    return [monitored_line(guideline, one) for one in found]


def monitored_line(guideline: ir.Guideline, one: Json) -> str:
    """`overdue since 2025-07-31: Pulmonary function tests every 3 to 6 months [O43]`."""
    due = one["due"]
    states = {
        "done": "done",
        "not known": "due on a day that is not known",
        "not stated": "no interval stated",
    }
    lead = states.get(one["state"], "")
    if isinstance(due, dict) and "earliest" in due:
        days = (
            due["earliest"] if due["earliest"] == due["latest"] else f"{due['earliest']} to {due['latest']}"
        )
        words = {
            "overdue": f"OVERDUE since {due['latest']}",
            "due": f"due now, {days}",
            "later": f"due {days}",
        }
        lead = words.get(one["state"], f"done, due again {days}")
    elif isinstance(due, dict):
        lead += f", for want of {', '.join(label_of(guideline.inputs, name) for name in due['needs'])}"
    perhaps = "" if one["applies"] == "yes" else " (perhaps)"
    return f"{lead}: {label_of(guideline.rules, one['id'])}{perhaps}{_cites(one)}"


def _again(guideline: ir.Guideline, visit: Json) -> list[str]:
    lines = []
    several = len({one["stage"] for one in visit["reviews"]}) > 1
    for one in visit["reviews"]:
        stage = f"{place_text(guideline, one['stage'])}: " if several else ""
        if isinstance(one["due"], dict):
            lines.append(f"{stage}{one['due']['earliest']} to {one['due']['latest']}{_cites(one)}")
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
            f"{_thing(guideline, one)}: {_side(guideline, one, 'before')} → {_side(guideline, one, 'after')}"
        )
        names = one.get("because", one.get("together", []))
        lines.append(f"  because of {_causes(guideline, names, 'together' in one)}")
    return lines


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
            return str(found.get("value", found.get("one_of", found.get("values", "open"))))
        case _:
            return {"yes": "applies", "unknown": "unknown"}[found]


def _dose(dose: Any) -> str:
    if not isinstance(dose, dict):
        return "not stated"
    amount = dose.get("per", dose)
    if "low" not in amount:
        return "not known"
    low, high = amount["low"], amount["high"]
    return f"{low if low == high else f'{low} to {high}'} {amount['unit']}"


def _causes(guideline: ir.Guideline, names: Sequence[str], together: bool) -> str:
    labels = [
        "the reading that was chosen" if one == "readings" else label_of(guideline.inputs, one)
        for one in names
    ]
    joined = " and ".join(labels) if together else ", or ".join(labels)
    return joined + (" together" if together and len(labels) > 1 else "")
