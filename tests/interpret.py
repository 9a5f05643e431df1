"""A second meaning, written from the rules of the language alone: a complete patient walks the author's tree.

Nothing is shared with the evaluator: no rows, no cells, no search. Partial patients are all their completions, one by
one. It is slow and small, and the judge of everything that is fast.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, localcontext
from fractions import Fraction
from functools import partial
from itertools import combinations, product
from math import ceil, floor
from typing import Any

from guidec import ir
from guidec.units import Unit, convert, parse_unit


@dataclass(frozen=True, slots=True)
class Amount:
    """A quantity as entered."""

    value: Fraction
    unit: str


Value = str | frozenset[str] | Fraction | date | Amount
"""A name (`yes` and `no` for a Boolean), a set, a whole number or count of calendar units, a date, a quantity."""

Outcome = tuple[Any, ...]
"""(status, recommendations, answers): what makes two outcomes equal, and nothing else."""

GATES = ("not_applicable", "out_of_scope")
NOTHING: Outcome = ("determined", (), ())


@dataclass(frozen=True)
class Patient:
    """Every input has a value and every reading is read in one way."""

    values: dict[str, Value]
    readings: dict[str, str]
    known: dict[tuple[str, bool], Any] = field(default_factory=dict, compare=False)
    """What definitions are, once computed; the flag tells whether anything is avoided."""


@dataclass(frozen=True)
class Answer:
    """What the record says and what the answer prescribes: only rules may ask these."""

    entered: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    prescribed: Mapping[tuple[str, ...], bool] = field(default_factory=dict)


NO_ANSWER = Answer()


# --- domains -----------------------------------------------------------------


def domain(entry: ir.Input) -> list[Value]:
    """Every value that may be entered."""
    values: list[Value] = []
    match entry.type:
        case ir.Boolean():
            values += ["no", "yes"]
        case ir.OneOf(options):
            values += [option.id for option in options]
        case ir.AnyOf(options):
            ids = [option.id for option in options]
            values += [frozenset(some) for count in range(len(ids) + 1) for some in combinations(ids, count)]
        case ir.Integer(low, high) | ir.Duration(_, low, high):
            values += [Fraction(number) for number in range(low, high + 1)]
        case ir.Quantity(units):
            for unit in units:
                value = unit.low
                while value <= unit.high:
                    values.append(Amount(value, unit.unit))
                    value += unit.step
        case ir.Date(low_day, high_day):
            day = date.fromisoformat(low_day)
            while day <= date.fromisoformat(high_day):
                values.append(day)
                day += timedelta(1)
    return values + [one.id for one in entry.named]


def completions(guideline: ir.Guideline, record: Mapping[str, tuple[Value, ...]]) -> Iterator[Patient]:
    """Each blank by each value of its domain, each reading in each way; not what is declared impossible."""
    names = [entry.id for entry in guideline.inputs]
    choices = [record[name] for name in names]
    ways = [[value.id for value in reading.values] for reading in guideline.readings]
    for values in product(*choices):
        for read in product(*ways):
            patient = Patient(
                dict(zip(names, values, strict=True)),
                dict(zip((reading.id for reading in guideline.readings), read, strict=True)),
            )
            if not any(holds(guideline, one.condition, patient) for one in guideline.impossible):
                yield patient


# --- conditions --------------------------------------------------------------


def holds(
    guideline: ir.Guideline, condition: ir.Condition | None, patient: Patient, answer: Answer = NO_ANSWER
) -> bool:
    """Whether a condition is true. The compiler has seen to it that a named value never leaves it open."""
    if condition is None:
        return True
    found = truth(guideline, condition, patient, answer)
    assert found is not None, "a named value was compared with a number"
    return found


def truth(guideline: ir.Guideline, condition: ir.Condition, patient: Patient, answer: Answer) -> bool | None:
    """None where a value such as `never` is compared with a number and nothing else decides."""

    def of(one: ir.Condition) -> bool | None:
        return truth(guideline, one, patient, answer)

    match condition:
        case ir.Always(value):
            return value
        case ir.Not(operand):
            inner = of(operand)
            return None if inner is None else not inner
        case ir.And(operands):
            found = [of(operand) for operand in operands]
            return False if False in found else None if None in found else True
        case ir.Or(operands):
            found = [of(operand) for operand in operands]
            return True if True in found else None if None in found else False
        case ir.Is(name, values):
            return patient.values[name] in values
        case ir.Includes(name, members):
            held = patient.values[name]
            assert isinstance(held, frozenset)
            return any(member in held for member in members)
        case ir.Compare():
            return _compared(guideline, condition, patient)
        case ir.ReadingIs(name, values):
            return patient.readings[name] in values
        case ir.Recommends(name, outcome):
            decision = next(one for one in guideline.decisions if one.id == name)
            assert isinstance(decision, ir.Decision)
            status, recommendations, _ = decide(guideline, decision, patient)
            return status == "determined" and any(
                one[0] == outcome and one[1] == "for" for one in recommendations
            )
        case ir.Defined(name):
            inner_condition = _definition(guideline, name).condition
            assert inner_condition is not None
            return of(inner_condition)
        case ir.InBand(name, wanted):
            return any(one in wanted for one in bands(guideline, _definition(guideline, name), patient))
        case ir.Recorded(name, how):
            entered = answer.entered[name]
            if how == "blank":
                return not entered
            return len(entered) == 1 and (how == "known" or entered == ("yes",))
        case ir.Prescribed(drugs):
            return answer.prescribed[drugs]
        case ir.Gives():
            raise AssertionError("this stands in rows only")


def _definition(guideline: ir.Guideline, name: str) -> ir.Definition:
    return next(one for one in guideline.definitions if one.id == name)


def _compared(guideline: ir.Guideline, compare: ir.Compare, patient: Patient) -> bool | None:
    left = number(guideline, compare.left, patient)
    right = number(guideline, compare.right, patient)
    entered = compare.left
    while isinstance(entered, ir.DefinedNumber):
        inner = _definition(guideline, entered.definition).number
        assert inner is not None
        entered = inner
    if isinstance(entered, ir.Measure) and compare.others:
        value = patient.values[entered.input]
        if isinstance(value, Amount):
            right = _threshold_for(value.unit, (compare.right, *compare.others))
    if left is None or right is None:
        return None
    match compare.op:
        case "<":
            return left < right
        case "<=":
            return left <= right
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "=":
            return left == right


def _threshold_for(unit: str, printed: tuple[ir.Number, ...]) -> Fraction:
    """The threshold as it is printed for a unit, or one that converts to it."""
    constants = [one for one in printed if isinstance(one, ir.Constant)]
    for one in constants:
        if one.unit == unit:
            return _base(one.value, one.unit)
    return next(
        _base(one.value, one.unit) for one in constants if _unit(one.unit).dimension == _unit(unit).dimension
    )


_CALENDAR = {"day": 1, "week": 7, "month": 1, "year": 12}


def _unit(text: str) -> Unit:
    found = parse_unit(text)
    assert isinstance(found, Unit)
    return found


def _base(value: Fraction, unit: str) -> Fraction:
    if not unit:
        return value
    parsed = _unit(unit)
    return (value + parsed.offset) * parsed.factor


def bands(guideline: ir.Guideline, definition: ir.Definition, patient: Patient) -> tuple[str, ...]:
    """The value that a category has; those of every row that holds where a table collects them."""
    key = definition.id, bool(guideline.avoids)
    if key not in patient.known:
        patient.known[key] = _bands(guideline, definition, patient)
    found: tuple[str, ...] = patient.known[key]
    return found


def _bands(guideline: ir.Guideline, definition: ir.Definition, patient: Patient) -> tuple[str, ...]:
    category = definition.category
    assert category is not None
    by = "" if category.policy == "collect" else category.of
    held = _holding(guideline, [band.condition for band in category.bands], patient, by)
    values = [category.bands[at].value for at in held]
    if category.policy == "collect":
        return tuple(dict.fromkeys(values))
    return (_agreed(category.policy, values),)


def _holding(
    guideline: ir.Guideline, conditions: Sequence[ir.Condition | None], patient: Patient, by: str = ""
) -> list[int]:
    """The lines that hold, by their position: `otherwise`, the one without a condition, where no other does."""
    held = [
        at for at, one in enumerate(conditions) if one is not None and _chosen(guideline, by, one, patient)
    ]
    return held or [at for at, one in enumerate(conditions) if one is None]


def _agreed(policy: str, found: Sequence[Any]) -> Any:
    """What a hit policy makes of the lines that hold, where it takes one."""
    assert found, "some line holds"
    assert policy != "unique" or len(found) == 1, "the lines exclude each other"
    assert policy != "any" or all(one == found[0] for one in found), "the lines that hold agree"
    return found[0]


def number(guideline: ir.Guideline, one: ir.Number, patient: Patient) -> Fraction | None:
    """In base units; days of the calendar count from the first, days and weeks as days, months and years as months.

    None for a value such as `never`. What is no fraction, a root or a logarithm, is one of 200 digits until it is rounded.
    """

    def of(inner: ir.Number) -> Fraction | None:
        return number(guideline, inner, patient)

    match one:
        case ir.Constant(value, unit, calendar):
            return value * _CALENDAR[unit] if calendar else _base(value, unit)
        case ir.Day(text):
            return Fraction(date.fromisoformat(text).toordinal())
        case ir.Measure(name):
            kind = next(entry.type for entry in guideline.inputs if entry.id == name)
            match patient.values[name]:
                case Amount(value, unit):
                    return _base(value, unit)
                case date() as day:
                    return Fraction(day.toordinal())
                case Fraction() as count:
                    return count * _CALENDAR[kind.unit] if isinstance(kind, ir.Duration) else count
                case _:
                    return None
        case ir.DefinedNumber(name):
            key = name, bool(guideline.avoids)
            if key not in patient.known:
                inner = _definition(guideline, name).number
                assert inner is not None
                patient.known[key] = of(inner)
            defined: Fraction | None = patient.known[key]
            return defined
        case ir.Arithmetic(op, left, right):
            a, b = of(left), of(right)
            if a is None or b is None:
                return None
            return {"+": a + b, "-": a - b, "*": a * b}[op] if op != "/" else a / b
        case ir.Function(name, arguments):
            values = [of(argument) for argument in arguments]
            known = [value for value in values if value is not None]
            return _function(name, known) if len(known) == len(values) else None
        case ir.Rounded(inner, step, unit, mode, calendar):
            before = of(inner)
            return None if before is None else _rounded(before, step, unit, mode, calendar)
        case ir.Completed(word, first, last):
            a, b = of(first), of(last)
            return None if a is None or b is None else completed(word, _day(a), _day(b)) * _CALENDAR[word]
        case ir.Shifted(day, by, months, overflow):
            a, b = of(day), of(by)
            return None if a is None or b is None else shifted(_day(a), b, months, overflow)
        case ir.Case(policy, by_name, arms):
            held = _holding(guideline, [arm.condition for arm in arms], patient, by_name)
            chosen = [of(arms[at].number) for at in held]
            found: Fraction | None = _agreed(policy, chosen)
            return found
        case ir.Sum(terms):
            values = [of(term) for term in terms]
            known = [value for value in values if value is not None]
            return sum(known, Fraction(0)) if len(known) == len(values) else None


# --- what the arithmetic of fractions lacks ----------------------------------

DIGITS = 200


def _function(name: str, values: Sequence[Fraction]) -> Fraction:
    """Exact where the value is a fraction of moderate size, else the first 200 digits."""
    first = values[0]
    match name:
        case "min":
            return min(values)
        case "max":
            return max(values)
        case "abs":
            return abs(first)
        case "^" if values[1].denominator == 1:
            return first ** int(values[1])
        case _:
            with localcontext() as context:
                context.prec = DIGITS + 40
                argument = Decimal(first.numerator) / Decimal(first.denominator)
                if name == "^":
                    exponent = Decimal(values[1].numerator) / Decimal(values[1].denominator)
                    found = Fraction((argument.ln() * exponent).exp())
                else:
                    found = Fraction({"sqrt": argument.sqrt, "ln": argument.ln, "exp": argument.exp}[name]())
            return _simple(found)


def _simple(value: Fraction) -> Fraction:
    """The short fraction that so many digits can only mean, if there is one."""
    short = value.limit_denominator(10**30)
    near = abs(short - value) * 10 ** (DIGITS // 2) < max(Fraction(1), abs(value))
    return short if near else value


def _rounded(value: Fraction, step: Fraction, unit: str, mode: str, calendar: bool) -> Fraction:
    """To whole steps of the unit."""
    factor, offset = Fraction(_CALENDAR[unit] if calendar else 1), Fraction(0)
    if unit and not calendar:
        factor, offset = _unit(unit).factor, _unit(unit).offset
    steps = _simple((value / factor - offset) / step)
    half = abs(steps * 2 - round(steps * 2))
    assert half == 0 or half > Fraction(1, 10 ** (DIGITS // 3)), "200 digits tell how it is rounded"
    whole = whole_steps(steps, mode)
    return (whole * step + offset) * factor


def whole_steps(steps: Fraction, mode: str) -> int:
    """A number of steps to a whole one."""
    away = 1 if steps >= 0 else -1
    match mode:
        case "half even":
            return round(steps)
        case "down":
            return away * floor(abs(steps))
        case "up":
            return away * ceil(abs(steps))
        case _:
            return away * floor(abs(steps) + Fraction(1, 2))


def _day(value: Fraction) -> date:
    assert value.denominator == 1
    return date.fromordinal(int(value))


def completed(word: str, first: date, last: date) -> Fraction:
    """The most units that can be counted on from the first date without passing the last, month and day compared."""
    if word in ("day", "week"):
        return Fraction((last - first).days // (7 if word == "week" else 1))
    length = 12 if word == "year" else 1
    count = (last.year - first.year + 2) * 12 // length
    while _counted_on(first, count * length) > (last.year * 12 + last.month - 1, last.day):
        count -= 1
    return Fraction(count)


def _counted_on(day: date, months: int) -> tuple[int, int]:
    """The month, counted from the year 0, and the day, whether or not the month has it."""
    return day.year * 12 + day.month - 1 + months, day.day


def shifted(day: date, by: Fraction, months: bool, overflow: str) -> Fraction:
    """A date some days or months later, as its number."""
    assert by.denominator == 1
    if not months:
        return Fraction(day.toordinal() + int(by))
    month, wanted = _counted_on(day, int(by))
    first = date(month // 12, month % 12 + 1, 1)
    days = [each for each in (first + timedelta(at) for at in range(31)) if each.month == first.month]
    if wanted <= len(days):
        return Fraction(days[wanted - 1].toordinal())
    assert overflow in ("back", "forward")
    return Fraction(days[-1].toordinal() + (overflow == "forward"))


# --- decisions ---------------------------------------------------------------


def decide(guideline: ir.Guideline, decision: ir.Decision, patient: Patient) -> Outcome:
    """The one outcome of a decision."""
    gate = gated(guideline, decision.asked, patient)
    if gate is not None:
        return gate
    return weighed(guideline, _walk(guideline, decision.tree, patient), decision.id, patient)


def gated(guideline: ir.Guideline, asked: ir.Condition | None, patient: Patient) -> Outcome | None:
    """Out of scope before not applicable; None where the question stands."""
    if not holds(guideline, guideline.applies, patient):
        return "out_of_scope", (), ()
    return None if holds(guideline, asked, patient) else ("not_applicable", (), ())


def _walk(guideline: ir.Guideline, node: ir.Node | ir.Table, patient: Patient) -> Outcome:
    match node:
        case ir.Table():
            return _tabled(guideline, node, patient)
        case ir.Outcome():
            return settled(guideline, node, patient)
        case ir.Split(by, branches):
            chosen = [
                branch
                for branch in branches
                if branch.condition is not None and _chosen(guideline, by, branch.condition, patient)
            ]
            assert len(chosen) <= 1, "the branches exclude each other"
            branch = chosen[0] if chosen else next(one for one in branches if one.condition is None)
            following = branch.node
            if isinstance(following, ir.As):
                following = branches[following.branch].node
            return _walk(guideline, following, patient)
        case ir.As():
            raise AssertionError("an `as` stands in a split")


def _tabled(guideline: ir.Guideline, table: ir.Table, patient: Patient) -> Outcome:
    """What the rows that hold decide together."""
    held = _holding(guideline, [row.condition for row in table.rows], patient)
    assert held, "some row holds"
    outcomes = [settled(guideline, table.rows[at].outcome, patient) for at in held]
    match table.policy:
        case "unique" | "any" | "first":
            found: Outcome = _agreed(table.policy, outcomes)
            return found
        case "collect":
            every = [one for _, recommendations, _ in outcomes for one in recommendations]
            return "determined", tuple(dict.fromkeys(every)), ()
        case "conflict":
            answers = tuple(dict.fromkeys(outcomes))
            return answers[0] if len(answers) == 1 else ("conflict", (), answers)


def _chosen(guideline: ir.Guideline, by: str, condition: ir.Condition, patient: Patient) -> bool:
    """In `by`, a label of numbers isn't meant for a named value, which has a label of its own."""
    return (
        truth(guideline, condition, patient, NO_ANSWER) is True
        if by
        else holds(guideline, condition, patient)
    )


