"""Published formulas and scores: what `data/formulas` expects, and every value again from 60 digits written out here."""

import json
import random
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from guidec.evaluate import Compiled, evaluate
from guidec.project import compile_path
from schemas import result_validator

FORMULAS = sorted((Path(__file__).parent / "data" / "formulas").glob("*.guide"))
Patient = dict[str, Any]


@cache
def compiled(name: str) -> Compiled:
    found = compile_path(Path(__file__).parent / "data" / "formulas" / f"{name}.guide")
    assert found.compiled is not None, found.diagnostics
    assert [one.code for one in found.diagnostics if one.severity == "error"] == []
    return found.compiled


def shown(result: Any, name: str) -> Any:
    """A value, the ends of its range, its band, or the bands that it may have."""
    name, _, band = name.partition(".")
    value = result["values"][name]
    if band:
        return value["band"]["one_of"] if isinstance(value["band"], dict) else value["band"]
    if "low" in value:
        return [value["low"], value["high"]]
    return value["one_of"] if "one_of" in value else value["value"]


@pytest.mark.parametrize("path", FORMULAS, ids=lambda path: path.stem)
def test_a_formula_gives_what_is_expected_of_it(path: Path) -> None:
    cases = json.loads(path.with_suffix(".json").read_text("utf-8"))["cases"]
    for case in cases:
        result = evaluate(compiled(path.stem), case["patient"])
        result_validator().validate(result)
        found = {name: shown(result, name) for name in case["expected"]}
        assert found == case["expected"], case["patient"]


@pytest.mark.parametrize("path", FORMULAS, ids=lambda path: path.stem)
def test_a_formula_cites_its_paper(path: Path) -> None:
    for source in compiled(path.stem).guideline.sources:
        fields = {field.key: field.values for field in source.fields}
        assert fields["title"] and fields["authors"]
        assert "doi:10." in fields["journal"][0]


# --- the formulas once more --------------------------------------------------


def ckd_epi(patient: Patient) -> Decimal:
    kappa, alpha, factor = (
        ("0.7", "-0.241", "1.012") if patient["sex"] == "female" else ("0.9", "-0.302", "1")
    )
    ratio = Decimal(str(patient["creatinine"])) / Decimal(kappa)
    power: Decimal = min(ratio, Decimal(1)) ** Decimal(alpha) * max(ratio, Decimal(1)) ** Decimal("-1.2")
    by_age: Decimal = Decimal("0.9938") ** Decimal(patient["age"])
    return 142 * power * by_age * Decimal(factor)


def clearance(patient: Patient) -> Decimal:
    factor = Decimal("0.85" if patient["sex"] == "female" else "1")
    above = (140 - patient["age"]) * Decimal(str(patient["weight"])) * factor
    return Decimal(above) / (72 * Decimal(str(patient["creatinine"])))


def body_mass_index(patient: Patient) -> Decimal:
    return Decimal(str(patient["weight"])) / (Decimal(str(patient["height"])) / 100) ** 2


def mosteller(patient: Patient) -> Decimal:
    return (Decimal(str(patient["weight"])) * Decimal(str(patient["height"])) / 3600).sqrt()


def du_bois(patient: Patient) -> Decimal:
    weight, height = Decimal(str(patient["weight"])), Decimal(str(patient["height"]))
    return Decimal("0.007184") * weight ** Decimal("0.425") * height ** Decimal("0.725")


AGAIN: tuple[tuple[str, str, str, Callable[[Patient], Decimal]], ...] = (
    ("ckd_epi_2021", "egfr", "1", ckd_epi),
    ("cockcroft_gault", "clearance", "0.1", clearance),
    ("body", "bmi", "0.1", body_mass_index),
    ("body", "mosteller", "0.01", mosteller),
    ("body", "du_bois", "0.01", du_bois),
)


def drawn(name: str, dice: random.Random) -> Patient:
    patient: Patient = {"weight": dice.randrange(300, 2000) / 10}
    if name == "body":
        return {**patient, "height": dice.randrange(1000, 2100) / 10}
    patient |= {"sex": dice.choice(("female", "male")), "age": dice.randrange(18, 121)}
    patient |= {"creatinine": dice.randrange(30, 600) / 100}
    if name == "ckd_epi_2021":
        del patient["weight"]
    return patient


@pytest.mark.parametrize(("name", "value", "step", "formula"), AGAIN, ids=lambda part: str(part)[:20])
def test_a_formula_is_rounded_as_60_digits_are(
    name: str, value: str, step: str, formula: Callable[[Patient], Decimal]
) -> None:
    dice = random.Random(name)
    for _ in range(60):
        patient = drawn(name, dice)
        with localcontext() as context:
            context.prec = 60
            wanted = formula(patient).quantize(Decimal(step), rounding=ROUND_HALF_UP)
        found = evaluate(compiled(name), patient)["values"][value]["value"]
        assert Decimal(str(found)) == wanted, patient


@pytest.mark.parametrize(("name", "value", "step", "formula"), AGAIN, ids=lambda part: str(part)[:20])
def test_the_range_of_a_formula_holds_every_completion(
    name: str, value: str, step: str, formula: Callable[[Patient], Decimal]
) -> None:
    dice = random.Random(f"{name} in part")
    for _ in range(15):
        patient = drawn(name, dice)
        partial = {key: known for key, known in patient.items() if dice.random() < 0.5}
        found = evaluate(compiled(name), partial)["values"][value]
        low, high = (found["low"], found["high"]) if "low" in found else (found["value"], found["value"])
        wanted = formula(patient).quantize(Decimal(step), rounding=ROUND_HALF_UP)
        assert Decimal(str(low)) <= wanted <= Decimal(str(high)), patient
