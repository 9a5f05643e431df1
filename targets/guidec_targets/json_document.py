"""The compiled guideline as one JSON document: self-contained, labels, statements and rows included."""

from guidec.diagnostic import Diagnostic
from guidec.document import dump_text
from guidec.evaluate import Compiled


def emit(compiled: Compiled) -> tuple[dict[str, str], list[Diagnostic]]:
    """`<guideline>.json`."""
    return {f"{compiled.guideline.id}.json": dump_text(compiled)}, []
