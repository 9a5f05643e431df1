"""The one shape of everything the compiler has to say about a text."""

import difflib
from collections.abc import Iterable
from typing import Literal

from guidec.record import record
from guidec.source import Span

Severity = Literal["error", "warning", "note"]


@record
class Diagnostic:
    """What is wrong, where, and how to mend it. `code` has a manual page: `guidec explain CODE`.

    `example` is a patient whom it concerns, as text, and `patient` the same as JSON.
    """

    code: str
    message: str
    span: Span
    repair: str = ""
    severity: Severity = "error"
    example: str = ""
    patient: str = ""


def warning(code: str, message: str, span: Span, repair: str = "") -> Diagnostic:
    """A diagnostic that stops nothing unless `--strict` is on."""
    return Diagnostic(code, message, span, repair, "warning")


def note(code: str, message: str, span: Span, repair: str = "") -> Diagnostic:
    """A diagnostic that only informs."""
    return Diagnostic(code, message, span, repair, "note")


def has_errors(diagnostics: Iterable[Diagnostic]) -> bool:
    """Whether one of them is an error."""
    return any(diagnostic.severity == "error" for diagnostic in diagnostics)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """By place, each once."""
    return sorted(set(diagnostics), key=lambda found: (found.span, found.code, found.message))


def nearest(name: str, known: Iterable[str]) -> str:
    """The repair that proposes the known name most like this one, or an empty text."""
    close = difflib.get_close_matches(name[:80], sorted(set(known)), n=1, cutoff=0.6)
    return f"did you mean `{close[0]}`?" if close else ""


def cite_one(statements: Iterable[str]) -> str:
    """The repair of what cites nothing, with the first of the statements that may be cited."""
    return f"cite one: `[{next(iter(statements), 'ID')}]`"


def listed(names: Iterable[str], last: str = "and") -> str:
    """`a`, `b` and `c`: names in a sentence."""
    quoted = [f"`{name}`" for name in names]
    return (
        quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}" if quoted else ""
    )
