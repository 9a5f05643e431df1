"""Whatever comes in, diagnostics come out: specs, registers and patients of any bytes, within limits of time and memory."""

import json
import os
import re
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guidec.diagnostic import Diagnostic
from guidec.document import dump_text, load
from guidec.evaluate import Compiled, Refused, evaluate, refusal
from guidec.pipeline import Compilation, compile_file
from guidec.project import compile_path
from schemas import result_validator

HERE = Path(__file__).parent
SECONDS = 60.0
MEMORY = 1 << 30

calm = settings(
    derandomize=True,
    deadline=None,
    database=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)


@contextmanager
def within_limits() -> Generator[None]:
    """A gigabyte more than now, and no more of the processor than what hangs would take; how fast it is, `bench` says."""
    start = time.process_time()
    with _memory():
        yield
    assert time.process_time() - start < SECONDS


@contextmanager
def _memory() -> Generator[None]:
    if not sys.platform.startswith("linux"):
        yield
        return
    import resource

    pages = int(Path("/proc/self/statm").read_text().split()[0])
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + MEMORY, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def survives(files: dict[str, bytes], name: str = "t.guide") -> Compilation:
    """Compile, run and write out whatever this is."""
    with within_limits():
        found = compile_file(name, lambda one: files.get(one, "there is no such file"))
        for one in found.diagnostics:
            check_diagnostic(found, one)
        assert found.compiled is not None or found.diagnostics
        if found.compiled is not None:
            try:
                evaluate(found.compiled, {})
            except Refused as refused:
                assert {error.code for error in refused.errors} == {"impossible"}
            again, faults = load(json.loads(dump_text(found.compiled)), name)
            assert again == found.compiled, faults
    return found


def check_diagnostic(found: Compilation, one: Diagnostic) -> None:
    assert one.code
    assert one.message
    assert 1 <= one.span.line <= one.span.end_line
    assert one.span.column >= 1
    text = found.texts.get(one.span.file)
    if text is not None:
        assert one.span.line <= text.count("\n") + 1


def codes(found: Compilation) -> set[str]:
    return {one.code for one in found.diagnostics if one.severity == "error"}


HEAD = """guideline t "T"
  version 1.0.0
  language guidec/1

drug a "A"

input x "X"
  boolean
input n "N"
  integer from 0 to 9

"""

# --- generated texts ---------------------------------------------------------

WORDS = (
    "guideline", "module", "source", "input", "define", "drug", "class", "regimen", "decision", "options", "advise", "monitor",
    "reading", "document", "set", "aside", "impossible", "scenario", "by", "when", "otherwise", "as", "all", "of", "one", "any",
    "not", "stated", "and", "or", "is", "includes", "taking", "prescribed", "blank", "known", "recommend", "use", "against",
    "nothing", "conflict", "give", "then", "with", "rest", "usual", "every", "for", "to", "from", "step", "quantity", "integer",
    "boolean", "date", "duration", "months", "shown", "rounded", "in", "until", "measure", "given", "expect", "x", "n", "a", "kg",
    "mg/kg/d", "%{predicted}", "[T1]", "[T1 ours]", '"text"', '"', "1", "0", "2.5", "2024-02-30", "2024-02-29", "<", "<=", ">",
    "pathway", "stage", "go to", "stay", "final", "review",
    "=", "+", "-", "*", "/", "(", ")", "[", "]", ":", ";", ",", "|", "#", "\n", "\n  ", "\n    ", "\n      ", "\t", "yes", "no",
)  # fmt: skip
TOKEN = re.compile(r'"[^"\n]*"|\[[^\]\n]*\]|[A-Za-z_][\w.]*|[0-9][0-9.]*|\n[ ]*|[ ]+|.')


@lru_cache(maxsize=1)
def samples() -> list[tuple[str, str, dict[str, bytes]]]:
    """Every guideline of the project, with the files beside it."""
    found = []
    for path in sorted((*(HERE / "data").rglob("*.guide"), *(HERE.parent / "guidelines").rglob("*.guide"))):
        beside = {
            one.name: one.read_bytes() for one in path.parent.iterdir() if one.suffix in (".guide", ".csv")
        }
        text = path.read_bytes().decode("utf-8", "replace")
        if len(text) < 60_000:
            found.append((path.name, text, beside))
    return found


