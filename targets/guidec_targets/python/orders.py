"""Orders to the source text of functions that write them for a patient, built anew at each call."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from guidec import ir
from guidec.numbers import decimal_text, unit_of
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
            found["dose"] = "not stated" if order.dose is None else self._dose(order.dose)
        found["every"] = interval(order.every)
        if order.times is not None:
            found["times"] = order.times
        found["for"] = interval(order.lasts)
        if order.after is not None:
            found["after"] = interval(order.after)
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

    def _dose(self, dose: ir.Dose) -> object:
        forms: dict[str, Json] = {
            "or_more": {"open": "above"},
            "up_to": {"open": "below"},
            "about": {"about": True},
        }
        form = forms.get(dose.form, {})
        if dose.of is None:
            return {"low": number(dose.low), "high": number(dose.high), "unit": dose.unit, **form}
        kind = next(entry.type for entry in self.guideline.inputs if entry.id == dose.of)
        assert isinstance(kind, ir.Quantity)
        units = tuple(
            (computed_unit(dose, one.unit), per_unit(unit_of(dose.unit), unit_of(one.unit)))
            for one in kind.units
        )
        basis = {} if dose.basis is None else {"basis": dose.basis}
        parts = (dose.of, (dose.low, dose.high, dose.unit), units, dose.rounded, basis, form)
        return Call("dose_by", (Code("case"), *parts))


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
