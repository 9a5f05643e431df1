"""A pathway in words, as Markdown: of each stage what is decided and done, when patients are seen again, where they go."""

from collections.abc import Iterator

from guidec import ir
from guidec.wording import label_of, move_text, review_text
from guidec_targets.marked import cited, item, plain, strong


def pathway_lines(pathway: ir.Pathway) -> list[str]:
    """What is said of the whole: its name and its notes."""
    lines = [f"{strong(pathway.label)}{cited(pathway.cites)}", ""]
    return [*lines, *(line for note in pathway.notes for line in (_note(note), ""))]


def stage_lines(guideline: ir.Guideline, stage: ir.Stage) -> list[str]:
    """A stage as a list."""
    lines = [item("Patients begin here.")] if stage.start else []
    lines += [item("The pathway ends here.")] if stage.final else []
    decided = [plain(label_of(guideline.decisions, name)) for name in stage.decisions]
    lines += [item(f"Decided here: {'; '.join(decided)}")] if decided else []
    rules = [one for name in stage.rules for one in guideline.rules if one.id == name]
    done = [f"{plain(one.label)}{cited(one.cites)}" for one in rules]
    lines += [item(f"Done here: {'; '.join(done)}")] if done else []
    seen = [f"{plain(review_text(one))}{cited(one.cites)}" for one in stage.reviews]
    seen = seen or ([] if stage.final else ["not stated"])
    lines += [item(f"Seen again: {'; '.join(seen)}")] if seen else []
    lines += [item(_move(guideline, stage, move)) for move in stage.moves]
    return [*lines, *(item(_note(note)) for note in stage.notes)]


def open_stages(guideline: ir.Guideline) -> Iterator[tuple[str, str, str, str]]:
    """Moves and reviews of which the source says nothing: what, where, why, statements."""
    for stage in guideline.pathway.stages if guideline.pathway else ():
        for move in stage.moves:
            if not move.to:
                where = f"{stage.label}: {move_text(guideline, stage, move)}"
                yield "not stated", plain(where), plain(move.why), cited(move.cites).strip()
        for one in stage.reviews:
            if one.interval is None:
                why = one.why or "when patients are seen again"
                yield "not stated", plain(stage.label), plain(why), cited(one.cites).strip()
        if not stage.reviews and not stage.final:
            yield "not stated", plain(stage.label), "when patients are seen again", ""


def _move(guideline: ir.Guideline, stage: ir.Stage, move: ir.Move) -> str:
    asked = plain(move_text(guideline, stage, move))
    if not move.to:
        return f"{asked}: **not stated**: {plain(move.why)}{cited(move.cites)}"
    if move.to == stage.id:
        return f"{asked}: stay{cited(move.cites)}"
    assert guideline.pathway is not None
    return f"{asked}: go to {strong(label_of(guideline.pathway.stages, move.to))}{cited(move.cites)}"


def _note(note: ir.Note) -> str:
    return f"*{plain(note.text)}*{cited(note.cites)}"
