"""A UCUM unit's text to its exact size and dimension, or to what is wrong with it and a repair.

Case-sensitive UCUM (ucum.org/ucum), the part that clinical text needs, over `Fraction`. Three rules are
stricter than UCUM, so that unlike things never compare: nothing cancels inside one unit (`mg/kg/d` isn't
`1/d`), an annotation is part of the dimension (`%{predicted}` isn't `%`), and `mol`, `U`, `eq`, `osm`, `Bq`,
`Gy`, `Sv` and each arbitrary unit have a dimension of their own. One file although it is long: a quarter is
tables.
"""

import re
from collections import Counter
from fractions import Fraction
from functools import lru_cache

from guidec.record import record

Dimension = tuple[tuple[tuple[str, int], ...], tuple[tuple[str, int], ...]]
"""(numerator, denominator), each sorted, of (base, positive power)."""

DIMENSIONLESS: Dimension = ((), ())


@record
class Term:
    """One factor of a unit as written: `kg` with exponent -1. The power in `10*9` belongs to the atom."""

    atom: str
    exponent: int


@record
class Unit:
    """A value in base units (m, s, g, K, C, ...) is (value + offset) * factor."""

    text: str
    terms: tuple[Term, ...]
    factor: Fraction
    offset: Fraction
    dimension: Dimension


@record
class UnitProblem:
    """What is wrong with a unit's text, and one proposal, `""` when there is none."""

    message: str
    repair: str


@lru_cache(maxsize=4096)
def parse_unit(text: str) -> Unit | UnitProblem:
    """Any text to its unit or its problem; never an exception."""
    if len(text) > _LONGEST:
        return UnitProblem(f"a unit of {len(text)} characters is too long, {_LONGEST} are enough", "")
    unit = _read(text)
    return unit if isinstance(unit, Unit) else UnitProblem(unit, _repair(text))


def multiply_dimensions(a: Dimension, b: Dimension) -> Dimension:
    """Cancels across the operands, never within one: mg/kg/d times kg is mg/d, mg/kg/d times d is mg/kg."""
    above_a, below_a = _powers(a[0]), _powers(a[1])
    above_b, below_b = _powers(b[0]), _powers(b[1])
    # Counter's minus drops what falls to zero or below, which is just what cancelling is.
    above = (above_a - below_b) + (above_b - below_a)
    below = (below_a - above_b) + (below_b - above_a)
    return _sorted(above), _sorted(below)


def divide_dimensions(a: Dimension, b: Dimension) -> Dimension:
    return multiply_dimensions(a, power_dimension(b, -1))


def power_dimension(a: Dimension, n: int) -> Dimension:
    if n == 0:
        return DIMENSIONLESS
    above, below = a if n > 0 else (a[1], a[0])
    return tuple((base, power * abs(n)) for base, power in above), tuple(
        (base, power * abs(n)) for base, power in below
    )


def convert(value: Fraction, source: Unit, target: Unit) -> Fraction:
    """Exact. The caller has checked that both units have one dimension."""
    return (value + source.offset) * source.factor / target.factor - target.offset


def dose_divisors(unit: Unit) -> tuple[Term, ...]:
    """The terms that a dose must cancel with its `of`: per mass (`/kg`) or area (`/m2`), annotated or not."""
    return tuple(
        term for term in unit.terms if term.exponent < 0 and _is_patient_size(_divisor(term).dimension)
    )


def without_divisor(unit: Unit, weight: Unit) -> Unit | None:
    """`mg/kg/d` and kg, g or [lb_av] to `mg/d`; `mg/m2` and m2 to `mg`; None where nothing cancels."""
    cancelled = _cancelled_divisor(unit, weight)
    if cancelled is None:
        return None
    position = unit.terms.index(cancelled)
    rest = _meaning(_written(unit.terms[:position] + unit.terms[position + 1 :]))
    assert isinstance(rest, Unit), "the terms of a unit make a unit"
    return rest


def without_time(unit: Unit) -> tuple[Unit, Fraction] | None:
    """`mg/d` to `mg` and the seconds of a day; None for what is no amount per time."""
    for position, term in enumerate(unit.terms):
        if term.exponent == -1 and _divisor(term).dimension == ((("time", 1),), ()):
            rest = _meaning(_written(unit.terms[:position] + unit.terms[position + 1 :]))
            assert isinstance(rest, Unit), "the terms of a unit make a unit"
            return rest, _divisor(term).factor
    return None


