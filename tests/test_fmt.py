"""The one layout: what is printed is read again as it was, nothing but blanks moves, and no comment is lost."""

import difflib
import os
import random
import re
import stat
from functools import lru_cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

import generate
from guidec import ast, explain
from guidec.cli import cli
from guidec.fmt import fmt, same_apart_from_places
from guidec.layout import as_meant, declaration_text, expression_text
from guidec.layout.line import WIDTH, in_columns
from guidec.parse import parse
from guidec.pipeline import compile_file
from guidec.project import reader
from guidec.text import read_text
from test_hostile import TOO_MUCH, calm, mutated, within_limits

HERE = Path(__file__).parent
ROOT = HERE.parent
PAIRS = HERE / "data" / "fmt"
SHIPPED = sorted((ROOT / "guidelines").rglob("*.guide"))
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def pieces(markdown: str) -> list[str]:
    """The pieces of a page that are written in the language."""
    return re.findall(
        r"^(?:```guide|cat .*<<'GUIDE')\n(.*?)^(?:```|GUIDE)$", markdown, re.DOTALL | re.MULTILINE
    )


@lru_cache(maxsize=1)
def readable() -> dict[str, str]:
    """Every text of the repository that parses: guidelines, test data, pieces of the pages and of the manual."""
    texts = {}
    for path in (*SHIPPED, *sorted((HERE / "data").rglob("*.guide"))):
        text, _ = read_text(path.name, path.read_bytes())
        texts[path.relative_to(ROOT).as_posix()] = text or "?"
    manual = [(code, explain.page(code) or "") for code in explain.codes()]
    for name, page in (*((path.name, path.read_text("utf-8")) for path in PAGES), *manual):
        texts |= {f"{name} {number}": piece for number, piece in enumerate(pieces(page))}
    texts |= {f"seed {seed}": generate.guideline(seed) for seed in range(40)}
    return {name: text for name, text in texts.items() if not parse(name, text)[1]}


def laid_out(text: str) -> str:
    made, found = fmt("t.guide", text.encode())
    assert made is not None, found
    return made


def ink(text: str) -> str:
    """The text without comments, blanks and parentheses, those of its texts between quotes kept."""
    bare = re.sub(r'("(?:\\.|[^"\\])*")|#.*', r"\1", text)
    parts = re.split(r'("(?:\\.|[^"\\])*")', bare)
    return "".join(part if at % 2 else re.sub(r"[\s(),]|\bours\b", "", part) for at, part in enumerate(parts))


def comments(text: str) -> list[tuple[str, str]]:
    """Each comment with the ink before it."""
    found = []
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"|(#.*)', text):
        if match[1]:
            found.append((match[1].rstrip(), ink(text[: match.start()])))
    return found


# --- printing ----------------------------------------------------------------


def test_what_is_printed_is_read_as_it_was() -> None:
    count = 0
    for name, text in readable().items():
        tree, _ = parse(name, text)
        for declaration in tree.declarations:
            printed = declaration_text(declaration)
            again, found = parse(name, printed)
            assert not found, (printed, found)
            assert len(again.declarations) == 1, printed
            assert same_apart_from_places(again.declarations[0], declaration), printed
            assert declaration_text(again.declarations[0]) == printed
            count += 1
    assert count > 1_500


def test_laying_out_moves_nothing_but_blanks() -> None:
    for name, text in readable().items():
        made = laid_out(text)
        assert ink(made) == ink(text), name
        assert comments(made) == comments(text), name
        assert laid_out(made) == made, name
        assert not re.search(r" \n|\n\n\n|^\n|\n\n$|[^\n]$(?!\n)|\r|\t", made), name


def test_the_digest_of_a_guideline_stays() -> None:
    count = 0
    for path in (*SHIPPED, *sorted((HERE / "data" / "meaning").glob("*.guide"))):
        beside = reader(path.parent)
        text = path.read_text("utf-8")
        files = {path.name: laid_out(text.replace("\n", "\n\n").replace("\n    ", "\n         ")).encode()}
        one = compile_file(path.name, beside).compiled
        other = compile_file(path.name, lambda name: files.get(name) or beside(name)).compiled  # noqa: B023
        if one is not None and other is not None:
            assert one.digest == other.digest
            count += 1
    assert count > 15


