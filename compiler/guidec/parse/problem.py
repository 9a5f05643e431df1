"""Lark's complaints to diagnostics in an author's words."""

import re

from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from guidec.diagnostic import Diagnostic, nearest
from guidec.parse.build import Build, code_of
from guidec.parse.grammar import words_of
from guidec.parse.slip import Stop, slip
from guidec.source import Span

NOTHING_BELOW = "indented lines must follow this one"
_OUTCOME = 'an outcome, such as `recommend NAME`, `nothing` or `not stated "why"`'
_OF_SERIES = frozenset({"ENTRY", "COUNT_OF", "CHANGE_OF"})
# What may follow, in a writer's words; a group whose marks are all there speaks for all its terminals.
_GROUPS: tuple[tuple[frozenset[str], frozenset[str], str], ...] = (
    (
        frozenset({"STRENGTH", "BY", "NOTHING"}),
        frozenset({"STRENGTH", "BY", "NOTHING", "NOT", "ALL", "AS", "CONFLICT", "WHEN", "ASKED", "_NL"}),
        _OUTCOME,
    ),
    (
        frozenset({"NAME", "NUMBER", "CALENDAR"}),
        frozenset({"NAME", "NUMBER", "CALENDAR"}) | _OF_SERIES,
        "a name or a number",
    ),
    (
        frozenset({"WHEN", "WITH"}),
        frozenset({"WHEN", "WITH"}),
        "`when` and a condition, or `with` and a name",
    ),
    (
        frozenset({"STRENGTH"}),
        frozenset({"STRENGTH", "CONFLICT"}),
        "a strength, such as `recommend`, `suggest` or `use`",
    ),
    (
        frozenset({"NAME", "NUMBER", "KNOWN"}),
        frozenset(
            {"NAME", "NUMBER", "DATE", "LPAR", "MINUS", "NOT", "KNOWN", "BLANK", "TAKING", "PRESCRIBED"}
        )
        | _OF_SERIES,
        "a condition",
    ),
    (
        frozenset({"NAME", "NUMBER", "LPAR"}),
        frozenset({"NAME", "NUMBER", "DATE", "LPAR", "MINUS"}) | _OF_SERIES,
        "a name or a number",
    ),
    (
        frozenset({"EVERY", "FOR", "AFTER"}),
        frozenset(
            {
                "EVERY",
                "FOR",
                "AFTER",
                "OVER",
                "DOSE",
                "IN",
                "ABOUT",
                "UP",
                "BY",
                "ROUTE",
                "NUMBER",
                "SEMICOLON",
                "BASIS",
                "OF",
                "ROUNDED",
            }
        ),
        "a route, a dose, an interval, a duration or `;`",
    ),
)
# What may always be added: said only where nothing else can follow.
_MORE = frozenset({
    "LSQB", "DIRECTION", "OR", "OR_UNIT", "AND", "PLUS", "MINUS", "STAR", "SLASH", "COMPARISON", "EQUAL",
    "IS", "INCLUDES", "LPAR", "OURS", "DATE", "COMMA", "DRUG", "WHEN", "UNTIL", "_CODE", "_GRADE", "_ON",
})  # fmt: skip
_WORDS = {
    "_NL": "the end of the line",
    "_INDENT": "an indented line",
    "_DEDENT": "the end of the block",
    "$END": "the end of the declaration",
    "NAME": "a name",
    "STRING": 'a text between `"`',
    "NUMBER": "a number",
    "UNIT": "a unit",
    "CITE": "a statement, such as `T17`",
    "DATE": "a date, such as `2026-03-31`",
    "VERSION": "a version, such as `1.0.0`",
    "LANGUAGE": "`guidec/1`",
    "LSQB": "`[`",
    "RSQB": "`]`",
    "COLON": "`:`",
    "SEMICOLON": "`;`",
    "COMMA": "`,`",
    "EQUAL": "`=`",
    "LPAR": "`(`",
    "RPAR": "`)`",
    "PLUS": "`+`",
    "MINUS": "`-`",
    "STAR": "`*`",
    "SLASH": "`/`",
    "COMPARISON": "a comparison, such as `>=`",
    "CALENDAR": "`days`, `weeks`, `months` or `years`",
    "ROUTE": "a route",
    "CALENDAR_OVERFLOW": "`calendar overflow`",
    "OVERFLOW": "`back` or `forward`",
    "DUE": "`due`",
    "_BEFORE_FIRST_DOSE": "`before the first dose`",
    "DUE_OF": "`due of`",
    "LESS": "`less` and days",
    "NO_END": "`no end`",
    "OR_UNIT": "`or`",
    "BAR": "`|`",
    "BARS": "`||`",
    "_EQUAL": "`=`",
    "CIRCUMFLEX": "`^`",
    "OVER": "`over`",
    "RATE": "`rate`",
    "STRENGTHS": "`strengths`",
    "AT_LEAST": "`at least`",
    "AT_MOST": "`at most`",
    "TAPER": "`taper by` or `titrate by`",
    "OF_FIRST_DOSE": "`of the first dose`",
    "HOLD": "`hold when` or `resume when`",
    "CLOCK": "`hours` or `minutes`",
    "AMOUNT_OF": "`total of` or `daily of`",
    "LIMITED_OF": "`dose of`, `total of` or `daily of`",
    "MORE_OR_LESS": "`more` or `less`",
    "_NEVER_LESS_OF": "`never gets less of`",
    "_NEVER_DIFFER": "`never differ`",
    "_NEVER": "`never`",
    "_ALWAYS": "`always`",
    "_UNLESS": "`unless`",
    "FINAL": "`final`",
    "DECIDES": "`decides` and decisions",
    "DOES": "`does` and advice or monitoring",
    "REVIEW": "`review every …`, `review after …` or `review not stated`",
    "GO_TO": "`go to` and a stage",
    "STAY": "`stay`",
    "VALUE_OF": "`value of`",
    "SPAN_OF": "`interval of`, `duration of` or `delay of`",
    "PREFERRED_OF": "`preferred of`",
    "STEPS_OF": "`steps of`",
    "_SERIES": "`series`",
    "_ENTRIES": "`entries`",
    "KEPT": "`lasting`, `per visit` or `date of the visit`",
    "_ON": "`on` and a date",
    "ENTRY": "`latest` or `first` and a name",
    "COUNT_OF": "`count of`",
    "CHANGE_OF": "`change of` or `relative change of`",
    "BEFORE": "`before`",
    "UNREVIEWED": "`unreviewed`",
    "REVIEWED": "`reviewed`",
    "DIGEST": "what `guidec test --review` writes, 12 digits and letters",
    "ACTION_OF": "`action of`",
    "ROUTE_OF": "`route of`",
    "STRENGTH_OF": "`strength of`",
    "STEP_OF": "`step of`",
    "BASIS_OF": "`basis of`",
    "CHOICE_OF": "`choice of`",
    "MEASURE_OF": "`measure of`",
    "STAGE_IS": "`stage` and stages",
    "NEXT_OF": "`next of`",
    "REVIEW_OF": "`review of`",
    "OPEN_READING": "`open reading`",
    "ADVICE": "a kind of advice, such as `check`, `prophylaxis` or `caution`",
}
LABELS = r"[a-z0-9_]+(, *[a-z0-9_]+)*"
_OPENS_OUTCOME = {"nothing", "not", "by", "as", "all", "conflict"}
_FIRST_LINES = {
    "input": "its type, such as `boolean`, `one of` or `quantity kg from 1 to 300 step 0.1`",
    "regimen": "its orders, such as `give prednisolone; rest not stated`",
    "decision": "its branches: `by INPUT`, or `when CONDITION: …`",
    "options": "its lines, such as `consider ivig; rest not stated`",
    "monitor": "`measure TEST` and `every …`",
    "reading": 'its values, such as `all_of "all of them"`',
    "pathway": "its stages, such as `stage first_line`",
    "property": "what it says, such as `never triple_therapy unless antibody is high`",
    "scenario": "`given …` and `expect …`",
    "source": 'its lines, such as `title "…"`',
    "guideline": "`version 1.0.0` and `language guidec/1`",
}


