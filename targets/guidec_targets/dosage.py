"""Regimens, advice, monitoring and what is to be avoided as Markdown tables: each dose as the source has it."""

from collections.abc import Iterator

from guidec import ir
from guidec.wording import (
    condition_in_words,
    days_text,
    dose_text,
    grade_text,
    interval_text,
    label_of,
    value_label,
)
from guidec_targets.chart_text import details_of, given_lines, reasons_against
from guidec_targets.marked import cited, marked, plain, strong, table

UNSAID = "not stated"


def regimen_table(guideline: ir.Guideline) -> list[str]:
    """A row for each order; the regimen stands at its first."""
    rows: list[tuple[str, ...]] = []
    for regimen in guideline.regimens:
        own = list(_orders(guideline, regimen)) or [("gives nothing", *[""] * 7)]
        notes = [f"*{plain(note.text)}*{cited(note.cites)}" for note in regimen.notes]
        name = "<br>".join([f"{strong(regimen.label)}{cited(regimen.cites)}", *notes])
        rows += [(name if not at else "", *row) for at, row in enumerate(own)]
    titles = ("Regimen", "Step", "Drug", "Route", "Dose", "Weight basis", "How often", "How long", "Source")
    return table(titles, rows)


def _orders(guideline: ir.Guideline, regimen: ir.Regimen) -> Iterator[tuple[str, ...]]:
    for order in regimen.orders:
        step = str(order.step) if order.step else "timing not stated"
        if isinstance(order, ir.Order):
            yield (step, *_order(guideline, order))
            continue
        word = "one such as" if order.open else "one of"
        when = f"<br>when {plain(condition_in_words(guideline, order.when))}" if order.when else ""
        for at, option in enumerate(order.options):
            lead = f"{step}, {word}{cited(order.cites)}{when}" if not at else "or"
            yield (lead, *_order(guideline, option))


def _order(guideline: ir.Guideline, order: ir.Order) -> tuple[str, ...]:
    """Drug, route, dose, weight basis, how often, how long, statements."""
    drug = order.procedure is None and order.action != "stop"
    unsaid = UNSAID if drug else ""
    dose = unsaid if order.dose is None else plain(dose_text(guideline, order.dose))
    basis = ""
    if isinstance(order.dose, ir.Dose) and order.dose.of is not None:
        of = label_of(guideline.inputs, order.dose.of).lower()
        said = (
            "as the source says"
            if order.dose.basis == "stated"
            else "**the source does not say which weight**"
        )
        said = said if order.dose.basis is not None else ""
        basis = ": ".join(part for part in (plain(of), said) if part)
        dose = plain(dose_text(guideline, order.dose).replace(" (basis not stated)", ""))
    times = [] if order.every is None else [f"every {interval_text(order.every)}"]
    times += [] if order.times is None else [f"{order.times} times"]
    daily = isinstance(order.dose, ir.Dose) and order.dose.unit.endswith("/d")
    times = ["per day"] if daily and not times else times
    lasts = [] if order.lasts is None else [interval_text(order.lasts)]
    lasts += [] if order.after is None else [f"after {interval_text(order.after)}"]
    return (
        _drug(guideline, order),
        (plain(order.route) if order.route else unsaid),
        dose,
        basis,
        plain(", ".join(times)) or unsaid,
        plain(", ".join(lasts)) or ("" if order.times is not None else unsaid),
        cited(order.cites).strip(),
    )


def _drug(guideline: ir.Guideline, order: ir.Order) -> str:
    """What is ordered, whether it is the usual choice or preferred, and when; what belongs to its dose stands below."""
    ordered = order.drug or order.procedure
    name = label_of(guideline.items, ordered) if ordered else "drug not stated"
    if order.drug_class:
        name += f" ({label_of(guideline.items, order.drug_class).lower()})"
    action = {"start": "", "add_or_switch": "add or switch to ", "switch": "switch to "}.get(
        order.action, f"{order.action} "
    )
    lines = [f"{action}{plain(name)}" + (" — **usual choice**" if order.usual else "")]
    for one in order.preferred:
        when = plain(condition_in_words(guideline, one.when))
        lines.append(f"{plain(one.wording or 'preferred')} when {when}{cited(one.cites)}")
    if order.when is not None:
        lines.append(f"when {plain(condition_in_words(guideline, order.when))}")
    lines += [marked(line) for line in (*details_of(guideline, order), *reasons_against(guideline, order))]
    return "<br>".join(lines)


# --- rules -------------------------------------------------------------------


