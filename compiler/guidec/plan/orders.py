"""What a recommendation gives to entries with dates, step after step; what has no date says why."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple

from guidec.numbers import unit_of
from guidec.plan.choices import settled
from guidec.plan.drafts import Frame, drafted, order_name, part_dose
from guidec.plan.entries import Entry, Kind, Open, OpenKind, Window
from guidec.plan.windows import (
    Since,
    exactly,
    further,
    in_days,
    is_daily,
    last_day,
    later,
    latest_of,
    on,
    series,
    united,
    window_of,
)
from guidec.show import order_text
from guidec.units import without_time

Json = dict[str, Any]

MOST_DATES = 400
"""A series with more dates than this in a plan is one entry: nobody reads them on a wall."""

_DAY = timedelta(days=1)


class Found(NamedTuple):
    """Entries, what has no date, and when what follows begins: None where that isn't known."""

    entries: tuple[Entry, ...]
    open: tuple[Open, ...]
    behind: Window | None

    def parts(self) -> Iterator[Entry | Open]:
        """The entries, then what has no date."""
        yield from self.entries
        yield from self.open


def given(frame: Frame, recommendation: Json, place: str, before: Sequence[Entry]) -> Found:
    """Everything that a recommendation gives. `before` is what the plan gives already: what is repeated counts from there."""
    lines = [settled(line, frame.chosen) for line in recommendation["gives"]]
    numbered = sorted({line["step"] for line in lines if line["step"] != "not stated"})
    entries: list[Entry] = []
    unset: list[Open] = []
    begin: Window | None = on(frame.start)
    why = ""
    for step in numbered:
        behind: list[Window | None] = []
        for at, line in enumerate(lines):
            if line["step"] == step:
                here = f"{place}.{at + 1}"
                found = _line(frame, recommendation, line, here, begin, why, before)
                entries += found.entries
                unset += found.open
                behind.append(found.behind)
                if found.behind is None and begin is not None:
                    why = f"it follows {_names(frame, line)}, and when that ends is not known"
        known = [one for one in behind if one is not None]
        begin = latest_of(known) if known and len(known) == len(behind) else None
    for at, line in enumerate(lines):
        if line["step"] == "not stated":
            reason = "when it begins is not stated"
            unset += _undated(frame, recommendation, line, f"{place}.{at + 1}", reason)
    return Found(tuple(entries), tuple(unset), begin)


def _names(frame: Frame, line: Json) -> str:
    return " or ".join(order_name(frame.guideline, order) for order in line.get("options", [line]))


def _line(
    frame: Frame,
    recommendation: Json,
    line: Json,
    place: str,
    begin: Window | None,
    why: str,
    before: Sequence[Entry],
) -> Found:
    """One order, or its alternatives side by side; behind these what follows begins when any of them may have ended."""
    if begin is None:
        return Found((), tuple(_undated(frame, recommendation, line, place, why)), None)
    if "options" not in line:
        return _order(frame, recommendation, line, place, begin, before, None)
    each = [
        _order(frame, recommendation, order, f"{place}.{at + 1}", begin, before, line)
        for at, order in enumerate(line["options"])
    ]
    ends = [one.behind for one in each if one.behind is not None]
    return Found(
        tuple(entry for one in each for entry in one.entries),
        tuple(one for part in each for one in part.open),
        united(ends) if len(ends) == len(each) else None,
    )


def _undated(frame: Frame, recommendation: Json, line: Json, place: str, why: str) -> Iterator[Open]:
    orders = line.get("options", [line])
    for at, order in enumerate(orders):
        one_of = ""
        if "options" in line:
            others = "one of several, or another" if line["open"] else "one of several"
            usual = ", the usual one" if order.get("usual") else ""
            one_of = f"; {others}{usual}: `--choose` settles it"
        here = f"{place}.{at + 1}" if "options" in line else place
        choice = line if "options" in line else None
        yield _open(frame, recommendation, order, here, f"{why}{one_of}", choice)


def _open(
    frame: Frame, recommendation: Json, order: Json, place: str, why: str, choice: Json | None = None
) -> Open:
    draft = drafted(frame, recommendation, order, place, choice)
    bare = {**order, "statements": [], "inferred": []}
    return _left(draft, "not stated", order_text(frame.guideline, bare), why)


def _left(draft: Entry, kind: OpenKind, what: str, why: str, part: str = "") -> Open:
    """What is left of an order without a date; `part` tells it from the others of the order."""
    place = f"{draft.id}.{part}" if part else draft.id
    cites = draft.statements, draft.inferred
    return Open(place, kind, draft.name, what, why, draft.choice, "", draft.needs, *cites)


