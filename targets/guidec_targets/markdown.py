"""A page in Markdown from which a clinician checks the guideline against the paper alone."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from guidec import ir
from guidec.account import account
from guidec.diagnostic import Diagnostic
from guidec.evaluate import Compiled
from guidec.record import inside
from guidec.source import Span
from guidec.wording import condition_in_words
from guidec_targets.dosage import advice_table, avoid_table, monitoring_table, regimen_table
from guidec_targets.graphviz import page_pictures, pathway_names, pictures
from guidec_targets.marked import cited, item, picture, plain, source_link, table
from guidec_targets.prose import decision_lines, definition_lines, open_rows
from guidec_targets.stages import open_stages, pathway_lines, stage_lines

MADE = "<!-- Made by guidec from the guidelines beside it. Change these, never this page. -->"
LEGEND = (
    "Codes in brackets, like [T1], are numbered statements of the source, listed at the end; "
    "† marks a link that is ours, to a statement from another passage. "
    "“Strength not stated” means that the source has no word for it. This page is no medical advice."
)


def emit(compiled: Compiled) -> tuple[dict[str, str], list[Diagnostic]]:
    """`<guideline>.md`; its pictures are those that `graphviz` emits."""
    guideline = compiled.guideline
    lines = [MADE, "", f"# {plain(guideline.title)}", "", *_head(guideline), LEGEND, ""]
    shown = pictures(guideline)
    if not any(isinstance(one, ir.Decision) for one in guideline.decisions):
        del shown[guideline.id]
    return {f"{guideline.id}.md": _text([*lines, *_body(guideline, shown, 2)])}, []


def folder_page(guidelines: Sequence[ir.Guideline]) -> str:
    """One page for the guidelines of a folder, each with the picture of its decisions, `<guideline>.svg`, and its pathway."""
    lines = [MADE, "", "# What the guidelines in this folder say", ""]
    rows = [
        (
            f"[{plain(one.title)}](#{one.id})",
            "<br>".join(_by(source) for source in one.sources),
            _counted(one),
        )
        for one in guidelines
    ]
    about = "Each section speaks for its own source, so that it can be checked against that alone; nothing is merged."
    lines += [*table(("Guideline", "After", "Statements"), rows), about, "", LEGEND, ""]
    for one in guidelines:
        lines += [f'<a id="{one.id}"></a>', "", f"## {plain(one.title)}", "", *_head(one)]
        lines += _body(one, page_pictures(one), 3)
    return _text(lines)


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines).rstrip("\n") + "\n"


def _by(source: ir.Source) -> str:
    fields = {field.key: ", ".join(field.values) for field in source.fields}
    return plain(fields.get("authors") or fields.get("publisher") or fields.get("title") or source.id)


def _head(guideline: ir.Guideline) -> list[str]:
    name = source_link(guideline.id, guideline.span)
    applies = "everybody"
    if guideline.applies is not None:
        applies = f"{plain(condition_in_words(guideline, guideline.applies))}{cited(guideline.applies_cites)}"
    return [f"{name}, version {plain(guideline.version)}. Applies to: {applies}.", ""]


def _body(guideline: ir.Guideline, shown: Mapping[str, str], depth: int) -> list[str]:
    """All sections; those in which nothing stands are left out."""
    below = "#" * (depth + 1)
    decisions: list[str] = []
    for one in guideline.decisions:
        decisions += [f"{below} {plain(one.label)}{cited(one.cites)}", "", *decision_lines(guideline, one)]
    rows = _merged(chain(open_rows(guideline), open_stages(guideline)))
    opened = table(("What", "Where", "What the source leaves open", "Source"), rows)
    charts, pathway = _pathway(guideline, shown, below)
    impossible = [
        item(f"{plain(condition_in_words(guideline, one.condition))}: {plain(one.why)}{cited(one.cites)}")
        for one in guideline.impossible
    ]
    sections: list[tuple[str, list[str]]] = [
        ("Source", _sources(guideline)),
        ("Flowchart" if len(charts) == 1 else "Flowcharts", _pictures(guideline, charts)),
        ("The pathway", pathway),
        ("Decisions", decisions),
        ("What is given", regimen_table(guideline)),
        ("Definitions", definition_lines(guideline)),
        ("What is to be avoided", avoid_table(guideline)),
        ("Known ambiguities", opened),
        ("Advice", advice_table(guideline)),
        ("Monitoring", monitoring_table(guideline)),
        ("Records that can't be", [*impossible, ""] if impossible else []),
        ("Every statement of the source", _account(guideline)),
    ]
    return [line for title, lines in sections if lines for line in (f"{'#' * depth} {title}", "", *lines)]


def _pathway(
    guideline: ir.Guideline, shown: Mapping[str, str], below: str
) -> tuple[dict[str, str], list[str]]:
    """The pictures of the rest, and the pathway with its own: all stages, then each under its name."""
    if guideline.pathway is None:
        return dict(shown), []
    pathway, names = guideline.pathway, pathway_names(guideline, guideline.pathway)
    lines = [*pathway_lines(pathway), *_pictures(guideline, {names.overview: pathway.label})]
    for one in pathway.stages:
        lines += [f"{below} {plain(one.label)}{cited(one.cites)}", ""]
        lines += [*_pictures(guideline, {names.stages[one.id]: one.label}), *stage_lines(guideline, one), ""]
    own = {names.overview, *names.stages.values()}
    return {name: label for name, label in shown.items() if name not in own}, lines


def _merged(rows: Iterator[tuple[str, str, str, str]]) -> list[tuple[str, str, str, str]]:
    """Equal passages once, with every place where they matter."""
    found: dict[tuple[str, str, str], dict[str, None]] = {}
    for what, where, why, cites in rows:
        found.setdefault((what, why, cites), {})[where] = None
    return [(what, "<br>".join(where), why, cites) for (what, why, cites), where in found.items()]


# --- the source and its statements -----------------------------------------------


def _sources(guideline: ir.Guideline) -> list[str]:
    lines: list[str] = []
    for source in guideline.sources:
        rows = [
            (plain(field.key.replace("_", " ")), plain(", ".join(field.values))) for field in source.fields
        ]
        rows += [("statements", _counted(guideline, source.id))] if source.statements else []
        lines += table(("", "As the file gives it"), rows)
    return lines


def _pictures(guideline: ir.Guideline, shown: Mapping[str, str]) -> list[str]:
    lines: list[str] = []
    for name, label in shown.items():
        what = f"{guideline.title}: {label}. The same stands in words below."
        lines += [picture(what, f"{name}.svg"), ""]
    return lines


def _counted(guideline: ir.Guideline, source: str = "") -> str:
    """How many statements there are, and what became of them."""
    entries = [one["status"] for one in account(guideline, {}) if source in ("", one["source"])]
    counts = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in Counter(entries).items())
    return f"{len(entries)}: {counts}" if entries else ""


def _account(guideline: ir.Guideline) -> list[str]:
    """Every statement of the registers, folded away: what it says, and what became of it."""
    places = _places(guideline)
    entries = {(one["source"], one["id"]): one for one in account(guideline, {})}
    lines: list[str] = []
    for source in guideline.sources:
        rows = []
        for one in source.statements:
            entry = entries[source.id, one.id]
            where = ", ".join(places.get(one.id, ())) if entry["status"] == "encoded" else ""
            became = ": ".join(
                part for part in (entry["status"].replace("_", " "), where or plain(entry["reason"])) if part
            )
            rows.append(
                (
                    plain(one.id),
                    plain(one.location),
                    plain(one.statement),
                    plain(one.strength),
                    became,
                    plain(one.ambiguity),
                )
            )
        if rows:
            titles = (
                "Statement",
                "Where",
                "What it says",
                "Strength as printed",
                "What became of it",
                "Ambiguity",
            )
            lines += ["<details>", f"<summary>{len(rows)} statements</summary>", "", *table(titles, rows)]
            lines += ["</details>", ""]
    return lines


def _places(guideline: ir.Guideline) -> dict[str, tuple[str, ...]]:
    """For each statement the declarations that cite it, each as a link to the first line that does."""
    found: dict[str, dict[str, Span]] = {}
    waiting: list[tuple[object, str, Span]] = [(guideline, "applies when", guideline.span)]
    while waiting:
        part, name, span = waiting.pop()
        if isinstance(part, tuple):
            waiting += [(one, name, span) for one in reversed(part)]
        elif isinstance(part, ir.Citation):
            for id in part.statements + part.inferred:
                there = found.setdefault(id, {})
                there[name] = min(there.get(name, span), span)
        elif not isinstance(part, ir.Source | ir.Account) and not getattr(part, "role", ""):
            own = getattr(part, "span", ir.NOWHERE)
            span = span if own == ir.NOWHERE else own
            name = part.id.replace("_", " ") if isinstance(part, _DECLARED) else name
            waiting += [(one, name, span) for one in reversed(inside(part))]
    return {id: tuple(source_link(*one) for one in there.items()) for id, there in found.items()}


_DECLARED = (
    ir.Decision, ir.Options, ir.Regimen, ir.Rule, ir.Definition, ir.Reading, ir.Input, ir.Item, ir.Grid, ir.Pathway, ir.Stage,
)  # fmt: skip
