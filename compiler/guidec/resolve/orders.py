"""Regimens and recommendations: every part of an order given, or said not to be stated."""

from dataclasses import replace
from typing import Literal, TypeVar

from guidec import ast, ir
from guidec.diagnostic import listed, nearest
from guidec.resolve.doses import dose, dose_in_bands
from guidec.resolve.expressions import condition
from guidec.resolve.infusions import infusion
from guidec.resolve.scope import Scope
from guidec.resolve.spans import interval
from guidec.resolve.tapers import tapers
from guidec.resolve.vocabulary import codes
from guidec.units import Unit, parse_unit, without_time

ROUTES = {
    "mouth": "oral", "inhalation": "inhaled", "injection": "injected", "intravenously": "intravenous",
    "subcutaneously": "subcutaneous", "intramuscularly": "intramuscular", "topically": "topical",
    "rectally": "rectal", "sublingually": "sublingual", "transdermally": "transdermal",
}  # fmt: skip
_DRUG_PARTS = ("route", "dose", "interval", "duration")
_PROCEDURE_PARTS = ("interval", "duration")
_Action = Literal["start", "add", "switch", "add_or_switch", "repeat", "stop"]


def regimen(scope: Scope, written: ast.Regimen) -> None:
    """A regimen; its lines are numbered into steps."""
    if not scope.declare("regimen", written.name, scope.regimens):
        return
    scope.check_not_kept("regimen", written.name)
    cites = scope.cite(written.cites)
    lines = [line for line in written.lines if isinstance(line, ast.OrderLine)]
    nothing = [line for line in written.lines if isinstance(line, ast.GiveNothing)]
    if bool(lines) == bool(nothing):
        span = nothing[0].span if nothing else written.name.span
        message = (
            f"`{written.name.text}` gives nothing and something"
            if lines
            else f"`{written.name.text}` has no order"
        )
        scope.fault("incomplete_order", message, span, "write order lines, or `give nothing` alone")
    notes = tuple(
        ir.Note(line.text.text, scope.cite(line.cites))
        for line in written.lines
        if isinstance(line, ast.Note)
    )
    own = codes(scope, tuple(line for line in written.lines if isinstance(line, ast.Code)))
    scope.regimens[written.name.text] = ir.Regimen(
        written.name.text, written.label.text, order_lines(scope, lines), notes, cites, own, written.name.span
    )


def order_lines(scope: Scope, lines: list[ast.OrderLine]) -> tuple[ir.Order | ir.Choice, ...]:
    """Order lines with their steps: `give` and `with` stay in a step, `then` opens the next."""
    orders: list[ir.Order | ir.Choice] = []
    step = 1
    for line in lines:
        if line.lead == "then" and orders:
            step += 1
        at = 0 if line.lead == "not stated" else step
        found = (
            _choice(scope, line.order, at)
            if isinstance(line.order, ast.Choice)
            else order(scope, line.order, at)
        )
        if found is not None:
            orders.append(found)
    return tuple(orders)


def _choice(scope: Scope, written: ast.Choice, step: int) -> ir.Choice | None:
    options = [order(scope, alternative, step) for alternative in written.alternatives]
    for tail in written.tails:
        scope.fault(
            "misplaced_part",
            "this belongs to one of the drugs below",
            tail.span,
            "move it to the line of the drug",
        )
    usual = [one for one in options if one is not None and one.usual]
    if len(usual) > 1:
        scope.fault(
            "misplaced_part",
            "two of the alternatives are `usual`",
            usual[1].span,
            "keep the one that the source names",
        )
    when = None if written.condition is None else condition(scope, written.condition)
    kept = tuple(option for option in options if option is not None)
    return (
        ir.Choice(step, written.open, kept, when, scope.cite(written.cites), written.span)
        if len(kept) == len(options)
        else None
    )