def settled(guideline: ir.Guideline, outcome: ir.Outcome, patient: Patient) -> Outcome:
    """An outcome with the order lines whose conditions hold."""
    return (
        outcome.status,
        tuple(_recommendation(guideline, one, patient) for one in outcome.recommendations),
        tuple(settled(guideline, answer, patient) for answer in outcome.answers),
    )


def _recommendation(guideline: ir.Guideline, one: ir.Recommendation, patient: Patient) -> Outcome:
    orders = one.orders
    if one.regimen is not None:
        orders = next(regimen.orders for regimen in guideline.regimens if regimen.id == one.regimen)
    given = tuple(_order(order) for order in orders if holds(guideline, order.when, patient))
    return one.id, one.direction, one.strength, given


def _order(order: ir.Order | ir.Choice) -> Outcome:
    if isinstance(order, ir.Choice):
        return "choice", order.step, order.open, tuple(_order(option) for option in order.options)
    return (
        "order", order.step, order.action, order.drug, order.procedure, order.drug_class, order.route, order.dose,
        order.every, order.times, order.lasts, order.after, order.usual,
        tuple((one.up, one.by, one.of, one.every, one.until, one.lasts, one.rounded, one.mode) for one in order.tapers),
        None if order.infusion is None else (
            order.infusion.volume, order.infusion.over, tuple((one.dose, one.lasts) for one in order.infusion.rates)
        ),
    )  # fmt: skip


