"""Frozen dataclasses that cost nothing to declare.

A frozen, slotted dataclass compiles six functions; the two hundred of ast, ir and rows took a fifth of the time of
`guidec check`. These share one set of functions instead, and are dataclasses to `fields`, `replace` and `match`.
"""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, dataclass, fields
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")

_fields: dict[type, tuple[str, ...]] = {}
_compared: dict[type, tuple[str, ...]] = {}
_defaults: dict[type, dict[str, Any]] = {}


@dataclass_transform(frozen_default=True)
def record(kind: type[T]) -> type[T]:
    """Make a class a frozen dataclass. Fields declared with `compare=False` stand outside equality."""
    documented = kind.__doc__
    kind.__doc__ = documented or " "  # without one, dataclass works out a signature to put there
    made: Any = dataclass(init=False, repr=False, eq=False)(kind)
    made.__doc__ = documented
    _fields[made] = tuple(one.name for one in fields(made))
    _compared[made] = tuple(one.name for one in fields(made) if one.compare)
    _defaults[made] = {one.name: one.default for one in fields(made) if one.default is not MISSING}
    made.__init__, made.__eq__, made.__hash__ = _init, _equal, _hash
    made.__repr__, made.__setattr__, made.__delattr__ = _repr, _frozen, _frozen
    return made  # type: ignore[no-any-return]


def _init(self: Any, *values: Any, **named: Any) -> None:
    names = _fields[type(self)]
    if len(values) == len(names) and not named:
        self.__dict__.update(zip(names, values, strict=True))
        return
    given = {**_defaults[type(self)], **dict(zip(names, values, strict=False)), **named}
    if len(values) > len(names) or given.keys() != set(names):
        raise TypeError(f"{type(self).__name__} takes the fields {', '.join(names)}")
    self.__dict__.update(given)


def _equal(self: Any, other: object) -> bool:
    if type(self) is not type(other):
        return NotImplemented  # type: ignore[no-any-return]
    mine, theirs = self.__dict__, other.__dict__
    return all(bool(mine[name] == theirs[name]) for name in _compared[type(self)])


def _hash(self: Any) -> int:
    mine = self.__dict__
    return hash((type(self), *(mine[name] for name in _compared[type(self)])))


def _repr(self: Any) -> str:
    inside = ", ".join(f"{name}={self.__dict__[name]!r}" for name in _compared[type(self)])
    return f"{type(self).__name__}({inside})"


def _frozen(self: Any, name: str, *value: Any) -> None:
    raise AttributeError(f"{type(self).__name__} is frozen: {name}")


def parts(*values: object) -> Iterator[Any]:
    """Every record inside the values, themselves included, in the order of the fields."""
    waiting = list(reversed(values))
    while waiting:
        one = waiting.pop()
        if isinstance(one, tuple):
            waiting += reversed(one)
        elif type(one) in _fields:
            yield one
            waiting += reversed(inside(one))


def inside(one: object) -> tuple[Any, ...]:
    """The values of a record's fields; nothing for anything else."""
    return tuple(one.__dict__[name] for name in _fields.get(type(one), ()))


def rebuilt(one: Any, change: Callable[[Any], Any]) -> Any:
    """A value with every record inside changed, the innermost first; what nothing changes stays the same object.

    Spans and other fields outside of equality stay as they are.
    """
    if isinstance(one, tuple):
        made = tuple(rebuilt(part, change) for part in one)
        return one if all(new is old for new, old in zip(made, one, strict=True)) else made
    if type(one) not in _fields:
        return one
    there = one.__dict__
    given = {name: rebuilt(there[name], change) for name in _compared[type(one)]}
    if any(given[name] is not there[name] for name in given):
        one = type(one)(**{**there, **given})
    return change(one)
