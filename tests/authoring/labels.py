"""What may be split to labels that exclude each other and leave nothing out."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from authoring import words
from authoring.draft import Draft, Number, Subject
from guidec import ast
from guidec.ir import NOWHERE

Labels = tuple[ast.Label, ...]


def limit(draft: Draft, number: Number, at: int | Fraction) -> ast.Limit:
    """A threshold: a place on the grids of an input, else a value."""
    if number.printed:
        assert isinstance(at, int)
        made = [_limit(draft, number, grid.values[at], grid.unit) for grid in number.printed]
        return made[0] if len(made) == 1 else ast.Thresholds(tuple(made), NOWHERE)
    return _limit(draft, number, Fraction(at), number.unit)


def _limit(
    draft: Draft, number: Number, value: Fraction, unit: str
) -> ast.Number | ast.CalendarNumber | ast.Day:
    match number.kind:
        case "date":
            return words.day(value)
        case "calendar" if unit in ("week", "year") and draft.chance(0.2):
            return words.calendar_number(*((value * 7, "day") if unit == "week" else (value * 12, "month")))
        case "calendar":
            return words.calendar_number(value, unit)
        case _ if unit == "kg" and draft.chance(0.1):
            return draft.number(value * 1000, "g")
        case _:
            return draft.number(value, unit)


def places(draft: Draft, number: Number, count: int) -> Sequence[int | Fraction]:
    """So many thresholds, the lowest first, where they tell values apart."""
    if number.printed:
        return sorted(draft.some(range(1, len(number.printed[0].values)), count, count))
    low, high = number.low, number.high
    whole = number.kind in ("date", "calendar")
    steps = [low + (high - low) * Fraction(at, 8) for at in range(1, 8)]
    rounded = sorted({Fraction(round(one)) if whole else Fraction(round(one * 4), 4) for one in steps})
    return sorted(draft.some(rounded, count, count))


def partition(draft: Draft, subject: Subject) -> list[Labels]:
    """Two groups of labels or more, in any order."""
    if subject.truth:
        groups: list[list[ast.Label]] = [[words.yes_no(True)], [words.yes_no(False)]]
    elif subject.number is None:
        groups = _grouped(draft, [words.name(one) for one in subject.values], draft.one((2, 3, 4)))
    else:
        labels = _numeric(draft, subject.number)
        groups = [[one] for one in labels]
        if len(groups) > 2 and draft.chance(0.2):
            groups[0] += groups.pop()
        for one in subject.named:
            if draft.chance(0.3):
                draft.one(groups).append(words.name(one))
            else:
                groups.append([words.name(one)])
    draft.dice.shuffle(groups)
    return [tuple(group) for group in groups]


def _grouped(draft: Draft, labels: list[ast.Name], count: int) -> list[list[ast.Label]]:
    draft.dice.shuffle(labels)
    groups: list[list[ast.Label]] = [[one] for one in labels[:count]]
    for one in labels[count:]:
        draft.one(groups).append(one)
    return groups


def _numeric(draft: Draft, number: Number) -> list[ast.Label]:
    """Ranges that meet: open on one side, closed on the other."""
    cuts = places(draft, number, draft.one((1, 1, 2)))
    first, last = limit(draft, number, cuts[0]), limit(draft, number, cuts[-1])
    if len(cuts) == 1:
        grid = len(number.printed[0].values) if number.printed else 0
        if number.discrete and isinstance(cuts[0], int) and draft.chance(0.3):
            return [_compare("<=", limit(draft, number, cuts[0] - 1)), _compare(">=", first)]
        if not grid or cuts[0] != grid - 1:
            if draft.chance(0.3):
                point = ast.LabelCompare("=", first, NOWHERE, len(number.printed) < 2 and draft.chance(0.5))
                return [_compare("<", first), point, _compare(">", first)]
            if draft.chance(0.4):
                return [_compare("<=", first), _compare(">", first)]
        return [_compare("<", first), _compare(">=", first)]
    middle = draft.dice.randrange(3)
    return [
        _compare("<=" if middle == 1 else "<", first),
        ast.LabelRange(first, last, middle == 1, middle == 0, NOWHERE),
        _compare(">=" if middle == 0 else ">", last),
    ]


def _compare(op: str, value: ast.Limit) -> ast.LabelCompare:
    return ast.LabelCompare(op, value, NOWHERE)  # type: ignore[arg-type]  # one of the operators


def with_otherwise(draft: Draft, groups: list[Labels]) -> list[Labels | None]:
    """The last group now and then by `otherwise`; not one that names a value beside numbers."""
    names_left = any(isinstance(one, ast.Name) for one in groups[-1])
    mixed = names_left and any(not isinstance(one, ast.Name) for group in groups for one in group)
    if len(groups) > 1 and not mixed and draft.chance(0.25):
        return [*groups[:-1], None]
    return [*groups]


# --- labels as conditions ----------------------------------------------------


def asked(subject: Subject, labels: Labels) -> ast.Expression:
    """What labels ask, written out."""
    return words.either(_asked(subject, one) for one in labels)


def _asked(subject: Subject, label: ast.Label) -> ast.Expression:
    written = subject.written
    match label:
        case ast.YesNo(value):
            return written if value else words.negated(written)
        case ast.Name(text):
            if subject.several:
                return words.includes(subject.name, text)
            return words.is_(subject.name, text)
        case ast.LabelCompare(op, value):
            return guarded(subject.number, words.compare(written, op, words.signed(value)))
        case ast.LabelRange(low, high, above, below):
            first = words.compare(written, ">" if above else ">=", words.signed(low))
            return guarded(
                subject.number,
                words.both((first, words.compare(written, "<" if below else "<=", words.signed(high)))),
            )


def guarded(number: Number | None, condition: ast.Expression) -> ast.Expression:
    """False where the number is none."""
    guards = () if number is None else number.missing
    return words.both((*_guards(guards), condition))


def _guards(missing: Iterable[tuple[str, str]]) -> list[ast.Expression]:
    return [words.is_(name, value, negative=True) for name, value in missing]
