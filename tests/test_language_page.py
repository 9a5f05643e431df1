"""docs/language.md: its pieces are one guideline that compiles, and its scenarios hold."""

import re
from pathlib import Path

from guidec.parse.grammar import parser, reserved_words
from guidec.pipeline import compile_file
from guidec.proofs.checked import check
from guidec.scenarios import run

ROOT = Path(__file__).parents[1]
REGISTER = "id,statement\n" + "".join(f"S{number},Statement {number}.\n" for number in range(1, 9))


def test_the_pieces_of_the_language_page_are_one_guideline() -> None:
    pieces = re.findall(r"```guide\n(.*?)```", (ROOT / "docs" / "language.md").read_text("utf-8"), re.DOTALL)
    files = {"example.guide": "\n".join(pieces).encode(), "leaflet.csv": REGISTER.encode()}
    compilation = compile_file("example.guide", lambda name: files[name])
    assert compilation.diagnostics == ()
    assert compilation.compiled is not None
    assert len(compilation.scenarios) >= 7
    for scenario in compilation.scenarios:
        assert not run(compilation.compiled, scenario)
    assert compilation.work is not None
    checked = check(compilation.compiled, compilation.work, compilation.properties)
    assert [one.answer.kind for one in checked.verdicts] == ["proven"] * 6


def test_the_page_lists_the_reserved_words() -> None:
    page = (ROOT / "docs" / "language.md").read_text("utf-8")
    listed = re.findall(r"`([a-z]+)`", page.split("<!-- reserved words -->")[1])
    assert listed == sorted(word for word in reserved_words(parser()) if " " not in word)