def line_outcome(
    guideline: ir.Guideline, options: ir.Options, line: ir.OptionLine | ir.OptionConflict, patient: Patient
) -> Outcome:
    """What one line of a list gives: its recommendation, nothing, or the conflict of two that hold at once."""
    gate = gated(guideline, options.asked, patient)
    if gate is not None:
        return gate
    lines = line.lines if isinstance(line, ir.OptionConflict) else (line,)
    held: list[Outcome] = [
        ("determined", (_recommendation(guideline, one.recommendation, patient),), ())
        for one in lines
        if one.stated and holds(guideline, one.when, patient)
    ]
    if not held:
        return NOTHING
    found: Outcome = held[0] if len(held) == 1 else ("conflict", (), tuple(held))
    return weighed(guideline, found, "", patient)


def goes(guideline: ir.Guideline, patient: Patient) -> tuple[str, str]:
    """Where the moves out of a patient's stage lead: a stage and no reason, no stage and why none is stated, or `final`."""
    assert guideline.pathway is not None
    place = patient.values[guideline.pathway.input]
    stage = next(one for one in guideline.pathway.stages if one.id == place)
    if stage.final:
        return "final", ""
    (held,) = _holding(guideline, [move.condition for move in stage.moves], patient, stage.by)
    return stage.moves[held].to, stage.moves[held].why