@pytest.mark.parametrize("before", sorted(PAIRS.glob("*.before.guide")), ids=lambda path: path.name)
def test_a_text_is_laid_out_as_its_pair_shows(before: Path, request: pytest.FixtureRequest) -> None:
    after = before.with_name(before.name.replace(".before.", ".after."))
    made = laid_out(before.read_text("utf-8"))
    if request.config.getoption("--rewrite-goldens"):
        after.write_text(made, "utf-8")
    assert made == after.read_text("utf-8")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_the_guidelines_have_the_one_layout(path: Path) -> None:
    text = path.read_text("utf-8")
    assert laid_out(text) == text, f"guidec fmt {path.relative_to(ROOT)}"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_pieces_of_the_pages_have_the_one_layout(path: Path) -> None:
    for piece in pieces(path.read_text("utf-8")):
        assert laid_out(piece) == piece, "".join(
            difflib.ndiff(piece.splitlines(True), laid_out(piece).splitlines(True))
        )


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("a and b or c", "(a and b) or c"),
        ("(a or b) and (c)", "(a or b) and c"),
        ("a or (b or c)", "a or (b or c)"),
        ("not (a)", "not a"),
        ("not (a is b)", "not (a is b)"),
        ("not a > 3", "not (a > 3)"),
        ("not not known a", "not not known a"),
        ("a > 3 kg or (4 < b)", "a > 3 kg or (4 < b)"),
        ("a > 3 kg or 7.0 [lb_av] or b", "a > 3 kg or 7.0 [lb_av] or b"),
        ("a - (b - c) - d", "a - (b - c) - d"),
        ("(a * b) / c", "a * b / c"),
        ("a / b * c", "(a / b) * c"),
        ("a / (b * c)", "a / (b * c)"),
        ("(a + b) * c", "(a + b) * c"),
        ("-(-a)", "--a"),
        ("-(a + b)", "-(a + b)"),
        ("a is one of b", "a is one of b"),
        ("a is not 3 months", "a is not 3 months"),
        ("a + 1.50 kg > 007", "a + 1.50 kg > 007"),
        ("(-a)^2 * -a^(-2)", "(-a) ^ 2 * -a ^ -2"),
        ("a^(b^c) + (a^b)^c", "a ^ (b ^ c) + (a ^ b) ^ c"),
        ("(a + b rounded down to 1) > 3", "a + b rounded down to 1 > 3"),
        ("(a rounded to 1) + 2", "(a rounded to 1) + 2"),
        ("max((a), min(b,c)) - abs(-d)", "max(a, min(b, c)) - abs(-d)"),
        ("years from (birth) to (b + c) > 3", "years from birth to (b + c) > 3"),
        ("(years from a to b) + 1 year", "(years from a to b) + 1 year"),
        ("a - (years from a to b) - 1 year", "a - (years from a to b) - 1 year"),
        (
            "-(years from a to b) + max(years from a to b, c)",
            "-(years from a to b) + max(years from a to b, c)",
        ),
        ("(years from a to b rounded to 1 year) = (c)", "years from a to b rounded to 1 year = c"),
    ],
)
def test_parentheses_stand_where_the_meaning_or_a_reader_needs_them(written: str, printed: str) -> None:
    def expression(text: str) -> ast.Expression:
        declarations = parse("t", f"define x = {text}\n")[0].declarations
        assert isinstance(declarations[0], ast.Define)
        return declarations[0].expression

    assert expression_text(expression(written)) == printed
    assert same_apart_from_places(expression(printed), expression(written))


def test_what_is_meant_is_printed_without_what_goes_without_saying() -> None:
    texts = ("a rounded half away from zero to 1.50 kg > 07", "a is one of b", "max(a, 1.50) is 1.0")
    for text, meant in zip(texts, ("a rounded to 1.5 kg > 7", "a is b", "max(a, 1.5) is 1"), strict=True):
        written = parse("t", f"define x = {text}\n")[0].declarations[0]
        assert isinstance(written, ast.Define)
        assert expression_text(as_meant(written.expression)) == meant
        assert expression_text(written.expression) == text


