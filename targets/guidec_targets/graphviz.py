"""Flowcharts in Graphviz's DOT: the decisions as the published algorithm, and a picture for each list of options."""

from collections.abc import Iterable

from guidec import ir
from guidec.diagnostic import Diagnostic, note
from guidec.evaluate import Compiled
from guidec_targets.chart import MOST_ENDS, Chart, chart_of
from guidec_targets.chart_text import Line, wrapped
from guidec_targets.drawing import after_whom, chart_lines, head, one_below_another, pointer
from guidec_targets.grid import MOST_ROWS, Grid, grid_html
from guidec_targets.lists import options_grid
from guidec_targets.pathway import Names, names_of, pathway_pictures
from guidec_targets.values import value_grids


def emit(compiled: Compiled) -> tuple[dict[str, str], list[Diagnostic]]:
    """`<guideline>.dot`, and `<guideline>.<name>.dot` for each list of options, each table and the pathway's stages. What is
    too large is folded, with a note."""
    guideline = compiled.guideline
    lists = [one for one in guideline.decisions if isinstance(one, ir.Options)]
    chart = chart_of(guideline)
    drawn = [_chart(guideline, chart, lists)]
    drawn += [_options(guideline, one) for one in lists]
    drawn += [_values(guideline, name, grids) for name, grids in value_grids(guideline)]
    if guideline.pathway is not None:
        drawn += pathway_pictures(guideline, guideline.pathway, pathway_names(guideline, guideline.pathway))
    files = {f"{name}.dot": dot for name, dot in zip(pictures(guideline), drawn, strict=True)}
    return files, [*_folded(chart), *_cut(guideline, lists)]


def pictures(guideline: ir.Guideline) -> dict[str, str]:
    """The name of each picture, without its ending, and what it shows; that of the decisions first."""
    found = _tables(guideline)
    if guideline.pathway is not None:
        names = pathway_names(guideline, guideline.pathway)
        found[names.overview] = guideline.pathway.label
        found |= {names.stages[one.id]: one.label for one in guideline.pathway.stages}
    return found


def page_pictures(guideline: ir.Guideline) -> dict[str, str]:
    """The pictures that the page of a folder shows: the decisions, the pathway, and what that leads to."""
    found = pictures(guideline)
    own = {guideline.id}
    if guideline.pathway is not None:
        names = pathway_names(guideline, guideline.pathway)
        own |= {names.overview, *names.stages.values()}
        own |= {names.drawn[name] for stage in guideline.pathway.stages for name in stage.decisions}
    return {name: label for name, label in found.items() if name in own}


def pathway_names(guideline: ir.Guideline, pathway: ir.Pathway) -> Names:
    """The names of a pathway's pictures, without their ending."""
    return names_of(guideline, pathway, _tables(guideline))


def _tables(guideline: ir.Guideline) -> dict[str, str]:
    """The pictures of all but the pathway."""
    found = {guideline.id: "the decisions"}
    for one in guideline.decisions:
        if isinstance(one, ir.Options):
            found[f"{guideline.id}.{one.id}"] = one.label
    for name, grids in value_grids(guideline):
        free = f"{guideline.id}.{name}"
        found[free if free not in found else f"{guideline.id}.values_{name}"] = grids[0].title[0].text
    return found


def _folded(chart: Chart) -> list[Diagnostic]:
    return [
        note(
            "not_drawn",
            f"`{decision.id}` has {ends:,} ends and is drawn as one box: more than {MOST_ENDS} can't be read",
            decision.span,
            "split it, or read it in the compiled JSON",
        )
        for decision, ends in chart.folded
    ]


def _cut(guideline: ir.Guideline, lists: Iterable[ir.Options]) -> list[Diagnostic]:
    longest = [(one.id, len(one.lines), "lines", one.span) for one in lists]
    longest += [(one.id, len(one.rows), "rows", one.span) for one in guideline.tables]
    longest += [
        (one.id, len(one.number.arms), "lines", one.span)
        for one in guideline.definitions
        if isinstance(one.number, ir.Case) and one.number.of
    ]
    return [
        note(
            "not_drawn",
            f"`{name}` has {count:,} {what}; the picture holds the first {MOST_ROWS:,}",
            span,
            "split it, or read it in the compiled JSON",
        )
        for name, count, what, span in longest
        if count > MOST_ROWS
    ]


def _chart(guideline: ir.Guideline, chart: Chart, lists: list[ir.Options]) -> str:
    legend = "[T1] statement of the source   [†T1] from another passage, the link is ours"
    if any(edge.follows for edge in chart.edges):
        legend += "   dashed arrow: what comes after a treatment"
    if lists:
        legend += "   Own pictures: " + ", ".join(one.label for one in lists)
    caption = [Line(guideline.title, strong=True), *after_whom(guideline)]
    lines = head(guideline, guideline.id, [*caption, *(Line(line) for line in wrapped(legend, 160))])
    if not chart.boxes and not chart.sheets:
        lines.append('  none [label="This guideline has no decision."];')
    return "\n".join([*lines, *chart_lines(guideline, chart), "}"]) + "\n"


def _options(guideline: ir.Guideline, options: ir.Options) -> str:
    caption = [Line(options.label, strong=True), Line(guideline.title), *after_whom(guideline)]
    legend = "Each line holds for itself.  † taken from another passage of the source: the link is ours."
    lines = head(guideline, f"{guideline.id}.{options.id}", [*caption, Line(legend)])
    found = pointer(guideline, _option_statements(options), options.span)
    lines.append(f"  options [label=<{grid_html(options_grid(guideline, options))}>, {found}];")
    return "\n".join([*lines, "}"]) + "\n"


def _values(guideline: ir.Guideline, name: str, grids: list[Grid]) -> str:
    """The picture of a table, a score, a lookup or a class."""
    title = grids[0].title[0].text
    caption = [Line(title, strong=True), Line(guideline.title), *after_whom(guideline)]
    lines = head(guideline, f"{guideline.id}.{name}", caption)
    lines += [f"  grid{at} [label=<{grid_html(grid)}>];" for at, grid in enumerate(grids)]
    lines += one_below_another([f"grid{at}" for at in range(len(grids))])
    return "\n".join([*lines, "}"]) + "\n"


def _option_statements(options: ir.Options) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for line in options.lines:
        for one in line.lines if isinstance(line, ir.OptionConflict) else (line,):
            found.update(dict.fromkeys(one.recommendation.cites.statements))
    return tuple(found)
