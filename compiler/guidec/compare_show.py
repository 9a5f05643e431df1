"""A comparison to text, Markdown and HTML: a row a question, a column a source, each with its date."""

from collections.abc import Callable, Iterable, Sequence
from html import escape
from typing import Any

from guidec import ir
from guidec.show import STATUS_WORDS, possible_lines, recommendation_lines, rule_lines
from guidec.wording import label_of

Json = dict[str, Any]

ROW_WORDS = {
    "same": "same answer, independent provenance",
    "compatible": "no contradiction, not the same detail",
    "differs": "the answers exclude each other",
    "silent": "fewer than two sources answer, so nothing is compared",
    "out_of_scope": "fewer than two sources speak of such a patient",
    "indeterminate": "open until more is known",
}
_CELL_WORDS = {
    **STATUS_WORDS,
    "answered": "",
    "nothing": "nothing is recommended",
    "not_applicable": "nothing applies",
    "silent": "silent: the text at hand does not say",
}


def comparison_text(guidelines: Sequence[ir.Guideline], found: Json) -> str:
    """For a terminal: each question, and below it what each source says."""
    lines: list[str] = []
    for guideline, source in zip(guidelines, found["sources"], strict=True):
        lines += [f"{guideline.id}: {guideline.title}", *(f"  {line}" for line in _dated(source)), ""]
    for row in found["questions"]:
        lines += [f"{row['label']}  [{row['status']}: {ROW_WORDS[row['status']]}]"]
        for guideline, cell in zip(guidelines, row["cells"], strict=True):
            first, *rest = cell_lines(guideline, cell)
            lines += [f"  {guideline.id}: {first}", *(f"      {line}" for line in rest)]
        lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def comparison_markdown(guidelines: Sequence[ir.Guideline], found: Json) -> str:
    """One table; each cell's lines are broken by `<br>`."""

    def cell(lines: Iterable[str]) -> str:
        return "<br>".join(marked(line) for line in lines)

    heads = ["Question", *(cell(_headed(*one)) for one in zip(guidelines, found["sources"], strict=True))]
    rows = [
        [f"**{marked(row['label'])}**<br>{marked(_standing(row))}", *_cells(guidelines, row, cell)]
        for row in found["questions"]
    ]
    return "".join(f"| {' | '.join(row)} |\n" for row in (heads, ["---"] * len(heads), *rows))


def marked(text: str) -> str:
    """Text that stays text in a cell of a Markdown table; indentation is kept."""
    bare = text.lstrip(" ")
    safe = "".join(f"\\{char}" if char in "\\`*_{}[]#|~" else char for char in bare.replace("&", "&amp;"))
    return "&nbsp;" * (len(text) - len(bare)) + safe.replace("<", "&lt;").replace(">", "&gt;")


def comparison_html(guidelines: Sequence[ir.Guideline], found: Json) -> str:
    """A page that needs nothing else and can be printed."""

    def cell(lines: Iterable[str]) -> str:
        return "".join(
            f'<div style="margin-left:{(len(line) - len(line.lstrip())) * 0.5}em">{escape(line.strip())}</div>'
            for line in lines
        )

    heads = "".join(
        f'<th>{escape(guideline.id)}<div class="status">{cell(_dated(source))}</div></th>'
        for guideline, source in zip(guidelines, found["sources"], strict=True)
    )
    rows = "".join(
        f'<tr class="{escape(row["status"])}"><th scope="row">{escape(row["label"])}'
        f'<div class="status">{escape(_standing(row))}</div></th>'
        + "".join(f"<td>{text}</td>" for text in _cells(guidelines, row, cell))
        + "</tr>\n"
        for row in found["questions"]
    )
    return f"{_HEAD}<table>\n<thead><tr><th>Question</th>{heads}</tr></thead>\n<tbody>\n{rows}</tbody></table>\n{_END}"


_HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Sources side by side</title>
<style>
body { font: 10pt/1.35 Helvetica, Arial, sans-serif; color: #111; margin: 1.5em; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
th, td { border: 1px solid #666; padding: 0.5em; text-align: left; vertical-align: top; overflow-wrap: break-word; }
th { background: #eee; font-weight: bold; }
th[scope=row], thead th:first-child { width: 15%; }
.status { font-weight: normal; margin-top: 0.4em; }
tr.differs .status { font-weight: bold; }
tr { break-inside: avoid; }
@page { size: landscape; margin: 12mm; }
</style>
</head>
<body>
<p>Each source answers for itself: no source outranks another, and no answer is made of several. A newer source does not
override an older one.</p>
"""
_END = "</body>\n</html>\n"


def _standing(row: Json) -> str:
    return f"{row['status'].replace('_', ' ')}: {ROW_WORDS[row['status']]}"


def _headed(guideline: ir.Guideline, source: Json) -> list[str]:
    return [guideline.id, *_dated(source)]


def _dated(source: Json) -> list[str]:
    """What the file says of its sources, but for what the register and the authors are."""
    skipped = ("id", "register", "authors", "references", "journal")
    return [
        f"{key.replace('_', ' ')}: {'; '.join(values)}"
        for one in source["sources"]
        for key, values in one.items()
        if key not in skipped
    ]


def _cells(guidelines: Sequence[ir.Guideline], row: Json, make: Callable[[Iterable[str]], str]) -> list[str]:
    return [
        make(cell_lines(guideline, cell)) for guideline, cell in zip(guidelines, row["cells"], strict=True)
    ]


def cell_lines(guideline: ir.Guideline, cell: Json) -> list[str]:
    """What one source says to a question: its answers, what they assume, what is missing."""
    said = _CELL_WORDS[cell["status"]]
    lines = [said] if said else []
    for part in cell["parts"]:
        lines += _part_lines(guideline, part)
    for one in cell.get("assumptions", ()):
        lines.append(f"assumed: {_assumed(guideline, one)}")
    if cell.get("needs"):
        names = (f"{label_of(guideline.inputs, name)} ({name})" for name in cell["needs"])
        lines.append(f"missing: {', '.join(names)}")
    for name in cell.get("readings", ()):
        reading = next(one for one in guideline.readings if one.id == name)
        values = ", ".join(f"{value.label} ({value.id})" for value in reading.values)
        lines.append(f"open reading: {reading.label} ({name}): {values}")
    return lines or ["nothing applies"]


def _part_lines(guideline: ir.Guideline, part: Json) -> list[str]:
    if part["kind"] == "rule":
        return [line[2:] for line in rule_lines(guideline, part["rule"])] if "rule" in part else []
    lines = [line for one in part["recommendations"] for line in recommendation_lines(guideline, one, "")]
    if "why" in part:
        lines.append(f"{part['why']} [{' '.join(part.get('statements', ()))}]".removesuffix(" []"))
    shown = [line for entry in part["possible"] for line in possible_lines(guideline, entry, "")]
    if part["status"] in ("not_applicable", "out_of_scope"):
        return []
    return [*lines, *shown]


def _assumed(guideline: ir.Guideline, one: Json) -> str:
    match one["kind"]:
        case "inferred":
            return f"links of our own: {', '.join(one['statements'])}"
        case "basis_not_stated":
            drug = label_of(guideline.items, one["drug"])
            return (
                f"{drug} by {label_of(guideline.inputs, one['of']).lower()}, which the source does not name"
            )
        case _:
            reading = next(known for known in guideline.readings if known.id == one["reading"])
            value = next(known for known in reading.values if known.id == one["value"])
            return f"{reading.label}: {value.label}"