def divisor_factor(unit: Unit, weight: Unit) -> Fraction:
    """How many of the dose's divisor one `weight` is: 0.45359237 for `mg/kg/d` and [lb_av].

    ValueError where `without_divisor` says None."""
    cancelled = _cancelled_divisor(unit, weight)
    if cancelled is None:
        raise ValueError(f"{unit.text} has no divisor that {weight.text} cancels")
    return weight.factor / _divisor(cancelled).factor


def _powers(side: tuple[tuple[str, int], ...]) -> Counter[str]:
    return Counter(dict(side))


def _sorted(powers: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(powers.items()))


def _is_patient_size(dimension: Dimension) -> bool:
    above = tuple(part for part in dimension[0] if not part[0].startswith("{"))
    return above in ((("mass", 1),), (("length", 2),)) and not dimension[1]


@lru_cache(maxsize=4096)
def _divisor(term: Term) -> Unit:
    """What a term with a negative exponent divides by, as a unit: `kg` for `/kg`."""
    unit = _term_unit(Term(term.atom, -term.exponent))
    assert isinstance(unit, Unit), "a term of a unit is a unit"
    return unit


def _cancelled_divisor(unit: Unit, weight: Unit) -> Term | None:
    return next((term for term in dose_divisors(unit) if _divisor(term).dimension == weight.dimension), None)


def _written(terms: tuple[Term, ...]) -> str:
    """The one spelling of these factors: `mg/d`, `10*9/L`, `1/d` where no numerator is left."""
    text = ""
    for term in terms:
        if term.exponent > 0 and term.atom != "1":
            factor = _written_factor(term)
            # `m2.12` could be read as a decimal number, `m2.(12)` can't.
            ambiguous = text[-1:] in _DIGITS and factor[0] in _DIGITS
            text += ("." if text else "") + (f"({factor})" if ambiguous else factor)
    divisors = "".join(
        "/" + _written_factor(term) for term in terms if term.exponent < 0 and term.atom != "1"
    )
    return (text or "1") + divisors


def _written_factor(term: Term) -> str:
    name, brace, note = term.atom.partition("{")
    return name + (str(abs(term.exponent)) if abs(term.exponent) > 1 else "") + brace + note


_LONGEST = 200
_DEEPEST = 10
_HIGHEST_EXPONENT = 9
_HIGHEST_POWER_OF_TEN = 24  # red cells are counted in 10*12/L; the prefixes end at 24 too
_WIDEST = 1024  # bits of a factor's numerator or denominator, more than any real unit has
_DIGITS = frozenset("0123456789")
_FACTOR = (
    r"(?:(?P<power>10[*^](?:[+-]?[0-9]+)?)|(?P<number>[0-9]+)"
    r"|(?P<name>(?:\[[^\[\]]*\]|[^\[\](){}./+\-0-9])+)(?P<exponent>[+-]?[0-9]+)?)?"
    r"(?P<note>\{[^{}]*\})?"
)


def _read(text: str) -> Unit | str:
    """At most 200 characters to the unit, or to the message that says what is wrong."""
    unit = _meaning(text)
    if isinstance(unit, Unit) and max(unit.factor.as_integer_ratio()).bit_length() > _WIDEST:
        return f"`{_shown(text)}` is larger or smaller than a unit can be"
    return unit


def _meaning(text: str) -> Unit | str:
    """The same for any text and size, as what is left of a unit can be longer and larger than the unit."""
    terms = _terms(text)
    if isinstance(terms, str):
        return terms
    factor, offset = Fraction(1), Fraction(0)
    above: Counter[str] = Counter()
    below: Counter[str] = Counter()
    for term in terms:
        unit = _term_unit(term)
        if isinstance(unit, str):
            return unit
        if unit.offset and (len(terms) > 1 or term.exponent != 1):
            return f"`{term.atom}` has a zero of its own, so it can only stand alone"
        factor, offset = factor * unit.factor, unit.offset
        above.update(dict(unit.dimension[0]))
        below.update(dict(unit.dimension[1]))
    return Unit(text, terms, factor, offset, (_sorted(above), _sorted(below)))


