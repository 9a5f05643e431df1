"""The dataclasses of ir and rows to the JSON Schema of a compiled guideline; faults by it and by those of results and timelines.

`python -m guidec.schema > grammar/guideline.schema.json` writes the schema anew.
"""

import json
import types
from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin, get_type_hints

from guidec import ir, rows
from guidec.data import data_text
from guidec.document import FORMAT, tag

if TYPE_CHECKING:
    from jsonschema_rs import Validator

Json = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
DIGEST = "^sha256:[0-9a-f]{64}$"
NUMBER = "^-?(0|[1-9][0-9]*)(\\.[0-9]*[1-9]|/[1-9][0-9]*)$"


def guideline_schema() -> Json:
    """JSON Schema 2020-12 of what `document.dump` writes."""
    definitions: Json = {"exact_number": _exact_number(), "cells": _cells()}
    guideline, program = _schema(ir.Guideline, definitions), _schema(rows.Program, definitions)
    return {
        "$schema": DIALECT,
        "title": "Compiled guideline",
        "description": "A guideline as `guidec build` writes it: its meaning, and the rows that every program runs.",
        "type": "object",
        "properties": {
            "format": {"const": FORMAT},
            "digest": {
                "description": "SHA-256 of the document with sorted keys and without white space, `digest` and `spans`.",
                "type": "string",
                "pattern": DIGEST,
            },
            "guideline": guideline,
            "rows": program,
            "spans": _spans(),
        },
        "required": ["format", "digest", "guideline", "rows", "spans"],
        "additionalProperties": False,
        "$defs": dict(sorted(definitions.items())),
    }


def guideline_schema_text() -> str:
    """The schema as the file in `grammar/` holds it."""
    return json.dumps(guideline_schema(), indent=2, ensure_ascii=False) + "\n"


def guideline_faults(document: Json) -> list[str]:
    """Where a compiled guideline breaks its schema, as JSON paths."""
    return [_path(one.instance_path) for one in _validator("guideline.schema.json").iter_errors(document)]


def result_faults(result: Json) -> list[str]:
    """Where what `guidec eval` and every executable target print breaks its schema, as JSON paths."""
    return [_path(one.instance_path) for one in _validator("result.schema.json").iter_errors(result)]


def timeline_faults(timeline: Json) -> list[str]:
    """Where what `guidec follow --format json` prints breaks its schema, as JSON paths; results have a schema of their own."""
    return [_path(one.instance_path) for one in _validator("timeline.schema.json").iter_errors(timeline)]


def state_faults(state: Json) -> list[str]:
    """Where the state of a timeline breaks the schema, as JSON paths."""
    return [
        _path(one.instance_path) for one in _validator("timeline.schema.json", "state").iter_errors(state)
    ]


def _path(steps: Sequence[str | int]) -> str:
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


@cache
def _validator(name: str, part: str = "") -> "Validator":
    """Of a schema, or of one of its definitions. Made once in a process. Written in Rust: a document of megabytes takes it
    milliseconds."""
    from jsonschema_rs import validator_for

    schema = json.loads(data_text("grammar", name))
    if part:
        schema = {"$schema": schema["$schema"], **_reference(part), "$defs": schema["$defs"]}
    return validator_for(schema)


# --- parts that no dataclass describes ---------------------------------------


def _exact_number() -> Json:
    return {
        "title": "Exact number",
        "description": "An integer; a decimal as text (`1.5`); or, where it is none, a fraction (`125/3`).",
        "anyOf": [{"type": "integer"}, {"type": "string", "pattern": NUMBER}],
    }


def _cells() -> Json:
    return {
        "title": "Cells",
        "description": "Cells of a coordinate, counted from 0, as ranges: `0-3,7`.",
        "type": "string",
        "pattern": "^[0-9]+(-[0-9]+)?(,[0-9]+(-[0-9]+)?)*$",
    }