def rule_holds(guideline: ir.Guideline, rule: ir.Rule, patient: Patient, answer: Answer) -> bool:
    """Whether a rule applies, where its source says when; otherwise, whether it is in scope."""
    scope = rule.applies or guideline.applies
    if not holds(guideline, scope, patient, answer):
        return False
    if rule.until is not None and answer.entered[rule.until] == ("yes",):
        return False
    return not rule.stated or holds(guideline, rule.when, patient, answer)


# --- what is to be avoided ---------------------------------------------------

Thing = tuple[str, str]
Against = tuple[str, ir.Avoid, Callable[[Patient], bool]]
"""The name after `avoid` or `with` that covers a thing, the declaration, and whether it speaks for a patient."""


def thing(order: Outcome) -> Thing | None:
    """What an order gives."""
    _, _, action, drug, procedure, drug_class = order[:6]
    named = (("drug", drug), ("procedure", procedure), ("class", drug_class))
    return None if action == "stop" else next(((kind, name) for kind, name in named if name), None)


def covers(guideline: ir.Guideline, name: str, one: Thing) -> bool:
    """Whether `avoid NAME` speaks of a thing."""
    item = next(item for item in guideline.items if item.id == name and item.kind != "test")
    if item.kind != "drug_class":
        return one == (item.kind, name)
    if one[0] == "drug":
        return one[1] in item.members
    members = {item.id: item.members for item in guideline.items if item.kind == "drug_class"}
    inside = one[0] == "class" and bool(members[one[1]]) and set(members[one[1]]) <= set(item.members)
    return inside or one == ("class", name)


