"""`liandong lint`: every finding with file, line, element, level and code, and an exit status that a pipeline can use."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.library import LIBRARY
from cli.main import main
from engine.testing import bpmn, process, user_task
from tests.engine.models import DECISION, END, SLIP, START

SHARED = Path(os.environ.get("LIANDONG_CONFORMANCE", Path(__file__).parents[3] / "shared" / "conformance"))
FOREIGN = sorted((SHARED / "bpmn").glob("*"))
"""Files of other engines, as far as the shared folder is there."""


def lint(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["lint", *map(str, arguments)])


def slip_model(key: str = "p") -> bytes:
    """A process whose task names the form `slip`."""
    return bpmn(process(key, START, user_task("decide", DECISION, post="BR_GP"), END, flows="s > decide > e"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A process folder without its form."""
    path = tmp_path / "bpmn" / "slips"
    path.mkdir(parents=True)
    (path / "p.bpmn").write_bytes(slip_model())
    return path


def test_a_folder_is_checked_as_the_deployment_that_it_would_be(folder: Path) -> None:
    missing = lint(folder)
    assert missing.exit_code == 1
    assert f"{folder / 'p.bpmn'}:" in missing.output
    assert " [decide] error unknown-form: 表单“slip”不在本次部署中。 / The form 'slip' is not in" in missing.output

    (folder / "slip.form.json").write_text(SLIP, encoding="utf-8")
    assert " error " not in lint(folder).output


def test_a_single_file_is_not_blamed_for_forms_that_lie_elsewhere(folder: Path) -> None:
    assert "unknown-form" not in lint(folder / "p.bpmn").output


def test_the_folders_of_a_library_are_checked_one_by_one(folder: Path) -> None:
    other = folder.parent / "others"
    other.mkdir()
    (other / "q.bpmn").write_bytes(slip_model())
    result = lint(folder.parent)
    assert "duplicate-process" not in result.output
    assert result.output.count("unknown-form") == 2

    (other / "r.bpmn").write_bytes(slip_model())
    assert "duplicate-process" in lint(other).output
    assert "duplicate-process" not in lint(other, "--each").output


def test_warnings_fail_only_a_strict_run(tmp_path: Path) -> None:
    file = tmp_path / "p.bpmn"
    file.write_bytes(bpmn(process("p", START, user_task("check"), END, flows="s > check > e")))
    assert (lint(file).exit_code, lint(file, "--strict").exit_code) == (0, 1)
    assert "[check] warning no-assignment:" in lint(file).output


def test_findings_as_json_hold_everything_and_nothing_else(folder: Path) -> None:
    result = lint(folder, "--json")
    records = [json.loads(line) for line in result.stdout.splitlines()]
    found = next(record for record in records if record["code"] == "unknown-form")
    assert found["resource"] == str(folder / "p.bpmn")
    assert (found["level"], found["element"], type(found["line"])) == ("error", "decide", int)
    assert found["message"] != found["message_en"] != ""


def test_a_folder_without_models_is_refused(tmp_path: Path) -> None:
    assert lint(tmp_path).exit_code == 2


@pytest.mark.parametrize(
    "folder", [path for path in sorted(LIBRARY.iterdir()) if any(path.glob("*.bpmn"))], ids=lambda path: path.name
)
def test_the_library_has_neither_errors_nor_warnings(folder: Path) -> None:
    result = lint(folder, "--strict")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("file", FOREIGN, ids=lambda path: path.stem)
def test_foreign_files_are_judged_without_a_crash(file: Path) -> None:
    result = lint(file)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "files: 1, " in result.output