def _spans() -> Json:
    place = {
        "type": "array",
        "prefixItems": [{"type": "string"}, *({"type": "integer", "minimum": 1} for _ in range(4))],
        "minItems": 5,
        "items": False,
    }
    return {
        "description": "Where each part of `guideline` was written, by its JSON pointer: file, line, column, end line, "
        "end column. Outside the digest.",
        "type": "object",
        "propertyNames": {"pattern": "^/guideline(/[a-z0-9_]+)*$"},
        "additionalProperties": place,
    }


# --- types to schemas --------------------------------------------------------


def _schema(hint: Any, definitions: Json) -> Json:
    simple = {str: "string", int: "integer", bool: "boolean"}
    if hint in simple:
        return {"type": simple[hint]}
    if hint is Fraction:
        return _reference("exact_number")
    if hint is rows.Mask:
        return _reference("cells")
    if is_dataclass(hint) and isinstance(hint, type):
        return _object(hint, definitions)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(parts)}
    if origin in (Union, types.UnionType):
        return _union(hint, definitions)
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(parts[1], definitions)}
    if origin is tuple:
        return _list(parts, definitions)
    raise AssertionError(hint)


def _reference(name: str) -> Json:
    return {"$ref": f"#/$defs/{name}"}


def _list(parts: tuple[Any, ...], definitions: Json) -> Json:
    if len(parts) == 2 and parts[1] is ...:
        return {"type": "array", "items": _schema(parts[0], definitions)}
    return {
        "type": "array",
        "prefixItems": [_schema(part, definitions) for part in parts],
        "minItems": len(parts),
        "items": False,
    }


def _union(hint: Any, definitions: Json) -> Json:
    """A union that has a name is described once."""
    name = next((name for name, union in _unions() if union == hint), None)
    parts = [part for part in get_args(hint) if part is not type(None)]
    if name is None or len(parts) == 1:
        return _schema(parts[0], definitions) if len(parts) == 1 else _one_of(parts, definitions)
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = {"title": _title(name), **_one_of(parts, definitions)}
    return _reference(name)


def _one_of(parts: list[Any], definitions: Json) -> Json:
    """Objects are told apart by their `is`, so that a validator looks at one of them alone."""
    if not all(is_dataclass(part) for part in parts):
        return {"anyOf": [_schema(part, definitions) for part in parts]}
    return {
        "type": "object",
        "required": ["is"],
        "properties": {"is": {"enum": [tag(part) for part in parts]}},
        "allOf": [
            {"if": {"properties": {"is": {"const": tag(part)}}}, "then": _schema(part, definitions)}
            for part in parts
        ],
    }


@lru_cache(maxsize=1)
def _unions() -> list[tuple[str, Any]]:
    return [
        (name.lower() if module is ir else f"rows.{name.lower()}", value)
        for module in (ir, rows)
        for name, value in vars(module).items()
        if get_origin(value) in (Union, types.UnionType)
    ]


def _object(kind: type, definitions: Json) -> Json:
    name = f"rows.{tag(kind)}" if kind.__module__ == rows.__name__ else tag(kind)
    if name in definitions:
        return _reference(name)
    definitions[name] = {}
    properties: Json = {"is": {"const": tag(kind)}}
    required = ["is"]
    for field, hint in _fields(kind):
        properties[field] = _schema(hint, definitions)
        if type(None) not in get_args(hint):
            required.append(field)
    found: Json = {"title": _title(name)}
    text = " ".join((kind.__doc__ or "").split())
    if text and not text.startswith(f"{kind.__name__}("):
        found["description"] = text
    found |= {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
    definitions[name] = found
    return _reference(name)


def _fields(kind: type) -> Iterator[tuple[str, Any]]:
    """The fields that are written: all but the span, which stands apart."""
    assert is_dataclass(kind)
    hints = get_type_hints(kind)
    for field in fields(kind):
        if field.compare:
            yield field.name, hints[field.name]


def _title(name: str) -> str:
    words = name.removeprefix("rows.").replace("_", " ")
    return f"{words[0].upper()}{words[1:]}{', in rows' if name.startswith('rows.') else ''}"


if __name__ == "__main__":
    print(guideline_schema_text(), end="")