def unexpected(build: Build, chunk: str, fault: UnexpectedToken | UnexpectedCharacters) -> Diagnostic:
    """The parser met a word, a character or a line's end that can't stand where it stands."""
    lines = chunk.split("\n")
    expected = _expected(fault)
    if isinstance(fault, UnexpectedToken) and fault.token.type in ("_NL", "$END", "_DEDENT", "_INDENT"):
        return _at_line_end(build, lines, fault, expected)
    at = max(0, (fault.column or 1) - 1)
    row = min((fault.line or 1) - 1, len(lines) - 1)
    code = code_of(lines[row])
    word = str(fault.token) if isinstance(fault, UnexpectedToken) else _first_word(lines[row][at:])
    if "_INDENT" in expected:
        return _not_indented(build, lines, row, at, word)
    structure = _after_otherwise(lines, row, word, expected)
    if structure is not None:
        return Diagnostic(
            "misplaced_otherwise", structure[0], _span(build, row, at, at + len(word)), structure[1]
        )
    return _problem(build, row, Stop(code, at, word, expected, _keywords(expected)))


def no_colon(branch: str, word: str, span: Span) -> tuple[str, Span, str]:
    """A branch whose outcome follows at once: the message, its place and the repair."""
    return f"the branch `{branch}` has no `:` before its outcome", span, f"write `{branch}: {word} …`"