@given(st.text(max_size=400))
@calm
def test_any_text_is_answered(text: str) -> None:
    survives({"t.guide": text.encode("utf-8", "surrogatepass")})
    survives({"t.guide": (HEAD + text).encode("utf-8", "surrogatepass")})


@given(st.binary(max_size=400))
@calm
def test_any_bytes_are_answered(data: bytes) -> None:
    survives({"t.guide": data})
    survives({"t.guide": HEAD.encode() + data})


@given(st.lists(st.sampled_from(WORDS), max_size=60))
@settings(calm, max_examples=250)
def test_any_words_are_answered(words: list[str]) -> None:
    survives({"t.guide": (HEAD + " ".join(words)).encode()})


@st.composite
def mutated(draw: st.DrawFn) -> tuple[str, dict[str, bytes]]:
    """A guideline of the project with a few of its words deleted, doubled, swapped, or others put between them."""
    name, text, beside = draw(st.sampled_from(samples()))
    tokens = TOKEN.findall(text)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(tokens) - 1)))
        match draw(st.sampled_from(("delete", "double", "swap", "insert", "replace"))):
            case "delete":
                del tokens[at : at + draw(st.integers(1, 6))]
            case "double":
                tokens[at:at] = tokens[at : at + draw(st.integers(1, 30))]
            case "swap" if tokens:
                other = draw(st.integers(0, len(tokens) - 1))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            case "replace" if tokens:
                tokens[at] = draw(st.sampled_from(tokens))
            case _:
                tokens.insert(at, draw(st.sampled_from(WORDS)))
        tokens = tokens or [""]
    return name, {**beside, name: "".join(tokens).encode()}


@given(mutated())
@settings(calm, max_examples=220)
def test_mutated_guidelines_are_answered(files: tuple[str, dict[str, bytes]]) -> None:
    name, texts = files
    survives(texts, name)


REGISTER = HEAD + 'source s\n  title "S"\n  register "r.csv"\n\nadvise note y "Y" when x [T1]\n'


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.lists(
            st.sampled_from(
                ("id", "statement", ",", "\n", "T1", "T2", '"', "x", "\r\n", "\r", "\0", "kind", "é")
            )
        ).map(lambda words: ("id,statement\n" + "".join(words)).encode()),
    )
)
@calm
def test_any_register_is_answered(data: bytes) -> None:
    survives({"t.guide": REGISTER.encode(), "r.csv": data})


# --- texts that are too much -------------------------------------------------


def tree(levels: int, step: int) -> str:
    lines = [f"{' ' * (2 + step * at)}by x\n{' ' * (3 + step * at)}yes:\n" for at in range(levels)]
    return 'decision e "E"\n' + "".join(lines)


