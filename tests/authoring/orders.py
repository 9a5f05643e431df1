"""Orders with their parts, choices, regimens."""

from authoring import words
from authoring.doses import clocked, dosed
from authoring.draft import Draft
from authoring.questions import condition
from guidec import ast
from guidec.ir import NOWHERE

_ROUTES = ("mouth", "inhalation", "injection", "intravenously", "subcutaneously", "topically")
_GRADES = ("strong", "weak", "conditional", "high certainty", "very low certainty")
_WORDS = ("recommend", "recommend", "suggest", "consider", "may", "generally", "use")


def strength(draft: Draft, direction: str = "") -> ast.Strength:
    wording = draft.label("is thought useful") if draft.chance(0.1) else None
    direct = direction or draft.one(("for", "for", "for", "for", "for", "against", "neither"))
    return ast.Strength(draft.one(_WORDS), wording, direct)  # type: ignore[arg-type]  # one of the directions


def grade(draft: Draft) -> ast.Tail:
    parts = [draft.one(_GRADES[:3])] if draft.chance(0.7) else []
    parts += [draft.one(_GRADES[3:])] if not parts or draft.chance(0.5) else []
    return ast.Tail("grade", ", ".join(parts), NOWHERE)


def recommendation(
    draft: Draft, thing: str = "", direction: str = "", details: bool = True, plain: bool = False
) -> ast.Recommendation:
    """Of a regimen, or of a drug or a procedure with its own parts; `details` where something may stand below."""
    thing = thing or draft.one([*draft.drugs, *draft.procedures, *draft.regimens, *draft.regimens])
    made = ast.Thing(words.name(thing), None, NOWHERE)
    parts, tails, below = ((), (), ()) if thing in draft.regimens else _parts(draft, thing, details, plain)
    if draft.chance(0.15):
        tails += (grade(draft),)
    below = (*_prefers(draft), *below) if details else below
    order = ast.Order(made, parts, tails, None, draft.cites(), below, NOWHERE)
    return ast.Recommendation(strength(draft, direction), order, NOWHERE)


def _prefers(draft: Draft) -> tuple[ast.Prefer, ...]:
    if not draft.chance(0.1):
        return ()
    wording = draft.label("safer") if draft.chance(0.5) else None
    return (ast.Prefer(wording, condition(draft), draft.cites(), NOWHERE),)


# --- parts -------------------------------------------------------------------


_Parts = tuple[tuple[ast.Part, ...], tuple[ast.Tail, ...], tuple[ast.Detail, ...]]


def _parts(draft: Draft, thing: str, details: bool = True, plain: bool = False) -> _Parts:
    """Each part given, or said not to be stated; and what stands below."""
    tails = () if plain else _actions(draft)
    if plain or draft.chance(0.4):
        return (), (_not_stated("rest"), *tails), ()
    procedure = thing in draft.procedures
    needed = ["interval", "duration"] if procedure else ["route", "dose", "interval", "duration"]
    parts: list[ast.Part] = []
    below: tuple[ast.Detail, ...] = ()
    missing: list[str] = []
    for part in needed:
        if not draft.chance(0.6):
            missing.append(part)
        elif part == "dose":
            made, below = dosed(draft, thing, details)
            parts += made
            if not any(isinstance(one, ast.Dose | ast.DoseBy) for one in made):
                missing.append("dose")
        else:
            parts.append(_part(draft, part, below))
    if draft.chance(0.2):
        parts.append(ast.After(_interval(draft), NOWHERE))
    if missing and draft.chance(0.6):
        return tuple(parts), (_not_stated("rest"), *tails), below
    return tuple(parts), (*map(_not_stated, missing), *tails), below


def _not_stated(part: str) -> ast.Tail:
    return ast.Tail("not_stated", part, NOWHERE)


def _actions(draft: Draft) -> tuple[ast.Tail, ...]:
    if not draft.chance(0.2):
        return ()
    action = draft.one(("start", "add", "switch", "add_or_switch", "repeat", "stop"))
    return (ast.Tail("action", action, NOWHERE),)


