"""Start-up costs of the command line, as ratios to importing what it stands on. `make bench`."""

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
FLAGSHIP = ROOT / "guidelines" / "pm_dm_ild" / "takada.guide"
RUNS = 15
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
PATIENT = {
    "ild_present": True,
    "myositis_dx": "adm",
    "mda5_level": "high",
    "body_weight": 32.2,
    "refractory": False,
}


def cpu_seconds(command: list[str]) -> float:
    """User and system time of one cold process."""
    before = os.times()
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT, env=ENVIRONMENT)
    after = os.times()
    if done.returncode:
        raise SystemExit(done.stderr.decode())
    return after.children_user - before.children_user + after.children_system - before.children_system


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        patient = Path(folder) / "patient.json"
        patient.write_text(json.dumps(PATIENT), "utf-8")
        guidec = [sys.executable, "-m", "guidec"]
        subprocess.run(
            [*guidec, "-q", "build", str(FLAGSHIP), "--out", folder],
            check=True,
            capture_output=True,
            cwd=ROOT,
        )
        commands = {
            "import lark and click (baseline)": [sys.executable, "-c", "import lark, lark.indenter, click"],
            "guidec check takada.guide": [*guidec, "check", str(FLAGSHIP)],
            "guidec eval takada.guide": [*guidec, "eval", str(FLAGSHIP), "--patient", str(patient)],
            "guidec eval takada.json": [
                *guidec,
                "eval",
                f"{folder}/takada/takada.json",
                "--patient",
                str(patient),
            ],
            "python takada.py": [sys.executable, f"{folder}/takada/takada.py", str(patient)],
        }
        times: dict[str, list[float]] = {name: [] for name in commands}
        for command in commands.values():
            cpu_seconds(command)  # byte code and grammar tables are written once, as after any installation
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(cpu_seconds(command))
    base = statistics.median(times["import lark and click (baseline)"])
    print(
        f"Python {platform.python_version()}, {platform.machine()}, medians of {RUNS} cold processes, taken in turn"
    )
    print(f"{'':36} {'CPU':>9} {'ratio':>7}")
    for name, found in times.items():
        middle = statistics.median(found)
        print(f"{name:36} {middle * 1000:6.0f} ms {middle / base:6.2f}x")


if __name__ == "__main__":
    main()
