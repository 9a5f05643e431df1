"""Regimens and recommendations: every part of an order given, or said not to be stated; doses checked."""

from fractions import Fraction
from typing import Literal

from guidec import ast, ir
from guidec.diagnostic import listed, nearest
from guidec.numbers import CALENDAR_WORDS, MOST_DIGITS, decimal_places, is_decimal, unit_dimension, unit_of
from guidec.resolve.expressions import condition
from guidec.resolve.scope import Scope
from guidec.resolve.typed import check_unit
from guidec.resolve.vocabulary import codes
from guidec.units import Unit, dose_divisors, without_divisor
from guidec.weights import per_unit

_ROUTES = {
    "mouth": "oral", "inhalation": "inhaled", "injection": "injected", "intravenously": "intravenous",
    "subcutaneously": "subcutaneous", "intramuscularly": "intramuscular", "topically": "topical",
    "rectally": "rectal", "sublingually": "sublingual", "transdermally": "transdermal",
}  # fmt: skip
_DRUG_PARTS = ("route", "dose", "interval", "duration")
_PROCEDURE_PARTS = ("interval", "duration")
_TIME = "time"
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
    dose = _dose(scope, parts["dose"]) if isinstance(parts.get("dose"), ast.Dose) else None  # type: ignore[arg-type]
    if action != "stop":
        _complete(scope, written, given, _PROCEDURE_PARTS if procedure else _DRUG_PARTS)
    route, times = parts.get("route"), parts.get("times")
    when = None if written.condition is None else condition(scope, written.condition)
    return ir.Order(
        step=step, action=action, drug=drug, procedure=procedure, drug_class=drug_class,
        route=_ROUTES[route.word.text] if isinstance(route, ast.Route) else None,
        dose=dose, every=_interval_of(scope, parts.get("every")),
        times=int(times.number.value) if isinstance(times, ast.Times) else None,
        lasts=_interval_of(scope, parts.get("for")), after=_interval_of(scope, parts.get("after")),
        usual=any(tail.kind == "usual" for tail in written.tails), when=when,
        preferred=prefers(scope, written.prefers), cites=scope.cite(written.cites), span=written.span,
    )  # fmt: skip


def prefers(scope: Scope, written: tuple[ast.Prefer, ...]) -> tuple[ir.Prefer, ...]:
    """What makes one alternative preferred."""
    found: list[ir.Prefer] = []
    for prefer in written:
        when = condition(scope, prefer.condition)
        if when is not None:
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
            case ast.Dose():
                name = "dose"
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
    dose = parts.get("dose")
    if isinstance(dose, ast.Dose) and _is_rate(dose):
        given.add("interval")
    for part in parts.values():
        if procedure and isinstance(part, ast.Route | ast.Dose):
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


def _is_rate(dose: ast.Dose) -> bool:
    from guidec.units import parse_unit

    assert dose.high.unit is not None
    unit = parse_unit(dose.high.unit.text)
    return isinstance(unit, Unit) and any(base == _TIME for base, _ in unit.dimension[1])


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


def interval(scope: Scope, written: ast.Interval) -> ir.Interval | None:
    """A span of time in calendar words or UCUM units."""
    if written.calendar:
        unit = CALENDAR_WORDS[written.unit.text]
    else:
        parsed = check_unit(scope, written.unit)
        if parsed is None:
            return None
        if parsed.dimension != unit_dimension("d"):
            scope.fault(
                "dimension_mismatch",
                f"`{parsed.text}` is no time",
                written.unit.span,
                "write a time, such as `8 h` or `4 weeks`",
            )
            return None
        unit = parsed.text
    if written.low.value > written.high.value:
        scope.fault(
            "bad_range", "the range ends before it begins", written.span, "write the smaller one first"
        )
        return None
    return ir.Interval(written.low.value, written.high.value, unit, written.calendar)


# --- doses -------------------------------------------------------------------


def _dose(scope: Scope, written: ast.Dose) -> ir.Dose | None:
    assert written.high.unit is not None
    unit = check_unit(scope, written.high.unit)
    if unit is None:
        return None
    if written.low.value > written.high.value:
        scope.fault(
            "bad_range",
            "the range ends before it begins",
            written.low.span.to(written.high.span),
            "write the smaller one first",
        )
        return None
    if written.of is None:
        return _flat_dose(scope, written, unit)
    return _dose_per(scope, written, unit, written.of)


def _weight_to_name(fitting: list[str]) -> str:
    """Which of several weights is the source's to say, so none is proposed before the others."""
    if len(fitting) == 1:
        return f"add `of {fitting[0]}`"
    if fitting:
        return f"add `of` and the one that the source names: {listed(fitting, 'or')}"
    return "add `of` and the input that holds it, such as `of body_weight`"


def _flat_dose(scope: Scope, written: ast.Dose, unit: Unit) -> ir.Dose | None:
    divisors = dose_divisors(unit)
    if divisors:
        fitting = [
            entry.id
            for entry in scope.inputs.values()
            if isinstance(entry.type, ir.Quantity)
            and without_divisor(unit, unit_of(entry.type.units[0].unit)) is not None
        ]
        per = divisors[0].atom + (str(-divisors[0].exponent) if divisors[0].exponent < -1 else "")
        scope.fault(
            "missing_weight",
            f"`{unit.text}` is a dose per {per}, and it isn't said of which",
            written.span,
            _weight_to_name(fitting),
        )
        return None
    if written.basis is not None:
        scope.fault(
            "misplaced_basis",
            "`basis` belongs to a dose by weight",
            written.basis_span or written.span,
            "delete it",
        )
        return None
    step = _step(scope, written, unit)
    return ir.Dose(written.form, written.low.value, written.high.value, unit.text, None, None, step)