def _expected(fault: UnexpectedToken | UnexpectedCharacters) -> frozenset[str]:
    parser = getattr(fault, "interactive_parser", None)
    found = (
        parser.accepts()
        if parser is not None
        else fault.allowed
        if isinstance(fault, UnexpectedCharacters)
        else fault.expected
    )
    return frozenset(name for name in found or () if not name.startswith("__"))


def _keywords(expected: frozenset[str]) -> frozenset[str]:
    return frozenset(word for name in expected for word in words_of(name))


def _first_word(rest: str) -> str:
    found = re.match(r"\w+", rest)
    return found[0] if found else rest[:1]


def _span(build: Build, row: int, start: int, end: int) -> Span:
    line = build.offset + row + 1
    return Span(build.file, line, start + 1, line, max(end, start + 1) + 1)


def _problem(build: Build, row: int, stop: Stop) -> Diagnostic:
    form = _form(stop)
    if form:
        message = f"`{stop.word[:60]}` can't stand here" if stop.word else "the line ends too early"
        return Diagnostic("syntax", message, _span(build, row, stop.at, stop.at + len(stop.word)), form)
    known = slip(stop)
    if known is not None:
        return Diagnostic("syntax", known.message, _span(build, row, known.start, known.end), known.repair)
    span = _span(build, row, stop.at, stop.at + len(stop.word))
    message = f"`{stop.word[:60]}` can't stand here" if stop.word else "the line ends too early"
    close = nearest(stop.word, stop.words) if stop.word and stop.word not in stop.words else ""
    if close:
        return Diagnostic("syntax", message, span, close)
    if "COLON" in stop.expected and (not stop.word or stop.word in _OPENS_OUTCOME | words_of("STRENGTH")):
        branch = stop.before.strip()
        if stop.word and re.fullmatch(LABELS, branch):
            return Diagnostic("syntax", *no_colon(branch, stop.word, span))
        where = f"before `{stop.word}`" if stop.word else "at the end of this line"
        return Diagnostic("syntax", f"a `:` is missing {where}", span, "write it there")
    if (
        {"STRENGTH", "BY"} <= stop.expected
        and re.fullmatch(r"[a-z]\w*", stop.word)
        and stop.word not in words_of("*")
    ):
        repair = f"write `recommend {stop.word}`, or `use {stop.word}` where the source has no such word"
        return Diagnostic("syntax", f"`{stop.word}` stands without a strength", span, repair)
    return Diagnostic(
        "syntax", message, span, in_words(stop.expected) if stop.word else _at_end(stop, row == 0)
    )


def _form(stop: Stop) -> str:
    """The whole of what has one form only, where a part of it is wrong or missing."""
    if "STRING" in stop.expected and re.match(r" *code( |$)", stop.before) and re.match(r"\w|$", stop.rest):
        return 'write its system, its code and its words: `code "http://example.org/tests" "17" "Creatinine"`'
    if stop.line.lstrip().startswith("|"):
        return _row_form(stop)
    if "NAME" in stop.expected and re.search(r"; *grade( [a-z ]*,)? *$", stop.before):
        return "write it as in `grade strong, low certainty`"
    return ""


def _row_form(stop: Stop) -> str:
    """How the row of a table is written, where its bars are wrong."""
    bars = re.sub(r'"(?:\\["\\]|[^"\\])*"', "", stop.line).strip()
    if bars.startswith("||"):
        return "begin the row with one `|`: what is asked stands before `||`"
    if bars.count("||") != 1:
        return "write what is asked before one `||`, and what is given behind it: `| … || … |`"
    if not stop.word and re.search(r"\|( *\[[^\]]*\])?$", bars):
        return "write rows below it, such as `| any || … |`"
    if not stop.word:
        return "end the row with `|`"
    return ""


def _at_end(stop: Stop, first: bool) -> str:
    """What the line lacks; a text most often."""
    if not stop.expected or not stop.expected - _MORE <= {"STRING"} or "STRING" not in stop.expected:
        return in_words(stop.expected)
    declares = first and "stated" not in stop.before
    named = (
        re.fullmatch(r"(?!impossible|set)[a-z]+(?: [a-z]+)? ([a-z]\w*)", stop.before) if declares else None
    )
    label = named[1].replace("_", " ").capitalize() if named else "why"
    return f'add {"what people call it" if named else "the reason"}: `"{label}"`'


