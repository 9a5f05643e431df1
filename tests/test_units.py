"""The unit table: exact, and as the National Library of Medicine has it but for named differences."""

import json
import re
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guidec.units import (
    DIMENSIONLESS,
    Dimension,
    Term,
    Unit,
    UnitProblem,
    convert,
    divide_dimensions,
    divisor_factor,
    dose_divisors,
    multiply_dimensions,
    parse_unit,
    power_dimension,
    without_divisor,
)

UCUM_LHC = json.loads(
    (Path(__file__).parent / "data" / "units" / "ucum_lhc.json").read_text(encoding="utf-8"),
    parse_float=Fraction,
    parse_int=Fraction,
)


def unit(text: str) -> Unit:
    found = parse_unit(text)
    assert isinstance(found, Unit), found
    return found


def problem(text: str) -> UnitProblem:
    found = parse_unit(text)
    assert isinstance(found, UnitProblem), found
    return found


def converted(value: str, source: str, target: str) -> Fraction:
    assert unit(source).dimension == unit(target).dimension
    return convert(Fraction(value), unit(source), unit(target))


@pytest.mark.parametrize(
    ("value", "source", "target", "expected"),
    [
        ("1", "mg/kg/d", "ug/kg/h", "125/3"),
        ("1", "mg/(kg.d)", "mg/kg/d", "1"),
        ("1", "[lb_av]", "kg", "0.45359237"),
        ("100", "[degF]", "Cel", "340/9"),
        ("37", "Cel", "K", "310.15"),
        ("37", "Cel", "[degF]", "98.6"),
        ("310150", "mCel", "Cel", "310.15"),
        ("120", "mm[Hg]", "Pa", "15998.64"),
        ("1", "cm[H2O]", "Pa", "98.0665"),
        ("1", "mo", "d", "30.4375"),
        ("1", "a", "mo", "12"),
        ("5", "10*9/L", "10*3/uL", "5"),
        ("5", "%", "1", "0.05"),
        ("1", "kcal", "J", "4184"),
        ("1", "[in_i]", "mm", "25.4"),
        ("1", "m2", "cm2", "10000"),
    ],
)
def test_conversions_are_exact(value: str, source: str, target: str, expected: str) -> None:
    assert converted(value, source, target) == Fraction(expected)


@pytest.mark.parametrize(
    ("text", "dimension"),
    [
        ("1", ((), ())),
        ("%", ((), ())),
        ("10*9", ((), ())),
        ("mg/kg/d", ((("mass", 1),), (("mass", 1), ("time", 1)))),
        ("/d", ((), (("time", 1),))),
        ("L", ((("length", 3),), ())),
        ("mm[Hg]", ((("mass", 1),), (("length", 1), ("time", 2)))),
        ("kg/m2", ((("mass", 1),), (("length", 2),))),
        ("mg/(kg/d)", ((("mass", 1), ("time", 1)), (("mass", 1),))),
        ("%{predicted}", ((("{predicted}", 1),), ())),
        ("m2{body}", ((("length", 2), ("{body}", 1)), ())),
        ("mL/min/{1.73_m2}", ((("length", 3),), (("time", 1), ("{1.73_m2}", 1)))),
        ("m[IU]/mL", ((("[IU]", 1),), (("length", 3),))),
    ],
)
def test_a_dimension_keeps_both_sides_apart(text: str, dimension: Dimension) -> None:
    assert unit(text).dimension == dimension


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("mg/kg/d", "1/d"),
        ("%{predicted}", "%"),
        ("%{predicted}", "%{normal}"),
        ("[IU]", "U"),
        ("[IU]", "[arb'U]"),
        ("mol", "1"),
        ("eq", "mol"),
        ("osm", "mol"),
        ("U", "umol/min"),
        ("Gy", "Sv"),
        ("Bq", "Hz"),
        ("mg", "mL"),
    ],
)
def test_unlike_things_have_unlike_dimensions(one: str, other: str) -> None:
    assert unit(one).dimension != unit(other).dimension


