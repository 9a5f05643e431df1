"""The emitted Python module gives what the reference gives, and no text of a guideline breaks out of it."""

import ast
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from guidec import ir
from guidec.evaluate import Compiled, Refused, evaluate, refusal
from guidec.lower import boxes, search
from guidec.numbers import plain_number
from guidec.project import compile_path
from guidec.rows import Numbers
from guidec.target import described, targets
from guidec_targets.python import emit

ROOT = Path(__file__).parents[1]
GUIDELINES = sorted(
    path
    for folder in ("tests/data/guidelines", "tests/data/meaning", "guidelines")
    for path in (ROOT / folder).rglob("*.guide")
    if any(line.startswith("guideline ") for line in path.read_text("utf-8").splitlines())
)
PATIENTS = {"broad": 250, "takada": 500, "sizes": 150, "search": 80, "doses": 300}

Evaluate = Callable[[Any], Any]


@lru_cache(maxsize=100)
def compiled_of(path: Path) -> Compiled:
    compilation = compile_path(path, skip_scenarios=True)
    assert compilation.compiled is not None, path
    return compilation.compiled


def compiled_test(name: str) -> Compiled:
    """A guideline of this test."""
    return compiled_of(ROOT / "tests" / "data" / f"{name}.guide")


def emitted(compiled: Compiled) -> str:
    files, found = emit(compiled)
    assert not found
    (text,) = files.values()
    return text


@lru_cache(maxsize=1)
def all_emitted() -> dict[str, str]:
    """The module of every guideline that compiles."""
    return {path.stem: emitted(compiled_of(path)) for path in GUIDELINES}


def loaded(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text, "emitted.py", "exec"), names)
    return names


# --- patients ----------------------------------------------------------------


def patient(compiled: Compiled, dice: random.Random) -> dict[str, Any]:
    """A record: a quarter blank, some entries partly known, numbers often at a threshold, now and then a bad entry."""
    found: dict[str, Any] = {}
    blank = dice.choice((0.05, 0.25, 0.25, 0.6))
    faulty = dice.random() < 0.15
    for entry in compiled.guideline.inputs:
        if entry.part is not None:
            continue
        if dice.random() < blank:
            if dice.random() < 0.1:
                found[entry.id] = None
        elif faulty and dice.random() < 0.2:
            found[entry.id] = dice.choice(bad_entries(entry))
        elif dice.random() < 0.2 and not isinstance(entry.type, ir.AnyOf):
            found[entry.id] = {"one_of": [value(compiled, entry, dice) for _ in range(dice.randint(1, 4))]}
        elif entry.series is not None and dice.random() < 0.7:
            found[entry.id] = series(compiled, entry, dice)
        else:
            found[entry.id] = value(compiled, entry, dice)
    if faulty and dice.random() < 0.2:
        found["no_such_input"] = 1
    if compiled.guideline.readings and dice.random() < 0.7:
        found["readings"] = readings(compiled.guideline, dice, faulty)
    return found


def series(compiled: Compiled, entry: ir.Input, dice: random.Random) -> list[Any]:
    """Dated entries: some at the edges of what a part of the series asks, now and then twice on a day, in any order."""
    last = date(2024, dice.choice((2, 2, 3, 12)), dice.choice((1, 28, 29)))
    days = [last]
    for part in [one.part for one in compiled.guideline.inputs if one.part and one.part.of == entry.id]:
        if part.unit is not None:
            by = {"day": 1, "week": 7, "month": 30, "year": 365}[part.unit] * part.amount
            days += [last - timedelta(days=by + dice.randint(-3, 4)) for _ in range(dice.randint(0, 2))]
    days += [last - timedelta(days=dice.randint(0, 900)) for _ in range(dice.choice((0, 0, 1, 3)))]
    days = [] if dice.random() < 0.05 else days
    dice.shuffle(days)
    if dice.random() < 0.9:
        days = list(dict.fromkeys(days))
    found = [{"date": day.isoformat(), "value": value(compiled, entry, dice)} for day in days]
    if found and dice.random() < 0.1:
        bad: list[Any] = [
            3,
            {**found[0], "date": "2024-02-30"},
            {**found[0], "date": "20240201"},
            {**found[0], "date": 3},
            {**found[0], "value": None},
            {**found[0], "value": {"one_of": [found[0]["value"]]}},
            {"value": found[0]["value"]},
            {**found[0], "more": 1},
        ]
        found[0] = dice.choice(bad)
    return found