def _terms(text: str) -> tuple[Term, ...] | str:
    """The factors in the order of the text, with parentheses and slashes as signs of their exponents."""
    pattern = re.compile(_FACTOR)  # `re` keeps it; compiling it at import would cost every start
    terms: list[Term] = []
    position = 1 if text.startswith("/") else 0
    sign = -1 if position else 1
    groups = [1]  # the sign of each open parenthesis, below them the unit itself
    while True:
        while text[position : position + 1] == "(":
            position += 1
            groups.append(sign)
            if len(groups) > _DEEPEST + 1:
                return f"`{_shown(text)}` has more than {_DEEPEST} parentheses inside each other"
        match = pattern.match(text, position)
        if match is None or match.end() == position:
            return _nothing_found(text, position)
        term = _term(match, sign)
        if isinstance(term, str):
            return term
        terms.append(term)
        position = match.end()
        while text[position : position + 1] == ")" and len(groups) > 1:
            position += 1
            groups.pop()
        if position == len(text):
            return tuple(terms) if len(groups) == 1 else f"`{_shown(text)}` lacks a `)`"
        operator, after = text[position], text[position + 1 : position + 2]
        if operator not in "./":
            return _nothing_between(text, position)
        if operator == "." and text[position - 1] in _DIGITS and after in _DIGITS:
            return (
                f"the point in `{_shown(text)}` could be a decimal point, and units have whole numbers only"
            )
        sign = groups[-1] if operator == "." else -groups[-1]
        position += 1


def _term(match: re.Match[str], sign: int) -> Term | str:
    """One factor, its power and annotation checked but not its name."""
    power, number, name, written_exponent, note = match.groups(default="")
    if note and not (len(note) > 2 and note.isascii() and note.isprintable() and " " not in note):
        return f"the annotation `{_shown(note)}` needs plain characters and no blanks"
    if number and int(number) == 0:
        return "a unit can't be a multiple of 0"
    power_of_ten = int(power[3:] or 1) if power else 0
    if abs(power_of_ten) > _HIGHEST_POWER_OF_TEN:
        return f"the power in `{_shown(power)}` is beyond {_HIGHEST_POWER_OF_TEN}"
    exponent = int(written_exponent or 1)
    if not 0 < abs(exponent) <= _HIGHEST_EXPONENT:
        if _known(name) is None:
            return _unknown(name + written_exponent)
        return f"the exponent of `{_shown(name)}` is not between 1 and {_HIGHEST_EXPONENT}"
    return Term(power + number + name + note, sign * exponent)


def _nothing_found(text: str, position: int) -> str:
    if not text:
        return "the unit is missing"
    if position == len(text):
        return f"`{_shown(text)}` ends where a unit should follow"
    closing = {"{": "}", "[": "]"}.get(text[position])
    if closing:
        return f"`{_shown(text)}` lacks a `{closing}`"
    return f"in `{_shown(text)}`, no unit can start with `{_shown(text[position])}`"


def _nothing_between(text: str, position: int) -> str:
    if text[position] == ")":
        return f"`{_shown(text)}` lacks a `(`"
    if text[position - 1] == ")":
        return f"in `{_shown(text)}`, only `.` or `/` can follow a parenthesis"
    if text[position] == "(":
        return f"`{_shown(text[position:])}` needs `.` or `/` before it"
    before, after = re.split(r"[./()]", text[:position])[-1], re.split(r"[./()]", text[position:])[0]
    return _unknown(before + after)


def _unknown(name: str) -> str:
    return f"no unit is called `{_shown(name)}`"


def _term_unit(term: Term) -> Unit | str:
    """A term as a unit. Its annotation counts once, whatever the exponent: `m2{body}` is one {body}."""
    name, brace, note = term.atom.partition("{")
    if name[:3] in ("10*", "10^"):
        atom = _atom_unit(name, Fraction(10) ** int(name[3:] or 1), DIMENSIONLESS)
    elif not name or name[0] in _DIGITS:
        atom = _atom_unit(name, Fraction(name or 1), DIMENSIONLESS)
    else:
        known = _known(name)
        if known is None:
            return _unknown(_written_factor(Term(name, term.exponent)))
        atom = known
    above, below = power_dimension(atom.dimension, abs(term.exponent))
    noted = _sorted(_powers(above) + Counter([brace + note] if brace else []))
    dimension = (noted, below) if term.exponent > 0 else (below, noted)
    return Unit(_written((term,)), (term,), atom.factor**term.exponent, atom.offset, dimension)


