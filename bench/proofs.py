"""What proofs cost: `check` of the flagship cold, and tables of 200 and 1,000 rows. `make bench-proofs`.

Ratios are to reading and lowering the same guideline without a proof, in the same run.
"""

import os
import platform
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from guidec.pipeline import Compilation, compile_file
from guidec.proofs.checked import check, report
from guidec.proofs.difference import decided_differently
from guidec.proofs.joint import joint
from guidec.proofs.questions import nobody
from guidec.proofs.remembered import Store

ROOT = Path(__file__).parents[1]
FLAGSHIP = ROOT / "guidelines" / "pm_dm_ild" / "takada.guide"
SIZES = (200, 1_000)
RUNS = {200: 5, 1_000: 3}
EDIT = ("when myositis_dx is one of adm, hypomyopathic_dm [T164 T16]", "when myositis_dx is adm [T164 T16]")
INPUTS = ("kind", "stage", "site", "ill", "child", "asthma", "age", "fever", "pulse", "crp")


def table(count: int, changed: int = 0) -> str:
    """A table of `count` rows over ten inputs, each row with blank cells, `changed` of them with another outcome.

    Rows are made by splitting one row that holds for everybody, so that they exclude each other and leave nobody out.
    """
    dice = random.Random(count)
    domains: dict[str, tuple[int, int]] = {
        "kind": (0, 7), "stage": (0, 5), "site": (0, 5), "ill": (0, 1), "child": (0, 1), "asthma": (0, 1),
        "age": (0, 120), "fever": (0, 60), "pulse": (30, 220), "crp": (0, 300),
    }  # fmt: skip
    rows = [dict(domains)]
    while len(rows) < count:
        row = rows.pop(dice.randrange(len(rows)))
        splittable = [name for name in INPUTS if row[name][0] < row[name][1]]
        name = splittable[
            min(dice.randrange(len(splittable)) for _ in range(4))
        ]  # as a rule the first are asked first
        low, high = row[name]
        middle = dice.randrange(low, high)
        rows += [{**row, name: (low, middle)}, {**row, name: (middle + 1, high)}]
    lines = [_row(row, domains, (at + (at < changed)) % 4) for at, row in enumerate(rows)]
    return "".join(_head()) + "\n".join(lines) + "\n\n" + _properties()


def _head() -> Iterator[str]:
    yield 'guideline big "A large table"\n  version 1.0.0\n  language guidec/1\n\n'
    for name, count in (("kind", 8), ("stage", 6), ("site", 6)):
        yield f'input {name} "{name}"\n  one of\n'
        yield from (f'    {name}_{at} "{name} {at}"\n' for at in range(count))
        yield "\n"
    yield from (f'input {name} "{name}"\n  boolean\n\n' for name in ("ill", "child", "asthma"))
    for name, low, high in (("age", 0, 120), ("fever", 0, 60), ("pulse", 30, 220), ("crp", 0, 300)):
        yield f'input {name} "{name}"\n  integer from {low} to {high}\n\n'
    yield from (f'drug drug_{at} "Drug {at}"\n\n' for at in range(4))
    yield f'decision treat "Treat?"\n  table unique\n    | {" | ".join(INPUTS)} || outcome |\n'


def _row(row: dict[str, tuple[int, int]], domains: dict[str, tuple[int, int]], drug: int) -> str:
    cells = [_cell(name, row[name], domains[name]) for name in INPUTS]
    return f"    | {' | '.join(cells)} || use drug_{drug}; rest not stated |"


def _cell(name: str, values: tuple[int, int], domain: tuple[int, int]) -> str:
    low, high = values
    if values == domain:
        return "any"
    if name in ("kind", "stage", "site"):
        return ", ".join(f"{name}_{at}" for at in range(low, high + 1))
    if name in ("ill", "child", "asthma"):
        return "yes" if low else "no"
    if low == domain[0]:
        return f"<= {high}"
    return f">= {low}" if high == domain[1] else f"{low} to {high}"


def _properties() -> str:
    return (
        'property treated "Everybody is given a drug, and no two"\n  never drug_0 with drug_1\n  determined when known kind\n'
        "  always possible drug_0 when child\n  never drug_2 when ill and age < 3 and kind is kind_0\n"
        "  more crp never gets less of drug_0, drug_1 in treat when stage is stage_1\n"
    )