def readings(guideline: ir.Guideline, dice: random.Random, faulty: bool) -> Any:
    if faulty and dice.random() < 0.2:
        return dice.choice((3, [], "all_of", {"no_such_reading": "x"}, {guideline.readings[0].id: 1}, None))
    chosen = {one.id: dice.choice([*(value.id for value in one.values), None]) for one in guideline.readings}
    return {name: way for name, way in chosen.items() if dice.random() < 0.7}


def value(compiled: Compiled, entry: ir.Input, dice: random.Random) -> Any:
    if entry.named and dice.random() < 0.2:
        return dice.choice(entry.named).id
    match entry.type:
        case ir.Boolean():
            return dice.random() < 0.6
        case ir.OneOf(values):
            return dice.choice(values).id
        case ir.AnyOf(values):
            return [one.id for one in values if dice.random() < 0.35]
        case ir.Quantity(units, rounds):
            at = dice.randrange(len(units))
            unit = units[at]
            number = near(compiled, entry.id, at, (unit.low, unit.high, unit.step), dice)
            if rounds and dice.random() < 0.3:
                number = min(unit.high, number + unit.step / dice.choice((2, 4, 5)))
            plain = plain_number(number)
            return plain if at == 0 and dice.random() < 0.8 else {"value": plain, "unit": unit.unit}
        case ir.Integer(low, high):
            return int(near(compiled, entry.id, 0, (Fraction(low), Fraction(high), Fraction(1)), dice))
        case ir.Duration(unit, low, high):
            count = int(near(compiled, entry.id, 0, (Fraction(low), Fraction(high), Fraction(1)), dice))
            return count if dice.random() < 0.7 else {"value": count, "unit": unit}
        case ir.Date(low_day, high_day):
            first, last = date.fromisoformat(low_day).toordinal(), date.fromisoformat(high_day).toordinal()
            bounds = (Fraction(first), Fraction(last), Fraction(1))
            return date.fromordinal(int(near(compiled, entry.id, 0, bounds, dice))).isoformat()


def near(
    compiled: Compiled, name: str, unit: int, bounds: tuple[Fraction, Fraction, Fraction], dice: random.Random
) -> Fraction:
    """A value on the grid; half of the time at an end, at a threshold or one step beside it."""
    low, high, step = bounds
    steps = int((high - low) / step)
    marks = [0, steps]
    for one in compiled.program.coordinates:
        if isinstance(one, Numbers) and one.input == name:
            marks += [int((cut.thresholds[unit] - low) // step) for cut in one.cuts]
    beside = dice.choice(marks) + dice.choice((-1, 0, 0, 1))
    at = beside if dice.random() < 0.5 else dice.randint(0, steps)
    return low + min(max(at, 0), steps) * step


def bad_entries(entry: ir.Input) -> list[Any]:
    """Entries that are no value of the input, or hardly any."""
    common = [
        "",
        "no_such_value",
        [],
        {},
        {"one_of": []},
        {"one_of": 1},
        {"one_of": [None]},
        [1],
        ["x"],
        7,
        -1,
        1e300,
    ]
    odd: list[Any] = [
        0.1 + 0.2,
        float("nan"),
        float("inf"),
        True,
        2**70,
        {"one_of": [1], "x": 2},
        {"value": 1},
    ]
    units = [{"value": 5, "unit": "no_such_unit"}, {"value": "5", "unit": "kg"}, {"value": 5, "unit": ["kg"]}]
    days = ["2024-02-30", "20240229", "2024-W09-4", "1999-12-31", "9999-01-01", "2024-02-28 ", 20240228]
    return (
        [*common, *odd, *units, *days]
        if not isinstance(entry.type, ir.Boolean)
        else [*common, *odd, "yes", 1, 0]
    )


# --- the same answers --------------------------------------------------------


def reference(compiled: Compiled, record: Any) -> str:
    """A result or a refusal as text, so that the order of keys counts."""
    try:
        return json.dumps(evaluate(compiled, record))
    except Refused as refused:
        return json.dumps(refusal(refused))


def answer(run: Evaluate, record: Any) -> str:
    """The same from an emitted module."""
    try:
        return json.dumps(run(record))
    except ValueError as refused:
        return json.dumps({"errors": refused.errors})  # type: ignore[attr-defined]


@lru_cache(maxsize=100)
def agreed(path: Path) -> tuple[str, ...]:
    """Every answer of a guideline on random patients, each the same from both."""
    compiled = compiled_of(path)
    run: Evaluate = loaded(emitted(compiled))["evaluate"]
    dice = random.Random(20_240_229)
    found: list[str] = []
    for _ in range(PATIENTS.get(compiled.guideline.id, 100)):
        record = patient(compiled, dice)
        found.append(reference(compiled, record))
        assert answer(run, record) == found[-1], json.dumps(record)
    return tuple(found)


@pytest.mark.parametrize("path", GUIDELINES, ids=lambda path: path.stem)
def test_the_module_agrees_with_the_reference_on_random_patients(path: Path) -> None:
    assert len({text[:200] for text in agreed(path)}) > 1


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("2026-02-30", "there is no such day"),
        ("0000-01-01", "there is no such day"),
        ("20260228", "YYYY-MM-DD"),
        ("2026-W09-4", "YYYY-MM-DD"),
        ("2026-02-28T00", "YYYY-MM-DD"),
        ("２026-02-28", "YYYY-MM-DD"),
    ],
)
def test_what_is_no_day_is_refused_in_the_same_words(day: str, message: str) -> None:
    for name, of in (("dates", ir.Date), ("series", None)):
        compiled = compiled_test(f"meaning/{name}")
        run: Evaluate = loaded(emitted(compiled))["evaluate"]
        inputs = [one for one in compiled.guideline.inputs if one.part is None]
        entry = next(one for one in inputs if (isinstance(one.type, of) if of else one.series is not None))
        record = {entry.id: day if of else [{"date": day, "value": 1}]}
        assert answer(run, record) == reference(compiled, record)
        (error,) = json.loads(reference(compiled, record))["errors"]
        assert (error["input"], error["code"]) == (entry.id, "bad_value")
        assert error["message"].endswith(message)


