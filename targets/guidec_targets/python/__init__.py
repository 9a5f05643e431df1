"""A Python module that runs by itself: `evaluate(patient)`, and `python GUIDELINE.py patient.json`."""

import re
from importlib.resources import files
from keyword import iskeyword

from guidec import ir
from guidec.diagnostic import Diagnostic
from guidec.evaluate import Compiled
from guidec.evaluate.completions import MOST_COMPARED
from guidec.lower.coordinates import size
from guidec.record import parts
from guidec.target import Emitted
from guidec_targets.python.computed import FEW_CELLS
from guidec_targets.python.literals import in_docstring
from guidec_targets.python.tables import Tables

# What an emitted module imports, directly or through others: a file of that name would be found in its stead.
_IMPORTED = """
    abc ast bisect collections contextlib contextvars copyreg datetime decimal enum fractions functools heapq
    itertools json keyword linecache locale math numbers operator os re reprlib stat struct sys textwrap
    threading tokenize traceback types typing warnings weakref
"""


def emit(compiled: Compiled) -> Emitted:
    """`<guideline>.py`, for Python 3.11 and later and its standard library alone."""
    name = compiled.guideline.id
    if name in _IMPORTED.split():
        message = f"`{name}.py` would hide a module of Python that it needs"
        return {}, [
            Diagnostic(
                "hides_python_module", message, compiled.guideline.span, "give the guideline another name"
            )
        ]
    runtime = files("guidec_targets.python").joinpath("runtime.py").read_text("utf-8")
    tables = Tables(compiled)
    written = tables.text()
    sections = _sections(compiled, tables.computed.uses)
    head, body = (_piece(runtime, name, sections) for name in ("head", "body"))
    text = f"{_docstring(compiled)}\n{head}\n\n{written}\n\n{body}"
    return {f"{name}.py": text}, []


def _piece(runtime: str, name: str, sections: set[str]) -> str:
    """One part of the runtime, without its marks and the sections that this guideline doesn't need."""
    inside = runtime.partition(f"# <{name}>\n")[2].partition(f"# </{name}>\n")[0]
    kept: list[str] = []
    leaving: str | None = None
    for line in inside.splitlines(keepends=True):
        mark = re.fullmatch(r" *# <(/?)([a-z]+)>\n", line)
        if mark is None:
            if leaving is None:
                kept.append(line)
        elif mark[1] and leaving == mark[2]:
            leaving = None
        elif not mark[1] and leaving is None and mark[2] not in sections:
            leaving = mark[2]
    return re.sub(r"\n{4,}", "\n\n\n", "".join(kept))


def _sections(compiled: Compiled, computed: set[str]) -> set[str]:
    """The pieces of the runtime that a guideline needs; `computed` are those of its computed numbers."""
    guideline, program = compiled.guideline, compiled.program
    tables = (*program.decisions.values(), *(table for lines in program.options.values() for table in lines))
    conditions = (
        *program.rules.values(),
        *program.definitions.values(),
        *(condition for _, condition in program.asides),
        *(condition for category in program.categories.values() for condition in category),
    )
    counts = [len(one.rows) for one in tables] + [len(one.rows) for one in conditions]
    bands = any(isinstance(one, ir.DoseInBands) for one in parts(guideline))
    dates = any(isinstance(entry.type, ir.Date) for entry in guideline.inputs)
    series = any(entry.series is not None for entry in guideline.inputs)
    needed = {
        "numbers": bool(program.numbers),
        "categories": any(one.id in program.categories and not one.role for one in guideline.definitions),
        "pathway": guideline.pathway is not None,
        "scope": any(when == guideline.applies for when, _ in program.asides),
        "wide": any(size(one) > FEW_CELLS for one in program.coordinates),
        "many": max(counts, default=0) > MOST_COMPARED,
        "impossible": bool(guideline.impossible),
        "avoided": bool(guideline.avoids),
        "readings": bool(guideline.readings),
        "dates": dates,
        "days": dates or series,
        "series": series,
        "sets": any(isinstance(entry.type, ir.AnyOf) for entry in guideline.inputs),
        "windows": any(one.window is not None or one.ends is not None for one in guideline.rules),
        "doses": any(isinstance(one, ir.Dose) and one.of is not None for one in parts(guideline)) or bands,
        "bands": bands,
        "held": any(isinstance(one, ir.Held) for one in parts(guideline)),
    }
    return computed | {name for name, there in needed.items() if there}


def _docstring(compiled: Compiled) -> str:
    guideline = compiled.guideline
    title, name = in_docstring(guideline.title), in_docstring(guideline.id)
    return f'''"""{title} ({name} {in_docstring(guideline.version)})

Written by guidec from {name}.guide; change that file, not this one.

{_sources(guideline)}
Digest {compiled.digest}

From Python:

    {_import(name)}
    result = evaluate({{...}})    # every part of the result is built anew

    A record that can't be used raises ValueError; its `errors` list every problem: input, code, message.

From a shell:

    python {name}.py patient.json    # - for standard input

Inputs are the keys of INPUTS. One that is left out, or null, is a blank, never a no; {{"one_of": [...]}} is
known in part. The key `readings`, an object, chooses how an ambiguous passage of the source is read.

How blanks are handled: each coordinate of COORDINATES cuts one input (or one number computed from several)
into cells, so that inside a cell every comparison of the guideline has one truth value. A patient is, for
each coordinate, the cells that are still possible, as bits: one bit where the input is known, all bits where
it is blank. A row accepts, for each coordinate that it names, some cells as bits; it is possible where its
bits meet the patient's in every one. The rows of a decision are disjoint and hold every patient, so the ends
of the possible rows are exactly the outcomes that some way of filling in the blanks leads to. One outcome:
the answer is determined. Several: it is open, and `needs` says what to ask.
"""
'''


def _import(name: str) -> str:
    """The line that brings `evaluate` in; a word of Python can't stand in an import."""
    if iskeyword(name):
        return f'evaluate = __import__("{name}").evaluate'
    return f"from {name} import evaluate"


def _sources(guideline: ir.Guideline) -> str:
    lines: list[str] = []
    for source in guideline.sources:
        fields = {one.key: ", ".join(one.values) for one in source.fields}
        lines.append(f"Source {in_docstring(source.id)}: {in_docstring(fields.pop('title', ''))}")
        lines += [f"    {in_docstring(key)}: {in_docstring(value)}" for key, value in fields.items()]
    return "".join(f"{line.rstrip()}\n" for line in lines)
