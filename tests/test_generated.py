"""Whole guidelines, generated: printed and read, laid out, dumped and loaded, held against completions and in Python."""

import json
import os
import random
import re

import pytest
from jsonschema.exceptions import ValidationError, best_match

import generate
from guidec.document import dump_text, load
from guidec.evaluate import Compiled
from guidec.fmt import fmt, same_apart_from_places
from guidec.layout import declaration_text
from guidec.parse import parse
from guidec.pipeline import Compilation, compile_file
from meaning import hold_against_completions
from shrinking import Declarations, shrunk
from test_fmt import with_comments
from test_python_target import answer, emitted, loaded, patient, reference

GENERATED = int(os.environ.get("GUIDEC_GENERATED", "30"))
FIRST = int(os.environ.get("GUIDEC_GENERATED_FROM", "0"))
CASES = 25
SEEDS = [range(start, min(start + 5, FIRST + GENERATED)) for start in range(FIRST, FIRST + GENERATED, 5)]

NOT_LOOKED_FOR = {"impossible_everyone", "too_large", "too_many_rows"}
"""What the author can't see before it has written everything: nobody is left, or there is too much."""


class Fault(AssertionError):
    """A property that does not hold; `what` names it."""

    def __init__(self, what: str, message: str = "") -> None:
        super().__init__(f"{what}: {message}")
        self.what = what


def compiled_from(text: str) -> Compilation:
    return compile_file("generated.guide", generate.reader(text))


def check(written: Declarations, seed: int) -> Compiled | None:
    """Every property of a guideline, cheap ones first. None where it is too large or leaves nobody."""
    text = generate.text(written)
    check_printed(written, text)
    found = compiled_from(text)
    errors = {one.code for one in found.diagnostics if one.severity == "error"}
    if errors - NOT_LOOKED_FOR:
        said = [one for one in found.diagnostics if one.severity == "error"]
        raise Fault(f"compiles ({', '.join(sorted(errors))})", "\n".join(map(str, said)))
    if found.compiled is None:
        return None
    check_comments(text, found.compiled, seed)
    check_document(found.compiled)
    hold_against_completions(found.compiled, CASES, seed)
    check_python(found.compiled, seed)
    return found.compiled


def check_printed(written: Declarations, text: str) -> None:
    tree, found = parse("generated.guide", text)
    if found:
        raise Fault("what is printed is read", str(found[0]))
    for one, other in zip(written, tree.declarations, strict=True):
        if not same_apart_from_places(one, other):
            raise Fault("what is printed is read as it was", declaration_text(one))
    if fmt("generated.guide", text.encode()) != (text, []):
        raise Fault("what is printed is laid out")


def check_comments(text: str, compiled: Compiled, seed: int) -> None:
    """Comments and another layout leave the digest as it is."""
    dice = random.Random(seed)
    other = with_comments(text.replace("\n    ", "\n         "), dice, 8)
    if parse("generated.guide", other)[1]:
        return
    made, found = fmt("generated.guide", other.encode())
    if made is None:
        raise Fault("comments are laid out", str(found))
    if fmt("generated.guide", made.encode())[0] != made:
        raise Fault("twice laid out is once laid out", other)
    again = compiled_from(made).compiled
    if again is None or again.digest != compiled.digest:
        raise Fault("comments leave the digest", other)


def check_document(compiled: Compiled) -> None:
    text = dump_text(compiled)
    again, found = load(json.loads(text), "generated.json")
    if again is None:
        raise Fault("a document is loaded", str(found))
    if dump_text(again) != text:
        raise Fault("a document stays as it was")


def check_python(compiled: Compiled, seed: int) -> None:
    """The emitted module says what the reference says, refusals included."""
    dice = random.Random(seed)
    run = loaded(emitted(compiled))["evaluate"]
    for _ in range(CASES):
        record = patient(compiled, dice)
        expected, found = reference(compiled, record), answer(run, record)
        if found != expected:
            at = next(
                at for at, (one, other) in enumerate(zip(expected, found, strict=False)) if one != other
            )
            part = slice(max(0, at - 80), at + 120)
            raise Fault(
                "the emitted module agrees",
                f"\n  patient   {json.dumps(record)}\n  reference … {expected[part]}\n  emitted   … {found[part]}",
            )


# --- what fails, made small --------------------------------------------------


def kind_of(fault: Exception) -> str:
    """What two faults share that have one cause, more or less."""
    if isinstance(fault, Fault):
        return fault.what
    said = str(fault).splitlines()[0] if str(fault) else ""
    return f"{type(fault).__name__} {re.sub(r'[a-z]+_[0-9]+|[0-9]+', '', said)}"[:60]


def fault_of(written: Declarations, seed: int) -> Exception | None:
    try:
        check(written, seed)
    except ValidationError as fault:
        inner = best_match([fault])
        return Fault(
            f"a result keeps to its schema ({inner.validator})", f"{inner.json_path}: {inner.message}"
        )
    except Exception as fault:
        return fault
    return None


def told(written: Declarations, seed: int, fault: Exception) -> str:
    """What fails, and the smallest guideline that is found for which it does, to be pasted into a file."""
    wanted = kind_of(fault)

    def fails(some: Declarations) -> bool:
        other = fault_of(some, seed)
        return other is not None and kind_of(other) == wanted

    small = shrunk(written, fails)
    return f"seed {seed}: {fault_of(small, seed)}\n\n{generate.text(small)}"


# --- the tests ---------------------------------------------------------------


@pytest.mark.parametrize("seeds", SEEDS, ids=lambda seeds: f"{seeds.start}_to_{seeds.stop - 1}")
def test_generated_guidelines_hold_every_property(seeds: range) -> None:
    for seed in seeds:
        written = generate.declarations(seed)
        fault = fault_of(written, seed)
        if fault is not None:
            pytest.fail(told(written, seed, fault), pytrace=False)


def test_most_generated_guidelines_compile() -> None:
    found = [compiled_from(generate.guideline(seed)).compiled for seed in range(100)]
    assert sum(one is None for one in found) <= 5


def test_the_same_seed_writes_the_same_guideline() -> None:
    assert generate.guideline(7) == generate.guideline(7)
    assert len({generate.guideline(seed) for seed in range(20)}) == 20
