"""What was found once, kept for as long as nothing changes that it hangs on: a part of the guideline, the question, the compiler.

A patient may be kept; whoever recalls him replays him before he is shown.
"""

import json
from collections.abc import Callable
from typing import Any

from guidec.proofs.slices import digest
from guidec.record import record


@record
class Store:
    """Texts by a key of letters and digits. `made_by` names all that an answer hangs on beside what it is about: the compiler
    and the solver."""

    made_by: str
    read: Callable[[str], str | None]
    write: Callable[[str, str], None]


def key_of(store: Store | None, *about: object) -> str:
    """The key of an answer: who gives it, and all that it hangs on, as JSON. Nothing is worked out where nothing is kept."""
    return "" if store is None else digest([store.made_by, *about])


def recall(store: Store | None, key: str) -> Any:
    """The answer of this key, as JSON; None where there is none, or one that isn't whole."""
    if store is None:
        return None
    try:
        entry = json.loads(store.read(key) or "null")
        whole = isinstance(entry, dict) and entry.get("key") == key
        return entry["answer"] if whole and entry["seal"] == _seal(key, entry["answer"]) else None
    except (ValueError, KeyError, RecursionError):
        return None


def remember(store: Store | None, key: str, answer: object) -> None:
    if store is not None:
        entry = {"key": key, "answer": answer, "seal": _seal(key, answer)}
        store.write(key, json.dumps(entry))


def _seal(key: str, answer: object) -> str:
    """Of the answer as it is written: the order in which a patient is told counts."""
    return digest([key, json.dumps(answer)])
