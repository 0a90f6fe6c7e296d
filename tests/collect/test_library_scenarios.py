"""The engine-neutral scenarios of the process library, in the invented community (`liandong scenario tests/*/scenarios`).

`make processes` and `make chaos` play all of them, `make test` the quickest.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cli.scenario import Result, run_file
from tests.campaign import LONG

FILES = [
    file
    for process in ("recruitment", "procurement", "dispatch", "inspection")
    for file in sorted((Path(__file__).parents[1] / process / "scenarios").glob("*.json"))
]
WHOLE = LONG or bool(os.environ.get("LIANDONG_PROCESSES"))
PLAYED = [file for file in FILES if WHOLE or file.parents[1].name == "inspection"]


@pytest.mark.parametrize("file", PLAYED, ids=lambda file: file.stem)
def test_library_scenario(file: Path, sqlite_template: Path, tmp_path: Path) -> None:
    result = run_file(file, sqlite_template, tmp_path / "store.db", restart=False)
    assert result == Result(id=result.id, passed=True, reason="")


def test_every_process_of_the_five_has_a_scenario() -> None:
    assert {file.parents[1].name for file in FILES} == {"recruitment", "procurement", "dispatch", "inspection"}