def order(scope: Scope, written: ast.Order, step: int) -> ir.Order | None:
    """One order of a drug or a procedure, its parts complete."""
    thing = written.thing
    drug: str | None = None
    procedure: str | None = None
    drug_class: str | None = None
    if thing.name is None:
        if (
            thing.drug_class is not None
            and scope.look_up("drug class", thing.drug_class, scope.classes) is not None
        ):
            drug_class = thing.drug_class.text
    elif thing.name.text in scope.drugs:
        drug = thing.name.text
        scope.used.add(("drug", drug))
    elif thing.name.text in scope.procedures:
        procedure = thing.name.text
        scope.used.add(("procedure", procedure))
    else:
        known = [*scope.drugs, *scope.procedures]
        scope.unknown("drug or procedure", thing.name, known)
        return None
    parts = _parts(scope, written)
    action = _action(scope, written.tails)
    for tail in written.tails:
        if tail.kind == "grade":
            message = "a grade belongs to a recommendation, not to one of its orders"
            scope.fault("misplaced_part", message, tail.span, "move it to the line that recommends this")
    given = _given(scope, written, parts, procedure is not None)
    if action != "stop":
        _complete(scope, written, given, _PROCEDURE_PARTS if procedure else _DRUG_PARTS)
    _check_details(scope, written, parts, procedure is not None)
    route, times = parts.get("route"), parts.get("times")
    when = None if written.condition is None else condition(scope, written.condition)
    amount = _dose(scope, written, parts.get("dose"), drug)
    found = ir.Order(
        step=step, action=action, drug=drug, procedure=procedure, drug_class=drug_class,
        route=ROUTES[route.word.text] if isinstance(route, ast.Route) else None,
        dose=amount, every=_interval_of(scope, parts.get("every")),
        times=int(times.number.value) if isinstance(times, ast.Times) else None,
        lasts=_interval_of(scope, parts.get("for")), after=_interval_of(scope, parts.get("after")),
        usual=any(tail.kind == "usual" for tail in written.tails), when=when,
        preferred=prefers(scope, written.details), cites=scope.cite(written.cites),
        infusion=infusion(scope, parts, _of(written, ast.Rate), amount), held=_held(scope, _of(written, ast.Held)),
        span=written.span,
    )  # fmt: skip
    return replace(
        found, tapers=tapers(scope, found, _of(written, ast.Taper), "dose" in parts and found.dose is None)
    )


Kind = TypeVar("Kind")


def _of(written: ast.Order, kind: type[Kind]) -> list[Kind]:
    return [one for one in written.details if isinstance(one, kind)]


def _dose(
    scope: Scope, written: ast.Order, part: ast.Part | None, drug: str | None
) -> ir.Dose | ir.DoseInBands | None:
    match part:
        case ast.Dose():
            return dose(scope, part, drug)
        case ast.DoseBy():
            return dose_in_bands(scope, part, _of(written, ast.DoseBand), drug)
        case _:
            return None


def _check_details(scope: Scope, written: ast.Order, parts: dict[str, ast.Part], procedure: bool) -> None:
    """Bands need `dose by` above them, rates an infusion, tapers a dose."""
    for one in written.details:
        match one:
            case ast.DoseBand() if not isinstance(parts.get("dose"), ast.DoseBy):
                message, repair = (
                    "the order above doesn't say what these doses go by",
                    "add `dose by` and the input",
                )
            case ast.Rate() if not {"volume", "over"} & set(parts) and parts.get("route") is None:
                message, repair = "only an infusion has a rate", "add its route, its volume or its time"
            case ast.Rate() if procedure:
                message, repair = "a procedure has no rate", "delete it"
            case _:
                continue
        scope.fault("misplaced_part", message, one.span, repair)


def _held(scope: Scope, written: list[ast.Held]) -> tuple[ir.Held, ...]:
    """When the order is held and when it is resumed."""
    if written and all(one.kind == "resume" for one in written):
        scope.fault(
            "misplaced_part", "nothing says when this is held", written[0].span, "add `hold when` above it"
        )
    found: list[ir.Held] = []
    for one in written:
        when = condition(scope, one.condition)
        if when is not None:
            found.append(ir.Held(one.kind, when, scope.cite(one.cites)))
    return tuple(found)