def test_terms_are_the_factors_as_written() -> None:
    assert unit("mg/(kg.d)").terms == (Term("mg", 1), Term("kg", -1), Term("d", -1))
    assert unit("10*9/L").terms == (Term("10*9", 1), Term("L", -1))
    assert unit("{score}/m2").terms == (Term("{score}", 1), Term("m", -2))
    assert unit("s-1").terms == (Term("s", -1),)
    assert unit("/[HPF]").terms == (Term("[HPF]", -1),)


def test_a_slash_divides_by_the_next_factor_only() -> None:
    assert unit("mg/12.h").dimension == ((("mass", 1), ("time", 1)), ())
    assert converted("1", "mg/(12.h)", "mg/d") == 2


def test_the_prefix_never_hides_another_unit() -> None:
    assert unit("min").factor == 60
    assert unit("cal").factor == 4184
    assert unit("Pa").dimension == unit("mm[Hg]").dimension
    assert unit("dag").factor == 10
    assert unit("mo").dimension == unit("a").dimension


def test_only_a_product_cancels() -> None:
    dose, weight, day = unit("mg/kg/d").dimension, unit("kg").dimension, unit("d").dimension
    assert multiply_dimensions(dose, weight) == unit("mg/d").dimension
    assert multiply_dimensions(weight, dose) == unit("mg/d").dimension
    assert multiply_dimensions(dose, day) == unit("mg/kg").dimension
    assert multiply_dimensions(dose, DIMENSIONLESS) == dose
    assert divide_dimensions(weight, unit("m2").dimension) == unit("kg/m2").dimension
    assert divide_dimensions(dose, dose) == DIMENSIONLESS


def test_a_power_is_a_repeated_product_without_cancelling() -> None:
    dose = unit("mg/kg").dimension
    assert power_dimension(dose, 2) == ((("mass", 2),), (("mass", 2),))
    assert power_dimension(unit("m/s").dimension, -2) == ((("time", 2),), (("length", 2),))
    assert power_dimension(dose, 0) == DIMENSIONLESS


@pytest.mark.parametrize(
    ("dose", "weight", "remaining", "factor"),
    [
        ("mg/kg/d", "kg", "mg/d", "1"),
        ("mg/kg/d", "[lb_av]", "mg/d", "0.45359237"),
        ("mg/kg/d", "g", "mg/d", "0.001"),
        ("mg/m2", "m2", "mg", "1"),
        ("mg/m2/wk", "cm2", "mg/wk", "0.0001"),
        ("g/kg", "kg", "g", "1"),
        ("ug/(kg.h)", "kg", "ug/h", "1"),
        ("mg.kg-1.d-1", "kg", "mg/d", "1"),
        ("/kg/d", "kg", "1/d", "1"),
        ("1/kg", "kg", "1", "1"),
        ("[IU]/kg{ideal}", "kg{ideal}", "[IU]", "1"),
        ("10*6.[CFU]/kg", "kg", "10*6.[CFU]", "1"),
        ("m2{body}.(12)/kg", "kg", "m2{body}.12", "1"),
        ("m2.(12)/kg", "kg", "m2.(12)", "1"),
    ],
)
def test_a_dose_cancels_what_it_is_given_of(dose: str, weight: str, remaining: str, factor: str) -> None:
    rest = without_divisor(unit(dose), unit(weight))
    assert rest is not None
    assert rest == unit(remaining)
    assert divisor_factor(unit(dose), unit(weight)) == Fraction(factor)


@pytest.mark.parametrize(
    ("dose", "weight"),
    [
        ("mg/d", "kg"),
        ("mg/kg", "m2"),
        ("mg/m2", "kg"),
        ("mg/kg{ideal}", "kg"),
        ("mg/kg/d", "d"),
        ("kg.mg", "kg"),
    ],
)
def test_a_dose_cancels_nothing_else(dose: str, weight: str) -> None:
    assert without_divisor(unit(dose), unit(weight)) is None
    with pytest.raises(ValueError, match="no divisor"):
        divisor_factor(unit(dose), unit(weight))


