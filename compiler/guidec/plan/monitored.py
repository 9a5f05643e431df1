"""A monitoring of a result to its dates: before the first dose, from a date of the record, or from the first day of a drug."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from guidec.evaluate import causes
from guidec.plan.drafts import Frame
from guidec.plan.entries import Entry, Open, OpenKind, Window
from guidec.plan.orders import MOST_DATES
from guidec.plan.windows import Since, is_daily, later, on, series
from guidec.show import review_words, span_text
from guidec.wording import label_of

Json = dict[str, Any]


class Tied(NamedTuple):
    """The drugs of a rule that the plan gives: their names, their first day, and the last that the plan knows of.

    `undated` are those that begin on a day that isn't known.
    """

    drugs: tuple[str, ...]
    first: Window | None
    last: date
    undated: tuple[str, ...]


def monitored(
    frame: Frame, rule: Json, entries: Sequence[Entry], undated: Sequence[str], provided: str = ""
) -> Iterator[Entry | Open]:
    """A rule that applies: its tasks with dates, and what of it has none. `provided` names what must have been chosen.

    `undated` are the drugs that are given from a day that isn't known.
    """
    tied = tied_to(frame, rule, entries, undated, provided)
    draft = _draft(frame, rule, tied, provided)
    if "baseline" in rule:
        yield _baseline(frame, rule, draft, tied)
    if "due" in rule:
        yield from _from_a_date(frame, rule, draft)
    elif rule["every"] == "not stated":
        yield _unset(draft, "not stated", "how often is not stated")
    elif rule["every"] != "once":
        yield from _from_the_drug(frame, rule, draft, tied)


def tied_to(
    frame: Frame, rule: Json, entries: Sequence[Entry], undated: Sequence[str], provided: str = ""
) -> Tied:
    """What of the drugs that a rule asks about the plan gives; an alternative of a choice only where it is `provided`."""
    declared = next(one for one in frame.guideline.rules if one.id == rule["id"])
    taking, prescribed = causes(declared.when, frame.guideline)
    names = prescribed.union(*(members for _, members in taking))
    mine = [
        one
        for one in entries
        if one.name in names and one.kind in ("give", "dose") and (not one.choice or one.name == provided)
    ]
    open_end = any(one.ends for one in mine) or any(name in names for name in undated)
    last = max((_last(one) for one in mine), default=frame.until)
    return Tied(
        tuple(dict.fromkeys(one.name for one in mine)),
        Window(min(one.first.earliest for one in mine), min(one.first.latest for one in mine))
        if mine
        else None,
        frame.until if open_end or rule.get("because") == "taking" else min(last, frame.until),
        tuple(name for name in undated if name in names),
    )


def _last(entry: Entry) -> date:
    return (entry.last or entry.first).latest


def _draft(frame: Frame, rule: Json, tied: Tied, provided: str) -> Entry:
    measure = rule["measure"]
    tests = measure["one_of"] if isinstance(measure, dict) else [measure]
    words = " or ".join(label_of(frame.guideline.items, test) for test in tests)
    every = rule["every"]
    until = rule.get("until")
    entered = isinstance(until, str) and not until[:1].isdigit()
    notes = [words] if words != label_of(frame.guideline.rules, rule["id"]) else []
    if entered:
        notes.append(f"until this is entered: {label_of(frame.guideline.inputs, str(until))}")
    if rule["direction"] != "for":
        notes.append({"against": "against it", "neither": "neither for nor against it"}[rule["direction"]])
    return Entry(
        id=f"{rule['id']}{f'.{provided}' if provided else ''}",
        kind="test",
        name=rule["id"],
        label=label_of(frame.guideline.rules, rule["id"]),
        first=on(frame.start),
        every="" if isinstance(every, str) else f"every {span_text(every)}",
        strength=rule["strength"],
        wording="" if rule["wording"] == "not stated" else rule["wording"],
        provided=provided,
        because=tied.drugs,
        notes=tuple(notes),
        statements=tuple(rule["statements"]),
        inferred=tuple(rule.get("inferred", ())),
    )


def _unset(draft: Entry, kind: OpenKind, why: str, needs: Sequence[str] = ()) -> Open:
    cites = draft.statements, draft.inferred
    return Open(draft.id, kind, draft.name, draft.label, why, "", draft.provided, tuple(needs), *cites)


def _baseline(frame: Frame, rule: Json, draft: Entry, tied: Tied) -> Entry | Open:
    """On or before the day on which the first dose may be given."""
    base = replace(
        draft,
        id=f"{draft.id}.baseline",
        kind="baseline",
        every="",
        statements=tuple(rule["baseline"]["statements"]),
        inferred=tuple(rule["baseline"].get("inferred", ())),
    )
    begun = {*tied.drugs, *tied.undated} - frame.taken  # whose first dose is still to come
    if not begun and (
        rule.get("because") == "taking" or not frame.taken.isdisjoint(_prescribed(frame, rule))
    ):
        return _unset(base, "not due", "before the first dose, and the drug is taken already")
    if tied.first is None:
        names = ", ".join(label_of(frame.guideline.items, name) for name in tied.undated)
        why = f"before the first dose{f' of {names}' if names else ''}, and when that is given is not known"
        return _unset(base, "not stated", why)
    return replace(base, first=Window(frame.start, tied.first.earliest), number="before the first dose")


def _prescribed(frame: Frame, rule: Json) -> set[str]:
    """The drugs that a rule asks to be prescribed."""
    declared = next(one for one in frame.guideline.rules if one.id == rule["id"])
    return causes(declared.when, frame.guideline)[1]


def _from_a_date(frame: Frame, rule: Json, draft: Entry) -> Iterator[Entry | Open]:
    """The windows after a date of the record; one that is over when the plan begins is overdue, and said once."""
    match rule["due"]:
        case "nothing":
            yield _unset(draft, "not due", "nothing is due any more")
            return
        case "not stated":
            yield _unset(draft, "not stated", "when it is due is not stated")
            return
        case {"needs": needs}:
            yield _unset(draft, "open", "it is due at a date that hangs on what is blank", needs)
            return
        case due:
            window = Window(date.fromisoformat(due["earliest"]), date.fromisoformat(due["latest"]))
    last = _ends(rule)
    if window.latest < frame.start:
        overdue = (*draft.notes, "overdue when the plan begins")
        yield replace(draft, id=f"{draft.id}.1", first=window, notes=overdue)
    elif window.earliest <= frame.until:
        yield replace(draft, id=f"{draft.id}.1", first=window)
    else:
        yield _unset(draft, "later", f"after {frame.until.isoformat()}, the last day of the plan")
    if isinstance(rule["every"], dict):
        start = on(date.fromisoformat(rule["from"]))
        yield from _repeated(frame, rule["every"], draft, start, frame.until, last, 2)


def _ends(rule: Json) -> date:
    """The last day on which anything is due."""
    until = rule.get("until")
    return date.fromisoformat(until) if isinstance(until, str) and until[:1].isdigit() else date.max


def _from_the_drug(frame: Frame, rule: Json, draft: Entry, tied: Tied) -> Iterator[Entry | Open]:
    """From the first day on which the plan gives what it is tied to; from the plan's first day where that is taken already."""
    if tied.undated:
        names = ", ".join(label_of(frame.guideline.items, name) for name in tied.undated)
        yield _unset(draft, "not stated", f"{draft.every} from the first day of {names}, which is not known")
        if not tied.drugs:
            return
    start = on(frame.start)
    if rule.get("because") != "taking" and tied.first is not None:
        start = tied.first
    yield from _repeated(frame, rule["every"], draft, start, tied.last, _ends(rule), 1)


