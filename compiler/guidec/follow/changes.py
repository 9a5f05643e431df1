"""Two results of one patient to what is different in the second, and the entries that make it so."""

from collections.abc import Iterator
from typing import Any

from guidec.evaluate import Compiled, Refused, evaluate

Json = dict[str, Any]
Key = tuple[str, str]
Facts = dict[Key, Any]


def changes(compiled: Compiled, before: tuple[Json, Json], after: tuple[Json, Json]) -> list[Json]:
    """What differs between two pairs of a record and its result. `because` has every entry that, put back alone to what it was,
    takes the change back; where none alone does, `together` a few that do."""
    old, new = facts(before[1]), facts(after[1])
    keys = [key for key in {**new, **old} if old.get(key) != new.get(key)]
    put_back = _PutBack(compiled, before[0], after[0])
    found: list[Json] = []
    for key in keys:
        entry: Json = {"kind": key[0], "id": key[1]}
        entry |= {"before": old[key]} if key in old else {}
        entry |= {"after": new[key]} if key in new else {}
        alone = [name for name in put_back.names if put_back.said((name,), key) == old.get(key)]
        found.append(
            {**entry, **({"because": alone} if alone else {"together": put_back.few(key, old.get(key))})}
        )
    return found


class _PutBack:
    """What would be said if some of the entries that differ were as they were; each set of them is evaluated once."""

    def __init__(self, compiled: Compiled, before: Json, after: Json) -> None:
        self._compiled, self._before, self._after = compiled, before, after
        self._known: dict[frozenset[str], Facts | None] = {}
        self.names = tuple(name for name in {**before, **after} if before.get(name) != after.get(name))

    def said(self, names: tuple[str, ...], key: Key) -> object:
        """A piece of the result with these entries put back; a refusal is none."""
        asked = frozenset(names)
        if asked not in self._known:
            record = {name: value for name, value in self._after.items() if name not in asked}
            record |= {name: self._before[name] for name in names if name in self._before}
            try:
                self._known[asked] = facts(evaluate(self._compiled, record, readings=False))
            except Refused:
                self._known[asked] = None
        found = self._known[asked]
        return _REFUSED if found is None else found.get(key)

    def few(self, key: Key, wanted: object) -> list[str]:
        """Entries that take a piece back together, none of which can be left out; the later ones are left out first."""
        kept = self.names
        for name in reversed(self.names):
            fewer = tuple(one for one in kept if one != name)
            if self.said(fewer, key) == wanted:
                kept = fewer
        return list(kept)


_REFUSED = object()


def facts(result: Json) -> Facts:
    """What a reader takes from a result, piece by piece."""
    found: Facts = {}
    for name, decision in result["decisions"].items():
        found["decision", name] = {
            "status": decision["status"],
            "recommendations": [one["id"] for one in result["recommendations"] if one["decision"] == name],
            "possible": _possible(decision),
        }
    for one in result["recommendations"]:
        for name, dose in _doses(one["gives"]):
            found.setdefault(("dose", name), []).append(dose)
    for kind in ("advice", "monitoring"):
        for one in result[kind]:
            found[kind, one["id"]] = one["applies"]
    for name, value in result["values"].items():
        found["value", name] = {key: one for key, one in value.items() if key != "needs"}
    return found


def _possible(decision: Json) -> list[str]:
    ids: dict[str, None] = {}
    for entry in decision["possible"]:
        ids.update(dict.fromkeys(one["id"] for one in entry["recommendations"]))
        if not entry["recommendations"]:
            ids[entry["status"] if entry["status"] != "determined" else "nothing"] = None
    return list(ids)


def _doses(gives: list[Json]) -> Iterator[tuple[str, Any]]:
    for one in gives:
        if "options" in one:
            yield from _doses(one["options"])
        elif one.get("drug", "not stated") != "not stated" and isinstance(one.get("dose"), dict):
            yield one["drug"], one["dose"]
