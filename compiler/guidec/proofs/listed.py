"""Coverage as text for a person and as JSON for a program."""

from collections.abc import Iterable
from typing import Any

from guidec.proofs.coverage import KINDS, Coverage, percent
from guidec.proofs.written import given

MOST_LISTED = 200
MOST_ROWS_LISTED = 10


def coverage_text(path: str, scenarios: int, coverage: Coverage) -> str:
    """How much of each kind is met, then what is missing and who would meet it."""
    lines = [f"{path}: {scenarios} scenario{'' if scenarios == 1 else 's'}"]
    for kind in KINDS:
        lines.append(_share(kind, *coverage.of(kind)))
    lines.append(_share("all of these but rows", *coverage.of()))
    lines += _left_out(coverage)
    lines += [f"  not measured: {one}" for one in coverage.measure.beyond]
    missing = [(at, answer) for at, answer in coverage.missing.items() if answer.kind != "proven"]
    rows = [one for one in missing if coverage.measure.items[one[0]].kind == "rows"]
    listed = [one for one in missing if one not in rows][:MOST_LISTED] + rows[:MOST_ROWS_LISTED]
    for at, answer in listed:
        item = coverage.measure.items[at]
        lines.append(f"  missing {item.kind}, line {item.span.line}, {item.of}: {item.says}")
        if answer.patient is None:
            lines.append(f"    UNKNOWN: {answer.reason}")
        else:
            entries = given(coverage.measure.work.guideline, answer.patient)
            lines.append(f"    given {'; '.join(entries) or 'nothing'}")
    if len(missing) > len(listed):
        lines.append(f"  … and {len(missing) - len(listed)} more: see --format json")
    return "\n".join(lines)


def coverage_json(path: str, scenarios: int, coverage: Coverage) -> dict[str, Any]:
    """The same, nothing left out."""
    measure = coverage.measure
    shares = {kind: coverage.of(kind) for kind in KINDS} | {"all": coverage.of()}
    return {
        "file": path,
        "guideline": measure.work.guideline.id,
        "scenarios": scenarios,
        "coverage": {
            name: {"met": met, "of": of, "percent": percent(met, of)} for name, (met, of) in shares.items()
        },
        "missing": [
            {
                **_item(coverage, at),
                "verdict": "unknown" if answer.patient is None else "missing",
                "patient": answer.patient,
                "reason": answer.reason,
            }
            for at, answer in coverage.missing.items()
            if answer.kind != "proven"
        ],
        "nobody": [_item(coverage, at) for at, answer in coverage.missing.items() if answer.kind == "proven"],
        "not_measured": list(measure.beyond),
    }


def _item(coverage: Coverage, at: int) -> dict[str, Any]:
    item = coverage.measure.items[at]
    return {"kind": item.kind, "of": item.of, "says": item.says, "line": item.span.line}


def _share(name: str, met: int, of: int) -> str:
    share = "nothing to meet" if not of else f"{met:5} of {of:5}  {percent(met, of):5.1f} %"
    return f"  {name:22}{share}"


def _left_out(coverage: Coverage) -> Iterable[str]:
    """What nobody can meet does not count, and is said."""
    nobody = [coverage.measure.items[at] for at, one in coverage.missing.items() if one.kind == "proven"]
    counts = [(kind, sum(item.kind == kind for item in nobody)) for kind in KINDS]
    words = ", ".join(f"{count} {kind}" for kind, count in counts if count)
    return [f"  left out, because nobody can meet them: {words}"] if words else []
