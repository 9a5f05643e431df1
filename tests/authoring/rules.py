"""Rules, what is to be avoided, what is impossible, and the head."""

from typing import Literal

from authoring import words
from authoring.draft import STATEMENTS, Draft
from authoring.orders import grade, order_lines, strength
from authoring.questions import Place, condition
from guidec import ast
from guidec.ir import NOWHERE
from guidec.record import parts

_ADVICE = (
    "check",
    "consult",
    "prophylaxis",
    "supportive",
    "vaccination",
    "caution",
    "risk",
    "prognosis",
    "note",
)
_INPUTS: Place = "inputs"


def rule(draft: Draft) -> None:
    name = draft.new("rule")
    when = ast.When(condition(draft, 2, "rule"), True)
    if draft.chance(0.15):
        when = draft.one((ast.When(None, False), ast.When(None, True)))
    booleans = [one.name for one in draft.conditions if one.name.startswith("in_")]
    until = words.name(draft.one(booleans)) if booleans and draft.chance(0.3) else None
    lines: list[ast.Applies | ast.Note | ast.RuleStrength | ast.OrderLine | _Monitoring] = []
    if draft.chance(0.25):
        lines.append(ast.Applies(condition(draft), draft.cites(0.3), NOWHERE))
    if draft.chance(0.4):
        lines.append(ast.RuleStrength(strength(draft), grade(draft) if draft.chance(0.3) else None, NOWHERE))
    kind = "monitor" if draft.tests and draft.chance(0.4) else draft.one(_ADVICE)
    if kind == "monitor":
        lines += _monitoring(draft, ends=until is None)
        asked = [one.kind for one in parts(when) if isinstance(one, ast.About)]
        if "prescribed" in asked and draft.chance(0.5):
            lines.append(ast.Baseline(draft.cites(0.3), NOWHERE))
    elif draft.chance(0.4):
        lines += order_lines(draft, draft.one((1, 1, 2)), conditions=False)
    lines += draft.notes()
    draft.declarations.append(
        ast.Rule(kind, words.name(name), draft.label(name), when, until, draft.cites(), tuple(lines), NOWHERE)
    )


_Monitoring = ast.Measure | ast.MeasureEvery | ast.Due | ast.UntilDate | ast.Baseline


def _monitoring(draft: Draft, ends: bool) -> list[_Monitoring]:
    """How often, or in which window after a date; until a date."""
    found: list[_Monitoring] = [ast.Measure(words.names(draft.tests), NOWHERE)]
    if draft.chance(0.15):
        return [*found, ast.MeasureEvery(None, None, None, NOWHERE)]
    start = _dated(draft, "not stated") if draft.chance(0.7) else None
    words_of = ("day", "week", "month", "year") if draft.overflow or start is None else ("day", "week")
    word = draft.one(words_of)
    low = words.number(draft.one((1, 3)))
    high = words.number(6) if draft.chance(0.5) else low
    unit = words.name(words.PLURALS[word] if high.value > 1 else word)
    less = words.calendar_number(draft.one((1, 4)), "day") if word in ("month", "year") else None
    if start is not None and draft.chance(0.4):
        last = ast.Lapse(high, unit, less if draft.chance(0.5) else None, NOWHERE)
        first = last
        if high != low:
            bare = draft.chance(0.5)
            own = unit if bare else words.name(words.PLURALS[word] if low.value > 1 else word)
            first = ast.Lapse(low, own, None, NOWHERE, bare)
        found.append(ast.Due(first, last, start, NOWHERE))
    else:
        shorter = less if start is not None and high == low and draft.chance(0.5) else None
        interval = ast.Interval(low, high, unit, True, NOWHERE)
        found.append(ast.MeasureEvery(interval, shorter, start, NOWHERE))
    if ends and draft.chance(0.3):
        found.append(ast.UntilDate(_dated(draft, "no end", start), NOWHERE))
    return found