def compiled(text: str) -> Compilation:
    found = compile_file("big.guide", lambda name: text.encode())
    if found.compiled is None:
        raise SystemExit(
            "\n".join(
                f"{one.span.line}: {one.message}" for one in found.diagnostics if one.severity == "error"
            )
        )
    return found


def median(work: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Processor seconds, and what came of it."""
    times: list[float] = []
    made: Any = None
    for _ in range(runs):
        begun = time.process_time()
        made = work()
        times.append(time.process_time() - begun)
    return statistics.median(times), made


def cold(command: list[str]) -> float:
    """Processor seconds of one process."""
    before = os.times()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, capture_output=True, check=True, cwd=ROOT, env=environment)
    after = os.times()
    return after.children_user - before.children_user + after.children_system - before.children_system


def shown(what: str, seconds: float, base: float) -> None:
    print(f"{what:44} {seconds:8.2f} s {seconds / base:7.2f}x", flush=True)


def difference(first: Compilation, second: Compilation) -> str:
    assert first.compiled is not None and second.compiled is not None
    whole = joint(first.compiled.guideline, second.compiled.guideline)
    node = decided_differently(whole, "treat", "treat")
    return nobody(whole.first, node, lambda patient: True).kind


def verdicts(one: Compilation) -> Any:
    assert one.compiled is not None and one.work is not None
    return check(one.compiled, one.work, one.properties).verdicts


def edited_elsewhere() -> tuple[float, float]:
    """Processor seconds of all that `check --report` proves of the flagship: cold, and after the edit of a rule that no claim
    looks at, with what was kept before the edit."""

    def prepared(change: tuple[str, str]) -> Compilation:
        files = {path.name: path.read_bytes() for path in FLAGSHIP.parent.iterdir() if path.is_file()}
        files[FLAGSHIP.name] = files[FLAGSHIP.name].replace(*(one.encode() for one in change))
        return compile_file(FLAGSHIP.name, lambda name: files[name])

    def proven(one: Compilation, kept: dict[str, str]) -> None:
        assert one.compiled is not None and one.work is not None
        store = Store("bench", kept.get, kept.__setitem__)
        report(
            one.compiled, one.work, check(one.compiled, one.work, one.properties, store=store), store=store
        )

    before, after = prepared(("", "")), prepared(EDIT)
    assert before.compiled != after.compiled
    kept: dict[str, str] = {}
    proven(before, kept)
    cold_time, _ = median(lambda: proven(after, {}), 5)
    warm_time, _ = median(lambda: proven(after, dict(kept)), 5)
    return cold_time, warm_time


def main() -> None:
    print(f"Python {platform.python_version()}, {platform.machine()}; medians of processor seconds")
    guidec = [sys.executable, "-m", "guidec", "-q"]
    cold([*guidec, "check", str(FLAGSHIP)])
    base = statistics.median(
        cold([sys.executable, "-c", "import lark, lark.indenter, click"]) for _ in range(7)
    )
    shown("import lark and click (baseline)", base, base)
    for label, more in (("", []), (" without the cache", ["--no-cache"])):
        command = [*guidec, "check", str(FLAGSHIP), *more]
        shown(
            f"guidec check takada.guide, cold{label}",
            statistics.median(cold(command) for _ in range(7)),
            base,
        )
    whole, again = edited_elsewhere()
    shown("takada.guide: proofs and tables, cold", whole, base)
    shown("takada.guide: the same after another rule's edit", again, base)
    print(f"   what is kept saves {1 - again / whole:.0%} of it")
    for size in SIZES:
        runs = RUNS[size]
        base, made = median(lambda size=size: compiled(table(size)), runs)  # type: ignore[misc]
        shown(f"{size:,} rows: compile (baseline)", base, base)
        seconds, found = median(lambda made=made: verdicts(made), runs)  # type: ignore[misc]
        shown(f"{size:,} rows: all verdicts", seconds, base)
        print("   " + ", ".join(f"{one.answer.kind} {one.claim.kind}" for one in found))
        other = compiled(table(size, changed=3))
        seconds, kind = median(lambda made=made, other=other: difference(made, other), runs)  # type: ignore[misc]
        shown(f"{size:,} rows: difference of two versions", seconds, base)
        print(f"   nobody differs: {kind}")


if __name__ == "__main__":
    main()