def _atom_unit(name: str, factor: Fraction, dimension: Dimension, offset: Fraction = Fraction(0)) -> Unit:
    return Unit(name, (Term(name, 1),), factor, offset, dimension)


@lru_cache(maxsize=4096)
def _known(name: str) -> Unit | None:
    """A unit of the tables, with or without prefix."""
    definition = _METRIC.get(name) or _PLAIN.get(name)
    if definition is None:
        return _prefixed(name)
    value, _, text = definition.partition(" ")
    if not text:
        return _atom_unit(name, Fraction(1), (((definition, 1),), ()))
    unit = _read(text)
    assert isinstance(unit, Unit), f"{name} is defined by known units"
    above, below = unit.dimension
    reduced = multiply_dimensions((above, ()), ((), below))
    return _atom_unit(name, Fraction(value) * unit.factor, reduced, Fraction(_ZEROS.get(name, "0")))


def _prefixed(name: str) -> Unit | None:
    for length in (1, 2):
        prefix, rest = name[:length], name[length:]
        if prefix in _PREFIXES and rest in _METRIC:
            atom, scale = _known(rest), Fraction(10) ** _PREFIXES[prefix]
            assert atom is not None, "a unit of the table is known"
            return _atom_unit(name, atom.factor * scale, atom.dimension, atom.offset / scale)
    return None


def _shown(text: str) -> str:
    """The user's text as a message can hold it: one short line."""
    line = "".join(character if character.isprintable() else "?" for character in text)
    return line if len(line) <= 40 else line[:39] + "…"


def _repair(text: str) -> str:
    """The proposal for a text that isn't a unit; what it proposes always is one."""
    word = text.strip().lower()
    if not word:
        return "write `1` for a number without a unit"
    if word.removesuffix("s") in _CALENDAR:
        return f"write `{_SPELLINGS[word.removesuffix('s')]}` for UCUM {word.removesuffix('s')}s"
    for blank in ("", "."):  # `mm Hg`, `mg kg-1`
        respelled, certain = _respelled(_plain(text, blank))
        # A difference of temperatures is in K; `Cel` has a zero of its own.
        for proposal in (respelled, respelled.replace("Cel", "K")):
            if len(proposal) <= _LONGEST and isinstance(_read(proposal), Unit):
                return f"write `{proposal}`" if certain else f"did you mean `{proposal}`?"
    return ""


def _respelled(text: str) -> tuple[str, bool]:
    """The text with each word that isn't a unit replaced, and whether no guess was needed."""
    pieces = re.split(r"(\{[^{}]*\}|[./()])", text)
    certain = True
    guesses = 3  # looking for a near name is slow; a text with more faults has no one near it
    for place in range(0, len(pieces), 2):
        word = pieces[place]
        if not word or isinstance(_read(word), Unit):
            continue
        spelled = _spelling(word)
        if spelled is None and guesses and len(word) <= 16:
            guesses -= 1
            spelled, certain = _nearest(word), False
        if spelled is not None:
            divides = place > 0 and pieces[place - 1] == "/" and not {".", "/"}.isdisjoint(spelled)
            pieces[place] = f"({spelled})" if divides else spelled  # `mg/24h` is `mg/(24.h)`
    return "".join(pieces), certain


def _plain(text: str, blank: str) -> str:
    """Typography and other notations into UCUM's: `10⁹ / L`, `m^2`, `mL/min/1.73 m²`, `mg per kg`."""
    text = re.sub(r"\{[^{}]*\}", lambda note: re.sub(r"\s+", "_", note[0]), text.strip())
    text = re.sub(r"\s+per\s+", "/", text, flags=re.IGNORECASE)
    text = re.sub(r"\s+", blank, re.sub(r"\s*([./()])\s*", r"\1", text))
    text = re.sub(r"^[x×]?10(?=[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", "10*", text).translate(_TYPOGRAPHY)
    text = re.sub(r"^x?(?:10?[eE]|10\^|10\*{1,2})\+?(?=-?[0-9])", "10*", text)
    text = re.sub(r"(?<!10)(?:\^|\*\*)(?=[-+]?[0-9])", "", text)
    text = re.sub(r"\(1\.73[.*_]?m2\)|(?<!\{)1\.73[.*_]?m2", "{1.73_m2}", text)
    return re.sub(r"(^|[./(])(\{[^{}]*\})([^./(){}0-9+-][^./(){}]*)", r"\1\3\2", text)