def test_a_number_without_a_text_is_its_shortest_decimal() -> None:
    tree = parse("t", "define x = a > 1.50 kg\n")[0].declarations[0]
    assert isinstance(tree, ast.Define)
    assert isinstance(tree.expression, ast.Compare)
    number = tree.expression.right
    assert isinstance(number, ast.Number)
    assert expression_text(number) == "1.50 kg"
    assert expression_text(ast.Number(number.value, number.unit, number.span)) == "1.5 kg"


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [
        ["| ild_course", "| fvc", "|| outcome", "|", "[cites]"],
        ["| not rapidly_progressive", "| any", "|| use a", "|", "[O11]"],
        ["| -", "| [50..60)", "|| nothing", "|"],
        ["| otherwise", "", "|| nothing", "|"],
    ]
    assert in_columns(rows, None) == [
        "| ild_course              | fvc      || outcome | [cites]",
        "| not rapidly_progressive | any      || use a   | [O11]",
        "| -                       | [50..60) || nothing |",
        "| otherwise                          || nothing |",
    ]
    assert in_columns([["a", "1"], ["b" * 41, "2"], ["cc", "3"], ["d" * 9]]) == [
        "a  1",
        "b" * 41 + " 2",
        "cc 3",
        "d" * 9,
    ]
    assert in_columns([["a", "", "1"], ["bb", "", "2"]]) == ["a  1", "bb 2"]
    assert in_columns([]) == []


def test_long_conditions_are_broken_and_short_ones_joined() -> None:
    text = 'define x "X" = (\n    a\n    or b)\n'
    assert laid_out(text) == 'define x "X" = a or b\n'
    for count in range(2, 60):
        made = laid_out(f'decision d "D"\n  when {" and ".join(["finding"] * count)}: nothing [T1]\n')
        assert max(map(len, made.split("\n"))) <= WIDTH
        assert laid_out(made) == made


# --- comments ----------------------------------------------------------------


def with_comments(text: str, dice: random.Random, count: int) -> str:
    """The text with comments behind and between lines, at any indentation, and between the words of conditions."""
    lines = text.split("\n")
    for number in range(count):
        at = dice.randrange(len(lines))
        mark = f'# c{number} "quoted" (and more)'
        if dice.random() < 0.4 or not lines[at].strip():
            lines.insert(at, f"{' ' * dice.choice((0, 2, 4, 6, 9))}{mark}")
        elif dice.random() < 0.5:
            if "#" not in lines[at]:
                lines[at] += f" {mark}"
        else:
            lines[at] = in_condition(lines[at], mark, dice)
    return "\n".join(lines)


def in_condition(line: str, mark: str, dice: random.Random) -> str:
    """The line with a comment somewhere in its condition, which stands in parentheses then."""
    found = re.fullmatch(
        r'([^"#]*(?:"[^"]*")?[^"#]*? (?:when|=) )([a-z_][^"#:;\[]*?)(( \[[A-Z][^"#]*)?(:.*)?)', line
    )
    if found is None or "not stated" in found[2]:
        return line
    words = found[2].split(" ")
    spot = dice.randrange(len(words) + 1)
    numbers = [at for at, word in enumerate(words) if re.match(r"[0-9]", word)]
    if any(at < spot <= at + 1 for at in numbers) or words[spot - 1 : spot] == ["or"]:
        spot = 0
    before, after = " ".join(words[:spot]), " ".join(words[spot:])
    break_ = dice.choice((" ", "\n" + " " * dice.choice((1, 3, 8))))
    return f"{found[1]}({before}{break_}{mark}\n {after}){found[3]}"


@given(st.sampled_from(sorted(readable())), st.integers(0, 10**6), st.integers(1, 12))
@settings(calm, max_examples=150)
def test_every_comment_stays_between_the_same_words(name: str, seed: int, count: int) -> None:
    text = with_comments(readable()[name], random.Random(seed), count)
    if parse(name, text)[1]:
        return
    made = laid_out(text)
    assert comments(made) == comments(text)
    assert ink(made) == ink(text)
    assert laid_out(made) == made


