"""A difference to text for a terminal and to Markdown for a pull request."""

import re
from collections.abc import Iterator, Sequence
from textwrap import dedent, indent, wrap
from typing import Any

from guidec.compare_show import marked

Json = dict[str, Any]

MOST_GROUPS = 6
MOST_LINES = 3
MOST_ALTERNATIVES = 6
WIDTH = 114
LONG = 12
"""Lines of Markdown that are not yet folded."""

_ORDER = ("changed", "unknown", "added", "removed")
_HEADS = {
    "changed": "Changed",
    "unknown": "Not known: counted as changed",
    "added": "Added",
    "removed": "Removed",
}
_KINDS = {"line": "option", "item": "drug", "value": "shown value"}


def difference_text(found: Json, *, everything: bool = False) -> str:
    """For a terminal. Unless `everything` is asked for, groups of patients beyond a few are counted."""
    lines = [_title(found), _summary(found)]
    lines += _section("Renamed: records and programs use the new name", map(_renamed, found["renamed"]))
    for verdict in _ORDER:
        changes = [one for one in found["changes"] if one["verdict"] == verdict]
        shown = [line for one in changes for line in change_lines(one, everything=everything)]
        lines += _section(_HEADS[verdict], shown)
    lines += _section("Written differently, the same for every patient", _rewritten(found))
    lines += _section("Reworded", (line for one in found["reworded"] for line in _reworded(one)))
    lines += _section("Citations", (line for one in found["citations"] for line in _cited(one)))
    if not everything and any(_is_cut(one) for one in found["changes"]):
        lines += ["", "All groups of patients: --all"]
    return "\n".join(lines).rstrip() + "\n"


def _is_cut(one: Json) -> bool:
    """Whether a part has more groups than are shown, or longer ones."""
    return len(one["groups"]) > MOST_GROUPS or any(
        len(group["for"]) > MOST_LINES or any(_shorter(line) != line for line in group["for"])
        for group in one["groups"]
    )


def _rewritten(found: Json) -> list[str]:
    """What is the same in other words, with the formulas that are shown while a weight is blank."""
    lines: list[str] = []
    for one in found["changes"]:
        if one.get("rewritten"):
            lines += [f"{_kind(one)} {one['id']}", *(f"  {_fact(fact)}" for fact in one["facts"])]
    return lines


def _title(found: Json) -> str:
    before, after = (f"{found[side]['guideline']} {found[side]['version']}" for side in ("before", "after"))
    return f"{before} → {after}"


def _summary(found: Json) -> str:
    """`2 of 31 parts changed`; what is counted are decisions, options, rules, values and what is declared."""
    differ = [one for one in found["changes"] if one["verdict"] != "same"]
    if not differ:
        blank = any(one["facts"] for one in found["changes"])
        but = ", but for a formula that is shown while a weight is blank" if blank else ""
        return f"the same for every patient{but}: {len(found['changes'])} parts compared"
    counts = [(word, sum(one["verdict"] == word for one in differ)) for word in _ORDER]
    told = ", ".join(
        f"{count} {'not known' if word == 'unknown' else word}" for word, count in counts if count
    )
    return f"{told}; {len(found['changes']) - len(differ)} the same"


def _section(head: str, lines: Any) -> list[str]:
    body = [f"  {line}" for line in lines]
    return ["", head, *body] if body else []


def _kind(one: Json) -> str:
    kind = str(one["kind"])
    return _KINDS.get(kind, kind)


def _renamed(one: Json) -> str:
    inside = f" of {one['inside']}" if "inside" in one else ""
    kind = "value" if one["kind"] == "reading value" else _kind(one)
    return f"{kind}{inside}: {one['before']} → {one['after']} ({one['label']})"


def change_lines(one: Json, most: int = MOST_GROUPS, *, everything: bool = False) -> Iterator[str]:
    """A part that changed: for whom, what was said and what is said now, and an example."""
    name = "" if one["kind"] in ("scope", "impossible", "comparison") else f"{_kind(one)} {one['id']}: "
    yield f"{name}{one['label']}"
    for fact in one["facts"]:
        yield from _wrapped(f"  {_fact(fact)}")
    if "reason" in one:
        yield f"  {one['reason']}"
    shown = one["groups"] if everything else one["groups"][:most]
    for group in shown:
        yield from (f"  {line}" for line in group_lines(group, everything=everything))
    more = len(one["groups"]) - len(shown) + one["more_groups"]
    if more:
        yield f"  and {_more(more, 'pair')} of answers, before and after"


