"""What a result leaves open, names as an option or only advises, to what a plan lists without a date."""

from collections.abc import Iterator
from typing import Any

from guidec import ir
from guidec.plan.choices import is_option, option_name
from guidec.plan.drafts import Frame
from guidec.plan.entries import Open
from guidec.show import STATUS_WORDS, cites_text, order_text
from guidec.wording import label_of, outcome_label

Json = dict[str, Any]


def decisions(frame: Frame, result: Json) -> Iterator[Open]:
    """Decisions that are open, that the source doesn't answer or answers twice; lines that are only possible."""
    for one in frame.guideline.decisions:
        found = result["decisions"][one.id]
        match found["status"]:
            case "indeterminate":
                yield _open(one.id, "open", one.label, _possible(frame.guideline, found), found)
            case "not_stated":
                why = f"{STATUS_WORDS['not_stated']}: {found['why']}"
                yield _open(one.id, "not stated", one.label, why, found)
            case "conflict":
                answers = _possible(frame.guideline, found)
                why = f"{found['why']}: {answers}" if "why" in found else answers
                yield _open(one.id, "conflict", one.label, f"{STATUS_WORDS['conflict']}: {why}", found)
            case "out_of_scope":
                yield _open(one.id, "out of scope", one.label, STATUS_WORDS["out_of_scope"], found)
            case _ if isinstance(one, ir.Options):
                yield from _named_only(frame.guideline, one, found)
            case _:
                pass


def _named_only(guideline: ir.Guideline, options: ir.Options, found: Json) -> Iterator[Open]:
    for at, entry in enumerate(found["possible"]):
        for one in entry["recommendations"]:
            what = f"{options.label}: {outcome_label(guideline, one['id'])}"
            why = "the source does not say when it holds"
            yield _open(f"{options.id}.possible{at + 1}", "not stated", what, why, one)


def _open(place: str, kind: Any, what: str, why: str, found: Json) -> Open:
    cites = tuple(found.get("statements", ())), tuple(found.get("inferred", ()))
    return Open(place, kind, found.get("id", place), what, why, "", "", tuple(found.get("needs", ())), *cites)


def _possible(guideline: ir.Guideline, found: Json) -> str:
    """`possible: A [T1]; B; nothing`; what only a reading holds open says so."""
    words = [_outcome(guideline, entry) for entry in found["possible"]]
    reading = "; it hangs on how the source is read" if found["ask_next"] == "a reading" else ""
    return f"possible: {'; '.join(words)}{reading}"


def _outcome(guideline: ir.Guideline, entry: Json) -> str:
    inner = [_outcome(guideline, one) for one in entry.get("possible", ())]
    names = [
        f"{'against ' if one['direction'] == 'against' else ''}{outcome_label(guideline, one['id'])}{cites_text(one)}"
        for one in entry["recommendations"]
    ]
    if inner:
        return f"two answers ({' / '.join(inner)})"
    if entry["status"] == "determined":
        return " and ".join(names) or "nothing"
    return f"{' and '.join(names)} ({STATUS_WORDS[entry['status']]})".lstrip()


def not_for(frame: Frame, result: Json) -> Iterator[Open]:
    """What is recommended against, and options that nobody has chosen."""
    for at, one in enumerate(result["recommendations"]):
        place = f"{one['decision']}.{one['id']}.{at + 1}"
        label = outcome_label(frame.guideline, one["id"])
        wording = "" if one["wording"] == "not stated" else f' "{one["wording"]}"'
        if one["direction"] != "for":
            yield _open(
                place, "against", label, f"{one['strength']} {_DIRECTIONS[one['direction']]}{wording}", one
            )
        elif is_option(frame.guideline, one) and option_name(one) not in frame.chosen:
            yield _open(place, "option", _what(frame.guideline, one, label), f"may be added{wording}", one)


_DIRECTIONS = {"against": "against it", "neither": "neither for nor against it"}


def _what(guideline: ir.Guideline, recommendation: Json, label: str) -> str:
    """An option with what it gives, each with its dose."""
    orders = [order for given in recommendation["gives"] for order in given.get("options", [given])]
    given = [order_text(guideline, {**order, "statements": [], "inferred": []}) for order in orders]
    return label if [label] == given else f"{label}: {'; '.join(given)}"


def advice(frame: Frame, result: Json) -> Iterator[Open]:
    """Advice, none of which has a date; what it gives stands in the plan where it surely applies."""
    for one in result["advice"]:
        label = label_of(frame.guideline.rules, one["id"])
        against = "" if one["direction"] == "for" else f", {_DIRECTIONS[one['direction']]}"
        if one["applies"] == "yes":
            yield _open(
                one["id"], "advice", label, f"{one['kind']}{against}{_until(frame.guideline, one)}", one
            )
        else:
            yield _open(one["id"], "open", label, f"{one['kind']}{against}: {unknown(one)}", one)


def _until(guideline: ir.Guideline, rule: Json) -> str:
    return f", until this is entered: {label_of(guideline.inputs, rule['until'])}" if "until" in rule else ""


def unknown(rule: Json) -> str:
    """Why it isn't known whether a rule applies."""
    if rule.get("trigger") == "not stated":
        return "the source does not say when"
    if rule.get("because") == "if_chosen":
        return "if what it hangs on is chosen"
    return "it is not known whether it applies"


def monitoring(frame: Frame, rule: Json) -> Open:
    """A monitoring of which it isn't known whether it applies."""
    return _open(rule["id"], "open", label_of(frame.guideline.rules, rule["id"]), unknown(rule), rule)
