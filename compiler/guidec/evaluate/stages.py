"""A patient's stages to what results say of the pathway: where he stands, when he is seen again, where that leads."""

from collections.abc import Sequence
from functools import reduce
from typing import Any

from guidec import ir
from guidec.evaluate.doses import interval_json
from guidec.lower.outcomes import joined

Json = dict[str, Any]

NOT_STATED = "not stated"

Answer = tuple[Sequence[ir.Value], list[str]]
"""Where the moves out of a stage may lead, as values of its category, and the inputs that stand between them."""


def pathway_json(stages: Sequence[ir.Stage], status: str, answers: Sequence[Answer]) -> Json:
    """`stages` are those at which the patient may be, in the author's order; `answers` has one for each."""
    found: Json = {"stage": place_json([stage.id for stage in stages]), "status": status}
    if status == "out_of_scope":
        return {**found, "reviews": [], "responses": []}
    found["reviews"] = [one for stage in stages for one in reviews_json(stage)]
    found["responses"] = [
        response_json(stage, *answer) for stage, answer in zip(stages, answers, strict=True)
    ]
    return found


def place_json(stages: Sequence[str]) -> str | Json:
    """One stage, or one of several, as it would be entered."""
    return stages[0] if len(stages) == 1 else {"one_of": list(stages)}


def reviews_json(stage: ir.Stage) -> list[Json]:
    """When a patient of this stage is seen again; where nothing is written of it, that is said."""
    if not stage.reviews and not stage.final:
        return [{"stage": stage.id, "every": NOT_STATED, "statements": []}]
    return [_review_json(stage, one) for one in stage.reviews]


def _review_json(stage: ir.Stage, review: ir.StageReview) -> Json:
    found: Json = {"stage": stage.id}
    if review.interval is None:
        found |= {"every": NOT_STATED, "why": review.why or NOT_STATED}
    else:
        found[review.kind] = interval_json(review.interval)
    return found | _cited(review.cites)


def response_json(stage: ir.Stage, values: Sequence[ir.Value], needs: list[str]) -> Json:
    """Where what was found leads from a stage: all that it may be."""
    if stage.final:
        return {"stage": stage.id, "status": "final", "needs": [], "possible": []}
    if not stage.moves:
        return {"stage": stage.id, "status": "not_stated", "needs": [], "possible": []}
    ends = [end_json(stage, value) for value in values]
    status = "indeterminate" if len(ends) > 1 else "not_stated" if "why" in ends[0] else "determined"
    return {"stage": stage.id, "status": status, "needs": needs, "possible": ends}


def end_json(stage: ir.Stage, value: ir.Value) -> Json:
    """A stage, or why none is stated; equal moves cite the union."""
    alike = [
        move for move in stage.moves if (move.to or move.why) == (value.label if _open(value) else value.id)
    ]
    cites = reduce(joined, (move.cites for move in alike))
    if _open(value):
        return {"to": NOT_STATED, "why": value.label} | _cited(cites)
    return {"to": value.id} | _cited(cites)


def _open(value: ir.Value) -> bool:
    return value.id.startswith(NOT_STATED)


def _cited(cites: ir.Citation) -> Json:
    found: Json = {"statements": list(cites.statements)}
    return found | ({"inferred": list(cites.inferred)} if cites.inferred else {})