def advice_table(guideline: ir.Guideline) -> list[str]:
    """Everything that is advised beside the decisions, in the author's order."""
    rows = [
        (
            plain(one.kind),
            _what(guideline, one),
            plain(when_text(guideline, one)),
            _strength(one),
            cited(one.cites).strip(),
        )
        for one in guideline.rules
        if one.kind != "monitor"
    ]
    return table(("Kind", "Advice", "When", "Strength", "Source"), rows)


def monitoring_table(guideline: ir.Guideline) -> list[str]:
    """What is measured, when and how often."""
    rows = [
        (
            _what(guideline, one),
            plain(" or ".join(label_of(guideline.items, name) for name in one.measure)),
            plain(when_text(guideline, one)),
            _often(guideline, one),
            _strength(one),
            cited(one.cites).strip(),
        )
        for one in guideline.rules
        if one.kind == "monitor"
    ]
    return table(("Monitoring", "Measure", "When", "How often", "Strength", "Source"), rows)


def _what(guideline: ir.Guideline, rule: ir.Rule) -> str:
    given = ir.Recommendation(
        rule.id, rule.label, rule.direction, rule.strength, rule.wording, "", rule.orders, (), ir.Citation()
    )  # fmt: skip
    lines = [plain(rule.label), *(marked(line) for line in given_lines(guideline, given))]
    lines += [f"*{plain(note.text)}*{cited(note.cites)}" for note in rule.notes]
    return "<br>".join(lines)


def when_text(guideline: ir.Guideline, rule: ir.Rule) -> str:
    """The condition of a rule in words, and until when; not Markdown yet."""
    parts = [condition_in_words(guideline, one) for one in (rule.applies, rule.when) if one is not None]
    text = ", and ".join(parts) if rule.stated else "; ".join([*parts, "the source does not say when"])
    until = f"; until this is entered: {label_of(guideline.inputs, rule.until)}" if rule.until else ""
    return f"{text or 'always'}{until}"


def _strength(rule: ir.Rule | ir.Avoid) -> str:
    strength = UNSAID if rule.strength == "use" else rule.strength
    if isinstance(rule, ir.Rule) and rule.direction != "for":
        strength += {"against": " against", "neither": " neither for nor against"}[rule.direction]
    wording = f" (“{plain(rule.wording)}”)" if rule.wording else ""
    grade = "" if rule.grade is None else f", GRADE {grade_text(rule.grade.strength, rule.grade.certainty)}"
    return f"{plain(strength)}{wording}{plain(grade) if grade else ''}"


def often_text(guideline: ir.Guideline, rule: ir.Rule) -> str:
    """How often something is measured, from when and until when; not Markdown yet."""
    text = UNSAID if rule.every is None else f"every {interval_text(rule.every)}"
    if rule.window is not None:
        start = _dated(guideline, rule.window.start)
        first, last = _lapse(rule.window.earliest), _lapse(rule.window.latest)
        once = f"once, {first if first == last else f'{first} to {last}'} after {start}"
        text = once if rule.every is None else f"{text} from {start}"
    if rule.ends is not None:
        text += f", until {_dated(guideline, rule.ends)}"
    if rule.baseline is None:
        return text
    return "before the first dose" if rule.baseline.alone else f"before the first dose, then {text}"


def _often(guideline: ir.Guideline, rule: ir.Rule) -> str:
    cites = "" if rule.baseline is None else cited(rule.baseline.cites)
    return f"{plain(often_text(guideline, rule))}{cites}"


def _lapse(lapse: ir.Lapse) -> str:
    text = f"{lapse.amount} {lapse.unit}{'' if lapse.amount == 1 else 's'}"
    return f"{text} less {days_text(lapse.less)}" if lapse.less else text


def _dated(guideline: ir.Guideline, dated: ir.Dated) -> str:
    def words(date: ir.SomeDate) -> str:
        day = label_of(guideline.inputs, date.text) if date.kind == "input" else date.text
        return day if date.kind in ("input", "day") else date.kind

    def named(value: str) -> str:
        entry = next(one for one in guideline.inputs if one.id == dated.date.text)
        return value_label(entry, value)

    instead = "".join(f" ({words(one.date)} where it is {named(one.value)})" for one in dated.instead)
    return f"{words(dated.date)}{instead}"


def avoid_table(guideline: ir.Guideline) -> list[str]:
    """Contraindications and interactions."""
    rows = [
        (
            plain(label_of(guideline.items, one.item)),
            plain(f"with {label_of(guideline.items, one.other)}" if one.other else "")
            or ("" if one.when is None else plain(f"when {condition_in_words(guideline, one.when)}")),
            plain(one.why),
            _strength(one),
            cited(one.cites).strip(),
        )
        for one in guideline.avoids
    ]
    return table(("Avoid", "When", "Why", "Strength", "Source"), rows)
