"""The engine-neutral scenarios of the process library, in the invented community (`liandong scenario tests/*/scenarios`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.scenario import Result, run_file

FILES = [
    file
    for process in ("recruitment", "procurement", "dispatch", "inspection")
    for file in sorted((Path(__file__).parents[1] / process / "scenarios").glob("*.json"))
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_library_scenario(file: Path, sqlite_template: Path, tmp_path: Path) -> None:
    result = run_file(file, sqlite_template, tmp_path / "store.db", restart=False)
    assert result == Result(id=result.id, passed=True, reason="")


def test_every_process_of_the_five_has_a_scenario() -> None:
    assert {file.parents[1].name for file in FILES} == {"recruitment", "procurement", "dispatch", "inspection"}
