"""A result and what somebody has chosen, to the result with these choices settled; or what is wrong with them."""

from collections.abc import Container, Iterator, Sequence
from typing import Any

from guidec import ir
from guidec.diagnostic import nearest

Json = dict[str, Any]


class Unchosen(Exception):
    """A name that can't be chosen for this patient: the message, and how to mend it."""

    def __init__(self, message: str, repair: str) -> None:
        super().__init__(message)
        self.repair = repair


def chosen_among(guideline: ir.Guideline, result: Json, names: Sequence[str]) -> tuple[str, ...]:
    """What names choose: alternatives by their names, options as `LIST.NAME`. Raises Unchosen.

    An option goes by its own name or by what it gives, but for what is an alternative of a choice too.
    """
    alternatives = _alternatives(result)
    options = _options(guideline, result, alternatives)
    found: dict[str, None] = {}
    for name in names:
        meant = [name] if name in alternatives else options.get(name)
        if meant is None:
            raise _unknown(guideline, name, [*alternatives, *(one for one in options if "." not in one)])
        if not found.keys().isdisjoint(meant):
            raise Unchosen(f"`{name}` is chosen twice", "keep one")
        found.update(dict.fromkeys(meant))
    for given in _choices(result):
        both = [name for name in given["choice"] if name in found]
        if len(both) > 1:
            message = f"`{both[0]}` and `{both[1]}` are alternatives of one choice"
            raise Unchosen(message, "keep one")
    return tuple(found)


def _unknown(guideline: ir.Guideline, name: str, listed: list[str]) -> Unchosen:
    known = {one.id for one in guideline.items} | {one.id for one in guideline.regimens}
    message = f"`{name}` is not to be chosen here" if name in known else f"nothing is called `{name}`"
    among = f"to be chosen: {', '.join(listed)}" if listed else "nothing is to be chosen here"
    return Unchosen(message, nearest(name, listed) or among)


def _alternatives(result: Json) -> dict[str, None]:
    names = (name for given in _choices(result) for name in given["choice"])
    return {name: None for name in names if name != "not stated"}


def _options(guideline: ir.Guideline, result: Json, alternatives: Container[str]) -> dict[str, list[str]]:
    """What each name of an option chooses; a drug that several of them give goes by their own names."""
    found: dict[str, list[str]] = {}
    shared: dict[str, list[str]] = {}
    for one in result["recommendations"]:
        if is_option(guideline, one) and one["direction"] == "for":
            whole = option_name(one)
            found[whole] = [whole]
            for name in (one["id"], *_given_names(one)):
                if name not in alternatives and whole not in shared.setdefault(name, []):
                    shared[name].append(whole)
    return found | {name: meant for name, meant in shared.items() if len(meant) == 1}


def _choices(result: Json) -> Iterator[Json]:
    for one in (*result["recommendations"], *result["advice"]):
        yield from (given for given in one["gives"] if "choice" in given)


def _given_names(recommendation: Json) -> list[str]:
    orders = [order for given in recommendation["gives"] for order in given.get("options", [given])]
    names = (order.get("drug") or order["procedure"] for order in orders)
    return [name for name in names if name != "not stated"]


def is_option(guideline: ir.Guideline, recommendation: Json) -> bool:
    """Whether a recommendation is a line of a list of options: something that may be added."""
    lists = [one.id for one in guideline.decisions if isinstance(one, ir.Options)]
    return recommendation["decision"] in lists


def option_name(recommendation: Json) -> str:
    """The whole name of an option: its list and its own."""
    return f"{recommendation['decision']}.{recommendation['id']}"


def settled(given: Json, chosen: Sequence[str]) -> Json:
    """An order line: where one of its alternatives is chosen, that one, at the choice's step."""
    if "choice" in given:
        for order in given["options"]:
            if (order.get("drug") or order["procedure"]) in chosen:
                return {**order, "step": given["step"]}
    return given