def prefers(scope: Scope, written: tuple[ast.Detail, ...]) -> tuple[ir.Prefer, ...]:
    """What makes one alternative preferred."""
    found: list[ir.Prefer] = []
    for prefer in written:
        when = condition(scope, prefer.condition) if isinstance(prefer, ast.Prefer) else None
        if isinstance(prefer, ast.Prefer) and when is not None:
            found.append(
                ir.Prefer(prefer.wording.text if prefer.wording else "", when, scope.cite(prefer.cites))
            )
    return tuple(found)


def _parts(scope: Scope, written: ast.Order) -> dict[str, ast.Part]:
    parts: dict[str, ast.Part] = {}
    for part in written.parts:
        match part:
            case ast.Route():
                name = "route"
            case ast.Dose() | ast.DoseBy():
                name = "dose"
            case ast.Volume():
                name = "volume"
            case ast.Over():
                name = "over"
            case ast.Every():
                name = "every"
            case ast.Lasts():
                name = "for"
            case ast.After():
                name = "after"
            case ast.Times():
                name = "times"
        if name in parts:
            scope.fault("misplaced_part", f"the {name} of this order is given twice", part.span, "delete one")
        parts[name] = part
    return parts


def _action(scope: Scope, tails: tuple[ast.Tail, ...]) -> _Action:
    actions = [tail for tail in tails if tail.kind == "action"]
    if len(actions) > 1:
        scope.fault("misplaced_part", "an order has one action", actions[1].span, "delete one")
    action: _Action = actions[0].word if actions else "start"  # type: ignore[assignment]  # the grammar's words
    return action


def _given(scope: Scope, written: ast.Order, parts: dict[str, ast.Part], procedure: bool) -> set[str]:
    """The parts that the order gives or says are not stated."""
    given = {
        "interval" if name == "every" else "duration" if name in ("for", "times") else name for name in parts
    }
    if _is_rate(parts.get("dose"), written):
        given.add("interval")
    for part in parts.values():
        if procedure and isinstance(part, ast.Route | ast.Dose | ast.DoseBy | ast.Volume | ast.Over):
            scope.fault("misplaced_part", "a procedure has no route and no dose", part.span, "delete it")
    for tail in written.tails:
        if tail.kind != "not_stated":
            continue
        if tail.word == "rest":
            given.update(_DRUG_PARTS)
        elif tail.word in given and not (tail.word == "interval" and "every" not in parts):
            scope.fault(
                "misplaced_part",
                f"the {tail.word} is given, and said not to be stated",
                tail.span,
                "delete one of the two",
            )
        else:
            given.add(tail.word)
    return given


def _is_rate(part: ast.Part | None, written: ast.Order) -> bool:
    """Whether the dose is an amount per time, in every band."""
    doses = (
        [part]
        if isinstance(part, ast.Dose)
        else [band.dose for band in _of(written, ast.DoseBand) if band.dose]
    )
    units = [parse_unit(one.high.unit.text) for one in doses if one.high.unit is not None]
    return bool(units) and all(isinstance(unit, Unit) and without_time(unit) is not None for unit in units)


def _complete(scope: Scope, written: ast.Order, given: set[str], needed: tuple[str, ...]) -> None:
    missing = [part for part in needed if part not in given]
    if missing:
        name = written.thing.name.text if written.thing.name else "drug not stated"
        repair = (
            "; ".join(f"{part} not stated" for part in missing) if len(missing) == 1 else "rest not stated"
        )
        scope.fault(
            "incomplete_order",
            f"the order of `{name}` says nothing of its {listed(missing).replace('`', '')}",
            written.span,
            f"give {'it' if len(missing) == 1 else 'them'}, or add `; {repair}`",
        )


def _interval_of(scope: Scope, part: ast.Part | None) -> ir.Interval | None:
    return interval(scope, part.interval) if isinstance(part, ast.Every | ast.Lasts | ast.After) else None


# --- recommendations ---------------------------------------------------------


