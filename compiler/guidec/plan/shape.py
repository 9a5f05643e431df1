"""A plan to JSON, and the schema of that from the same records.

`python -m guidec.plan.shape > grammar/plan.schema.json` writes the schema anew.
"""

import json
import types
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from guidec.plan.entries import Plan
from guidec.schema import DIALECT

Json = dict[str, Any]

_SIMPLE: dict[Any, Json] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"},
    int | float: {"type": "number"},
}


def plan_json(plan: Plan) -> Json:
    """The plan as plain values; dates are `YYYY-MM-DD`, and what stands at its default is left out."""
    found = _encoded(plan)
    assert isinstance(found, dict)
    return found


def _encoded(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_encoded(one) for one in value]
    if not is_dataclass(value):
        return value
    parts = ((field, getattr(value, field.name)) for field in fields(value))
    return {field.name: _encoded(part) for field, part in parts if part != field.default}


def plan_schema_text() -> str:
    """The schema as the file in `grammar/` holds it."""
    definitions: Json = {}
    whole = _schema(Plan, definitions)
    schema = {
        "$schema": DIALECT,
        "title": "Plan for one patient",
        "description": "What `guidec plan --format json` prints.",
        **whole,
        "$defs": dict(sorted(definitions.items())),
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(hint: Any, definitions: Json) -> Json:
    if hint in _SIMPLE:
        return _SIMPLE[hint]
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, definitions)
    parts = [part for part in get_args(hint) if part is not type(None)]
    if get_origin(hint) is Literal:
        return {"enum": parts}
    if get_origin(hint) is tuple:
        return {"type": "array", "items": _schema(parts[0], definitions)}
    assert get_origin(hint) in (Union, types.UnionType) and len(parts) == 1, hint
    return _schema(parts[0], definitions)


def _object(kind: type, definitions: Json) -> Json:
    name = kind.__name__.lower()
    if name not in definitions:
        definitions[name] = {}
        assert is_dataclass(kind)
        hints = get_type_hints(kind)
        definitions[name] = {
            "title": kind.__name__,
            "description": " ".join((kind.__doc__ or "").split()),
            "type": "object",
            "properties": {one.name: _schema(hints[one.name], definitions) for one in fields(kind)},
            "required": [one.name for one in fields(kind) if one.default is MISSING],
            "additionalProperties": False,
        }
    return {"$ref": f"#/$defs/{name}"}


if __name__ == "__main__":
    print(plan_schema_text(), end="")
