"""A timeline of visits as a picture, time from top to bottom: where the patient stood, what was found, advised, late and due."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from guidec import ir
from guidec.dates import completed
from guidec.follow_show import (
    ask_next,
    condition_that_leads,
    days_text,
    entry_text,
    monitored_when,
    place_text,
    pressing,
)
from guidec.show import STATUS_WORDS
from guidec.wording import label_of, outcome_label
from guidec_targets.chart_text import statement_text, wrapped
from guidec_targets.dot import FONT, HEAD, INK, QUIET, WHITE, bold, cell, escaped, quoted, small

Json = dict[str, Any]

_WHEN, _LEFT, _RIGHT = 92, 258, 182
"""Points of the columns: together an A4 page in portrait, less its margins."""

_LEFT_TEXT, _RIGHT_TEXT, _BETWEEN = 54, 37, 54
"""Characters of their lines, also in a font wider than the one that is asked for."""

_LINE, _GAP = 10, 4
_MOST_FOUND, _MOST_ADVISED, _MOST_OPEN, _MOST_NEEDS = 4, 4, 2, 3
_SET_IN = "  "
_AGAINST = "ENTERED AGAINST THE PATHWAY"
_LEGEND = (
    "thick: where the patient stands; the last visit   dashed: not known, or one of several   "
    "double: entered against the pathway   black: overdue   [T1] statement   [†T1] the link is ours"
)
_OUTSIDE = "Out of the guideline's scope"


@dataclass(frozen=True, slots=True)
class _Block:
    """Part of a column: a cell's lines in HTML, how the cell looks, and about how many points it takes."""

    lines: tuple[str, ...]
    look: str = ""
    points: int = 0

    @property
    def height(self) -> int:
        return self.points or len(self.lines) * _LINE + _GAP


def timeline_dot(guideline: ir.Guideline, timeline: Json) -> str:
    """The picture of a timeline that `follow` made, in DOT."""
    visits = timeline["visits"]
    lines = _head(guideline, timeline)
    for at, visit in enumerate(visits):
        last = visits[at - 1] if at else None
        lines.append(
            f"  visit{at} [label=<{_visit(guideline, visit, last, at == len(visits) - 1)}>, tooltip={quoted(visit['date'])}];"
        )
        if last is not None:
            look = ", style=dashed" if _in_doubt(visit) else ""
            lines.append(
                f"  visit{at - 1} -> visit{at} [label=<{_between(_moved(guideline, visit))}>{look}];"
            )
    return "\n".join([*lines, "}"]) + "\n"


def _head(guideline: ir.Guideline, timeline: Json) -> list[str]:
    count = len(timeline["visits"])
    about = f"One patient's {'visit' if count == 1 else f'{count} visits'}, by {guideline.id} version {guideline.version}"
    caption = [f'<FONT POINT-SIZE="13">{bold(escaped(line))}</FONT>' for line in wrapped(guideline.title, 64)]
    caption.append(bold(escaped(about)))
    caption += [small(line) for line in wrapped(_LEGEND, 112)]
    rows = "".join(f"<TR>{cell(line)}</TR>" for line in caption)
    return [
        f"digraph {quoted(f'{guideline.id} timeline')} {{",
        f"  graph [rankdir=TB, fontname={quoted(FONT)}, fontsize=8, nodesep=0.1, ranksep=0.02, pad=0.15, splines=line,",
        f'    bgcolor="#ffffff", labelloc=t, labeljust=l, tooltip={quoted(guideline.title)},',
        f'    label=<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{rows}</TABLE>>];',
        f"  node [shape=plain, fontname={quoted(FONT)}, fontsize=8, fontcolor={quoted(INK)}];",
        f"  edge [fontname={quoted(FONT)}, fontsize=8, fontcolor={quoted(INK)}, color={quoted(INK)}, arrowsize=0.6];",
    ]


# --- one visit ---------------------------------------------------------------


def _visit(guideline: ir.Guideline, visit: Json, last: Json | None, now: bool) -> str:
    """Three columns: when; where the patient stands, what is new and advised; what is late, due and next. The visit that is
    `now` has a thicker frame."""
    middle = [*_boxes(guideline, visit), *_middle(guideline, visit)]
    ahead = _ahead(guideline, visit)
    height = max(sum(one.height for one in column) for column in (middle, ahead))
    columns = (
        cell(_joined(_when(visit, last)), f' VALIGN="TOP" WIDTH="{_WHEN}"'),
        cell(_column(middle, height), f' VALIGN="TOP" WIDTH="{_LEFT}"'),
        cell(_column(ahead, height), f' VALIGN="TOP" WIDTH="{_RIGHT}"'),
    )
    look = f'BORDER="{3 if now else 1}" CELLBORDER="0" CELLSPACING="0" CELLPADDING="3" BGCOLOR="{WHITE}" COLOR="{INK}"'
    return f"<TABLE {look}><TR>{''.join(columns)}</TR></TABLE>"