def _wrapped(line: str) -> list[str]:
    """A line that is too wide for the page as several, the rest below its words."""
    if len(line) <= WIDTH:
        return [line]
    margin = " " * (len(line) - len(line.lstrip()))
    return wrap(
        line.strip(), WIDTH, initial_indent=margin, subsequent_indent=f"{margin}    ",
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _more(count: int, word: str) -> str:
    return f"{count} more {word}{'' if count == 1 else 's'}"


def _fact(fact: Json) -> str:
    if not (fact["before"] or fact["after"]):
        return str(fact["what"])
    return f"{fact['what']}: {fact['before'] or 'none'} → {fact['after'] or 'none'}"


def group_lines(group: Json, *, everything: bool = False) -> Iterator[str]:
    """One pair of answers."""
    yield from (part for line in _patients(group, everything) for part in _wrapped(line))
    before, after = contrasted(group["before"], group["after"])
    yield from _led("before: ", before)
    yield from _led("after:  ", after)
    if "note" in group:
        yield f"  {group['note']}"
    if "reason" in group:
        yield f"  not known whether there is such a patient: {group['reason']}"
    if "example" in group:
        yield "  for example"
        yield from (f"    {line}" for line in group["example"]["scenario"].splitlines())


def _patients(group: Json, everything: bool) -> Iterator[str]:
    lines = group["for"] if everything else [_shorter(one) for one in group["for"][:MOST_LINES]]
    for at, one in enumerate(lines):
        yield f"{'or' if at else 'for'} {one}"
    rest = len(group["for"]) - len(lines)
    if rest > 0:
        yield f"or {_more(rest, 'group')}{'' if group['complete'] else ', at least'}"
    elif not group["complete"] and group["for"]:
        yield "or more groups"
    if not group["for"]:
        yield "for some patients"
    if group.get("includes_others"):
        yield "but not for all of these"


def _shorter(line: str) -> str:
    """A group with the alternatives of each of its parts counted that are too many to be read."""
    return ", ".join(_shorter_part(part) for part in line.split(", "))


def _shorter_part(part: str) -> str:
    several = part.split(" or ")
    if len(several) <= MOST_ALTERNATIVES:
        return part
    kept = several[: MOST_ALTERNATIVES - 1]
    return f"{' or '.join(kept)} or {len(several) - len(kept)} more"


def _led(lead: str, lines: Sequence[str]) -> Iterator[str]:
    for at, line in enumerate(lines):
        yield from _wrapped(f"  {lead if not at else ' ' * len(lead)}{line}")


def contrasted(before: Sequence[str], after: Sequence[str]) -> tuple[list[str], list[str]]:
    """Two answers without the lines that both have, but for the first, which says what it is about."""
    return _without(before, after), _without(after, before)


def _without(lines: Sequence[str], others: Sequence[str]) -> list[str]:
    rest = [line for line in lines[1:] if line not in others]
    return [*lines[:1], *indent(dedent("\n".join(rest)), "  ").splitlines()]


def _reworded(one: Json) -> Iterator[str]:
    yield f"{one['kind']} {one['id']}"
    yield from (f"  − {text}" for text in one["before"])
    yield from (f"  + {text}" for text in one["after"])


def _cited(one: Json) -> Iterator[str]:
    name = "the register" if one["kind"] == "register" else f"{one['kind']} {one['id']}"
    parts = [
        f"{word} {' '.join(one[key])}"
        for key, word in (("removed", "no longer"), ("added", "now"), ("changed", "other words for"))
        if one.get(key)
    ]
    yield f"{name}: {', '.join(parts) or 'the same statements, at other places'}"


# --- Markdown -----------------------------------------------------------------


def difference_markdown(found: Json, *, everything: bool = False) -> str:
    """For a pull request: what changed in a table, and below it for whom."""
    lines = [f"### {marked(_title(found))}", "", marked(_summary(found)).capitalize() + ".", ""]
    differ = [one for word in _ORDER for one in found["changes"] if one["verdict"] == word]
    if differ:
        lines += ["| | part | |", "|---|---|---|"]
        lines += [
            f"| {_kind(one)} | {marked(one['label'])} (`{one['id']}`) | {one['verdict'].replace('unknown', 'not known')} |"
            for one in differ
        ]
        lines.append("")
    for one in differ:
        body = [*change_lines(one, everything=everything)][1:]
        if body:
            head = f"{_kind(one)} {one['label']}"
            lines += (
                _folded(marked(head), body)
                if len(body) > LONG
                else [f"**{marked(head)}**", "", *_fenced(body)]
            )
            lines.append("")
    sections = (
        ("Renamed", [_renamed(one) for one in found["renamed"]]),
        ("Written differently, the same for every patient", _rewritten(found)),
        ("Reworded", [line for one in found["reworded"] for line in _reworded(one)]),
        ("Citations", [line for one in found["citations"] for line in _cited(one)]),
    )
    for head, body in sections:
        if body:
            lines += [*_folded(f"{head} ({len(body)})", body), ""]
    return "\n".join(lines).rstrip() + "\n"


def _folded(head: str, body: Sequence[str]) -> list[str]:
    return ["<details>", f"<summary>{head}</summary>", "", *_fenced(body), "", "</details>"]


def _fenced(body: Sequence[str]) -> list[str]:
    """Lines as they are, whatever backticks they hold."""
    runs = [len(run) for line in body for run in re.findall(r"`+", line)]
    fence = "`" * max(3, 1 + max(runs, default=0))
    return [f"{fence}text", *body, fence]
