"""A plan to CSV: a row an entry, then a row for whatever has no date; no cell is a formula to a spreadsheet."""

import csv
import io

from guidec import ir
from guidec.plan.entries import Entry, Open, Plan
from guidec.plan.show import choice_words, strength_words
from guidec.wording import label_of

COLUMNS = (
    "date_from", "date_to", "last_from", "last_to", "kind", "what", "dose", "low", "high", "unit", "route", "every", "number",
    "ends", "choice", "strength", "needs", "notes", "statements", "inferred", "id",
)  # fmt: skip


def plan_csv(guideline: ir.Guideline, plan: Plan) -> str:
    """`date_from` to `date_to` is when it begins or is due, `last_from` to `last_to` its last day."""
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    rows = [*(_entry(guideline, one) for one in plan.entries), *(_open(guideline, one) for one in plan.open)]
    for row in rows:
        writer.writerow([_plain(str(row.get(column, ""))) for column in COLUMNS])
    return stream.getvalue()


def _plain(text: str) -> str:
    """Text that a spreadsheet takes for text: one that begins as a formula does gets an apostrophe before it."""
    return (
        f"'{text}"
        if text.lstrip().startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r"))
        else text
    )


def _entry(guideline: ir.Guideline, one: Entry) -> dict[str, object]:
    row: dict[str, object] = {
        "date_from": one.first.earliest,
        "date_to": one.first.latest,
        "kind": one.kind,
        "what": f"{one.action} {one.label}".strip(),
        "dose": one.dose,
        "route": one.route,
        "every": one.every,
        "number": one.number,
        "ends": one.ends,
        "choice": choice_words(guideline, one),
        "strength": strength_words(one),
        "needs": " ".join(one.needs),
        "notes": "; ".join(one.notes),
        "statements": " ".join(one.statements),
        "inferred": " ".join(one.inferred),
        "id": one.id,
    }
    if one.last is not None:
        row |= {"last_from": one.last.earliest, "last_to": one.last.latest}
    if one.amount is not None:
        row |= {"low": one.amount.low, "high": one.amount.high, "unit": one.amount.unit}
    return row


def _open(guideline: ir.Guideline, one: Open) -> dict[str, object]:
    provided = f" (if {label_of(guideline.items, one.provided)} is chosen)" if one.provided else ""
    return {
        "kind": one.kind,
        "what": f"{one.what}{provided}",
        "needs": " ".join(one.needs),
        "notes": one.why,
        "statements": " ".join(one.statements),
        "inferred": " ".join(one.inferred),
        "id": one.id,
    }
