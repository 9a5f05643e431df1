"""What an author says of all patients: claims of every kind about whatever is declared, true or not."""

from authoring import words
from authoring.draft import Draft
from authoring.questions import condition
from guidec import ast
from guidec.ir import NOWHERE


def property_(draft: Draft) -> None:
    """One property of a few claims; none where nothing can be said."""
    made = [one for _ in range(draft.one((1, 2, 3))) if (one := claim(draft)) is not None]
    if made:
        lines: tuple[ast.Claim | ast.Note, ...] = (*made, *draft.notes())
        name = draft.new("property")
        draft.declarations.append(
            ast.Property(words.name(name), draft.label(name), draft.cites(), lines, NOWHERE)
        )


def claim(draft: Draft) -> ast.Claim | None:
    kinds = (_never, _never, _always, _always, _amount, _determined, _monotone, _alike)
    return draft.one(kinds)(draft)


def _about(draft: Draft) -> tuple[ast.Expression | None, bool]:
    """The condition of a claim, and whether it says for whom the claim isn't."""
    if draft.chance(0.3):
        return None, False
    return condition(draft, draft.one((0, 1, 1, 2)), "rule"), draft.chance(0.25)


def _decisions(draft: Draft) -> dict[str, list[str]]:
    """The decisions that are no list of options, and what each recommends."""
    trees = [one.name.text for one in draft.declarations if isinstance(one, ast.Decision)]
    return {name: draft.decisions[name] for name in trees if name in draft.decisions}


def _things(draft: Draft) -> list[str]:
    """Everything that may be recommended, given or shown."""
    rules = [one.name.text for one in draft.declarations if isinstance(one, ast.Rule)]
    outcomes = [name for some in draft.decisions.values() for name in some]
    return list(
        dict.fromkeys([*outcomes, *outcomes, *draft.drugs, *draft.classes, *draft.procedures, *rules])
    )


def _never(draft: Draft) -> ast.Claim | None:
    names = draft.some(_things(draft), 1, draft.one((1, 1, 2)))
    others = draft.some(_things(draft), 1, 1) if draft.chance(0.3) else []
    return _said(draft, "never", names, others)


def _always(draft: Draft) -> ast.Claim | None:
    return _said(draft, "always", draft.some(_things(draft), 1, 1), [])


def _said(draft: Draft, kind: str, names: list[str], others: list[str]) -> ast.Claim | None:
    if not names:
        return None
    when, unless = _about(draft)
    inside = list(_decisions(draft))
    return ast.Claim(
        kind,  # type: ignore[arg-type]
        words.names(names),
        when,
        unless,
        NOWHERE,
        possible=draft.chance(0.3),
        others=words.names(others),
        inside=words.name(draft.one(inside)) if inside and draft.chance(0.3) else None,
    )


def _amount(draft: Draft) -> ast.Claim | None:
    if not draft.drugs:
        return None
    when, unless = _about(draft)
    word = draft.one(("dose", "dose", "daily", "total"))
    unit = "mg/d" if word == "daily" else "mg"
    limit = words.number(draft.one((1, 10, 40, 100, 500)), unit)
    of = words.name(draft.one(draft.drugs))
    return ast.Claim(
        "amount", (), when, unless, NOWHERE, of=of, word=word, least=draft.chance(0.3), limit=limit
    )


def _determined(draft: Draft) -> ast.Claim | None:
    names = draft.some(list(_decisions(draft)), 0, 2)
    when, unless = _about(draft)
    return ast.Claim("determined", words.names(names), when, unless, NOWHERE)


def _monotone(draft: Draft) -> ast.Claim | None:
    fitting = {name: some for name, some in _decisions(draft).items() if some}
    inputs = [
        one
        for one in draft.inputs
        if not any(
            isinstance(line, ast.TypeLine) and line.kind in ("any_of", "any_of_drugs") for line in one.lines
        )
    ]
    if not fitting or not inputs:
        return None
    inside = draft.one(list(fitting))
    ranked = [*dict.fromkeys(fitting[inside]), "!nothing"]
    draft.dice.shuffle(ranked)
    when, unless = _about(draft)
    return ast.Claim(
        "monotone",
        words.names(ranked[: draft.dice.randint(2, len(ranked))]),
        when,
        unless,
        NOWHERE,
        inside=words.name(inside),
        of=draft.one(inputs).name,
        word=draft.one(("more", "less")),
    )


def _alike(draft: Draft) -> ast.Claim | None:
    names = list(_decisions(draft))
    if len(names) < 2:
        return None
    when, unless = _about(draft)
    return ast.Claim("alike", words.names(draft.some(names, 2, 2)), when, unless, NOWHERE)
