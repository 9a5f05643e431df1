"""Large guidelines: time and memory of check, build and eval as they grow tenfold, as ratios. `make bench-large`.

A table of N rules (each a code of its own and a threshold) and a chain of N scores (each reads the one before).
"""

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZES = (100, 1_000, 10_000)
RUNS = {100: 5, 1_000: 3, 10_000: 1}
HEAD = "  version 1.0.0\n  language guidec/1\n  source leaflet\n\n"
SOURCE = 'source leaflet\n  title "An invented leaflet"\n  register "leaflet.csv"\n\n'
REGISTER = (
    "id,location,kind,statement,strength,cited_as_printed,ambiguity\n"
    "S1,1,rule,Give drug a from the threshold on.,recommend,,\n"
    "S2,1,rule,Consider drug b below the threshold.,consider,,\n"
)


def table(count: int) -> Iterator[str]:
    """A decision of `count` rules, half of them at and half below the threshold of a code."""
    yield 'guideline big "A large table"\n' + HEAD + SOURCE
    yield 'input code "Code"\n  one of\n'
    yield from (f'    c{at} "Code {at}"\n' for at in range(count // 2))
    yield '\ninput amount "Amount"\n  quantity mg/dL from 0 to 1000 step 1\n\ndrug drug_a "Drug A"\ndrug drug_b "Drug B"\n\n'
    yield 'decision treat "Treat?"\n  table unique\n    | code | amount || outcome |\n'
    for at in range(count // 2):
        threshold = at * 37 % 900 + 50
        yield f"    | c{at} | >= {threshold} mg/dL || recommend drug_a; rest not stated [S1] |\n"
        yield f"    | c{at} | < {threshold} mg/dL || consider drug_b; rest not stated [S2] |\n"


def chain(count: int) -> Iterator[str]:
    """A chain of `count` scores."""
    yield 'guideline big "A long chain"\n' + HEAD + SOURCE
    yield from (f'input i{at} "Finding {at}"\n  boolean\n\n' for at in range(count))
    yield 'drug drug_a "Drug A"\ndrug drug_b "Drug B"\n\nscore s0 "Score 0"\n  points 1 when i0\n\n'
    for at in range(1, count):
        yield f'score s{at} "Score {at}"\n  points 1 when i{at}\n  points 2 when s{at - 1} >= 1\n\n'
    yield f'decision treat "Treat?"\n  when s{count - 1} >= 2: recommend drug_a; rest not stated [S1]\n'
    yield "  otherwise: consider drug_b; rest not stated [S2]\n"


KINDS = {"table": table, "chain": chain}
PATIENTS = {
    "table": {"code": "c7", "amount": 400},
    "chain": {"i0": True},  # the others are blank
}


def measured(command: list[str]) -> tuple[float, float]:
    """Processor seconds and megabytes at most of one cold process."""
    script = (
        "import resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(done.returncode, used.ru_utime + used.ru_stime, used.ru_maxrss)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env=os.environ,
    )
    status, seconds, kilobytes = done.stdout.split()[-3:]
    if status != "0":
        raise SystemExit(f"{' '.join(command)} ended with {status}: {done.stderr}")
    return float(seconds), int(kilobytes) / 1024


def main() -> None:
    print(
        f"Python {platform.python_version()}, {platform.machine()}; cold processes; ratio: to a tenth of the rules"
    )
    print(f"{'':34} {'CPU':>10} {'ratio':>7} {'memory':>9} {'ratio':>7}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "leaflet.csv").write_text(REGISTER, "utf-8")
        for kind, text in KINDS.items():
            before: dict[str, tuple[float, float]] = {}
            for size in SIZES:
                spec, patient = folder / f"{kind}{size}.guide", folder / f"{kind}.json"
                spec.write_text("".join(text(size)), "utf-8")
                patient.write_text(json.dumps(PATIENTS[kind]), "utf-8")
                out = folder / f"{kind}{size}"
                guidec = [sys.executable, "-m", "guidec", "--quiet"]
                commands = {
                    "check": [*guidec, "check", str(spec)],
                    "build": [*guidec, "build", str(spec), "--out", str(out)],
                    "eval .json": [*guidec, "eval", f"{out}/big/big.json", "--patient", str(patient)],
                    "python": [sys.executable, f"{out}/big/big.py", str(patient)],
                }
                for what, command in commands.items():
                    runs = [measured(command) for _ in range(RUNS[size])]
                    seconds = statistics.median(one[0] for one in runs)
                    memory = statistics.median(one[1] for one in runs)
                    last = before.get(what)
                    ratios = (
                        ("", "")
                        if last is None
                        else (f"{seconds / last[0]:6.1f}x", f"{memory / last[1]:6.1f}x")
                    )
                    before[what] = seconds, memory
                    label = f"{kind} of {size:,}: {what}"
                    print(
                        f"{label:34} {seconds:8.2f} s {ratios[0]:>7} {memory:6.0f} MB {ratios[1]:>7}",
                        flush=True,
                    )


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