BOOLEANS = "".join(f'input i{at} "I"\n  boolean\n' for at in range(60))
TOO_MUCH: dict[str, tuple[str, set[str]]] = {
    "parentheses": (f'define d "D" = {"(" * 10_000}x{")" * 10_000}\n', set()),
    "open_parentheses": (f'define d "D" = {"(" * 10_000}x\n', {"syntax"}),
    "not": (f'define d "D" = {"not " * 10_000}x\n', {"too_deep"}),
    "or": (f'define d "D" = {" or ".join(["x"] * 10_000)}\n', {"too_deep"}),
    "minus": (f'define d "D" = {"-" * 10_000}n > 3\n', {"too_deep"}),
    "plus": (f'define d "D" = {"n + " * 10_000}n > 3\n', {"too_deep"}),
    "levels": (tree(2_000, 2), {"too_deep"}),
    "levels_that_fit": (tree(190, 1), {"syntax"}),
    "branches": (
        'decision e "E"\n  by n\n' + "".join(f"    = {at % 10}: nothing\n" for at in range(3_000)),
        {"overlapping_branches"},
    ),
    "whens": (
        'decision e "E"\n' + "".join(f"  when n = {at % 10}: nothing\n" for at in range(3_000)),
        {"overlapping_branches"},
    ),
    "values": ('input y "Y"\n  one of\n' + "".join(f'    v{at} "V"\n' for at in range(10_000)), set()),
    "conflicts": ('decision e "E"\n  conflict "w"\n' + "".join(f'{" " * at}conflict "w"\n' for at in range(4, 150)), {"syntax"}),
    "twenty_megabytes": (("# " + "x" * 97 + "\n") * 200_000, {"too_large"}),
    "digits": (f'define d "D" = n > {"9" * 10_000}\n', {"long_number"}),
    "long_line": (f'define d "D" = {"x" * 1_000_000}\n', {"too_large"}),
    "long_remark": (f"# {'x' * 999_000}\n", {"too_large"}),
    "long_unit": (f'input q "Q"\n  quantity {"kg." * 3_000}kg from 0 to 1 step 1\n', {"unknown_unit"}),
    "high_power": (f'input q "Q"\n  quantity m{"9" * 3_000} from 0 to 1 step 1\n', {"unknown_unit"}),
    "wide_range": (
        f'input q "Q"\n  integer from 0 to {"9" * 29}\n\n'
        'decision e "E"\n  when q * n * q > 17: nothing\n  otherwise: nothing\n',
        set(),
    ),
    "definitions": (
        "define d0 = x\n" + "".join(f"define d{at + 1} = d{at}\n" for at in range(2_000)) + "advise note y \"Y\" when d2000\n",
        {"too_deep"},
    ),
    "doubling": (
        "define d0 = n\n" + "".join(f"define d{at + 1} = d{at} * d{at}\n" for at in range(60))
        + 'advise note y "Y" when d60 > 3\n',
        {"too_large"},
    ),
    "decisions_forward": (
        "".join(f'decision d{at} "D"\n  when d{at + 1} is a: use a; rest not stated\n  otherwise: nothing\n' for at in range(900))
        + 'decision d900 "D"\n  when x: use a; rest not stated\n  otherwise: nothing\n',
        {"too_deep"},
    ),
    "orders": (
        BOOLEANS + 'regimen r "R"\n  give a; rest not stated\n'
        + "".join(f"  then a; rest not stated when i{at}\n" for at in range(40)) + 'decision e "E"\n  recommend r\n',
        {"too_large"},
    ),
    "option_conflict": (
        BOOLEANS + 'options o "O"\n  conflict "w"\n'
        + "".join(f"    consider a; rest not stated when i{at}\n" for at in range(40)),
        {"too_large"},
    ),
    "rows": (
        BOOLEANS + f'define o "O" = {" or ".join(f"i{at}" for at in range(30))}\n'
        + f'define p "P" = {" and ".join(f"(i{at} or i{at + 30})" for at in range(30))}\n'
        + 'decision e "E"\n  when o and p: nothing\n  otherwise: nothing\n',
        {"too_many_rows"},
    ),
    "functions": (
        "function f0(y) = y + 1\n"
        + "".join(f"function f{at}(y) = f{at - 1}(f{at - 1}(y))\n" for at in range(1, 60))
        + 'decision e "E"\n  when f59(n) > 3: nothing\n  otherwise: nothing\n',
        {"too_large"},
    ),
    "conditions_of_functions": (
        "function f0(y) = y > 1\n"
        + "".join(f"function f{at}(y) = f{at - 1}(y) and f{at - 1}(y + 1)\n" for at in range(1, 60))
        + 'decision e "E"\n  when f59(n): nothing\n  otherwise: nothing\n',
        {"too_large"},
    ),
    "numbers_in_functions": (
        "define z0 = n + 1\n"
        + "".join(f"define z{at} = max(z{at - 1}, z{at - 1}) rounded to 1\n" for at in range(1, 40))
        + 'decision e "E"\n  when z39 > 3: nothing\n  otherwise: nothing\n',
        {"too_large"},
    ),
    "powers": (
        "define z0 = (n + 1) ^ 100\n"
        + "".join(f"define z{at} = z{at - 1} ^ 100\n" for at in range(1, 6))
        + 'decision e "E"\n  when z5 > 3: nothing\n  otherwise: nothing\n',
        {"outside_domain"},
    ),
    "collected": (
        BOOLEANS + 'decision e "E"\n  table collect\n    | '
        + " | ".join(f"i{at}" for at in range(40)) + " || outcome |\n"
        + "".join(
            "    | " + " | ".join("yes" if at == row else "any" for at in range(40))
            + f" || use a; rest not stated; {'add' if row % 2 else 'switch'} |\n"
            for row in range(40)
        )
        + "    | otherwise || nothing |\n",
        {"too_many_rows"},
    ),
    "circle_through_a_table": (
        'table t "T"\n  gives g "G"\n  unique\n    | e is a || g |\n    | yes || 1 |\n    | no || 2 |\n'
        + 'decision e "E"\n  when g > 1: use a; rest not stated\n  otherwise: nothing\n',
        {"cycle"},
    ),
    "impossible": ("".join(f'impossible when n = {at % 10} "w"\n' for at in range(1_000)), {"impossible_everyone"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_a_diagnostic(name: str) -> None:
    text, expected = TOO_MUCH[name]
    found = codes(survives({"t.guide": (HEAD + text).encode()}))
    assert expected <= found
    assert expected or not found


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (HEAD.encode().replace(b"\n", b"\r\n"), set()),
        (b"\xef\xbb\xbf" + HEAD.encode(), set()),
        (b"\xef\xbb\xbf" + HEAD.encode().replace(b"\n", b"\r\n"), set()),
        (HEAD.encode() + b"drug \0 b\n", {"hidden_character"}),
        (HEAD.encode() + b"drug b \"\xff\"\n", {"bad_utf8"}),
        (HEAD.encode("utf-16"), {"bad_utf8"}),
        (HEAD.encode() + 'drug b "\u202egnihton"\n'.encode(), {"hidden_character"}),
        (b"\0" * 100_000, {"hidden_character"}),
        (b"\r" * 100_000, {"hidden_character"}),
        (b"\n" * 100_000, {"bad_head"}),
        (b" " * 100_000, {"bad_head"}),
        (b"\t" * 100_000, {"bad_head"}),
        (b"", {"bad_head"}),
    ],
)  # fmt: skip
def test_strange_bytes_are_diagnostics(data: bytes, expected: set[str]) -> None:
    found = codes(survives({"t.guide": data}))
    assert expected <= found
    assert expected or not found


# --- files that point elsewhere ----------------------------------------------


def written(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.guide").write_text(text, encoding="utf-8")
    return folder / "t.guide"


def using(*names: str) -> str:
    lines = "".join(f"  uses {name}\n" for name in names)
    return f'guideline t "T"\n  version 1.0.0\n  language guidec/1\n{lines}'


def module(name: str, *names: str) -> str:
    return using(*names).replace("guideline t", f"module {name}")


def compiled_within_limits(path: Path) -> set[str]:
    with within_limits():
        return codes(compile_path(path))


def test_files_that_use_each_other_are_a_cycle(tmp_path: Path) -> None:
    path = written(tmp_path, t=using("u"), u=module("u", "v"), v=module("v", "u"))
    assert compiled_within_limits(path) == {"cycle"}
    assert "cycle" in compiled_within_limits(written(tmp_path, t=using("t")))


def test_a_long_chain_of_files_is_a_diagnostic(tmp_path: Path) -> None:
    texts = {f"m{at}": module(f"m{at}", f"m{at + 1}") for at in range(1_500)}
    found = compiled_within_limits(written(tmp_path, t=using("m0"), **texts, m1500=module("m1500")))
    assert found <= {"too_deep"}


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "../secret.csv",
        "/etc/passwd",
        "~/secret.csv",
        "folder/../../secret.csv",
        "..\\\\secret.csv",
        "C:\\\\secret.csv",
        "\\\\\\\\server\\\\secret.csv",
        "link.csv",
        "link/secret.csv",
        "folder",
        ".",
        "..",
        "",
        "missing.csv",
        "file:///etc/passwd",
        "x" * 5_000,
        "a/" * 3_000,
    ],
    ids=lambda name: name[:20],
)
def test_a_register_lies_in_the_folder(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.csv").write_text("id,statement\nT1,Secret words\n")
    inside = tmp_path / "inside"
    (inside / "folder").mkdir(parents=True)
    (inside / "link.csv").symlink_to(tmp_path / "secret.csv")
    (inside / "link").symlink_to(tmp_path)
    text = HEAD + f'source s\n  title "S"\n  register "{name}"\n'
    path = written(inside, t=text)
    with within_limits():
        found = compile_path(path)
    assert codes(found) == {"unreadable_file"}
    assert "Secret words" not in str(found)


def test_a_register_beside_the_guideline_may_be_a_link_inside(tmp_path: Path) -> None:
    (tmp_path / "real.csv").write_text("id,statement\nT1,Words\n")
    (tmp_path / "r.csv").symlink_to(tmp_path / "real.csv")
    path = written(tmp_path, t=REGISTER)
    assert codes(compile_path(path)) == set()


def test_a_guideline_that_is_no_file_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "folder.guide").mkdir()
    (tmp_path / "loop.guide").symlink_to(tmp_path / "loop.guide")
    (tmp_path / "gone.guide").symlink_to(tmp_path / "nowhere")
    for name in ("folder", "loop", "gone", "missing"):
        assert compiled_within_limits(tmp_path / f"{name}.guide") == {"unreadable_file"}, name


