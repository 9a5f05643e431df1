"""A patient as a scenario that can be pasted into a spec."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from guidec import ir
from guidec.numbers import CALENDAR_WORDS, decimal_text

WIDTH = 110


def scenario_text(
    guideline: ir.Guideline, title: str, patient: Mapping[str, object], expected: Iterable[str], *marks: str
) -> str:
    """The scenario, `marks` as lines of their own under its title."""
    lines = [f'scenario "{_quoted(title)}"', *(f"  {mark}" for mark in marks)]
    return (
        "\n".join([*lines, *_lines("given", given(guideline, patient)), *_lines("expect", expected)]) + "\n"
    )


def given(guideline: ir.Guideline, patient: Mapping[str, object]) -> list[str]:
    """`ild_present yes`, `fvc_pct_pred 75 %{predicted}`, `reading often daily`: each entry of a record."""
    inputs = {one.id: one for one in guideline.inputs}
    found: list[str] = []
    for name, value in patient.items():
        if name == "readings" and isinstance(value, Mapping):
            found += [f"reading {reading} {chosen}" for reading, chosen in value.items()]
        elif name in inputs and inputs[name].series is not None and isinstance(value, list):
            found.append(f"{name} {_series_text(inputs[name].type, value)}")
        elif name in inputs:
            found.append(f"{name} {_value_text(inputs[name].type, value)}")
    return found


def expectations(result: Mapping[str, Any], decisions: Iterable[str]) -> list[str]:
    """What a result says of decisions, as a scenario would expect it."""
    found: list[str] = []
    for name in decisions:
        decision = result["decisions"][name]
        names = [one["id"] for one in result["recommendations"] if one["decision"] == name]
        if decision["status"] == "determined":
            found.append(f"{name} {', '.join(dict.fromkeys(names)) or 'nothing'}")
        else:
            found.append(f"{name} {decision['status'].replace('_', ' ')}")
        if decision["status"] == "indeterminate" and decision["needs"]:
            found.append(f"needs of {name} {', '.join(decision['needs'])}")
    return found


def _value_text(kind: ir.Type, value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case {"one_of": list(names)}:
            return f"one of {', '.join(map(str, names))}"
        case {"value": number, "unit": str(unit)}:
            if unit in CALENDAR_WORDS:
                return f"{_number_text(number)} {unit}{'' if number == 1 else 's'}"
            return f"{_number_text(number)} {unit}"
        case list():
            return ", ".join(map(str, value)) or "nothing"
        case int() | float():
            unit = kind.units[0].unit if isinstance(kind, ir.Quantity) else ""
            return f"{_number_text(value)} {unit}".rstrip()
        case _:
            return str(value)


def _series_text(kind: ir.Type, dated: list[Any]) -> str:
    """`80 kg on 2025-03-01, 76 kg on 2026-03-01`: entries with their days."""
    return ", ".join(f"{_value_text(kind, one['value'])} on {one['date']}" for one in dated) or "nothing"


def _number_text(number: object) -> str:
    return decimal_text(Fraction(repr(number))) if isinstance(number, int | float) else str(number)


def _lines(word: str, parts: Iterable[str]) -> list[str]:
    """`  given a; b`, on as many lines as the page asks for."""
    lines: list[str] = []
    for part in parts:
        if lines and len(lines[-1]) + len(part) + 2 <= WIDTH:
            lines[-1] += f"; {part}"
        else:
            lines.append(f"  {word} {part}")
    return lines


def _quoted(text: str) -> str:
    return text.replace('"', "'").replace("\\", "/").replace("\n", " ")
