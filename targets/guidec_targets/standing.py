"""A patient's place in the pathway to a grid: the stages where he may stand, when he is seen again, where that leads."""

from typing import Any

from guidec import ir
from guidec.wording import label_of, move_text, review_text
from guidec_targets.chart_text import Line, statement_text
from guidec_targets.grid import Cell, Column, Grid, Row, State
from guidec_targets.patient import Patient

_COLUMNS = (
    Column("This patient", 30),
    Column("Stage", 24),
    Column("Seen again", 30),
    Column("What is found", 44),
    Column("Leads to", 30),
    Column("Source", 14),
)


def standing_grid(pathway: ir.Pathway, patient: Patient) -> Grid:
    """A row for each stage, and below those where the patient may be one for each move."""
    found = patient.result["pathway"]
    title = [Line(pathway.label, _cited(pathway.cites), strong=True)]
    if found["status"] == "out_of_scope":
        return Grid((*title, Line("Out of the guideline's scope", strong=True)), _COLUMNS, 3, ())
    if isinstance(found["stage"], dict):
        title.append(Line("It isn't known at which stage the patient is:", strong=True))
        title += patient.waits_for((pathway.input,), ())
    answers = {one["stage"]: one for one in found["responses"]}
    rows: list[Row] = []
    for stage in pathway.stages:
        if stage.id in answers:
            sure = len(answers) == 1
            rows.append(_here(stage, sure))
            rows += [_move(pathway, stage, move, patient, answers[stage.id], sure) for move in stage.moves]
        else:
            rows.append(Row(((Line("Not here"),), (Line(stage.label),), (), (), (), ()), "ruled_out"))
    return Grid(tuple(title), _COLUMNS, 3, tuple(rows))


def _here(stage: ir.Stage, sure: bool) -> Row:
    """A stage where the patient is, or may be."""
    word = (Line("HERE" if sure else "PERHAPS HERE", strong=True),)
    seen = tuple(Line(review_text(one), _cited(one.cites)) for one in stage.reviews)
    unsaid = () if stage.final else (Line("not stated"),)
    ends = (Line("the pathway ends here"),) if stage.final else ()
    return Row(
        (word, (Line(stage.label, strong=True),), seen or unsaid, (), ends, (Line(_cited(stage.cites)),)),
        "taken" if sure else "possible",
    )


def _move(
    pathway: ir.Pathway, stage: ir.Stage, move: ir.Move, patient: Patient, answer: dict[str, Any], sure: bool
) -> Row:
    """A move out of it, and whether it is this patient's. Of several to one end nobody knows which."""
    ends = [one.get("why") or one["to"] for one in answer["possible"]]
    own = move.why or move.to
    alike = sum((other.why or other.to) == own for other in stage.moves)
    state: State = "ruled_out"
    word: Cell = (Line("Not this way"),)
    if own in ends and len(ends) == 1 and sure:
        state = "taken" if alike == 1 else "possible"
        word = (Line("THIS WAY" if alike == 1 else "This way, or another to the same stage", strong=True),)
    elif own in ends and len(ends) == 1:
        state, word = "possible", (Line("This way, if here"),)
    elif own in ends:
        state = "possible"
        needs = tuple(answer["needs"])
        word = (Line("OPEN", strong=True), *(patient.waits_for(needs, ()) if needs else ()))
    lead = "stay" if move.to == stage.id else label_of(pathway.stages, move.to)
    to = (Line("Not stated", strong=True), Line(move.why)) if not move.to else (Line(lead, strong=True),)
    asked = (Line(move_text(patient.guideline, stage, move)),)
    return Row((word, (), (), asked, to, (Line(_cited(move.cites)),)), state)


def _cited(cites: ir.Citation) -> str:
    return statement_text(cites.statements, cites.inferred)
