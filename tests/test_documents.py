"""The compiled document: it says all that the text means, no more and no less, and nothing broken passes for one."""

import json
import os
import random
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

import generate
from guidec.document import dump, dump_text, load
from guidec.evaluate import Compiled, Refused, evaluate, refusal
from guidec.pipeline import compile_file
from guidec.project import compile_path
from guidec.schema import guideline_faults, guideline_schema_text, result_faults
from meaning import as_json, cases
from schemas import guideline_validator, result_validator

Json = dict[str, Any]

HERE = Path(__file__).parent
ROOT = HERE.parent
GUIDES = [
    path
    for path in (
        *sorted((HERE / "data" / "meaning").glob("*.guide")),
        *sorted((ROOT / "guidelines").rglob("*.guide")),
    )
    if compile_path(path).compiled is not None
]

pytestmark = pytest.mark.filterwarnings("error")


@lru_cache(maxsize=64)
def compiled(path: Path) -> Compiled:
    found = compile_path(path)
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def compiled_text(text: str) -> Compiled:
    found = compile_file("t.guide", lambda _: text.encode())
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def taken_up(text: str) -> Compiled:
    found, faults = load(json.loads(text), "t.json")
    assert found is not None, faults
    return found


def is_refused(document: object) -> bool:
    """One diagnostic and nothing else."""
    found, faults = load(document, "broken.json")
    if found is not None:
        assert not faults
        return False
    assert [fault.code for fault in faults] == ["bad_document"]
    assert faults[0].span.file == "broken.json"
    return True


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_a_document_is_taken_up_as_it_was_compiled(path: Path) -> None:
    first = compiled(path)
    again = taken_up(dump_text(first))
    assert again == first
    assert dump_text(again) == dump_text(first)


@pytest.mark.parametrize("path", GUIDES, ids=lambda path: path.stem)
def test_documents_and_results_follow_their_schemas(path: Path) -> None:
    first = compiled(path)
    guideline_validator().validate(json.loads(dump_text(first)))
    assert not guideline_faults(json.loads(dump_text(first)))
    for case in cases(first.guideline, 25, seed=3) if path.parent.name == "meaning" else ():
        check_result(first, as_json(first.guideline, case))
    check_result(first, {})
    check_result(first, {"no_such_input": 1})


def check_result(guideline: Compiled, patient: Json) -> None:
    try:
        result = evaluate(guideline, patient)
    except Refused as refused:
        result = refusal(refused)
    result_validator().validate(json.loads(json.dumps(result, allow_nan=False)))
    assert not result_faults(result)


def test_generated_guidelines_are_taken_up_as_they_were_compiled() -> None:
    for seed in range(15):
        text = generate.guideline(seed).encode()
        found = compile_file("t.guide", lambda _, text=text: text)  # type: ignore[misc]
        if found.compiled is not None:
            document = dump_text(found.compiled)
            assert taken_up(document) == found.compiled, seed
            guideline_validator().validate(json.loads(document))


def test_the_schema_of_documents_is_the_one_of_the_code() -> None:
    written = (ROOT / "grammar" / "guideline.schema.json").read_text("utf-8")
    assert written == guideline_schema_text(), "python -m guidec.schema > grammar/guideline.schema.json"


@pytest.mark.parametrize(
    "change",
    [
        {"status": "perhaps"},
        {"extra": 1},
        {"needs": ["severe", "severe"]},
        {"digest": "sha256:0"},
        {"decisions": {"treatment": {"status": "determined", "needs": [], "ask_next": "not needed"}}},
        {
            "decisions": {
                "treatment": {"status": "determined", "needs": ["kind"], "ask_next": "kind", "possible": []}
            }
        },
        {"errors": []},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_schema_of_results_is_strict(change: Json) -> None:
    first = compiled(HERE / "data" / "meaning" / "enumerations.guide")
    result = evaluate(first, {"kind": "first"})
    assert result_validator().is_valid(result)
    assert not result_validator().is_valid({**result, **change})
    assert result_faults({**result, **change})
    for key in result:
        assert not result_validator().is_valid({name: value for name, value in result.items() if name != key})


# --- the digest --------------------------------------------------------------

TEXT = """guideline t "T"
  version 1.0.0
  language guidec/1

drug a "A"

input age "Age"
  integer from 0 to 9

decision first "First"
  when age > 3: recommend a; rest not stated
  otherwise: nothing
"""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("\n\n", "\n\n\n\n"),
        ('drug a "A"', '# a remark\ndrug a "A"  # and another'),
        ("age > 3:", "age   >  3 :"),
        ("  integer", "      integer"),
        ("\n", "\r\n"),
        ("guideline", "\ufeffguideline"),
    ],
)
def test_layout_does_not_change_the_digest(before: str, after: str) -> None:
    changed = TEXT.replace(before, after, 1 if "guideline" in before else -1)
    assert changed != TEXT
    assert compiled_text(changed).digest == compiled_text(TEXT).digest


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("> 3", ">= 3"),
        ("> 3", "> 4"),
        ("recommend", "suggest"),
        ('drug a "A"', 'drug a "B"'),
        ("1.0.0", "1.0.1"),
        ('"Age"\n', '"Age"\n  note "A note."\n'),
        ("to 9", "to 10"),
        ("rest not stated", "rest not stated; usual"),
    ],
)
def test_meaning_changes_the_digest(before: str, after: str) -> None:
    changed = TEXT.replace(before, after)
    assert compiled_text(changed).digest != compiled_text(TEXT).digest


