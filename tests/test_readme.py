"""The README's commands work when they are pasted."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_tour_works_when_pasted(tmp_path: Path) -> None:
    """Everything after `make`, in one shell, in a copy of what the tour uses."""
    text = (ROOT / "README.md").read_text("utf-8")
    tour = text.split("## Five minutes")[1].split("## The commands")[0]
    blocks = re.findall(r"```sh\n(.*?)```", tour, re.DOTALL)
    assert len(blocks) >= 5
    shutil.copytree(ROOT / "guidelines", tmp_path / "guidelines")
    program = tmp_path / "bin" / "guidec"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m guidec "$@"\n', "utf-8")
    program.chmod(0o755)
    (program.parent / "python").symlink_to(sys.executable)
    script = "guidec -q build guidelines/pm_dm_ild --out build\n" + "\n".join(blocks).replace(
        ". .venv/bin/activate", ""
    )
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "compiler"), str(ROOT / "targets")]),
        },
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Ask next: Anti-MDA5 titre (mda5_level)" in done.stdout
    assert "966 mg/d" in done.stdout
    assert "2 scenarios: 2 passed, 0 failed" in done.stderr
    assert "error[missing_branch]" in done.stdout
    assert "error[missing_weight]" in done.stdout
    assert "REFUTED  safe  daily of paracetamol at most 4 g/d" in done.stdout
    assert "OVERDUE since 2025-10-01: Pulmonary function tests every 3 to 6 months [O43]" in done.stdout
    assert "came LATE: was to be seen 2025-10-15 to 2026-01-15" in done.stdout
    assert "Now, after the visit of 2026-04-05\n  Stage not known\n" in done.stdout
