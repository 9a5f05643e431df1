"""Options that every test may use."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-goldens", action="store_true", help="write the expected files anew, then look at the diff"
    )


def pytest_configure(config: pytest.Config) -> None:
    """Nothing that was kept before is taken up. `make goldens` also draws the README's picture of a patient."""
    if "PYTEST_XDIST_WORKER" not in os.environ:  # a worker has that of the one who started it
        folder = tempfile.mkdtemp(prefix="guidec-tests-")
        os.environ["XDG_CACHE_HOME"] = folder
        config.add_cleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
    if config.getoption("--rewrite-goldens"):
        from guidec import render
        from guidec.evaluate import evaluate
        from guidec.project import compile_path
        from guidec_targets.picture import patient_dot

        compiled = compile_path(ROOT / "guidelines" / "pm_dm_ild" / "takada.guide").compiled
        assert compiled is not None
        patient = {"ild_present": True, "myositis_dx": "adm", "refractory": False}
        svg, reason = render.svg_of(patient_dot(compiled, patient, evaluate(compiled, patient)))
        assert svg is not None, reason
        (ROOT / "docs" / "takada_patient.svg").write_text(svg, "utf-8")