def _order(
    frame: Frame,
    recommendation: Json,
    order: Json,
    place: str,
    begin: Window,
    before: Sequence[Entry],
    choice: Json | None,
) -> Found:
    draft = drafted(frame, recommendation, order, place, choice)
    if any(one["applies"] == "yes" for one in order.get("hold", ())) and not any(
        one["applies"] == "yes" for one in order.get("resume", ())
    ):
        held = _open(frame, recommendation, order, place, "it is held now", choice)
        return Found((), (replace(held, kind="held"),), None)
    if order["action"] == "repeat":
        anchor = _anchor(draft, order, begin, before)
        if isinstance(anchor, str):
            return Found((), (_open(frame, recommendation, order, place, anchor, choice),), None)
        begin = anchor
    if "after" in order:
        begin = later(begin, order["after"], frame.overflow)
    if order["action"] == "stop" and "taper" not in order:
        return Found((replace(draft, kind="stop", first=begin),), (), begin)
    if "taper" in order:
        return _tapered(frame, draft, order, begin)
    return _part(frame, draft, order, Since(begin), order["for"])


def _anchor(draft: Entry, order: Json, begin: Window, before: Sequence[Entry]) -> Window | str:
    """From when what is repeated counts: from the beginning or the end of the course before, as both may be meant."""
    earlier = [one for one in before if one.name == draft.name and one.kind in ("give", "dose", "procedure")]
    if "after" not in order:
        return "when it is repeated is not stated" if earlier else begin
    if not earlier:
        return "it counts from an earlier course that this plan doesn't hold"
    if any(one.ends or one.choice for one in earlier):
        return "it counts from an earlier course, and when that ends is not known"
    ends = [one.last or one.first for one in earlier]
    first = united([one.first for one in earlier])
    return Window(first.earliest, max(one.latest for one in ends) + _DAY)


# --- tapers ------------------------------------------------------------------


def _tapered(frame: Frame, draft: Entry, order: Json, begin: Window) -> Found:
    """Each amount with its days, counted from the first; behind an amount whose time isn't stated nothing has a date."""
    taper = order["taper"]
    entries: list[Entry] = []
    unset: list[Open] = []
    steps = taper["steps"]
    there: Since | None = Since(begin)
    for at, step in enumerate(steps):
        if there is None:
            break
        text, amount, needs = part_dose(frame.guideline, step, taper)
        part = replace(
            draft,
            id=f"{draft.id}.step{at + 1}",
            dose=text,
            amount=amount,
            number=f"step {at + 1} of {len(steps)}",
            needs=needs,
            notes=draft.notes if at == 0 else (),
            action=draft.action if at == 0 else "",
        )
        found = _part(frame, part, order, there, step["for"])
        entries += found.entries
        unset += found.open
        lasts = step["for"]
        there = further(there, lasts, frame.overflow) if isinstance(lasts, dict) else None
    behind = None if there is None else window_of(there, frame.overflow)
    if behind is None:
        left = len(steps) - len({one.number for one in entries})
        rest = f"{left} more steps" if left > 1 else "1 more step" if left else ""
        ends = " and then stop" if rest and "then" in taper else "stop" if "then" in taper else ""
        if rest or ends:
            why = "it follows a step of which it is not stated how long it lasts"
            what = f"{draft.label}: {rest}{ends}"
            unset.append(_left(draft, "not stated", what, why, "rest"))
    elif "then" in taper:
        stop = replace(
            draft, id=f"{draft.id}.stop", kind="stop", first=behind, dose="", amount=None, route=""
        )
        entries.append(replace(stop, every="", action="", needs=(), notes=()))
    return Found(tuple(entries), tuple(unset), behind)


# --- one amount --------------------------------------------------------------


def _part(frame: Frame, draft: Entry, order: Json, begin: Since, lasts: Json | str) -> Found:
    """One amount, given over days or on single dates."""
    every = order["every"]
    times = None if "taper" in order else order.get("times")
    first = window_of(begin, frame.overflow)
    draft = replace(draft, first=first)
    if isinstance(every, dict) and not is_daily(every):
        return _spaced(frame, draft, every, times, begin, lasts)
    if isinstance(lasts, str) and times is not None:
        if isinstance(every, str):
            return _counted(draft, times, first)
        lasts = {**every, "low": every["low"] * times, "high": every["high"] * times}
    notes = (*draft.notes, *_frequency(draft, order))
    if isinstance(lasts, str):
        kind: Kind = "procedure" if "procedure" in order else "give"
        return Found((replace(draft, kind=kind, ends="not stated", notes=notes),), (), None)
    behind = _after(frame, begin, lasts)
    last = last_day(first, behind, lasts)
    return Found((replace(draft, kind="give", last=last, notes=notes),), (), behind)


def _after(frame: Frame, begin: Since, span: Json, times: int = 1) -> Window:
    return window_of(further(begin, span, frame.overflow, times), frame.overflow)


def _frequency(draft: Entry, order: Json) -> Iterator[str]:
    """That it isn't stated how often, where an amount isn't one a day."""
    if order["every"] == "not stated" and not _is_per_time(order):
        yield "how often is not stated"