def test_a_dose_names_the_divisors_that_it_must_cancel() -> None:
    assert dose_divisors(unit("mg/kg/d")) == (Term("kg", -1),)
    assert dose_divisors(unit("mg/m2")) == (Term("m", -2),)
    assert dose_divisors(unit("mg/cm2/kg{lean}")) == (Term("cm", -2), Term("kg{lean}", -1))
    assert dose_divisors(unit("mg/m/mL/d")) == ()
    assert dose_divisors(unit("mL/min/{1.73_m2}")) == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("mmHg", "mm[Hg]"), ("mm Hg", "mm[Hg]"), ("cmH2O", "cm[H2O]"), ("lb", "[lb_av]"), ("lbs", "[lb_av]"),
        ("IU", "[IU]"), ("mIU/mL", "m[IU]/mL"), ("mcg", "ug"), ("µg", "ug"), ("μg", "ug"), ("cc", "mL"),
        ("hr", "h"), ("hrs", "h"), ("sec", "s"), ("yr", "a"), ("wks", "wk"), ("mths", "mo"),
        ("degF", "[degF]"), ("°F", "[degF]"), ("°C", "Cel"), ("degC", "Cel"), ("gm", "g"), ("kgs", "kg"),
        ("Kg", "kg"), ("MG", "mg"), ("percent", "%"), ("in", "[in_i]"), ("ft", "[ft_i]"), ("pH", "[pH]"),
        ("m^2", "m2"), ("m²", "m2"), ("sqm", "m2"), ("kg/m**2", "kg/m2"), ("mEq/L", "meq/L"),
        ("mOsm/kg", "mosm/kg"), ("mcg/kg/hr", "ug/kg/h"), ("mg/kg/day", "mg/kg/d"), ("mg per kg", "mg/kg"),
        ("mg kg-1 d-1", "mg.kg-1.d-1"), ("10⁹/L", "10*9/L"), ("x10^9/L", "10*9/L"), ("10E3/uL", "10*3/uL"),
        ("k/uL", "10*3/uL"), ("mM", "mmol/L"), ("mL/min/1.73 m²", "mL/min/{1.73_m2}"), ("bpm", "{beats}/min"),
        ("24h", "24.h"), ("mg/24h", "mg/(24.h)"), ("{drug}mg", "mg{drug}"), ("%{of normal}", "%{of_normal}"),
        ("Cel/h", "K/h"), (" mg", "mg"),
    ],
)  # fmt: skip
def test_common_misspellings_get_their_repair(written: str, meant: str) -> None:
    assert problem(written).repair == f"write `{meant}`"


@pytest.mark.parametrize(
    ("word", "repair"),
    [
        ("day", "write `d` for UCUM days"),
        ("weeks", "write `wk` for UCUM weeks"),
        ("month", "write `mo` for UCUM months"),
        ("years", "write `a` for UCUM years"),
    ],
)
def test_calendar_words_are_no_units(word: str, repair: str) -> None:
    assert problem(word) == UnitProblem(f"no unit is called `{word}`", repair)


def test_a_near_name_is_asked_for_and_not_told() -> None:
    assert problem("mgg/kg").repair == "did you mean `mg/kg`?"
    assert problem("units/kg").repair == "did you mean `[IU]/kg`?"
    assert problem("furlong").repair == ""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mmHg", "no unit is called `mmHg`"),
        ("cmH2O", "no unit is called `cmH2O`"),
        ("mg/m^2", "no unit is called `m^2`"),
        ("", "the unit is missing"),
        ("mg/", "`mg/` ends where a unit should follow"),
        ("//min", "in `//min`, no unit can start with `/`"),
        ("(mg", "`(mg` lacks a `)`"),
        ("mg)", "`mg)` lacks a `(`"),
        ("{score", "`{score` lacks a `}`"),
        ("(m)2", "in `(m)2`, only `.` or `/` can follow a parenthesis"),
        ("m10", "the exponent of `m` is not between 1 and 9"),
        ("10*25", "the power in `10*25` is beyond 24"),
        ("mg/0", "a unit can't be a multiple of 0"),
        ("{}", "the annotation `{}` needs plain characters and no blanks"),
        ("[degF]/h", "`[degF]` has a zero of its own, so it can only stand alone"),
        ("Cel2", "`Cel` has a zero of its own, so it can only stand alone"),
        ("mg\n", "no unit is called `mg?`"),
        ("m" * 201, "a unit of 201 characters is too long, 200 are enough"),
        (
            "(" * 11 + "m" + ")" * 11,
            "`(((((((((((m)))))))))))` has more than 10 parentheses inside each other",
        ),
        ("Ym9.Ym9.Ym9", "`Ym9.Ym9.Ym9` is larger or smaller than a unit can be"),
        (
            "L/1.73.m2",
            "the point in `L/1.73.m2` could be a decimal point, and units have whole numbers only",
        ),
    ],
)
def test_a_problem_says_what_is_wrong(text: str, message: str) -> None:
    assert problem(text).message == message


