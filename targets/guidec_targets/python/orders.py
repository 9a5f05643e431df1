"""Orders to the source text of functions that write them for a patient, built anew at each call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from guidec import ir
from guidec.courses import NO_DECIMAL, Trouble, daily, shares, steps, whole_rate
from guidec.numbers import decimal_text, is_plain, unit_of
from guidec.weights import computed_unit, per_unit
from guidec_targets.python.literals import Call, Code, comment, laid_out, literal

Json = dict[object, object]


@dataclass(slots=True)
class Functions:
    """The functions written so far, by what they hold. `asides` numbers the conditions of `prefer`."""

    guideline: ir.Guideline
    asides: Mapping[ir.Condition, int]
    texts: list[str] = field(default_factory=list)
    gives: dict[str, str] = field(default_factory=dict)
    constants: dict[str, str] = field(default_factory=dict)

    def giving(self, orders: tuple[ir.Order | ir.Choice, ...], of: str) -> Code:
        """The function that writes these orders; equal ones share it."""
        body = laid_out(self.orders(orders), 4, len("return "))
        if body not in self.gives:
            name = f"gives_{len(self.gives) + 1}"
            self.gives[body] = name
            self.texts.append(
                f"def {name}(case: Case) -> list[Json]:\n    # of {comment(of)}\n    return {body}\n"
            )
        return Code(self.gives[body])

    def orders(self, orders: tuple[ir.Order | ir.Choice, ...]) -> list[object]:
        return [
            self._order(order) if isinstance(order, ir.Order) else self._choice(order) for order in orders
        ]

    def _choice(self, choice: ir.Choice) -> Json:
        usual = [_name(option) for option in choice.options if option.usual]
        found: Json = {"step": choice.step or "not stated", "choice": [_name(one) for one in choice.options]}
        if usual:
            found["usual"] = usual[0]
        found["open"] = choice.open
        found["preferred"] = [
            Code(f"*preferred(case, {literal({'drug': _name(option)})}, {literal(preference)[1:-1]})")
            for option in choice.options
            for preference in self.preferences(option.preferred)
        ]
        found["options"] = [self._order(option) for option in choice.options]
        return _cited(found, choice.cites)

    def preferences(self, preferred: tuple[ir.Prefer, ...]) -> tuple[tuple[int, str, tuple[str, ...]], ...]:
        """What makes an alternative preferred, its condition by position."""
        return tuple(
            (self.asides[one.when], one.wording or "not stated", one.cites.statements) for one in preferred
        )

    def _order(self, order: ir.Order) -> Json:
        found: Json = {"step": order.step or "not stated"}
        if order.procedure is not None:
            found["procedure"] = order.procedure
        else:
            found["drug"] = order.drug or "not stated"
        if order.drug_class is not None:
            found["class"] = order.drug_class
        found["action"] = order.action
        if order.procedure is None:
            found["route"] = order.route or "not stated"
            found["dose"] = self._dose(order.dose, order)
        found["every"] = interval(order.every)
        if order.times is not None:
            found["times"] = order.times
        found["for"] = interval(order.lasts)
        if order.after is not None:
            found["after"] = interval(order.after)
        found.update(self._beside(order))
        if order.usual:
            found["usual"] = True
        found |= self.avoid(order.avoided)
        return _cited(found, order.cites)

    def avoid(self, reasons: tuple[ir.Reason, ...]) -> Json:
        """The key that lists the reasons against something, where one holds or may hold."""
        written = tuple(
            (self.asides[one.when], one.why, one.cites.statements, one.cites.inferred) for one in reasons
        )
        return {Code("**"): Call("avoid", (Code("case"), written))} if written else {}

    def _dose(self, dose: ir.Dose | ir.DoseInBands | None, order: ir.Order | None = None) -> object:
        match dose:
            case None:
                return "not stated"
            case ir.DoseInBands():
                assert order is not None
                return Call("dose_in_bands", (Code("case"), self._bands(dose, order)))
            case ir.Dose(of=None):
                return _amount(dose, dose.low, dose.high, dose.unit)
            case ir.Dose():
                return Call("dose_of", (Code("case"), self._constant("DOSE", "Dose", self._computed(dose))))

    def _constant(self, word: str, kind: str, value: object) -> Code:
        """The name of a value that stands above the functions; equal ones share it."""
        body = laid_out(value, 0, len(word) + len(kind) + 10)
        if body not in self.constants:
            name = f"{word}_{sum(known.startswith(word) for known in self.constants.values()) + 1}"
            self.constants[body] = name
            self.texts.append(f"{name}: {kind} = {body}\n")
        return Code(self.constants[body])

    def _computed(self, dose: ir.Dose) -> tuple[object, ...]:
        """A dose as the runtime reads it."""
        units: tuple[object, ...] = ()
        if dose.of is not None:
            kind = next(entry.type for entry in self.guideline.inputs if entry.id == dose.of)
            assert isinstance(kind, ir.Quantity)
            units = tuple(
                (computed_unit(dose, one.unit), per_unit(unit_of(dose.unit), unit_of(one.unit)))
                for one in kind.units
            )
        return (
            dose.of or "", (dose.low, dose.high, dose.unit), units, dose.rounded, dose.mode, dose.strengths,
            dose.least, dose.most, dose.basis or "", _FORMS.get(dose.form, ""),
        )  # fmt: skip

    def _bands(self, dose: ir.DoseInBands, order: ir.Order) -> Code:
        bands = tuple(
            (
                self.asides[band.when], band.value,
                None if band.dose is None else self._computed(band.dose),
                None if band.dose is None else self._course(order, band.dose),
                band.cites.statements, band.cites.inferred,
            )
            for band in dose.bands
        )  # fmt: skip
        return self._constant("BANDS", "Bands", (dose.by, bands))

    def _course(self, order: ir.Order, dose: ir.Dose) -> tuple[object, ...]:
        """What is computed of a dose, as the runtime reads it."""
        unit = dose.unit if dose.of is None else str(self._left(dose))
        day = daily(unit, order)
        parts = shares(dose, unit, order)
        course = steps(dose.low, order.lasts, order.tapers) if order.tapers else ()
        assert not isinstance(course, Trouble)
        known = () if isinstance(parts, str) else parts
        return (
            None if day is None else (day.low, day.high, day.unit),
            tuple((one.low, one.high, one.factor.low, one.factor.high) for one in known),
            known[0].factor.unit if known else "",
            parts if isinstance(parts, str) else NO_DECIMAL,
            tuple(
                (one.amount, None if one.lasts is None else (one.lasts.low, one.lasts.high, one.lasts.unit))
                for one in course
            ),
            bool(order.tapers) and order.tapers[-1].until is None,
            tuple(dict.fromkeys(id for one in order.tapers for id in one.cites.statements)),
            tuple(dict.fromkeys(id for one in order.tapers for id in one.cites.inferred)),
        )

    def _left(self, dose: ir.Dose) -> str:
        kind = next(entry.type for entry in self.guideline.inputs if entry.id == dose.of)
        assert isinstance(kind, ir.Quantity)
        return computed_unit(dose, kind.units[0].unit)

    def _beside(self, order: ir.Order) -> Json:
        """Infusion, taper, amounts, and when the order is held."""
        found: Json = {}
        if order.infusion is not None:
            found["infusion"] = self._infusion(order.infusion)
        if order.action != "stop" or order.tapers:
            match order.dose:
                case None:
                    pass
                case ir.DoseInBands() as bands:
                    found[Code("**amounts_in_bands")] = (Code("case"), self._bands(bands, order))
                case ir.Dose(of=None) as dose:
                    found.update(_stated_amounts(order, dose))
                case ir.Dose() as dose:
                    course = self._course(order, dose)
                    if any(course[:2]) or course[4]:
                        constant = self._constant("DOSE", "Dose", self._computed(dose))
                        found[Code("**amounts")] = (Code("case"), constant, course)
        for kind in ("hold", "resume"):
            held = [
                Call("held", (Code("case"), self.asides[one.when], one.cites.statements, one.cites.inferred))
                for one in order.held
                if one.kind == kind
            ]
            if held:
                found[kind] = held
        return found

    def _infusion(self, infusion: ir.Infusion) -> Json:
        found: Json = {}
        if infusion.volume is not None:
            found["volume"] = {"value": number(infusion.volume.value), "unit": infusion.volume.unit}
        if infusion.over is not None:
            found["over"] = interval(infusion.over)
        rate = whole_rate(infusion)
        if rate is not None and is_plain(rate.low) and is_plain(rate.high):
            found["rate"] = {"low": number(rate.low), "high": number(rate.high), "unit": rate.unit}
        if infusion.rates:
            found["steps"] = [
                {
                    "rate": self._dose(one.dose),
                    "for": "the rest" if one.lasts is None else interval(one.lasts),
                    **_cites(one.cites.statements, one.cites.inferred),
                }
                for one in infusion.rates
            ]
        return found


_FORMS = {"or_more": "above", "up_to": "below", "about": "about"}


def _amount(dose: ir.Dose, low: Fraction, high: Fraction, unit: str) -> Json:
    form = _FORMS.get(dose.form)
    words: Json = {} if form is None else {"about": True} if form == "about" else {"open": form}
    return {"low": number(low), "high": number(high), "unit": unit, **words}


def _stated_amounts(order: ir.Order, dose: ir.Dose) -> Json:
    """The taper, the amount of a day and the amount in all of a stated dose: none of them hangs on a patient."""
    found: Json = {}
    if order.tapers:
        course = steps(dose.low, order.lasts, order.tapers)
        assert not isinstance(course, Trouble)
        stopped: Json = {"then": "stop"} if order.tapers[-1].until is None else {}
        found["taper"] = {
            "steps": [
                {**_amount(dose, one.amount, one.amount, dose.unit), "for": interval(one.lasts)}
                for one in course
            ],
            **stopped,
            **_cites(
                tuple(dict.fromkeys(id for one in order.tapers for id in one.cites.statements)),
                tuple(dict.fromkeys(id for one in order.tapers for id in one.cites.inferred)),
            ),
        }
    day = daily(dose.unit, order)
    if day is not None and is_plain(dose.low * day.low) and is_plain(dose.high * day.high):
        found["daily"] = _amount(dose, dose.low * day.low, dose.high * day.high, day.unit)
    parts = shares(dose, dose.unit, order)
    if not isinstance(parts, str):
        low = sum((one.low * one.factor.low for one in parts), Fraction(0))
        high = sum((one.high * one.factor.high for one in parts), Fraction(0))
        if is_plain(low) and is_plain(high):
            found["total"] = _amount(dose, low, high, parts[0].factor.unit)
    if order.tapers and "total" not in found:
        found["total"] = {"why": parts if isinstance(parts, str) else NO_DECIMAL}
    return found


def _cites(statements: tuple[str, ...], inferred: tuple[str, ...]) -> Json:
    found: Json = {"statements": list(statements)} if statements else {}
    return {**found, "inferred": list(inferred)} if inferred else found


def _name(order: ir.Order) -> str:
    return order.drug or order.procedure or "not stated"


def _cited(found: Json, cites: ir.Citation) -> Json:
    found["statements"] = list(cites.statements)
    if cites.inferred:
        found["inferred"] = list(cites.inferred)
    return found


def interval(one: ir.Interval | None) -> object:
    """`{low, high, unit}`, or that it isn't stated."""
    if one is None:
        return "not stated"
    less = {"less_days": one.less} if one.less else {}
    return {"low": number(one.low), "high": number(one.high), "unit": one.unit, **less}


def number(value: Fraction) -> Code:
    """A number of the result: its shortest decimal."""
    return Code(decimal_text(value))


def surely_given(orders: tuple[ir.Order | ir.Choice, ...]) -> tuple[str, ...]:
    """The drugs that are given whatever is chosen."""
    found = [
        order.drug
        for order in orders
        if isinstance(order, ir.Order) and order.drug is not None and order.action != "stop"
    ]
    return tuple(sorted(set(found)))


def perhaps_given(orders: tuple[ir.Order | ir.Choice, ...]) -> tuple[str, ...]:
    """The drugs that are given or offered."""
    offered = {
        option.drug
        for order in orders
        if isinstance(order, ir.Choice)
        for option in order.options
        if option.drug is not None
    }
    return tuple(sorted({*offered, *surely_given(orders)}))