def _spelling(word: str) -> str | None:
    """UCUM's spelling of a word in common use, perhaps with an exponent behind it or a number before it."""
    number = re.match(r"[0-9]+(?=[^0-9*^+-])", word)
    if number:
        rest = word[number.end() :]
        spelled = rest if isinstance(_read(rest), Unit) else _spelling(rest)
        return spelled and f"{number[0]}.{spelled}"
    stem = re.sub(r"[+-]?[0-9]+$", "", word)
    for name, tail in ((word, ""), (stem, word[len(stem) :])):
        for candidate in (name, name.removesuffix("s"), re.sub("^mc", "u", name)):
            lower = candidate.lower()
            spelled = _SPELLINGS.get(candidate) or _SPELLINGS.get(lower) or _names().get(lower)
            spelled = spelled or (candidate if _known(candidate) else None)
            if spelled:
                return spelled + tail
    return None


def _nearest(word: str) -> str | None:
    if word.lower() in ("unit", "units"):
        return "[IU]"
    import difflib  # only a fault needs it

    stem = re.sub(r"[+-]?[0-9]+$", "", word)
    near = difflib.get_close_matches(stem, list(_names().values()), n=1, cutoff=0.75)
    return near[0] + word[len(stem) :] if near else None


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """The units that people write, by their names in lower case with and without brackets."""
    names = [prefix + unit for unit in _METRIC for prefix in ("", "m", "u", "k", "n", "d", "c", "p", "f")]
    found: dict[str, str] = {}
    for name in [*_METRIC, *_PLAIN, *names]:
        found.setdefault(name.lower(), name)
    for name in [*_METRIC, *_PLAIN, *names]:
        found.setdefault(name.lower().replace("[", "").replace("]", ""), name)
    return found


# The powers of ten.
_PREFIXES = {
    "y": -24, "z": -21, "a": -18, "f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "d": -1,
    "da": 1, "h": 2, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18, "Z": 21, "Y": 24,
}  # fmt: skip

# The units that take prefixes. One word is a dimension; a number and a unit are UCUM's own definition.
_METRIC = {
    # What UCUM counts as base units; `mol` there is the number 6.0221367 10*23.
    "m": "length", "s": "time", "g": "mass", "K": "temperature", "C": "charge", "mol": "mol",
    "L": "1 dm3", "l": "1 dm3",
    "Hz": "1 s-1", "N": "1 kg.m/s2", "dyn": "1 g.cm/s2", "Pa": "1 N/m2", "bar": "100000 Pa",
    "m[Hg]": "133.3220 kPa", "m[H2O]": "9.80665 kPa",
    "J": "1 N.m", "cal": "4.184 J", "W": "1 J/s", "A": "1 C/s", "V": "1 J/C", "Ohm": "1 V/A",
    "Cel": "1 K", "kat": "1 mol/s", "g%": "1 g/dL",
    # UCUM equates `eq` and `osm` with `mol`, `U` with umol/min, which insulin is not, Gy with Sv, Bq with Hz.
    "eq": "eq", "osm": "osm", "U": "U", "Gy": "Gy", "Sv": "Sv", "Bq": "Bq", "Ci": "37000000000 Bq",
    "[IU]": "[IU]", "[iU]": "1 [IU]", "B": "B", "lx": "lx",
}  # fmt: skip

