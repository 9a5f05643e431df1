"""A seed to the text of a small guideline: well typed, its branches exclusive and complete by construction."""

import random
import re
from dataclasses import dataclass

_WORDS = ("alpha", "beta", "gamma", "delta", "epsilon")
_DRUGS = ("a", "b", "c", "d")


@dataclass(frozen=True)
class _Input:
    name: str
    kind: str
    values: tuple[str, ...]
    low: int = 0
    high: int = 0
    unit: str = ""
    named: tuple[str, ...] = ()

    @property
    def size(self) -> int:
        if self.kind == "set":
            return 1 << len(self.values)
        return len(self.values) or self.high - self.low + 1 + len(self.named)


class _Author:
    """Writes one guideline; every choice falls with its dice."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.inputs = self._inputs()
        self.readings = ["meaning"] if self.dice.random() < 0.25 else []
        self.definitions: list[str] = []
        self.computed: dict[str, tuple[str, ...]] = {}
        self.categories: dict[str, tuple[str, ...]] = {}
        self.collected: dict[str, tuple[str, ...]] = {}
        self.decisions: dict[str, list[str]] = {}
        self.regimens = ["pair"] if self.dice.random() < 0.4 else []

    def text(self) -> str:
        parts = [self._vocabulary()]
        for at in range(self.dice.randrange(3)):
            parts.append(f'define def_{at} "Definition" = {self.condition(2)}\n  shown\n')
            self.definitions.append(f"def_{at}")
        for at in range(self.dice.choice((0, 0, 1, 1, 2))):
            make = self.dice.choice((self._score, self._score, self._values, self._values, self._lookup))
            parts.append(make(f"{make.__name__[1:]}_{at}"))
        parts += [self._impossible() for _ in range(self.dice.choice((0, 0, 1, 2)))]
        parts += [self._regimen(name) for name in self.regimens]
        for at in range(self.dice.choice((1, 1, 2, 3))):
            parts.append(self._decision(f"dec_{at}"))
            self.decisions[f"dec_{at}"] = re.findall(r"(?:recommend|suggest|against) (\w+)", parts[-1])
        parts += [self._options(f"list_{at}") for at in range(self.dice.choice((0, 0, 1)))]
        parts += [self._rule(f"rule_{at}") for at in range(self.dice.randrange(3))]
        parts += [self._avoid() for _ in range(self.dice.choice((0, 0, 0, 1, 2)))]
        scope = f"  applies when {self.condition(1, inputs_only=True)}\n" if self.dice.random() < 0.3 else ""
        head = f'guideline generated "Generated"\n  version 1.0.0\n  language guidec/1\n{scope}\n'
        return head + "\n".join(parts)

    # --- vocabulary ---

    def _inputs(self) -> list[_Input]:
        inputs: list[_Input] = []
        size = 1
        for at in range(self.dice.choice((2, 3, 3, 4, 5))):
            one = self._input(f"in_{at}")
            if size * one.size > 240:
                break
            size *= one.size
            inputs.append(one)
        return inputs

    def _input(self, name: str) -> _Input:
        kind = self.dice.choice(("boolean", "one_of", "one_of", "integer", "integer", "quantity", "set"))
        if kind == "boolean":
            return _Input(name, kind, ("no", "yes"))
        if kind == "set":
            return _Input(name, kind, _WORDS[: self.dice.choice((1, 2))])
        if kind == "one_of":
            return _Input(name, kind, _WORDS[: self.dice.choice((2, 3, 4))])
        low = self.dice.randrange(1, 3)
        named = ("never",) if self.dice.random() < 0.25 else ()
        unit = "kg" if kind == "quantity" else ""
        return _Input(name, kind, (), low, low + self.dice.randrange(1, 5), unit, named)

    def _vocabulary(self) -> str:
        found = [f'drug {drug} "{drug.upper()}"\n' for drug in _DRUGS]
        for one in self.inputs:
            lines = {
                "boolean": "  boolean\n",
                "one_of": "  one of\n",
                "set": "  any of\n",
                "integer": f"  integer from {one.low} to {one.high}\n",
                "quantity": f"  quantity kg from {one.low} to {one.high} step 1\n",
            }[one.kind]
            if one.kind in ("one_of", "set"):
                lines += "".join(f'    {value} "{value}"\n' for value in one.values)
            lines += "".join(f'  or value {value} "{value}"\n' for value in one.named)
            found.append(f'input {one.name} "{one.name}"\n{lines}')
        for name in self.readings:
            found.append(f'reading {name} "{name}"\n  narrow "Narrow"\n  wide "Wide"\n')
        return "\n".join(found)

    def _regimen(self, name: str) -> str:
        when = f" when {self.condition(1)}" if self.dice.random() < 0.6 else ""
        choice = "  with one of\n    b; rest not stated\n    c; rest not stated\n"
        with_ = self.dice.choice(("", "", choice))
        return f'regimen {name} "{name}"\n  give a; rest not stated\n{with_}  then b; rest not stated{when}\n'

    def _impossible(self) -> str:
        return (
            f'impossible when {self.condition(1, inputs_only=True)} and {self._question(True)} "not seen"\n'
        )

    def _avoid(self) -> str:
        drug, other = self.dice.sample(_DRUGS, 2)
        met = f"with {other}" if self.dice.random() < 0.5 else f"when {self.condition(1, inputs_only=True)}"
        return f'avoid {drug} {met} "why {drug}"\n'

    # --- conditions ---

    def condition(self, depth: int, inputs_only: bool = False) -> str:
        """A condition in parentheses where it needs them."""
        if depth == 0 or self.dice.random() < 0.35:
            return self._question(inputs_only)
        kind = self.dice.choice(("and", "or", "not"))
        if kind == "not":
            return f"not ({self.condition(depth - 1, inputs_only)})"
        left, right = self.condition(depth - 1, inputs_only), self.condition(depth - 1, inputs_only)
        return f"({left} {kind} {right})"

    def _question(self, inputs_only: bool) -> str:
        others: list[str] = []
        if not inputs_only:
            others += [*self.definitions, *(f"{name} is wide" for name in self.readings)]
            others += [
                f"{name} is {self.dice.choice(names)}" for name, names in self.decisions.items() if names
            ]
        if others and self.dice.random() < 0.3:
            return self.dice.choice(others)
        if self.dice.random() < 0.3 and not inputs_only:
            asked = self._of_values()
            if asked:
                return asked
        numbers = [one for one in self.inputs if one.kind == "integer" and not one.named]
        if len(numbers) > 1 and self.dice.random() < 0.4:
            return self._computed(*self.dice.sample(numbers, 2))
        return self._about(self.dice.choice(self.inputs))

    def _computed(self, first: _Input, second: _Input) -> str:
        op = self.dice.choice("+-*/")
        ends = [first.low * second.low, first.high * second.high, first.low + second.high, first.high]
        number = f"{first.name} {op} {second.name}"
        if self.dice.random() < 0.3:
            return f"{first.name} {self.dice.choice(('<', '>=', '='))} {second.name}"
        if self.dice.random() < 0.3:
            number += f" + {first.name}"
        return f"{number} {self.dice.choice(('<', '<=', '>', '>='))} {self.dice.choice(ends)}"

    def _about(self, one: _Input) -> str:
        if one.kind == "set":
            return f"{one.name} includes {self.dice.choice(one.values)}"
        if one.values:
            word = self.dice.choice(("is", "is not"))
            return f"{one.name} {word} {self.dice.choice(one.values)}"
        threshold = f"{self.dice.randint(one.low, one.high)} {one.unit}".strip()
        compared = f"{one.name} {self.dice.choice(('<', '<=', '>', '>=', '='))} {threshold}"
        if not one.named:
            return compared
        return self.dice.choice(
            (
                f"({one.name} is not never and {compared})",
                f"({one.name} is never or {compared})",
                f"{one.name} is never",
            )
        )

    # --- scores, tables, lookups ---

    def _of_values(self) -> str:
        """A question about a score, a lookup, a band or a column, if there is one."""
        found = [
            f"{name} {self.dice.choice(('<', '<=', '>', '>=', '='))} {self.dice.choice(some)}"
            for name, some in self.computed.items()
        ]
        found += [f"{name} is {self.dice.choice(some)}" for name, some in self.categories.items()]
        found += [f"{name} includes {self.dice.choice(some)}" for name, some in self.collected.items()]
        return self.dice.choice(found) if found else ""

    def _score(self, name: str) -> str:
        found = f'score {name} "{name}"\n'
        for _ in range(self.dice.choice((1, 2, 3))):
            one = self.dice.choice(self.inputs)
            points = self.dice.choice(("1", "2", "-1", "0.5", "3"))
            if one.kind == "set" or self.dice.random() < 0.4:
                found += f"  points {points} when {self.condition(2)}\n"
                continue
            found += f"  points for {one.name}\n"
            for label in self._labels(one):
                found += f"    {label}: {self.dice.choice(('0', '1', '2', '-1', '1.5', '3'))}\n"
        first, last = sorted(self.dice.sample(("-1", "0", "1", "1.5", "2", "3"), 2), key=float)
        found += f'  bands {name}_band "Band"\n    < {first}: low\n    {first} to {last}: mid\n'
        found += "    otherwise: high\n  shown\n"
        self.computed[name] = ("0", "1", "2", "1.5")
        self.categories[f"{name}_band"] = ("low", "mid", "high")
        return found

    def _lookup(self, name: str) -> str:
        one = self.dice.choice(self.inputs)
        if one.kind == "set":
            return self._score(name)
        found = f'lookup {name} "{name}" by {one.name}\n'
        for label in self._labels(one):
            found += f"  {label}: {self.dice.choice(('0', '1', '2', '-1', '1.5', '3'))}\n"
        self.computed[name] = ("0", "1", "2", "1.5")
        return found + "  shown\n"

    def _values(self, name: str) -> str:
        """A table of values: `first` with its rest, or one that collects."""
        policy = self.dice.choice(("first", "first", "collect sum", "collect count", "collect"))
        columns = self.dice.sample(self.inputs, min(len(self.inputs), self.dice.choice((1, 2))))
        asked = [one.name for one in columns]
        if self.dice.random() < 0.5:
            asked.append(self.condition(1))
        is_number = policy in ("collect sum", "collect count") or (
            policy == "first" and self.dice.random() < 0.5
        )
        results = ("1", "2", "-1", "0.5") if is_number else ("red", "green", "blue")
        values = "" if is_number else '    red "R"\n    green "G"\n    blue "B"\n'
        found = f'table {name} "{name}"\n  gives {name}_value "Value"\n{values}    shown\n  {policy}\n'
        found += f"    | {' | '.join(asked)} || {name}_value |\n"
        for _ in range(self.dice.choice((1, 2, 3))):
            cells = [self._cell(one) for one in columns]
            cells += [self.dice.choice(("yes", "no", "any"))] * (len(asked) - len(columns))
            found += f"    | {' | '.join(cells)} || {self.dice.choice(results)} |\n"
        if policy == "first" or (policy == "collect" and self.dice.random() < 0.5):
            found += f"    | otherwise || {self.dice.choice(results)} |\n"
        kind = self.computed if is_number else self.categories if policy == "first" else self.collected
        kind[f"{name}_value"] = ("0", "1", "2") if is_number else results
        return found

    def _cell(self, one: _Input) -> str:
        if self.dice.random() < 0.2 and not one.named:
            return "any"
        if one.kind == "set" or one.values:
            some = ", ".join(self.dice.sample(one.values, self.dice.choice((1, min(2, len(one.values))))))
            return self.dice.choice((some, f"not {some}"))
        if one.named:
            return "never"
        unit = f" {one.unit}" if one.unit else ""
        first, last = sorted((self.dice.randint(one.low, one.high), self.dice.randint(one.low, one.high)))
        return self.dice.choice(
            (f"< {last}{unit}", f">= {first}{unit}", f"{first}{unit} to {last}{unit}", f"not = {first}{unit}")
        )

    # --- decisions ---

    def _decision(self, name: str) -> str:
        asked = f"  asked when {self.condition(1)}\n" if self.dice.random() < 0.3 else ""
        return f'decision {name} "{name}"\n{asked}{self._tree(3, "  ")}'

    def _tree(self, depth: int, indent: str) -> str:
        kind = self.dice.choice(("by", "when", "leaf") if depth < 3 else ("by", "when"))
        if depth == 0 or kind == "leaf":
            return indent + self._leaf(indent)
        return self._by(depth, indent) if kind == "by" else self._whens(depth, indent)

    def _below(self, depth: int, indent: str) -> str:
        """What stands behind a colon."""
        if depth == 0 or self.dice.random() < 0.5:
            return f" {self._leaf(indent)}"
        return "\n" + self._tree(depth - 1, indent + "  ")

    def _by(self, depth: int, indent: str) -> str:
        one = self.dice.choice(self.inputs)
        if one.kind == "set":
            return self._whens(depth, indent)
        labels = self._labels(one)
        inner = indent + "  "
        found = f"{indent}by {one.name}\n"
        for at, label in enumerate(labels):
            if at and at < len(labels) and self.dice.random() < 0.15 and one.values and label != "otherwise":
                found += f"{inner}{label}: as {labels[0].split(', ')[0]}\n"
            else:
                found += f"{inner}{label}:{self._below(depth - 1, inner)}"
        return found

    def _labels(self, one: _Input) -> list[str]:
        if one.values:
            values = list(one.values)
            self.dice.shuffle(values)
            if self.dice.random() < 0.4:
                return [*values[: self.dice.randrange(1, len(values))], "otherwise"]
            if len(values) > 2 and self.dice.random() < 0.4:
                return [f"{values[0]}, {values[1]}", *values[2:]]
            return values
        first, last = sorted((self.dice.randint(one.low, one.high), self.dice.randint(one.low, one.high)))
        unit = f" {one.unit}" if one.unit else ""
        numbers = [f"< {first}{unit}"] if first > one.low else []
        numbers.append(f"= {first}{unit}" if first == last else f"{first}{unit} to {last}{unit}")
        numbers += [f"> {last}{unit}"] if last < one.high else []
        self.dice.shuffle(numbers)
        return [*one.named, *numbers]

    def _whens(self, depth: int, indent: str) -> str:
        found, before = "", ""
        for _ in range(self.dice.choice((1, 1, 2))):
            condition = self.condition(2)
            found += f"{indent}when {before}{condition}:{self._below(depth - 1, indent)}"
            before += f"not ({condition}) and "
        return f"{found}{indent}otherwise:{self._below(depth - 1, indent)}"

    def _leaf(self, indent: str) -> str:
        kind = self.dice.choice(("one", "one", "one", "one", "nothing", "not_stated", "all", "conflict"))
        if kind == "nothing":
            return "nothing\n"
        if kind == "not_stated":
            return 'not stated "open"\n'
        if kind == "one":
            return self._line()
        head = "all of" if kind == "all" else 'conflict "two"'
        drugs = self.dice.sample(_DRUGS, 2)
        return f"{head}\n" + "".join(f"{indent}    {self._line(drug)}" for drug in drugs)

    def _line(self, drug: str = "") -> str:
        if not drug and self.regimens and self.dice.random() < 0.3:
            return f"recommend {self.regimens[0]}\n"
        strength = self.dice.choice(("recommend", "recommend", "suggest", "use against"))
        return f"{strength} {drug or self.dice.choice(_DRUGS[:2])}; rest not stated\n"

    def _options(self, name: str) -> str:
        asked = f"  asked when {self.condition(1)}\n" if self.dice.random() < 0.5 else ""
        lines = ""
        for drug in self.dice.sample(_DRUGS, self.dice.choice((1, 2, 3))):
            when = self.dice.choice(("not stated", self.condition(2), self.condition(2), self.condition(1)))
            lines += f"  consider {drug}; rest not stated when {when}\n"
        return f'options {name} "{name}"\n{asked}{lines}'

    def _rule(self, name: str) -> str:
        one = self.dice.choice(self.inputs).name
        about = self.dice.choice(
            (f"blank {one}", f"known {one}", "prescribed a", f"not known {one}", "prescribed b")
        )
        when = self.dice.choice(
            (
                self.condition(2),
                f"{about} and {self.condition(1)}",
                f"{about} or {self.condition(1)}",
                "not stated",
            )
        )
        applies = f"\n  applies when {self.condition(1)}" if self.dice.random() < 0.3 else ""
        gives = self.dice.choice(("", "", "\n  give a; rest not stated"))
        return f'advise note {name} "{name}" when {when}{applies}{gives}\n'


def guideline(seed: int) -> str:
    """The text of a guideline; the same for the same seed."""
    return _Author(seed).text()
