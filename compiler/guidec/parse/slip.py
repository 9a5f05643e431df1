"""A line and the place where it stopped making sense, to the slip that a tired writer makes there."""

import re
import unicodedata
from collections.abc import Callable

from guidec.record import record
from guidec.units import UnitProblem, parse_unit

_QUOTES = "“”„‟«»‘’‚'`´"
_SIGNS = {
    "=>": ">=", "=<": "<=", "≥": ">=", "⩾": ">=", "≤": "<=", "⩽": "<=", "==": "=", "!=": "is not",
    "<>": "is not", "≠": "is not", "&&": "and", "&": "and", "||": "or", "|": "or", "!": "not", "×": "*",
    "÷": "/", "−": "-", "≈": "about", "~": "about", "→": ":", "½": "0.5", "¼": "0.25", "¾": "0.75",
}  # fmt: skip
_OTHER_WORDS = {
    "if": "when", "elif": "when", "elseif": "when", "case": "when", "else": "otherwise",
    "default": "otherwise", "in": "is one of", "equals": "=", "contains": "includes", "true": "yes",
    "false": "no", "bool": "boolean", "int": "integer", "number": "integer", "float": "quantity",
    "decimal": "quantity", "enum": "one of", "choice": "one of", "range": "from", "until": "to",
    "po": "by mouth", "oral": "by mouth", "orally": "by mouth", "inhaled": "by inhalation",
    "iv": "intravenously", "intravenous": "intravenously", "sc": "subcutaneously",
    "subcutaneous": "subcutaneously", "im": "intramuscularly", "intramuscular": "intramuscularly",
    "daily": "every 1 day", "weekly": "every 1 week", "monthly": "every 1 month", "unknown": "not stated",
    "prescribe": "use", "start": "give", "plus": "with", "recommended": "recommend", "avoid": "use against",
}  # fmt: skip
_DECIMALS = "number|numeric|float|decimal|real|double"
_NUMBER = r"-?\d+(?:\.\d+)?"
_ID = re.compile(r"([A-Za-z]+)([0-9]+)")


@record
class Stop:
    """Where reading stopped: column `at` (from 0) of `line`, the word there, what could have followed."""

    line: str
    at: int
    word: str
    expected: frozenset[str]
    words: frozenset[str]

    @property
    def before(self) -> str:
        return self.line[: self.at]

    @property
    def rest(self) -> str:
        return self.line[self.at :]

    def around(self, pattern: str) -> re.Match[str] | None:
        """The match of the pattern that holds the place."""
        return next(
            (one for one in re.finditer(pattern, self.line) if one.start() <= self.at < one.end()), None
        )


@record
class Slip:
    """What was written, what to write, and from which column to which (from 0) it stands."""

    message: str
    repair: str
    start: int
    end: int


def slip(stop: Stop) -> Slip | None:
    """The first that fits, the surest first; in a table the signs `|` and `||` are right."""
    if stop.word in ("|", "||") and stop.line.lstrip().startswith("|"):
        return None
    return next((found for rule in _RULES if (found := rule(stop)) is not None), None)


def _at(found: re.Match[str], message: str, repair: str) -> Slip:
    return Slip(message, repair, found.start(), found.end())


def _here(stop: Stop, message: str, repair: str, length: int = 0) -> Slip:
    return Slip(message, repair, stop.at, stop.at + (length or len(stop.word)))


def _comment(stop: Stop) -> Slip | None:
    if not re.match(r"//|--|/\*", stop.rest):
        return None
    return Slip(f"`{stop.rest[:2]}` begins no comment", "begin it with `#`", stop.at, len(stop.line))


def _quotation(stop: Stop) -> Slip | None:
    if stop.rest[:1] == '"' and not re.match(r'"(?:\\["\\]|[^"\\])*"', stop.rest):
        return Slip(
            "this text has no closing quote", 'end it with `"` on the same line', stop.at, len(stop.line)
        )
    if stop.rest[:1] in _QUOTES and stop.rest:
        whole = re.match(rf"[{_QUOTES}]([^{_QUOTES}\"]*)[{_QUOTES}\"]", stop.rest)
        inside = whole[1] if whole else "…"
        end = whole.end() if whole else 1
        return Slip(
            "a text stands between straight double quotes", f'write `"{inside}"`', stop.at, stop.at + end
        )
    if stop.before.endswith('"') and stop.before.count('"') > 1 and re.match(r"\w", stop.rest):
        return Slip(
            "the quote before this ends the text",
            'write `\\"` for a quote inside a text',
            stop.at,
            stop.at + len(stop.word),
        )
    return None