def test_the_comments_of_that_test_are_in_legal_places() -> None:
    """Most of the texts parse, some with comments inside conditions."""
    texts = [with_comments(readable()[name], random.Random(3), 6) for name in sorted(readable())]
    legal = [text for text in texts if not parse("t", text)[1]]
    assert len(legal) > 0.8 * len(texts)
    assert sum(bool(re.search(r"\([^)\"]*# c", text)) for text in legal) > 20


@given(st.integers(0, 10**6))
@settings(calm, max_examples=60)
def test_what_follows_a_comment_decides_whether_it_is_a_line_of_its_own(seed: int) -> None:
    """A comment in a line of its own stays in one, and a comment behind a line stays behind it."""
    name = random.Random(seed).choice(sorted(readable()))
    text = with_comments(readable()[name], random.Random(seed), 5)
    if parse(name, text)[1] or "(" in text:
        return

    def alone(text: str) -> dict[str, bool]:
        return {
            mark: line.lstrip().startswith("#")
            for line in text.split("\n")
            for mark in re.findall(r"# c\d+ ", line)
        }

    assert alone(laid_out(text)) == alone(text)


# --- hostile input -----------------------------------------------------------


def survives(data: bytes) -> None:
    made, found = fmt("t.guide", data)
    assert (made is None) == bool(found)
    if made is not None:
        assert fmt("t.guide", made.encode()) == (made, [])


@given(mutated())
@settings(calm, max_examples=100)
def test_mutated_guidelines_are_laid_out_or_refused(files: tuple[str, dict[str, bytes]]) -> None:
    name, texts = files
    survives(texts[name])


@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
@calm
def test_any_bytes_are_laid_out_or_refused(data: bytes) -> None:
    survives(data)
    survives(b'drug a "A"\n' + data)


@pytest.mark.parametrize(
    "name",
    [
        "parentheses",
        "not",
        "or",
        "minus",
        "levels_that_fit",
        "digits",
        "long_line",
        "long_remark",
        "doubling",
    ],
)
def test_too_much_is_laid_out_or_refused(name: str) -> None:
    survives(TOO_MUCH[name][0].encode())


LONG = {
    "remarks": "".join(f"# {'x' * 90}\n{'  ' * (at % 3)}# y\n" for at in range(2_000)),
    "drugs": 'drug a "A"\n' * 1_000,
    "notes": 'drug a "A"\n' + '  note "N"\n  # comment\n' * 1_000,
    "name": f'input x "X"\n  one of\n    {"x" * 90_000} "X"\n' + "".join(f'    v{at} "V"\n' for at in range(300)),
    "condition": f"define x = ({'a and ' * 90}a # c\n )\n",
    "comments": "define x = (" + " # c\n" * 5_000 + " a)\n",
    "parentheses": "define x = " + "(" * 3_000 + "# c\n a" + ")" * 3_000 + "\n",
    "statements": 'regimen r "R"\n  give a; rest not stated [' + "T1 " * 3_000 + "]\n",
    "entries": 'scenario "S"\n  given ' + "; ".join(["x yes"] * 3_000) + "\n  expect status determined\n",
    "conditions": 'decision e "E"\n' + "".join(f"{' ' * (at + 2)}when x{at}:\n" for at in range(99)) + " " * 110 + "nothing\n",
    "tree": 'decision e "E"\n  by x0\n'
    + "".join(f"{' ' * (at + 3)}a: by x{at}\n" for at in range(95)) + " " * 110 + "a: nothing\n",
    "rows": 'table t "T"\n  gives g "G"\n  first\n    | x || g |\n' + f"    | {'x' * 90_000} || 1 |\n" + "    | 1 || 1 |\n" * 300,
}  # fmt: skip


@pytest.mark.parametrize("name", LONG)
def test_long_texts_take_no_long_time(name: str) -> None:
    with within_limits():
        made = laid_out(LONG[name])
        assert laid_out(made) == made


# --- the command -------------------------------------------------------------

UGLY = 'drug a   "A" # remark\nsource s\n    title "T"\n'
PLAIN = 'drug a "A"  # remark\n\nsource s\n  title "T"\n'


def run(*arguments: str | Path, given: bytes | None = None) -> Result:
    return CliRunner().invoke(cli, ["fmt", *map(str, arguments)], input=given)


