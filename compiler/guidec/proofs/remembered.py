"""What was proven once, kept for as long as nothing changes: neither the guideline, nor the claim, nor the compiler.

Only a proof is kept. A patient who refutes a claim is found and replayed anew, and so is what stayed open.
"""

import json
from collections.abc import Callable
from hashlib import sha256

from guidec import ir
from guidec.document import encode
from guidec.evaluate import Compiled
from guidec.record import record


@record
class Store:
    """Texts by a key of letters and digits. `made_by` names all that a proof stands on beside what it is about: the compiler and
    the solver."""

    made_by: str
    read: Callable[[str], str | None]
    write: Callable[[str, str], None]


@record
class Proof:
    """A claim that holds: what it leaves out, and whether it is about nobody."""

    remark: str
    about_nobody: bool


def key_of(store: Store, compiled: Compiled, claim: ir.Claim) -> str:
    """What a proof stands on. The digest of a guideline is that of all that it means."""
    return _digest([store.made_by, compiled.digest, encode(claim)])


def recall(store: Store, key: str) -> Proof | None:
    """The proof of this key; None where there is none, or one that isn't whole."""
    try:
        entry = json.loads(store.read(key) or "null")
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or entry.pop("seal", None) != _digest(entry) or entry.get("key") != key:
        return None
    remark, nobody = entry.get("remark"), entry.get("about_nobody")
    return Proof(remark, nobody) if isinstance(remark, str) and isinstance(nobody, bool) else None


def remember(store: Store, key: str, proof: Proof) -> None:
    entry = {"key": key, "remark": proof.remark, "about_nobody": proof.about_nobody}
    store.write(key, json.dumps({**entry, "seal": _digest(entry)}, sort_keys=True))


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()