def _date(stop: Stop) -> Slip | None:
    found = stop.around(r"(?<![\d.])\d{1,4}([./-])\d{1,2}\1\d{1,4}(?![\d.])")
    if found is None or "VERSION" in stop.expected:
        return None
    return Slip(
        f"`{found[0]}` is no date", "write year-month-day, such as `2026-03-31`", found.start(), found.end()
    )


def _number(stop: Stop) -> Slip | None:
    comma = stop.around(r"\d+,\d+")
    if comma is not None:
        whole, part = comma[0].split(",")
        if len(part) == 3 and len(whole) <= 3 and whole != "0":
            decimal = f"{whole}.{part}".rstrip("0").rstrip(".")
            return _at(comma, f"`{comma[0]}` has a comma", f"write `{whole}{part}` or `{decimal}`")
        return _at(comma, f"`{comma[0]}` has a decimal comma", f"write `{whole}.{part}`")
    grouped = stop.around(r"(?<![\w.])\d{1,3}(?: \d{3})+(?![\w.])")
    if grouped is not None:
        plain = grouped[0].replace(" ", "")
        return _at(grouped, f"`{grouped[0]}` is read as several numbers", f"write `{plain}`")
    bare = stop.around(r"(?<![\w.])\.\d+")
    if bare is not None:
        return _at(bare, f"`{bare[0]}` has no digit before its point", f"write `0{bare[0]}`")
    open_ = stop.around(r"(?<![\w.])\d+\.(?!\d)")
    if open_ is not None:
        return _at(open_, f"`{open_[0]}` has no digit after its point", f"write `{open_[0][:-1]}`")
    return None


def _range(stop: Stop) -> Slip | None:
    found = stop.around(r"\d+(?:\.\d+)?\s*[-–—−]\s*\d+(?:\.\d+)?")
    if found is not None and "TO" in stop.expected:
        low, high = re.split(r"\s*[-–—−]\s*", found[0])
        return _at(found, f"`{found[0]}` is no range", f"write `{low} to {high}`")
    twice = stop.around(r"(\d+(?:\.\d+)?) ([^\s\d]\S*) to (\d+(?:\.\d+)?) \2(?=$|[\s;,:)])")
    if twice is not None and stop.word == "to":
        message = "the unit of a range stands once, behind its end"
        return _at(twice, message, f"write `{twice[1]} to {twice[3]} {twice[2]}`")
    return None


def _and_or(stop: Stop) -> Slip | None:
    found = stop.around(r"\b(?:and\s*/\s*or|or\s*/\s*and)\b")
    if found is None:
        return None
    repair = "write `and` or `or`; where the source leaves it open, declare both as a `reading`"
    return Slip(f"`{found[0]}` may be read in two ways", repair, found.start(), found.end())


def _sign(stop: Stop) -> Slip | None:
    for start in (stop.at - 1, stop.at):
        for length in (2, 1):
            sign = stop.line[max(0, start) : start + length]
            if sign in _SIGNS and start + length > stop.at:
                return Slip(
                    f"the sign `{sign}` isn't known", f"write `{_SIGNS[sign]}`", start, start + length
                )
    return None


def _citation(stop: Stop) -> Slip | None:
    """Inside square brackets."""
    if not {"CITE", "RSQB"} & stop.expected or stop.before.rfind("[") <= stop.before.rfind("]"):
        return None
    if not stop.rest.strip() or stop.word == "":
        return Slip("the bracket isn't closed", "end it with `]`", stop.at, stop.at + 1)
    spaced = re.match(r"([A-Za-z]+) +([0-9]+)", stop.rest)
    if spaced:
        return Slip(
            f"`{spaced[0]}` has a blank in it",
            f"write `{spaced[1]}{spaced[2]}`",
            stop.at,
            stop.at + spaced.end(),
        )
    series = stop.around(r"([A-Za-z]+)([0-9]+)\s*(?:-|–|—|\.\.+|to)\s*[A-Za-z]*([0-9]+)")
    if series:
        first, last = int(series[2][:9]), int(series[3][:9])
        ids = [
            f"{series[1]}{str(number).zfill(len(series[2]))}"
            for number in range(first, min(last, first + 6) + 1)
        ]
        repair = f"write `{' '.join(ids)}`" if 0 < last - first < 6 else "name each of them"
        return Slip("each statement is named by itself", repair, series.start(), series.end())
    if stop.rest[0] in ";&/" or stop.word == "and":
        return Slip(
            f"`{stop.word}` can't stand between statements",
            "write a blank or `,`",
            stop.at,
            stop.at + len(stop.word),
        )
    if stop.rest[0] == "]" and stop.before.rstrip().endswith("["):
        return Slip(
            "these brackets name no statement",
            "name one, such as `[T17]`, or delete them",
            stop.at - 1,
            stop.at + 1,
        )
    word = re.match(r"[^\s,;\]]+", stop.rest)
    shown = word[0][:40] if word else stop.word
    return Slip(
        f"`{shown}` is no statement",
        "write letters, then digits, such as `T17`",
        stop.at,
        stop.at + len(shown),
    )