def test_a_file_is_written_where_it_changes_and_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    ugly, plain, module = tmp_path / "deep" / "a.guide", tmp_path / "b.guide", tmp_path / "c.guide"
    ugly.write_bytes(UGLY.encode())
    plain.write_bytes(PLAIN.encode())
    module.write_bytes(b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode())
    os.utime(plain, (1, 1))
    ugly.chmod(0o600)
    result = run(".")
    assert (result.exit_code, result.stdout) == (0, "c.guide\ndeep/a.guide\n")
    assert result.stderr == "3 files, 2 laid out anew\n"
    assert [one.read_bytes() for one in (ugly, plain, module)] == [PLAIN.encode()] * 3
    assert plain.stat().st_mtime == 1
    assert stat.S_IMODE(ugly.stat().st_mode) == 0o600
    assert sorted(one.name for one in tmp_path.rglob("*") if one.is_file()) == [
        "a.guide",
        "b.guide",
        "c.guide",
    ]
    assert run(".").stdout == ""


def test_check_names_what_would_change_and_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.guide").write_text(UGLY, "utf-8")
    Path("b.guide").write_text(PLAIN, "utf-8")
    result = run("--check", "a.guide", "b.guide")
    assert (result.exit_code, result.stdout) == (1, "a.guide\n")
    assert Path("a.guide").read_text("utf-8") == UGLY
    assert (run("--check", "b.guide").exit_code, run("--check", "b.guide").stdout) == (0, "")


def test_diff_shows_what_would_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.guide").write_text(UGLY.rstrip("\n"), "utf-8")
    result = run("--diff", ".")
    assert result.exit_code == 0
    assert result.stdout == (
        "--- a/a.guide\n+++ b/a.guide\n@@ -1,3 +1,4 @@\n"
        '-drug a   "A" # remark\n+drug a "A"  # remark\n+\n source s\n'
        '-    title "T"\n\\ No newline at end of file\n+  title "T"\n'
    )
    assert Path("a.guide").read_text("utf-8") == UGLY.rstrip("\n")
    both = run("--diff", "--check", ".")
    assert (both.exit_code, both.stdout) == (1, result.stdout)


def test_standard_input_goes_to_standard_output() -> None:
    result = run("-", given=b"\xef\xbb\xbf" + UGLY.replace("\n", "\r\n").encode())
    assert (result.exit_code, result.stdout_bytes, result.stderr) == (0, PLAIN.encode(), "")
    assert run("-", given=PLAIN.encode()).stdout_bytes == PLAIN.encode()
    assert (run("--check", "-", given=UGLY.encode()).exit_code, run("-", given=b"").stdout) == (1, "")


def test_what_does_not_parse_is_refused_and_nothing_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.guide").write_text(UGLY, "utf-8")
    Path("b.guide").write_text(UGLY + "input x\n", "utf-8")
    for arguments in (["."], ["--check", "."], ["--diff", "."]):
        result = run(*arguments)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "error[syntax]: the line ends too early\n  --> b.guide:4:8\n" in result.stderr
        assert "2 files: 1 error; nothing was written" in result.stderr
    assert Path("a.guide").read_text("utf-8") == UGLY
    result = run("-", given=b'drug a "\xff"')
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[bad_utf8]" in result.stderr


def test_a_link_goes_on_to_lead_to_its_file(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    target, link = tmp_path / "there" / "a.guide", tmp_path / "b.guide"
    target.write_text(UGLY, "utf-8")
    link.symlink_to(target)
    assert run(link).exit_code == 0
    assert link.is_symlink()
    assert target.read_text("utf-8") == PLAIN


def test_a_file_that_can_not_be_written_is_left_whole(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root writes everywhere")
    path = tmp_path / "a.guide"
    path.write_text(UGLY, "utf-8")
    tmp_path.chmod(0o500)
    try:
        result = run(path)
    finally:
        tmp_path.chmod(0o700)
    assert result.exit_code == 1
    assert "can't be written" in result.stderr
    assert path.read_text("utf-8") == UGLY


@pytest.mark.parametrize("arguments", [["none.guide"], ["x.json"], ["."], ["-", "x.json"], []])
def test_wrong_usage_exits_2(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("x.json").write_text("{}", "utf-8")
    assert run(*arguments).exit_code == 2
