"""The register's account: what became of each statement of each source."""

from dataclasses import fields
from typing import Any

from guidec import ir
from guidec.record import parts
from guidec.source import Span


def account(guideline: ir.Guideline, cited: dict[str, tuple[Span, ...]]) -> list[dict[str, Any]]:
    """One entry a statement: `encoded` where a declaration cites it, else `documented`, `set_aside` or `missing`."""
    kinds = {id: one for one in guideline.accounts for id in one.statements}
    encoded = _encoded(guideline)
    found: list[dict[str, Any]] = []
    for source in guideline.sources:
        for statement in source.statements:
            listed = kinds.get(statement.id)
            status = "encoded" if statement.id in encoded else listed.kind if listed else "missing"
            where = [f"{span.file}:{span.line}" for span in cited.get(statement.id, ())]
            reason = listed.reason if listed is not None and status != "encoded" else ""
            found.append(
                {"source": source.id, "id": statement.id, "status": status, "where": where, "reason": reason}
            )
    return found


def _encoded(guideline: ir.Guideline) -> set[str]:
    """The statements that some declaration cites."""
    declared = [
        getattr(guideline, one.name) for one in fields(guideline) if one.name not in ("accounts", "sources")
    ]
    cites = [one for one in parts(*declared) if isinstance(one, ir.Citation)]
    return {id for one in cites for id in one.statements + one.inferred}