@pytest.mark.skipif(not hasattr(os, "mkfifo") or os.name == "nt", reason="there are no pipes here")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "r.csv")
    os.mkfifo(tmp_path / "pipe.guide")
    assert codes(compile_path(written(tmp_path, t=REGISTER))) == {"unreadable_file"}
    assert codes(compile_path(tmp_path / "pipe.guide")) == {"unreadable_file"}


# --- patients ----------------------------------------------------------------

EVERY_TYPE = (
    HEAD
    + """input kind "Kind"
  one of
    p "P"
    q "Q"
input signs "Signs"
  any of
    s "S"
    u "U"
input current "Drugs now"
  any of drugs
input weight "Weight"
  quantity kg from 1 to 300 step 0.1
  or in [lb_av] from 2 to 660 step 0.1
  or value unweighed "Not weighed"
  round
input size "Size"
  quantity m from 0.5 to 2.5 step 0.01
input seen "Seen"
  date from 2000-01-01 to 2030-12-31
  or value never "Never"
input stay "Stay"
  duration weeks from 0 to 52

regimen by_weight "By weight"
  give a 1 mg/kg/d of weight basis stated rounded to 0.1 mg/d; rest not stated

reading read "Read"
  wide "Wide"
  narrow "Narrow"

define index in kg/m2 = weight / (size * size)
  shown rounded to 0.1 kg/m2

impossible when x and n = 0 "not seen"

decision e "E"
  when weight is unweighed: nothing
  when weight is not unweighed and index > 30 kg/m2 and kind is p: recommend by_weight
  otherwise: nothing

decision f "F"
  when seen is never or stay > 3 weeks or signs includes s or taking a: nothing
  otherwise: by read
    wide: nothing
    narrow: not stated "why"
"""
)


