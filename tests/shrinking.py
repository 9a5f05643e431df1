"""Declarations that fail to fewer that still fail: one part after the other is left out."""

import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from guidec import ast
from guidec.source import Span

Declarations = tuple[ast.Declaration, ...]


def shrunk(written: Declarations, fails: Callable[[Declarations], bool], seconds: float = 60) -> Declarations:
    """The smallest that is found within some seconds by leaving out what isn't needed to fail."""
    until = time.monotonic() + seconds
    smaller = True
    while smaller:
        smaller = False
        for candidate in _smaller(written):
            if time.monotonic() > until:
                return written
            if fails(candidate):
                written, smaller = candidate, True
                break
    return written


def _smaller(written: Declarations) -> Iterator[Declarations]:
    """Without a half, without one declaration, then with one that is simpler."""
    half = len(written) // 2
    if half > 2:
        yield (*written[:1], *written[1 : half + 1])
        yield (*written[:1], *written[half + 1 :])
    for at in reversed(range(len(written))):
        yield (*written[:at], *written[at + 1 :])
    for at in reversed(range(len(written))):
        for simpler in _simpler(written[at]):
            yield (*written[:at], simpler, *written[at + 1 :])


def _simpler(node: Any) -> Iterator[Any]:
    """The node without one of its parts, or with a part that is simpler; an expression by one of its own."""
    yield from _inner(node)
    for field in fields(node):
        part = getattr(node, field.name)
        if isinstance(part, Span | str):
            continue
        if isinstance(part, tuple):
            for at, one in enumerate(part):
                yield replace(node, **{field.name: (*part[:at], *part[at + 1 :])})
                if hasattr(one, "span") and hasattr(one, "__dataclass_fields__"):
                    for simpler in _simpler(one):
                        yield replace(node, **{field.name: (*part[:at], simpler, *part[at + 1 :])})
        elif hasattr(part, "__dataclass_fields__"):
            if "None" in str(field.type):
                yield replace(node, **{field.name: None})
            for simpler in _simpler(part):
                yield replace(node, **{field.name: simpler})


def _inner(node: Any) -> Iterator[Any]:
    match node:
        case ast.Binary(_, left, right):
            yield from (left, right)
        case ast.Unary(_, operand) | ast.Rounded(operand):
            yield operand
        case ast.Call(_, arguments):
            yield from arguments
        case ast.Conflict(_, _, parts) | ast.AllOf(_, parts):
            yield from parts
        case ast.By(_, _, branches) | ast.Whens(branches):
            yield from (branch.body for branch in branches)
        case _:
            pass
