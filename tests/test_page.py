"""The page says all that a clinician checks against the paper, nothing in a spec breaks out of it, and it is never stale."""

import csv
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from guidec import render
from guidec.cli import cli
from guidec.pipeline import compile_file
from guidec.project import compile_path, guidelines_in
from guidec_targets import graphviz, markdown
from guidec_targets.marked import plain

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "guidelines" / "pm_dm_ild"
OWN_HTML = re.compile(
    r"<br>|</?details>|</?summary>|<a id=\"\w+\">|</a>|<!-- [\w ,.]+ -->|\]\(<[\w.%# -]+>\)"
)


def page_of(path: Path) -> str:
    compiled = compile_path(path, skip_scenarios=True).compiled
    assert compiled is not None
    files, found = markdown.emit(compiled)
    assert not found
    return files[f"{compiled.guideline.id}.md"]


def section(page: str, title: str) -> str:
    return page.split(f"\n## {title}\n")[1].split("\n## ", maxsplit=1)[0]


def rows(text: str) -> list[list[str]]:
    """The cells of the tables in a text."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]


def takada() -> str:
    return page_of(FOLDER / "takada.guide")


# --- what a clinician checks -------------------------------------------------


def test_the_source_is_given_as_the_file_has_it() -> None:
    text = section(takada(), "Source")
    assert ["authors", "Takada T, Narita I, Suzuki E"] in rows(text)
    assert ["published", "no date in the text; the newest dated reference is from 2013"] in rows(text)
    assert ["statements", "182: 83 encoded, 94 documented, 5 set aside"] in rows(text)


def test_the_decisions_stand_in_words_with_strength_and_statements() -> None:
    text = section(takada(), "Decisions")
    for line in (
        "- **Myositis diagnosis?** [T176 T177]",
        "    - Chronic: recommend: **Glucocorticoid alone** [T153]",
        "    - Cannot be measured: suggest: **Triple therapy** [T168]",
        "    - Antibody negative: **not stated**: The source gives no branch for a negative antibody. [T164]",
        "  - Hypomyopathic DM: as Amyopathic DM (ADM) [T16]",
    ):
        assert line in text.splitlines()
    assert "| *the source does not say when* | **Azathioprine**<br>" in text


def test_the_doses_say_what_the_source_says_and_what_it_leaves_out() -> None:
    given = rows(section(takada(), "What is given"))
    assert given[0][1:] == [
        "Step",
        "Drug",
        "Route",
        "Dose",
        "Weight basis",
        "How often",
        "How long",
        "Source",
    ]
    pulse = next(at for at, row in enumerate(given) if row[0].startswith("**Steroid pulse, then"))
    assert given[pulse][1:] == [
        "1", "Methylprednisolone", "intravenous", "1 g/d", "", "per day", "3 days", "[T156 †T58 †T77]",
    ]  # fmt: skip
    assert given[pulse + 2][1:] == [
        "timing not stated, one such as [T157]", "Cyclosporin — **usual choice**", "not stated", "150 mg/d", "",
        "per day", "not stated", "[T157 T158 †T83]",
    ]  # fmt: skip
    bases = {row[2].split(" — ")[0]: row[5] for row in given if row[5]}
    assert bases["Prednisolone"] == "ideal body weight: as the source says"
    assert bases["Mycophenolate mofetil"] == "body weight: **the source does not say which weight**"


def test_what_is_left_open_is_listed_with_its_statements() -> None:
    opened = rows(section(takada(), "Known ambiguities"))
    where = "First treatment: Amyopathic DM (ADM), Antibody negative"
    assert ["not stated", where, "The source gives no branch for a negative antibody.", "[T164]"] in opened
    assert len(opened) == 2 + 11


def test_advice_and_monitoring_stand_in_tables() -> None:
    page = takada()
    assert len(rows(section(page, "Advice"))) == 2 + 18
    assert len(rows(section(page, "Monitoring"))) == 2 + 7
    assert (
        "| Blood count on azathioprine | Blood count |"
        " Drugs taken now: Azathioprine or Azathioprine is prescribed | not stated | not stated | [T80] |"
    ) in page


def test_every_statement_stands_there_with_what_became_of_it() -> None:
    account = {row[0]: row for row in rows(section(takada(), "Every statement of the source"))[2:]}
    register = list(csv.DictReader((FOLDER / "takada.csv").read_text("utf-8").splitlines()))
    assert list(account) == [one["id"] for one in register]
    for one in register:
        texts = (one["location"], one["statement"], one["strength"], one["ambiguity"])
        assert [account[one["id"]][at] for at in (1, 2, 3, 5)] == [plain(text) for text in texts]
    lines = (FOLDER / "takada.guide").read_text("utf-8").splitlines()
    for id, row in account.items():
        links = re.findall(r"\(<takada\.guide#L(\d+)>\)", row[4])
        assert row[4].startswith("encoded: ") == bool(links)
        assert all(re.search(rf"\b{id}\b", _around(lines, int(line))) or line == "1" for line in links)
    assert account["T180"][4].startswith("set aside: which abbreviations")


def _around(lines: list[str], line: int) -> str:
    """A declaration from this line on."""
    end = next((at for at in range(line, len(lines)) if not lines[at].strip()), len(lines))
    return "\n".join(lines[line - 1 : end])


def test_every_picture_is_one_that_graphviz_emits_and_says_what_it_shows() -> None:
    compiled = compile_path(FOLDER / "takada.guide", skip_scenarios=True).compiled
    assert compiled is not None
    shown = re.findall(r"!\[(.+?)\]\(<(.+?)\.svg>\)", takada())
    assert [f"{name}.dot" for _, name in shown] == list(graphviz.emit(compiled)[0])
    assert all(len(alternative) > 40 for alternative, _ in shown)


def test_tables_scores_conflicts_and_dates_stand_in_words() -> None:
    hepatitis = page_of(ROOT / "guidelines" / "examples" / "hepatitis_b.guide")
    assert "once, 1 month after First dose (not stated where it is Not given)" in hepatitis
    assert "*the first row that holds counts*" in hepatitis
    gap = page_of(ROOT / "guidelines" / "examples" / "gap.guide")
    assert "| &gt; 75 % predicted | 0 | [G4] |" in gap
    assert "has no decision" not in gap and "<gap.svg>" not in gap


# --- nothing breaks out --------------------------------------------------------

NASTY = (
    "a | b <script>x</script> **bold** _it_ `code` [l](http://x.y) ![i](z) # $x$ ~~s~~ \\\\| --> &lt; "
    "www.example.org </details>"
)


def nasty(text: str) -> str:
    return f"""guideline nasty "{text}"
  version 1.0.0
  language guidec/1
  source paper