def sure(orders: Iterable[Outcome]) -> list[Thing]:
    """What orders give whatever is chosen."""
    found = [thing(order) for order in orders if order[0] == "order"]
    return [one for one in found if one is not None]


def against(
    guideline: ir.Guideline, one: Thing | None, beside: Sequence[Thing], owner: str, chosen: bool
) -> list[Against]:
    """All that may speak against giving a thing beside others in a decision."""
    found: list[Against] = []
    for avoid in guideline.avoids if one is not None else ():
        assert one is not None
        if avoid.other is None:
            if covers(guideline, avoid.item, one):
                found.append((avoid.item, avoid, partial(_contraindicated, guideline, avoid)))
            continue
        for own, other in dict.fromkeys(((avoid.item, avoid.other), (avoid.other, avoid.item))):
            if covers(guideline, own, one):
                counted = beside if chosen or own == avoid.item else ()
                if may_meet(guideline, other, one, counted, owner):
                    speaks = partial(_interacts, guideline, other, one, counted, owner)
                    found.append((own, avoid, speaks))
    return found


def _contraindicated(guideline: ir.Guideline, avoid: ir.Avoid, patient: Patient) -> bool:
    return holds(guideline, avoid.when, patient)


def _interacts(
    guideline: ir.Guideline, other: str, one: Thing, beside: Sequence[Thing], owner: str, patient: Patient
) -> bool:
    """The other is given beside it, taken already, or given by another decision, were nothing avoided."""
    plain = replace(guideline, avoids=())
    things = [*beside, *(("drug", drug) for drug in _taken(guideline, patient))]
    for decision in guideline.decisions:
        if isinstance(decision, ir.Decision) and decision.id != owner:
            status, recommendations, _ = decide(plain, decision, patient)
            if status == "determined":
                things += sure(order for rec in recommendations if rec[1] == "for" for order in rec[3])
    return any(each != one and covers(guideline, other, each) for each in things)


def _taken(guideline: ir.Guideline, patient: Patient) -> list[str]:
    entry = next((one for one in guideline.inputs if isinstance(one.type, ir.AnyOf) and one.type.drugs), None)
    held = frozenset() if entry is None else patient.values[entry.id]
    assert isinstance(held, frozenset)
    return sorted(held)


def may_meet(guideline: ir.Guideline, other: str, one: Thing, beside: Sequence[Thing], owner: str) -> bool:
    """Whether anything that could be taken or given is the other of two."""
    return bool(
        any(each != one and covers(guideline, other, each) for each in beside)
        or _taking(guideline, other, one)
        or list(_givers(guideline, other, one, owner))
    )


def _taking(guideline: ir.Guideline, other: str, one: Thing) -> list[str]:
    """The list of drugs, where it may hold the other."""
    return [
        entry.id
        for entry in guideline.inputs
        if isinstance(entry.type, ir.AnyOf) and entry.type.drugs
        if any(
            ("drug", value.id) != one and covers(guideline, other, ("drug", value.id))
            for value in entry.type.values
        )
    ]


def _givers(guideline: ir.Guideline, other: str, one: Thing, owner: str) -> Iterator[ir.Decision]:
    """The other decisions that order the other of two in some end."""
    for decision in guideline.decisions:
        if isinstance(decision, ir.Decision) and decision.id != owner:
            ordered = [
                each
                for recommendation in _recommendations(decision.tree)
                if recommendation.direction == "for"
                for each in sure(map(_order, _lines(guideline, recommendation)))
            ]
            if any(each != one and covers(guideline, other, each) for each in ordered):
                yield decision


def _recommendations(node: ir.Node | ir.Table) -> Iterator[ir.Recommendation]:
    match node:
        case ir.Table():
            for row in node.rows:
                yield from _recommendations(row.outcome)
        case ir.Outcome():
            yield from node.recommendations
            for answer in node.answers:
                yield from _recommendations(answer)
        case ir.Split(_, branches):
            for branch in branches:
                yield from _recommendations(branch.node)
        case ir.As():
            pass


def _lines(guideline: ir.Guideline, one: ir.Recommendation) -> tuple[ir.Order | ir.Choice, ...]:
    if one.regimen is None:
        return one.orders
    return next(regimen.orders for regimen in guideline.regimens if regimen.id == one.regimen)


