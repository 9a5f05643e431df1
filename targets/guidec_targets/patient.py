"""One patient's record and result in words: what was entered and what wasn't, doses, preferences, reasons to avoid."""

from dataclasses import replace
from datetime import date
from typing import Any

from guidec import ir
from guidec.evaluate.doses import Shown, dose_json
from guidec.evaluate.paths import Paths, reads
from guidec.evaluate.record import Entered
from guidec.evaluate.result import order_json
from guidec.numbers import decimal_text
from guidec.show import amount_in_words, order_amounts, order_details, value_text
from guidec.wording import condition_in_words, dose_text, label_of, outcome_label, quantity_text, value_label
from guidec_targets.chart import Edge
from guidec_targets.chart_text import Line, Manner, reasons_against, statement_text

ASK = "ASK NEXT"
_MOST_VALUES = 4
_MOST_MISSING = 8


class Patient:
    """One patient's ways and result, and how they are said."""

    def __init__(self, paths: Paths, result: dict[str, Any]) -> None:
        self.paths = paths
        self.result = result
        self.guideline = paths.guideline
        self.inputs = {entry.id: entry for entry in self.guideline.inputs}
        self.shown = Shown(self.guideline, paths.record, paths.applies)

    # --- words ---

    def entered(self, name: str) -> str:
        """What the record has of an input: `68 % predicted`, `DM or ADM`; nothing for a blank."""
        entry = self.inputs[name]
        values = self.paths.record.entries[name].values
        words = [_entered(entry, value) for value in values[:_MOST_VALUES]]
        return " or ".join(words) + (" or …" if len(values) > _MOST_VALUES else "")

    def missing(self, name: str, named: bool = True) -> str:
        """`not entered: Ideal body weight`; what is known in part says so. Not `named` where its name stands above."""
        entered = self.entered(name)
        word = (
            ASK
            if self.result["ask_next"] == self.inputs[name].key
            else "known in part"
            if entered
            else "not entered"
        )
        parts = [self.inputs[name].label] if named else []
        parts += [f"({entered})" if named else entered] if entered else []
        return f"{word}: {' '.join(parts)}" if parts else word

    def dose(self, dose: ir.Dose | ir.DoseInBands) -> str:
        """The amount for this patient, and what it is computed from."""
        if isinstance(dose, ir.DoseInBands):
            return self._in_bands(dose)
        printed = dose_text(self.guideline, dose)
        found = dose_json(self.shown, dose)
        if dose.of is None or isinstance(found, str):
            return printed
        if "needs" in found:
            missing = self.missing(dose.of)
            return f"{printed[:-1]}; {missing})" if printed.endswith(")") else f"{printed} ({missing})"
        plain = replace(dose, basis=None, rounded=None, strengths=(), least=None, most=None)
        each = dose_text(self.guideline, plain)
        parts = [f"{each} × {self.inputs[dose.of].label.lower()} {self.entered(dose.of)}"]
        parts += ["basis not stated"] if dose.basis == "not stated" else []
        parts += [] if dose.rounded is None else [f"rounded to {decimal_text(dose.rounded)}"]
        parts += ["rounded to a strength"] if dose.strengths else []
        parts += [
            f"the {word.removeprefix('at ')} that the source allows" for word in found.get("capped", ())
        ]
        return f"{amount_in_words(found, found)} ({'; '.join(parts)})"

    def _in_bands(self, dose: ir.DoseInBands) -> str:
        """The dose of the one band that is left; the bands stand below while there are several."""
        found = dose_json(self.shown, dose)
        if isinstance(found, str):
            return "dose not stated"
        by = dose_text(self.guideline, dose)
        if "per_band" in found:
            return by
        band = next(one for one in dose.bands if self.paths.applies(one.when)[0] != "no")
        return f"{'not stated' if band.dose is None else self.dose(band.dose)} {by}"

    def details(self, order: ir.Order) -> list[Line]:
        """What stands below an order as it comes out: bands while several are left, rates, a taper, holds, the sums."""
        found = order_json(self.shown, order)
        dose = found.get("dose")
        sums = {
            key: found[key]
            for key in ("daily", "total")
            if "why" in found.get(key, {}) or ("low" in found.get(key, {}) and not _same(found[key], dose))
        }
        lines = order_details(self.guideline, found)
        lines += [", ".join(order_amounts(self.guideline, sums))] if sums else []
        needs = tuple(dose["needs"]) if isinstance(dose, dict) and "per_band" in dose else ()
        return [*(Line(text) for text in lines), *(self.waits_for(needs, ()) if needs else ())]

    def preferred(self, one: ir.Prefer) -> str:
        """A preference that holds, or that may; nothing for one that doesn't."""
        holds, needs = self.paths.applies(one.when)
        if holds == "no":
            return ""
        text = f"{one.wording or 'preferred'} when {condition_in_words(self.guideline, one.when)}"
        if holds == "yes":
            return f"{text}: yes"
        return f"{text} ({', '.join(self.missing(name) for name in needs) or 'a reading is open'})"

    def when(self, condition: ir.Condition) -> str:
        """A condition that some completions meet, and what it waits for."""
        return f"when {condition_in_words(self.guideline, condition)}{self.waits(condition)}"

    def waits(self, condition: ir.Condition) -> str:
        """` (not entered: Temperature)`."""
        waits = ", ".join(line.text for line in self.waits_for((), (condition,)))
        return f" ({waits})" if waits else ""

    def against(self, order: ir.Order, settled: bool) -> list[Line]:
        """The reasons to avoid what an order gives that hold or may hold. Of a settled outcome only alternatives have any:
        reasons against the rest would have made it a conflict."""
        if not order.avoided:
            return [] if settled else reasons_against(self.guideline, order, self.waits)
        lines: list[Line] = []
        for one in order.avoided:
            holds, _ = self.paths.applies(one.when)
            statements = statement_text(one.cites.statements, one.cites.inferred)
            if holds == "yes":
                lines.append(Line(f"avoid: {one.why}", statements, strong=True))
            elif holds == "unknown":
                text = f"avoid when {condition_in_words(self.guideline, one.when)}{self.waits(one.when)}: {one.why}"
                lines.append(Line(text, statements))
        return lines

    def manner(self, settled: bool) -> Manner:
        """How the boxes say it."""
        return Manner(
            self.dose, self.details, self.when, self.preferred, lambda order: self.against(order, settled)
        )

    def waits_for(
        self, needs: tuple[str, ...], conditions: tuple[ir.Condition, ...], by: str = ""
    ) -> tuple[Line, ...]:
        """What stands between the branches of a question: blanks, open readings, the answers of other decisions.

        `by` is what the question asks in so many words.
        """
        record = self.paths.record
        found = reads(self.guideline, conditions)
        blanks = needs or tuple(name for name in found.inputs if len(record.entries[name].values) != 1)
        texts = [self.missing(name, name != by) for name in blanks[:_MOST_MISSING]]
        texts += [f"and {len(blanks) - _MOST_MISSING} more"] if len(blanks) > _MOST_MISSING else []
        for reading in self.guideline.readings:
            if reading.id in found.readings and reading.id not in record.readings:
                texts.append("reading not chosen" + ("" if reading.id == by else f": {reading.label}"))
        if not needs:
            for one in found.decisions:
                if self.result["decisions"][one]["status"] == "indeterminate":
                    texts.append(f"still open: {label_of(self.guideline.decisions, one)}")
        return tuple(Line(text, strong=text.startswith(ASK)) for text in texts)

    def answered(self, edge: Edge, by: str) -> tuple[Line, ...]:
        """The patient's own values beside the label of a branch."""
        record = self.paths.record
        known = {name for name, found in self.result["values"].items() if "value" in found}
        found = reads(self.guideline, edge.asks, known)
        entered = [name for name in found.inputs if record.entries[name].values]
        if by and entered == [by]:
            value = self.entered(by)
            same = edge.label == value or edge.label.startswith(f"{value} [")
            return (Line("entered" if same else f"entered: {value}"),)
        texts = [
            self.value(name)
            if name == by
            else f"{label_of(self.guideline.definitions, name)}: {self.value(name)}"
            for name in found.definitions
        ]
        texts += [f"{self.inputs[name].label}: {self.entered(name)}" for name in entered]
        for reading in self.guideline.readings:
            if reading.id in found.readings and reading.id in record.readings:
                chosen = label_of(reading.values, record.readings[reading.id])
                texts.append("chosen" if chosen == edge.label else f"{reading.label}: {chosen} (chosen)")
        for name in found.decisions:
            answers = [one for one in self.result["recommendations"] if one["decision"] == name]
            label = label_of(self.guideline.decisions, name)
            texts += [f"{label}: {outcome_label(self.guideline, one['id'])}" for one in answers]
        more = [Line("…")] if len(texts) > _MOST_VALUES else []
        return (*(Line(text) for text in texts[:_MOST_VALUES]), *more)

    def value(self, name: str) -> str:
        """A shown value as the result has it: `3`, `2 to 4`, `Much`."""
        definition = next(one for one in self.guideline.definitions if one.id == name)
        return value_text(self.guideline, definition, self.result["values"][name])


def _same(amount: dict[str, Any], dose: object) -> bool:
    """Whether a sum says no more than the dose."""
    return isinstance(dose, dict) and all(dose.get(key) == amount[key] for key in ("low", "high", "unit"))


def _entered(entry: ir.Input, value: Entered) -> str:
    if isinstance(value, frozenset):
        own = entry.type.values if isinstance(entry.type, ir.AnyOf) else ()
        return ", ".join(one.label for one in own if one.id in value) or "none"
    if isinstance(value, str):
        return value_label(entry, value)
    match entry.type:
        case ir.Date():
            return date.fromordinal(int(value.value)).isoformat()
        case ir.Duration(unit):
            return quantity_text(value.value, value.value, unit)
        case ir.Quantity(units):
            return quantity_text(value.value, value.value, units[value.unit].unit)
        case _:
            return quantity_text(value.value, value.value, "")
