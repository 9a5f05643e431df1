"""One patient's way through a guideline as a picture: what was asked and answered, where it ended, what is still open."""

from dataclasses import dataclass
from typing import Any

from guidec import ir
from guidec.evaluate import Compiled
from guidec.evaluate.paths import Paths, Place
from guidec.show import STATUS_WORDS, standing_text
from guidec.wording import condition_in_words, label_of, outcome_label
from guidec_targets.chart import Chart, chart_of
from guidec_targets.chart_text import Line, wrapped
from guidec_targets.dot import FONT, quoted
from guidec_targets.drawing import after_whom, chart_lines, head, one_below_another
from guidec_targets.grid import grid_html
from guidec_targets.lists import options_grid
from guidec_targets.marks import Marks, kept_branches, marks_of
from guidec_targets.patient import Patient
from guidec_targets.standing import standing_grid
from guidec_targets.values import value_grids

_MOST_SUMMED_UP = 20


@dataclass(frozen=True, slots=True)
class Picture:
    """What is drawn: the chart, and what the patient makes of each part of it."""

    chart: Chart
    marks: Marks
    patient: Patient


def patient_dot(compiled: Compiled, patient: object, result: dict[str, Any]) -> str:
    """The picture of a patient, in DOT. `result` is what `evaluate` says of the same patient."""
    guideline = compiled.guideline
    picture = picture_of(compiled, patient, result)
    someone = picture.patient
    grids = [grid_html(grid) for _, several in value_grids(guideline, someone) for grid in several]
    grids += [
        grid_html(options_grid(guideline, one, someone))
        for one in guideline.decisions
        if isinstance(one, ir.Options)
    ]
    if guideline.pathway is not None:
        grids.append(grid_html(standing_grid(guideline.pathway, someone)))
    lines = head(guideline, f"{guideline.id} one patient", _caption(guideline, picture), True)
    drawn = chart_lines(guideline, picture.chart, picture.marks)
    return "\n".join([*lines, *_below(drawn, grids), "}"]) + "\n"


def picture_of(compiled: Compiled, patient: object, result: dict[str, Any]) -> Picture:
    """Whether the guideline applies is a question of the chart only where the answer isn't a plain yes."""
    someone = Patient(Paths(compiled, patient), result)
    kept = kept_branches(someone.paths)

    def keep(decision: str, places: tuple[Place, ...]) -> bool:
        return any(place in kept[decision] for place in places)

    chart = chart_of(compiled.guideline, keep, scope=_scope_is_in_doubt(someone.paths))
    return Picture(chart, marks_of(chart, someone), someone)


def _scope_is_in_doubt(paths: Paths) -> bool:
    leaves = [leaf for one in paths.program.decisions for leaf in paths.ends(one, paths.through(one))]
    leaves += [
        leaf
        for one, lines in paths.program.options.items()
        for at in range(len(lines))
        for leaf in paths.line(one, at).leaves
    ]
    return any(leaf.status == "out_of_scope" for leaf in leaves)


def _below(drawn: list[str], grids: list[str]) -> list[str]:
    """Grids stand below the chart, each the label of all that stands above it: as nodes they would widen its first column."""
    if not grids or not drawn:
        nodes = [f"  grid{at} [label=<{grid}>];" for at, grid in enumerate(grids)]
        nodes += one_below_another([f"grid{at}" for at in range(len(grids))])
        return [*drawn, *nodes] or ['  none [label="This guideline has no decision."];']
    look = f"peripheries=0, labelloc=b, labeljust=l, margin=0, fontname={quoted(FONT)}, fontsize=11"
    begins = [
        f"  subgraph cluster_{at} {{ graph [{look}, label=<{_apart(grids[at])}>];"
        for at in reversed(range(len(grids)))
    ]
    return [*begins, *drawn, "  " + "}" * len(grids)]


def _apart(grid: str) -> str:
    """Room above and below a grid."""
    return (
        f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="6"><TR><TD>{grid}</TD></TR></TABLE>'
    )


def _caption(guideline: ir.Guideline, picture: Picture) -> list[Line]:
    patient, result = picture.patient, picture.patient.result
    lines = [
        Line(guideline.title, strong=True),
        Line(f"One patient's record, by {guideline.id} version {guideline.version}", strong=True),
        *after_whom(guideline),
    ]
    if guideline.applies is not None and not _scope_is_in_doubt(patient.paths):
        lines += _wrapped(f"In scope: {condition_in_words(guideline, guideline.applies)}")
    if guideline.pathway is not None:
        lines += _wrapped(standing_text(guideline.pathway, result["pathway"]))
    for one in guideline.decisions[:_MOST_SUMMED_UP]:
        lines += _wrapped(_summed_up(one, patient))
    if len(guideline.decisions) > _MOST_SUMMED_UP:
        lines.append(Line(f"and {len(guideline.decisions) - _MOST_SUMMED_UP} more"))
    if result["ask_next"] not in ("not needed", "a reading"):
        lines.append(Line(f"Ask next: {label_of(guideline.inputs, result['ask_next'])}", strong=True))
    elif result["ask_next"] == "a reading":
        lines.append(Line("Open: how the source is read", strong=True))
    legend = "thick: this patient's way   dashed: still possible   grey: ruled out"
    if any(edge.follows for edge in picture.chart.edges):
        legend += "   empty arrowhead: what comes after"
    return [*lines, *_wrapped(f"{legend}   [†T1] from another passage, the link is ours")]


def _summed_up(one: ir.Decision | ir.Options, patient: Patient) -> str:
    """`First treatment: Triple therapy`, or what stands in the way."""
    guideline, result = patient.guideline, patient.result
    decision = result["decisions"][one.id]
    given = [
        outcome_label(guideline, entry["id"])
        + ("" if entry["direction"] == "for" else f" ({entry['direction']})")
        for entry in result["recommendations"]
        if entry["decision"] == one.id
    ]
    parts = [] if decision["status"] == "determined" and given else [STATUS_WORDS[decision["status"]]]
    parts += [", ".join(given)] if given else []
    if decision["status"] == "determined" and not given:
        parts = ["nothing is recommended"]
    if decision["needs"] and isinstance(one, ir.Decision):
        parts.append("needs " + ", ".join(label_of(guideline.inputs, name) for name in decision["needs"]))
    return f"{one.label}{'' if one.label.endswith('?') else ':'} {'; '.join(parts)}"


def _wrapped(text: str) -> list[Line]:
    return [Line(line) for line in wrapped(text, 120)]