def recommendation(scope: Scope, written: ast.Recommendation) -> ir.Recommendation | None:
    """A strength, and a regimen by its name or an order in place."""
    name = written.order.thing.name
    strength = written.strength
    wording = strength.wording.text if strength.wording else ""
    cites = scope.cite(written.order.cites)
    preferred = prefers(scope, written.order.details)
    details = tuple(one for one in written.order.details if not isinstance(one, ast.Prefer))
    tails = tuple(tail for tail in written.order.tails if tail.kind != "grade")
    grades = _grades(scope, tuple(tail for tail in written.order.tails if tail.kind == "grade"))
    if name is not None and name.text in scope.regimens:
        scope.used.add(("regimen", name.text))
        if written.order.parts or tails or details:
            span = (*written.order.parts, *tails, *details)[0].span
            scope.fault(
                "misplaced_part",
                f"`{name.text}` is a regimen; its orders stand there",
                span,
                "move this to the regimen",
            )
        found = scope.regimens[name.text]
        return ir.Recommendation(
            found.id,
            found.label,
            strength.direction,
            strength.word,
            wording,
            found.id,
            (),
            preferred,
            cites,
            grades,
            written.span,
        )
    if name is not None and name.text not in scope.drugs and name.text not in scope.procedures:
        known = [*scope.regimens, *scope.drugs, *scope.procedures]
        scope.unknown("regimen, drug or procedure", name, known, "declare it with `regimen`")
        return None
    if name is None:
        scope.fault(
            "incomplete_order", "a recommendation needs a name", written.span, "declare a regimen for it"
        )
        return None
    bare = ast.Order(written.order.thing, written.order.parts, tails, None, (), details, written.order.span)
    inline = order(scope, bare, 1)
    if inline is None:
        return None
    label = (scope.drugs.get(name.text) or scope.procedures[name.text]).label
    return ir.Recommendation(
        name.text,
        label,
        strength.direction,
        strength.word,
        wording,
        None,
        (inline,),
        preferred,
        cites,
        grades,
        written.span,
    )


_STRENGTHS: dict[str, Literal["strong", "weak"]] = {
    "strong": "strong", "weak": "weak", "conditional": "weak",
}  # fmt: skip
_CERTAINTIES: dict[str, Literal["high", "moderate", "low", "very low"]] = {
    "high certainty": "high", "moderate certainty": "moderate", "low certainty": "low",
    "very low certainty": "very low",
}  # fmt: skip


def _grades(scope: Scope, written: tuple[ast.Tail, ...]) -> tuple[ir.Grade, ...]:
    """The grade of a recommendation, if it has one."""
    if len(written) > 1:
        scope.fault("misplaced_part", "a recommendation has one grade", written[1].span, "delete one")
    found = [grade(scope, tail) for tail in written]
    return tuple(one for one in found if one is not None)


def grade(scope: Scope, written: ast.Tail) -> ir.Grade | None:
    """`strong, moderate certainty`; either part may be missing. GRADE calls a weak recommendation conditional too."""
    parts = written.word.split(", ")
    unknown = next((part for part in parts if part not in _STRENGTHS and part not in _CERTAINTIES), None)
    if unknown is not None:
        certain = f"{unknown} certainty"
        known = (*_STRENGTHS, *_CERTAINTIES)
        repair = nearest(certain if certain in known else unknown, known) or f"known: {listed(known)}"
        scope.fault("unknown_value", f"GRADE has no `{unknown}`", written.span, repair)
    elif any(sum(part in known for part in parts) > 1 for known in (_STRENGTHS, _CERTAINTIES)):
        message = "this grade says the same part twice"
        scope.fault("misplaced_part", message, written.span, "write one strength and one certainty")
    else:
        strength: Literal["strong", "weak"] | None = None
        certainty: Literal["high", "moderate", "low", "very low"] | None = None
        for part in parts:
            if part in _STRENGTHS:
                strength = _STRENGTHS[part]
            else:
                certainty = _CERTAINTIES[part]
        return ir.Grade(strength, certainty)
    return None
