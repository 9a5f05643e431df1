"""Where guidelines disagree to text, Markdown and HTML: a page for a terminal, the whole in the others."""

import json
from collections.abc import Iterator
from html import escape
from typing import Any

from guidec.compare_show import ROW_WORDS, marked

Json = dict[str, Any]

WIDTH = 118
_WORDS = {**ROW_WORDS, "unknown": "no patient was found, and none was excluded"}


def disagreement_text(found: Json) -> str:
    """For a terminal: of each question how the answers stand; where they differ, for whom first, and one of them."""
    names = [one["guideline"] for one in found["sources"]]
    lines = [f"{', '.join(names)}: for whom they disagree", ""]
    for row in found["questions"]:
        lines.append(f"{row['label']}  [{_standings(row)}]")
        first = next((one for one in row["standings"] if one["standing"] in ("differs", "unknown")), None)
        if first is not None:
            lines += [f"  {line}" for line in _short(names, first)]
    lines += ["", "All groups, answers and patients: --format markdown, html or json"]
    return "\n".join(lines) + "\n"


def _standings(row: Json) -> str:
    if "reason" in row:
        return str(row["reason"])
    return ", ".join(one["standing"].replace("_", " ") for one in row["standings"])


def _short(names: list[str], standing: Json) -> Iterator[str]:
    """The first of the answers that stand so, in a few lines: for whom it is given, and one of them."""
    answers = standing["answers"][:1]
    groups = [group for one in answers for group in one["for"]] or standing["for"]
    word = "differs" if standing["standing"] == "differs" else "not known"
    count = len(standing["for"])
    rest = f" ({count} groups in all{_at_least(standing)})" if count > 1 else _at_least(standing)
    yield f"{word} for {groups[0]}{rest}" if groups else f"{word} for some patients"
    for answer in answers:
        yield _patient(answer)
        for name, lines in zip(names, answer["said"], strict=True):
            yield f"  {name}: {'; '.join(line.strip() for line in lines)}"


def _at_least(one: Json) -> str:
    return "" if one["complete"] else ", at least"


def _patient(answer: Json) -> str:
    if "patient" in answer:
        return f"for example {json.dumps(answer['patient'], ensure_ascii=False)}"
    return f"not known whether there is such a patient: {answer['reason']}"


# --- the whole ------------------------------------------------------------------


def disagreement_markdown(found: Json) -> str:
    """A heading a question; of each way to stand for whom, and a table of what the sources say."""
    names = [one["guideline"] for one in found["sources"]]
    lines = [f"# {marked(', '.join(names))}: for whom they disagree", ""]
    for row in found["questions"]:
        lines += [f"## {marked(row['label'])}", ""]
        if "reason" in row:
            lines += [marked(row["reason"]), ""]
        for one in row["standings"]:
            lines += [f"### {_head(one)}", "", *(f"- {marked(group)}" for group in _groups(one)), ""]
            if one["answers"]:
                lines += _table(names, one)
    return "\n".join(lines).rstrip() + "\n"


def _head(one: Json) -> str:
    return f"{one['standing'].replace('_', ' ').capitalize()}: {_WORDS[one['standing']]}"


def _groups(one: Json) -> list[str]:
    return [*one["for"], *([] if one["complete"] else ["and more groups than were looked at"])]


def _table(names: list[str], one: Json) -> list[str]:
    rows = [["For", *map(marked, names), "A patient"], ["---"] * (len(names) + 2)]
    for answer in one["answers"]:
        said = ["<br>".join(map(marked, lines)) for lines in answer["said"]]
        rows.append(["<br>".join(map(marked, _groups(answer))), *said, marked(_patient(answer))])
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return [*lines, "", *([f"And {_more(one)}.", ""] if one["more"] else [])]


def _more(one: Json) -> str:
    return f"{one['more']} more {'way' if one['more'] == 1 else 'ways'} to answer that stand so"


def disagreement_html(found: Json) -> str:
    """A page that needs nothing else and can be printed."""
    names = [one["guideline"] for one in found["sources"]]
    parts = [_HEAD.format(title=escape(f"{', '.join(names)}: for whom they disagree"))]
    for row in found["questions"]:
        parts.append(f"<h2>{escape(row['label'])}</h2>\n")
        if "reason" in row:
            parts.append(f"<p>{escape(row['reason'])}</p>\n")
        for one in row["standings"]:
            groups = "".join(f"<li>{escape(group)}</li>" for group in _groups(one))
            parts.append(f"<h3>{escape(_head(one))}</h3>\n<ul>{groups}</ul>\n")
            if one["answers"]:
                parts.append(_html_table(names, one))
    return "".join([*parts, "</body>\n</html>\n"])


def _html_table(names: list[str], one: Json) -> str:
    head = "".join(f"<th>{escape(name)}</th>" for name in ("For", *names, "A patient"))
    rows = ""
    for answer in one["answers"]:
        cells = [_groups(answer), *answer["said"], [_patient(answer)]]
        rows += f"<tr>{''.join(f'<td>{_html_lines(lines)}</td>' for lines in cells)}</tr>\n"
    more = f"<p>And {_more(one)}.</p>\n" if one["more"] else ""
    return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n{more}"


def _html_lines(lines: list[str]) -> str:
    return "".join(f"<div>{escape(line)}</div>" for line in lines)


_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ font: 10pt/1.35 Helvetica, Arial, sans-serif; color: #111; margin: 1.5em; }}
table {{ border-collapse: collapse; width: 100%; table-layout: fixed; }}
th, td {{ border: 1px solid #666; padding: 0.5em; text-align: left; vertical-align: top; overflow-wrap: break-word; }}
th {{ background: #eee; }}
tr {{ break-inside: avoid; }}
@page {{ size: landscape; margin: 12mm; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>Each source answers for itself: no source outranks another, and no answer is made of several.</p>
"""