def weighed(guideline: ir.Guideline, outcome: Outcome, owner: str, patient: Patient) -> Outcome:
    """An outcome that gives what is to be avoided becomes a conflict: itself, or the rest of it and a word against."""
    status, recommendations, answers = outcome
    if answers:
        return status, recommendations, tuple(weighed(guideline, one, owner, patient) for one in answers)
    beside = sure(order for one in recommendations if one[1] == "for" for order in one[3])
    rest: list[Outcome] = []
    words: dict[Outcome, None] = {}
    for one in recommendations:
        spoken: list[Outcome] = []
        for line in one[3] if one[1] == "for" else ():
            spoken += _spoken(guideline, line, beside, owner, patient)
        words.update(dict.fromkeys(spoken))
        if not spoken:
            rest.append(one)
    if not words:
        return outcome
    return "conflict", (), (outcome, ("determined", (*rest, *words), ()))


def _spoken(
    guideline: ir.Guideline, line: Outcome, beside: Sequence[Thing], owner: str, patient: Patient
) -> list[Outcome]:
    """The words against a line of which nothing is left."""
    choice = line[0] == "choice"
    if choice and line[2]:
        return []
    every = [
        [
            (target, "against", avoid.strength, ())
            for target, avoid, speaks in against(guideline, thing(order), beside, owner, choice)
            if speaks(patient)
        ]
        for order in (line[3] if choice else (line,))
    ]
    return [word for words in every for word in words] if all(every) else []


def _avoid_reads(guideline: ir.Guideline, outcome: ir.Outcome, owner: str) -> list[str]:
    """The inputs that are asked so that nothing is given that is to be avoided, all order lines taken to hold."""
    found = [name for answer in outcome.answers for name in _avoid_reads(guideline, answer, owner)]
    recommendations = [
        [_order(line) for line in _lines(guideline, one)] if one.direction == "for" else []
        for one in outcome.recommendations
    ]
    beside = sure(order for orders in recommendations for order in orders)
    for line in (line for orders in recommendations for line in orders):
        choice = line[0] == "choice"
        orders = () if choice and line[2] else line[3] if choice else (line,)
        every = [(one, against(guideline, one, beside, owner, choice)) for one in map(thing, orders)]
        if all(words for _, words in every):
            for one, words in every:
                for own, avoid, _ in words:
                    assert one is not None
                    found += _read_for(guideline, own, avoid, one, owner)
    return list(dict.fromkeys(found))


def _read_for(guideline: ir.Guideline, own: str, avoid: ir.Avoid, one: Thing, owner: str) -> list[str]:
    if avoid.other is None:
        return reads(guideline, avoid.when)
    other = avoid.other if own == avoid.item else avoid.item
    found = _taking(guideline, other, one)
    plain = replace(guideline, avoids=())
    for decision in _givers(guideline, other, one, owner):
        found += [name for _, asked in ways(plain, decision) for name in asked]
    return found


# --- what is read, in the author's order ------------------------------------------------------------


def reads(guideline: ir.Guideline, condition: ir.Condition | None) -> list[str]:
    """The inputs that a condition reads, as they stand in it, other decisions and definitions written out."""
    found: dict[str, None] = {}

    def of(one: ir.Condition | ir.Number | ir.Category | None) -> None:
        match one:
            case ir.Is(name) | ir.Includes(name) | ir.Measure(name):
                found.setdefault(name)
            case ir.Not(operand):
                of(operand)
            case ir.And(operands) | ir.Or(operands):
                for operand in operands:
                    of(operand)
            case ir.Compare(_, left, right) | ir.Arithmetic(_, left, right):
                of(left)
                of(right)
            case ir.Defined(name) | ir.DefinedNumber(name) | ir.InBand(name):
                definition = _definition(guideline, name)
                of(definition.condition or definition.number or definition.category)
            case ir.Function(_, numbers) | ir.Sum(numbers):
                for each in numbers:
                    of(each)
            case ir.Rounded(inner):
                of(inner)
            case ir.Completed(_, left, right) | ir.Shifted(left, right):
                of(left)
                of(right)
            case ir.Case(_, _, arms):
                for arm in arms:
                    of(arm.condition)
                    of(arm.number)
            case ir.Category(_, _, _, lines):
                for line in lines:
                    of(line.condition)
            case ir.Recommends(name):
                decision = next(other for other in guideline.decisions if other.id == name)
                assert isinstance(decision, ir.Decision)
                for _, asked in ways(guideline, decision):
                    found.update(dict.fromkeys(asked))
            case _:
                pass

    of(condition)
    return list(found)


Way = tuple[tuple[int, ...], tuple[str, ...]]
"""The branches taken, by their position, and the inputs asked on the way: those of the branches passed over too."""


def way(guideline: ir.Guideline, decision: ir.Decision, patient: Patient) -> Way:
    """How one patient goes through a tree. The gates come after every branch."""
    asked = tuple(reads(guideline, guideline.applies))
    if not holds(guideline, guideline.applies, patient):
        return (1_000_001,), asked
    asked += tuple(reads(guideline, decision.asked))
    if not holds(guideline, decision.asked, patient):
        return (1_000_000,), asked
    return next(_ways(guideline, decision, decision.tree, ((), asked), patient))


def ways(guideline: ir.Guideline, decision: ir.Decision) -> list[Way]:
    """Every way through a tree, in the order of the text."""
    asked = (*reads(guideline, guideline.applies), *reads(guideline, decision.asked))
    return list(_ways(guideline, decision, decision.tree, ((), asked), None))