def _repeated(
    frame: Frame, every: Json, draft: Entry, start: Window, given: date, last: date, first: int
) -> Iterator[Entry]:
    """The n-th window after the start, as long as it is `given`, and none behind the `last` day on which anything is due.

    More than a wall can hold are one entry.
    """
    until = min(given, last, frame.until)
    if is_daily(every):
        begin = Window(max(start.earliest, frame.start), max(start.latest, frame.start))
        if begin.earliest <= until:
            yield replace(draft, id=f"{draft.id}.days", first=begin, last=on(max(until, begin.latest)))
        return
    windows = [
        (number, Window(window.earliest, min(window.latest, last)))
        for number, window in series(Since(start), every, frame.overflow, until, first)
        if window.latest >= frame.start
    ]
    if len(windows) > MOST_DATES:
        yield replace(draft, id=f"{draft.id}.series", first=windows[0][1], last=on(until))
        return
    yield from (replace(draft, id=f"{draft.id}.{number}", first=window) for number, window in windows)


def reviews(frame: Frame, found: Json | None) -> Iterator[Entry | Open]:
    """When the stage of a result is to be reviewed, counted from the plan's first day.

    Where the stage isn't known, each review is listed with the stage that it belongs to, and none has a date.
    """
    if found is None:
        return
    for at, review in enumerate(found["reviews"]):
        draft = _review(frame, review, at + 1)
        if isinstance(found["stage"], dict):
            yield _of_a_possible_stage(frame, review, draft)
        elif "after" in review:
            first = later(draft.first, review["after"], frame.overflow)
            yield replace(draft, id=f"{draft.id}.1", first=first, number=review_words(review))
        elif isinstance(review["every"], dict):
            draft = replace(draft, every=review_words(review))
            yield from _repeated(frame, review["every"], draft, draft.first, frame.until, date.max, 1)
        else:
            yield _unset(draft, "not stated", review_words(review))


def _review(frame: Frame, review: Json, number: int) -> Entry:
    return Entry(
        id=f"review.{review['stage']}.{number}",
        kind="review",
        name=review["stage"],
        label=f"Review: {_stage_label(frame, review)}",
        first=on(frame.start),
        statements=tuple(review["statements"]),
        inferred=tuple(review.get("inferred", ())),
    )


def _stage_label(frame: Frame, review: Json) -> str:
    pathway = frame.guideline.pathway
    return label_of(() if pathway is None else pathway.stages, review["stage"])


def _of_a_possible_stage(frame: Frame, review: Json, draft: Entry) -> Open:
    pathway = frame.guideline.pathway
    why = f"if at {_stage_label(frame, review)}: {review_words(review)}"
    return _unset(draft, "open", why, () if pathway is None else (pathway.input,))