def test_a_rounding_is_settled_whatever_else_is_open() -> None:
    compiled = compiled_test("guidelines/settled")
    run: Evaluate = loaded(emitted(compiled))["evaluate"]
    decisions = evaluate(compiled, {})["decisions"]
    assert [decisions[name]["status"] for name in ("first_step", "second_step", "third_step")] == [
        "indeterminate",
        "indeterminate",
        "determined",
    ]
    assert answer(run, {}) == reference(compiled, {})


@pytest.mark.parametrize("name", ["scores", "tables", "computed"])
def test_the_module_gives_up_where_the_reference_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = compiled_test(f"guidelines/{name}")
    exact = loaded(emitted(compiled))["evaluate"]
    given_up = 0
    for most_boxes, most_sums in ((30, 20), (150, 4)):
        monkeypatch.setattr(boxes, "MOST_BOXES", most_boxes)
        monkeypatch.setattr(search, "MOST_SUMS", most_sums)
        names = loaded(emitted(compiled))
        names["MOST_BOXES"] = most_boxes
        if "MOST_SUMS" in names:
            names["MOST_SUMS"] = most_sums
        dice = random.Random(5)
        for _ in range(8):
            record = patient(compiled, dice)
            found = answer(names["evaluate"], record)
            assert found == reference(compiled, record), json.dumps(record)
            given_up += found != answer(exact, record)
    assert given_up


def test_a_table_of_many_rows_is_answered_alike(tmp_path: Path) -> None:
    path = tmp_path / "many.guide"
    path.write_text(MANY + "".join(many_rows()), "utf-8")
    compiled = compiled_of(path)
    text = emitted(compiled)
    assert "def split" in text and "span(" in text
    run: Evaluate = loaded(text)["evaluate"]
    dice = random.Random(11)
    records = [{}, {"first": 3}, {"second": 399}, {"third": {"one_of": [1, 2]}}]
    records += [patient(compiled, dice) for _ in range(60)]
    for record in records:
        assert answer(run, record) == reference(compiled, record), json.dumps(record)


MANY = """guideline many "A table of many rows"
  version 1.0.0
  language guidec/1

input first "First"
  integer from 0 to 400
input second "Second"
  integer from 0 to 400
input third "Third"
  integer from 0 to 3
drug drug_a "Drug A"
drug drug_b "Drug B"

impossible when first < 10 and third = 0 "so it is"

decision answered "One"
  table first
    | first | second | third || outcome |
"""


