"""No small change of the three sources' files goes unnoticed."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from guidec.cli import cli

FOLDER = Path(__file__).parents[1] / "guidelines" / "pm_dm_ild"


@pytest.mark.parametrize("name", ["takada", "uptodate", "droracle"])
def test_every_small_change_is_noticed(name: str) -> None:
    result = CliRunner().invoke(cli, ["test", str(FOLDER / f"{name}.guide"), "--mutants"])
    assert result.exit_code == 0, result.stdout
    assert result.stderr.splitlines()[-1] == "every change is noticed"
