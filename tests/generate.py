"""A seed to a guideline over the whole language: well typed, its branches exclusive and complete by construction."""

import random
from collections.abc import Callable, Iterable
from pathlib import Path

from authoring import comparisons, pathways, properties, rules
from authoring.decisions import decision, options
from authoring.definitions import definition
from authoring.draft import Draft
from authoring.orders import regimen
from authoring.vocabulary import vocabulary
from guidec import ast
from guidec.layout import declaration_text

Declarations = tuple[ast.Declaration, ...]
REGISTER = Path(__file__).parent / "data" / "meaning" / "numbered.csv"


def declarations(seed: int) -> Declarations:
    """What is written; the same for the same seed."""
    draft = Draft(random.Random(seed))
    draft.cited, draft.overflow = draft.chance(0.5), draft.chance(0.6)
    vocabulary(draft)
    for _ in range(draft.one((0, 1, 2, 3, 4))):
        definition(draft)
    _times(draft, rules.impossible, (0, 0, 0, 1, 2))
    _times(draft, regimen, (0, 1, 1, 2))
    _times(draft, decision, (1, 1, 2))
    for _ in range(draft.one((0, 0, 1))):
        definition(draft, "decision")
    _times(draft, decision, (0, 1))
    _times(draft, options, (0, 0, 1))
    _times(draft, rules.rule, (0, 1, 2))
    _times(draft, rules.avoid, (0, 0, 0, 1, 2))
    first = rules.head(draft)
    written = draft.declarations
    if draft.chance(0.2):
        draft.dice.shuffle(written)
    accounts = rules.accounts(draft, [*first, *written])
    draft.dice = random.Random(f"beside the rest {seed}")
    _times(draft, comparisons.side_by_side, (0, 0, 1))
    _times(draft, comparisons.scenario, (0, 0, 1))
    draft.dice = random.Random(f"said of all patients {seed}")
    _times(draft, properties.property_, (0, 1, 1, 2))
    draft.dice = random.Random(f"from stage to stage {seed}")
    _times(draft, pathways.pathway, (0, 1))
    return (*first, *written, *accounts)


def _times(draft: Draft, write: Callable[[Draft], None], counts: tuple[int, ...]) -> None:
    for _ in range(draft.one(counts)):
        write(draft)


def text(written: Iterable[ast.Declaration]) -> str:
    """The text of declarations, a blank line between them."""
    return "\n".join(declaration_text(one) for one in written)


def guideline(seed: int) -> str:
    """The text of a guideline."""
    return text(declarations(seed))


def reader(guideline: str) -> Callable[[str], bytes | str]:
    """The files that a generated guideline is compiled from: its own text and the register that it cites."""
    files = {"generated.guide": guideline.encode(), REGISTER.name: REGISTER.read_bytes()}
    return lambda name: files.get(name, "there is no such file")