def many_rows() -> Iterator[str]:
    """Rows of single values and of long runs of them."""
    for at in range(400):
        given = ("use drug_a; rest not stated", "use drug_b; rest not stated", "nothing")[at % 3]
        if at % 8:
            yield f"    | {at} | any | any || {given} |\n"
        else:
            yield f"    | {at} to {at + 3} | > {at} | not {at % 3} || {given} |\n"
    yield "    | otherwise || nothing |\n"


def test_what_is_no_record_is_refused_alike() -> None:
    compiled = compiled_test("guidelines/broad")
    run: Evaluate = loaded(emitted(compiled))["evaluate"]
    partly = {"age": {"one_of": ["x", 3]}}
    records: list[Any] = [[], None, "x", 3, {3: 4}, {"age": object()}, {"readings": {3: 4}}, partly]
    for record in records:
        expected = reference(compiled, record)
        assert answer(run, record) == expected
        assert "errors" in expected


def test_the_patients_of_this_test_reach_every_kind_of_coordinate_status_and_error() -> None:
    compiled = compiled_test("guidelines/broad")
    kinds = {type(one).__name__ for one in compiled.program.coordinates}
    assert kinds == {"Values", "Numbers", "Member", "Derived", "Readings", "Entered", "Prescribed"}
    text = " ".join(agreed(ROOT / "tests/data/guidelines/broad.guide"))
    words = (
        "determined indeterminate not_stated conflict not_applicable out_of_scope impossible off_step out_of_range "
        "wrong_unit unknown_input bad_value bad_type if_chosen taking prescribed preferred inferred rounded per trigger "
        "basis above below about usual class times after avoid grade grades certainty"
    )
    assert not [word for word in words.split() if f'"{word}"' not in text]
    assert '"a reading"' in " ".join(agreed(ROOT / "tests/data/meaning/readings.guide"))
    assert '"not defined"' in " ".join(agreed(ROOT / "tests/data/meaning/named_values.guide"))


# --- fresh results -----------------------------------------------------------