def _column(blocks: Sequence[_Block], height: int) -> str:
    """Blocks from the top: renderers would spread them over the height that the other column takes."""
    room = (height - sum(one.height for one in blocks)) // _LINE - 1
    filler = [_Block(("&#160;",) * room)] if room > 0 else []
    rows = "".join(f"<TR>{cell(_joined(one.lines), one.look)}</TR>" for one in (*blocks, *filler))
    rows = rows or "<TR><TD></TD></TR>"
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="2" CELLPADDING="1" COLOR="{INK}">{rows}</TABLE>'


def _when(visit: Json, last: Json | None) -> list[str]:
    lines = [f'<FONT POINT-SIZE="11">{bold(escaped(visit["date"]))}</FONT>']
    if last is not None:
        lines.append(escaped(f"{_lapse(last['date'], visit['date'])} later"))
    came = visit["came"]
    if came["when"] in ("early", "late"):
        lines.append(bold(escaped(f"came {came['when'].upper()}: was")))
        lines += [escaped(line) for line in wrapped(f"to be seen {days_text(came)}", 15)]
    return lines


def _lapse(before: str, after: str) -> str:
    """`41 days`; in weeks from two months on, in months from a year on, rounded down."""
    first, second = date.fromisoformat(before), date.fromisoformat(after)
    days, months = completed("day", first, second), completed("month", first, second)
    if days < 60:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{days // 7} weeks" if months < 12 else f"{months} months"


def _boxes(guideline: ir.Guideline, visit: Json) -> list[_Block]:
    """A frame for each stage at which the patient may stand; none where the guideline has no pathway."""
    outside = [_Block((bold(escaped(_OUTSIDE)),))] if visit["result"]["status"] == "out_of_scope" else []
    stage = visit.get("stage")
    if stage is None:
        return outside
    at = stage["at"]
    places = at["one_of"] if isinstance(at, dict) else [at]
    sure = len(places) == 1 and at is not None
    look = f' BORDER="{2 if sure else 1}" CELLPADDING="3" BGCOLOR="{HEAD if sure else WHITE}"'
    look += "" if sure else ' STYLE="DASHED"'
    return [_box(guideline, one, look, stage.get("mismatch", False)) for one in places] + outside


def _box(guideline: ir.Guideline, place: str | None, look: str, against: bool) -> _Block:
    """A stage in its frame, and a second one around it where it is entered against the pathway."""
    text = "Stage not known" if place is None else place_text(guideline, place)
    lines = tuple(f'<FONT POINT-SIZE="10">{bold(escaped(line))}</FONT>' for line in wrapped(text, 42))
    if not against:
        return _Block(lines, look, 12 * len(lines) + 10)
    frame = f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1"><TR>{cell(_joined(lines), look)}</TR></TABLE>'
    rows = f"<TR>{cell(bold(escaped(_AGAINST)))}</TR><TR><TD>{frame}</TD></TR>"
    table = f'<TABLE BORDER="2" CELLBORDER="0" CELLSPACING="1" CELLPADDING="1">{rows}</TABLE>'
    return _Block((table,), "", 12 * len(lines) + 30)


def _middle(guideline: ir.Guideline, visit: Json) -> list[_Block]:
    """What is new, what is advised, and what is open."""
    parts = (
        ("Found", _found(guideline, visit), _MOST_FOUND),
        ("Advised", _advised(guideline, visit), _MOST_ADVISED),
        ("Open", _open(guideline, visit), _MOST_OPEN),
    )
    return [_part(title, lines, most) for title, lines, most in parts if lines]


def _part(title: str, lines: Sequence[str], most: int) -> _Block:
    """A title and a few lines; how many more there are is said."""
    shown = list(lines) if len(lines) <= most + 1 else [*lines[:most], f"and {len(lines) - most} more"]
    first, *rest = _hanging(f"{title}: {shown[0]}", _LEFT_TEXT)
    named = f"{bold(escaped(title))}:&#160;&#160;{escaped(first.removeprefix(f'{title}:').strip())}"
    others = [part for line in shown[1:] for part in _hanging(line, _LEFT_TEXT)]
    return _Block((named, *map(_indented, (*rest, *others))))


def _hanging(line: str, width: int) -> list[str]:
    """A text in lines, the second and all after it set in."""
    return textwrap.wrap(line, width, subsequent_indent=_SET_IN) or [" "]


def _found(guideline: ir.Guideline, visit: Json) -> list[str]:
    """What was entered at this visit, in the author's order; the stage has its own place."""
    stage = guideline.pathway.input if guideline.pathway else ""
    record = visit["record"]
    given = [
        entry.id for entry in guideline.inputs if entry.id in visit["known"]["given"] and entry.id != stage
    ]
    lines = [_entry(guideline, name, record, visit["date"]) for name in given]
    return lines + [f"{label_of(guideline.items, name)} done" for name in visit["done"]]


def _entry(guideline: ir.Guideline, name: str, record: Json, day: str) -> str:
    value = record.get(name)
    if value is None:
        return f"{label_of(guideline.inputs, name)}: no longer known"
    entry = next(one for one in guideline.inputs if one.id == name)
    if entry.series is not None and isinstance(value, list):
        of_day = [one["value"] for one in value if one["date"] == day]
        if len(of_day) == 1:
            return entry_text(guideline, name, of_day[0])
    return entry_text(guideline, name, value)


def _advised(guideline: ir.Guideline, visit: Json) -> list[str]:
    """What is recommended for sure, and the advice that is new; how much more goes on is said."""
    result = visit["result"]
    lines = []
    for one in result["recommendations"]:
        words = "" if one["strength"] == "use" else f"{one['strength']} "
        words += {"for": "", "against": "against ", "neither": "neither for nor against "}[one["direction"]]
        lines.append(f"{words}{outcome_label(guideline, one['id'])} {_cites(one)}")
    sure = [one for one in result["advice"] if one["applies"] == "yes"]
    changed = {one["id"] for one in visit["changes"] if one["kind"] == "advice"}
    new = [one for one in sure if one["id"] in changed or visit["came"]["when"] == "first visit"]
    lines += [f"{label_of(guideline.rules, one['id'])} {_cites(one)}" for one in new]
    before = len(sure) - len(new)
    if not before:
        return lines
    if len(lines) <= _MOST_ADVISED:
        return [*lines, f"{before} advised as before"]
    return [*lines[:_MOST_ADVISED], f"and {len(lines) - _MOST_ADVISED + before} more"]


def _open(guideline: ir.Guideline, visit: Json) -> list[str]:
    found = []
    for name, decision in visit["result"]["decisions"].items():
        if decision["status"] in ("indeterminate", "not_stated", "conflict"):
            label = label_of(guideline.decisions, name)
            words = (
                f"needs {_some(guideline, decision['needs'])}"
                if decision["needs"]
                else STATUS_WORDS[decision["status"]]
            )
            found.append(f"{label}{'' if label.endswith('?') else ':'} {words}")
    return found


def _some(guideline: ir.Guideline, names: Sequence[str]) -> str:
    """The labels of the first inputs, and how many more there are."""
    more = len(names) - _MOST_NEEDS
    labels = [label_of(guideline.inputs, one) for one in names[:_MOST_NEEDS]]
    return ", ".join(labels) + (f" and {more} more" if more > 0 else "")


def _ahead(guideline: ir.Guideline, visit: Json) -> list[_Block]:
    """What is late and due, each in a frame of its own; when what was done is due again, and what is done once; when to be
    seen again."""
    urgent = pressing(visit)
    blocks = [_pressing(guideline, one) for one in urgent]
    others = [one for one in visit["monitoring"] if one not in urgent]
    lines = [_monitored(guideline, one) for one in others if _is_told(one)]
    lines += _seen_again(guideline, visit)
    asked = ask_next(guideline, visit)
    lines += [f"Ask next: {asked}"] if asked else []
    return blocks + [_Block(tuple(map(_indented, _hanging(line, _RIGHT_TEXT)))) for line in lines]


def _is_told(one: Json) -> bool:
    """Whether there is more to say than how often: days, or that it is for once."""
    dated = isinstance(one["due"], dict) and one["state"] in ("done", "later")
    return dated or one["every"] == "once" or one.get("baseline", {}).get("state") == "taken already"


def _pressing(guideline: ir.Guideline, one: Json) -> _Block:
    """White on black where it is overdue, framed where it is due: told apart in grey, and by the words."""
    late = one["state"] == "overdue"
    lines = [bold(escaped(line)) for line in wrapped(_monitored(guideline, one), _RIGHT_TEXT - 6)]
    if late:
        lines = [f'<FONT COLOR="{WHITE}">{line}</FONT>' for line in lines]
    look = f' BORDER="1" CELLPADDING="3" BGCOLOR="{INK if late else WHITE}"'
    return _Block(tuple(lines), look, len(lines) * _LINE + 8)


def _monitored(guideline: ir.Guideline, one: Json) -> str:
    perhaps = "" if one["applies"] == "yes" else " (perhaps)"
    return f"{monitored_when(guideline, one)}: {label_of(guideline.rules, one['id'])}{perhaps} {_cites(one)}"


def _seen_again(guideline: ir.Guideline, visit: Json) -> list[str]:
    """When to be seen again, for each stage that states it; the others in one line."""
    several = len({one["stage"] for one in visit["reviews"]}) > 1
    lines = []
    for one in visit["reviews"]:
        if isinstance(one["due"], dict):
            where = f" ({place_text(guideline, one['stage'])})" if several else ""
            lines.append(f"See again{where}: {days_text(one['due'])} {_cites(one)}")
    silent = [one for one in visit["reviews"] if not isinstance(one["due"], dict)]
    if silent:
        which = f", for {len(silent)} other stages" if lines else ""
        cites = {name: None for one in silent for name in one["statements"]}
        lines.append(f"See again: time not stated{which} {statement_text(tuple(cites))}")
    return lines


# --- from visit to visit -------------------------------------------------------


def _in_doubt(visit: Json) -> bool:
    stage = visit.get("stage")
    return stage is not None and (not isinstance(stage["at"], str) or stage.get("mismatch", False))


def _moved(guideline: ir.Guideline, visit: Json) -> list[str]:
    """What led on: the answer that the pathway asks for, with its statements; or why nobody knows."""
    stage = visit.get("stage", {})
    several = len(stage.get("moves", ())) > 1
    lines = []
    for move in stage.get("moves", ()):
        start = f"From {place_text(guideline, move['stage'])}: " if several else ""
        lines.append(start + _move(guideline, visit, move))
    if stage.get("mismatch"):
        lines.append(f"The pathway leads to {place_text(guideline, stage['expected'])}")
    if stage.get("by") == "out_of_scope":
        lines.append("Out of scope: where this leads isn't asked")
    return lines


def _move(guideline: ir.Guideline, visit: Json, move: Json) -> str:
    if not move["possible"]:
        return "nobody goes on" if move["status"] == "final" else "not stated"
    if len(move["possible"]) > 1:
        needs = _some(guideline, move["needs"]) or "a reading"
        ends = ", or ".join(place_text(guideline, one["to"]) for one in move["possible"])
        return f"{needs}: not known; so {ends}"
    (end,) = move["possible"]
    if end["to"] == "not stated":
        return f"not stated: {end['why']} {_cites(end)}"
    stays = "stays" if end["to"] == move["stage"] else "moves on"
    assert guideline.pathway is not None
    stage = next(one for one in guideline.pathway.stages if one.id == move["stage"])
    cause = condition_that_leads(guideline, visit, stage, {end["to"]})
    return f"{cause}: {stays} {_cites(end)}".removeprefix(": ")


# --- text in tables ------------------------------------------------------------


def _cites(where: Json) -> str:
    return statement_text(tuple(where["statements"]), tuple(where.get("inferred", ())))


def _indented(line: str) -> str:
    bare = line.removeprefix(_SET_IN)
    return ("&#160;&#160;" if bare != line else "") + escaped(bare)


def _joined(lines: Sequence[str]) -> str:
    """Lines, each from the left; a table stands by itself."""
    return "".join(line if line.startswith("<TABLE") else f'{line}<BR ALIGN="LEFT"/>' for line in lines)


def _between(lines: Sequence[str]) -> str:
    """What stands beside an arrow."""
    texts = [_indented(part) for line in lines for part in _hanging(line, _BETWEEN)] or ["&#160;"]
    fill = f' BGCOLOR="{QUIET}"' if lines else ""
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="1" CELLPADDING="1"{fill}><TR>{cell(_joined(texts))}</TR></TABLE>'
