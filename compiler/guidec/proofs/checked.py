"""All that `guidec check` proves of one guideline, as diagnostics and as tables."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from guidec import ir
from guidec.diagnostic import Diagnostic, note, warning
from guidec.evaluate import Compiled
from guidec.lower.work import Lowering
from guidec.numbers import is_decimal, plain_number
from guidec.proofs.amounts import DailyAmount, daily_amounts
from guidec.proofs.grounds import parts_of
from guidec.proofs.missing import Want, wants
from guidec.proofs.properties import Verdict, prove
from guidec.proofs.remembered import Store
from guidec.proofs.whole import check_whole
from guidec.record import record

Json = dict[str, Any]
Tell = Callable[[str], None]


@record
class Checked:
    """The verdicts on what the author says of all patients, and everything that is to be told."""

    guideline: str
    verdicts: tuple[Verdict, ...]
    diagnostics: tuple[Diagnostic, ...]


@record
class Report:
    """What a reader wants to see of one guideline beside its faults."""

    checked: Checked
    amounts: tuple[DailyAmount, ...]
    wants: tuple[Want, ...]


def check(
    compiled: Compiled,
    work: Lowering,
    properties: Iterable[ir.Property],
    tell: Tell = lambda stage: None,
    store: Store | None = None,
) -> Checked:
    """Prove what is said of a guideline without faults, and look at all of it. A store knows what was found before."""
    name = compiled.guideline.id
    tell(f"looking for what {name} says in vain")
    found = check_whole(work, store)
    verdicts, faults = prove(compiled, properties, tell, work.solver, store)
    found += faults
    found += [one for verdict in verdicts for one in _told(verdict)]
    return Checked(name, tuple(verdicts), tuple(found))


def report(
    compiled: Compiled,
    work: Lowering,
    checked: Checked,
    tell: Tell = lambda stage: None,
    store: Store | None = None,
) -> Report:
    """The tables: how much of each drug, and for want of which input a decision stays open."""
    parts = parts_of(work, store)
    tell(f"measuring the drugs of {checked.guideline}")
    amounts = daily_amounts(parts)
    tell(f"asking for want of what {checked.guideline} stays open")
    return Report(checked, tuple(amounts), tuple(wants(compiled, parts)))


def _told(verdict: Verdict) -> list[Diagnostic]:
    claim, name = verdict.claim, verdict.property
    match verdict.answer.kind:
        case "refuted":
            example = f"this patient breaks it:\n{verdict.scenario}{verdict.beside}"
            patient = json.dumps(verdict.answer.patient, ensure_ascii=False)
            message = f"`{name}` does not hold: {claim.text}"
            repair = "mend the guideline, or what the property says"
            return [Diagnostic("property_refuted", message, claim.span, repair, "error", example, patient)]
        case "unknown":
            message = f"`{name}` is neither proven nor refuted: {verdict.answer.reason}"
            return [
                warning("property_unknown", message, claim.span, "narrow it with `when`, or leave it out")
            ]
        case _ if verdict.about_nobody:
            message = f"`{name}` is about nobody: {verdict.remark}"
            return [warning("property_about_nobody", message, claim.span, "mend its condition")]
        case _ if verdict.remark:
            message = f"`{name}` is proven for the doses that are stated; {verdict.remark}"
            return [note("property_in_part", message, claim.span, "nothing needs mending")]
        case _:
            return []


# --- shown -------------------------------------------------------------------


def report_text(found: Report) -> str:
    """The tables as text."""
    lines: list[str] = []
    if found.checked.verdicts:
        lines += [f"{found.checked.guideline}: what is said of all patients"]
        lines += _columns(
            [(one.answer.kind.upper(), one.property, one.claim.text) for one in found.checked.verdicts]
        )
    if found.amounts:
        lines += ["", f"{found.checked.guideline}: how much of each drug a day, over all patients in range"]
        lines += _columns([(one.drug, " + ".join(one.within), _amount_text(one)) for one in found.amounts])
    if found.wants:
        lines += ["", f"{found.checked.guideline}: what stays open for want of one input"]
        for want in found.wants:
            more = f" and {want.more} more" if want.more else ""
            more += "" if want.answer.patient is not None else f" (perhaps: {want.answer.reason})"
            lines += [
                f"  {want.decision} without {want.input}{more}:",
                *(f"    {one}" for one in want.groups),
            ]
    return "\n".join(lines).strip() + "\n" if lines else ""


def _columns(rows: list[tuple[str, str, str]]) -> list[str]:
    widths = [max(len(row[at]) for row in rows) for at in (0, 1)]
    return [f"  {first:{widths[0]}}  {second:{widths[1]}}  {third}" for first, second, third in rows]


def _amount_text(one: DailyAmount) -> str:
    if one.why:
        return f"no number: {one.why}"
    low, high = (f"{_number(value):g}" for value in (one.low, one.high))
    text = low if low == high else f"{low} to {high}"
    return f"{'up to ' if one.below else ''}{text} {one.unit}{' or more' if one.above else ''}"


def _number(value: Any) -> float | int:
    return plain_number(value) if is_decimal(value) else float(value)


def verdict_json(one: Verdict) -> Json:
    """A verdict for programs: `proven`, `refuted` with a patient, or `unknown` with a reason."""
    found: Json = {
        "property": one.property,
        "claim": one.claim.text,
        "verdict": one.answer.kind,
        "file": one.claim.span.file,
        "line": one.claim.span.line,
        "statements": list(one.statements),
    }
    if one.answer.patient is not None:
        found |= {"patient": one.answer.patient, "scenario": one.scenario}
    if one.answer.reason or one.remark:
        found["reason"] = one.answer.reason or one.remark
    return found


def report_json(found: Report) -> Json:
    """The tables for programs. An amount without a number has a `why`."""
    amounts = [
        {"drug": one.drug, "within": list(one.within), "why": one.why}
        if one.why
        else {
            "drug": one.drug,
            "within": list(one.within),
            "low": _number(one.low),
            "high": _number(one.high),
            "unit": one.unit,
            **({"open": "above"} if one.above else {}),
            **({"from": "nothing"} if one.below else {}),
        }
        for one in found.amounts
    ]
    missing = [
        {
            "decision": one.decision,
            "input": one.input,
            "for": list(one.groups),
            "more": one.more,
            **(
                {"patient": one.answer.patient}
                if one.answer.patient is not None
                else {"verdict": one.answer.kind}
            ),
        }
        for one in found.wants
    ]
    return {
        "guideline": found.checked.guideline,
        "properties": [verdict_json(one) for one in found.checked.verdicts],
        "daily_amounts": amounts,
        "open_without": missing,
    }