def _bare_citation(stop: Stop) -> Slip | None:
    """Statements in no brackets, in round ones, or in a second pair."""
    if stop.rest.startswith("[") and stop.before.rstrip().endswith("]") and "]" in stop.rest:
        end = stop.at + stop.rest.index("]") + 1
        start = stop.before.rstrip().rindex("[")
        ids = " ".join(one[0] for one in _ID.finditer(stop.line[start:end]))
        return Slip("one pair of brackets holds all the statements", f"write `[{ids}]`", stop.at, end)
    found = re.match(r"\(?\s*[A-Z]+[0-9]+(?:[ ,]+[A-Z]+[0-9]+)*\s*\)?(?![\w/])", stop.rest)
    if found is None or "LSQB" not in stop.expected:
        return None
    ids = " ".join(one[0] for one in _ID.finditer(found[0]))
    return Slip(
        "statements stand in square brackets", f"write `[{ids}]`", stop.at, stop.at + len(found[0].rstrip())
    )


def _unit(stop: Stop) -> Slip | None:
    """A unit with blanks or signs in it; `% predicted` is too clinical for the table of units."""
    if "UNIT" in stop.expected:
        run = re.match(r"[^\s;:,()]+", stop.rest)
        unit = parse_unit(run[0]) if run else None
        if run and isinstance(unit, UnitProblem) and unit.repair and not run[0].isascii():
            return Slip(f"no unit is called `{run[0]}`", unit.repair, stop.at, stop.at + run.end())
    began = re.search(r"\d\s*([^\s\d;:,()][^\s;:,()]*)\s*$", stop.before)
    if began is None:
        return None
    start = began.start(1)
    predicted = re.match(r"%\s+(?:of\s+)?predicted", stop.line[start:])
    if predicted:
        return Slip(
            f"`{predicted[0]}` has a blank in it", "write `%{predicted}`", start, start + predicted.end()
        )
    for words in (6, 5, 4, 3, 2):
        longer = re.match(rf"[^\s;:,()]+(?:\s+[^\s;:,()]+){{{words - 1}}}", stop.line[start:])
        unit = parse_unit(longer[0]) if longer else None
        if longer and isinstance(unit, UnitProblem) and unit.repair.startswith("write"):
            return Slip(f"`{longer[0]}` has a blank in it", unit.repair, start, start + longer.end())
    return None


def _unitless(stop: Stop) -> Slip | None:
    """The type of numbers with decimals, where it has no unit."""
    line = re.match(
        rf"( *)(?:(quantity|or in)( 1)?|(?:{_DECIMALS}|integer))(?= from ({_NUMBER}) to ({_NUMBER})(?: step ({_NUMBER}))?)",
        stop.line,
    )
    if line is None:
        return None
    indent, kind, one, low, high, step = line.groups()
    numbers = [low, high] if step is None else [low, high, step]
    places = max(len(number.partition(".")[2]) for number in numbers)
    if kind is None and not places:
        return None
    step = step or f"0.{'1'.zfill(places)}"
    start = line.start(3) + 1 if one else len(indent)
    written = line[0][start:]
    whole = f"{kind or 'quantity'} {{INR}} from {low} to {high} step {step}"
    message = f"`{written}` is no unit" if one else f"`{written}` has no unit here"
    if kind is None:
        message = f"`{written}` is no type of numbers with decimals"
    return Slip(message, f"write its unit; without one, name the ratio: `{whole}`", start, line.end())


