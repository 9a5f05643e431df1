"""Diagnostics of a guideline to JSON and back, without lines: each is kept with the part of the guideline that it points at.

So it is told wherever that part stands now.
"""

from collections.abc import Sequence
from typing import Any

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.record import parts, record
from guidec.source import Span


@record
class Places:
    """Where each part stands, in the order of the parts; and for each the first that stands in the same place."""

    spans: tuple[Span, ...]
    first: tuple[int, ...]


def places_of(guideline: ir.Guideline) -> Places:
    spans = tuple(one.span for one in parts(guideline) if hasattr(one, "span"))
    known: dict[Span, int] = {}
    return Places(spans, tuple(known.setdefault(span, at) for at, span in enumerate(spans)))


def unplaced(places: Places, found: Sequence[Diagnostic]) -> list[list[object]] | None:
    """Diagnostics as JSON; None where one points at no part."""
    known = {places.spans[at]: at for at in dict.fromkeys(places.first)}
    if any(one.span not in known for one in found):
        return None
    return [
        [one.code, one.message, known[one.span], one.repair, one.severity, one.example, one.patient]
        for one in found
    ]


def placed(places: Places, kept: Any) -> list[Diagnostic] | None:
    """The diagnostics where their parts stand now; None where this isn't what `unplaced` gave."""
    found: list[Diagnostic] = []
    for one in kept if isinstance(kept, list) else [None]:
        match one:
            case [
                str(code),
                str(message),
                int(at),
                str(repair),
                "error" | "warning" | "note" as severity,
                str(example),
                str(patient),
            ] if 0 <= at < len(places.spans):
                found.append(Diagnostic(code, message, places.spans[at], repair, severity, example, patient))
            case _:
                return None
    return found