def _ways(
    guideline: ir.Guideline,
    decision: ir.Decision,
    node: ir.Node | ir.Table,
    so_far: Way,
    patient: Patient | None,
) -> Iterator[Way]:
    taken, asked = so_far
    if isinstance(node, ir.Table):
        yield from _ways_of_table(guideline, decision, node, so_far, patient)
        return
    if isinstance(node, ir.Outcome):
        for condition in _order_conditions(guideline, node):
            asked += tuple(reads(guideline, condition))
        yield taken, (*asked, *_avoid_reads(guideline, node, decision.id))
        return
    assert isinstance(node, ir.Split)
    others = [branch.condition for branch in node.branches if branch.condition is not None]
    for at, branch in enumerate(node.branches):
        asked += tuple(reads(guideline, branch.condition))
        if patient is not None:
            conditions = others if branch.condition is None else [branch.condition]
            held = any(_chosen(guideline, node.by, condition, patient) for condition in conditions)
            if held == (branch.condition is None):
                continue
        following = branch.node
        if isinstance(following, ir.As):
            following = node.branches[following.branch].node
        yield from _ways(guideline, decision, following, ((*taken, at), asked), patient)


def _ways_of_table(
    guideline: ir.Guideline, decision: ir.Decision, table: ir.Table, so_far: Way, patient: Patient | None
) -> Iterator[Way]:
    """All rows are asked at once. Without a patient: each row by itself."""
    taken, asked = so_far
    for row in table.rows:
        asked += tuple(reads(guideline, row.condition))
    conditions = [row.condition for row in table.rows]
    for held in (
        [[at] for at in range(len(table.rows))]
        if patient is None
        else [_holding(guideline, conditions, patient)]
    ):
        behind = asked
        for at in held if table.policy in ("collect", "conflict") else held[:1]:
            outcome = table.rows[at].outcome
            for condition in _order_conditions(guideline, outcome):
                behind += tuple(reads(guideline, condition))
            behind += tuple(_avoid_reads(guideline, outcome, decision.id))
        yield (*taken, *(held[:1] if table.policy in ("unique", "first") else held)), behind


def _order_conditions(guideline: ir.Guideline, outcome: ir.Outcome) -> list[ir.Condition]:
    found: list[ir.Condition] = []
    for one in outcome.recommendations:
        orders = one.orders
        if one.regimen is not None:
            orders = next(regimen.orders for regimen in guideline.regimens if regimen.id == one.regimen)
        found += [order.when for order in orders if order.when is not None]
    for answer in outcome.answers:
        found += _order_conditions(guideline, answer)
    return found


# --- shown values -----------------------------------------------------------------------------------


def shown_number(value: Fraction, one: ir.Definition) -> Fraction:
    """A number in base units as its definition shows it."""
    if one.unit in _CALENDAR:
        value = value / _CALENDAR[one.unit]
    elif one.unit:
        unit = _unit(one.unit)
        value = value / unit.factor - unit.offset
    return value if one.rounded is None else whole_steps(value / one.rounded, one.mode) * one.rounded


def measures(guideline: ir.Guideline, one: ir.Number) -> Counter[str]:
    """The inputs that a number is computed from, each as often as it counts; what a line asks counts once."""
    match one:
        case ir.Measure(name):
            return Counter([name])
        case ir.DefinedNumber(name):
            inner = _definition(guideline, name).number
            assert inner is not None
            return measures(guideline, inner)
        case ir.Arithmetic(_, left, right) | ir.Completed(_, left, right) | ir.Shifted(left, right):
            return measures(guideline, left) + measures(guideline, right)
        case ir.Function(_, numbers) | ir.Sum(numbers):
            return sum((measures(guideline, each) for each in numbers), Counter[str]())
        case ir.Rounded(inner):
            return measures(guideline, inner)
        case ir.Case(_, _, arms):
            asked = {name for arm in arms for name in reads(guideline, arm.condition)}
            asked |= {f"reading {name}" for arm in arms for name in _readings(guideline, arm.condition)}
            found: Counter[str] = Counter()
            for arm in arms:
                found |= measures(guideline, arm.number)
            return Counter(asked) + found
        case ir.Constant() | ir.Day():
            return Counter()


def _readings(guideline: ir.Guideline, node: object) -> set[str]:
    """The readings that a condition asks."""
    if isinstance(node, ir.ReadingIs):
        return {node.reading}
    if isinstance(node, ir.Defined | ir.DefinedNumber | ir.InBand):
        return _readings(guideline, _definition(guideline, node.definition))
    if isinstance(node, tuple):
        return set().union(*(_readings(guideline, one) for one in node))
    if is_dataclass(node):
        return _readings(guideline, tuple(getattr(node, each.name) for each in fields(node)))
    return set()


def is_points(guideline: ir.Guideline, one: ir.Number) -> bool:
    """Whether a number is a constant for each line that holds, or a sum of such."""
    match one:
        case ir.DefinedNumber(name):
            inner = _definition(guideline, name).number
            assert inner is not None
            return is_points(guideline, inner)
        case ir.Constant() | ir.Day():
            return True
        case ir.Case(_, _, arms):
            return all(isinstance(arm.number, ir.Constant | ir.Day) for arm in arms)
        case ir.Sum(terms):
            return all(is_points(guideline, term) for term in terms)
        case _:
            return False


