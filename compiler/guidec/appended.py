"""A file's bytes to the same with generated scenarios behind them, or with reviews bound; nothing else in it moves."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from guidec import ir
from guidec.evaluate import Compiled
from guidec.fmt import fmt
from guidec.pipeline import Compilation, Read, compile_file
from guidec.proofs.coverage import Coverage, Kind
from guidec.proofs.generate import Made, generated, made_text
from guidec.proofs.reviews import digest
from guidec.scenarios import run

MOST_TIMES = 3
_REVIEW = re.compile(r"( *reviewed)( +[0-9a-f]{12})?\b")


class NotKept(Exception):
    """What was generated is not what the compiler reads: a mistake of ours, and then nothing is written."""


def with_scenarios(
    compilation: Compilation,
    data: bytes,
    read: Read,
    coverage: Coverage,
    kinds: Collection[Kind],
    tell: Callable[[str], None],
) -> tuple[bytes, list[Made]]:
    """The file with scenarios for what is missing, each run as it stands there. Raises NotKept."""
    titles = [one.title for one in compilation.scenarios]
    made = generated(coverage, kinds, titles, tell)
    guideline = coverage.measure.work.guideline
    for _ in range(MOST_TIMES):
        whole = data + _bytes(data, _laid_out(guideline, made)) if made else data
        again, new = _read_again(compilation, whole, read, len(made))
        failing = [_failing(again, one) for one in new]
        if not any(failing):
            return whole, made
        made = [_without(one, places) for one, places in zip(made, failing, strict=True)]
    raise NotKept


def with_reviews(data: bytes, digests: Mapping[int, str]) -> bytes:
    """The file with `reviewed` bound to a digest in each of these lines, which count from 1."""
    lines = data.split(b"\n")
    for number, bound in digests.items():
        text = lines[number - 1].decode()
        lines[number - 1] = _REVIEW.sub(rf"\1 {bound}", text, count=1).encode()
    return b"\n".join(lines)


def to_bind(compiled: Compiled, path: str, scenarios: Sequence[ir.Scenario]) -> dict[int, str]:
    """The lines of a file that say `reviewed` and nothing more, of scenarios that pass, and what they are bound to."""
    return {
        one.review.span.line: digest(compiled, one)
        for one in scenarios
        if one.review is not None and one.review.done and not one.review.digest
        if one.review.span.file == path and not run(compiled, one)
    }


def appended_text(data: bytes, whole: bytes) -> str:
    """What was added."""
    return whole[len(data) :].decode().replace("\r\n", "\n").lstrip("\n")


def _laid_out(guideline: ir.Guideline, made: Sequence[Made]) -> str:
    text, found = fmt(guideline.id, "\n".join(made_text(guideline, one) for one in made).encode())
    if text is None:
        raise NotKept(str(found[0]))
    return text


def _bytes(data: bytes, text: str) -> bytes:
    """The text as it continues the file, with its line ends."""
    end = b"" if data.endswith(b"\n") else b"\n"
    lines = (end.decode() + "\n" + text).encode()
    return lines.replace(b"\n", b"\r\n") if b"\r\n" in data else lines


def _read_again(
    before: Compilation, whole: bytes, read: Read, count: int
) -> tuple[Compiled, tuple[ir.Scenario, ...]]:
    """The guideline as it will be read, and its new scenarios."""
    name = before.path.rpartition("/")[2]
    after = compile_file(before.path, lambda asked: whole if asked == name else read(asked))
    own = [one for one in after.scenarios if one.span.file == before.path]
    told = {replace(one, span=ir.NOWHERE) for one in before.diagnostics}
    new = [one for one in after.diagnostics if replace(one, span=ir.NOWHERE) not in told]
    if after.compiled is None or len(after.scenarios) != len(before.scenarios) + count or new:
        raise NotKept(str(new[:1]))
    return after.compiled, tuple(own[len(own) - count :])


def _failing(compiled: Compiled, scenario: ir.Scenario) -> set[int]:
    """The places of the expectations that say less than the evaluator does, such as one dose for two orders of a drug."""
    failures = [id(one.expectation) for one in run(compiled, scenario)]
    return {at for at, one in enumerate(scenario.expected) if id(one) in failures}


def _without(made: Made, places: Collection[int]) -> Made:
    return replace(made, expected=tuple(one for at, one in enumerate(made.expected) if at not in places))