def test_ten_parentheses_and_the_highest_exponents_are_read() -> None:
    assert unit("(" * 10 + "m" + ")" * 10).factor == 1
    assert unit("m9").dimension == ((("length", 9),), ())
    assert unit("10*12/L").factor == 10**15


UNIT_LIKE = st.lists(
    st.sampled_from(
        [
            *(
                "mg",
                "kg",
                "m",
                "m2",
                "Ym9",
                "10*",
                "10^9",
                "12",
                "0",
                "-1",
                "2",
                "1.73",
                "[IU]",
                "Cel",
                "{x}",
            ),
            *("/", "/", ".", "(", ")", "{", "}", "[", "]", "^", " ", "\n"),
            *("mcg", "hr", "day", "²", "°C", "per", "é"),
        ]
    ),
    max_size=60,
).map("".join)


@given(st.text() | UNIT_LIKE)
def test_any_text_is_a_unit_or_a_problem_and_repairs_are_units(text: str) -> None:
    found = parse_unit(text)
    if isinstance(found, Unit):
        assert found.text == text
        assert found.factor > 0
        return
    assert found.message.isprintable()
    proposed = re.search(r"`(.+)`", found.repair)
    assert bool(proposed) == bool(found.repair)
    if proposed:
        assert isinstance(parse_unit(proposed[1]), Unit)


def test_what_remains_can_be_longer_and_larger_than_the_dose() -> None:
    longer = "m2/(s/2" + "/2" * 90 + ")/kg"
    larger = "1" + "/Ym4.Ym4" * 20 + "/Ym4/kg"
    for dose in (longer, larger):
        rest = without_divisor(unit(dose), unit("kg"))
        assert rest is not None
        assert rest.factor == unit(dose).factor * 1000


FACTORS = (
    "mg",
    "kg",
    "m2",
    "m2{body}",
    "s-1",
    "10*9",
    "12",
    "1",
    "{score}",
    "[IU]",
    "mm[Hg]",
    "(d/12)",
    "(kg.h-2)",
)
DOSE = st.lists(st.tuples(st.sampled_from("./"), st.sampled_from(FACTORS)), max_size=12).map(
    lambda rest: "mg" + "".join(operator + factor for operator, factor in rest) + "/kg"
)


@given(DOSE)
def test_a_weight_taken_from_a_dose_leaves_a_unit(text: str) -> None:
    dose, weight = parse_unit(text), unit("g")
    if isinstance(dose, UnitProblem):
        assert "decimal point" in dose.message
        return
    rest = without_divisor(dose, weight)
    assert rest is not None
    assert parse_unit(rest.text) == rest
    assert len(dose_divisors(rest)) == len(dose_divisors(dose)) - 1
    # The dose of 1 weight, once as a product in base units and once as what the dose functions say.
    assert dose.factor * weight.factor == rest.factor * divisor_factor(dose, weight)


@pytest.mark.parametrize(
    "text",
    [
        "mgg/" * 49,
        "x." * 99 + "x",
        "(" * 200,
        "{" * 200,
        "[" * 199 + "]",
        " " * 200,
        "/".join(["abcdefghijklmno"] * 12),
        "1" * 200,
        "9.(" * 66,
        "10*" + "9" * 190,
        "/ym9" * 50,
        "ym9/" * 49 + "ym9",
        "\ud800" * 200,
        "٣" * 200,
        "mg" * 1_000_000,
        "1.73" * 50,
        " per" * 50,
    ],
)
def test_hostile_text_is_answered_at_once(text: str) -> None:
    start = time.perf_counter()
    parse_unit(text)
    assert time.perf_counter() - start < 0.5