def chooses(guideline: ir.Guideline, one: ir.Number) -> bool:
    """Whether what a number is computed from hangs on conditions."""
    match one:
        case ir.Case():
            return True
        case ir.DefinedNumber(name):
            inner = _definition(guideline, name).number
            assert inner is not None
            return chooses(guideline, inner)
        case ir.Arithmetic(_, left, right) | ir.Completed(_, left, right) | ir.Shifted(left, right):
            return chooses(guideline, left) or chooses(guideline, right)
        case ir.Function(_, numbers) | ir.Sum(numbers):
            return any(chooses(guideline, each) for each in numbers)
        case ir.Rounded(inner):
            return chooses(guideline, inner)
        case ir.Constant() | ir.Day() | ir.Measure():
            return False


# --- dates -------------------------------------------------------------------


def dates_of(guideline: ir.Guideline, rule: ir.Rule, patient: Patient) -> dict[str, Any]:
    """From when a monitoring counts, when it is due and when it ends, for a complete patient."""
    found: dict[str, Any] = {}
    end = "no end" if rule.ends is None else _some_day(rule.ends, patient)
    if isinstance(end, date):
        found["until"] = end.isoformat()
    if rule.window is None:
        return found
    start = _some_day(rule.window.start, patient)
    if not isinstance(start, date):
        return {**found, "due": start}
    found["from"] = start.isoformat()
    ends = [_later(start, one, guideline.overflow) for one in (rule.window.earliest, rule.window.latest)]
    days = [day for day in ends[:1] if not isinstance(end, date) or day <= end]
    if not days:
        return {**found, "due": "nothing"}
    latest = min(ends[1], end) if isinstance(end, date) else ends[1]
    return {**found, "due": {"earliest": days[0].isoformat(), "latest": latest.isoformat()}}


def _some_day(dated: ir.Dated, patient: Patient) -> date | str:
    one = dated.date
    while True:
        if one.kind == "day":
            return date.fromisoformat(one.text)
        if one.kind != "input":
            return one.kind
        value = patient.values[one.text]
        if isinstance(value, date):
            return value
        one = next(each.date for each in dated.instead if each.value == value)


def _later(day: date, lapse: ir.Lapse, overflow: str) -> date:
    """Month by month on a calendar sheet; a day that isn't there is looked for on the way the rule says."""
    if lapse.unit in ("day", "week"):
        return day + timedelta(days=lapse.amount * (7 if lapse.unit == "week" else 1) - lapse.less)
    year, month, wanted = day.year, day.month, day.day
    for _ in range(lapse.amount * (12 if lapse.unit == "year" else 1)):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    found = None
    while found is None:
        try:
            found = date(year, month, wanted)
        except ValueError:
            wanted -= 1
    if wanted != day.day and overflow == "forward":
        found += timedelta(days=1)
    return found - timedelta(days=lapse.less)


# --- doses -------------------------------------------------------------------


def dose_for(dose: ir.Dose, weight: Amount) -> tuple[Fraction, Fraction]:
    """The lowest and the highest amount for a weight or a surface, in the dose's own mass and time."""
    per = next(
        part for part in dose.unit.split("/")[1:] if _unit(part).dimension == _unit(weight.unit).dimension
    )
    size = convert(weight.value, _unit(weight.unit), _unit(per))
    return dose_given(dose, dose.low * size), dose_given(dose, dose.high * size)


def dose_given(dose: ir.Dose, value: Fraction) -> Fraction:
    """A computed dose rounded, then kept within its caps."""
    if dose.strengths:
        value = within_caps(dose, value)
        near = sorted(dose.strengths, key=lambda one: (abs(one - value), -one))
        if dose.mode == "down":
            near = [one for one in near if one <= value]
        elif dose.mode == "up":
            near = [one for one in near if one >= value]
        return near[0]
    return within_caps(dose, to_step(value, dose.rounded, dose.mode))


def within_caps(dose: ir.Dose, value: Fraction) -> Fraction:
    """Not below the least, not above the most."""
    value = value if dose.least is None else max(value, dose.least)
    return value if dose.most is None else min(value, dose.most)


def to_step(value: Fraction, step: Fraction | None, mode: str) -> Fraction:
    """Of the two multiples of the step around the value the one that the mode chooses."""
    if step is None or not value % step:
        return value
    below = value - value % step
    above = below + step
    half = abs(value - below) - abs(above - value)
    nearest = below if half < 0 else above
    away, towards = (above, below) if value > 0 else (below, above)
    even = below if not (below / step) % 2 else above
    tie = {"half even": even}.get(mode, away)
    return {"down": towards, "up": away}.get(mode, tie if half == 0 else nearest)


def band_that_holds(guideline: ir.Guideline, dose: ir.DoseInBands, patient: Patient) -> int:
    """The position of the one band that holds for a complete patient."""
    (found,) = (at for at, band in enumerate(dose.bands) if holds(guideline, band.when, patient))
    return found


def taper_amounts(start: Fraction, tapers: tuple[Any, ...]) -> list[Fraction]:
    """The first amount and those of every step."""
    found = [start]
    for up, by, of, _, until, _, rounded, mode in tapers:
        end = until or Fraction(0)
        while found[-1] != end:
            part = by if of == "amount" else by * (found[-1] if of == "reached" else start) / 100
            there = to_step(found[-1] + (part if up else -part), rounded, mode)
            there = min(there, end) if up else max(there, end)
            found.append(there)
    return [one for one in found if one]