def in_words(expected: frozenset[str]) -> str:
    """What may follow, in five phrases at most."""
    left, phrases = set(expected), []
    for marks, names, phrase in _GROUPS:
        if marks <= left:
            phrases.append(phrase)
            left -= names
    needed = sorted(left - _MORE) or ([] if phrases else sorted(left))
    if phrases or len(needed) > 1:
        needed = [name for name in needed if name not in ("_NL", "_DEDENT", "$END")] or needed
    phrases += list(dict.fromkeys(_WORDS.get(name) or _alternatives(name) for name in needed))
    if not phrases:
        return "delete it"
    if len(phrases) == 1 and needed and needed[0] in ("_NL", "_DEDENT", "$END"):
        return "end the line before it"
    shown = phrases if len(phrases) <= 5 else [*phrases[:5], "…"]
    return f"expected {' or '.join(shown)}"


def _alternatives(name: str) -> str:
    return " or ".join(f"`{word}`" for word in sorted(words_of(name)))


# --- lines and blocks --------------------------------------------------------


def _at_line_end(
    build: Build, lines: list[str], fault: UnexpectedToken, expected: frozenset[str]
) -> Diagnostic:
    row = min((fault.token.line or len(lines)) - 1, len(lines) - 1)
    while row > 0 and not code_of(lines[row]).strip():
        row -= 1
    if fault.token.type == "_INDENT":
        return _too_deep(build, lines, row)
    code = code_of(lines[row])
    if "_INDENT" in expected:
        return _nothing_below(build, lines, row)
    return _problem(build, row, Stop(code, len(code), "", expected, frozenset()))


def _too_deep(build: Build, lines: list[str], row: int) -> Diagnostic:
    """Lark tells of the indentation at the line before it."""
    below = next((at for at in range(row + 1, len(lines)) if code_of(lines[at]).strip()), row)
    span = _span(build, below, 0, len(lines[below]) - len(lines[below].lstrip()))
    message = f"this line is indented, and line {build.offset + row + 1} takes nothing below it"
    return Diagnostic("bad_indentation", message, span, "indent it as that line")


def _nothing_below(build: Build, lines: list[str], row: int) -> Diagnostic:
    code = code_of(lines[row])
    span = _span(
        build, row, len(code) - 1 if code.endswith(":") else len(code) - len(code.lstrip()), len(code)
    )
    if code.endswith(":"):
        return Diagnostic("syntax", "nothing follows this `:`", span, f"write {_OUTCOME}")
    needed = _FIRST_LINES.get(code.split()[0], "") if row == 0 else ""
    return Diagnostic(
        "syntax",
        NOTHING_BELOW,
        span,
        f"write below it {needed}" if needed else "write below it what belongs to it",
    )


def _not_indented(build: Build, lines: list[str], row: int, at: int, word: str) -> Diagnostic:
    """A line follows where an indented one must."""
    above = max((number for number in range(row) if code_of(lines[number]).strip()), default=0)
    if code_of(lines[above]).endswith(":"):
        return _nothing_below(build, lines, above)
    message = f"this line belongs to line {build.offset + above + 1} and isn't indented below it"
    return Diagnostic(
        "bad_indentation", message, _span(build, row, at, at + len(word)), "indent it by two more"
    )


def _after_otherwise(
    lines: list[str], row: int, word: str, expected: frozenset[str]
) -> tuple[str, str] | None:
    """The message and the repair where `otherwise` is not the one last branch."""
    if word == "otherwise" and "WHEN" in expected and not _when_below(lines, row):
        bare = "move" if "GO_TO" in expected else "outcome"
        return "`otherwise` is the only branch", f"write the {bare} bare, without `otherwise:`"
    if word == "otherwise" and "WHEN" in expected:
        return "`otherwise` stands before the first `when`", "move it below the branches with `when`"
    if word == "otherwise" and expected <= {"_DEDENT", "_NL"}:
        return "`otherwise` stands here a second time", "delete one of the two"
    if word == "when" and expected <= {"_DEDENT", "_NL"}:
        return "this branch stands below `otherwise`", "move it above `otherwise`"
    return None


def _when_below(lines: list[str], row: int) -> bool:
    """Whether a branch with `when` stands below a line, beside it."""
    beside = len(lines[row]) - len(lines[row].lstrip())
    written = (line for line in map(code_of, lines[row + 1 :]) if line.strip())
    next_beside = next((line for line in written if not line[: beside + 1].isspace()), "")
    return next_beside.startswith(f"{' ' * beside}when ")