@lru_cache(maxsize=1)
def every_type() -> Compiled:
    found = survives({"t.guide": EVERY_TYPE.encode()})
    assert found.compiled is not None, found.diagnostics
    return found.compiled


def is_answered(patient: object) -> set[str]:
    """A result that follows the schema, or a refusal that does; the codes of the refusal."""
    with within_limits():
        try:
            result: dict[str, Any] = evaluate(every_type(), patient)
            found: set[str] = set()
        except Refused as refused:
            result = refusal(refused)
            found = {error.code for error in refused.errors}
        result_validator().validate(json.loads(json.dumps(result, allow_nan=False)))
    return found


INPUTS = ("x", "n", "kind", "signs", "current", "weight", "size", "seen", "stay")
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-3, 12),
    st.floats(),
    st.floats(0, 300).map(lambda number: round(number, 2)),
    st.text(max_size=8),
    st.sampled_from(
        (
            "p",
            "q",
            "s",
            "u",
            "a",
            "yes",
            "never",
            "unweighed",
            "2024-02-29",
            "kg",
            "[lb_av]",
            "week",
            "2024-2-1",
        )
    ),
    st.sampled_from((10**400, -(10**400), 1e308, 1e-308, 5e-324, -0.0, 10**4_000)),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.sampled_from(("one_of", "value", "unit", "x", "")), inner, max_size=3),
        st.fixed_dictionaries({"one_of": st.lists(inner, max_size=4)}),
        st.fixed_dictionaries({"value": inner, "unit": st.sampled_from(("kg", "[lb_av]", "g", "week", ""))}),
    ),
    max_leaves=8,
)


@given(values)
@calm
def test_any_json_is_answered_as_a_patient(patient: object) -> None:
    is_answered(patient)


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(INPUTS), st.sampled_from(("readings", "other", ""))), values, max_size=9
    )
)
@settings(calm, max_examples=300)
def test_any_entries_are_answered(patient: dict[str, object]) -> None:
    is_answered(patient)


@given(st.sampled_from(INPUTS), st.lists(scalars, max_size=5))
@settings(calm, max_examples=150)
def test_any_partly_known_entry_is_answered(name: str, options: list[object]) -> None:
    is_answered({name: {"one_of": options}})


def nested(levels: int, wrap: Callable[[object], object]) -> object:
    found: object = 1
    for _ in range(levels):
        found = wrap(found)
    return found