def _step(scope: Scope, written: ast.Dose, unit: Unit) -> Fraction | None:
    """The rounding step, in the unit of the computed dose."""
    if written.rounded is None:
        return None
    assert written.rounded.unit is not None
    step = check_unit(scope, written.rounded.unit)
    if step is None:
        return None
    if step.dimension != unit.dimension or written.rounded.value <= 0:
        scope.fault(
            "dimension_mismatch",
            f"a dose in `{unit.text}` can't be rounded to this",
            written.rounded.span,
            f"write it in `{unit.text}`",
        )
        return None
    return written.rounded.value * step.factor / unit.factor


def _dose_per(scope: Scope, written: ast.Dose, unit: Unit, of: ast.Name) -> ir.Dose | None:
    entry = scope.look_up("input", of, scope.inputs)
    if entry is None:
        return None
    kind = entry.type
    if not isinstance(kind, ir.Quantity):
        scope.fault(
            "wrong_weight",
            f"`{entry.id}` is no quantity that a dose may go by",
            of.span,
            "name a weight or a body surface",
        )
        return None
    remaining = without_divisor(unit, unit_of(kind.units[0].unit))
    if remaining is None or dose_divisors(remaining):
        scope.fault(
            "wrong_weight",
            f"`{unit.text}` times `{entry.id}` in `{kind.units[0].unit}` is no dose",
            of.span,
            "check the dose's unit, or the input after `of`",
        )
        return None
    if not _right_basis(scope, written, kind, of):
        return None
    step = _step(scope, written, remaining)
    if step is None:
        _exact(scope, written, entry, kind, unit)
    return ir.Dose(
        written.form, written.low.value, written.high.value, unit.text, entry.id, written.basis, step
    )


def _right_basis(scope: Scope, written: ast.Dose, kind: ir.Quantity, of: ast.Name) -> bool:
    by_weight = unit_dimension(kind.units[0].unit) == unit_dimension("kg")
    if by_weight and written.basis is None:
        scope.fault(
            "missing_basis",
            f"does the source say that `{of.text}` is the weight to dose by?",
            of.span,
            "add `basis stated` or `basis not stated`",
        )
        return False
    if not by_weight and written.basis is not None:
        scope.fault(
            "misplaced_basis",
            f"`basis` belongs to weights, and `{of.text}` is none",
            written.basis_span or written.span,
            "delete it",
        )
        return False
    return True


def _exact(scope: Scope, written: ast.Dose, entry: ir.Input, kind: ir.Quantity, unit: Unit) -> None:
    """Every dose that can come out must be a decimal of at most 15 digits, or the author rounds."""
    for amount in {written.low.value, written.high.value}:
        for option in kind.units:
            factor = amount * per_unit(unit, unit_of(option.unit))
            parts = (option.low * factor, option.step * factor)
            largest = option.high * factor
            if not all(is_decimal(part) for part in parts):
                _needs_rounding(scope, written, entry, option.unit)
                return
            if max(decimal_places(part) for part in parts) + len(str(int(abs(largest)))) > MOST_DIGITS:
                _needs_rounding(scope, written, entry, option.unit)
                return


def _needs_rounding(scope: Scope, written: ast.Dose, entry: ir.Input, unit: str) -> None:
    scope.fault(
        "inexact_number",
        f"with `{entry.id}` in `{unit}` this dose has no exact decimal of at most {MOST_DIGITS} digits",
        written.span,
        "add `rounded to` and a step",
    )


# --- recommendations ---------------------------------------------------------


def recommendation(scope: Scope, written: ast.Recommendation) -> ir.Recommendation | None:
    """A strength, and a regimen by its name or an order in place."""
    name = written.order.thing.name
    strength = written.strength
    wording = strength.wording.text if strength.wording else ""
    cites = scope.cite(written.order.cites)
    preferred = prefers(scope, written.order.prefers)
    tails = tuple(tail for tail in written.order.tails if tail.kind != "grade")
    grades = _grades(scope, tuple(tail for tail in written.order.tails if tail.kind == "grade"))
    if name is not None and name.text in scope.regimens:
        scope.used.add(("regimen", name.text))
        if written.order.parts or tails:
            span = (written.order.parts or tails)[0].span
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
    bare = ast.Order(written.order.thing, written.order.parts, tails, None, (), (), written.order.span)
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
    strengths = [_STRENGTHS[part] for part in parts if part in _STRENGTHS]
    certainties = [_CERTAINTIES[part] for part in parts if part in _CERTAINTIES]
    unknown = next((part for part in parts if part not in _STRENGTHS and part not in _CERTAINTIES), None)
    if unknown is not None:
        certain = f"{unknown} certainty"
        known = (*_STRENGTHS, *_CERTAINTIES)
        repair = nearest(certain if certain in known else unknown, known) or f"known: {listed(known)}"
        scope.fault("unknown_value", f"GRADE has no `{unknown}`", written.span, repair)
    elif len(strengths) > 1 or len(certainties) > 1:
        message = "this grade says the same part twice"
        scope.fault("misplaced_part", message, written.span, "write one strength and one certainty")
    else:
        return ir.Grade(strengths[0] if strengths else None, certainties[0] if certainties else None)
    return None