# The units that take none. UCUM lets the tonne have prefixes, but then `ft` and `pt` would be masses.
_PLAIN = {
    "min": "60 s", "h": "60 min", "d": "24 h", "wk": "7 d",
    "a": "1 a_j", "a_j": "365.25 d", "a_g": "365.2425 d",
    "mo": "1 mo_j", "mo_j": "1/12 a_j", "mo_g": "1/12 a_g",
    "%": "1/100 1", "[ppth]": "1/1000 1", "[ppm]": "1/1000000 1", "[ppb]": "1/1000000000 1",
    "t": "1000 kg", "[gr]": "64.79891 mg", "[lb_av]": "7000 [gr]", "[oz_av]": "1/16 [lb_av]",
    "[stone_av]": "14 [lb_av]", "[Ch]": "1/3 mm",
    "[in_i]": "2.54 cm", "[ft_i]": "12 [in_i]", "[yd_i]": "3 [ft_i]", "[mi_i]": "5280 [ft_i]",
    "[gal_us]": "231 [in_i]3", "[qt_us]": "1/4 [gal_us]", "[pt_us]": "1/2 [qt_us]",
    "[foz_us]": "1/16 [pt_us]", "[tbs_us]": "1/2 [foz_us]", "[tsp_us]": "1/3 [tbs_us]",
    "[cup_us]": "16 [tbs_us]", "[tsp_m]": "5 mL", "[tbs_m]": "15 mL", "[foz_m]": "30 mL", "[cup_m]": "240 mL",
    "[drp]": "1/20 mL", "[degF]": "5/9 K", "[Cal]": "1 kcal", "[diop]": "1 /m", "deg": "deg",
    "atm": "101325 Pa", "Torr": "133.322 Pa", "[psi]": "9.80665 [lb_av].m/s2/[in_i]2",
    "[in_i'Hg]": "1 m[Hg].[in_i]/m", "[in_i'H2O]": "1 m[H2O].[in_i]/m",
    "[PRU]": "1 mm[Hg].s/mL", "[wood'U]": "1 mm[Hg].min/L", "[MET]": "3.5 mL/min/kg",
    # Arbitrary units, the reaction of a body or an assay, convert to nothing else.
    **{unit: unit for unit in (
        "[pH]", "[HPF]", "[LPF]", "[arb'U]", "[USP'U]", "[GPL'U]", "[MPL'U]", "[APL'U]", "[beth'U]",
        "[anti'Xa'U]", "[todd'U]", "[tb'U]", "[CCID_50]", "[TCID_50]", "[PFU]", "[CFU]", "[FFU]",
        "[BAU]", "[EU]", "[FEU]", "[ELU]", "[Lf]", "[IR]",
    )},
}  # fmt: skip

# What is added to a value before its factor.
_ZEROS = {"Cel": "273.15", "[degF]": "459.67"}

_CALENDAR = ("day", "week", "month", "year")

# Singular, and lower case but where the case tells; `_names` knows what differs only in case or brackets.
_SPELLINGS = {
    "day": "d", "week": "wk", "month": "mo", "year": "a", "w": "wk", "mth": "mo", "mos": "mo", "yr": "a",
    "y": "a", "k": "10*3", "hr": "h", "hour": "h", "minute": "min", "sec": "s", "second": "s", "gm": "g",
    "gram": "g", "milligram": "mg", "microgram": "ug", "kilogram": "kg", "kilo": "kg", "lb": "[lb_av]",
    "pound": "[lb_av]", "oz": "[oz_av]", "ounce": "[oz_av]", "stone": "[stone_av]", "st": "[stone_av]",
    "in": "[in_i]", "inch": "[in_i]", "inches": "[in_i]", "ft": "[ft_i]", "foot": "[ft_i]", "feet": "[ft_i]",
    "mile": "[mi_i]", "meter": "m", "metre": "m", "cc": "mL", "ccm": "mL", "liter": "L", "litre": "L",
    "milliliter": "mL", "millilitre": "mL", "sqm": "m2", "sqcm": "cm2", "mole": "mol", "millimole": "mmol",
    "M": "mol/L", "mM": "mmol/L", "uM": "umol/L", "nM": "nmol/L", "pM": "pmol/L", "°f": "[degF]",
    "f": "[degF]", "fahrenheit": "[degF]", "°c": "Cel", "degc": "Cel", "celsius": "Cel", "°": "deg",
    "percent": "%", "pct": "%", "cmh20": "cm[H2O]", "inhg": "[in_i'Hg]", "drop": "[drp]", "gtt": "[drp]",
    "lpm": "L/min", "bpm": "{beats}/min", "beats": "{beats}", "breaths": "{breaths}", "cells": "{cells}",
    "score": "{score}", "point": "{points}", "titer": "{titer}", "titre": "{titer}", "[titer]": "{titer}",
    "tablet": "{tablet}", "puff": "{puff}", "tab": "{tablet}",
}  # fmt: skip

_TYPOGRAPHY = str.maketrans({
    "µ": "u", "μ": "u", "·": ".", "⋅": ".", "×": "x", "−": "-", "⁄": "/", "\\": "/", "÷": "/", "⁻": "-",
    "º": "°", "℃": "°C", "℉": "°F", "⁰": "0", "¹": "1", "²": "2", "³": "3", "⁴": "4", "⁵": "5", "⁶": "6",
    "⁷": "7", "⁸": "8", "⁹": "9",
})  # fmt: skip