source paper
  title "{text}"
  register "statements.csv"

input which "{text}"
  one of
    a "{text}"
    b "1. {text}"
    c "- {text}"

input weight "{text}"
  quantity kg from 1 to 200 step 1

reading how "{text}" [S1]
  this "{text}"
  that "{text}"

define of_a "{text}" = which is a [S1]

drug d "{text}"
test t "{text}"

regimen plan "{text}" [S1]
  give d by mouth 5 mg/kg of weight basis not stated; rest not stated
    prefer "{text}" when of_a
  note "{text}" [S1]

decision what "{text}"
  by which
    a: use "{text}" plan [S1]
    b: not stated "{text}"
    c: conflict "{text}"
      use plan
      recommend against plan

options list "{text}"
  use "{text}" plan when how is this [S1]

avoid d when of_a "{text}" [S1]
  use "{text}"

advise note look "{text}" when of_a [S1]
  use "{text}"
  note "{text}"

monitor see "{text}" when of_a [S1]
  measure t
  every not stated

impossible when of_a and weight > 100 kg "{text}"
"""


@pytest.mark.parametrize("text", [NASTY, "- item", "1. item", "= under", "plain"])
def test_no_text_of_a_spec_breaks_out_of_the_page(text: str) -> None:
    cell = text.replace('"', "'")
    register = f'id,location,statement,ambiguity\nS1,"{cell}","{cell}","{cell}"\n'
    files = {"nasty.guide": nasty(text), "statements.csv": register}
    compilation = compile_file("nasty.guide", lambda name: files[name].encode())
    assert compilation.compiled is not None, compilation.diagnostics
    tame = compile_file(
        "nasty.guide", lambda name: {**files, "nasty.guide": nasty("tame")}[name].encode()
    ).compiled
    assert tame is not None
    page = markdown.emit(compilation.compiled)[0]["nasty.md"]
    assert shape(page) == shape(markdown.emit(tame)[0]["nasty.md"])
    left = OWN_HTML.sub("", page)
    assert "<" not in left.replace("\\<", "")
    bare = re.sub(r"\\[\\`*_{}\[\]#|~!]", "", left)
    assert not re.search(r"[`$~]|http:|www\.|_it_|\]\(", bare)


def shape(page: str) -> list[tuple[str, int]]:
    """How each line begins, and how many cells it has."""
    return [(re.sub(r"^( *(- |#+ |[|]|<|!)?).*", r"\1", line), line.count("|")) for line in page.splitlines()]


# --- the page of a folder --------------------------------------------------------


def test_the_page_in_the_folder_is_made_of_todays_guidelines(request: pytest.FixtureRequest) -> None:
    """`make goldens`, or `guidec page guidelines/pm_dm_ild`, makes it anew."""
    if request.config.getoption("--rewrite-goldens"):
        assert CliRunner().invoke(cli, ["page", str(FOLDER)]).exit_code == 0
    done = CliRunner().invoke(cli, ["page", str(FOLDER), "--check"])
    assert done.exit_code == 0, done.output + ": run `guidec page guidelines/pm_dm_ild`"


def test_the_folder_holds_the_pictures_that_its_page_shows_and_no_others() -> None:
    page = (FOLDER / "README.md").read_text("utf-8")
    names = [
        path.stem for path in guidelines_in([FOLDER]) if not path.read_text("utf-8").startswith("module")
    ]
    shown = re.findall(r"\(<([\w.]+)\.svg>\)", page)
    assert [name for name in shown if "." not in name] == names
    assert sorted(path.stem for path in FOLDER.glob("*.svg")) == sorted(shown)


def copied(folder: Path) -> Path:
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.svg", "*.md"))
    return folder


def test_the_page_is_written_and_found_stale(tmp_path: Path) -> None:
    folder = copied(tmp_path / "pm_dm_ild")
    run = CliRunner().invoke
    assert run(cli, ["page", str(folder), "--check"]).exit_code == 1
    assert run(cli, ["page", str(folder)]).exit_code == 0
    assert (folder / "README.md").read_text("utf-8") == (FOLDER / "README.md").read_text("utf-8")
    assert run(cli, ["page", str(folder), "--check"]).exit_code == 0
    guide = folder / "takada.guide"
    guide.write_text(guide.read_text("utf-8").replace('"Triple therapy"', '"Three drugs"'), "utf-8")
    stale = run(cli, ["page", str(folder), "--check"])
    assert stale.exit_code == 1
    assert "README.md is stale" in stale.output and "takada.svg is stale" in stale.output


def test_a_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copied(tmp_path / "pm_dm_ild")
    before = sorted(folder.iterdir())
    with monkeypatch.context() as patch:
        patch.setattr(render, "renderer", lambda: None)
        assert CliRunner().invoke(cli, ["page", str(folder)]).exit_code == 1
    assert sorted(folder.iterdir()) == before
    (folder / "broken.guide").write_text("guideline broken\n", "utf-8")
    assert CliRunner().invoke(cli, ["page", str(folder)]).exit_code == 1
    (folder / "broken.guide").unlink()
    assert sorted(folder.iterdir()) == before


def test_a_page_that_somebody_wrote_is_left_alone(tmp_path: Path) -> None:
    folder = copied(tmp_path / "pm_dm_ild")
    (folder / "README.md").write_text("# By hand\n", "utf-8")
    done = CliRunner().invoke(cli, ["page", str(folder)])
    assert done.exit_code == 1
    assert "was not made by guidec" in done.output
    assert (folder / "README.md").read_text("utf-8") == "# By hand\n"
    assert not list(folder.glob("*.svg"))


def test_a_folder_without_a_guideline_has_no_page(tmp_path: Path) -> None:
    assert CliRunner().invoke(cli, ["page", str(tmp_path)]).exit_code == 2


@pytest.mark.parametrize("check", [(), ("--check",)])
def test_a_picture_that_somebody_drew_is_left_alone(check: tuple[str, ...], tmp_path: Path) -> None:
    folder = copied(tmp_path / "pm_dm_ild")
    (folder / "takada.svg").write_text("<svg><!-- by hand --></svg>", "utf-8")
    done = CliRunner().invoke(cli, ["page", str(folder), *check])
    assert done.exit_code == 1
    assert "was not made by guidec" in done.output
    assert "by hand" in (folder / "takada.svg").read_text("utf-8")
    assert not (folder / "README.md").exists()