def _part(draft: Draft, part: str, below: tuple[ast.Detail, ...]) -> ast.Part:
    tapered = any(isinstance(one, ast.Taper) for one in below)
    match part:
        case "route":
            return ast.Route(words.name(draft.one(_ROUTES)), NOWHERE)
        case "interval":
            return ast.Every(_interval(draft), NOWHERE)
        case _:
            if draft.chance(0.3) and not tapered:
                return ast.Times(words.number(draft.one((2, 6))), NOWHERE)
            return ast.Lasts(_interval(draft), NOWHERE)


def _interval(draft: Draft) -> ast.Interval:
    if draft.chance(0.3):
        return clocked(draft)
    low = words.number(draft.one((1, 2, 3)))
    high = words.number(low.value + draft.one((1, 4))) if draft.chance(0.3) else low
    word = draft.one(("day", "week", "month", "year"))
    unit = words.name(word if high.value == 1 else words.PLURALS[word])
    return draft.one(
        (
            ast.Interval(low, high, unit, True, NOWHERE),
            ast.Interval(low, high, words.name("d"), False, NOWHERE),
        )
    )


# --- regimens ----------------------------------------------------------------


def regimen(draft: Draft) -> None:
    name = draft.new("plan")
    lines: list[ast.OrderLine | ast.GiveNothing | ast.Note | ast.Code]
    lines = [*order_lines(draft, draft.one((1, 2, 2, 3)), conditions=True)]
    if draft.chance(0.1):
        lines = [ast.GiveNothing(NOWHERE)]
    lines += [*draft.notes(), *draft.codes()]
    draft.declarations.append(
        ast.Regimen(words.name(name), draft.label(name), draft.cites(), tuple(lines), NOWHERE)
    )
    draft.regimens.append(name)


def order_lines(draft: Draft, count: int, conditions: bool) -> list[ast.OrderLine]:
    """The first gives; the others go with it or come after."""
    found: list[ast.OrderLine] = []
    asked = 2 if conditions else 0
    for at in range(count):
        lead = (
            draft.one(("with", "then", "then", "not stated"))
            if at
            else draft.one(("give", "give", "not stated"))
        )
        when = condition(draft) if asked and draft.chance(0.3) else None
        asked -= when is not None
        made = _choice(draft, when) if draft.chance(0.25) else _order(draft, when)
        found.append(ast.OrderLine(lead, made, NOWHERE))  # type: ignore[arg-type]  # one of the leads
    return found


def _order(draft: Draft, when: ast.Expression | None) -> ast.Order:
    thing = draft.one([*draft.drugs, *draft.drugs, *draft.procedures, ""])
    made = ast.Thing(words.name(thing), None, NOWHERE)
    if not thing:
        of_class = words.name(draft.one(draft.classes)) if draft.classes and draft.chance(0.5) else None
        made = ast.Thing(None, of_class, NOWHERE)
    parts, tails, below = _parts(draft, thing)
    return ast.Order(made, parts, tails, when, draft.cites(0.3), (*_prefers(draft), *below), NOWHERE)


def _choice(draft: Draft, when: ast.Expression | None) -> ast.Choice:
    things = draft.some([*draft.drugs, *draft.procedures], 2, 3)
    usual = draft.one([*things, "", ""])
    made: list[ast.Order] = []
    for thing in things:
        parts, tails, below = _parts(draft, thing)
        tails += (ast.Tail("usual", "usual", NOWHERE),) if thing == usual else ()
        named = ast.Thing(words.name(thing), None, NOWHERE)
        below = (*_prefers(draft), *below)
        made.append(ast.Order(named, parts, tails, None, draft.cites(0.3), below, NOWHERE))
    return ast.Choice(draft.chance(0.3), (), when, draft.cites(0.3), tuple(made), NOWHERE)