def _chain(stop: Stop) -> Slip | None:
    if (
        not re.match(r"[<>=]", stop.rest)
        or "COMPARISON" in stop.expected
        or not re.search(r"[<>=]", stop.before)
    ):
        return None
    return Slip(
        "two comparisons in one", "write them apart, joined with `and`", stop.at, stop.at + len(stop.word)
    )


def _name(stop: Stop) -> Slip | None:
    run = stop.around(r"[^\s\"\[\]():;,=<>#]+")
    if run is None:
        return None
    at_name = "NAME" in stop.expected and run.start() == stop.at
    glued = run.start() < stop.at and not {"MINUS", "NUMBER"} & stop.expected
    proposal = as_name(run[0])
    if proposal and proposal != run[0] and run[0][0].isalpha() and (at_name or glued):
        message = f"`{run[0]}` is no name: names have small letters, digits and `_`"
        return Slip(message, f"write `{proposal}`", run.start(), run.end())
    return None


def as_name(text: str) -> str:
    """A text as a name: `Body weight` is `body_weight`."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_")


def _label(stop: Stop) -> Slip | None:
    """A name of two words, or a text without quotes."""
    if "STRING" not in stop.expected or {"NAME", "_NL"} & stop.expected:
        return None
    first = re.search(r"([a-z]\w*) $", stop.before)
    more = re.match(r"[\w -]*\w(?=\s*\")", stop.rest)
    if first and more:
        name = as_name(f"{first[1]} {more[0]}")
        message = f"`{first[1]} {more[0]}` is more than one word, and a name is one"
        return Slip(message, f"write `{name}`", first.start(1), stop.at + more.end())
    bare = re.match(r"[^\s\"\[=#:;]+(?: [^\s\"\[=#:;]+)*", stop.rest)
    if bare and '"' not in stop.rest:
        return Slip("a text stands between quotes", f'write `"{bare[0]}"`', stop.at, stop.at + bare.end())
    return None


def _other_word(stop: Stop) -> Slip | None:
    proposal = _OTHER_WORDS.get(stop.word.lower(), "")
    if not proposal or proposal.split()[0] not in stop.words | ({"="} if "EQUAL" in stop.expected else set()):
        return None
    return Slip(f"`{stop.word}` can't stand here", f"write `{proposal}`", stop.at, stop.at + len(stop.word))


def _by_entry(stop: Stop) -> Slip | None:
    """What is asked of a series, where a name must stand."""
    began = re.match(r" *by (latest|first|count|change|relative) $", stop.before)
    if began is None or not re.match(r"[a-z]", stop.rest):
        return None
    asked = stop.line[began.start(1) :].partition(":")[0].rstrip()
    if began[1] == "latest":
        return Slip(
            "`by` names a series as it is, and asks its latest entry",
            f"write `by {stop.word}`",
            began.start(1),
            stop.at + len(stop.word),
        )
    name = as_name(asked)
    repair = f'define it, `define {name} "…" = {asked}`, and write `by {name}`'
    return Slip(
        f"`by` names one thing, and `{asked}` is computed",
        repair,
        began.start(1),
        began.start(1) + len(asked),
    )


def _first_dose(stop: Stop) -> Slip | None:
    found = re.match(r"before +(?:the +)?(?:first|1st) +(?:dose|doses)\b", stop.rest)
    if found is None or "_BEFORE_FIRST_DOSE" not in stop.expected:
        return None
    return _here(stop, f"`{found[0]}` can't stand here", "write `before the first dose`", found.end())


def _separator(stop: Stop) -> Slip | None:
    for written, meant, name in ((",", ";", "SEMICOLON"), (";", ",", "COMMA"), ("=", ":", "COLON")):
        if stop.rest.startswith(written) and name in stop.expected:
            return _here(stop, f"`{written}` can't stand here", f"write `{meant}`", 1)
    return None


def _stray_end(stop: Stop) -> Slip | None:
    if not re.fullmatch(r"[.,;:]\s*", stop.rest):
        return None
    return Slip(f"the line is whole without this `{stop.rest[0]}`", "delete it", stop.at, stop.at + 1)


_RULES: tuple[Callable[[Stop], Slip | None], ...] = (
    _comment, _quotation, _date, _number, _range, _and_or, _citation, _bare_citation, _unitless, _unit, _sign, _chain,
    _stray_end, _by_entry, _first_dose, _name, _label, _other_word, _separator,
)  # fmt: skip