def _dated(
    draft: Draft, word: Literal["not stated", "no end"], other_than: ast.Dated | None = None
) -> ast.Dated:
    """A date; for each named value of its input another date or a word. Not one that is counted from already."""
    taken = [] if other_than is None else [other_than.date, *(one.date for one in other_than.instead)]
    used = [one.value for one in taken]
    dates = [one for one in draft.numbers if one.kind == "date" and one.is_input and one.written not in used]
    if not dates or draft.chance(0.2):
        return ast.Dated(ast.SomeDate(words.day(738_950 + draft.one((0, 1, 2))), NOWHERE), (), NOWHERE)
    date = draft.one(dates)
    plain = [one for one in dates if not one.missing]
    instead: list[ast.Instead] = []
    for _, value in date.missing:
        other: ast.Name | ast.Day | Literal["not stated", "no end"] = word
        if draft.chance(0.4):
            named = draft.one(plain).written if plain else words.day(738_952)
            assert isinstance(named, ast.Name | ast.Day)
            other = named
        instead.append(ast.Instead(ast.SomeDate(other, NOWHERE), words.name(value)))
    assert isinstance(date.written, ast.Name)
    return ast.Dated(ast.SomeDate(date.written, NOWHERE), tuple(instead), NOWHERE)


def avoid(draft: Draft) -> None:
    """A contraindication or an interaction."""
    things = [*draft.drugs, *draft.classes, *draft.procedures]
    item, other = draft.some(things, 2, 2)
    when = None
    if draft.chance(0.5):
        when = condition(draft, 1, _INPUTS)
    elif draft.classes and draft.chance(0.2):
        item = other = draft.classes[0]
    strengths: tuple[ast.RuleStrength, ...] = ()
    if draft.chance(0.4):
        graded = grade(draft) if draft.chance(0.5) else None
        strengths = (ast.RuleStrength(strength(draft, "against"), graded, NOWHERE),)
    draft.declarations.append(
        ast.Avoid(
            words.name(item), words.name(other) if when is None else None, when, draft.label("It may harm."), draft.cites(),
            strengths, NOWHERE,
        )
    )  # fmt: skip


def impossible(draft: Draft) -> None:
    asked = words.both((condition(draft, 1, _INPUTS), condition(draft, 0, _INPUTS)))
    draft.declarations.append(ast.Impossible(asked, draft.label("Not seen."), draft.cites(), NOWHERE))


def head(draft: Draft) -> list[ast.Declaration]:
    """What stands first: the head, and the source whose statements are cited."""

    def of(kind: str, value: str) -> ast.HeadLine:
        return ast.HeadLine(kind, words.name(value), None, (), NOWHERE)  # type: ignore[arg-type]

    lines = [of("version", "1.0.0"), of("language", "guidec/1")]
    lines += [of("overflow", draft.one(("back", "forward")))] if draft.overflow else []
    lines += [of("source", "numbered")] if draft.cited else []
    if draft.chance(0.3):
        asked = condition(draft, 1, _INPUTS)
        lines.append(ast.HeadLine("applies", None, asked, draft.cites(), NOWHERE))
    found: list[ast.Declaration] = [
        ast.Head("guideline", words.name("generated"), words.quoted("Generated"), tuple(lines), NOWHERE)
    ]
    if draft.cited:
        fields = (
            ("title", ("Numbers",)),
            ("authors", ("Nobody N", "Somebody S")),
            ("register", ("numbered.csv",)),
        )
        made = tuple(
            ast.SourceLine(words.name(key), tuple(map(words.quoted, texts))) for key, texts in fields
        )
        found.append(ast.Source(words.name("numbered"), made, NOWHERE))
    return found


def accounts(draft: Draft, written: list[ast.Declaration]) -> list[ast.Declaration]:
    """Every statement that nothing cites is documented or set aside."""
    if not draft.cited:
        return []
    cited = _cited(written)
    rest = [ast.Cite(one, False, NOWHERE) for one in STATEMENTS if one not in cited]
    if not rest:
        return []
    middle = draft.dice.randint(0, len(rest))
    parts = (("set_aside", rest[:middle]), ("documented", rest[middle:]))
    why = draft.label("printed twice")
    return [
        ast.Account(kind, tuple(some), why if kind == "set_aside" or draft.chance(0.5) else None, NOWHERE)  # type: ignore[arg-type]
        for kind, some in parts
        if some
    ]


def _cited(node: object) -> set[str]:
    if isinstance(node, ast.Cite):
        return {node.id}
    parts = node if isinstance(node, tuple | list) else getattr(node, "__dict__", {}).values()
    return set().union(*map(_cited, parts))
