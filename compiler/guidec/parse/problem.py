"""Lark's complaints to diagnostics in an author's words."""

from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from guidec.diagnostic import Diagnostic, nearest
from guidec.parse.build import Build
from guidec.source import Span

_WORDS = {
    "_NL": "the end of the line",
    "_INDENT": "an indented line",
    "_DEDENT": "the end of the block",
    "$END": "the end of the declaration",
    "NAME": "a name",
    "STRING": 'a "text"',
    "NUMBER": "a number",
    "UNIT": "a unit",
    "CITE": "a statement id",
    "DATE": "a date",
    "VERSION": "a version such as 1.0.0",
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
    "COMPARISON": "a comparison",
    "STRENGTH": "a strength (`recommend`, `suggest`, `consider`, `may`, `generally`, `use`)",
    "DIRECTION": "`against`",
    "CALENDAR": "`days`, `weeks`, `months` or `years`",
    "ROUTE": "a route",
    "BY_ROUTE": "`mouth`, `inhalation` or `injection`",
    "TAIL_PART": "`rest`, `route`, `dose`, `interval` or `duration`",
    "ADVICE": "a kind of advice (`check`, `consult`, `prophylaxis`, `supportive`, `vaccination`, `caution`, `risk`, "
    "`prognosis`, `note`)",
    "ADVICE_OR_MONITORING": "`advice` or `monitoring`",
    "YES_NO": "`yes` or `no`",
    "OR_UNIT": "`or`",
}


def unexpected_token(build: Build, chunk: str, fault: UnexpectedToken) -> Diagnostic:
    """The parser met a word that can't stand here."""
    token = fault.token
    expected = sorted(fault.accepts or fault.expected or ())
    if token.type in ("_NL", "$END", "_DEDENT", "_INDENT"):
        return _at_line_end(build, chunk, fault, expected)
    span = build.place(token)
    shown = str(token)[:60]
    return _problem(f"`{shown}` can't stand here", shown, span, expected)


def unexpected_character(build: Build, chunk: str, fault: UnexpectedCharacters) -> Diagnostic:
    """The lexer met a character that begins nothing that can stand here."""
    line = fault.line + build.offset
    rest = chunk[fault.pos_in_stream :].split("\n", 1)[0]
    word = _first_word(rest)
    span = Span(build.file, line, fault.column, line, fault.column + max(1, len(word)))
    if rest.startswith('"') and rest.count('"') < 2:
        return Diagnostic(
            "syntax", "this text has no closing quote", span, 'end it with `"` on the same line'
        )
    return _problem(f"`{word[:60]}` can't stand here", word, span, sorted(fault.allowed or ()))


def _first_word(rest: str) -> str:
    length = 0
    while length < len(rest) and (rest[length].isalnum() or rest[length] == "_"):
        length += 1
    return rest[: max(1, length)]


def _at_line_end(build: Build, chunk: str, fault: UnexpectedToken, expected: list[str]) -> Diagnostic:
    lines = chunk.split("\n")
    at = min((fault.token.line or len(lines)) - 1, len(lines) - 1)
    while at > 0 and not lines[at].split("#", 1)[0].strip():
        at -= 1
    if fault.token.type == "_INDENT":
        following = next((i for i in range(at + 1, len(lines)) if lines[i].strip()), at)
        line = build.offset + following + 1
        span = Span(build.file, line, 1, line, len(lines[following]) - len(lines[following].lstrip()) + 1)
        return Diagnostic(
            "bad_indentation", "this line is indented, and the line above takes no block", span, "indent less"
        )
    column = len(lines[at].rstrip()) + 1
    line = build.offset + at + 1
    span = Span(build.file, line, column, line, column + 1)
    return _problem("the line ends too early", "", span, expected)


def _problem(message: str, word: str, span: Span, expected: list[str]) -> Diagnostic:
    words = [_WORDS.get(name, f"`{name.lower()}`") for name in expected if not name.startswith("__")]
    keywords = [name.lower() for name in expected if name.isalpha() and name not in _WORDS]
    close = nearest(word, keywords) if word else ""
    if close:
        return Diagnostic("syntax", message, span, close)
    shown = words if len(words) <= 8 else [*words[:8], "…"]
    return Diagnostic("syntax", message, span, f"expected {' or '.join(shown)}" if shown else "")
