"""Verdicts on mutations to a table, to places in the text, and to JSON."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from guidec.diagnostic import Diagnostic
from guidec.mutants.changes import KINDS
from guidec.mutants.verdicts import Mutant

Json = dict[str, Any]

VERDICTS = ("scenario", "proof", "equivalent", "alive", "unknown")
_HEADS = ("kind", "by scenario", "by proof", "equivalent", "alive", "unknown", "killed")


def unnoticed(mutants: Sequence[Mutant]) -> list[Diagnostic]:
    """Each change that nobody notices, at its place, with a patient for whom it matters."""
    return [_unnoticed(one) for one in mutants if one.verdict in ("alive", "unknown")]


def _unnoticed(one: Mutant) -> Diagnostic:
    lines = [*(f"- {line.strip()}" for line in one.before), *(f"+ {line.strip()}" for line in one.after)]
    message = f"no scenario and no proof notices this change ({one.kind})"
    if one.verdict == "unknown":
        message = f"whether anybody notices this change ({one.kind}) is not known: {one.by}"
        repair = "write a scenario for a patient whom it concerns"
    elif one.scenario:
        lines += ["", *one.scenario.rstrip("\n").split("\n")]
        repair = "add this scenario, or expect more in one that is there"
    else:
        repair = f"no expectation of this patient says it: {one.differs[0] if one.differs else 'only words differ'}"
    return Diagnostic("unnoticed_change", message, one.span, repair, "error", "\n".join(lines))


def table(mutants: Sequence[Mutant]) -> str:
    """How many changes of each kind came to which end; `killed` leaves out those that are equivalent."""
    counts: Counter[tuple[str, str]] = Counter((one.kind, one.verdict) for one in mutants)
    rows: list[tuple[str, ...]] = [_HEADS]
    for kind in KINDS:
        numbers = [counts[kind, verdict] for verdict in VERDICTS]
        if any(numbers):
            rows.append((kind, *(str(number or "") for number in numbers), _share(numbers)))
    totals = [sum(counts[kind, verdict] for kind in KINDS) for verdict in VERDICTS]
    rows.append(("all", *map(str, totals), _share(totals)))
    widths = [max(len(row[at]) for row in rows) for at in range(len(_HEADS))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def _share(numbers: Sequence[int]) -> str:
    """The share that is killed of those that mean something else; rounded down, so that 100 % are all."""
    scenario, proof, _, alive, unknown = numbers
    killed = scenario + proof
    whole = killed + alive + unknown
    return f"{killed * 100 // whole} %" if whole else "-"


def as_json(path: str, mutants: Sequence[Mutant]) -> Json:
    """One file: counts by kind, and every mutant."""
    counts: Counter[tuple[str, str]] = Counter((one.kind, one.verdict) for one in mutants)
    return {
        "file": path,
        "counts": {verdict: sum(one.verdict == verdict for one in mutants) for verdict in VERDICTS},
        "kinds": {
            kind: {verdict: counts[kind, verdict] for verdict in VERDICTS}
            for kind in KINDS
            if any(counts[kind, verdict] for verdict in VERDICTS)
        },
        "mutants": [_mutant(one) for one in mutants],
    }


def _mutant(one: Mutant) -> Json:
    return {
        "kind": one.kind,
        "file": one.span.file,
        "line": one.span.line,
        "column": one.span.column,
        "before": list(one.before),
        "after": list(one.after),
        "verdict": one.verdict,
        "by": one.by,
        "patient": one.patient,
        "scenario": one.scenario,
        "differs": list(one.differs),
    }