STRANGE: tuple[tuple[object, set[str]], ...] = (
    ({"weight": float("nan")}, {"bad_type"}),
    ({"weight": float("inf")}, {"bad_type"}),
    ({"n": float("-inf")}, {"bad_type"}),
    ({"n": 10**5_000}, {"out_of_range"}),
    ({"weight": 10**5_000}, {"out_of_range"}),
    ({"weight": {"value": -(10**5_000), "unit": "kg"}}, {"out_of_range"}),
    ({"stay": 10**5_000}, {"out_of_range"}),
    ({"n": 1e300}, {"out_of_range"}),
    ({"n": 1.5}, {"off_step"}),
    ({"n": True}, {"bad_type"}),
    ({"weight": False}, {"bad_type"}),
    ({"x": 1}, {"bad_type"}),
    ({"x": "yes"}, {"bad_type"}),
    ({"kind": 3}, {"bad_type"}),
    ({"kind": "P"}, {"bad_value"}),
    ({"kind": ["p"]}, {"bad_type"}),
    ({"kind": {"one_of": []}}, {"bad_type"}),
    ({"kind": {"one_of": "p"}}, {"bad_type"}),
    ({"kind": {"one_of": ["p", "p"]}}, set()),
    ({"kind": {"one_of": ["p", None]}}, {"bad_type"}),
    ({"kind": {"one_of": ["p"], "other": 1}}, {"bad_type"}),
    ({"kind": {"one_of": [{"one_of": ["p"]}]}}, {"bad_type"}),
    ({"signs": {"one_of": [["s"]]}}, {"bad_type"}),
    ({"signs": "s"}, {"bad_type"}),
    ({"signs": ["s", "s"]}, set()),
    ({"signs": ["s", {}]}, {"bad_type"}),
    ({"signs": ["other"]}, {"bad_value"}),
    ({"weight": {"value": 60, "unit": ["kg"]}}, {"wrong_unit"}),
    ({"weight": {"value": 60}}, {"bad_type"}),
    ({"weight": {"value": {"value": 60, "unit": "kg"}, "unit": "kg"}}, {"bad_type"}),
    ({"weight": {"value": 60, "unit": "g"}}, {"wrong_unit"}),
    ({"weight": 60.04}, set()),
    ({"size": 1.755}, {"off_step"}),
    ({"weight": "60"}, {"bad_type"}),
    ({"seen": "20240229"}, {"bad_value"}),
    ({"seen": "2023-02-29"}, {"bad_value"}),
    ({"seen": "2024-W09-4"}, {"bad_value"}),
    ({"seen": "1999-12-31"}, {"out_of_range"}),
    ({"seen": 20240229}, {"bad_type"}),
    ({"stay": {"value": 1, "unit": "day"}}, {"wrong_unit"}),
    ({"readings": []}, {"bad_type"}),
    ({"readings": {"read": "other"}}, {"bad_value"}),
    ({"readings": {"other": "wide"}}, {"unknown_input"}),
    ({"readings": {"read": ["wide"]}}, {"bad_value"}),
    ({1: 2}, {"unknown_input"}),
    ({None: 2, "": 3}, {"unknown_input"}),
    ({"x": True, "n": 0}, {"impossible"}),
    ({"n": nested(50_000, lambda inner: [inner])}, {"bad_type"}),
    ({"n": nested(50_000, lambda inner: {"one_of": [inner]})}, {"bad_type"}),
    ({"n": nested(50_000, lambda inner: {"value": inner, "unit": "kg"})}, {"bad_type"}),
    ({"kind": "\ud800"}, {"bad_value"}),
    ({"kind": "p" * 1_000_000}, {"bad_value"}),
    ({f"unknown_{at}": at for at in range(10_000)}, {"unknown_input"}),
    ({"n": {"one_of": [at % 10 for at in range(10_000)]}}, set()),
    (None, {"bad_type"}),
    ([], {"bad_type"}),
    ("x", {"bad_type"}),
)


@pytest.mark.parametrize("at", range(len(STRANGE)))  # by number: some of them can't even be printed
def test_strange_patients_are_refused_or_answered(at: int) -> None:
    patient, expected = STRANGE[at]
    assert is_answered(patient) == expected


def test_all_that_is_wrong_with_a_patient_is_said_at_once() -> None:
    with pytest.raises(Refused) as caught:
        evaluate(every_type(), {"x": 1, "n": 99, "other": 1, "kind": "P"})
    assert [error.input for error in caught.value.errors] == ["x", "n", "other", "kind"]