def _is_per_time(order: Json) -> bool:
    dose = order.get("dose")
    if not isinstance(dose, dict):
        return False
    per = dose.get("per", dose)
    return "unit" in per and without_time(unit_of(per["unit"])) is not None


def _counted(draft: Entry, times: int, begin: Window) -> Found:
    """So many doses, without an interval: only the first has a date."""
    first = replace(draft, kind="procedure" if draft.kind == "procedure" else "dose")
    if times <= 1:
        return Found((first,), (), Window(begin.earliest + _DAY, begin.latest + _DAY))
    what = f"{draft.label}: {times - 1} more of {times}"
    rest = _left(draft, "not stated", what, "how long apart is not stated", "rest")
    return Found((replace(first, number=f"1 of {times}"),), (rest,), None)


def _spaced(
    frame: Frame, draft: Entry, every: Json, times: int | None, begin: Since, lasts: Json | str
) -> Found:
    """Single dates, each so long after the first. A range of counts says which of them are only perhaps given."""
    least, most = (times, times) if times is not None else _counts(frame, every, begin, lasts)
    kind: Kind = "procedure" if draft.kind == "procedure" else "dose"
    step = f"{draft.number}, dose " if draft.number else ""
    entries: list[Entry] = []
    unset: list[Open] = []
    for number, window in series(begin, every, frame.overflow, frame.until):
        if (most is not None and number >= most) or number > MOST_DATES:
            break
        of = f" of {most}" if most is not None and most == least else ""
        perhaps = least is not None and number >= least
        notes = ("only if the time allows for it",) if perhaps else draft.notes if number == 0 else ()
        one = replace(
            draft,
            id=f"{draft.id}.{number + 1}",
            kind=kind,
            first=window,
            number=f"{step}{number + 1}{of}",
            notes=notes,
        )
        entries.append(replace(one, ends="not stated") if most is None else one)
    behind = _behind(frame, every, most, begin, lasts)
    if len(entries) > MOST_DATES:
        entries = [_as_course(frame, draft, every, most, begin, lasts)]
    elif most is not None and len(entries) < most:
        left = most - len(entries)
        why = f"after {frame.until.isoformat()}, the last day of the plan"
        unset.append(_left(draft, "later", f"{draft.label}: {left} more of {most}", why, "later"))
    return Found(tuple(entries), tuple(unset), behind)


def _as_course(
    frame: Frame, draft: Entry, every: Json, most: int | None, begin: Since, lasts: Json | str
) -> Entry:
    if isinstance(lasts, dict):
        last = last_day(draft.first, _after(frame, begin, lasts), lasts)
    elif most is not None:
        last = _after(frame, begin, every, most - 1)
    else:
        return replace(draft, kind="give", ends="not stated")
    return replace(draft, kind="give", last=last)


def _behind(frame: Frame, every: Json, most: int | None, begin: Since, lasts: Json | str) -> Window | None:
    """Behind the last of so many doses what follows may begin the next day, or when another would have been due."""
    if isinstance(lasts, dict):
        return _after(frame, begin, lasts)
    if most is None:
        return None
    last, another = (_after(frame, begin, every, number) for number in (max(most - 1, 0), most))
    return Window(last.earliest + _DAY, max(another.latest, last.latest + _DAY))


def _counts(frame: Frame, every: Json, begin: Since, lasts: Json | str) -> tuple[int | None, int | None]:
    """How many doses fall into the time, at least and at most; None where that isn't stated."""
    if isinstance(lasts, str):
        return None, None
    units = [span["unit"] in ("month", "year") for span in (lasts, every)]
    if units[0] == units[1]:
        return _quotient(lasts, "low", every, "high"), _quotient(lasts, "high", every, "low")
    numbers = [_fitting(frame, every, one, lasts) for one in exactly(begin)]
    return min(least for least, _ in numbers), max(most for _, most in numbers)


def _quotient(lasts: Json, end: str, every: Json, other: str) -> int:
    """Exact, as both are months or both are days."""
    ends = [(Fraction(str(span[which])), span["unit"]) for span, which in ((lasts, end), (every, other))]
    months = {"month": 1, "year": 12}
    whole, part = (one * months[unit] if unit in months else in_days(one, unit) for one, unit in ends)
    return max(ceil(whole / part), 1)


def _fitting(frame: Frame, every: Json, begin: Since, lasts: Json) -> tuple[int, int]:
    """Months against days: how many dates lie before the time is over, for sure and perhaps."""
    over = _after(frame, begin, lasts)
    dates = [window for _, window in series(begin, every, frame.overflow, over.latest)]
    sure = sum(window.latest < over.earliest for window in dates)
    return max(sure, 1), max(sum(window.earliest < over.latest for window in dates), 1)