def test_importing_builds_nothing() -> None:
    code = "import guidec.units as u; print(u._known.cache_info().currsize, u._names.cache_info().currsize)"
    compiler = Path(__file__).parent.parent / "compiler"
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=compiler, capture_output=True, text=True, check=True
    )
    assert shown.stdout.split() == ["0", "0"]


# Each is a unit for the National Library of Medicine and none here.
STRICTER_GRAMMAR = {
    "1.73": "a decimal number, which UCUM itself reads as 1 times 73",
    "mL/min/1.73.m2": "a decimal number, which UCUM itself reads as 1 times 73",
    "{}": "an annotation that says nothing",
    "m10": "an exponent beyond 9",
    "m0": "an exponent that leaves nothing",
    "10*25": "a power beyond 24",
    "0": "nothing is a multiple of 0",
    "mg/0": "nothing is a multiple of 0",
    "mmin": "UCUM's `min` takes no prefix",
    "kh": "UCUM's `h` takes no prefix",
    "ft": "the femtotonne, which nobody means",
    "kt": "the kilotonne, as `t` takes no prefix here",
    "MG": "the megagauss, as clinical text needs no gauss",
}

# Each converts there and not here, or here and not there.
STRICTER_DIMENSIONS = {
    ("%{predicted}", "%"): "annotations are kept",
    ("m{x}", "m{y}"): "annotations are kept",
    ("mg/kg/d", "/d"): "nothing cancels inside a unit",
    ("mg/kg", "1"): "nothing cancels inside a unit",
    ("mg/mg", "%"): "nothing cancels inside a unit",
    ("N/m2", "Pa"): "nothing cancels inside a unit",
    ("Ohm", "V/A"): "nothing cancels inside a unit",
    ("C", "A.s"): "nothing cancels inside a unit",
    ("mm[Hg].min/L", "[wood'U]"): "nothing cancels inside a unit",
    ("U", "umol/min"): "U doses a drug too",
    ("Gy", "Sv"): "an equivalent dose weighs the kind of radiation",
    ("Bq", "Hz"): "a decay is no beat",
    ("[LPF]", "[HPF]"): "microscopes differ",
    ("[IU]", "m[IU]"): "a prefix is a number even before an arbitrary unit",
    ("[diop]", "/m"): "UCUM's own definition, which their special function refuses",
}


@pytest.mark.parametrize("case", UCUM_LHC["units"], ids=lambda case: case["text"])
def test_the_same_texts_are_units_as_in_ucum_lhc(case: dict[str, Any]) -> None:
    ours = isinstance(parse_unit(case["text"]), Unit)
    if case["text"] in STRICTER_GRAMMAR:
        assert case["valid"] and not ours
    else:
        assert ours == case["valid"]


@pytest.mark.parametrize(
    "case", UCUM_LHC["conversions"], ids=lambda case: f"{case['value']} {case['from']} to {case['to']}"
)
def test_conversions_agree_with_ucum_lhc_to_twelve_digits(case: dict[str, Any]) -> None:
    source, target, theirs = unit(case["from"]), unit(case["to"]), case["result"]
    if (case["from"], case["to"]) in STRICTER_DIMENSIONS:
        assert (source.dimension == target.dimension) == (theirs is None)
        return
    assert (source.dimension == target.dimension) == (theirs is not None)
    if theirs is not None:
        ours = convert(Fraction(case["value"]), source, target)
        assert abs(ours - theirs) <= abs(ours) / 10**12


def test_every_named_difference_is_still_one() -> None:
    assert {case["text"] for case in UCUM_LHC["units"]} >= STRICTER_GRAMMAR.keys()
    assert {(case["from"], case["to"]) for case in UCUM_LHC["conversions"]} >= STRICTER_DIMENSIONS.keys()
    assert UCUM_LHC["version"]
