"""A guideline to the part of it that something hangs on: what is named there, and all that this names in turn.

What is proven over a part alone holds whatever the rest says. A declaration counts as named wherever its id stands as a word,
in whatever kind of expression, so that no way of naming it can be forgotten here; a word that only looks like an id keeps
more than is needed, never less.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from guidec import ir
from guidec.document import encode
from guidec.proofs.bare import NO_CITATION
from guidec.record import inside, parts, rebuilt, record

_KINDS = ("inputs", "items", "definitions", "readings", "regimens", "decisions", "rules")


@record
class Slice:
    """A part of a guideline, and the digest of all that it means."""

    guideline: ir.Guideline
    digest: str


@dataclass(slots=True)
class Whole:
    """A guideline without what is only read, for many slices: by the id of a declaration every text in it, the ids of those that
    ask for the whole answer, and what was cut already."""

    guideline: ir.Guideline
    words: dict[str, frozenset[str]]
    asking: frozenset[str]
    slices: dict[frozenset[str], Slice] = field(default_factory=dict)


def whole_of(guideline: ir.Guideline) -> Whole:
    """What slices are cut from."""
    bare = rebuilt(without_documents(guideline), _wordless)
    found: dict[str, frozenset[str]] = {}
    for one in declared(bare):
        found[one.id] = found.get(one.id, frozenset()) | words(one)
    return Whole(bare, found, frozenset(one.id for one in declared(bare) if _asks_answer(one)))


def slice_of(whole: Whole, *roots: object) -> Slice:
    """The declarations that the roots name or are, with all that these name, and whatever speaks of every patient.

    Where something asks what is prescribed, or something is to be avoided, decisions look at each other, and all stay.
    """
    guideline = whole.guideline
    gates = (guideline.applies, guideline.impossible, guideline.avoids)
    named = words(roots, gates)
    if guideline.avoids:
        named |= _ids(guideline.decisions) | _ids(guideline.items) | _ids(_lists_of_drugs(guideline))
    kept = closure(whole.words, named)
    if kept & whole.asking or _asks_answer((roots, gates)):
        kept = closure(whole.words, kept | _ids(guideline.decisions))
    if kept not in whole.slices:
        lists: Any = {
            kind: tuple(one for one in getattr(guideline, kind) if one.id in kept) for kind in _KINDS
        }
        cut = replace(guideline, **lists)
        whole.slices[kept] = Slice(cut, digest(encode(cut)))
    return whole.slices[kept]


def naming(whole: Whole, names: Iterable[str]) -> tuple[str, ...]:
    """The decisions and rules that name one of the names, themselves or in a regimen."""
    wanted = frozenset(names)
    regimens = _ids(whole.guideline.regimens)

    def named(one: str) -> frozenset[str]:
        return frozenset().union(
            whole.words[one], *(whole.words[name] for name in whole.words[one] & regimens)
        )

    there = (*whole.guideline.decisions, *whole.guideline.rules)
    return tuple(one.id for one in there if named(one.id) & wanted)


def closure(named: dict[str, frozenset[str]], start: Iterable[str]) -> frozenset[str]:
    """The declarations among some words, and those that they name in turn."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        one = waiting.pop()
        if one in named and one not in found:
            found.add(one)
            waiting += named[one]
    return frozenset(found)


def words(*values: object) -> frozenset[str]:
    """Every text that stands anywhere in the values, ids among them."""
    found: set[str] = set()
    waiting: list[object] = list(values)
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            found.add(one)
        else:
            waiting += one if isinstance(one, tuple) else inside(one)
    return frozenset(found - {""})


def declared(guideline: ir.Guideline) -> list[Any]:
    """All that has an id of its own and a meaning."""
    return [one for kind in _KINDS for one in getattr(guideline, kind)]


def without_documents(guideline: ir.Guideline) -> ir.Guideline:
    """A guideline without what only documents it, and without its name and version."""
    return replace(
        guideline, id="", title="", version="", modules=(), sources=(), accounts=(), tables=(), questions=(),
        comparison=(), pathway=None,
    )  # fmt: skip


def digest(value: object) -> str:
    """Of what JSON can hold."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _wordless(one: Any) -> Any:
    """Without what nothing hangs on: labels, notes, codes and citations."""
    match one:
        case ir.Citation():
            return NO_CITATION
        case ir.Value():
            return ir.Value(one.id, "")
        case ir.Input() | ir.Item() | ir.Regimen():
            return replace(one, label="", notes=(), codes=())
        case ir.Definition() | ir.Rule():
            return replace(one, label="", notes=())
        case ir.Reading() | ir.Decision() | ir.Options() | ir.Branch() | ir.Recommendation():
            return replace(one, label="")
        case _:
            return one


def _asks_answer(one: object) -> bool:
    return any(isinstance(part, ir.Prescribed) for part in parts(one))


def _lists_of_drugs(guideline: ir.Guideline) -> Iterable[ir.Input]:
    """The inputs in which a drug may stand that isn't to be combined with another."""
    return (one for one in guideline.inputs if isinstance(one.type, ir.AnyOf) and one.type.drugs)


def _ids(declarations: Iterable[Any]) -> frozenset[str]:
    return frozenset(one.id for one in declarations)
