"""Values to Python source text that no text of a guideline can break out of, the same on every Python."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from guidec.numbers import decimal_text, is_decimal

WIDTH = 112

# Controls, line ends, invisible and bidirectional characters, lone surrogates; `#` begins what some tools
# obey.
_UNFIT = re.compile(
    "[#\x00-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb]"
)


@dataclass(frozen=True, slots=True)
class Code:
    """A piece of source text, as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function; `named` are keyword arguments."""

    function: str
    arguments: tuple[object, ...]
    named: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Lambda:
    """A function without a name; `parameters` as they are written."""

    parameters: str
    body: object


def literal(value: object) -> str:
    """A value on one line. Strings are ASCII between double quotes."""
    match value:
        case Code(text):
            return text
        case Call(function):
            return f"{function}({', '.join(key + literal(one) for key, one in _arguments(value))})"
        case Lambda():
            return f"{_head(value)}{literal(value.body)}"
        case bool() | int() | None:
            return str(value)
        case str():
            escaped = value.encode("unicode_escape").decode("ascii")
            return '"' + escaped.replace('"', '\\"') + '"'
        case Fraction():
            if value.denominator == 1:
                return f"Fraction({value.numerator})"
            return f'Fraction("{decimal_text(value) if is_decimal(value) else value}")'
        case tuple():
            return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
        case list():
            return f"[{', '.join(map(literal, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{_key(key)}{literal(one)}' for key, one in value.items())}}}"
        case _:
            raise AssertionError(f"no literal of {type(value).__name__}")


def laid_out(value: object, indent: int, before: int = 0) -> str:
    """A value on one line where it fits behind `before` characters, else its parts a line each."""
    line = literal(value)
    if (
        indent + before + len(line) < WIDTH
        or not value
        or not isinstance(value, tuple | list | Mapping | Call | Lambda)
    ):
        return line
    if isinstance(value, Lambda):
        return f"{_head(value)}{laid_out(value.body, indent, before + len(_head(value)))}"
    inner = " " * (indent + 4)
    match value:
        case Call(function):
            first, last, parts = f"{function}(", ")", _arguments(value)
        case Mapping():
            first, last, parts = "{", "}", [(_key(key), one) for key, one in value.items()]
        case tuple():
            first, last, parts = "(", ")", [("", one) for one in value]
        case _:
            first, last, parts = "[", "]", [("", one) for one in value]
    lines = [f"{inner}{key}{laid_out(one, indent + 4, len(key) + 1)},\n" for key, one in parts]
    return f"{first}\n{''.join(lines)}{' ' * indent}{last}"


def _head(function: Lambda) -> str:
    return f"lambda {function.parameters}: " if function.parameters else "lambda: "


def _arguments(call: Call) -> list[tuple[str, object]]:
    return [*(("", one) for one in call.arguments), *((f"{name}=", one) for name, one in call.named)]


def _key(key: object) -> str:
    """`**rest` stands for a mapping that is put in; it is written with an empty name after the stars."""
    return key.text if isinstance(key, Code) else f"{literal(key)}: "


def comment(words: str) -> str:
    """Words as they may stand in a comment behind a word of ours: one line, and nothing that a tool obeys."""
    return " ".join(_UNFIT.sub(" ", words).split(" ")).strip()


def quoted(label: str) -> str:
    """A label in a comment: the quote keeps it from being read as a command to a tool."""
    return f"“{comment(label)}”"


def in_docstring(words: str) -> str:
    """Words as they may stand between three double quotes."""
    return _UNFIT.sub(" ", words).replace("\\", "\\\\").replace('"""', '\\"\\"\\"').strip()