def mutable_parts(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [id(value), *(part for one in value.values() for part in mutable_parts(one))]
    if isinstance(value, list):
        return [id(value), *(part for one in value for part in mutable_parts(one))]
    return []


def test_no_two_results_and_no_two_parts_of_one_share_a_mutable_object() -> None:
    for path in GUIDELINES:
        compiled = compiled_of(path)
        names = loaded(all_emitted()[path.stem])
        own = {id(value) for value in names.values() if isinstance(value, dict | list)}
        dice = random.Random(3)
        results = []
        first = patient(compiled, dice)
        for record in (first, first, {}, {}, patient(compiled, dice)):
            try:
                results.append(names["evaluate"](record))
            except ValueError as refused:
                results.append(refused.errors)  # type: ignore[attr-defined]
        parts = [part for result in results for part in mutable_parts(result)]
        assert len(parts) == len(set(parts))
        assert not own & set(parts)


# --- its text ----------------------------------------------------------------


def test_the_modules_pass_mypy_strict(tmp_path: Path) -> None:
    pytest.importorskip("mypy")
    for name, text in all_emitted().items():
        (tmp_path / f"{name}_emitted.py").write_text(text, "utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file=", "."]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_modules_import_little_and_only_from_the_standard_library() -> None:
    for text in all_emitted().values():
        lines = [line.strip() for line in text.split("# --- how it runs")[1].splitlines()]
        lines += text.split("\nJson = ")[0].splitlines()
        found = {line.split()[1] for line in lines if line.startswith(("import ", "from "))}
        own = {"__future__", "collections.abc", "datetime", "fractions", "itertools", "json", "sys"}
        own |= {"bisect", "decimal", "math"}
        assert found <= own | {line.split()[1] for line in lines if line.endswith(" import evaluate")}


def test_a_module_holds_only_the_pieces_that_its_guideline_needs() -> None:
    without = {
        "enumerations": "def reachable",
        "gates": "def read_date",
        "thresholds": "def in_brief",
        "units": "WHY_IMPOSSIBLE",
        "readings": "def read_set",
    }
    for name, piece in without.items():
        assert piece not in all_emitted()[name]
        assert piece in all_emitted()["broad"]
        assert "# <" not in all_emitted()[name]


def test_a_module_computes_only_what_its_guideline_computes() -> None:
    pieces = {
        "def enclosed": ("computed", "tables"),
        "def sums_of_group": ("scores", "search"),
        "def completed_between": ("computed", "scores"),
        "def pick": ("computed", "findings"),
        "def in_steps": ("tables", "scores"),
        "def category_json": ("findings", "search"),
        "def least": ("computed", "tables"),
    }
    for piece, (there, absent) in pieces.items():
        assert piece in all_emitted()[there]
        assert piece not in all_emitted()[absent]


def test_the_text_is_the_same_under_any_hash_seed() -> None:
    program = (
        "import sys; from pathlib import Path; from guidec.project import compile_path; import hashlib\n"
        "from guidec_targets.python import emit\n"
        "for path in sys.argv[1:]:\n"
        "    one = compile_path(Path(path), skip_scenarios=True)\n"
        "    if one.compiled is not None and not one.is_module:\n"
        "        for name, text in emit(one.compiled)[0].items():\n"
        "            print(name, hashlib.sha256(text.encode()).hexdigest())\n"
    )
    printed = []
    for seed in ("1", "20"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run(
            [sys.executable, "-c", program, *map(str, GUIDELINES)],
            env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        printed.append(done.stdout)
    assert printed[0] == printed[1]
    assert len(printed[0].splitlines()) == len(all_emitted())


NASTY = (
    '"""', "'''", "\\", '\\"', "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\0", "{", "}", "{0}",
    "%s", "# type: ignore", "# fmt: off", "# mypy: ignore-errors", "\\N{DASH}", "\\u0022", "\\x22", "\udc80", "\u202e",
    "\u200b", "é", "😀", '"""\nraise SystemExit\n"""', "'\nraise SystemExit\n'", "\nraise SystemExit\n", '"); raise SystemExit',
    "class", "None", "print", "__debug__", "-*- coding: utf-16 -*-", "x" * 3000,
)  # fmt: skip


FIT = {"title", "label", "why", "wording", "version", "key", "text", "system", "code", "display"}


def with_nasty_texts(value: Any, dice: random.Random, known: dict[str, str]) -> Any:
    """The same tree with nasty words in every text that isn't the name of something; equal texts stay equal."""
    if isinstance(value, tuple):
        return tuple(with_nasty_texts(one, dice, known) for one in value)
    if isinstance(value, dict):
        return {key: with_nasty_texts(one, dice, known) for key, one in value.items()}
    if not hasattr(value, "__dataclass_fields__"):
        return value
    changed: dict[str, Any] = {}
    for name in value.__dataclass_fields__:
        part = getattr(value, name)
        if name in FIT and isinstance(part, str):
            words = [part, *dice.sample(NASTY, 3)]
            dice.shuffle(words)
            changed[name] = known.setdefault(part, dice.choice((" ", "")).join(words)) if part else ""
        elif name != "span":
            changed[name] = with_nasty_texts(part, dice, known)
    return replace(value, **changed)


@pytest.mark.parametrize("name", ["broad", "tables", "computed"])
def test_no_text_breaks_out_of_the_module(name: str) -> None:
    compiled = compiled_test(f"guidelines/{name}")
    plain = ast.parse(emitted(compiled))
    for seed in range(4 if name == "broad" else 1):
        dice = random.Random(seed)
        known: dict[str, str] = {}
        guideline = with_nasty_texts(compiled.guideline, dice, known)
        sources = tuple(
            replace(one, fields=(ir.Field("title", (dice.choice(NASTY), dice.choice(NASTY))),))
            for one in guideline.sources
        )
        program = with_nasty_texts(compiled.program, dice, known)
        hostile = Compiled(replace(guideline, sources=sources), program, compiled.digest)
        text = emitted(hostile)
        assert shape(ast.parse(text)) == shape(plain)
        assert not {"\r", "\0", "\x0b", "\x0c", "\x85", "\u2028", "\u202e", "\udc80"} & set(text)
        run: Evaluate = loaded(text)["evaluate"]
        for _ in range(5):
            record = patient(compiled, dice)
            assert answer(run, record) == reference(hostile, record)


def shape(tree: ast.AST) -> list[str]:
    """The kinds of nodes: what a text may not change."""
    return [type(node).__name__ for node in ast.walk(tree)]


def test_ids_that_mean_something_to_python_are_only_texts() -> None:
    compiled = compiled_test("guidelines/hostile")
    assert {"lambda", "evaluate", "case", "self"} <= {entry.id for entry in compiled.guideline.inputs}
    kept = set(loaded(emitted(compiled)))
    ids = {entry.id for entry in compiled.guideline.inputs} | {one.id for one in compiled.guideline.items}
    assert not (kept & ids) - {"evaluate", "Case"}


# --- its command line --------------------------------------------------------


def run_module(folder: Path, *arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-I", "broad.py", *arguments], cwd=folder, input=given, capture_output=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("emitted")
    compiled = compiled_test("guidelines/broad")
    (found / "broad.py").write_text(emitted(compiled), "utf-8")
    return found


def test_the_command_prints_the_result(folder: Path) -> None:
    compiled = compiled_test("guidelines/broad")
    record = {"adult": True, "diagnosis": "mild_form", "weight": 60.5, "phase": "first"}
    expected = json.dumps(evaluate(compiled, record), indent=2, ensure_ascii=False) + "\n"
    (folder / "patient.json").write_text(json.dumps(record), "utf-8")
    for done in (
        run_module(folder, "patient.json"),
        run_module(folder, "-", given=json.dumps(record).encode()),
    ):
        assert (done.returncode, done.stderr) == (0, b"")
        assert done.stdout.decode() == expected.replace("\n", os.linesep if os.name == "nt" else "\n")


def test_the_command_prints_every_problem_of_a_refused_record(folder: Path) -> None:
    done = run_module(folder, "-", given='{"age": -1, "adult": 3, "\\ud800é": 1}'.encode())
    assert done.returncode == 1 and not done.stderr
    assert [one["code"] for one in json.loads(done.stdout)["errors"]] == [
        "out_of_range",
        "bad_type",
        "unknown_input",
    ]
    assert "é" in done.stdout.decode()


def test_the_command_says_in_one_line_what_is_wrong(folder: Path) -> None:
    for path, given in (("no.json", b""), (".", b""), ("-", b"{"), ("-", b"\xff"), ("-", b"[" * 100_000)):
        done = run_module(folder, path, given=given)
        assert done.returncode == 1 and not done.stdout
        assert done.stderr.startswith(b"broad: the patient `") and done.stderr.count(b"\n") == 1
    for arguments in ([], ["a", "b"], ["--what"]):
        done = run_module(folder, *arguments)
        assert done.returncode == 2 and done.stderr.startswith(b"usage: python broad.py PATIENT.json")
    done = run_module(folder, "--help")
    assert done.returncode == 0 and done.stdout.startswith(b"usage: ")
    assert b"How blanks are handled" in done.stdout


def test_the_module_starts_fast(folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", "broad.py", "--help"],
        cwd=folder,
        capture_output=True,
        timeout=60,
        check=True,
    )
    loaded_modules = {line.rpartition(b"|")[2].strip() for line in done.stderr.splitlines()}
    assert not loaded_modules & {b"typing", b"dataclasses", b"inspect", b"ast", b"datetime", b"pathlib"}


# --- the contract ------------------------------------------------------------


def test_a_name_that_python_needs_is_refused() -> None:
    compiled = compiled_test("guidelines/broad")
    files, found = emit(replace(compiled, guideline=replace(compiled.guideline, id="fractions")))
    assert not files and [one.code for one in found] == ["hides_python_module"]


class Entry:
    """An installed entry point."""

    dist = None

    def __init__(self, name: str, found: Any) -> None:
        self.name = name
        self.value = f"{name}:emit"
        self.found = found

    def load(self) -> Any:
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


def test_a_broken_target_of_another_package_is_a_diagnostic(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [Entry("python", emit), Entry("broken", ImportError("no module named x")), Entry("constant", 3)]
    monkeypatch.setattr(
        "guidec.target.entry_points", lambda group: entries if group == "guidec.targets" else []
    )
    names, found = described()
    assert names == {
        "python": "A Python module that runs by itself: `evaluate(patient)`, and `python GUIDELINE.py patient.json`."
    }
    assert [one.code for one in found] == ["broken_target", "broken_target"]
    assert "no module named x" in found[0].message
    monkeypatch.setattr("guidec.target.entry_points", lambda group: [])
    assert targets() == ({}, [])