def test_documents_are_the_same_bytes_under_every_hash_seed() -> None:
    names = ("rules", "impossible_numbers", "choices", "readings", "module_user")
    program = (
        "import sys; from pathlib import Path; from guidec.project import compile_path; "
        "from guidec.document import dump_text; from guidec.evaluate import evaluate; import json\n"
        "for name in sys.argv[1:]:\n"
        "    c = compile_path(Path(name)).compiled\n"
        "    print(dump_text(c), json.dumps(evaluate(c, {})))\n"
    )
    outputs = set()
    for seed in ("0", "1", "4242"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        files = [str(HERE / "data" / "meaning" / f"{name}.guide") for name in names]
        run = subprocess.run(
            [sys.executable, "-c", program, *files], env=environment, capture_output=True, check=True
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1
    assert len(outputs.pop()) > 10_000


# --- broken documents --------------------------------------------------------


PARTS = 6
"""Every sixth part is broken in each of three tests: half of them all, in another way each time."""


def places(node: object, at: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every part of a document, the spans left out: they stand outside its meaning."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(node, dict):
        for key, value in node.items():
            if at or key != "spans":
                found += [(*at, key), *places(value, (*at, key))]
    elif isinstance(node, list):
        for index, value in enumerate(node):
            found += [(*at, index), *places(value, (*at, index))]
    return found


def holder(document: Any, at: tuple[str | int, ...]) -> Any:
    for key in at[:-1]:
        document = document[key]
    return document


def signed(document: Json) -> Json:
    """A broken document whose author has mended the digest."""
    from guidec.document import digest_of

    return {**document, "digest": digest_of(document.get("guideline"), document.get("rows"))}


@lru_cache(maxsize=1)
def example() -> str:
    return dump_text(compiled(HERE / "data" / "meaning" / "small.guide"))


@pytest.mark.parametrize("part", range(3))
def test_a_document_without_any_of_its_parts_is_refused(part: int) -> None:
    for at in places(json.loads(example()))[part::PARTS]:
        document = json.loads(example())
        del holder(document, at)[at[-1]]
        assert is_refused(document), at
        runs_if_it_is_taken_up(signed(document))


@pytest.mark.parametrize("part", range(3))
def test_a_document_with_swapped_values_is_refused(part: int) -> None:
    strange: tuple[object, ...] = (
        None, True, -1, 0, 10**400, 1.5, "", "x", "1/0", "1e9999999", "not stated", [], {}, [[]], {"is": "split"},
    )  # fmt: skip
    dice = random.Random(part)
    for at in places(json.loads(example()))[part::PARTS]:
        document = json.loads(example())
        value = dice.choice(strange)
        if holder(document, at)[at[-1]] == value and type(holder(document, at)[at[-1]]) is type(value):
            continue
        holder(document, at)[at[-1]] = value
        assert is_refused(document), (at, value)
        runs_if_it_is_taken_up(signed(document))


def runs_if_it_is_taken_up(document: Json) -> None:
    """With its digest mended it may be another guideline. Then it is a whole one, and any patient can be given to it."""
    found, faults = load(document, "broken.json")
    if found is None:
        assert [fault.code for fault in faults] == ["bad_document"]
        return
    for patient in ({}, {"kind": "first", "severe": True, "weight": 2}, {"kind": "second", "weight": 3}):
        try:
            evaluate(found, patient)
        except Refused:
            continue


def test_a_document_with_other_rows_is_refused() -> None:
    document = json.loads(example())
    rows = document["rows"]["decisions"]["begin"]["rows"]
    rows.reverse()
    assert is_refused(document)
    assert is_refused(signed(document))


def test_a_document_with_another_digest_is_refused() -> None:
    document = json.loads(example())
    digest = document["digest"]
    assert is_refused({**document, "digest": digest[:-1] + ("0" if digest[-1] != "0" else "1")})
    assert is_refused({**document, "format": "guidec/2 compiled"})
    assert is_refused({**document, "digest": None})


@pytest.mark.parametrize(
    "document", [None, 1, "x", [], {}, {"format": "guidec/1 compiled"}, [[[[]]]], float("nan")]
)
def test_what_is_no_document_is_refused(document: object) -> None:
    assert is_refused(document)


def test_a_document_that_is_nested_too_deep_is_refused() -> None:
    document = json.loads(example())
    deep: Json = {"is": "always", "value": True}
    for _ in range(5_000):
        deep = {"is": "not", "operand": deep}
    document["guideline"]["applies"] = deep
    assert is_refused(document)
    lists: list[Any] = []
    for _ in range(100_000):
        lists = [lists]
    assert is_refused({**json.loads(example()), "rows": lists})


def test_a_file_that_is_no_document_is_refused(tmp_path: Path) -> None:
    texts = {
        "empty": b"",
        "nested": b"[" * 200_000,
        "bytes": b"\xff\xfe\x00",
        "long": b"9" * 10_000,
        "other": b'{"format": 1}',
        "nan": b"NaN",
    }
    for name, data in texts.items():
        path = tmp_path / f"{name}.json"
        path.write_bytes(data)
        found = compile_path(path)
        assert found.compiled is None, name
        assert [fault.code for fault in found.diagnostics] == ["bad_document"], name
    (tmp_path / "folder.json").mkdir()
    for name in ("folder", "missing"):
        assert [fault.code for fault in compile_path(tmp_path / f"{name}.json").diagnostics] == [
            "bad_document"
        ]


def test_spans_stand_outside_equality_and_may_be_left_out() -> None:
    document = json.loads(example())
    without = {key: value for key, value in document.items() if key != "spans"}
    found, faults = load(without, "t.json")
    assert not faults
    assert found == taken_up(example())
    assert found is not None
    assert dump(found)["spans"] == {}
